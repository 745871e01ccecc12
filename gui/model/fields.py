"""Whether a node's params fit the fields and slots of its op."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import dtypes
from engine.drawn.call import read_callee
from engine.drawn.reader import read_arguments, read_key
from engine.kinds import SEQUENCES, is_number, split
from engine.kinds import accepts as accepts
from engine.packed import Packed
from gui.model import entry, limits
from gui.model.findings import JsonPath, Problem, shown
from gui.model.forms import described

if TYPE_CHECKING:
    from engine.registry import Op

DATA = "data"
"""The field that holds a tensor's numbers, nested in lists."""

TEXTS: Mapping[str, Callable[[str], object]] = {
    "Key": read_key,
    "Given": read_arguments,
    "Callee": read_callee,
}
"""Annotations of fields whose text has a grammar, and what reads it or raises ValueError."""
_EXAMPLES = {
    "Key": "Write what stands between the brackets, such as 0, :, 1:3 or {0}.",
    "Given": "Write the arguments, such as {0}, 2, dim=1.",
    "Callee": "Name a function of torch, such as torch.einsum, F.dropout or Tensor.expand_as.",
}

NOT_FINITE = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}
"""Numbers JSON lacks, and how a file spells them."""

_NUMBERS = {int, float, bool}


def thawed(params: Mapping[str, Any], op: Op) -> dict[str, Any]:
    """The params with "inf", "-inf" and "nan" as numbers wherever the op takes numbers."""
    kinds = {field.name: field.kind for field in op.fields}
    return {
        name: thawed_data(value) if _is_numeric(kinds.get(name, "float"), name) else value
        for name, value in params.items()
    }


def _is_numeric(kind: str, name: str) -> bool:
    return name == DATA or ("float" in kind and "str" not in kind)


def thawed_data(value: Any) -> Any:
    """Nested lists of numbers with "inf", "-inf" and "nan" as floats; anything else as it is."""
    if isinstance(value, str):
        return NOT_FINITE.get(value, value)
    if not isinstance(value, list):
        return value
    if set(map(type, value)) <= _NUMBERS:
        return value
    return [thawed_data(item) for item in value]


def packed(params: Mapping[str, Any], op: Op | None) -> Mapping[str, Any]:
    """The params with a tensor's numbers as a Document holds them: many as a Packed."""
    if op is None or DATA not in params or all(field.name != DATA for field in op.fields):
        return params
    data = held(params[DATA], params.get("dtype"))
    return params if data is params[DATA] else {**params, DATA: data}


def held(numbers: Any, dtype: Any = None) -> Any:
    """Nested lists up to `limits.INLINE` numbers, above a Packed in the dtype the tensor will have.

    `numbers` are lists, an array or a Packed, which stays one; lists of what no such tensor can
    hold stay too, for a run to say so.
    """
    if isinstance(numbers, Packed):
        return numbers
    if isinstance(numbers, np.ndarray) and numbers.size <= limits.INLINE:
        return numbers.tolist()
    if not isinstance(numbers, np.ndarray) and prod(entry.shape(numbers)) <= limits.INLINE:
        return numbers
    wanted = dtypes.BY_NAME.get(str(dtype).removeprefix("torch."))
    try:
        return Packed(np.asarray(_in_dtype(numbers, wanted)))
    except (RuntimeError, TypeError, ValueError):
        return numbers.tolist() if isinstance(numbers, np.ndarray) else numbers


def _in_dtype(numbers: Any, wanted: dtypes.dtype | None) -> Any:
    """An array of float64 stands for numbers as they were typed, as lists do."""
    if not isinstance(numbers, np.ndarray):
        return dtypes.to_array(numbers, wanted)
    if wanted is None and numbers.dtype == np.float64:
        wanted = dtypes.get_default_dtype()
    return Packed(numbers).as_dtype(wanted)


def param_problems(params: Mapping[str, Any], op: Op, path: JsonPath) -> Iterator[Problem]:
    """Unknown names, values of the wrong type and malformed data among thawed params."""
    fields = {field.name: field for field in op.fields}
    for name, value in params.items():
        place = (*path, name)
        if name in fields:
            yield from _field_problems(name, value, fields[name].kind, place)
        else:
            yield from _literal_problems(name, value, op, place)


def _field_problems(name: str, value: Any, kind: str, path: JsonPath) -> Iterator[Problem]:
    if name == DATA:
        yield from data_problems(value, path)
    elif kind in TEXTS:
        yield from _text_problems(name, value, kind, path)
    elif not accepts(kind)(value):
        needed = wanted(kind)
        what = f"{name} is {described(value)}, {needed} is needed."
        yield Problem(path, what, f"Put {needed} there.")


