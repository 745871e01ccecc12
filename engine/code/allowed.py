"""What typed text may use: a closed list of functions, methods and attributes.

Whatever is not listed here does not exist for a line that is typed: no way leads from a tensor to
the engine's inside, from there to Python's, or to anything that changes a tensor.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import engine
from engine import dtypes, namespace
from engine.code.costs import words
from engine.devices import device
from engine.dtypes import dtype
from engine.function import Function
from engine.ops.names import ALIASES
from engine.registry import OPS
from engine.size import Size
from engine.tensor import Tensor

Calls = Mapping[str, Callable[..., Any]]

_MORE_FUNCTIONS = words("""
    all allclose any argsort count_nonzero einsum equal float_power heaviside isclose isfinite isinf
    isnan logical_and logical_not logical_or logical_xor nonzero numel std_mean unique var_mean
    is_floating_point zeros_like ones_like full_like rand_like randn_like full eye linspace
    logspace as_tensor where diag_embed diagonal kron tile ravel movedim diff flipud fliplr
""")
"""Functions of torch beside the registry's ops."""

_MORE_METHODS = words("""
    size dim numel nelement item tolist stride element_size is_floating_point is_contiguous
    contiguous float double half int long bool short type type_as view_as reshape_as expand_as
    new_zeros new_ones new_full all allclose any argsort count_nonzero equal isclose isfinite isinf
    isnan logical_and logical_not logical_or logical_xor nonzero unique ravel movedim diagonal
    broadcast_to tile diff
""")
"""Methods of tensors beside the registry's ops."""

ATTRIBUTES: Mapping[type, tuple[str, ...]] = {
    Tensor: (
        "T", "data", "device", "dtype", "grad", "grad_fn", "is_leaf", "itemsize", "layout", "mT",
        "nbytes", "ndim", "output_nr", "requires_grad", "retains_grad", "shape", "_version",
    ),
    dtype: ("is_floating_point", "itemsize"),
    device: ("type",),
}  # fmt: skip
"""What may be read of a value; of what an op returns under several names, those names too."""

CONSTANTS: Mapping[str, Any] = {
    **{n: getattr(engine, n) for n in ("pi", "inf", "nan", "e")},
    **dtypes.BY_NAME,
    **dtypes.ALIASES,
}
"""`torch.pi`, `torch.float64`: what is no call."""

SPACES = ("torch", "F", "torch.nn.functional", "torch.linalg", "torch.special")
"""The modules that calls are found in."""


@functools.cache
def functions(space: str) -> Calls:
    """The functions of one of the SPACES by name; none that writes into a tensor."""
    match space:
        case "torch":
            found = _in_torch()
        case "F" | "torch.nn.functional":
            found = {n: f for n, f in namespace.functional_functions().items() if n in OPS}
        case _:
            module = getattr(engine, space.removeprefix("torch."))
            names = [n for op in OPS.values() if (n := _name_in(space, op.torch or ""))]
            found = {n: getattr(module, n) for n in names}
    if "batch_norm" in found:
        found = {**found, "batch_norm": _leaving_statistics(found["batch_norm"])}
    return {n: f for n, f in sorted(found.items()) if not n.endswith("_")}


def _leaving_statistics(batch_norm: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but the running mean and variance stay as they are; its result does not change."""

    @functools.wraps(batch_norm)
    def called(
        input: Any, running_mean: Any = None, running_var: Any = None, *a: Any, **k: Any
    ) -> Any:
        kept = (x.clone() if isinstance(x, Tensor) else x for x in (running_mean, running_var))
        return batch_norm(input, *kept, *a, **k)

    return called


def _in_torch() -> Calls:
    every = {
        **namespace.factory_functions(),
        **namespace.torch_functions(),
        **namespace.plain_functions(),
    }
    wanted = {*OPS, *_MORE_FUNCTIONS, *(a for a, n in ALIASES.items() if n in OPS)}
    return {n: f for n, f in every.items() if n in wanted}


def _name_in(space: str, template: str) -> str:
    """`det` of `torch.linalg.det({A})`, if that is in `space`."""
    head = template.partition("(")[0]
    return head.removeprefix(f"{space}.") if head.startswith(f"{space}.") else ""


def methods(kind: type) -> Calls:
    """The methods of a type by name; none that changes what it is called on."""
    if kind is Tensor:
        return _tensor_methods()
    if kind is Size:
        return {"numel": Size.numel}
    return {"name": Function.name} if issubclass(kind, Function) else {}


@functools.cache
def _tensor_methods() -> Calls:
    ops = {n for n, op in OPS.items() if not op.source and not op.inplace}
    wanted = {*ops, *_MORE_METHODS, *(a for a, n in ALIASES.items() if n in ops)}
    return {n: getattr(Tensor, n) for n in sorted(wanted) if _is_method(n)}


def _is_method(name: str) -> bool:
    return not name.endswith("_") and callable(getattr(Tensor, name, None))


def attributes(kind: type) -> tuple[str, ...]:
    """What may be read of a value of this type."""
    names = ATTRIBUTES.get(kind, ())
    fields = getattr(kind, "_fields", ()) if issubclass(kind, tuple) else ()
    return (*names, *(n for n in fields if not n.startswith("_")))


def _round(number: Any, ndigits: Any = None) -> Any:
    """Python's; digits far before the point are 0 without being counted out."""
    if isinstance(ndigits, int):
        return round(number, max(ndigits, -MOST_DIGITS))
    return round(number) if ndigits is None else round(number, ndigits)


MOST_DIGITS = 2_000
"""More than a whole number may have here."""
BUILTINS: Calls = {
    "abs": abs, "bool": bool, "float": float, "int": int, "len": len, "round": _round,
}  # fmt: skip
"""Python's own that may be called, on numbers, tensors and what they hold."""

TENSOR: type = Tensor
PLAIN: tuple[type, ...] = (
    type(None),
    bool,
    int,
    float,
    str,
    type(...),
    slice,
    Tensor,
    Function,
    dtype,
    device,
)
"""What a value may be; and tuples and lists of these."""
