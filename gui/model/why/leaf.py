"""Why a tensor is no leaf, and why it has no value."""

from __future__ import annotations

from engine.code.source import statement
from engine.events import Failed
from gui.model import words
from gui.model.why import cuts
from gui.model.why.asking import Answer, At, Line, Question


def no_leaf(at: At, question: Question) -> Answer:
    """A result of an op on what requires grad is no leaf."""
    node, state = question.node, at.node(question.node)
    name = at.name(node)
    sources = list(dict.fromkeys(e.source for e in at.graph.inputs.get(node, {}).values()))
    then = max(state.since - 1, 0)  # it may have been turned off since
    tracked = [s for s in sources if at.film.node(s, then).requires_grad]
    if state.same_as is not None and state.same_as[0] != node:
        made = f"{name} is {at.name(state.same_as[0])} itself, written to by {at.op(node)}"
    else:
        made = f"{name} is computed: {statement(at.graph, node)}"
    if tracked:
        made += f" from {at.names(tracked)}, which require{'s' * (len(tracked) == 1)} grad"
    head = f"{made}; a leaf is what you made yourself."
    lines = (
        Line(f"Its grad_fn {state.grad_fn} remembers how it was computed; a leaf has none."),
        Line("Backward passes through it to the leaves, and only their .grad is kept."),
    )
    inputs = at.graph.inputs.get(node, {}).values()
    edges = tuple(e.key for e in inputs if e.source in tracked)
    remedy = (
        f"To keep its gradient call {name}.retain_grad(); to make a leaf of it, "
        f"{name}.detach().requires_grad_()."
    )
    return Answer(question, head, lines, (node, *tracked), edges, remedy)


def lost(at: At, question: Question) -> Answer:
    """No value: what it depends on failed, or it has not been run yet."""
    node, name = question.node, at.name(question.node)
    above = cuts.upstream(at.graph, node)
    for event in at.film.events_between(-1, at.step):
        if isinstance(event, Failed) and node in event.lost and event.node in above:
            head = f"{at.name(event.node)} failed, and {name} is computed from it."
            nodes, edges = cuts.route(at.graph, node, event.node)
            lines = (
                Line(f"{event.kind}: {event.sentence}", event.node),
                Line(f"Go to step {event.step + 1}, where it raised.", step=event.step),
            )
            return Answer(question, head, lines, nodes, edges, words.remedy(event))
    later = next((e for e in at.film.trace.events if getattr(e, "node", "") == node), None)
    if later is None:
        return Answer(question, f"The run never came to {name}.", nodes=(node,))
    head = f"{name} is computed at step {later.step + 1}, which is still to come."
    return Answer(
        question, head, (Line(f"Go to step {later.step + 1}.", step=later.step),), (node,)
    )
