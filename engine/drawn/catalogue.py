"""The closed list of functions that a `call` node may name, and how each is written.

It is made from the namespaces of the engine: a name is looked up in a dictionary, nothing else.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import engine
from engine import linalg, special
from engine.code.costs import words
from engine.nn import functional, init
from engine.tensor import Tensor

Function = Callable[..., Any]

_HOMES = (
    "engine.ops", "engine.factories", "engine.sampling", "engine.grids", "engine.namespace",
    "engine.inplace", "engine.methods", "engine.calling", "engine.nn.functional", "engine.nn.init",
    "engine.linalg",
)  # fmt: skip
"""Modules whose public functions are PyTorch's; others manage the engine itself."""

_NO_TENSORS = words("""
    numel is_floating_point is_nonzero is_inference result_type promote_types can_cast
    broadcast_shapes equal allclose from_numpy calculate_gain size dim ndimension nelement item
    tolist stride element_size is_contiguous data_ptr backward register_hook retain_grad
    register_post_accumulate_grad_hook requires_grad_ get_device cuda xpu storage_offset numpy
    is_signed is_complex is_conj is_neg is_same_size
""")
"""What gives no tensors, or does something else than computing."""
_NOT_PYTORCHS = words("""
    along exposed functional_functions steps_of dist triplet_margin_with_distance_loss
""")
"""What lies in our `functional` and is not for calling, or takes a function of one's own."""

_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "matmul": "@", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
}  # fmt: skip
_COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
OPERATORS: Mapping[str, str] = {
    **{f"Tensor.__{name}__": f"{{0}} {sign} {{1}}" for name, sign in _BINARY.items()},
    **{f"Tensor.__{name}__": f"{{0}} {sign} {{1}}" for name, sign in _COMPARED.items()},
    **{f"Tensor.__r{name}__": f"{{1}} {sign} {{0}}" for name, sign in _BINARY.items()},
    "Tensor.__neg__": "-{0}", "Tensor.__pos__": "+{0}", "Tensor.__invert__": "~{0}",
    "Tensor.__abs__": "abs({0})",
}  # fmt: skip
"""How operators are written, {0} being the tensor that is asked."""
PROPERTIES = ("T", "mT", "H", "mH")

_SAME = {
    "torch.nn.functional.": "F.", "nn.functional.": "F.", "torch.Tensor.": "Tensor.",
    "nn.init.": "torch.nn.init.", "init.": "torch.nn.init.",
    "linalg.": "torch.linalg.", "special.": "torch.special.",
}  # fmt: skip


def known_as(path: str) -> str:
    """The path under which a function is listed: `F.relu` of `torch.nn.functional.relu`."""
    for long, short in _SAME.items():
        if path.startswith(long):
            return short + path.removeprefix(long)
    return path


@functools.cache
def functions() -> Mapping[str, Function]:
    """Every function by its path: `torch.einsum`, `F.dropout`, `Tensor.expand_as`."""
    found: dict[str, Function] = {}
    for space, members in _spaces().items():
        for name, function in members.items():
            if _public(name, function):
                found[f"{space}.{name}"] = function
    for name in PROPERTIES:
        found[f"Tensor.{name}"] = vars(Tensor)[name].fget
    for path in OPERATORS:
        found[path] = vars(Tensor)[path.removeprefix("Tensor.")]
    return found


def _spaces() -> Mapping[str, Mapping[str, Any]]:
    return {
        "torch": vars(engine), "F": vars(functional), "torch.linalg": vars(linalg),
        "torch.special": vars(special), "torch.nn.init": vars(init), "Tensor": vars(Tensor),
    }  # fmt: skip


def _public(name: str, function: Any) -> bool:
    if name.startswith("_") or name in _NO_TENSORS or name in _NOT_PYTORCHS:
        return False
    return inspect.isfunction(function) and function.__module__.startswith(_HOMES)


def changes(path: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether such a call writes into its first tensor, or into `out`."""
    if path.endswith("_") and not path.endswith("__"):
        return True
    return kwargs.get("out") is not None or _given(path, args, kwargs).get("inplace") is True


def _given(path: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments by name, as far as the function's signature tells."""
    try:
        return signature(path).bind_partial(*args, **kwargs).arguments
    except (KeyError, TypeError, ValueError):
        return kwargs


@functools.cache
def signature(path: str) -> inspect.Signature:
    """The signature of a listed function; raises KeyError for one that is not."""
    return inspect.signature(functions()[path])


# ---- how many tensors come out -------------------------------------------------------------------

_ALWAYS = words("""
    split chunk unbind unsafe_chunk split_with_sizes tensor_split hsplit vsplit dsplit sort topk
    kthvalue cummax cummin mode aminmax std_mean var_mean frexp svd qr eigh slogdet cholesky_ex
    inv_ex solve_ex lstsq meshgrid broadcast_tensors triangular_solve gradient
    max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices
""")
_WITH_DIM = words("max min median nanmedian")
_FLAGS = ("return_indices", "return_inverse", "return_counts", "as_tuple", "need_weights")


def gives_several(path: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether such a call gives a tuple of tensors."""
    name = path.rpartition(".")[2]
    if name in _ALWAYS:
        return True
    given = _given(path, args, kwargs)
    if name in _WITH_DIM:
        dim = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else None))
        return isinstance(dim, int)
    if name == "where":
        return len(args) + len(kwargs) == 1
    if name.startswith("atleast_"):
        return len(args) > 1 or (len(args) == 1 and isinstance(args[0], (list, tuple)))
    return any(given.get(flag) is True for flag in _FLAGS)
