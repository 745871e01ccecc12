"""Takes the expression out of a function that only returns one, to be written where it is called.

A call costs as much as an operation on a number; rules are mostly a single expression.
"""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Callable, Container, Iterable, Mapping
from functools import lru_cache
from typing import Any

_TOO_MUCH = (ast.Lambda, ast.NamedExpr, ast.Yield, ast.Await, ast.comprehension)
"""What has names, or a life, of its own."""


def expression(
    function: Callable[..., Any], given: Mapping[str, str], taken: Container[str]
) -> str | None:
    """The expression `function` returns, its parameters replaced by what is `given` for them.

    None if it does more than return an expression, if it names something whose name is `taken`
    where it is to stand, or if its source is not to be had.
    """
    found = _returned(function.__code__)
    if found is None:
        return None
    if any(n in taken or n in given.values() for n in _free(found, function)):
        return None
    replaced = ast.parse(ast.unparse(found), mode="eval").body
    for node in ast.walk(replaced):
        if isinstance(node, ast.Name):
            node.id = given.get(node.id, node.id)
    return f"({ast.unparse(replaced)})"


def names(functions: Iterable[Callable[..., Any]]) -> dict[str, Any]:
    """What the expressions of the functions name besides their parameters."""
    found: dict[str, Any] = {}
    for function in functions:
        body = _returned(function.__code__)
        if body is not None:
            found |= {name: function.__globals__[name] for name in _free(body, function)}
    return found


def applied(function: Callable[..., Any]) -> Any:
    """The class `X` of a function that does nothing but `return X.apply(its only parameter)`."""
    match _returned(function.__code__):
        case ast.Call(ast.Attribute(ast.Name(name), "apply"), [ast.Name(given)], []) if (
            function.__code__.co_varnames == (given,)
        ):
            return function.__globals__.get(name)
    return None


def _free(body: ast.expr, function: Callable[..., Any]) -> list[str]:
    own = function.__code__.co_varnames
    found = {node.id for node in ast.walk(body) if isinstance(node, ast.Name)}
    return [n for n in found if n not in own and not hasattr(builtins, n)]


def _returned(code: Any) -> ast.expr | None:
    definition = _definitions(code.co_filename).get(code.co_firstlineno)
    if definition is None or definition.name != code.co_name or code.co_freevars:
        return None
    body = [s for s in definition.body if not _is_text(s)]
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return None
    value = body[0].value
    return None if any(isinstance(node, _TOO_MUCH) for node in ast.walk(value)) else value


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@lru_cache
def _definitions(filename: str) -> dict[int, ast.FunctionDef]:
    """The functions of a file by the line they begin in."""
    tree = ast.parse("".join(linecache.getlines(filename)))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found[first] = node
    return found
