"""Are the derivatives right?  Backward compared with finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backward import grad
from engine.factories import tensor
from engine.tensor import Tensor, is_tensor

Array = Any
Run = Callable[..., Any]


class GradcheckError(RuntimeError):
    """A derivative differs from what the function itself shows."""


def gradcheck(
    fn: Run,
    inputs: Any,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether backward through `fn(*inputs)` agrees with central differences.

    Inputs that require grad are to be float64.  Raises GradcheckError that names the output, the
    input and both Jacobians, or gives False with raise_exception=False.
    """
    given = _as_tuple(inputs)
    found = _first_difference(fn, given, eps, atol, rtol)
    if found and raise_exception:
        raise GradcheckError(found)
    return found is None


def gradgradcheck(
    fn: Run,
    inputs: Any,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """The same for the derivative of the derivative."""
    given = _as_tuple(inputs)
    outputs = [out for out in _floating(fn(*given)) if out.requires_grad]
    seeds = [_seed(out, k) for k, out in enumerate(outputs)]

    def first_derivative(*args: Any) -> tuple[Tensor, ...]:
        tracked, weights = args[: len(given)], args[len(given) :]
        wanted = [x for x in tracked if is_tensor(x) and x.requires_grad]
        outs = [out for out in _floating(fn(*tracked)) if out.requires_grad]
        if not outs:
            return ()
        found = grad(outs, wanted, weights, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None and g.requires_grad)

    return gradcheck(first_derivative, (*given, *seeds), eps, atol, rtol, raise_exception)


def _seed(out: Tensor, k: int) -> Tensor:
    """Weights for an output, none alike, that may themselves be differentiated by."""
    weights = np.cos(np.arange(1.0, out.numel() + 1) + k).reshape(tuple(out.shape))
    return tensor(weights, dtype=out.dtype, requires_grad=True)


def _first_difference(
    fn: Run, inputs: tuple[Any, ...], eps: float, atol: float, rtol: float
) -> str | None:
    outputs = _floating(fn(*inputs))
    for o, out in enumerate(outputs):
        if not out.requires_grad:
            continue
        for i, x in enumerate(inputs):
            if not (is_tensor(x) and x.requires_grad):
                continue
            numerical = _numerical(fn, inputs, o, i, eps)
            analytical = _analytical(out, x)
            if not np.allclose(analytical, numerical, rtol, atol, equal_nan=True):
                return (
                    f"Jacobian mismatch for output {o} with respect to input {i},\n"
                    f"numerical:{numerical}\nanalytical:{analytical}\n"
                )
    return None


def _analytical(out: Tensor, x: Tensor) -> Array:
    """The Jacobian (out.numel(), x.numel()), a backward pass for each row."""
    rows = []
    for k in range(out.numel()):
        seed = np.zeros(out.numel())
        seed[k] = 1
        shaped = tensor(seed.reshape(tuple(out.shape)), dtype=out.dtype)
        (found,) = grad(out, x, shaped, retain_graph=True, allow_unused=True)
        rows.append(np.zeros(x.numel()) if found is None else np.ravel(found.detach()._data))
    return np.array(rows).reshape(out.numel(), x.numel())


def _numerical(fn: Run, inputs: tuple[Any, ...], output: int, i: int, eps: float) -> Array:
    """The same by central differences, a pair of calls for each column."""
    x = inputs[i]
    columns = []
    for k in range(x.numel()):
        ends = []
        for step in (eps, -eps):
            moved = np.array(x._data, dtype=x._data.dtype)
            moved.reshape(-1)[k] += step
            there = tensor(moved, requires_grad=True)
            args = (*inputs[:i], there, *inputs[i + 1 :])
            ends.append(np.array(_floating(fn(*args))[output]._data))
        columns.append(np.ravel(ends[0] - ends[1]) / (2 * eps))
    return np.array(columns).T.reshape(-1, x.numel())


def _as_tuple(inputs: Any) -> tuple[Any, ...]:
    return (inputs,) if is_tensor(inputs) else tuple(inputs)


def _floating(result: Any) -> list[Tensor]:
    outs = (result,) if is_tensor(result) else tuple(result)
    return [out for out in outs if out.is_floating_point()]
