"""A layered layout of very many nodes, in NumPy: seconds for a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SWEEPS, RELAXATIONS = 12, 10
_FAR = 1e7
"""More than any column is tall: keeps columns apart that are worked on as one array."""

Check = Callable[[float], None]
"""Told how much is done, from 0 to 1; raises to stop."""


def layered(size: Floats, edges: Ints, gap: tuple[float, float], check: Check) -> Floats:
    """Top-left corners (n, 2) of nodes of these sizes (n, 2), each edge (m, 2) leading right.

    Nodes must be numbered so that edges lead from lower to higher.  Columns are longest paths,
    pulled towards what reads a node; rows follow the mean of the neighbours (barycentre,
    Sugiyama et al. 1981); heights are then evened out as far as the order allows.
    """
    rank = ranks(len(size), edges)
    check(0.2)
    order = _ordered(rank, edges, check)
    y = _heights(rank, order, size[:, 1] + gap[1], edges, check) - size[:, 1] / 2
    widest = np.zeros(int(rank.max(initial=0)) + 1)
    np.maximum.at(widest, rank, size[:, 0])
    left = np.concatenate([[0.0], np.cumsum(widest + gap[0])[:-1]])
    return np.stack([left[rank], y], axis=1)


def ranks(count: int, edges: Ints) -> Ints:
    """The column of every node: as late as what reads it allows, results at their longest path."""
    early, readers = [0] * count, [count] * count
    by_target = edges[np.argsort(edges[:, 1], kind="stable")].tolist()
    for a, b in by_target:  # a's own column is final: all that leads to it came before
        if early[a] >= early[b]:
            early[b] = early[a] + 1
    late = early.copy()
    by_source = edges[np.argsort(-edges[:, 0], kind="stable")].tolist()
    for a, b in by_source:
        readers[a] = min(readers[a], late[b])
        late[a] = readers[a] - 1
    return np.array(late, np.int64)


def _ordered(rank: Ints, edges: Ints, check: Check) -> Floats:
    """The place of every node within its column, 0 in the middle."""
    count = len(rank)
    position = _centred(rank, np.arange(count, dtype=np.float64))
    for sweep in range(SWEEPS):
        ahead = sweep % 2 == 0
        here, there = (edges[:, 1], edges[:, 0]) if ahead else (edges[:, 0], edges[:, 1])
        position = _centred(rank, _means(position, here, there))
        check(0.2 + 0.4 * sweep / SWEEPS)
    return position


def _means(value: Floats, here: Ints, there: Ints) -> Floats:
    """Of every node half its own value and half the mean of its neighbours'."""
    degree = np.bincount(here, minlength=len(value))
    total = np.bincount(here, value[there], minlength=len(value))
    return np.where(degree, 0.1 * value + 0.9 * total / np.maximum(degree, 1), value)


def _centred(rank: Ints, key: Floats) -> Floats:
    """Places in each column by key, with 0 in the middle of it."""
    order = np.lexsort((key, rank))
    size = np.bincount(rank)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    place = np.empty(len(rank))
    place[order] = np.arange(len(rank)) - first[rank[order]]
    centred: Floats = place - (size[rank] - 1) / 2
    return centred


def _heights(rank: Ints, place: Floats, tall: Floats, edges: Ints, check: Check) -> Floats:
    """The middle of every node: near its neighbours', in order and without overlap."""
    order = np.lexsort((place, rank))
    column, room = rank[order], tall[order]
    apart = np.cumsum(room) - room / 2  # as if all columns were stacked on each other
    first = np.concatenate([[0], np.flatnonzero(np.diff(column)) + 1])
    apart -= np.repeat(apart[first], np.diff([*first, len(column)]))
    lift = column * _FAR
    middle = np.empty(len(rank))
    middle[order] = apart - np.repeat(
        [part.mean() for part in np.split(apart, first[1:])], np.diff([*first, len(column)])
    )
    both = np.concatenate([edges, edges[:, ::-1]])
    for k in range(RELAXATIONS):
        wanted = _means(middle, both[:, 0], both[:, 1])[order] - apart
        down = np.maximum.accumulate(wanted + lift) - lift
        up = np.minimum.accumulate((wanted + lift)[::-1])[::-1] - lift
        middle[order] = (down + up) / 2 + apart  # both keep the distances, so their mean does
        check(0.6 + 0.4 * k / RELAXATIONS)
    return middle
