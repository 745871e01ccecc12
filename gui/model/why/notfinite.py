"""Why there is a nan or an inf: where it appeared first, forward or backward."""

from __future__ import annotations

import numpy as np

from engine.events import Flow
from gui.model import words
from gui.model.why import cuts, local
from gui.model.why.asking import (
    Answer,
    At,
    Entry,
    Line,
    Question,
    at_entry,
    bad_word,
    entry_text,
    finite,
    shape_of,
)  # fmt: skip

_CHOOSERS = {"where", "masked_fill", "maximum", "minimum", "clamp"}
_REMEDY = {
    "log": "Keep the argument above 0: log(x + 1e-8), clamp(x, min=1e-8), or log1p.",
    "div": "Keep the divisor away from 0: add a small number, or use where on the divisor.",
    "sqrt": "Keep the argument above 0: sqrt(x + 1e-8).",
    "exp": "Subtract the largest entry first, or use logsumexp, softmax or a log-space loss.",
    "pow": "Keep the base above 0 where the exponent is below 1.",
}


# ---- a value -------------------------------------------------------------------------------------


def value(at: At, question: Question) -> Answer:
    """The first node of the forward pass where it appeared."""
    node = question.node
    born, entry = _first_value(at, node, question.entry)
    state = at.node(born)
    word = bad_word(state.value)
    reason = local.value_reason(at, born, entry)
    where = f"{at.name(born)}{entry_text(entry)}"
    head = f"The first {word} is {where}, at step {state.since + 1}: {reason}."
    lines = [Line(f"First {word} at step {state.since + 1}: go there.", born, state.since)]
    if born == node:
        head = f"It appears at {where} itself, from finite inputs: {reason}."
    elif word == "inf" and bad_word(at.node(node).value) == "nan":
        lines.append(_turned(at, node, born))
    nodes, edges = cuts.route(at.graph, node, born)
    remedy = _REMEDY.get(at.op(born).rstrip("_"), "")
    if not at.graph.inputs.get(born):
        head = f"{at.name(born)} was given with {word} in it."
        remedy = f"Edit the value of {at.name(born)}."
    shape = shape_of(at.node(node).value)
    return Answer(question, head, tuple(lines), nodes, edges, remedy, shape=shape)


def _first_value(at: At, node: str, entry: Entry | None) -> tuple[str, Entry]:
    """The first node above this one whose value is not finite though its inputs are."""
    rank = {n: k for k, n in enumerate(at.graph.nodes)}
    while True:
        bad = [
            edge.source
            for slot, edge in at.graph.inputs.get(node, {}).items()
            if not finite(local.values(at, node).get(slot))
        ]
        if not bad:
            shown = at.node(node).value
            fits = entry is not None and np.ndim(at_entry(shown, entry)) == 0
            good = entry if fits and not finite(at_entry(shown, entry)) else None
            return node, good if good is not None else local.first_bad(shown)
        node, entry = min(bad, key=lambda n: rank.get(n, 0)), None


def _turned(at: At, node: str, born: str) -> Line:
    """Where inf became nan on the way."""
    way, _ = cuts.route(at.graph, node, born)
    for here in reversed(way):
        if bad_word(at.node(here).value) == "nan":
            reason = local.value_reason(at, here, _first_nan(at, here))
            since = at.node(here).since
            told = f"It turned into nan at {at.name(here)}, step {since + 1}: {reason}."
            return Line(told, here, since)
    return Line("")


def _first_nan(at: At, node: str) -> Entry:
    found = np.argwhere(np.isnan(np.asarray(at.node(node).value)))
    return tuple(int(i) for i in found[0]) if len(found) else ()


# ---- a gradient ----------------------------------------------------------------------------------


def gradient(at: At, question: Question) -> Answer:
    """The first contribution that was not finite; a value of the forward pass if it comes of that.

    Of a `.grad` that an earlier call has spoilt, that call is looked at.
    """
    at = _spoilt(at, question)
    flow, node = _first_flow(at, question)
    if flow is None:
        return _not_by_a_flow(at, question, node)
    forward = _from_forward(at, flow)
    if forward is not None:
        return _because_of_value(at, question, forward)
    entry = local.first_bad(flow.value)
    reason, upstream = local.bad_factor(at, flow, entry)
    word = bad_word(flow.value)
    sender = at.name(flow.source)
    head = f"The first {word} is born going back through {sender} (step {flow.step + 1}): {reason}."
    lines = [Line(f"First {word} at step {flow.step + 1}: go there.", flow.source, flow.step)]
    chooser = _chooser(at, flow) if upstream is not None and not np.any(upstream) else ""
    if chooser:
        lines.append(_trap(at, chooser, flow))
    nodes, edges = cuts.route(at.graph, at.root, question.node, flow.source)
    shape = shape_of(at.gradient(question.node))
    remedy = _trap_remedy(at, flow) if chooser else _REMEDY.get(at.op(flow.source).rstrip("_"), "")
    return Answer(question, head, tuple(lines), nodes, edges, remedy, shape=shape)


