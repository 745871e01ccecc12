"""Reads what stands in brackets: the key of `x[0, :, {0}]`, the arguments of `f({0}, dim=1)`.

Text is taken apart by Python's parser and walked here: numbers, text, lists, dtypes, and `{k}` for
the tensor that is wired to slot number k.  Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import EllipsisType
from typing import Any, NamedTuple

from engine import dtypes
from engine.code.faults import Fault, Limits, parse
from engine.code.literals import literal
from engine.devices import device
from engine.layout import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    preserve_format,
    strided,
)

LIMITS = Limits(characters=200_000, nodes=100_000, depth=40)
DIGITS = 30
"""Characters a whole number may have: more than any integer tensor holds."""

CONSTANTS: Mapping[str, Any] = {
    **dtypes.BY_NAME,
    **dtypes.ALIASES,
    "inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e,
    "channels_last": channels_last, "channels_last_3d": channels_last_3d, "strided": strided,
    "contiguous_format": contiguous_format, "preserve_format": preserve_format,
}  # fmt: skip
"""What may be written as `torch.name`."""
_FLOATS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


@dataclass(frozen=True, slots=True)
class Wire:
    """The place of the tensor that is wired to slot number `number`."""

    number: int


class Place(NamedTuple):
    """Where in the text `{number}` stands."""

    start: int
    end: int
    number: int


class Arguments(NamedTuple):
    """What is between the brackets of a call, Wires for tensors; and where these are."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    places: tuple[Place, ...]
    spans: tuple[tuple[int, int], ...]
    """From where to where in the text each argument goes."""


class Key(NamedTuple):
    """What is between the brackets of an index, Wires for tensors; and where these are."""

    key: Any
    places: tuple[Place, ...]


@lru_cache(maxsize=1024)
def read_arguments(text: str) -> Arguments:
    """Arguments as they are written; raises ValueError with column and remedy."""
    call = _parsed("f(", text, ")")
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ValueError(_ODD.format("arguments such as {0}, 2, dim=1"))
    read = _Reader(2)
    kwargs: dict[str, Any] = {}
    args = tuple(map(read.value, call.args))
    for keyword in call.keywords:
        if keyword.arg is None:
            raise read.odd(keyword.value, "** has no place here: write the keywords out")
        kwargs[keyword.arg] = read.value(keyword.value)
    spans = (*map(read.span, call.args), *map(read.span, call.keywords))
    return Arguments(args, kwargs, tuple(sorted(read.places)), spans)


@lru_cache(maxsize=1024)
def read_key(text: str) -> Key:
    """An index as it is written; raises ValueError with column and remedy."""
    if not text.strip():
        raise ValueError("The index is empty: write one such as 0, or :, 1:3, or {0}.")
    part = _parsed("x[", text, "]")
    if not isinstance(part, ast.Subscript) or not isinstance(part.value, ast.Name):
        raise ValueError(_ODD.format("an index such as 0, :, 1:3, {0}"))
    read = _Reader(2)
    return Key(read.item(part.slice), tuple(sorted(read.places)))


_ODD = "The brackets do not match: write {}."


def _parsed(before: str, text: str, after: str) -> ast.expr:
    flat = " ".join(text.splitlines())
    try:
        body = parse(before + flat + after, LIMITS).body
    except Fault as wrong:
        column = max(1, wrong.column - len(before) + 1)
        raise ValueError(f"Column {column}: {wrong.text}. Mend it there.") from None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise ValueError(_ODD.format("one list of values, with commas between them"))
    return body[0].value


