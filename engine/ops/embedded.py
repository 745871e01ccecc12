"""Copies with a part written over: a slice, a diagonal, the places of a mask."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.function import Function
from engine.inplace import inplace
from engine.ops.shape import broadcast_tensors, expand
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class _Written(Function):
    def forward(F: Namespace, self: Array, src: Array, *, places: Any) -> Array:
        """self with src at the places"""
        out = np.array(self)
        out[places] = src
        return out

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, places: Any) -> Array:
        """What was overwritten gets nothing."""
        return F.index_zeroed(grad, places)

    @tex(r"\bar{y}_{i}")
    def grad_src(F: Namespace, grad: Array, places: Any) -> Array:
        """What was written gets the gradient of where it was written."""
        return F.index_read(grad, places)


def _node(name: str) -> type[Function]:
    body = {k: _Written.__dict__[k] for k in ("forward", "grad_self", "grad_src")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(name, (Function,), body)


SelectScatterBackward0 = _node("SelectScatterBackward0")
SliceScatterBackward0 = _node("SliceScatterBackward0")
DiagonalScatterBackward0 = _node("DiagonalScatterBackward0")
_ALL = np.s_[:]


def _check_sizes(name: str, src: Tensor, wanted: Shape) -> None:
    if tuple(src.shape) != wanted:
        raise RuntimeError(
            f"expected src to have a size equal to the {name} of self. src size = "
            f"{list(src.shape)}, {name} size = {list(wanted)}"
        )


@op(
    "Index", "xᵢ←", torch="torch.select_scatter({self}, {src}, {dim}, {index})",
    defaults={"dim": 0, "index": 0}, samples=(((2, 3), (2,), {"dim": 1, "index": -1}),),
    formula=r"y_{j} = \begin{cases} s & j = i \\ x_j & \text{else} \end{cases}",
)  # fmt: skip
def select_scatter(self: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy with `src` written over one position of a dimension."""
    d = check_dim(dim, self.ndim)
    places = (*[_ALL] * d, index)
    _check_sizes("slice", src, self._data[places].shape)
    return SelectScatterBackward0.apply(self, src, places=places)


@op(
    "Index", "x[:]←", torch="torch.slice_scatter({self}, {src}, {dim}, {start}, {end}, {step})",
    samples=(((2, 4), (2, 2), {"dim": 1, "start": 0, "end": 4, "step": 2}),),
    formula=r"y = (x_1, \ldots, s, \ldots, x_n)",
)  # fmt: skip
def slice_scatter(
    self: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None,
    step: int = 1,
) -> Tensor:  # fmt: skip
    """A copy with `src` written over a slice of a dimension."""
    places = (*[_ALL] * check_dim(dim, self.ndim), slice(start, end, step))
    _check_sizes("slice", src, self._data[places].shape)
    return SliceScatterBackward0.apply(self, src, places=places)


@op(
    "Index", "⋱←", torch="torch.diagonal_scatter({self}, {src}, {offset}, {dim1}, {dim2})",
    samples=(((3, 3), (3,)), ((2, 3), (2,), {"offset": 1})),
    formula=r"y_{i j} = \begin{cases} s_i & i = j \\ x_{i j} & \text{else} \end{cases}",
)  # fmt: skip
def diagonal_scatter(
    self: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1
) -> Tensor:
    """A copy with `src` written over a diagonal."""
    numbers = np.arange(self.numel()).reshape(self._data.shape)
    lies = np.diagonal(numbers, offset, dim1, dim2)
    _check_sizes("slice", src, lies.shape)
    places = np.unravel_index(lies, self._data.shape)
    return DiagonalScatterBackward0.apply(self, src, places=places)


# ---- by a mask, and by numbers counted through ---------------------------------------------------


class MaskedScatterBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, mask: Array, source: Array) -> Array:
        """self with the entries of source, in order, where mask holds"""
        a, m = np.broadcast_arrays(self, mask)
        out = np.array(a)
        out[m] = source.reshape(-1)[: int(m.sum())]
        return out

    @tex(r"\bar{y} \cdot [\neg m]")
    def grad_self(F: Namespace, grad: Array, mask: Array) -> Array:
        """What was overwritten gets nothing."""
        return F.where(mask, F.zeros_like(grad), grad)

    @tex(r"(\bar{y}_j \mid m_j)")
    def grad_source(F: Namespace, grad: Array, mask: Array, source_shape: Shape) -> Array:
        """What was written gets the gradient of where it was written, the rest zeros."""
        data = np.asarray(mask._data if isinstance(mask, Tensor) else mask)
        places = np.nonzero(np.broadcast_to(data, grad.shape or (1,)))
        found = F.index_read(grad if grad.ndim else F.reshape(grad, (1,)), places)
        size = math.prod(source_shape)
        whole = F.index_backward(found, (size,), (np.arange(found.shape[0]),))
        return F.reshape(whole, source_shape)


def _check_mask(mask: Tensor, source: Tensor, shape: Shape) -> None:
    if mask.dtype.name != "bool":
        raise RuntimeError(
            "masked_scatter_ only supports boolean masks, but got mask with dtype "
            f"{mask.dtype.scalar_name}"
        )
    if source.numel() < int(np.broadcast_to(mask._data, shape).sum()):
        raise RuntimeError("Number of elements of source < number of ones in mask")


@op(
    "Index", "x[mask]←", torch="torch.masked_scatter({self}, {mask}, {source})",
    samples=(((2, 3), [True, False, True], (5,)),),
    formula=r"y = \begin{cases} s & m \\ x & \text{else} \end{cases}",
)  # fmt: skip
def masked_scatter(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy with the entries of `source`, in order, where the mask holds."""
    _check_mask(mask, source, tuple(broadcast_tensors(mask, self)[1].shape))
    return MaskedScatterBackward0.apply(self, mask, source)


def masked_scatter_(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """masked_scatter, in place."""
    _check_mask(mask, source, tuple(expand(mask, self.shape).shape))
    return inplace(MaskedScatterBackward0, self, mask, source)


class PutBackward0(Function):
    layout = "self"

    def forward(
        F: Namespace, self: Array, source: Array, *, places: Any, accumulate: bool
    ) -> Array:
        """self with source written (or added) at the places"""
        out = np.array(self).reshape(-1)
        if accumulate:
            np.add.at(out, places, source.reshape(places.shape))
        else:
            out[places] = source.reshape(places.shape)
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, places: Any, accumulate: bool) -> Array:
        """What was overwritten gets nothing; what was added to, everything."""
        if accumulate:
            return grad
        return F.reshape(F.index_zeroed(F.reshape(grad, (-1,)), (places,)), grad.shape)

    @tex(r"\bar{y}_{i}")
    def grad_source(F: Namespace, grad: Array, source_shape: Shape, places: Any) -> Array:
        """What was written gets the gradient of where it was written."""
        return F.reshape(F.index_read(F.reshape(grad, (-1,)), (places,)), source_shape)


def _counted(self: Tensor, index: Tensor) -> Any:
    return np.reshape(index._data, -1) % max(self.numel(), 1)


@op(
    "Index", "put", torch="torch.put({self}, {index}, {source}, {accumulate})",
    samples=(((2, 3), [0, 4], (2,)), ((2, 3), [0, 4, 0], (3,), {"accumulate": True})),
    formula=r"y_{i_k} = s_k, \quad y_j = x_j",
)  # fmt: skip
def put(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `source` at numbers counted row by row through the whole tensor."""
    return PutBackward0.apply(self, source, places=_counted(self, index), accumulate=accumulate)


def put_(self: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """put, in place."""
    places = _counted(self, index)
    return inplace(PutBackward0, self, source, places=places, accumulate=accumulate)
