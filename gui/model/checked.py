"""The check of a graph's gradients, row by row: what each way of asking gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np

from engine.code.faults import Fault
from engine.code.source import identifiers
from engine.session import ENGINE_ERRORS
from gui.model import torch_run, words
from gui.model.gradients import (
    Array,
    Asked,
    Differences,
    Own,
    Problem,
    autograd,
    differences,
    formula,
)
from gui.model.verdicts import Verdict, compare, judge_differences

NOT_INSTALLED, NOT_REACHED = "not installed", "None: no gradient arrives"


@dataclass
class Row:
    """One checked node: what each way of asking gave, and how that agrees with autograd."""

    node: str
    name: str
    autograd: Array | None = None
    error: str = ""
    ran: bool = False
    differences: Differences | None = None
    differences_error: str = ""
    torch: Array | None = None
    torch_error: str = ""
    own: Array | None = None
    own_error: str = ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)


def rows(
    of: Problem, formulas: Mapping[str, str], cancelled: Asked, done: Callable[[], None]
) -> list[Row]:
    """Every checked node with autograd's numbers, differences and formulas; raises Cancelled."""
    names = identifiers(of.graph)
    found = [Row(i, names[i]) for i in of.checked]
    try:
        own = autograd(of, cancelled=cancelled)
    except ENGINE_ERRORS as error:
        for row in found:
            row.error = f"{type(error).__name__}: {error}"
        return found
    for row in found:
        row.ran, row.autograd = True, own.grads[row.node]
        _check(of, own, row, formulas.get(row.node, "").strip(), cancelled, done)
    return found


def _check(
    of: Problem, own: Own, row: Row, text: str, cancelled: Asked, done: Callable[[], None]
) -> None:
    try:
        if row.node in own.values:
            row.differences = differences(of, row.node, cancelled, done)
        if row.autograd is not None and row.differences is not None:
            verdict = judge_differences(of, row.node, row.autograd, row.differences)
            row.verdicts["differences"] = verdict
    except ENGINE_ERRORS as error:  # as a graph that casts to float32 may raise in float64
        row.differences_error = f"{type(error).__name__}: {error}"
    if text:
        try:
            row.own = formula(text, of, own, row.node, cancelled)
        except Fault as wrong:
            row.own_error = wrong.told
    if row.own is not None and row.autograd is not None:
        row.verdicts["own"] = compare(row.autograd, row.own)


def ask_torch(of: Problem, found: list[Row], cancelled: Asked) -> list[Row]:
    """The rows with PyTorch's own gradients, where there is a PyTorch; loading it takes seconds."""
    found = [replace(row, verdicts=dict(row.verdicts)) for row in found]
    try:
        theirs = torch_run.gradients(of, cancelled) if torch_run.installed() else None
        told = "" if theirs is not None else NOT_INSTALLED
    except ImportError:
        theirs, told = None, NOT_INSTALLED
    except ValueError as error:
        theirs, told = None, str(error)
    rounded = _rounded(of) if theirs else {}
    for row in found:
        row.torch, row.torch_error = (theirs or {}).get(row.node), told
        if row.torch is not None and row.autograd is not None:
            row.verdicts["torch"] = compare(row.autograd, row.torch, rounded.get(row.node))
    return found


def _rounded(of: Problem) -> dict[str, Array]:
    """A few times what rounding does to each gradient: PyTorch may add up in another order."""
    try:
        here, exact = autograd(of).grads, autograd(of, doubled=True).grads
    except ENGINE_ERRORS:
        return {}
    pairs = ((node, here[node], exact[node]) for node in here)
    return {n: 4 * np.abs(a - b).ravel() for n, a, b in pairs if a is not None and b is not None}


# ---- telling -------------------------------------------------------------------------------------

COLUMNS = ("Leaf", "autograd", "differences", "±", "your formula", "PyTorch", "verdict")
FORMULA = COLUMNS.index("your formula")


def cells(row: Row, text: str) -> tuple[str, ...]:
    """What stands in each column; `text` is the formula typed for this row."""
    told = NOT_REACHED if row.autograd is None and not row.error and row.ran else ""
    own = f"{text}  =  {_short(row.own)}" if row.own is not None else text
    found = row.differences
    return (
        row.name,
        row.error or told or _short(row.autograd),
        row.differences_error if found is None else _slopes(found, row.autograd),
        "" if found is None else f"{float(found.errors.max(initial=0.0)):.0e}",
        own,
        row.torch_error or _short(row.torch),
        verdict(row),
    )


def _slopes(found: Differences, like: Array | None) -> str:
    """The slopes as the gradient beside them is written; of a sample only how many there are."""
    if found.sampled:
        return f"at {len(found.entries)} of {found.size:,}"
    if like is not None and np.ndim(like) and np.size(like) == found.size:
        return _short(found.slopes.reshape(np.shape(like)))
    return _short(found.slopes[0] if found.size == 1 else found.slopes)


def _short(array: Array | None) -> str:
    return "" if array is None else words.short(array, 22)


_WAYS = {"differences": "differences", "own": "your formula", "torch": "PyTorch"}


def verdict(row: Row) -> str:
    """`exact`, `agrees` or `approx` where all agree; else who differs."""
    kinds = {way: _kind(way, found) for way, found in row.verdicts.items()}
    wrong = [_WAYS[way] for way, kind in kinds.items() if kind == "differs"]
    if wrong:
        return f"differs: {', '.join(wrong)}"
    if row.error or row.own_error:
        return "error"
    return next((kind for kind in _WEAKEST if kind in kinds.values()), "")


_WEAKEST = ("approx", "agrees", "exact")


def _kind(way: str, found: Verdict) -> str:
    """A difference is never exact: within its own error, and with no reservation, it agrees."""
    agrees = way == "differences" and found.kind == "approx" and not found.why
    return "agrees" if agrees else found.kind


def details(row: Row) -> str:
    """One row in sentences: how far off each column is, and why."""
    if row.error or row.own_error:
        return row.error or row.own_error
    said = [_detail(way, found) for way, found in row.verdicts.items()]
    if row.differences_error:
        said.append(f"differences: in float64 this graph gives {row.differences_error}.")
    found = row.differences
    if found is not None and found.sampled:
        said.append(f"Differences were taken at {len(found.entries)} of {found.size:,} entries.")
    if row.ran and row.autograd is None:
        said.append("Autograd gives None: no way leads from the root back to it.")
    return " ".join(said)


def _detail(way: str, found: Verdict) -> str:
    start = f"{_WAYS[way]}: {_kind(way, found)}"
    if found.kind == "exact":
        return f"{start}."
    if not isfinite(found.most):
        return f"{start}. {found.why}".strip()
    gap = f"largest difference {found.most:.2g}, relative {found.relative:.1g}"
    return f"{start}, {gap}. {found.why}".strip()


def as_text(table: list[Row], formulas: Mapping[str, str]) -> str:
    """The whole table for the clipboard, columns parted by tabs."""
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join(cells(row, formulas.get(row.node, ""))) for row in table]
    return "\n".join(lines)
