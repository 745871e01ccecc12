"""Code as it is typed, read by the same process that reads programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gui.model.code_text import Read, Wrong
from gui.model.findings import Finding, Unreadable
from gui.model.origin import Source
from gui.model.program_reading import Helper, Stopped, read_program

NAME = "code"
"""What the text is called in places of findings."""
_PLACE = re.compile(r"(\d+)(?::(\d+))?\D*$")


def read_typed(text: str, helper: Helper) -> Read:
    """What a text says.  Takes as long as the helper; never raises for what is wrong with it."""
    try:
        document = read_program(text.encode("utf-8", "replace"), NAME, "py", helper).document
    except Unreadable as error:
        return Read(wrong=tuple(map(_wrong, error.findings)))
    except Stopped:
        return Read(wrong=(Wrong(0, 0, "It was not read."),))
    source = document.source
    lines = {} if source is None else {i: line - 1 for i, line in source.lines.items()}
    wrong = () if source is None else tuple(_remarks(source))
    actions = () if source is None else tuple(line - 1 for line in source.actions)
    return Read(document.graph, document.program, lines, wrong, actions)


def _remarks(source: Source) -> Iterator[Wrong]:
    """What was passed over: code that is typed has no such parts."""
    for remark in source.remarks:
        yield Wrong(max(0, remark.line - 1), max(0, remark.column - 1), remark.text)


def _wrong(finding: Finding) -> Wrong:
    found = _PLACE.search(finding.where.removeprefix(NAME))
    line, column = (int(found[1]), int(found[2] or 1)) if found else (1, 1)
    return Wrong(max(0, line - 1), max(0, column - 1), finding.what)
