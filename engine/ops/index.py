"""Reading and writing parts of a tensor: `x[...]`."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.inplace import inplace
from engine.meta import share
from engine.ops.shape import unsqueeze
from engine.registry import op
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class SelectBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: int, index: int) -> Array:
        """The slice at index of dim"""
        return F.select(self, dim, index)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: int, index: int) -> Array:
        """What was picked gets the gradient, the rest gets zeros."""
        return F.select_backward(grad, self_shape, dim, index)


@op(
    "Shape", "xᵢ", torch="{self}.select({dim}, {index})", defaults={"dim": 0, "index": 0},
    samples=(((2, 3), {"dim": 1, "index": -1}),),
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

    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, start: int, end: int, step: int
    ) -> Array:
        """What was cut out gets the gradient, the rest gets zeros."""
        return F.slice_backward(grad, self_shape, dim, start, end, step)


@op(
    "Shape", "x[:]", name="narrow", torch="{self}.narrow({dim}, {start}, {length})",
    defaults={"dim": 0, "start": 0, "length": 1},
    samples=(((2, 3), {"dim": 1, "start": 1, "length": 2}),),
)  # fmt: skip
def narrow(self: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`length` positions from `start` along a dimension."""
    if not self.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    d = check_dim(dim, self.ndim)
    n = self.shape[d]
    if not -n <= start <= n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n}], but got {start})"
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

    def grad_self(grad: Array) -> Array:
        """An alias passes its gradient on."""
        return grad


class IndexBackward0(Function):
    def forward(F: Namespace, self: Array, *, index: Any) -> Array:
        """The entries at the indices"""
        return np.asarray(self)[index]

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, index: Any) -> Array:
        """Every picked entry gets its gradient; one picked twice gets the sum."""
        return F.index_backward(grad, self_shape, index)


# ---- x[...] --------------------------------------------------------------------------------------


def getitem(self: Tensor, index: Any) -> Tensor:
    """`x[index]`: numbers, slices, None, `...`, lists, index tensors and masks."""
    items = list(index) if isinstance(index, tuple) else [index]
    if not _is_advanced(items):
        return _basic(self, items, alone=not isinstance(index, tuple))
    x, keys = _before_advanced(self, items)
    return IndexBackward0.apply(x, index=keys)


def _is_advanced(items: list[Any]) -> bool:
    return any(
        isinstance(i, (list, np.ndarray))
        or (is_tensor(i) and (i.ndim > 0 or i.dtype.name == "bool"))
        or isinstance(i, bool)
        for i in items
    )


def _expanded(self: Tensor, items: list[Any]) -> list[Any]:
    """The items with `...` written out; raises IndexError for too many."""
    used = 0
    for i in items:
        if i is not None and i is not Ellipsis:
            used += i.ndim if is_tensor(i) and i.dtype.name == "bool" and i.ndim else 1
    if used > self.ndim:
        raise IndexError(f"too many indices for tensor of dimension {self.ndim}")
    if not any(i is Ellipsis for i in items):
        return items
    at = next(k for k, i in enumerate(items) if i is Ellipsis)
    return [*items[:at], *[_ALL] * (self.ndim - used), *items[at + 1 :]]


_ALL = np.s_[:]


