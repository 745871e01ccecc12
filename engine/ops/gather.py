"""Reading and writing by index tensors: gather, scatter and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.kernels import along
from engine.ops.index import IndexPutBackward0
from engine.ops.shape import expand, flatten
from engine.registry import op
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _places(index: Tensor, dim: int) -> tuple[Array, ...]:
    """For every entry of `index`, the place along `dim` it stands for."""
    return along(np.atleast_1d(index._data), dim)


def _check_bounds(index: Tensor, dim: int, size: int) -> None:
    data = np.asarray(index._data)
    bad = data[(data < 0) | (data >= size)]
    if bad.size:
        raise RuntimeError(
            f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {size}"
        )


def _check_kind(name: str, index: Tensor) -> None:
    if index.dtype.name not in ("int64", "int32"):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


class GatherBackward0(Function):
    def forward(F: Namespace, self: Array, index: Array, *, dim: int, places: Any) -> Array:
        """The entries at index along dim"""
        return self[places] if self.ndim else self

    def grad_self(F: Namespace, grad: Array, index: Array, self_shape: Shape, places: Any) -> Array:
        """An entry collects the gradients of all places it was read for."""
        return F.index_backward(grad, self_shape, places) if self_shape else grad


@op(
    "Index", "gather", torch="torch.gather({self}, {dim}, {index})", defaults={"dim": 0},
    samples=(((2, 3), [[0, 2], [1, 1]], {"dim": 1}), ((3,), [0, 0, 2, 1], {"dim": 0})),
)  # fmt: skip
def gather(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """Entries picked along a dimension, by an index for every place of the result."""
    d = check_dim(dim, self.ndim)
    _check_kind("gather", index)
    _check_bounds(index, d, self.shape[d] if self.ndim else 1)
    return GatherBackward0.apply(self, index, dim=d, places=_places(index, d))


class IndexSelectBackward0(Function):
    def forward(F: Namespace, self: Array, index: Array, *, dim: int) -> Array:
        """The slices at index along dim"""
        return np.take(self, index, dim) if self.ndim else self

    def grad_self(F: Namespace, grad: Array, index: Array, self_shape: Shape, dim: int) -> Array:
        """A slice collects the gradients of all places it was read for."""
        return F.index_backward(grad, self_shape, _rows(index, dim)) if self_shape else grad


def _rows(index: Any, dim: int) -> tuple[Any, ...]:
    data = np.atleast_1d(index._data if is_tensor(index) else index)
    return (np.s_[:],) * dim + (data,)


@op(
    "Index", "select rows", torch="torch.index_select({self}, {dim}, {index})", defaults={"dim": 0},
    samples=(((3, 2), [0, 2, 0], {"dim": 0}), ((2, 3), [1], {"dim": 1})),
)  # fmt: skip
def index_select(self: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices with the given numbers along a dimension."""
    d = check_dim(dim, self.ndim)
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    data = np.asarray(index._data)
    if self.ndim and data.size and (data.min() < 0 or data.max() >= self.shape[d]):
        raise IndexError("index out of range in self")
    return IndexSelectBackward0.apply(self, index, dim=d)


class TakeBackward0(Function):
    def forward(F: Namespace, self: Array, index: Array) -> Array:
        """The entries at index, counted through the whole tensor"""
        return np.ravel(self)[index]

    def grad_self(F: Namespace, grad: Array, index: Array, self_shape: Shape) -> Array:
        """An entry collects the gradients of all places it was read for."""
        data = index._data if is_tensor(index) else index
        flat = F.index_backward(grad, (int(np.prod(self_shape)),), (data,))
        return F.reshape(flat, self_shape)


@op("Index", "take", samples=(((2, 3), [0, 4, 0]),))
def take(self: Tensor, index: Tensor) -> Tensor:
    """The entries with the given numbers, counted row by row through the whole tensor."""
    return TakeBackward0.apply(self, index)


