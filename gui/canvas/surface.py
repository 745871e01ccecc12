"""The widget that shows a Document and a Frame: painting, nothing that edits."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from engine.graph import EdgeKey
from gui.canvas.geometry import Geometry, Ints
from gui.canvas.hits import NOTHING, Hit
from gui.canvas.inks import inks, saved
from gui.canvas.layer import Drawing, Layer
from gui.canvas.lit import NO_LIGHT, draw_light
from gui.canvas.look import Level, Look, level_of
from gui.canvas.marks import NO_MARKS, Marks, draw_play_marks
from gui.canvas.overlay import (
    arc_rect,
    around,
    damage,
    draw_edge_number,
    draw_sum_card,
    packet_rect,
    sum_card_rect,
)
from gui.canvas.paint import look_at, paint, paint_moving, paint_rows, paint_slices
from gui.canvas.reach import alike, along, around_edges, reach
from gui.canvas.routes import SquareGeometry
from gui.canvas.states import States
from gui.canvas.view import View
from gui.canvas.viewport import Viewport
from gui.model.document import Document
from gui.model.folded_frame import FoldedFrame
from gui.model.frames import EMPTY, Frame
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

log = logging.getLogger(__name__)

HEAVY = 20_000
"""More nodes in sight than this, and the first picture comes without edges."""
IDLE_MS = 60
"""How long nothing must happen before what was left out is drawn."""
MOST_DAMAGED = 20
"""When more nodes than this come, go or move at once, everything is painted anew."""
WHOLE_UP_TO = 250
"""Nodes: a step of a smaller graph repaints the whole still picture.  It takes milliseconds, and
does not tell how one got to the step: a part painted alone rounds some colours differently."""

EMPTY_TEXT = (
    "Press Tab or double-click to add an operation",
    "drag one from the palette · open a lesson from File › Lessons",
)


class Surface(Viewport):
    """What is seen.  `show_frame` and `set_theme` change it; the Document comes from the editor."""

    hint = Signal(str)
    empty_text = EMPTY_TEXT

    def __init__(
        self, editor: Editor, selection: Selection, *, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(editor, selection, parent)
        self.theme, self.frame, self.phase = theme, EMPTY, 1.0
        self.states = States(self.geometry_, self.frame)
        self.hovered: Hit = NOTHING
        self.reduced_motion = False
        self.marks = NO_MARKS
        self._layer = Layer(
            Drawing(self._draw_still, self._draw_draft, self._draw_slices, self._is_heavy)
        )
        self._idle = QTimer(self, interval=IDLE_MS, singleShot=True)
        self._idle.timeout.connect(self._refine)
        self._lifted: frozenset[str] = frozenset()
        self.lit = NO_LIGHT
        self._by_keyboard, self._broken = False, False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 160)
        self.setAccessibleName(tr("Graph canvas"))
        self.setAccessibleDescription(
            tr(
                "The computation graph. Tab adds an operation, Alt and arrow keys walk along it,"
                " Enter edits a value; the outline lists the same nodes."
            )
        )
        selection.changed.connect(self.update)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._layer.invalidate()
        self.update()

    @property
    def right_angled(self) -> bool:
        """Whether wires have corners rather than curves."""
        return self.geometry_.square

    def set_right_angled(self, on: bool) -> None:
        """Draw wires with corners, or with curves."""
        if on != self.right_angled:
            self.geometry_ = (SquareGeometry if on else Geometry)(self.shown)
            self.states = States(self.geometry_, self.frame)
            self._layer.invalidate()
            self.update()

    def show_frame(self, frame: Frame, phase: float = 1.0) -> None:
        """Show one instant of a run; `phase` is how far its packet has come, from 0 to 1."""
        if self.reduced_motion:
            phase = 1.0
        frame = self._folded(frame)
        if frame is self.frame:
            self._show_phase(phase)
            return
        old, self.frame = self.frame, frame
        changed = frame.changed_since(old)
        if changed is None or len(self.geometry_.ids) <= WHOLE_UP_TO:
            self.states = States(self.geometry_, frame)
            self._layer.invalidate()
            self.phase = phase
            self.update()
            return
        before = self.states.version
        redrawn = self.states.update(self.geometry_, frame, *changed)
        if self.states.version != before:
            self._update_minimap(changed[0])
        self._damage(self._changed_parts(old, frame, changed[0], redrawn))
        self._update_moving(old, self.phase)
        self.phase = phase
        self._update_moving(frame, phase)

    def mark(self, marks: Marks) -> None:
        """Show these marks for playing; where only what comes next differs, little is repainted."""
        old, self.marks = self.marks, marks
        if replace(old, next=marks.next) != marks:
            self.update()
        for rect in damage(self.geometry_, self.geometry_.plan.drawn(old.next ^ marks.next)):
            self.update(_outwards(self.view.rect_to_view(rect)))

    def _folded(self, frame: Frame) -> Frame:
        """The frame as it is seen from outside the folded groups; the last one, if it is that."""
        plan, bare = self.geometry_.plan, frame.frame if isinstance(frame, FoldedFrame) else frame
        if not plan.boxes:
            return bare
        known = self.frame
        if isinstance(known, FoldedFrame) and known.frame is bare and known.plan is plan:
            return known
        return FoldedFrame(bare, plan)

    def _show_phase(self, phase: float) -> None:
        if phase != self.phase:
            self._update_packet(self.frame, self.phase)
            self.phase = phase
            self._update_packet(self.frame, phase)

    def _changed_parts(
        self, old: Frame, new: Frame, nodes: set[str], edges: dict[EdgeKey, bool]
    ) -> list[QRectF]:
        """The parts of the scene where the still picture of two frames differs: what of it these
        nodes, what stores a gradient, and these edges may draw on (whole, or their ways back)."""
        geometry = self.geometry_
        storing = {frame.stored[0] for frame in (old, new) if frame.stored is not None}
        rows = {geometry.edge_row[key]: whole for key, whole in edges.items()}
        if level_of(self.view.scale) is not Level.TEXT:
            return [*around_edges(geometry, [*rows]), *damage(geometry, nodes | storing)]
        parts = [part for row, whole in rows.items() for part in along(geometry, row, whole=whole)]
        for node in (nodes | storing) & geometry.row.keys():
            states, row = (old.node(node), new.node(node)), geometry.row[node]
            if node in storing or node in geometry.plan.boxes or not alike(*states):
                parts += [reach(geometry, row, s, storing=node in storing) for s in states]
        return parts

    def _damage(self, scene_rects: list[QRectF]) -> None:
        rects = map(self.view.rect_to_view, scene_rects)
        self.update(self._layer.damage(rects, self.view))

    def _update_moving(self, frame: Frame, phase: float) -> None:
        """Repaint what lies above the still picture in this frame."""
        self._update_packet(frame, phase)
        if len(frame.path) > 1:
            self.update()
        card = sum_card_rect(
            self.geometry_, inks(self.theme), frame, self.view, float(self.width())
        )
        arc = arc_rect(self.geometry_, frame.packet)
        for part in filter(None, [*damage(self.geometry_, frame.active), card, arc]):
            self.update(_outwards(self.view.rect_to_view(part)))

    def _update_minimap(self, nodes: Iterable[str]) -> None:
        if self.minimap_wanted:
            for part in self.minimap.parts(self.geometry_, nodes, QSizeF(self.size())):
                self.update(_outwards(part))

    def _update_packet(self, frame: Frame, phase: float) -> None:
        if frame.packet is None:
            return
        rect = packet_rect(self.geometry_, frame.packet, phase, self.view.scale)
        if rect is not None:
            self.update(_outwards(self.view.rect_to_view(rect)))

    def show_document(self, document: Document) -> None:
        """Show this Document: the editor's, or what a gesture would make of it."""
        before, self.shown = self.shown, document
        if document is before:
            return
        old = self.geometry_
        self.geometry_ = old.updated(before, document)
        if document.graph is before.graph and document.bends == before.bends:
            self._damage_moved(old)
        else:
            known, self.frame = self.frame, self._folded(self.frame)
            reused = (old, self.states) if self.frame is known else None
            self.states = States(self.geometry_, self.frame, reused)
            self._layer.invalidate()
            self.update()

    def _damage_moved(self, old: Geometry) -> None:
        """After a move only the parts around what moved, before and after, are painted anew."""
        new = self.geometry_
        rows = np.flatnonzero((old.xy != new.xy).any(axis=1))
        if len(rows) > MOST_DAMAGED and not self._lifted:
            self._layer.invalidate()
            self.update()
            return
        on_the_ground = [row for row in rows.tolist() if old.ids[row] not in self._lifted]
        rects = []
        for geometry, other in ((old, new), (new, old)):
            rects += [] if not on_the_ground else around(geometry, on_the_ground)
            changed = (r for r in geometry.regions if r not in other.regions)
            rects += [QRectF(QPointF(*r.box[:2]), QPointF(*r.box[2:])) for r in changed]
        self._damage([rect.adjusted(-24, -24, 24, 24) for rect in rects])
        self.update()

    def lift(self, ids: Iterable[str] = ()) -> None:
        """Draw these nodes and their wires above the still picture: they are on the move."""
        wanted = frozenset(self.geometry_.plan.drawn(ids))
        if wanted == self._lifted:
            return
        touched = [self.geometry_.row[i] for i in wanted ^ self._lifted if i in self.geometry_.row]
        self._lifted = wanted
        if len(touched) > MOST_DAMAGED:
            self._layer.invalidate()
        elif touched:
            self._damage(around(self.geometry_, touched))
        self.update()

    def _lifted_rows(self) -> tuple[Ints, Ints]:
        """Rows of the nodes that are lifted, and of the wires that hang on them."""
        geometry = self.geometry_
        rows = sorted(geometry.row[i] for i in self._lifted if i in geometry.row)
        nodes = np.array(rows, np.int64)
        return nodes, geometry.hanging_on(nodes)

    # Painting

    def grab_image(self, scale: float = 2.0, *, margin: float = 40.0) -> QImage:
        """A picture of the whole graph at this instant, without the selection."""
        box = self.geometry_.bounds() or (0.0, 0.0, 320.0, 200.0)
        rect = QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
        rect.adjust(-margin, -margin, margin, margin)
        image = QImage((rect.size() * scale).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        view = View(scale, -rect.left() * scale, -rect.top() * scale)
        painter = QPainter(image)
        try:
            self.paint_frame(painter, self.frame, view, QRectF(image.rect()), phase=self.phase)
        finally:
            painter.end()
        return image

    def paint_frame(
        self,
        painter: QPainter,
        frame: Frame,
        view: View,
        target: QRectF,
        *,
        phase: float = 1.0,
        theme: Theme | None = None,
    ) -> None:
        """Draw any frame of this graph into any painter, in any theme: a picture, a movie."""
        frame, theme = self._folded(frame), theme or self.theme
        paint(painter, self.geometry_, frame, theme, None, view, target, phase=phase)

    def _draw_still(self, painter: QPainter, view: View, target: QRectF) -> None:
        for _ in self._draw_slices(painter, view, target):
            pass

    def _draw_draft(self, painter: QPainter, view: View, target: QRectF) -> None:
        for _ in self._draw_slices(painter, view, target, edges=False):
            pass

    def _draw_slices(
        self, painter: QPainter, view: View, target: QRectF, *, edges: bool = True
    ) -> Generator[None, None, None]:
        look = look_at(painter, self.geometry_, self.frame, self.theme, view, target, self.states)
        without = self._lifted_rows() if self._lifted else None
        return paint_slices(look, view, target, edges=edges, without=without)

    def _is_heavy(self, view: View, target: QRectF) -> bool:
        """Whether so much is in sight that its edges would hold up the first frame."""
        if len(self.geometry_.edge_keys) <= HEAVY:
            return False
        box = view.rect_to_scene(target)
        seen = self.geometry_.nodes_in((box.left(), box.top(), box.right(), box.bottom()))
        return len(seen) > HEAVY

    def _refine(self) -> None:
        """While nothing happens: details that were left out, and what lies beyond the border."""
        if self._layer.refine():
            self.update()
        if self._layer.unfinished:
            self._idle.start(0)

    def hideEvent(self, event: QHideEvent) -> None:
        self._idle.stop()
        super().hideEvent(event)

    def finish_refining(self) -> None:
        """Draw all details now: for a picture, or a test."""
        self._layer.prepare(self.view, self.size(), self.devicePixelRatioF())
        while self._layer.unfinished:
            self._layer.refine()
        self.update()

    def look(self, painter: QPainter) -> Look:
        """What overlays of the window draw with."""
        return look_at(
            painter, self.geometry_, self.frame, self.theme, self.view, QRectF(self.rect()),
            self.states,
        )  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        """An exception that left a paintEvent would end the program or vanish: neither may be."""
        painter = QPainter(self)
        try:
            self._paint(painter, event.region())
            self._broken = False
        except Exception:
            if not self._broken:
                log.exception("The canvas could not be drawn")
            self._broken = True
            painter.resetTransform()
            painter.fillRect(self.rect(), self.theme.color("canvas"))
            painter.setPen(self.theme.color("error"))
            text = tr("The graph could not be drawn. Your work is safe; details are in the log.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        finally:
            painter.end()

    def _paint(self, painter: QPainter, region: QRegion) -> None:
        self._layer.prepare(self.view, self.size(), self.devicePixelRatioF())
        for part in region:  # type: ignore[attr-defined]
            self._layer.draw(painter, part)
        if self._layer.unfinished:
            self._idle.start(IDLE_MS)
        if self._lifted:
            paint_rows(self.look(painter), self.view, *self._lifted_rows())
        draw_light(self.look(painter), self.lit, self.view)
        paint_moving(
            painter, self.geometry_, self.frame, self.theme, self.selection, self.view,
            QRectF(region.boundingRect()), phase=self.phase, states=self.states,
        )  # fmt: skip
        draw_play_marks(self.look(painter), self.view, self.marks)
        self._paint_hover(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_gesture(painter)
        if not self.geometry_.ids and not self.geometry_.regions:
            self._paint_empty(painter)
        size = QSizeF(self.size())
        if self.minimap_wanted and region.intersects(self.minimap.rect(size).toAlignedRect()):
            self.minimap.paint(painter, self.geometry_, self.states, self.theme, self.view, size)
        if self.hasFocus() and self._by_keyboard:
            painter.setPen(inks(self.theme).pen("selection", 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def paint_gesture(self, painter: QPainter) -> None:
        """Draw the gesture under way, in widget pixels."""

    def _paint_hover(self, painter: QPainter) -> None:
        hovered = self.hovered
        if hovered.kind not in ("node", "edge", "port") or self.view.scale < 0.3:
            return
        look = self.look(painter)
        with saved(painter):
            painter.setTransform(self.view.transform, True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if hovered.kind == "edge" and hovered.edge in self.geometry_.edge_row:
                draw_edge_number(look, self.geometry_.edge_row[hovered.edge])
            elif hovered.kind == "node" and hovered.id in self.geometry_.row:
                state = self.frame.node(hovered.id)
                if state.arrived > 1 and self.frame.summing != hovered.id:
                    draw_sum_card(look, hovered.id, self.view)
            elif hovered.kind == "port" and hovered.port < len(self.geometry_.ports):
                painter.setPen(look.inks.pen("selection", 2.0))
                painter.setBrush(look.inks.brush("surface"))
                painter.drawEllipse(QPointF(*self.geometry_.ports[hovered.port].tolist()), 7, 7)
                draw_slot_name(look, hovered.port)

    def _paint_empty(self, painter: QPainter) -> None:
        tools, middle = inks(self.theme), QPointF(self.rect().center())
        for k, (line, pixels, token) in enumerate(
            zip(self.empty_text, (17, 13), ("text", "muted"), strict=True)
        ):
            painter.setFont(tools.font(pixels))
            painter.setPen(tools.pen(token))
            rect = QRectF(12, middle.y() - 30 + 34 * k, self.width() - 24, 30)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, tr(line))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in (*keys, Qt.FocusReason.ShortcutFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def draw_slot_name(look: Look, port: int) -> None:
    """The name of an input, to the left of it."""
    _, slot, _ = look.geometry.slot_of(port)
    if slot is None:
        return
    x, y = look.geometry.ports[port].tolist()
    width = look.inks.width(slot, 11, fixed=True) + 14
    look.chip(
        QRectF(x - 12 - width, y - 8, width, 16), slot, ink="text", fill="surface", border="cut"
    )


def _outwards(rect: QRectF) -> QRect:
    return rect.toAlignedRect().adjusted(-2, -2, 2, 2)
