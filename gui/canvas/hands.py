"""The mouse on the canvas: presses become gestures, and go to the one under way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent

from engine.graph import EdgeKey
from gui.canvas.board import Board
from gui.canvas.fields import Spot, spots
from gui.canvas.hits import NOTHING, Hit, edge_at
from gui.canvas.tools.bend import BendWire, draw_picked, with_bend
from gui.canvas.tools.connect import Connect
from gui.canvas.tools.knife import Knife
from gui.canvas.tools.move import Duplicate, Move
from gui.canvas.tools.pan import Pan, PanMinimap
from gui.canvas.tools.pick import PickUp, port_to_pick
from gui.canvas.tools.relink import Relink
from gui.canvas.tools.select import RubberBand
from gui.canvas.tools.tool import Tool
from gui.model.wires import links_of
from gui.tr import tr

_HINTS = {
    "port": "Drag to wire · click, then click another port · Alt+click removes its wires",
    "output": "Drag to wire · Ctrl+drag moves all its wires · Alt+click removes them",
    "node": "Drag to move · double-click or {edit_selection} edits the value · {rename_selection}"
    " renames · {mute_selection} mutes",
    "edge": "Click to select · {delete_selection} or Alt+click removes · Shift+right-click bends",
    "bend": "Drag to move the bend · {delete_selection} straightens · Alt+click removes the wire",
    "region": "Drag to move what is inside · double-click edits the title"
    " · {fold_selection} folds a group",
    "fold": "Double-click or Ctrl+click folds and unfolds the group",
}
Mods = Qt.KeyboardModifier
_KNIFE = Mods.AltModifier | Mods.ShiftModifier
Button = Qt.MouseButton

BEND_REACH = 10.0
EDGE = 28.0
"""Widget pixels from the border within which a drag moves the view along."""
SPEED = 900.0
"""Pixels a second at the border itself."""
TICK = 16
"""Milliseconds between two steps of the view."""


class Hands(Board):
    """At most one gesture is under way: `tool`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.tool: Tool | None = None
        self.wheel_scrolls = self.touchpad_zooms = False
        self._scroller = QTimer(self, interval=TICK)
        self._scroller.timeout.connect(self._on_tick)
        self._space = self._panned_by_space = False

    def fields_of(self, item: str) -> list[Spot]:
        """What of a node or region can be typed over."""
        return spots(self.editor, item)

    # Gestures

    def begin(self, tool: Tool) -> None:
        """From now on events go to this gesture."""
        self.tool = tool
        self.minimap.settled = False
        self.hovered = NOTHING
        self.hint.emit(tr(tool.hint))
        tool.begun()
        if tool.cursor is not None:
            self.setCursor(tool.cursor)
        self.update()

    def finish(self, tool: Tool) -> None:
        """The gesture is over."""
        if self.tool is tool:
            self.tool = None
            self.minimap.settled = True
            self.lift()
            self._scroller.stop()
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
        draw_picked(self, painter, self.picked_bend)
        if self.tool is not None:
            self.tool.paint(painter)

    # The view follows a drag that touches the border

    def tick(self, seconds: float) -> None:
        """Let this much time pass for the gesture under way."""
        tool, by = self.tool, self._pull()
        if tool is None or by.isNull():
            self._scroller.stop()
            return
        self.set_view(self.view.panned(by.x() * seconds, by.y() * seconds))
        tool.move(tool.at, tool.keys)

    def _on_tick(self) -> None:
        self.tick(TICK / 1000)

    def _pull(self) -> QPointF:
        """How fast the view is to move, in pixels a second."""
        tool = self.tool
        if tool is None or not tool.scrolls or not tool.dragged:
            return QPointF()
        room = QRectF(self.rect())
        return QPointF(
            _pulled(tool.at.x(), room.left(), room.right()),
            _pulled(tool.at.y(), room.top(), room.bottom()),
        )

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.end_nudge()
        if self.field.active and not self.field.commit():
            return
        self.search.cancel()
        self.finder.close_bar()
        at, button, keys = event.position(), event.button(), event.modifiers()
        if self.tool is not None and button == Button.LeftButton:
            self.tool.press(at, keys)
        elif self.tool is not None:
            self.cancel_gesture()
        elif button == Button.MiddleButton or (self._space and button == Button.LeftButton):
            self._panned_by_space = self._space
            self.begin(Pan(self, at))
        elif button == Button.LeftButton:
            self._press(at, keys)
        elif button == Button.RightButton and keys & Mods.ControlModifier:
            self.begin(Knife(self, at))
        elif button == Button.RightButton and keys & Mods.ShiftModifier:
            self._bend(at)

    def _press(self, at: QPointF, keys: Mods) -> None:
        if self.minimap_wanted and self.minimap.rect(QSizeF(self.size())).contains(at):
            self.begin(PanMinimap(self, at))
            return
        if keys & _KNIFE == _KNIFE:
            self.begin(Knife(self, at))
            return
        found = self.hit(at)
        if keys & Mods.AltModifier and found.kind in ("port", "edge", "bend"):
            self._take_away(found)
        elif found.kind == "bend" and found.edge is not None:
            self.begin(BendWire(self, at, found.edge, found.port))
        elif found.kind == "port":
            self._press_port(at, found.port, keys)
        elif found.part == "fold" and keys & Mods.ControlModifier:
            self.toggle_fold(found.id)
        elif found.kind in ("node", "region"):
            self._press_item(at, found.id, keys)
        elif found.edge is not None:
            self._select_edge(found, keys)
        else:
            self.begin(RubberBand(self, at))

    def _bend(self, at: QPointF) -> None:
        """Shift and the right button on a wire: it is led through here."""
        p = self.scene(at)
        found = edge_at(self.geometry_, p.x(), p.y(), BEND_REACH / self.view.scale)
        if found is None or found.edge is None:
            self.hint.emit(tr("Shift and the right button bend a wire: point at one."))
        else:
            self.begin(BendWire(self, at, found.edge))

    def bend_wire(self, key: EdgeKey, at: QPointF) -> None:
        """Lead a wire through a scene point."""
        index, document = with_bend(self, key, at)
        self.editor.apply(tr("Bend wire"), document)
        self.selection.set((), [key])
        self.picked_bend = (key, index)

    def _take_away(self, found: Hit) -> None:
        """Alt and a click: the wire, or all wires of the port."""
        if found.edge is not None:
            self.remove_wires([found.edge])
        else:
            self.unlink(*self.geometry_.slot_of(found.port))

    def _press_port(self, at: QPointF, port: int, keys: Mods) -> None:
        node, slot, output = self.geometry_.slot_of(port)
        if keys & Mods.ControlModifier and slot is None:
            if links_of(self.document.graph, node, None, output):
                self.begin(Relink(self, at, node, output))
            else:
                self.hint.emit(tr("No wire leaves this output yet."))
        else:
            self.begin(Connect(self, at, port))

    def pick_up_wire(self) -> None:
        """Wire the selected node's output by keyboard, or lead the selected wire elsewhere."""
        port = port_to_pick(self)
        if port is None:
            self.hint.emit(
                tr("Select one node, or one wire, to lead a wire from it with the arrows.")
            )
        else:
            self.begin(PickUp(self, port))

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
        self.mouse = event.position()
        if self.tool is not None:
            self.tool.move(event.position(), event.modifiers())
            if not self._pull().isNull() and not self._scroller.isActive():
                self._scroller.start()
        else:
            self._hover(self.glance(event.position()))

    def _hover(self, found: Hit) -> None:
        if found == self.hovered:
            return
        if (found.kind, found.id, found.edge, found.part == "fold") != (
            self.hovered.kind, self.hovered.id, self.hovered.edge, self.hovered.part == "fold",
        ):  # fmt: skip
            output = found.kind == "port" and found.part.startswith("output ")
            kind = "fold" if found.part == "fold" else found.kind
            told = tr(_HINTS.get("output" if output else kind, ""))
            self.hint.emit(told.format_map(self.key_names))
        self.hovered = found
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.tool is not None:
            self.tool.release(event.position(), event.modifiers())
            self._hover(self.glance(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a value, a name or a title: edit it; on nothing: add an operation."""
        if event.button() != Button.LeftButton:
            return
        self.cancel_gesture()
        if self.field.active and not self.field.commit():
            return
        found = self.hit(event.position())
        if found.kind == "empty":
            self.start_search(self.scene(event.position()))
        elif found.kind == "region" and found.part in ("fold", "body"):
            self.toggle_fold(found.id)
        elif found.kind == "region":
            self.edit_item(found.id, "title")
        elif found.kind == "port" and not found.part.startswith("output "):
            self.edit_item(found.id, found.part)
        elif found.kind == "node":
            self.edit_item(found.id, "name" if found.part == "name" else "")

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.mouse = None
        if self.tool is None:
            self._hover(NOTHING)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the cursor and two fingers on a touchpad pan, unless set otherwise.

        Ctrl and the wheel always zoom, Shift and the wheel scroll sideways.
        """
        zooms = bool(event.modifiers() & Mods.ControlModifier)
        pixels = event.pixelDelta()
        touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase and not pixels.isNull()
        if touchpad and not zooms and not self.touchpad_zooms:
            self.pan_by_hand(pixels.x(), pixels.y())
        elif event.modifiers() & Mods.ShiftModifier:
            turn = event.angleDelta()
            self.pan_by_hand((turn.y() or turn.x()) / 2, 0)
        elif self.wheel_scrolls and not zooms and not touchpad:
            turn = event.angleDelta()
            self.pan_by_hand(turn.x() / 2, turn.y() / 2)
        else:
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        self._follow()
        if self.tool is not None:
            self.tool.move(self.tool.at, self.tool.keys)
        event.accept()

    def _follow(self) -> None:
        """The in-place editor stays over what it edits."""
        if self.field.active:
            item, index = self._editing
            self.field.move_to(self._field_rect(item, self.fields_of(item)[index].part))


def _pulled(at: float, low: float, high: float) -> float:
    """The speed along one axis: the nearer the border, or the further out, the faster."""
    inside = min(at - low, high - at)
    if inside >= EDGE:
        return 0.0
    speed = SPEED * min(2.0, (EDGE - inside) / EDGE)
    return speed if at - low < high - at else -speed
