"""What happens to a leaf and its `.grad`: stored, added to, cleared, stepped by an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.events import Hooked, Retained, Stepped, Stored, Zeroed
from gui.model import words
from gui.model.explain import algebra, symbols
from gui.model.explain.arithmetic import Line, equal, said, with_numbers
from gui.model.explain.explanation import Explanation
from gui.model.explain.passing import root_of
from gui.model.explain.scene import node_name
from gui.model.explain.symbols import Symbol
from gui.model.film import TraceFilm

Array = Any
Index = tuple[int, ...]


def added(values: list[float], result: float) -> tuple[Line, ...]:
    """`= 3 + 4`, `= 7`."""
    shown, mark = words.figures(values, result, lambda texts: sum(map(float, texts)))
    first, *rest = map(symbols.number, shown)
    parts = [first, *map(symbols.factor, rest)]
    written = Symbol(" + ".join(p.tex for p in parts), " + ".join(p.text for p in parts))
    numbers = equal(None, written, "numbers")
    return numbers, equal(None, symbols.value(result), "result", mark)


def shown(array: Array) -> Symbol:
    """A number, or an array's numbers where they are few; never a bare shape."""
    if array is None:
        return Symbol(r"\text{None}", "None")
    if not np.ndim(array):
        return symbols.value(np.asarray(array)[()])
    text = words.told(array)
    return Symbol(rf"\text{{{text}}}", text)


def _grad_of(film: TraceFilm, node: str) -> Symbol:
    name = node_name(film.graph, node)
    return Symbol(rf"{name.tex}\text{{.grad}}", f"{name.text}.grad")


def stored(film: TraceFilm, event: Stored) -> Explanation:
    """What a leaf's `.grad` has become."""
    grad, name = _grad_of(film, event.node), node_name(film.graph, event.node)
    came = root_of(film, event).over(name)
    title = f"The gradient arrives in {grad.text}"
    if event.before is None:
        lines = [equal(grad, came, mark="←"), equal(None, shown(event.after), "result")]
        note = f"{grad.text} was None: the gradient is stored."
        return Explanation(title, tuple(lines), (note,), event.after)
    right = Symbol(rf"{grad.tex} + {came.tex}", f"{grad.text} + {came.text}")
    lines = [equal(grad, right, mark="←")]
    note = "Across calls .grad adds up: zero_grad() or .grad = None starts afresh."
    if np.ndim(event.after):
        work = _stored_worker(event, grad)
        return Explanation(title, tuple(lines), (note,), event.after, work)
    sum_ = added([float(event.before), float(event.added)], float(event.after))
    return Explanation(title, (*lines, *sum_), (note,), event.after)


def _stored_worker(event: Stored, grad: Symbol) -> Callable[[Index], tuple[Line, ...]]:
    def work(at: Index) -> tuple[Line, ...]:
        parts = [float(np.asarray(x)[at]) for x in (event.before, event.added)]
        first, *rest = added(parts, float(np.asarray(event.after)[at]))
        left = grad.text + symbols.bracketed(at)
        return Line(
            rf"{grad.tex}{symbols.bracketed(at)} {first.tex}", f"{left} {first.text}", "numbers"
        ), *rest

    return work


def retained(film: TraceFilm, event: Retained) -> Explanation:
    """The gradient of a computed tensor, kept on request."""
    grad, name = _grad_of(film, event.node), node_name(film.graph, event.node)
    came = root_of(film, event).over(name)
    lines = equal(grad, came, mark="←"), equal(None, shown(event.after), "result")
    note = f"{name.text} is no leaf, but retain_grad() asked to keep its gradient."
    return Explanation(f"{grad.text} is kept", lines, (note,), event.after)


def zeroed(film: TraceFilm, event: Zeroed) -> Explanation:
    """A `.grad` that starts afresh."""
    grad = _grad_of(film, event.node.removesuffix(".grad"))
    line = equal(grad, shown(event.after), "result", mark="←")
    note = "None takes no memory and is stored afresh." if event.after is None else ""
    return Explanation(
        f"{grad.text} is cleared", (line,), tuple(filter(None, (note,))), event.after
    )


_STEP = algebra.parsed(r"a - \alpha \cdot b")
"""What plain gradient descent does: a leaf less rate times gradient."""


def stepped(film: TraceFilm, event: Stepped) -> Explanation:
    """A leaf moved by an optimizer: with its numbers where it is plain gradient descent."""
    name, grad = node_name(film.graph, event.node), _grad_of(film, event.node)
    title = f"{event.rule} moves {name.text}"
    if event.rate is None:
        lines = equal(name, shown(event.after), "result", mark="←"), said(_moved(event, name))
        note = f"{event.rule} uses more than this gradient: what it remembers of earlier ones too."
        return Explanation(title, lines, (note,), event.after)
    rate = symbols.value(event.rate)
    right = Symbol(
        rf"{name.tex} - {rate.tex} \cdot {grad.tex}", f"{name.text} - {rate.text} · {grad.text}"
    )
    line = equal(name, right, mark="←")
    note = "Against the gradient: a small step downhill."
    if np.ndim(event.after):
        return Explanation(title, (line,), (note,), event.after, _stepped_worker(event, name))
    return Explanation(title, (line, *_step_at(event, ())), (note,), event.after)


def _moved(event: Stepped, name: Symbol) -> str:
    before, grad = (words.told(x) for x in (event.before, event.grad))
    return f"{name.text} was {before}, its gradient {grad}."


def _step_at(event: Stepped, at: Index) -> tuple[Line, ...]:
    before, after, grad = (
        float(np.asarray(x)[at]) for x in (event.before, event.after, event.grad)
    )
    values = {"a": before, r"\alpha": float(event.rate or 0.0), "b": grad}
    return with_numbers(_STEP, values, after)


def _stepped_worker(event: Stepped, name: Symbol) -> Callable[[Index], tuple[Line, ...]]:
    def work(at: Index) -> tuple[Line, ...]:
        first, *rest = _step_at(event, at)
        left = name.at(at)
        new = Line(
            rf"{left.tex} \leftarrow {first.tex.removeprefix('= ')}",
            f"{left.text} ← {first.text.removeprefix('= ')}", first.kind,
        )  # fmt: skip
        return new, *rest

    return work


def hooked(film: TraceFilm, event: Hooked) -> Explanation:
    """A hook that made another gradient of the one that came."""
    whole = root_of(film, event).over(node_name(film.graph, event.node))
    made = event.formula.removeprefix("lambda grad: ")
    lines = (
        said(f"The hook makes {made} of it, with grad = {words.told(event.before)}:"),
        equal(whole, shown(event.after), "result", mark="←"),
    )
    note = "A hook changes what is passed on from here, and what .grad gets."
    return Explanation(f"A hook changes {whole.text}", lines, (note,), event.after)
