"""What a tooltip says about a node, a port or an edge: whole sentences, plain text."""

from __future__ import annotations

from engine.graph import EdgeKey
from engine.registry import OPS
from gui.canvas.choices import summary
from gui.canvas.hits import Hit
from gui.canvas.region_tips import region_tip
from gui.model.document import Document
from gui.model.frames import Cut, Frame, NodeState
from gui.model.words import shape, short
from gui.tr import tr

CAUSES = {
    Cut.DETACH: "detach() cuts here: the value goes on, gradients do not come back.",
    Cut.NO_GRAD: "Made inside torch.no_grad(): nothing was recorded, so no gradient comes back.",
    Cut.INFERENCE: "Made in torch.inference_mode(): no history, so no gradient comes back.",
    Cut.FROZEN: "No gradient goes to {source}: it does not require one (requires_grad=False).",
    Cut.NON_DIFFERENTIABLE: "{target} is not differentiable, so no gradient comes back through it.",
}


def tip(document: Document, frame: Frame, hit: Hit) -> str:
    """The tooltip for what is under the mouse; empty for nothing."""
    if hit.kind == "node":
        return node_tip(document, frame, hit.id)
    if hit.kind == "port":
        return port_tip(document, hit)
    if hit.kind == "edge" and hit.edge is not None:
        return edge_tip(document, frame, hit.edge)
    return region_tip(document, frame, hit.id) if hit.kind == "region" else ""


def node_tip(document: Document, frame: Frame, node_id: str) -> str:
    if node_id in document.graph.regions:
        return region_tip(document, frame, node_id)
    node, state = document.graph.nodes[node_id], frame.node(node_id)
    lines = [f"{node.name} · {node.op}"]
    op = OPS.get(node.op)
    if op is None:
        lines.append(tr("This version does not know this operation; it is kept as it is."))
    elif op.doc:
        lines.append(summary(op))
    if state.error:
        lines.append(state.error)
    lines += value_lines(state)
    return "\n".join(lines)


def value_lines(state: NodeState) -> list[str]:
    """What a node holds at this step: value, gradient, `.grad`."""
    lines = []
    if state.value is not None:
        told = tr("value {}, shape {}")
        lines.append(told.format(short(state.value, 40, 6), shape(state.value)))
    if state.grad_fn:
        lines.append(f"grad_fn {state.grad_fn}")
    if state.grad is not None:
        lines.append(tr("gradient {}").format(short(state.grad, 40, 6)))
    elif state.why_no_grad is not None:
        lines.append(tr("no gradient: {}").format(state.why_no_grad))
    if state.stored is not None:
        lines.append(f".grad {short(state.stored, 40, 6)}")
    if state.piled_up:
        lines.append(tr("⚠ An earlier backward() is in it too: zero_grad() was not called."))
    if state.freed:
        lines.append(
            tr("Its saved tensors are freed: a second backward() needs retain_graph=True.")
        )
    return lines


def port_tip(document: Document, hit: Hit) -> str:
    node = document.graph.nodes[hit.id]
    if hit.part.startswith("output "):
        return tr("Output of {}: drag to an input to wire it.").format(node.name)
    edge = document.graph.edges.get((hit.id, hit.part))
    if edge is not None:
        source = document.graph.nodes[edge.source].name
        return tr("{}: from {}. Drag it to re-route.").format(hit.part, source)
    if hit.part in node.params:
        told = tr("{} = {}. Drag a wire here to use a tensor instead.")
        return told.format(hit.part, node.params[hit.part])
    op = OPS.get(node.op)
    slot = op.slot(hit.part) if op else None
    if slot and (slot.optional or slot.variadic):
        return tr("{}: optional input, not wired.").format(hit.part)
    return tr("{}: input, not wired.").format(hit.part)


def edge_tip(document: Document, frame: Frame, key: EdgeKey) -> str:
    graph = document.graph
    edge, state = graph.edges[key], frame.edge(key)
    source, target = graph.nodes[edge.source].name, graph.nodes[edge.target].name
    lines = [f"{source} → {target}.{edge.slot}"]
    values = frame.node(edge.source).outputs
    value = values[edge.output] if edge.output < len(values) else None
    if state.carried and value is not None:
        told = tr("value {}, shape {}").format(short(value, 40, 6), shape(value))
        lines.append(told)
    if state.grad is not None:
        lines.append(tr("gradient back {}").format(short(state.grad, 40, 6)))
    if state.cut is not None:
        lines.append(tr(CAUSES[state.cut]).format(source=source, target=target))
    return "\n".join(lines)
