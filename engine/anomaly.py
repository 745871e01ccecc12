"""Anomaly mode: where in the forward pass a Function was made, and whether it gives nan."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine import errors
from engine.function import Function
from engine.modes import STATE
from engine.tensor import is_tensor

_HERE = str(Path(__file__).parent)
_TRACEBACK, _PARENT = "traceback_", "parent_"


def remember(node: Function) -> None:
    """Note in the node's metadata where it was made, and in the backward of which node."""
    node.metadata[_TRACEBACK] = _lines()
    if STATE.running is not None:
        node.metadata[_PARENT] = STATE.running


def _lines() -> list[str]:
    """The stack as text, without what belongs to the engine."""
    stack = [
        (frame, line)
        for frame, line in traceback.walk_stack(sys._getframe(1))
        if not frame.f_code.co_filename.startswith((_HERE, "<written for", "<direct for"))
    ]
    return traceback.StackSummary.extract(iter(stack[::-1])).format()


def watched(
    run: Callable[[Function, Any], Sequence[Any]], function: Function, grad: Any
) -> Sequence[Any]:
    """`run(function, grad)`; when it fails or gives nan, warn of where the function was made.

    Raises RuntimeError with PyTorch's sentence for nan, unless check_nan is off.
    """
    before, STATE.running = STATE.running, function
    try:
        outs = run(function, grad)
        if STATE.check_nan:
            _check(function, outs)
    except Exception:
        _tell(function)
        raise
    finally:
        STATE.running = before
    return outs


def _check(function: Function, outs: Sequence[Any]) -> None:
    for i, out in enumerate(outs):
        data = out._data if is_tensor(out) else out
        if data is not None and data.dtype.kind in "fc" and np.isnan(data).any():
            raise RuntimeError(
                f"Function '{function.name()}' returned nan values in its {i}th output."
            )


def _tell(function: Function) -> None:
    """Warn of where the function was made, and those it was made in the backward of."""
    errors.warn(
        _told(function, "Error detected in {}. Traceback of forward call that caused the error:\n")
    )
    parent = function.metadata.get(_PARENT)
    while parent is not None:
        errors.warn(
            _told(
                parent,
                "\n\nPrevious calculation was induced by {}. Traceback of forward "
                "call that induced the previous calculation:\n",
            )
        )
        parent = parent.metadata.get(_PARENT)


def _told(function: Function, head: str) -> str:
    found = function.metadata.get(_TRACEBACK)
    if found is None:
        return (
            f"Error detected in {function.name()}. No forward pass information available. Enable "
            "detect anomaly during forward pass for more information."
        )
    return head.format(function.name()) + "".join(found).rstrip()
