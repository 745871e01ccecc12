"""Whether a JSON-shaped value is what a field's annotation asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Accepts = Callable[[Any], bool]
SEQUENCES = ("tuple", "list", "Sequence", "Iterable")


@lru_cache(maxsize=256)
def accepts(kind: str) -> Accepts:
    """The test for a field's annotation (`int | None`); an annotation we cannot read takes all."""
    tests = [_accepts_one(part) for part in split(kind, "|")]
    return lambda value: any(test(value) for test in tests)


def _accepts_one(kind: str) -> Accepts:
    simple: dict[str, Accepts] = {
        "bool": lambda value: type(value) is bool,
        "int": lambda value: type(value) is int,
        "float": is_number,
        "str": lambda value: type(value) is str,
        "dtype": lambda value: type(value) is str,
        "None": lambda value: value is None,
    }
    head, _, rest = kind.partition("[")
    if head in SEQUENCES:
        return _accepts_sequence(split(rest.removesuffix("]"), ",") if rest else ["Any"])
    if head == "Literal":
        choices = ast.literal_eval(f"({rest.removesuffix(']')},)")
        return lambda value: value in choices
    return simple.get(kind.split(".")[-1], lambda value: True)


def _accepts_sequence(items: list[str]) -> Accepts:
    if len(items) > 1 and items[-1] != "...":
        tests = [accepts(item) for item in items]
        return lambda value: (
            isinstance(value, list)
            and len(value) == len(tests)
            and all(test(item) for test, item in zip(tests, value, strict=True))
        )
    each = accepts(items[0])
    return lambda value: isinstance(value, list) and all(map(each, value))


def is_number(value: Any) -> bool:
    """Whether it is an int or a float, and no bool."""
    return type(value) is int or type(value) is float


def split(text: str, separator: str) -> list[str]:
    """The parts of an annotation, those in brackets kept together."""
    depth, parts = 0, [""]
    for c in text:
        depth += (c == "[") - (c == "]")
        if c == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]
