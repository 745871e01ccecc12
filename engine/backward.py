"""The one backward loop: `Tensor.backward`, `autograd.grad` and the app all run this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine import errors, kernels
from engine.function import LAST, AccumulateGrad, Edge, Function, grad_edge
from engine.hooks import call_post_hooks, call_prehooks, call_tensor_hooks, retain
from engine.modes import STATE, enable_grad, no_grad
from engine.queue import ReadyQueue
from engine.tensor import Tensor, is_tensor, requires_grad, wrap

Array = Any
Captures = dict[tuple[Function, int], list[int]]


# ---- the calls people make -----------------------------------------------------------------------


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add the gradient of `tensors`, seeded with `grad_tensors`, to the leaves' `.grad`.

    Raises RuntimeError with PyTorch's sentence: no history, no scalar, a seed of another shape,
    freed or changed saved tensors.
    """
    wanted = None if inputs is None else _as_tuple(inputs)
    if wanted is not None and not wanted:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    roots = _as_tuple(tensors)
    seeds = _seeds(roots, _seed_arguments(roots, grad_tensors), create_graph)
    if create_graph:
        errors.warn(errors.CREATE_GRAPH_CYCLE, 3, once=True)
    keep = create_graph if retain_graph is None else retain_graph
    captures: Captures | None = None if wanted is None else {}
    run = _Run(keep, create_graph, captures)
    if wanted is not None:
        _restrict(run, wanted)
    run.execute(roots, seeds)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, as a tuple; `.grad` is left alone."""
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    roots, wanted = _as_tuple(outputs), _as_tuple(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    seeds = _seeds(roots, _seed_arguments(roots, grad_outputs), create_graph)
    run = _Run(create_graph if retain_graph is None else retain_graph, create_graph, {})
    for index, x in enumerate(wanted):
        if not requires_grad(x):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        run.capture(grad_edge(x), index)
    run.execute(roots, seeds)
    return _collect(run, wanted, allow_unused or materialize_grads, materialize_grads)


def _collect(
    run: _Run, wanted: Sequence[Tensor], allow_unused: bool, materialize: bool
) -> tuple[Tensor | None, ...]:
    found: list[Tensor | None] = []
    for index, x in enumerate(wanted):
        value = run.captured.get(index)
        if value is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {index} appears to not have been used in the "
                "graph. Set allow_unused=True if this is the desired behavior."
            )
        if value is None and materialize:
            value = np.zeros(x._data.shape, x._data.dtype)[()]
        found.append(value if value is None or is_tensor(value) else wrap(value))
    return tuple(found)


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return (x,) if is_tensor(x) else tuple(x)


def _seed_arguments(roots: Sequence[Tensor], given: Any) -> tuple[Any, ...]:
    if given is None:
        return (None,) * len(roots)
    return _as_tuple(given)


def _seeds(roots: Sequence[Tensor], given: Sequence[Any], create_graph: bool) -> list[Any]:
    """The gradient each root starts with, as arrays (as tensors with create_graph)."""
    seeds = [
        _seed(i, root, seed, create_graph)
        for i, (root, seed) in enumerate(zip(roots, given, strict=False))
    ]
    if len(given) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(given)} gradients")
    for i, root in enumerate(roots):
        if not requires_grad(root):
            raise RuntimeError(
                f"element {i} of tensors does not require grad and does not have a grad_fn"
            )
    return seeds


def _seed(i: int, root: Tensor, seed: Any, create_graph: bool) -> Any:
    if seed is None:
        if requires_grad(root) and root._data.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        ones = np.ones_like(root._data)
        return wrap(ones) if create_graph else ones if ones.ndim else ones[()]
    if not is_tensor(seed):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(seed).__name__}")
    if seed._data.shape != root._data.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {seed.shape} and output[{i}] has "
            f"a shape of {root.shape}."
        )
    return seed if create_graph else seed._data


def _restrict(run: _Run, inputs: Iterable[Tensor]) -> None:
    """`inputs=`: only these are accumulated into; a computed one keeps its gradient."""
    run.captures = {}
    for x in inputs:
        if not requires_grad(x):
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if not x.is_leaf:
            x.retain_grad()
        edge = grad_edge(x)
        assert edge.function is not None
        run.targets.add(edge.function)


# ---- the loop ------------------------------------------------------------------------------------


class _Run:
    """One backward pass: what is awaited where, what has arrived, what is wanted at the end."""

    __slots__ = (
        "buffers", "captured", "captures", "create_graph", "dependencies", "keep", "namespace",
        "needed", "recorder", "targets",
    )  # fmt: skip

    def __init__(self, keep: bool, create_graph: bool, captures: Captures | None) -> None:
        self.keep, self.create_graph, self.captures = keep, create_graph, captures
        self.captured: dict[int, Any] = {}
        self.targets: set[Function] = set()
        self.dependencies: dict[Function, int] = {}
        self.buffers: dict[Function, list[Any]] = {}
        self.needed: set[Function] | None = None
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

    def execute(self, roots: Sequence[Tensor], seeds: Sequence[Any]) -> None:
        """Run everything that is needed below the roots, in PyTorch's order."""
        edges = [grad_edge(root) for root in roots]
        if self.recorder is not None:
            self.recorder.started(roots, edges, seeds, self)
        self._count([e.function for e in edges if e.function is not None])
        if self.captures is not None:
            self._find_needed()
        with enable_grad() if self.create_graph else no_grad():
            self._loop(edges, seeds)

    def _count(self, roots: list[Function]) -> None:
        """For every Function below the roots: how many edges lead to it."""
        counts = self.dependencies
        if len(roots) > 1:  # several roots hang below one GraphRoot
            for root in roots:
                counts[root] = counts.get(root, 0) + 1
        seen = set(roots)
        todo = list(seen)
        while todo:
            for function, _ in todo.pop().edges:
                if function is not None:
                    counts[function] = counts.get(function, 0) + 1
                    if function not in seen:
                        seen.add(function)
                        todo.append(function)
        for root in roots:
            counts.setdefault(root, 0)

    def _find_needed(self) -> None:
        """The Functions on a path to something captured (or to an `inputs=` leaf)."""
        assert self.captures is not None
        ends = {function for function, _ in self.captures} | self.targets
        parents: dict[Function, list[Function]] = {}
        for function in self.dependencies:
            for below, _ in function.edges:
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

    def _loop(self, edges: Sequence[Edge], seeds: Sequence[Any]) -> None:
        queue = ReadyQueue()
        if len(edges) == 1:
            function = edges[0].function
            assert function is not None
            self._arrive(edges[0], seeds[0])
            queue.push(function)
        else:
            for edge, seed in zip(edges, seeds, strict=True):
                self._deliver(edge, seed, queue)
        while queue:
            function = queue.pop()
            grads = self.buffers.pop(function, None) or [None] * function.outputs
            for edge, value in self._visit(function, grads):
                self._deliver(edge, value, queue)

    def _visit(self, function: Function, grads: list[Any]) -> Iterable[tuple[Edge, Any]]:
        """Hooks, captures and the Function itself; gives what goes along each of its edges."""
        runs = self.needed is None or function in self.needed
        if runs:
            self._capture(function, grads)
            grads = self._tensor_hooks(function, grads)
        else:
            grads = self._tensor_hooks(function, grads)
            self._capture(function, grads)
            return ()
        if function.sequence == LAST:
            assert isinstance(function, AccumulateGrad)
            self._accumulate(function, grads)
            return ()
        grads = call_prehooks(function, grads)
        if self.recorder is not None:
            self.recorder.visiting(function, grads)
        outs = list(function.run(grads, self.namespace))
        if len(outs) != len(function.edges):
            raise RuntimeError(
                f"function {type(function).__name__} returned an incorrect number of gradients "
                f"(expected {len(function.edges)}, got {len(outs)})"
            )
        checked = [
            None if out is None or edge.function is None
            else self._validated(function, i, edge.function, out)
            for i, (edge, out) in enumerate(zip(function.edges, outs, strict=True))
        ]  # fmt: skip
        checked = call_post_hooks(function, checked, grads)
        if self.recorder is not None:
            self.recorder.ran(function, outs, checked)
        if not self.keep and function.release() and self.recorder is not None:
            self.recorder.freed(function)
        return zip(function.edges, checked, strict=True)

    def _accumulate(self, function: AccumulateGrad, grads: list[Any]) -> None:
        grads = call_prehooks(function, grads)
        if grads[0] is None:
            return
        leaf = function.variable
        before = None if leaf._grad is None else leaf._grad._data
        function.store(grads[0])
        if self.recorder is not None:
            self.recorder.stored(function, before, grads[0])
        meta = leaf._meta
        if meta is not None and meta.post_hooks:
            for hook in list(meta.post_hooks.values()):
                hook(leaf)
        call_post_hooks(function, [], grads)

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

    def _validated(self, function: Function, i: int, below: Function, out: Any) -> Any:
        """The contribution summed to the shape, and cast to the dtype, of the tensor it is for."""
        data = out._data if is_tensor(out) else out
        shape = below.input_shape(function.edges[i].output)
        if data.shape != shape:
            if not _expandable(shape, data.shape):
                raise RuntimeError(
                    f"Function {type(function).__name__} returned an invalid gradient at index {i} "
                    f"- got {list(data.shape)} but expected shape compatible with {list(shape)}"
                )
            out = sum_to(out, shape, self.namespace)
        if data.dtype != below.dtype:
            out = self.namespace.cast(out, below.dtype)
        return out

    def _arrive(self, edge: Edge, value: Any) -> None:
        function, output = edge
        assert function is not None
        if value is not None and not is_tensor(value) and value.dtype != function.dtype:
            value = value.astype(function.dtype)
        slots = self.buffers.get(function)
        if slots is None:
            slots = self.buffers[function] = [None] * function.outputs
        held = slots[output]
        slots[output] = value if held is None else held if value is None else held + value

    def _deliver(self, edge: Edge, value: Any, queue: ReadyQueue) -> None:
        function = edge.function
        if function is None:
            return
        left = self.dependencies[function] = self.dependencies[function] - 1
        self._arrive(edge, value)
        if left == 0 and self._is_wanted(function):
            queue.push(function)

    def _is_wanted(self, function: Function) -> bool:
        if self.needed is None or function in self.needed or function in self.targets:
            return True
        assert self.captures is not None
        return any(f is function for f, _ in self.captures)


def sum_to(grad: Any, shape: tuple[int, ...], F: Any) -> Any:
    """Undo broadcasting: sum leading extra dimensions away, then those that had size 1."""
    extra = grad.ndim - len(shape)
    grown = [i for i, n in enumerate(shape, extra) if n == 1 and grad.shape[i] != 1]
    dims = (*range(extra), *grown)
    out = F.sum(grad, dims, True) if dims else grad
    return F.reshape(out, shape) if extra else out


def _expandable(shape: tuple[int, ...], grown: tuple[int, ...]) -> bool:
    if len(shape) > len(grown):
        return False
    pairs = zip(reversed(shape), reversed(grown), strict=False)
    return all(a in (1, b) for a, b in pairs)
