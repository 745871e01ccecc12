"""Programs as they come: the text of a `.py`, the cells of a notebook, what was pasted."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from engine.code.script.shell import without_shell

MOST_CHARACTERS = 256 * 1024
"""Of code, in all cells: Python's own parser can be brought to its knees by more."""
MOST_CELLS = 2_000
MOST_SAVED = 64 * 1024
"""Characters of what a notebook holds as the result of one cell; the rest is cut."""
TITLE = 60

CODE = "code"

_ENCODINGS = ("utf-8", "utf-8-sig", "iso-8859-1", "ascii")
_PROMPT = re.compile(r"[ \t]*(?:>>>|In \[\d*\]:)(?: |$)")
_ON = re.compile(r"[ \t]*(?:\.\.\.:?)(?: |$)")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_SECTION = re.compile(r"\A\s*#\s?(.+)")


class NoScript(ValueError):
    """What cannot be taken for a program at all; `line` and `column` from 1, 0 for the whole."""

    def __init__(self, text: str, line: int = 0, column: int = 0) -> None:
        super().__init__(text)
        self.text, self.line, self.column = text, line, column


@dataclass(frozen=True, slots=True)
class Finding:
    """A place of the Script, both from 1, and what is not read there, or not as it stands."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines of a program or of words; `first` is the line of the whole Script it begins at.

    `saved` is what a notebook holds as its result, if that is anything.  A cell that `shows` prints
    the value of the expression it ends with.
    """

    text: str
    kind: Literal["code", "markdown"] = "code"
    first: int = 1
    saved: str = ""
    title: str = ""
    shows: bool = False


@dataclass(frozen=True)
class Script:
    """A program as cells, which follow each other with an empty line between.

    `name` is that of its file; `kind` is "py", "ipynb" or "pasted".  `findings` are on lines that
    were never Python: they stand as comments.
    """

    name: str
    kind: Literal["py", "ipynb", "pasted"]
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def text(self) -> str:
        """All of it, as it is shown and its lines are counted."""
        return "\n\n".join(cell.text for cell in self.cells)

    @cached_property
    def _firsts(self) -> list[int]:
        return [cell.first for cell in self.cells]

    def cell_at(self, line: int) -> int:
        """The number (from 0) of the cell that has this line."""
        return max(0, bisect_right(self._firsts, line) - 1)

    def place(self, line: int, column: int = 0) -> str:
        """`name:line:column`, in a notebook the line within its cell, which is counted from 1."""
        parts = [self.name]
        if self.kind == "ipynb" and self.cells and line:
            number = self.cell_at(line)
            parts.append(f"cell {number + 1}")
            line -= self.cells[number].first - 1
        parts += [str(n) for n in (line, column) if n]
        return ":".join(parts)


def from_python(data: bytes, name: str) -> Script:
    """The program in the bytes of a `.py` file.  Raises NoScript."""
    if len(data) > 4 * MOST_CHARACTERS:
        raise _too_long(len(data))
    return _script(name, "py", [Cell(_lines(_decoded(data)))])


def from_text(text: str, name: str = "pasted") -> Script:
    """The program in a text from the clipboard; prompts are taken off.  Raises NoScript."""
    return _script(name, "pasted", [Cell(_without_prompts(_lines(text)))])


def from_cells(cells: Iterable[Cell], name: str) -> Script:
    """The program in the cells of a notebook.  Raises NoScript."""
    return _script(name, "ipynb", [replace(cell, text=_lines(cell.text)) for cell in cells])


def _script(name: str, kind: Literal["py", "ipynb", "pasted"], cells: list[Cell]) -> Script:
    """The cells one after the other, with their titles, and the lines for a shell as comments."""
    if len(cells) > MOST_CELLS:
        raise NoScript(f"The notebook has {len(cells):,} cells; {MOST_CELLS:,} are read.")
    size = sum(len(cell.text) for cell in cells)
    if size > MOST_CHARACTERS:
        raise _too_long(size)
    made: list[Cell] = []
    findings: list[Finding] = []
    first, heading = 1, ""
    for cell in cells:
        text = cell.text.rstrip("\n")
        _refuse_unreadable(text, first)
        if cell.kind == CODE:
            text, skipped = without_shell(text)
            findings += [Finding(first + k, 1, why) for k, why in skipped]
        else:
            heading = _heading(text) or heading
        saved = _shortened(cell.saved)
        title = _title(text, heading) if kind == "ipynb" else ""
        shows = kind != "py"
        made.append(replace(cell, text=text, first=first, saved=saved, title=title, shows=shows))
        first += text.count("\n") + 2
    return Script(name, kind, tuple(made), tuple(findings))


def _too_long(size: int) -> NoScript:
    kib = MOST_CHARACTERS // 1024
    return NoScript(f"The program has {size // 1024:,} KiB of text; {kib} KiB are read.")


def _refuse_unreadable(text: str, first: int) -> None:
    if match := _NO_TEXT.search(text):
        line = first + text.count("\n", 0, match.start())
        column = match.start() - text.rfind("\n", 0, match.start())
        what = "A NUL" if match[0] == "\0" else "Half a character (a lone surrogate)"
        raise NoScript(f"{what} stands here: this is no text.", line, column)


def _decoded(data: bytes) -> str:
    """The text of the bytes, in the encoding their first two lines declare."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NoScript("This is UTF-16 text; save it as UTF-8.")
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        if "invalid or missing" not in str(error):
            raise NoScript(f"Its encoding is not read: {error.msg}.", 1, 1) from None
        encoding = "utf-8"
    except ValueError:  # a NUL within the declaration
        raise NoScript("Its first lines declare no encoding that is read.", 1, 1) from None
    if encoding not in _ENCODINGS:
        what = f"It is declared to be {encoding}; UTF-8 and Latin-1 are read."
        raise NoScript(what, 1, 1)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        what = f"This is not UTF-8 text: the byte 0x{data[error.start]:02x} cannot stand here."
        raise NoScript(what, line, column) from None


def _lines(text: str) -> str:
    """The text with one kind of line end, and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _without_prompts(text: str) -> str:
    """What was typed at a prompt; what was answered stays as comments, so that lines keep theirs.

    A text in which no line has a prompt stays as it is.
    """
    lines = text.split("\n")
    if not any(_PROMPT.match(line) for line in lines):
        return text
    made, typed = [], False
    for line in lines:
        match = _PROMPT.match(line) or (_ON.match(line) if typed else None)
        typed = match is not None
        made.append(line[match.end() :] if match else f"# {line}".rstrip(" #"))
    return "\n".join(made)


def plain_output(text: str) -> str:
    """What a terminal would show of it: no colours, and of lines written over the last."""
    text = _ANSI.sub("", text).replace("\r\n", "\n")
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def _shortened(text: str) -> str:
    text = plain_output(text[: 4 * MOST_SAVED])
    return text if len(text) <= MOST_SAVED else f"{text[:MOST_SAVED]}\n… (cut)"


def _heading(text: str) -> str:
    """The last heading of a cell of words: what the code below it belongs to."""
    found = _HEADING.findall(text)
    return re.sub(r"[*`]{1,3}", "", found[-1])[:TITLE] if found else ""


def _title(text: str, heading: str) -> str:
    """What a cell is called: the heading above it, else its own first comment."""
    comment = _SECTION.match(text)
    return heading or (comment[1].strip()[:TITLE] if comment else "")
