"""Ghosts: the gradients that would have passed without one cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.events import Failed
from engine.graph import Action, EdgeKey, Graph, Node, Program, Region, lines
from engine.registry import OPS
from engine.session import Session
from gui.model import edits
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.frames import Cut
from gui.model.why import cuts
from gui.model.why.asking import At, Place, amount

Array = Any
_BLOCKS = ("no_grad", "inference_mode")


@dataclass(frozen=True, slots=True)
class Ghost:
    """What would have passed: gradients along edges and at nodes that the real run has not.

    `sentence` says it; `whole` that a further try without the whole block may show more; `call` is
    the backward call it is about, 0 for none.
    """

    place: Place
    sentence: str
    edges: Mapping[EdgeKey, Array] = field(default_factory=dict)
    nodes: Mapping[str, Array] = field(default_factory=dict)
    whole: bool = False
    call: int = 0


def haunt(
    film: TraceFilm,
    step: int,
    place: Place,
    *,
    whole: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ghost:
    """Run the Program again without this one cut, and tell what is different.

    `whole` takes away the block around the statement, not only the statement out of it.  Raises
    trace.Cancelled when `cancelled` says so.
    """
    film = TraceFilm(film.graph, film.program, film.trace)  # one thread may use a film
    at = At(film, step)
    call = concerned(at, place)
    if not call:
        return Ghost(place, "No backward call has run: nothing would have passed yet.")
    refused = _why_not(at, place)
    if refused:
        return Ghost(place, refused, call=call)
    graph, program = without(film.graph, film.program, place, whole=whole)
    other = _run(graph, program, cancelled)
    real, would = _end_of(film, call), _end_of(other, call)
    if would is None or real is None:
        return Ghost(place, f"Without it, the run would not come to backward #{call}.", call=call)
    return replace(_compared(At(film, real), At(other, would), place, whole), call=call)


def concerned(at: At, place: Place) -> int:
    """The backward call a ghost is about: the latest by now from what comes after the place.

    0 where there is none.
    """
    calls = [call for call, _, _ in at.film.calls]
    by_now = [c for c in calls if c <= at.call][::-1]
    below = cuts.downstream(at.graph, place.node)
    chapters = {c.call: c for c in at.film.trace.chapters if c.kind == "backward"}
    program = lines(at.film.program)
    order = [*by_now, *(c for c in calls if c > at.call)]
    fitting = (c for c in order if program[chapters[c].action].node in below)
    return next(fitting, next(iter(order), 0))


def _why_not(at: At, place: Place) -> str:
    """Why nothing would pass, whatever were taken away; empty where something might."""
    name = at.name(place.node)
    if place.cut is Cut.NON_DIFFERENTIABLE:
        return f"Nothing: {at.op(place.node)} ({name}) has no derivative to send a gradient along."
    if cuts.is_integer(at, place.node):
        return f"Nothing: {name} holds {at.node(place.node).value.dtype}; integers have none."  # type: ignore[union-attr]
    return ""


def without(
    graph: Graph, program: Program, place: Place, *, whole: bool = False
) -> tuple[Graph, Program]:
    """Graph and Program with this one cut taken away, nothing else."""
    if place.cut is Cut.DETACH:
        return edits.mute(Document(graph), [place.node]).graph, program
    if place.cut is Cut.FROZEN:
        return _tracked(graph, place.node), tuple(_wanted(a, place.node) for a in program)
    found = (_opened(region, place.node, whole) for region in graph.regions.values())
    return replace(graph, regions={region.id: region for region in found}), program


def _opened(region: Region, node: str, whole: bool) -> Region:
    """The block without the statement; or, if all of it is to go, as a mere group."""
    if region.kind not in _BLOCKS or node not in region.members:
        return region
    if whole:
        return replace(region, kind="group")
    return replace(region, members=tuple(m for m in region.members if m != node))


def _tracked(graph: Graph, leaf: str) -> Graph:
    node = graph.nodes[leaf]
    op = OPS.get(node.op)
    if op is None or not any(f.name == "requires_grad" for f in op.fields):
        return graph
    changed: Node = replace(node, params={**node.params, "requires_grad": True})
    return replace(graph, nodes={**graph.nodes, leaf: changed})


def _wanted(action: Action, leaf: str) -> Action:
    """A line that turned requires_grad off leaves it on; all lines keep their numbers."""
    if action.do == "requires_grad_" and action.on == leaf:
        return replace(action, args={**action.args, "value": True})
    if action.body:
        return replace(action, body=tuple(_wanted(a, leaf) for a in action.body))
    return action


def _run(graph: Graph, program: Program, cancelled: Callable[[], bool]) -> TraceFilm:
    session = Session(graph, cancelled)
    for _ in session.run(program):
        pass
    return TraceFilm(graph, program, session.trace)


def _end_of(film: TraceFilm, call: int) -> int | None:
    return next((end - 1 for c, _, end in film.calls if c == call), None)


# ---- what is different ---------------------------------------------------------------------------


def _compared(real: At, other: At, place: Place, whole: bool) -> Ghost:
    edges = {
        key: grad
        for key in real.graph.edges
        if (grad := other.edge(key).grad) is not None and not _same(real.edge(key).grad, grad)
    }
    nodes = {
        node: grad
        for node in real.graph.nodes
        if (grad := _of(other, node)) is not None
        and not _same(_of(real, node), grad)
        and other.node(node).same_as is None  # another name of the same tensor
    }
    if not edges and not nodes:
        return _nothing(other, place, whole)
    return Ghost(place, _sentence(real, other, place, whole, edges, nodes), edges, nodes)


def _of(at: At, node: str) -> Array | None:
    """A node's `.grad` or, where none is kept, what came to it."""
    state = at.node(node)
    return state.grad if state.stored is None else state.stored


