"""What the written functions call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import errors, inlining, kernels, memory
from engine.layout import laid
from engine.meta import meta_of
from engine.modes import STATE, UNUSUAL, tick
from engine.passing import SCALAR, form_of, send
from engine.promote import PROMOTE
from engine.storage import SavedResult
from engine.tensor import Tensor
from engine.views import share_view, viewable

if TYPE_CHECKING:
    from engine.function import Function

Array = Any


def ports_of(inputs: Sequence[Any]) -> tuple[int, ...]:
    """Which output of its Function each input is."""
    return tuple(x._nr if isinstance(x, Tensor) else 0 for x in inputs)


def versions_of(saved: Sequence[Any]) -> tuple[int, ...]:
    """The versions of what a node saves; refuses inference tensors with PyTorch's sentence."""
    found = []
    for x in saved:
        meta = x._meta if isinstance(x, Tensor) else None
        if meta is not None and meta.inference:
            raise RuntimeError(errors.INFERENCE_SAVED)
        found.append(0 if meta is None or meta.version is None else meta.version.count)
    return tuple(found)


def pass_nothing(
    node: Function, grad: Any, keep: bool, note: Callable[[tuple[Any, ...]], None] | None
) -> None:
    """What `flow` does for a node at which no gradient has arrived."""
    if note is not None:
        note((node, grad, *[None] * len(node.below)))
    if not keep:
        node.release()


def refuse(
    cls: type[Function], arrays: Sequence[Array], params: dict[str, Any], error: Exception
) -> None:
    """Raise PyTorch's sentence for what NumPy has refused."""
    if isinstance(error, MemoryError):
        raise memory.refused(error) from None
    if "maximum possible size" in str(error):
        raise memory.beyond_counting(params.get("size") or np.shape(arrays[0])) from None
    cls.explain([np.shape(a) for a in arrays], params)
    raise RuntimeError(str(error)) from None


def scope_of(cls: type[Function]) -> dict[str, Any]:
    """What the written code may name."""
    from engine.function import accumulator, function_of

    rules = [rule.function for _, rule in cls.rules]
    return {
        **inlining.names([cls.forward, *rules]), **SCOPE, "__name__": "engine.written",
        "cls": cls, "forward": cls.forward,
        "function_of": function_of, "accumulator": accumulator, "promote": PROMOTE[cls.promote],
        **{f"rule{i}": rule.function for i, rule in cls.rules},
        **{f"default_{name}": value for name, value in cls.defaults.items()},
        "USUAL": {name: cls.defaults.get(name) for name in cls.keywords},
    }  # fmt: skip


SCOPE: dict[str, Any] = {
    "FLOAT32": np.dtype(np.float32), "FREED": errors.FREED, "NO_PARAMS": {}, "SCALAR": SCALAR,
    "STATE": STATE, "SavedResult": SavedResult, "Tensor": Tensor, "UNUSUAL": UNUSUAL,
    "MANY": memory.MANY, "room_for": memory.room_for, "float32": np.float32, "form_of": form_of,
    "kernels": kernels, "laid": laid, "meta_of": meta_of, "ndarray": np.ndarray,
    "new": object.__new__, "rows": np.ascontiguousarray,
    "nothing": lambda: None, "pass_nothing": pass_nothing, "ports_of": ports_of, "refuse": refuse,
    "scalar": np.float32(1).__mul__, "send": send, "share_view": share_view, "tick": tick,
    "versions_of": versions_of, "viewable": viewable,
}  # fmt: skip
