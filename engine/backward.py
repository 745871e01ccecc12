"""The calls that start a backward pass: `Tensor.backward`, `autograd.backward`, `autograd.grad`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine import dtypes, errors
from engine.function import Edge, Function, Untracked, grad_edge
from engine.loop import Captures, Run
from engine.size import Size
from engine.tensor import Tensor, is_tensor, requires_grad, wrap


class GradientEdge(NamedTuple):
    """Stands for a tensor in a backward call: the node that made it, and which output of it.

    `ownership_token` keeps alive what has to live as long as the edge.
    """

    node: Function
    output_nr: int
    ownership_token: Any = None


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
    if grad_variables is not None:
        grad_tensors = _renamed(grad_tensors, grad_variables)
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
    run.execute([_edge(root) for root in roots], seeds)


def _renamed(grad_tensors: Any, grad_variables: Any) -> Any:
    errors.warn(
        "`grad_variables` is deprecated. Use `grad_tensors` instead.", 3, kind=FutureWarning
    )
    if grad_tensors is not None:
        raise RuntimeError(
            "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to "
            "`backward()`. Please only use `grad_tensors`."
        )
    return grad_variables


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of `outputs` with respect to `inputs`, as a tuple; `.grad` is left alone.

    With is_grads_batched the first dimension of each of `grad_outputs` counts different seeds, and
    so does that of each result.  Raises RuntimeError as `backward` does, and for unused inputs.
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    roots, wanted = _as_tuple(outputs), _as_tuple(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if not only_inputs:
        errors.warn(_ONLY_INPUTS, 2, kind=FutureWarning)
    given = _seed_arguments(roots, grad_outputs)
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        found = _batched(roots, wanted, given, create_graph, allow_unused)
    else:
        found = _gradients(roots, wanted, given, keep, create_graph, allow_unused)
    return _materialized(found, wanted, create_graph) if materialize_grads else tuple(found)


_ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
    "gradient for other parts of the graph, please use torch.autograd.backward."
)


def _gradients(
    roots: Sequence[Any], wanted: Sequence[Any], given: Sequence[Any],
    keep: bool, create_graph: bool, allow_unused: bool,
) -> list[Tensor | None]:  # fmt: skip
    seeds = _seeds(roots, given, create_graph)
    run = Run(keep, create_graph, {})
    for index, x in enumerate(wanted):
        run.capture(_edge_of_input(x), index)
    run.execute([_edge(root) for root in roots], seeds)
    found: list[Tensor | None] = []
    tensors: dict[int, Tensor] = {}
    for index in range(len(wanted)):
        value = run.captured.get(index)
        if value is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {index} appears to not have been used in the "
                "graph. Set allow_unused=True if this is the desired behavior."
            )
        if value is not None and not is_tensor(value):  # what was delivered twice is one tensor
            value = tensors.setdefault(id(value), wrap(value))
        found.append(value)
    return found


def _batched(
    roots: Sequence[Any], wanted: Sequence[Any], given: Sequence[Any],
    create_graph: bool, allow_unused: bool,
) -> list[Tensor | None]:  # fmt: skip
    """One pass for each row of the seeds; the results are stacked."""
    from engine.ops import TENSORS

    for i, (root, seed) in enumerate(zip(roots, given, strict=False)):
        if is_tensor(seed) and seed._data.shape[1:] != _metadata(root)[0]:
            raise RuntimeError(_wrong_batch(i, Size(seed._data.shape[2:]), _metadata(root)[0]))
        if seed is None:
            _seed(i, root, None, create_graph)
    sizes = {seed._data.shape[0] for seed in given if is_tensor(seed)}
    if len(sizes) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{[s._data.shape[0] for s in given if is_tensor(s)]} for the mapped dimension"
        )
    rows = [
        _gradients(roots, wanted, [g if g is None else g[row] for g in given],
                   True, create_graph, allow_unused)
        for row in range(max(sizes, default=0))
    ]  # fmt: skip
    return [
        None if any(part is None for part in column) else TENSORS.stack(list(column))
        for column in zip(*rows, strict=True)
    ]


def _wrong_batch(i: int, found: Any, wanted: Any) -> str:
    return (
        "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the "
        "batch dimension. The sizes of the remaining dimensions are expected to match the shape of "
        f"corresponding output, but a mismatch was detected: grad_output[{i}] has a shape of "
        f"{found} and output[{i}] has a shape of {Size(wanted)}. If you only want some tensors in "
        "`grad_output` to be considered batched, consider using vmap."
    )


def _materialized(
    found: Sequence[Tensor | None], wanted: Sequence[Any], create_graph: bool
) -> tuple[Tensor | None, ...]:
    if any(f is None and not is_tensor(x) for f, x in zip(found, wanted, strict=True)):
        raise RuntimeError(
            "materialize_grads cannot be used when the given input is a GradientEdge"
        )
    return tuple(
        wrap(np.zeros(x._data.shape, x._data.dtype)[()]).requires_grad_(create_graph)
        if f is None
        else f
        for f, x in zip(found, wanted, strict=True)
    )


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return (x,) if is_tensor(x) or type(x) is GradientEdge else tuple(x)


def _edge(x: Any) -> Edge:
    return Edge(x.node, x.output_nr) if type(x) is GradientEdge else grad_edge(x)


def _edge_of_input(x: Any) -> Edge:
    """Where the gradient of an input arrives; raises RuntimeError if it is none or has none."""
    if type(x) is GradientEdge:
        return _edge(x)
    if not is_tensor(x):
        raise RuntimeError(
            f"all inputs have to be Tensors or GradientEdges, but got {type(x).__name__}"
        )
    if not requires_grad(x):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return grad_edge(x)


def _metadata(root: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and the dtype a root's gradient has."""
    if type(root) is GradientEdge:
        return root.node.input_shape(root.output_nr), root.node.input_dtype(root.output_nr)
    if not is_tensor(root):
        raise AssertionError("Expected output to be a torch.Tensor")
    return root._data.shape, root._data.dtype