def _basic(self: Tensor, items: list[Any], alone: bool) -> Tensor:
    if not self.ndim and any(i is not None and i is not Ellipsis for i in items):
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` "
            "in C++ to convert a 0-dim tensor to a number"
        )
    out, dim = self, 0
    alone = alone and items[0] is not Ellipsis
    for item in _expanded(self, items):
        if item is None:
            out, dim = unsqueeze(out, dim), dim + 1
        elif _is_slice(item):
            whole = not alone and item.indices(out.shape[dim]) == (0, out.shape[dim], 1)
            out = out if whole else _sliced(out, dim, item)
            dim += 1
        else:
            out = _picked(self, out, dim, item)
    return AliasBackward0.apply(self) if out is self else out


def _is_slice(item: Any) -> bool:
    return isinstance(item, type(_ALL))


def _sliced(x: Tensor, dim: int, item: Any) -> Tensor:
    step = 1 if item.step is None else int(item.step)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    start, end, _ = item.indices(x.shape[dim])
    return slice(x, dim, start, max(start, end), step)


def _picked(whole: Tensor, x: Tensor, dim: int, item: Any) -> Tensor:
    index = _as_int(item)
    n = x.shape[dim]
    if not -n <= index < n:
        raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {n}")
    return SelectBackward0.apply(x, dim=dim, index=index % n)


def _as_int(item: Any) -> int:
    try:
        return int(item.__index__())
    except (AttributeError, TypeError):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(item).__name__})"
        ) from None


def _before_advanced(self: Tensor, items: list[Any]) -> tuple[Tensor, tuple[Any, ...]]:
    """Numbers and slices applied as views; the rest as keys for one IndexBackward0."""
    keys: list[Any] = []
    x, dim = self, 0
    for item in _expanded(self, items):
        if item is None:
            x, dim = unsqueeze(x, dim), dim + 1
            keys.append(_ALL)
        elif _is_slice(item):
            whole = item.indices(x.shape[dim]) == (0, x.shape[dim], 1)
            x = x if whole else _sliced(x, dim, item)
            keys.append(_ALL)
            dim += 1
        elif isinstance(item, (list, np.ndarray)) or is_tensor(item):
            key = np.asarray(item._data if is_tensor(item) else item)
            _check_key(x, dim, key)
            keys.append(key)
            dim += key.ndim if key.dtype == bool else 1
        else:
            x = _picked(self, x, dim, item)
    return x, tuple(keys)


def _check_key(x: Tensor, dim: int, key: Array) -> None:
    if key.dtype == bool:
        for k, n in enumerate(key.shape):
            if n != x.shape[dim + k]:
                raise IndexError(
                    f"The shape of the mask {list(key.shape)} at index {k} does not match the "
                    f"shape of the indexed tensor {list(x.shape)} at index {dim + k}"
                )
        return
    if key.dtype.kind not in "iu":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    n = x.shape[dim]
    bad = key[(key < -n) | (key >= n)]
    if bad.size:
        raise IndexError(f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {n}")


class IndexPutBackward0(Function):
    def forward(
        F: Namespace, self: Array, values: Array, *, index: Any, accumulate: bool = False
    ) -> Array:
        """self with values at the indices"""
        out = np.array(self)
        if accumulate:
            np.add.at(out, index, values)
        else:
            out[index] = values
        return out

    def grad_self(F: Namespace, grad: Array, index: Any, accumulate: bool) -> Array:
        """What was overwritten gets nothing; the rest passes."""
        return grad if accumulate else F.index_zeroed(grad, index)

    def grad_values(F: Namespace, grad: Array, index: Any) -> Array:
        """What was written gets the gradient of where it was written."""
        return F.index_read(grad, index)


def setitem(self: Tensor, index: Any, value: Any) -> None:
    """`x[index] = value`: a copy into a view, or index_put_ for lists, tensors and masks."""
    items = list(index) if isinstance(index, tuple) else [index]
    source = value if is_tensor(value) else _as_source(self, value)
    if not _is_advanced(items):
        copy_(_basic(self, items, alone=True), source)
        return
    x, keys = _before_advanced(self, items)
    if source.dtype is not self.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{self.dtype.scalar_name} for the destination and {source.dtype.scalar_name} for the "
            "source."
        )
    inplace(IndexPutBackward0, x, source, index=keys)


def _as_source(self: Tensor, value: Any) -> Tensor:
    kind = self._data.dtype
    return wrap(np.asarray(value, kind) if np.ndim(value) else kind.type(value))


@op(
    "In-place", "←", torch="{self}.copy_({src})", inplace=True,
    samples=(((2, 3), (3,)),),
)  # fmt: skip
def copy_(self: Tensor, src: Tensor) -> Tensor:
    """Overwrite the first tensor with the values of the second, in place."""
    from engine import errors
    from engine.function import CopyBackwards

    source = src._data
    try:
        fits = np.broadcast_shapes(source.shape, self._data.shape) == self._data.shape
    except ValueError:
        raise RuntimeError(errors.cannot_broadcast(self._data.shape, source.shape)) from None
    if not fits:
        raise RuntimeError(
            f"output with shape {list(self.shape)} doesn't match the broadcast shape "
            f"{list(source.shape)}"
        )
    return inplace(CopyBackwards, self, src)


@op("Gradient control", "✂", torch="{self}.detach()", samples=(((2, 3),),))
def detach(self: Tensor) -> Tensor:
    """The same values, cut off from the history: no gradient passes."""
    return share(wrap(self._data), self)


def detach_(self: Tensor) -> Tensor:
    """Cut this very tensor off from its history."""
    self._fn, self._nr, self._req = None, 0, False
    return self
