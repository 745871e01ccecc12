"""The console without its window: what each typed line comes to, and how that is told."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.code.completion import signature
from engine.code.evaluate import value_of
from engine.code.faults import Fault, parse
from engine.code.statements import Do, Keep, Nothing, Scope, Show, read
from engine.events import Failed, Warned
from engine.graph import OPTIMIZER_LINES, Action, Graph, Program, lines
from engine.registry import OPS
from gui.model import snapshot
from gui.model.film import Film, TraceFilm
from gui.model.frames import Frame

PROMPT, MORE = ">>> ", "... "
LONGEST = 20_000
"""Characters of an answer that are shown."""
KEPT = (
    "“{}” is a name of the console only: it is not in the graph, and it is gone when another file"
    " is opened."
)
NOT_YET = " (it has a value from another step on: step on, or press Ctrl+End)"
SHORTENED = "… {:,} more characters: print a part of it, such as x[:10]"
PROGRAM_STOPS = (
    "The Program stops here. Ctrl+Z takes the line back; T in the Program panel marks the error as"
    " expected."
)
HELP = (
    "Type a name, a calculation or a call, as in Python; the answer is what PyTorch prints at the"
    " step that is shown. Calls such as loss.backward() become lines of the Program and can be"
    " undone. Tab completes, Up and Down bring earlier lines back, Ctrl+L clears, Esc takes the"
    " line away."
)
MOST_LOOKED_AT = 300
"""Nodes of a graph whose values are all told with its names."""
_WORD = re.compile(r"\w+")
_PASTED = re.compile(r"^\s*(>>>|\.\.\.|In \[\d+\]:|   \.\.\.:) ?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of the transcript: "input", "output", "error", "warning" or "note"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Reply:
    """What a line has come to: its values, as they are shown (None: not at all), the warnings."""

    values: list[Any]
    shown: str | None
    warned: list[str]


@dataclass(frozen=True)
class Question:
    """A line that only reads: `work` may run on a thread; `name` is where its value is kept."""

    work: Callable[[Callable[[], bool]], Reply]
    printed: bool = False
    name: str = ""


@dataclass(frozen=True)
class Effect:
    """A line of the Program, and what is to be shown once it has run, if anything."""

    action: Action
    line: str
    result: str = ""


Asked = Question | Effect | tuple[Entry, ...]


@dataclass
class Repl:
    """What the console knows between its lines: the names that were given in it."""

    kept: dict[str, Any] = field(default_factory=dict)
    told: bool = False

    def ask(self, line: str, graph: Graph, program: Program, frame: Frame) -> Asked:
        """What one line asks for; what is wrong with it is told in entries."""
        if not line.strip() or line.lstrip().startswith("#"):
            return ()
        if line.strip() in ("help", "help()", "?"):
            return tuple(help_entries(graph, frame))
        if about := _asked_about(line):
            return (Entry("note", self._describe(about, graph, frame)),)
        try:
            return self._ask(line, graph, program, frame)
        except Fault as wrong:
            known = snapshot.names(graph)
            return tuple(fault_entries(line, wrong, known))

    def _ask(self, line: str, graph: Graph, program: Program, frame: Frame) -> Asked:
        statements = parse(line.strip("\n")).body
        if not statements:
            return ()
        if len(statements) > 1:
            raise Fault("One statement at a time: leave out the “;”.", statements[1].col_offset)
        names = {**self.kept, **snapshot.taken(graph, frame, used(statements[0]))}
        scope = Scope(
            snapshot.names(graph),
            lambda node: value_of(node, names).value,
            frozenset(optimizers(program)),
        )
        match read(statements[0], scope):
            case Show(parts, printed):
                return Question(_Work(parts, names, _printed if printed else _answer), printed)
            case Keep(name, node):
                return Question(_Work((node,), names, lambda _: None), name=name)
            case Do(action, result):
                shown = "" if result is None else ast.unparse(result)
                return Effect(action, line.strip(), shown)
            case Nothing():
                return ()

    def answered(self, question: Question, reply: Reply) -> Iterator[Entry]:
        """What is shown of an answer; a value that was to be kept is kept."""
        yield from (Entry("warning", f"UserWarning: {text}") for text in reply.warned)
        if question.name:
            (self.kept[question.name],) = reply.values
            if not self.told:
                self.told = True
                yield Entry("note", KEPT.format(question.name))
        elif reply.shown is not None:
            if not question.printed:
                (self.kept["_"],) = reply.values
            yield Entry("output", reply.shown)

    def names(self, graph: Graph, frame: Frame, text: str = "") -> dict[str, Any]:
        """Every name there is with its value, for completion; None where it has none yet.

        Of a large graph only the names in `text` have their values: the others are not looked at.
        """
        known = snapshot.names(graph)
        wanted = known if len(known) <= MOST_LOOKED_AT else set(_WORD.findall(text))
        found = dict.fromkeys(known) | snapshot.taken(graph, frame, wanted)
        return {**found, **{n: v for n, v in self.kept.items() if n != "_"}}

    def _describe(self, about: str, graph: Graph, frame: Frame) -> str:
        said = signature(f"{about}(", self.names(graph, frame, about))
        op = OPS.get(about.rpartition(".")[2])
        if said:
            return said if op is None else f"{said.partition('   ')[0]}\n{op.doc}"
        return f"Nothing is known about “{about}”."


@dataclass(frozen=True)
class _Work:
    parts: tuple[ast.expr, ...]
    names: Mapping[str, Any]
    shown: Callable[[list[Any]], str | None]

    def __call__(self, cancelled: Callable[[], bool]) -> Reply:
        """The values of all parts, worked out one after the other, and written; raises Fault."""
        answers = [value_of(part, self.names, cancelled=cancelled) for part in self.parts]
        values = [answer.value for answer in answers]
        try:
            shown = self.shown(values)
        except MemoryError as error:
            raise Fault(str(error), kind="MemoryError") from error
        return Reply(values, shown, [text for answer in answers for text in answer.warned])


def _answer(values: list[Any]) -> str:
    """Also None is written: a REPL prints nothing for it, and learners think it is broken."""
    return shortened(repr(values[0]))


def _printed(values: list[Any]) -> str:
    return shortened(" ".join(map(str, values)))


def used(statement: ast.AST) -> set[str]:
    """The names that a line speaks of."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def optimizers(program: Program) -> Iterator[str]:
    """The names of the optimizers that a Program makes."""
    for action in lines(program):
        if action.do in OPTIMIZER_LINES and action.on:
            yield action.on


