"""Every sentence a person reads about a run: one for each step, with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np

from engine.code.source import statement
from engine.events import (
    Changed,
    Computed,
    Dropped,
    Event,
    Failed,
    Flow,
    Freed,
    Hooked,
    Mutated,
    Retained,
    Seeded,
    Stepped,
    Stopped,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.graph import SEED, Graph, Program
from engine.registry import OPS
from gui.model import words
from gui.model.frames import Cut
from gui.model.sending import Sending, fitting
from gui.model.slopes import worked_out
from gui.model.unseen import visible
from gui.model.words import equation, told

if TYPE_CHECKING:
    from gui.model.film import TraceFilm

Array = Any

WHY_STOPPED = {
    "detach": "detach() cut it off",
    "no_grad": "it was computed inside torch.no_grad()",
    "inference_mode": "it was computed inside torch.inference_mode()",
    "requires_grad=False": "it does not require grad",
    "not differentiable": "the op it comes from has no derivative",
    "integer": "whole numbers have no derivative",
    "mask": "a True/False mask has no derivative",
}
WHY_UNTRACKED = {
    "detach": "detach() cut it off from its history",
    "no_grad": "it was computed inside torch.no_grad()",
    "inference_mode": "it was computed inside torch.inference_mode()",
    "requires_grad=False": "none of its inputs does",
    "not differentiable": "the op has no derivative",
}
CAUSES = (
    (
        "does not require grad and does not have a grad_fn",
        "{untracked}",
    ),
    (
        "backward through the graph a second time",
        "The backward before freed what {name} had saved for its derivative.",
    ),
    (
        "grad can be implicitly created only for scalar outputs",
        "{name} is more than one number, so backward has to be told which numbers to start with: "
        "{name}.sum().backward() or {name}.backward(torch.ones_like({name})).",
    ),
    (
        "modified by an inplace operation",
        "{name} needs for its derivative a value that was overwritten in place, its own result or "
        "an input.",
    ),
    (
        "leaf Variable that requires grad is being used in an in-place",
        "{input} is a leaf that requires grad: only inside no_grad may it be overwritten.",
    ),
    (
        "Only Tensors of floating point",
        "{name} is {dtype}, and only floats have a gradient: "
        "write dtype=torch.float32, or 1.0 instead of 1.",
    ),
    (
        "A view was created in no_grad mode",
        "{input} is a view made inside no_grad and is overwritten outside of it.",
    ),
    ("'NoneType' object has no attribute 'zero_'", "No backward has filled this .grad yet."),
    ("cannot be multiplied", "The columns of the first are not as many as the rows of the second."),
)
"""A part of PyTorch's sentence, and what it comes from, in the names of the graph."""
NO_HISTORY = "Nothing that {name} was computed from requires grad."
LOST_AT: dict[Cut | None, str] = {
    Cut.DETACH: "{at} was detached, so {name} has no history that leads to a leaf.",
    Cut.NO_GRAD: "{at} was computed inside no_grad, where no history is kept.",
    Cut.INFERENCE: "{at} was computed inside inference_mode, where no history is kept.",
}
"""Why the root of a backward has no history, by what became of a node it was computed from."""
STILL_COMPUTED = (
    "What does not depend on it is still computed here; in Python the program would stop."
)


def caption(event: Event, graph: Graph, program: Program) -> str:
    """One plain sentence that says what an event was, with its numbers."""
    return visible(_Captions(graph, program).of(event))


def of_step(film: TraceFilm, event: Event, beside: Sequence[Event]) -> str:
    """What a step does: the event it is about, and what of the rest cannot be left untold."""
    return visible(_Captions(film.graph, film.program, film).step(event, beside))


