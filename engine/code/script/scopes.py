"""Names within names: modules, functions, classes and comprehensions."""

from __future__ import annotations

import ast
from typing import Any, Literal

Sort = Literal["module", "function", "class", "comprehension"]
NOWHERE: Any = object()
"""What `Scope.find` gives for a name that has no value."""


class Scope:
    """The names of one block while it runs; `local` are those it assigns to somewhere.

    `made` is the class a class's block has become, `first` the first argument of a call; `title`
    comes before the names of what is defined here.
    """

    __slots__ = (
        "above", "first", "local", "made", "names", "outside", "sent", "sort", "tainted", "title",
    )  # fmt: skip

    def __init__(
        self,
        names: dict[str, Any],
        above: Scope | None,
        sort: Sort,
        local: frozenset[str] = frozenset(),
    ) -> None:
        self.names, self.above, self.sort, self.local = names, above, sort, local
        self.tainted: set[str] = set()
        self.outside: dict[str, Scope] = {}
        self.made: Any = None
        self.first: Any = NOWHERE
        self.sent: dict[int, Any] = {}
        self.title = ""

    def find(self, name: str) -> tuple[Any, bool]:
        """The value, and whether it was read from a tensor; raises UnboundLocalError."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or scope.sort != "class"):
                return scope.names[name], name in scope.tainted
            if name in scope.outside:
                return scope.outside[name].find(name)
            if scope.sort == "function" and name in scope.local:
                if scope is self:
                    raise UnboundLocalError(
                        f"cannot access local variable '{name}' where it is not associated with a "
                        "value"
                    )
                raise NameError(
                    f"cannot access free variable '{name}' where it is not associated with a value"
                    " in enclosing scope"
                )
            scope = scope.above
        return NOWHERE, False

    def home(self, name: str) -> Scope:
        """Whose name is meant by an assignment here."""
        return self.outside.get(name, self)

    def top(self) -> Scope:
        """The scope of the module."""
        scope = self
        while scope.above is not None:
            scope = scope.above
        return scope

    def function(self) -> Scope:
        """The nearest scope that is no comprehension."""
        scope = self
        while scope.sort == "comprehension" and scope.above is not None:
            scope = scope.above
        return scope

    def owner(self, name: str) -> Scope | None:
        """The nearest function around this one that has the name, for `nonlocal`."""
        scope = self.above
        while scope is not None and scope.above is not None:
            if scope.sort == "function" and (name in scope.local or name in scope.names):
                return scope
            scope = scope.above
        return None


_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class _Names(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: set[str] = set()
        self.outside: set[str] = set()
        self.inside = 0

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) and not self.inside:
            self.found.add(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.found.add(node.target.id)
        self.visit(node.value)

    def visit_Global(self, node: ast.Global) -> None:
        self.outside.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.outside.update(node.names)

    def visit_alias(self, node: ast.alias) -> None:
        self.found.add((node.asname or node.name).partition(".")[0])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.found.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self._captured(node, node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self._captured(node, node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self._captured(node, node.rest)

    def _captured(self, node: ast.AST, name: str | None) -> None:
        if name:
            self.found.add(name)
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, _INNER):
            if not isinstance(node, ast.Lambda):
                self.found.add(node.name)
            return
        own = isinstance(node, _COMPREHENSIONS)
        self.inside += own
        super().generic_visit(node)
        self.inside -= own


def local_names(body: list[ast.stmt], arguments: ast.arguments) -> frozenset[str]:
    """The names a function's body assigns to, its arguments among them."""
    names = _Names()
    for statement in body:
        names.visit(statement)
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given = {a.arg for a in (*every, arguments.vararg, arguments.kwarg) if a is not None}
    return frozenset((names.found | given) - names.outside)


def yields(body: list[ast.stmt]) -> dict[int, list[ast.Yield | ast.YieldFrom]]:
    """The yields of each statement that is no block, by its id, in the order they run."""
    found: dict[int, list[ast.Yield | ast.YieldFrom]] = {}
    for statement in body:
        _collect(statement, statement, found)
    return found


def _collect(node: ast.AST, within: ast.stmt, found: dict[int, Any]) -> None:
    if isinstance(node, _INNER):
        return
    for child in ast.iter_child_nodes(node):
        inner = child if isinstance(child, ast.stmt) else within
        _collect(child, inner, found)
    if isinstance(node, (ast.Yield, ast.YieldFrom)):
        found.setdefault(id(within), []).append(node)
