"""PyTorch's CPU random numbers, bit for bit: the same seed gives the same tensors.

One Mersenne Twister per thread feeds everything.  A float32 takes one 32-bit word of the stream, a
float64 two; the order of the draws is PyTorch's, so programs that mix kinds stay in step.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine import memory
from engine.dtypes import (
    Array,
    cast,
    dtype,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    int64,
    of,
    shaped,
)
from engine.rounding import multiply_add, multiply_add_doubles

Shape: TypeAlias = tuple[int, ...]
Floats: TypeAlias = NDArray[Any]

DEFAULT_SEED: Final = 67280421310721
SEEDS: Final = (-(2**63), 2**64 - 1)
"""The least and the greatest seed there is."""
BLOCK: Final = 16
"""From this many elements on, normals are made in blocks rather than pair by pair."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a generator stands; opaque, to be given back to `set_state`."""

    seed: int
    key: bytes
    position: int
    spare: float | None


class Generator:
    """A stream of random numbers that starts at a seed; `torch.Generator` on the CPU."""

    __slots__ = ("_seed", "_spare", "_twister")

    def __init__(self) -> None:
        self._twister = np.random.MT19937()
        self.manual_seed(DEFAULT_SEED)

    def manual_seed(self, seed: int) -> Generator:
        """Start anew; negative seeds count from 2**64 downwards, others must be below it."""
        seed = int(seed)
        if not SEEDS[0] <= seed <= SEEDS[1]:
            raise ValueError("Overflow when unpacking long long")
        self._seed = seed % 2**64
        self._twister._legacy_seeding(seed % 2**32)
        self._spare: float | None = None
        return self

    def initial_seed(self) -> int:
        """The seed last given, in [0, 2**64)."""
        return self._seed

    def seed(self) -> int:
        """Start anew at an unforeseeable seed, which is returned."""
        return self.manual_seed(secrets.randbits(64)).initial_seed()

    def get_state(self) -> State:
        """A copy of where the stream stands."""
        inner = self._twister.state["state"]
        return State(self._seed, inner["key"].tobytes(), inner["pos"], self._spare)

    def set_state(self, state: State) -> Generator:
        """Continue from where `get_state` was called."""
        self._twister.state = {
            "bit_generator": "MT19937",
            "state": {"key": np.frombuffer(state.key, np.uint32), "pos": state.position},
        }
        self._seed, self._spare = state.seed, state.spare
        return self

    def words(self, count: int) -> NDArray[np.uint64]:
        """The next 32-bit words (count,)."""
        return self._twister.random_raw(count)

    def long_words(self, count: int) -> NDArray[np.uint64]:
        """The next 64-bit words (count,), each of two 32-bit ones, high half first."""
        halves = self.words(2 * count)
        return (halves[0::2] << np.uint64(32)) | halves[1::2]

    def singles(self, count: int) -> NDArray[np.float32]:
        """float32s (count,) in [0, 1) with 24 random bits."""
        return (self.words(count) & np.uint64(2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def doubles(self, count: int) -> NDArray[np.float64]:
        """float64s (count,) in [0, 1) with 53 random bits."""
        return (self.long_words(count) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53

    def gauss(self) -> float:
        """One standard normal; they are made in pairs, and the second waits for the next call."""
        if self._spare is not None:
            value, self._spare = self._spare, None
            return value
        angle, size = self.doubles(2).tolist()
        radius = math.sqrt(-2 * math.log1p(-size))
        self._spare = radius * math.sin(2 * math.pi * angle)
        return radius * math.cos(2 * math.pi * angle)


class _Current(threading.local):
    def __init__(self) -> None:
        self.generator = Generator()


_current = _Current()


def default_generator() -> Generator:
    """The generator of this thread, which is drawn from when none is given."""
    return _current.generator


def exchanged(generator: Generator) -> Generator:
    """Make it the generator of this thread; the one there was."""
    before, _current.generator = _current.generator, generator
    return before


def manual_seed(seed: int) -> Generator:
    """Seed this thread's generator and return it."""
    return _current.generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed of this thread's generator."""
    return _current.generator.initial_seed()


def seed() -> int:
    """Seed this thread's generator unforeseeably; returns the seed."""
    return _current.generator.seed()


def get_state() -> State:
    """Where this thread's generator stands."""
    return _current.generator.get_state()


def set_state(state: State) -> None:
    """Continue this thread's generator from `state`, which any thread may have taken."""
    _current.generator.set_state(state)


# Uniform


def rand(shape: Shape, dtype: dtype | None = None, *, generator: Generator | None = None) -> Array:
    """Uniform numbers in [0, 1)."""
    dtype = _floating(dtype, "check_uniform_bounds")
    if dtype is float16:  # where rounding up to 1 has to be undone
        return uniform(shape, dtype, generator=generator)
    count, source = _count(shape), generator or _current.generator
    draws = source.doubles(count) if dtype is float64 else source.singles(count)
    return shaped(draws, shape)


def uniform(
    shape: Shape,
    dtype: dtype | None = None,
    low: float = 0.0,
    high: float = 1.0,
    *,
    generator: Generator | None = None,
) -> Array:
    """Uniform numbers in [low, high)."""
    dtype = _floating(dtype, "check_uniform_bounds")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    count, source = _count(shape), generator or _current.generator
    if dtype is float64:
        values = multiply_add_doubles(source.doubles(count), high - low, low)
    else:
        start, stop = np.float32(low), np.float32(high)
        values = multiply_add(source.singles(count), stop - start, start)
    values = cast(values, dtype)
    least, most = cast(np.array([low, high]), dtype)
    values[values == most] = least  # where rounding reached the bound that is excluded
    return shaped(values, shape)


# Normal


def randn(shape: Shape, dtype: dtype | None = None, *, generator: Generator | None = None) -> Array:
    """Standard normal numbers."""
    return normal(shape, dtype, generator=generator)


def normal(
    shape: Shape,
    dtype: dtype | None = None,
    mean: float = 0.0,
    std: float = 1.0,
    *,
    generator: Generator | None = None,
) -> Array:
    """Normal numbers around `mean` with standard deviation `std`."""
    dtype = _floating(dtype, "normal_kernel_cpu")
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    count, source = _count(shape), generator or _current.generator
    if count < BLOCK:
        values = multiply_add_doubles(np.array([source.gauss() for _ in range(count)]), std, mean)
    elif dtype is float64:
        standard = _in_blocks(source.doubles, _box_muller, count, ahead=count)
        values = multiply_add_doubles(standard, std, mean)
    else:
        ahead = count if dtype is float32 else count - count % BLOCK  # half draws as it goes
        standard = _in_blocks(source.singles, _box_muller_single, count, ahead)
        values = multiply_add(standard, np.float32(std), np.float32(mean))
    return shaped(cast(values, dtype), shape)


def _in_blocks(
    draw: Callable[[int], Floats], to_normal: Callable[[Floats], Floats], count: int, ahead: int
) -> Floats:
    """Normals (count,) of `ahead` uniforms and, where 16 does not divide `count`, of 16 more.

    Those 16 make the last 16 numbers, whatever stood there; what is left of `ahead` goes unused.
    """
    whole = count - count % BLOCK
    values = to_normal(draw(ahead)[:whole])
    if whole == count:
        return values
    return np.concatenate([values[: count - BLOCK], to_normal(draw(BLOCK))])


def _box_muller(uniforms: Floats) -> Floats:
    """Uniform float64s (16 n,) to normal ones; each block of 16 holds 8 radii, then 8 angles."""
    sizes, angles = _halves(uniforms)
    # the C library's functions as Python has them: NumPy's own differ in the last bit
    radius = np.array([math.sqrt(-2 * math.log(1 - x)) for x in sizes.tolist()])
    turns = [2 * math.pi * x for x in angles.tolist()]
    cosine, sine = np.array([math.cos(x) for x in turns]), np.array([math.sin(x) for x in turns])
    return _blocks(radius * cosine, radius * sine)


def _box_muller_single(uniforms: Floats) -> Floats:
    """As `_box_muller` in float32, with the errors of the vector code that PyTorch runs."""
    sizes, angles = _halves(uniforms)
    radius = np.sqrt(np.float32(-2) * _log(np.float32(1) - sizes))
    cosine, sine = _cos_sin(np.float32(2 * math.pi) * angles)
    return _blocks(radius * cosine, radius * sine)


def _halves(uniforms: Floats) -> tuple[Floats, Floats]:
    blocks = uniforms.reshape(-1, 2, BLOCK // 2)
    return blocks[:, 0].ravel(), blocks[:, 1].ravel()


def _blocks(first: Floats, second: Floats) -> Floats:
    half = BLOCK // 2
    return np.stack([first.reshape(-1, half), second.reshape(-1, half)], axis=1).ravel()


# The Cephes approximations in float32, rounded and fused where the vector code of an AVX2 machine
# rounds and fuses.  With correctly rounded functions 17 % of the normals would differ in their last
# bits.


def _singles(*values: float) -> list[np.float32]:
    return [np.float32(value) for value in values]


_LOG: Final = _singles(
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
)
_LN2: Final = _singles(0.693359375, -2.12194440e-4)  # high and low part
_COS: Final = _singles(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_SIN: Final = _singles(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_QUARTER_PI: Final = _singles(-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)
_HALF: Final = np.float32(0.5)


def _polynomial(coefficients: list[np.float32], x: Floats) -> Floats:
    value: Floats = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = multiply_add(value, x, coefficient)
    return value


def _log(x: Floats) -> Floats:
    """The natural logarithm of float32s above 0."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < np.float32(math.sqrt(0.5))
    scale = (exponent - low).astype(np.float32)
    x = np.where(low, mantissa + mantissa, mantissa) - np.float32(1)
    square = x * x
    high_terms = _polynomial(_LOG, x) * x
    correction = multiply_add(high_terms, square, scale * _LN2[1]) - square * _HALF
    log: Floats = (x + correction) + scale * _LN2[0]
    return log


def _cos_sin(x: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine of float32s from 0 to 2 pi."""
    octant = ((x * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_PI:
        x = multiply_add(octant.astype(np.float32), part, x)
    square = x * x
    terms = _polynomial(_COS, square) * square
    cosine = multiply_add(terms, square, square * -_HALF) + np.float32(1)
    sine = multiply_add(_polynomial(_SIN, square) * square, x, x)
    swapped = octant & 2 != 0
    cosine, sine = np.where(swapped, sine, cosine), np.where(swapped, cosine, sine)
    return np.where(octant + 2 & 4, -cosine, cosine), np.where(octant & 4, -sine, sine)


# Integers


def randint(
    low: int,
    high: int,
    shape: Shape,
    dtype: dtype = int64,
    *,
    generator: Generator | None = None,
) -> Array:
    """Whole numbers in [low, high), both of which `dtype` must hold."""
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    _check_bounds(low, high, dtype)
    count, source = _count(shape), generator or _current.generator
    span = high - low
    words = source.words(count) if span < 2**28 else source.long_words(count)
    values = (words % np.uint64(span)).view(np.int64) + np.int64(low)
    return shaped(cast(values, dtype), shape)


_C_NAMES: Final = {
    "bool": "bool",
    "uint8": "unsigned char",
    "int8": "signed char",
    "int16": "short int",
    "int32": "int",
    "int64": "long int",
    "float16": "c10::Half",
    "float32": "float",
    "float64": "double",
}


def _check_bounds(low: int, high: int, dtype: dtype) -> None:
    least, most = _limits(dtype)
    for what, value in (("from", low), ("to - 1", high - 1)):
        if not least <= value <= most:
            raise RuntimeError(f"{what} is out of bounds for {_C_NAMES[dtype.name]}")


def _limits(dtype: dtype) -> tuple[float, float]:
    if dtype.np.kind == "b":
        return 0, 1
    limits = finfo(dtype) if dtype.is_floating_point else np.iinfo(dtype.np)
    return limits.min, limits.max


def randperm(n: int, *, generator: Generator | None = None) -> NDArray[np.int64]:
    """The numbers 0 to n - 1 in random order, int64 (n,)."""
    count, source = _count((n,)), generator or _current.generator
    order = list(range(count))
    draws = source.words(max(count - 1, 0)).tolist()
    for i, draw in enumerate(draws):
        j = i + draw % (count - i)
        order[i], order[j] = order[j], order[i]
    return np.array(order, dtype=np.int64)


def bernoulli(p: Array, *, generator: Generator | None = None) -> Array:
    """1 with probability `p`, else 0, element by element, in the dtype of `p`."""
    dtype = _floating(of(p.dtype), "bernoulli_tensor_cpu_p_")
    chances: NDArray[Any] = p.ravel()
    if not np.all((chances >= 0) & (chances <= 1)):
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  "
            "(Could this error message be improved?  "
            "If so, please report an enhancement request to PyTorch.)"
        )
    source = generator or _current.generator
    draws = source.doubles(p.size) if dtype is float64 else source.singles(p.size)
    return shaped(cast(draws < chances, dtype), p.shape)


def bernoulli_fill(
    shape: Shape,
    p: float = 0.5,
    dtype: dtype = float32,
    *,
    generator: Generator | None = None,
) -> Array:
    """1 with probability `p`, else 0, as `Tensor.bernoulli_(p)` and dropout draw them."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    draws = (generator or _current.generator).doubles(_count(shape))
    return shaped(cast(draws < p, dtype), shape)


# Shared


def _count(shape: Shape) -> int:
    for size in shape:
        if size < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {size}: {list(shape)}"
            )
    memory.room(shape, float32.np)
    return prod(shape)


def _floating(dtype: dtype | None, kernel: str) -> dtype:
    if dtype is None:
        return get_default_dtype()
    if not dtype.is_floating_point:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtype.scalar_name}'")
    return dtype
