"""A script as a Jupyter notebook: its sections are cells, chapters have a heading each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from engine.code.export import Script, Section
from gui.model import words
from gui.model.unseen import visible

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&])")
_HEADINGS = {"functions": "Functions", "tensors": "Tensors", "forward": "Forward"}


def notebook(script: Script, title: str) -> str:
    """The text of the .ipynb file (format 4.5), without outputs; always the same for the same."""
    cells = [_cell(k, kind, text) for k, (kind, text) in enumerate(_parts(script, title))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"


def _parts(script: Script, title: str) -> Iterator[tuple[str, str]]:
    """(kind of cell, its text) in order."""
    yield "markdown", f"# {_escaped(visible(title)) or 'Chainrule'}"
    told = None
    for section in script.sections:
        heading = _heading(section)
        if heading and heading != told:
            yield "markdown", f"## {heading}"
            told = heading
        yield "code", section.text


def _heading(section: Section) -> str:
    if section.kind == "backward":
        return f"Backward \\#{section.number}"
    if section.kind == "forward" and section.number > 1:
        return f"Forward \\#{section.number}"
    if section.kind == "repeat":
        return f"Repeat {words.count(section.times, 'time')}"
    return _HEADINGS.get(section.kind, "")


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is: no link, no picture, no tag."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    lines = text.rstrip("\n").splitlines(keepends=True)
    cell = {"cell_type": kind, "id": f"cell-{number + 1}", "metadata": {}, "source": lines}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
