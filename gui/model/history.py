"""The history: the Functions a run has made, as a picture with frames, like the drawn graph's.

Edges lead from what `next_functions` names to the Function that names it, so values flow to the
right and gradients to the left, as in the graph.  Steps are those of the run: at each one the
Frame says which Function is at work and along which of its edges a gradient goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

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
    Part,
    Retained,
    Seeded,
    Stepped,
    Stopped,
    Stored,
    Visit,
    Zeroed,
)
from engine.function import LAST, Function
from engine.graph import Edge, Graph, Node
from engine.trace import About, Trace
from gui.model import limits, words
from gui.model.film import TraceFilm
from gui.model.frames import Frame
from gui.model.trace_frame import TraceFrame

FUNCTION = "grad_fn"
"""The `op` of a Function's node in the picture: no op of the catalogue, nothing to be run."""
READ_ONLY = "History is a picture of what ran; edit in Graph"


@dataclass(frozen=True)
class Picture:
    """The history one forward has left, as a Graph; `film` has a Frame for every step of the run.

    `nodes` says for each Function's id whose it is: the drawn node, "" for one of nobody's; `about`
    tells a person about one.
    """

    graph: Graph
    film: TraceFilm
    nodes: Mapping[str, str]
    about: Callable[[str], str]

    def of_node(self, node: str) -> tuple[str, ...]:
        """The ids of the Functions a drawn node made."""
        return tuple(i for i, found in self.nodes.items() if found == node)


class Histories:
    """The pictures of a run, one for each forward: another forward makes another history."""

    def __init__(self, film: TraceFilm) -> None:
        self.film, self.trace = film, film.trace
        self._picture = lru_cache(maxsize=4)(self._drawn)

    def picture(self, step: int) -> Picture:
        """The history as it is at `step`; raises ValueError if it is too large to be drawn."""
        return self._picture(self.forward_at(step))

    @property
    def size(self) -> int:
        """How many Functions there are at least, without a look at what they lead to."""
        return sum(len(chapter.functions) for chapter in self.trace.chapters)

    def forward_at(self, step: int) -> int:
        """How many forwards have begun by `step`; before anything has run, what the first makes."""
        chapters = zip(self.trace.chapters, self.trace.spans, strict=True)
        return max(1, sum(c.kind == "forward" and first <= step for c, (first, _) in chapters))

    # ---- the Functions ---------------------------------------------------------------------------

    @cached_property
    def _made(self) -> list[list[Function]]:
        """For each forward the Functions that it and what follows made, and what these lead to."""
        found: list[list[Function]] = [[]]
        for chapter in self.trace.chapters:
            if chapter.kind == "forward":
                found.append([])
            found[-1] += chapter.functions
            found[-1] += _roots(chapter.facts)
        return [list(_reachable(functions)) for functions in found]

    @cached_property
    def ids(self) -> dict[Function, str]:
        """A name for every Function: leaves first, then in the order they were made."""
        every = dict.fromkeys(function for made in self._made for function in made)
        return {f: f"f{k}" for k, f in enumerate(sorted(every, key=_order))}

    def _drawn(self, forward: int) -> Picture:
        made = self._made[forward] if forward < len(self._made) else []
        functions = sorted(made, key=_order)
        if len(functions) > limits.NODES:
            raise ValueError(
                f"{words.count(len(functions), 'Function')} are too many to be drawn (at most"
                f" {limits.NODES:,})."
            )
        owners = {self.ids[f]: self.trace.node_of(f) for f in functions}
        nodes = [self._node(f) for f in functions]
        edges = [edge for f in functions for edge in self._edges(f)]
        graph = Graph.of(nodes, edges).in_statement_order()
        film = _Retelling(graph, self.film, self._told)
        by_id = {self.ids[f]: f for f in functions}
        return Picture(graph, film, owners, lambda i: self._about(by_id[i]) if i in by_id else "")

    def _node(self, function: Function) -> Node:
        return Node(self.ids[function], FUNCTION, name(function), {"of": self._whose(function)})

    def _whose(self, function: Function) -> str:
        owner = self.film.graph.nodes.get(self.trace.node_of(function))
        return "" if owner is None else owner.name

    def _about(self, function: Function) -> str:
        """What a tooltip says of a Function whatever the step."""
        whose = self._whose(function)
        if function.sequence == LAST:
            return f"{name(function)}\nadds what arrives to {whose or 'a hidden leaf'}.grad"
        made = f"made by {whose}" if whose else "made by no drawn node"
        saved = ", ".join(self._saved(function))
        kept = f"saved {saved}" if saved else "saves nothing"
        return f"{name(function)}, {made}\nsequence number {function.sequence}\n{kept}"

    def _edges(self, function: Function) -> Iterator[Edge]:
        slots = slots_of(function)
        for slot, (below, output) in zip(slots, function.next_functions, strict=True):
            if below is not None:
                yield Edge(self.ids[below], output, self.ids[function], slot)

    def _saved(self, function: Function) -> list[str]:
        """What it keeps for its derivative: `self (2, 3)`; the shape where it can be known."""
        names = [n for n in dir(function) if n.startswith("_raw_saved_")]
        return [self._saved_one(function, n.removeprefix("_raw_saved_")) for n in names]

    def _saved_one(self, function: Function, what: str) -> str:
        if not function.freed:
            value = getattr(function, f"_saved_{what}")
            return f"{what} {_shapes(value)}" if value is not None else what
        if what == "result":
            return f"{what} {tuple(function.shape)}"
        origin = function.origin
        slots = () if origin is None else dict(zip(slots_of(function), origin.slots, strict=False))
        slot = dict(slots).get(what)
        key = ("", "") if origin is None or slot is None else (origin.node, slot)
        edge = self.film.graph.edges.get(key)
        value = None if edge is None else self.film.node(edge.source, len(self.film) - 1).value
        return what if value is None else f"{what} {words.shape(value)}"

    # ---- the run, told of Functions --------------------------------------------------------------

    @cached_property
    def _told(self) -> Trace:
        teller = _Teller(self.trace, self.ids)
        return _Retold(self.trace.chapters, self.trace.node_of, {}, tuple(teller.events()),
                       self.trace.spans)  # fmt: skip


