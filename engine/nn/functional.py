"""`torch.nn.functional`: the functions of neural networks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.namespace import exposed, functional_functions
from engine.ops import inplace_activation
from engine.ops.affine import linear
from engine.ops.elementary import sigmoid, tanh
from engine.ops.padding import pad

__all__ = ["linear", "pad", "sigmoid", "tanh"]


if TYPE_CHECKING:  # most functions are found in the catalogues of ops

    def __getattr__(name: str) -> Any: ...


def _choosing(function: Callable[..., Any], in_place: Callable[..., Any]) -> Callable[..., Any]:
    """A function that writes into its input where its last argument, `inplace`, is true."""
    count = len(inspect.signature(in_place).parameters)

    def call(*args: Any, inplace: bool = False, **kwargs: Any) -> Any:
        if len(args) > count:
            *args, inplace = args  # type: ignore[assignment]
        if not inplace:
            return function(*args, **kwargs)
        if "input" in kwargs:
            kwargs["self"] = kwargs.pop("input")
        return in_place(*args, **kwargs)

    call.__name__ = function.__name__
    call.__doc__ = function.__doc__
    return call


_found = functional_functions()
_found |= {
    f.__name__: exposed(f, f.__name__, "nn.functional.") for f in (linear, pad, sigmoid, tanh)
}
for _name in (
    "relu", "leaky_relu", "elu", "selu", "celu", "silu", "mish", "hardtanh", "relu6", "hardswish",
    "hardsigmoid", "threshold",
):  # fmt: skip
    _writing = getattr(inplace_activation, f"{_name}_")
    _found[_name] = _choosing(_found[_name], _writing)
    if _name in ("relu", "leaky_relu", "elu", "selu", "celu", "hardtanh", "threshold"):
        _found[f"{_name}_"] = _writing

globals().update(_found)