def _text_problems(name: str, value: Any, kind: str, path: JsonPath) -> Iterator[Problem]:
    if type(value) is not str:
        yield Problem(path, f"{name} is {described(value)}, text is needed.", "Put text there.")
        return
    try:
        TEXTS[kind](value)
    except ValueError as error:
        yield Problem(path, f"{name} cannot be read. {error}", _EXAMPLES[kind])


def _literal_problems(name: str, value: Any, op: Op, path: JsonPath) -> Iterator[Problem]:
    slot = op.slot(name)
    if slot is None:
        known = [field.name for field in op.fields] + [s.name for s in op.slots if s.takes_number]
        what = f"{op.name} has no parameter “{shown(name)}”."
        yield Problem(path, what, suggestion(name, known, "Take it out"))
    elif not slot.takes_number:
        what = f"The slot {name} takes a tensor, not a value written on the node."
        yield Problem(path, what, "Take it out and lead an edge into the slot.")
    elif not (is_number(value) or (slot.optional and value is None)):
        what = f"{name} is {described(value)}, a number is needed."
        yield Problem(path, what, "Put a number there, or lead an edge into the slot.")


def suggestion(wrong: str, known: Iterable[str], otherwise: str, *, listed: int = 12) -> str:
    """The remedy for a misspelt name: the nearest known one, or the choice there is."""
    names = sorted(known)
    if near := difflib.get_close_matches(wrong, names, 1):
        return f"Did you mean “{near[0]}”?"
    if not names or not listed:
        return f"{otherwise}."
    choice = ", ".join(names[:listed]) + (" …" if len(names) > listed else "")
    return f"{otherwise}, or use one of: {choice}."


def wanted(kind: str) -> str:
    """What an annotation asks for, in words: `int | tuple[int, ...] | None` has two of them."""
    parts = [part for part in split(kind, "|") if part != "None"]
    return " or ".join(map(_wanted_one, parts)) or "null"


def _wanted_one(kind: str) -> str:
    head, _, rest = kind.partition("[")
    inner = rest.removesuffix("]")
    if head in SEQUENCES:
        return f"a list of {_MANY.get(split(inner, ',')[0], 'values')}"
    return f"one of {inner}" if head == "Literal" else _ONE.get(kind.split(".")[-1], kind)


_ONE = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "dtype": "the name of a dtype",
}
_MANY = {"bool": "truth values", "int": "whole numbers", "float": "numbers", "str": "texts"}


def data_problems(value: Any, path: JsonPath) -> Iterator[Problem]:
    """The first reason why thawed nested lists are no tensor: ragged, text inside, too large."""
    if isinstance(value, Packed):
        return  # whatever made it has looked at its size
    level, shape = [value], ()  # type: tuple[list[Any], tuple[int, ...]]
    while any(type(item) is list for item in level):
        size = len(level[0]) if type(level[0]) is list else -1
        odd = next((k for k, x in enumerate(level) if type(x) is not list or len(x) != size), None)
        if odd is not None:
            yield _ragged(level[odd], size, (*path, *_unravel(odd, shape)))
            return
        shape = (*shape, size)
        level = list(chain.from_iterable(level))
        if len(shape) > limits.RANK or len(level) > limits.ELEMENTS:
            yield _too_big(shape, path)
            return
    if not set(map(type, level)) <= _NUMBERS:
        odd = next(k for k, x in enumerate(level) if type(x) not in _NUMBERS)
        what = f"This is {described(level[odd])}, a number is needed."
        remedy = 'Put a number there; what is not finite is written "inf", "-inf" or "nan".'
        yield Problem((*path, *_unravel(odd, shape)), what, remedy)


def _ragged(item: Any, size: int, path: JsonPath) -> Problem:
    remedy = "Make all lists of one level equally long: a tensor is rectangular."
    if type(item) is list and size >= 0:
        what = f"This list has {len(item)} entries where the first one beside it has {size}."
        return Problem(path, what, remedy)
    return Problem(path, "Lists and numbers are mixed on one level.", remedy)


def _too_big(shape: tuple[int, ...], path: JsonPath) -> Problem:
    if len(shape) > limits.RANK:
        what = f"The tensor has more than {limits.RANK} dimensions."
        return Problem(path, what, f"Use at most {limits.RANK}.")
    what = f"The tensor has more than {limits.ELEMENTS} elements."
    return Problem(path, what, "Make it with rand, zeros or arange instead of listing them.")


def _unravel(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    steps = []
    for size in reversed(shape):
        index, step = divmod(index, size)
        steps.append(step)
    return tuple(reversed(steps))
