"""Writing by index tensors: scatter and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.gather import check_bounds, check_ranks, places_of, row, rows_of
from engine.ops.index import IndexPutBackward0
from engine.promote import checked
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _keys(indices: Any) -> tuple[Any, ...]:
    return tuple(np.s_[:] if i is None else i._data for i in indices)


def index_put(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with values written (or added) at index tensors."""
    return IndexPutBackward0.apply(self, values, index=_keys(indices), accumulate=accumulate)


def _check_scattered(self: Tensor, index: Tensor, src: Any, dim: int) -> None:
    """Raises RuntimeError unless there is a place and a source for every index."""
    check_ranks(self, index, "self")
    if is_tensor(src):
        check_ranks(src, index, "src")
        if src.dtype is not self.dtype:
            raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    source = (src.shape or (1,)) if is_tensor(src) else index.shape
    too_far = any(
        n > s or (d != dim and n > m)
        for d, (n, m, s) in enumerate(zip(index.shape, self.shape, source, strict=False))
    )
    if too_far:
        beside = f"to be no larger size than src {list(source)}" if is_tensor(src) else ""
        raise RuntimeError(
            f"Expected index {list(index.shape)} to be no larger than self {list(self.shape)} "
            f"apart from dimension {dim}" + (f" and {beside}" if beside else "")
        )
    check_bounds(index, dim, self.shape[dim] if self.ndim else 1)


class ScatterBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, index: Array, src: Array, *, dim: int, places: Any
    ) -> Array:
        """self with src written at index along dim"""
        out = np.array(self, ndmin=1)
        if index.size:
            out[places] = np.atleast_1d(src)[corner(index)]
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, index: Array, places: Any) -> Array:
        """What was overwritten gets nothing."""
        return F.reshape(F.index_zeroed(row(F, grad), places), grad.shape) if index.size else grad

    @tex(r"\bar{y}_{i}")
    def grad_src(F: Namespace, grad: Array, index: Array, src_shape: Shape, places: Any) -> Array:
        """What was written gets the gradient of where it was written."""
        return into(F, F.index_read(row(F, grad), places), src_shape)


def corner(index: Array) -> tuple[slice, ...]:
    """As much of a source as there are indices."""
    return tuple(np.s_[:n] for n in index.shape or (1,))


def into(F: Namespace, part: Array, shape: Shape) -> Array:
    """`part` in the first corner of zeros of `shape`."""
    if tuple(part.shape) == tuple(shape):
        return part
    if 0 in part.shape:
        return F.zeros(shape, part)
    if not shape:
        return F.reshape(part, ())
    return F.index_backward(part, shape, tuple(np.ogrid[tuple(np.s_[:n] for n in part.shape)]))


class ScatterBackward1(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, index: Array, *, value: float, dim: int, places: Any
    ) -> Array:
        """self with one value written at index along dim"""
        out = np.array(self, ndmin=1)
        if index.size:
            out[places] = value
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, index: Array, places: Any) -> Array:
        """What was overwritten gets nothing."""
        return F.reshape(F.index_zeroed(row(F, grad), places), grad.shape) if index.size else grad


class ScatterReduced(Function):
    def forward(
        F: Namespace, self: Array, index: Array, src: Array, *, places: Any, reduce: str
    ) -> Array:
        """self with src added or multiplied in at index along dim"""
        out = np.array(self, ndmin=1)
        source = np.broadcast_to(src, index.shape) if not np.ndim(src) else src
        (np.add if reduce == "add" else np.multiply).at(
            out, places, np.atleast_1d(source)[corner(index)].astype(out.dtype)
        )
        return out.reshape(self.shape)[()]

    def grad_self(grad: Array) -> Array:
        """PyTorch has no derivative for it."""
        raise RuntimeError("derivative for aten::scatter is not implemented")


ScatterReduced.__name__ = "NotImplemented"


def scatter(
    self: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None,
    reduce: str | None = None,
) -> Tensor:  # fmt: skip
    """A copy with entries of `src` (or one value) written at `index` along a dimension."""
    d = check_dim(dim, self.ndim)
    given = value if src is None else src
    _check_scattered(self, index, given, d)
    places = places_of(index, d)
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        return ScatterReduced.apply(self, index, given, places=places, reduce=reduce)
    if is_tensor(given):
        return ScatterBackward0.apply(self, index, given, dim=d, places=places)
    return ScatterBackward1.apply(self, index, value=given, dim=d, places=places)


class ScatterAddBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, index: Array, src: Array, *, dim: int, places: Any
    ) -> Array:
        """self with src added at index along dim"""
        out = np.array(self, ndmin=1)
        if index.size:
            np.add.at(out, places, np.atleast_1d(src)[corner(index)])
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """What is added to gets the gradient as it is."""
        return grad

    @tex(r"\bar{y}_{i}")
    def grad_src(F: Namespace, grad: Array, index: Array, src_shape: Shape, places: Any) -> Array:
        """What was added gets the gradient of where it was added."""
        return into(F, F.index_read(row(F, grad), places), src_shape)


@op(
    "Index", "scatter +", torch="torch.scatter_add({self}, {dim}, {index}, {src})",
    defaults={"dim": 0}, samples=(((3,), [0, 2, 2, 0], (4,), {"dim": 0}),),
    formula=r"y_j = x_j + \sum_{i_k = j} s_k",
)  # fmt: skip
def scatter_add(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy with entries of `src` added at `index` along a dimension."""
    d = check_dim(dim, self.ndim)
    _check_scattered(self, index, src, d)
    return ScatterAddBackward0.apply(self, index, src, dim=d, places=places_of(index, d))


class IndexAddBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, index: Array, source: Array, *, dim: int, alpha: float = 1
    ) -> Array:
        """self with slices of source added at index along dim"""
        out = np.array(self, ndmin=1)
        share = source if alpha == 1 else source * checked(alpha, self.dtype)
        np.add.at(out, rows_of(index, dim), share)
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """What is added to gets the gradient as it is."""
        return grad

    @tex(r"\alpha \bar{y}_{i}")
    def grad_source(
        F: Namespace, grad: Array, index: Array, source_shape: Shape, dim: int, alpha: float
    ) -> Array:
        """What was added gets the gradient of where it was added."""
        out = F.reshape(F.index_read(row(F, grad), rows_of(index, dim)), source_shape)
        return out if alpha == 1 else out * alpha


def index_add(self: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """A copy with slices of `source` added at the numbers in `index`."""
    d = check_dim(dim, self.ndim)
    rest, slices = (
        [n for k, n in enumerate(x.shape) if k != d or not self.ndim] for x in (self, source)
    )
    if rest != slices and self.ndim and source.ndim:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(self.shape)} source.shape = {list(source.shape)}"
        )
    return IndexAddBackward0.apply(self, index, source, dim=d, alpha=alpha)


class IndexCopyBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, index: Array, source: Array, *, dim: int) -> Array:
        """self with slices of source written at index along dim"""
        out = np.array(self, ndmin=1)
        out[rows_of(index, dim)] = source
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, index: Array, dim: int) -> Array:
        """What was overwritten gets nothing."""
        return F.reshape(F.index_zeroed(row(F, grad), rows_of(index, dim)), grad.shape)

    @tex(r"\bar{y}_{i}")
    def grad_source(
        F: Namespace, grad: Array, index: Array, source_shape: Shape, dim: int
    ) -> Array:
        """What was written gets the gradient of where it was written."""
        return F.reshape(F.index_read(row(F, grad), rows_of(index, dim)), source_shape)


def index_copy(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy with slices of `source` written at the numbers in `index`."""
    return IndexCopyBackward0.apply(self, index, source, dim=check_dim(dim, self.ndim))


class IndexFillBackward0(Function):
    layout = "self"

    def forward(F: Namespace, self: Array, index: Array, *, dim: int, value: float) -> Array:
        """self with one value in the slices at index along dim"""
        out = np.array(self)
        if out.ndim:
            out[rows_of(index, dim)] = value
        elif index.size:
            out[...] = value
        return out

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, index: Array, dim: int) -> Array:
        """What was overwritten gets nothing."""
        return F.reshape(F.index_zeroed(row(F, grad), rows_of(index, dim)), grad.shape)


class IndexFillBackward1(Function):
    layout = "self"

    def forward(F: Namespace, self: Array, index: Array, value: Array, *, dim: int) -> Array:
        """self with one value in the slices at index along dim"""
        return IndexFillBackward0.forward(F, self, index, dim=dim, value=value)

    grad_self = IndexFillBackward0.__dict__["grad_self"].__func__

    @tex(r"\sum_i \bar{y}_{i}")
    def grad_value(F: Namespace, grad: Array, index: Array, dim: int) -> Array:
        """The value gets the gradients of all places it was written to."""
        places = np.unique(index._data if is_tensor(index) else index)
        return F.sum(F.index_read(row(F, grad), rows_of(places, dim)))


def index_fill(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy with one value in the slices whose numbers are in `index`."""
    d = check_dim(dim, self.ndim)
    if is_tensor(value):
        if value.ndim:
            raise RuntimeError(
                "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.ndim} dimension(s)."
            )
        return IndexFillBackward1.apply(self, index, value, dim=d)
    return IndexFillBackward0.apply(self, index, dim=d, value=value)