def _spoilt(at: At, question: Question) -> At:
    if at.node(question.node).stored is None:
        return at
    for entry in at.frame.ledger():
        if entry.node == question.node and not finite(at_entry(entry.after, question.entry)):
            return at if entry.added is None else At(at.film, entry.step)
    return at


def _first_flow(at: At, question: Question) -> tuple[Flow | None, str]:
    """The contribution where it appeared, going up from the node; else the node it came to."""
    node, entry = question.node, question.entry
    seen = {node}
    while True:
        bad = [f for f in at.flows.get(node, ()) if not finite(at_entry(f.value, entry))]
        bad = bad or [f for f in at.flows.get(node, ()) if not finite(f.value)]
        if not bad:
            return None, node
        flow = bad[0]
        if flow.source in seen or finite(_gradient_of(at, flow.source)):
            return flow, node
        node, entry = flow.source, None
        seen.add(node)


def _gradient_of(at: At, node: str) -> np.ndarray | None:
    """All that has come to a node's outputs, as one array: what matters is whether it is finite."""
    state = at.node(node)
    came = [np.ravel(f.value) for f in at.flows.get(node, ())]
    if state.grad is not None:
        came.append(np.ravel(state.grad))
    return np.concatenate(came) if came else None


def _not_by_a_flow(at: At, question: Question, node: str) -> Answer:
    name = at.name(node)
    flows = at.flows.get(node, ())
    nodes, edges = cuts.route(at.graph, at.root, question.node, node)
    if len(flows) > 1:
        total = words.equation([f.value for f in flows], at.gradient(node), "+")
        head = f"All that comes to {name} is finite, but the sum is not: {total}."
    elif node == at.root:
        head = f"Backward started at {name} with a gradient that is not finite."
    else:
        head = f"It was put into {name}.grad from outside of backward."
    return Answer(question, head, nodes=nodes or (question.node,), edges=edges)


def _from_forward(at: At, flow: Flow) -> str | None:
    """A node whose value was not finite already, at the op where the gradient stopped being so."""
    for edge in at.graph.inputs.get(flow.source, {}).values():
        if not finite(at.node(edge.source).value):
            return edge.source
    state = at.node(flow.source)
    return None if finite(state.value) else flow.source


def _because_of_value(at: At, question: Question, node: str) -> Answer:
    born, entry = _first_value(at, node, None)
    state, name = at.node(born), at.name(born)
    reason = local.value_reason(at, born, entry)
    word = bad_word(state.value)
    head = f"It was there before backward: {name} is {word} since step {state.since + 1}: {reason}."
    lines = (Line(f"First {word} at step {state.since + 1}: go there.", born, state.since),)
    nodes, edges = cuts.route(at.graph, at.root, question.node, born)
    if not nodes:
        nodes, edges = cuts.route(at.graph, at.root, born)
    remedy = _REMEDY.get(at.op(born).rstrip("_"), "")
    return Answer(question, head, lines, (*nodes, question.node), edges, remedy)


def _chooser(at: At, flow: Flow) -> str:
    """The op above that had not chosen this branch, and so sent it a 0."""
    todo, seen = [flow.source], {flow.source}
    for node in todo:
        for above in at.flows.get(node, ()):
            if at.op(above.source) in _CHOOSERS:
                return above.source
            if above.source not in seen:
                seen.add(above.source)
                todo.append(above.source)
    return ""


def _trap(at: At, chooser: str, flow: Flow) -> Line:
    return Line(
        f"{at.op(chooser)} ({at.name(chooser)}) did not take this branch, so it sends 0 back into "
        f"it; {at.name(flow.source)} multiplies that 0 by infinity.",
        chooser,
    )


def _trap_remedy(at: At, flow: Flow) -> str:
    name = local.named(at, flow.source, flow.slot or "")
    return (
        f"Make {name} safe before {at.op(flow.source)}, with a where of its own: the branch that "
        "is not taken is computed, and differentiated, all the same."
    )
