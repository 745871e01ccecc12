"""The one backward loop: `Tensor.backward`, `autograd.grad` and the app all run this."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from engine import anomaly, kernels, memory
from engine.function import LAST, AccumulateGrad, Edge, Function, Untracked
from engine.hooks import call_post_hooks, call_prehooks, call_tensor_hooks, retain
from engine.modes import STATE
from engine.passing import ALONE, SCALAR, cast, deliver, send
from engine.policy import Policy, Queue
from engine.queue import NEVER, Line, in_line
from engine.tensor import is_tensor

Array = Any
Captures = dict[tuple[Function, int], list[int]]
ndarray = np.ndarray

_SLOTS = threading.Lock()
"""Who holds it may leave gradients in the Functions' `arrived`; a pass within a pass may not."""

_UNCLEAN: list[Line] = []
"""The line whose Functions may hold gradients: more than one's only if the clearing was cut off."""

USUAL = Policy()

CHUNK = 500
"""Functions between two looks at whether a recorded pass was cancelled."""


class Run:
    """One backward pass: what is awaited where, what has arrived, what is wanted at the end."""

    __slots__ = (
        "awaited", "buffers", "captured", "captures", "create_graph", "frees_late", "keep",
        "namespace", "needed", "owned", "policy", "recorder", "roots", "targets",
    )  # fmt: skip

    def __init__(self, keep: bool, create_graph: bool, captures: Captures | None) -> None:
        self.create_graph, self.captures = create_graph, captures
        self.policy: Policy = STATE.policy or USUAL
        # What may run again must not be freed before the end.
        self.frees_late = not keep and not self.policy.queue.waits
        self.keep = keep or self.frees_late
        self.captured: dict[int, Any] = {}
        self.targets: set[Function] = set()
        self.needed: set[Function] | None = None
        # How many contributions are still to come, where the queue decides.
        self.awaited: dict[Function, int] = {}
        # What has come: a gradient, or (for a Function with many outputs) a list of them.
        self.buffers: dict[Function, Any] = {}
        # Whose buffer is a sum made here: an array that nobody else holds and may be added to.
        self.owned: set[Function] = set()
        self.recorder = STATE.recorder
        self.namespace: Any = kernels
        if create_graph:
            from engine.ops import TENSORS

            self.namespace = TENSORS

    def capture(self, edge: Edge, index: int) -> None:
        """Keep the gradient that comes to `edge` as result number `index`."""
        assert edge.function is not None
        assert self.captures is not None
        self.captures.setdefault((edge.function, edge.output), []).append(index)

    def execute(self, edges: Sequence[Edge], seeds: Sequence[Any]) -> None:
        """Run everything that is needed below the roots' edges, in PyTorch's order."""
        if self.recorder is not None:
            self.recorder.started(edges, seeds, self.keep)
        before, outer = STATE.grad_enabled, STATE.backward
        self.roots = edges
        try:  # Ctrl-C may come at any moment from here on
            STATE.grad_enabled, STATE.backward = self.create_graph, self
            self._execute(edges, seeds)
        except MemoryError as error:
            raise memory.refused(error) from None
        finally:
            STATE.grad_enabled, STATE.backward = before, outer

    def will_run(self, function: Function | None) -> bool:
        """Whether it runs in this pass or is captured; not asked of a lone root, as in PyTorch."""
        if self.captures is not None:
            return function is not None and self._is_wanted(function)
        if not self.awaited:
            self._count([e.function for e in self.roots if e.function is not None])
        return self.awaited.get(function, 0) > 0  # type: ignore[arg-type]

    def _execute(self, edges: Sequence[Edge], seeds: Sequence[Any]) -> None:
        root = edges[0].function if edges else None
        simple = len(edges) == 1 and self.captures is None and not isinstance(root, AccumulateGrad)
        simple = simple and self.policy is USUAL
        line = in_line(root) if simple and root is not None else None
        if line is None:
            self._loop(self._queued(edges, seeds))
            return
        straight = False
        try:
            straight = not self.create_graph and not STATE.anomaly and _SLOTS.acquire(False)
            if straight:
                self._stream(line, edges[0].output, seeds[0])
            else:
                self._expect(function for function in line.functions if function.many)
                self._arrive(line.functions[0], edges[0].output, seeds[0])
                self._loop(self._along(line))
        finally:
            if straight:
                _SLOTS.release()

    # ---- the straight way ------------------------------------------------------------------------

    def _stream(self, line: Line, output: int, seed: Any) -> None:
        """Run in a known order; gradients wait in the Functions themselves."""
        functions, running = line.functions, line.functions[0]
        stops = iter([*line.released, NEVER])
        last, leaves = next(stops)
        note, keep = None, self.keep
        while _UNCLEAN:
            _clear(_UNCLEAN[-1])
            _UNCLEAN.pop()
        try:
            _UNCLEAN.append(line)
            if running.many:
                deliver(running, output, self._cast(seed, running.dtype))
            else:
                running.arrived = self._cast(seed, running.dtype)
            for start in range(0, len(functions), CHUNK):
                if self.recorder is not None:
                    note = self.recorder.going_on()
                for running in functions[start : start + CHUNK]:
                    if running.extra is None:
                        running.flow(running.arrived, keep, note)
                        running.arrived = None
                    else:
                        self._watch(running)
                    if running is last:
                        self._release(leaves)
                        last, leaves = next(stops)
        except BaseException:
            if self.recorder is not None and running.arrived is not None:
                self.recorder.visiting(running, listed(running, running.arrived))
            _clear(line)
            raise
        finally:
            _UNCLEAN.clear()

    def _watch(self, function: Function) -> None:
        grad, function.arrived = function.arrived, None
        for i, value in enumerate(self._watched(function, grad)):
            below = function.below[i]
            if below is not None:
                send(function, i, below, value)

    def _release(self, leaves: Iterable[Function]) -> None:
        for leaf in leaves:
            if self.recorder is None and leaf.take():
                continue
            self.buffers[leaf] = leaf.arrived
            leaf.arrived = None
            self._accumulate(leaf)

    # ---- in which order --------------------------------------------------------------------------

    def _along(self, line: Line) -> Iterator[Function]:
        stops = iter([*line.released, NEVER])
        last, leaves = next(stops)
        for function in line.functions:
            yield function
            if function is last:
                for leaf in leaves:
                    self._accumulate(leaf)
                last, leaves = next(stops)

    def _queued(self, edges: Sequence[Edge], seeds: Sequence[Any]) -> Iterator[Function]:
        """The same as PyTorch's queue has it, passing over what is not needed."""
        self._count([e.function for e in edges if e.function is not None])
        self._expect(function for function in self.awaited if function.many)
        if self.captures is not None:
            self._find_needed()
        queue = self.policy.queue()
        self._start(queue, edges, seeds)
        while queue:
            function = queue.pop()
            if function.sequence == LAST:
                self._accumulate(function)
                continue
            grad = None if queue.waits else self.buffers.get(function)
            yield function
            if not queue.waits:
                self.buffers[function] = grad  # more may be added to it, which will run it again
            if self._runs(function):
                for below in self._freed(function) if queue.waits else self._led_to(function):
                    queue.push(below)
        if self.frees_late:
            self._free()

    def _start(self, queue: Queue, edges: Sequence[Edge], seeds: Sequence[Any]) -> None:
        for edge, seed in zip(edges, seeds, strict=True):
            function = edge.function
            assert function is not None
            self._arrive(function, edge.output, seed)
            if len(edges) > 1:
                self.awaited[function] -= 1
            if not self.awaited[function] and (len(edges) == 1 or self._is_wanted(function)):
                queue.push(function)

    def _led_to(self, function: Function) -> Iterator[Function]:
        """What a Function has just sent something to, the first on top of a stack."""
        for below in reversed(function.below):
            if below is not None and self.buffers.get(below) is not None and self._is_wanted(below):
                yield below

    def _free(self) -> None:
        """Let go of what the Functions have saved, at the very end of a pass."""
        for function in self.awaited:
            if function.release() and self.recorder is not None:
                self.recorder.freed(function)

    def _freed(self, function: Function) -> Iterator[Function]:
        """What awaits nothing any more now that a Function has run."""
        for below in function.below:
            if below is not None:
                self.awaited[below] -= 1
                if not self.awaited[below] and self._is_wanted(below):
                    yield below

    def _expect(self, many: Iterable[Function]) -> None:
        """Make room for the gradients of Functions with many outputs."""
        for function in many:
            self.buffers[function] = [None] * function.outputs

    def _count(self, roots: list[Function]) -> None:
        """For every Function below the roots: how many edges lead to it."""
        counts = self.awaited
        if len(roots) > 1:  # several roots hang below one GraphRoot
            for root in roots:
                counts[root] = counts.get(root, 0) + 1
        seen = set(roots)
        todo = list(seen)
        while todo:
            for below in todo.pop().below:
                if below is not None:
                    counts[below] = counts.get(below, 0) + 1
                    if below not in seen:
                        seen.add(below)
                        todo.append(below)
        for root in roots:
            counts.setdefault(root, 0)

    def _find_needed(self) -> None:
        """The Functions on a path to something captured (or to an `inputs=` leaf)."""
        assert self.captures is not None
        ends = {function for function, _ in self.captures} | self.targets
        parents: dict[Function, list[Function]] = {}
        for function in self.awaited:
            for below in function.below:
                if below is not None:
                    parents.setdefault(below, []).append(function)
        # What leads to an end must run; an end itself only if something wanted lies below it, or
        # inputs= asks for it.
        needed = set(self.targets)
        todo = list(ends)
        while todo:
            for parent in parents.get(todo.pop(), ()):
                if parent not in needed:
                    needed.add(parent)
                    todo.append(parent)
        self.needed = needed

    def _is_wanted(self, function: Function) -> bool:
        if self.needed is None or function in self.needed or function in self.targets:
            return True
        assert self.captures is not None
        return any(f is function for f, _ in self.captures)

    # ---- the way for every case ------------------------------------------------------------------

    def _loop(self, order: Iterable[Function]) -> None:  # noqa: C901  # every call saved counts
        """Run each Function on what has come to it, and add up what it gives where that goes."""
        buffers, owned, F, keep = self.buffers, self.owned, self.namespace, self.keep
        recorder, selective = self.recorder, self.captures is not None or STATE.anomaly
        fitted, summed = self.policy.fit, self.policy is USUAL
        outs: Any
        sent: Any = None
        for function in order:
            grad = buffers.pop(function, None)
            if selective or function.extra is not None:
                outs = self._watched(function, grad)
            elif recorder is None:
                outs = function.run(grad, F)
                if not keep:
                    function.release()
            else:
                recorder.visiting(function, listed(function, grad))
                outs = function.run(grad, F)
                sent = [*outs]
            for i, below in enumerate(function.below):
                if below is None:
                    continue
                value = outs[i]
                if value is None:
                    continue
                held = buffers.get(below)
                if type(value) is not np.float32 or below.form is not SCALAR:
                    value = fitted(function, i, value, F)
                    if sent is not None:
                        sent[i] = value
                if held is None:
                    buffers[below] = value
                elif type(held) is list or not summed:
                    self._arrive(below, function.port(i), value)
                elif below in owned:
                    np.add(held, value, held)
                else:
                    total = buffers[below] = held + value
                    if type(total) is ndarray:
                        owned.add(below)
            if sent is not None:
                self._tell(function, outs, sent)
            grad = outs = sent = value = held = total = None  # a leaf's gradient may be its own

    def _watched(self, function: Function, grad: Any) -> Sequence[Any]:
        """Run a Function with hooks, in anomaly mode, or whose gradient may be wanted itself."""
        if STATE.anomaly:
            return anomaly.watched(self._hooked, function, grad)
        return self._hooked(function, grad)

    def _hooked(self, function: Function, grad: Any) -> Sequence[Any]:
        grad, runs = self._before(function, grad)
        if not runs:
            return (None,) * len(function.below)
        if self.recorder is not None:
            self.recorder.visiting(function, listed(function, grad))
        outs = function.run(grad, self.namespace)
        sent = self._after(function, outs, grad)
        self._tell(function, outs, sent)
        return sent

    def _tell(self, function: Function, outs: Sequence[Any], sent: Sequence[Any]) -> None:
        """Tell the recorder what a Function gave; then the Function may let go of what it saved."""
        if self.recorder is not None:
            self.recorder.ran(function, outs, sent)
        if not self.keep and function.release() and self.recorder is not None:
            self.recorder.freed(function)

    def _runs(self, function: Function) -> bool:
        return self.needed is None or function in self.needed

    def _before(self, function: Function, grad: Any) -> tuple[Any, bool]:
        """What the hooks make of a Function's gradient, and whether it is to run."""
        grads = listed(function, grad)
        runs = self._runs(function)
        if runs:
            self._capture(function, grads)
            grads = call_prehooks(function, self._tensor_hooks(function, grads))
        else:
            self._capture(function, self._tensor_hooks(function, grads))
        return (grads if function.many else grads[0]), runs

    def _after(self, function: Function, outs: Sequence[Any], grad: Any) -> Sequence[Any]:
        """What goes along each edge once hooks have seen it."""
        sent = [
            None
            if value is None or below is None
            else self.policy.fit(function, i, value, self.namespace)
            for i, (below, value) in enumerate(zip(function.below, outs, strict=True))
        ]
        if function.extra is not None and function.extra.post:
            hooked = call_post_hooks(function, sent, listed(function, grad))
            sent = [
                value if value is None or below is None else self._cast(value, below.dtype)
                for below, value in zip(function.below, hooked, strict=True)
            ]
        return sent

    def _cast(self, value: Any, dtype: np.dtype[Any]) -> Any:
        return cast(value, dtype, self.namespace)

    def _arrive(self, function: Function, output: int, value: Any) -> None:
        """Add a contribution (or a seed, of whatever dtype) to what has come to a Function."""
        if value is not None and not is_tensor(value):
            value = self._cast(value, function.input_dtype(output))
        if function.many:
            slots = self.buffers[function]
            held = slots[output]
            if value is not None:
                slots[output] = value if held is None else self.policy.add(held, value)
        elif value is not None:
            held = self.buffers.get(function)
            self.buffers[function] = value if held is None else self.policy.add(held, value)

    def _accumulate(self, function: Function) -> None:
        """Give a leaf its gradient."""
        assert isinstance(function, AccumulateGrad)
        grad = self.buffers.pop(function, None)
        if type(function) is Untracked:
            return
        leaf = function.variable
        meta = leaf._meta
        hooked = meta is not None and meta.hooks is not None
        if hooked or function.extra is not None or self.captures is not None:
            grad, runs = self._before(function, grad)
            if not runs:
                return
        if grad is None:
            return
        if leaf._req:
            own = getrefcount(grad) == ALONE  # before `grad` is put in place as an argument, too
            self._store(function, leaf, grad, own)
        elif leaf._fn is not None:
            raise RuntimeError("leaf variable has been moved into the graph interior")
        if function.extra is not None:
            call_post_hooks(function, [], [grad])

    def _store(self, function: AccumulateGrad, leaf: Any, grad: Any, own: bool) -> None:
        before = None if leaf._grad is None else leaf._grad._data
        function.store(grad, own)
        if self.recorder is not None:
            self.recorder.stored(function, before, grad)
        meta = leaf._meta
        if meta is not None and meta.post_hooks:
            for hook in list(meta.post_hooks.values()):
                hook(leaf)

    def _capture(self, function: Function, grads: list[Any]) -> None:
        if not self.captures:
            return
        for output, value in enumerate(grads):
            for index in self.captures.get((function, output), ()):
                self.captured[index] = value

    def _tensor_hooks(self, function: Function, grads: list[Any]) -> list[Any]:
        extra = function.extra
        if function.sequence == LAST:
            meta = function.variable._meta
            if meta is not None and meta.hooks:
                return [call_tensor_hooks(meta.hooks, grads[0])]
            return grads
        if extra is None:
            return grads
        grads = list(grads)
        for output, hooks in extra.tensor_hooks.items():
            grads[output] = call_tensor_hooks(hooks, grads[output])
        for output, ref in extra.retains.items():
            tensor = ref()
            if tensor is not None and grads[output] is not None:
                before = None if tensor._grad is None else tensor._grad._data
                retain(tensor, grads[output])
                if self.recorder is not None:
                    assert tensor._grad is not None
                    self.recorder.retained(function, before, tensor._grad._data)
        return grads


def _clear(line: Line) -> None:
    for function in itertools.chain(line.functions, *(leaves for _, leaves in line.released)):
        function.arrived = None


def listed(function: Function, grad: Any) -> list[Any]:
    """A Function's gradient as hooks see it: one for each output."""
    if function.many:
        given: list[Any] = grad
        return given
    return [grad] if function.outputs == 1 else [grad, *[None] * (function.outputs - 1)]
