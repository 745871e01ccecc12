"""The mouse on the canvas: presses become gestures, and go to the one under way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent

from engine.graph import EdgeKey
from gui.canvas.board import Board
from gui.canvas.fields import Spot, spots
from gui.canvas.hits import NOTHING, Hit
from gui.canvas.tools.connect import Connect
from gui.canvas.tools.knife import Knife
from gui.canvas.tools.move import Duplicate, Move
from gui.canvas.tools.pan import Pan, PanMinimap
from gui.canvas.tools.select import RubberBand
from gui.canvas.tools.tool import Tool

_HINTS = {
    "port": "Drag to wire · click, then click another port",
    "node": "Drag to move · double-click or Enter edits the value · F2 renames",
    "edge": "Click to select · Del removes · hover shows its numbers",
    "region": "Drag to move what is inside · double-click edits the title",
}
Mods = Qt.KeyboardModifier
_KNIFE = Mods.AltModifier | Mods.ShiftModifier


class Hands(Board):
    """At most one gesture is under way: `tool`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.tool: Tool | None = None
        self._space = self._panned_by_space = False

    def fields_of(self, item: str) -> list[Spot]:
        """What of a node or region can be typed over."""
        return spots(self.editor, item)

    # Gestures

    def begin(self, tool: Tool) -> None:
        """From now on events go to this gesture."""
        self.tool = tool
        self.hovered = NOTHING
        self.hint.emit(tool.hint)
        if tool.cursor is not None:
            self.setCursor(tool.cursor)
        self.update()

    def finish(self, tool: Tool) -> None:
        """The gesture is over."""
        if self.tool is tool:
            self.tool = None
            self.unsetCursor()
            self.hint.emit("")
            self.update()

    def cancel_gesture(self) -> bool:
        """End the gesture under way without a trace; whether there was one."""
        tool = self.tool
        if tool is None:
            return False
        self.finish(tool)
        tool.cancel()
        return True

    def paint_gesture(self, painter: QPainter) -> None:
        if self.tool is not None:
            self.tool.paint(painter)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.end_nudge()
        if self.field.active and not self.field.commit():
            return
        self.search.cancel()
        at = event.position()
        if self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self.tool.press(at, event.modifiers())
        elif self.tool is not None:
            self.cancel_gesture()
        elif event.button() == Qt.MouseButton.MiddleButton or self._space:
            self._panned_by_space = self._space
            self.begin(Pan(self, at))
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(at, event.modifiers())

    def _press(self, at: QPointF, keys: Mods) -> None:
        if self.minimap_wanted and self.minimap.rect(QSizeF(self.size())).contains(at):
            self.begin(PanMinimap(self, at))
            return
        if keys & _KNIFE == _KNIFE:
            self.begin(Knife(self, at))
            return
        found = self.hit(at)
        if found.kind == "port":
            self.begin(Connect(self, at, found.port))
        elif found.kind in ("node", "region"):
            self._press_item(at, found.id, keys)
        elif found.edge is not None:
            self._select_edge(found, keys)
        else:
            self.begin(RubberBand(self, at))

    def _press_item(self, at: QPointF, item: str, keys: Mods) -> None:
        items, edges = self.selection.items, self.selection.edges
        alone = False
        if keys & Mods.AltModifier:
            if item not in items:
                self.selection.set([item])
            self.begin(Duplicate(self, at, item))
            return
        if keys & Mods.ControlModifier:
            self.selection.set(items ^ {item}, edges)
            if item in items:
                return
        elif keys & Mods.ShiftModifier:
            self.selection.set(items | {item}, edges)
        elif item in items:
            alone = True
        else:
            self.selection.set([item])
        self.begin(Move(self, at, item, clicked_alone=alone))

    def _select_edge(self, found: Hit, keys: Mods) -> None:
        items, edges = self.selection.items, self.selection.edges
        this: frozenset[EdgeKey] = frozenset([found.edge] if found.edge else [])
        if keys & Mods.ControlModifier:
            self.selection.set(items, edges ^ this)
        elif keys & Mods.ShiftModifier:
            self.selection.set(items, edges | this)
        else:
            self.selection.set((), this)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None:
            self.tool.move(event.position(), event.modifiers())
        else:
            self._hover(self.hit(event.position()))

    def _hover(self, found: Hit) -> None:
        if found == self.hovered:
            return
        if (found.kind, found.id, found.edge) != (
            self.hovered.kind, self.hovered.id, self.hovered.edge,
        ):  # fmt: skip
            self.hint.emit(_HINTS.get(found.kind, ""))
        self.hovered = found
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None:
            self.tool.release(event.position(), event.modifiers())
            self._hover(self.hit(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a value, a name or a title: edit it; on nothing: add an operation."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.cancel_gesture()
        if self.field.active and not self.field.commit():
            return
        found = self.hit(event.position())
        if found.kind == "empty":
            self.start_search(self.scene(event.position()))
        elif found.kind == "region":
            self.edit_item(found.id, "title")
        elif found.kind == "port" and not found.part.startswith("output "):
            self.edit_item(found.id, found.part)
        elif found.kind == "node":
            self.edit_item(found.id, "name" if found.part == "name" else "")

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.tool is None:
            self._hover(NOTHING)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the cursor; two fingers on a touchpad pan."""
        zooms = bool(event.modifiers() & Mods.ControlModifier)
        pixels = event.pixelDelta()
        touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase and not pixels.isNull()
        if touchpad and not zooms:
            self.set_view(self.view.panned(pixels.x(), pixels.y()))
        elif event.modifiers() & Mods.ShiftModifier:
            turn = event.angleDelta()
            self.set_view(self.view.panned((turn.y() or turn.x()) / 2, 0))
        else:
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        self._follow()
        event.accept()

    def _follow(self) -> None:
        """The in-place editor stays over what it edits."""
        if self.field.active:
            item, index = self._editing
            self.field.move_to(self._field_rect(item, self.fields_of(item)[index].part))
