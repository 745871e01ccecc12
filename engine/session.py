"""A Session: the live state of one run of a Graph and its Program."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from engine import random
from engine.actions import ACTIONS
from engine.function import Function
from engine.graph import Action, Edge, Graph, Node, Program
from engine.modes import STATE, enable_grad, no_grad
from engine.registry import OPS, Op
from engine.tensor import Tensor, is_tensor
from engine.trace import Chapter, Origin, Recorder, Trace

ENGINE_ERRORS = (
    RuntimeError, ValueError, TypeError, IndexError, AttributeError, MemoryError, ZeroDivisionError,
    OverflowError,
)  # fmt: skip
"""What an op may raise about the person's graph; anything else is our own fault and goes through."""

REGION_MODES: dict[str, Callable[[], Any]] = {"no_grad": no_grad, "enable_grad": enable_grad}


class NotReady(Exception):
    """A node waits for another that has failed or is not connected; it has no value."""


class _Claims:
    """Told of every Function made while a node is evaluated; says which node and slots it belongs to."""

    def __init__(self, node: str, call: int, slots: Sequence[tuple[str, Any]]) -> None:
        self.node, self.call = node, call
        self.slots: dict[int, list[str]] = {}
        for slot, value in slots:
            if is_tensor(value):
                self.slots.setdefault(id(value), []).append(slot)

    def made(self, function: Function, inputs: Sequence[Any]) -> None:
        """Give `function` its origin; equal inputs take their slots in order (x * x has two)."""
        found = []
        for x in inputs:
            names = self.slots.get(id(x))
            found.append(None if not names else names.pop(0) if len(names) > 1 else names[0])
        function.origin = Origin(self.node, self.call, tuple(found))


