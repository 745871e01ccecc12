"""What a node may be called: its name is a variable of the program."""

from __future__ import annotations

import keyword
from collections.abc import Collection

from engine.graph import Graph
from gui.model import limits


def taken(graph: Graph, node: str) -> set[str]:
    """The names of all the other nodes."""
    return {other.name for i, other in graph.nodes.items() if i != node}


def why_no_name(name: str, others: Collection[str]) -> str:
    """Why a node cannot be called this beside the others; empty when it can."""
    if not name:
        return "A node needs a name: type one such as x."
    if len(name) > limits.LABEL:
        return f"A name has at most {limits.LABEL} characters."
    if not name.isidentifier():
        return f"“{name[:24]}” cannot be a variable's name: use letters, digits and _, such as x1."
    if keyword.iskeyword(name):
        return f"“{name}” is a word of Python's own: choose another name."
    if name in others:
        return f"Another node is already called {name}: choose another name."
    return ""
