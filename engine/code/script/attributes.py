"""What may be read of a value, and set on it: everything goes through the lists of `world`."""

from __future__ import annotations

import functools
import types
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import engine
from engine.code.costs import words
from engine.code.faults import Fault
from engine.code.script import methods, numeric, sentences, world
from engine.code.script.closures import Closure, Stream
from engine.code.script.core import Core
from engine.code.script.values import Flow, Hint, Space, StandIn, Tool
from engine.function import Function
from engine.nn.module import Module
from engine.tensor import Tensor

_ORDERED: OrderedDict[Any, Any] = OrderedDict()
_PLAIN: tuple[type, ...] = (
    type(None), bool, int, float, str, type(...), type(NotImplemented), slice, range, list, tuple,
    dict, set, frozenset, Tensor, StandIn, Space, Tool, Hint, Flow, Stream, Closure, property,
    staticmethod, classmethod, super, type({}.keys()), type({}.values()), type({}.items()),
    type(_ORDERED.keys()), type(_ORDERED.values()), type(_ORDERED.items()),
)  # fmt: skip
_ROUTINES = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodWrapperType,
    types.WrapperDescriptorType, types.MethodDescriptorType,
)  # fmt: skip
_OF_CLASSES = {"__name__", "__doc__", "__qualname__", "__module__"}


