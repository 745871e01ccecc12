"""Questions with a yes or no for every entry; no gradient passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.function import Function
from engine.inplace import inplace
from engine.layout import each, laid
from engine.promote import PROMOTE
from engine.registry import Operand, op, tex
from engine.tensor import Tensor, wrap

Array = Any


_SAMPLES = (((2, 3), (3,)), ([1, 2], [2, 2]), ((2, 3), 0.5))


_TEX = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\neq"}


def _comparison(
    name: str, symbol: str, ufunc: Callable[..., Any], doc: str
) -> Callable[..., Tensor]:
    class Comparison(Function):
        promote = "arithmetic"

        def forward(F: Any, self: Array, other: Array) -> Array:
            """Compared entry by entry"""
            return ufunc(self, other)

    def compare(self: Tensor, other: Operand) -> Tensor:
        return Comparison.apply(self, other)

    compare.__name__, compare.__doc__ = name, doc
    formula = rf"y = [a {_TEX.get(symbol, symbol)} b]"
    spelling = f"{{self}} {symbol} {{other}}"
    return op("Elementary", symbol, torch=spelling, samples=_SAMPLES, formula=formula)(compare)


def _written(name: str, ufunc: Callable[..., Any]) -> Callable[..., Tensor]:
    """`lt_` and the like: 1 and 0 in the place of what was compared."""

    def forward(F: Any, self: Array, other: Array) -> Array:
        """Compared entry by entry"""
        return ufunc(self, other)

    @tex("0")
    def flat(F: Any, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)

    rules = {"forward": forward, "promote": "arithmetic", "grad_self": flat}
    stem = f"{name.capitalize()}Backward"
    by_number: type[Function] = type(stem + "0", (Function,), dict(rules))
    by_tensor: type[Function] = type(stem + "1", (Function,), {**rules, "grad_other": flat})

    def compare(self: Tensor, other: Operand) -> Tensor:
        return inplace(by_tensor if isinstance(other, Tensor) else by_number, self, other)

    compare.__name__, compare.__doc__ = f"{name}_", "1 where it holds, else 0, in place."
    return compare


_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
globals().update({f"{name}_": _written(name, ufunc) for name, ufunc in _COMPARISONS.items()})

lt = _comparison("lt", "<", np.less, "Where the first is smaller.")
le = _comparison("le", "<=", np.less_equal, "Where the first is smaller or equal.")
gt = _comparison("gt", ">", np.greater, "Where the first is larger.")
ge = _comparison("ge", ">=", np.greater_equal, "Where the first is larger or equal.")
eq = _comparison("eq", "==", np.equal, "Where both are equal.")
ne = _comparison("ne", "!=", np.not_equal, "Where they differ.")


def _logical(ufunc: Callable[..., Any], doc: str) -> Callable[..., Tensor]:
    def compare(self: Tensor, other: Tensor) -> Tensor:
        return wrap(each(ufunc, *PROMOTE["arithmetic"]([self, other])))

    compare.__name__, compare.__doc__ = ufunc.__name__, doc
    return compare


logical_and = _logical(np.logical_and, "Where both are true.")
logical_or = _logical(np.logical_or, "Where either is true.")
logical_xor = _logical(np.logical_xor, "Where exactly one is true.")
bitwise_and = _logical(np.bitwise_and, "Bit by bit: both.")
bitwise_or = _logical(np.bitwise_or, "Bit by bit: either.")
bitwise_xor = _logical(np.bitwise_xor, "Bit by bit: exactly one.")


def logical_not(self: Tensor) -> Tensor:
    """Where the entry is false."""
    return wrap(each(np.logical_not, self._data))


def bitwise_not(self: Tensor) -> Tensor:
    """Every bit turned."""
    return wrap(each(np.invert, self._data))


def isnan(self: Tensor) -> Tensor:
    """Where the entry is nan."""
    return wrap(each(np.isnan, self._data))


def isinf(self: Tensor) -> Tensor:
    """Where the entry is infinite."""
    return wrap(each(np.isinf, self._data))


def isfinite(self: Tensor) -> Tensor:
    """Where the entry is a finite number."""
    return wrap(each(np.isfinite, self._data))


def isclose(
    self: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Where |self - other| <= atol + rtol · |other|."""
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")
    return wrap(
        laid(np.isclose(self._data, other._data, rtol, atol, equal_nan), [self._data, other._data])
    )


def allclose(
    self: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all entries are close."""
    return bool(np.all(isclose(self, other, rtol, atol, equal_nan)._data))


def equal(self: Tensor, other: Tensor) -> bool:
    """Whether shape and all entries are the same."""
    same = self._data.shape == other._data.shape
    return same and bool(np.all(self._data == other._data))