def _seed_arguments(roots: Sequence[Any], given: Any) -> tuple[Any, ...]:
    if given is None:
        return (None,) * len(roots)
    return (given,) if is_tensor(given) else tuple(given)


def _seeds(roots: Sequence[Any], given: Sequence[Any], create_graph: bool) -> list[Any]:
    """The gradient each root starts with, as arrays (as tensors with create_graph)."""
    seeds = [
        _seed(i, root, seed, create_graph)
        for i, (root, seed) in enumerate(zip(roots, given, strict=False))
    ]
    if len(given) < len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(given)} gradients")
    for i, root in enumerate(roots):
        if is_tensor(root) and not _leads_somewhere(root):
            raise RuntimeError(
                f"element {i} of tensors does not require grad and does not have a grad_fn"
            )
    return seeds


def _leads_somewhere(root: Tensor) -> bool:
    if root._fn is not None and root._meta is None:
        return True
    return requires_grad(root) and type(grad_edge(root).function) is not Untracked


def _seed(i: int, root: Any, seed: Any, create_graph: bool) -> Any:
    shape, dtype = _metadata(root)
    if seed is None:
        if type(root) is GradientEdge or requires_grad(root):
            _check_single(shape, dtype)
        ones = np.ones(shape, dtype) if shape else dtype.type(1)
        return wrap(ones) if create_graph else ones
    if not is_tensor(seed):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(seed).__name__}")
    if seed._data.shape != shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {seed.shape} and output[{i}] has "
            f"a shape of {Size(shape)}."
        )
    if seed._data.dtype != dtype:
        seed = seed.to(dtypes.of(dtype))
    return seed if create_graph else seed._data


def _check_single(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if math.prod(shape) != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if dtype.kind != "f":
        raise RuntimeError(
            "grad can be implicitly created only for real scalar outputs but got "
            f"{dtypes.of(dtype)}"
        )


def _restrict(run: Run, inputs: Iterable[Any]) -> None:
    """`inputs=`: only these are accumulated into; a computed one keeps its gradient."""
    run.captures = {}
    for x in inputs:
        if is_tensor(x):
            if not requires_grad(x):
                raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
            if not x.is_leaf:
                x.retain_grad()
        edge = _edge_of_input(x)
        assert edge.function is not None
        run.targets.add(edge.function)
