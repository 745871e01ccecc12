"""Wrappers round every public call of the engine, so that somebody is told of each.

Only the outermost call is told: what the engine does on its own behalf is none of the program's.
For the time they are on, the taps hang in namespaces (`torch`, `F`, Tensor, modules of `nn` …)
that every thread shares: only a process that does nothing else, or a test, may put them there.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, Protocol

import engine
from engine import autograd, linalg, nn, optim, random, special
from engine.autograd import functional
from engine.code.costs import words
from engine.function import Function
from engine.hooks import RemovableHandle
from engine.nn import init, utils
from engine.ops import CATALOGUES
from engine.optim import lr_scheduler
from engine.registry import OPS
from engine.tensor import Tensor

Call = Callable[..., Any]


class Hearer(Protocol):
    """Is told of calls."""

    def called(self, name: str, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The program calls `name`, as `F.relu`, `Tensor.add_` or `Tensor.grad=`.

        Gives what the program is to get, which is usually `call(*args, **kwargs)`.
        """


class Taps:
    """The wrappers; a context manager that puts them on and takes them off."""

    def __init__(self, hearer: Hearer) -> None:
        self.hearer = hearer
        self.open = False
        """Whether the next call is the program's own."""
        self._wrapped: dict[int, tuple[Any, Any]] = {}
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Taps:
        for function, name in _spoken_of_by_modules():
            self._around(function, name)
        for name in ("grad", "zeros_like"):  # what derivatives of functions are made of
            prefix = "torch.autograd" if name == "grad" else "torch"
            self._around(vars(functional)[name], f"{prefix}.{name}")
        self._references(functional)
        for prefix, space in _spaces():
            self._space(prefix, space)
        self._tensor()
        for owner, method, name in _methods():
            self._put(owner, method, self._around(vars(owner)[method], name))
        self._put(random, "manual_seed", self._around(random.manual_seed, "torch.manual_seed"))
        for module in _modules_of_nn():
            self._references(module)
        self.open = True
        return self

    def __exit__(self, *_: object) -> None:
        self.open = False
        while self._undo:
            self._undo.pop()()

    @contextmanager
    def heard(self, open: bool = True) -> Iterator[None]:
        """Inside, within a call that is told of, calls are the program's own again (or not)."""
        before, self.open = self.open, open
        try:
            yield
        finally:
            self.open = before

    def _around(self, function: Any, name: str) -> Any:
        """The wrapper round a function, always the same."""
        known = self._wrapped.get(id(function))
        if known is not None:
            return known[1]
        if isinstance(function, (staticmethod, classmethod)):
            made: Any = type(function)(self._wrapper(function.__func__, name))
        else:
            made = self._wrapper(function, name)
        self._wrapped[id(function)] = function, made
        return made

    def _wrapper(self, function: Call, name: str) -> Call:
        @functools.wraps(function)
        def tapped(*args: Any, **kwargs: Any) -> Any:
            if not self.open:
                return function(*args, **kwargs)
            self.open = False
            try:
                return self.hearer.called(name, function, args, kwargs)
            finally:
                self.open = True

        return tapped

    # ---- where they hang -------------------------------------------------------------------------

    def _put(self, owner: Any, name: str, value: Any) -> None:
        before = vars(owner)[name]
        self._undo.append(lambda: setattr(owner, name, before))
        setattr(owner, name, value)

    def _space(self, prefix: str, space: ModuleType) -> None:
        for name, value in _of(space):
            self._put(space, name, self._wrapped_as(value, f"{prefix}.{name}"))

    def _tensor(self) -> None:
        for name, value in list(vars(Tensor).items()):
            if name in _PLAIN or (name.startswith("_") and name not in _OPERATORS):
                continue
            if isinstance(value, (FunctionType, staticmethod)):
                # Aliases are one function with several names: the name is that of the method.
                made = self._wrapped_as(value, f"Tensor.{name}")
                self._put(Tensor, name, made)
            elif isinstance(value, property) and name in _PROPERTIES:
                self._put(Tensor, name, self._property(value, f"Tensor.{name}"))

    def _wrapped_as(self, function: Any, name: str) -> Any:
        if isinstance(function, staticmethod):
            return staticmethod(self._wrapper(function.__func__, name))
        return self._wrapper(function, name)

    def _property(self, found: property, name: str) -> property:
        read = found.fget if name.endswith("requires_grad") else self._part(found.fget, name)
        set_, gone = self._part(found.fset, f"{name}="), self._part(found.fdel, f"{name}=None")
        return property(read, set_, gone, found.__doc__)

    def _part(self, function: Call | None, name: str) -> Call | None:
        return None if function is None else self._wrapper(function, name)

    def _references(self, module: ModuleType) -> None:
        """Whatever a module of `nn` has taken hold of: by name, in classes, tables and closures."""
        for name, value in list(vars(module).items()):
            if name.startswith("__"):
                continue
            if isinstance(value, ModuleType) and value.__name__.startswith("engine.ops."):
                self._put(module, name, self._mirror(value))
            elif inspect.isclass(value):
                self._class(value)
            elif isinstance(value, dict):
                self._closures(value)
            elif id(value) in self._wrapped:
                self._put(module, name, self._wrapped[id(value)][1])

    def _mirror(self, module: ModuleType) -> SimpleNamespace:
        """What stands for a catalogue of ops: the catalogue itself is left alone, since what is
        compiled at its first use keeps the names it finds there."""
        return SimpleNamespace(
            **{n: self._wrapped.get(id(v), (v, v))[1] for n, v in vars(module).items()}
        )

    def _class(self, owner: type) -> None:
        for name, value in list(vars(owner).items()):
            if isinstance(value, staticmethod) and id(value.__func__) in self._wrapped:
                self._put(owner, name, staticmethod(self._wrapped[id(value.__func__)][1]))

    def _closures(self, table: dict[Any, Any]) -> None:
        for entry in table.values():
            for function in entry if isinstance(entry, tuple) else ():
                for cell in getattr(function, "__closure__", None) or ():
                    self._cell(cell)

    def _cell(self, cell: Any) -> None:
        before = cell.cell_contents
        if id(before) in self._wrapped:
            self._undo.append(lambda: setattr(cell, "cell_contents", before))
            cell.cell_contents = self._wrapped[id(before)][1]


