"""The gamma function's kin: zeta, polygamma, the incomplete gamma function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import kernels
from engine.entries import each
from engine.function import Function
from engine.registry import op, tex
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Namespace = Any
EPSILON = 2.0**-53


# ---- the Hurwitz zeta function and polygamma -----------------------------------------------------

_BERNOULLI = (
    12.0, -720.0, 30240.0, -1209600.0, 47900160.0, -1.8924375803183791606e9, 7.47242496e10,
    -2.950130727918164224e12, 1.1646782814350067249e14, -4.5979787224074726105e15,
    1.8152105401943546773e17, -7.1661652561756670113e18,
)  # fmt: skip
"""(2k)! over the Bernoulli numbers."""


def _zeta(x: float, q: float) -> float:
    """Σ (k + q)⁻ˣ, by Euler and Maclaurin (Cephes, zeta.c)."""
    if x == 1:
        return math.inf
    if x < 1:
        return math.nan
    if q <= 0:
        if q == math.floor(q):
            return math.inf
        if x != math.floor(x):
            return math.nan
    total, a, b = math.pow(q, -x), q, 0.0
    k = 0
    while k < 9 or a <= 9:
        k += 1
        a += 1
        b = math.pow(a, -x)
        total += b
        if -EPSILON * total < b < EPSILON * total:
            return total
    total += b * a / (x - 1) - 0.5 * b
    factor, step = 1.0, 0.0
    for coefficient in _BERNOULLI:
        factor *= x + step
        b /= a
        part = factor * b / coefficient
        total += part
        if abs(part) < abs(total) * EPSILON:
            break
        step += 1
        factor *= x + step
        b /= a
        step += 1
    return total


class SpecialZetaBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """Σ (k + other)^-self"""
        return each(_zeta, self, other)

    @tex(r"0")
    def grad_self(grad: Array) -> Array:
        """PyTorch has none."""
        raise RuntimeError("derivative for aten::special_zeta is not implemented")

    @tex(r"-\bar{y} \cdot a \zeta(a + 1, b)")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """Each term falls with its base, by the next power."""
        if F is kernels:
            return grad * -self * each(_zeta, self + 1, other)
        return grad * -self * F.special_zeta(self + 1.0, other)


def special_zeta(self: Any, other: Any) -> Tensor:
    """The Hurwitz zeta function: the sum of (k + other) to the power of -self over k from 0 on."""
    like = self if is_tensor(self) else other
    kind = like._data.dtype.type
    return SpecialZetaBackward0.apply(
        *(x if is_tensor(x) else wrap(kind(x)) for x in (self, other))
    )


def _polygamma(F: Namespace, n: int, x: Array) -> Array:
    if n == 0:
        return F.digamma(x)
    if F is not kernels:
        return F.polygamma(n, x)
    if n == 1:
        return F.trigamma(x)
    scale = math.factorial(n) * (1 if n % 2 else -1)
    return each(lambda v: scale * _zeta(n + 1, v), x)


class PolygammaBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, *, n: int) -> Array:
        """The derivative number n of digamma"""
        return _polygamma(F, n, self)

    @tex(r"\bar{y} \cdot \psi^{(n + 1)}(x)")
    def grad_self(F: Namespace, grad: Array, self: Array, n: int) -> Array:
        """The next derivative."""
        return grad * _polygamma(F, n + 1, self)


def polygamma(n: Any, input: Any) -> Tensor:
    """The derivative number `n` of digamma; as a method, x.polygamma(n)."""
    if is_tensor(n):
        n, input = input, n
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return PolygammaBackward0.apply(input, n=int(n))


@op(
    "Elementary", "ψ⁽ⁿ⁾", name="polygamma", torch="torch.polygamma({n}, {self})",
    defaults={"n": 1}, domain=(0.5, 4.0),
    samples=(((2, 3), {"n": 1}), ((2, 3), {"n": 2}), ((2, 3), {"n": 3})),
    formula=r"y = \psi^{(n)}(x)",
)  # fmt: skip
def _polygamma_node(self: Tensor, *, n: int) -> Tensor:
    """The derivative number `n` of digamma."""
    return polygamma(n, self)


class MvlgammaBackward0(Function):
    promote = "float"
    layout = "rows"

    def forward(F: Namespace, self: Array, *, p: int) -> Array:
        """p (p - 1) / 4 · ln π + Σ lgamma(self - j / 2)"""
        shifts = np.arange(p) / 2
        total = sum(F.lgamma(self - self.dtype.type(s)) for s in shifts)
        return total + self.dtype.type(p * (p - 1) / 4 * math.log(math.pi))

    @tex(r"\bar{y} \cdot \sum_{j=1}^{p} \psi\left(x + \frac{1 - j}{2}\right)")
    def grad_self(F: Namespace, grad: Array, self: Array, p: int) -> Array:
        """The slope of every log gamma in the sum is a digamma."""
        total = F.digamma(self + 0.0)  # of -0 it makes 0, as PyTorch's sum with its shifts does
        for k in range(1, p):
            total = total + F.digamma(self - k / 2)
        return grad * total


@op(
    "Elementary", "ln Γₚ", defaults={"p": 2}, samples=(((2, 3), {"p": 2}),), domain=(1.5, 4.0),
    formula=(
        r"y = \frac{p (p - 1)}{4} \ln \pi + \sum_{j=1}^{p} \ln \Gamma\left(x + \frac{1 - "
        r"j}{2}\right)"
    ),
)  # fmt: skip
def mvlgamma(self: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function."""
    return MvlgammaBackward0.apply(self, p=int(p))


