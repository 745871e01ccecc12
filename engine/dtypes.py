"""Element types: their names, how they promote, and how Python data becomes arrays of them.

Everything follows PyTorch's CPU rules, error texts included.  A value with dims is an `np.ndarray`,
a 0-d value is a NumPy scalar (`np.float32(5)`), never a 0-d array.
"""

from __future__ import annotations

from array import array
from operator import index
from typing import Any, Final, NoReturn, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any] | np.generic
Operand: TypeAlias = "tuple[dtype, int] | bool | int | float"
NumpyDtype: TypeAlias = np.dtype[Any]

MAX_DIMS: Final = 128


class dtype:
    """The type of a tensor's elements, such as `float32`; one object each, compared by identity.

    `np` is NumPy's dtype, `itemsize` in bytes, `scalar_name` ("Float") and `tensor_type`
    ("torch.FloatTensor") are what PyTorch's messages call it.
    """

    __slots__ = (
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
        "np",
        "scalar_name",
        "tensor_type",
    )

    name: str
    np: NumpyDtype
    scalar_name: str
    tensor_type: str
    itemsize: int
    is_floating_point: bool
    is_signed: bool
    is_complex: bool

    def __init__(self) -> None:
        raise TypeError("cannot create 'torch.dtype' instances")

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"'torch.dtype' object has no attribute '{name}'")

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return _named, (self.name,)


def _define(name: str, scalar_name: str) -> dtype:
    new = object.__new__(dtype)
    as_numpy = np.dtype(name)
    fields = {
        "name": name,
        "np": as_numpy,
        "scalar_name": scalar_name,
        "tensor_type": f"torch.{scalar_name}Tensor",
        "itemsize": as_numpy.itemsize,
        "is_floating_point": as_numpy.kind == "f",
        "is_signed": as_numpy.kind in "fi",
        "is_complex": False,
    }
    for field, value in fields.items():
        object.__setattr__(new, field, value)
    return new


def _named(name: str) -> dtype:
    return BY_NAME[name]


bool_: Final = _define("bool", "Bool")
uint8: Final = _define("uint8", "Byte")
int8: Final = _define("int8", "Char")
int16: Final = _define("int16", "Short")
int32: Final = _define("int32", "Int")
int64: Final = _define("int64", "Long")
float16: Final = _define("float16", "Half")
float32: Final = _define("float32", "Float")
float64: Final = _define("float64", "Double")

BY_NAME: Final[dict[str, dtype]] = {
    t.name: t for t in (bool_, uint8, int8, int16, int32, int64, float16, float32, float64)
}
ALIASES: Final[dict[str, dtype]] = {
    "half": float16,
    "float": float32,
    "double": float64,
    "short": int16,
    "int": int32,
    "long": int64,
}
"""PyTorch's second names; not module globals because they would hide Python's own types."""

_BY_NUMPY: Final[dict[NumpyDtype, dtype]] = {t.np: t for t in BY_NAME.values()}
_SUPPORTED: Final = ", ".join(list(reversed(BY_NAME))[:-1]) + ", and bool"


def of(numpy_dtype: Any) -> dtype:
    """The dtype for a NumPy dtype, NumPy scalar type or Python `float`, `int`, `bool`."""
    known = _BY_NUMPY.get(numpy_dtype)  # first, because every `tensor.dtype` asks
    return known if known is not None else _converted(np.dtype(numpy_dtype))


def _converted(numpy_dtype: NumpyDtype) -> dtype:
    try:
        return _BY_NUMPY[numpy_dtype]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{numpy_dtype.type.__name__}. "
            f"The only supported types are: {_SUPPORTED}."
        ) from None


# Promotion


def _promoted(a: dtype, b: dtype) -> dtype:
    if a.is_floating_point != b.is_floating_point:
        return a if a.is_floating_point else b
    return of(np.promote_types(a.np, b.np))


_PROMOTED: Final = {(a, b): _promoted(a, b) for a in BY_NAME.values() for b in BY_NAME.values()}


def promote(a: dtype, b: dtype) -> dtype:
    """The smallest dtype that holds both; a floating one is never widened by an integer."""
    return a if a is b else _PROMOTED[a, b]


_default: dtype = float32
_results: dict[Any, dtype] = {}


