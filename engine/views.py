"""Views: tensors that look at part of another tensor's memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.meta import Meta, own
from engine.modes import STATE, UNUSUAL
from engine.tensor import Tensor

Array = Any


def viewable(x: Tensor) -> Array:
    """The tensor's memory as an ndarray, so that a view of it is no copy."""
    if not isinstance(x._data, np.ndarray):
        meta = own(x)
        assert meta.storage is not None
        meta.storage.as_array()
    return x._data


def share_view(view: Tensor, source: Tensor, many: bool = False) -> Tensor:
    """Record that `view` looks at the memory of `source` and follows its in-place changes.

    `many`: it is one of several views that one Function made.
    """
    theirs = source._meta
    if theirs is None or theirs.storage is None or theirs.version is None:
        theirs = own(source)
    assert theirs.storage is not None
    assert theirs.version is not None
    meta = view._meta = Meta()
    meta.storage, meta.version = theirs.storage, theirs.version
    theirs.storage.add(view)
    meta.base = source if theirs.base is None else theirs.base
    meta.seen = theirs.version.count
    if theirs.inference:
        meta.inference = True
    if many or UNUSUAL or theirs.created:
        made_outside = "inference" if theirs.created == "inference" else _created(many)
        meta.created = made_outside or theirs.created
    return view


def _created(many: bool) -> str:
    if STATE.inference:
        return "inference"
    return ("many" if many else "") if STATE.grad_enabled else "no_grad"
