"""The namespace rules run in when no graph is created: the ops' arithmetic on plain arrays.

Every name here is also an op of the engine with the same meaning, so a rule written as
`F.cos(self)` works on arrays (this module) and on tensors (the engine itself, for create_graph).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from engine import memory
from engine.entries import each_of_one as _each

Array = Any
Dims = Any

PRECISE_UP_TO = 1000
"""Elements, as many as printing shows all of: up to here float32 transcendentals and sums are
computed in float64 and rounded once, which gives PyTorch's digits; beyond, by NumPy's own float32
kernels, whose last bits differ."""

_float32 = np.float32
_F32 = np.dtype(np.float32)
_F64 = np.dtype(np.float64)
_ZERO, _ONE = np.float32(0), np.float32(1)
_total: Any = np.add.reduce  # NumPy's stubs know reduce only as a method of ufuncs of ndarrays
_ALL = np.s_[:]
_Slice = type(_ALL)


def _rounded_once(ufunc: np.ufunc) -> Callable[[Array], Array]:
    name = ufunc.__name__.replace("arc", "a")
    exact: Callable[[Array], float] = getattr(math, name)

    def kernel(x: Array) -> Array:
        if type(x) is _float32:  # the same digits in a tenth of the time
            try:
                value = exact(x)
                if value == value:
                    return _ONE * value
            except (ValueError, OverflowError):  # where NumPy gives nan or inf
                pass
        if x.dtype == _F32 and x.size <= PRECISE_UP_TO:
            wide = x.astype(_F64)
            # Into its own memory: NumPy asked for another dtype is slower by a quarter.
            return (ufunc(wide, wide) if wide.ndim else ufunc(wide)).astype(_F32)
        return ufunc(x)

    kernel.__name__ = name
    return kernel


exp = _rounded_once(np.exp)
log = _rounded_once(np.log)
sin = _rounded_once(np.sin)
cos = _rounded_once(np.cos)
tan = _rounded_once(np.tan)
tanh = _rounded_once(np.tanh)
log2 = _rounded_once(np.log2)
log10 = _rounded_once(np.log10)
log1p = _rounded_once(np.log1p)
expm1 = _rounded_once(np.expm1)
exp2 = _rounded_once(np.exp2)
sinh = _rounded_once(np.sinh)
cosh = _rounded_once(np.cosh)
asin = _rounded_once(np.arcsin)
acos = _rounded_once(np.arccos)
atan = _rounded_once(np.arctan)
asinh = _rounded_once(np.arcsinh)
acosh = _rounded_once(np.arccosh)
atanh = _rounded_once(np.arctanh)
sqrt = np.sqrt
floor, ceil, trunc, round = np.floor, np.ceil, np.trunc, np.rint
floored_ratio = np.floor_divide
abs = np.abs
isnan, isfinite = np.isnan, np.isfinite
logical_and, logical_or, logical_not = np.logical_and, np.logical_or, np.logical_not
maximum, minimum = np.maximum, np.minimum


erf, erfc = _each(math.erf), _each(math.erfc)


def _lgamma(x: float) -> float:
    pole = math.isinf(x) or (x <= 0 and x == math.floor(x))
    return math.inf if pole else math.lgamma(x)


def _digamma(x: float) -> float:
    if x == 0:
        return -math.copysign(math.inf, x)
    if math.isinf(x):
        return x if x > 0 else math.nan
    if x < 0 and x == math.floor(x):
        return math.nan
    if x < 0:
        return _digamma(1 - x) - math.pi / math.tan(math.pi * x)
    low = 0.0
    while x < 10:
        low -= 1 / x
        x += 1
    z = 1 / (x * x)
    series = 0.0
    for term in (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12):
        series = series * z + term
    series *= z
    return low + math.log(x) - 0.5 / x - series


def trigamma(x: Array) -> Array:
    """As PyTorch has it (aten/src/ATen/native/Math.h): good to ten digits in float64."""
    if x.dtype == np.float16:  # PyTorch has no such kernel: it takes the one for float32
        return trigamma(x.astype(np.float32)).astype(np.float16)
    near = x < 0.5
    pi = x.dtype.type(math.pi)
    low = np.where(near, -((pi / np.sin(pi * x)) ** 2), x.dtype.type(0))
    sign = np.where(near, x.dtype.type(-1), x.dtype.type(1))
    x = np.where(near, 1 - x, x)
    for _ in range(6):
        low = low + 1 / (x * x)
        x = x + 1
    z = 1 / (x * x)
    low = low + (1 + 1 / (2 * x) + z * (1 / 6 - z * (1 / 30 - z / 42))) / x
    return (sign * low)[()]


def _erfinv(x: float) -> float:
    """By Newton's method, from Winitzki's closed approximation."""
    if not -1 < x < 1:
        return math.copysign(math.inf, x) if math.fabs(x) == 1 else math.nan
    log_ = math.log1p(-x * x)
    part = 2 / (math.pi * 0.147) + log_ / 2
    y = math.copysign(math.sqrt(math.sqrt(part * part - log_ / 0.147) - part), x)
    for _ in range(3):
        y -= (math.erf(y) - x) * math.sqrt(math.pi) / 2 * math.exp(y * y)
    return y


lgamma, digamma, erfinv = (_each(f) for f in (_lgamma, _digamma, _erfinv))


def relu(x: Array) -> Array:
    """0 where x < 0, so that a nan stays, and -0."""
    if type(x) is _float32:
        return _ZERO if x < _ZERO else x
    zero = x.dtype.type(0)
    if not isinstance(x, np.ndarray):
        return zero if x < zero else x
    return np.maximum(zero, x)  # of equal ones the second: -0 stays


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) with a rounding after every step, as PyTorch's float32 kernel has it."""
    return 1 / (1 + exp(-x))


