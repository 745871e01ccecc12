"""A live call of the engine as a node: an op where one binds the arguments, else `call`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine import dtypes
from engine.devices import device
from engine.drawn import catalogue, reader
from engine.kinds import accepts, is_number
from engine.registry import OPS, Field, Op, Slot
from engine.tensor import Tensor, is_tensor

Wiring = list[tuple[str, Tensor]]
Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]
IsNode = Callable[[Tensor], Any]


class Node(NamedTuple):
    """An op, its JSON-shaped params, and which tensor goes into which slot."""

    op: str
    params: dict[str, Any]
    wiring: Wiring


class Unbound(Exception):
    """The op has no place for these arguments."""


def spelled_as_node(
    function_path: str, args: Args, kwargs: Kwargs, is_node: IsNode, *, leaves: bool = True
) -> Node | None:
    """The node that does what `function_path(*args, **kwargs)` does, or None if none can.

    With `leaves`, what makes a tensor out of nothing becomes a leaf, which a Session makes once;
    without, a `call` made at every forward.  A tensor is wired whether or not it `is_node`, but for
    one that no node has made and that only holds a number: in an index that is written out.
    """
    path = catalogue.known_as(function_path)
    try:
        return _as_op(path, args, kwargs, is_node, leaves) or _as_call(path, args, kwargs)
    except reader.Unspelled:
        return None


def _as_op(path: str, args: Args, kwargs: Kwargs, is_node: IsNode, leaves: bool) -> Node | None:
    try:
        if path in _BY_HAND:
            return _BY_HAND[path](args, kwargs, is_node)
        if path in _LEAVES:
            return _LEAVES[path](args, kwargs) if leaves else None
        name = _op_of(path)
        return None if name is None else _bound(OPS[name], *_prepared(path, args, kwargs))
    except Unbound:
        return None


# ---- which op a function is ----------------------------------------------------------------------

_IN_PLACE = {"iadd": "add_", "isub": "sub_", "imul": "mul_", "itruediv": "div_"}
_OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "pow", "matmul": "matmul", "neg": "neg", "abs": "abs",
    "lt": "lt", "le": "le", "gt": "gt", "ge": "ge", "eq": "eq", "ne": "ne", **_IN_PLACE,
}  # fmt: skip
_BY_OPERATOR = {f"Tensor.__{name}__": op for name, op in _OPERATORS.items()}
_SWAPPED = {
    f"Tensor.__r{name}__": _OPERATORS[name]
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
}
_IN_PLACE_CALLS = {
    f"Tensor.__i{name}__": f"Tensor.{function}_"
    for name, function in {
        "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow",
        "floordiv": "floor_divide", "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or",
        "xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
    }.items()
}  # fmt: skip
"""What `x **= 2` is as a method."""


@functools.cache
def _ops_by_function() -> Mapping[Any, str]:
    """The op that each function of the catalogues is, where one is declared above it."""
    return {op.call: name for name, op in OPS.items() if not op.source}


@functools.cache
def _op_of(path: str) -> str | None:
    """The op that a listed function is, whatever it is called there."""
    if path in _BY_OPERATOR or path in _SWAPPED:
        return _BY_OPERATOR.get(path) or _SWAPPED[path]
    function = catalogue.functions().get(path)
    if function is None:
        return "requires_grad_" if path == "Tensor.requires_grad_" else None
    name = path.rpartition(".")[2]
    if path.startswith("Tensor.") and name in (*_SIZES, "sum", "mean"):
        return name  # whose methods take their arguments in more ways
    if path.startswith("F.") and not hasattr(function, "__wrapped__") and name in OPS:
        return name  # one of those that also take `inplace`
    return _ops_by_function().get(inspect.unwrap(function))


def _prepared(path: str, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs]:
    """The arguments as the op's own function takes them; raises Unbound."""
    name = path.rpartition(".")[2]
    kwargs = {_PLAIN_NAMES.get(key, key): value for key, value in kwargs.items()}
    if kwargs.pop("out", None) is not None or kwargs.pop("inplace", False):
        raise Unbound
    if path in _SWAPPED:
        args = args[::-1]
    elif path.startswith("Tensor.") and name in _SIZES and len(args) > 1:
        sizes = args[1:]
        args = (args[0], sizes[0] if len(sizes) == 1 and _is_list(sizes[0]) else sizes)
    return args, kwargs


_PLAIN_NAMES = {"axis": "dim", "keepdims": "keepdim", "x1": "input", "x2": "other"}
"""NumPy's names for what PyTorch takes."""
_SIZES = ("view", "reshape", "permute", "repeat", "flip", "expand")
"""Methods that take their sizes one by one or as one list."""


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


