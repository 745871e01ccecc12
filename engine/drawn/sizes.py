"""What a call would make, told from its arguments: refused before memory is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.drawn import catalogue
from engine.memory import room
from engine.tensor import Tensor, is_tensor

Given = Mapping[str, Any]


def check(path: str, args: Sequence[Any], kwargs: Given) -> None:
    """Make sure that there is room for what the call makes; raises RuntimeError with the bytes."""
    name = path.rpartition(".")[2].removesuffix("_")
    if name in _MADE:
        given = _bound(path, args, kwargs)
        try:
            count = _MADE[name](given)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return  # the function itself says better what is wrong
        room((count,), np.dtype(np.float32))


def _bound(path: str, args: Sequence[Any], kwargs: Given) -> Given:
    """The arguments by name; what stands for the rest is called `rest`."""
    try:
        found = catalogue.signature(path).bind(*args, **kwargs)
    except TypeError:
        return {"rest": args, **kwargs}
    found.apply_defaults()
    named: dict[str, Any] = {}
    for name, parameter in found.signature.parameters.items():
        value = found.arguments[name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            named["rest"] = value
        elif parameter.kind is parameter.VAR_KEYWORD:
            named |= value
        else:
            named[name] = value
    return named


def _numbers(value: Any) -> int:
    """All sizes in a value multiplied, 0 and what is no number left out."""
    if isinstance(value, (list, tuple)):
        return math.prod(map(_numbers, value))
    return max(1, abs(value)) if type(value) is int else 1


def _elements(value: Any) -> int:
    return value.numel() if is_tensor(value) else 1


def _drawn(given: Given) -> int:
    """Of `randint` and `normal`: their size, the last thing given without a name."""
    rest = given.get("rest") or (1,)
    return _numbers(given["size"] if given.get("size") is not None else rest[-1])


def _strided(given: Given) -> int:
    pairs = zip(given["size"], given["stride"], strict=False)
    return sum(_numbers(n) * _numbers(s) for n, s in pairs)


def _diagonal(given: Given) -> int:
    x: Tensor = given["self"]
    side = (x.shape[-1] if x.ndim else 1) + abs(given.get("offset", given.get("diagonal", 0)))
    return int(x.numel() if x.ndim > 1 and "offset" not in given else x.numel() * side + side)


def _diagflat(given: Given) -> int:
    return int((given["self"].numel() + abs(given["offset"])) ** 2)


def _powers(given: Given) -> int:
    x = given.get("x", given.get("self"))
    return _elements(x) * _numbers(given.get("N"))


def _product(given: Given) -> int:
    groups = [v if isinstance(v, (list, tuple)) else [v] for v in given.values()]
    parts = [part for group in groups for part in group]
    return math.prod(_elements(p) for p in parts) * max(1, len(parts))


def _blocks(given: Given) -> int:
    shapes = [x.shape for x in given["rest"]]
    return sum(s[0] if len(s) > 1 else 1 for s in shapes) * sum(s[-1] if s else 1 for s in shapes)


def _combined(given: Given) -> int:
    n, r = int(given["self"].numel()), int(given["r"])
    return math.comb(n + r if given["with_replacement"] else n, r) * r if 0 <= r <= 64 else 1


def _repeated(given: Given) -> int:
    x: Tensor = given["self"]
    repeats = given["repeats"]
    if is_tensor(repeats):
        return x.numel() * int(repeats._data.max(initial=0))
    return x.numel() * _numbers(repeats)


def _resized(given: Given) -> int:
    x: Tensor = given["self"]
    dims = max(0, x.ndim - 2)
    if given.get("size") is not None:
        sizes = given["size"]
        spatial = _numbers(sizes) ** (1 if isinstance(sizes, (list, tuple)) else dims)
        return int(math.prod(x.shape[:2]) * spatial)
    scales = given["scale_factor"]
    scales = scales if isinstance(scales, (list, tuple)) else [scales] * dims
    return math.ceil(x.numel() * math.prod(scales))


def _pooled(dims: int) -> Callable[[Given], int]:
    """Of adaptive pooling over so many dimensions: every channel gets the size that is asked."""

    def count(given: Given) -> int:
        sizes, shape = given["output_size"], given["self"].shape
        made = _numbers(sizes) ** (1 if isinstance(sizes, (list, tuple)) else dims)
        return int(math.prod(shape[:-dims]) * made)

    return count


_MADE: Mapping[str, Callable[[Given], int]] = {
    "randint": _drawn,
    "normal": _drawn,
    "randperm": lambda given: _numbers(given["n"]),
    "tril_indices": lambda given: 2 * _numbers(given["row"]) * _numbers(given["col"]),
    "triu_indices": lambda given: 2 * _numbers(given["row"]) * _numbers(given["col"]),
    "empty_strided": _strided,
    "hann_window": lambda given: _numbers(given["window_length"]),
    "hamming_window": lambda given: _numbers(given["window_length"]),
    "blackman_window": lambda given: _numbers(given["window_length"]),
    "histc": lambda given: _numbers(given["bins"]),
    "bincount": lambda given: max(_numbers(given["minlength"]), _highest(given["self"])),
    "diag": _diagonal,
    "diag_embed": _diagonal,
    "diagflat": _diagflat,
    "vander": _powers,
    "kron": _product,
    "cartesian_prod": _product,
    "block_diag": _blocks,
    "combinations": _combined,
    "repeat_interleave": _repeated,
    "interpolate": _resized,
    "upsample": _resized,
    "fold": lambda given: math.prod(given["self"].shape[:1]) * _numbers(given["output_size"]),
    "affine_grid": lambda given: _numbers(given["size"]) * 3,
    "multinomial": lambda given: _numbers(given["num_samples"]),
    "adaptive_avg_pool1d": _pooled(1),
    "adaptive_avg_pool2d": _pooled(2),
    "adaptive_avg_pool3d": _pooled(3),
    "adaptive_max_pool1d": _pooled(1),
    "adaptive_max_pool2d": _pooled(2),
    "adaptive_max_pool3d": _pooled(3),
}
"""Of what makes more than its inputs, and does not say so itself: elements, from the arguments."""


def _highest(x: Tensor) -> int:
    return int(x._data.max(initial=0)) + 1
