"""Code as a person types it: which line stands for what, and what of it is sent to be read.

What is shown is not all that is meant: of a long list of numbers only how many there are is shown,
and lines that nobody could read (a node without its input) stand for the node they came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from engine.code.literals import literal
from engine.code.source import UNWIRED, Line, identifiers
from engine.graph import Action, Graph, Node, Program, chosen
from engine.graph import lines as all_lines
from engine.packed import Packed, files
from engine.registry import OPS
from gui.model import entry
from gui.model.fields import DATA
from gui.model.line_diff import blocks

LONG = 200
"""Characters of a list of numbers that are shown; a longer one is told by its size."""
ROOM = 200_000
"""Characters that are sent; where the numbers of all lists are more, zeros stand for them."""
IMPORTS = "import torch; import torch.nn.functional as F; "
_BLOCK = re.compile(r"[ \t]|(with|for|while|if|try|def|class|async|match)\b|@")
_ASSIGNED = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'|(#)")
_UNWIRED = re.compile(rf"\b{UNWIRED}\b")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a text is not a graph; line and column count from 0."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read from a text: `lines` tells the line of each node, from 0.

    `actions` are those of the Program's lines, -1 where that is not known.
    Where anything is `wrong`, the rest counts for nothing.
    """

    graph: Graph = field(default_factory=Graph)
    program: Program = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()
    actions: tuple[int, ...] = ()


Reader = Callable[[str], Read]


