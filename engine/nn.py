"""`torch.nn`, as far as it goes: `nn.functional` and Parameter."""

from __future__ import annotations

from typing import Any

from engine import functional as functional
from engine.tensor import Tensor


class _Kind(type):
    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, Tensor) and x.is_leaf and x.requires_grad


class Parameter(metaclass=_Kind):
    """A leaf that is to be learned."""

    def __new__(cls, data: Tensor, requires_grad: bool = True) -> Any:
        return data.detach().requires_grad_(requires_grad)
