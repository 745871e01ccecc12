"""The fold: a node's state at one step from its state at the step before and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from engine.events import (
    Changed,
    Computed,
    Event,
    Failed,
    Flow,
    Freed,
    Mutated,
    Part,
    Retained,
    Seeded,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from gui.model.frames import Cut, NodeState, Term

CUTS = {
    "detach": Cut.DETACH,
    "no_grad": Cut.NO_GRAD,
    "requires_grad=False": Cut.FROZEN,
    "not differentiable": Cut.NON_DIFFERENTIABLE,
}


def concerned(event: Event) -> Sequence[str]:
    """The nodes whose state an event changes."""
    match event:
        case Flow():
            return () if event.inner or event.part is Part.INSIDE else (event.target,)
        case Visit():
            return () if event.part is Part.INSIDE else (event.node,)
        case Mutated():
            return tuple(node for node, _ in event.aliases)
        case Warned():
            return ()
        case Failed():
            return event.lost or tuple(filter(None, [event.node]))
        case _:
            return (event.node,)


def after(state: NodeState, event: Event, node: str) -> NodeState:  # noqa: C901  # a case an event
    """A node's state after one more of its events."""
    match event:
        case Computed():
            return _computed(state, event)
        case Mutated():
            return replace(state, value=dict(event.aliases)[node])
        case Seeded():
            return _with_term(state, Term(event.value, None, ""), event.call, 1)
        case Visit():
            return state if event.grad is None else replace(state, grad=event.grad)
        case Flow():
            key = None if event.slot is None else (event.source, event.slot)
            term = Term(event.value, key, event.source)
            return _with_term(state, term, event.call, event.expected, event.part is Part.RESULT)
        case Stored() | Retained():
            return replace(state, stored=event.after)
        case Freed():
            return replace(state, freed=True)
        case Zeroed():
            return replace(state, stored=event.after)
        case Changed():
            return _changed(state, event)
        case Failed():
            value = None if node in event.lost else state.value
            told = f"{event.kind}: {event.sentence}" if node == event.node else None
            return replace(state, value=value, error=told)
        case Warned():
            return state
        case _:
            assert_never(event)


def _computed(state: NodeState, event: Computed) -> NodeState:
    """The name stands for a new tensor: what was kept with the old one is gone."""
    return replace(
        state, value=event.value, error=None, requires_grad=event.requires_grad,
        is_leaf=event.is_leaf, retains_grad=False, stored=None, grad_fn=event.grad_fn, freed=False,
        why_no_grad=None if event.why is None else CUTS[event.why],
    )  # fmt: skip


def _with_term(
    state: NodeState, term: Term, call: int, expected: int, counts: bool = True
) -> NodeState:
    """One more contribution; one that does not count is for another output of the same op."""
    if state.call != call:
        state = replace(state, terms=(), elsewhere=0, grad=None)
    state = replace(state, expected=expected, live=True, call=call, error=None)
    if not counts:
        return replace(state, elsewhere=state.elsewhere + 1)
    grad = term.value if state.grad is None else state.grad + term.value
    return replace(state, terms=(*state.terms, term), grad=grad)


def _changed(state: NodeState, event: Changed) -> NodeState:
    if event.what == "value":
        return replace(state, value=event.after)
    if event.what == "retain_grad":
        return replace(state, retains_grad=event.after)
    return replace(
        state, requires_grad=event.after, why_no_grad=None if event.after else Cut.FROZEN
    )
