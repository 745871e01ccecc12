"""Layers made of other ops, and those that only move entries about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import dtypes
from engine.function import Function
from engine.ops.arithmetic import add, mul, pow, shifted, to
from engine.ops.elementary import rsqrt
from engine.ops.reduction import mean
from engine.ops.shape import reshape, view
from engine.tensor import Tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:  # fmt: skip
    """Each row divided by its root mean square over the last dimensions."""
    shape = tuple(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    if weight is not None and tuple(weight.shape) != shape:
        raise RuntimeError(
            "Expected weight to be of same shape as normalized_shape, but got weight of shape "
            f"{list(weight.shape)} and normalized_shape = {list(shape)}"
        )
    if tuple(input.shape[-len(shape) :]) != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*{', '.join(map(str, shape))}], but got input of size{list(input.shape)}"
        )
    dims = tuple(range(input.ndim - len(shape), input.ndim))
    kind = input.dtype if input.dtype.itemsize > 2 else dtypes.float32
    x = to(input, kind)
    least = dtypes.finfo(kind).eps if eps is None else eps
    scale = rsqrt(shifted(mean(pow(x, 2), dims, True), least))
    out = mul(x, scale)
    return to(out if weight is None else mul(out, weight), input.dtype)


class TrilinearBackward0(Function):
    def forward(F: Namespace, i1: Array, i2: Array, i3: Array) -> Array:
        """x1ᵀ W x2 for every row and every W"""
        return np.einsum("na,oab,nb->no", i1, i2, i3, optimize=True)

    def grad_i1(F: Namespace, grad: Array, i2: Array, i3: Array) -> Array:
        """The weights and the other input, summed over the outputs."""
        return F.sum(_columns(F, grad) * _applied(F, i2, i3), 1)

    def grad_i2(F: Namespace, grad: Array, i1: Array, i3: Array) -> Array:
        """Both inputs' entries multiplied, for every pair."""
        n, o = grad.shape
        left = F.reshape(_columns(F, grad) * F.reshape(i1, (n, 1, i1.shape[1])), (n, -1))
        return F.reshape(F.matmul(F.transpose(left, 0, 1), i3), (o, i1.shape[1], i3.shape[1]))

    def grad_i3(F: Namespace, grad: Array, i1: Array, i2: Array) -> Array:
        """The weights and the other input, summed over the outputs."""
        return F.sum(_columns(F, grad) * _applied(F, F.transpose(i2, 1, 2), i1), 1)


def _columns(F: Namespace, grad: Array) -> Array:
    return F.reshape(grad, (*grad.shape, 1))


def _applied(F: Namespace, weight: Array, x: Array) -> Array:
    """W x for every row of x (n, b) and every W (o, a, b): (n, o, a)."""
    o, a, b = weight.shape
    flat = F.matmul(x, F.transpose(F.reshape(weight, (o * a, b)), 0, 1))
    return F.reshape(flat, (x.shape[0], o, a))


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x1ᵀ W x2 + b: (*, a), (*, b) and (o, a, b) -> (*, o)."""
    _check_bilinear(input1, input2, weight)
    rows = [view(x, (-1, x.shape[-1])) for x in (input1, input2)]
    product = TrilinearBackward0.apply(rows[0], weight, rows[1])
    out = reshape(product, (*input1.shape[:-1], weight.shape[0]))
    return out if bias is None else add(out, bias)


def _check_bilinear(input1: Tensor, input2: Tensor, weight: Tensor) -> None:
    if input1.ndim != input2.ndim:
        raise RuntimeError(
            f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}"
        )
    for d, (a, b) in enumerate(zip(input1.shape[:-1], input2.shape[:-1], strict=True)):
        if a != b:
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {d}: got {a} and {b}"
            )
    for i, x in enumerate((input1, input2), 1):
        if x.shape[-1] != weight.shape[i]:
            raise RuntimeError(
                f"bilinear(): input{i} size does not match weight size: got {x.shape[-1]} but "
                f"expected {weight.shape[i]}"
            )