def split(text: str) -> list[str]:
    """Pasted text as lines to be run one after the other, without prompts and what they answered.

    A statement over several lines stays whole.
    """
    typed = [line for line in text.splitlines() if _PASTED.match(line)]
    if typed:
        text = "\n".join(_PASTED.sub("", line) for line in typed)
    try:
        statements = parse(text).body
    except Fault:
        return [line.strip() for line in text.splitlines() if line.strip()]
    rows = text.splitlines()
    return ["\n".join(rows[s.lineno - 1 : s.end_lineno]).strip() for s in statements]


def unfinished(text: str) -> bool:
    """Whether a bracket is still open at the end, so that Enter goes on in the next line."""
    try:
        parse(text)
    except Fault as wrong:
        return "was never closed" in wrong.text
    return False


def _asked_about(line: str) -> str:
    """What `torch.sum?` and `help(torch.sum)` ask about."""
    match = re.fullmatch(r"\s*(?:help\(([\w.]+)\)|([\w.]+)\?)\s*", line)
    return (match[1] or match[2]) if match else ""


# ---- telling -------------------------------------------------------------------------------------


def echoed(line: str) -> Entry:
    """A line as it stands in the transcript."""
    first, *rest = line.split("\n")
    return Entry("input", "\n".join([PROMPT + first, *(MORE + more for more in rest)]))


def shortened(text: str) -> str:
    """The beginning of a text that is too long to be shown."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n{SHORTENED.format(len(text) - LONGEST)}"


def fault_entries(line: str, wrong: Fault, known: Iterable[str] = ()) -> Iterator[Entry]:
    """Where it went wrong, as Python points at it, and what PyTorch would say."""
    rows = line.split("\n")
    if wrong.end > wrong.column and wrong.line < len(rows):
        row = rows[wrong.line]
        pointer = " " * (len(PROMPT) + wrong.column) + "^" * (wrong.end - wrong.column)
        again = f"{' ' * len(PROMPT)}{row}\n" if wrong.line < len(rows) - 1 else ""
        yield Entry("error", again + pointer)
    said = wrong.sentence
    missing = re.search(r"name '(.+?)' is not defined", said)
    if wrong.kind == "NameError" and missing and missing[1] in known:
        said = f"NameError: name '{missing[1]}' is not defined{NOT_YET}"
    yield Entry("error", said)


def told_since(film: Film, step: int) -> Iterator[Entry]:
    """What PyTorch said while the steps from number `step` on were run."""
    if not isinstance(film, TraceFilm):
        return
    for event in film.events_between(step - 1, len(film) - 1):
        if isinstance(event, Warned):
            yield Entry("warning", f"UserWarning: {event.text}")
        elif isinstance(event, Failed):
            yield Entry("error", f"{event.kind}: {event.sentence}")


def samples(graph: Graph, frame: Frame) -> list[str]:
    """Four lines that have an answer on this graph, to begin with."""
    known = snapshot.names(graph)
    states = {name: frame.node(node) for name, node in known.items()}
    leaves = [n for n, s in states.items() if s.is_leaf and s.requires_grad]
    inner = [n for n, s in states.items() if s.grad_fn is not None]
    values = [n for n, s in states.items() if s.value is not None]
    found = [*values[:1]]
    if leaves:
        found.append(f"{leaves[0]}.grad")
    if inner:
        found += [f"{inner[-1]}.grad_fn", f"{inner[-1]} * 2"]
    whole = [n for n in reversed(inner) if getattr(states[n].value, "size", 0) == 1]
    if whole and leaves:
        found.append(f"{whole[0]}.backward()")
    found += [f"torch.sin({name})" for name in values[:1]] + ["torch.arange(6) ** 2"]
    found += ["torch.ones(2, 3)", "torch.tensor([1., 2.]).exp()", "2 ** 10"]
    return found[1:5] if whole and leaves else found[:4]


def help_entries(graph: Graph, frame: Frame) -> Iterator[Entry]:
    """What the console is, and four lines to try."""
    yield Entry("note", HELP)
    yield Entry("note", "For example:\n" + "\n".join(f"    {s}" for s in samples(graph, frame)))
