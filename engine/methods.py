"""What turns ops into methods and operators of Tensor.

An op whose first parameter is called `self` is also a method; only what is spelled differently as
a method stands here by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import (
    calling,
    compiling,
    devices,
    dtypes,
    errors,
    factories,
    inlining,
    introspection,
    sampling,
)
from engine.ops import (
    CATALOGUES,
    arithmetic,
    arrange,
    bits,
    compare,
    division,
    gamma,
    inplace_ops,
    linear,
    reduction,
    shape,
    subscript,
)
from engine.ops.names import ALIASES, NOT_METHODS
from engine.tensor import Tensor, is_tensor

Number = (bool, int, float)


_OPERANDS = frozenset((Tensor, float, int, bool))


def _operand(x: Any) -> Any:
    """A tensor or Python number as it is, a NumPy scalar as a number, else NotImplemented."""
    if is_tensor(x) or isinstance(x, Number):
        return x
    return x.item() if isinstance(x, np.generic) else NotImplemented


_OF_C = {
    "add": "__radd__", "mul": "__rmul__", "bitwise_and": "__rand__", "bitwise_or": "__ror__",
    "bitwise_xor": "__rxor__",
}  # fmt: skip
"""The swapped operators that PyTorch does not write in Python: they ask for a tensor."""


def _operator(function: Callable[..., Any], swapped: bool = False) -> Callable[[Tensor, Any], Any]:
    def operator(self: Tensor, other: Any) -> Any:
        if type(other) not in _OPERANDS:
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        return function(self, other)

    def swapped_operator(self: Tensor, other: Any) -> Any:
        if not is_tensor(self) and function.__name__ in _OF_C:
            raise TypeError(
                f"descriptor '{_OF_C[function.__name__]}' for 'torch._C.TensorBase' objects "
                f"doesn't apply to a '{type(self).__name__}' object"
            )
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
    "lshift": bits.bitwise_left_shift, "rshift": bits.bitwise_right_shift,
}  # fmt: skip

_DIRECT = {
    "add": arithmetic.AddBackward0, "mul": arithmetic.MulBackward0,
    "truediv": arithmetic.DivBackward0, "sub": arithmetic.SubBackward0,
}  # fmt: skip
"""What these make of two tensors; they are what most programs consist of."""

_GUARDS = {
    "sub": 'x0._data.dtype.kind == "f" and (type(x1) is float or x1._data.dtype.kind == "f")'
}
"""What must be true for that: there is no difference of booleans."""

_MATRICES = (
    "x0._data.ndim == x1._data.ndim == 2 and x0._data.shape[1] == x1._data.shape[0] "
    "and x0._data.dtype is x1._data.dtype"
)
"""What must be true for `@` to be one product of matrices."""

_COMPARISONS = {"lt": compare.lt, "le": compare.le, "gt": compare.gt, "ge": compare.ge}

_IN_PLACE = {
    "iadd": inplace_ops.add_, "isub": inplace_ops.sub_, "imul": inplace_ops.mul_,
    "itruediv": inplace_ops.div_, "ipow": inplace_ops.pow_,
    "ifloordiv": inplace_ops.floor_divide_, "imod": inplace_ops.remainder_,
    "iand": inplace_ops.bitwise_and_, "ior": inplace_ops.bitwise_or_,
    "ixor": inplace_ops.bitwise_xor_, "ilshift": inplace_ops.bitwise_left_shift_,
    "irshift": inplace_ops.bitwise_right_shift_,
}  # fmt: skip


def _to(
    self: Tensor, *args: Any, dtype: Any = None, copy: bool = False, memory_format: Any = None,
    **_: Any,
) -> Tensor:  # fmt: skip
    """`x.to(dtype)`, `x.to("cpu")`, `x.to(other)`."""
    for arg in args:
        if isinstance(arg, dtypes.dtype):
            dtype = arg
        elif is_tensor(arg):
            dtype = arg.dtype
        elif isinstance(arg, str) and arg in dtypes.BY_NAME:
            dtype = arg
    wanted = self.dtype if dtype is None else dtype
    flags = [arg for arg in args if isinstance(arg, bool)]  # non_blocking, copy
    return arithmetic.to(self, wanted, copy or flags[1:] == [True], memory_format)


def _moved_to(kind: str) -> Callable[..., Tensor]:
    """`x.cuda()` and such: raises what PyTorch raises without one."""

    def move(self: Tensor, device: Any = None, non_blocking: bool = False, **_: Any) -> Tensor:
        devices.require(kind if device is None else device)
        return self

    return move


def _cast_to(name: str) -> Callable[..., Tensor]:
    def cast(self: Tensor, memory_format: Any = None) -> Tensor:
        wanted = dtypes.ALIASES.get(name) or dtypes.BY_NAME[name]
        return arithmetic.to(self, wanted, memory_format=memory_format)

    return cast


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
    if self.ndim != 2:
        errors.warn(errors.TRANSPOSED if self.ndim else _transposed_scalar("T"), 2, once=True)
    return shape.permute(self, tuple(range(self.ndim))[::-1])


def _transposed_scalar(name: str) -> str:
    return (
        f"Tensor.{name} is deprecated on 0-D tensors. This function is the identity in these cases."
    )


def _matrix_transposed(self: Tensor) -> Tensor:
    if self.ndim == 1:
        raise RuntimeError(
            "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    if not self.ndim:
        errors.warn(_transposed_scalar("mT"), 2, once=True)
        return self
    return shape.transpose(self, -2, -1)


def _adjoint(name: str, ranks: tuple[int, ...]) -> Callable[[Tensor], Tensor]:
    """`x.H` of a matrix, `x.mH` of batches too: without complex numbers, the transpose."""
    only = "matrices (2-D tensors)" if ranks else "matrices or batches of matrices"

    def turned(self: Tensor) -> Tensor:
        if self.ndim == 1 or (ranks and self.ndim not in ranks):
            hint = " For batches of matrices, consider using tensor.mH" if self.ndim > 2 else ""
            raise RuntimeError(
                f"tensor.{name} is only supported on {only}. Got {self.ndim}-D tensor.{hint}"
            )
        return shape.transpose(self, -2, -1) if self.ndim else self

    return turned


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
    "polygamma": lambda self, n: gamma.polygamma(n, self),
    **{function.__name__: function for function in sampling.METHODS},
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
    "short": _cast_to("short"),
    "T": property(_transposed),
    "H": property(_adjoint("H", (0, 2))), "mH": property(_adjoint("mH", ())),
    "mT": property(_matrix_transposed),
    "view_as": lambda self, other: shape.view(self, tuple(other.shape)),
    "reshape_as": lambda self, other: shape.reshape(self, tuple(other.shape)),
    "type_as": lambda self, other: arithmetic.to(self, other.dtype),
    "where": lambda self, condition, other: _where(condition, self, other),
    "cpu": lambda self: self, "cuda": _moved_to("cuda"), "xpu": _moved_to("xpu"),
    "is_cpu": property(lambda self: True), "get_device": lambda self: -1,
    **{f"is_{kind}": property(lambda self: False) for kind in ("cuda", "xpu", "mps", "meta")},
    "__getitem__": subscript.getitem,
    "__setitem__": subscript.setitem,
    "__neg__": arithmetic.neg,
    "__pos__": lambda self: self,
    "__abs__": arithmetic.abs,
    "__rsub__": _operator(arithmetic.rsub),
    "__invert__": compare.bitwise_not,
    "__matmul__": _tensors_only(linear.matmul),
    "__rmatmul__": _tensors_only(lambda self, other: linear.matmul(other, self)),
    "type": _type,
    "_base": property(introspection.base), "_is_view": introspection.is_view,
    "_backward_hooks": property(introspection.backward_hooks),
    "grad_dtype": property(lambda self: self.dtype), "name": property(lambda self: None),
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
    _install_aliases()
    _install_checks()
    for name, function in _BINARY.items():
        operator = _operator(function)
        if name in _DIRECT:
            guard = _GUARDS.get(name, "True")
            operator = compiling.direct(_DIRECT[name], operator, "self", "other", guard=guard)
        setattr(Tensor, f"__{name}__", operator)
        swapped = _operator(function, swapped=True)
        if name in ("add", "mul"):  # where 2 * x is x * 2
            swapped = compiling.direct(_DIRECT[name], swapped, "self", "other")
        if name != "sub":  # torch has a node of its own for that
            setattr(Tensor, f"__r{name}__", swapped)
    for name, function in {**_COMPARISONS, **_IN_PLACE}.items():
        setattr(Tensor, f"__{name}__", _operator(function))
    otherwise = SPECIAL["__matmul__"]
    product = compiling.direct(
        linear.MmBackward0, otherwise, "self", "other", numbers=False, guard=_MATRICES
    )
    setattr(Tensor, "__matmul__", product)  # noqa: B010  # mypy sees no method there


def _install_aliases() -> None:
    for alias, name in ALIASES.items():
        for end in ("", "_"):
            if hasattr(Tensor, name + end) and not alias.startswith("special_"):
                setattr(Tensor, alias + end, getattr(Tensor, name + end))


def _install_checks() -> None:
    for name, function in list(vars(Tensor).items()):
        if inspect.isfunction(function) and not name.startswith("_") and _checked(function):
            setattr(Tensor, name, calling.method(function, name))


def _checked(function: Callable[..., Any]) -> bool:
    """Whether a method needs looking after: one that only applies a Function to itself does not."""
    return len(inspect.signature(function).parameters) > 1 or inlining.applied(function) is None


def _is_method(name: str, function: Any) -> bool:
    if name.startswith("_") or name in Tensor.__dict__ or not inspect.isfunction(function):
        return False
    if name in NOT_METHODS:
        return False
    return next(iter(inspect.signature(function).parameters), "") == "self"