class _Reader:
    """Walks one text; `shift` is what was put before it, to be parsed."""

    def __init__(self, shift: int) -> None:
        self.shift = shift
        self.places: list[Place] = []

    def odd(self, node: ast.AST, told: str) -> ValueError:
        column = getattr(node, "col_offset", self.shift) - self.shift + 1
        return ValueError(f"Column {column}: {told}.")

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """From where to where a part goes in the text that was given."""
        assert node.end_col_offset is not None
        return node.col_offset - self.shift, node.end_col_offset - self.shift

    def item(self, node: ast.expr) -> Any:
        """An index, or several with commas."""
        if isinstance(node, ast.Tuple):
            return tuple(map(self._one_item, node.elts))
        return self._one_item(node)

    def _one_item(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            bounds = (node.lower, node.upper, node.step)
            return slice(*(None if b is None else self._bound(b) for b in bounds))
        value = self.value(node)
        if isinstance(value, (float, str)):
            raise self.odd(node, "an index is a whole number, a slice, None, ... or {0}")
        return value

    def _bound(self, node: ast.expr) -> Any:
        value = self.value(node)
        if value is not None and type(value) is not int and not isinstance(value, Wire):
            raise self.odd(node, "a slice has whole numbers, such as 1:3")
        return value

    def value(self, node: ast.expr) -> Any:
        """A value as it is written."""
        match node:
            case ast.Constant(value=value):
                return self._constant(node, value)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._negative(node, self.value(operand))
            case ast.Tuple(elts=parts):
                return tuple(map(self.value, parts))
            case ast.List(elts=parts):
                return list(map(self.value, parts))
            case ast.Set(elts=[ast.Constant(value=number)]) if type(number) is int:
                return self._wire(node, number)
            case ast.Attribute(value=ast.Name(id="torch"), attr=name) if name in CONSTANTS:
                return CONSTANTS[name]
            case ast.Call(
                func=ast.Name(id="float"), args=[ast.Constant(value=str(word))], keywords=[]
            ) if word in _FLOATS:
                return _FLOATS[word]
        raise self.odd(
            node, "a number, text, a list, a dtype such as torch.float64, or {0} is needed here"
        )

    def _constant(self, node: ast.expr, value: Any) -> Any:
        if isinstance(value, (complex, bytes)):
            raise self.odd(node, "there are no complex numbers and no bytes")
        if type(value) is int and abs(value) >= 10**DIGITS:
            raise self.odd(node, "this number is too long for a tensor: shorten it")
        return value

    def _negative(self, node: ast.expr, value: Any) -> Any:
        if type(value) not in (int, float):
            raise self.odd(node, "a minus goes before a number")
        return -value

    def _wire(self, node: ast.expr, number: int) -> Wire:
        if number > 10_000:
            raise self.odd(node, "no node has so many inputs: count them from {0}")
        self.places.append(Place(*self.span(node), number))
        return Wire(number)


# ---- what becomes of it --------------------------------------------------------------------------


def filled(
    text: str, places: Sequence[Place], names: Sequence[str], missing: str,
    span: tuple[int, int] | None = None,
) -> str:  # fmt: skip
    """The text, or the part of it that goes from here to there, with names in their places."""
    at, last = span or (0, len(text))
    parts, flat = [], " ".join(text.splitlines())[:last]
    for place in places:
        if place.start < at or place.end > last:
            continue
        name = names[place.number] if place.number < len(names) else missing
        parts += [flat[at : place.start], name]
        at = place.end
    return "".join([*parts, flat[at:]])


def check_wires(places: Sequence[Place], wired: int, slot: str, first: int = 0) -> None:
    """Make sure that every `{k}` has a tensor and every tensor a `{k}`, from number `first` on.

    Raises RuntimeError with a remedy.
    """
    asked = {place.number for place in places}
    for number in sorted(asked):
        if number >= wired:
            place = f"{slot}.{number - first}"
            raise RuntimeError(
                f"the text asks for {{{number}}}, and nothing is wired to “{place}”: wire a "
                "tensor to it, or take it out of the text"
            )
    for number in range(first, wired):
        if number not in asked:
            raise RuntimeError(
                f"“{slot}.{number - first}” is wired and the text has no {{{number}}}: write it "
                "where the tensor belongs, or take the wire away"
            )


def bound(value: Any, tensors: Sequence[Any]) -> Any:
    """A value that was read with the tensors in place of its Wires."""
    match value:
        case Wire(number):
            return tensors[number]
        case tuple():
            return tuple(bound(part, tensors) for part in value)
        case list():
            return [bound(part, tensors) for part in value]
        case slice():
            return slice(*(bound(part, tensors) for part in (value.start, value.stop, value.step)))
    return value


class Unspelled(Exception):
    """A value has no spelling here."""


_NAMES = {id(value): name for name, value in CONSTANTS.items() if not isinstance(value, float)}


def text(value: Any, wire: Callable[[Any], str | None]) -> str:
    """A value as it is written, the inverse of reading; `wire` writes what is a tensor.

    Raises Unspelled for what has no spelling.
    """
    if (wired := wire(value)) is not None:
        return wired
    match value:
        case bool() | int() | float() | str() | None:
            return literal(value)
        case list():
            return f"[{', '.join(text(part, wire) for part in value)}]"
        case tuple():
            inner = ", ".join(text(part, wire) for part in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case slice():
            return key_text(value, wire)
        case device():
            return repr(str(value))
        case EllipsisType():
            return "..."
    if id(value) in _NAMES:
        return f"torch.{_NAMES[id(value)]}"
    raise Unspelled(type(value).__name__)


def key_text(key: Any, wire: Callable[[Any], str | None]) -> str:
    """An index as it is written between the brackets; raises Unspelled."""
    if isinstance(key, tuple):
        inner = ", ".join(text(part, wire) for part in key)
        return f"{inner}," if len(key) == 1 else inner or "()"
    if isinstance(key, slice):
        bounds = (key.start, key.stop, key.step)
        start, stop, step = ("" if b is None else text(b, wire) for b in bounds)
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return text(key, wire)
