"""A Graph and its Program as the PyTorch lines a person would write."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions import free
from engine.actions import line as action_line
from engine.arguments import numbered, ordered
from engine.code.literals import literal, operand
from engine.graph import (
    Action,
    Edge,
    Graph,
    Node,
    Program,
    chosen,
    early_leaves,
    listed,
    of_the_last,
    seeds_first,
)
from engine.graph import lines as all_lines
from engine.packed import Packed, files
from engine.registry import OPS, Field, Op

INDENT = "    "
UNWIRED = "unconnected"
"""What stands for an input without an edge or a number: a name that the program does not define."""

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What Python takes for letters, and nobody can see."""
_PLACEHOLDER = re.compile(r"(, )?(\w+=)?(torch\.)?\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source: the statement of a `node`, or what line `action` of the Program runs."""

    text: str
    node: str | None = None
    action: int | None = None


def lines(graph: Graph, program: Program) -> tuple[Line, ...]:
    """The whole program: leaves, then what each action does, statements again at every forward."""
    return tuple(_writer(graph).lines(program))


def calls(graph: Graph, program: Program) -> dict[int, str]:
    """The line of every action that is one call, by its number in the Program."""
    found = [(k, action) for k, action in enumerate(all_lines(program)) if action.do != "forward"]
    return {k: action_line(action, _writer(graph).tensors) for k, action in found}


def statement(graph: Graph, node: str) -> str:
    """One node as `name = torch.op(…)`."""
    return _writer(graph).statement(graph.nodes[node])


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.names = identifiers(graph)
        self.stands_for: dict[str, str] = {}
        """What a node goes by that is no name of its own: the tensor it writes into a part of."""
        for node in graph.nodes.values():
            if node.op in OPS and OPS[node.op].assigns and not node.muted:
                edge = graph.inputs[node.id].get(OPS[node.op].slots[0].name)
                self.stands_for[node.id] = self._source(edge) if edge else UNWIRED
        self.tensors = {i: self._output(i, 0) for i in graph.nodes}
        self.others = [n for n in graph.nodes.values() if not _is_source(n)]
        self.files = files(graph.nodes.values())
        """Where the numbers of a large tensor are: in the archive that is saved, unpacked."""
        self.made: set[str] = set()
        """The leaves that are written already."""

    def lines(self, program: Program) -> Iterator[Line]:
        if self.files:
            yield Line("import numpy as np")
        yield Line("import torch")
        if any(map(_needs_functional, self.others)):
            yield Line("import torch.nn.functional as F")
        yield Line("")
        self.made = set()
        early, begin = early_leaves(self.graph.nodes, program), seeds_first(program)
        yield from self._actions(program[:begin], 0, "")
        at = _first_run(program, begin, begin)
        forward = next((i for i, a in enumerate(all_lines(program)) if a.do == "forward"), None)
        yield from self._leaves(early[begin], forward if listed(program) is None else at)
        if forward is None:
            yield from self._statements(None, "", self.graph.nodes)
        index = begin
        for number in range(begin, len(program)):
            yield from self._leaves(early.get(number, ()), _first_run(program, number, index))
            yield from self._action(program[number], index, "")
            index += len(all_lines((program[number],)))

    def _actions(self, program: Program, index: int, indent: str) -> Iterator[Line]:
        """The lines of the Program or of a repeat's body, whose first has that number."""
        for action in program:
            yield from self._action(action, index, indent)
            index += len(all_lines((action,)))

    def _leaves(
        self, wanted: Collection[str], action: int | None, indent: str = ""
    ) -> Iterator[Line]:
        """Those of these nodes that are leaves; each is made once."""
        found = [self.graph.nodes[i] for i in self.graph.stated(wanted) if i not in self.made]
        for node in filter(_is_source, found):
            self.made.add(node.id)
            if node.params.get("seed") is not None and not node.muted:
                yield Line(f"{indent}torch.manual_seed({node.params['seed']})", node.id, action)
            yield Line(indent + self.statement(node), node.id, action)

    def _action(self, action: Action, index: int, indent: str) -> Iterator[Line]:
        if not action.expect_error:
            yield from self._body(action, index, indent)
            return
        error = free("error", self.names.values())
        yield Line(f"{indent}try:", None, index)
        inner = indent + INDENT
        yield from _or_pass(list(self._body(action, index, inner)), index, inner)
        yield Line(f"{indent}except Exception as {error}:", None, index)
        yield Line(f"{indent}{INDENT}print({error})", None, index)

    def _body(self, action: Action, index: int, indent: str) -> Iterator[Line]:
        if action.do == "forward":
            wanted = chosen(action)
            every = self.graph.nodes if wanted is None else self.graph.stated(wanted)
            yield from self._statements(index, indent, every)
            return
        yield Line(indent + action_line(action, self.tensors), None, index)
        if action.do == "repeat":
            body = list(self._actions(action.body, index + 1, indent + INDENT))
            yield from _or_pass(body, index, indent + INDENT)

    def _statements(self, action: int | None, indent: str, ids: Iterable[str]) -> Iterator[Line]:
        """These nodes, blocks of grad modes around those that lie in one; no leaf a second time."""
        block = ""
        for node in map(self.graph.nodes.__getitem__, ids):
            if _is_source(node):
                if node.id not in self.made:
                    block = ""
                    yield from self._leaves([node.id], action, indent)
                continue
            wanted = self._block(node)
            if wanted and wanted != block:
                yield Line(indent + wanted, None, action)
            block = wanted
            inner = indent + INDENT if wanted else indent
            yield Line(inner + self.statement(node), node.id, action)

    def _block(self, node: Node) -> str:
        """The `with` line of the grad mode around a node; none around a mere comment."""
        if node.op not in OPS and not node.muted:
            return ""
        mode = self.graph.mode_of(node.id)
        return f"with torch.{mode}():" if mode else ""

    def statement(self, node: Node) -> str:
        """The node's line."""
        op = OPS.get(node.op)
        name = self.names[node.id]
        if node.muted:
            first = next(iter(ordered(self.graph, node, op)), None)
            return f"{name} = {self._source(first) if first else UNWIRED}  # {node.op}, muted"
        if op is None:
            return f"# {name}: the op “{node.op}” is not known to this version"
        if op.spell is not None:
            text = op.spell(node.params, self._wired(node, op))
            return text if op.assigns else f"{name} = {text}"
        return f"{name} = {_spelled(op, self._values(node, op))}"

    def _wired(self, node: Node, op: Op) -> dict[str, list[str]]:
        """What is wired to each slot, as source text."""
        wired = self.graph.inputs[node.id]
        return {
            s.name: [self._source(wired[n]) for n in numbered(s, wired)] if s.variadic
            else [self._source(wired[s.name])] if s.name in wired else []
            for s in op.slots
        }  # fmt: skip

    def _values(self, node: Node, op: Op) -> dict[str, str]:
        """Slots and fields that are given, as source text."""
        wired = self.graph.inputs[node.id]
        values: dict[str, str] = {}
        for slot in op.slots:
            if slot.variadic:
                parts = [self._source(wired[name]) for name in numbered(slot, wired)]
                values[slot.name] = f"[{', '.join(parts)}]"
            elif slot.name in wired:
                values[slot.name] = self._source(wired[slot.name])
            elif slot.name in node.params:
                values[slot.name] = operand(node.params[slot.name])
            elif not slot.optional:
                values[slot.name] = UNWIRED
        for field in op.fields:
            value = node.params.get(field.name, field.default)
            if isinstance(value, Packed):
                values[field.name] = f"np.load({literal(self.files[value])})"
            elif value != field.default and field.name != "seed":
                values[field.name] = _field(field, value)
        if "keepdim" in values and any(map(_takes_all, op.fields)):
            values.setdefault("dim", "None")  # PyTorch keeps dimensions only if they are spoken of
        return values

    def _source(self, edge: Edge) -> str:
        return self._output(edge.source, edge.output)

    def _output(self, node: str, number: int) -> str:
        """That output of a node: a part of its tuple, where it gives one."""
        if node in self.stands_for:
            return self.stands_for[node]
        name, found = self.names.get(node, node), self.graph.nodes.get(node)
        return f"{name}[{number}]" if number or (found and _gives_several(found)) else name


_writer = of_the_last(_Writer)
"""Naming all nodes costs more than writing one of them."""


def _first_run(program: Program, number: int, index: int) -> int | None:
    """The line that runs first of an outermost one, which has that number; None if it is none."""
    if number == len(program):
        return None
    action = program[number]
    return _first_run(action.body, 0, index + 1) if action.body else index


def _gives_several(node: Node) -> bool:
    op = OPS.get(node.op)
    return op is not None and not node.muted and op.gives_several(node.params)


def _needs_functional(node: Node) -> bool:
    """Whether its line speaks of `F`."""
    op = OPS.get(node.op)
    if op is None or node.muted:
        return False
    spelled = op.torch or (op.spell(node.params, {}) if op.spell else "")
    return "F." in spelled


def _field(field: Field, value: Any) -> str:
    if field.name == "dtype":
        return f"torch.{str(value).removeprefix('torch.')}"
    return literal(value)


def _takes_all(field: Field) -> bool:
    """Whether it is a `dim` that may be several, and None for all of them."""
    return field.name == "dim" and "tuple" in field.kind and "None" in field.kind


def _spelled(op: Op, values: Mapping[str, str]) -> str:
    """The right-hand side: by the op's own template, as far as that has a place for all of it."""
    call = op.torch or ""
    told = {match[4] for match in _PLACEHOLDER.finditer(call)}
    rest = [name for name in values if name not in told]
    if rest and call.endswith(")"):
        more = "".join(f", {name}={values[name]}" for name in rest)
        return _filled(call, op, values)[:-1] + more + ")"
    if rest or not call:
        return f"torch.{op.name}({_arguments(op, values)})"
    return _filled(call, op, values)


def _arguments(op: Op, values: Mapping[str, str]) -> str:
    """Slots by position as long as none is left out, everything else by name."""
    given: list[str] = []
    for k, slot in enumerate(op.slots):
        if slot.name in values:
            named = "" if len(given) == k else f"{slot.name}="
            given.append(named + values[slot.name])
    given += [f"{f.name}={values[f.name]}" for f in op.fields if f.name in values]
    return ", ".join(given)


def _filled(template: str, op: Op, values: Mapping[str, str]) -> str:
    """The template with what is given; an argument that is left at its default is left out.

    The first argument of a leaf stays: `torch.zeros()` is an error.
    """
    defaults = {f.name: literal(f.default) for f in op.fields}
    defaults |= {s.name: "None" for s in op.slots if s.optional}
    text, shown = template, False
    matches = list(_PLACEHOLDER.finditer(template))
    for match in reversed(matches):
        comma, key, _, name = (g or "" for g in match.groups())
        argument = comma or key or template[: match.start()].endswith("(")
        needed = (shown and not key) or (op.source and match is matches[0]) or not argument
        if name not in values and name in defaults and not needed:
            piece = ""
        else:
            piece = comma + key + values.get(name, defaults.get(name, UNWIRED))
            shown = shown or not key
        text = text[: match.start()] + piece + text[match.end() :]
    return text


def _is_source(node: Node) -> bool:
    op = OPS.get(node.op)
    return op is not None and op.source


def _or_pass(block: list[Line], action: int, indent: str) -> list[Line]:
    """The lines of a block, of which Python needs at least one that is code."""
    return block if any(map(_is_code, block)) else [*block, Line(f"{indent}pass", None, action)]


def _is_code(line: Line) -> bool:
    return not line.text.lstrip().startswith("#")


def identifiers(graph: Graph) -> dict[str, str]:
    """A valid Python name for every node, unique, as close to the node's name as can be."""
    taken = {UNWIRED}
    found: dict[str, str] = {}
    count: dict[str, int] = {}
    """How often a name has been wanted: a thousand nodes may have one."""
    for node in graph.nodes.values():
        # Python compares names after this normalisation, so ﬁ and fi are one.
        plain = unicodedata.normalize("NFKC", _UNSEEN.sub("_", node.name))
        name = plain
        if not plain.isidentifier():
            name = "".join(c if f"_{c}".isidentifier() else "_" for c in plain)
        if not name.isidentifier() or keyword.iskeyword(name):
            name = f"_{name}"
        name = plainest = free(name, ())
        while name in taken:
            count[plainest] = count.get(plainest, 1) + 1
            name = f"{plainest}_{count[plainest]}" if count[plainest] > 2 else f"{plainest}_"
        found[node.id] = name
        taken.add(name)
    return found
