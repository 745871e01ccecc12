"""Leaves: tensors out of nothing, as the nodes that make them."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from engine import dtypes
from engine.code.script.calls import Node
from engine.code.script.notes import Note, Ref, seen
from engine.packed import Packed
from engine.registry import OPS
from engine.tensor import Tensor

LISTED = 4_096
"""Numbers that are listed; more become one Packed."""

_FILLED = ("zeros", "ones", "rand", "randn")


def is_source(op: str) -> bool:
    """Whether an op makes a leaf."""
    return op in OPS and OPS[op].source


def spelled(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], made: Any) -> Node | None:
    """A call that makes a tensor out of numbers as a node; None for any other."""
    space, _, last = name.rpartition(".")
    if space == "torch" and last in ("tensor", "as_tensor", "scalar_tensor", "from_numpy"):
        return _of_data(args, kwargs, made)
    if name == "Tensor.__new__":
        return _of_data(args[1:], kwargs, made)
    if space != "torch" or not isinstance(made, Tensor) or kwargs.keys() - {"requires_grad"}:
        return None
    wants = {"requires_grad": True} if made._req else {}
    if last in _FILLED and made.dtype is dtypes.float32:
        return Node(last, {"size": list(made.shape), **wants}, [])
    if last == "arange" and all(type(x) is float for x in args):
        return Node("arange", _range(args) | wants, [])
    return None


def _range(args: tuple[float, ...]) -> dict[str, Any]:
    start, end, *step = args if len(args) > 1 else (0.0, *args)
    return {"start": start, "end": end, **({"step": step[0]} if step else {})}


def _of_data(args: tuple[Any, ...], kwargs: dict[str, Any], made: Any) -> Node | None:
    """Numbers as they were written, where they were."""
    if not isinstance(made, Tensor):
        return None
    data = args[0] if args else kwargs.get("data")
    written = _plain(data) and made.numel() <= LISTED and made._data.size
    found = _params(made, made._data, data if written else None)
    return Node("parameter" if made._req else "tensor", found, [])


def leaf(tensor: Tensor, data: Any) -> Note:
    """A leaf with these values, whose gradient is wanted where the tensor's is."""
    wants = tensor._req and tensor._fn is None
    if not data.size:
        return Note("zeros", {"size": list(data.shape)}, source=True, values=(seen(data),))
    op = "parameter" if wants else "tensor"
    return Note(op, _params(tensor, data, None), source=True, values=(seen(data),))


def _params(tensor: Tensor, data: Any, written: Any) -> dict[str, Any]:
    kind = dtypes.of(data.dtype)
    if data.size > LISTED:
        value: Any = Packed(np.asarray(data))
    else:
        value = _listed(written) if written is not None else data.tolist()
    usual = {"f": "float32", "i": "int64", "b": "bool"}
    listed = not isinstance(value, Packed)
    inferred = listed and usual.get(np.asarray(value).dtype.kind) == kind.name
    return {"data": value} if inferred else {"data": value, "dtype": kind.name}


def _plain(data: Any, depth: int = 8) -> bool:
    """Whether it is numbers, as they stand in a file."""
    if isinstance(data, (list, tuple)):
        return depth > 0 and all(_plain(x, depth - 1) for x in data)
    if type(data) is float:
        return math.isfinite(data)
    return type(data) is bool or (type(data) is int and abs(data) < 2**53)


def _listed(data: Any) -> Any:
    return [_listed(x) for x in data] if isinstance(data, (list, tuple)) else data


def number_of(note: Note, owner: Ref | None) -> float | None:
    """The number that a `torch.full_like` of the owner is full of; None for all else."""
    if note.named or note.params.get("function") != "torch.full_like":
        return None
    number = _FILLED_WITH.fullmatch(str(note.params.get("args")))
    if number is None or [ref for _, ref in note.wires] != [owner]:
        return None
    return float(number[1])


_FILLED_WITH = re.compile(r"\{0\}, (-?\d+\.\d+)")
