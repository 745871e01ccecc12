"""A lesson told on a run of its graph: where its steps are on the film, and the numbers there.

A place is one of `start`, `end`, `start of backward 1`, `end of line x.grad.zero_()`, or something
that happens, perhaps `in` a chapter: `node y`, `sum at x`, `stored x`, `sent y to x`, `seed`,
`failed`.

A number is a reference in braces: `{x}` a value, `{x.grad}`, `{∂x}` the gradient that has arrived,
`{y→x}` what came along an edge, `{sum of x.grad}`, `{x / y}`; each perhaps with an entry `[0, 1]`,
`.shape` or `.grad_fn`, and `@ place` where that is not the step's own (`@ mended`: the end of the
run after the first fix of its error).  `{6 = x.grad}` shows what is written and is refused where
the run says otherwise; `{sentence}` is the error that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from engine.events import Event, Failed, Flow, Retained, Seeded, Stored, Visit, Zeroed
from engine.graph import EdgeKey
from gui.model import entry, words
from gui.model.document import Document
from gui.model.film import Film, TraceFilm
from gui.model.fixes import fixes
from gui.model.lessons import Lesson, Question, Step, Unsound
from gui.model.terminal import film_of
from gui.model.timeline import Chapter

_REFERENCE = re.compile(r"\{([^{}]*)\}")
_WHAT = re.compile(
    r"(?P<grad>∂)?(?P<name>\w+)(?:\.(?P<slot>\w+))??(?:→(?P<to>\w+))?"
    r"(?:\.(?P<part>grad|shape|grad_fn))?(?P<entry>\[[\d, ]+\])?"
)
_HAPPENS = re.compile(r"(node|sum at|stored|seed|failed|sent)(?: (\w+)(?: to (\w+))?)?")
_CHAPTER = re.compile(r"(forward|backward) (\d+)|line (.+)")
MENDED = "mended"
_SUM = "sum of "
_SIGNS = re.compile(r"[\\`*_\[\]<>#]")
"""What Markdown would read as more than itself."""
LONGEST = 60
"""Characters of a number or short vector in the text."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is right, and what is said about it."""

    right: bool
    text: str


