"""The iterations of repeats under the scrub bar: a row for each depth, labelled as room allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from engine.trace import Loop
from gui.model.timeline import Chapter
from gui.theme import Theme
from gui.tr import tr

ROWS = 2
"""Depths that are shown; the tooltip tells of deeper ones."""
GAP = 8.0
STRIDES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


class Round(NamedTuple):
    """One iteration, from its first step to its last; `around` are the iterations it lies in."""

    loop: Loop
    around: tuple[Loop, ...]
    first: int
    last: int


class Label(NamedTuple):
    """Where the text of an iteration stands, and how wide it may be."""

    text: str
    x: float
    width: float


def rounds(chapters: Sequence[Chapter]) -> list[list[Round]]:
    """The iterations at each depth that is shown, in order."""
    return [list(_at_depth(chapters, depth)) for depth in range(min(ROWS, _deepest(chapters)))]


def _deepest(chapters: Sequence[Chapter]) -> int:
    return max((len(chapter.loops) for chapter in chapters), default=0)


def _at_depth(chapters: Sequence[Chapter], depth: int) -> Iterator[Round]:
    for loops, found in groupby(chapters, lambda chapter: chapter.loops[: depth + 1]):
        inside = list(found)
        if len(loops) > depth:
            yield Round(loops[depth], loops[:depth], inside[0].first, inside[-1].last)


def labels(
    row: Sequence[Round], x_of: Callable[[float], float], wide: Callable[[str], float]
) -> Iterator[Label]:
    """What stands under the iterations: of so many that no two texts meet."""
    for _, found in groupby(row, lambda r: (r.around, r.loop.line)):
        same = list(found)
        end = x_of(same[-1].last)
        room = (end - x_of(same[0].first - 1)) / len(same)
        if wide(_whole(same[-1])) + GAP <= room:
            yield from (Label(_whole(r), x_of(r.first - 1), room) for r in same)
            continue
        widest = wide(str(same[-1].loop.number)) + GAP
        stride = next((n for n in STRIDES if n * room >= widest), STRIDES[-1])
        free_from = -GAP
        for one in same:
            number, left = one.loop.number, x_of(one.first - 1)
            wanted = number == 1 or number % stride == 0
            if wanted and left >= free_from and left + widest <= end + GAP:
                yield Label(str(number), left, widest)
                free_from = left + widest


def _whole(one: Round) -> str:
    return tr("repeat {}/{}").format(one.loop.number, one.loop.times)


def draw(
    painter: QPainter, theme: Theme, top: float, rows: Sequence[Sequence[Round]],
    x_of: Callable[[float], float],
) -> None:  # fmt: skip
    """The rows, one below the other from `top` on."""
    metrics = QFontMetricsF(painter.font())
    for k, row in enumerate(rows):
        y = top + k * metrics.height()
        painter.setPen(QPen(theme.color("border"), 1))
        starts = [x_of(r.first - 1) for r in row if x_of(r.last) - x_of(r.first - 1) >= 4]
        painter.drawLines([QLineF(x, y + 2, x, y + metrics.height() - 2) for x in starts])
        painter.setPen(theme.color("muted"))
        for label in labels(row, x_of, metrics.horizontalAdvance):
            painter.drawText(QPointF(label.x + 4, y + metrics.ascent()), label.text)
