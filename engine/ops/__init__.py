"""All ops, and the namespace rules run in when a graph of the backward pass is wanted."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

from engine import factories

APART = frozenset(
    ("attention", "dropping", "frames", "inplace_activation", "margins", "names", "network",
     "subscript", "targets", "ties")
)  # fmt: skip
"""Modules that are no catalogues: what others share, and what torch.nn.functional alone has."""


def _catalogues() -> Iterator[ModuleType]:
    names = {found.name for found in pkgutil.iter_modules(__path__)} - APART - {"rules"}
    for name in (*sorted(names), "rules"):
        yield importlib.import_module(f"{__name__}.{name}")


CATALOGUES = tuple(_catalogues())
"""Every module that declares ops, by name; the last is for rules only.

All public functions of a catalogue that take a tensor first are functions of `torch` and methods.
"""

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
