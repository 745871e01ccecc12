"""Why a gradient is zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.events import Flow, Hooked
from gui.model import words
from gui.model.why import cuts, local
from gui.model.why.asking import Answer, At, Entry, Line, Question, amount, at_entry, shape_of, zero

MOST = 6
"""Places that are told of."""


@dataclass(frozen=True)
class Birth:
    """Where a gradient became zero: at an op (`flow`), in a sum (`terms`), by a `hook`, or at the
    root."""

    node: str
    flow: Flow | None = None
    terms: Sequence[Flow] = ()
    entry: Entry | None = None
    hook: Hooked | None = None


def answer(at: At, question: Question) -> Answer:
    """Which factor was zero on the way, or what emptied `.grad`."""
    kept = _kept(at, question)
    if kept is not None:
        return kept
    called = at.called(question)
    at = at.last_by(question.node) or at
    births = _births(at, question.node, question.entry)
    if not births:
        return Answer(question, f"What came to {at.name(question.node)} is 0.")
    told = [_told(at, birth) for birth in births]
    head = f"{called} is 0 because {told[0]}."
    if len(births) > 1:
        head = f"{called} is 0 because all that comes to it is: it became 0 at {len(births)} ops."
    lines = [Line(f"At {at.name(b.node)}: {t}.", b.node) for b, t in zip(births, told, strict=True)]
    return _with_route(at, question, births, head, lines)


def _with_route(
    at: At, question: Question, births: Sequence[Birth], head: str, lines: Sequence[Line]
) -> Answer:
    first = births[0]
    nodes, edges = cuts.route(at.graph, at.root, question.node, first.node)
    more = [] if len(births) == 1 else list(lines[:MOST])
    if first.flow is not None:
        step = first.flow.step
        more.append(Line(f"It happens at step {step + 1}: go there.", step=step))
        if rule := local.rule_of(first.flow):
            more.append(Line(f"The rule: {rule}"))
    shape = shape_of(at.gradient(question.node))
    return Answer(question, head, tuple(more), nodes or (question.node,), edges, shape=shape)


def _kept(at: At, question: Question) -> Answer | None:
    """What happened to `.grad` itself: zero_(), or calls whose gradients cancel."""
    node = question.node
    if at.node(node).stored is None:
        return None
    same = at.node(node).same_as
    owners = {node, same[0] if same else node}
    entries = [e for e in at.frame.ledger() if e.node in owners]
    if not entries:
        return None
    last = entries[-1]
    called = at.called(question)
    if last.added is None and last.before is not None and "backward" not in last.what:
        head = f"{last.what} (step {last.step + 1}) has filled {called} with zeros."
        was = amount(at_entry(last.before, question.entry))
        lines = (
            Line(f"Before that it was {was}; the next backward adds to the zeros."),
            Line(f"Go to step {last.step + 1}.", step=last.step),
        )
        return Answer(question, head, lines, (node,))
    before, added = (
        None if x is None else at_entry(x, question.entry) for x in (last.before, last.added)
    )
    if before is None or added is None or zero(before) or zero(added):
        return None
    total = words.equation([before, added], at_entry(last.after, question.entry), "+")
    head = f"{called} is 0 because two calls cancel: {total}."
    unzeroed = Line(f"Nobody zeroed it before {last.what}.", step=last.step)
    remedy = "Call zero_grad before each backward, if calls are not to be added up."
    return Answer(question, head, (unzeroed,), (node,), remedy=remedy)


def _births(at: At, node: str, entry: Entry | None) -> list[Birth]:
    """Where the gradient of a node (or of one entry) became zero, going up towards the root."""
    found: list[Birth] = []
    todo: list[tuple[str, Entry | None]] = [(node, entry)]
    seen = set(todo)
    while todo and len(found) < MOST:
        here, which = todo.pop(0)
        flows = at.flows.get(here, ())
        hook = _hook(at, here, which)
        if hook is not None:
            found.append(Birth(here, entry=which, hook=hook))
        elif not flows:
            found.append(Birth(here))
        elif any(not zero(at_entry(flow.value, which)) for flow in flows):
            found.append(Birth(here, None, tuple(flows), which))
        else:
            for flow in flows:
                above = _above(at, flow, which)
                if above is None:
                    found.append(Birth(flow.source, flow, (), which))
                elif above not in seen:
                    seen.add(above)
                    todo.append(above)
    return found[:MOST]


def _hook(at: At, node: str, entry: Entry | None) -> Hooked | None:
    """The hook of a node that made 0 of what was not, if one did."""
    for event in at.hooks.get(node, ()):
        if zero(at_entry(event.after, entry)):
            return None if zero(at_entry(event.before, entry)) else event
    return None


def _above(at: At, flow: Flow, entry: Entry | None) -> tuple[str, Entry | None] | None:
    """The sender, if zero had come to that already; None if it became zero there."""
    grads = [f.value for f in at.flows.get(flow.source, ())]
    total = at.node(flow.source).grad
    if total is not None:
        grads = [total]
    if not grads:
        return flow.source, None
    if entry is not None and len(grads) == 1 and np.shape(grads[0]) == np.shape(flow.value):
        return (flow.source, entry) if zero(at_entry(grads[0], entry)) else None
    return (flow.source, None) if all(map(zero, grads)) else None


def _told(at: At, birth: Birth) -> str:
    if birth.hook is not None:
        before = amount(at_entry(birth.hook.before, birth.entry))
        return f"a hook on {at.name(birth.node)}, {birth.hook.formula}, made 0 of {before}"
    if birth.flow is not None:
        return local.zero_reason(at, birth.flow, birth.entry)
    if birth.terms:
        values = [at_entry(t.value, birth.entry) for t in birth.terms]
        total = words.equation(values, np.sum(values, axis=0), "+")
        return f"the contributions to {at.name(birth.node)} cancel: {total}"
    return f"backward started at {at.name(birth.node)} with the gradient 0"
