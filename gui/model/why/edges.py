"""Why a gradient does not pass along an edge, and why it is what it is."""

from __future__ import annotations

import numpy as np

from engine.events import Failed, Flow
from gui.model import words
from gui.model.why import cuts, local
from gui.model.why.asking import Answer, At, Line, Question, amount, at_entry


def nothing(at: At, question: Question) -> Answer:
    """A cut, or a target that no gradient has come to (yet)."""
    assert question.edge is not None
    edge = at.graph.edges[question.edge]
    source, state = at.name(edge.source), at.edge(edge.key)
    ends, way = (edge.target, edge.source), (edge.key,)
    if not state.carried:
        return Answer(question, f"{source} has no value at this step.", (), ends, way)
    if state.cut is not None:
        places = cuts.places_of(at, edge.key)
        head = f"No gradient can pass: {cuts.cause(at, places[0])}."
        lines = [Line(f"{cuts.cause(at, place)}.", place.node) for place in places[1:]]
        nodes = (*ends, *(p.node for p in places if p.node not in ends))
        return Answer(
            question, head, tuple(lines), nodes, way, cuts.remedy(at, places[0]), places
        )  # fmt: skip
    return Answer(question, *_not_reached(at, edge.target, source), ends, way)


def _not_reached(at: At, target: str, source: str) -> tuple[str, tuple[Line, ...]]:
    """The edge is open: nothing has come as far as its target."""
    name = at.name(target)
    if not at.call:
        return f"Nothing is cut here: no backward call has begun, so {name} has no gradient.", ()
    failed = next((e for e in at.events if isinstance(e, Failed)), None)
    if at.node(target).grad is None:
        if failed is not None:
            line = Line(f"{failed.kind}: {failed.sentence}", failed.node or "", failed.step)
            return f"Backward #{at.call} failed before it came to {name}.", (line,)
        if at.going:
            return f"Backward #{at.call} is under way and has not come to {name} yet.", ()
        return f"{at.root_name} does not depend on {name}: no gradient came to it.", ()
    if at.going:
        return f"{name} has its gradient and sends it on to {source} in a later step.", ()
    return f"{name} got a gradient, but its rule gives none for {source}.", ()


def much(at: At, question: Question) -> Answer:
    """Upstream times local derivative; of a broadcast edge the sum that undoes it."""
    assert question.edge is not None
    edge = at.graph.edges[question.edge]
    flows = [f for f in at.flows.get(edge.source, ()) if (f.source, f.slot) == edge.key]
    ends, way = (edge.target, edge.source), (edge.key,)
    passed = at.edge(edge.key).grad
    if not flows:
        told = f"{at.name(edge.target)} is muted or an alias: it passes its gradient on as it is."
        return Answer(question, f"{amount(passed)}: {told}", (), ends, way)
    flow = flows[-1]
    head = _product(at, flow, at.name(edge.target), at.name(edge.source), question)
    lines = []
    if np.shape(flow.raw) != np.shape(flow.value):
        sizes = f"{words.shape(flow.raw)} → {words.shape(flow.value)}"
        lines.append(Line(f"{at.name(edge.source)} was broadcast, so it is summed: {sizes}."))
    if rule := local.rule_of(flow):
        lines.append(Line(f"The rule of {flow.function}: {rule}"))
    lines.append(Line(f"It passes at step {flow.step + 1}: go there.", step=flow.step))
    return Answer(question, head, tuple(lines), ends, way)


def _product(at: At, flow: Flow, sender: str, to: str, question: Question) -> str:
    up, value = flow.upstream, at_entry(flow.value, question.entry)
    arrived = f"{sender} received {amount(up)}"
    factor = words.local_factor(flow)
    if factor is not None:
        product = words.equation([up, factor], value, "·")
        slope = f"its derivative by {to} is {words.number(factor)}"
        return f"{arrived} and {slope}: {product}."
    if up is None:
        return f"{sender} works out {amount(value)} from the gradients of its outputs."
    shapes = f"{words.shape(up)} → {words.shape(flow.value)}"
    return f"{sender} received a gradient of {words.shape(up)} and passes on {shapes}."
