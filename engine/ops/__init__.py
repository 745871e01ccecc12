"""All ops, and the namespace rules run in when a graph of the backward pass is wanted."""

from types import SimpleNamespace

from engine import factories
from engine.ops import (
    activation,
    arithmetic,
    arrange,
    choice,
    compare,
    composite,
    convolution,
    division,
    elementary,
    extremes,
    fused,
    gather,
    index,
    inplace_ops,
    linalg,
    linear,
    losses,
    normalization,
    pieces,
    reduction,
    rules,
    scan,
    shape,
    special,
)

CATALOGUES = (
    arithmetic, division, elementary, activation, choice, compare, fused, special, reduction,
    extremes, scan, shape, pieces, arrange, index, gather, linear, linalg, normalization,
    convolution, losses, composite, inplace_ops, rules,
)  # fmt: skip
"""In the order of the palette; the last is for rules only."""

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
