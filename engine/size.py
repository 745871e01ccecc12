"""Shapes as people see them."""

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
