"""Functions and generators a program defines, as values that the engine can call too."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Generator
from types import MethodType
from typing import TYPE_CHECKING, Any

from engine.code.script.scopes import Scope, local_names, yields
from engine.code.script.values import Ended

if TYPE_CHECKING:
    from engine.code.script.functions import Functions

Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_P = inspect.Parameter


class Shape:
    """What is known of a function's text once and for all: its parameters, names and yields."""

    __slots__ = (
        "body",
        "keyword",
        "local",
        "names",
        "node",
        "positional",
        "rest",
        "rests",
        "yields",
    )

    def __init__(self, node: Defined) -> None:
        given = node.args
        self.node = node
        self.body: list[ast.stmt]
        if isinstance(node, ast.Lambda):
            self.body = [ast.copy_location(ast.Return(node.body), node.body)]
        else:
            self.body = node.body
        self.positional = [a.arg for a in (*given.posonlyargs, *given.args)]
        self.keyword = [a.arg for a in given.kwonlyargs]
        self.names = frozenset((*self.positional[len(given.posonlyargs) :], *self.keyword))
        self.rest = given.vararg.arg if given.vararg else None
        self.rests = given.kwarg.arg if given.kwarg else None
        self.local = local_names(self.body, given)
        self.yields = yields(self.body)


class Closure:
    """A function of the program; calling it walks its body.

    `defaults` are those of its parameters by name, `notes` what the program has set on it.
    """

    __slots__ = ("defaults", "doc", "modes", "name", "notes", "scope", "shape", "title", "walker")

    def __init__(
        self, walker: Functions, shape: Shape, scope: Scope, defaults: dict[str, Any], name: str
    ) -> None:
        self.walker, self.shape, self.scope = walker, shape, scope
        self.defaults, self.name = defaults, name
        self.title = scope.function().title + name
        self.notes: dict[str, Any] = {}
        self.modes: list[Callable[[], Any]] = []
        self.doc = None if isinstance(shape.node, ast.Lambda) else ast.get_docstring(shape.node)

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def __signature__(self) -> inspect.Signature:
        """Its parameters, for those who call it with names."""
        return signature(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.walker.enter(self, args, kwargs)
        except Ended as end:
            if self.name == "__next__":  # Python's own loops wait for that
                raise StopIteration(end.value) from None
            raise

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<function {self.title} at {id(self):#x}>"


def signature(closure: Closure) -> inspect.Signature:
    """A function's parameters as Python's `inspect` tells them."""
    given, found = closure.shape.node.args, []
    for a in (*given.posonlyargs, *given.args):
        kind = _P.POSITIONAL_ONLY if a in given.posonlyargs else _P.POSITIONAL_OR_KEYWORD
        found.append(_P(a.arg, kind, default=closure.defaults.get(a.arg, _P.empty)))
    if given.vararg:
        found.append(_P(given.vararg.arg, _P.VAR_POSITIONAL))
    for a in given.kwonlyargs:
        default = closure.defaults.get(a.arg, _P.empty)
        found.append(_P(a.arg, _P.KEYWORD_ONLY, default=default))
    if given.kwarg:
        found.append(_P(given.kwarg.arg, _P.VAR_KEYWORD))
    return inspect.Signature(found)


def bound(closure: Closure, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name; raises TypeError with Python's sentence where they do not fit."""
    shape, name = closure.shape, closure.title
    found = dict(zip(shape.positional, args, strict=False))
    if len(args) > len(shape.positional) and shape.rest is None:
        raise TypeError(_too_many(closure, len(args)))
    if shape.rest is not None:
        found[shape.rest] = tuple(args[len(shape.positional) :])
    others: dict[str, Any] = {}
    for key, value in kwargs.items():
        if key not in shape.names:
            if shape.rests is None:
                raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
            others[key] = value
        elif key in found:
            raise TypeError(f"{name}() got multiple values for argument '{key}'")
        else:
            found[key] = value
    if shape.rests is not None:
        found[shape.rests] = others
    _complete(closure, found)
    return found


def _complete(closure: Closure, found: dict[str, Any]) -> None:
    shape = closure.shape
    for names, kind in ((shape.positional, "positional"), (shape.keyword, "keyword-only")):
        missing = [n for n in names if n not in found and n not in closure.defaults]
        if missing:
            some = "s" if len(missing) > 1 else ""
            raise TypeError(
                f"{closure.title}() missing {len(missing)} required {kind} argument{some}: "
                f"{_listed(missing)}"
            )
    for key, value in closure.defaults.items():
        found.setdefault(key, value)


def _too_many(closure: Closure, count: int) -> str:
    most = len(closure.shape.positional)
    least = most - sum(n in closure.defaults for n in closure.shape.positional)
    takes = f"from {least} to {most}" if least < most else f"{most}"
    some = "s" if most != 1 or least < most else ""
    were = "was" if count == 1 else "were"
    return f"{closure.title}() takes {takes} positional argument{some} but {count} {were} given"


def _listed(names: list[str]) -> str:
    quoted = [f"'{n}'" for n in names]
    if len(quoted) == 1:
        return quoted[0]
    comma = "," if len(quoted) > 2 else ""
    return f"{', '.join(quoted[:-1])}{comma} and {quoted[-1]}"


class Stream:
    """A generator of the program: its body goes on a step whenever it is asked."""

    __slots__ = ("inner", "name")

    def __init__(self, inner: Generator[Any, Any, Any], name: str) -> None:
        self.inner, self.name = inner, name

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Any:
        return next(self.inner)

    def send(self, value: Any) -> Any:
        """Go on, `yield` giving this value."""
        return self.inner.send(value)

    def throw(self, error: Any) -> Any:
        """Go on, `yield` raising this."""
        return self.inner.throw(error)

    def close(self) -> None:
        """End it where it stands."""
        self.inner.close()

    def __repr__(self) -> str:
        return f"<generator object {self.name} at {id(self):#x}>"