class _Captions(Sending):
    def step(self, event: Event, beside: Sequence[Event]) -> str:
        """The event with what accompanies it and is told nowhere else."""
        inside = self.inside(event, [e for e in beside if isinstance(e, Flow) and e.inner])
        after = [self.of(e) for e in beside if isinstance(e, Stopped | Mutated)]
        return " ".join(filter(None, [inside, self.of(event), *after, self._order(event)]))

    def of(self, event: Event) -> str:  # noqa: C901  # a case an event
        match event:
            case Computed():
                return self._computed(event)
            case Mutated():
                return self._mutated(event)
            case Seeded():
                name = self.root(event)
                seed = f"{words.partial(name, name)} = {told(event.value)}"
                return f"Backward #{event.call} starts at {name}: {seed}."
            case Visit():
                return self._visit(event)
            case Flow():
                return self.sent(event)
            case Stored():
                return self._stored(event)
            case Retained():
                name = self.name(event.node)
                return f"{name} is not a leaf but retains its grad: {self._grad(event)}."
            case Freed():
                return f"{event.function} lets go of the tensors it saved."
            case Dropped():
                name = self.name(event.node)
                return f"{name}.grad stays None: {name} is no leaf and does not retain its grad."
            case Stopped():
                why = WHY_STOPPED.get(self._cause(event), event.cause)
                return f"Nothing goes to {self._output(event)}: {why}."
            case Hooked():
                return self._hooked(event)
            case Zeroed():
                return self._zeroed(event)
            case Stepped():
                return self._stepped(event)
            case Changed():
                return self._changed(event)
            case Warned():
                return f"UserWarning: {first_sentence(event.text)}"
            case Failed():
                return self._failed(event)
            case _:
                assert_never(event)

    def _line(self, event: Event) -> str:
        return words.action_line(self.graph, self.lines[event.action])

    def _grad(self, event: Retained | Stored | Zeroed) -> str:
        """`x.grad 4 → 8`"""
        return f"{self.name(event.node)}.grad {told(event.before)} → {told(event.after)}"

    # ---- forward -----------------------------------------------------------------------------

    def _computed(self, event: Computed) -> str:
        name, value = self.name(event.node), told(event.value)
        node = self.graph.nodes.get(event.node)
        op = None if node is None else OPS.get(node.op)
        if op is not None and op.source:
            wants = "requires grad" if event.requires_grad else "does not require grad"
            return f"{name} = {value}: a leaf (given, not computed); it {wants}."
        if node is not None and node.muted:
            return f"{name} = {value}: {node.op} is muted and passes its input on as it is."
        how = f"{statement(self.graph, event.node)} gives {value}{self._operands(event)}"
        if event.grad_fn is not None:
            return f"{how}; {event.grad_fn} remembers how."
        why = WHY_UNTRACKED.get(event.why or "", "it is a view made inside torch.no_grad()")
        return f"{how}, which does not require grad: {why}."

    def _operands(self, event: Computed) -> str:
        """` (y = 39387.1)`: operands that with the digits they are usually shown with do not do."""
        node = self.graph.nodes.get(event.node)
        op = None if node is None else OPS.get(node.op)
        if self.film is None or node is None or op is None or np.ndim(event.value):
            return ""
        edges = self.graph.inputs.get(event.node, {})
        values = {k: self.film.node(e.source, event.step).value for k, e in edges.items()}
        if not values or any(v is None or np.ndim(v) for v in values.values()):
            return ""
        if any(e.output for e in edges.values()):
            return ""
        given = {k: v for k, v in node.params.items() if type(v) in (int, float)}
        at_first = [words.number(v) for v in values.values()]

        def work(shown: Sequence[str]) -> float:
            found = worked_out(op, {**given, **dict(zip(values, map(float, shown), strict=True))})
            return float(event.value) if found is None else found

        written, _ = words.figures([*values.values()], event.value, work)
        pairs = zip(edges.values(), written, at_first, strict=True)
        longer = {f"{self.name(e.source)} = {now}" for e, now, before in pairs if now != before}
        return f" ({', '.join(sorted(longer))})" if longer else ""

    def _mutated(self, event: Mutated) -> str:
        others = [a for a in event.aliases if a.node != event.node and not a.output]
        if not others:
            return f"{self.name(event.node)} was written in place: version {event.version}."
        now = ", ".join(f"{self.name(a.node)} = {told(a.value)}" for a in others[:2])
        more = f" and {len(others) - 2} more" if len(others) > 2 else ""
        return f"In place, so this is overwritten too: {now}{more} (version {event.version})."

    # ---- backward ----------------------------------------------------------------------------

    def _visit(self, event: Visit) -> str:
        name = self.name(event.node)
        start = f"{name} was used {_times(len(event.terms))}, so its gradient is a sum: "
        start += self.partial(event, name)
        total = equation([t.value for t in event.terms], event.grad, "+", words.MOST_TOLD, 60)
        added = f"{start} = {told(event.grad)}, {len(event.terms)} terms added up."
        if total.endswith(")"):
            return added
        short = f"{name} was used {_times(len(event.terms))}: {self.partial(event, name)}"
        ways = "both ways" if len(event.terms) == 2 else f"all {len(event.terms)} ways"
        used = f"{name} was used {_times(len(event.terms))}"
        reason = f"{used}: a change of it reaches the result {ways}, which add"
        because = f"{reason}: {self.partial(event, name)} = {total}."
        return fitting(because, f"{start} = {total}.", f"{short} = {total}.", added)

    def _order(self, event: Event) -> str:
        """Why this node is next, where another has been waiting."""
        if self.film is None or not isinstance(event, Visit | Flow):
            return ""
        found = self.film.overtaken_at(event.step)
        if found is None:
            return ""
        first, waiting = map(self.name, found)
        rule = "of what is ready, backward takes what was made last"
        return f"{first} comes before {waiting}: {rule}."

    def _stored(self, event: Stored) -> str:
        change, name = self._grad(event), self.name(event.node)
        what = self.partial(event, name)
        if event.before is None:
            return f"{change}: {what} is stored in {name}.grad."
        if not words.any_nonzero(event.before):
            return f"{change}: {what} is added to the zeros that were there."
        total = equation([event.before, event.added], event.after, "+", words.MOST_TOLD, 60)
        since = "(not zeroed since the last call)"
        if total.endswith(")"):
            return f"{change}: backward() adds to {name}.grad {since}."
        return fitting(
            f"{change}: backward() adds to {name}.grad: {total} {since}.",
            f"backward() adds to {name}.grad: {total} {since}.",
        )

    def _output(self, event: Flow | Stopped) -> str:
        """The name of what a gradient would be for, with its number where an op has several."""
        name = self.name(event.target)
        return f"{name}[{event.output}]" if event.output else name

    def _cause(self, event: Stopped) -> str:
        if event.cause != "integer" or self.film is None or event.output:
            return event.cause
        value = self.film.node(event.target, event.step).value
        return "mask" if value is not None and value.dtype.kind == "b" else event.cause

    def _hooked(self, event: Hooked) -> str:
        name = self.name(event.node)
        start, what = f"A hook on {name}, {event.formula},", self.partial(event, name)
        if event.before is event.after:
            return f"{start} sees {what} = {told(event.before)} and leaves it as it is."
        change = f"{told(event.before)} → {told(event.after)}"
        return f"{start} changes what goes on from here, {what}: {change}."

    # ---- other actions -----------------------------------------------------------------------

    def _zeroed(self, event: Zeroed) -> str:
        line, grad = self._line(event), self._grad(event)
        if event.after is None:
            again = "" if event.before is None else " again"
            return f"{line}: {grad}{again}; {self.name(event.node)} itself stays."
        how = "zero_() keeps a tensor of zeros" if "zero_(" in line else "a tensor of zeros is kept"
        return f"{line}: {grad} ({how})."

    def _stepped(self, event: Stepped) -> str:
        line, name = self._line(event), self.name(event.node)
        if event.rate is None:
            how = f"{event.rule} with {name}.grad = {told(event.grad)}"
            return f"{line}: {name} {told(event.before)} → {told(event.after)}, {how}."
        return f"{line}: {name} ← {name} − lr·grad: {words.descent(event)}."

    def _changed(self, event: Changed) -> str:
        what = self._line(event)
        name = self.name(event.node)
        if event.what == "optimizer":
            return f"{what}: it will change these leaves, each by its .grad."
        if event.what == SEED:
            return f"{what}: random numbers are drawn anew from here on, always the same ones."
        if event.what == "nothing":
            return f"{what}: no leaf has a .grad, so nothing changes."
        if event.what == "hook":
            return f"{what}: {_hook_says(event, name)}."
        if event.what == "value":
            return f"{what}: {name} {told(event.before)} → {told(event.after)}."
        if event.what == "retain_grad":
            return f"{what}: {name}.grad will be kept after backward."
        does = "requires" if event.after else "does not require"
        return f"{what}: {name} {does} grad from now on."

    def _failed(self, event: Failed) -> str:
        name = self.name(event.node) if event.node else ""
        error = f"{event.kind}: {event.sentence.rstrip()}"
        if event.node in event.lost and event.node in self.graph.nodes:
            error = f"{statement(self.graph, event.node)} fails: {error}"
        elif name:
            error = f"{event.kind} at {name}: {event.sentence.rstrip()}"
        expected = " (the program catches it)" if event.expected else ""
        cause = next((c for part, c in CAUSES if part in event.sentence), "")
        told_cause = cause.format(
            name=name, input=self._first_input(event), dtype=self._dtype(event),
            untracked=self._untracked(event),
        )  # fmt: skip
        rest = STILL_COMPUTED if self._goes_on(event) and not event.expected else ""
        stop = "" if error.endswith((".", "!")) and not expected else "."
        return " ".join(filter(None, [f"{error}{expected}{stop}", told_cause, rest]))

    def _untracked(self, event: Failed) -> str:
        """Where what a node was computed from lost its history."""
        name = self.name(event.node) if event.node else "this"
        if self.film is None or event.node not in self.graph.nodes:
            return NO_HISTORY.format(name=name)
        import networkx as nx

        above = {event.node, *nx.ancestors(self.graph.nx, event.node)}
        for node in (i for i in self.graph.nodes if i in above):
            cause = LOST_AT.get(self.film.node(node, event.step).why_no_grad)
            if cause is not None:
                return cause.format(at=self.name(node), name=name)
        return NO_HISTORY.format(name=name)

    def _dtype(self, event: Failed) -> str:
        """What a leaf is, or would have become."""
        node = self.graph.nodes.get(event.node or "")
        params = {} if node is None else node.params
        return str(params.get("dtype") or np.asarray(params.get("data", 0)).dtype)

    def _first_input(self, event: Failed) -> str:
        wired = self.graph.inputs.get(event.node or "", {})
        node = self.graph.nodes.get(event.node or "")
        op = None if node is None else OPS.get(node.op)
        first = wired.get(op.slots[0].name) if op is not None and op.slots else None
        return self.name(event.node if first is None else first.source)

    def _goes_on(self, event: Failed) -> bool:
        """Whether statements run after one that has failed."""
        if self.film is None or not event.lost or event.step + 1 >= len(self.film.majors):
            return False
        after = self.film.majors[event.step + 1]
        return isinstance(after, Computed) and after.action == event.action


def first_sentence(text: str) -> str:
    """A long warning up to its first full stop."""
    first, stop, _ = text.partition(". ")
    return first + "." if stop else text


def rest_of(text: str) -> str:
    """What `first_sentence` leaves out."""
    return text.partition(". ")[2]


def _hook_says(event: Changed, name: str) -> str:
    if event.after is None:
        return f"no hook {event.before} on {name} any more"
    return f"from now on it is asked when the gradient of {name} is complete"


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")
