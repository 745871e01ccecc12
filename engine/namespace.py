"""What `torch.name(…)` is: every op under PyTorch's names, its first argument called `input`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from engine import dtypes
from engine.ops import (
    CATALOGUES,
    activation,
    choice,
    composite,
    convolution,
    gather,
    losses,
    normalization,
)
from engine.size import Size
from engine.tensor import Tensor, is_tensor

ALIASES = {
    "absolute": "abs", "negative": "neg", "multiply": "mul", "subtract": "sub", "divide": "div",
    "true_divide": "div", "clip": "clamp", "concat": "cat", "concatenate": "cat", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le",
    "not_equal": "ne", "fix": "trunc", "swapaxes": "transpose", "swapdims": "transpose",
    "row_stack": "vstack", "special_expit": "sigmoid", "ger": "outer",
}  # fmt: skip

_FIRST = ("self", "tensors", "condition", "input", "sorted_sequence")
_KEYWORDS = {"axis": "dim", "keepdims": "keepdim"}
_ONLY_FUNCTIONAL = (normalization, convolution, losses, composite)
_BOTH = {"cosine_similarity", "pairwise_distance", "dist", "kl_div", "batch_norm", "layer_norm"}
_FACTORY_LIKE = {"meshgrid", "broadcast_tensors", "einsum", "tensordot", "tensor_split"}
_ACTIVATIONS = {
    "relu", "softmax", "log_softmax", "dropout", "celu", "selu", "prelu", "threshold", "hardshrink",
}  # fmt: skip


def exposed(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The op as torch has it: `input=` names the first argument, `axis=` is `dim=`."""
    parameters = inspect.signature(function).parameters
    first = next(iter(parameters.values()))
    strict = first.annotation == "Tensor"
    if strict and len(parameters) == 1:
        return _unary(function, name)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if "input" in kwargs:
                kwargs[first.name] = kwargs.pop("input")
            for spelled, real in _KEYWORDS.items():
                if spelled in kwargs and real in parameters:
                    kwargs[real] = kwargs.pop(spelled)
        if strict and args and not is_tensor(args[0]):
            _refused(args[0], name)
        return function(*args, **kwargs)

    call.__name__ = name
    return call


def _unary(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same for an op with one argument, of which there are many."""

    def call(input: Tensor) -> Any:
        return function(input if type(input) is Tensor else _refused(input, name))

    functools.update_wrapper(call, function)
    call.__name__ = name
    return call


def _refused(x: Any, name: str) -> Any:
    raise TypeError(
        f"{name}(): argument 'input' (position 1) must be Tensor, not {type(x).__name__}"
    )


def _public(catalogue: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, function in vars(catalogue).items():
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        if not function.__module__.startswith(("engine.ops", "engine.inplace")):
            continue
        if (
            next(iter(inspect.signature(function).parameters), "") in _FIRST
            or name in _FACTORY_LIKE
        ):
            yield name, function


def torch_functions() -> dict[str, Callable[..., Any]]:
    """The functions of the module `torch` itself."""
    found: dict[str, Callable[..., Any]] = {}
    for catalogue in CATALOGUES[:-1]:
        for name, function in _public(catalogue):
            hidden = catalogue in _ONLY_FUNCTIONAL and name not in _BOTH
            if catalogue is activation:
                hidden = name not in _ACTIVATIONS
            if not hidden:
                found[name] = function if name in _FACTORY_LIKE else exposed(function, name)
    for alias, name in ALIASES.items():
        found[alias] = found[name]
    return found


def functional_functions() -> dict[str, Callable[..., Any]]:
    """The functions of `torch.nn.functional`."""
    found = {}
    for catalogue in (activation, *_ONLY_FUNCTIONAL):
        for name, function in vars(catalogue).items():
            own = inspect.isfunction(function) and function.__module__ == catalogue.__name__
            if own and not name.startswith("_"):
                found[name] = exposed(function, name)
    for name in ("embedding", "one_hot"):
        found[name] = exposed(getattr(gather, name), name)
    return found


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """Entries of one or the other by the condition; with the condition alone, where it holds."""
    if input is None and other is None:
        return gather.nonzero(condition, as_tuple=True)
    return choice.where(condition, input, other)


def result_type(a: Any, b: Any) -> dtypes.dtype:
    """The dtype an operation of two tensors or numbers has."""
    return dtypes.result_type(*((x.dtype, x.ndim) if is_tensor(x) else x for x in (a, b)))


def promote_types(a: dtypes.dtype, b: dtypes.dtype) -> dtypes.dtype:
    """The smallest dtype that holds both."""
    return dtypes.promote(a, b)


def can_cast(a: dtypes.dtype, b: dtypes.dtype) -> bool:
    """Whether PyTorch would store a result of dtype `a` in a tensor of dtype `b`."""

    def rank(t: dtypes.dtype) -> int:
        return 2 if t.is_floating_point else int(t.name != "bool")

    return rank(a) <= rank(b)


def numel(input: Tensor) -> int:
    """The number of elements."""
    return input.numel()


def is_floating_point(input: Tensor) -> bool:
    """Whether it holds floating numbers."""
    return input.is_floating_point()


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero."""
    return bool(input)


def is_inference(input: Tensor) -> bool:
    """Whether it was made in inference mode."""
    return input.is_inference()


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape in which all would meet."""
    given = ((s,) if isinstance(s, int) else tuple(s) for s in shapes)
    return Size(np.broadcast_shapes(*given))


PLAIN = (
    where, result_type, promote_types, can_cast, numel, is_floating_point, is_nonzero, is_inference,
    broadcast_shapes,
)  # fmt: skip
"""Functions of `torch` that are not ops."""
