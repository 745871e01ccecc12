"""Documents to draw: generated ones of any size, and the autograd graphs of real models."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from engine.graph import Edge, Graph, Node
from gui.model.document import Document

COLUMN, ROW = 240.0, 120.0
_UNARY, _BINARY = ("tanh", "exp", "sin", "relu", "sigmoid"), ("add", "mul", "sub", "matmul")


def generated(nodes: int, seed: int = 0) -> Document:
    """A graph in columns, about 1.5 edges a node, most of them to the column before."""
    rng = random.Random(seed)
    height = max(1, round(nodes**0.5))
    made: list[Node] = []
    edges: list[Edge] = []
    places = {}
    for k in range(nodes):
        column, row = divmod(k, height)
        op = "tensor" if not column else rng.choice(_UNARY + _BINARY)
        name = f"x{k}" if not column else f"{op}{k}"
        params = {"data": k / 10, "requires_grad": True} if not column else {}
        made.append(Node(name, op, name, params))
        places[name] = (column * COLUMN, row * ROW)
        if column:
            slots = ("self",) if op in _UNARY else ("self", "other")
            for slot in slots:
                before = (column - 1) * height + min(height - 1, max(0, row + rng.randint(-3, 3)))
                if rng.random() < 0.1:  # a connection that skips columns
                    before -= height * rng.randrange(min(column, 40))
                edges.append(Edge(made[before].id, 0, name, slot))
    return Document(Graph.of(made, edges), (), places)


def model(path: Path) -> Document:
    """A graph of `names` (n,) and edges `e` (k, 2) in data-flow order, in columns by depth."""
    found = np.load(path)
    names, edges = found["names"].tolist(), found["e"].tolist()
    depth = [0] * len(names)
    order = _topological(len(names), edges)
    into: dict[int, list[int]] = {}
    for a, b in edges:
        into.setdefault(b, []).append(a)
    for k in order:
        depth[k] = max((depth[a] + 1 for a in into.get(k, ())), default=0)
    rows: dict[int, int] = {}
    nodes, places = [], {}
    for k in order:
        row = rows[depth[k]] = rows.get(depth[k], -1) + 1
        name = f"n{k}"
        nodes.append(Node(name, "tensor" if k not in into else "cat", str(names[k])))
        places[name] = (depth[k] * COLUMN, row * ROW)
    wires = [Edge(f"n{a}", 0, f"n{k}", f"tensors.{i}") for k in into for i, a in enumerate(into[k])]
    return Document(Graph.of(nodes, wires), (), places)


def _topological(count: int, edges: list[list[int]]) -> list[int]:
    import networkx as nx

    flow: nx.DiGraph = nx.DiGraph()
    flow.add_nodes_from(range(count))
    flow.add_edges_from(edges)
    return list(nx.lexicographical_topological_sort(flow))
