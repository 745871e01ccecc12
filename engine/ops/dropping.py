"""Dropout: entries or whole channels set to zero at random, in PyTorch's CPU stream."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import errors, random
from engine.ops.arithmetic import add, mul
from engine.ops.shape import squeeze, unsqueeze
from engine.tensor import Tensor, wrap

_ALPHA = 1.7580993408473766  # 1.0507… · 1.6732…: where selu saturates


def _checked(p: float) -> float:
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


def _mask(self: Tensor, p: float, shape: tuple[int, ...]) -> Any:
    """1 for what stays, with probability 1 - p, else 0."""
    return np.asarray(random.bernoulli_fill(shape, 1 - p, self.dtype))


def _times(self: Tensor, mask: Any, inplace: bool) -> Tensor:
    noise = wrap(mask[()] if not mask.ndim else mask)
    return self.mul_(noise) if inplace else mul(self, noise)


def _dropped(self: Tensor, p: float, shape: tuple[int, ...], inplace: bool) -> Tensor:
    if p == 1:
        return _times(self, np.zeros((), self._data.dtype), inplace)
    kept = _mask(self, p, shape)
    return _times(self, kept / kept.dtype.type(1 - p), inplace)


def _channels(self: Tensor) -> tuple[int, ...]:
    if self.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return (*self.shape[:2], *(1,) * (self.ndim - 2))


def dropout(self: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeros in the place of a share `p` of the entries, the rest scaled up; only in training."""
    if _checked(p) == 0 or not training or not self.numel():
        return self
    return _dropped(self, p, tuple(self.shape), inplace)


def feature_dropout(self: Tensor, p: float, train: bool, inplace: bool = False) -> Tensor:
    """Zeros in the place of a share `p` of the channels, the rest scaled up; only in training."""
    if p == 0 or not train or not self.numel():
        return self
    return _dropped(self, p, _channels(self), inplace)


def dropout1d(self: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of (N, C, L) or (C, L) dropped."""
    _checked(p)
    if self.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {self.ndim}D input. Note that "
            "dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, "
            "a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."
        )
    if self.ndim == 3:
        return feature_dropout(self, p, training, inplace)
    return _as_batch(self, p, training, inplace)


def dropout2d(self: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of (N, C, H, W) dropped."""
    _checked(p)
    if self.ndim not in (3, 4):
        errors.warn(
            f"dropout2d: Received a {self.ndim}-D input to dropout2d, which is deprecated and will "
            "result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout2d exists to provide "
            "channel-wise dropout on inputs with 2 spatial dimensions, a channel dimension, and an "
            "optional batch dimension (i.e. 3D or 4D inputs).",
            2,
        )
    if self.ndim == 3:
        errors.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D "
            "dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the "
            "channel dim. This behavior will change in a future release to interpret the input as "
            "one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise "
            "dropout behavior, please switch to using dropout1d instead.",
            2,
        )
    return feature_dropout(self, p, training, inplace)


def dropout3d(self: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of (N, C, D, H, W) dropped."""
    _checked(p)
    if self.ndim not in (4, 5):
        errors.warn(
            f"dropout3d: Received a {self.ndim}-D input to dropout3d, which is deprecated and will "
            "result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout3d exists to provide "
            "channel-wise dropout on inputs with 3 spatial dimensions, a channel dimension, and an "
            "optional batch dimension (i.e. 4D or 5D inputs).",
            2,
        )
    if self.ndim == 5:
        return feature_dropout(self, p, training, inplace)
    return _as_batch(self, p, training, inplace)


def _as_batch(self: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """feature_dropout of the only one in its batch."""
    batch = self.unsqueeze_(0) if inplace else unsqueeze(self, 0)
    out = feature_dropout(batch, p, training, inplace)
    return out.squeeze_(0) if inplace else squeeze(out, 0)


def _alpha(self: Tensor, p: float, shape: tuple[int, ...], inplace: bool) -> Tensor:
    """What is dropped becomes selu's lowest value; mean and variance are kept."""
    if p == 1:
        return _times(self, np.zeros((), self._data.dtype), inplace)
    kept = _mask(self, p, shape)
    a = 1 / math.sqrt((_ALPHA * _ALPHA * p + 1) * (1 - p))
    kind = kept.dtype.type
    shift = (kept - kind(1)) * kind(_ALPHA * a) + kind(_ALPHA * a * p)
    scaled = _times(self, kept * kind(a), inplace)
    return scaled.add_(wrap(shift)) if inplace else add(scaled, wrap(shift))


def alpha_dropout(
    self: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Dropout that keeps mean and variance of what selu gives."""
    if _checked(p) == 0 or not training or not self.numel():
        return self
    return _alpha(self, p, tuple(self.shape), inplace)


def feature_alpha_dropout(
    self: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """alpha_dropout of whole channels."""
    if _checked(p) == 0 or not training or not self.numel():
        return self
    return _alpha(self, p, _channels(self), inplace)
