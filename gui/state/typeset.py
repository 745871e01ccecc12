"""Formulas typeset as painter paths: by ziamath, on a thread, each only once.

A path has no colour and no size of its own, so a theme or a font size makes nothing anew.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainterPath

from gui.state.later import Later

EM = 64.0
"""Size of the letters in a path; painting scales it."""
MOST = 4000
"""Pieces that are kept."""

_SHAPES = re.compile(r'<path d="([^"]*)"|<rect ([^>]*)/?>|viewBox="([^"]*)"')
_NUMBERS = re.compile(r"([MLQCZ])|(-?[\d.]+(?:e-?\d+)?)")
_SIDES = re.compile(r'(x|y|width|height)="(-?[\d.]+)')
_STEP = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_PARTS = re.compile(
    r"(\\begin\{|\\left(?![A-Za-z])|\{|\\end\{|\\right(?![A-Za-z])|\}|\\[A-Za-z]+|\\.|.)"
)
_DEEPER = {"{": 1, r"\left": 1, r"\begin{": 2, "}": -1, r"\right": -1}
"""What opens and closes; the name of an environment has braces of its own, which close."""
_SIGNS = {"=", "+", r"\approx", r"\cdot", r"\leftarrow"}
"""Where a long formula may go on in the next line: before these."""


@dataclass(frozen=True)
class Piece:
    """A part of a formula that stays in one line; all lengths are in EM, the baseline is y = 0."""

    path: QPainterPath
    width: float
    ascent: float
    descent: float


_pieces: dict[str, Piece | None] = {}
"""What has been typeset by all windows; None for what ziamath cannot do."""
_AT_WORK = threading.Lock()


def pieces_of(tex: str) -> tuple[str, ...]:
    r"""The formula in parts that may stand in lines of their own: `x`, `= a`, `\cdot b`."""
    parts, depth = [""], 0
    for token in _PARTS.findall(tex):
        depth += _DEEPER.get(token, 0)
        if depth == 0 and token in _SIGNS and parts[-1].strip():
            parts.append("")
        parts[-1] += token
    return tuple(part.strip() for part in parts if part.strip())


def known(tex: str) -> list[Piece] | None:
    """The pieces of a formula, if all of them have been typeset and could be."""
    found = [_pieces.get(part) for part in pieces_of(tex)]
    return None if None in found else [p for p in found if p is not None]


def is_settled(tex: str) -> bool:
    """Whether nothing is to be done for it any more."""
    return all(part in _pieces for part in pieces_of(tex))


def typeset(tex: str) -> Piece | None:
    """One piece as a path; None where ziamath refuses it.  Takes about 2 ms."""
    try:
        import ziamath

        ziamath.config.svg2 = False
        return _read(ziamath.Latex(_spaced(tex), size=EM).svg())
    except Exception:  # whatever its parser trips over: the plain text is shown then
        return None


def _spaced(tex: str) -> str:
    """A sign that begins a piece keeps its distance, as it would between two things."""
    head = next((s for s in _SIGNS if tex == s or tex.startswith((s + " ", s + "\\"))), None)
    if head is None or tex == head:
        return tex
    return rf"{{}} {head} {tex[len(head) :].lstrip()}"


def _read(svg: str) -> Piece:
    path, box = QPainterPath(), (0.0, 0.0, 0.0, 0.0)
    for line, rectangle, view in _SHAPES.findall(svg):
        if view:
            x, y, width, height = map(float, view.split())
            box = (x, y, width, height)
        elif line:
            _draw(path, line)
        else:
            side = {name: float(number) for name, number in _SIDES.findall(rectangle)}
            path.addRect(QRectF(side["x"], side["y"], side["width"], side["height"]))
    path.setFillRule(path.fillRule().WindingFill)
    x, y, width, height = (n / EM for n in box)
    return Piece(path, x + width, -y, y + height)


def _draw(path: QPainterPath, line: str) -> None:
    for command, n in _commands(line):
        if command == "M":
            path.moveTo(n[0], n[1])
        elif command == "L":
            path.lineTo(n[0], n[1])
        elif command == "Q":
            path.quadTo(n[0], n[1], n[2], n[3])
        elif command == "C":
            path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5])
        else:
            path.closeSubpath()


def _commands(line: str) -> Iterator[tuple[str, list[float]]]:
    command = ""
    numbers: list[float] = []
    for letter, number in _NUMBERS.findall(line):
        if letter:
            command, numbers = letter, []
        else:
            numbers.append(float(number))
        if command and len(numbers) == _STEP[command]:
            yield command, numbers
            numbers = []


class Typesetter(QObject):
    """Typesets on a thread; `ready` comes when the latest that was asked for is there."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._later = Later(self)
        self._later.found.connect(self._on_found)

    def ask(self, formulas: Sequence[str]) -> None:
        """Have these typeset, unless they are; what was asked before is given up."""
        missing = [p for tex in formulas for p in pieces_of(tex) if p not in _pieces]
        self._later.forget()
        self._wanted = missing
        if missing:
            self._later.ask(lambda: self._all(missing))

    def _all(self, missing: list[str]) -> None:
        for tex in missing:
            if self._wanted is not missing:  # somebody has stepped on
                return
            with _AT_WORK:
                if tex not in _pieces:  # another view may have wanted it too
                    _pieces[tex] = typeset(tex)

    def _on_found(self, _: object) -> None:
        with _AT_WORK:
            while len(_pieces) > MOST:
                del _pieces[next(iter(_pieces))]
        self.ready.emit()
