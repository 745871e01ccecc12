"""Reading by index tensors: gather and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import memory
from engine.function import Function
from engine.kernels import along
from engine.ops.shape import expand, flatten
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def places_of(index: Tensor, dim: int) -> tuple[Array, ...]:
    """For every entry of `index`, the place along `dim` it stands for."""
    return along(np.atleast_1d(index._data), dim)


def check_bounds(index: Tensor, dim: int, size: int) -> None:
    data = np.asarray(index._data)
    bad = data[(data < 0) | (data >= size)]
    if bad.size:
        raise RuntimeError(
            f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {size}"
        )


def _check_kind(name: str, index: Tensor) -> None:
    if index.numel() and index.dtype.name not in ("int64", "int32"):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def check_ranks(self: Tensor, index: Tensor, whose: str) -> None:
    """A number counts as one entry; raises RuntimeError for any other difference in rank."""
    if index.numel() and max(self.ndim, 1) != max(index.ndim, 1):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as {whose} tensor"
        )


def row(F: Namespace, x: Array) -> Array:
    """A number as a row of one."""
    return x if x.ndim else F.reshape(x, (1,))


class GatherBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, index: Array, *, dim: int, places: Any) -> Array:
        """The entries at index along dim"""
        if not index.size:
            return np.zeros(index.shape, self.dtype)
        return np.atleast_1d(self)[places].reshape(index.shape)[()]

    @tex(r"\sum_{i_k = j} \bar{y}_k")
    def grad_self(F: Namespace, grad: Array, index: Array, self_shape: Shape, places: Any) -> Array:
        """An entry collects the gradients of all places it was read for."""
        if 0 in grad.shape:
            return F.zeros(self_shape, grad)
        found = F.index_backward(row(F, grad), self_shape or (1,), places)
        return F.reshape(found, self_shape)


@op(
    "Index", "gather", torch="torch.gather({self}, {dim}, {index})", defaults={"dim": 0},
    samples=(((2, 3), [[0, 2], [1, 1]], {"dim": 1}), ((3,), [0, 0, 2, 1], {"dim": 0})),
    formula=r"y_{j} = x_{i_j}",
)  # fmt: skip
def gather(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """Entries picked along a dimension, by an index for every place of the result."""
    d = check_dim(dim, self.ndim)
    _check_kind("gather", index)
    check_ranks(self, index, "input")
    for n, (size, limit) in enumerate(zip(index.shape, self.shape, strict=False)):
        if n != d and size > limit:
            raise RuntimeError(
                f"Size does not match at dimension {n} expected index {list(index.shape)} to be no "
                f"larger than self {list(self.shape)} apart from dimension {d}"
            )
    check_bounds(index, d, self.shape[d] if self.ndim else 1)
    return GatherBackward0.apply(self, index, dim=d, places=places_of(index, d))


class IndexSelectBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, index: Array, *, dim: int) -> Array:
        """The slices at index along dim"""
        if self.ndim:
            rows = self.shape[:dim] + self.shape[dim + 1 :]
            memory.room((np.size(index), *rows), self.dtype)
        return np.take(self, np.atleast_1d(index), dim) if self.ndim else self

    @tex(r"\sum_{i_k = j} \bar{y}_k")
    def grad_self(F: Namespace, grad: Array, index: Array, self_shape: Shape, dim: int) -> Array:
        """A slice collects the gradients of all places it was read for."""
        return F.index_backward(grad, self_shape, rows_of(index, dim)) if self_shape else grad


def rows_of(index: Any, dim: int) -> tuple[Any, ...]:
    data = np.atleast_1d(index._data if is_tensor(index) else index)
    return (np.s_[:],) * dim + (data,)


@op(
    "Index", "select rows", torch="torch.index_select({self}, {dim}, {index})", defaults={"dim": 0},
    samples=(((3, 2), [0, 2, 0], {"dim": 0}), ((2, 3), [1], {"dim": 1})),
    formula=r"y_{j} = x_{i_j}",
)  # fmt: skip
def index_select(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices with the given numbers along a dimension."""
    d = check_dim(dim, self.ndim)
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    data = np.asarray(index._data)
    if not self.ndim and data.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {data.size} value(s)"
        )
    if data.size and (data.min() < 0 or data.max() >= (self.shape[d] if self.ndim else 1)):
        raise IndexError("index out of range in self")
    return IndexSelectBackward0.apply(self, index, dim=d)


class TakeBackward0(Function):
    def forward(F: Namespace, self: Array, index: Array) -> Array:
        """The entries at index, counted through the whole tensor"""
        return np.ravel(self)[index]

    @tex(r"\sum_{i_k = j} \bar{y}_k")
    def grad_self(F: Namespace, grad: Array, self: Array, index: Array, self_shape: Shape) -> Array:
        """An entry collects the gradients of all places it was read for."""
        data = index._data if is_tensor(index) else index
        flat = F.index_backward(grad, (int(np.prod(self_shape)),), (data,))
        return F.reshape(flat, self_shape)