def _same(one: Array | None, other: Array) -> bool:
    return one is not None and np.array_equal(one, other, equal_nan=True)


def _nothing(other: At, place: Place, whole: bool) -> Ghost:
    """Why this one cut is not all that is in the way."""
    name = other.name(place.node)
    failed = next((e for e in other.events if isinstance(e, Failed)), None)
    if failed is not None:
        text = f"Without it, backward would still fail: {failed.kind}: {failed.sentence}"
        places = _still(other, place)
        if places:
            text = f"Nothing yet: it is still cut, as {cuts.cause(other, places[0])}."
        return Ghost(place, text, whole=_in_block(other, places, whole))
    if other.root not in cuts.downstream(other.graph, place.node):
        return Ghost(place, f"Nothing: there is no path from {other.root_name} to {name}.")
    places = _still(other, place)
    if places:
        told = f"Nothing yet: it is still cut, as {cuts.cause(other, places[0])}."
        return Ghost(place, told, whole=_in_block(other, places, whole))
    return Ghost(place, f"Nothing else: with or without it {name} gets the same.")


def _still(other: At, place: Place) -> tuple[Place, ...]:
    """What is in the way yet, above the statement or below it."""
    above = (
        cuts.on_the_way(other, other.root, place.node) if other.root in other.graph.nodes else ()
    )
    found = above or cuts.origin(other, place.node, cuts.upstream(other.graph, place.node))
    return tuple(p for p in found if p != place)


def _in_block(other: At, places: tuple[Place, ...], whole: bool) -> bool:
    return not whole and any(p.cut in (Cut.NO_GRAD, Cut.INFERENCE) for p in places)


def _sentence(
    real: At, other: At, place: Place, whole: bool, edges: Mapping[EdgeKey, Array],
    nodes: Mapping[str, Array],
) -> str:  # fmt: skip
    """What would have passed at the cut, and what the leaves would hold."""
    told = [f"Without {_called(real, place, whole)}, {_passed(real, place, edges, nodes)}"]
    leaves = [n for n in nodes if other.node(n).stored is not None]
    for leaf in leaves[:3]:
        name, before = real.name(leaf), real.node(leaf).stored
        now = amount(nodes[leaf])
        told.append(f"{name}.grad would be {now}, and is {amount(before)}")
    if len(leaves) > 3:
        told.append(f"so would {len(leaves) - 3} more leaves")
    return "; ".join(told) + "."


def _called(at: At, place: Place, whole: bool) -> str:
    name = at.name(place.node)
    match place.cut:
        case Cut.DETACH:
            return f"detach() at {name}"
        case Cut.FROZEN:
            return f"requires_grad=False on {name}"
        case _:
            block = f"the {place.cut} block"
            return block if whole else f"{name} in {block}"


def _passed(
    at: At, place: Place, edges: Mapping[EdgeKey, Array], nodes: Mapping[str, Array]
) -> str:
    """The gradient at the cut itself."""
    inputs = at.graph.inputs.get(place.node, {}).values()
    for edge in inputs:
        if edge.key in edges:
            grad = amount(edges[edge.key])
            return f"{grad} would pass back from {at.name(place.node)} to {at.name(edge.source)}"
    for edge in at.graph.outputs.get(place.node, ()):
        if edge.key in edges:
            grad = amount(edges[edge.key])
            return f"{grad} would pass back from {at.name(edge.target)} to {at.name(place.node)}"
    if place.node in nodes:
        return f"{amount(nodes[place.node])} would come to {at.name(place.node)}"
    return "other gradients would pass"
