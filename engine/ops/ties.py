"""The order in which PyTorch leaves equal entries: that of the C++ library it calls.

`sort` without `stable`, `topk` and `kthvalue` move entries about as libstdc++'s std::sort,
std::nth_element and std::partial_sort (bits/stl_algo.h, bits/stl_heap.h) do.  A row here is a list
of (rank, place): only ranks are compared.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.entries import look

Array = np.ndarray
Row = list[tuple[int, int]]

SMALL = 16
"""Rows up to here are sorted by insertion alone, which keeps the order of equal entries."""
_LARGE = 1 << 17
"""Beyond, equal entries keep their order: walking through them here would take seconds."""


def repaired(
    index: Array, data: Array, dim: int, places: Callable[[Array], Array], always: bool = False
) -> Array:
    """`index`, with the rows along `dim` that hold equal entries as `places` finds them.

    `always` does so for all rows.
    """
    rows, found = np.moveaxis(data, dim, -1), np.moveaxis(index, dim, -1).copy()
    ranked = np.sort(rows, -1)
    same = (ranked[..., 1:] == ranked[..., :-1]) | np.isnan(ranked[..., 1:])
    for row in np.argwhere(np.any(same, -1) | always):
        look()
        found[tuple(row)] = places(rows[tuple(row)])
    return np.moveaxis(found, -1, dim)


def ordered(data: Array, descending: bool) -> Array:
    """Places (n,) in which the entries of `data` (n,) are in order, as std::sort leaves them."""
    row, tied = _row(data, descending)
    if tied and SMALL < len(row) <= _LARGE:
        _sort(row, 0, len(row))
    else:
        row.sort()
    return _places(row)


def foremost(data: Array, k: int, largest: bool, in_order: bool = True) -> Array:
    """Places (k,) of the first `k` entries in order, as std::nth_element or partial_sort do."""
    row, tied = _row(data, largest)
    if k and (tied or not in_order) and len(row) <= _LARGE:
        if k * 64 <= len(row):
            _partial_sort(row, 0, k, len(row))
        else:
            _select(row, k - 1)
            if in_order:
                _sort(row, 0, k - 1)
    elif k:
        row.sort()
    return _places(row[:k])


def kth(data: Array, k: int) -> int:
    """The place of the entry number `k` in order, found by quickselect."""
    row, tied = _row(data, False)
    if not tied or len(row) > _LARGE:
        return sorted(row)[k][1]
    low, high = 0, len(row) - 1
    while high > low + 1:
        _swap(row, low + (high - low) // 2, low + 1)
        for i, j in ((low + 1, high), (low, high), (low + 1, low)):
            if row[i][0] > row[j][0]:
                _swap(row, i, j)
        i, j = _split(row, low, high)
        _swap(row, low, j)
        if j <= k:
            low = i
        if j >= k:
            high = j - 1
    if high == low + 1 and row[low][0] > row[high][0]:
        _swap(row, low, high)
    return row[k][1]


def _split(row: Row, low: int, high: int) -> tuple[int, int]:
    """Exchange entries until those before `i` are at most, those after `j` at least the pivot."""
    pivot, i, j = row[low][0], low + 1, high
    while True:
        i, j = i + 1, j - 1
        while row[i][0] < pivot:
            i += 1
        while row[j][0] > pivot:
            j -= 1
        if j < i:
            return i, j
        _swap(row, i, j)


def _row(data: Array, descending: bool) -> tuple[Row, bool]:
    """(rank, place) of every entry, nan the largest, and whether any two have the same rank."""
    values, ranks = np.unique(data, return_inverse=True)  # all nan are one
    ranks = ranks.reshape(-1)
    if descending:
        ranks = len(values) - 1 - ranks
    return list(zip(ranks.tolist(), range(len(ranks)), strict=True)), len(values) < len(ranks)


def _places(row: Row) -> Array:
    return np.array([place for _, place in row], np.int64)


def _swap(row: Row, i: int, j: int) -> None:
    row[i], row[j] = row[j], row[i]


# ---- std::sort and std::nth_element --------------------------------------------------------------


def _sort(row: Row, first: int, last: int) -> None:
    """Introsort: partitions down to 16 entries (heaps where it goes too deep), then insertion."""
    todo = [(first, last, _depth(last - first))]
    while todo:
        start, end, depth = todo.pop()
        while end - start > SMALL:
            if not depth:
                _partial_sort(row, start, end, end)
                break
            depth -= 1
            cut = _partitioned(row, start, end)
            todo.append((cut, end, depth))
            end = cut
    row[first:last] = sorted(row[first:last], key=_rank)  # insertion keeps what is equal in order


def _select(row: Row, nth: int) -> None:
    first, last, depth = 0, len(row), _depth(len(row))
    while last - first > 3:
        if not depth:
            _heap_select(row, first, nth + 1, last)
            _swap(row, first, nth)
            return
        depth -= 1
        cut = _partitioned(row, first, last)
        first, last = (cut, last) if cut <= nth else (first, cut)
    row[first:last] = sorted(row[first:last], key=_rank)


def _depth(n: int) -> int:
    return 2 * (n.bit_length() - 1) if n else 0


def _rank(entry: tuple[int, int]) -> int:
    return entry[0]


def _partitioned(row: Row, first: int, last: int) -> int:
    """Split by the median of three entries; gives where the second part starts."""
    middle = first + (last - first) // 2
    _swap(row, first, _median(row, first + 1, middle, last - 1))
    pivot, i, j = row[first][0], first + 1, last
    while True:
        while row[i][0] < pivot:
            i += 1
        j -= 1
        while row[j][0] > pivot:
            j -= 1
        if i >= j:
            return i
        _swap(row, i, j)
        i += 1


def _median(row: Row, x: int, y: int, z: int) -> int:
    """Which of three holds the middle one, asked in the order of __move_median_to_first."""
    a, b, c = row[x][0], row[y][0], row[z][0]
    if a < b:
        return y if b < c else z if a < c else x
    return x if a < c else z if b < c else y


# ---- std::partial_sort ---------------------------------------------------------------------------


def _partial_sort(row: Row, first: int, middle: int, last: int) -> None:
    _heap_select(row, first, middle, last)
    for end in range(middle - 1, first, -1):
        _pop(row, first, end, end)


def _heap_select(row: Row, first: int, middle: int, last: int) -> None:
    """The smallest entries as a heap with the largest of them on top."""
    for parent in range((middle - first - 2) // 2, -1, -1):
        _adjust(row, first, parent, middle - first, row[first + parent])
    for i in range(middle, last):
        if row[i][0] < row[first][0]:
            _pop(row, first, middle, i)


def _pop(row: Row, first: int, last: int, result: int) -> None:
    value = row[result]
    row[result] = row[first]
    _adjust(row, first, 0, last - first, value)


def _adjust(row: Row, first: int, hole: int, length: int, value: tuple[int, int]) -> None:
    """Put `value` where it belongs below `hole`: all the way down, then up again."""
    top, child = hole, hole
    while child < (length - 1) // 2:
        child = 2 * (child + 1)
        if row[first + child][0] < row[first + child - 1][0]:
            child -= 1
        row[first + hole] = row[first + child]
        hole = child
    if length % 2 == 0 and child == (length - 2) // 2:
        child = 2 * child + 1
        row[first + hole] = row[first + child]
        hole = child
    while hole > top and row[first + (hole - 1) // 2][0] < value[0]:
        row[first + hole] = row[first + (hole - 1) // 2]
        hole = (hole - 1) // 2
    row[first + hole] = value