class Telling:
    """One lesson on the film of its graph; every step is checked when it is asked for."""

    def __init__(self, lesson: Lesson, document: Document | None = None) -> None:
        self.lesson = lesson
        self.document = document or lesson.document()
        self.ids = {node.name: i for i, node in self.document.graph.nodes.items()}

    @cached_property
    def film(self) -> TraceFilm:
        """The run the text is about, whatever a person has made of the graph since."""
        return film_of(self.document)

    def __len__(self) -> int:
        return len(self.lesson.steps)

    def check(self) -> None:
        """Raises Unsound where a place, a name or a number of the text is not that of the run."""
        for k in range(len(self)):
            self.at(k), self.lit(k), self.text(k)
            if self.lesson.steps[k].question is not None:
                self.answer(k), self.ask(k), self.because(k)

    def at(self, k: int) -> int:
        """The film's step that the k-th step of the text is about."""
        step = self.lesson.steps[k]
        return self._place(step.at, step)

    def passed_in(self, film: Film) -> int:
        """Where another run is through with what fails in this one: the end of that chapter."""
        failed = next((c for c in self.film.timeline.chapters if c.failed and not c.expected), None)
        if failed is None:
            return len(film) - 1
        before = [c for c in self.film.timeline.chapters if c.kind == failed.kind]
        fitting = [c for c in film.timeline.chapters if c.kind == failed.kind]
        return fitting[: before.index(failed) + 1][-1].last if fitting else len(film) - 1

    def lit(self, k: int) -> tuple[tuple[str, ...], tuple[EdgeKey, ...]]:
        """The nodes that light up with the k-th step, and the edges between them."""
        step = self.lesson.steps[k]
        nodes = tuple(self._id(name, step) for name in step.light)
        edges = self.document.graph.edges.values()
        return nodes, tuple(e.key for e in edges if e.source in nodes and e.target in nodes)

    def text(self, k: int) -> str:
        """The Markdown of the k-th step with its numbers."""
        step = self.lesson.steps[k]
        return self._told(step.text, step)

    # ---- questions -----------------------------------------------------------------------------

    def question(self, k: int) -> Question | None:
        """What is asked in the k-th step, if anything is."""
        return self.lesson.steps[k].question

    def ask(self, k: int) -> str:
        """The question, with its numbers."""
        step = self.lesson.steps[k]
        return self._told(_asked(step).ask, step)

    def because(self, k: int) -> str:
        """Why the answer is what it is."""
        step = self.lesson.steps[k]
        return self._told(_asked(step).because, step)

    def answer(self, k: int) -> Any:
        """What the run says: an array, or None for no gradient."""
        step = self.lesson.steps[k]
        value = self._value(_asked(step).answer, step, nothing=True)
        if isinstance(value, str):
            raise self._unsound(step, "the answer of a question is a number.")
        return value

    def shown_answer(self, k: int) -> str:
        """The answer as it is written in the text."""
        return words.short(self.answer(k), LONGEST)

    def answered_at(self, k: int) -> int:
        """The step of the film at which the answer is to be seen."""
        step = self.lesson.steps[k]
        _, _, place = _asked(step).answer.partition("@")
        if place.strip() == MENDED or not place:
            return self.at(k)
        return self._place(place.strip(), step)

    def judge(self, k: int, typed: str) -> Verdict:
        """Whether what was typed is the answer; raises ValueError where it is no number."""
        question, answer = _asked(self.lesson.steps[k]), self.answer(k)
        if typed.strip().lower() == "none" or answer is None:
            right = answer is None and typed.strip().lower() == "none"
            known = (why for n, why in question.wrong if n == "None" and answer is not None)
            return self._verdict(k, right, next(known, ""))
        given = np.asarray(entry.parse(typed), dtype=np.float64)
        wanted = np.asarray(answer, dtype=np.float64)
        if given.shape != wanted.shape:
            return Verdict(False, _SHAPES.format(words.shape(wanted), words.shape(given)))
        numbers = [(entry.parse(n), why) for n, why in question.wrong if n != "None"]
        known = (why for n, why in numbers if _near(given, n, question.within))
        return self._verdict(k, _near(given, wanted, question.within), next(known, ""))

    def _verdict(self, k: int, right: bool, known: str) -> Verdict:
        if right:
            return Verdict(True, f"Right: {self.shown_answer(k)}. {self.because(k)}")
        return Verdict(False, f"Not quite. {known or 'Try again, or let it be shown.'}")

    # ---- places --------------------------------------------------------------------------------

    def _place(self, place: str, step: Step) -> int:
        if place == "start":
            return -1
        if place == "end":
            return len(self.film) - 1
        happens, _, where = place.partition(" in " if " in " in place else " of ")
        first, last = self._span(where, step) if where else (0, len(self.film) - 1)
        if happens in ("start", "end"):
            return first if happens == "start" else last
        events = [e for e in self.film.trace.events if first <= e.step <= last]
        found = next(self._happening(happens, events, step), None)
        if found is None:
            raise self._unsound(step, f"“{place}” never happens in this run.")
        return found

    def _span(self, where: str, step: Step) -> tuple[int, int]:
        match = _CHAPTER.fullmatch(where)
        if match is None:
            raise self._unsound(step, f"“{where}” is no chapter such as “backward 1”.")
        kind, number, line = match.groups()
        fitting = [c for c in self.film.timeline.chapters if _is(c, kind, line)]
        at = int(number or 1) - 1
        if not 0 <= at < len(fitting):
            raise self._unsound(step, f"the run has no {where}.")
        return fitting[at].first, fitting[at].last

    def _happening(self, text: str, events: list[Event], step: Step) -> Iterator[int]:
        match = _HAPPENS.fullmatch(text)
        if match is None:
            raise self._unsound(step, f"“{text}” is no place on the film.")
        what, name, to = match.groups()
        node = self._id(name, step) if name else None
        target = self._id(to, step) if to else None
        return (e.step for e in events if _fits(e, what, node, target))

    # ---- numbers -------------------------------------------------------------------------------

    def _told(self, text: str, step: Step) -> str:
        """The Markdown with numbers for references; between backticks nothing needs a \\."""
        parts = text.split("`")
        for k, part in enumerate(parts):
            told = partial(self._written, step, escape=k % 2 == 0)
            parts[k] = _REFERENCE.sub(told, part)
        return "`".join(parts)

    def _written(self, step: Step, reference: re.Match[str], escape: bool) -> str:
        shown = self._shown(reference[1], step)
        return _SIGNS.sub(r"\\\g<0>", shown) if escape else shown

    def _shown(self, reference: str, step: Step) -> str:
        written, equals, what = reference.rpartition(" = ")
        value = self._value(what, step)
        shown = value if isinstance(value, str) else words.short(value, LONGEST)
        if not equals:
            return shown
        if written not in _spellings(value, written):
            raise self._unsound(step, f"the text says {what} is {written}, the run says {shown}.")
        return written

    def _value(self, reference: str, step: Step, nothing: bool = False) -> Any:
        what, _, place = reference.partition("@")
        if place.strip() == MENDED:
            return self._mended._value(f"{what} @ end", step, nothing)
        at = self._place(place.strip() or step.at, step)
        if what.strip() == "sentence":
            return self._sentence(at, step)
        if " / " in what:
            one, other = (
                self._value(f"{part} @ {place or step.at}", step) for part in what.split(" / ")
            )
            return one / other
        if what.startswith(_SUM):
            return np.sum(self._value(reference.removeprefix(_SUM), step))
        match = _WHAT.fullmatch(what.strip())
        if match is None:
            raise self._unsound(step, f"“{what}” is no number of a run.")
        value = self._array(match, at, step)
        if value is None and not nothing and match["part"] != "grad":
            raise self._unsound(step, f"“{reference}” has no value there.")
        if match["entry"] and value is not None:
            value = value[tuple(int(k) for k in match["entry"][1:-1].split(","))]
        return words.shape(value) if match["part"] == "shape" else value

    @cached_property
    def _mended(self) -> Telling:
        """The same lesson after the first fix of the error it ends in."""
        failed = [e for e in self.film.trace.events if isinstance(e, Failed)]
        found = fixes(self.document, self.film, failed[-1]) if failed else ()
        if not found:
            raise self._unsound(self.lesson.steps[-1], "nothing mends this run.")
        return Telling(self.lesson, found[0].document)

    def _array(self, match: re.Match[str], at: int, step: Step) -> Any:
        if match["to"]:
            return self._passed(match, at, step)
        state = self.film.frame(at).node(self._id(match["name"], step))
        if match["part"] == "grad_fn":
            return state.grad_fn
        if match["part"] == "grad":
            return state.stored
        return state.grad if match["grad"] else state.value

    def _passed(self, match: re.Match[str], at: int, step: Step) -> Any:
        """What has come back along the edge from one node to another."""
        source, target = self._id(match["to"], step), self._id(match["name"], step)
        for edge in self.document.graph.edges.values():
            ends = (edge.source, edge.target) == (source, target)
            if ends and match["slot"] in (None, edge.slot):
                return self.film.frame(at).edge(edge.key).grad
        raise self._unsound(step, f"there is no edge for “{match[0]}”.")

    def _sentence(self, at: int, step: Step) -> str:
        failed = self.film.frame(at).failed
        if failed is None:
            raise self._unsound(step, "no error is shown there.")
        return failed

    def _id(self, name: str, step: Step) -> str:
        if name not in self.ids:
            raise self._unsound(step, f"the graph has no node “{name}”.")
        return self.ids[name]

    def _unsound(self, step: Step, what: str) -> Unsound:
        return Unsound(f"{self.lesson.id}.md, “{step.title}” (line {step.line}): {what}")


