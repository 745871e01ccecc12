"""Copies with parts replaced: by masks, by numbers counted through, by slices, by reductions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.either import data_of, dtype_of
from engine.function import Function
from engine.inplace import inplace
from engine.kernels import along
from engine.ops.gather import row
from engine.ops.writing import corner, into
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any
Shape = tuple[int, ...]


# ---- reductions of what falls on one place -------------------------------------------------------


def _hits(F: Namespace, src: Array, places: Any, shape: Shape) -> Array:
    """How many sources fall on each place, as plain numbers."""
    out = np.zeros(shape, dtype_of(src))
    np.add.at(out, places, np.ones((), out.dtype))
    return out


def _reduced(self: Array, src: Array, places: Any, reduce: str, include_self: bool) -> Array:
    """`self` with every place's sources folded in."""
    out = np.array(self)
    if not include_self:
        low, high = _ends(out.dtype)
        out[places] = {"prod": 1, "amax": low, "amin": high}.get(reduce, 0)
    fold = {"prod": np.multiply, "amax": np.maximum, "amin": np.minimum}.get(reduce, np.add)
    fold.at(out, places, src)
    if reduce == "mean":
        count = _hits(None, np.asarray(self), places, self.shape) + int(include_self)
        count = np.maximum(count, 1)
        out = out / count if out.dtype.kind == "f" else np.floor_divide(out, count)
    return out.astype(self.dtype)


def _ends(dtype: Any) -> tuple[Any, Any]:
    """The smallest and the largest number there is."""
    if dtype.kind == "f":
        return -np.inf, np.inf
    return (False, True) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)


def _grad_of_self(
    F: Namespace, grad: Array, self: Array, src: Array, result: Array, places: Any, reduce: str,
    include_self: bool,
) -> Array:  # fmt: skip
    if not include_self and reduce != "prod":
        gone = np.zeros(self.shape, bool)
        gone[places] = True
        return F.where(F.constant(gone), F.zeros_like(grad), grad)
    if reduce == "mean":
        return grad / F.constant(_hits(F, self, places, self.shape) + 1)
    if reduce == "prod":
        return grad * _others(F, self, src, places, include_self)[0]
    if reduce in ("amax", "amin"):
        share = F.cast(self == result, dtype_of(grad))
        return share * grad / F.constant(_ties(self, src, result, places, include_self))
    return grad


def _grad_of_source(
    F: Namespace, grad: Array, self: Array, src: Array, result: Array, places: Any, reduce: str,
    include_self: bool,
) -> Array:  # fmt: skip
    if reduce == "mean":
        count = _hits(F, self, places, self.shape) + int(include_self)
        return F.index_read(grad / F.constant(np.maximum(count, 1)), places)
    if reduce == "prod":
        return F.index_read(grad, places) * _others(F, self, src, places, include_self)[1]
    if reduce in ("amax", "amin"):
        share = grad / F.constant(_ties(self, src, result, places, include_self))
        mine = F.cast(src == F.index_read(result, places), dtype_of(grad))
        return mine * F.index_read(share, places)
    return F.index_read(grad, places)


def _ties(self: Array, src: Array, result: Array, places: Any, include_self: bool) -> Array:
    """Among how many each place's extreme is shared."""
    found = data_of(result)
    count = (data_of(self) == found).astype(found.dtype)
    if not include_self:
        count[places] = 0
    np.add.at(count, places, (data_of(src) == found[places]).astype(found.dtype))
    return np.maximum(count, 1)


def _others(
    F: Namespace, self: Array, src: Array, places: Any, include_self: bool
) -> tuple[Array, Array]:
    """For every entry of both the product of the others that fall on its place."""
    shape, zero = tuple(self.shape), data_of(src) == 0
    safe = F.where(F.constant(zero), F.ones_like(src), src)
    logs = np.zeros(shape, dtype_of(src))
    np.add.at(logs, places, zero)
    many = _fold_products(F, safe, places, shape)
    whole = F.where(F.constant(logs > 0), F.zeros_like(many), many)
    kept = (
        self
        if include_self
        else F.where(F.constant(_touched(places, shape)), F.ones_like(self), self)
    )
    alone = F.index_read(many * kept, places)
    nonzero = F.where(F.constant(logs[places] > 0), F.zeros_like(alone), alone / safe)
    single = F.where(F.constant(zero & (logs[places] == 1)), alone, nonzero)
    mine = whole
    if not include_self:
        mine = F.where(F.constant(_touched(places, shape)), F.zeros_like(whole), F.ones_like(whole))
    return mine, single


def _touched(places: Any, shape: Shape) -> Array:
    out = np.zeros(shape, bool)
    out[places] = True
    return out


def _fold_products(F: Namespace, src: Array, places: Any, shape: Shape) -> Array:
    """The product of the sources on every place, one round of distinct places after another."""
    flat = np.broadcast_to(np.ravel_multi_index(_full(places, shape), shape), src.shape).reshape(-1)
    order = np.argsort(flat, kind="stable")
    first = np.searchsorted(flat[order], flat[order])
    turn = np.empty(len(flat), np.int64)
    turn[order] = np.arange(len(flat)) - first
    values = F.reshape(src, (len(flat),))
    out = F.constant(np.ones(math.prod(shape), dtype_of(src)))
    for k in range(int(turn.max(initial=-1)) + 1):
        mine = np.nonzero(turn == k)[0]
        rest = np.ones(math.prod(shape), bool)
        rest[flat[mine]] = False
        factor = F.index_backward(F.index_read(values, (mine,)), (math.prod(shape),), (flat[mine],))
        out = out * F.where(F.constant(rest), F.ones_like(factor), factor)
    return F.reshape(out, shape)


