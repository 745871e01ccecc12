"""A Session: the live state of one run of a Graph and its Program."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from engine import random
from engine.actions import ACTIONS
from engine.arguments import Wired, arguments, passed_on
from engine.events import Alias, Event, Output
from engine.function import Function
from engine.graph import Action, Edge, Graph, Node, Program
from engine.meta import is_stale
from engine.modes import STATE, enable_grad, inference_mode, no_grad, warnings_collected
from engine.registry import OPS, Op
from engine.tensor import Tensor, is_tensor
from engine.trace import Chapter, Origin, Recorder, Trace

ENGINE_ERRORS = (
    RuntimeError, ValueError, TypeError, LookupError, AttributeError, MemoryError, ArithmeticError,
)  # fmt: skip
"""What an op may raise about the person's graph; anything else is our own fault, let through."""

REGION_MODES: dict[str | None, Callable[[], Any]] = {
    None: enable_grad,
    "enable_grad": enable_grad,
    "no_grad": no_grad,
    "inference_mode": inference_mode,
}
_UNRECORDED: dict[Callable[[], Any], str] = {no_grad: "no_grad", inference_mode: "inference_mode"}


class NotReady(Exception):
    """A node has failed, and what depends on it has no value."""


class _Claims:
    """Told of every Function made while a node is evaluated: gives it node and slots as origin."""

    def __init__(self, node: str, call: int, wired: Wired, functions: list[Function]) -> None:
        self.node, self.call, self.functions = node, call, functions
        self.slots: dict[int, list[str]] = {}
        for slot, value in wired:
            if is_tensor(value):
                self.slots.setdefault(id(value), []).append(slot)

    def made(self, function: Function, inputs: Sequence[Any]) -> None:
        """Equal inputs take their slots in order: x * x has two."""
        self.functions.append(function)
        function.origin = Origin(self.node, self.call, tuple(self._slot(x) for x in inputs))

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
            function = x.grad_fn if is_tensor(x) else None
            if function is not None:
                found.setdefault(function, {}).setdefault(x.output_nr, k)
        for function, results in found.items():
            origin = function.origin
            if origin is not None and origin.node == self.node:
                several = len(outputs) > 1
                function.origin = replace(origin, results=results, several=several)


class _Derived:
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


class _Owners:
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


