"""The Recorder: what a run leaves behind while it happens, as references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.function import LAST, Edge, Function
from engine.modes import STATE
from engine.tensor import Tensor

Array = Any
Fact = Any
"""Mostly a tuple: what happened, and to what.  The straight way through a backward pass leaves for
each Function it runs, one after the other, the Function, its gradient and what its rules gave."""

NOTHING: Mapping[int, int] = MappingProxyType({})


class Cancelled(Exception):
    """The run was given up on request."""


class Cut(NamedTuple):
    """An input that gets no gradient back: its slot, whose output it is, and why."""

    slot: str
    node: str
    output: int
    cause: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Which node's evaluation made a Function: the node, and the how-manieth forward.

    `slots` says for each of the Function's edges by which slot of the node its tensor came in
    (None: made inside the node); `results` which output of the node each output of the Function is,
    if it is one; `several` whether the node has more than one; `cuts` the inputs of the node that
    get no gradient back.
    """

    node: str
    call: int
    slots: tuple[str | None, ...]
    results: Mapping[int, int] = field(default_factory=lambda: NOTHING)
    several: bool = False
    cuts: tuple[Cut, ...] = ()


class Recorder:
    """Appends facts; told of everything by the Session and by the backward loop."""

    def __init__(
        self, node_of: Callable[[Tensor], str | None], cancelled: Callable[[], bool]
    ) -> None:
        self.facts: list[Fact] = []
        self.functions: list[Function] = []
        """Every Function made, in order."""
        self.running: Function | None = None
        """The Function whose derivative is being worked out, in a pass that creates a graph."""
        self._node_of = node_of
        self.cancelled = cancelled

    def give_up_if_cancelled(self) -> None:
        """For whatever takes long.  Raises Cancelled."""
        if self.cancelled():
            raise Cancelled

    def add(self, *fact: Any) -> None:
        """Append one fact; gives up here if the run was cancelled."""
        self.give_up_if_cancelled()
        self.facts.append(fact)

    def take(self) -> list[Fact]:
        """The facts so far; starts a new list."""
        facts, self.facts = self.facts, []
        return facts

    def take_functions(self) -> list[Function]:
        """The Functions made so far; starts a new list."""
        functions, self.functions = self.functions, []
        return functions

    # called by the backward loop

    def started(self, edges: Sequence[Edge], seeds: Sequence[Any], keep: bool) -> None:
        policy = STATE.policy
        self.add("started", tuple(e.function for e in edges), tuple(_arrays(seeds)), keep, policy)

    def going_on(self) -> Callable[[Iterable[Any]], None]:
        """What takes down the Functions that are about to run; gives up here if cancelled."""
        self.give_up_if_cancelled()
        return self.facts.extend

    def visiting(self, function: Function, grads: list[Any]) -> None:
        self.running = function
        self.add("visit", function, _arrays(grads))

    def ran(self, function: Function, raw: list[Any], checked: Sequence[Any]) -> None:
        self.running = None
        self.facts.append(("ran", function, _arrays(raw), _arrays(checked)))

    def freed(self, function: Function) -> None:
        self.facts.append(("freed", function))

    def stored(self, function: Function, before: Array | None, grad: Any) -> None:
        self.add("stored", function, before, _array(grad), function.variable._grad._data)

    def retained(self, function: Function, before: Array | None, after: Array) -> None:
        self.facts.append(("retained", function, before, after))

    def node_of(self, function: Function) -> str:
        """The drawn node a Function belongs to; "" for one that no node made."""
        if function.sequence == LAST:
            return self._node_of(function.variable) or ""
        return function.origin.node if function.origin is not None else ""


def _array(x: Any) -> Array:
    return x._data if isinstance(x, Tensor) else x


def _arrays(values: Iterable[Any]) -> list[Array]:
    return [x._data if isinstance(x, Tensor) else x for x in values]
