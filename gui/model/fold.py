"""The fold: a node's state at one step from its state at the step before and what happened."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import assert_never

from engine.events import (
    Alias,
    Changed,
    Computed,
    Dropped,
    Event,
    Failed,
    Flow,
    Freed,
    Hooked,
    Mutated,
    Output,
    Part,
    Retained,
    Seeded,
    Stepped,
    Stopped,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from gui.model.frames import Cut, NodeState, Term, Terms, evolved
from gui.model.words import any_nonzero

CUTS = {
    "detach": Cut.DETACH,
    "no_grad": Cut.NO_GRAD,
    "inference_mode": Cut.INFERENCE,
    "requires_grad=False": Cut.FROZEN,
    "not differentiable": Cut.NON_DIFFERENTIABLE,
}


def concerned(event: Event) -> Sequence[str]:
    """The nodes whose state an event changes."""
    match event:
        case Flow():
            return (event.target,) if event.part is Part.RESULT and not event.inner else ()
        case Visit():
            return () if event.part is Part.INSIDE else (event.node,)
        case Mutated():
            return tuple(dict.fromkeys(alias.node for alias in event.aliases))
        case Warned() | Stopped() | Dropped():
            return ()
        case Failed():
            return event.lost or tuple(filter(None, [event.node]))
        case _:
            return (event.node,)


class Bindings:
    """Which nodes' names stand for the same tensor, as the events tell, read in order."""

    def __init__(self) -> None:
        self._tensor: dict[str, tuple[str, int]] = {}
        self._names: dict[tuple[str, int], list[str]] = {}

    def concerned(self, event: Event) -> Sequence[str]:
        """The nodes whose state an event changes: what happens to `.grad` concerns all names."""
        if isinstance(event, Computed):
            self._bind(event)
        if not isinstance(event, Stored | Retained | Zeroed | Changed | Stepped):
            return concerned(event)
        names = self._names.get(self._tensor.get(event.node, ("", 0)), ())
        return names if event.node in names else (event.node,)

    def _bind(self, event: Computed) -> None:
        """A new tensor leaves the names of the one before behind."""
        if event.same_as is None:
            self._tensor[event.node] = (event.node, 0)
            self._names[event.node, 0] = [event.node]
            return
        names = self._names.get(event.same_as, [])
        self._tensor[event.node] = event.same_as
        self._names[event.same_as] = [*(n for n in names if n != event.node), event.node]


def after(state: NodeState, event: Event, node: str) -> NodeState:  # noqa: C901  # a case an event
    """A node's state after one more of its events."""
    match event:
        case Computed():
            return _computed(state, event)
        case Mutated():
            return _mutated(state, event, node)
        case Seeded():
            return _with_term(state, Term(event.value, None, ""), event.call, 1)
        case Visit():
            return state if event.grad is None else evolved(state, grad=event.grad)
        case Flow():
            key = None if event.slot is None else (event.source, event.slot)
            term = Term(event.value, key, event.source)
            state = _with_term(state, term, event.call, event.expected)
            return state if event.total is None else evolved(state, grad=event.total)
        case Stored():
            piled = event.before is not None and any_nonzero(event.before)
            return evolved(state, stored=event.after, piled_up=piled)
        case Retained():
            return evolved(state, stored=event.after)
        case Freed():
            return evolved(state, freed=True)
        case Zeroed():
            return evolved(state, stored=event.after, piled_up=False)
        case Changed():
            return _changed(state, event)
        case Failed():
            # Told to every node of `lost`; where nothing is lost, the value stays.
            value, more = (None, ()) if event.lost else (state.value, state.more)
            told = f"{event.kind}: {event.sentence}" if node == event.node else None
            return evolved(state, value=value, more=more, error=told, expected_error=event.expected)
        case Stepped():
            return evolved(state, value=event.after)
        case Hooked():
            return evolved(state, grad=event.after)
        case Warned() | Stopped() | Dropped():
            return state
        case _:
            assert_never(event)


