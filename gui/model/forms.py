"""The shape of a `.chain` file: which keys with which types, checked element by element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, ValidationError

from engine.packed import Packed
from gui.model.findings import JsonPath, Problem, shown

T = TypeVar("T")


class NodeForm(Struct, forbid_unknown_fields=True):
    """A line of `nodes`."""

    id: str
    op: str
    name: str
    params: dict[str, Any] = {}
    muted: bool = False


class EdgeForm(Struct, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}):
    """A line of `edges`: from [node, output number] to [node, slot]."""

    source: tuple[str, int]
    target: tuple[str, str]


class RegionForm(Struct, forbid_unknown_fields=True):
    """A line of `regions`."""

    id: str
    kind: str
    title: str = ""
    members: list[str] = []
    folded: bool = False
    color: str = ""


class ActionForm(Struct):
    """A line of `program`; the arguments of the call stand beside these keys."""

    do: str
    on: str | None = None
    expect_error: bool = False
    body: list[Any] = []


class BendForm(Struct, forbid_unknown_fields=True, rename={"target": "to", "points": "through"}):
    """A line of `bends`: the points through which the edge that ends in [node, slot] is led."""

    target: tuple[str, str]
    points: list[tuple[float, float]]


class CellForm(Struct, forbid_unknown_fields=True):
    """A cell of the program that a file was read from."""

    text: str
    kind: str = "code"
    title: str = ""
    printed: str = ""
    saved: str = ""


class GuardForm(Struct, forbid_unknown_fields=True):
    """A test of that program which read numbers out of nodes."""

    line: int
    text: str
    outcome: bool
    nodes: list[str] = []


class RemarkForm(Struct, forbid_unknown_fields=True):
    """What could not be read at a place of that program."""

    line: int
    column: int
    text: str


class SourceForm(Struct, forbid_unknown_fields=True):
    """The program that a file was read from, its elements not looked at yet."""

    name: str
    kind: str
    cells: list[Any]
    guards: list[Any] = []
    remarks: list[Any] = []
    lines: dict[str, Any] = {}
    actions: list[int] = []


class FileForm(Struct, forbid_unknown_fields=True):
    """The whole file, its elements not looked at yet."""

    chainrule: int
    nodes: list[Any]
    min_reader: int = 1
    edges: list[Any] = []
    regions: list[Any] = []
    program: list[Any] = []
    places: dict[str, Any] = {}
    bends: list[Any] = []
    source: dict[str, Any] | None = None


ACTION_KEYS = frozenset(ActionForm.__struct_fields__)


@dataclass(slots=True)
class SourceParts:
    """The program that a file was read from, as far as it is well-formed."""

    whole: SourceForm
    cells: dict[int, CellForm]
    guards: dict[int, GuardForm]
    remarks: dict[int, RemarkForm]
    lines: dict[str, int]


@dataclass(slots=True)
class Parts:
    """Every well-formed element by its index in the file; `ill` are the ids of malformed ones.

    Actions, which may lie in the body of others, go by their whole path, outer before inner.
    """

    nodes: dict[int, NodeForm] = field(default_factory=dict)
    edges: dict[int, EdgeForm] = field(default_factory=dict)
    regions: dict[int, RegionForm] = field(default_factory=dict)
    actions: dict[JsonPath, ActionForm] = field(default_factory=dict)
    args: dict[JsonPath, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    bends: dict[int, BendForm] = field(default_factory=dict)
    ill: set[str] = field(default_factory=set)
    source: SourceParts | None = None


def fit(raw: dict[str, Any]) -> tuple[Parts, list[Problem]]:
    """Sort the elements of a file into Parts, with a problem for each that does not fit."""
    problems: list[Problem] = []
    whole = _convert(raw, FileForm, (), problems)
    if whole is None:
        return Parts(), problems
    parts = Parts(
        nodes=_each(whole.nodes, NodeForm, ("nodes",), problems),
        edges=_each(whole.edges, EdgeForm, ("edges",), problems),
        regions=_each(whole.regions, RegionForm, ("regions",), problems),
        bends=_each(whole.bends, BendForm, ("bends",), problems),
    )
    _fit_actions(whole.program, ("program",), parts, problems)
    parts.places = _each_of(whole.places, tuple[float, float], ("places",), problems)
    if whole.source is not None:
        parts.source = _fit_source(whole.source, problems)
    parts.ill = {*_ids(whole.nodes, parts.nodes), *_ids(whole.regions, parts.regions)}
    return parts, problems


def _each(raw: list[Any], form: type[T], path: JsonPath, problems: list[Problem]) -> dict[int, T]:
    fitted = ((i, _convert(item, form, (*path, i), problems)) for i, item in enumerate(raw))
    return {i: item for i, item in fitted if item is not None}


def _each_of(
    raw: dict[str, Any], form: Any, path: JsonPath, problems: list[Problem]
) -> dict[str, Any]:
    fitted = ((i, _convert(item, form, (*path, i), problems)) for i, item in raw.items())
    return {i: item for i, item in fitted if item is not None}


def _fit_actions(raw: list[Any], path: JsonPath, parts: Parts, problems: list[Problem]) -> None:
    """The lines of the Program or of a body, each before those of its own body."""
    for i, item in enumerate(raw):
        at = (*path, i)
        form = _convert(item, ActionForm, at, problems)
        if form is not None:
            parts.actions[at] = form
            parts.args[at] = {k: v for k, v in item.items() if k not in ACTION_KEYS}
            _fit_actions(form.body, (*at, "body"), parts, problems)


def _fit_source(raw: dict[str, Any], problems: list[Problem]) -> SourceParts | None:
    path: JsonPath = ("source",)
    whole = _convert(raw, SourceForm, path, problems)
    if whole is None:
        return None
    return SourceParts(
        whole,
        cells=_each(whole.cells, CellForm, (*path, "cells"), problems),
        guards=_each(whole.guards, GuardForm, (*path, "guards"), problems),
        remarks=_each(whole.remarks, RemarkForm, (*path, "remarks"), problems),
        lines=_each_of(whole.lines, int, (*path, "lines"), problems),
    )


def _ids(raw: list[Any], well: dict[int, Any]) -> Iterator[str]:
    for i, item in enumerate(raw):
        if i not in well and isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item["id"]


def _convert(raw: Any, form: Any, path: JsonPath, problems: list[Problem]) -> Any:
    try:
        return msgspec.convert(raw, form)
    except ValidationError as error:
        problems.extend(_explain(raw, form, path, error))
        return None


def _explain(raw: Any, form: Any, path: JsonPath, error: ValidationError) -> Iterator[Problem]:
    # msgspec stops at the first fault of an object, so its keys are tried one by one
    if not (isinstance(raw, dict) and isinstance(form, type) and issubclass(form, Struct)):
        yield _misfit(path, raw, str(error))
        return
    fields = _fields(form)
    if form.__struct_config__.forbid_unknown_fields:
        for key in [k for k in raw if k not in fields]:
            what = f"Chainrule knows no key “{shown(key)}” here."
            remedy = f"Take it out (known are {', '.join(fields)}), or update Chainrule."
            yield Problem((*path, key), what, remedy)
    for key, f in fields.items():
        if key in raw:
            inner: list[Problem] = []
            _convert(raw[key], f.type, (*path, key), inner)
            yield from inner
        elif f.required:
            yield Problem(path, f"The key “{key}” is missing.", f'Add "{key}": … here.')


@cache
def _fields(form: type[Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """The keys of a form as the file spells them."""
    return {f.encode_name: f for f in msgspec.structs.fields(form)}


_FORMS = (NodeForm, EdgeForm, RegionForm, ActionForm, BendForm, FileForm)
_SOURCE_FORMS = (SourceForm, CellForm, GuardForm, RemarkForm)
for _form in (*_FORMS, *_SOURCE_FORMS):
    _fields(_form)  # Python compiles annotations when they are first asked for: not during a read


_MISFIT = re.compile(r"Expected `([^`]+)`(.*?)(?: - at `\$(.*)`)?\Z")
_STEPS = re.compile(r"\.(\w+)|\[(\d+)\]")
_NEEDED = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object {…}",
    "str | null": "the id of a node",
    "object | null": "an object {…}",
}


def _misfit(path: JsonPath, raw: Any, message: str) -> Problem:
    match = _MISFIT.match(message)
    if match is None:
        return Problem(path, f"{message}.", "Mend it in a text editor.")
    expected, rest, steps = match.groups()
    for name, index in _STEPS.findall(steps or ""):
        path = (*path, name or int(index))
        raw = raw[name or int(index)]
    if "of length" in rest:
        what = f"{_leaf(path)} has {len(raw)} entries, two are needed."
        return Problem(path, what, "Leave exactly two in it.")
    needed = _NEEDED.get(expected, expected)
    return Problem(
        path, f"{_leaf(path)} is {described(raw)}, {needed} is needed.", f"Put {needed} there."
    )


def _leaf(path: JsonPath) -> str:
    names = [key for key in path if isinstance(key, str)]
    return shown(names[-1]) if names and path[-1] == names[-1] else "This"


def described(value: Any) -> str:
    """What a JSON value is, in a sentence's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return f"the whole number {value}"
        case float():
            return f"the number {value!r}"
        case str():
            return "text"
        case list():
            return "a list"
        case Packed():
            return "a tensor of its own"
        case _:
            return "an object {…}"
