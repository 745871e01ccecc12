"""The canvas: events become gestures and commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QNativeGestureEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip

from gui.canvas import menu
from gui.canvas.hands import Hands, Mods
from gui.canvas.hits import NOTHING, Hit
from gui.canvas.keys import KEYS, arrow, spelled
from gui.canvas.shapes import GRID
from gui.canvas.tips import tip
from gui.model import edits
from gui.model.document import Document

MIME = "application/x-chainrule-op"
"""A drag from the palette: the name of an op, or a kind of region, as text."""


class Canvas(Hands):
    """One widget on which a graph is composed and its run is watched."""

    space_tapped = Signal()
    """Space was pressed and let go without a drag: play or pause."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
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
        self.zoom_changed.emit(self.view.scale)  # said once even where it is what it was

    def disconnect_slot(self, node: str, slot: str) -> None:
        """Take the wire out of an input."""
        graph = self.document.graph
        source = graph.nodes[graph.edges[node, slot].source].name
        document = edits.disconnect(self.document, [(node, slot)])
        self.editor.apply(f"Disconnect {source} from {graph.nodes[node].name}", document)

    # Menus

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
            return True
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
            self.nudge(way[0] * GRID, way[1] * GRID)

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
