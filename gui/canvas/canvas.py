"""The canvas: events become gestures and commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip

from engine.graph import EdgeKey
from gui.canvas import menu
from gui.canvas.curves import at as point_of
from gui.canvas.ghost_button import GhostButton
from gui.canvas.hands import Hands, Mods
from gui.canvas.hits import NOTHING, Hit
from gui.canvas.keys import ARROW_KEYS, KEYS, LOOKING, NAMES, UNDO, arrow, spelled
from gui.canvas.lit import NO_LIGHT, Light
from gui.canvas.shapes import GRID
from gui.canvas.tips import tip
from gui.model.document import Document
from gui.model.unseen import visible
from gui.model.why import Question
from gui.tr import tr

Questions = Callable[[str, EdgeKey | None], Sequence[tuple[str, Question]]]
"""What can be asked about a node or an edge: each in words, and as a Question."""

MIME = "application/x-chainrule-op"
"""A drag from the palette: the name of an op, or a kind of region, as text."""


class Canvas(Hands):
    """One widget on which a graph is composed and its run is watched."""

    space_tapped = Signal()
    """Space was pressed and let go without a drag: play or pause."""
    why_wanted = Signal()
    """Why is what is selected, or under the mouse, as it is?"""
    asked = Signal(object)
    """A question (of gui.model.why) was chosen in the menu."""
    ghost_wanted = Signal(object)
    """(edge key): what would have passed along it without its cut?"""
    darkened = Signal()
    """What was lit is lit no more."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.setAcceptDrops(True)
        self.keys: Mapping[str, str] = KEYS
        self.more: list[Callable[[Hit], list[menu.Entry]]] = []
        """What others add to the context menu of what was hit."""
        self.questions: Questions = lambda node, edge: ()
        self.ghost_button = GhostButton(self)
        self.ghost_button.wanted.connect(self.ghost_wanted)
        self.editor.changed.connect(self._on_changed)
        self.editor.opened.connect(self._on_opened)

    # The document

    def _on_changed(self, before: Document, after: Document) -> None:
        self.cancel_gesture()
        self.go_dark()
        self.field.cancel()
        self.search.close_quietly()
        self.finder.document = after
        self.picked_bend = None
        self.hovered = NOTHING
        self.show_document(after)
        self.selection.keep_only_what_is_in(after)

    def _on_opened(self, document: Document) -> None:
        self._on_changed(self.shown, document)
        self.selection.set()
        self.fit_all()
        self.zoom_changed.emit(self.view.scale)  # said once even where it is what it was

    # Menus

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse and event.modifiers() & (Mods.ControlModifier | Mods.ShiftModifier):
            return  # these are gestures
        self.cancel_gesture()
        at = QPointF(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self._selected_point() or at
        found = self.hit(at)
        if found.kind in ("node", "region") and found.id not in self.selection.items:
            self.selection.set([found.id])
        elif found.kind in ("edge", "bend") and found.edge not in self.selection.edges:
            self._select_edge(found, Mods.NoModifier)
        popup = self.menu_for(found, self.scene(at))
        popup.popup(self.mapToGlobal(at.toPoint()))

    def _selected_point(self) -> QPointF | None:
        """Where what is selected can be pointed at: the corner of a node, the middle of a wire."""
        geometry = self.geometry_
        for item in sorted(self.selection.items):
            self.ensure_visible(item)
            if item in geometry.row:
                x, y = geometry.xy[geometry.row[item]].tolist()
                return self.view.to_view(QPointF(x + 20, y + 12))
            if item in geometry.region_row:
                left, top, *_ = geometry.regions[geometry.region_row[item]].tab
                return self.view.to_view(QPointF(left + 9, top + 9))
        edges = [e for e in sorted(self.selection.edges) if e in geometry.edge_row]
        if not edges:
            return None
        return self.view.to_view(
            QPointF(*point_of(geometry.curves[geometry.edge_row[edges[0]]], 0.5))
        )

    def menu_for(self, found: Hit, at: QPointF) -> QMenu:
        """The context menu, with the keys written beside (the canvas itself handles them)."""
        popup = QMenu(self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(popup, menu.entries(self, found, at))
        for entries in self.more:
            if added := entries(found):
                self._fill(popup, [menu.LINE, *added])
        return popup

    def _fill(self, popup: QMenu, entries: Sequence[menu.Entry]) -> None:
        for text, key, do in entries:
            if not text:
                popup.addSeparator()
            elif isinstance(do, list):
                self._fill(popup.addMenu(visible(text)), do)
            else:
                shown = self.key_names.get(KEYS.get(key, ""), key)
                action = QAction(visible(f"{text}\t{shown}" if shown else text), popup)
                action.triggered.connect(lambda _=False, do=do: do())
                popup.addAction(action)

    # Keys

    def set_keys(self, keys: Mapping[str, str], names: Mapping[str, str] = NAMES) -> None:
        """Other keys (key -> method) than the usual ones; `names` is what is said of each method.

        A method's key may be the window's own, so that it is not among `keys`.
        """
        self.keys, self.key_names = keys, names

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
        if self.tool is not None and (name in UNDO or event.key() in ARROW_KEYS):
            return True
        if arrow(name):
            return True
        return name in self.keys or event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Space)

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
        elif self.tool is not None and not self._goes_with_gesture(name):
            self.cancel_gesture()
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._hold_space(event)
        elif moved and self.tool is None and self._wants(event):
            self._arrow(*moved)
        elif name in self.keys:
            self.end_nudge()
            getattr(self, self.keys[name])()
        else:
            super().keyPressEvent(event)

    def _goes_with_gesture(self, name: str) -> bool:
        """Keys that edit or undo end the gesture under way, and do no more than that."""
        edits_graph = name in self.keys and self.keys[name] not in LOOKING
        return not (edits_graph or name in UNDO)

    def _arrow(self, modifier: str, way: tuple[int, int]) -> None:
        if modifier == "Alt":
            self.walk(*way)
        else:
            self.nudge(way[0] * GRID, way[1] * GRID)

    def _escape(self) -> None:
        if not self.cancel_gesture() and not self.go_dark():
            self.selection.set()

    # What is lit

    def light(self, nodes: Iterable[str], edges: Iterable[EdgeKey]) -> None:
        """Light these nodes and edges of the Document; nothing of both darkens the canvas."""
        self._shine(replace(self.lit, nodes=tuple(nodes), edges=tuple(edges)))

    def haunt(self, edges: Mapping[EdgeKey, str], nodes: Mapping[str, str]) -> None:
        """Show ghosts: what would have passed along edges and come to nodes, as text."""
        self._shine(replace(self.lit, ghost_edges=edges, ghost_nodes=nodes))

    def go_dark(self) -> bool:
        """Nothing is lit any more; whether anything was."""
        lit = bool(self.lit)
        if lit:
            self._shine(NO_LIGHT)
            self.darkened.emit()
        return lit

    def _shine(self, light: Light) -> None:
        if light != self.lit:
            self.lit = light
            self.update()

    def ask_why(self) -> None:
        """Ask why what is selected is as it is."""
        self.why_wanted.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.ghost_button.follow(event.position().toPoint(), self._cut_under_mouse())

    def _cut_under_mouse(self) -> EdgeKey | None:
        edge = self.hovered.edge
        if self.tool is not None or edge is None or self.frame.edge(edge).cut is None:
            return None
        return edge

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.ghost_button.leave()

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

    def tip_of(self, found: Hit) -> str:
        """The tooltip for what is under the mouse."""
        return tip(self.document, self.frame, found)

    def _show_tip(self, event: QHelpEvent) -> None:
        text = self.tip_of(self.hit(event.pos())) if self.tool is None else ""
        # Qt would read text that looks like HTML as such; this keeps it plain.
        plain = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        QToolTip.showText(event.globalPos(), f"<span>{plain}</span>" if text else "", self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self.hint.emit(tr("Let go to add it here · on a wire: put it in between"))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            self._hover(self.glance(event.position()))
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data: QMimeData = event.mimeData()
        if data.hasFormat(MIME):
            what = bytes(data.data(MIME).data()).decode("utf-8", "replace")
            event.acceptProposedAction()
            folded = not event.modifiers() & Mods.AltModifier
            self.hint.emit("")
            self.drop(what, self.scene(event.position()), folded=folded)
            self.setFocus()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hint.emit("")
        super().dragLeaveEvent(event)
