"""Python's built-in functions, as a program may use them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from engine.code.costs import words
from engine.code.faults import Fault
from engine.code.script import sentences, texts
from engine.code.script.methods import called_by
from engine.code.script.values import Ended, Flow, Space, StandIn, Tool
from engine.tensor import Tensor

if TYPE_CHECKING:
    from engine.code.script.statements import Statements

MISSING = words("""
    open input exec eval compile __import__ globals locals vars dir breakpoint exit quit help
    memoryview bytes bytearray complex display get_ipython
""")
"""What Python or a notebook has and a program here has not."""
ERRORS: tuple[type[Exception], ...] = (
    Exception, ArithmeticError, AssertionError, AttributeError, IndexError, KeyError, LookupError,
    NameError, NotImplementedError, OverflowError, RecursionError, RuntimeError, TypeError,
    UnboundLocalError, ValueError, ZeroDivisionError, OSError, FileNotFoundError, ImportError,
    ModuleNotFoundError, MemoryError, FloatingPointError, UserWarning, Warning, DeprecationWarning,
    RuntimeWarning, FutureWarning,
)  # fmt: skip
_NO: Any = object()


class Tools:
    """The functions; each is found under its name without the underscore before it."""

    def __init__(self, world: Statements) -> None:
        self.world = world

    def table(self) -> dict[str, Any]:
        """All of them by name, types and exceptions among them."""
        own = {
            n[1:]: Tool(n[1:], getattr(self, n))
            for n in vars(Tools)
            if n.startswith("_") and not n.startswith("__")
        }
        kinds = {t.__name__: t for t in (*self.constructors(), property, staticmethod, classmethod)}
        errors: dict[str, Any] = {e.__name__: e for e in ERRORS}
        plain = {"StopIteration": Ended, "NotImplemented": NotImplemented, "Ellipsis": ...,
                 "BaseException": Exception, "KeyboardInterrupt": _Never, "__name__": "__main__",
                 "__file__": "program.py", "__doc__": None}  # fmt: skip
        return {**errors, **own, **kinds, **plain}

    def constructors(self) -> dict[Any, Callable[..., Any]]:
        """What is called in the place of Python's types."""
        return {
            int: self.to_int, float: self.to_float, bool: self.to_bool, str: self.to_str,
            list: self.to_list, tuple: self.to_tuple, set: self.to_set, dict: self.to_dict,
            frozenset: lambda v=(): frozenset(self.world.items(v)),
            range: self.to_range, slice: slice, object: object, type: self.type_of,
            enumerate: self.enumerated, zip: self.zipped, map: self.mapped,
            filter: self.filtered, reversed: self.turned, property: property,
            staticmethod: staticmethod, classmethod: classmethod, super: super,
        }  # fmt: skip

    # ---- types -----------------------------------------------------------------------------------

    def to_int(self, value: Any = 0, *base: Any) -> Any:
        if isinstance(value, StandIn):
            return value
        self._reads(value)
        made = int(value, *base)
        self.world.small(made)
        return made

    def to_float(self, value: Any = 0.0) -> Any:
        if isinstance(value, StandIn):
            return value
        self._reads(value)
        return float(value)

    def to_bool(self, value: Any = False) -> Any:
        self._reads(value)
        return bool(value)

    def to_str(self, value: Any = "") -> Any:
        return texts.told(self.world, value)

    def to_list(self, value: Any = ()) -> Any:
        return self.world.items(value)

    def to_tuple(self, value: Any = ()) -> Any:
        return value if type(value) is tuple else tuple(self.world.items(value))

    def to_set(self, value: Any = ()) -> Any:
        return set(self.world.items(value))

    def to_dict(self, value: Any = (), **kw: Any) -> Any:
        given = value if hasattr(value, "keys") else self.world.items(value)
        return dict(given, **kw)

    def to_range(self, *args: Any) -> Any:
        if any(isinstance(a, StandIn) for a in args):
            return next(a for a in args if isinstance(a, StandIn))
        return range(*args)

    def type_of(self, value: Any, *more: Any) -> Any:
        if more:
            raise Fault(sentences.NO_BUILTIN.format("type"))
        return type(value)

    def _reads(self, value: Any) -> None:
        if isinstance(value, Tensor):
            self.world.read = True

    # ---- iterators -------------------------------------------------------------------------------

    def flow(self, inner: Iterator[Any], title: str) -> Flow:
        return Flow(inner, self.world.count, title)

    def enumerated(self, value: Any, start: int = 0) -> Any:
        return self._unless_missing(
            (value,), lambda: enumerate(self.world.iterated(value), start), "enumerate"
        )

    def zipped(self, *values: Any, strict: bool = False) -> Any:
        return self._unless_missing(
            values, lambda: zip(*map(self.world.iterated, values), strict=strict), "zip"
        )

    def mapped(self, function: Any, *values: Any) -> Any:
        do = called_by(self.world, function)
        return self._unless_missing(
            values, lambda: map(do, *map(self.world.iterated, values)), "map"
        )

    def filtered(self, function: Any, value: Any) -> Any:
        do = called_by(self.world, function)
        return self._unless_missing(
            (value,), lambda: filter(do, self.world.iterated(value)), "filter"
        )

    def turned(self, value: Any) -> Any:
        return self._unless_missing((value,), lambda: reversed(value), "reversed")

    def _unless_missing(self, values: Any, make: Callable[[], Any], title: str) -> Any:
        missing = next((v for v in values if isinstance(v, StandIn)), None)
        if missing is not None:
            return missing
        return Flow(make(), functools.partial(self.world.count, max(1, len(values))), title)

    def _iter(self, value: Any, *end: Any) -> Any:
        if end:
            return self.flow(iter(called_by(self.world, value), end[0]), "callable_iterator")
        return value if isinstance(value, StandIn) else self.flow(iter(value), "iterator")

    def _next(self, value: Any, default: Any = _NO) -> Any:
        if isinstance(value, StandIn):
            return value
        if not hasattr(type(value), "__next__"):
            raise TypeError(f"'{self.world.kind_name(value)}' object is not an iterator")
        try:
            return next(value)
        except (StopIteration, Ended) as end:
            if default is _NO:
                raise Ended(end.value) from None
            return default

    # ---- numbers ---------------------------------------------------------------------------------

    def _abs(self, value: Any) -> Any:
        return value if isinstance(value, StandIn) else abs(value)

    def _round(self, value: Any, ndigits: Any = None) -> Any:
        if isinstance(value, StandIn):
            return value
        if isinstance(ndigits, int):
            return round(value, max(ndigits, -2_000))
        return round(value) if ndigits is None else round(value, ndigits)

    def _pow(self, base: Any, exponent: Any, modulus: Any = None) -> Any:
        import ast

        if modulus is not None:
            self.world.small(base, exponent, modulus)
            return pow(base, exponent, modulus)
        return self.world.combined(ast.Pass(), ast.Pow(), base, exponent, pow)

    def _divmod(self, a: Any, b: Any) -> Any:
        self.world.small(a, b)
        return divmod(a, b)

    def _sum(self, values: Any, start: Any = 0) -> Any:
        import ast
        import operator

        if isinstance(values, StandIn):
            return values
        total = start
        if isinstance(values, range):
            return start + (values[0] + values[-1]) * len(values) // 2 if values else start
        for value in self.world.iterated(values):
            self.world.count()
            if type(total) in (int, float) and type(value) in (int, float):
                total = total + value
            else:
                total = self.world.combined(ast.Pass(), ast.Add(), total, value, operator.add)
        return total

    def _min(self, *values: Any, key: Any = None, default: Any = _NO) -> Any:
        return self._extreme(min, values, key, default)

    def _max(self, *values: Any, key: Any = None, default: Any = _NO) -> Any:
        return self._extreme(max, values, key, default)

    def _extreme(self, do: Any, values: tuple[Any, ...], key: Any, default: Any) -> Any:
        given = self.world.items(values[0]) if len(values) == 1 else list(values)
        missing = next((v for v in (*values[:1], *given) if isinstance(v, StandIn)), None)
        if missing is not None:
            return missing
        if any(isinstance(v, Tensor) for v in given):
            self.world.read = True
        if not given and default is not _NO:
            return default
        return do(given, key=called_by(self.world, key))

    def _any(self, values: Any) -> bool:
        return any(self._truths(values))

    def _all(self, values: Any) -> bool:
        return all(self._truths(values))

    def _truths(self, values: Any) -> Iterator[bool]:
        for value in self.world.iterated(values):
            self.world.count()
            self._reads(value)
            yield bool(value)

    def _len(self, value: Any) -> Any:
        if isinstance(value, StandIn):
            return value
        if not hasattr(type(value), "__len__"):
            raise TypeError(f"object of type '{self.world.kind_name(value)}' has no len()")
        return len(value)

    def _sorted(self, values: Any, *, key: Any = None, reverse: Any = False) -> Any:
        if isinstance(values, StandIn):
            return values
        found = self.world.items(values)
        self.world.count(len(found))
        return sorted(found, key=called_by(self.world, key), reverse=reverse)

    # ---- texts -----------------------------------------------------------------------------------

    def _repr(self, value: Any) -> str:
        return texts.shown(self.world, value)

    def _ascii(self, value: Any) -> str:
        return str(texts.converted(self.world, value, ord("a")))

    def _format(self, value: Any, spec: str = "") -> str:
        return texts.formatted(self.world, value, spec)

    def _chr(self, value: int) -> str:
        return chr(value)

    def _ord(self, value: str) -> int:
        return ord(value)

    def _bin(self, value: int) -> str:
        return bin(value)

    def _hex(self, value: int) -> str:
        return hex(value)

    def _print(self, *values: Any, sep: Any = " ", end: Any = "\n", **_: Any) -> None:
        between = " " if sep is None else sep
        told = texts.joined(self.world, between, (texts.told(self.world, v) for v in values))
        self.world.write(told + ("\n" if end is None else end))

    # ---- looking ---------------------------------------------------------------------------------

    def _isinstance(self, value: Any, kinds: Any) -> bool:
        several = [k for k in (kinds if isinstance(kinds, tuple) else (kinds,))]
        if any(isinstance(k, StandIn) for k in several):
            several = [k for k in several if not isinstance(k, StandIn)]
        return isinstance(value, tuple(several))

    def _issubclass(self, value: Any, kinds: Any) -> bool:
        return issubclass(value, kinds)

    def _callable(self, value: Any) -> bool:
        return callable(value) and not isinstance(value, (Tensor, StandIn, Space))

    def _id(self, value: Any) -> int:
        return id(value)

    def _hash(self, value: Any) -> int:
        self.world.measured(value)
        return hash(value)

    def _getattr(self, value: Any, name: str, *default: Any) -> Any:
        if isinstance(value, Space):
            try:
                return value.find(name)
            except KeyError:
                if default:
                    return default[0]
        try:
            return self.world.attribute(value, name)
        except AttributeError:
            if default:
                return default[0]
            raise

    def _hasattr(self, value: Any, name: str) -> bool:
        if isinstance(value, Space):
            return name in value.names()
        try:
            self.world.attribute(value, name)
        except AttributeError:
            return False
        return True

    def _setattr(self, value: Any, name: str, to: Any) -> None:
        self.world.set_attribute(value, name, to)
        self.world.listener.bound(name, to)

    def _delattr(self, value: Any, name: str) -> None:
        self.world.delete_attribute(value, name)


class _Never(Exception):
    """What is never raised."""


def partial(world: Statements) -> Callable[..., Any]:
    """`functools.partial` of what a program may call."""

    def made(function: Any, *args: Any, **kw: Any) -> Any:
        return functools.partial(called_by(world, function), *args, **kw)

    return made
