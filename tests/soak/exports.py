"""Documents with hostile labels, exported: the program is nothing but what we write.

It parses, has only the statements and names of ours, no string that is not expected, no comment
where Python would read one; and none of it carries a line of a label.
"""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.code.checked_lines import NODES, words
from engine.code.export import HEAD, Script, script
from engine.graph import Graph
from gui.model.document import Document
from gui.model.ipynb import notebook
from gui.model.program import effective
from tests.export_kit import HOSTILE, random_document
from tests.soak import kit

LONGEST = 80
"""Characters of a line of comment."""
EVIL = "__import__('os').system('x')"


def hostile_document(seed: object) -> Document:
    """A random Document with labels, texts and arguments that try to become code."""
    dice, document = random.Random(f"labels {seed}"), random_document(seed, hostile=True)
    graph = document.graph
    regions = {i: replace(r, title=dice.choice((*HOSTILE, EVIL))) for i, r in graph.regions.items()}
    nodes = dict(graph.nodes)
    for i in dice.sample([*nodes], min(2, len(nodes))):
        nodes[i] = _bent(dice, nodes[i])
    program = list(document.program)
    for k in range(len(program)):
        if dice.random() < 0.2:
            program[k] = _bent_line(dice, program[k])
    return replace(document, graph=Graph(nodes, graph.edges, regions), program=tuple(program))


def _bent(dice: random.Random, node: Any) -> Any:
    """A node whose op or fields hold what no reader would let through."""
    evil = dice.choice((*HOSTILE, EVIL))
    kind = dice.random()
    if kind < 0.2:
        return replace(node, op=evil)
    if kind < 0.3:
        return replace(node, op=evil, muted=True)
    field = dice.choice(("dtype", "seed", "function", "args", "key", "reduction", "dim", "size"))
    return replace(node, params={**node.params, field: evil})


def _bent_line(dice: random.Random, action: Any) -> Any:
    evil = dice.choice((*HOSTILE, EVIL))
    if dice.random() < 0.3:
        return replace(action, on=evil)
    return replace(action, args={**action.args, dice.choice(("kind", "handle", evil)): evil})


# ---- what is looked for --------------------------------------------------------------------------


def wrong(document: Document) -> Iterator[str]:
    """What is wrong with the program of a Document."""
    made = script(document.graph, effective(document))
    text = made.text
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield f"does not parse: {error}"
        return
    if not text.startswith(HEAD):
        yield "does not begin with our lines"
    yield from _foreign(tree)
    known = {text.rstrip("_") for text in _texts(document)}  # a handle that is taken gets more
    yield from (f"holds the text {t!r}" for t in _strings(tree) if t.rstrip("_") not in known)
    yield from _bad_comments(text, tree)
    yield from _bad_notebook(made)


def _foreign(tree: ast.AST) -> Iterator[str]:
    """Kinds of nodes, attributes and imports that are not ours."""
    for node in ast.walk(tree):
        if not isinstance(node, NODES):
            yield f"has a {type(node).__name__}"
        if isinstance(node, ast.Attribute) and node.attr not in (*words(), *_OURS):
            yield f"has the attribute {node.attr}"
        if isinstance(node, ast.alias) and node.name.partition(".")[0] not in _MODULES:
            yield f"imports {node.name}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _is_evil(node.func):
            yield f"calls {node.func.id}"


_OURS = ("frombuffer", "b64decode", "load")
_MODULES = ("torch", "numpy", "base64")
_PYTHONS = ("eval", "exec", "open", "compile", "__import__", "getattr", "globals", "input")


def _is_evil(name: ast.Name) -> bool:
    return name.id in _PYTHONS


def _strings(tree: ast.AST) -> Iterator[str]:
    constants = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
    return (value for value in constants if isinstance(value, str))


def _texts(document: Document) -> Iterator[str]:
    """The texts that may stand in the program: fields of nodes, arguments of lines, our own."""
    yield from ("nan", "inf", "-inf")
    held: list[Any] = [n.params for n in document.graph.nodes.values()]
    held += [a.args for a in document.program]
    while held:
        value = held.pop()
        if isinstance(value, str):
            yield value
            yield from _inner(value)
        elif isinstance(value, dict):
            held += value.values()
        elif isinstance(value, list | tuple):
            held += value


def _inner(text: str) -> Iterator[str]:
    """The texts in the arguments of a `call`, which are written as they are."""
    try:
        yield from _strings(ast.parse(text.replace("{", "(").replace("}", ")")))
    except (SyntaxError, ValueError):
        return


def _bad_comments(text: str, tree: ast.AST) -> Iterator[str]:
    """Comments that are long, hold what is not ASCII, or do not stand alone."""
    stated = {n.lineno for n in ast.walk(tree) if isinstance(n, ast.stmt)}
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            if number > 2 and (len(line) > LONGEST or not line.isascii()):
                yield f"the comment {line!r}"
            if number in stated:
                yield f"a statement in the comment {line!r}"
    if text.count("\n") != len(text.splitlines()):
        yield "has line breaks of another kind"


def _bad_notebook(made: Script) -> Iterator[str]:
    cells = json.loads(notebook(made, EVIL))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    if ast.dump(ast.parse(code)) != ast.dump(ast.parse(made.text)):
        yield "is another program as a notebook"
    if any("outputs" in c and c["outputs"] for c in cells):
        yield "has outputs"


def run(times: int, seed: int) -> list[str]:
    """What went wrong with so many Documents."""
    failures = []
    for k in range(times):
        try:
            found = list(wrong(hostile_document(f"{seed} {k}")))
        except Exception as error:  # the very thing that is looked for
            found = [f"{type(error).__name__}: {error}"]
        failures += [f"seed {seed} {k}: {what}" for what in found]
    return failures


if __name__ == "__main__":
    kit.main("documents with hostile labels, exported", 20_000, run)