def name(function: Function) -> str:
    """`MulBackward0`, `AccumulateGrad`: the name without its namespace."""
    return function.name().rpartition("::")[2]


def slots_of(function: Function) -> tuple[str, ...]:
    """A name for each of its edges: of the input it is for where that is known, else a number."""
    count = len(function.next_functions)
    if len(function.rules) == count:
        return tuple(function.inputs[i] for i, _ in function.rules)
    return tuple(map(str, range(count)))


def _order(function: Function) -> tuple[bool, int]:
    return function.sequence != LAST, function.sequence


def _roots(facts: Sequence[Any]) -> Iterator[Function]:
    for fact in facts:
        if type(fact) is tuple and fact[0] == "started":
            yield from (f for f in fact[1] if f is not None)


def _reachable(functions: Iterable[Function]) -> dict[Function, None]:
    """These and all that their edges lead to."""
    found = dict.fromkeys(functions)
    todo = list(found)
    while todo:
        for below, _ in todo.pop().next_functions:
            if below is not None and below not in found:
                found[below] = None
                todo.append(below)
    return found


def _shapes(value: Any) -> str:
    several = value if isinstance(value, (tuple, list)) else (value,)
    return ", ".join(words.shape(getattr(x, "_data", x)) for x in several)


# ---- the same events, of Functions ---------------------------------------------------------------


