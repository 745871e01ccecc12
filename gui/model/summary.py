"""What an array holds, in few numbers: exact, however many entries there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.model import words
from gui.model.finite import not_finite

Array = Any
BINS = 24
"""Bars of a histogram; whole numbers of few values have a bar each."""


@dataclass(frozen=True)
class Histogram:
    """How many finite entries lie between each two neighbours of `edges`, exactly."""

    counts: tuple[int, ...]
    edges: tuple[float, ...]
    nans: int
    infs: int

    def told(self, bar: int) -> str:
        """`12 entries from -0.5 to 0`: what one bar stands for."""
        low, high = (words.number(e) for e in self.edges[bar : bar + 2])
        many = words.count(self.counts[bar], "entry").replace("entrys", "entries")
        return f"{many} from {low} to {high}"

    def summed_up(self) -> str:
        """All of it in a sentence, for those who do not see it."""
        if not self.counts:
            return "There is nothing finite in it."
        most = max(range(len(self.counts)), key=self.counts.__getitem__)
        return f"{sum(self.counts)} finite entries; most, {self.told(most)}"


def histogram(array: Array) -> Histogram:
    """Of any array; nan and infinite entries are counted apart, zero-size gives no bars."""
    nans, infs = not_finite(array)
    flat = np.ravel(np.asarray(array))
    if flat.dtype.kind == "b":
        flat = flat.astype(np.int8)
    if flat.dtype.kind not in "iuf":
        return Histogram((), (), nans, infs)
    finite = flat[np.isfinite(flat)] if nans + infs else flat
    if not finite.size:
        return Histogram((), (), nans, infs)
    low, high = float(finite.min()), float(finite.max())
    counts, edges = np.histogram(finite.astype(np.float64), _bins(finite, low, high))
    return Histogram(tuple(map(int, counts)), tuple(map(float, edges)), nans, infs)


def _bins(finite: Array, low: float, high: float) -> Array:
    """Edges with some width, also where all entries are one number."""
    if finite.dtype.kind in "iu" and high - low < BINS:
        return np.arange(low - 0.5, high + 1.0)
    if low == high:
        reach = max(abs(low) * 0.5, 0.5)
        return np.linspace(low - reach, high + reach, 4)
    edges = np.linspace(low / 2, high / 2, BINS + 1) * 2  # halves: the span may overflow
    edges[0], edges[-1] = low, high
    return edges