class Attributes(Core):
    """Reads and sets attributes.

    `classes` are those the program has defined, `constructors` what is called in place of Python's.
    """

    classes: set[type]
    constructors: dict[Any, Callable[..., Any]]
    entered: Module | None = None
    tainted_attributes: set[str]
    builtins: dict[str, Any]
    missing: frozenset[str]
    modules: dict[str, Any]

    # ---- what may be a value ---------------------------------------------------------------------

    def admitted(self, value: Any, name: str) -> Any:
        """The value, or what a program may have of it; raises Fault for what has no place here."""
        kind = type(value)
        if kind in _PLAIN or kind in self.classes:
            return value
        if isinstance(value, _ROUTINES):
            return Tool(name or "function", value, engine=True, binds=kind is types.FunctionType)
        if kind is types.MethodType:
            if isinstance(value.__func__, (Closure, Tool)):
                return value
            return Tool(name or "method", value, engine=True)
        if isinstance(value, type):
            return self._admitted_class(value)
        if self._known(value, kind):
            return value
        if isinstance(value, (types.GeneratorType, map, filter, zip, Iterator)):
            return Flow(iter(value), self.count, kind.__name__)
        raise Fault(f"This gives a {kind.__name__}, which has no place here.")

    def _known(self, value: Any, kind: type) -> bool:
        if isinstance(value, (np.ndarray, np.generic)):
            return numeric.is_plain(value)
        known = (*world.ENGINE_KINDS, BaseException, Tensor, dict, tuple, list, str, np.dtype)
        return isinstance(value, known) or world.is_engines(kind)

    def _admitted_class(self, cls: type) -> type:
        if cls in self.classes or cls in self.constructors or self.constructible(cls):
            return cls
        raise Fault(f"The class {cls.__name__} has no place here.")

    def constructible(self, cls: type) -> bool:
        """Whether a program may make objects of a class that is not its own."""
        return cls in world.offered() or issubclass(cls, Exception)

    def kind_name(self, value: Any) -> str:
        """The name of a value's type, as Python's sentences have it."""
        return {Closure: "function", Tool: "builtin_function_or_method", Stream: "generator",
                Space: "module"}.get(type(value), type(value).__name__)  # fmt: skip

    # ---- reading ---------------------------------------------------------------------------------

    def attribute(self, value: Any, name: str) -> Any:
        """`value.name`; raises AttributeError as Python does, Fault for what is closed."""
        kind = type(value)
        if kind is Tensor or isinstance(value, Tensor):
            return self._of_tensor(value, name)
        if kind is StandIn:
            return StandIn(f"{value.name}.{name}"[:80])
        if kind is Space:
            return self._of_space(value, name)
        if kind is Hint:
            return value
        if name in ("__class__", "__name__", "__doc__", "__qualname__", "__dict__", "__module__"):
            return self._of_itself(value, name)
        if isinstance(value, type):
            return self._of_class(value, name)
        if kind is Closure:
            return self._of_closure(value, name)
        return self._of_object(value, name)

    def _of_itself(self, value: Any, name: str) -> Any:
        if name == "__class__":
            return self._admitted_class(type(value))
        if name == "__dict__":
            if type(value) in self.classes and not isinstance(value, type):
                return {k: v for k, v in vars(value).items() if not k.startswith("_")}
            raise Fault(sentences.PRIVATE.format(name))
        found = getattr(value, name, None)
        if found is None and name in ("__name__", "__qualname__"):
            raise AttributeError(f"'{self.kind_name(value)}' object has no attribute '{name}'")
        return found if isinstance(found, str) else None

    def _of_tensor(self, value: Any, name: str) -> Any:
        if name in world.tensor_names():
            return self.admitted(getattr(value, name), name)
        if name == "__class__":
            return type(value)
        if name in world.DUNDERS or name.startswith("__"):
            raise Fault(sentences.PRIVATE.format(name))
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'")

    def _of_space(self, space: Space, name: str) -> Any:
        try:
            return space.find(name)
        except KeyError:
            self.finding(None, sentences.NO_MEMBER.format(space.name, name))
            return StandIn(f"{space.name}.{name}")

    def _of_class(self, cls: type, name: str) -> Any:
        if cls in self.classes:
            return self._of_own(cls, cls, name)
        if cls in methods.KINDS:
            return methods.unbound(self, cls, name)
        if cls is Tensor and name in world.tensor_names():
            return self.admitted(getattr(cls, name), name)
        if self.constructible(cls) and (name in world.public(cls) or name == "__init__"):
            return self._of_offered(cls, name)
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")

    def _of_offered(self, cls: type, name: str) -> Any:
        """A method of a class as a function, which only takes what is of that class."""
        found = getattr(cls, name)
        if isinstance(found, types.MethodType) or self._is_static(cls, name):
            return self.admitted(found, name)
        if isinstance(found, _ROUTINES):

            def call(first: Any, *args: Any, **kw: Any) -> Any:
                if not isinstance(first, cls):
                    kind = self.kind_name(first)
                    raise TypeError(f"'{cls.__name__}.{name}' does not take a '{kind}' object")
                return found(first, *args, **kw)

            return Tool(name, call, engine=True, binds=True)
        return self.admitted(found, name)

    def _is_static(self, cls: type, name: str) -> bool:
        home = next((c for c in cls.__mro__ if name in vars(c)), object)
        return isinstance(vars(home).get(name), staticmethod)

    def _of_closure(self, value: Closure, name: str) -> Any:
        if name in value.notes:
            return value.notes[name]
        raise AttributeError(f"'function' object has no attribute '{name}'")

    def _of_object(self, value: Any, name: str) -> Any:
        kind: Any = type(value)
        if kind is super:
            return self._of_super(value, name)
        if kind in self.classes:
            return self._of_own(value, kind, name)
        found = methods.of(self, value, name)
        if found is not None:
            return found
        if isinstance(value, BaseException):
            return self._of_error(value, name)
        if isinstance(value, (np.ndarray, np.generic)):
            return numeric.attribute(self, value, name)
        plain = kind.__module__ in ("builtins", "collections")  # whose methods are in `methods`
        if not plain and name in world.public(kind) and self._known(value, kind):
            return self.admitted(getattr(value, name), name)
        if isinstance(value, Function) and name.startswith(("_saved_", "_raw_saved_")):
            return self.admitted(getattr(value, name), name)
        own = getattr(value, "__dict__", {})
        if isinstance(value, world.ENGINE_KINDS) and not name.startswith("__"):
            if name in own and (name[0] != "_" or name in ("_modules", "_parameters", "_buffers")):
                return self.admitted(own[name], name)
            return self.admitted(getattr(value, name), name) if name[0] != "_" else self._no(name)
        raise AttributeError(f"'{self.kind_name(value)}' object has no attribute '{name}'")

    def _of_error(self, value: BaseException, name: str) -> Any:
        """What an exception tells; what it holds of the places it went through is closed."""
        if name in _OF_ERRORS and hasattr(value, name):
            return self.admitted(getattr(value, name), name)
        raise AttributeError(f"'{self.kind_name(value)}' object has no attribute '{name}'")

    def _no(self, name: str) -> Any:
        raise Fault(sentences.PRIVATE.format(name))

    def _of_own(self, value: Any, cls: type, name: str) -> Any:
        """An attribute of an object of the program's own class, or of that class."""
        if name.startswith("__") and name.endswith("__"):
            if name not in world.DUNDERS:
                self._no(name)
        elif name.startswith("_") and not self._is_own(value, cls, name):
            if hasattr(value, name):
                self._no(name)
            raise AttributeError(f"'{cls.__name__}' object has no attribute '{name}'")
        home = self._home(cls.__mro__, name)
        noted = not isinstance(value, type) and name in getattr(value, "__dict__", {})
        if home is None or home in self.classes or noted:
            return self.admitted(getattr(value, name), name)
        return self._inherited(value, home, name, lambda: getattr(value, name))

    def _home(self, classes: Sequence[type], name: str) -> type | None:
        return next((c for c in classes if name in vars(c)), None)

    def _inherited(self, value: Any, home: type, name: str, get: Callable[[], Any]) -> Any:
        """What an object of the program, or its class, has from a class that is not its own."""
        if name == "__setattr__":
            do = functools.partial(self._set_plainly, home)
            return Tool(name, do if isinstance(value, type) else functools.partial(do, value))
        if home in _BUILTIN:
            if name in _HEAVY or (home is not object and name == "__format__"):
                self._no(name)
            if name.startswith("__"):
                return self.admitted(get(), name)
            if isinstance(value, type):
                return methods.unbound(self, home, name)
            found = methods.of(self, value, name, home)
            return self._no(name) if found is None else found
        if issubclass(home, BaseException) and not name.startswith("__"):
            return get() if isinstance(value, type) else self._of_error(value, name)
        return self._of_offered(value, name) if isinstance(value, type) else self._got(get, name)

    def _got(self, get: Callable[[], Any], name: str) -> Any:
        return self.admitted(get(), name)

    def _set_plainly(self, home: Any, value: Any, name: Any, to: Any) -> None:
        """What `super().__setattr__` does, for an object of the program's own class only."""
        private = not isinstance(name, str) or name.startswith("__") or type(value) is type
        if private or type(value) not in self.classes or not self._settable(value, name):
            raise Fault(sentences.NO_SETTING.format(name))
        home.__setattr__(value, name, to)

    def _is_own(self, value: Any, cls: type, name: str) -> bool:
        if any(name in vars(c) for c in cls.__mro__ if c in self.classes):
            return True
        if name in ("_modules", "_parameters", "_buffers") and isinstance(value, Module):
            return True
        if isinstance(value, type):
            return False
        if isinstance(value, Module):
            own = vars(value)
            inner = (own.get(h, {}) for h in ("_parameters", "_buffers", "_modules"))
            return any(name in home for home in inner) or (name in own and name not in _MODULES_OWN)
        return name in getattr(value, "__dict__", {})

    def _of_super(self, value: Any, name: str) -> Any:
        if name.startswith("__") and name not in world.DUNDERS:
            self._no(name)
        if name.startswith("_") and not name.startswith("__"):
            found = any(name in vars(c) for c in value.__self_class__.__mro__ if c in self.classes)
            if not found:
                self._no(name)
        classes = value.__self_class__.__mro__
        home = self._home(classes[classes.index(value.__thisclass__) + 1 :], name)
        if home is None or home in self.classes:
            return self.admitted(getattr(value, name), name)
        return self._inherited(value.__self__, home, name, lambda: getattr(value, name))

    # ---- setting ---------------------------------------------------------------------------------

    def set_attribute(self, value: Any, name: str, to: Any) -> None:
        """`value.name = to`; raises what Python raises, Fault for what is closed."""
        if isinstance(value, (StandIn, Space, Hint)):
            return
        if isinstance(to, StandIn) and isinstance(value, Tensor):
            raise Fault(sentences.FED.format(to.name))
        if isinstance(value, Tensor):
            if name not in world.SETTABLE:
                raise Fault(sentences.NO_SETTING.format(name))
            setattr(value, name, to)
            return
        if name.startswith("__") and name.endswith("__"):
            raise Fault(sentences.NO_SETTING.format(name))
        if isinstance(value, Closure):
            value.notes[name] = to
        elif self._settable(value, name):
            setattr(value, name, to)
        else:
            raise Fault(sentences.NO_SETTING.format(name))

    def _settable(self, value: Any, name: str) -> bool:
        if isinstance(value, type):
            return value in self.classes
        if isinstance(value, Module):
            return name not in _MODULES_OWN and not callable(getattr(Module, name, None))
        if type(value) in self.classes:
            return True
        if isinstance(value, np.ndarray):
            return False
        engines = isinstance(value, (Function, *world.ENGINE_KINDS))
        return engines and not name.startswith("_") and hasattr(value, "__dict__")

    def delete_attribute(self, value: Any, name: str) -> None:
        """`del value.name`."""
        if isinstance(value, Closure):
            value.notes.pop(name, None)
        elif isinstance(value, Tensor) and name == "grad":
            value.grad = None
        elif not name.startswith("__") and self._settable(value, name):
            delattr(value, name)
        else:
            raise Fault(sentences.NO_SETTING.format(name))


_BUILTIN = (object, int, float, str, list, tuple, dict, set, frozenset)
"""What classes of a program may be made from, beside the engine's."""
_HEAVY = words("__mul__ __rmul__ __imul__ __pow__ __rpow__ __lshift__ __mod__ __rmod__")
"""What of Python's own makes things of any size, without anybody looking at what it is given."""
_OF_ERRORS = words("args value name msg add_note __cause__")
_MODULES_OWN = frozenset(vars(engine.nn.Module())) - {"training"}
"""What a Module keeps for itself."""
