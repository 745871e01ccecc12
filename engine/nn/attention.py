"""MultiheadAttention: every position looks at every other, in several ways at once."""

from __future__ import annotations

import math
from typing import Any

from engine import factories
from engine.nn import init
from engine.nn.linear import Linear
from engine.nn.module import Module
from engine.nn.parameter import blank
from engine.ops.activation import softmax
from engine.ops.affine import baddbmm, linear
from engine.ops.attention import scaled_dot_product_attention
from engine.ops.dropping import dropout
from engine.ops.joining import cat
from engine.ops.linear import bmm
from engine.ops.padding import pad
from engine.tensor import Tensor


class NonDynamicallyQuantizableLinear(Linear):
    """The Linear that PyTorch puts behind its attention."""


class MultiheadAttention(Module):
    """Queries (L, N, E), keys (S, N, E) and values -> (L, N, E), and who looked at whom.

    With `batch_first` the batch comes first; without a batch there is no N.
    """

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True,
        add_bias_kv: bool = False, add_zero_attn: bool = False, kdim: int | None = None,
        vdim: int | None = None, batch_first: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim == self.vdim
        self.batch_first, self.head_dim = batch_first, embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self._register_projections(dtype)
        shape = blank(3 * embed_dim, dtype=dtype) if bias else None
        self.register_parameter("in_proj_bias", shape)
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias=bias, dtype=dtype
        )
        for name in ("bias_k", "bias_v"):
            self.register_parameter(
                name, blank(1, 1, embed_dim, dtype=dtype) if add_bias_kv else None
            )
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _register_projections(self, dtype: Any) -> None:
        apart = {"q": self.embed_dim, "k": self.kdim, "v": self.vdim}
        if self._qkv_same_embed_dim:
            self.in_proj_weight = blank(3 * self.embed_dim, self.embed_dim, dtype=dtype)
        for name, size in apart.items():
            weight = None if self._qkv_same_embed_dim else blank(self.embed_dim, size, dtype=dtype)
            self.register_parameter(f"{name}_proj_weight", weight)
        if not self._qkv_same_embed_dim:
            self.register_parameter("in_proj_weight", None)

    def _reset_parameters(self) -> None:
        weights = (
            self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight,
        )  # fmt: skip
        for weight in weights:
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for added in (self.bias_k, self.bias_v):
            if added is not None:
                init.xavier_normal_(added)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Tensor | None = None,
        need_weights: bool = True, attn_mask: Tensor | None = None,
        average_attn_weights: bool = True, is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        given: Any = (query, key, value)
        batched = query.ndim == 3
        if self.batch_first and batched:
            given = _each(given, lambda x: x.transpose(1, 0))
        if not batched:
            given = _each(given, lambda x: x.unsqueeze(1))
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        self._check(*given)
        run = _Attention(self, *given)
        out, weights = run.result(attn_mask, key_padding_mask, need_weights)
        if weights is not None and average_attn_weights:
            weights = weights.mean(dim=1)
        if not batched:
            out = out.squeeze(1)
            weights = None if weights is None else weights.squeeze(0)
        return (out.transpose(1, 0) if self.batch_first and batched else out), weights

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(
                f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}"
            )
        same = key.shape if self._qkv_same_embed_dim else key.shape[:2]
        if same != (value.shape if self._qkv_same_embed_dim else value.shape[:2]):
            raise AssertionError(
                f"key shape {key.shape} does not match value shape {value.shape}"
                if self._qkv_same_embed_dim
                else f"key's sequence and batch dims {key.shape[:2]} do not match value's "
                f"{value.shape[:2]}"
            )


def _each(tensors: Any, change: Any) -> Any:
    """Each of three tensors changed; those that were one tensor stay one."""
    query, key, value = tensors
    new_query = change(query)
    new_key = new_query if key is query else change(key)
    if value is key:
        return new_query, new_key, new_key
    return new_query, new_key, new_query if value is query else change(value)


