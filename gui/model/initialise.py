"""How a tensor's values may begin: torch's initialisers, with a seed that makes them repeatable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import dtypes
from engine.factories import arange, zeros
from engine.nn import init
from engine.random import Generator
from engine.tensor import Tensor
from gui.model.leaf import Leaf, with_dtype

MOST_SHORTENED = 1 << 17
"""Random numbers up to which each is written as short as its dtype allows: `0.1`, for `0.1…149`."""


@dataclass(frozen=True, slots=True)
class Option:
    """An argument of an initialiser: a number, or one of a few words."""

    name: str
    default: Any
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Initialiser:
    """One way to fill; `call` is torch.nn.init's name, `random` whether a seed matters."""

    name: str
    options: tuple[Option, ...] = ()
    random: bool = False
    call: str = ""


_GAIN = Option("gain", 1.0)
_KAIMING = (
    Option("a", 0.0),
    Option("mode", "fan_in", ("fan_in", "fan_out")),
    Option("nonlinearity", "leaky_relu", ("leaky_relu", "relu", "tanh", "sigmoid", "selu")),
)

INITIALISERS = (
    Initialiser("zeros", call="zeros_"),
    Initialiser("ones", call="ones_"),
    Initialiser("constant", (Option("val", 0.5),), call="constant_"),
    Initialiser("eye", call="eye_"),
    Initialiser("arange", (Option("start", 0.0), Option("step", 1.0))),
    Initialiser("uniform", (Option("a", 0.0), Option("b", 1.0)), True, "uniform_"),
    Initialiser("normal", (Option("mean", 0.0), Option("std", 1.0)), True, "normal_"),
    Initialiser("xavier uniform", (_GAIN,), True, "xavier_uniform_"),
    Initialiser("xavier normal", (_GAIN,), True, "xavier_normal_"),
    Initialiser("kaiming uniform", _KAIMING, True, "kaiming_uniform_"),
    Initialiser("kaiming normal", _KAIMING, True, "kaiming_normal_"),
)

BY_NAME = {found.name: found for found in INITIALISERS}


def filled(leaf: Leaf, name: str, seed: int, options: Mapping[str, Any]) -> Leaf:
    """The leaf with the values torch gives after `torch.manual_seed(seed)`.

    Raises ValueError with a sentence where the initialiser does not suit its shape or dtype.
    """
    how = BY_NAME[name]
    if how.random and leaf.kind != "f":
        raise ValueError(
            f"Random numbers need a floating-point dtype, not {leaf.dtype_name}: choose float32."
        )
    array = _filled(leaf, how, seed, options)
    if leaf.kind == "f":
        return replace(leaf, array=shortest(array).reshape(leaf.array.shape))
    return with_dtype(replace(leaf, array=_whole(array).reshape(leaf.array.shape)), leaf.dtype)


def _filled(leaf: Leaf, how: Initialiser, seed: int, options: Mapping[str, Any]) -> NDArray[Any]:
    dtype = dtypes.BY_NAME[leaf.dtype_name] if leaf.kind == "f" else dtypes.float64
    if how.name == "arange":
        start, step = float(options["start"]), float(options["step"])
        numbers = arange(leaf.array.size, dtype=dtypes.float64)._data * step + start
        return np.asarray(dtypes.cast(numbers, dtype))
    tensor: Tensor = zeros(leaf.array.shape, dtype=dtype)
    given = dict(options)
    if how.random:
        given["generator"] = Generator().manual_seed(seed)
    try:
        getattr(init, how.call)(tensor, **given)
    except (RuntimeError, TypeError) as error:
        raise ValueError(str(error)) from None
    return np.asarray(tensor._data)


def _whole(array: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as such, where nothing says that they are to be anything else."""
    whole = np.isfinite(array).all() and (array == np.trunc(array)).all()
    return array.astype(np.int64) if whole else array.astype(np.float64)


def shortest(array: NDArray[Any]) -> NDArray[np.float64]:
    """The numbers with as few digits as read back as the same in their own dtype."""
    if array.dtype == np.float64 or array.size > MOST_SHORTENED:
        return array.astype(np.float64)
    short = array.astype(str).astype(np.float64)
    exact = array.astype(np.float64)
    same = short.astype(array.dtype) == array
    return np.where(same, short, exact)
