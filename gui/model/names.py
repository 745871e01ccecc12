"""What a node may be called, as its name is a variable of the program; what a region may."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection

from engine.graph import Graph
from gui.model import limits
from gui.model.findings import shown
from gui.model.unseen import UNSEEN as UNSEEN_LETTERS
from gui.model.unseen import visible

UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters and what is no character: they stand in no name and no title."""
UNSEEN_IN_NOTE = re.compile(UNSEEN.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f"))
"""The same in the text of a note, which has lines and tabs."""


def title(kind: str, text: str) -> str:
    """What a region of this kind can be called of `text`: one line, unless it is a note."""
    text = re.sub("\r\n?|[\u2028\u2029]", "\n", text)
    if kind == "note":
        return UNSEEN_IN_NOTE.sub(" ", text)
    return UNSEEN.sub(" ", text)[: limits.LABEL]


def taken(graph: Graph, node: str) -> set[str]:
    """The names of all the other nodes."""
    return {other.name for i, other in graph.nodes.items() if i != node}


def why_no_name(name: str, others: Collection[str]) -> str:
    """Why a node cannot be called this beside the others; empty when it can."""
    if not name:
        return "A node needs a name: type one such as x."
    if len(name) > limits.LABEL:
        return f"A name has at most {limits.LABEL} characters."
    if UNSEEN_LETTERS.search(name):
        return f"“{visible(shown(name, 24))}” holds a character nobody can see: leave it out."
    if not name.isidentifier():
        wrong = f"“{shown(name, 24)}” cannot be a variable's name"
        return f"{wrong}: use letters, digits and _, such as x1."
    if keyword.iskeyword(name):
        return f"“{name}” is a word of Python's own: choose another name."
    if name in others:
        return f"Another node is already called {name}: choose another name."
    return ""