@op("Index", "take", samples=(((2, 3), [0, 4, 0]),), formula=r"y_{j} = x_{i_j}")
def take(self: Tensor, index: Tensor) -> Tensor:
    """The entries with the given numbers, counted row by row through the whole tensor."""
    n, wanted = self.numel(), np.asarray(index._data)
    if wanted.size and not n:
        raise IndexError("take(): tried to take from an empty tensor")
    for i in wanted[(wanted >= n) | (wanted < -n)].flat:
        raise IndexError(f"out of range: tried to access index {i} on a tensor of {n} elements.")
    return TakeBackward0.apply(self, index)


def take_along_dim(self: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """gather, with shapes made to fit by broadcasting; over everything without `dim`.

    Along a `dim`, a number beyond its size starts again from its beginning.
    """
    if dim is None:
        return gather(flatten(self), 0, flatten(indices))
    d = check_dim(dim, self.ndim)
    if self.numel():
        indices = wrap(np.remainder(indices._data, self.shape[d] if self.ndim else 1))
    mine, theirs = list(self.shape), list(indices.shape)
    batch = np.broadcast_shapes((*mine[:d], 1, *mine[d + 1 :]), (*theirs[:d], 1, *theirs[d + 1 :]))
    wide = expand(self, (*batch[:d], mine[d], *batch[d + 1 :]))
    return gather(wide, d, expand(indices, (*batch[:d], theirs[d], *batch[d + 1 :])))


class MaskedSelectBackward0(Function):
    def forward(F: Namespace, self: Array, mask: Array) -> Array:
        """The entries where mask holds"""
        a, m = np.broadcast_arrays(self, mask)
        return a[m]

    @tex(r"\bar{y} \cdot [m]")
    def grad_self(F: Namespace, grad: Array, self: Array, mask: Array, self_shape: Shape) -> Array:
        """What was selected gets its gradient, the rest gets zeros."""
        data = np.asarray(mask._data if is_tensor(mask) else mask)
        shape = np.broadcast_shapes(self_shape, data.shape)
        places = np.nonzero(np.broadcast_to(data, shape or (1,)))
        return F.reshape(F.index_backward(grad, shape or (1,), places), shape)


@op("Index", "x[mask]", samples=(((2, 3), [True, False, True]),), formula=r"y = (x_j \mid m_j)")
def masked_select(self: Tensor, mask: Tensor) -> Tensor:
    """The entries where the mask holds, in one dimension."""
    if mask.dtype.name != "bool":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    return MaskedSelectBackward0.apply(self, mask)


# ---- no gradient ---------------------------------------------------------------------------------


def nonzero(self: Tensor, *, as_tuple: bool = False) -> Any:
    """Where the entries are that are not zero, a row of indices for each."""
    if as_tuple:
        return tuple(wrap(i) for i in np.nonzero(np.atleast_1d(self._data)))
    return wrap(np.argwhere(self._data))


argwhere = nonzero


def bincount(self: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 on occurs."""
    return wrap(np.bincount(self._data, None if weights is None else weights._data, minlength))


def one_hot(self: Tensor, num_classes: int = -1) -> Tensor:
    """A row for every class number, 1 at its place."""
    count = int(self._data.max()) + 1 if num_classes == -1 else num_classes
    if np.any(self._data >= count):
        raise RuntimeError("Class values must be smaller than num_classes.")
    memory.room((*self._data.shape, count), np.dtype(np.int64))
    rows = np.asarray(self._data)[..., None] == np.arange(count)
    return wrap(rows.astype(np.int64, order="C"))


class EmbeddingBackward0(Function):
    def forward(F: Namespace, weight: Array, indices: Array, *, padding_idx: int = -1) -> Array:
        """The rows at indices"""
        memory.room((*np.shape(indices), *weight.shape[1:]), weight.dtype)
        return weight[indices]

    @tex(r"\sum_{x_k = j} \bar{y}_k")
    def grad_weight(
        F: Namespace, grad: Array, indices: Array, weight_shape: Shape, padding_idx: int
    ) -> Array:
        """A row collects the gradients of all places it was read for; the padding's row none."""
        data = np.asarray(indices._data if is_tensor(indices) else indices)
        kept = F.constant((data != padding_idx)[..., None])
        return F.index_backward(F.where(kept, grad, F.zeros_like(grad)), weight_shape, (data,))


@op(
    "Network",
    "embedding",
    torch="F.embedding({input}, {weight}, padding_idx={padding_idx})",
    samples=(([0, 2, 0], (3, 2)),),
    formula=r"y_{j} = w_{x_j}",
)
def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """The rows of a table with the given numbers: (…,) and (n, d) -> (…, d)."""
    data = np.asarray(input._data)
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    n = weight.shape[0]
    if padding_idx is not None and not -n <= padding_idx < n:
        raise AssertionError("Padding_idx must be within num_embeddings")
    if data.size and (data.min() < 0 or data.max() >= weight.shape[0]):
        raise IndexError("index out of range in self")
    pad = -1 if padding_idx is None else padding_idx % weight.shape[0]
    return EmbeddingBackward0.apply(weight, input, padding_idx=pad)
