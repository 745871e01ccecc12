"""The calls that start a backward pass: `Tensor.backward`, `autograd.backward`, `autograd.grad`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine import errors
from engine.function import grad_edge
from engine.loop import Captures, Run
from engine.tensor import Tensor, is_tensor, requires_grad, wrap


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
    run = Run(keep, create_graph, captures)
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
    run = Run(create_graph if retain_graph is None else retain_graph, create_graph, {})
    for index, x in enumerate(wanted):
        if not requires_grad(x):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        run.capture(grad_edge(x), index)
    run.execute(roots, seeds)
    return _collect(run, wanted, allow_unused or materialize_grads, materialize_grads)


def _collect(
    run: Run, wanted: Sequence[Tensor], allow_unused: bool, materialize: bool
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


def _restrict(run: Run, inputs: Iterable[Tensor]) -> None:
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
