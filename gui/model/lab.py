"""The fault lab: what a run would be with one mistake in the engine, or in the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from engine.events import Stored, Visit
from engine.graph import Action, Program, lines
from engine.policy import Policy, Stack, as_it_comes, replaced
from engine.session import Session
from engine.trace import Cancelled
from gui.model import words
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.frames import Array, NodeState, evolved
from gui.model.program import effective
from gui.model.trace_frame import TraceFrame


@dataclass(frozen=True)
class Fault:
    """One mistake: what it is, who has made it, a lesson on which it shows, and why it may not."""

    id: str
    name: str
    told: str
    history: str
    shown_by: str
    """The id of that lesson."""
    harmless: str
    """Why it changes nothing, where it changes nothing."""
    policy: Policy = field(default_factory=Policy)
    forgets: bool = False
    """Whether the lines that clear a `.grad` are left out of the Program."""

    def program(self, document: Document) -> Program:
        """The Program that is run with it."""
        given = effective(document)
        return _without_zeroing(given) if self.forgets else given


FAULTS = (
    Fault(
        "replace",
        "= instead of +=",
        "Where a tensor is used more than once, each contribution to its gradient overwrites the"
        " one before instead of being added to it.",
        "The classic of engines written by hand. Karpathy shows it in his micrograd lecture: b = a"
        " + a gives a the gradient 1, though the slope is 2.",
        "fan_out",
        "Within each backward call every tensor of this graph gets one contribution at most (or"
        " those before the last are zero), so there is nothing to overwrite.",
        Policy(add=replaced),
    ),
    Fault(
        "order",
        "Depth first, without waiting",
        "A node passes its gradient on as soon as anything arrives, and again, with all it has by"
        " then, whenever more does.",
        "Has been proposed for micrograd again and again: let backward() simply call backward() on"
        " each input. It is right for trees. Where paths meet at a computed tensor, what came first"
        " is passed on twice.",
        "order",
        "No computed tensor of this graph gets a second contribution after its first: a node that"
        " runs at once has everything already.",
        Policy(queue=Stack),
    ),
    Fault(
        "broadcast",
        "Broadcasting not undone",
        "A gradient keeps the shape of the result, where it should be summed over the dimensions an"
        " input was stretched along.",
        "PyTorch, nd4j, burn, rust-autograd and others have all had this one. The gradient of a"
        " bias comes out with a row for every sample.",
        "broadcast",
        "Nothing that is tracked was broadcast in this graph: each gradient has the shape of its"
        " tensor anyway.",
        Policy(fit=as_it_comes),
    ),
    Fault(
        "zero",
        "zero_grad() forgotten",
        "The program's zero_grad() and grad.zero_() lines are left out, so every call adds to what"
        " the one before has left.",
        "No mistake of an engine but of nearly everybody's first training loop: the gradients of"
        " all steps so far pile up, and the steps grow.",
        "accumulation",
        "The program has no line that clears a .grad, or none that finds anything to clear.",
        forgets=True,
    ),
    Fault(
        "versions",
        "In-place changes unnoticed",
        "Saved tensors are used as they are, even if somebody has written to them since.",
        "What every engine without version counters does. PyTorch counts, refuses, and names the"
        " tensor; a change through .data still slips past it.",
        "errors/saved_in_place",
        "Nothing that an operation has saved is changed in place here before backward needs it.",
        Policy(check_versions=False),
    ),
)
BY_ID = {fault.id: fault for fault in FAULTS}


def film(
    document: Document, fault: Fault | None = None, cancelled: Callable[[], bool] = lambda: False
) -> TraceFilm:
    """The run of a Document with one fault in it, or with none.  Raises trace.Cancelled."""
    program = effective(document) if fault is None else fault.program(document)
    session = Session(document.graph, cancelled, None if fault is None else fault.policy)
    for _ in session.run(program):
        pass
    if fault is None:
        return TraceFilm(document.graph, program, session.trace)
    return FaultyFilm(document.graph, program, session.trace)


PATIENCE = 40
"""How many more times than the true run a faulty one may be asked whether it is wanted still."""


def both_films(
    document: Document, fault: Fault, cancelled: Callable[[], bool] = lambda: False
) -> tuple[TraceFilm, TraceFilm | None]:
    """The run as it should be and the faulty one; None for one that would go on for ages.

    Without waiting, a node runs once for each path that leads to it, and paths double with every
    fork.  Raises trace.Cancelled.
    """
    asked = 0

    def counted() -> bool:
        nonlocal asked
        asked += 1
        return cancelled()

    right = film(document, None, counted)
    right.prepare()
    most, asked = 2 * asked + PATIENCE, 0
    try:
        wrong = film(document, fault, lambda: counted() or asked > most)
    except Cancelled:
        if cancelled():
            raise
        return right, None
    wrong.prepare()
    return right, wrong


def _without_zeroing(program: Program) -> Program:
    kept = (replace(a, body=_without_zeroing(a.body)) if a.body else a for a in program)
    return tuple(a for a in kept if not _zeroes(a) and (a.body or a.do != "repeat"))


def _zeroes(action: Action) -> bool:
    """`w.grad.zero_()`, `w.grad = None` and `opt.zero_grad()`."""
    of_grad = action.on is not None and action.on.endswith(".grad")
    cleared = action.do == "set" and of_grad and not action.args.get("value")
    return action.do in ("zero_", "zero_grad") or cleared


def has_backward(document: Document) -> bool:
    """Whether its Program gets as far as a backward call at all."""
    return any(action.do == "backward" for action in lines(effective(document)))


class FaultyFilm(TraceFilm):
    """The film of a run that may have added otherwise: it does not write sums that are none."""

    def _made(self, step: int) -> TraceFrame:
        return FaultyFrame(self, step)

    def node(self, node: str, step: int) -> NodeState:
        """Of contributions that overwrote each other the last is all there is."""
        state = super().node(node, step)
        if len(state.terms) < 2 or is_sum([t.value for t in state.terms], state.grad):
            return state
        return evolved(state, terms=state.terms[-1:], expected=1)


class FaultyFrame(TraceFrame):
    """One step of a FaultyFilm."""

    @cached_property
    def caption(self) -> str:
        event = self.event
        if isinstance(event, Visit) and not is_sum([t.value for t in event.terms], event.grad):
            came = ", then ".join(words.short(t.value) for t in event.terms)
            name = self.film.graph.nodes[event.node].name
            return f"{name}: {came} came, only {words.short(event.grad)} is left."
        if isinstance(event, Stored) and self._again(event):
            name = f"{self.film.graph.nodes[event.node].name}.grad"
            sum_ = words.equation([event.before, event.added], event.after, "+")
            return f"{name} += one more contribution in the same call: {sum_}."
        return super().caption

    def _again(self, event: Stored) -> bool:
        """Whether the leaf has got something in this call before: it should get all at once."""
        return any(
            isinstance(e, Stored) and (e.node, e.call) == (event.node, event.call)
            for e in self.film.events_between(-1, self.step - 1)
        )


def is_sum(terms: Sequence[Array], result: Array) -> bool:
    """Whether a gradient is the sum of its contributions, added in the order they came."""
    if len(terms) < 2 or result is None:
        return True
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return same_value(total, result)


def same_value(one: Array | None, other: Array | None) -> bool:
    """Whether two arrays have the same shape and numbers (nan is nan), or there is neither."""
    if one is None or other is None:
        return one is other
    same = np.shape(one) == np.shape(other)
    return same and bool(np.all((one == other) | ((one != one) & (other != other))))
