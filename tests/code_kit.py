"""A small reader of straight-line PyTorch, for tests of what is done with code that was read."""

from __future__ import annotations

import ast
from dataclasses import replace

from engine.code.source import identifiers
from engine.graph import Action, Edge, Graph, Node, Region
from engine.registry import OPS
from gui.model.merging import _renamed
from gui.model.merging_forwards import joined
from gui.model.program import effective

_SIGNS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}


class Unread(Exception):
    """(line, column, sentence): from 1 and 0."""


class Reader:
    """Every statement a node, every forward the list of the nodes between two effects."""

    def __init__(self):
        self.nodes, self.edges, self.regions, self.lines = [], [], [], {}
        self.names, self.run, self.mode = {}, [], None

    def read(self, text):
        try:
            tree = ast.parse(text)
        except SyntaxError as wrong:
            raise Unread(wrong.lineno, (wrong.offset or 1) - 1, wrong.msg) from None
        program = self.body(tree.body)
        return Graph.of(self.nodes, self.edges, self.regions), tuple(program)

    def body(self, statements):
        program = []
        for statement in statements:
            done = self.statement(statement)
            if done:
                program += [*self.forward(), *done]
        return [*program, *self.forward()]

    def forward(self):
        run, self.run = self.run, []
        return [Action("forward", args={"nodes": run})] if run else []

    def statement(self, statement):
        match statement:
            case ast.Import() | ast.Pass():
                return []
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
                self.names[name] = self.node(statement, other)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.names[name] = self.made(value, name)
            case ast.With(items=[item], body=body):
                before, start = self.mode, len(self.nodes)
                self.mode = item.context_expr.func.attr
                assert not [a for s in body for a in self.statement(s) or ()]
                members = tuple(n.id for n in self.nodes[start:])
                self.regions.append(Region(f"r{start}", self.mode, "", members))
                self.mode = before
            case ast.For(iter=ast.Call(args=[ast.Constant(value=times)]), body=body):
                return [Action("repeat", args={"times": times}, body=tuple(self.body(body)))]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=on, attr=do))) as found:
                args = {k.arg: ast.literal_eval(k.value) for k in found.value.keywords}
                return [Action(do, self.on(on), args)]
            case _:
                raise Unread(statement.lineno, statement.col_offset, "has no place here")
        return []

    def on(self, value):
        match value:
            case ast.Name(id=name):
                return self.node(value, name)
            case ast.Attribute(value=ast.Name(id=name), attr="grad"):
                return f"{self.node(value, name)}.grad"

    def node(self, at, name):
        if name not in self.names:
            raise Unread(at.lineno, at.col_offset, f"name '{name}' is not defined")
        return self.names[name]

    def made(self, value, name):
        match value:
            case ast.BinOp(left=left, op=op, right=right):
                op, given = OPS[_SIGNS[type(op)]], [left, right]
                names = [s.name for s in op.slots]
                return self.add(op, name, dict(zip(names, given, strict=True)), value)
            case ast.Call(func=ast.Attribute(value=on, attr=attr), args=args, keywords=more):
                if attr not in OPS:
                    raise Unread(value.lineno, on.end_col_offset + 1, f"no function '{attr}'")
                op = OPS[attr]
                method = isinstance(on, ast.Name) and on.id not in ("torch", "F")
                given = [on, *args] if method else args
                names = [s.name for s in op.slots] + [f.name for f in op.fields]
                known = dict(zip(names, given, strict=False)) | {k.arg: k.value for k in more}
                return self.add(op, name, known, value)
        raise Unread(value.lineno, value.col_offset, "is not understood")

    def add(self, op, name, given, at):
        i, params = f"n{len(self.nodes)}", {}
        slots, inputs = {s.name for s in op.slots}, {}
        for key, part in given.items():
            if key in slots and not isinstance(part, (ast.Constant, ast.UnaryOp)):
                named = isinstance(part, ast.Name)
                inputs[key] = self.node(part, part.id) if named else self.made(part, op.name)
            elif key == "dtype":
                params[key] = part.attr
            else:
                params[key] = ast.literal_eval(part)
        i = f"n{len(self.nodes)}"
        taken = {n.name for n in self.nodes}
        while name in taken:
            name += "_1"
        self.nodes.append(Node(i, op.name, name, params))
        self.edges += [Edge(source, 0, i, key) for key, source in inputs.items()]
        self.run.append(i)
        self.lines[i] = at.lineno
        return i


def read(text):
    """Graph and Program of a text; raises Unread."""
    return Reader().read(text)


def as_read(document):
    """What a reader makes of a Document's own code: other ids, no parameter, a node a statement."""
    return _AsRead(document).all()


class _AsRead:
    def __init__(self, document):
        self.graph, self.program = document.graph, effective(document)
        self.names = identifiers(self.graph)
        self.nodes, self.edges, self.modes = [], [], {}
        self.now = {}

    def all(self):
        leaves = [n for n in self.graph.nodes.values() if OPS[n.op].source]
        made = []
        for leaf in leaves:
            seed = leaf.params.get("seed")
            made += [] if seed is None else [Action("manual_seed", args={"seed": seed})]
            made.append(Action("forward", args={"nodes": [self.again(leaf)]}))
        program = []
        for action in [*made, *self.body(self.program)]:
            program = joined(program, action) if action.do == "forward" else [*program, action]
        regions = [
            Region(f"r_{k}", mode, "", tuple(i for i, m in self.modes.items() if m == mode))
            for k, mode in enumerate(dict.fromkeys(self.modes.values()))
            if mode
        ]
        return Graph.of(self.nodes, self.edges, regions), tuple(program)

    def body(self, program):
        found = []
        for action in program:
            if action.do == "forward":
                others = [n for n in self.graph.nodes.values() if not OPS[n.op].source]
                run = [i for n in others if (i := self.again(n))]
                found.append(replace(action, args={**action.args, "nodes": run}))
            else:
                found.append(_renamed(replace(action, body=()), self.now))
                found[-1] = replace(found[-1], body=tuple(self.body(action.body)))
        return found

    def again(self, node):
        if node.muted:
            first = next(iter(self.graph.inputs[node.id].values()), None)
            self.now[node.id] = None if first is None else self.now[first.source]
            return None
        name, taken, i = self.names[node.id], {n.name for n in self.nodes}, f"i{len(self.nodes)}"
        while name in taken:
            name += "_1"
        op, params = node.op, {k: v for k, v in node.params.items() if k != "seed"}
        if op == "parameter":
            op, params = "tensor", {**params, "requires_grad": True}
        self.nodes.append(Node(i, op, name, params))
        for slot, edge in self.graph.inputs[node.id].items():
            self.edges.append(Edge(self.now[edge.source], edge.output, i, slot))
        self.modes[i] = self.graph.mode_of(node.id)
        self.now[node.id] = i
        return i