def take_along_dim(self: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """gather, with shapes made to fit by broadcasting; over everything without `dim`."""
    if dim is None:
        return gather(flatten(self), 0, flatten(indices))
    d = check_dim(dim, self.ndim)
    mine, theirs = list(self.shape), list(indices.shape)
    batch = np.broadcast_shapes((*mine[:d], 1, *mine[d + 1 :]), (*theirs[:d], 1, *theirs[d + 1 :]))
    wide = expand(self, (*batch[:d], mine[d], *batch[d + 1 :]))
    return gather(wide, d, expand(indices, (*batch[:d], theirs[d], *batch[d + 1 :])))


class MaskedSelectBackward0(Function):
    def forward(F: Namespace, self: Array, mask: Array) -> Array:
        """The entries where mask holds"""
        a, m = np.broadcast_arrays(self, mask)
        return a[m]

    def grad_self(F: Namespace, grad: Array, mask: Array, self_shape: Shape) -> Array:
        """What was selected gets its gradient, the rest gets zeros."""
        data = np.asarray(mask._data if is_tensor(mask) else mask)
        shape = np.broadcast_shapes(self_shape, data.shape)
        return F.index_backward(grad, shape, np.nonzero(np.broadcast_to(data, shape)))


@op("Index", "x[mask]", samples=(((2, 3), [True, False, True]),))
def masked_select(self: Tensor, mask: Tensor) -> Tensor:
    """The entries where the mask holds, in one dimension."""
    if mask.dtype.name != "bool":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    return MaskedSelectBackward0.apply(self, mask)


# ---- writing -------------------------------------------------------------------------------------


def _keys(indices: Any) -> tuple[Any, ...]:
    return tuple(np.s_[:] if i is None else i._data for i in indices)


def index_put(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with values written (or added) at index tensors."""
    return IndexPutBackward0.apply(self, values, index=_keys(indices), accumulate=accumulate)


class ScatterBackward0(Function):
    def forward(
        F: Namespace, self: Array, index: Array, src: Array, *, dim: int, places: Any
    ) -> Array:
        """self with src written at index along dim"""
        out = np.array(self)
        out[places] = src[tuple(np.s_[:n] for n in index.shape)]
        return out

    def grad_self(F: Namespace, grad: Array, index: Array, places: Any) -> Array:
        """What was overwritten gets nothing."""
        return F.index_zeroed(grad, places)

    def grad_src(F: Namespace, grad: Array, index: Array, src_shape: Shape, places: Any) -> Array:
        """What was written gets the gradient of where it was written."""
        return _into(F, F.index_read(grad, places), src_shape)


def _into(F: Namespace, part: Array, shape: Shape) -> Array:
    """`part` in the first corner of zeros of `shape`."""
    if tuple(part.shape) == tuple(shape):
        return part
    return F.index_backward(part, shape, tuple(np.ogrid[tuple(np.s_[:n] for n in part.shape)]))


class ScatterBackward1(Function):
    def forward(
        F: Namespace, self: Array, index: Array, *, value: float, dim: int, places: Any
    ) -> Array:
        """self with one value written at index along dim"""
        out = np.array(self)
        out[places] = value
        return out

    def grad_self(F: Namespace, grad: Array, index: Array, places: Any) -> Array:
        """What was overwritten gets nothing."""
        return F.index_zeroed(grad, places)


def scatter(self: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None) -> Tensor:
    """A copy with entries of `src` (or one value) written at `index` along a dimension."""
    d = check_dim(dim, self.ndim)
    _check_bounds(index, d, self.shape[d])
    given = value if src is None else src
    places = _places(index, d)
    if is_tensor(given):
        return ScatterBackward0.apply(self, index, given, dim=d, places=places)
    return ScatterBackward1.apply(self, index, value=given, dim=d, places=places)


class ScatterAddBackward0(Function):
    def forward(
        F: Namespace, self: Array, index: Array, src: Array, *, dim: int, places: Any
    ) -> Array:
        """self with src added at index along dim"""
        out = np.array(self)
        np.add.at(out, places, src[tuple(np.s_[:n] for n in index.shape)])
        return out

    def grad_self(grad: Array) -> Array:
        """What is added to gets the gradient as it is."""
        return grad

    def grad_src(F: Namespace, grad: Array, index: Array, src_shape: Shape, places: Any) -> Array:
        """What was added gets the gradient of where it was added."""
        return _into(F, F.index_read(grad, places), src_shape)


@op(
    "Index", "scatter +", torch="torch.scatter_add({self}, {dim}, {index}, {src})",
    defaults={"dim": 0}, samples=(((3,), [0, 2, 2, 0], (4,), {"dim": 0}),),
)  # fmt: skip
def scatter_add(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy with entries of `src` added at `index` along a dimension."""
    d = check_dim(dim, self.ndim)
    _check_bounds(index, d, self.shape[d])
    return ScatterAddBackward0.apply(self, index, src, dim=d, places=_places(index, d))


class IndexAddBackward0(Function):
    def forward(
        F: Namespace, self: Array, index: Array, source: Array, *, dim: int, alpha: float = 1
    ) -> Array:
        """self with slices of source added at index along dim"""
        out = np.array(self)
        np.add.at(out, _rows(index, dim), source if alpha == 1 else source * self.dtype.type(alpha))
        return out

    def grad_self(grad: Array) -> Array:
        """What is added to gets the gradient as it is."""
        return grad

    def grad_source(F: Namespace, grad: Array, index: Array, dim: int, alpha: float) -> Array:
        """What was added gets the gradient of where it was added."""
        out = F.index_read(grad, _rows(index, dim))
        return out if alpha == 1 else out * alpha


def index_add(self: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """A copy with slices of `source` added at the numbers in `index`."""
    d = check_dim(dim, self.ndim)
    return IndexAddBackward0.apply(self, index, source, dim=d, alpha=alpha)


class IndexCopyBackward0(Function):
    def forward(F: Namespace, self: Array, index: Array, source: Array, *, dim: int) -> Array:
        """self with slices of source written at index along dim"""
        out = np.array(self)
        out[_rows(index, dim)] = source
        return out

    def grad_self(F: Namespace, grad: Array, index: Array, dim: int) -> Array:
        """What was overwritten gets nothing."""
        return F.index_zeroed(grad, _rows(index, dim))

    def grad_source(F: Namespace, grad: Array, index: Array, dim: int) -> Array:
        """What was written gets the gradient of where it was written."""
        return F.index_read(grad, _rows(index, dim))


def index_copy(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy with slices of `source` written at the numbers in `index`."""
    return IndexCopyBackward0.apply(self, index, source, dim=check_dim(dim, self.ndim))


class IndexFillBackward0(Function):
    def forward(F: Namespace, self: Array, index: Array, *, dim: int, value: float) -> Array:
        """self with one value in the slices at index along dim"""
        out = np.array(self)
        out[_rows(index, dim)] = value
        return out

    def grad_self(F: Namespace, grad: Array, index: Array, dim: int) -> Array:
        """What was overwritten gets nothing."""
        return F.index_zeroed(grad, _rows(index, dim))


def index_fill(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy with one value in the slices whose numbers are in `index`."""
    number = value.item() if is_tensor(value) else value
    return IndexFillBackward0.apply(self, index, dim=check_dim(dim, self.ndim), value=number)


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


def unique(
    self: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False
) -> Any:
    """The values that occur, in order."""
    values, inverse, counts = np.unique(self._data, return_inverse=True, return_counts=True)
    out = [wrap(values)]
    out += [wrap(inverse.reshape(self._data.shape))] if return_inverse else []
    out += [wrap(counts)] if return_counts else []
    return out[0] if len(out) == 1 else tuple(out)


def searchsorted(sorted_sequence: Tensor, values: Any, *, right: bool = False) -> Tensor:
    """Where values would have to be inserted to keep a sequence in order."""
    wanted = values._data if is_tensor(values) else values
    found = np.searchsorted(sorted_sequence._data, wanted, "right" if right else "left")
    return wrap(np.asarray(found, np.int64))


def bucketize(self: Any, boundaries: Tensor, *, right: bool = False) -> Tensor:
    """searchsorted with its arguments the other way round."""
    return searchsorted(boundaries, self, right=right)


def histc(self: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many entries lie in each of `bins` equal intervals."""
    data = self._data
    low, high = (min, max) if min or max else (float(data.min()), float(data.max()))
    return wrap(np.histogram(data, bins, (low, high))[0].astype(data.dtype))


def one_hot(self: Tensor, num_classes: int = -1) -> Tensor:
    """A row for every class number, 1 at its place."""
    count = int(self._data.max()) + 1 if num_classes == -1 else num_classes
    if np.any(self._data >= count):
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrap(np.eye(count, dtype=np.int64)[self._data])


class EmbeddingBackward0(Function):
    def forward(F: Namespace, weight: Array, indices: Array, *, padding_idx: int = -1) -> Array:
        """The rows at indices"""
        return weight[indices]

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
)
def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """The rows of a table with the given numbers: (…,) and (n, d) -> (…, d)."""
    data = np.asarray(input._data)
    if data.size and (data.min() < 0 or data.max() >= weight.shape[0]):
        raise IndexError("index out of range in self")
    pad = -1 if padding_idx is None else padding_idx % weight.shape[0]
    return EmbeddingBackward0.apply(weight, input, padding_idx=pad)
