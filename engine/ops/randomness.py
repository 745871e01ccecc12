"""The in-place ops that fill a tensor with random numbers, in PyTorch's CPU stream."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import dtypes, random
from engine.function import Function
from engine.inplace import inplace
from engine.registry import tex
from engine.tensor import Tensor

Array = Any
Draw = Callable[[Array], Array]


def _node(name: str) -> type[Function]:
    """A Function that overwrites its input by what `draw` gives for it."""

    def forward(F: Any, self: Array, *, draw: Draw) -> Array:
        """Random numbers"""
        return draw(self)

    @tex("0")
    def grad_self(F: Any, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)

    return type(name, (Function,), {"forward": forward, "grad_self": grad_self, "__slots__": ()})


UniformBackward0, NormalBackward0 = _node("UniformBackward0"), _node("NormalBackward0")
ExponentialBackward0, CauchyBackward0 = _node("ExponentialBackward0"), _node("CauchyBackward0")
LogNormalBackward0, GeometricBackward0 = _node("LogNormalBackward0"), _node("GeometricBackward0")
BernoulliBackward2 = _node("BernoulliBackward2")
RandomBackward0, RandomBackward1 = _node("RandomBackward0"), _node("RandomBackward1")
RandomBackward2 = _node("RandomBackward2")


class BernoulliBackward1(Function):
    def forward(F: Any, self: Array, p: Array, *, generator: Any) -> Array:
        """1 with probability p, else 0"""
        chances = np.broadcast_to(p, self.shape)
        return np.asarray(random.bernoulli(chances, generator=generator)).astype(self.dtype)

    @tex(r"0")
    def grad_self(F: Any, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)

    @tex(r"0")
    def grad_p(F: Any, grad: Array, p: Array) -> Array:
        """A draw has no slope."""
        return F.zeros_like(p)


def uniform_(self: Tensor, from_: float = 0, to: float = 1, *, generator: Any = None) -> Tensor:
    """Fill with uniform numbers in [from_, to)."""

    def draw(x: Array) -> Array:
        return random.uniform(x.shape, dtypes.of(x.dtype), from_, to, generator=generator)

    return inplace(UniformBackward0, self, draw=draw)


def normal_(self: Tensor, mean: float = 0, std: float = 1, *, generator: Any = None) -> Tensor:
    """Fill with normal numbers."""

    def draw(x: Array) -> Array:
        return random.normal(x.shape, dtypes.of(x.dtype), mean, std, generator=generator)

    return inplace(NormalBackward0, self, draw=draw)


def _one_by_one(
    node: type[Function], self: Tensor, value: Callable[[float], float], generator: Any
) -> Tensor:
    """Fill with a function of one float64 in [0, 1) for each element."""

    def draw(x: Array) -> Array:
        source = generator or random.default_generator()
        values = [value(u) for u in source.doubles(x.size).tolist()]
        return np.array(values).astype(x.dtype).reshape(x.shape)

    return inplace(node, self, draw=draw)


def exponential_(self: Tensor, lambd: float = 1, *, generator: Any = None) -> Tensor:
    """Fill with numbers of density lambd · e^(-lambd · x)."""
    if lambd <= 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    return _one_by_one(ExponentialBackward0, self, lambda u: -1 / lambd * math.log1p(-u), generator)


def cauchy_(self: Tensor, median: float = 0, sigma: float = 1, *, generator: Any = None) -> Tensor:
    """Fill with numbers of the Cauchy distribution."""
    if sigma <= 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")

    def value(u: float) -> float:
        return median + sigma * math.tan(math.pi * (u - 0.5))

    return _one_by_one(CauchyBackward0, self, value, generator)


def geometric_(self: Tensor, p: float, *, generator: Any = None) -> Tensor:
    """Fill with the number of trials up to the first success of probability p."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")

    def value(u: float) -> float:
        return math.ceil(math.log(u) / math.log1p(-p)) if u else 1

    return _one_by_one(GeometricBackward0, self, value, generator)


def log_normal_(self: Tensor, mean: float = 1, std: float = 2, *, generator: Any = None) -> Tensor:
    """Fill with e to normal numbers."""
    if std <= 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")

    def draw(x: Array) -> Array:
        source = generator or random.default_generator()
        values = [math.exp(mean + std * source.gauss()) for _ in range(x.size)]
        return np.array(values).astype(x.dtype).reshape(x.shape)

    return inplace(LogNormalBackward0, self, draw=draw)


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Any = None) -> Tensor:
    """Fill with 1 at probability `p` (a number, or a tensor of one for each), else 0."""
    if isinstance(p, Tensor):
        return inplace(BernoulliBackward1, self, p, generator=generator)

    def fill(x: Array) -> Array:
        return random.bernoulli_fill(x.shape, p, dtypes.of(x.dtype), generator=generator)

    return inplace(BernoulliBackward2, self, draw=fill)


def random_(
    self: Tensor, from_: int | None = None, to: int | None = None, *, generator: Any = None
) -> Tensor:
    """Fill with whole numbers in [from_, to), [0, from_), or all that the dtype counts to."""
    if from_ is None:
        return inplace(RandomBackward2, self, draw=lambda x: _counted(x, generator))
    low, high = (0, from_) if to is None else (from_, to)

    def draw(x: Array) -> Array:
        return random.randint(low, high, x.shape, dtypes.of(x.dtype), generator=generator)

    return inplace(RandomBackward1 if to is None else RandomBackward0, self, draw=draw)


def _counted(x: Array, generator: Any) -> Array:
    """Whole numbers up to the largest below which the dtype has all."""
    kind, source = x.dtype, generator or random.default_generator()
    if kind.kind == "f":
        most = 2 ** (np.finfo(kind).nmant + 1) + 1
    else:
        most = 2 if kind.kind == "b" else int(np.iinfo(kind).max) + 1
    words = source.long_words(x.size) if kind.itemsize == 8 else source.words(x.size)
    return (words % np.uint64(most)).astype(kind).reshape(x.shape)
