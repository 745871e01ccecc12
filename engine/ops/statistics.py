"""Numbers that describe many: quantiles, modes, extremes, covariances."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import errors
from engine.either import dtype_of
from engine.function import Function
from engine.many import ManyOutputs
from engine.ops import ties
from engine.ops.arithmetic import div, mul, scaled, shifted, sub
from engine.ops.choice import clamp, masked_fill
from engine.ops.compare import isnan, logical_not
from engine.ops.elementary import sqrt
from engine.ops.extremes import ModeBackward0, NamedResult, _value_at, named, sort
from engine.ops.fused import lerp
from engine.ops.gather import gather
from engine.ops.linear import mm
from engine.ops.reduction import nansum, spread
from engine.ops.reduction import sum as sum_
from engine.ops.shape import broadcast_tensors, flatten, squeeze, t, transpose, unsqueeze, view
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


@op(
    "Reduction", "mode", samples=(((4,),), ((2, 3), {"dim": 0})), several=True,
    formula=r"y = \operatorname{mode}_i x_i",
)  # fmt: skip
def mode(self: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """The value that occurs most often along `dim`, the smallest of several, and its place."""
    d = check_dim(dim, self.ndim)
    index: Array = np.int64(0)
    if self.ndim:
        index = np.apply_along_axis(_most_frequent, d, self._data)
        index = np.expand_dims(index, d) if keepdim else index
    values = ModeBackward0.apply(self, dim=d, keepdim=keepdim, index=index)
    return named("mode", values, wrap(np.asarray(index, np.int64)[()]))


def _most_frequent(row: Array) -> int:
    """The last place of the value, in the order std::sort leaves the row in."""
    order = ties.ordered(row, False)
    values, last, counts = np.unique(row[order][::-1], return_index=True, return_counts=True)
    return int(order[len(row) - 1 - last[np.argmax(counts)]]) if len(values) else 0


def nanmean(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The mean of what is a number."""
    if not self.is_floating_point():
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{self.dtype.scalar_name}"
        )
    count = sum_(logical_not(isnan(self.detach())), dim, keepdim)
    return div(nansum(self, dim, keepdim), count)


class NanmedianBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The middle of what is a number, the lower of two"""
        flat = np.sort(np.ravel(self))
        count = int(np.sum(~np.isnan(flat)))
        return flat[max(count - 1, 0) // 2]

    @tex(r"\bar{y} \cdot \frac{[x = y]}{\sum_i [x_i = y]}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """It routes: the middle entry gets the gradient; equal ones share it evenly."""
        same = F.logical_or(self == result, F.logical_and(F.isnan(self), F.isnan(result)))
        share = grad / F.sum(F.cast(same, dtype_of(grad)))
        return F.where(same, F.expand(share, tuple(self.shape)), F.zeros_like(self))


NanmedianBackward1 = _value_at("NanmedianBackward1")


def nanmedian(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle of what is a number, or with `dim` along it and its place."""
    if dim is None:
        return NanmedianBackward0.apply(self)
    d = check_dim(dim, self.ndim)
    if not self.ndim:
        zero = wrap(np.int64(0))
        values = NanmedianBackward1.apply(self, dim=0, keepdim=keepdim, index=zero._data)
        return named("nanmedian", values, zero)
    order = np.argsort(self._data, d, kind="stable")
    count = np.sum(~np.isnan(self._data), d, keepdims=True)
    index = np.take_along_axis(order, np.maximum(count - 1, 0) // 2, d)
    index = index if keepdim else np.squeeze(index, d)
    values = NanmedianBackward1.apply(self, dim=d, keepdim=keepdim, index=index)
    return named("nanmedian", values, wrap(index))


class AminmaxBackward0(ManyOutputs):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, *, dim: int | None, keepdim: bool
    ) -> tuple[Array, Array]:
        """The smallest and the largest entry"""
        return np.min(self, dim, keepdims=keepdim), np.max(self, dim, keepdims=keepdim)

    @tex(
        r"\bar{l} \cdot \frac{[x = l]}{\sum_i [x_i = l]} + \bar{u} \cdot \frac{[x = u]}{\sum_i "
        r"[x_i = u]}"
    )
    def grad_self(
        F: Namespace, grads: list[Array], self: Array, results: tuple[Array, ...],
        self_shape: Shape, dim: int | None, keepdim: bool,
    ) -> Array:  # fmt: skip
        """They route: the extreme entries get the gradient; equal ones share it evenly."""
        parts = []
        dims = () if dim is None else (dim,)
        for grad, result in zip(grads, results, strict=True):
            if grad is not None:
                hits = F.cast(self == spread(F, result, self_shape, dims, keepdim), dtype_of(grad))
                share = spread(F, grad, self_shape, dims, keepdim) * hits
                parts.append(share / F.sum(hits, dims or None, True))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@op(
    "Reduction", "min…max", samples=(((2, 3),), ((2, 3), {"dim": 1})), several=True,
    formula=r"y = (\min_i x_i, \max_i x_i)",
)  # fmt: skip
def aminmax(self: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest entry, along `dim` or of all."""
    d = None if dim is None else check_dim(dim, self.ndim)
    d = d if self.ndim else None
    if d is not None and not self.shape[d]:
        raise IndexError(f"aminmax: Expected reduction dim {d} to have non-zero size.")
    if d is None and not self.numel():
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    result = NamedResult(AminmaxBackward0.apply_many(self, dim=d, keepdim=keepdim))
    result._fields, result._name = ("min", "max"), "aminmax"
    return result


def msort(self: Tensor) -> Tensor:
    """The entries in order along the first dimension."""
    values: Tensor = sort(self, 0)[0]
    return values


# ---- quantiles -----------------------------------------------------------------------------------


def quantile(
    self: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *,
    interpolation: str = "linear",
) -> Tensor:  # fmt: skip
    """The value below which a share `q` of the entries lies."""
    return _quantile("quantile", self, q, dim, keepdim, interpolation, ignore_nan=False)


def nanquantile(
    self: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *,
    interpolation: str = "linear",
) -> Tensor:  # fmt: skip
    """quantile of what is a number."""
    return _quantile("nanquantile", self, q, dim, keepdim, interpolation, ignore_nan=True)


def _quantile(
    name: str, self: Tensor, q: Any, dim: int | None, keepdim: bool, how: str, ignore_nan: bool
) -> Tensor:
    shares = q if is_tensor(q) else wrap(self._data.dtype.type(q))
    _check_quantile(name, self, shares, how)
    d = 0 if dim is None else check_dim(dim, self.ndim)
    if dim is None:
        ordered, shape = sort(flatten(self))[0], (1,) * (self.ndim * keepdim)
    else:
        last = d == self.ndim - 1
        ordered = sort(self if last else transpose(unsqueeze(self, -1), d, -1))[0]
        shape = tuple(n for k, n in enumerate(self.shape) if k != d or keepdim)
        shape = tuple(1 if keepdim and k == d else n for k, n in enumerate(shape))
    rows = view(ordered, (*shape, ordered.shape[-1]))
    values = _between(rows, shares, how, ignore_nan)
    if shares.ndim:
        values.unsqueeze_(0).transpose_(0, -1)
    out: Tensor = values.squeeze_(-1)
    return out


_HOW = ("linear", "lower", "higher", "midpoint", "nearest")


def _check_quantile(name: str, self: Tensor, q: Tensor, how: str) -> None:
    if not self.numel():
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if q.ndim > 1:
        raise RuntimeError(
            f"{name}() q must be a scalar or 1D tensor, but got a tensor of dimension {q.ndim}"
        )
    if self.dtype.name not in ("float32", "float64"):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if q.dtype is not self.dtype:
        raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
    if how not in _HOW:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {how}"
        )
    if np.any((q._data < 0) | (q._data > 1)):
        raise RuntimeError(
            f"{name}() q values must be in the range [0, 1]"
            if q.ndim
            else f"{name}() q must be in the range [0, 1] but got {float(q._data):g}"
        )


def _between(rows: Tensor, shares: Tensor, how: str, ignore_nan: bool) -> Tensor:
    """(…, shares): the entries at the ranks that the shares point to."""
    ranks = _ranks(rows._data, shares, ignore_nan)
    at = ranks._data
    if how in ("lower", "higher", "nearest"):
        at = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}[how](at)
    low = wrap(at.astype(np.int64))
    below = gather(rows, -1, low)
    if how not in ("linear", "midpoint"):
        return below
    weight = wrap(np.full_like(at, 0.5)) if how == "midpoint" else sub(ranks, low)
    return lerp(below, gather(rows, -1, wrap(np.ceil(at).astype(np.int64))), weight)


def _ranks(rows: Array, shares: Tensor, ignore_nan: bool) -> Tensor:
    """(…, shares): where in the rows the shares point to; a nan is last and draws all to it."""
    bad = np.isnan(rows)
    if not ignore_nan:
        last, found = rows.shape[-1] - 1, wrap(bad.any(-1, keepdims=True))
        ranks = broadcast_tensors(scaled(shares, last), found)[0]
        return masked_fill(ranks, found, last)
    ranks = mul(shares, wrap(np.sum(~bad, -1, keepdims=True) - 1))
    return masked_fill(ranks, wrap(ranks._data < 0), 0)


# ---- how values vary together --------------------------------------------------------------------


def cov(
    self: Tensor, *, correction: int = 1, fweights: Tensor | None = None,
    aweights: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The covariances of variables, a row of observations for each: (n, k) -> (n, n)."""
    if self.ndim > 2:
        raise RuntimeError(
            "cov(): expected input to have two or fewer dimensions but got an input with "
            f"{self.ndim} dimensions"
        )
    rows = view(self, (1, -1)) if self.ndim < 2 else self
    _check_weights("fweights", fweights, rows.shape[1])
    _check_weights("aweights", aweights, rows.shape[1])
    weights = _weights(fweights, aweights)
    total = wrap(np.int64(rows.shape[1])) if weights is None else sum_(weights)
    mean = div(sum_(rows if weights is None else mul(rows, weights), 1), total)
    centred = sub(rows, unsqueeze(mean, 1))
    other = centred if weights is None else mul(centred, weights)
    out = mm(centred, t(other))
    return squeeze(div(out, _freedom(total, correction, weights, aweights)))


def _check_weights(name: str, weights: Tensor | None, count: int) -> None:
    """One weight for each observation: how often it was seen, or how much it counts."""
    if weights is None:
        return
    expected = f"cov(): expected {name} to have"
    if weights.ndim > 1:
        raise RuntimeError(
            f"{expected} one or fewer dimensions but got {name} with {weights.ndim} dimensions"
        )
    wanted = "integral" if name == "fweights" else "floating point"
    if wanted != ("floating point" if weights.is_floating_point() else "integral"):
        kind = weights.dtype.scalar_name
        raise RuntimeError(f"{expected} {wanted} dtype but got {name} with {kind} dtype")
    if weights.numel() != count:
        raise RuntimeError(
            f"{expected} the same numel as there are observations in the input but got "
            f"{weights.numel()} != {count}"
        )
    if np.any(weights._data < 0):
        raise RuntimeError(f"cov(): {name} cannot be negative")


def _freedom(
    total: Tensor, correction: int, weights: Tensor | None, aweights: Tensor | None
) -> Tensor:
    """The degrees of freedom; weights that need not be whole count by their squares."""
    if weights is None or aweights is None or correction == 0:
        free = shifted(total, -correction) if correction else total
    else:
        lost = div(scaled(sum_(mul(weights, aweights)), correction), total)
        free = sub(total, lost)
    if free._data <= 0:
        errors.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number "
            "of observations.",
            3,
        )
        free = free.zero_()
    return free


def _weights(fweights: Tensor | None, aweights: Tensor | None) -> Tensor | None:
    if fweights is None or aweights is None:
        return aweights if fweights is None else fweights
    return mul(fweights, aweights)


def corrcoef(self: Tensor) -> Tensor:
    """The correlations of variables, a row of observations for each: (n, k) -> (n, n)."""
    if self.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{self.ndim} dimensions"
        )
    out = cov(self)
    if not out.ndim:
        return div(out, out)
    spread_ = sqrt(out.diagonal())
    out = div(out, view(spread_, (-1, 1)))
    out = div(out, view(spread_, (1, -1)))
    return clamp(out, -1, 1)
