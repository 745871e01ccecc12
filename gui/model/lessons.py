"""Lessons: texts of assets/lessons in steps, each with a place on the film of a graph.

A lesson is `assets/lessons/<id>.md`: header lines `key: value`, then sections.  A section is one
step: its title, lines that say where the player goes (`at:`), which nodes light up (`light:`), what
is asked, and plain Markdown.  `telling.py` says what a place is and puts the numbers of a run in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import assets
from gui.model.document import Document
from gui.model.files import load

HEADER = ("title", "about", "order", "graph")
LINES = ("at", "light", "ask", "answer", "within", "because", "wrong")
"""What may stand before a colon at the start of a line of a step."""
ERRORS = "errors"
"""The folder of those that end in an error of PyTorch's."""
WITHIN = 0.01
"""How far off an answer may be, as a share of the right one, where a lesson does not say."""

_LINE = re.compile(r"([a-z]+): *(.*)")
_WRONG = re.compile(r"(\[.*?\]+|\S+) (.+)")
_CODE = re.compile(r"`[^`]*`|\{[^{}]*\}")


class Unsound(ValueError):
    """A lesson is not written as it should be; says the file, the line and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is shown; `answer` is read off the run, never written down.

    `wrong` are answers people give, each with what it would be the answer to.
    """

    ask: str
    answer: str
    within: float
    because: str
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One section: where the player goes, what is lit, the Markdown, perhaps a question."""

    title: str
    at: str
    light: tuple[str, ...]
    text: str
    question: Question | None
    line: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and the file of its graph; `id` is its path under assets/lessons without suffix."""

    id: str
    title: str
    about: str
    order: int
    graph: Path
    steps: tuple[Step, ...]

    @property
    def is_error(self) -> bool:
        """Whether it shows an error and how to mend it."""
        return self.id.startswith(f"{ERRORS}/")

    def document(self) -> Document:
        """The graph and what is done with it; raises Unreadable."""
        return load(self.graph)[0]


@cache
def lessons() -> tuple[Lesson, ...]:
    """All there are, in the order they are offered: those on errors last.  Raises Unsound."""
    folder = assets.path("lessons")
    found = [
        read(path.read_text("utf-8"), path.relative_to(folder).with_suffix("").as_posix())
        for path in folder.rglob("*.md")
    ]
    return tuple(sorted(found, key=lambda lesson: (lesson.is_error, lesson.order, lesson.id)))


def by_id(name: str) -> Lesson:
    """The lesson of that id; raises KeyError."""
    return {lesson.id: lesson for lesson in lessons()}[name]


def read(text: str, name: str) -> Lesson:
    """The lesson written in `text`; `name` is its id.  Raises Unsound."""
    return _Reader(text, name).lesson()


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines = text.splitlines()

    def unsound(self, line: int, what: str) -> Unsound:
        return Unsound(f"{self.name}.md, line {line + 1}: {what}")

    def lesson(self) -> Lesson:
        starts = [k for k, line in enumerate(self.lines) if line.startswith("## ")]
        if not starts:
            raise self.unsound(0, "there is no step: begin one with “## Title”.")
        head = self._header(starts[0])
        ends = [*starts[1:], len(self.lines)]
        steps = tuple(self._step(a, b) for a, b in zip(starts, ends, strict=True))
        return Lesson(
            self.name, head["title"], head["about"], int(head["order"]), self._graph(head), steps
        )

    def _header(self, end: int) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for k, line in enumerate(self.lines[:end]):
            match = _LINE.fullmatch(line)
            if line and (match is None or match[1] not in HEADER):
                raise self.unsound(k, f"a header line is one of {', '.join(HEADER)}, and a value.")
            if match:
                found[match[1]] = match[2]
        for key in HEADER[:3]:
            if not found.get(key):
                raise self.unsound(0, f"the header has no “{key}:”.")
        if not found["order"].isdecimal():
            raise self.unsound(0, "“order:” is a whole number.")
        return found

    def _graph(self, head: Mapping[str, str]) -> Path:
        if "graph" in head:
            path = assets.path(*head["graph"].split("/"))
        else:
            path = assets.path("lessons", *f"{self.name}.chain".split("/"))
        if not path.is_file():
            raise self.unsound(
                0, f"there is no graph {path.name}: draw it, or name it as “graph:”."
            )
        return path

    def _step(self, start: int, end: int) -> Step:
        given: dict[str, list[str]] = {}
        text: list[str] = []
        for k, key, value in self._taken_apart(start + 1, end):
            if not key:
                text.append(value)
            elif key in given and key != "wrong":
                raise self.unsound(k, f"“{key}:” stands twice in one step.")
            else:
                given.setdefault(key, []).append(value)
        title = self.lines[start][3:].strip()
        body = "\n".join(text).strip()
        self._refuse_numbers(start, " ".join([title, body, *given.get("because", ())]))
        if "at" not in given:
            raise self.unsound(start, "the step says nowhere to go: add “at: start”, for example.")
        light = tuple(given.get("light", [""])[0].split())
        return Step(title, given["at"][0], light, body, self._question(start, given), start + 1)

    def _taken_apart(self, start: int, end: int) -> Iterator[tuple[int, str, str]]:
        """(line, key, value) of each line; a line that is indented goes on with the one before."""
        key, value, at = "", "", start
        for k in range(start, end):
            line = self.lines[k]
            match = _LINE.match(line)
            if key and line.startswith("  "):
                value += f" {line.strip()}"
                continue
            if key:
                yield at, key, value
            key, value, at = "", line, k
            if match and match[1] in LINES:
                key, value = match[1], match[2].strip()
            else:
                yield k, "", line
        if key:
            yield at, key, value

    def _refuse_numbers(self, line: int, text: str) -> None:
        """A number in the text is read off the run or compared with it, never only written."""
        bare = re.search(r"\d\S*", _CODE.sub("", text))
        if bare:
            raise self.unsound(
                line, f"the number “{bare[0]}” is compared with nothing: write it as {{x.grad}} or"
                f" {{{bare[0]} = x.grad}}, or, where it is code, between `backticks`."
            )  # fmt: skip

    def _question(self, line: int, given: Mapping[str, list[str]]) -> Question | None:
        if "ask" not in given:
            for key in ("answer", "within", "because", "wrong"):
                if key in given:
                    raise self.unsound(line, f"“{key}:” is there, but no “ask:”.")
            return None
        for key in ("answer", "because"):
            if key not in given:
                raise self.unsound(line, f"the question has no “{key}:”.")
        wrong = [_WRONG.fullmatch(text) for text in given.get("wrong", ())]
        if not all(wrong):
            raise self.unsound(line, "“wrong:” is a number or a list, and why somebody says it.")
        try:
            within = float(given.get("within", [str(WITHIN)])[0])
        except ValueError:
            raise self.unsound(line, "“within:” is a number such as 0.01.") from None
        answer = given["answer"][0].strip("{}")
        return Question(
            given["ask"][0],
            answer,
            within,
            given["because"][0],
            tuple((m[1], m[2]) for m in wrong if m),
        )
