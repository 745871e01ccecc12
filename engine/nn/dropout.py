"""Layers that drop entries or channels at random while training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from engine.nn.module import Module
from engine.ops import dropping
from engine.tensor import Tensor


class _Dropout(Module):
    function: ClassVar[Callable[..., Any]]

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input, self.p, self.training, self.inplace)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Zeros in the place of a share `p` of the entries, the rest scaled up."""

    function = staticmethod(dropping.dropout)


class Dropout1d(_Dropout):
    """Whole channels of (N, C, L) dropped."""

    function = staticmethod(dropping.dropout1d)


class Dropout2d(_Dropout):
    """Whole channels of (N, C, H, W) dropped."""

    function = staticmethod(dropping.dropout2d)


class Dropout3d(_Dropout):
    """Whole channels of (N, C, D, H, W) dropped."""

    function = staticmethod(dropping.dropout3d)


class AlphaDropout(_Dropout):
    """Dropout that keeps mean and variance of what selu gives."""

    function = staticmethod(dropping.alpha_dropout)


class FeatureAlphaDropout(_Dropout):
    """AlphaDropout of whole channels."""

    function = staticmethod(dropping.feature_alpha_dropout)