def reciprocal(x: Array) -> Array:
    return 1 / x


def rsqrt(x: Array) -> Array:
    return 1 / np.sqrt(x)


def pow(x: Array, exponent: Any) -> Array:
    """x ** exponent; the whole exponents PyTorch special-cases are written out, so digits agree."""
    if isinstance(exponent, (int, float, np.number)) and x.dtype.kind == "f":
        special = _SPECIAL_POWERS.get(float(exponent))
        if special is not None:
            return special(x)
        exponent = float(exponent)
    if x.dtype == _F32 and getattr(exponent, "dtype", _F32) == _F32 and np.size(x) <= PRECISE_UP_TO:
        return np.power(x, exponent, dtype=np.float64).astype(_F32)
    return np.power(x, exponent)


_SPECIAL_POWERS: dict[float, Callable[[Array], Array]] = {
    0.0: np.ones_like,
    1.0: lambda x: x * 1,
    2.0: lambda x: x * x,
    3.0: lambda x: x * x * x,
    0.5: np.sqrt,
    -0.5: rsqrt,
    -1.0: reciprocal,
    -2.0: lambda x: 1 / (x * x),
}


def sum(x: Array, dim: Dims = None, keepdim: bool = False) -> Array:
    """Sum over `dim` (all of them when None or empty)."""
    axis = tuple(dim) if type(dim) is list else dim
    axis = None if axis == () else axis
    if x.dtype == _F32:
        if x.size <= PRECISE_UP_TO:
            if x.ndim == 2 and not keepdim and axis in (0, (0,)):
                return _ones(len(x), _F64).dot(x).astype(_F32)  # the same in half the time
            total = _total(x, axis, _F64, None, keepdim)
            return total.astype(_F32) if total.ndim else _float32(total)
        if axis in (-1, x.ndim - 1) and 0 < x.shape[-1] <= PRECISE_UP_TO and x.flags.c_contiguous:
            # NumPy has a call for each row; the product with ones takes a fifth of the time.
            *rows, n = x.shape
            return x.reshape(-1, n).dot(_ones(n, _F32)).reshape(rows + [1] * keepdim)
    if x.dtype.kind in "bui":
        return _total(x, axis, dtype=np.int64, keepdims=keepdim)
    return _total(x, axis, keepdims=keepdim)


@lru_cache(2 * PRECISE_UP_TO)
def _ones(count: int, dtype: np.dtype[Any]) -> Array:
    return np.ones(count, dtype)


def zeros_like(x: Array) -> Array:
    return type(x)(0) if isinstance(x, np.generic) else np.zeros_like(x)


def ones_like(x: Array) -> Array:
    return type(x)(1) if isinstance(x, np.generic) else np.ones_like(x)


def where(condition: Array, self: Array, other: Array) -> Array:
    if type(condition) is np.bool_ and type(self) is type(other) is _float32:
        return self if condition else other
    out: Array = np.where(condition, self, other)
    return out if out.ndim else out[()]


