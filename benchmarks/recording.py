"""What it costs to record a run: how much longer it takes, and the bytes beside the payload.

The payload is what the run has made anyway and a recording keeps alive: arrays and Functions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from benchmarks.peers import Engine
from benchmarks.workloads import Workload
from engine.graph import Action, Edge, Graph, Node
from engine.modes import STATE
from engine.session import Session
from engine.trace import Chapter, Recorder, Trace

Made = TypeVar("Made")


class Cost(NamedTuple):
    """The events of a recording, and the bytes of the lists and tuples that hold their parts."""

    events: int
    bytes: int

    @property
    def each(self) -> float:
        """Bytes an event."""
        return self.bytes / max(self.events, 1)


def recorder() -> Recorder:
    """One that knows of no drawn nodes and is never cancelled."""
    return Recorder(lambda tensor: None, lambda: False)


def recorded(run: Callable[[], Made], by: Callable[[], Recorder] = recorder) -> Callable[[], Made]:
    """The same while a Recorder takes down what happens."""

    def watched() -> Made:
        STATE.recorder = by()
        try:
            return run()
        finally:
            STATE.recorder = None

    return watched


def of_workload(workload: Workload) -> Cost:
    """What the backward pass of one iteration leaves."""
    watching = recorder()
    recorded(Engine().iteration(workload), lambda: watching)()
    chapter = Chapter(0, "Backward #1", "backward", tuple(watching.facts), 1, False, False)
    return Cost(len(Trace((chapter,), watching.node_of).events), beside(chapter.facts))


def of_session(nodes: int = 1_000) -> Cost:
    """What forward and backward of a drawn chain of that many nodes leave."""
    chain = [Node(f"n{k}", ("tanh", "square")[k % 2], f"n{k}") for k in range(nodes)]
    wires = [Edge(f"n{k - 1}", 0, f"n{k}", "self") for k in range(1, nodes)]
    leaf = Node("x", "tensor", "x", {"data": 0.5, "requires_grad": True})
    session = Session(Graph.of([leaf, *chain], [Edge("x", 0, "n0", "self"), *wires]))
    made = [*session.run((Action("forward"), Action("backward", chain[-1].id)))]
    return Cost(len(session.trace.events), sum(beside(chapter.facts) for chapter in made))


def beside(facts: Iterable[Any], seen: set[int] | None = None) -> int:
    """Of a tuple of facts and all tuples and lists within it, each counted once."""
    seen = set() if seen is None else seen
    if type(facts) not in (tuple, list) or id(facts) in seen:
        return 0
    seen.add(id(facts))
    return sys.getsizeof(facts) + sum(beside(fact, seen) for fact in facts)
