"""Random numbers by other distributions, in PyTorch's CPU stream where that is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import dtypes, random
from engine.factories import _dtype, _leaf, _size
from engine.function import Function
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Namespace = Any
INT64 = dtypes.BY_NAME["int64"]


def randint(
    *args: Any, low: int | None = None, high: int | None = None, size: Any = None,
    generator: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Whole numbers in [low, high), or in [0, high)."""
    given = list(args)
    if size is None and given and isinstance(given[-1], (tuple, list)):
        size = given.pop()
    numbers = [n for n in (low, *given, high) if n is not None]
    start, end = numbers if len(numbers) == 2 else (0, numbers[0])
    kind = _dtype(dtype, INT64)
    data = random.randint(int(start), int(end), tuple(size), kind, generator=generator)
    return _leaf(np.asarray(data), requires_grad)


def randint_like(
    input: Tensor, *args: Any, low: int | None = None, high: int | None = None, dtype: Any = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Whole numbers in the shape and dtype of another tensor."""
    kind = _dtype(dtype, input.dtype)
    return randint(
        *args, low=low, high=high, size=input.shape, dtype=kind, requires_grad=requires_grad
    )


def randperm(
    n: int, *, generator: Any = None, dtype: Any = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """The numbers 0 to n - 1 in random order."""
    order = random.randperm(n, generator=generator).astype(_dtype(dtype, INT64).np)
    return _leaf(order, requires_grad)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, dtype: Any = None,
    layout: Any = None, device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Normal numbers around `mean` with deviation `std`: numbers and a size, or tensors."""
    if size is not None:
        kind = _dtype(dtype)
        data = random.normal(_size((), size), kind, mean, std, generator=generator)
        return _leaf(np.asarray(data), requires_grad)
    like = mean if is_tensor(mean) else std
    shapes = [tuple(x.shape) for x in (mean, std) if is_tensor(x)]
    standard = random.normal(np.broadcast_shapes(*shapes), like.dtype, generator=generator)
    centre, spread = (x._data if is_tensor(x) else like._data.dtype.type(x) for x in (mean, std))
    if not is_tensor(std) and std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if np.any(np.asarray(spread) < 0):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    drawn = (np.asarray(standard) * spread + centre).astype(like._data.dtype)[()]
    if not is_tensor(std):
        return NormalBackward1.apply(mean, drawn=drawn)
    if not is_tensor(mean):
        return NormalBackward2.apply(std, drawn=drawn)
    return NormalBackward3.apply(mean, std, drawn=drawn)


class NormalBackward1(Function):
    def forward(F: Namespace, mean: Array, *, drawn: Array) -> Array:
        """Normal numbers around mean"""
        return drawn

    def grad_mean(F: Namespace, mean_shape: tuple[int, ...], grad: Array) -> Array:
        """A throw of dice is flat: no gradient gets through."""
        return F.zeros(mean_shape, grad)


class NormalBackward2(Function):
    def forward(F: Namespace, std: Array, *, drawn: Array) -> Array:
        """Normal numbers with deviation std"""
        return drawn

    def grad_std(F: Namespace, std_shape: tuple[int, ...], grad: Array) -> Array:
        """A throw of dice is flat: no gradient gets through."""
        return F.zeros(std_shape, grad)


class NormalBackward3(Function):
    def forward(F: Namespace, mean: Array, std: Array, *, drawn: Array) -> Array:
        """Normal numbers around mean with deviation std"""
        return drawn

    grad_mean = NormalBackward1.__dict__["grad_mean"].__func__
    grad_std = NormalBackward2.__dict__["grad_std"].__func__


class BernoulliBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, drawn: Array) -> Array:
        """1 with the probability self, else 0"""
        return drawn

    def grad_self(F: Namespace, grad: Array) -> Array:
        """A throw of dice is flat: no gradient gets through."""
        return F.zeros_like(grad)


def bernoulli(input: Tensor, p: float | None = None, *, generator: Any = None) -> Tensor:
    """1 with the probability each entry names (or `p`), else 0."""
    if p is not None:
        shape = tuple(input.shape)
        drawn = random.bernoulli_fill(shape, p, input.dtype, generator=generator)
    else:
        drawn = random.bernoulli(np.asarray(input._data), generator=generator)
    return BernoulliBackward0.apply(input, drawn=np.asarray(drawn)[()])


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None
) -> Tensor:
    """Numbers of entries, each drawn with a probability in proportion to the entry."""
    weights = np.asarray(input._data)
    _check_weights(weights, num_samples, replacement)
    rows = np.atleast_2d(weights)
    source = generator or random.default_generator()
    if replacement:
        drawn = _one_after_another(rows, num_samples, source)
    else:
        drawn = _by_race(rows, num_samples, source)
    return wrap(drawn if weights.ndim == 2 else drawn[0])


def _check_weights(weights: Array, count: int, replacement: bool) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > weights.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    if weights.dtype.kind != "f":
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, got: "
            f"{dtypes.of(weights.dtype).scalar_name}"
        )
    if weights.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    _check_probabilities(weights, replacement and count > 1)
    if np.any(weights.sum(-1) <= 0):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _check_probabilities(weights: Array, drawn_again: bool) -> None:
    """Every entry a share; PyTorch says it otherwise where it draws one after another."""
    if not drawn_again and not np.all(np.isfinite(weights) & (weights >= 0)):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    what = "invalid multinomial distribution (encountering probability entry"
    for weight in weights.flat if drawn_again else ():
        if not weight >= 0:  # nan as well
            raise RuntimeError(f"{what} < 0)")
        if weight == np.inf:
            raise RuntimeError(f"{what} = infinity or NaN)")


def _by_race(rows: Array, count: int, source: Any) -> Array:
    """The entries with the largest weight over an exponential number (the Gumbel trick)."""
    uniform = np.reshape(source.doubles(rows.size), rows.shape)
    waits = (-np.log1p(-uniform)).astype(rows.dtype)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(rows == 0, 0, rows / waits)
    if count == 1:
        return np.argmax(speed, -1, keepdims=True)
    return np.argsort(-speed, -1, kind="stable")[:, :count]


def _one_after_another(rows: Array, count: int, source: Any) -> Array:
    """Each entry by where a uniform number falls among the sums of the weights so far."""
    if count == 1:
        return _by_race(rows, 1, source)
    out = np.empty((len(rows), count), np.int64)
    for row, drawn in zip(rows, out, strict=True):
        sums = np.cumsum(row.astype(np.float64))
        sums /= sums[-1]
        drawn[:] = np.searchsorted(sums.astype(row.dtype), source.doubles(count))
    return np.minimum(out, rows.shape[1] - 1)


RANDOM = (randint, randint_like, randperm, normal, bernoulli, multinomial)
"""Functions of `torch`."""
METHODS = (bernoulli, multinomial)
"""Those that are methods of Tensor too."""
