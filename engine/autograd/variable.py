"""`torch.autograd.Variable`: what tensors with a history were once called."""

from __future__ import annotations

from typing import Any

from engine.tensor import Tensor, is_tensor


class _VariableMeta(type):
    def __instancecheck__(cls, other: Any) -> bool:
        return is_tensor(other)


class Variable(metaclass=_VariableMeta):
    """`Variable(tensor, requires_grad=False)`: a tensor that shares the memory of the given."""

    def __new__(cls, data: Tensor, requires_grad: bool = False) -> Any:
        leaf: Tensor = data.detach()
        return leaf.requires_grad_() if requires_grad else leaf
