"""How the window's room is shared: docks give way before the canvas does, and grow back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow
from shiboken6 import isValid

from gui.theme import text_scale

Area = Qt.DockWidgetArea
SIDES = (Area.LeftDockWidgetArea, Area.RightDockWidgetArea)
BARS = (Area.TopDockWidgetArea, Area.BottomDockWidgetArea)
NAMES = dict(zip((*SIDES, *BARS), ("left", "right", "top", "bottom"), strict=True))
MIDDLE = ("width", "height")
"""Under these names it is known what the person has left to what is in the middle."""
LEAST = (320, 320)
"""The width and height that what is in the middle keeps in any case."""
SHARE = (0.45, 0.6)
"""The share of the window that it keeps, unless the person left it less."""
BESIDE = 0.4
"""The share of a bar that all docks but its widest may take."""


@dataclass(frozen=True)
class Line:
    """Docks that have one size in common: a column at a side, or a row above or below."""

    key: str
    dock: QDockWidget
    size: int
    least: int


class Sharing(QObject):
    """What sizes the person wants; as much of that is given as the window has room for."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.text = text_scale(window.font())
        """How many times as large as usual the window's text is."""
        self.wanted: dict[str, int] = {}
        self._given: dict[str, int] = {}
        self._busy = False
        # Not `QTimer.singleShot`: where the window goes first, PySide keeps what it was to call.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._share_later)
        self._resized = QTimer(self, singleShot=True, interval=0)
        self._resized.timeout.connect(self.share)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Sharing follows the window's size and its text; its edges are dragged within itself."""
        if watched is self.window:
            if event.type() == QEvent.Type.Resize:
                self.share()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                self.note()
            elif event.type() == QEvent.Type.FontChange:
                self._follow_text()
        return super().eventFilter(watched, event)

    def _follow_text(self) -> None:
        before, self.text = self.text, text_scale(self.window.font())
        if before != self.text:
            more = self.text / before
            docks = {k: round(s * more) for k, s in self.wanted.items() if k not in MIDDLE}
            self.wanted.update(docks)
            self._resized.start()  # once all in the window has the new size

    # ---- what is wanted --------------------------------------------------------------------------

    def want(self, sizes: Mapping[str, int]) -> None:
        """Take these over, as `wanted` had them."""
        self.wanted.update(sizes)

    def note(self) -> None:
        """What is not as it was given has been chosen by hand: that is what is wanted."""
        lines = self._all()
        chosen = {k: size for k, size in lines.items() if self._given.get(k, size) != size}
        self.wanted.update(chosen)
        for way, areas in zip(MIDDLE, (SIDES, BARS), strict=True):
            if any(line.key in chosen for line in self._lines(areas)):
                self.wanted[way] = self._middle(way == "width")
        self._given.update(lines)

    def want_width(self, dock: QDockWidget, width: int) -> None:
        """A dock is to be so wide."""
        for line in self._lines(SIDES):
            if dock is line.dock or dock in self.window.tabifiedDockWidgets(line.dock):
                self.wanted[line.key] = width
        self.share()

    # ---- what is given ---------------------------------------------------------------------------

    def share_soon(self, *_: object) -> None:
        """Once what is under way has come to its end; a window that is closed shares nothing."""
        if isValid(self.window) and self.window.isVisible():  # docks that go with it tell, too
            self._soon.start()

    def _share_later(self) -> None:
        """Qt squeezes docks only where the middle has no more to give: else it was somebody."""
        centre = self.window.centralWidget()
        least = centre.minimumSizeHint() if centre is not None else QSize()
        if self._middle(True) > least.width() and self._middle(False) > least.height():
            self.note()
        self.share()

    def share(self) -> None:
        """Give every dock what is wanted, or its part of the room there is."""
        if self._busy or not self.window.isVisible():
            return
        self._busy = True
        try:
            self._share(SIDES)
            self._share(BARS)
            for area in BARS:
                self._share_bar(area)
            self._given = self._all()
        finally:
            self._busy = False

    def _share(self, areas: Sequence[Area]) -> None:
        lines, across = self._lines(areas), areas is SIDES
        window = self.window.size()
        whole = window.width() if across else window.height()
        centre = self.wanted.get(MIDDLE[not across], whole)
        least = max(LEAST[not across], min(centre, round(SHARE[not across] * whole)))
        wanted = [self.wanted.setdefault(line.key, line.size) for line in lines]
        taken = whole - sum(line.size for line in lines) - self._middle(across)
        sizes = given(wanted, [line.least for line in lines], whole - taken - least)
        self._set(lines, sizes, Qt.Orientation.Horizontal if across else Qt.Orientation.Vertical)

    def _share_bar(self, area: Area) -> None:
        """The widest dock of a bar takes what the others leave."""
        lines = self._beside(area)
        if len(lines) < 2:
            return
        wanted = [self.wanted.setdefault(line.key, line.size) for line in lines]
        widest = wanted.index(max(wanted))
        others = [k for k in range(len(lines)) if k != widest]
        room = sum(line.size for line in lines)
        sizes = given(
            [wanted[k] for k in others], [lines[k].least for k in others], round(room * BESIDE)
        )
        sizes.insert(widest, room - sum(sizes))
        self._set(lines, sizes, Qt.Orientation.Horizontal)

    def _set(self, lines: Sequence[Line], sizes: Sequence[int], way: Qt.Orientation) -> None:
        if any(line.size != size for line, size in zip(lines, sizes, strict=True)):
            self.window.resizeDocks([line.dock for line in lines], sizes, way)
            layout = self.window.layout()
            if layout is not None:
                layout.activate()  # left to itself it takes its turn after the next frame

    # ---- what is there ---------------------------------------------------------------------------

    def _middle(self, across: bool) -> int:
        centre = self.window.centralWidget()
        assert centre is not None
        return centre.width() if across else centre.height()

    def _all(self) -> dict[str, int]:
        lines = [*self._lines(SIDES), *self._lines(BARS)]
        lines += [line for area in BARS for line in self._beside(area)]
        return {line.key: line.size for line in lines}

    def _lines(self, areas: Sequence[Area]) -> list[Line]:
        """The columns at the sides, or the rows above and below."""
        return [line for area in areas for line in self._along(area, area in SIDES)]

    def _beside(self, area: Area) -> list[Line]:
        """The docks of a bar that lie beside each other."""
        return self._along(area, True)

    def _along(self, area: Area, across: bool) -> list[Line]:
        places = {(d.x() if across else d.y()): d for d in self._in_front(area)}
        name = f"{NAMES[area]} {'x' if across else 'y'}"
        return [self._line(f"{name}{k}", places[at], across) for k, at in enumerate(sorted(places))]

    def _line(self, key: str, dock: QDockWidget, across: bool) -> Line:
        least = [d.minimumSizeHint() for d in (dock, *self.window.tabifiedDockWidgets(dock))]
        if across:
            return Line(key, dock, dock.width(), max(size.width() for size in least))
        return Line(key, dock, dock.height(), max(size.height() for size in least))

    def _in_front(self, area: Area) -> list[QDockWidget]:
        """The docks of an area that are to be seen: those behind a tab lie outside the window."""
        docks = self.window.findChildren(QDockWidget)
        shown = [d for d in docks if d.isVisible() and not d.isFloating() and d.x() >= 0]
        return [dock for dock in shown if self.window.dockWidgetArea(dock) == area]


def given(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The sizes that fit into `room`: each gives up the same share of what it could do without."""
    spare = [max(0, w - m) for w, m in zip(wanted, least, strict=True)]
    over = sum(max(pair) for pair in zip(wanted, least, strict=True)) - room
    share = min(1.0, max(0.0, over / (sum(spare) or 1)))
    return [max(w, m) - round(s * share) for w, m, s in zip(wanted, least, spare, strict=True)]
