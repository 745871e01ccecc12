"""What turns ops into methods and operators of Tensor.

An op whose first parameter is called `self` is also a method; only what is spelled differently as
a method stands here by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import dtypes, errors, factories
from engine.ops import (
    CATALOGUES,
    arithmetic,
    arrange,
    compare,
    division,
    index,
    inplace_ops,
    linear,
    reduction,
    shape,
)
from engine.tensor import Tensor, is_tensor

Number = (bool, int, float)


_OPERANDS = frozenset((Tensor, float, int, bool))


def _operand(x: Any) -> Any:
    """A tensor or Python number as it is, a NumPy scalar as a number, else NotImplemented."""
    if is_tensor(x) or isinstance(x, Number):
        return x
    return x.item() if isinstance(x, np.generic) else NotImplemented


def _operator(function: Callable[..., Any], swapped: bool = False) -> Callable[[Tensor, Any], Any]:
    def operator(self: Tensor, other: Any) -> Any:
        if type(other) not in _OPERANDS:
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        return function(self, other)

    def swapped_operator(self: Tensor, other: Any) -> Any:
        other = _operand(other)
        return NotImplemented if other is NotImplemented else function(other, self)

    return swapped_operator if swapped else operator


def _equality(function: Callable[..., Any], otherwise: bool) -> Callable[[Tensor, Any], Any]:
    def operator(self: Tensor, other: Any) -> Any:
        operand = _operand(other)
        return otherwise if operand is NotImplemented else function(self, operand)

    return operator


_BINARY = {
    "add": arithmetic.add, "sub": arithmetic.sub, "mul": arithmetic.mul, "truediv": arithmetic.div,
    "floordiv": division.floor_divide, "mod": division.remainder, "pow": arithmetic.pow,
    "and": compare.bitwise_and, "or": compare.bitwise_or, "xor": compare.bitwise_xor,
}  # fmt: skip

_COMPARISONS = {"lt": compare.lt, "le": compare.le, "gt": compare.gt, "ge": compare.ge}

_IN_PLACE = {
    "iadd": inplace_ops.add_, "isub": inplace_ops.sub_, "imul": inplace_ops.mul_,
    "itruediv": inplace_ops.div_, "ipow": inplace_ops.pow_,
    "ifloordiv": inplace_ops.floor_divide_, "imod": inplace_ops.remainder_,
    "iand": inplace_ops.bitwise_and_, "ior": inplace_ops.bitwise_or_,
    "ixor": inplace_ops.bitwise_xor_,
}  # fmt: skip


def _to(self: Tensor, *args: Any, dtype: Any = None, copy: bool = False, **_: Any) -> Tensor:
    """`x.to(dtype)`, `x.to("cpu")`, `x.to(other)`."""
    for arg in args:
        if isinstance(arg, dtypes.dtype):
            dtype = arg
        elif is_tensor(arg):
            dtype = arg.dtype
        elif isinstance(arg, str) and arg in dtypes.BY_NAME:
            dtype = arg
    wanted = self.dtype if dtype is None else dtype
    out = arithmetic.to(self, wanted)
    return shape.clone(out) if copy and out is self else out


def _cast_to(name: str) -> Callable[[Tensor], Tensor]:
    return lambda self: arithmetic.to(self, dtypes.ALIASES.get(name) or dtypes.BY_NAME[name])


def _sizes(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method that takes its sizes one by one or as one tuple: `x.view(2, 3)`."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        given = next(iter(kwargs.values())) if kwargs else shape.sizes(args)
        return function(self, tuple(given))

    return method


def _sum(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction that also takes PyTorch's `axis` for `dim`."""

    def reduce(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if "axis" in kwargs:
            kwargs["dim"] = kwargs.pop("axis")
        if "keepdims" in kwargs:
            kwargs["keepdim"] = kwargs.pop("keepdims")
        return function(self, *args, **kwargs)

    return reduce


def _transposed(self: Tensor) -> Tensor:
    if self.ndim not in (0, 2):
        errors.warn(errors.TRANSPOSED, 2, once=True)
    return shape.permute(self, tuple(range(self.ndim))[::-1])


def _view(self: Tensor, *args: Any) -> Tensor:
    return shape.view(self, shape.sizes(args))


def _tensors_only(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: function(self, other) if is_tensor(other) else NotImplemented


def _new(factory: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A factory whose dtype is the tensor's own unless given."""

    def make(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return factory(*args, **{"dtype": self.dtype, **kwargs})

    return make


def _type(self: Tensor, dtype: Any = None) -> Any:
    """The name of its type, or the tensor in another dtype."""
    return self.dtype.tensor_type if dtype is None else arithmetic.to(self, dtype)


SPECIAL: dict[str, Any] = {
    "view": _view,
    "reshape": _sizes(shape.reshape),
    "permute": _sizes(shape.permute),
    "repeat": _sizes(arrange.repeat),
    "tile": _sizes(arrange.tile),
    "flip": _sizes(arrange.flip),
    "broadcast_to": _sizes(shape.broadcast_to),
    "expand": _sizes(shape.expand),
    "sum": _sum(reduction.sum),
    "mean": _sum(reduction.mean),
    "to": _to,
    "float": _cast_to("float"), "double": _cast_to("double"), "half": _cast_to("half"),
    "int": _cast_to("int"), "long": _cast_to("long"), "bool": _cast_to("bool"),
    "T": property(_transposed),
    "mT": property(lambda self: shape.transpose(self, -2, -1)),
    "view_as": lambda self, other: shape.view(self, tuple(other.shape)),
    "reshape_as": lambda self, other: shape.reshape(self, tuple(other.shape)),
    "type_as": lambda self, other: arithmetic.to(self, other.dtype),
    "where": lambda self, condition, other: _where(condition, self, other),
    "cpu": lambda self: self,
    "clip": lambda self, min=None, max=None: self.clamp(min, max),
    "absolute": arithmetic.abs, "negative": arithmetic.neg, "multiply": arithmetic.mul,
    "subtract": arithmetic.sub, "divide": arithmetic.div, "true_divide": arithmetic.div,
    "__getitem__": index.getitem,
    "__setitem__": index.setitem,
    "__neg__": arithmetic.neg,
    "__pos__": lambda self: self,
    "__abs__": arithmetic.abs,
    "__invert__": compare.bitwise_not,
    "__matmul__": _tensors_only(linear.matmul),
    "__rmatmul__": _tensors_only(lambda self, other: linear.matmul(other, self)),
    "type": _type,
    "new_zeros": _new(factories.zeros), "new_ones": _new(factories.ones),
    "new_empty": _new(factories.empty), "new_full": _new(factories.full),
    "new_tensor": _new(factories.tensor),
    "__eq__": _equality(compare.eq, False),
    "__ne__": _equality(compare.ne, True),
}  # fmt: skip


def _where(condition: Tensor, self: Tensor, other: Any) -> Tensor:
    from engine.ops.choice import where

    return where(condition, self, other)


def install() -> None:
    """Give Tensor its methods and operators; done once, on `import engine`."""
    for catalogue in CATALOGUES:
        for name, function in vars(catalogue).items():
            if _is_method(name, function):
                setattr(Tensor, name, function)
    for name, value in SPECIAL.items():
        setattr(Tensor, name, value)
    for name, function in _BINARY.items():
        setattr(Tensor, f"__{name}__", _operator(function))
        setattr(Tensor, f"__r{name}__", _operator(function, swapped=True))
    for name, function in {**_COMPARISONS, **_IN_PLACE}.items():
        setattr(Tensor, f"__{name}__", _operator(function))


def _is_method(name: str, function: Any) -> bool:
    if name.startswith("_") or name in Tensor.__dict__ or not inspect.isfunction(function):
        return False
    return next(iter(inspect.signature(function).parameters), "") == "self"
