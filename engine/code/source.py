"""A Graph and its Program as the PyTorch lines a person would write."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions import line as action_line
from engine.graph import Action, Graph, Node, Program
from engine.registry import OPS, Op

INDENT = "    "

_PLACEHOLDER = re.compile(r"(, )?(\w+=)?(torch\.)?\{(\w+)\}")
_BLOCKS = {"no_grad": "with torch.no_grad():", "enable_grad": "with torch.enable_grad():"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source; `node` is the statement it is, `action` the line of the Program that runs it."""

    text: str
    node: str | None = None
    action: int | None = None


def lines(graph: Graph, program: Program) -> tuple[Line, ...]:
    """The whole program: leaves, then what each action does, statements again at every forward."""
    return tuple(_Writer(graph).lines(program))


def statement(graph: Graph, node: str) -> str:
    """One node as `name = torch.op(…)`."""
    return _Writer(graph).statement(graph.nodes[node])


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.names = _identifiers(graph)

    def lines(self, program: Program) -> Iterator[Line]:
        yield Line("import torch")
        if any(
            "F." in (op.torch or "") for n in self.graph.nodes.values() if (op := OPS.get(n.op))
        ):
            yield Line("import torch.nn.functional as F")
        first = next((i for i, a in enumerate(program) if a.do == "forward"), None)
        yield Line("")
        yield from self._leaves(first)
        if first is None:
            yield from self._statements(None, "")
        for index, action in enumerate(program):
            yield from self._action(action, index)

    def _leaves(self, action: int | None) -> Iterator[Line]:
        for node in self.graph.nodes.values():
            if _is_source(node):
                if "seed" in node.params:
                    yield Line(f"torch.manual_seed({node.params['seed']})", node.id, action)
                yield Line(self.statement(node), node.id, action)

    def _action(self, action: Action, index: int) -> Iterator[Line]:
        indent = INDENT if action.expect_error else ""
        if action.expect_error:
            yield Line("try:", None, index)
        if action.do == "forward":
            yield from self._statements(index, indent)
        else:
            yield Line(indent + action_line(action, self.names), None, index)
        if action.expect_error:
            yield Line("except RuntimeError as error:", None, index)
            yield Line(INDENT + "print(error)", None, index)

    def _statements(self, action: int | None, indent: str) -> Iterator[Line]:
        """Every node that is not a leaf, blocks of grad modes around those that lie in one."""
        block = ""
        for node in self.graph.nodes.values():
            if _is_source(node):
                continue
            kinds = [r.kind for r in self.graph.region_of.get(node.id, ()) if r.kind in _BLOCKS]
            wanted = _BLOCKS[kinds[-1]] if kinds else ""
            if wanted and wanted != block:
                yield Line(indent + wanted, None, action)
            block = wanted
            inner = INDENT if wanted else ""
            yield Line(indent + inner + self.statement(node), node.id, action)

    def statement(self, node: Node) -> str:
        """The node's line; in-place ops stand alone, as people write them."""
        op = OPS.get(node.op)
        name = self.names[node.id]
        if op is None:
            return f"# {name}: the op “{node.op}” is not known to this version"
        return f"{name} = {self.spell(node, op)}"

    def spell(self, node: Node, op: Op) -> str:
        """The right-hand side."""
        values = self._values(node, op)
        if op.torch is None:
            return f"torch.{op.name}({self._arguments(op, values)})"
        return _filled(op.torch, op, values)

    def _values(self, node: Node, op: Op) -> dict[str, str]:
        """Slots and fields that are given, as source text."""
        wired = self.graph.inputs[node.id]
        values: dict[str, str] = {}
        for slot in op.slots:
            if slot.variadic:
                found = sorted(
                    (s for s in wired if s.startswith(slot.name + ".")),
                    key=lambda s: int(s.split(".")[1]),
                )
                values[slot.name] = "[" + ", ".join(self._source(wired[s]) for s in found) + "]"
            elif slot.name in wired:
                values[slot.name] = self._source(wired[slot.name])
            elif slot.name in node.params:
                values[slot.name] = literal(node.params[slot.name])
            elif not slot.optional:
                values[slot.name] = "…"
        defaults = {f.name: f.default for f in op.fields}
        for name, default in defaults.items():
            if name in node.params and node.params[name] != default:
                bare = name == "dtype"
                values[name] = str(node.params[name]) if bare else literal(node.params[name])
        return values

    def _source(self, edge: Any) -> str:
        name = self.names.get(edge.source, edge.source)
        return f"{name}[{edge.output}]" if edge.output else name

    @staticmethod
    def _arguments(op: Op, values: Mapping[str, str]) -> str:
        given = [values[s.name] for s in op.slots if s.name in values]
        given += [f"{f.name}={values[f.name]}" for f in op.fields if f.name in values]
        return ", ".join(given)


def _filled(template: str, op: Op, values: Mapping[str, str]) -> str:
    """The template with what is given; what is left at its default is left out."""
    defaults = {f.name: literal(f.default) for f in op.fields}
    text, shown = template, False
    for match in reversed(list(_PLACEHOLDER.finditer(template))):
        comma, key, prefix, name = (g or "" for g in match.groups())
        value = values.get(name)
        if value is None and (key or not shown) and name in defaults | _optional(op):
            piece = ""
        else:
            piece = comma + key + prefix + (defaults.get(name, "None") if value is None else value)
            shown = shown or not key
        text = text[: match.start()] + piece + text[match.end() :]
    return text


def _optional(op: Op) -> dict[str, str]:
    return {s.name: "None" for s in op.slots if s.optional}


def literal(value: Any) -> str:
    """A JSON-shaped value as Python source; a negative number in brackets binds as it should."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(
            literal(v).strip("()") if not isinstance(v, (list, tuple)) else literal(v)
            for v in value
        )
        return (
            f"({inner}{',' if len(value) == 1 else ''})"
            if isinstance(value, tuple)
            else f"[{inner}]"
        )
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return f"float('{value}')"
    return (
        f"({value!r})"
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
        else repr(value)
    )


def _is_source(node: Node) -> bool:
    op = OPS.get(node.op)
    return op is not None and op.source


def _identifiers(graph: Graph) -> dict[str, str]:
    """A valid Python name for every node, unique, as close to the node's name as can be."""
    taken: set[str] = {"torch", "F"}
    found: dict[str, str] = {}
    for node in graph.nodes.values():
        name = re.sub(r"\W", "_", node.name) or "_"
        if name[0].isdigit() or keyword.iskeyword(name):
            name = "_" + name
        while name in taken:
            name += "_"
        taken.add(name)
        found[node.id] = name
    return found
