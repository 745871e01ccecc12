"""The JSON Schema of a `.chain` file, for editors and other programs: `python -m gui.schema`.

It is made of the forms that the reader checks files with, so it cannot say anything else; what a
file must make sense of beyond its shape (ids, circles, ops) it leaves to the reader.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import field

import assets
from gui.model.forms import (
    ActionForm,
    BendForm,
    CellForm,
    EdgeForm,
    FileForm,
    GuardForm,
    NodeForm,
    RegionForm,
    RemarkForm,
    SourceForm,
)
from gui.model.reading import VERSION

PATH = assets.path("schema", f"chainrule-{VERSION}.json")


class Line(ActionForm, forbid_unknown_fields=False):
    """A line of `program`; the arguments of the call stand beside these keys."""

    body: list[Line] = field(default_factory=list)


class Program(SourceForm, forbid_unknown_fields=True):
    """The program that a file was read from."""

    cells: list[CellForm]
    guards: list[GuardForm] = field(default_factory=list)
    remarks: list[RemarkForm] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


class File(FileForm, forbid_unknown_fields=True):
    """A `.chain` file, and the graph.json of a `.chainz` archive."""

    nodes: list[NodeForm]
    edges: list[EdgeForm] = field(default_factory=list)
    regions: list[RegionForm] = field(default_factory=list)
    program: list[Line] = field(default_factory=list)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)
    bends: list[BendForm] = field(default_factory=list)
    source: Program | None = None  # type: ignore[assignment]  # its form, looked at whole


def schema() -> dict[str, Any]:
    """The schema, as JSON has it."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**head, "title": f"Chainrule graph, version {VERSION}", **msgspec.json.schema(File)}


def text() -> str:
    """What stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(text(), encoding="utf-8")