# ---- the incomplete gamma function ---------------------------------------------------------------


def _lower_gamma(a: float, x: float) -> float:
    """P(a, x): by its series below a + 1, by Lentz' continued fraction beyond."""
    if a < 0 or x < 0 or math.isnan(a + x):
        return math.nan
    if a == 0:
        return 1.0 if x > 0 else math.nan
    if x == 0:
        return 0.0
    if math.isinf(a):
        return math.nan if math.isinf(x) else 0.0
    if math.isinf(x):
        return 1.0
    return _by_series(a, x) if x < a + 1 else 1 - _by_fraction(a, x)


def _upper_gamma(a: float, x: float) -> float:
    """Q(a, x) = 1 - P(a, x), exact where that is small."""
    if a > 0 and 0 < x < math.inf and x >= a + 1:
        return _by_fraction(a, x)
    return 1 - _lower_gamma(a, x)


def _by_series(a: float, x: float) -> float:
    term = total = 1 / a
    n = a
    while abs(term) > abs(total) * 1e-17:
        n += 1
        term *= x / n
        total += term
    return total * math.exp(-x + a * math.log(x) - math.lgamma(a))


def _by_fraction(a: float, x: float) -> float:
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    value = d
    for k in range(1, 10000):
        part = -k * (k - a)
        b += 2
        d = 1 / (part * d + b or tiny)
        c = b + part / c or tiny
        value *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return value * math.exp(-x + a * math.log(x) - math.lgamma(a))


def _incomplete(name: str, of: Callable[[float, float], float], sign: float, doc: str) -> Any:
    def forward(F: Namespace, self: Array, other: Array) -> Array:
        return each(of, self, other)

    @tex(r"0")
    def grad_self(grad: Array) -> Array:
        """PyTorch has none."""
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    @tex(rf"{'-' * (sign < 0)}\bar{{y}} \cdot \frac{{b^{{a - 1}} e^{{-b}}}}{{\Gamma(a)}}")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The density of the gamma distribution."""
        return grad * sign * F.exp((self - 1) * F.log(other) - other - F.lgamma(self))

    forward.__doc__ = doc
    rules = {"grad_self": grad_self, "grad_other": grad_other}
    body = {"forward": forward, **rules, "promote": "float"}
    node: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor, other: Tensor) -> Tensor:
        return node.apply(self, other)

    call.__name__, call.__doc__ = name, doc
    return call


igamma = _incomplete("igamma", _lower_gamma, 1.0, "The lower incomplete gamma function, P(a, x).")
igammac = _incomplete(
    "igammac", _upper_gamma, -1.0, "The upper incomplete gamma function, Q(a, x)."
)
