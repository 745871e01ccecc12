"""One node run once more on the values it had, to ask the engine for its local derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from engine import random
from engine.arguments import arguments
from engine.autograd import grad as gradients
from engine.graph import Edge, Graph, Node
from engine.modes import STATE, enable_grad, inference_mode, warnings_collected
from engine.registry import OPS, Op
from engine.session import ENGINE_ERRORS
from engine.tensor import Tensor, is_tensor, wrap
from gui.model.film import TraceFilm

Array = Any
Index = tuple[int, ...]

LARGEST = 1 << 16
"""Entries of an input or a result: what is larger is not run again."""
MOST_CELLS = 4096
"""Inputs times outputs up to which a Jacobian is worked out whole."""


class _Missing(Exception):
    """An input has no value at that step, or the op will not run again."""


@dataclass(frozen=True)
class Replay:
    """A node with the values that went into it; `inputs` by slot, as they were then."""

    node: Node
    op: Op
    graph: Graph
    inputs: dict[str, Array]
    result: Array
    _known: dict[Any, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def _ran(self) -> tuple[Tensor, dict[str, Tensor]] | None:
        """The result and the inputs as tensors of a history of their own, if it is the same."""
        sizes = [np.size(x) for x in (*self.inputs.values(), self.result)]
        if max(sizes) > LARGEST:
            return None
        try:
            with _undisturbed():
                return self._run()
        except (*ENGINE_ERRORS, _Missing):
            return None

    def _run(self) -> tuple[Tensor, dict[str, Tensor]] | None:
        leaves = {slot: _leaf(x) for slot, x in self.inputs.items()}

        def incoming(edge: Edge) -> Tensor:
            leaf = leaves[edge.slot]
            return leaf.clone() if self.op.inplace else leaf

        _, keywords = arguments(self.graph, self.node, self.op, incoming)
        found = self.op.call(**keywords)
        first = found[0] if isinstance(found, tuple) else found
        if not is_tensor(first) or not _alike(first._data, self.result):
            return None
        return first, leaves

    def pulled(self, at: Index) -> dict[str, Array]:
        """∂ result[at] / ∂ every input, by slot: a row of the Jacobian; empty if there is none."""
        if at not in self._known:
            self._known[at] = self._pull(at)
        found: dict[str, Array] = self._known[at]
        return found

    def _pull(self, at: Index) -> dict[str, Array]:
        if self._ran is None:
            return {}
        result, leaves = self._ran
        wanted = {slot: x for slot, x in leaves.items() if x.requires_grad}
        if not wanted or not result.requires_grad:
            return {}
        seed = np.zeros(np.shape(result._data), result._data.dtype)
        seed[at] = 1
        try:
            with _undisturbed():
                found = gradients(
                    result, list(wanted.values()), wrap(seed), retain_graph=True, allow_unused=True
                )
        except ENGINE_ERRORS:
            return {}
        return {
            slot: np.zeros_like(x._data) if g is None else g._data
            for (slot, x), g in zip(wanted.items(), found, strict=True)
        }

    def jacobian(self, slot: str) -> Array | None:
        """∂ result / ∂ input as (outputs, inputs); None when too large, or not to be had."""
        x = self.inputs.get(slot)
        if x is None or not 0 < np.size(x) * np.size(self.result) <= MOST_CELLS:
            return None
        rows = [self.pulled(at) for at in np.ndindex(np.shape(self.result))]
        if any(slot not in row for row in rows):
            return None
        return np.stack([np.ravel(row[slot]) for row in rows])

    def column(self, slot: str, at: Index) -> Array | None:
        """∂ result / ∂ input[at], in the result's shape: who feels that entry, and how much.

        Asked by going backward twice: the gradient is linear in what comes in.
        """
        jacobian = self.jacobian(slot)
        if jacobian is not None:
            k = int(np.ravel_multi_index(at, np.shape(self.inputs[slot]))) if at else 0
            return jacobian[:, k].reshape(np.shape(self.result))
        return self._column(slot, at)

    def _column(self, slot: str, at: Index) -> Array | None:
        if self._ran is None:
            return None
        result, leaves = self._ran
        leaf = leaves.get(slot)
        if leaf is None or not leaf.requires_grad or not result.requires_grad:
            return None
        try:
            with _undisturbed():
                probe = _leaf(np.zeros(np.shape(result._data), result._data.dtype))
                (back,) = gradients(result, [leaf], probe, retain_graph=True, create_graph=True)
                if back is None:
                    return np.zeros_like(result._data)
                (found,) = gradients(back[at], [probe])
        except ENGINE_ERRORS:
            return None
        return None if found is None else found._data


@contextmanager
def _undisturbed() -> Iterator[None]:
    """The engine on this thread as a fresh one: no recorder, grad mode on."""
    outside = random.get_state(), STATE.recorder, STATE.origin
    STATE.recorder = STATE.origin = None
    try:
        with (
            np.errstate(all="ignore"),
            warnings_collected(set()),
            inference_mode(False),
            enable_grad(),
        ):
            yield
    finally:
        STATE.recorder, STATE.origin = outside[1:]
        random.set_state(outside[0])


def _leaf(x: Array) -> Tensor:
    made = wrap(np.array(x))
    return made.requires_grad_() if made._data.dtype.kind == "f" else made


def _alike(one: Array, other: Array) -> bool:
    if np.shape(one) != np.shape(other):
        return False
    if np.asarray(one).dtype.kind != "f":
        return bool(np.array_equal(one, other))
    return bool(np.allclose(one, other, rtol=1e-5, atol=1e-7, equal_nan=True))


def replay(film: TraceFilm, node: str, step: int) -> Replay | None:
    """The node as it was last computed by `step`; None for a leaf, or when it has no value."""
    found = film.graph.nodes.get(node)
    op = None if found is None else OPS.get(found.op)
    state = film.frame(step).node(node)
    if found is None or op is None or op.source or found.muted or state.since < 0:
        return None
    before = film.frame(state.since - 1)
    inputs: dict[str, Array] = {}
    for slot, edge in film.graph.inputs.get(node, {}).items():
        outputs: Sequence[Array | None] = before.node(edge.source).outputs
        if edge.output >= len(outputs) or outputs[edge.output] is None:
            return None
        inputs[slot] = outputs[edge.output]
    if not inputs:
        return None
    return Replay(found, op, film.graph, inputs, film.frame(state.since).node(node).value)
