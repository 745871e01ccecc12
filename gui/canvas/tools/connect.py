"""Drawing a wire from a port to a port, a node or nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from engine.graph import Edge
from gui.canvas.hits import node_at, port_at
from gui.canvas.inks import inks, saved
from gui.canvas.overlay import node_rect
from gui.canvas.paint_edges import path_of
from gui.canvas.surface import draw_slot_name
from gui.canvas.tools.tool import Keys, Tool
from gui.canvas.wiring import first_free, unreachable, why_not
from gui.model import folding
from gui.model.document import Document
from gui.model.regions import called
from gui.model.unseen import visible
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.hands import Hands

SNAP = 20.0
"""Widget pixels within which a port draws the wire to itself."""
ON_OUTPUT = 10.0
"""Widget pixels within which a wire from an output is let go on another output."""
BOTH = "Let go to add an operation that reads both · Esc cancels"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a wire: an output (slot is None) or an input slot of a node."""

    node: str
    slot: str | None
    output: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What the wire would go to: an edge, or the reason why there is none."""

    edge: Edge | None = None
    why: str | None = None
    node: str = ""
    second: tuple[str, int] | None = None
    """Another output: an operation is to read both."""


NOWHERE = Target()


class Connect(Tool):
    """From an output to an input or the other way round; a filled input gives up its wire."""

    hint = "Drag to a port or a node · on empty canvas: add an operation · Esc cancels"
    cursor = Qt.CursorShape.CrossCursor
    scrolls = True

    def __init__(self, canvas: Hands, at: QPointF, port: int) -> None:
        super().__init__(canvas, at)
        self.document = canvas.editor.document
        self.origin, self.lifted = _origin(canvas, self.document, port)
        self.base = self.document
        if self.lifted is not None:
            self.base = folding.disconnect(self.document, [self.lifted.key])
        self.forward = self.origin.slot is None
        self.never = unreachable(self.base.graph, self.origin.node, from_output=self.forward)
        self.sticky = False
        self.target = NOWHERE
        self._asked: dict[tuple[str, str | None, int], Target] = {}

    # Events

    def move(self, at: QPointF, keys: Keys) -> None:
        was_dragged = self.dragged
        super().move(at, keys)
        if self.dragged and not was_dragged and self.lifted is not None:
            self.canvas.show_document(self.base)
        self.target = self._target_at(at) if self.dragged else NOWHERE
        hint = self.hint if self.target.second is None else BOTH
        self.canvas.hint.emit(self.target.why or tr(hint))
        self.canvas.update()

    def release(self, at: QPointF, keys: Keys) -> None:
        if not self.dragged and not self.sticky:
            self.sticky = True  # click, then click: the wire follows the mouse
            self.canvas.hint.emit(tr("Click the port to wire to · Esc cancels"))
            return
        if not self.sticky:
            self._finish(at)

    def press(self, at: QPointF, keys: Keys) -> None:
        self.move(at, keys)
        self._finish(at)

    def cancel(self) -> None:
        self.canvas.show_document(self.document)

    def _finish(self, at: QPointF) -> None:
        canvas, target = self.canvas, self._target_at(at)
        canvas.finish(self)
        if target.edge is not None:
            self._connect(target.edge)
        elif target.why:
            canvas.show_document(self.document)
            canvas.hint.emit(target.why)
        elif target.second is not None:
            wire = (self.origin.node, self.origin.slot, self.origin.output)
            node, output = target.second
            canvas.start_search(wire=wire, second=(node, None, output))
        elif self._near_start(at):
            canvas.show_document(self.document)
        elif self.lifted is not None:
            self._let_go()
        else:
            wire = (self.origin.node, self.origin.slot, self.origin.output)
            canvas.start_search(canvas.scene(at), wire=wire)

    def _near_start(self, at: QPointF) -> bool:
        return bool((at - self.start).manhattanLength() < SNAP)

    def _connect(self, edge: Edge) -> None:
        graph = self.document.graph
        canvas = self.canvas
        base = self.base if edge != self.lifted else self.document
        document = folding.connect(base, edge, graph)
        canvas.show_document(self.document)
        source, target = graph.nodes[edge.source].name, graph.nodes[edge.target].name
        canvas.editor.apply(tr("Connect {} to {}").format(source, target), document)

    def _let_go(self) -> None:
        """A lifted wire dropped on nothing is gone; one that was only clicked stays."""
        self.canvas.show_document(self.document)
        if self.lifted is not None and not self.sticky:
            names = self.document.graph.nodes
            source, target = names[self.lifted.source].name, names[self.lifted.target].name
            text = tr("Disconnect {} from {}").format(source, target)
            self.canvas.editor.apply(text, self.base)

    # What the wire would go to

    def _target_at(self, at: QPointF) -> Target:
        canvas, p = self.canvas, self.canvas.scene(at)
        port = port_at(canvas.geometry_, p.x(), p.y(), SNAP / canvas.view.scale)
        if port is not None:
            node, slot, output = canvas.geometry_.slot_of(port)
            if (slot is None) != self.forward:
                return self._ask(node, slot, output)
            if self._on_output(at, port) and (node, output) != self._start_of_wire:
                return Target(second=(node, output))
        found = node_at(canvas.geometry_, p.x(), p.y())
        if found is None:
            return NOWHERE
        if found.id == self.origin.node and self._near_start(at):
            return NOWHERE
        if found.kind == "region":
            return self._on_box(found.id)
        return self._ask(found.id, "", 0) if self.forward else self._ask(found.id, None, 0)

    @property
    def _start_of_wire(self) -> tuple[str, int]:
        return self.origin.node, self.origin.output

    def _on_output(self, at: QPointF, port: int) -> bool:
        """Whether a new wire from an output is exactly on this other output."""
        x, y = self.canvas.geometry_.ports[port].tolist()
        away = self.canvas.view.to_view(QPointF(x, y)) - at
        return self.forward and self.lifted is None and away.manhattanLength() <= ON_OUTPUT

    def _on_box(self, group: str) -> Target:
        """A folded group: its first result, or the first input that is free and takes the wire."""
        box = self.canvas.geometry_.plan.boxes[group]
        if not self.forward:
            node, output = box.outputs[0]
            return self._ask(node, None, output)
        full = tr("All inputs of {} are wired; drop on one of them.")
        target = Target(why=full.format(called(box.region)))
        for node, slot in (keys[0] for keys in box.inputs.values()):
            if target.edge is None and (node, slot) not in self.base.graph.edges:
                target = self._ask(node, slot, 0)
        return target

    def _ask(self, node: str, slot: str | None, output: int) -> Target:
        """The answer for one place, asked once a gesture; slot "" is any free one."""
        key = (node, slot, output)
        if key not in self._asked:
            self._asked[key] = self._answer(node, slot, output)
        return self._asked[key]

    def _answer(self, node: str, slot: str | None, output: int) -> Target:
        origin, check = self.origin, self.canvas.check_shapes
        if slot == "":
            free, why = first_free(self.base, origin.node, origin.output, node, check)
            edge = Edge(origin.node, origin.output, node, free) if free else None
            return Target(edge, why, node)
        if self.forward:
            edge = Edge(origin.node, origin.output, node, slot or "")
        else:
            edge = Edge(node, output, origin.node, origin.slot or "")
        why = why_not(self.base, edge.source, edge.output, edge.target, edge.slot, check)
        return Target(None if why else edge, why, node)

    # Painting

    def paint(self, painter: QPainter) -> None:
        if not self.dragged and not self.sticky:
            return
        with saved(painter):
            painter.setTransform(self.canvas.view.transform, True)
            veil(self.canvas, painter, self.never - {self.origin.node}, leaves=self.forward)
            light_ports(self.canvas, painter, self.never, self._aimed_port(), inputs=self.forward)
            self._draw_wire(painter)
            self._name_slots(painter)
        if self.target.why:
            self._say_why(painter)

    def _name_slots(self, painter: QPainter) -> None:
        """The names of the inputs one is about to choose from."""
        geometry = self.canvas.geometry_
        row = geometry.row.get(self.target.node)
        if row is not None and self.forward:
            for port in range(geometry.first[row], geometry.first[row] + geometry.inputs[row]):
                draw_slot_name(self.canvas.look(painter), port)

    def _aimed_port(self) -> int | None:
        edge, geometry = self.target.edge, self.canvas.geometry_
        if self.target.second is not None:
            return geometry.output_port(*self.target.second)
        if edge is None:
            return None
        if self.forward:
            return geometry.input_port(edge.target, edge.slot)
        return geometry.output_port(edge.source, edge.output)

    def _draw_wire(self, painter: QPainter) -> None:
        geometry, origin = self.canvas.geometry_, self.origin
        if origin.slot is None:
            own = geometry.output_port(origin.node, origin.output)
        else:
            own = geometry.input_port(origin.node, origin.slot)
        aimed = self._aimed_port()
        p = self.canvas.scene(self.at)
        free = np.array([p.x(), p.y()]) if aimed is None else geometry.ports[aimed]
        ends = [geometry.ports[own], free]
        start, end = ends if self.forward else ends[::-1]
        curve = geometry.led(start[None], end[None])
        meets = self.target.edge or self.target.second
        token = "selection" if meets else "error" if self.target.why else "muted"
        dash = (3.0, 2.0) if self.target.why else ()
        painter.setPen(inks(self.canvas.theme).pen(token, 2.4, dash))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path_of(curve))
        if self.target.second is not None:
            painter.setBrush(inks(self.canvas.theme).brush("selection"))
            painter.drawEllipse(QPointF(*free.tolist()), 8.0, 8.0)

    def _say_why(self, painter: QPainter) -> None:
        """The reason at the cursor, kept inside the canvas."""
        tools = inks(self.canvas.theme)
        text = visible(self.target.why or "")
        room = QRectF(self.canvas.rect()).adjusted(8, 8, -8, -8)
        metrics = QFontMetricsF(tools.font(12))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        size = metrics.boundingRect(QRectF(0, 0, min(320.0, room.width() - 20), 400), flags, text)
        box = QRectF(self.at + QPointF(16, 18), size.size()).adjusted(0, 0, 22, 14)
        box.moveRight(min(box.right(), room.right()))
        box.moveBottom(min(box.bottom(), room.bottom()))
        painter.setPen(tools.pen("error", 1.4))
        painter.setBrush(tools.brush("error_soft"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setFont(tools.font(12))
        painter.setPen(tools.pen("error"))
        painter.drawText(box.adjusted(10, 6, -8, -6), flags, text)


def veil(canvas: Hands, painter: QPainter, nodes: Collection[str], *, leaves: bool = False) -> None:
    """Dim the nodes a wire can never go to, and all leaves where it looks for an input."""
    geometry = canvas.geometry_
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks(canvas.theme).brush("canvas", 0.65))
    for row in geometry.nodes_in(canvas.look(painter).exposed).tolist():
        if geometry.ids[row] in nodes or (leaves and not geometry.inputs[row]):
            painter.drawRoundedRect(node_rect(geometry, row, 3), 10, 10)


def light_ports(
    canvas: Hands, painter: QPainter, never: Collection[str], aimed: int | None, *, inputs: bool
) -> None:
    """Mark the inputs (or outputs) a wire may go to, the one that is aimed at filled."""
    geometry, tools = canvas.geometry_, inks(canvas.theme)
    for row in geometry.nodes_in(canvas.look(painter).exposed).tolist():
        if geometry.ids[row] in never:
            continue
        first, count = int(geometry.first[row]), int(geometry.inputs[row])
        last = int(geometry.first[row + 1])
        for port in range(first, first + count) if inputs else range(first + count, last):
            radius = 8.0 if port == aimed else 6.0
            painter.setPen(tools.pen("selection", 2.0))
            painter.setBrush(tools.brush("selection" if port == aimed else "surface"))
            painter.drawEllipse(QPointF(*geometry.ports[port].tolist()), radius, radius)


def _origin(canvas: Hands, document: Document, port: int) -> tuple[End, Edge | None]:
    """The fixed end of the wire, and the edge that was taken hold of, if there was one."""
    node, slot, output = canvas.geometry_.slot_of(port)
    edge = document.graph.edges.get((node, slot)) if slot is not None else None
    if edge is not None:
        return End(edge.source, None, edge.output), edge
    return End(node, slot, output), None
