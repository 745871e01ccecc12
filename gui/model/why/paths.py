"""All paths from the root of a backward call to a node, and what each of them brings.

What a Function needs for its derivative is let go of when it has run, so the Program is run once
more up to the call; there every rule is put to the gradient of one path alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from engine import kernels
from engine.arguments import ordered
from engine.events import Seeded
from engine.function import LAST, Edge, Function, Untracked, grad_edge
from engine.graph import EdgeKey, lines
from engine.modes import no_grad
from engine.passing import fitted
from engine.registry import OPS
from engine.session import Session
from engine.trace import Cancelled
from gui.model.film import TraceFilm

Array = Any
MOST = 50
"""Paths that are listed; of more only the number is told."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path, from a node to one it was computed from.

    `factor` is the local derivative where both gradients are single numbers.
    """

    source: str
    edge: EdgeKey | None
    target: str
    before: Array
    after: Array
    factor: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """The hops from the root to the node, and what comes along them (shape of the gradient)."""

    hops: tuple[Hop, ...]
    edges: tuple[EdgeKey, ...]
    value: Array


@dataclass(frozen=True, slots=True)
class Paths:
    """How many there are, and each of them if they are not too many."""

    count: int
    listed: tuple[Path, ...]
    seed: Array


def paths(
    film: TraceFilm,
    chapter: int,
    node: str,
    cancelled: Callable[[], bool] = lambda: False,
    most: int = MOST,
) -> Paths:
    """The paths of the backward call in chapter number `chapter` to a node.

    Raises trace.Cancelled when `cancelled` says so.
    """
    walk = _Walk(film, chapter, node, cancelled)
    count = walk.count()
    listed = tuple(walk.paths()) if count <= most else ()
    return Paths(count, listed, walk.seed)


def rerun(film: TraceFilm, chapter: int, cancelled: Callable[[], bool]) -> Session:
    """The live Session as it was before a chapter."""
    session = Session(film.graph, cancelled)
    for _ in islice(session.run(film.program), chapter):
        pass
    return session


Port = tuple[Function, int]
"""An output of a Function: where a gradient arrives."""


class _Sent(NamedTuple):
    """What a gradient at an output of a Function (`port`) gave along its edge number `i`."""

    port: Port
    i: int
    to: Port
    before: Array
    after: Array


_ONE: float | None = 1.0


class _Walk:
    """The Functions between a root and a node, in the order they run."""

    def __init__(
        self, film: TraceFilm, chapter: int, node: str, cancelled: Callable[[], bool]
    ) -> None:
        self.film, self.node, self.cancelled = film, node, cancelled
        self.session = rerun(film, chapter, cancelled)
        self.node_of = self.session.recorder.node_of
        self.root = self._root(chapter)
        self.seed = _seed(film, chapter)
        self.order = _in_order(self.root.function)
        self.target = self._target()
        self.leading = self._leading()

    def _root(self, chapter: int) -> Edge:
        action = lines(self.film.program)[self.film.trace.chapters[chapter].action]
        tensor = self.session.tensor(action.node)
        if action.on != action.node:
            assert tensor.grad is not None
            tensor = tensor.grad
        return grad_edge(tensor)

    def _target(self) -> Port | None:
        """Where the gradient of the node's (first) value arrives."""
        for function in self.order:
            if type(function) is Untracked or self.node_of(function) != self.node:
                continue
            if function.sequence == LAST:
                return function, 0
            results: Mapping[int, int] = function.origin.results if function.origin else {}
            for output, of_node in results.items():
                if of_node == 0:
                    return function, output
        return None

    def _leading(self) -> set[Function]:
        """The Functions from which the target can be come to."""
        found = set() if self.target is None else {self.target[0]}
        for function in reversed(self.order):
            if any(below in found for below in function.below):
                found.add(function)
        return found

    # ---- how many --------------------------------------------------------------------------------

    def count(self) -> int:
        """The number of paths, without looking at each."""
        if self.target is None or self.root.function is None:
            return 0
        counts: dict[Port, int] = {(self.root.function, self.root.output): 1}
        coming: dict[Function, int] = {self.root.function: 1}
        for function in self.order:
            if function is self.target[0]:
                continue  # a path ends there
            here = coming.get(function, 0)
            for i, below in enumerate(function.below):
                if here and below is not None:
                    port = below, function.port(i)
                    counts[port] = counts.get(port, 0) + here
                    coming[below] = coming.get(below, 0) + here
        return counts.get(self.target, 0)

    # ---- each of them ----------------------------------------------------------------------------

    def paths(self) -> Iterator[Path]:
        """Each path, depth first; a Function runs once for all paths that share the way to it."""
        if self.target is None or self.root.function is None:
            return
        start = (self.root.function, self.root.output)
        if start == self.target:
            yield Path((), (), self.seed)
            return
        trail: list[_Sent] = []
        stack = [self._ways(start, self.seed)]
        while stack:
            sent = next(stack[-1], None)
            if sent is None:
                stack.pop()
                del trail[-1:]
            elif sent.to == self.target:
                yield self._path([*trail, sent])
            elif sent.to[0] is not self.target[0]:  # nor another output of the same Function
                trail.append(sent)
                stack.append(self._ways(sent.to, sent.after))

    def _ways(self, port: Port, grad: Array) -> Iterator[_Sent]:
        """What a Function passes on of a gradient that came to one of its outputs."""
        if self.cancelled():
            raise Cancelled
        function = port[0]
        outs = _passed(*port, grad)
        for i, below in enumerate(function.below):
            if below in self.leading and below is not None and outs[i] is not None:
                yield _Sent(port, i, (below, function.port(i)), grad, outs[i])

    def _path(self, trail: list[_Sent]) -> Path:
        hops: list[Hop] = []
        edges: list[EdgeKey] = []
        before, factor = self.seed, _ONE
        for sent in trail:
            function, below = sent.port[0], sent.to[0]
            source, target = self.node_of(function), self.node_of(below)
            factor = _times(factor, _factor(sent))
            if source == target and below.sequence != LAST:
                continue  # within one node
            drawn = self._drawn(function, sent.i, source)
            edges += drawn
            hops.append(
                Hop(source, drawn[0] if drawn else None, target, before, sent.after, factor)
            )
            before, factor = sent.after, _ONE
        return Path(tuple(hops), tuple(edges), trail[-1].after)

    def _drawn(self, function: Function, i: int, source: str) -> list[EdgeKey]:
        """The drawn edge a hop goes along, and those it passes on through muted nodes."""
        slots = function.origin.slots if function.origin is not None else ()
        slot = slots[i] if i < len(slots) else None
        graph, found = self.film.graph, []
        key = None if slot is None else (source, slot)
        while key in graph.edges and key is not None:
            found.append(key)
            maker = graph.nodes[graph.edges[key].source]
            ways = ordered(graph, maker, OPS.get(maker.op)) if maker.muted else []
            key = ways[0].key if ways else None
        return found


