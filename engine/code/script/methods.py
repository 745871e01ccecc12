"""Methods of Python's own values: closed tables, with a limit on what grows."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.code.costs import words
from engine.code.script import texts
from engine.code.script.closures import Closure, Stream
from engine.code.script.values import StandIn, Tool

if TYPE_CHECKING:
    from engine.code.script.attributes import Attributes

_NAMES: Mapping[type, frozenset[str]] = {
    str: words("""
        capitalize casefold center count endswith expandtabs find format index isalnum isalpha
        isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper
        join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust
        rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill
    """),
    list: words("append clear copy count extend index insert pop remove reverse sort"),
    tuple: words("count index"),
    dict: words("clear copy fromkeys get items keys pop popitem setdefault update values"),
    set: words("""
        add clear copy difference difference_update discard intersection intersection_update
        isdisjoint issubset issuperset pop remove symmetric_difference union update
    """),
    frozenset: words("copy difference intersection isdisjoint issubset issuperset union"),
    int: words("bit_length bit_count as_integer_ratio is_integer conjugate"),
    float: words("is_integer as_integer_ratio hex conjugate"),
    range: words("count index"),
    slice: words("indices"),
    collections.deque: words("""
        append appendleft clear copy count extend extendleft index insert pop popleft remove reverse
        rotate
    """),
    collections.Counter: words("most_common elements total subtract"),
    collections.OrderedDict: words("move_to_end"),
    property: words("setter getter deleter"),
    Stream: words("send throw close"),
}  # fmt: skip
_FIELDS: Mapping[type, frozenset[str]] = {
    int: words("real imag numerator denominator"), float: words("real imag"),
    range: words("start stop step"), slice: words("start stop step"),
    collections.deque: words("maxlen"), collections.defaultdict: words("default_factory"),
    functools.partial: words("func args keywords"), property: words("fget fset"),
}  # fmt: skip
KINDS = frozenset(_NAMES)
GROWING = words("append appendleft insert add extend extendleft update setdefault push")
"""What changes the value a name stands for, so that the name has read what is given."""


def of(world: Attributes, value: Any, name: str, home: type | None = None) -> Any:
    """The method or field of that name as a Tool, or None where there is none.

    `home` is the class to look in, by itself; else the value's own and all it is made from.
    """
    for kind in type(value).__mro__ if home is None else (home,):
        if name in _NAMES.get(kind, ()):
            return Tool(name, functools.partial(_called, world, value, name))
        if name in _FIELDS.get(kind, ()):
            return getattr(value, name)
    fields = getattr(type(value), "_fields", ())
    if isinstance(value, tuple) and (name in fields or name == "_fields"):
        return getattr(value, name)
    return None


def unbound(world: Attributes, cls: type, name: str) -> Any:
    """`str.upper` and the like, as functions of their first argument; raises AttributeError."""
    if name not in _NAMES[cls]:
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")
    if name == "fromkeys":
        return Tool(name, lambda keys, value=None: dict.fromkeys(world.items(keys), value))

    def call(first: Any, *args: Any, **kw: Any) -> Any:
        if not isinstance(first, cls):
            raise TypeError(
                f"descriptor '{name}' for '{cls.__name__}' objects doesn't apply to a "
                f"'{world.kind_name(first)}' object"
            )
        return _called(world, first, name, *args, **kw)

    return Tool(name, call, binds=True)


def _called(world: Attributes, value: Any, name: str, *args: Any, **kw: Any) -> Any:
    """Call a method, its limits looked at first."""
    if isinstance(value, str):
        value = str.__str__(value)
        if any(isinstance(a, StandIn) for a in args):
            args = tuple("…" if isinstance(a, StandIn) else a for a in args)
        return _on_text(world, value, name, args, kw)
    special = _SPECIAL.get(name)
    if special is not None and isinstance(value, (list, set, dict, collections.deque)):
        return special(world, value, *args, **kw)
    if isinstance(value, (list, set, dict, collections.deque)) and name in GROWING:
        world.room(len(value) + 1)
    counted = hasattr(value, "__len__") and not isinstance(value, range)
    world.count(len(value) // 16 if counted else 0)
    result = _method(value, name)(*args, **kw)
    return world.admitted(result, name)


def _method(value: Any, name: str) -> Callable[..., Any]:
    """Python's own method, whatever a class of the program calls so."""
    kind = next(k for k in type(value).__mro__ if name in _NAMES.get(k, ()))
    return functools.partial(getattr(kind, name), value)


def _on_text(world: Attributes, value: str, name: str, args: tuple[Any, ...], kw: Any) -> Any:
    if name == "format":
        return texts.format_text(world, value, args, kw)
    if name == "join":
        parts = world.items(args[0]) if args else []
        parts = ["…" if isinstance(p, StandIn) else p for p in parts]
        lengths = sum(len(p) for p in parts if isinstance(p, str))
        world.room(lengths + len(value) * len(parts))
        return value.join(parts)
    if name == "replace" and len(args) > 1 and isinstance(args[1], str):
        world.room((value.count(args[0]) if args[0] else len(value) + 1) * len(args[1]))
    if name in ("center", "ljust", "rjust", "zfill", "expandtabs"):
        for number in args:
            if isinstance(number, int):
                world.room(number * (len(value) + 1 if name == "expandtabs" else 1))
    world.count(len(value) // 64)
    made = getattr(value, name)(*args, **kw)
    world.count(len(made) // 64 if isinstance(made, (str, list)) else 0)
    return made


# ---- what takes an iterable, or a function -------------------------------------------------------


def _extend(world: Attributes, value: Any, more: Any) -> None:
    items = world.items(more)
    world.room(len(value) + len(items))
    _method(value, "extend")(items)


def _extend_left(world: Attributes, value: Any, more: Any) -> None:
    items = world.items(more)
    world.room(len(value) + len(items))
    _method(value, "extendleft")(items)


def _update(world: Attributes, value: Any, *more: Any, **kw: Any) -> None:
    for part in more:
        given = part if isinstance(part, dict) else world.items(part)
        world.room(len(value) + len(given))
        _method(value, "update")(given)
    if kw:
        _method(value, "update")(kw)


def _sort(world: Attributes, value: Any, *, key: Any = None, reverse: Any = False) -> None:
    world.count(len(value))
    _method(value, "sort")(key=called_by(world, key), reverse=reverse)


def _of_sets(name: str) -> Callable[..., Any]:
    def combine(world: Attributes, value: Any, *others: Any) -> Any:
        return _method(value, name)(*(set(world.items(o)) for o in others))

    return combine


_SPECIAL: Mapping[str, Callable[..., Any]] = {
    "extend": _extend, "extendleft": _extend_left, "update": _update, "sort": _sort,
    **{n: _of_sets(n) for n in words(
        "union intersection difference symmetric_difference issubset issuperset isdisjoint"
        " difference_update intersection_update"
    )},
}  # fmt: skip


def called_by(world: Attributes, function: Any) -> Any:
    """A function of the program as Python's own may call it; None stays None."""
    if function is None or isinstance(function, Closure):
        return function
    return lambda *args, **kw: world.call(None, function, args, kw)  # type: ignore[arg-type]