# ---- arguments -> slots and fields ---------------------------------------------------------------


def _bound(op: Op, args: Args, kwargs: Kwargs) -> Node:
    """The op with these arguments; raises Unbound where it has no place for one of them."""
    signature = _signature(op.name)
    first = next(iter(signature.parameters))
    if "input" in kwargs and first != "input":
        kwargs = {first if key == "input" else key: value for key, value in kwargs.items()}
    if len(args) > len(signature.parameters):
        raise Unbound
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:
        raise Unbound from None
    params: dict[str, Any] = {}
    wiring: Wiring = []
    fields = {field.name: field for field in op.fields}
    for name, value in given.items():
        slot = next((s for s in op.slots if s.name == name), None)
        if slot is not None:
            _fill(slot, value, params, wiring)
        elif name in fields:
            _set(fields[name], value, params)
        elif not _is_default(signature.parameters[name], value):
            raise Unbound
    if not wiring:
        raise Unbound
    return Node(op.name, params, wiring)


@functools.cache
def _signature(op: str) -> inspect.Signature:
    return inspect.signature(OPS[op].call)


def _is_default(parameter: inspect.Parameter, value: Any) -> bool:
    """Whether an argument that a drawing cannot give says nothing."""
    if parameter.name == "device":
        return value is None or str(value) == "cpu"
    return type(value) is type(parameter.default) and bool(value == parameter.default)


def _fill(slot: Slot, value: Any, params: dict[str, Any], wiring: Wiring) -> None:
    if slot.variadic:
        if not _is_list(value) or not value or not all(map(is_tensor, value)):
            raise Unbound
        wiring += [(f"{slot.name}.{k}", x) for k, x in enumerate(value)]
    elif is_tensor(value):
        wiring.append((slot.name, value))
    elif slot.takes_number and is_number(number := _plain(value)):
        params[slot.name] = number
    elif not (slot.optional and value is None):
        raise Unbound


def _set(field: Field, value: Any, params: dict[str, Any]) -> None:
    found = _jsonable(value)
    if field.name == "dtype" and isinstance(value, str):
        raise Unbound
    if found is None and field.default is None:
        return
    if not accepts(field.kind)(found):
        raise Unbound
    if type(found) is type(field.default) and found == field.default:
        return
    params[field.name] = found


