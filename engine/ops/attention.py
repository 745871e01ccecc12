"""Attention: every query's mean of the values, weighted by how its key fits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.ops.activation import SoftmaxBackward0
from engine.ops.arithmetic import add, scaled, to
from engine.ops.dropping import dropout
from engine.ops.linear import matmul
from engine.ops.shape import transpose
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any


class ScaledDotProductFlashAttentionForCpuBackward0(Function):
    def forward(
        F: Namespace, query: Array, key: Array, value: Array, *, mask: Array | None, scale: float
    ) -> Array:
        """softmax(query · keyᵀ · scale) · value"""
        if query.dtype == np.float16:  # rounded once, at the end
            wide = (x.astype(np.float32) for x in (query, key, value))
            node = ScaledDotProductFlashAttentionForCpuBackward0
            return node.forward(F, *wide, mask=mask, scale=scale).astype(np.float16)
        out = F.matmul(_attention(F, query, key, mask, scale), value)
        if out.shape != query.shape:
            return out
        laid = np.empty_like(query)  # in memory the result lies as the query does
        laid[...] = out
        return laid

    def grad_query(
        F: Namespace, grad: Array, query: Array, key: Array, value: Array, mask: Any, scale: float
    ) -> Array:
        """Through the weights, to what was asked."""
        return F.matmul(_to_scores(F, grad, query, key, value, mask, scale), key) * scale

    def grad_key(
        F: Namespace, grad: Array, query: Array, key: Array, value: Array, mask: Any, scale: float
    ) -> Array:
        """Through the weights, to what was compared."""
        scores = _to_scores(F, grad, query, key, value, mask, scale)
        return F.matmul(F.transpose(scores, -2, -1), query) * scale

    def grad_value(
        F: Namespace, grad: Array, query: Array, key: Array, mask: Any, scale: float
    ) -> Array:
        """Each value gets the gradient by its weights."""
        weights = _attention(F, query, key, mask, scale)
        return F.matmul(F.transpose(weights, -2, -1), grad)


def _attention(F: Namespace, query: Array, key: Array, mask: Array | None, scale: float) -> Array:
    scores = F.matmul(query, F.transpose(key, -2, -1)) * scale
    if mask is None:
        return F.softmax(scores, -1)
    dead = np.broadcast_to(np.all(mask == -np.inf, -1, keepdims=True), scores.shape)
    scores = scores + F.constant(np.where(dead, 0, mask).astype(dtype_of(scores)))
    weights = F.softmax(scores, -1)
    return F.where(F.constant(dead), F.zeros_like(weights), weights) if np.any(dead) else weights


def _to_scores(
    F: Namespace, grad: Array, query: Array, key: Array, value: Array, mask: Any, scale: float
) -> Array:
    weights = _attention(F, query, key, mask, scale)
    share = F.matmul(grad, F.transpose(value, -2, -1)) * weights
    return share - weights * F.sum(share, (-1,), True)


class SafeSoftmaxBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """softmax, but 0 where everything is masked out"""
        dead = np.all(self == -np.inf, dim, keepdims=True)
        weights = F.softmax(np.where(dead, self.dtype.type(0), self), dim)
        return np.where(dead, self.dtype.type(0), weights)

    grad_self = SoftmaxBackward0.__dict__["grad_self"].__func__


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None,
    dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None,
) -> Tensor:  # fmt: skip
    """softmax(query · keyᵀ / √d) · value: (…, l, d), (…, s, d) and (…, s, e) -> (…, l, e)."""
    mask = attn_mask
    if is_causal:
        mask = wrap(np.tril(np.ones((query.shape[-2], key.shape[-2]), bool)))
    if mask is not None and mask.dtype.name == "bool":
        mask = wrap(np.where(mask._data, 0.0, -np.inf).astype(query._data.dtype))
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    if dropout_p > 0 or not _fused(query, key, value, mask):
        return _attention_by_steps(query, key, value, mask, dropout_p, factor)
    node = ScaledDotProductFlashAttentionForCpuBackward0
    data = None if mask is None else mask._data
    return node.apply(query, key, value, mask=data, scale=factor)


def _fused(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> bool:
    """Whether PyTorch does it in one: batches of heads, all alike, and a mask that is constant."""
    if any(x.ndim != 4 for x in (query, key, value)):
        return False
    alike = query.shape[:2] == key.shape[:2] == value.shape[:2]
    alike = alike and query.shape[3] == key.shape[3] == value.shape[3]
    return alike and (mask is None or (mask.ndim in (2, 4) and not mask.requires_grad))


def _attention_by_steps(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout_p: float, scale: float
) -> Tensor:
    """What else PyTorch takes step by step; both factors carry the root of the scale."""
    if query.dtype.name == "float16":
        q, k, v = (to(x, "float32") for x in (query, key, value))
        return to(_attention_by_steps(q, k, v, mask, dropout_p, scale), "float16")
    root = math.sqrt(math.fabs(scale))
    turned = scaled(transpose(key, -2, -1), root)
    scores = matmul(scaled(query, math.copysign(root, scale)), turned)
    if mask is not None:
        scores = add(scores, mask)
    weights = SafeSoftmaxBackward0.apply(scores, dim=-1)
    return matmul(dropout(weights, dropout_p) if dropout_p else weights, value)
