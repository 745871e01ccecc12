"""Where gradients are cut on their way from the root to a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.events import Changed
from engine.graph import Edge, EdgeKey, Graph
from gui.model.frames import Cut
from gui.model.why.asking import At, Place

_CAUSES = {
    Cut.DETACH: "{name} = {of}.detach() goes on with the value alone",
    Cut.NO_GRAD: "{name} is computed under torch.no_grad(): nothing is recorded there",
    Cut.INFERENCE: "{name} is computed in torch.inference_mode(): nothing is recorded there",
    Cut.FROZEN: "{name} has requires_grad=False",
    Cut.NON_DIFFERENTIABLE: "{op} ({name}) has no derivative",
}
_REMEDIES = {
    Cut.DETACH: "Use {of} itself instead of {of}.detach(), if its gradient is wanted.",
    Cut.NO_GRAD: "Take {name} out of the no_grad block, if its gradient is wanted.",
    Cut.INFERENCE: "Take {name} out of the inference_mode block; no_grad() there can be left.",
    Cut.FROZEN: "Make {name} with requires_grad=True, if its gradient is wanted.",
    Cut.NON_DIFFERENTIABLE: "Use a smooth stand-in for {op}, such as softmax for argmax.",
}


def cause(at: At, place: Place) -> str:
    """How gradients are cut there: a sentence without its full stop."""
    if place.cut is Cut.NON_DIFFERENTIABLE and at.node(place.node).requires_grad:
        what = f"{at.op(place.node)} ({at.name(place.node)})"
        return f"what {what} gives beside its values, such as indices, has no derivative"
    return _filled(at, place, _integer_or(at, place, _CAUSES))


def remedy(at: At, place: Place) -> str:
    """What to change so that gradients pass."""
    if switched_off(at, place.node) is not None:
        name = at.name(place.node)
        return f"Take {name}.requires_grad_(False) out of the program, if its gradient is wanted."
    return _filled(at, place, _integer_or(at, place, _REMEDIES))


def _integer_or(at: At, place: Place, texts: dict[Cut, str]) -> str:
    if not is_integer(at, place.node) or place.cut is Cut.NON_DIFFERENTIABLE:
        return texts[place.cut]
    if texts is _REMEDIES:
        return "Give {name} a floating dtype such as float32."
    return "{name} is {dtype}: only floating tensors have gradients"


def switched_off(at: At, node: str) -> int | None:
    """The step of the line that turned requires_grad off, if one did."""
    for event in reversed(at.film.events_between(-1, at.step)):
        if isinstance(event, Changed) and event.node == node and event.what == "requires_grad":
            return None if event.after else event.step
    return None


def is_integer(at: At, node: str) -> bool:
    """Whether its value is no floating number, so that it can have no gradient at all."""
    value = at.node(node).value
    return value is not None and value.dtype.kind not in "fc"


def _filled(at: At, place: Place, text: str) -> str:
    inputs = [e.source for e in at.graph.inputs.get(place.node, {}).values()]
    value = at.node(place.node).value
    return text.format(
        name=at.name(place.node), op=at.op(place.node), dtype=getattr(value, "dtype", ""),
        of=at.name(inputs[0]) if inputs else "its input",
    )  # fmt: skip


# ---- looking for them ----------------------------------------------------------------------------


def downstream(graph: Graph, node: str) -> set[str]:
    """The node and all that is computed from it."""
    return _closure(node, lambda n: (e.target for e in graph.outputs.get(n, ())))


def upstream(graph: Graph, node: str) -> set[str]:
    """The node and all it is computed from."""
    return _closure(node, lambda n: (e.source for e in graph.inputs.get(n, {}).values()))


def _closure(start: str, step: Callable[[str], Iterable[str]]) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for other in step(todo.pop()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return found


def between(graph: Graph, root: str, node: str) -> set[str]:
    """All that lies on a way from a node to the root; empty if there is no way."""
    return downstream(graph, node) & upstream(graph, root)


def on_the_way(at: At, root: str, node: str) -> tuple[Place, ...]:
    """The cuts that stop a gradient between the root and a node, each once; none if it passes."""
    within = between(at.graph, root, node)
    if not within or not at.node(root).requires_grad:
        return origin(at, root, within) if within else ()
    reached, stops = _reached(at, root, within)
    if node in reached:
        return ()
    found = (p for edge in stops for p in _of_edge(at, edge, within))
    return tuple(dict.fromkeys(found))


def _reached(at: At, root: str, within: set[str]) -> tuple[set[str], list[Edge]]:
    """What gradients come to below the root, and the edges where they stop."""
    reached, todo, stops = {root}, [root], []
    while todo:
        for edge in at.graph.inputs.get(todo.pop(), {}).values():
            if edge.source not in within:
                continue
            if at.edge(edge.key).cut is not None:
                stops.append(edge)
            elif edge.source not in reached:
                reached.add(edge.source)
                todo.append(edge.source)
    return reached, stops


def _of_edge(at: At, edge: Edge, within: set[str]) -> tuple[Place, ...]:
    cut = at.edge(edge.key).cut
    source = at.node(edge.source)
    if source.requires_grad and cut is not None:
        return (Place(edge.source if _beside(at, edge) else edge.target, cut),)
    return origin(at, edge.source, within)


def places_of(at: At, edge: EdgeKey) -> tuple[Place, ...]:
    """Where the cut that keeps gradients from an edge was made."""
    return _of_edge(at, at.graph.edges[edge], set(at.graph.nodes))


def origin(at: At, node: str, within: set[str]) -> tuple[Place, ...]:
    """What made this tensor one without history: the node itself, or what it was computed from."""
    found: list[Place] = []
    seen, todo = {node}, [node]
    while todo:
        here = todo.pop(0)
        state = at.node(here)
        if state.requires_grad:
            continue
        edges = [e for e in at.graph.inputs.get(here, {}).values() if e.source in within]
        inputs = [e.source for e in edges]
        found += [Place(e.source, Cut.NON_DIFFERENTIABLE) for e in edges if _beside(at, e)]
        if state.why_no_grad not in (None, Cut.FROZEN) or not inputs:
            found.append(Place(here, state.why_no_grad or Cut.FROZEN))
            continue
        todo += [i for i in inputs if i not in seen]
        seen.update(inputs)
    return tuple(dict.fromkeys(found))


def _beside(at: At, edge: Edge) -> bool:
    """Whether it carries what an op gives beside its values, such as indices."""
    source = at.node(edge.source)
    more = source.more[edge.output - 1 :] if edge.output else ()
    return source.requires_grad and bool(more) and not more[0].requires_grad


def route(
    graph: Graph, root: str, node: str, through: str = ""
) -> tuple[tuple[str, ...], tuple[EdgeKey, ...]]:
    """A shortest way from the root back to a node (by another, if one is given): nodes, edges."""
    if through and through not in (root, node):
        first, second = route(graph, root, through), route(graph, through, node)
        if first[0] and second[0]:
            return (*first[0], *second[0][1:]), (*first[1], *second[1])
    came: dict[str, Edge | None] = {root: None}
    todo = [root]
    for here in todo:
        if here == node:
            break
        for edge in graph.inputs.get(here, {}).values():
            if edge.source not in came:
                came[edge.source] = edge
                todo.append(edge.source)
    if node not in came:
        return (), ()
    return _traced(came, node)


def _traced(came: dict[str, Edge | None], node: str) -> tuple[tuple[str, ...], tuple[EdgeKey, ...]]:
    nodes, edges = [node], []
    edge = came[node]
    while edge is not None:
        nodes.append(edge.target)
        edges.append(edge.key)
        edge = came[edge.target]
    return tuple(nodes[::-1]), tuple(edges[::-1])
