"""Random edits, chosen by numbers: hypothesis shrinks them, the long runs throw dice for them."""

from __future__ import annotations

import networkx as nx

from engine.graph import Action
from engine.registry import OPS
from gui.model import edits
from gui.model.program import FORWARD

OPS_USED = ("parameter", "tensor", "add", "mul", "pow", "sin", "log", "detach", "sum", "cat")

KINDS = (
    "add", "add", "add", "connect", "connect", "connect", "disconnect", "remove", "param",
    "rename", "move", "region", "action", "undo", "undo", "redo",
)  # fmt: skip


def pick(things, number):
    """One of `things`, chosen by a number; None when there are none."""
    found = list(things)
    return found[number % len(found)] if found else None


def slots_of(document, node):
    op = OPS[document.graph.nodes[node].op]
    return [f"{s.name}.{k}" for s in op.slots if s.variadic for k in range(3)] + [
        s.name for s in op.slots if not s.variadic
    ]


def connected(document, a, b):
    nodes = document.graph.nodes
    source, target = pick(nodes, a), pick(nodes, b)
    slot = None if target is None else pick(slots_of(document, target), a // 7)
    if slot is None:
        return document
    try:
        return edits.connect(document, source, target, slot)
    except nx.NetworkXUnfeasible:  # it would close a circle
        return document


def edited(document, what, a, b):
    """The Document after one random edit."""
    graph = document.graph
    node = pick(graph.nodes, a)
    if what == "add":
        return edits.add_node(document, pick(OPS_USED, a), (float(b % 900), float(a % 700)))[0]
    if what == "connect":
        return connected(document, a, b)
    if what == "disconnect":
        key = pick(graph.edges, a)
        return edits.disconnect(document, [] if key is None else [key])
    if node is None:
        return document
    if what == "remove":
        return edits.remove(document, [node], bridge=b % 2 == 0)
    if what == "param":
        return valued(document, node, b / 100)
    if what == "rename":
        return edits.rename(document, node, f"n{b % 5}")
    if what == "move":
        return edits.move(document, {node: (float(a % 800), float(b % 600))})
    if what == "region":
        return framed(document, {node, pick(graph.nodes, b)}, pick(("no_grad", "group"), b))
    return with_line(document, pick([FORWARD, Action("backward", node, {}, True)], b))


def valued(document, node, number):
    op = document.graph.nodes[node].op
    name = "data" if op in ("parameter", "tensor") else "exponent" if op == "pow" else None
    if name is None or name in document.graph.inputs[node]:
        return document
    return edits.set_param(document, node, name, number)


def framed(document, members, kind):
    if edits.why_no_region(document.graph, members) is not None:
        return document
    return edits.add_region(document, kind, members)[0]


def with_line(document, action):
    program = document.program or (FORWARD,)
    return edits.set_program(document, (*program[:5], action))