class _Attention:
    """One call: the projected queries, keys and values, a row for each head of each example."""

    def __init__(self, module: MultiheadAttention, query: Tensor, key: Tensor, value: Tensor):
        self.module = module
        self.length, self.batch, _ = query.shape
        q, k, v = self._projected(query, key, value)
        self.added = module.bias_k is not None
        if self.added:
            k = cat([k, module.bias_k.repeat(1, self.batch, 1)])
            v = cat([v, module.bias_v.repeat(1, self.batch, 1)])
        self.q, self.k, self.v = (self._in_heads(x) for x in (q, k, v))
        if module.add_zero_attn:
            zeros = factories.zeros(self.q.shape[0], 1, module.head_dim, dtype=self.k.dtype)
            self.k, self.v = cat([self.k, zeros], 1), cat([self.v, zeros], 1)

    def _projected(self, query: Any, key: Any, value: Any) -> Any:
        module = self.module
        weight, bias, size = module.in_proj_weight, module.in_proj_bias, module.embed_dim
        if weight is None:
            weights = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight)
            biases = (None,) * 3 if bias is None else bias.chunk(3)
        elif key is value:
            if query is key:
                return _cut(linear(query, weight, bias), 3)
            q_weight, kv_weight = weight.split([size, 2 * size])
            q_bias, kv_bias = (None, None) if bias is None else bias.split([size, 2 * size])
            q = linear(query, q_weight, q_bias)
            return (q, *_cut(linear(key, kv_weight, kv_bias), 2))
        else:
            weights, biases = weight.chunk(3), (None,) * 3 if bias is None else bias.chunk(3)
        parts = zip((query, key, value), weights, biases, strict=True)
        return tuple(linear(x, w, b) for x, w, b in parts)

    def _in_heads(self, x: Any) -> Any:
        rows = self.batch * self.module.num_heads
        return x.view(x.shape[0], rows, self.module.head_dim).transpose(0, 1)

    def _mask(self, attn_mask: Any, padding: Any) -> Any:
        """Both masks in one, to be added to the scores (N·heads or 1, L, S)."""
        mask, heads = _additive(attn_mask, self.q.dtype), self.module.num_heads
        mask = mask.unsqueeze(0) if mask is not None and mask.ndim == 2 else mask
        padding = _additive(padding, self.q.dtype)
        more = int(self.added) + int(self.module.add_zero_attn)
        if more:
            mask = None if mask is None else pad(mask, (0, more))
            padding = None if padding is None else pad(padding, (0, more))
        if padding is None:
            return mask
        length = padding.shape[1]
        wide = padding.view(self.batch, 1, 1, length).expand(-1, heads, -1, -1)
        wide = wide.reshape(self.batch * heads, 1, length)
        return wide if mask is None else mask + wide

    def result(self, attn_mask: Any, padding: Any, need_weights: bool) -> tuple[Any, Any]:
        """(L, N, E), and the weights (N, heads, L, S) where wanted."""
        module = self.module
        mask = self._mask(attn_mask, padding)
        share = module.dropout if module.training else 0.0
        looked, weights = (self._weighed if need_weights else self._at_once)(mask, share)
        out = linear(looked, module.out_proj.weight, module.out_proj.bias)
        return out.view(self.length, self.batch, module.embed_dim), weights

    def _weighed(self, mask: Any, share: float) -> tuple[Any, Any]:
        scaled = self.q * math.sqrt(1.0 / float(self.module.head_dim))
        keys = self.k.transpose(-2, -1)
        scores = bmm(scaled, keys) if mask is None else baddbmm(mask, scaled, keys)
        weights = softmax(scores, -1)
        if share > 0:
            weights = dropout(weights, share)
        looked = bmm(weights, self.v).transpose(0, 1)
        looked = looked.reshape(self.length * self.batch, self.module.embed_dim)
        heads = self.module.num_heads
        return looked, weights.view(self.batch, heads, self.length, self.k.shape[1])

    def _at_once(self, mask: Any, share: float) -> tuple[Any, None]:
        heads, size = self.module.num_heads, self.module.head_dim
        if mask is not None and mask.shape[0] == 1:
            mask = mask.unsqueeze(0)
        elif mask is not None:
            mask = mask.view(self.batch, heads, -1, self.k.shape[1])
        q, k, v = (x.view(self.batch, heads, -1, size) for x in (self.q, self.k, self.v))
        looked = scaled_dot_product_attention(q, k, v, mask, share)
        looked = looked.permute(2, 0, 1, 3).contiguous()
        return looked.view(self.batch * self.length, self.module.embed_dim), None


def _cut(projected: Any, count: int) -> Any:
    """One projection for several, taken apart."""
    size = projected.shape[-1] // count
    parts = projected.unflatten(-1, (count, size)).unsqueeze(0).transpose(0, -2).squeeze(-2)
    parts = parts.contiguous()
    return tuple(parts[i] for i in range(count))


def _additive(mask: Any, dtype: Any) -> Any:
    """A mask as numbers to be added: -inf where a bool mask shuts."""
    if mask is None or mask.is_floating_point():
        return mask
    return factories.zeros_like(mask, dtype=dtype).masked_fill_(mask, -math.inf)
