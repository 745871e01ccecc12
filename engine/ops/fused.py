"""Several steps of arithmetic in one node."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.registry import Operand, op, tex
from engine.rounding import multiply_add
from engine.tensor import Tensor, is_tensor

Array = Any
Namespace = Any


class LerpBackward0(Function):
    def forward(F: Namespace, self: Array, end: Array, *, weight: float) -> Array:
        """self + weight · (end - self)"""
        share, way = self.dtype.type(weight), end - self
        if abs(share) < 0.5:
            return multiply_add(way, share, self)
        return multiply_add(way, share - self.dtype.type(1), end)

    @tex(r"\bar{y} \cdot (1 - w)")
    def grad_self(grad: Array, weight: float) -> Array:
        """The start counts by what is left of the way."""
        return grad * (1 - weight)

    @tex(r"\bar{y} \cdot w")
    def grad_end(grad: Array, weight: float) -> Array:
        """The end counts by how far one has gone."""
        return grad * weight


class LerpBackward1(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, end: Array, weight: Array) -> Array:
        """self + weight · (end - self)"""
        near = np.abs(weight) < 0.5
        share = F.where(near, weight, weight - self.dtype.type(1))
        return multiply_add(end - self, share, F.where(near, self, end))

    @tex(r"\bar{y} \cdot (1 - w)")
    def grad_self(grad: Array, weight: Array) -> Array:
        """The start counts by what is left of the way."""
        return grad * (1 - weight)

    @tex(r"\bar{y} \cdot w")
    def grad_end(grad: Array, weight: Array) -> Array:
        """The end counts by how far one has gone."""
        return grad * weight

    @tex(r"\bar{y} \cdot (b - a)")
    def grad_weight(grad: Array, self: Array, end: Array) -> Array:
        """Going further moves the result by the whole distance."""
        return grad * (end - self)


@op(
    "Arithmetic",
    "lerp",
    defaults={"weight": 0.5},
    samples=(((2, 3), (3,), 0.25), ((2, 3), (3,), (2, 1))),
    formula=r"y = a + w (b - a)",
)
def lerp(self: Tensor, end: Tensor, weight: Operand) -> Tensor:
    """The way from one tensor to another, a share `weight` of it."""
    if is_tensor(weight):
        return LerpBackward1.apply(self, end, weight)
    return LerpBackward0.apply(self, end, weight=weight)


class AddcmulBackward0(Function):
    promote = "arithmetic"

    def forward(
        F: Namespace, self: Array, tensor1: Array, tensor2: Array, *, value: float = 1
    ) -> Array:
        """self + value · tensor1 · tensor2"""
        return multiply_add(self.dtype.type(value) * tensor1, tensor2, self)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """What is added to gets the gradient as it is."""
        return grad

    @tex(r"\bar{y} \cdot v \cdot c")
    def grad_tensor1(grad: Array, tensor2: Array, value: float) -> Array:
        """Each factor gets the gradient times the other."""
        return grad * (tensor2 * value)

    @tex(r"\bar{y} \cdot v \cdot b")
    def grad_tensor2(grad: Array, tensor1: Array, value: float) -> Array:
        """Each factor gets the gradient times the other."""
        return grad * (tensor1 * value)


@op(
    "Arithmetic", "a+b×c", samples=(((2, 3), (3,), (2, 1), {"value": 2.0}),),
    formula=r"y = a + v \cdot b \cdot c",
)  # fmt: skip
def addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """self + value · tensor1 · tensor2"""
    return AddcmulBackward0.apply(self, tensor1, tensor2, value=value)


class AddcdivBackward0(Function):
    promote = "arithmetic"

    def forward(
        F: Namespace, self: Array, tensor1: Array, tensor2: Array, *, value: float = 1
    ) -> Array:
        """self + value · tensor1 / tensor2"""
        return self + self.dtype.type(value) * tensor1 / tensor2

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """What is added to gets the gradient as it is."""
        return grad

    @tex(r"\bar{y} \cdot \frac{v}{c}")
    def grad_tensor1(grad: Array, tensor2: Array, value: float) -> Array:
        """The numerator gets the gradient divided by the denominator."""
        return grad * (value / tensor2)

    @tex(r"-\bar{y} \cdot v \cdot \frac{b}{c^2}")
    def grad_tensor2(grad: Array, tensor1: Array, tensor2: Array, value: float) -> Array:
        """A larger denominator makes less."""
        return -grad * ((tensor1 * value) / (tensor2 * tensor2))


@op(
    "Arithmetic", "a+b÷c", samples=(((2, 3), (3,), [0.5, 2.0, -1.5], {"value": 2.0}),),
    formula=r"y = a + v \cdot \frac{b}{c}",
)  # fmt: skip
def addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """self + value · tensor1 / tensor2"""
    return AddcdivBackward0.apply(self, tensor1, tensor2, value=value)
