"""What the search popup offers for what is typed: operations, or a tensor of the typed numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.graph import Graph
from engine.registry import OPS, Op
from gui.canvas.shapes import symbol_of
from gui.model import entry
from gui.model.fuzzy import NOT_AT_ALL, Words, distance
from gui.model.fuzzy import summary as first_sentence
from gui.model.modules import PREFIX, modules
from gui.model.phrases import Phrase, read
from gui.tr import tr

_COMMON = (
    "tensor", "parameter", "add", "mul", "sub", "div", "pow", "matmul", "sum", "mean", "relu",
    "sigmoid", "tanh", "log", "exp", "neg", "clamp", "sin", "detach",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the popup: an op, with the params it is made with, or a whole typed phrase."""

    op: str
    symbol: str
    title: str
    summary: str
    params: Mapping[str, Any] = field(default_factory=dict)
    phrase: Phrase | None = None


def choices(
    query: str, *, inputs: int = 0, uses: Mapping[str, int] = MappingProxyType({})
) -> list[Choice]:
    """What fits `query`, best first; `inputs` leaves out ops that take fewer tensors than that.

    `uses` says how often each op was added before.
    """
    ops = [op for op in OPS.values() if _takes(op) >= inputs]
    typed = None if inputs else tensor_typed(query)
    found = [_choice(op) for op in ranked(query.strip().lower(), ops, uses)]
    if inputs == 1:
        found = _with_rest(query.strip().lower(), found)
    if not inputs:
        found = _with_modules(query.strip().lower(), found)
    return [typed, *found] if typed else found


def _with_rest(query: str, found: list[Choice]) -> list[Choice]:
    """`1 - x`, which half of all losses need, behind the difference it is one of."""
    rest = Choice("sub", "1−", "1 - x", tr("One minus what comes in."), {"self": 1.0})
    words = Words(rest.title, "1-", "Arithmetic", rest.summary, "rsub one minus complement")
    if not query or distance(query, words) < NOT_AT_ALL:
        at = next((k + 1 for k, c in enumerate(found) if c.op == "sub"), 0)
        found.insert(at, rest)
    return found


def _takes(op: Op) -> int:
    """How many tensors go into it, at most 2 where it is any number."""
    return len(op.slots) + any(slot.variadic for slot in op.slots)


def _with_modules(query: str, found: list[Choice]) -> list[Choice]:
    """The library's modules among the ops, behind those that answer as well."""
    for m in modules():
        title = Words(m.title, "", "module", m.summary, m.name)
        far = distance(query, title) if query else NOT_AT_ALL - 1
        if far < NOT_AT_ALL:
            behind = (k for k, c in enumerate(found) if query and _far(query, c) > far)
            at = next(behind, len(found))
            found.insert(at, Choice(PREFIX + m.name, "▸", m.title, m.summary))
    return found


def _far(query: str, choice: Choice) -> int:
    op = OPS.get(choice.op)
    if op is None:
        return 0
    return distance(query, Words(op.name, op.symbol, op.category, op.doc, op.nickname))


def phrase_typed(query: str, graph: Graph) -> Choice:
    """What a typed line such as `z = w * x + b` adds; raises ValueError where it is none."""
    phrase = read(query, graph)
    ops = phrase.ops
    told = ", ".join(ops[:6])
    if len(ops) > 6:
        told = tr("{} … ({} in all)").format(told, len(ops))
    return Choice("", "ƒ", query.strip(), tr("adds {}").format(told), phrase=phrase)


def tensor_typed(query: str) -> Choice | None:
    """The tensor a typed number or list stands for."""
    if "tensor" not in OPS or not query.strip():
        return None
    try:
        value = entry.parse(query)
    except ValueError:
        return None
    title = f"tensor {query.strip()}"
    return Choice("tensor", "", title, tr("A tensor that holds this."), {"data": value})


def ranked(
    query: str, ops: Iterable[Op], uses: Mapping[str, int] = MappingProxyType({})
) -> list[Op]:
    """The ops that match, best first; of those that match as well the ones used most, or known."""
    common = {name: k for k, name in enumerate(_COMMON)}
    found = []
    for op in ops:
        known = Words(op.name, op.symbol, op.category, op.doc, op.nickname)
        far = distance(query, known) if query else 0
        if far < NOT_AT_ALL:
            rank = common.get(op.name, len(common))
            length = len(op.name) if query else 0
            key = (far, -uses.get(op.name, 0), rank, length, op.category, op.name)
            found.append((key, op))
    return [op for _, op in sorted(found, key=lambda row: row[0])]


def _choice(op: Op) -> Choice:
    return Choice(op.name, symbol_of(op), op.name, summary(op))


def summary(op: Op) -> str:
    """The first sentence of the op's description."""
    return first_sentence(op.doc) or op.category
