"""The engine as a program knows it: which names its modules have, and what may be read of what.

Names are listed here once; what stands behind one is looked up at each use.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import engine
from engine import dtypes, namespace
from engine.autograd import function as custom
from engine.code.costs import words
from engine.code.script import data
from engine.code.script.values import Space, Tool
from engine.nn.module import Module
from engine.optim import Optimizer
from engine.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from engine.random import Generator
from engine.tensor import Tensor

_TORCH = words("""
    Size Tensor device dtype finfo iinfo no_grad enable_grad set_grad_enabled inference_mode
    is_grad_enabled is_inference_mode_enabled manual_seed initial_seed set_printoptions
    set_default_dtype get_default_dtype set_default_device get_default_device set_anomaly_enabled
    is_anomaly_enabled is_anomaly_check_nan_enabled set_warn_always is_warn_always_enabled
    is_tensor pi inf nan e channels_last channels_last_3d contiguous_format preserve_format strided
    layout memory_format nn optim autograd linalg special utils cuda mps xpu backends accelerator
    __version__ from_numpy
""")
_IN_PLACE = words("relu_ leaky_relu_ elu_ selu_ celu_ hardtanh_ threshold_")
_FUNCTIONAL = words("linear pad sigmoid tanh") | _IN_PLACE
_INIT = words("""
    calculate_gain constant_ dirac_ eye_ kaiming_normal_ kaiming_uniform_ normal_ ones_ orthogonal_
    sparse_ trunc_normal_ uniform_ xavier_normal_ xavier_uniform_ zeros_
""")
_AUTOGRAD = words("""
    Function Variable backward grad gradcheck gradgradcheck detect_anomaly set_detect_anomaly
    enable_grad inference_mode is_grad_enabled no_grad set_grad_enabled function functional graph
    grad_mode anomaly_mode variable
""")
_GRAPH = words("""
    GradientEdge Node allow_mutation_on_saved_tensors disable_saved_tensors_hooks get_gradient_edge
    increment_version register_multi_grad_hook save_on_cpu saved_tensors_hooks
""")
_UTILS = words("""
    clip_grad_norm clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ get_total_norm
    parameters_to_vector vector_to_parameters
""")


def _torch_names() -> frozenset[str]:
    made = {
        **_MORE, **namespace.factory_functions(), **namespace.torch_functions(),
        **namespace.plain_functions(), **dtypes.BY_NAME, **dtypes.ALIASES,
    }  # fmt: skip
    return _TORCH | {n for n in made if not n.startswith("_")}


def _functions(module: Any, without: str = "exposed") -> Callable[[], frozenset[str]]:
    def names() -> frozenset[str]:
        found = (n for n, v in vars(module).items() if inspect.isroutine(v))
        return frozenset(n for n in found if n[0] != "_" and n not in without.split())

    return names


def _modules() -> frozenset[str]:
    own = {n for n, v in vars(engine.nn).items() if isinstance(v, type) and issubclass(v, Module)}
    return frozenset({*own, "Parameter", "Buffer", "functional", "init", "parameter", "utils"})


def _classes(module: Any, *more: str) -> Callable[[], frozenset[str]]:
    def names() -> frozenset[str]:
        own = {n for n, v in vars(module).items() if isinstance(v, type) and n[0] != "_"}
        return frozenset((own - {"Any", "Callable"}) | set(more))

    return names


_SPACES: dict[str, tuple[Any, Callable[[], frozenset[str]]]] = {
    "torch": (engine, _torch_names),
    "torch.nn": (engine.nn, _modules),
    "torch.nn.functional": (
        engine.nn.functional,
        lambda: _FUNCTIONAL | frozenset(namespace.functional_functions()),
    ),
    "torch.nn.init": (engine.nn.init, lambda: _INIT),
    "torch.nn.parameter": (engine.nn.parameter, lambda: words("Parameter Buffer")),
    "torch.nn.utils": (engine.nn.utils, lambda: _UTILS),
    "torch.optim": (engine.optim, _classes(engine.optim, "lr_scheduler")),
    "torch.optim.lr_scheduler": (engine.optim.lr_scheduler, _classes(engine.optim.lr_scheduler)),
    "torch.autograd": (engine.autograd, lambda: _AUTOGRAD),
    "torch.autograd.functional": (
        engine.autograd.functional,
        lambda: words("hessian hvp jacobian jvp vhp vjp"),
    ),
    "torch.autograd.function": (
        custom,
        lambda: words("Function FunctionCtx once_differentiable"),
    ),
    "torch.autograd.graph": (engine.autograd.graph, lambda: _GRAPH),
    "torch.autograd.variable": (engine.autograd.variable, lambda: words("Variable")),
    "torch.autograd.grad_mode": (
        engine.autograd.grad_mode,
        lambda: words("no_grad enable_grad set_grad_enabled inference_mode"),
    ),
    "torch.autograd.anomaly_mode": (
        engine.autograd.anomaly_mode,
        lambda: words("detect_anomaly set_detect_anomaly"),
    ),
    "torch.linalg": (engine.linalg, _functions(engine.linalg)),
    "torch.special": (engine.special, _functions(engine.special)),
    "torch.cuda": (engine.cuda, _functions(engine.cuda)),
    "torch.mps": (engine.mps, _functions(engine.mps)),
    "torch.backends": (engine.backends, lambda: words("cpu cuda cudnn mps")),
    "torch.utils": (engine.utils, lambda: words("data hooks")),
    "torch.utils.hooks": (engine.utils.hooks, lambda: words("RemovableHandle")),
    "torch.utils.data": (data, lambda: frozenset(data.__all__)),
}


def _legacy(dtype: Any) -> Callable[..., Any]:
    """`torch.FloatTensor` and the like: of numbers, or of a size."""

    def made(*given: Any) -> Any:
        if len(given) == 1 and isinstance(given[0], (list, tuple, Tensor)):
            return engine.tensor(given[0], dtype=dtype)
        return engine.zeros(given, dtype=dtype)

    return made


def _nothing(*_: Any, **__: Any) -> None: ...


_MORE: dict[str, Any] = {
    "Generator": Generator,
    "compile": Tool("compile", lambda model=None, **_: model or Tool("compile", lambda m: m)),
    **{n: Tool(n, _nothing) for n in words("""
        set_num_threads set_float32_matmul_precision use_deterministic_algorithms
    """)},
    **{n: Tool(n, _legacy(dtypes.BY_NAME[t]), engine=True) for n, t in (
        ("FloatTensor", "float32"), ("DoubleTensor", "float64"), ("LongTensor", "int64"),
        ("IntTensor", "int32"), ("BoolTensor", "bool"),
    )},
}  # fmt: skip
"""What `torch` has beside what the engine offers."""


@functools.cache
def names_in(space: str) -> frozenset[str]:
    """The names a module of the engine has; KeyError where there is no such module."""
    return _SPACES[space][1]()


@functools.cache
def space(name: str) -> Space | None:
    """`torch.nn` as a value, or None for what is none of the engine's modules."""
    if name not in _SPACES:
        return None
    return Space(name, functools.partial(member, name), functools.partial(names_in, name))