# ---- what is shown -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """The lines of a graph as they are shown; `numbers` has what each token in them stands for."""

    lines: tuple[Line, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def told(graph: Graph, lines: Sequence[Line]) -> Told:
    """The lines with long lists of numbers shortened."""
    numbers: dict[str, Any] = {
        f"np.load({literal(name)})": packed for packed, name in files(graph.nodes.values()).items()
    }
    long = {i: node.params[DATA] for i, node in graph.nodes.items() if _is_long(node)}
    if not long:
        return Told(tuple(lines), numbers)
    names = identifiers(graph)
    shown = []
    for line in lines:
        if line.node in long and (full := literal(long[line.node])) in line.text:
            token = _token(long[line.node], names[line.node])
            numbers[token] = long[line.node]
            line = replace(line, text=line.text.replace(full, token))
        shown.append(line)
    return Told(tuple(shown), numbers)


def _is_long(node: Node) -> bool:
    data = node.params.get(DATA)
    if not isinstance(data, (list, tuple)):
        return False
    count = prod(entry.shape(data))
    return count > LONG or (count > LONG // 20 and len(literal(data)) > LONG)


def _token(data: Any, name: str) -> str:
    sizes = " × ".join(map(str, entry.shape(data)))
    return f"‹{sizes} numbers of {name}›"


def spelled_out(text: str, numbers: Mapping[str, Any]) -> str:
    """The text with every list in full, as it may be pasted elsewhere."""
    for token, value in numbers.items():
        if not isinstance(value, Packed):
            text = text.replace(token, literal(value))
    return text


# ---- what is sent --------------------------------------------------------------------------------


def sent(text: str, numbers: Mapping[str, Any]) -> str:
    """The text for the reader, line for line: lists in full, or zeros in place of very many."""
    used = {token: value for token, value in numbers.items() if token in text}
    full = {t: literal(v) for t, v in used.items() if not isinstance(v, Packed)}
    if len(text) + sum(map(len, full.values())) > ROOM:
        full = {}
    for token, value in used.items():
        text = text.replace(token, full.get(token) or _zeros(value))
    return text if "np." in text else re.sub(r"(?m)^import numpy as np$", "", text)


def _zeros(value: Any) -> str:
    """An expression for as many zeros of the same kind."""
    zero = literal(_zero(value))
    for size in reversed(entry.shape(value)):
        zero = f"[{zero}] * {size}"
    return zero


def _zero(value: Any) -> Any:
    if isinstance(value, Packed):
        return value.array.dtype.type(0).item()
    kinds = {type(x) for x in _flat(value)}
    return 0.0 if float in kinds else 0 if int in kinds else False


def _flat(value: Any) -> Iterator[Any]:
    if not isinstance(value, (list, tuple)):
        yield value
        return
    for part in value:
        yield from _flat(part)


def restored(read: Read, text: str, numbers: Mapping[str, Any]) -> Graph:
    """The graph that was read, with the numbers that the tokens in the text stand for."""
    rows = text.split("\n")
    found = {}
    for i, row in read.lines.items():
        node = read.graph.nodes.get(i)
        if node is None or DATA not in node.params or not 0 <= row < len(rows):
            continue
        token = next((token for token in numbers if token in rows[row]), None)
        if token is not None:
            found[i] = replace(node, params={**node.params, DATA: numbers[token]})
    nodes = {**read.graph.nodes, **found}
    return replace(read.graph, nodes=nodes) if found else read.graph


@dataclass(frozen=True)
class Held:
    """What no code can say: `nodes`, and `actions` on them, with the text without their lines."""

    text: str
    nodes: frozenset[str] = frozenset()
    actions: Program = ()


def without_held(
    text: str,
    graph: Graph,
    program: Program,
    lines: Sequence[Line],
    failed: Collection[str] = (),
) -> Held:
    """The text without the lines that cannot be read, line for line, and what stays as it is.

    Those are lines as they were told of nodes that lack an input or have `failed`, with what hangs
    on them; and nodes that are muted, whose line gives another name to a value.
    """
    rows = text.split("\n")
    there = {row.strip() for row in rows}
    own: dict[str, set[str]] = {}
    for line in lines:
        if line.node is not None:
            own.setdefault(line.node, set()).add(line.text.strip())
    stays = {i for i, told_as in own.items() if told_as <= there}
    lost: dict[str, None] = {}
    for i, node in graph.nodes.items():
        wired = graph.inputs[i].values()
        if i in stays and not (node.muted and wired):
            unread = node.op not in OPS or any(_UNWIRED.search(said) for said in own[i])
            if unread or i in failed or any(e.source in lost for e in wired):
                lost[i] = None
    gone = {said for i in lost for said in own[i] if not said.startswith("torch.manual_seed")}
    actions = dict(_calls_on(lost, program, lines, there)) if lost else {}
    gone |= {said for said, action in actions.items() if not action.expect_error}
    kept = [_passed(row) if row.strip() in gone else row for row in rows]
    muted = {i for i in stays if graph.nodes[i].muted}
    return Held("\n".join(kept), frozenset(lost) | muted, tuple(actions.values()))


def _calls_on(
    lost: Collection[str], program: Program, lines: Sequence[Line], there: Collection[str]
) -> Iterator[tuple[str, Action]]:
    """The lines that call something on these nodes."""
    known = all_lines(program)
    for line in lines:
        if line.node is not None or line.action is None or line.text.strip() not in there:
            continue
        action = known[line.action]
        named = [i for given in action.args.values() if isinstance(given, list) for i in given]
        if action.node in lost or any(isinstance(i, str) and i in lost for i in named):
            yield line.text.strip(), action


def _passed(row: str) -> str:
    return row[: len(row) - len(row.lstrip())] + "pass"


def guarded(text: str, rows: Collection[int]) -> tuple[str, list[int]]:
    """The text with these lines in a `try`, and for each of its lines the one it comes from."""
    made, origin = [], []
    for k, row in enumerate(text.split("\n")):
        indent = row[: len(row) - len(row.lstrip())]
        block = [row]
        if k in rows:
            block = [f"{indent}try:", f"{indent}    {row.strip()}", f"{indent}except Exception:"]
            block.append(f"{indent}    pass")
        made += block
        origin += [k] * len(block)
    return "\n".join(made), origin


def unguarded(read: Read, origin: Sequence[int], rows: Collection[int]) -> Read:
    """What was read of a guarded text, as if it had been read of the text itself."""

    def back(line: int) -> int:
        return origin[line] if 0 <= line < len(origin) else line

    met = {k for k, line in enumerate(read.actions) if back(line) in rows}
    return Read(
        read.graph,
        tuple(_unexpected(read.program, met)),
        {i: back(line) for i, line in read.lines.items()},
        tuple(replace(w, line=back(w.line)) for w in read.wrong),
        tuple(map(back, read.actions)),
    )


def _unexpected(program: Program, met: Collection[int], first: int = 0) -> Iterator[Action]:
    """The lines, those with these numbers no longer expected to fail."""
    for action in program:
        body = tuple(_unexpected(action.body, met, first + 1))
        expected = action.expect_error and first not in met
        yield replace(action, expect_error=expected, body=body)
        first += len(all_lines((action,)))


def without_arguments(read: Read, text: str) -> Read:
    """What was read without tensors that only stand in a call, as the gradient of a backward."""
    graph = read.graph
    named = {match[1] for row in text.split("\n") if (match := _ASSIGNED.match(row))}
    used = {e.source for e in graph.edges.values()} | {a.node for a in all_lines(read.program)}
    gone = {
        i
        for i, node in graph.nodes.items()
        if node.op == "tensor" and i not in used and node.name not in named
    }
    gone -= {i for a in all_lines(read.program) if a.do != "forward" for i in _listed(a)}
    if not gone:
        return read
    program = tuple(a for action in read.program for a in _left(action, gone))
    nodes = {i: node for i, node in graph.nodes.items() if i not in gone}
    return replace(read, graph=replace(graph, nodes=nodes), program=program)


def _listed(action: Action) -> Iterator[str]:
    for given in action.args.values():
        if isinstance(given, (list, tuple)):
            yield from (i for i in given if isinstance(i, str))


def _left(action: Action, gone: Collection[str]) -> Iterator[Action]:
    """The line without these nodes; none where it would run nothing else."""
    run = chosen(action)
    if run is None:
        body = tuple(a for inner in action.body for a in _left(inner, gone))
        yield replace(action, body=body) if action.body else action
    elif kept := [i for i in run if i not in gone]:
        yield replace(action, args={**action.args, "nodes": kept})


def with_imports(text: str) -> tuple[str, int]:
    """The text with what it may use imported, and how much its first line has grown by that."""
    if _BLOCK.match(text):  # nothing can stand before it in its line
        return text, 0
    return IMPORTS + text, len(IMPORTS)


# ---- which line stands for what ------------------------------------------------------------------

Rows = Sequence[int | None]
"""For each line that is typed, the number of the told one that it says."""


def aligned(typed: Sequence[str], lines: Sequence[Line]) -> Rows:
    """Which of the lines each typed one stands for."""
    found: list[int | None] = [None] * len(typed)
    one, two = [_key(row) for row in typed], [_key(line.text) for line in lines]
    for tag, i, i_end, j, _ in blocks(one, two):
        if tag == "equal":
            found[i:i_end] = range(j, j + i_end - i)
    return found


def _key(row: str) -> str:
    """A name for an assignment to it; else the whole line, without what it is followed by."""
    match = _ASSIGNED.match(row)
    return f"{match[1]} =" if match else " ".join(row[: len(row) - len(comment(row))].split())


def comment(row: str) -> str:
    """What stands behind the code of a line, with the blanks before it."""
    for match in _STRING.finditer(row):
        if match[1]:
            code = row[: match.start()].rstrip()
            return row[len(code) :]
    return ""


def shifted(rows: Rows, old: Sequence[str], new: Sequence[str]) -> Rows:
    """The rows after something was typed: those before and after it go on standing for the same."""
    pairs = zip(old, new, strict=False)
    first = next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
    room = min(len(old), len(new)) - first
    ends = zip(reversed(old), reversed(new), strict=False)
    tail = min(room, next((k for k, (a, b) in enumerate(ends) if a != b), room))
    middle = rows[first : len(old) - tail]
    inside = len(new) - tail - first
    kept = list(middle) if len(middle) == inside else [None] * inside
    return [*rows[:first], *kept, *rows[len(old) - tail :]]


def is_whole(typed: Sequence[str], rows: Rows, lines: Sequence[Line]) -> bool:
    """Whether the typed lines are the told ones, but for how they are written and commented."""
    said = {row for row in rows if row is not None}
    missing = (line.text for k, line in enumerate(lines) if k not in said)
    more = (text for text, row in zip(typed, rows, strict=True) if row is None)
    return not any(map(_says_something, missing)) and not any(map(_says_something, more))


def _says_something(row: str) -> bool:
    code = row.strip()
    return bool(code) and not code.startswith(("#", "import ", "from "))


def carried(typed: Sequence[str], rows: Rows, old: Sequence[Line], new: Sequence[Line]) -> str:
    """The new lines as text; what they have in common with the old is written as it was typed.

    A comment stays with the statement it stands above or behind.
    """
    above: dict[int, list[str]] = {}
    own: dict[int, str] = {}
    waiting: list[str] = []
    for text, row in zip(typed, rows, strict=True):
        if row is None:
            waiting.append(text)
        else:
            above[row], own[row], waiting = waiting, text, []
    same: dict[int, int] = {}
    for tag, i, i_end, j, _ in blocks([line.text for line in old], [line.text for line in new]):
        if tag == "equal":
            same.update(zip(range(j, j + i_end - i), range(i, i_end), strict=True))
    left = _by_node(old, {*same.values()})
    made: list[str] = []
    for k, line in enumerate(new):
        was = same.get(k)
        if was is None and line.node is not None and left.get(line.node):
            was = left[line.node].pop(0)
        if was is None or was not in own:
            made.append(line.text)
            continue
        made += above[was]
        behind = comment(own[was])
        changed = line.text if comment(line.text) else line.text + behind
        made.append(own[was] if k in same else changed)
    return "\n".join([*made, *waiting])


def _by_node(lines: Sequence[Line], taken: Collection[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for k, line in enumerate(lines):
        if line.node is not None and k not in taken:
            found.setdefault(line.node, []).append(k)
    return found
