"""Lines of source as a tree of statements, each looked at before it is believed.

A line holds texts that come from a file: names, kinds, strings.  It becomes a statement only if
Python's parser finds a single one in it, made of nothing but what our own lines are made of.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from engine.actions import ACTIONS
from engine.actions.optimizers import ARGS, KINDS
from engine.code import allowed
from engine.code.source import INDENT, UNWIRED, Line
from engine.drawn import catalogue
from engine.registry import OPS

LIBRARIES = ("torch", "F", "np", "base64")
"""The modules an exported program may import, by the names it gives them."""

BUILTINS = ("abs", "float", "print", "range", "Exception")

_WORD = re.compile(r"[A-Za-z_]\w*")
_MORE_WORDS = (
    "optim nn functional init autograd linalg special grad data remove manual_seed no_grad "
    "enable_grad inference_mode"
)

NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Import, ast.alias, ast.Assign, ast.AugAssign, ast.Expr, ast.With, ast.withitem,
    ast.For, ast.Try, ast.ExceptHandler, ast.Pass, ast.FunctionDef, ast.arguments, ast.arg,
    ast.Return, ast.Lambda, ast.Call, ast.keyword, ast.Attribute, ast.Name, ast.Constant, ast.List,
    ast.Tuple, ast.Dict, ast.Subscript, ast.Slice, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Load,
    ast.Store, ast.unaryop, ast.operator, ast.cmpop,
)  # fmt: skip
"""What an exported program is made of."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement and the comments above it; that of a block has its statements in `inner`.

    `node` is the id of the node it states, `action` the number of the line of the Program; `rescue`
    is what a `try` does after an error.
    """

    tree: ast.stmt
    node: str | None = None
    action: int | None = None
    inner: tuple[Piece, ...] = ()
    comments: tuple[str, ...] = ()
    rescue: tuple[Piece, ...] = ()


class Unfit(ValueError):
    """A line is not one statement of the kind that is written here."""


@dataclass(slots=True)
class _Open:
    """A block whose statements are being read, `indent` spaces from the left."""

    indent: int
    inner: list[Piece] = field(default_factory=list)
    head: tuple[ast.stmt, Line] | None = None


def pieces(lines: Iterable[Line], names: Collection[str]) -> tuple[Piece, ...]:
    """The lines as statements; `names` are those of tensors and of what else the program makes.

    What is no fit statement becomes a name that is not defined, under a comment that says so.
    """
    stack = [_Open(0)]
    comments: list[str] = []
    for line in lines:
        text = line.text.lstrip(" ")
        indent = len(line.text) - len(text)
        if not text:
            continue
        while len(stack) > 1 and indent < stack[-1].indent:
            _close(stack)
        if text.startswith("#"):
            comments.append(text.lstrip("# "))
            if line.node is None:
                continue
            text = UNWIRED  # the node has no value: what needs it must not go on without
        text, _, remark = _parted(text, line)
        tree, wrong = _read(text, names)
        told = (*comments, *filter(None, (remark, wrong)))
        comments.clear()
        if isinstance(tree, ast.With | ast.For | ast.Try):
            stack.append(_Open(indent + len(INDENT), head=(tree, line)))
            comments += told
        else:
            stack[-1].inner.append(Piece(tree, line.node, line.action, (), told))
    while len(stack) > 1:
        _close(stack)
    return tuple(stack[0].inner)


def _close(stack: list[_Open]) -> None:
    done = stack.pop()
    assert done.head is not None
    tree, line = done.head
    around, inner = stack[-1].inner, tuple(done.inner)
    if isinstance(tree, ast.Try) and tree.handlers:
        body = around.pop()
        inner, rescue = body.inner, inner
        around.append(Piece(tree, None, line.action, inner, body.comments, rescue))
    else:
        around.append(Piece(tree, line.node, line.action, inner))


def _parted(text: str, line: Line) -> tuple[str, str, str]:
    """The statement of a node and what is remarked behind it."""
    return text.partition("  # ") if line.node is not None else (text, "", "")


def _read(text: str, names: Collection[str]) -> tuple[ast.stmt, str]:
    try:
        return statement(text, names), ""
    except Unfit as error:
        return ast.Expr(ast.Name(UNWIRED, ast.Load())), str(error)


def statement(text: str, names: Collection[str]) -> ast.stmt:
    """The one statement a line is; a block's has `pass` in it.  Raises Unfit for anything else."""
    if len(text.splitlines()) != 1:
        raise Unfit("this line cannot be written as PyTorch")
    if text.startswith("except "):
        text = f"try: pass\n{text}"
    for ending in ("", " pass", " pass\nfinally: pass"):
        try:
            body = ast.parse(text + ending).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if len(body) == 1 and is_fit(body[0], names):
            return body[0]
        break
    raise Unfit("this line cannot be written as PyTorch")


def is_fit(tree: ast.AST, names: Collection[str]) -> bool:
    """Whether a tree has only what our lines are made of: kinds of nodes, names, attributes."""
    return all(_is_fit(node, names) for node in ast.walk(tree))


def _is_fit(node: ast.AST, names: Collection[str]) -> bool:
    if not isinstance(node, NODES):
        return False
    if isinstance(node, ast.Attribute):
        return node.attr in words() or (_of(node), node.attr) in _OTHERS
    if isinstance(node, ast.Name):
        return node.id in names or node.id in (*LIBRARIES, *BUILTINS, UNWIRED, "_", "grad")
    if isinstance(node, ast.alias):
        return (node.name, node.asname) in _IMPORTS
    return True


def _of(node: ast.Attribute) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


_OTHERS = (("np", "load"),)
_IMPORTS = (("numpy", "np"), ("torch", None), ("torch.nn.functional", "F"), ("base64", None))


@cache
def words() -> frozenset[str]:
    """Every attribute that a line of ours can have: `torch.sum`, `x.view`, `opt.step`."""
    found = {*_MORE_WORDS.split(), *OPS, *ACTIONS, *KINDS, *ARGS, *allowed.CONSTANTS}
    for space in allowed.SPACES:
        found |= allowed.functions(space).keys()
    found |= {n for kind in allowed.ATTRIBUTES for n in allowed.attributes(kind)}
    found |= {word for op in OPS.values() for word in _WORD.findall(op.torch or "")}
    return frozenset(found | {path.rpartition(".")[2] for path in catalogue.functions()})
