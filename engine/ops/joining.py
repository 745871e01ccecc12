"""Several tensors in one: side by side, or one behind the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine import dtypes, memory
from engine.function import NOWHERE, Function, grad_edge
from engine.layout import channels_last, is_laid_out
from engine.modes import STATE
from engine.ops.shape import reshape, unsqueeze
from engine.registry import Tensors, op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any


class _Joined(Function):
    """A Function of any number of tensors: one edge and one contribution each."""

    @classmethod
    def join(cls, tensors: Sequence[Tensor], dim: int) -> Tensor:
        """Apply to a list of tensors."""
        if not tensors:
            raise RuntimeError("expected a non-empty list of Tensors")
        dtype = tensors[0].dtype
        for x in tensors[1:]:
            dtype = dtypes.promote(dtype, x.dtype)
        memory.room((sum(x._data.size for x in tensors),), dtype.np)
        data = cls.forward_data_of([dtypes.cast(x._data, dtype) for x in tensors], dim)
        out = wrap(data)
        if STATE.grad_enabled and data.dtype.kind == "f" and any(x.requires_grad for x in tensors):
            # First what is below: to ask a view for its edge may make a node, an older one.
            edges = tuple(grad_edge(x) if x.requires_grad else NOWHERE for x in tensors)
            node = cls.bare(data)
            node.edges = edges
            node.params = {"dim": dim, "shapes": tuple(x._data.shape for x in tensors)}
            if STATE.origin is not None:
                STATE.origin.made(node, tensors)
            out._fn = node
        return out

    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        """The arrays in one."""
        raise TypeError(cls)

    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """What each tensor gets of the gradient."""
        raise TypeError(self)

    def run(self, grad: Any, F: Namespace) -> Sequence[Any]:
        if grad is None:
            return (None,) * len(self.below)
        parts = self.parts(grad, F)
        return [p if f is not None else None for p, f in zip(parts, self.below, strict=True)]


class CatBackward0(_Joined):
    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        data = np.concatenate([a for a in arrays if not _skipped(a.shape)] or arrays[:1], dim)
        images = all(is_laid_out(a, channels_last) for a in arrays)
        return data if images else np.ascontiguousarray(data)

    @tex(r"(\bar{y}_{s}, \ldots, \bar{y}_{s + n - 1})")
    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """cat lines up its inputs: each gets its own piece of the gradient."""
        dim, start, found = self.params["dim"], 0, []
        for shape in self.params["shapes"]:
            if _skipped(shape):
                found.append(F.zeros(shape, grad))
                continue
            found.append(F.slice(grad, dim, start, start + shape[dim], 1))
            start += shape[dim]
        return found


def check_any(name: str, tensors: Sequence[Tensor]) -> None:
    """Raise RuntimeError if there is nothing to join."""
    if not len(tensors):
        raise RuntimeError(f"{name} expects a non-empty TensorList")


def _skipped(shape: Sequence[int]) -> bool:
    """A row of nothing fits beside everything, for torch's history's sake."""
    return tuple(shape) == (0,)


class StackBackward0(_Joined):
    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        return np.ascontiguousarray(np.stack(arrays, dim))

    @tex(r"\bar{y}_i")
    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """stack lines up its inputs: each gets its own slice of the gradient."""
        dim = self.params["dim"]
        return [F.select(grad, dim, i) for i in range(len(self.params["shapes"]))]


@op(
    "Shape", "cat", samples=(([(2, 3), (1, 3)],), ([(2, 1), (2, 3)], {"dim": 1})),
    formula=r"y = (x_1, x_2, \ldots)",
)  # fmt: skip
def cat(tensors: Tensors, dim: int = 0) -> Tensor:
    """Join tensors along a dimension they have."""
    parts = list(tensors)
    if not parts:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for i, x in enumerate(parts):
        if not x.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    counted = [(i, x) for i, x in enumerate(parts) if not _skipped(x.shape)]
    if not counted:
        return CatBackward0.join(parts, 0)
    first = counted[0][1]
    d = check_dim(dim, first.ndim)
    for i, x in counted:
        _check_cat(first, x, d, i)
    return CatBackward0.join(parts, d)


def _check_cat(first: Tensor, x: Tensor, dim: int, i: int) -> None:
    if x.ndim != first.ndim:
        raise RuntimeError(
            f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}"
        )
    for d, (a, b) in enumerate(zip(first.shape, x.shape, strict=True)):
        if d != dim and a != b:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {a} but got "
                f"size {b} for tensor number {i} in the list."
            )


@op("Shape", "stack", samples=(([(3,), (3,)],), ([(2,), (2,)], {"dim": 1})), formula=r"y_{i} = x_i")
def stack(tensors: Tensors, dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension."""
    parts = list(tensors)
    if not parts:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, x in enumerate(parts):
        if x.shape != parts[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(parts[0].shape)} at "
                f"entry 0 and {list(x.shape)} at entry {i}"
            )
    return StackBackward0.join(parts, check_dim(dim, parts[0].ndim + 1))


# ---- with dimensions added first -----------------------------------------------------------------


def _each(least: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """The op for one tensor, or for each of several."""

    def several(*tensors: Any) -> Any:
        if len(tensors) == 1 and is_tensor(tensors[0]):
            return least(tensors[0])
        listed = tensors[0] if len(tensors) == 1 else tensors
        return tuple(least(x) for x in listed)

    several.__name__, several.__doc__ = least.__name__.lstrip("_"), least.__doc__
    return several


def _atleast_1d(self: Tensor) -> Tensor:
    """At least one dimension."""
    return self if self.ndim else reshape(self, (1,))


def _atleast_2d(self: Tensor) -> Tensor:
    """At least two dimensions: a vector becomes a row."""
    if not self.ndim:
        return reshape(self, (1, 1))
    return unsqueeze(self, 0) if self.ndim == 1 else self


def _atleast_3d(self: Tensor) -> Tensor:
    """At least three dimensions: a vector lies along the second."""
    if not self.ndim:
        return reshape(self, (1, 1, 1))
    if self.ndim == 1:
        self = unsqueeze(self, 0)
    return unsqueeze(self, -1) if self.ndim == 2 else self


atleast_1d, atleast_2d, atleast_3d = map(_each, (_atleast_1d, _atleast_2d, _atleast_3d))


@op(
    "Shape", "hstack", samples=(([(2,), (3,)],), ([(2, 1), (2, 3)],)),
    formula=r"y = (x_1, x_2, \ldots)",
)  # fmt: skip
def hstack(tensors: Tensors) -> Tensor:
    """Side by side."""
    check_any("hstack", tensors)
    parts = [_atleast_1d(x) for x in tensors]
    return cat(parts, 0 if parts[0].ndim == 1 else 1)


@op("Shape", "vstack", samples=(([(3,), (3,)],), ([(1, 3), (2, 3)],)), formula=r"y_{i} = x_i")
def vstack(tensors: Tensors) -> Tensor:
    """One below the other."""
    check_any("vstack", tensors)
    return cat([_atleast_2d(x) for x in tensors], 0)
