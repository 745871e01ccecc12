"""Views of parts of a tensor, and what is read from or written to index arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import dtypes, errors
from engine.function import Function
from engine.inplace import inplace
from engine.layout import ordered
from engine.meta import share
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]
slice_ = type(np.s_[:])


class SelectBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: int, index: int) -> Array:
        """The slice at index of dim"""
        return F.select(self, dim, index)

    @tex(r"\bar{y} \cdot [j = i]")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: int, index: int) -> Array:
        """What was picked gets the gradient, the rest gets zeros."""
        return F.select_backward(grad, self_shape, dim, index)


@op(
    "Shape", "xᵢ", torch="{self}.select({dim}, {index})", defaults={"dim": 0, "index": 0},
    samples=(((2, 3), {"dim": 1, "index": -1}),),
    formula=r"y = x_{i}",
)  # fmt: skip
def select(self: Tensor, dim: int, index: int) -> Tensor:
    """Pick one position along a dimension, which goes away."""
    if not self.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    d = check_dim(dim, self.ndim)
    n = self.shape[d]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(self.shape)} at "
            f"dimension {d}"
        )
    return SelectBackward0.apply(self, dim=d, index=index % n)


class SliceBackward0(Function):
    view = True

    def forward(
        F: Namespace, self: Array, *, dim: int, start: int, end: int, step: int = 1
    ) -> Array:
        """Every step-th position from start to end of dim"""
        return F.slice(self, dim, start, end, step)

    @tex(r"(0, \ldots, \bar{y}, \ldots, 0)")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, start: int, end: int, step: int
    ) -> Array:
        """What was cut out gets the gradient, the rest gets zeros."""
        return F.slice_backward(grad, self_shape, dim, start, end, step)


def _whole(start: Any) -> int:
    """A number, also where it is in a tensor."""
    if not is_tensor(start):
        return start  # type: ignore[no-any-return]
    if start.ndim or start.is_floating_point() or start.dtype.name == "bool":
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    return int(start)


@op(
    "Shape", "x[:]", name="narrow", torch="{self}.narrow({dim}, {start}, {length})",
    defaults={"dim": 0, "start": 0, "length": 1},
    samples=(((2, 3), {"dim": 1, "start": 1, "length": 2}),),
    formula=r"y = (x_{s}, \ldots, x_{s + n - 1})",
)  # fmt: skip
def narrow(self: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`length` positions from `start` along a dimension."""
    if not self.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    d = check_dim(dim, self.ndim)
    n = self.shape[d]
    start = _whole(start)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -n <= start <= n:
        raise IndexError(
            f"start out of range (expected to be in range of [{-n}, {n}], but got {start})"
        )
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice(self, d, start, start + length)


def slice(x: Tensor, dim: int, start: int, end: int, step: int = 1) -> Tensor:
    """`x[start:end:step]` along `dim`, the bounds counted from the front."""
    return SliceBackward0.apply(x, dim=dim, start=start, end=end, step=step)


class AliasBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array) -> Array:
        """The same tensor again"""
        return self.view()

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """An alias passes its gradient on."""
        return grad


class IndexBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array, *, index: Any) -> Array:
        """The entries at the indices"""
        return _picked(np.asarray(self), index)

    @tex(r"\sum_{i_k = j} \bar{y}_k")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, index: Any) -> Array:
        """Every picked entry gets its gradient; one picked twice gets the sum."""
        return F.index_backward(grad, self_shape, index)


def _picked(self: np.ndarray, index: Any) -> Array:
    """The entries at the indices, in the layout that PyTorch's iterator gives them."""
    found = np.asarray(self[index], order="C")
    arrays = [isinstance(k, np.ndarray) for k in index]
    if found.ndim < 2 or self.flags.c_contiguous or not any(arrays):
        return found[()]
    size = found.ndim - arrays.count(False) - (self.ndim - sum(_taken(k) for k in index))
    first, last = arrays.index(True), len(arrays) - arrays[::-1].index(True)
    start = first if all(arrays[first:last]) else 0
    kept = [s for k, s in zip(_spelt(index, self.ndim), self.strides, strict=True) if not k]
    strides = (*kept[:start], *(0,) * size, *kept[start:])
    return ordered(found, [strides])


def _spelt(index: Any, ndim: int) -> list[bool]:
    """Whether each dimension is indexed by an array."""
    said = [isinstance(k, np.ndarray) for k in index for _ in range(_taken(k))]
    return said + [False] * (ndim - len(said))


def _taken(key: Any) -> int:
    """How many dimensions an index stands for."""
    return key.ndim if isinstance(key, np.ndarray) and key.dtype == bool else 1


def _check_put(self: Array, index: Any, values: Array) -> None:
    """Raise RuntimeError where the values do not fit, in dtype or in shape, what they replace."""
    picked = np.broadcast_to(np.False_, self.shape)[index].shape
    grown = (1,) * (len(picked) - values.ndim) + values.shape
    if len(grown) > len(picked) or any(n not in (1, m) for n, m in zip(grown, picked, strict=True)):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to "
            f"indexing result of shape {list(picked)}"
        )
    masked = values.size == 1 and all(isinstance(k, slice_) or k.dtype == bool for k in index)
    if values.dtype != self.dtype and not masked:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{dtypes.of(self.dtype).scalar_name} for the destination and "
            f"{dtypes.of(values.dtype).scalar_name} for the source."
        )


class IndexPutBackward0(Function):
    layout = "self"

    def forward(
        F: Namespace, self: Array, values: Array, *, index: Any, accumulate: bool = False
    ) -> Array:
        """self with values at the indices"""
        _check_put(self, index, values)
        out = np.array(self)
        if accumulate:
            np.add.at(out, index, values)
        else:
            out[index] = values
        return out

    @tex(r"\bar{y} \cdot [j \neq i]")
    def grad_self(F: Namespace, grad: Array, index: Any, accumulate: bool) -> Array:
        """What was overwritten gets nothing; the rest passes."""
        return grad if accumulate else F.index_zeroed(grad, index)

    @tex(r"\bar{y}_{i}")
    def grad_values(F: Namespace, grad: Array, index: Any) -> Array:
        """What was written gets the gradient of where it was written."""
        return F.index_read(grad, index)


@op(
    "In-place", "←", torch="{self}.copy_({src})", inplace=True,
    samples=(((2, 3), (3,)),),
    formula=r"x \leftarrow s",
)  # fmt: skip
def copy_(self: Tensor, src: Tensor) -> Tensor:
    """Overwrite the first tensor with the values of the second, in place."""
    from engine.function import CopyBackwards

    return inplace(CopyBackwards, self, src)


@op("Gradient control", "✂", torch="{self}.detach()", samples=(((2, 3),),), formula=r"y = x")
def detach(self: Tensor) -> Tensor:
    """The same values, cut off from the history: no gradient passes."""
    return share(wrap(self._data), self)


def detach_(self: Tensor) -> Tensor:
    """Cut this very tensor off from its history; raises RuntimeError if it is a view."""
    if self._meta is not None and self._meta.base is not None and not self._meta.inference:
        raise RuntimeError(errors.DETACH_VIEW)
    self._fn, self._nr, self._req = None, 0, False
    return self
