"""The largest, the smallest, the middle: entries chosen by their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.entries import look
from engine.function import Function
from engine.layout import laid
from engine.ops import ties
from engine.ops.choice import maximum, minimum
from engine.ops.reduction import check_kept, dims_of, spread
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _shared_by_ties(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
    mask = F.logical_or(self == result, F.logical_and(F.isnan(self), F.isnan(result)))
    count = F.sum(F.cast(mask, dtype_of(grad)))
    return F.where(mask, F.expand(grad / count, self.shape), F.zeros_like(self))


class MaxBackward1(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The largest entry"""
        return np.max(self)

    @tex(r"\bar{y} \cdot \frac{[x = y]}{\sum_i [x_i = y]}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """max routes: the largest entry gets the gradient; equal ones share it evenly."""
        return _shared_by_ties(F, grad, self, result)


class MinBackward1(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The smallest entry"""
        return np.min(self)

    @tex(r"\bar{y} \cdot \frac{[x = y]}{\sum_i [x_i = y]}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """min routes: the smallest entry gets the gradient; equal ones share it evenly."""
        return _shared_by_ties(F, grad, self, result)


def _route_along(
    F: Namespace, grad: Array, shape: Shape, dim: int, keepdim: bool, index: Array
) -> Array:
    if not keepdim and shape:
        grad = F.unsqueeze(grad, dim)
        index = np.expand_dims(index, dim)
    return F.put_along(grad, shape, dim, index) if shape else grad


class MaxBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int, keepdim: bool, index: Array) -> Array:
        """The largest entry along dim"""
        return _taken(self, dim, keepdim, index)

    @tex(r"\bar{y} \cdot [i = \operatorname{argmax} x]")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, keepdim: bool, index: Array
    ) -> Array:
        """max routes: the first of the largest entries gets the whole gradient."""
        return _route_along(F, grad, self_shape, dim, keepdim, index)


class MinBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int, keepdim: bool, index: Array) -> Array:
        """The smallest entry along dim"""
        return _taken(self, dim, keepdim, index)

    @tex(r"\bar{y} \cdot [i = \operatorname{argmin} x]")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, keepdim: bool, index: Array
    ) -> Array:
        """min routes: the first of the smallest entries gets the whole gradient."""
        return _route_along(F, grad, self_shape, dim, keepdim, index)


def _taken(self: Array, dim: int, keepdim: bool, index: Array) -> Array:
    if not self.ndim:
        return self
    place = index if keepdim else np.expand_dims(index, dim)
    out = np.take_along_axis(self, place, dim)
    return out if keepdim else np.squeeze(out, dim)


class NamedResult(tuple[Any, ...]):
    """Several results with names, printed as PyTorch prints them."""

    _fields: tuple[str, ...] = ("values", "indices")
    _name = "max"

    def __getattr__(self, name: str) -> Any:
        if name in self._fields:
            return self[self._fields.index(name)]
        raise AttributeError(f"'{self._name}' object has no attribute '{name}'")

    def __repr__(self) -> str:
        rows = ",\n".join(f"{n}={v!r}" for n, v in zip(self._fields, self, strict=True))
        return f"torch.return_types.{self._name}(\n{rows})"


def _check_entries(name: str, self: Tensor, dims: Iterable[int]) -> None:
    """Refuse to look for an extreme among none; raises IndexError."""
    for d in dims:
        if self.ndim and not self.shape[d]:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def _extreme_along(self: Tensor, dim: int, keepdim: bool, node: type[Function], find: Any) -> Any:
    d = check_dim(dim, self.ndim)
    _check_entries(node.__name__[:3].lower(), self, (d,))
    data = self._data
    index = find(data, axis=d, keepdims=keepdim) if data.ndim else np.int64(0)
    values = node.apply(self, dim=d, keepdim=keepdim, index=index)
    result = NamedResult((values, wrap(index)))
    result._name = node.__name__[:3].lower()
    return result


def _extreme(
    self: Tensor, dim: Any, keepdim: bool, pairwise: Any, everything: type[Function],
    along: type[Function], find: Any, name: str,
) -> Any:  # fmt: skip
    if is_tensor(dim):
        return pairwise(self, dim)
    if dim is not None:
        return _extreme_along(self, dim, keepdim, along, find)
    check_kept(name, self, dim, keepdim)
    if not self.numel():
        raise RuntimeError(_unspecified(name))
    return everything.apply(self)


def _unspecified(name: str) -> str:
    return (
        f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
        "reduction dim with the 'dim' argument."
    )


@op(
    "Reduction", "max", nickname="routes", samples=(((2, 3),), ((2, 3), {"dim": 1})),
    several="dim",
    formula=r"y = \max_i x_i",
)  # fmt: skip
def max(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The largest entry, or with `dim` the largest along it and where it stands."""
    return _extreme(self, dim, keepdim, maximum, MaxBackward1, MaxBackward0, np.argmax, "max")


@op(
    "Reduction", "min", nickname="routes", samples=(((2, 3),), ((2, 3), {"dim": 1})),
    several="dim",
    formula=r"y = \min_i x_i",
)  # fmt: skip
def min(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest entry, or with `dim` the smallest along it and where it stands."""
    return _extreme(self, dim, keepdim, minimum, MinBackward1, MinBackward0, np.argmin, "min")


def _position(self: Tensor, dim: int | None, keepdim: bool, find: Any) -> Tensor:
    data = self._data
    if dim is None:
        if not data.size:
            raise IndexError(
                f"{find.__name__}(): Expected reduction dim to be specified for input.numel() == 0."
            )
        place = np.int64(find(data))
        return wrap(np.full((1,) * data.ndim, place)) if keepdim and data.ndim else wrap(place)
    d = check_dim(dim, data.ndim)
    if not data.ndim:
        return wrap(np.int64(0))
    _check_entries(find.__name__, self, (d,))
    return wrap(np.asarray(find(data, axis=d, keepdims=keepdim)))


@op(
    "Reduction", "argmax", samples=(((2, 3),), ((2, 3), {"dim": 1})),
    formula=r"y = \operatorname{argmax}_i x_i",
)  # fmt: skip
def argmax(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest entry stands; the first one on a tie.  No gradient passes."""
    return _position(self, dim, keepdim, np.argmax)


@op(
    "Reduction", "argmin", samples=(((2, 3),), ((2, 3), {"dim": 1})),
    formula=r"y = \operatorname{argmin}_i x_i",
)  # fmt: skip
def argmin(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest entry stands; the first one on a tie.  No gradient passes."""
    return _position(self, dim, keepdim, np.argmin)


# ---- spread evenly over ties, along dims ---------------------------------------------------------


def _evenly(
    F: Namespace, grad: Array, self: Array, result: Array, shape: Shape, dim: Any, keepdim: bool
) -> Array:
    hits = F.cast(self == spread(F, result, shape, dim, keepdim), dtype_of(grad))
    grad = spread(F, grad, shape, dim, keepdim)
    return grad * hits / F.sum(hits, dim or None, True)


def _extreme_over(name: str, reduce: Any, doc: str) -> Any:
    """amax and amin: like max and min, but over several dimensions and fair to ties."""

    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool) -> Array:
        """The extreme along dim"""
        return reduce(self, tuple(dim) if dim else None, keepdims=keepdim)

    @tex(r"\bar{y} \cdot \frac{[x = y]}{\sum_i [x_i = y]}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, dim: Any,
        keepdim: bool,
    ) -> Array:  # fmt: skip
        """It routes: the extreme entry gets the gradient; equal ones share it evenly."""
        return _evenly(F, grad, self, result, self_shape, dim, keepdim)

    body = {"forward": forward, "grad_self": grad_self}
    node: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor, dim: int | tuple[int, ...] = (), keepdim: bool = False) -> Tensor:
        dims = dims_of(dim, self.ndim)
        if not dims and not self.numel():
            raise RuntimeError(_unspecified(name))
        _check_entries(name, self, dims)
        return node.apply(self, dim=dims if self.ndim else (), keepdim=keepdim)

    call.__name__, call.__doc__ = name, doc
    samples = (((2, 3),), ((2, 3), {"dim": 1}), ((2, 3, 2), {"dim": (0, 2), "keepdim": True}))
    formula = rf"y = \{name.removeprefix('a')}_i x_i"
    return op("Reduction", name, samples=samples, formula=formula)(call)


amax = _extreme_over("amax", np.max, "The largest entry along `dim`.")
amin = _extreme_over("amin", np.min, "The smallest entry along `dim`.")


# ---- sorting -------------------------------------------------------------------------------------


class _Chosen(Function):
    """Entries picked along a dimension by `index`; each gradient goes back where its entry was."""

    def forward(F: Namespace, self: Array, *, dim: int, index: Array) -> Array:
        """The entries at index along dim"""
        return np.take_along_axis(self, index, dim) if self.ndim else self

    @tex(r"\bar{y}_{\pi^{-1}(i)}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: int, index: Array) -> Array:
        """It routes: each entry's gradient goes back to where the entry came from."""
        return F.put_along(grad, self_shape, dim, index) if self_shape else grad


def _chosen(name: str) -> type[Function]:
    body = {k: _Chosen.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    node: type[Function] = type(name, (Function,), body)
    return node


SortBackward0 = _chosen("SortBackward0")
SortBackward1 = _chosen("SortBackward1")
TopkBackward0 = _chosen("TopkBackward0")
TopkBackward0.layout = "rows"


def _order(data: Array, dim: int, descending: bool) -> Array:
    """Positions in sorted order; equal entries keep theirs, nan counts as the largest."""
    if not data.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(data, dim, kind="stable")
    turned = np.argsort(np.flip(data, dim), dim, kind="stable")
    return data.shape[dim] - 1 - np.flip(turned, dim)


def _sorted(data: Array, dim: int, descending: bool, stable: bool) -> Array:
    """Positions in sorted order; without `stable`, equal entries lie as PyTorch leaves them."""
    index = _order(data, dim, descending)
    if stable or not data.ndim or data.shape[dim] <= ties.SMALL:
        return index
    return ties.repaired(index, data, dim, lambda row: ties.ordered(row, descending))


def named(name: str, *values: Tensor) -> NamedResult:
    """torch.return_types.<name>(values=…, indices=…)"""
    result = NamedResult(values)
    result._name = name
    return result


@op(
    "Reduction", "sort", samples=(((5,),), ((2, 3), {"dim": 0, "descending": True})),
    several=True,
    formula=r"y = (x_{\pi(1)}, x_{\pi(2)}, \ldots), \quad y_1 \le y_2 \le \ldots",
)  # fmt: skip
def sort(
    self: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None
) -> Any:
    """The entries in order along `dim`, and where each one stood."""
    d = check_dim(dim, self.ndim)
    index = laid(_sorted(self._data, d, descending, bool(stable)), [self._data])
    node = SortBackward0 if stable is None else SortBackward1
    return named("sort", node.apply(self, dim=d, index=index), wrap(index))


def argsort(self: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Where the entries stand that are in order."""
    index = _sorted(self._data, check_dim(dim, self.ndim), descending, stable)
    return wrap(laid(index, [self._data]))


@op(
    "Reduction",
    "top k",
    several=True,
    defaults={"k": 1},
    samples=(((5,), {"k": 2}), ((2, 3), {"k": 2, "largest": False})),
    formula=r"y = (x_{\pi(1)}, \ldots, x_{\pi(k)})",
)
def topk(self: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest entries along `dim` and where they stand."""
    d = check_dim(dim, self.ndim)
    if not 0 <= k <= (self.shape[d] if self.ndim else 1):
        raise RuntimeError("selected index k out of range")
    index = _order(self._data, d, largest)
    if self.ndim:
        index = ties.repaired(
            np.take(index, np.arange(k), d), self._data, d,
            lambda row: ties.foremost(row, k, largest, sorted), always=not sorted,
        )  # fmt: skip
    return named("topk", TopkBackward0.apply(self, dim=d, index=index), wrap(index))


class MedianBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The middle entry, the lower of two"""
        flat = np.sort(np.ravel(self))
        if not flat.size:
            return self.dtype.type(np.nan)
        return flat[-1] if np.isnan(flat[-1]) else flat[(flat.size - 1) // 2]

    @tex(r"\bar{y} \cdot \frac{[x = y]}{\sum_i [x_i = y]}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """median routes: the middle entry gets the gradient; equal ones share it evenly."""
        return _shared_by_ties(F, grad, self, result)


def _value_at(name: str) -> type[Function]:
    @tex(r"\bar{y} \cdot [i = \pi(k)]")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, keepdim: bool, index: Array
    ) -> Array:
        """It routes: the one entry that comes out gets the whole gradient."""
        return _route_along(F, grad, self_shape, dim, keepdim, index)

    body = {"forward": MaxBackward0.forward, "grad_self": grad_self}
    node: type[Function] = type(name, (Function,), body)
    return node


MedianBackward1 = _value_at("MedianBackward1")
KthvalueBackward0 = _value_at("KthvalueBackward0")
ModeBackward0 = _value_at("ModeBackward0")


def _kth(
    self: Tensor, k: int, dim: int, keepdim: bool, node: type[Function], name: str, find: Any
) -> Any:
    index: Array = np.int64(0)
    if self.ndim:
        stable = np.take(_order(self._data, dim, False), [k], dim)
        index = ties.repaired(stable, self._data, dim, lambda row: np.array([find(row, k)]))
        index = index if keepdim else np.squeeze(index, dim)
    values = node.apply(self, dim=dim, keepdim=keepdim, index=index)
    return named(name, values, wrap(np.asarray(index)))


def _middle(row: Array, k: int) -> int:
    """The place of the first nan, or of entry number k in order, the first of equal ones."""
    empty = np.isnan(row)
    return int(np.argmax(empty) if np.any(empty) else np.argsort(row, kind="stable")[k])


@op(
    "Reduction", "median", samples=(((5,),), ((2, 3), {"dim": 1})), several="dim",
    formula=r"y = x_{\pi(\lfloor (n + 1) / 2 \rfloor)}",
)  # fmt: skip
def median(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle entry (the lower of two), or with `dim` the middle along it and its place."""
    check_kept("median", self, dim, keepdim)
    if dim is None:
        return MedianBackward0.apply(self)
    d = check_dim(dim, self.ndim)
    _check_entries("median", self, (d,))
    k = (self.shape[d] - 1) // 2 if self.ndim else 0
    return _kth(self, k, d, keepdim, MedianBackward1, "median", _middle)


@op(
    "Reduction", "k-th", defaults={"k": 1}, samples=(((5,), {"k": 2}),), several=True,
    formula=r"y = x_{\pi(k)}",
)  # fmt: skip
def kthvalue(self: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest entry along `dim`, counted from 1, and where it stands."""
    d = check_dim(dim, self.ndim)
    _check_entries("kthvalue", self, (d,))
    if not 1 <= k <= (self.shape[d] if self.ndim else 1):
        raise RuntimeError("kthvalue(): selected number k out of range for dimension " + str(d))
    return _kth(self, k - 1, d, keepdim, KthvalueBackward0, "kthvalue", ties.kth)


# ---- the largest so far --------------------------------------------------------------------------


class CummaxBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int, index: Array) -> Array:
        """The entries at index along dim"""
        return np.take_along_axis(self, index, dim) if self.ndim else self

    @tex(r"\sum_{y_j = x} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, self: Array, dim: int, index: Array) -> Array:
        """It routes: an entry collects the gradients of all places where it was the extreme."""
        return F.add_along(grad, self.shape, dim, index) if self.ndim else grad


class CumminBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int, index: Array) -> Array:
        """The entries at index along dim"""
        return np.take_along_axis(self, index, dim) if self.ndim else self

    @tex(r"\sum_{y_j = x} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, self: Array, dim: int, index: Array) -> Array:
        """It routes: an entry collects the gradients of all places where it was the extreme."""
        return F.add_along(grad, self.shape, dim, index) if self.ndim else grad


def _running(self: Tensor, dim: int, node: type[Function], beats: Any, name: str) -> Any:
    d = check_dim(dim, self.ndim) if self.numel() else 0  # torch asks no more of no entries
    if not self.ndim:
        return named(name, node.apply(self, dim=0, index=None), wrap(np.int64(0)))
    rows = np.moveaxis(self._data, d, 0)
    index = np.zeros(rows.shape, np.int64)
    best = rows[:1][0] if len(rows) else rows
    for i in range(1, len(rows)):
        look()
        wins = beats(rows[i], best) | np.isnan(rows[i])
        wins &= ~(np.isnan(best) & ~np.isnan(rows[i]))
        index[i] = np.where(wins, i, index[i - 1])
        best = np.where(wins, rows[i], best)
    index = np.ascontiguousarray(np.moveaxis(index, 0, d))
    return named(name, node.apply(self, dim=d, index=index), wrap(index))


@op(
    "Reduction", "cummax", defaults={"dim": 0}, samples=(((5,), {"dim": 0}),), several=True,
    formula=r"y_i = \max_{j \le i} x_j",
)  # fmt: skip
def cummax(self: Tensor, dim: int) -> Any:
    """The largest entry so far along `dim`, and where it stands."""
    return _running(self, dim, CummaxBackward0, np.greater_equal, "cummax")


@op(
    "Reduction", "cummin", defaults={"dim": 0}, samples=(((5,), {"dim": 0}),), several=True,
    formula=r"y_i = \min_{j \le i} x_j",
)  # fmt: skip
def cummin(self: Tensor, dim: int) -> Any:
    """The smallest entry so far along `dim`, and where it stands."""
    return _running(self, dim, CumminBackward0, np.less_equal, "cummin")
