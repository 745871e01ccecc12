"""Views: tensors that look at part of another tensor's memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.meta import is_inference, meta_of, own, share
from engine.modes import STATE
from engine.tensor import Tensor, requires_grad

Array = Any


def viewable(x: Tensor) -> Array:
    """The tensor's memory as an ndarray, so that a view of it is no copy."""
    if not isinstance(x._data, np.ndarray):
        meta = own(x)
        assert meta.storage is not None
        meta.storage.as_array()
    return x._data


def share_view(view: Tensor, source: Tensor) -> Tensor:
    """Record that `view` looks at the memory of `source` and follows its in-place changes."""
    share(view, source)
    meta = meta_of(view)
    base = source if source._meta is None or source._meta.base is None else source._meta.base
    meta.base = base
    meta.seen = meta_of(base).rewrites
    meta.inference = is_inference(source)
    if not STATE.grad_enabled and requires_grad(source):
        meta.no_grad_view = True
        view._req = True
    return view
