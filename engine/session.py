"""A Session: the live state of one run of a Graph and its Program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine import random
from engine.actions import ACTIONS
from engine.actions.repeats import why_no_repeat
from engine.arguments import Wired, arguments, passed_on
from engine.claims import Claims, Derived, Owners
from engine.events import Alias, Event, Output
from engine.graph import (
    SEED,
    Action,
    Edge,
    Graph,
    Node,
    Program,
    chosen,
    early_leaves,
    lines,
    listed,
)
from engine.hooks import RemovableHandle
from engine.meta import is_stale
from engine.modes import STATE, enable_grad, inference_mode, no_grad, warnings_collected
from engine.optim import Optimizer
from engine.policy import Policy
from engine.registry import OPS, Op
from engine.spill import Spill
from engine.tensor import Tensor, is_tensor
from engine.trace import Cancelled, Chapter, Loop, Recorder, Trace

ENGINE_ERRORS = (
    RuntimeError, ValueError, TypeError, LookupError, AttributeError, MemoryError, ArithmeticError,
    NameError,
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


class Session:
    """Tensors, their `.grad` and the Trace of what was done to them.

    With a `policy`, backward passes do something else than PyTorch's.
    Leaves are made once; every forward evaluates the other nodes again and rebinds them, as Python
    names do.  A Session must be used from one thread, but leaves nothing behind there: its random
    stream is its own, and the thread's modes are put back.
    """

    def __init__(
        self,
        graph: Graph,
        cancelled: Callable[[], bool] = lambda: False,
        policy: Policy | None = None,
    ) -> None:
        self.graph, self.policy = graph, policy
        self.values: dict[str, tuple[Any, ...]] = {}
        self.failures: dict[str, str] = {}
        self._lost: set[str] = set()
        self._why: dict[str, str | None] = {}
        # What most computed facts have in common with another: kept once.
        self._details: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.chapters: list[Chapter] = []
        self._read: dict[int, tuple[list[Event], int]] = {}
        self.calls = {"forward": 0, "backward": 0}
        self.done = 0
        """How many actions of the Program are over, a repeat counting as one."""
        self.loops: tuple[Loop, ...] = ()
        """The iterations the line that runs lies in."""
        self._owners = Owners()
        self.optimizers: dict[str, Optimizer] = {}
        self.handles: dict[str, RemovableHandle] = {}
        """Of the hooks, by the names their lines give them."""
        self.recorder = Recorder(self._owners.node_of, cancelled)
        self.spill = Spill()
        self._random = random.Generator()
        self._warned_once: set[str] = set()
        self._listed: frozenset[str] | None = None
        self._due: tuple[Node, ...] = ()
        """Leaves to be made before the next line runs."""

    # ---- running the Program -------------------------------------------------------------------

    def run(self, program: Program, first: int = 0) -> Iterator[Chapter]:
        """Run the actions from number `first` on; gives each Chapter as it is over.

        Stops after an action that raises, unless it expects an error.  Raises trace.Cancelled.
        """
        index, self.done = len(lines(program[:first])), first
        self._listed = listed(program)
        early = self._early_leaves(program)
        for number, action in enumerate(program[first:], first):
            if number in early:
                self._due = tuple(n for n in self._sources() if n.id in early[number])
            go_on = yield from self._run(action, index, (), False)
            if not go_on:
                return
            index += len(lines((action,)))
            self.done += 1

    def _run(
        self, action: Action, index: int, loops: tuple[Loop, ...], expected: bool
    ) -> Generator[Chapter, None, bool]:
        """Run one line, or the lines of a repeat; whether what comes after it may run."""
        if self.recorder.cancelled():
            raise Cancelled
        times: Any = action.args.get("times")
        around = [loop.times for loop in loops]
        if action.do != "repeat" or why_no_repeat(times, around):
            go_on = self.act(action, index, loops, expected)
            yield self.chapters[-1]
            return go_on
        for number in range(1, times + 1):
            within, at = (*loops, Loop(index, number, times)), index + 1
            for line in action.body:
                if not (yield from self._run(line, at, within, expected or action.expect_error)):
                    return action.expect_error
                at += len(lines((line,)))
        return True

    def _early_leaves(self, program: Program) -> Mapping[int, Collection[str]]:
        """By the number of a line the leaves before it, where it matters when they are made."""
        if self._listed is None and not any(a.do == SEED for a in lines(program)):
            return {}
        return early_leaves(self.graph.nodes, program)

    def _sources(self) -> list[Node]:
        return [n for n in self.graph.nodes.values() if n.op in OPS and OPS[n.op].source]

    @property
    def trace(self) -> Trace:
        """What has been recorded so far."""
        return Trace(tuple(self.chapters), self.recorder.node_of, self._read)

    @property
    def stopped(self) -> bool:
        """Whether the Program ended in an error, so that nothing may follow."""
        last = self.chapters[-1] if self.chapters else None
        return last is not None and last.failed and not last.expected

    def act(
        self, action: Action, index: int, loops: tuple[Loop, ...] = (), expected: bool = False
    ) -> bool:
        """Run one action as a chapter of its own; whether the line below it may run.

        `loops` are the iterations it lies in; `expected` says that a line around it has a `try`.
        """
        method, self.loops = ACTIONS[action.do], loops
        if method.kind in self.calls:
            self.calls[method.kind] += 1
        failed = False
        with self._in_charge() as told:
            due, self._due = self._due, ()
            for node in due:
                self._evaluate(node)
            if method.kind == "backward":
                STATE.origin = Derived(self.recorder, self.calls["forward"])
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
        self._close_chapter(action, index, method.kind, failed, loops, expected)
        return not failed or action.expect_error

    @contextmanager
    def _in_charge(self) -> Iterator[list[str]]:
        """The thread's engine state is this Session's; gives the warnings made meanwhile."""
        outside = STATE.recorder, STATE.policy
        STATE.recorder, STATE.policy = self.recorder, self.policy
        generator = random.exchanged(self._random)
        try:
            with (
                np.errstate(all="ignore"),
                warnings_collected(self._warned_once) as told,
                inference_mode(False),
            ):
                yield told
        finally:
            STATE.recorder, STATE.policy = outside
            random.exchanged(generator)

    def _close_chapter(
        self, action: Action, index: int, kind: str, failed: bool, loops: tuple[Loop, ...],
        expected: bool,
    ) -> None:  # fmt: skip
        call = self.calls.get(kind, 0)
        title = {"forward": "Forward", "backward": f"Backward #{call}"}.get(kind, action.do)
        title += f" #{call}" if chosen(action) is not None else ""
        facts = self.spill.taken(self.recorder.take())
        expected, functions = action.expect_error or expected, tuple(self.recorder.take_functions())
        self.chapters.append(
            Chapter(index, title, kind, facts, call, failed, expected, functions, loops)
        )

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

    def forward(self, wanted: Iterable[str] | None = None) -> None:
        """Evaluate every node, or those that are wanted, in statement order.

        What does not depend on a failed one still runs.  Raises NotReady at the end when a node
        has failed.
        """
        ids = [*self.graph.nodes] if wanted is None else self.graph.stated(wanted)
        for node in ids:
            self.failures.pop(node, None)
        self._lost -= {*ids}
        for node in ids:
            self._evaluate(self.graph.nodes[node])
        if self.failures.keys() & {*ids}:
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
        claims = STATE.origin = Claims(
            node.id, self.calls["forward"], wired, self.recorder.functions, self._cut_at
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
        self._why[node.id] = why
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
        """The latest tensor of a node; raises RuntimeError if it has none.

        Leaves are there before any statement runs, as in the program that is written.
        """
        unmade = node in self.graph.nodes and node not in self.values
        if node is not None and unmade and self._listed is None:
            self._make_leaves(node)
        first = self.values.get(node or "", (None,))[0]
        if isinstance(first, Tensor):
            return first
        raise RuntimeError("it has no value: run forward first, or mend the error that stopped it")

    def _make_leaves(self, wanted: str) -> None:
        """Make all leaves, if the one that is wanted is among them."""
        leaves = self._sources()
        for node in leaves if self.graph.nodes[wanted] in leaves else ():
            self._evaluate(node)

    def optimizer(self, name: str | None) -> Optimizer:
        """The live optimizer of that name; raises NameError if no line has made it."""
        if name not in self.optimizers:
            raise NameError(f"name '{name}' is not defined")
        return self.optimizers[name]

    def stepped(self, x: Tensor, rule: str, before: Any, grad: Any, rate: float | None) -> None:
        """Record that an optimizer has changed a leaf, and all that share its memory."""
        owner = self.node_of(x) or ""
        self.recorder.add("stepped", owner, rule, before, x._data, grad, rate)
        if owner in self.graph.nodes:
            self._record_mutation(self.graph.nodes[owner], x)

    def node_of(self, x: Tensor) -> str | None:
        """The node that made a tensor, if any did."""
        return self._owners.node_of(x)

    def _cut_at(self, x: Tensor) -> tuple[str, int, str] | None:
        """Whose output a tensor is that no gradient goes to, and why none does."""
        owner = self._owners.of(x)
        if owner is None or x._req or x._fn is not None:
            return None
        why = self._why.get(owner[0]) or "requires_grad=False"
        if why == "requires_grad=False" and x._data.dtype.kind not in "fc":
            why = "integer"
        return (*owner, why)


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
    return "detach" if op.name in ("detach", "data") else "not differentiable"


def _sentence(error: BaseException | str) -> str:
    """What an error or warning says, without the C++ place PyTorch appends."""
    text = str(error).split(" (Triggered internally at")[0].strip()
    return text or type(error).__name__
