"""What `torch.name(…)` is: every op under PyTorch's names, its first argument called `input`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from engine import compiling, dtypes, factories, grids, inlining, sampling
from engine.calling import Rule, into, known_to_torch, translated
from engine.ops import (
    CATALOGUES,
    activation,
    attention,
    averaging,
    choice,
    composite,
    convolution,
    distances,
    dropping,
    gates,
    gather,
    hinges,
    losses,
    margins,
    network,
    normalization,
    pooling,
    resizing,
    unfolding,
    warping,
)
from engine.ops.names import ALIASES, NOT_FUNCTIONS
from engine.registry import OPS
from engine.size import Size
from engine.tensor import Tensor, is_tensor

_FIRST = ("self", "tensors", "condition", "input", "sorted_sequence")
_ONLY_FUNCTIONAL = (
    normalization, convolution, pooling, averaging, resizing, unfolding, losses, composite,
    hinges, warping,
)  # fmt: skip
_BOTH = {
    "cosine_similarity", "pairwise_distance", "dist", "kl_div", "batch_norm", "layer_norm",
    "group_norm", "instance_norm", "rms_norm", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d",
    "adaptive_avg_pool1d", "adaptive_max_pool1d", "pixel_shuffle", "pixel_unshuffle",
    "channel_shuffle",
}  # fmt: skip
_FACTORY_LIKE = {
    "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_tensors", "cartesian_prod",
    "cdist", "chain_matmul", "cosine_similarity", "cumulative_trapezoid", "einsum", "isin",
    "meshgrid", "pairwise_distance", "polygamma", "searchsorted", "tensor_split", "tensordot",
    "trapezoid", "trapz", "vander",
}  # fmt: skip
_ACTIVATIONS = {
    "relu", "softmax", "log_softmax", "celu", "selu", "prelu", "threshold", "hardshrink",
}  # fmt: skip

_DROPPING = ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout")


def exposed(function: Callable[..., Any], name: str, where: str = "") -> Callable[..., Any]:
    """The op as torch has it: `input=` names the first argument, and all arguments are checked.

    `where` it is in torch, as `linalg.`: there it may take other arguments than in torch itself.
    """
    parameters = inspect.signature(function).parameters
    first = next(iter(parameters.values()))
    strict = first.annotation in ("Tensor", Tensor) and first.kind is not first.VAR_POSITIONAL
    rule = Rule(where + name, strict)
    if strict and len(parameters) == 1:
        return _unary(function, name, rule)
    known = rule.known

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if (*map(type, args), *kwargs, *map(type, kwargs.values())) not in known:
                kwargs = rule(args, kwargs)
            if "out" in kwargs and rule.writes:
                return into(rule, call, args, kwargs)
            if "input" in kwargs and first.name not in kwargs:
                kwargs[first.name] = kwargs.pop("input")
        elif (*map(type, args),) not in known:
            rule(args, kwargs)
        try:
            return function(*args, **kwargs)
        except (MemoryError, TypeError, ValueError) as error:
            better = translated(error, name, args)
            if better is None:
                raise
            raise better from None

    call.__name__ = call.__qualname__ = name
    return call


def _unary(function: Callable[..., Any], name: str, rule: Rule) -> Callable[..., Any]:
    """The same for an op with one argument, of which there are many."""

    def call(input: Any, *, out: Any = None) -> Any:
        if out is not None:
            rule((input,), {"out": out})
            return into(rule, call, (input,), {"out": out})
        try:
            return function(input if type(input) is Tensor else _looked_at(input, rule))
        except (MemoryError, TypeError, ValueError) as error:
            better = translated(error, name, (input,))
            if better is None:
                raise
            raise better from None

    made = inlining.applied(function)
    if made is not None:
        call = compiling.direct(made, call, "input", writes=True)
    functools.update_wrapper(call, function)
    call.__name__ = call.__qualname__ = name
    return call


def _looked_at(x: Any, rule: Rule) -> Any:
    """The only argument; raises TypeError for what is no tensor."""
    rule((x,), {})
    return x


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
    return {n: function for n, function in functions().items() if n not in NOT_FUNCTIONS}


@functools.cache
def functions() -> dict[str, Callable[..., Any]]:
    """The same, and those that `torch` itself lacks."""
    found: dict[str, Callable[..., Any]] = {}
    for catalogue in CATALOGUES[:-1]:
        for name, function in _public(catalogue):
            hidden = catalogue in _ONLY_FUNCTIONAL and name not in _BOTH
            if catalogue in (activation, gates):
                hidden = name not in _ACTIVATIONS
            if _is_functional(name, function) and name not in _BOTH:
                hidden = hidden or not known_to_torch(name)
            if not hidden:
                found[name] = exposed(function, name)
    for name in _DROPPING:
        found[name] = exposed(getattr(dropping, name), name)
    found["rms_norm"] = exposed(network.rms_norm, "rms_norm")
    for alias, name in ALIASES.items():
        found[alias] = exposed(found[name].__wrapped__, alias)  # type: ignore[attr-defined]
    return found


def _is_functional(name: str, function: Callable[..., Any]) -> bool:
    """Whether it is an op that is spelled `F.name(…)`."""
    op = OPS.get(name)
    return op is not None and op.call is function and (op.torch or "").startswith(f"F.{name}(")


def factory_functions() -> dict[str, Callable[..., Any]]:
    """What makes tensors, its arguments checked."""
    return {
        name: exposed(function, name)
        for name, function in vars(factories).items()
        if inspect.isfunction(function) and not name.startswith("_") and known_to_torch(name)
    }


def functional_functions() -> dict[str, Callable[..., Any]]:
    """The functions of `torch.nn.functional`."""
    found = {}
    for catalogue in (activation, attention, gates, dropping, margins, network, *_ONLY_FUNCTIONAL):
        for name, function in vars(catalogue).items():
            own = inspect.isfunction(function) and function.__module__ == catalogue.__name__
            if own and not name.startswith("_"):
                found[name] = exposed(function, name, "nn.functional.")
    for catalogue in CATALOGUES:
        for name, function in vars(catalogue).items():
            if _is_functional(name, function):
                found[name] = exposed(function, name, "nn.functional.")
    found["pdist"] = exposed(distances.pdist, "pdist", "nn.functional.")
    found["one_hot"] = exposed(gather.one_hot, "one_hot", "nn.functional.")
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
    broadcast_shapes, *grids.GRIDS, *sampling.RANDOM,
)  # fmt: skip
"""Functions of `torch` that are not ops."""


def plain_functions() -> dict[str, Callable[..., Any]]:
    """Functions of `torch` that are not ops, their arguments checked where PyTorch checks them."""
    named = {function.__name__: function for function in PLAIN}
    return {n: exposed(f, n) if known_to_torch(n) else f for n, f in named.items()}
