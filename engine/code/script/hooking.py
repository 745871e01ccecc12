"""Hooks that a line of the Program can make, recognised by how they are written."""

from __future__ import annotations

import ast
from typing import Any

from engine.code.script.closures import Closure


def recognised(hook: Any) -> dict[str, Any] | None:
    """The kind of a hook and its number, as `register_hook` takes them; None for any other."""
    tree = hook.shape.node if isinstance(hook, Closure) else None
    if tree is None and getattr(hook, "__name__", "") == "print":
        return {"kind": "print"}
    returned = _returned(tree)
    if tree is None or returned is None:
        return None
    name = tree.args.args[0].arg if len(tree.args.args) == 1 else ""
    return _scaled(returned, name) or _called(returned, name)


def _returned(tree: Any) -> ast.expr | None:
    """What a function returns that does nothing to its argument before."""
    if isinstance(tree, ast.Lambda):
        return tree.body
    body = getattr(tree, "body", None)
    if not isinstance(body, list) or not isinstance(body[-1], ast.Return):
        return None
    return body[-1].value if all(map(_looks_on, body[:-1])) else None


def _looks_on(statement: ast.stmt) -> bool:
    """Whether a statement only tells or keeps something: `print(grad)`, `seen.append(grad)`."""
    match statement:
        case ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(ast.Name("print") | ast.Attribute(attr="append"), given)):
            called = [c.func for a in given for c in ast.walk(a) if isinstance(c, ast.Call)]
            return not any(isinstance(f, ast.Attribute) and f.attr.endswith("_") for f in called)
    return False


def _scaled(found: ast.expr, name: str) -> dict[str, Any] | None:
    """`grad * 2`, `2 * grad`, `-grad`, `grad / 2`."""
    match found:
        case ast.UnaryOp(ast.USub(), ast.Name(given)) if given == name:
            return {"kind": "scale", "by": -1.0}
        case ast.BinOp(ast.Name(given), ast.Mult(), number) if given == name:
            return _with("scale", _number(number))
        case ast.BinOp(number, ast.Mult(), ast.Name(given)) if given == name:
            return _with("scale", _number(number))
    return None


def _called(found: ast.expr, name: str) -> dict[str, Any] | None:
    """`torch.zeros_like(grad)`, `grad.clamp(-1, 1)`, `torch.clamp(grad, -1, 1)`, `print(grad)`."""
    match found:
        case ast.Call(ast.Attribute(ast.Name("torch"), "zeros_like"), [ast.Name(given)], []):
            return {"kind": "zero"} if given == name else None
        case ast.Call(ast.Name("print"), [ast.Name(given)], []):
            return {"kind": "print"} if given == name else None
        case ast.Call(ast.Attribute(ast.Name(given), "clamp" | "clip"), args, keywords):
            if given == "torch" and args and isinstance(args[0], ast.Name):
                given, args = args[0].id, args[1:]
            return _clipped(args, keywords) if given == name else None
    return None


def _clipped(args: list[ast.expr], keywords: list[ast.keyword]) -> dict[str, Any] | None:
    bounds = [_number(a) for a in args] + [None] * (2 - len(args))
    for k, key in enumerate(("min", "max")):
        named = [_number(word.value) for word in keywords if word.arg == key]
        bounds[k] = named[0] if named else bounds[k]
    low, high = bounds[:2]
    return _with("clip", high) if low is not None and high is not None and low == -high else None


def _with(kind: str, by: float | None) -> dict[str, Any] | None:
    return None if by is None else {"kind": kind, "by": by}


def _number(found: ast.expr) -> float | None:
    match found:
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
            return -float(value)
    return None