def _computed(state: NodeState, event: Computed) -> NodeState:
    """The name stands for a new tensor: what was kept with the old one is gone."""
    return evolved(
        state, value=event.value, error=None, requires_grad=event.requires_grad,
        is_leaf=event.is_leaf, retains_grad=False, stored=event.grad, grad_fn=event.grad_fn,
        freed=False, why_no_grad=None if event.why is None else CUTS[event.why], more=event.more,
        since=event.step, same_as=event.same_as,
    )  # fmt: skip


def _mutated(state: NodeState, event: Mutated, node: str) -> NodeState:
    """Its memory has other values now, and a tensor that was written to has another history."""
    for alias in event.aliases:
        if alias.node == node:
            state = _with_output(state, alias)
    return state


def _with_output(state: NodeState, alias: Alias) -> NodeState:
    if alias.output:
        changed = Output(alias.value, alias.requires_grad)
        at = alias.output - 1
        return evolved(state, more=(*state.more[:at], changed, *state.more[at + 1 :]))
    return evolved(
        state, value=alias.value, requires_grad=alias.requires_grad, grad_fn=alias.grad_fn,
        is_leaf=alias.grad_fn is None,
        why_no_grad=None if alias.grad_fn else state.why_no_grad,
    )  # fmt: skip


def _with_term(state: NodeState, term: Term, call: int, expected: int) -> NodeState:
    """One more contribution; the first of a call starts anew."""
    grad, terms = state.grad, state.terms
    if state.call != call or not isinstance(terms, Terms):
        grad, terms = None, Terms([], 0)
    return evolved(
        state, expected=expected, live=True, call=call, error=None, terms=terms.and_(term),
        grad=term.value if grad is None else grad + term.value,
    )  # fmt: skip


def _changed(state: NodeState, event: Changed) -> NodeState:
    if event.what == "value":
        return evolved(state, value=event.after)
    if event.what == "retain_grad":
        return evolved(state, retains_grad=event.after)
    if event.what != "requires_grad":
        return state
    return evolved(
        state, requires_grad=event.after, why_no_grad=None if event.after else Cut.FROZEN
    )


class History:
    """The states of one node, folded when they are asked for, from one evaluation to the next."""

    def __init__(self, node: str, events: Sequence[Event]) -> None:
        self.node, self.events = node, events
        starts = [i for i, event in enumerate(events) if i and isinstance(event, Computed)]
        self._bounds = list(pairwise([0, *starts, len(events)])) if events else []
        self._first = [events[low].step for low, _ in self._bounds]
        self._parts: dict[int, tuple[list[int], list[NodeState]]] = {}

    def at(self, step: int) -> NodeState | None:
        """What its own events since it was last computed say; None before the first."""
        part = bisect_right(self._first, step) - 1
        return None if part < 0 else self._state(part, step)

    def last_gradient(self, step: int, start: int) -> NodeState | None:
        """The last state of an evaluation before `step` with a gradient that came after `start`."""
        for part in range(bisect_right(self._first, step) - 2, -1, -1):
            if self._first[part + 1] <= start:
                return None
            state = self._state(part, step)
            if state.call:
                return state
        return None

    def _state(self, part: int, step: int) -> NodeState:
        steps, states = self._parts.get(part) or self._fold(part)
        return states[bisect_right(steps, step) - 1]

    def _fold(self, part: int) -> tuple[list[int], list[NodeState]]:
        """A name that is bound anew starts anew, but for the gradients of the calls before."""
        steps: list[int] = []
        states: list[NodeState] = []
        state = NodeState()
        for event in self.events[slice(*self._bounds[part])]:
            state = after(state, event, self.node)
            if steps and steps[-1] == event.step:
                states[-1] = state
            else:
                steps.append(event.step)
                states.append(state)
        self._parts[part] = steps, states
        return steps, states