def expand(x: Array, size: Sequence[int]) -> Array:
    """Repeat without copying: a view whose new dimensions have stride 0."""
    if not len(size):
        return x
    if isinstance(x, np.generic):  # what broadcast_to would give, in a fifth of the time
        return np.ndarray(size, x.dtype, np.array(x), strides=(0,) * len(size))
    return np.broadcast_to(x, size)


def reshape(x: Array, shape: Sequence[int]) -> Array:
    return x.reshape(shape) if len(shape) else x.reshape(())[()]


def permute(x: Array, dims: Sequence[int]) -> Array:
    return x.transpose(dims)


def transpose(x: Array, dim0: int, dim1: int) -> Array:
    return x.swapaxes(dim0, dim1) if x.ndim else x


def t(x: Array) -> Array:
    return x.T


def squeeze(x: Array, dim: Any = None) -> Array:
    """Drop dimensions of size 1: all of them, or those of `dim` that have it."""
    if dim is None:
        out = np.squeeze(x)
    else:
        dims = (dim,) if isinstance(dim, int) else dim
        out = np.squeeze(x, tuple(d for d in dims if np.ndim(x) and np.shape(x)[d] == 1))
    return out


def mm(x: Array, mat2: Array) -> Array:
    return x.dot(mat2)  # what `@` gives, in half the time for small ones


mv, dot = mm, np.dot


def outer(x: Array, vec2: Array) -> Array:
    memory.room((x.size, vec2.size), x.dtype)
    return np.multiply.outer(x, vec2)


def cat(tensors: Sequence[Array], dim: int = 0) -> Array:
    return np.concatenate(tensors, dim)


def stack(tensors: Sequence[Array], dim: int = 0) -> Array:
    return np.stack(tensors, dim)


def select(x: Array, dim: int, index: int) -> Array:
    return x[(_ALL,) * dim + (index, ...)]


def slice(x: Array, dim: int, start: int, end: int, step: int = 1) -> Array:
    return x[(_ALL,) * dim + (_Slice(start, end, step),)]


def select_backward(grad: Array, size: Sequence[int], dim: int, index: int) -> Array:
    """`grad` at `index` of `dim` in zeros of `size`."""
    out = np.zeros(size, grad.dtype)
    out[(_ALL,) * dim + (index,)] = grad
    return out


def slice_backward(
    grad: Array, size: Sequence[int], dim: int, start: int, end: int, step: int
) -> Array:
    """`grad` at the slice of `dim` in zeros of `size`."""
    out = np.zeros(size, grad.dtype)
    out[(_ALL,) * dim + (_Slice(start, end, step),)] = grad
    return out


def index_backward(grad: Array, size: Sequence[int], index: Any) -> Array:
    """`grad` added at `index` (indices may repeat) in zeros of `size`."""
    out = np.zeros(size, grad.dtype)
    np.add.at(out, index, grad)
    return out


def zeros(size: Sequence[int], like: Array) -> Array:
    """Zeros of `size` in the dtype of `like`."""
    return np.zeros(size, like.dtype) if len(size) else like.dtype.type(0)


def full(size: Sequence[int], fill_value: Array) -> Array:
    """One value everywhere."""
    if not len(size):
        return fill_value
    out = np.empty(size, fill_value.dtype)
    out.fill(fill_value)
    return out


def cast(x: Array, dtype: np.dtype) -> Array:
    return x.astype(dtype)


def gather_flat(x: Array, positions: Array) -> Array:
    """The entries of a flat array at `positions` (any shape)."""
    return x[positions]


def scatter_flat(x: Array, positions: Array, values: Array | None) -> Array:
    """A copy of a flat array with `values` (None: zeros) at `positions`."""
    out = x.copy()
    out[positions] = 0 if values is None else values
    return out


def sgn(x: Array) -> Array:
    """-1, 0 or 1; 0 for nan, as PyTorch's derivative of abs has it."""
    return (
        np.where(np.isnan(x), x.dtype.type(0), np.sign(x))[()]
        if x.dtype.kind == "f"
        else np.sign(x)
    )


sign = sgn


def vector_norm(x: Array, ord: float, dim: Dims, keepdim: bool) -> Array:
    """(Σ |x|ᵒʳᵈ)^(1/ord); float32 is summed in float64 and rounded once."""
    wide = x.astype(np.float64) if x.dtype.kind == "f" else x
    size = np.abs(wide)
    axis = tuple(dim) if dim else None
    if ord == 2:
        out = np.sqrt(_total(size * size, axis, keepdims=keepdim))
    elif ord in (np.inf, -np.inf):
        reduce = np.max if ord > 0 else np.min
        out = reduce(size, axis, keepdims=keepdim)
    elif ord == 0:
        out = _total((size != 0).astype(wide.dtype), axis, keepdims=keepdim)
    else:
        out = _total(size**ord, axis, keepdims=keepdim) ** (1 / ord)
    return out.astype(x.dtype)


