"""The canvas: events become gestures and commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip

from engine.graph import EdgeKey
from gui.canvas import menu
from gui.canvas.board import Board
from gui.canvas.fields import Spot, spots
from gui.canvas.hits import NOTHING, Hit
from gui.canvas.keys import KEYS, arrow, spelled
from gui.canvas.shapes import GRID
from gui.canvas.tips import tip
from gui.canvas.tools.connect import Connect
from gui.canvas.tools.move import Move
from gui.canvas.tools.pan import Pan, PanMinimap
from gui.canvas.tools.select import RubberBand
from gui.canvas.tools.tool import Tool
from gui.model import edits
from gui.model.document import Document

MIME = "application/x-chainrule-op"
"""A drag from the palette: the name of an op, or a kind of region, as text."""

_HINTS = {
    "port": "Drag to wire · click, then click another port",
    "node": "Drag to move · double-click or Enter edits the value · F2 renames",
    "edge": "Click to select · Del removes · hover shows its numbers",
    "region": "Drag to move what is inside · double-click edits the title",
}
Mods = Qt.KeyboardModifier


class Canvas(Board):
    """One widget on which a graph is composed and its run is watched."""

    space_tapped = Signal()
    """Space was pressed and let go without a drag: play or pause."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.tool: Tool | None = None
        self._space = False
        self._panned_by_space = False
        self.setAcceptDrops(True)
        self.editor.changed.connect(self._on_changed)
        self.editor.opened.connect(self._on_opened)

    # The document

    def _on_changed(self, before: Document, after: Document) -> None:
        self.cancel_gesture()
        self.field.cancel()
        self.search.close_quietly()
        self.hovered = NOTHING
        self.show_document(after)
        self.selection.keep_only_what_is_in(after)

    def _on_opened(self, document: Document) -> None:
        self._on_changed(self.shown, document)
        self.selection.set()
        self.fit_all()

    def disconnect_slot(self, node: str, slot: str) -> None:
        """Take the wire out of an input."""
        graph = self.document.graph
        source = graph.nodes[graph.edges[node, slot].source].name
        document = edits.disconnect(self.document, [(node, slot)])
        self.editor.apply(f"Disconnect {source} from {graph.nodes[node].name}", document)

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
            self._edit_part(found)

    def _edit_part(self, found: Hit) -> None:
        first = self.fields_of(found.id)[0].part
        if found.part == "name":
            self.edit_item(found.id, "name")
        elif first != "name":
            self.edit_item(found.id, first)
        else:
            self.node_activated.emit(found.id)

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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel_gesture()
        at = QPointF(event.pos())
        found = self.hit(at)
        if found.kind in ("node", "region") and found.id not in self.selection.items:
            self.selection.set([found.id])
        elif found.kind == "edge" and found.edge not in self.selection.edges:
            self._select_edge(found, Mods.NoModifier)
        popup = self.menu_for(found, self.scene(at))
        popup.popup(event.globalPos())

    def menu_for(self, found: Hit, at: QPointF) -> QMenu:
        """The context menu, with the keys written beside (the canvas itself handles them)."""
        popup = QMenu(self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, key, do in menu.entries(self, found, at):
            if not text:
                popup.addSeparator()
                continue
            action = QAction(f"{text}\t{key}" if key else text, popup)
            action.triggered.connect(lambda _=False, do=do: do())
            popup.addAction(action)
        return popup

    # Keys

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab adds an operation; Shift+Tab leaves the canvas as everywhere."""
        return False if forward else super().focusNextPrevChild(forward)

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._wants(event):
                event.accept()
                return True
        elif kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        elif kind == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            return self._pinch(event)
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        """Keys that are the canvas's own even where the window has a shortcut for them."""
        name = spelled(event)
        if arrow(name):
            return bool(self.selection.items) or name.startswith("Alt+")
        return name in KEYS or event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Space)

    def _pinch(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.zoom_by(1.0 + event.value(), event.position())
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.tool is not None and self.tool.key(event):
            return
        name = spelled(event)
        moved = arrow(name)
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._hold_space(event)
        elif moved and self.tool is None and self._wants(event):
            self._arrow(*moved)
        elif name in KEYS:
            self.end_nudge()
            self.cancel_gesture()
            getattr(self, KEYS[name])()
        else:
            super().keyPressEvent(event)

    def _arrow(self, modifier: str, way: tuple[int, int]) -> None:
        if modifier == "Alt":
            self.walk(*way)
        else:
            step = GRID * (10 if modifier == "Shift" else 1)
            self.nudge(way[0] * step, way[1] * step)

    def _escape(self) -> None:
        if not self.cancel_gesture():
            self.selection.set()

    def _hold_space(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._space, self._panned_by_space = True, False
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyReleaseEvent(event)
            return
        if self._space and not self._panned_by_space:
            self.space_tapped.emit()
        self._space = False
        if self.tool is None:
            self.unsetCursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        self.end_nudge()
        super().focusOutEvent(event)

    # Tooltips, drops

    def _show_tip(self, event: QHelpEvent) -> None:
        text = tip(self.document, self.frame, self.hit(event.pos())) if self.tool is None else ""
        # Qt would read text that looks like HTML as such; this keeps it plain.
        plain = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        QToolTip.showText(event.globalPos(), f"<span>{plain}</span>" if text else "", self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self.hint.emit("Let go to add it here · on a wire: put it in between")

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            self._hover(self.hit(event.position()))
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data: QMimeData = event.mimeData()
        if data.hasFormat(MIME):
            what = bytes(data.data(MIME).data()).decode("utf-8", "replace")
            event.acceptProposedAction()
            self.drop(what, self.scene(event.position()))
            self.setFocus()
