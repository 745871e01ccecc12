"""Frames around a tensor: of one value, of its own entries mirrored, repeated or carried round."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import memory
from engine.function import Function
from engine.ops.arrange import ConstantPadNdBackward0, check_pad
from engine.ops.index import copy_
from engine.ops.index import slice as slice_
from engine.registry import op, tex
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class _Framed(Function):
    def forward(F: Namespace, self: Array, *, places: Any) -> Array:
        """The entries at places, in and around the image"""
        return self[places]

    @tex(r"\sum_{y_j = x} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, places: Any) -> Array:
        """An entry collects the gradients of all its copies in the frame."""
        return F.index_backward(grad, self_shape, places)


def _node(name: str) -> type[Function]:
    body = {k: _Framed.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(name, (Function,), body)


NODES = {
    (mode, n): _node(f"{title}Pad{n}DBackward0")
    for mode, title in (("reflect", "Reflection"), ("replicate", "Replication"))
    for n in (1, 2, 3)
}


def _mirrored(n: int, before: int, after: int) -> Array:
    at = np.abs(np.arange(-before, n + after))
    return n - 1 - np.abs(n - 1 - at)


def _repeated(n: int, before: int, after: int) -> Array:
    return np.clip(np.arange(-before, n + after), 0, n - 1)


_UNSUPPORTED = (
    "Padding size {} is not supported for {}D input tensor.\n"
    "Supported combinations for non-constant padding:\n"
    "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
    "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
    "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
)


@op(
    "Shape", "pad", torch="F.pad({self}, {pad}, mode={mode}, value={value})",
    defaults={"pad": [1, 1]},
    samples=(
        ((3,), {"pad": (1, 2)}), ((2, 3), {"pad": (1, 0, 0, 2), "value": 0.5}),
        ((2, 3), {"pad": (2, 1), "mode": "reflect"}),
        ((1, 2, 3), {"pad": (1, 2, 0, 1), "mode": "replicate"}),
        ((2, 3), {"pad": (1, 2), "mode": "circular"}),
    ),
    formula=r"y = (v, \ldots, x, \ldots, v)",
)  # fmt: skip
def pad(
    self: Tensor, pad: tuple[int, ...], mode: str = "constant", value: float | None = None
) -> Tensor:
    """A frame; sizes from the last dimension on, before and after.

    It is of one value, or of the entries inside: mirrored ("reflect"), the last ones ("replicate")
    or those of the other side ("circular").
    """
    sizes = tuple(pad)
    if mode == "constant":
        check_pad(tuple(self.shape), sizes)
        framed = [n + sum(sizes[2 * d : 2 * d + 2]) for d, n in enumerate(self.shape[::-1])]
        memory.room(framed, self._data.dtype)
        fill = 0.0 if value is None else value
        return ConstantPadNdBackward0.apply(self, pad=sizes, value=fill)
    if value:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    n = len(sizes) // 2
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(sizes) % 2 or not 1 <= n <= 3 or self.ndim not in (n + 1, n + 2):
        raise NotImplementedError(_UNSUPPORTED.format(len(sizes), self.ndim))
    if mode == "circular":
        return _carried_round(self, sizes)
    pairs = [sizes[2 * k : 2 * k + 2] for k in range(n)][::-1]
    if mode == "reflect":
        _check_reflection(self, pairs)
    along = _mirrored if mode == "reflect" else _repeated
    rows = [along(m, *p) for m, p in zip(self.shape[-n:], pairs, strict=True)]
    return NODES[mode, n].apply(self, places=(Ellipsis, *np.ix_(*rows)))


def _check_reflection(self: Tensor, pairs: list[tuple[int, ...]]) -> None:
    n = len(pairs)
    for k, (before, after) in reversed(list(enumerate(pairs))):
        d = self.ndim - n + k
        if max(before, after) >= self.shape[d]:
            number = 4 + 2 * (n - 1 - k)
            raise RuntimeError(
                f"Argument #{number}: Padding size should be less than the corresponding input "
                f"dimension, but got: padding ({before}, {after}) at dimension {d} of input "
                f"{list(self.shape)}"
            )


def _carried_round(self: Tensor, pad: Shape) -> Tensor:
    """Copied into an empty tensor, then side by side from the opposite ends, as PyTorch does."""
    n, first = len(pad) // 2, self.ndim - len(pad) // 2
    pairs = [pad[2 * k : 2 * k + 2] for k in range(n)][::-1]
    shape = list(self.shape)
    for k, (before, after) in enumerate(pairs):
        if max(before, after) > shape[first + k]:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if before + after + shape[first + k] < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
        shape[first + k] += before + after
    out = wrap(np.zeros(shape, self._data.dtype))
    inside, source = out, self
    for k, (before, after) in enumerate(pairs):
        d, size = first + k, shape[first + k]
        inside = _cut(inside, d, max(before, 0), size - max(after, 0))
        kept = self.shape[d] - max(-after, 0)
        source = slice_(source, d, max(-before, 0), kept)
    copy_(inside, source)
    for k, (before, after) in reversed(list(enumerate(pairs))):
        d, size = first + k, shape[first + k]
        if before > 0:
            end = size - max(after, 0)
            copy_(_cut(out, d, 0, before), _cut(out, d, end - before, end))
        if after > 0:
            start = max(before, 0)
            copy_(_cut(out, d, size - after, size), _cut(out, d, start, start + after))
    return out


def _cut(x: Tensor, dim: int, start: int, end: int) -> Tensor:
    return x if (start, end) == (0, x.shape[dim]) else slice_(x, dim, start, end)