@dataclass(frozen=True)
class _Retold(Trace):
    """A Trace whose events are of Functions; the steps are those of the run."""

    told: tuple[Event, ...] = ()
    first_to_end: tuple[tuple[int, int], ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        return self.told

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        return self.first_to_end


class _Retelling(TraceFilm):
    """The film of a picture: of Functions, in the words of the run they are of."""

    def __init__(self, graph: Graph, run: TraceFilm, trace: Trace) -> None:
        super().__init__(graph, run.program, trace)
        self.run = run

    def _made(self, step: int) -> TraceFrame:
        return _RetoldFrame(self, self.run.frame(step), step)


class _RetoldFrame(TraceFrame):
    """A Frame of Functions; what is said is said of the drawn nodes."""

    def __init__(self, film: TraceFilm, told: Frame, step: int) -> None:
        super().__init__(film, step)
        self.told = told

    @cached_property
    def caption(self) -> str:
        return self.told.caption

    @cached_property
    def asides(self) -> tuple[str, ...]:
        return self.told.asides


class _Teller:
    """Tells each event again with Functions in place of nodes.

    Every step keeps an event, if need be one that belongs to no Function ("").
    """

    def __init__(self, trace: Trace, ids: Mapping[Function, str]) -> None:
        self.trace, self.ids = trace, ids
        self.leaves = {trace.node_of(f): i for f, i in ids.items() if f.sequence == LAST}
        self.made: dict[tuple[str, int], list[Function]] = {}
        for function in ids:
            if function.origin is not None:
                key = (function.origin.node, function.origin.call)
                self.made.setdefault(key, []).append(function)
        self.ways: dict[Function, list[tuple[str, str]]] = {}
        """Of each Function that has run: its edges' slots, and where they lead."""
        self.main: dict[str, str] = dict(self.leaves)
        """For each node the Function that stands for it now."""

    def events(self) -> Iterator[Event]:
        for about in self.trace.by_function():
            yield from self._told(about)

    def _told(self, about: About) -> Iterator[Event]:
        event, function, i, call = about
        match event:
            case Computed():
                yield from self._computed(event, call)
            case Flow():
                assert function is not None
                yield self._flow(event, function, i)
            case Visit():
                assert function is not None
                yield replace(event, node=self.ids[function], part=Part.RESULT)
            case Seeded() | Stored() | Retained() | Freed() | Hooked():
                yield replace(event, node=self.ids.get(function, "") if function else "")
            case Zeroed() | Changed() | Stepped():
                yield replace(event, node=self.main.get(event.node, ""))
            case Failed():
                yield self._failed(event)
            case Mutated() | Stopped() | Dropped():
                pass  # they share the step of something else
            case _:
                yield event

    def _computed(self, event: Computed, call: int) -> Iterator[Event]:
        """The value of a node is that of the Function whose output it is."""
        plain = replace(event, same_as=None, grad_fn=None, why=None)
        leaf = self.leaves.get(event.node)
        if leaf is not None and event.is_leaf:
            yield replace(plain, node=leaf, requires_grad=True)
            return
        found = self.made.get((event.node, call), [])
        results = [f for f in found if f.origin.results]
        for function in results:
            first = function.origin.results.get(0, 0)
            value = event.value if first == 0 else event.more[first - 1].value
            more = event.more if len(function.origin.results) > 1 else ()
            self.main[event.node] = self.ids[function]
            yield replace(
                plain, node=self.ids[function], value=value, more=more, requires_grad=True
            )
        if not results:
            yield replace(plain, node="", more=())

    def _flow(self, event: Flow, function: Function, i: int) -> Flow:
        if function not in self.ways:
            below = (self.ids.get(f, "") if f else "" for f in function.below)
            self.ways[function] = list(zip(slots_of(function), below, strict=False))
        slot, target = self.ways[function][i]
        return replace(
            event, source=self.ids[function], slot=slot, target=target, inner=False,
            part=Part.RESULT, output=None,
        )  # fmt: skip

    def _failed(self, event: Failed) -> Failed:
        node = self.main.get(event.node or "", "")
        path = tuple(self.main[n] for n in event.path if n in self.main)
        return replace(event, node=node, path=path, lost=())
