"""What a tape holds: operations and effects in the order they happened, within their blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from engine.tensor import Tensor

SMALL = 64
"""Bytes that are kept as they are."""


class Seen(NamedTuple):
    """The numbers of an array, as far as it takes to know them again, to the bit."""

    dtype: str
    shape: tuple[int, ...]
    numbers: bytes


def seen(array: Any) -> Seen:
    """What to remember of an array: large ones would not all have room beside each other."""
    whole = np.asarray(array)
    data = whole.tobytes()
    return Seen(whole.dtype.str, whole.shape, data if len(data) <= SMALL else _digest(data))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


class Ref(NamedTuple):
    """An output of a noted operation."""

    note: Note
    output: int = 0


@dataclass(eq=False, slots=True)
class Note:
    """An operation, to become a node; `mode` is the kind of the region that it lies in, if any.

    `values` is what it gave, `error` the sentence it failed with.  `lazy`: made where a
    tensor was first used that nobody noted before; `tested`: only to decide whether a loop goes on;
    `caught`: the program went on after the error.
    """

    op: str
    params: Mapping[str, Any]
    wires: tuple[tuple[str, Ref], ...] = ()
    line: int = 0
    cell: int = 0
    mode: str | None = None
    values: tuple[Seen, ...] = ()
    error: str | None = None
    name: str = ""
    named: bool = False
    source: bool = False
    random: bool = False
    lazy: bool = False
    inplace: bool = False
    used: bool = False
    tested: bool = False
    caught: bool = False
    effects: int = -1
    """How many effects had been before it, of what reads a gradient."""


@dataclass(eq=False, slots=True)
class Maker:
    """An optimizer, by the name it has in the program."""

    name: str = ""


@dataclass(eq=False, slots=True)
class Act:
    """An effect, to become a line of the Program; `on` may be the `.grad` of what a node made.

    `refs` are those of its args that are lists of nodes.
    """

    do: str
    on: Ref | Maker | None = None
    grad: bool = False
    args: dict[str, Any] = field(default_factory=dict)
    refs: dict[str, list[Ref]] = field(default_factory=dict)
    line: int = 0
    cell: int = 0
    error: str | None = None
    caught: bool = False


@dataclass(eq=False, slots=True)
class Scope:
    """A block: a call of a function or module, a loop, one of its iterations."""

    kind: str
    title: str
    line: int = 0
    items: list[Note | Act | Scope | Repeat] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Repeat:
    """Iterations that were all the same: the first of them stands for all."""

    times: int
    body: Scope
    line: int = 0


Item = Note | Act | Scope | Repeat


def flat(items: list[Item]) -> Iterator[Note | Act]:
    """Every operation and effect in order; those of a repeat once."""
    for item in items:
        if isinstance(item, Scope):
            yield from flat(item.items)
        elif isinstance(item, Repeat):
            yield from flat(item.body.items)
        else:
            yield item


def tensors_in(value: Any, depth: int = 4) -> Iterator[Tensor]:
    """The tensors in an argument or a result: alone, in lists, tuples and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)) and depth:
        for item in value:
            yield from tensors_in(item, depth - 1)
    elif isinstance(value, dict) and depth:
        for item in value.values():
            yield from tensors_in(item, depth - 1)
