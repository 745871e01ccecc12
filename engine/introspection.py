"""What people may ask a node of the history beside its name and edges: `_saved_other` and the like.

Nothing of this is kept in nodes; it is read from the rules' signatures and from what they saved.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np

from engine import devices, dtypes, errors
from engine.function import Function
from engine.packing import SavedTensor, restored, unpacked
from engine.tensor import Tensor, as_output, is_tensor, wrap

_PUBLIC = (
    "_input_metadata", "_register_hook_dict", "_sequence_nr", "_set_sequence_nr", "metadata",
    "name", "next_functions", "register_hook", "register_prehook", "requires_grad",
)  # fmt: skip
_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


class InputMetadata(NamedTuple):
    """What a gradient for one output of a node must look like."""

    shape: list[int]
    dtype: dtypes.dtype
    device: devices.device = devices.CPU
    is_nested_tensor: bool = False
    is_cpp_nested_tensor: bool = False


def directory(node: Function) -> list[str]:
    """The attributes PyTorch shows of such a node."""
    tensors, others = _saved_names(node)
    found = [*_PUBLIC, *(f"_saved_{name}" for name in (*tensors, *others))]
    found += [f"_raw_saved_{name}" for name in tensors]
    found += ["variable"] if hasattr(type(node), "variable") else []
    return sorted([*found, *(name for name in object.__dir__(node) if name.startswith("__"))])


Function.__dir__ = directory  # type: ignore[method-assign, assignment]


def attribute(node: Function, name: str) -> Any:
    """What `node.<name>` is, for a name that is no attribute of the class."""
    if name.startswith("_saved_"):
        return _saved(node, name.removeprefix("_saved_"))
    if name.startswith("_raw_saved_"):
        return _raw(node, name.removeprefix("_raw_saved_"))
    if name == "_sequence_nr":
        return lambda: node.sequence
    if name == "_input_metadata":
        return [
            InputMetadata(list(node.input_shape(k)), dtypes.of(node.input_dtype(k)))
            for k in range(node.outputs)
        ]
    if name == "requires_grad":
        return True
    raise _missing(node, name)


def _missing(node: Function, name: str) -> AttributeError:
    return AttributeError(f"'{type(node).__name__}' object has no attribute '{name}'")


def _saved_names(node: Function) -> tuple[list[str], list[str]]:
    """The names of the tensors and of the other values that the rules ask for."""
    cls = type(node)
    tensors, others = set(), {_people_call(cls, p) for p in node.params if not cls.rules}
    for _, rule in cls.rules:
        for kind, key in rule.arguments:
            if kind == "saved":
                tensors.add(cls.inputs[key])
            elif kind == "result":
                tensors.add("result")
            elif kind == "param" and (key in cls.keywords or key.endswith(("_shape", "index"))):
                others.add(_people_call(cls, key))
    return sorted(tensors), sorted(others)


def _people_call(cls: type[Function], param: str) -> str:
    if param == "index" and cls.__name__ != "SelectBackward0":
        return "indices"
    stem = param.removesuffix("_shape")
    return param if stem == param else f"{stem}_sym_sizes"


def _saved(node: Function, name: str) -> Any:
    tensors, others = _saved_names(node)
    if name in tensors or name in node.inputs:
        return _saved_tensor(node, name, name in tensors)
    if name not in others:
        raise _missing(node, f"_saved_{name}")
    param = "index" if name == "indices" else name.replace("_sym_sizes", "_shape")
    value = unpacked(node.params.get(param, node.keywords.get(name)))
    if isinstance(value, (np.ndarray, np.generic)):
        return wrap(value)
    return _REDUCTIONS.get(value, value) if name == "reduction" else value


def _saved_tensor(node: Function, name: str, known: bool) -> Any:
    if node.freed:
        raise RuntimeError(errors.FREED)
    if name == "result":
        return _saved_result(node)
    saved = node.check_versions()[node.inputs.index(name)] if node.saved else None
    saved = restored(saved)
    if saved is None and not known:
        raise _missing(node, f"_saved_{name}")
    return saved if saved is None or is_tensor(saved) else wrap(saved)


def _saved_result(node: Function) -> Any:
    result = restored(node.checked_result())
    if type(result) is tuple:
        return tuple(as_output(part, node, k) for k, part in enumerate(map(restored, result)))
    return result if result is None or is_tensor(result) else wrap(result, node)


def _raw(node: Function, name: str) -> SavedTensor:
    if name not in _saved_names(node)[0]:
        raise _missing(node, f"_raw_saved_{name}")
    return SavedTensor(node, None if name == "result" else node.inputs.index(name))


# ---- of tensors ----------------------------------------------------------------------------------


def base(tensor: Tensor) -> Tensor | None:
    """What a view is a view of; None for a tensor with memory of its own."""
    return None if tensor._meta is None else tensor._meta.base


def is_view(tensor: Tensor) -> bool:
    """Whether it is a view that follows the history of another tensor."""
    return base(tensor) is not None


def backward_hooks(tensor: Tensor) -> OrderedDict[int, Any] | None:
    """The hooks on its gradient by the numbers of their handles; None where there never were."""
    function = tensor.grad_fn
    if function is None:
        found = None if tensor._meta is None else tensor._meta.hooks
    else:
        extra = function.extra
        found = None if extra is None else extra.tensor_hooks.get(tensor.output_nr)
    return None if found is None else OrderedDict(found)