def get_default_dtype() -> dtype:
    """The dtype of Python floats, float32 unless it was set."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Make `d` the dtype of Python floats; raises TypeError unless it is a floating dtype."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type"
        )
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d
    _results.clear()


def result_type(*operands: Operand) -> dtype:
    """The dtype in which operands meet: `(dtype, ndim)` for a tensor, a Python number as it is.

    Tensors with dims decide; a 0-d tensor raises the result only to a higher category (bool,
    integer, floating), and a number only above both.
    """
    key: tuple[Any, ...]
    if len(operands) == 2:  # every binary op comes here
        a, b = operands
        if type(a) is tuple and type(b) is tuple:
            if a[0] is b[0]:
                return a[0]
            key = operands
        else:
            key = (a if type(a) is tuple else type(a), b if type(b) is tuple else type(b))
    else:
        key = tuple([x if type(x) is tuple else type(x) for x in operands])
    return _results.get(key) or _remember(key)


def _remember(key: tuple[Any, ...]) -> dtype:
    found = _resolve(key)
    if len(key) <= 3:  # lists of any length pass through here from cat and stack
        _results[key] = found
    return found


def _resolve(kinds: tuple[Any, ...]) -> dtype:
    with_dims = zero_dim = number = None
    for kind in kinds:
        if not isinstance(kind, tuple):
            number = _meet(number, _number_dtype(kind))
        elif kind[1]:
            with_dims = _meet(with_dims, kind[0])
        else:
            zero_dim = _meet(zero_dim, kind[0])
    found = _outrank(with_dims, _outrank(zero_dim, number))
    if found is None:
        raise ValueError("result_type() needs at least one operand")
    return found


def _number_dtype(kind: type) -> dtype:
    if issubclass(kind, (bool, np.bool_)):
        return bool_
    if issubclass(kind, (int, np.integer)):
        return int64
    if issubclass(kind, (float, np.floating)):
        return _default
    raise TypeError(f"unsupported operand type '{kind.__name__}'")


def _meet(a: dtype | None, b: dtype) -> dtype:
    return b if a is None else promote(a, b)


def _outrank(higher: dtype | None, lower: dtype | None) -> dtype | None:
    """`higher`, unless `lower` is of a category above it."""
    if higher is None or lower is None:
        return higher or lower
    if not higher.is_floating_point and (higher is bool_ or lower.is_floating_point):
        return promote(higher, lower)
    return higher


# Limits


class finfo:
    """Limits of a floating dtype: `bits`, `eps`, `max`, `min`, `tiny`, `resolution`."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")
    __hash__ = None  # type: ignore[assignment]  # as PyTorch's

    def __init__(self, type: dtype | None = None) -> None:
        of_type = _limits_of("finfo", _default if type is None else type)
        if not of_type.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                "Use torch.iinfo to handle 'torch.finfo'"
            )
        limits = np.finfo(of_type.np)
        self.bits: int = limits.bits
        self.dtype: str = of_type.name
        self.eps = float(limits.eps)
        self.max = float(limits.max)
        self.min = float(limits.min)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = float(f"1e-{limits.precision}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __repr__(self) -> str:
        fields = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        shown = ", ".join(f"{field}={getattr(self, field):g}" for field in fields)
        return f"finfo({shown}, dtype={self.dtype})"


class iinfo:
    """Limits of an integer dtype: `bits`, `max`, `min`."""

    __slots__ = ("bits", "dtype", "max", "min")
    __hash__ = None  # type: ignore[assignment]  # as PyTorch's

    def __init__(self, type: dtype) -> None:
        of_type = _limits_of("iinfo", type)
        if of_type.is_floating_point:
            raise TypeError(
                "torch.iinfo() requires an integer input type. "
                "Use torch.finfo to handle 'torch.iinfo'"
            )
        if of_type is bool_:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(of_type.np)
        self.bits: int = limits.bits
        self.dtype: str = of_type.name
        self.max = int(limits.max)
        self.min = int(limits.min)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def _limits_of(function: str, type_: object) -> dtype:
    if isinstance(type_, dtype):
        return type_
    if type_ in (float, int, bool):
        return of(type_)
    given = type(type_).__name__
    raise TypeError(f"{function}(): argument 'type' (position 1) must be torch.dtype, not {given}")


# Casting


@overload
def cast(values: NDArray[Any], to: dtype) -> NDArray[Any]: ...
@overload
def cast(values: Array, to: dtype) -> Array: ...
def cast(values: Array, to: dtype) -> Array:
    """`values` as `to`, rounding and wrapping as C does; the same object if nothing changes."""
    source = values.dtype
    if source == to.np:
        return values
    with np.errstate(all="ignore"):
        if to is float16 and source != np.float32:
            values = values.astype(np.float32)  # PyTorch's Half is made from float, never directly
        return values.astype(to.np)


# Python data


def infer(data: Any) -> dtype:
    """The dtype `torch.tensor(data)` has: bool < int < float over all elements.

    NumPy values and tensors keep theirs; an empty sequence counts as the default dtype.
    """
    known = _LEAVES.get(type(data))
    if known is not None:
        return known
    if isinstance(data, (float, int)) and not isinstance(data, np.generic):
        return _default if isinstance(data, float) else int64
    own = getattr(data, "dtype", None)
    if isinstance(own, dtype):
        return own
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if isinstance(data, (np.ndarray, np.generic)):
        return of(data.dtype)
    if _is_sequence(data):
        return _infer_sequence(data)
    raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")


_NUMBERS: Final = frozenset({float, int, bool})
_LEAVES: Final[dict[type, dtype]] = {bool: bool_, int: int64}


def _infer_sequence(data: Any) -> dtype:
    kinds = set(map(type, data))
    if kinds and kinds <= _NUMBERS:  # long lists of plain numbers: one pass in C
        return _default if float in kinds else int64 if int in kinds else bool_
    found = None
    for item in data:
        if item is data:
            raise TypeError("new(): self-referential lists are incompatible")
        found = _meet(found, infer(item))
    return found or _default


def to_array(data: Any, to: dtype | None = None) -> Array:
    """A new array of nested Python data, numbers or NumPy values, as `torch.tensor` makes it.

    Raises ValueError on ragged data, TypeError on what is no number, RuntimeError on numbers that
    do not fit.  A single number gives a NumPy scalar.
    """
    if type(data) is float and (to or _default) is float32 and -3e38 < data < 3e38:
        return np.float32(data)
    if type(data) is int and (to or int64) is int64 and -(2**63) <= data < 2**63:
        return np.int64(data)
    if isinstance(data, np.ndarray):
        return _from_numpy(data, to)
    shape = _shape(data)
    target = infer(data) if to is None else to
    leaves: list[Any] = []
    if 0 not in shape:
        _gather(data, shape, 0, leaves)
    return shaped(_store(leaves, target), shape)


def shaped(flat: NDArray[Any], shape: tuple[int, ...]) -> Array:
    """`flat` (n,) in `shape`, as a NumPy scalar where `shape` is ()."""
    values: Array = flat.reshape(shape) if shape else flat[0]
    return values


def _from_numpy(data: NDArray[Any], to: dtype | None) -> Array:
    if not data.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. "
            "Conversion between byte orders is currently not supported."
        )
    source = of(data.dtype)
    if any(stride < 0 for stride in data.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    return shaped(cast(data.flatten(), to or source), data.shape)


def _is_sequence(data: Any) -> bool:
    if type(data) in _NUMBERS:
        return False
    if isinstance(data, (list, tuple, str, bytes, np.ndarray)):
        return True
    if isinstance(data, (dict, np.generic)) or isinstance(getattr(data, "dtype", None), dtype):
        return False
    return hasattr(type(data), "__getitem__") and hasattr(type(data), "__len__")


def _shape(data: Any) -> tuple[int, ...]:
    """The lengths met on the way down the first items; whether all agree, `_gather` finds out."""
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    lengths = []
    while _is_sequence(data):
        lengths.append(len(data))
        if len(lengths) > MAX_DIMS:
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        if not lengths[-1]:
            break
        first = data[0]
        if first is data and isinstance(data, list):
            raise TypeError("new(): self-referential lists are incompatible")
        data = first
    return tuple(lengths)


def _gather(data: Any, shape: tuple[int, ...], dim: int, leaves: list[Any]) -> None:
    """Append the numbers in `data` to `leaves` in row-major order."""
    if not shape:
        leaves.append(data)
        return
    try:
        items = data if isinstance(data, (list, tuple)) else list(data)
    except TypeError:
        raise TypeError("not a sequence") from None
    if len(items) != shape[dim]:
        raise ValueError(
            f"expected sequence of length {shape[dim]} at dim {dim} (got {len(items)})"
        )
    if dim + 1 == len(shape):
        leaves.extend(items)
        return
    for item in items:
        _gather(item, shape, dim + 1, leaves)


def _store(leaves: list[Any], to: dtype) -> NDArray[Any]:
    if to.is_floating_point:
        # array() takes whatever has __float__, and has PyTorch's message for the rest
        rounded: NDArray[Any] = cast(np.array(array("d", leaves)), to)
        return rounded
    if to is bool_:
        return np.array([_truth(x) for x in leaves], dtype=bool)
    return _store_integers(leaves, to)


def _truth(leaf: Any) -> bool:
    return bool(leaf if isinstance(leaf, (float, complex, np.bool_)) else index(leaf))


def _store_integers(leaves: list[Any], to: dtype) -> NDArray[Any]:
    limits = np.iinfo(to.np)
    # an unsigned type takes the negatives that wrap once, but only from integers
    lowest = limits.min if to.is_signed else -int(limits.max)
    floats = [x for x in leaves if isinstance(x, float)]
    if any(not limits.min <= x <= float(limits.max) for x in floats):
        _overflow(to)
    try:
        if floats:
            leaves = [_truncated(x) if isinstance(x, float) else x for x in leaves]
        wide = np.array(array("q", leaves))
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    if wide.size and not lowest <= wide.min() <= wide.max() <= limits.max:
        _overflow(to)
    narrow: NDArray[Any] = wide.astype(to.np)
    return narrow


def _truncated(x: float) -> int:
    return int(x) if x < 2.0**63 else -(2**63)  # what x86 makes of a float just past int64


def _overflow(to: dtype) -> NoReturn:
    raise RuntimeError(f"value cannot be converted to type {to.name} without overflow")
