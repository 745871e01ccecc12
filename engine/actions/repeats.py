"""`repeat`: the lines of a body, over and over."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.actions.method import action
from engine.code.literals import literal
from engine.graph import Action

if TYPE_CHECKING:
    from engine.session import Session

MOST_TIMES = 10_000
"""Iterations of a repeat, those of the repeats around it multiplied in."""

MOST_NESTED = 8
"""Repeats within repeats: a file could not be read if they went much deeper."""


def why_no_repeat(times: Any, around: Iterable[int] = ()) -> str | None:
    """Why a repeat cannot run so often inside repeats of `around` times each; None if it can."""
    if type(times) is not int:
        return f"a repeat needs a whole number of times, not {literal(times)}"
    if times < 1:
        return f"a repeat runs at least once, not {times} times"
    outer = [*around]
    if len(outer) >= MOST_NESTED:
        return f"repeats lie in each other at most {MOST_NESTED} deep"
    if math.prod(outer) * times > MOST_TIMES:
        total = "" if not outer else f" (it lies in others: {math.prod(outer) * times:,} in all)"
        return f"a repeat of {times:,} is too long{total}: at most {MOST_TIMES:,} iterations"
    return None


def _spell(action: Action, name: str) -> str:
    return f"for _ in range({literal(action.args.get('times'))}):"


@action("repeat", _spell, kind="repeat", on="", args=("times",))
def repeat(session: Session, action: Action) -> None:
    """Run the lines of the body so many times."""
    around = (loop.times for loop in session.loops)
    why = why_no_repeat(action.args.get("times"), around)
    raise ValueError(why or "a repeat is run line by line: by Session.run, not by itself")
