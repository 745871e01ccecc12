"""Wiring by keyboard: a wire is picked up, arrows lead it from place to place, Enter lets it go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from engine.graph import EdgeKey
from gui.canvas.tools.connect import NOWHERE, Connect, Target
from gui.canvas.tools.tool import Keys
from gui.canvas.wiring import why_not
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.hands import Hands

_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
_KEEP = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PickUp(Connect):
    """The wire of a port, held by the keyboard; empty inputs come first, then by nearness."""

    hint = "Arrows lead the wire from input to input · Enter wires it · Esc cancels"

    def __init__(self, canvas: Hands, port: int) -> None:
        at = canvas.view.to_view(QPointF(*canvas.geometry_.ports[port].tolist()))
        super().__init__(canvas, at, port)
        self.sticky = self.dragged = True
        self.places = self._places(at)
        self._index = self.places.index(port) if port in self.places else -1

    def begun(self) -> None:
        self.canvas.show_document(self.base)

    def _places(self, at: QPointF) -> list[int]:
        """The ports the wire may go to, as far as their side and circles tell."""
        geometry, graph = self.canvas.geometry_, self.base.graph
        found = []
        for port in range(len(geometry.ports)):
            node, slot, _ = geometry.slot_of(port)
            if node in self.never or (slot is None) == self.forward:
                continue
            taken = slot is not None and (node, slot) in graph.edges
            number = slot is not None and slot in graph.nodes[node].params
            found.append((taken, number, self._far(port), port))
        return [port for *_, port in sorted(found)]

    def _fits(self, port: int) -> bool:
        """Judged only where the wire comes to: to try them all would hold up a large graph."""
        node, slot, output = self.canvas.geometry_.slot_of(port)
        ends = (self.origin.node, self.origin.output, node, slot or "")
        if not self.forward:
            ends = (node, output, self.origin.node, self.origin.slot or "")
        return why_not(self.base, *ends, self.canvas.check_shapes) is None

    def _far(self, port: int) -> float:
        geometry, origin = self.canvas.geometry_, self.origin
        if origin.slot is None:
            own = geometry.output_port(origin.node, origin.output)
        else:
            own = geometry.input_port(origin.node, origin.slot)
        return float(np.abs(geometry.ports[port] - geometry.ports[own]).sum())

    def key(self, event: QKeyEvent) -> bool:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and self.places:
            start = -1 if step > 0 or self._index >= 0 else 0
            index = max(self._index, start)
            ways = [(index + step * k) % len(self.places) for k in range(1, len(self.places) + 1)]
            self._index = next((k for k in ways if self._fits(self.places[k])), self._index)
            if self._index >= 0:
                self._lead_to(self.places[self._index])
        elif event.key() in _KEEP:
            self._keep()
        else:
            return step is not None
        return True

    def _lead_to(self, port: int) -> None:
        canvas = self.canvas
        node, slot, output = canvas.geometry_.slot_of(port)
        canvas.ensure_visible(node)
        self.at = canvas.view.to_view(QPointF(*canvas.geometry_.ports[port].tolist()))
        self.target = self._ask(node, slot, output)
        name = self.document.graph.nodes[node].name
        where = f"{name}.{slot}" if slot else name
        canvas.hint.emit(tr("{} · Enter wires it · arrows lead on · Esc cancels").format(where))
        canvas.update()

    def _keep(self) -> None:
        """Wire it where it was led to; nowhere yet, the popup offers an operation for it."""
        self.canvas.finish(self)
        target: Target = self.target
        if target.edge is not None:
            self._connect(target.edge)
            self.canvas.selection.set([target.node])
        else:
            self.canvas.show_document(self.document)

    def move(self, at: QPointF, keys: Keys) -> None:
        """The mouse takes over."""
        self.at = QPointF(at)
        self._index = -1
        self.target = self._target_at(at) or NOWHERE
        self.canvas.update()


def port_to_pick(canvas: Hands) -> int | None:
    """The port whose wire is picked up: the selected node's output, or the selected wire's end."""
    geometry, graph = canvas.geometry_, canvas.editor.document.graph
    edges: list[EdgeKey] = sorted(canvas.selection.edges & graph.edges.keys())
    if len(edges) == 1 and not canvas.selection.items:
        return geometry.input_port(*edges[0])
    nodes = [i for i in canvas.selection.items if i in geometry.row]
    return geometry.output_port(nodes[0]) if len(nodes) == 1 else None