@functools.cache
def _tool(where: str, name: str) -> Tool:
    return Tool(f"{where}.{name}", home=_SPACES[where][0], engine=True)


def member(where: str, name: str) -> Any:
    """What `where.name` is; raises KeyError for what is not listed."""
    inner = space(f"{where}.{name}")
    if inner is not None:
        return inner
    if where == "torch" and name in _MORE:
        return _MORE[name]
    if name not in names_in(where):
        raise KeyError(name)
    home = _SPACES[where][0]
    found = getattr(home, name)
    if isinstance(found, type) or not callable(found):
        return found
    return _tool(where, name)


# ---- what may be read of the engine's objects ----------------------------------------------------

_NOT_ON_TENSORS = words("register_fake data_ptr")
_ON_TENSORS = words("_version _base _backward_hooks")


@functools.cache
def tensor_names() -> frozenset[str]:
    """What a tensor may be asked for."""
    own = {n for n in dir(Tensor) if n[0] != "_"} | _ON_TENSORS
    return frozenset(own - _NOT_ON_TENSORS)


SETTABLE = words("grad data requires_grad grad_dtype")
"""What may be assigned to of a tensor."""

ENGINE_KINDS: tuple[type, ...] = (
    Module, Optimizer, LRScheduler, ReduceLROnPlateau, custom.Function, engine.function.Function,
    engine.hooks.RemovableHandle, Generator, *data.KINDS,
)  # fmt: skip
"""Whose public names a program may read, and those a program gave them."""


@functools.cache
def public(kind: Any) -> frozenset[str]:
    """The public names of a class of the engine, those of classes made from it not among them."""
    return frozenset(n for n in dir(kind) if n[0] != "_")


def is_engines(kind: type) -> bool:
    """Whether a class is the engine's own, and no part of what reads programs."""
    home = kind.__module__
    ours = home.startswith(("engine.", "torch.")) and not home.startswith("engine.code.")
    return ours and kind is not engine.Tensor


@functools.cache
def offered() -> frozenset[type]:
    """The classes its modules have; objects of others come only out of calls."""
    found = (member(where, name) for where in _SPACES for name in names_in(where))
    classes = {v for v in found if isinstance(v, type)}
    return frozenset(c for c in classes if not issubclass(c, engine.function.Function))


DUNDERS = words("""
    __init__ __call__ __repr__ __str__ __len__ __getitem__ __setitem__ __delitem__ __contains__
    __iter__ __next__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __enter__ __exit__
    __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__ __rmul__ __imul__ __truediv__
    __rtruediv__ __itruediv__ __floordiv__ __rfloordiv__ __mod__ __rmod__ __pow__ __rpow__ __ipow__
    __matmul__ __rmatmul__ __neg__ __pos__ __abs__ __invert__ __and__ __rand__ __or__ __ror__
    __xor__ __rxor__ __float__ __int__ __index__ __round__ __getattr__ __setattr__ __format__
    __reversed__ __missing__ __post_init__ __lshift__ __rshift__ __divmod__
""")
"""Methods with such names that a class of a program may define, and a program may call."""
