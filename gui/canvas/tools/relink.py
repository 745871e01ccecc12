"""Moving all wires of an output to another output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from gui.canvas.hits import node_at, port_at
from gui.canvas.inks import inks, saved
from gui.canvas.paint_edges import path_of
from gui.canvas.tools.connect import SNAP, light_ports, veil
from gui.canvas.tools.tool import Keys, Tool
from gui.model import edits, wires
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.hands import Hands

Output = tuple[str, int]


class Relink(Tool):
    """Ctrl and a drag from an output: its wires leave from where they are dropped, in one edit."""

    hint = "Drag to another output: all these wires will leave from there · Esc cancels"
    cursor = Qt.CursorShape.CrossCursor
    scrolls = True

    def __init__(self, canvas: Hands, at: QPointF, node: str, output: int) -> None:
        super().__init__(canvas, at)
        self.document = canvas.editor.document
        self.node, self.output = node, output
        graph = self.document.graph
        self.links = wires.links_of(graph, node, None, output)
        self.never = {e.target for e in self.links}
        for target in tuple(self.never):
            self.never |= graph.downstream(target)
        self.base = edits.disconnect(self.document, [e.key for e in self.links])
        self.target: Output | None = None

    def move(self, at: QPointF, keys: Keys) -> None:
        started = not self.dragged
        super().move(at, keys)
        if self.dragged and started:
            self.canvas.show_document(self.base)
        self.target = self._target_at(at) if self.dragged else None
        self.canvas.update()

    def release(self, at: QPointF, keys: Keys) -> None:
        canvas, target = self.canvas, self._target_at(at)
        canvas.finish(self)
        canvas.show_document(self.document)
        if not self.dragged or target is None or target == (self.node, self.output):
            return
        names = self.document.graph.nodes
        document = wires.move_links(self.document, self.node, self.output, *target)
        count = len(self.links)
        what = tr("wire") if count == 1 else tr("{} wires").format(count)
        ends = names[self.node].name, names[target[0]].name
        canvas.editor.apply(tr("Move {} from {} to {}").format(what, *ends), document)

    def cancel(self) -> None:
        self.canvas.show_document(self.document)

    def _target_at(self, at: QPointF) -> Output | None:
        """The output under the mouse, or the first one of the node there, if it may be."""
        geometry, p = self.canvas.geometry_, self.canvas.scene(at)
        port = port_at(geometry, p.x(), p.y(), SNAP / self.canvas.view.scale)
        found: Output | None = None
        if port is not None:
            node, slot, output = geometry.slot_of(port)
            found = (node, output) if slot is None else None
        elif (hit := node_at(geometry, p.x(), p.y())) is not None:
            node, _, output = geometry.plan.real(hit.id, None, 0)
            found = (node, output)
        return None if found is None or found[0] in self.never else found

    def paint(self, painter: QPainter) -> None:
        if not self.dragged:
            return
        canvas = self.canvas
        with saved(painter):
            painter.setTransform(canvas.view.transform, True)
            veil(canvas, painter, self.never)
            aimed = canvas.geometry_.output_port(*self.target) if self.target else None
            light_ports(canvas, painter, self.never, aimed, inputs=False)
            self._draw_wires(painter, aimed)

    def _draw_wires(self, painter: QPainter, aimed: int | None) -> None:
        geometry, p = self.canvas.geometry_, self.canvas.scene(self.at)
        start = np.array([p.x(), p.y()]) if aimed is None else geometry.ports[aimed]
        ends = [geometry.input_port(e.target, e.slot) for e in self.links]
        curve = geometry.led(np.repeat(start[None], len(ends), axis=0), geometry.ports[ends])
        painter.setPen(inks(self.canvas.theme).pen("selection" if self.target else "muted", 2.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path_of(curve))