class Session:
    """Tensors, their `.grad` and the Trace of what was done to them.

    Leaves are made once; every forward evaluates the other nodes again and rebinds them, as Python
    names do.  A Session must be used from one thread, but leaves nothing behind there: its random
    stream is its own, and the thread's modes are put back.
    """

    def __init__(self, graph: Graph, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.graph, self.cancelled = graph, cancelled
        self.values: dict[str, tuple[Any, ...]] = {}
        self.failures: dict[str, str] = {}
        self._lost: set[str] = set()
        # What most computed facts have in common with another: kept once.
        self._details: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.chapters: list[Chapter] = []
        self._read: dict[int, tuple[list[Event], int]] = {}
        self.calls = {"forward": 0, "backward": 0}
        self._owners = _Owners()
        self.recorder = Recorder(self._node_of_tensor, lambda: self.cancelled())
        self._random = random.Generator().get_state()
        self._warned_once: set[str] = set()

    # ---- running the Program -------------------------------------------------------------------

    def run(self, program: Program, first: int = 0) -> Iterator[Trace]:
        """Run the actions from number `first` on; gives the Trace after each.

        Stops after an action that raises, unless it expects an error.  Raises trace.Cancelled.
        """
        for index in range(first, len(program)):
            go_on = self.act(program[index], index)
            yield self.trace
            if not go_on:
                return

    @property
    def trace(self) -> Trace:
        """What has been recorded so far."""
        return Trace(tuple(self.chapters), self.recorder.node_of, self._read)

    @property
    def stopped(self) -> bool:
        """Whether the Program ended in an error, so that nothing may follow."""
        last = self.chapters[-1] if self.chapters else None
        return last is not None and last.failed and not last.expected

    def act(self, action: Action, index: int) -> bool:
        """Run one action as a chapter of its own; whether the Program may go on."""
        method = ACTIONS[action.do]
        if method.kind in self.calls:
            self.calls[method.kind] += 1
        failed = False
        with self._in_charge() as told:
            if method.kind == "backward":
                STATE.origin = _Derived(self.recorder, self.calls["forward"])
            try:
                method.run(self, action)
            except ENGINE_ERRORS as error:
                failed = True
                self._record_failure(action, error)
            except NotReady:
                failed = True
            finally:
                STATE.origin = self.recorder.running = None
        for text in told:
            self.recorder.add("warned", action.node, _sentence(text))
        self._close_chapter(action, index, method.kind, failed)
        return not self.stopped

    @contextmanager
    def _in_charge(self) -> Iterator[list[str]]:
        """The thread's engine state is this Session's; gives the warnings made meanwhile."""
        outside = random.get_state(), STATE.recorder
        STATE.recorder = self.recorder
        random.set_state(self._random)
        try:
            with (
                np.errstate(all="ignore"),
                warnings_collected(self._warned_once) as told,
                inference_mode(False),
            ):
                yield told
        finally:
            self._random = random.get_state()
            STATE.recorder = outside[1]
            random.set_state(outside[0])

    def _close_chapter(self, action: Action, index: int, kind: str, failed: bool) -> None:
        call = self.calls.get(kind, 0)
        title = {"forward": "Forward", "backward": f"Backward #{call}"}.get(kind, action.do)
        facts = tuple(self.recorder.take())
        expected, functions = action.expect_error, tuple(self.recorder.take_functions())
        self.chapters.append(Chapter(index, title, kind, facts, call, failed, expected, functions))

    def _record_failure(self, action: Action, error: BaseException) -> None:
        where = self._failing_node() or action.node
        path = self._path(action.node, where)
        self.recorder.facts.append(
            ("failed", where, type(error).__name__, _sentence(error), path, ())
        )

    def _failing_node(self) -> str | None:
        """The node whose Function was being run when backward raised."""
        for fact in reversed(self.recorder.facts):
            if type(fact) is not tuple or fact[0] in ("ran", "stored", "started"):
                return None
            if fact[0] == "visit":
                return self.recorder.node_of(fact[1]) or None
        return None

    def _path(self, root: str | None, where: str | None) -> tuple[str, ...]:
        """The nodes from the root of backward to where it failed, by the shortest way."""
        if root is None or where is None or root == where:
            return tuple(n for n in (root,) if n is not None)
        import networkx as nx

        try:
            return tuple(nx.shortest_path(self.graph.nx, where, root))[::-1]
        except nx.NetworkXNoPath:
            return (root, where)

    # ---- forward ---------------------------------------------------------------------------------

    def forward(self) -> None:
        """Evaluate every node in statement order; what does not depend on a failed one still runs.

        Raises NotReady at the end when a node has failed.
        """
        self.failures.clear()
        self._lost.clear()
        for node in self.graph.nodes.values():
            self._evaluate(node)
        if self.failures:
            raise NotReady

    def _evaluate(self, node: Node) -> None:
        op = OPS.get(node.op)
        if op is not None and op.source and node.id in self.values:
            return
        self.values.pop(node.id, None)
        if any(e.source in self.failures for e in self.graph.inputs[node.id].values()):
            self.failures[node.id] = ""
            return
        try:
            outputs, why = self._call(node, op)
        except ENGINE_ERRORS as error:
            sentence = _sentence(error)
            self.failures[node.id] = sentence
            lost = self._lost_with(node)
            kind = type(error).__name__
            self.recorder.add("failed", node.id, kind, sentence, (node.id,), lost)
            return
        self._bind(node, outputs)
        self._record(node, outputs, why)

    def _lost_with(self, node: Node) -> tuple[str, ...]:
        """The node and all that depends on it, each told of once: with the first failure."""
        new = self.graph.downstream(node.id) - self._lost
        self._lost |= new
        return (node.id, *sorted(new))

    def _call(self, node: Node, op: Op | None) -> tuple[tuple[Any, ...], str | None]:
        """The op's outputs, and why gradients will not flow through them, if so."""
        if node.muted:
            passed = passed_on(self.graph, node, op, self._incoming)
            why = None if passed[1].requires_grad else "requires_grad=False"
            return (passed[1],), why
        if op is None:
            raise RuntimeError(
                f"this version of Chainrule has no op “{node.op}”: replace the node, or open the "
                "file with the version that made it"
            )
        wired, keywords = arguments(self.graph, node, op, self._incoming)
        mode = self._mode(node)
        claims = STATE.origin = _Claims(
            node.id, self.calls["forward"], wired, self.recorder.functions
        )
        try:
            with mode():
                result = op.call(**keywords)
            outputs = result if isinstance(result, tuple) else (result,)
            claims.settle(outputs)
        finally:
            STATE.origin = None
        return outputs, _why_untracked(op, wired, outputs[0], _UNRECORDED.get(mode))

    def _mode(self, node: Node) -> Callable[[], Any]:
        """The grad mode of the region around a node; leaves are made before any block begins."""
        op = OPS.get(node.op)
        return enable_grad if op and op.source else REGION_MODES[self.graph.mode_of(node.id)]

    def _incoming(self, edge: Edge) -> Any:
        outputs = self.values.get(edge.source)
        if outputs is None:
            raise RuntimeError(f"what is wired to “{edge.slot}” has no value yet")
        if edge.output >= len(outputs):
            raise RuntimeError(
                f"what is wired to “{edge.slot}” has {len(outputs)} outputs now; number "
                f"{edge.output} does not exist any more: wire another one"
            )
        return outputs[edge.output]

    def _bind(self, node: Node, outputs: tuple[Any, ...]) -> None:
        self.values[node.id] = outputs
        for k, x in enumerate(outputs):
            if is_tensor(x):
                self._owners.add(x, (node.id, k))

    def _record(self, node: Node, outputs: tuple[Any, ...], why: str | None) -> None:
        first, more = outputs[0], tuple(map(_output, outputs[1:]))
        if not is_tensor(first):
            self._record_value(node, np.asarray(first), (False, True, None, why, more, None, None))
            return
        requires_grad, name = _history(first)
        owner = self._owners.of(first)
        same_as = None if owner is None or owner[0] == node.id else owner
        grad = None if first._grad is None else first._grad._data
        details = (requires_grad, name is None, name, why, more, same_as, grad)
        self._record_value(node, first._data, details)
        if not node.muted and OPS[node.op].inplace:
            self._record_mutation(node, first)

    def _record_value(self, node: Node, value: Any, details: tuple[Any, ...]) -> None:
        if details[-1] is None and not details[4]:  # most nodes' are like some other node's
            details = self._details.setdefault(details, details)
        self.recorder.add("computed", node.id, value, details)

    def _record_mutation(self, node: Node, changed: Tensor) -> None:
        meta = changed._meta
        if meta is None or meta.storage is None:
            return
        aliases = tuple(
            Alias(other, k, x._data, *_history(x))
            for other, outputs in self.values.items()
            for k, x in enumerate(outputs)
            if is_tensor(x) and x._meta is not None and x._meta.storage is meta.storage
        )
        self.recorder.add("mutated", node.id, changed._data, changed._version, aliases)

    # ---- what actions need -----------------------------------------------------------------------

    def tensor(self, node: str | None) -> Tensor:
        """The latest tensor of a node; raises RuntimeError if it has none."""
        first = self.values.get(node or "", (None,))[0]
        if isinstance(first, Tensor):
            return first
        raise RuntimeError("it has no value: run forward first, or mend the error that stopped it")

    def _node_of_tensor(self, x: Tensor) -> str | None:
        owner = self._owners.of(x)
        return None if owner is None else owner[0]


def _output(x: Any) -> Output:
    return Output(x._data, _history(x)[0]) if is_tensor(x) else Output(np.asarray(x), False)


def _history(x: Tensor) -> tuple[bool, str | None]:
    """Whether `x` requires grad, and its grad_fn's name.

    A view whose base got a new history makes its own when it is next read, which numbers it: what
    that will be is told here without reading.
    """
    meta = x._meta
    if meta is not None and meta.base is not None and is_stale(x, meta):
        return True, "AsStridedBackward0"
    return x._req or x._fn is not None, None if x._fn is None else type(x._fn).__name__


def _why_untracked(op: Op, wired: Wired, result: Any, inside: str | None) -> str | None:
    """Why gradients will not flow through this result, or None; `inside` names a mode, if any."""
    if not is_tensor(result):
        return "not differentiable"
    if result.requires_grad:
        return inside if op.inplace else None
    if op.source:
        return "requires_grad=False"
    if inside is not None:
        return inside
    if not any(is_tensor(v) and v.requires_grad for _, v in wired):
        return "requires_grad=False"
    return "detach" if op.name == "detach" else "not differentiable"


def _sentence(error: BaseException | str) -> str:
    """What an error or warning says, without the C++ place PyTorch appends."""
    text = str(error).split(" (Triggered internally at")[0].strip()
    return text or type(error).__name__