def _jsonable(value: Any) -> Any:
    """A field's value as a Document holds it; raises Unbound."""
    value = _plain(value)
    if isinstance(value, dtypes.dtype):
        return value.name
    if _is_list(value):
        return [_jsonable(part) for part in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise Unbound


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's number, anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


# ---- what is no function of its own --------------------------------------------------------------


def _to(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
    """`x.to(torch.float64)`: only the dtype, and what says nothing beside it."""
    x, *rest = args
    wanted = [a for a in (*rest, kwargs.get("dtype")) if isinstance(a, dtypes.dtype)]
    others = [a for a in rest if not isinstance(a, dtypes.dtype)]
    others += [value for key, value in kwargs.items() if key not in ("dtype", "non_blocking")]
    if len(wanted) != 1 or not all(a is None or a is False or _is_cpu(a) for a in others):
        raise Unbound
    return Node("to", {"dtype": wanted[0].name}, [("self", x)])


def _is_cpu(value: Any) -> bool:
    return isinstance(value, (device, str)) and str(value) == "cpu"


def _cast(name: str) -> Callable[[Args, Kwargs, IsNode], Node]:
    def cast(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
        if len(args) != 1 or kwargs:
            raise Unbound
        kind = dtypes.ALIASES.get(name) or dtypes.BY_NAME[name]
        return Node("to", {"dtype": kind.name}, [("self", args[0])])

    return cast


def _index(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
    x, key = args
    text, at = _key(key, is_node)
    return Node("index", {"key": text}, [("self", x), *_numbered("at", at)])


def _assigned(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node | None:
    x, key, value = args
    text, at = _key(key, is_node)
    params: dict[str, Any] = {"key": text}
    wiring: Wiring = [("self", x)]
    _fill(Slot("value", takes_number=True), value, params, wiring)
    return Node("setitem", params, [*wiring, *_numbered("at", at)])


def _key(key: Any, is_node: IsNode) -> tuple[str, list[Tensor]]:
    """The text between the brackets, and the tensors in it."""
    at: list[Tensor] = []

    def wire(value: Any) -> str | None:
        if not is_tensor(value):
            return None
        if not value.ndim and not is_node(value) and value.dtype.name.startswith(("int", "uint")):
            return str(value.item())
        at.append(value)
        return f"{{{len(at) - 1}}}"

    return reader.key_text(_listed(key), wire), at


def _listed(value: Any) -> Any:
    """NumPy's arrays and scalars as lists and numbers."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return tuple(map(_listed, value))
    return [_listed(part) for part in value] if isinstance(value, list) else _plain(value)


def _numbered(slot: str, tensors: Sequence[Tensor]) -> Iterator[tuple[str, Tensor]]:
    return ((f"{slot}.{k}", x) for k, x in enumerate(tensors))


def _of_self(op: str, slots: tuple[str, ...] = ("self",)) -> Callable[[Args, Kwargs, IsNode], Node]:
    def made(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
        if kwargs or len(args) != len(slots) or not all(map(is_tensor, args)):
            raise Unbound
        return Node(op, {}, list(zip(slots, args, strict=True)))

    return made


def _where(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
    """`torch.where` of a condition and two others."""
    names = ("condition", "self", "other")
    given = dict(zip(names, args, strict=False))
    given |= {"self" if key == "input" else key: value for key, value in kwargs.items()}
    if len(given) != 3 or len(args) > 3:
        raise Unbound
    return _bound(OPS["where"], (), given)


def _where_of(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
    if kwargs or len(args) != 3:
        raise Unbound
    x, condition, other = args
    return _bound(OPS["where"], (condition, x, other), {})


def _polygamma(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
    """`torch.polygamma(n, x)`, and `x.polygamma(n)`."""
    if kwargs or len(args) != 2:
        raise Unbound
    n, x = args if is_tensor(args[1]) else args[::-1]
    return _bound(OPS["polygamma"], (), {"n": n, "self": x})


def _gradients(args: Args, kwargs: Kwargs, is_node: IsNode) -> Node:
    """`torch.autograd.grad`: single tensors as lists of one."""
    names = ("outputs", "inputs", "grad_outputs", "retain_graph", "create_graph")
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    if len(args) > len(names) or not given.pop("only_inputs", True):
        raise Unbound
    for slot in names[:3]:
        if is_tensor(given.get(slot)):
            given[slot] = [given[slot]]
    if not any(map(is_tensor, given.get("grad_outputs") or ())):
        given.pop("grad_outputs", None)
    return _bound(OPS["autograd_grad"], (), given)


_BY_HAND: Mapping[str, Callable[[Args, Kwargs, IsNode], Node | None]] = {
    "Tensor.to": _to,
    **{f"Tensor.{name}": _cast(name) for name in (
        "float", "double", "half", "int", "long", "bool", "short",
    )},
    "Tensor.__getitem__": _index,
    "Tensor.__setitem__": _assigned,
    "Tensor.grad": _of_self("grad"),
    "Tensor.data": _of_self("data"),
    "Tensor.grad.__set__": _of_self("set_grad", ("self", "value")),
    "Tensor.data.__set__": _of_self("set_data", ("self", "value")),
    "torch.where": _where,
    "Tensor.where": _where_of,
    **dict.fromkeys(("torch.polygamma", "torch.special.polygamma", "Tensor.polygamma"), _polygamma),
    "torch.autograd.grad": _gradients,
    "autograd.grad": _gradients,
}  # fmt: skip


# ---- leaves --------------------------------------------------------------------------------------


def _tensor(args: Args, kwargs: Kwargs) -> Node:
    """`torch.tensor` of numbers."""
    given = {**dict(zip(("data",), args, strict=False)), **kwargs}
    if len(args) > 1 or not given.keys() <= {"data", "dtype", "requires_grad", "device"}:
        raise Unbound
    _on_cpu(given)
    data, dtype = given.get("data"), given.get("dtype")
    if isinstance(data, (np.ndarray, np.generic)):
        dtype = dtype or dtypes.of(data.dtype)
        data = data.tolist()
    params: dict[str, Any] = {"data": _numbers(data)}
    if dtype is None and dtypes.get_default_dtype() is not dtypes.float32 and _any_float(data):
        dtype = dtypes.get_default_dtype()
    if dtype is not None:
        params["dtype"] = _jsonable(dtype)
    if given.get("requires_grad"):
        params["requires_grad"] = True
    return Node("tensor", params, [])


def _on_cpu(given: Kwargs) -> None:
    if given.get("device") is not None and not _is_cpu(given["device"]):
        raise Unbound


def _numbers(data: Any) -> Any:
    """Nested lists of numbers; raises Unbound for anything else."""
    data = _plain(data)
    if _is_list(data):
        return [_numbers(part) for part in data]
    if isinstance(data, (bool, int, float)):
        return data
    raise Unbound


def _any_float(data: Any) -> bool:
    return any(map(_any_float, data)) if _is_list(data) else isinstance(data, float)


def _sized(op: str) -> Callable[[Args, Kwargs], Node]:
    """`torch.zeros(2, 3)`, of the default dtype."""

    def made(args: Args, kwargs: Kwargs) -> Node:
        known = {"size", "requires_grad", "device", "dtype"}
        if not kwargs.keys() <= known or dtypes.get_default_dtype() is not dtypes.float32:
            raise Unbound
        if kwargs.get("dtype") not in (None, dtypes.float32):
            raise Unbound
        _on_cpu(kwargs)
        size = kwargs.get("size", args[0] if len(args) == 1 and _is_list(args[0]) else args)
        sizes = [_plain(n) for n in (size if _is_list(size) else (size,))]
        if not all(type(n) is int for n in sizes):
            raise Unbound
        wants = {"requires_grad": True} if kwargs.get("requires_grad") else {}
        return Node(op, {"size": sizes, **wants}, [])

    return made


def _range(args: Args, kwargs: Kwargs) -> Node:
    """`torch.arange` of floats."""
    named = dict(zip(("start", "end", "step") if len(args) > 1 else ("end",), args, strict=False))
    given = {**named, **kwargs}
    numbers = {name: _plain(given.pop(name)) for name in ("start", "end", "step") if name in given}
    wants = given.pop("requires_grad", False)
    odd = given or len(args) > 3 or "end" not in numbers
    if odd or not all(map(is_number, numbers.values())):
        raise Unbound
    if not any(isinstance(n, float) for n in numbers.values()):
        raise Unbound
    floats = {name: float(n) for name, n in numbers.items()}
    return Node("arange", floats | ({"requires_grad": True} if wants else {}), [])


_LEAVES: Mapping[str, Callable[[Args, Kwargs], Node]] = {
    "torch.tensor": _tensor,
    "torch.arange": _range,
    **{f"torch.{name}": _sized(name) for name in ("zeros", "ones", "rand", "randn")},
}


# ---- any other call ------------------------------------------------------------------------------


def _as_call(path: str, args: Args, kwargs: Kwargs) -> Node | None:
    """A node `call`, or `call_` for what changes a tensor; None for a function not in the list."""
    path = _IN_PLACE_CALLS.get(path, path)
    if path not in catalogue.functions():
        return None
    kwargs = {key: value for key, value in kwargs.items() if key != "out" or value is not None}
    changing = catalogue.changes(path, args, kwargs)
    first = kwargs.get("out", next(_tensors((*args, *kwargs.values())), None)) if changing else None
    if changing and not is_tensor(first):
        return None
    tensors: list[Tensor] = [] if first is None else [first]

    def wire(value: Any) -> str | None:
        if not is_tensor(value):
            return None
        if value is not first:
            tensors.append(value)
        return f"{{{0 if value is first else len(tensors) - 1}}}"

    kwargs = _with_dtype(path, args, kwargs)
    parts = [reader.text(_listed(value), wire) for value in args]
    parts += [f"{key}={reader.text(_listed(value), wire)}" for key, value in kwargs.items()]
    params = {"function": path, "args": ", ".join(parts)}
    if first is None:
        return Node("call", params, [*_numbered("xs", tensors)])
    return Node("call_", params, [("self", first), *_numbered("xs", tensors[1:])])


def _with_dtype(path: str, args: Args, kwargs: Kwargs) -> Kwargs:
    """The keywords, and the default dtype where the program has set another one."""
    default = dtypes.get_default_dtype()
    if default is dtypes.float32 or kwargs.get("dtype") is not None:
        return kwargs
    always = path in _OF_DEFAULT_DTYPE
    if always or (path in _OF_FLOATS and _any_float([*args, *kwargs.values()])):
        return {**kwargs, "dtype": default}
    return kwargs


_OF_DEFAULT_DTYPE = {f"torch.{name}" for name in (
    "zeros", "ones", "empty", "rand", "randn", "eye", "linspace", "logspace", "scalar_tensor",
    "hann_window", "hamming_window", "blackman_window",
)}  # fmt: skip
_OF_FLOATS = {f"torch.{name}" for name in ("full", "arange", "tensor", "as_tensor", "asarray")}


def _tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    for value in values:
        if is_tensor(value):
            yield value
        elif _is_list(value):
            yield from _tensors(value)