def tanh_backward(grad: Array, result: Array) -> Array:
    return grad * (1 - result * result)


def sigmoid_backward(grad: Array, result: Array) -> Array:
    return grad * (1 - result) * result


def threshold_backward(grad: Array, result: Array) -> Array:
    """`grad` where a relu was open; a nan opens it."""
    if type(result) is _float32:
        return _ZERO if result <= _ZERO else grad
    return where(result <= 0, grad.dtype.type(0), grad)


matmul = bmm = np.matmul
unsqueeze = np.expand_dims
inverse = np.linalg.inv
pinv = np.linalg.pinv
tril, triu = np.tril, np.triu


def roll(x: Array, shifts: Sequence[int], dims: Sequence[int]) -> Array:
    return np.roll(x, tuple(shifts), tuple(dims)) if dims else np.roll(x, tuple(shifts))


def rot90(x: Array, k: int, dims: Sequence[int]) -> Array:
    return np.rot90(x, k, (dims[0], dims[1]))


def diagonal(x: Array, offset: int, dim1: int, dim2: int) -> Array:
    return np.diagonal(x, offset, dim1, dim2)


def cross(x: Array, other: Array, dim: int) -> Array:
    return np.cross(x, other, axis=dim)


def pad(x: Array, pad: Sequence[int], value: float = 0.0) -> Array:
    """A frame of `value`; sizes from the last dimension on, negative ones cut away."""
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    widths = [(0, 0)] * (x.ndim - len(pairs)) + pairs[::-1]
    out = np.pad(x, [(max(a, 0), max(b, 0)) for a, b in widths], constant_values=value)
    return out[
        tuple(
            np.s_[max(-a, 0) : n - max(-b, 0)] for n, (a, b) in zip(out.shape, widths, strict=True)
        )
    ]


def softmax(x: Array, dim: int) -> Array:
    e = exp(x - np.maximum.reduce(x, dim, keepdims=True))
    return e / sum(e, dim, True)


def logsigmoid(x: Array) -> Array:
    return np.minimum(x, x.dtype.type(0)) - log1p(exp(-np.abs(x)))


def flip(x: Array, dims: Sequence[int]) -> Array:
    return np.flip(x, tuple(dims)).copy() if x.ndim else x


def cumsum(x: Array, dim: int) -> Array:
    """The sums so far; float32 is added up in float64 and rounded once."""
    if not x.ndim:
        return x
    if x.dtype == _F32:
        return (np.cumsum(x, dim, dtype=np.float64) + 0.0).astype(_F32)
    if x.dtype.kind in "bui":
        return np.cumsum(x, dim, dtype=np.int64)
    return np.cumsum(x, dim) + x.dtype.type(0)  # sums start at 0, so that there is no -0


def logcumsumexp(x: Array, dim: int) -> Array:
    """ln of the sums of exponentials so far; added up in float64 and rounded once."""
    if not x.ndim:
        return x
    return (np.logaddexp.accumulate(x.astype(np.float64), dim) + 0.0).astype(x.dtype)


def add_along(grad: Array, size: Sequence[int], dim: int, index: Array) -> Array:
    """`grad` added at the positions `index` along `dim` in zeros of `size`."""
    return index_backward(grad, size, along(index, dim))


def along(index: Array, dim: int) -> tuple[Array, ...]:
    """What makes `x[along(index, dim)]` pick like `gather`."""
    grid = list(np.indices(index.shape, sparse=True))
    grid[dim] = index
    return tuple(grid)


def put_along(grad: Array, size: Sequence[int], dim: int, index: Array) -> Array:
    """`grad` at the positions `index` along `dim` in zeros of `size`."""
    out = np.zeros(size, grad.dtype)
    np.put_along_axis(out, index, grad, dim)
    return out


def index_zeroed(x: Array, index: Any) -> Array:
    """A copy with zeros at `index`."""
    out = np.array(x)
    out[index] = 0
    return out


def index_read(x: Array, index: Any) -> Array:
    return np.asarray(x)[index]


def constant(data: Array) -> Array:
    """An array a rule has made itself, as it is (as a tensor in the other namespace)."""
    return data