_SHAPES = "The answer has the shape {}, yours has {}."


def _asked(step: Step) -> Question:
    assert step.question is not None
    return step.question


def _is(chapter: Chapter, kind: str | None, line: str | None) -> bool:
    return chapter.title == line if line else chapter.kind == kind


def _fits(event: Event, what: str, node: str | None, target: str | None) -> bool:
    match what:
        case "sum at":
            return isinstance(event, Visit) and event.node == node and len(event.terms) > 1
        case "stored":
            return isinstance(event, Stored | Retained | Zeroed) and event.node == node
        case "seed":
            return isinstance(event, Seeded) and node in (None, event.node)
        case "failed":
            return isinstance(event, Failed) and node in (None, event.node)
        case "sent":
            ends = (event.source, event.target) if isinstance(event, Flow) else None
            return ends == (node, target) and not getattr(event, "inner", False)
        case _:
            return node in (getattr(event, "source", None), getattr(event, "node", None))


def _near(given: Any, wanted: Any, within: float) -> bool:
    given, wanted = np.asarray(given, np.float64), np.asarray(wanted, np.float64)
    if given.shape != wanted.shape:
        return False
    room = within * max(float(np.max(np.abs(wanted), initial=0.0)), 0.1)
    return bool(np.all(np.abs(given - wanted) <= room))


def _spellings(value: Any, written: str) -> set[str]:
    """The ways a value may be written: as the app does, or with as many decimals as here."""
    if isinstance(value, str):
        return {value}
    found = {words.short(value, LONGEST)}
    if value is not None and np.ndim(value) == 0:
        _, _, decimals = written.partition(".")
        found.add(f"{float(value):.{len(decimals)}f}")
    return found
