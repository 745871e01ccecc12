"""Classes a program defines: real ones, whose methods are the program's functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from engine.code.faults import Fault, fault
from engine.code.script import sentences, world
from engine.code.script.closures import Closure
from engine.code.script.expressions import Expressions
from engine.code.script.functions import Signal
from engine.code.script.scopes import Scope
from engine.code.script.values import Hint, StandIn, Tool
from engine.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from engine.tensor import Tensor

GRAD_MODES = (no_grad, enable_grad, inference_mode, set_grad_enabled)
_TYPES = (dict, list, set, tuple, int, float, str, object)
_KEPT = ("__doc__", "__slots__")


class Classes(Expressions):
    """Makes classes and applies decorators.

    `annotated` are the names with annotations of each class's block, for dataclasses.
    """

    annotated: dict[int, list[str]]
    last: Any

    def _classdef(self, node: ast.ClassDef) -> Signal:
        decorators = [(d, self.value(d)) for d in node.decorator_list]
        bases = self._bases(node)
        for keyword in node.keywords:
            self.finding(keyword.value, sentences.NO_METACLASS.format(keyword.arg))
        scope = Scope({}, self.scope, "class")
        title = self.scope.function().title + node.name
        scope.title = f"{title}."
        outer, self.scope = self.scope, scope
        try:
            self.run_block(node.body)
        finally:
            self.scope = outer
        inside = {"__qualname__": title, **self._namespace(node, scope.names)}
        made: Any = self.made_class(node.name, bases, inside)
        made.__doc__ = ast.get_docstring(node)
        scope.made = made
        self.fields[made] = self.annotated.pop(id(scope), [])
        for part, decorator in reversed(decorators):
            made = self.decorated(part, decorator, made)
        self.bind(node.name, made)
        return None

    def _bases(self, node: ast.ClassDef) -> tuple[type, ...]:
        found: list[type] = []
        for part in node.bases:
            base = self.value(part)
            if isinstance(base, StandIn):
                self.finding(part, sentences.NO_BASE.format(base.name))
            elif isinstance(base, type) and self._may_be_base(base):
                found.append(base)
            elif not isinstance(base, Hint):
                raise fault(part, sentences.NO_BASE.format(ast.unparse(part)))
        return tuple(found) or (object,)

    def _may_be_base(self, base: type) -> bool:
        if base in self.classes or base in _TYPES:
            return True
        return base is not Tensor and self.constructible(base)

    def made_class(self, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
        """A class of the program's own; raises TypeError as Python does."""
        made = type(name, bases, {"__qualname__": name, **namespace, "__module__": "__main__"})
        self.classes.add(made)
        return made

    def _namespace(self, node: ast.ClassDef, names: Mapping[str, Any]) -> dict[str, Any]:
        """What becomes part of the class: of the names with two underscores only the known."""
        found = {}
        for name, value in names.items():
            special = name.startswith("__") and name.endswith("__")
            if special and name not in world.DUNDERS and name not in _KEPT:
                self.finding(node, sentences.NO_DUNDER.format(name))
            else:
                found[name] = value
        return found

    # ---- decorators ------------------------------------------------------------------------------

    def decorated(self, node: ast.expr, decorator: Any, made: Any) -> Any:
        """What a decorator makes of a function or a class."""
        if isinstance(decorator, StandIn):
            self.finding(node, sentences.NO_DECORATOR.format(decorator.name))
            return made
        if isinstance(decorator, Hint):
            return made
        if isinstance(made, Closure) and made.shape.yields:
            mode = decorator() if decorator in GRAD_MODES[:3] else decorator
            if isinstance(mode, GRAD_MODES):
                made.modes.insert(0, mode.clone)
                return made
        try:
            return self.call(node, decorator, (made,), {})
        except Fault as why:
            raise fault(node, why.text, why.kind) from None

    # ---- what the library makes classes of -------------------------------------------------------

    fields: dict[type, list[str]]

    def dataclass(self, cls: Any = None, /, **settings: Any) -> Any:
        """`dataclasses.dataclass`: the fields are the annotated names, in order."""
        if cls is None:
            return Tool("dataclass", lambda made: self.dataclass(made, **settings))
        if cls not in self.classes:
            raise Fault(sentences.NO_SETTING.format(self.kind_name(cls)))
        names = [n for base in reversed(cls.__mro__) for n in self.fields.get(base, [])]
        names = list(dict.fromkeys(names))
        own = [vars(c) for c in cls.__mro__ if c in self.classes]
        defaults = {n: next((c[n] for c in own if n in c), _NO) for n in names}
        for name, default in defaults.items():
            if isinstance(default, Default) and name in vars(cls):
                if default.value is _NO:
                    delattr(cls, name)
                else:
                    setattr(cls, name, default.value)
        for name, method in self._of_dataclass(cls, names, defaults).items():
            if name not in vars(cls):
                setattr(cls, name, method)
        cls._fields_of_dataclass = names
        return cls

    def _of_dataclass(
        self, cls: Any, names: list[str], defaults: dict[str, Any]
    ) -> dict[str, Callable[..., Any]]:
        def init(self_: Any, *args: Any, **kw: Any) -> None:
            given = _given(cls.__name__, names, args, kw)
            for name in names:
                value = given[name] if name in given else _default(defaults[name])
                if value is _NO:
                    raise TypeError(
                        f"{cls.__name__}.__init__() missing 1 required positional argument: "
                        f"'{name}'"
                    )
                self.set_attribute(self_, name, value)
            if hasattr(cls, "__post_init__"):
                self_.__post_init__()

        def told(self_: Any) -> str:
            parts = (f"{n}={self.attribute(self_, n)!r}" for n in names)
            return f"{cls.__qualname__}({', '.join(parts)})"

        def same(self_: Any, other: Any) -> Any:
            if type(self_) is not type(other):
                return NotImplemented
            return all(self.attribute(self_, n) == self.attribute(other, n) for n in names)

        return {"__init__": init, "__repr__": told, "__eq__": same}

    def as_dict(self, value: Any) -> dict[str, Any]:
        """`dataclasses.asdict`."""
        names = getattr(type(value), "_fields_of_dataclass", ())
        return {name: self.attribute(value, name) for name in names}

    def namedtuple(self, name: str, fields: Any, *, defaults: Any = (), **_: Any) -> type:
        """`collections.namedtuple`."""
        names = fields.replace(",", " ").split() if isinstance(fields, str) else self.items(fields)
        if not all(isinstance(n, str) and n.isidentifier() and n[0] != "_" for n in names):
            raise ValueError("Type names and field names must be valid identifiers")
        later = dict(zip(names[-len(defaults) or len(names) :], defaults, strict=False))

        def new(cls: Any, *args: Any, **kw: Any) -> Any:
            given = {**later, **_given(name, names, args, kw)}
            missing = [n for n in names if n not in given]
            if missing:
                raise TypeError(
                    f"{name}.__new__() missing {len(missing)} required positional argument"
                    f"{'s' if len(missing) > 1 else ''}: '{missing[0]}'"
                )
            return tuple.__new__(cls, tuple(given[n] for n in names))

        def told(self_: Any) -> str:
            return f"{name}({', '.join(f'{n}={v!r}' for n, v in zip(names, self_, strict=True))})"

        def replaced(self_: Any, **kw: Any) -> Any:
            return new(type(self_), **{**dict(zip(names, self_, strict=True)), **kw})

        def as_dict(self_: Any) -> dict[str, Any]:
            return dict(zip(names, self_, strict=True))

        parts = {n: property(lambda t, k=k: t[k]) for k, n in enumerate(names)}  # type: ignore[misc]
        return self.made_class(
            name,
            (tuple,),
            {**parts, "__new__": new, "__repr__": told, "_fields": tuple(names), "__slots__": (),
             "_replace": replaced, "_asdict": as_dict},
        )  # fmt: skip


class Default:
    """`dataclasses.field(default=…, default_factory=…)`."""

    def __init__(self, default: Any, factory: Any) -> None:
        self.value, self.factory = default, factory


_NO: Any = object()


def field(*, default: Any = _NO, default_factory: Any = None, **_: Any) -> Default:
    """What a dataclass's field begins with."""
    return Default(default, default_factory)


def _default(default: Any) -> Any:
    if not isinstance(default, Default):
        return default
    return default.value if default.factory is None else default.factory()


def _given(
    name: str, names: list[str], args: tuple[Any, ...], kw: dict[str, Any]
) -> dict[str, Any]:
    if len(args) > len(names):
        raise TypeError(
            f"{name}.__init__() takes {len(names) + 1} positional arguments but {len(args) + 1} "
            "were given"
        )
    for key in kw:
        if key not in names:
            raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
    return {**dict(zip(names, args, strict=False)), **kw}
