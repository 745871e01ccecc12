"""All ops, and the namespace rules run in when a graph of the backward pass is wanted."""

from types import SimpleNamespace

from engine import factories
from engine.ops import (
    arithmetic,
    compare,
    elementary,
    index,
    inplace_ops,
    linear,
    losses,
    reduction,
    rules,
    shape,
)

CATALOGUES = (
    arithmetic, elementary, compare, reduction, shape, index, linear, losses, inplace_ops, rules,
)  # fmt: skip

TENSORS = SimpleNamespace(
    **{
        name: value
        for catalogue in CATALOGUES
        for name, value in vars(catalogue).items()
        if not name.startswith("_") and callable(value)
    },
    zeros_like=factories.zeros_like,
    ones_like=factories.ones_like,
)
"""Every op by name: the same names as `engine.kernels`, on tensors instead of arrays."""
