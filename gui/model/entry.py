"""Reading the numbers people type: `2`, `-1e-3`, `[1, 2]`, `[[1, 2], [3, 4]]`, `inf`, `True`.

Nothing is ever evaluated: it reads literals, and every refusal says where and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from engine.packed import Packed

Entry = Any
"""A bool, an int, a float, or lists of them nested to one shape."""

DEEPEST = 8
"""The highest rank a tensor may have (DESIGN section 7)."""

_TOKEN = re.compile(r"\s*(?:([\[\](),])|([^\s\[\](),]+))")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_INTEGER = re.compile(r"[+-]?\d+(?:_\d+)*$")
_WORDS = {"true": True, "false": False}
_FLOATS = {"inf", "+inf", "-inf", "nan", "infinity", "-infinity"}


def parse(text: str) -> Entry:
    """The value `text` spells; raises ValueError with a sentence a person can act on."""
    tokens = _tokens(text)
    if not tokens:
        raise ValueError("Nothing is typed: type a number such as 2.5, or a list such as [1, 2].")
    value, rest = _value(tokens, 0, 0)
    if rest < len(tokens):
        raise _stray(tokens[rest])
    _same_shape(value)
    return value


def number(text: str) -> bool | int | float:
    """Like `parse`, where only a single number is wanted."""
    value = parse(text)
    if isinstance(value, list):
        raise ValueError("A single number is wanted here, not a list: type one such as 2.5.")
    return value  # type: ignore[no-any-return]


def as_floats(value: Entry) -> Entry:
    """The same entry with its integers as floats: what `5` means when typed into a float tensor."""
    if isinstance(value, list):
        return [as_floats(item) for item in value]
    return value.astype(np.float64) if isinstance(value, np.ndarray) else float(value)


def holds_floats(params: Mapping[str, Any], op: str = "tensor") -> bool:
    """Whether what is typed into this tensor is meant as floating-point numbers."""
    dtype = params.get("dtype")
    if dtype is not None:
        return str(dtype).removeprefix("torch.").startswith(("float", "bfloat", "double", "half"))
    return op == "parameter" or bool(params.get("requires_grad")) or _any_float(params.get("data"))


def _any_float(data: Any) -> bool:
    if isinstance(data, (list, tuple)):
        return any(map(_any_float, data))
    if isinstance(data, Packed):
        return data.dtype.is_floating_point
    return isinstance(data, float)


def shape(value: Entry) -> tuple[int, ...]:
    """The shape of nested lists, which are taken to be rectangular."""
    if isinstance(value, Packed):
        return value.shape
    sizes = []
    while isinstance(value, (list, tuple)):
        sizes.append(len(value))
        value = value[0] if value else None
    return tuple(sizes)


def wants_table(value: Entry) -> bool:
    """Whether it is more than one reads and types well in a line: a matrix, a long vector."""
    nested = isinstance(value, (list, tuple)) and any(isinstance(v, (list, tuple)) for v in value)
    return nested or isinstance(value, Packed) or prod(shape(value)) > 12


def spell(value: Entry) -> str:
    """The text that is read back as `value`, for an editor to start with; None is nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Packed):
        return spell(value.array.tolist())
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(spell(item) for item in value) + "]"
    return repr(value)


def _tokens(text: str) -> list[tuple[str, int]]:
    """The tokens and the column each starts in, counted from 1."""
    return [
        (match[1] or match[2], match.start(1 if match[1] else 2) + 1)
        for match in _TOKEN.finditer(text)
    ]


def _value(tokens: list[tuple[str, int]], at: int, depth: int) -> tuple[Entry, int]:
    token, column = tokens[at]
    if token in "[(":
        return _list(tokens, at, depth)
    if token in "]),":
        raise ValueError(
            f"Column {column}: a number is missing before “{token}”. Lists look like [1, 2]."
        )
    return _scalar(token, column), at + 1


def _list(tokens: list[tuple[str, int]], at: int, depth: int) -> tuple[Entry, int]:
    opening, column = tokens[at]
    closing = "]" if opening == "[" else ")"
    if depth == DEEPEST:
        raise ValueError(f"Column {column}: a tensor has at most {DEEPEST} dimensions.")
    items: list[Entry] = []
    at += 1
    while at < len(tokens) and tokens[at][0] != closing:
        item, at = _value(tokens, at, depth + 1)
        items.append(item)
        if at < len(tokens) and tokens[at][0] == ",":
            at += 1
        elif at < len(tokens) and tokens[at][0] != closing:
            raise _stray(tokens[at])
    if at >= len(tokens):
        raise ValueError(f"The “{opening}” in column {column} is not closed: add “{closing}”.")
    return items, at + 1


def _scalar(token: str, column: int) -> bool | int | float:
    if token.lower() in _WORDS:
        return _WORDS[token.lower()]
    if token.lower() in _FLOATS:
        return float(token)
    if not token.isascii() or not _NUMBER.match(token):
        raise ValueError(
            f"Column {column}: “{_clip(token)}” is not a number. Type digits such as 2.5 or 1e-3,"
            " or inf, nan, True, False."
        )
    if len(token) > 400:
        raise ValueError(f"Column {column}: this number has {len(token)} characters; shorten it.")
    return int(token) if _INTEGER.match(token) else float(token)


def _stray(token: tuple[str, int]) -> ValueError:
    what, column = token
    if what in "])":
        return ValueError(f"Column {column}: this “{what}” closes nothing. Take it out.")
    if what == ",":
        return ValueError(f"Column {column}: for several numbers use brackets, such as [1, 2].")
    return ValueError(
        f"Column {column}: “{_clip(what)}” comes after a number. Put a comma between numbers in a"
        " list: [1, 2]."
    )


def _clip(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"


def _same_shape(value: Entry, where: str = "") -> tuple[int, ...]:
    """The shape of the nested lists; rows that differ are refused, naming the row."""
    if not isinstance(value, list):
        return ()
    shapes = [_same_shape(item, f"{where}[{k}]") for k, item in enumerate(value)]
    for k, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ValueError(
                f"Row {where}[{k}] holds {_count(shape)} but row {where}[0] {_count(shapes[0])}:"
                " all rows of a tensor have the same length."
            )
    return (len(value), *(shapes[0] if shapes else ()))


def _count(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    return f"{shape[0]} item" + ("" if shape[0] == 1 else "s")
