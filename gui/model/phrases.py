"""A typed line such as `z = sigmoid(w * x + b)` as nodes and wires.

The text is only ever taken apart, never run; names are those of the graph's nodes, calls its ops.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.graph import Graph
from engine.registry import OPS, Op
from gui.model import edits, entry
from gui.model.document import Document, Place
from gui.model.fields import param_problems
from gui.model.names import why_no_name

LONGEST = 400
"""Characters of a line: more is no formula but a mistake."""

_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
    ast.MatMult: "matmul",
}  # fmt: skip
_SPACES = ("torch", "F", "nn")
COLUMN, ROW = 190.0, 110.0
"""How far apart the new nodes lie, in scene pixels."""


@dataclass(frozen=True, slots=True)
class Made:
    """A node of the line: either there already (`known`), or to be made with these inputs."""

    op: str
    known: str = ""
    inputs: Mapping[str, Made] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """How many columns of new nodes come before it."""
        return max((1 + m.depth for m in self.inputs.values() if not m.known), default=0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a line says: the node at its end, and the name that is given to it."""

    root: Made
    name: str = ""

    @property
    def ops(self) -> list[str]:
        """The ops that are added, inputs first."""
        return [made.op for made in _new(self.root)]


def read(text: str, graph: Graph) -> Phrase:
    """Take a line apart; raises ValueError with a sentence a person can act on."""
    if len(text) > LONGEST:
        raise ValueError(f"A line has at most {LONGEST} characters: split it into several.")
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("This is no formula yet: write it as in Python.") from None
    try:
        return _phrase(body, _Reader({node.name: i for i, node in graph.nodes.items()}))
    except RecursionError:
        raise ValueError("This nests too deeply: split it into several lines.") from None


def _phrase(body: list[ast.stmt], reader: _Reader) -> Phrase:
    match body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)]:
            if why := why_no_name(name, ()):
                raise ValueError(why)
            root = reader.leaf(value) or reader.made(value)
        case [ast.Expr(value=value)]:
            name, root = "", reader.made(value)
        case _:
            raise ValueError("Write one formula, or name = formula.")
    if root.known:
        raise ValueError("This adds nothing: the node is there already.")
    return Phrase(root, name)


def add(document: Document, phrase: Phrase, at: Place) -> tuple[Document, list[str]]:
    """Add what a line says, from left to right around a point; the last id is its result."""
    ids: dict[int, str] = {}
    depth = phrase.root.depth
    for made in _new(phrase.root):
        x = at[0] + COLUMN * made.depth
        place = free_place(document, (x, at[1]))
        name = phrase.name if made.depth == depth and made is phrase.root else None
        document, node = edits.add_node(document, made.op, place, name=name, params=made.params)
        for slot, source in made.inputs.items():
            document = edits.connect(document, source.known or ids[id(source)], node, slot)
        ids[id(made)] = node
    return document, list(ids.values())


def free_place(document: Document, at: Place) -> Place:
    """The point, or the first one below it where no node lies."""
    x, y = at
    near = [py for px, py in document.places.values() if abs(x - px) < COLUMN - 40]
    while any(abs(y - py) < ROW for py in near):
        y += 10.0
    return x, y


def _new(root: Made) -> list[Made]:
    """The nodes to be made, each after its inputs."""
    found: list[Made] = []
    for made in root.inputs.values():
        if not made.known:
            found += _new(made)
    return [*found, root]


class _Reader:
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def leaf(self, value: ast.expr) -> Made | None:
        """The tensor a bare number or list on the right of `=` stands for."""
        try:
            data = entry.parse(ast.unparse(value))
        except ValueError:
            return None
        return Made("tensor", params={"data": data})

    def made(self, value: ast.expr) -> Made:
        """The node an expression stands for."""
        match value:
            case ast.Name(id=name):
                if name not in self.names:
                    raise ValueError(
                        f"There is no node called “{name}” yet: add it first, such as"
                        f" {name} = parameter(2)."
                    )
                return Made("", known=self.names[name])
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
                return self._call(_BINARY[type(operator)], [left, right], {})
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._call("neg", [operand], {})
            case ast.Call(func=ast.Name(id=name), args=given, keywords=named):
                return self._call(name, given, _by_name(named))
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=given, keywords=named):
                owned = [] if _is_space(owner) else [owner]
                return self._call(name, [*owned, *given], _by_name(named))
        raise ValueError(f"“{_short(value)}” is neither a node, an operation nor a number.")

    def _call(self, name: str, given: list[ast.expr], named: dict[str, ast.expr]) -> Made:
        op = OPS.get(name)
        if op is None:
            raise ValueError(f"There is no operation called “{name}”.")
        order = [s.name for s in op.slots] + [f.name for f in op.fields]
        if len(given) > len(order):
            raise ValueError(f"{name} takes {len(order)} arguments, {len(given)} are given.")
        arguments = dict(zip(order, given, strict=False)) | named
        inputs: dict[str, Made] = {}
        params: dict[str, Any] = {}
        for key, value in arguments.items():
            self._put(op, key, value, inputs, params)
        if op.slots and not inputs:
            raise ValueError(f"{name} needs a node to work on: {_short(given[0])} is a number."
                             if given else f"{name} needs a node to work on.")  # fmt: skip
        for problem in param_problems(params, op, ()):
            raise ValueError(problem.what)
        return Made(name, inputs=inputs, params=params)

    def _put(
        self, op: Op, key: str, value: ast.expr, inputs: dict[str, Made], params: dict[str, Any]
    ) -> None:
        """One argument: a wire, a number in a slot, several wires, or a field."""
        slot = op.slot(key) or op.slot(f"{key}.0")
        literal = _literal(value)
        if slot is None:
            if key not in {f.name for f in op.fields}:
                raise ValueError(f"{op.name} has no argument “{key}”.")
            params[key] = _field(op, key, value)
        elif slot.variadic:
            if not isinstance(value, ast.List | ast.Tuple):
                raise ValueError(f"{op.name} takes a list of nodes: {op.name}([a, b]).")
            inputs |= {f"{key}.{k}": self.made(item) for k, item in enumerate(value.elts)}
        elif literal is None:
            inputs[key] = self.made(value)
        elif slot.takes_number and not isinstance(literal, list):
            params[key] = literal
        else:
            inputs[key] = Made("tensor", params={"data": literal})


def _by_name(keywords: list[ast.keyword]) -> dict[str, ast.expr]:
    return {word.arg or "": word.value for word in keywords}


def _is_space(owner: ast.expr) -> bool:
    """Whether it is `torch` or the like, and not a node whose method is called."""
    root = owner
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in _SPACES


def _literal(value: ast.expr) -> Any:
    """The number or nested list an expression is, or None."""
    try:
        return entry.parse(ast.unparse(value))
    except ValueError:
        return None


def _field(op: Op, name: str, value: ast.expr) -> Any:
    if name == "data":
        data = _literal(value)
        if data is None:
            raise ValueError(f"“{_short(value)}” is neither a number nor a list of numbers.")
        return entry.as_floats(data) if op.name == "parameter" else data
    if isinstance(value, ast.Attribute) and _is_space(value):
        return value.attr  # torch.float64
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"{name} of {op.name} is a plain value such as 1 or True.") from None


def _short(value: ast.expr) -> str:
    text = ast.unparse(value)
    return text if len(text) <= 24 else text[:23] + "…"
