"""Parameters as one long vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from engine.nn.members import typename
from engine.ops.joining import cat
from engine.tensor import Tensor, is_tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All values one after the other, (n,)."""
    return cat([p.view(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Give the parameters the values of `vec` (n,), in order, as views of it."""
    if not is_tensor(vec):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for param in parameters:
        stop = start + param.numel()
        param.data = vec[start:stop].view_as(param).data
        start = stop