def _seed(film: TraceFilm, chapter: int) -> Array:
    first, end = film.trace.spans[chapter]
    seeds = [e for e in film.events_between(first - 1, end - 1) if isinstance(e, Seeded)]
    return seeds[0].value if seeds else np.float32(1)


def _in_order(root: Function | None) -> list[Function]:
    """Everything below the root, the latest made first and leaves last: no one before its users."""
    found = {} if root is None else {root: None}
    todo = list(found)
    while todo:
        for below in todo.pop().below:
            if below is not None and below not in found:
                found[below] = None
                todo.append(below)
    return sorted(found, key=lambda f: (f.sequence == LAST, -f.sequence))


def _passed(function: Function, output: int, grad: Array) -> list[Array | None]:
    """What a Function's rules make of a gradient at one of its outputs, fitted to each input."""
    given: Any = grad
    if function.many:
        given = [None] * function.outputs
        given[output] = grad
    with np.errstate(all="ignore"), no_grad():
        outs = function.run(given, kernels)
        return [
            None if value is None or below is None else fitted(function, i, value, kernels)
            for i, (below, value) in enumerate(zip(function.below, outs, strict=True))
        ]


def _factor(sent: _Sent) -> float | None:
    """The local derivative, where single numbers come in and go out."""
    if np.size(sent.before) != 1 or np.size(sent.after) != 1:
        return None
    one = _passed(*sent.port, np.ones_like(sent.before)[()])[sent.i]
    return None if one is None else float(np.ravel(one)[0])


def _times(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one * other
