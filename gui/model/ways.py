"""Three ways to stop tracking, each applied to the same place of one graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np

from engine.function import Function
from engine.graph import Action, EdgeKey, Graph, Program, lines
from engine.registry import OPS
from engine.session import Session
from gui.model import edits, words
from gui.model.document import Document
from gui.model.document import Place as Spot
from gui.model.film import TraceFilm
from gui.model.frames import Array, NodeState
from gui.model.lab import same_value
from gui.model.passes import forward_to, upstream
from gui.model.program import sinks


class Place(NamedTuple):
    """A tensor, or with `edge` only what one of its consumers sees of it."""

    node: str
    edge: EdgeKey | None = None


@dataclass(frozen=True)
class Way:
    """One of the ways: what it is called, the lines of PyTorch it takes, what is run."""

    title: str
    code: str
    document: Document
    stopped: str
    """The node whose tensor is the one that is not tracked."""
    why_not: str = ""
    """Why it cannot be applied here."""


@dataclass(frozen=True)
class Outcome:
    """What came of it; `saved`: how many arrays the forward pass kept for backward, and bytes."""

    way: Way
    film: TraceFilm
    root: str
    functions: int
    saved: tuple[int, int]

    def state(self, node: str) -> NodeState:
        """A node at the very end."""
        return self.film.node(node, len(self.film) - 1)

    @property
    def error(self) -> str:
        """What backward has raised."""
        frames = (self.film.frame(step) for step in range(len(self.film)))
        return next((frame.failed for frame in frames if frame.failed), "")


def places(graph: Graph) -> list[str]:
    """The nodes something is computed from: where tracking can be stopped."""
    return [i for i in graph.nodes if graph.outputs.get(i)]


def compare(
    document: Document, place: Place, cancelled: Callable[[], bool] = lambda: False
) -> tuple[Outcome, ...]:
    """The run as it is, then with each of the three.  Raises trace.Cancelled."""
    root = _root(document.graph, place)
    forward = forward_to(document.graph, document.program, root)
    plain = Way("As it is", "", replace(document, program=(forward,)), place.node)
    before = _run(plain, root, cancelled)
    seed = _seed(root, before.state(root).value)
    backward = Action("backward", root, seed, expect_error=True)
    ways = [plain, _detach(document, place), _no_grad(document, place)]
    ways = [_running(way, document.program, root, (backward,)) for way in ways]
    ways.append(_frozen(document, place, before, (forward, backward)))
    return tuple(_run(way, root, cancelled) for way in ways)


def _running(way: Way, like: Program, root: str, after: Program) -> Way:
    graph = way.document.graph
    program = (forward_to(graph, like, root), *after)
    return replace(way, document=replace(way.document, program=program))


def _run(way: Way, root: str, cancelled: Callable[[], bool]) -> Outcome:
    document = way.document
    session = Session(document.graph, cancelled)
    functions, saved = 0, (0, 0)
    for chapter in session.run(document.program):
        if chapter.kind == "forward":
            functions, saved = len(chapter.functions), _saved(chapter.functions)
    film = TraceFilm(document.graph, document.program, session.trace)
    return Outcome(way, film, root, functions, saved)


def _saved(functions: Iterable[Function]) -> tuple[int, int]:
    """How many arrays are kept for backward, each once, and their bytes."""
    held = chain.from_iterable((*(f.saved or ()), f.result) for f in functions)
    arrays = [getattr(x, "_data", x) for x in held if x is not None]
    each = {id(x): x.nbytes for x in arrays if isinstance(x, (np.ndarray, np.generic))}
    return len(each), sum(each.values())


def _root(graph: Graph, place: Place) -> str:
    """Where backward starts: the first end of what depends on the place."""
    below = graph.downstream(place.node if place.edge is None else place.edge[0])
    below |= {place.node if place.edge is None else place.edge[0]}
    return next(i for i in sinks(graph) if i in below)


def _seed(root: str, value: Array | None) -> dict[str, object]:
    """What is not a single number needs a gradient to start with: ones."""
    if value is None or np.size(value) == 1:
        return {}
    return {"gradient": np.ones(np.shape(value)).tolist()}


# ---- the three -------------------------------------------------------------------------------


def _detach(document: Document, place: Place) -> Way:
    graph, node = document.graph, place.node
    led = [e for e in graph.outputs[node] if place.edge in (None, e.key)]
    name = graph.nodes[node].name
    made, new = edits.add_node(
        document, "detach", _room(document, node, led[0].target), name=f"{name}_const"
    )
    output = led[0].output
    made = edits.connect(made, node, new, "self", output)
    made = edits.connect_all(
        made, [replace(e, source=new, output=0) for e in led if e.output == output]
    )
    code = f"{made.graph.nodes[new].name} = {name}.detach()"
    return Way("detach()", code, made, new)


WIDE, HIGH = 190.0, 100.0
"""About what a node takes up, with some air around it."""


def _room(document: Document, source: str, target: str) -> Spot:
    """Between two nodes, or as near above or below as nothing else lies."""
    x, y = document.places.get(source, (0.0, 0.0))
    to_x, to_y = document.places.get(target, (x + 2 * WIDE, y))
    middle = (x + to_x) / 2
    tries = [(middle, (y + to_y) / 2 + HIGH * k) for k in (0, -1, 1, -2, 2, -3, 3)]
    taken = document.places.values()
    free = (
        (a, b)
        for a, b in tries
        if not any(abs(a - c) < WIDE and abs(b - d) < HIGH for c, d in taken)
    )
    return next(free, tries[0])


def _no_grad(document: Document, place: Place) -> Way:
    """A leaf is made before any block begins: there it is what uses it that stands inside."""
    graph = document.graph
    members = [place.node]
    if _is_source(graph, place.node):
        led = graph.outputs[place.node] if place.edge is None else [graph.edges[place.edge]]
        members = [i for i in graph.nodes if i in {e.target for e in led}]
    why_not = edits.why_no_region(graph, members) or ""
    made = document
    if not why_not:
        made, _ = edits.add_region(document, "no_grad", members, "torch.no_grad()")
    inside = ", ".join(graph.nodes[i].name for i in members)
    code = f"with torch.no_grad(): {inside} = …"
    return Way("no_grad()", code, made, members[0], why_not)


def _frozen(document: Document, place: Place, before: Outcome, program: Program) -> Way:
    graph = document.graph
    leaves = [
        i for i in graph.stated(upstream(graph, place.node)) if _is_parameter(before.state(i))
    ]
    names = [graph.nodes[i].name for i in leaves]
    code = "; ".join(f"{name}.requires_grad_(False)" for name in names)
    freeze = [Action("requires_grad_", i, {"value": False}) for i in leaves]
    made = replace(document, program=(program[0], *freeze, *program))
    why_not = "" if leaves else "No leaf that requires grad leads to this tensor."
    return Way("requires_grad_(False)", code, made, place.node, why_not)


def _is_source(graph: Graph, node: str) -> bool:
    op = OPS.get(graph.nodes[node].op)
    return op is not None and op.source


def _is_parameter(state: NodeState) -> bool:
    return state.is_leaf and state.requires_grad


# ---- what is told ----------------------------------------------------------------------------


class Line(NamedTuple):
    """A row of the table: the same fact of all runs; `same` says none differs from the first."""

    what: str
    facts: tuple[str, ...]

    @property
    def same(self) -> bool:
        return len(set(self.facts)) == 1


def table(outcomes: Sequence[Outcome]) -> list[Line]:
    """The facts beside each other."""
    plain, graph = outcomes[0], outcomes[0].film.graph
    root, place = plain.root, plain.way.stopped
    leaves = [i for i in graph.nodes if plain.state(i).stored is not None]
    rows = [_line(f"value of {_name(plain, root)}", outcomes, partial(_value, node=root))]
    rows += [_line(f"{_name(plain, i)}.grad", outcomes, partial(_grad, node=i)) for i in leaves]
    rows += [
        _line(f"{_name(plain, i)}.requires_grad", outcomes, partial(_requires, node=i))
        for i in leaves
    ]
    rows += [
        _line("what goes on from there", outcomes, lambda o: _name(o, o.way.stopped)),
        _line("  its grad_fn", outcomes, lambda o: str(o.state(o.way.stopped).grad_fn)),
        _line("  is_leaf", outcomes, lambda o: str(o.state(o.way.stopped).is_leaf)),
        _line(f"grad_fn of {_name(plain, place)}", outcomes, lambda o: str(o.state(place).grad_fn)),
        _line("Functions made", outcomes, lambda o: str(o.functions)),
        _line("saved for backward", outcomes, _memory),
    ]
    return rows


def _line(what: str, outcomes: Sequence[Outcome], fact: Callable[[Outcome], str]) -> Line:
    return Line(what, tuple("–" if o.way.why_not else fact(o) for o in outcomes))


def _name(outcome: Outcome, node: str) -> str:
    return outcome.film.graph.nodes[node].name


def _value(outcome: Outcome, node: str) -> str:
    return words.short(outcome.state(node).value)


def _grad(outcome: Outcome, node: str) -> str:
    return words.short(outcome.state(node).stored)


def _requires(outcome: Outcome, node: str) -> str:
    return str(outcome.state(node).requires_grad)


def _memory(outcome: Outcome) -> str:
    arrays, size = outcome.saved
    return f"{words.count(arrays, 'array')}, {size:,} B" if arrays else "nothing"


def sentence(outcome: Outcome, plain: Outcome) -> str:
    """What this way does here, in words."""
    way, graph = outcome.way, outcome.film.graph
    if way.why_not:
        return way.why_not
    if outcome is plain:
        return "Nothing is stopped: every leaf that leads to the result gets its gradient."
    stopped = outcome.state(way.stopped)
    name = graph.nodes[way.stopped].name
    if way.title == "detach()":
        source = next(iter(graph.inputs[way.stopped].values())).source
        of = graph.nodes[source].name
        told = (
            f"{name} is a second tensor on the memory of {of}, without a history. {of} itself is"
            " still tracked, and what is computed from it elsewhere."
        )
    elif way.title == "no_grad()":
        kept = " It is a leaf now." if stopped.is_leaf else ""
        told = f"{name} is computed without a Function, and nothing is saved for it.{kept}"
    else:
        frozen = [a.node for a in lines(way.document.program) if a.do == "requires_grad_"]
        names = ", ".join(graph.nodes[i].name for i in frozen if i)
        told = f"{names}: a constant from now on, wherever it is used, not only here."
    return f"{told} {_consequence(outcome, plain)}"


def _consequence(outcome: Outcome, plain: Outcome) -> str:
    """Which leaves lose what by it."""
    graph = plain.film.graph
    had = [i for i in graph.nodes if plain.state(i).stored is not None]
    none = [graph.nodes[i].name for i in had if outcome.state(i).stored is None]
    other = [
        graph.nodes[i].name
        for i in had
        if outcome.state(i).stored is not None
        and not same_value(outcome.state(i).stored, plain.state(i).stored)
    ]
    told = [f".grad is None for {', '.join(none)}."] if none else []
    told += [f"Another .grad for {', '.join(other)}."] if other else []
    if outcome.error:
        told.append("Nothing is left to track: backward raises.")
    return " ".join(told) or "All leaves get the same .grad as before."
