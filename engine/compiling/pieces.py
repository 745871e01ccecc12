"""Pieces of Python that the written functions are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.function import Function


def listed(items: Iterable[str]) -> str:
    """Each with a comma after it, so that one alone makes a tuple too."""
    return "".join(f"{item}, " for item in items)


def numbered(letter: str, numbers: Iterable[int]) -> str:
    return listed(f"{letter}{i}" for i in numbers)


def keywords_of(cls: type[Function], shapes: Iterable[tuple[str, int]]) -> str:
    items = [f"{k!r}: {k}" for k in cls.keywords]
    items += [f"{k!r}: x{i}._data.shape if type(x{i}) is Tensor else ()" for k, i in shapes]
    return f"{{{', '.join(items)}}}" if items else "NO_PARAMS"


def keep_keywords(cls: type[Function]) -> str:
    """The line that keeps the keywords; with the usual ones, every node has the same dict."""
    if not cls.keywords and not cls.shapes_saved:
        return ""
    fresh = keywords_of(cls, cls.shapes_saved)
    if cls.shapes_saved or not all(k in cls.defaults for k in cls.keywords):
        return f"node.params = {fresh}"
    usual = " and ".join(f"{k} is default_{k}" for k in cls.keywords)
    return f"node.params = USUAL if {usual} else {fresh}"


def any_of(numbers: Iterable[int]) -> str:
    return " or ".join(f"f{i} is not None" for i in numbers)


def if_any(cls: type[Function], numbers: Sequence[int], value: str) -> str:
    """`value` where one of these inputs gets a gradient; of a single one that is certain."""
    if len(cls.rules) == len(numbers):
        return value
    return f"({value} if {any_of(numbers)} else None)"
