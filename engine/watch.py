"""What is done to every new Function in anomaly mode and under saved-tensor hooks.

Functions are told of where `STATE.origin` is set, as a Session does; so a thread that wants none of
this does not pay for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import anomaly, packing
from engine.function import Function
from engine.modes import STATE


class Watch:
    """Stands where a Session's claims stand: told of every Function that is made."""

    def made(self, function: Function, inputs: Sequence[Any]) -> None:
        """Note where it was made, and pack what it has saved."""
        if STATE.anomaly:
            anomaly.remember(function)
        if STATE.saved_hooks and not function.own_saving:
            packing.pack(function, STATE.saved_hooks[-1])

    def rebased(self, origin: Any, base: Any) -> Any:
        """No node is meant, so no slot is."""
        return origin


WATCH = Watch()


def set_anomaly(enabled: bool, check_nan: bool = True) -> None:
    """Switch anomaly mode on or off in this thread."""
    STATE.anomaly, STATE.check_nan = enabled, check_nan
    _settle()


def push_hooks(pack: packing.Hook, unpack: packing.Hook) -> None:
    """Let everything saved from now on go through these hooks."""
    packing.push((pack, unpack))
    _settle()


def pop_hooks() -> None:
    """Go back to the hooks before."""
    STATE.saved_hooks.pop()
    _settle()


def _settle() -> None:
    STATE.origin = WATCH if STATE.anomaly or STATE.saved_hooks else None
