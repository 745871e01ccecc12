"""Who made what: the nodes behind Functions and tensors, noted while a Session runs."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from engine.arguments import Wired
from engine.function import Function
from engine.recorder import Cut, Origin, Recorder
from engine.tensor import Tensor, is_tensor


class Claims:
    """Told of every Function made while a node is evaluated: gives it node and slots as origin."""

    def __init__(
        self, node: str, call: int, wired: Wired, functions: list[Function],
        cut_at: Callable[[Any], tuple[str, int, str] | None],
    ) -> None:  # fmt: skip
        self.node, self.call, self.functions = node, call, functions
        self.wired, self.cut_at = wired, cut_at
        self.slots: dict[int, list[str]] = {}
        for slot, value in wired:
            if is_tensor(value):
                self.slots.setdefault(id(value), []).append(slot)

    def made(self, function: Function, inputs: Sequence[Any]) -> None:
        """Equal inputs take their slots in order: x * x has two."""
        self.functions.append(function)
        function.origin = Origin(self.node, self.call, tuple(self._slot(x) for x in inputs))

    def rebased(self, origin: Origin | None, base: Tensor) -> Origin | None:
        """That of an op that wrote through a view: its first gradient goes to the base instead."""
        if origin is None or origin.node != self.node:
            return origin
        return replace(origin, slots=(self._slot(base), *origin.slots[1:]))

    def _slot(self, x: Any) -> str | None:
        names = self.slots.get(id(x))
        if names is None:
            return None
        return names.pop(0) if len(names) > 1 else names[0]

    def settle(self, outputs: Sequence[Any]) -> None:
        """Mark the Functions whose outputs the node's are.

        A view that was just written through learns its new history here, while we know whose it is.
        """
        found: dict[Function, dict[int, int]] = {}
        for k, x in enumerate(outputs):
            function = _made_by(x)
            if function is not None:
                found.setdefault(function, {}).setdefault(x.output_nr, k)
        cuts = self._cuts() if found else ()
        for function, results in found.items():
            origin = function.origin
            if origin is not None and origin.node == self.node:
                several = len(outputs) > 1
                function.origin = replace(origin, results=results, several=several, cuts=cuts)
                cuts = ()

    def _cuts(self) -> tuple[Cut, ...]:
        """The inputs that will get no gradient back."""
        found = ((slot, self.cut_at(x)) for slot, x in self.wired if is_tensor(x))
        return tuple(Cut(slot, *cut) for slot, cut in found if cut is not None)


def _made_by(x: Any) -> Function | None:
    """Its `grad_fn`; a view made and changed under no_grad has none that could be read."""
    try:
        return x.grad_fn if is_tensor(x) else None
    except RuntimeError:
        return None


class Derived:
    """Told of Functions made under create_graph: theirs is the node whose derivative made them."""

    def __init__(self, recorder: Recorder, call: int) -> None:
        self.recorder, self.call = recorder, call

    def made(self, function: Function, inputs: Sequence[Any]) -> None:
        """What is made while a leaf's gradient is put in place belongs to no node."""
        running = self.recorder.running
        self.recorder.functions.append(function)
        if running is not None:
            node = self.recorder.node_of(running)
            function.origin = Origin(node, self.call, (None,) * len(inputs))

    def rebased(self, origin: Origin | None, base: Tensor) -> Origin | None:
        """No slot of a drawn node is meant."""
        return origin


class Owners:
    """Which (node, output) made a tensor; forgets those that are gone.

    No WeakKeyDictionary: that asks tensors whether they are equal, and they answer by element.
    """

    def __init__(self) -> None:
        self._owners: dict[int, tuple[weakref.ref[Tensor], tuple[str, int]]] = {}

    def __len__(self) -> int:
        return len(self._owners)

    def add(self, x: Tensor, owner: tuple[str, int]) -> None:
        """The first to be bound to a tensor made it."""
        key, owners = id(x), self._owners
        if key not in owners:
            owners[key] = weakref.ref(x, lambda _: owners.pop(key, None)), owner

    def of(self, x: Tensor) -> tuple[str, int] | None:
        """The node and which output of it, if any node made it."""
        found = self._owners.get(id(x))
        return None if found is None else found[1]

    def node_of(self, x: Tensor) -> str | None:
        """The node that made a tensor, if any did."""
        found = self._owners.get(id(x))
        return None if found is None else found[1][0]
