"""Shapes as people see them, and the one device."""

from __future__ import annotations

import math


class Size(tuple[int, ...]):
    """A shape; prints as PyTorch's does."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    __str__ = __repr__

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        return math.prod(self)


class Device:
    """Where tensors live; there is only the CPU."""

    type = "cpu"
    index = None

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> bool:
        return str(other) == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")


CPU = Device()
