"""Texts made of values: formats, `repr`, `print`; nothing in them reaches for attributes."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.code.faults import Fault
from engine.code.script import sentences
from engine.code.script.values import StandIn
from engine.tensor import Tensor

if TYPE_CHECKING:
    from engine.code.script.attributes import Attributes

_NUMBER = re.compile(r"\d+")
_WIDTHS = re.compile(r"[#0\- +]*(\*|\d+)?(?:\.(\*|\d+))?")


def shown(world: Attributes, value: Any) -> str:
    """`repr` of a value that is not too much to be written down."""
    _looked_at(world, value)
    text = repr(value)
    world.room(len(text))
    return text


def told(world: Attributes, value: Any) -> str:
    """`str` of a value."""
    if isinstance(value, str):
        return value
    _looked_at(world, value)
    if isinstance(value, type):
        return f"<class '{_home(value)}{value.__qualname__}'>"
    text = str(value)
    world.room(len(text))
    return text


def _home(cls: type) -> str:
    return "" if cls.__module__ == "builtins" else f"{cls.__module__}."


def _looked_at(world: Attributes, value: Any) -> None:
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        world.count(world.measured(value) // 4)


def formatted(world: Attributes, value: Any, spec: str) -> str:
    """`format(value, spec)`; raises Fault for a width beyond all measure."""
    if isinstance(value, StandIn):
        return "…"
    _bounded(world, _NUMBER.findall(spec))
    if isinstance(value, Tensor):
        world.read = True
    elif not spec:
        return told(world, value)
    text = format(value, spec)
    world.count(len(text) // 64)
    return text


def _bounded(world: Attributes, widths: Sequence[str]) -> None:
    """Refuse what asks for a width beyond all measure, or for one that stands elsewhere."""
    for width in widths:
        if width == "*" or len(width) > 20 or int(width) > world.limits.width:
            raise Fault(sentences.TOO_WIDE.format(world.limits.width))


def joined(world: Attributes, between: str, parts: Iterable[str]) -> str:
    """`between.join(parts)`, if that is not too long."""
    found, length = [], 0
    for part in parts:
        found.append(part)
        length += len(part) + len(between)
        world.room(length)
    world.count(length // 64)
    return between.join(found)


class _Formatter(string.Formatter):
    """`str.format` with items but without attributes."""

    def __init__(self, world: Attributes) -> None:
        self.world, self.length = world, 0

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Any) -> Any:
        first, rest = string._string.formatter_field_name_split(field_name)  # type: ignore[attr-defined]
        value = self.get_value(first, args, kwargs)
        for is_attribute, key in rest:
            if is_attribute:
                raise Fault(sentences.NO_ATTRIBUTE_IN_FORMAT)
            value = value[key]
        return value, first

    def format_field(self, value: Any, format_spec: str) -> str:
        text = formatted(self.world, value, format_spec)
        self.length += len(text)
        self.world.room(self.length)
        return text

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return value if conversion is None else converted(self.world, value, ord(conversion))


def format_text(world: Attributes, text: str, args: tuple[Any, ...], kw: dict[str, Any]) -> str:
    """`text.format(*args, **kw)`."""
    made = _Formatter(world).vformat(text, args, kw)
    world.room(len(made))
    return made


def converted(world: Attributes, value: Any, conversion: int) -> Any:
    """What `!r`, `!s` or `!a` make of a value."""
    if conversion == ord("r"):
        return shown(world, value)
    if conversion == ord("a"):
        return shown(world, value).encode("ascii", "backslashreplace").decode()
    return told(world, value) if conversion == ord("s") else value


def percent(world: Attributes, text: str, given: Any) -> str:
    """`text % given`."""
    _bounded(world, list(_widths(text)))
    _looked_at(world, given)
    parts = given.values() if isinstance(given, dict) else given if _is_tuple(given) else (given,)
    longest = max((len(p) if isinstance(p, str) else 64 for p in parts), default=0)
    world.room(text.count("%") * longest)
    if isinstance(given, Tensor) and not given.ndim:
        given = given.item()
    if isinstance(given, tuple):
        given = tuple(g.item() if isinstance(g, Tensor) and not g.ndim else g for g in given)
    return str(text % given)


def _is_tuple(value: Any) -> bool:
    return isinstance(value, tuple)


def _widths(text: str) -> Iterator[str]:
    """The widths and precisions that a text for `%` asks for; its keys may hold brackets."""
    at = text.find("%")
    while at >= 0:
        at += 1
        if text.startswith("(", at):
            depth = 0
            while at < len(text):
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1
                if not depth:
                    break
        asked = _WIDTHS.match(text, at)
        assert asked is not None
        yield from (n for n in asked.groups() if n)
        at = text.find("%", asked.end() + 1)