class Session:
    """Tensors, their `.grad` and the Trace of what was done to them.

    Leaves are made once; every forward evaluates the other nodes again and rebinds them, as Python names do.
    A Session must be used from one thread: modes, sequence numbers and random state are per thread.
    """

    def __init__(self, graph: Graph, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.graph = graph
        self.values: dict[str, tuple[Any, ...]] = {}
        self.failures: dict[str, str] = {}
        self.chapters: list[Chapter] = []
        self.calls = {"forward": 0, "backward": 0}
        self._owner: dict[int, str] = {}
        self._kept: list[Tensor] = []
        self.recorder = Recorder(self._node_of_tensor, cancelled)
        STATE.sequence = 0
        random.manual_seed(random.DEFAULT_SEED)

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
        return Trace(tuple(self.chapters), self.recorder.node_of)

    def act(self, action: Action, index: int) -> bool:
        """Run one action as a chapter of its own; whether the Program may go on."""
        method = ACTIONS[action.do]
        if method.kind in self.calls:
            self.calls[method.kind] += 1
        failed = False
        with np.errstate(all="ignore"), warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            STATE.recorder = self.recorder
            try:
                method.run(self, action)
            except ENGINE_ERRORS as error:
                failed = True
                self._record_failure(action, error)
            except NotReady:
                failed = True
            finally:
                STATE.recorder = None
        for warning in told:
            self.recorder.add("warned", self._node(action.on), _sentence(str(warning.message)))
        self._close_chapter(action, index, method.kind, failed)
        return not failed or action.expect_error

    def _close_chapter(self, action: Action, index: int, kind: str, failed: bool) -> None:
        call = self.calls.get(kind, 0)
        title = {"forward": "Forward", "backward": f"Backward #{call}"}.get(kind)
        self.chapters.append(
            Chapter(
                index,
                title or action.do,
                kind,
                tuple(self.recorder.take()),
                call,
                failed,
                action.expect_error,
            )  # fmt: skip
        )

    def _record_failure(self, action: Action, error: BaseException) -> None:
        where = self._failing_node() or self._node(action.on)
        path = self._path(self._node(action.on), where)
        self.recorder.facts.append(
            ("failed", where, type(error).__name__, _sentence(str(error)), path)
        )

    def _failing_node(self) -> str | None:
        """The node whose Function was being run when backward raised."""
        for fact in reversed(self.recorder.facts):
            if fact[0] == "visit":
                return self.recorder.node_of(fact[1]) or None
            if fact[0] in ("ran", "stored", "started"):
                return None
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

    @staticmethod
    def _node(on: str | None) -> str | None:
        return None if on is None else on.split(".")[0]

    # ---- forward ---------------------------------------------------------------------------------

    def forward(self) -> None:
        """Evaluate every node in statement order; what does not depend on a failed one still runs.

        Raises NotReady at the end when a node has failed.
        """
        self.failures.clear()
        for node in self.graph.nodes.values():
            self._evaluate(node)
        if self.failures:
            raise NotReady

    def _evaluate(self, node: Node) -> None:
        op = OPS.get(node.op)
        if op is not None and op.source and node.id in self.values:
            return
        self.values.pop(node.id, None)
        waits = [e.source for e in self.graph.inputs[node.id].values() if e.source in self.failures]
        if waits:
            self.failures[node.id] = ""
            return
        try:
            outputs, why = self._call(node, op)
        except ENGINE_ERRORS as error:
            sentence = _sentence(str(error)) or type(error).__name__
            self.failures[node.id] = sentence
            self.recorder.add("failed", node.id, type(error).__name__, sentence, (node.id,))
            return
        self._bind(node, outputs)
        self._record(node, outputs, why)

    def _call(self, node: Node, op: Op | None) -> tuple[tuple[Any, ...], str | None]:
        if op is None:
            raise RuntimeError(
                f"this version of Chainrule has no op “{node.op}”: replace the node, or open the file "
                "with the version that made it"
            )
        slots, arguments = self._arguments(node, op)
        modes = [
            REGION_MODES[r.kind]
            for r in self.graph.region_of.get(node.id, ())
            if r.kind in REGION_MODES
        ]
        STATE.origin = _Claims(node.id, self.calls["forward"], slots)
        try:
            with (modes[-1] if modes else _as_is)():
                result = op.call(**arguments)
        finally:
            STATE.origin = None
        outputs = result if isinstance(result, tuple) else (result,)
        return outputs, self._why_untracked(op, slots, outputs[0], modes[-1:] == [no_grad])

    def _arguments(self, node: Node, op: Op) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
        """(slot, value) of every filled slot, and the keywords of the call.

        Raises RuntimeError for a slot that is neither wired nor given a number.
        """
        wired = self.graph.inputs[node.id]
        slots: list[tuple[str, Any]] = []
        arguments: dict[str, Any] = {}
        for slot in op.slots:
            if slot.variadic:
                names = sorted(
                    (s for s in wired if s.startswith(slot.name + ".")),
                    key=lambda s: int(s.split(".")[1]),
                )
                parts = [(name, self._incoming(wired[name])) for name in names]
                slots += parts
                arguments[slot.name] = [value for _, value in parts]
                if not parts:
                    raise RuntimeError(f"{node.name}: connect at least one tensor to “{slot.name}”")
            elif slot.name in wired:
                arguments[slot.name] = self._incoming(wired[slot.name])
                slots.append((slot.name, arguments[slot.name]))
            elif slot.name in node.params:
                arguments[slot.name] = node.params[slot.name]
            elif not slot.optional:
                wish = "wire a tensor to it" + (" or type a number" if slot.takes_number else "")
                raise RuntimeError(f"{node.name}: the input “{slot.name}” is not connected: {wish}")
        if slots and op.slots and not any(is_tensor(v) for _, v in slots):
            raise RuntimeError(f"{node.name}: at least one input must be a tensor")
        arguments |= {
            f.name: _field(node.params[f.name]) for f in op.fields if f.name in node.params
        }
        return slots, arguments

    def _incoming(self, edge: Edge) -> Any:
        outputs = self.values.get(edge.source)
        if outputs is None:
            raise RuntimeError(f"“{self.graph.nodes[edge.source].name}” has no value yet")
        if edge.output >= len(outputs):
            raise RuntimeError(
                f"“{self.graph.nodes[edge.source].name}” has {len(outputs)} outputs; output number "
                f"{edge.output} does not exist any more: wire another one"
            )
        return outputs[edge.output]

    def _bind(self, node: Node, outputs: tuple[Any, ...]) -> None:
        self.values[node.id] = outputs
        for x in outputs:
            if is_tensor(x) and id(x) not in self._owner:
                self._owner[id(x)] = node.id
                self._kept.append(x)  # an id is only good while its tensor lives

    def _record(self, node: Node, outputs: tuple[Any, ...], why: str | None) -> None:
        first = outputs[0]
        if not is_tensor(first):
            self.recorder.add("computed", node.id, np.asarray(first), False, True, None, why)
            return
        function = first.grad_fn
        name = None if function is None else type(function).__name__
        self.recorder.add(
            "computed", node.id, first._data, first.requires_grad, function is None, name, why
        )
        if OPS[node.op].inplace:
            self._record_mutation(node, first)

    def _record_mutation(self, node: Node, changed: Tensor) -> None:
        meta = changed._meta
        if meta is None or meta.storage is None:
            return
        aliases = []
        for other, values in self.values.items():
            x = values[0]
            if is_tensor(x) and x._meta is not None and x._meta.storage is meta.storage:
                aliases.append((other, x._data))
        self.recorder.add("mutated", node.id, changed._data, changed._version, tuple(aliases))

    def _why_untracked(
        self, op: Op, slots: Sequence[tuple[str, Any]], result: Any, in_no_grad: bool
    ) -> str | None:
        """Why gradients will not flow through this result, or None if they will."""
        if not is_tensor(result) or result.requires_grad:
            return None if is_tensor(result) else "not differentiable"
        if op.source:
            return "requires_grad=False"
        if in_no_grad:
            return "no_grad"
        if not any(is_tensor(v) and v.requires_grad for _, v in slots):
            return "requires_grad=False"
        return "detach" if op.name == "detach" else "not differentiable"

    # ---- what actions need -----------------------------------------------------------------------

    def tensor(self, node: str | None) -> Tensor:
        """The latest tensor of a node; raises RuntimeError if it has none."""
        outputs = self.values.get(node or "")
        if not outputs or not is_tensor(outputs[0]):
            known = self.graph.nodes.get(node or "")
            raise RuntimeError(
                f"“{known.name if known else node}” has no value: run forward first, or mend the error that "
                "stopped it"
            )
        return outputs[0]  # type: ignore[no-any-return]

    def leaf_of_grad(self, on: str | None) -> tuple[str, Tensor]:
        """(node, tensor) for `x.grad`."""
        node = self._node(on) or ""
        return node, self.tensor(node)

    def _node_of_tensor(self, x: Tensor) -> str | None:
        return self._owner.get(id(x))


class _as_is:
    """No region: the mode stays what it is."""

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...


def _field(value: Any) -> Any:
    return (
        tuple(value)
        if isinstance(value, list) and all(isinstance(v, int) for v in value)
        else value
    )


def _sentence(text: str) -> str:
    """An error's text without C++ places; PyTorch appends where it was raised."""
    return text.split(" (Triggered internally at")[0].strip()