_PLAIN = words("""
    size dim numel nelement item tolist numpy stride element_size data_ptr is_floating_point
    is_contiguous is_inference get_device
""")
"""Methods that only look."""

_PROPERTIES = ("grad", "data", "requires_grad", "T", "mT", "H", "mH")

_OPERATORS = frozenset(
    f"__{form}{name}__"
    for name in words("""
        add sub mul truediv floordiv mod pow and or xor lshift rshift matmul
    """)
    for form in ("", "r", "i")
) | {
    "__new__", "__getitem__", "__setitem__", "__neg__", "__pos__", "__abs__", "__invert__",
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__copy__", "__deepcopy__",
}  # fmt: skip


def _spaces() -> Iterator[tuple[str, ModuleType]]:
    yield "torch", engine
    yield "F", nn.functional
    yield "torch.linalg", linalg
    yield "torch.special", special
    yield "torch.autograd", autograd
    yield "torch.autograd.functional", functional
    yield "nn.init", init
    yield "nn.utils", utils


def _methods() -> Iterator[tuple[type, str, str]]:
    """Classes, the method to listen at, and what it is called."""
    for kind in _classes(optim, optim.Optimizer):
        for method in ("__init__", "step", "zero_grad", "add_param_group", "load_state_dict"):
            if method in vars(kind):
                yield kind, method, f"Optimizer.{method}"
    for kind in _classes(lr_scheduler, lr_scheduler.LRScheduler):
        yield from ((kind, m, f"LRScheduler.{m}") for m in ("__init__", "step") if m in vars(kind))
    for kind in _classes(nn, nn.Module):
        if kind is not nn.Module and "__init__" in vars(kind):
            yield kind, "__init__", "Module.__init__"
        if "reset_parameters" in vars(kind):
            yield kind, "reset_parameters", "Module.reset_parameters"
    yield from _found_in(nn.Module, "Module", "zero_grad", "requires_grad_", "load_state_dict")
    yield nn.Parameter, "__new__", "nn.Parameter"
    yield nn.Buffer, "__new__", "nn.Buffer"
    yield from _found_in(nn.Module, "Module", "__call__", *_HOOKS)
    for kind, method in (
        (Function, "register_hook"), (Function, "register_prehook"),
        (Tensor, "register_post_accumulate_grad_hook"),
    ):  # fmt: skip
        yield kind, method, "register_hook"
    yield RemovableHandle, "remove", "RemovableHandle.remove"
    yield autograd.Function, "apply", "Function.apply"


_HOOKS = (
    "register_full_backward_hook", "register_full_backward_pre_hook",
)  # fmt: skip


def _found_in(kind: type, called: str, *methods: str) -> Iterator[tuple[type, str, str]]:
    """Methods where a class or one of its bases has them."""
    for method in methods:
        owner = next(base for base in kind.__mro__ if method in vars(base))
        yield owner, method, f"{called}.{method}"


def _classes(space: ModuleType, base: type) -> list[type]:
    """A package's own classes, bases before those made of them, each once."""
    found = [v for v in vars(space).values() if inspect.isclass(v) and issubclass(v, base)]
    own = {c: None for kind in found for c in reversed(kind.__mro__) if issubclass(c, base)}
    return [kind for kind in own if kind.__module__.startswith(("engine.", "torch."))]


def _modules_of_nn() -> Iterator[ModuleType]:
    """The package's modules that call ops themselves."""
    known = [m for name, m in sys.modules.items() if name.startswith("engine.nn.")]
    yield from (m for m in known if m is not nn.functional and not m.__name__.endswith(_APART))


_APART = ("nn.init", "nn.utils", "utils.clipping", "utils.vectors", "nn.parameter")
"""What is told of as a whole."""


def _spoken_of_by_modules() -> Iterator[tuple[Call, str]]:
    """The ops behind the public functions, which modules of `nn` call without going through these.

    They are called by the name a program would use.
    """
    spaces = sorted(_spaces(), key=lambda found: found[0] != "F")  # modules mean those of F
    public = [(prefix, name, value) for prefix, space in spaces for name, value in _of(space)]
    for op in OPS.values():
        head = (op.torch or f"torch.{op.name}(").partition("(")[0]
        if isinstance(op.call, FunctionType) and not op.source:
            yield op.call, head if head.startswith(("F.", "torch.")) else f"Tensor.{op.name}"
    for prefix, name, value in public:
        if (inner := getattr(value, "__wrapped__", None)) is not None:
            yield inner, f"{prefix}.{name}"
    for catalogue in CATALOGUES:
        for name, value in _of(catalogue):
            if value.__module__ == catalogue.__name__:
                yield value, f"Tensor.{name}"


def _of(space: ModuleType) -> list[tuple[str, FunctionType]]:
    own = (space.__name__,) if space in (functional, init) else ("engine.", "torch.")
    found = [(n, v) for n, v in vars(space).items() if isinstance(v, FunctionType)]
    return [(n, v) for n, v in found if not n.startswith("_") and v.__module__.startswith(own)]
