"""Which wires may be drawn, and the sentence that says why one may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.graph import EdgeKey, Graph
from engine.registry import OPS
from gui.canvas.shapes import slots_of
from gui.model import edits
from gui.model.document import Document
from gui.tr import tr

CheckShapes = Callable[[Document], Mapping[str, str]]
"""The error sentence of each node of a document that would fail to run."""


def why_not(
    document: Document,
    source: str,
    output: int,
    target: str,
    slot: str,
    check_shapes: CheckShapes | None = None,
) -> str | None:
    """Why output `output` of `source` cannot go into `slot` of `target`, or None when it can."""
    graph = document.graph
    return (
        _why_no_node(graph, source, target)
        or _why_no_slot(graph, target, slot)
        or _why_circle(graph, source, target)
        or _why_shape(document, source, output, target, slot, check_shapes)
    )


def _why_no_node(graph: Graph, source: str, target: str) -> str | None:
    if source not in graph.nodes or target not in graph.nodes:
        return tr("One end of this wire is not in the graph any more.")
    if source == target:
        return tr("{} cannot be its own input.").format(graph.nodes[source].name)
    return None


def _why_no_slot(graph: Graph, target: str, slot: str) -> str | None:
    node = graph.nodes[target]
    op = OPS.get(node.op)
    if op is None:
        told = tr("{} is not an operation this version knows, so nothing can be wired to it.")
        return told.format(node.op)
    if not op.slots:
        told = tr("{} is a leaf: it has a value of its own and takes no inputs.")
        return told.format(node.name)
    if op.slot(slot) is None:
        return tr("{} has no input called {}.").format(node.op, slot)
    return None


def _why_circle(graph: Graph, source: str, target: str) -> str | None:
    import networkx as nx  # the first paint of a graph needs none of it

    if not nx.has_path(graph.nx, target, source):
        return None
    names = [graph.nodes[i].name for i in nx.shortest_path(graph.nx, target, source)]
    if len(names) > 5:
        names = [*names[:2], "…", *names[-2:]]
    way = " → ".join([*names, names[0]])
    return tr("This would close a circle: {}. A value cannot depend on itself.").format(way)


def _why_shape(
    document: Document,
    source: str,
    output: int,
    target: str,
    slot: str,
    check_shapes: CheckShapes | None,
) -> str | None:
    """What would newly go wrong at the target, were the wire there."""
    if check_shapes is None:
        return None
    wired = edits.connect(document, source, target, slot, output)
    error = check_shapes(wired).get(target)
    return error if error and error != check_shapes(document).get(target) else None


def place_in_wire(
    document: Document, node: str, key: EdgeKey, check: CheckShapes | None = None
) -> str | None:
    """The input of a node without wires that would take over what an edge carries, if one can."""
    edge = document.graph.edges[key]
    if node in (edge.source, edge.target):
        return None
    return first_free(document, edge.source, edge.output, node, check)[0]


def unreachable(graph: Graph, node: str, *, from_output: bool) -> set[str]:
    """The nodes a wire at `node` can never go to: itself, and what would close a circle."""
    import networkx as nx

    others = nx.ancestors(graph.nx, node) if from_output else nx.descendants(graph.nx, node)
    return {node, *others}


def first_free(
    document: Document, source: str, output: int, target: str, check: CheckShapes | None = None
) -> tuple[str | None, str | None]:
    """(slot, None) for the first input of `target` that can take the wire, else (None, why)."""
    graph = document.graph
    if target not in graph.nodes:
        return None, tr("There is nothing here to wire to.")
    node, wired = graph.nodes[target], graph.inputs.get(target, {})
    slots = slots_of(OPS.get(node.op), wired)
    if not slots:
        return None, _why_no_node(graph, source, target) or _why_no_slot(graph, target, "")
    # An empty input comes before one where a number stands.
    free = sorted((s for s in slots if s not in wired), key=lambda slot: slot in node.params)
    full = tr("All inputs of {} are wired; drop on one to replace its wire.")
    reason: str | None = full.format(node.name)
    for slot in free:
        reason = why_not(document, source, output, target, slot, check)
        if reason is None:
            return slot, None
    return None, reason