def _full(places: Any, shape: Shape) -> tuple[Array, ...]:
    grids = [
        np.arange(n)[place] if isinstance(place, slice) else place
        for place, n in zip(places, shape, strict=True)
    ]
    return tuple(np.broadcast_arrays(*grids))


class ScatterReduceBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, src: Array, *, places: Any, corner: Any, reduce: str,
        include_self: bool,
    ) -> Array:  # fmt: skip
        """self with the sources that fall on a place folded into it"""
        given = np.atleast_1d(src)[corner]
        out = _reduced(np.atleast_1d(self), given, places, reduce, include_self)
        return out.reshape(self.shape)[()]

    @tex(r"\bar{y} \cdot \frac{\partial y}{\partial x}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, src: Array, result: Array, places: Any,
        corner: Any, reduce: str, include_self: bool,
    ) -> Array:  # fmt: skip
        """What a place keeps of its own in the reduction."""
        given = F.index_read(row(F, src), corner)
        g, own, found = row(F, grad), row(F, self), row(F, result)
        out = _grad_of_self(F, g, own, given, found, places, reduce, include_self)
        return F.reshape(out, grad.shape)

    @tex(r"\bar{y}_{i} \cdot \frac{\partial y_{i}}{\partial s}")
    def grad_src(
        F: Namespace, grad: Array, self: Array, src: Array, result: Array, src_shape: Shape,
        places: Any, corner: Any, reduce: str, include_self: bool,
    ) -> Array:  # fmt: skip
        """What each source counts in the reduction of its place."""
        given = F.index_read(row(F, src), corner)
        g, own, found = row(F, grad), row(F, self), row(F, result)
        out = _grad_of_source(F, g, own, given, found, places, reduce, include_self)
        return into(F, out, src_shape)


_REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


def _scatter_arguments(self: Tensor, dim: int, index: Tensor, reduce: str) -> dict[str, Any]:
    d = check_dim(dim, self.ndim)
    if reduce not in _REDUCTIONS:
        raise RuntimeError(
            "reduce argument must be either sum, prod, mean, amax or amin, got " + reduce
        )
    places = along(np.atleast_1d(index._data), d)
    return {"places": places, "corner": corner(index), "reduce": reduce}


_SCATTERED = ((2, 3), {"dim": 1})


@op(
    "Index", "scatter ⊕",
    torch=(
        "torch.scatter_reduce({self}, {dim}, {index}, {src}, {reduce}, "
        "include_self={include_self})"
    ),
    defaults={"dim": 0, "reduce": "sum"},
    samples=tuple(
        ((3,), [0, 2, 2, 0], (4,), {"dim": 0, "reduce": reduce, "include_self": own})
        for reduce in _REDUCTIONS
        for own in (True, False)
    ),
    formula=r"y_j = x_j + \sum_{i_k = j} s_k",
)  # fmt: skip
def scatter_reduce(
    self: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy with the entries of `src` folded in at `index` along a dimension.

    `reduce` is sum, prod, mean, amax or amin; with `include_self` what stood there counts too.
    """
    given = _scatter_arguments(self, dim, index, reduce)
    return ScatterReduceBackward0.apply(self, src, include_self=include_self, **given)


def scatter_reduce_(
    self: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """scatter_reduce, in place."""
    given = _scatter_arguments(self, dim, index, reduce)
    return inplace(ScatterReduceBackward0, self, src, include_self=include_self, **given)


class IndexReduceBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, source: Array, *, places: Any, reduce: str, include_self: bool
    ) -> Array:
        """self with the slices that fall on a place folded into it"""
        own, given = np.atleast_1d(self), np.atleast_1d(source)
        return _reduced(own, given, places, reduce, include_self).reshape(self.shape)[()]

    @tex(r"\bar{y} \cdot \frac{\partial y}{\partial x}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, source: Array, result: Array, places: Any,
        reduce: str, include_self: bool,
    ) -> Array:  # fmt: skip
        """What a place keeps of its own in the reduction."""
        g, own, given, found = (row(F, x) for x in (grad, self, source, result))
        out = _grad_of_self(F, g, own, given, found, places, reduce, include_self)
        return F.reshape(out, grad.shape)

    @tex(r"\bar{y}_{i} \cdot \frac{\partial y_{i}}{\partial s}")
    def grad_source(
        F: Namespace, grad: Array, self: Array, source: Array, result: Array, places: Any,
        reduce: str, include_self: bool,
    ) -> Array:  # fmt: skip
        """What each slice counts in the reduction of its place."""
        g, own, given, found = (row(F, x) for x in (grad, self, source, result))
        out = _grad_of_source(F, g, own, given, found, places, reduce, include_self)
        return F.reshape(out, source.shape)


def _index_arguments(self: Tensor, dim: int, index: Tensor, source: Tensor) -> dict[str, Any]:
    d = check_dim(dim, self.ndim)
    grid = list(np.indices(source._data.shape or (1,), sparse=True))
    shape = [1] * len(grid)
    shape[d] = -1
    grid[d] = np.asarray(index._data).reshape(shape)
    return {"places": tuple(grid)}


def index_reduce(
    self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *,
    include_self: bool = True,
) -> Tensor:  # fmt: skip
    """A copy with slices of `source` folded in at `index`; `reduce` is prod, mean, amax or amin."""
    given = _index_arguments(self, dim, index, source)
    return IndexReduceBackward0.apply(
        self, source, reduce=reduce, include_self=include_self, **given
    )


def index_reduce_(
    self: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *,
    include_self: bool = True,
) -> Tensor:  # fmt: skip
    """index_reduce, in place."""
    given = _index_arguments(self, dim, index, source)
    return inplace(
        IndexReduceBackward0, self, source, reduce=reduce, include_self=include_self, **given
    )
