"""Ops whose entries have a formula of their own: softmax, losses, norms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gui.model import words
from gui.model.explain import symbols
from gui.model.explain.arithmetic import (
    MOST_CHECKED,
    MOST_TERMS,
    Line,
    close,
    equal,
    short_enough,
    summed_up,
)
from gui.model.explain.replay import Replay
from gui.model.explain.symbols import Symbol

Array = Any
Index = tuple[int, ...]
MOST_NUMBERS = 512
"""Numbers that go into one entry up to which it is written out, with … after the first terms."""


def forward_special(replay: Replay, left: Symbol, at: Index, result: float) -> tuple[Line, ...]:
    """The entry with numbers, for the ops of this file; empty for all others."""
    work = _SPECIAL.get(replay.op.name)
    if work is None or not math.isfinite(result):
        return ()
    x = next(iter(replay.inputs.values()))
    found = work(replay, np.asarray(x, float), at)
    if found is None:
        return ()
    numbers, form, worked_out = found
    if len(numbers) > MOST_NUMBERS or not close(worked_out(numbers), result, 1e-4):
        return ()
    if len(numbers) <= MOST_CHECKED:
        shown, mark = words.figures(numbers, result, lambda texts: worked_out([*map(float, texts)]))
    else:
        shown, mark = [words.number(v) for v in numbers], "≈"
    right = form([symbols.number(text) for text in shown])
    return (
        equal(left, right, "numbers"),
        equal(None, symbols.value(result), "result", mark),
    )


Numbers = list[float]
Work = tuple[Numbers, Callable[[list[Symbol]], Symbol], Callable[[Numbers], float]]
"""The numbers that go in, how they are written down, what comes out."""


def _line_through(replay: Replay, x: Array, at: Index) -> tuple[Array, int] | None:
    """The entries that are normalised together with this one, and which of them it is."""
    dim = replay.node.params.get(
        "dim", next(f.default for f in replay.op.fields if f.name == "dim")
    )
    if dim is None or not x.ndim:
        return None
    dim = int(dim) % x.ndim
    return x[(*at[:dim], slice(None), *at[dim + 1 :])], at[dim]


def _exponential(sign: int, logarithm: bool) -> Callable[..., Work | None]:
    """softmax, softmin and log_softmax: one exponential among all of them."""

    def work(replay: Replay, x: Array, at: Index) -> Work | None:
        found = _line_through(replay, x, at)
        if found is None:
            return None
        row, k = found
        minus = "-" if sign < 0 else ""

        def form(shown: list[Symbol]) -> Symbol:
            powers = [_power(s, minus) for s in shown]
            below = _plus(powers)
            if logarithm:
                one = shown[k]
                return Symbol(
                    rf"{one.tex} - \ln\left({below.tex}\right)", f"{one.text} - ln({below.text})"
                )
            over = powers[k]
            return Symbol(rf"\frac{{{over.tex}}}{{{below.tex}}}", f"{over.text}/({below.text})")

        def worked_out(values: Numbers) -> float:
            sum_ = math.fsum(math.exp(sign * v) for v in values)
            return values[k] - math.log(sum_) if logarithm else math.exp(sign * values[k]) / sum_

        return row.tolist(), form, worked_out

    return work


def _plus(parts: list[Symbol]) -> Symbol:
    return summed_up(short_enough(parts), len(parts))


def _shared(terms: Symbol, count: int) -> Symbol:
    """`1/3 · (…)`, of a mean over several."""
    if count == 1:
        return terms
    tex = rf"\frac{{1}}{{{count}}} ({terms.tex})"  # which may wrap, unlike \left and \right
    return Symbol(tex, f"1/{count} · ({terms.text})")


def _power(s: Symbol, minus: str = "") -> Symbol:
    """`e^x`."""
    inner = symbols.factor(s) if minus else s
    text = f"{minus}{inner.text}"
    closed = f"({text})" if text.startswith("-") or "e" in text else text
    return Symbol(f"e^{{{minus}{inner.tex}}}", f"e^{closed}")


def _mean_of(
    one: Callable[[Symbol, Symbol], Symbol], worth: Callable[[float, float], float]
) -> Callable[..., Work | None]:
    """A loss: what each pair of entries is worth, and the mean or the sum of that."""

    def work(replay: Replay, x: Array, at: Index) -> Work | None:
        target = replay.inputs.get("target")
        reduction = replay.node.params.get("reduction", "mean")
        if target is None or np.shape(target) != x.shape or len(replay.inputs) > 2:
            return None
        t = np.asarray(target, float)
        pairs = [(x[at], t[at])] if reduction == "none" else [*zip(x.flat, t.flat, strict=True)]
        count = len(pairs) if reduction == "mean" else 1
        flat = [float(v) for pair in pairs for v in pair]

        def form(shown: list[Symbol]) -> Symbol:
            terms = _plus([one(a, b) for a, b in zip(shown[::2], shown[1::2], strict=True)])
            return _shared(terms, count)

        def worked_out(values: Numbers) -> float:
            return math.fsum(map(worth, values[::2], values[1::2])) / count

        return flat, form, worked_out

    return work


def _squared(a: Symbol, b: Symbol) -> Symbol:
    right = symbols.factor(b)
    return Symbol(rf"\left({a.tex} - {right.tex}\right)^{{2}}", f"({a.text} - {right.text})^2")


def _absolute(a: Symbol, b: Symbol) -> Symbol:
    right = symbols.factor(b)
    return Symbol(rf"\left|{a.tex} - {right.tex}\right|", f"|{a.text} - {right.text}|")


def _reduced(replay: Replay, x: Array, at: Index) -> Numbers | None:
    """The entries that one entry of a reduction is made of."""
    if np.ndim(replay.result) and replay.node.params.get("dim") is not None:
        row = replay.pulled(at).get("self")
        values = None if row is None else x[np.asarray(row) != 0]
    else:
        values = x.ravel()
    return values.tolist() if values is not None and values.size else None


def _mean(replay: Replay, x: Array, at: Index) -> Work | None:
    """All entries added up, and divided by how many there are."""
    values = _reduced(replay, x, at)
    if values is None:
        return None

    def form(shown: list[Symbol]) -> Symbol:
        terms, n = _plus(shown), len(shown)
        if n > 4:  # a fraction would not wrap
            return _shared(terms, n)
        return Symbol(rf"\frac{{{terms.tex}}}{{{n}}}", f"({terms.text})/{n}")

    return values, form, lambda numbers: math.fsum(numbers) / len(numbers)


def _log_sum(replay: Replay, x: Array, at: Index) -> Work | None:
    values = _reduced(replay, x, at)

    def form(shown: list[Symbol]) -> Symbol:
        terms = _plus([_power(s) for s in shown])
        return Symbol(rf"\ln\left({terms.tex}\right)", f"ln({terms.text})")

    def worked_out(numbers: Numbers) -> float:
        return math.log(math.fsum(map(math.exp, numbers)))

    return None if values is None else (values, form, worked_out)


def _prod(replay: Replay, x: Array, at: Index) -> Work | None:
    values = _reduced(replay, x, at)
    if values is None or len(values) > 2 * MOST_TERMS:
        return None

    def form(shown: list[Symbol]) -> Symbol:
        factors = [shown[0], *map(symbols.factor, shown[1:])]
        return Symbol(r" \cdot ".join(f.tex for f in factors), " · ".join(f.text for f in factors))

    return values, form, math.prod


def _norm(replay: Replay, x: Array, at: Index) -> Work | None:
    """The length: the root of the sum of the squares."""
    values = _reduced(replay, x, at) if replay.node.params.get("p", 2.0) == 2 else None

    def form(shown: list[Symbol]) -> Symbol:
        terms = _plus([Symbol(f"{c.tex}^{{2}}", f"{c.text}^2") for c in map(symbols.factor, shown)])
        return Symbol(rf"\sqrt{{{terms.tex}}}", f"√({terms.text})")

    return None if values is None else (values, form, lambda numbers: math.hypot(*numbers))


def _cross_entropy(replay: Replay, x: Array, at: Index) -> Work | None:
    """One row of logits and the number of its class: `ln(e^a + e^b) - b`."""
    target = np.asarray(replay.inputs.get("target"))
    plain = set(replay.inputs) == {"self", "target"} and not replay.node.params.get(
        "label_smoothing"
    )
    if not plain or target.dtype.kind != "i" or x.ndim > 2 or target.size * x.shape[-1] > 24:
        return None
    rows, chosen = np.atleast_2d(x), np.atleast_1d(target).tolist()
    if replay.node.params.get("reduction", "mean") == "none":
        rows, chosen = (rows[at[0] : at[0] + 1], [chosen[at[0]]]) if at else (rows, chosen)
    width = rows.shape[1]
    count = len(chosen) if replay.node.params.get("reduction", "mean") == "mean" else 1

    def one(shown: list[Symbol], k: int) -> Symbol:
        below = _plus([_power(s) for s in shown])
        less = symbols.factor(shown[k])
        return Symbol(
            rf"\ln\left({below.tex}\right) - {less.tex}", f"ln({below.text}) - {less.text}"
        )

    def form(shown: list[Symbol]) -> Symbol:
        terms = _plus([one(shown[width * r : width * (r + 1)], k) for r, k in enumerate(chosen)])
        return _shared(terms, count)

    def worked_out(numbers: Numbers) -> float:
        parts = [numbers[width * r : width * (r + 1)] for r in range(len(chosen))]
        losses = [
            math.log(math.fsum(map(math.exp, p))) - p[k] for p, k in zip(parts, chosen, strict=True)
        ]
        return math.fsum(losses) / count

    return rows.ravel().tolist(), form, worked_out


def _bce(a: Symbol, b: Symbol) -> Symbol:
    """What the probability of the true answer costs; a target of 0 or 1 leaves one term."""
    if b.text in ("0", "1"):
        inner = a if b.text == "1" else Symbol(f"1 - {a.tex}", f"1 - {a.text}")
        return Symbol(rf"\left(-\ln\left({inner.tex}\right)\right)", f"(-ln({inner.text}))")
    yes = Symbol(rf"{b.tex} \ln\left({a.tex}\right)", f"{b.text} · ln({a.text})")
    no = Symbol(
        rf"\left(1 - {b.tex}\right) \ln\left(1 - {a.tex}\right)",
        f"(1 - {b.text}) · ln(1 - {a.text})",
    )
    return Symbol(rf"\left(-{yes.tex} - {no.tex}\right)", f"(-{yes.text} - {no.text})")


def _bce_worth(a: float, b: float) -> float:
    yes = b * math.log(a) if b else 0.0
    return -(yes + (1 - b) * math.log(1 - a) if b != 1 else yes)


def _variance(replay: Replay, x: Array, at: Index) -> Work | None:
    """The squares of the distances from the mean; std is the root of that."""
    values = _reduced(replay, x, at)
    correction = replay.node.params.get("correction")
    if correction is None:
        correction = 1 if replay.node.params.get("unbiased", True) else 0
    if values is None or len(values) <= correction:
        return None
    count, root = len(values) - correction, replay.op.name == "std"

    def form(shown: list[Symbol]) -> Symbol:
        mean, *entries = shown
        inside = _shared(_plus([_squared(entry, mean) for entry in entries]), count)
        if not root:
            return inside
        return Symbol(rf"\sqrt{{{inside.tex}}}", f"√({inside.text})")

    def worked_out(numbers: Numbers) -> float:
        mean, *entries = numbers
        found = math.fsum((entry - mean) ** 2 for entry in entries) / count
        return math.sqrt(found) if root else found

    return [math.fsum(values) / len(values), *values], form, worked_out


def _layer_norm(replay: Replay, x: Array, at: Index) -> Work | None:
    """The entry less the mean of its group, over the root of its variance; then weight and bias."""
    shape = replay.node.params.get("normalized_shape") or ()
    axes = len(shape) if isinstance(shape, (list, tuple)) else 1
    if not 0 < axes <= x.ndim:
        return None
    group, within = x[at[: x.ndim - axes]], at[x.ndim - axes :]
    eps = float(replay.node.params.get("eps", 1e-5))
    more = [s for s in ("weight", "bias") if s in replay.inputs]
    numbers = [float(x[at]), float(group.mean()), float(group.var())]
    numbers += [float(np.asarray(replay.inputs[s])[within]) for s in more]

    def form(shown: list[Symbol]) -> Symbol:
        one, mean, variance = shown[0], symbols.factor(shown[1]), shown[2]
        small = symbols.value(eps)
        found = Symbol(
            rf"\frac{{{one.tex} - {mean.tex}}}{{\sqrt{{{variance.tex} + {small.tex}}}}}",
            f"({one.text} - {mean.text})/√({variance.text} + {small.text})",
        )
        for slot, extra in zip(more, map(symbols.factor, shown[3:]), strict=True):
            tex, text = (r" \cdot ", " · ") if slot == "weight" else (" + ", " + ")
            found = Symbol(found.tex + tex + extra.tex, found.text + text + extra.text)
        return found

    def worked_out(values: Numbers) -> float:
        found = (values[0] - values[1]) / math.sqrt(values[2] + eps)
        for slot, extra in zip(more, values[3:], strict=True):
            found = found * extra if slot == "weight" else found + extra
        return found

    return numbers, form, worked_out


_SPECIAL: dict[str, Callable[..., Work | None]] = {
    "softmax": _exponential(1, False), "softmin": _exponential(-1, False),
    "log_softmax": _exponential(1, True), "mean": _mean,
    "var": _variance, "std": _variance, "layer_norm": _layer_norm, "logsumexp": _log_sum,
    "prod": _prod, "norm": _norm, "cross_entropy": _cross_entropy,
    "binary_cross_entropy": _mean_of(_bce, _bce_worth),
    "mse_loss": _mean_of(_squared, lambda a, b: (a - b) ** 2),
    "l1_loss": _mean_of(_absolute, lambda a, b: abs(a - b)),
}  # fmt: skip
