"""What a typed line asks for: to see a value, to keep one under a name, or a Program's line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.actions.optimizers import KINDS
from engine.code import allowed, refusals
from engine.code.faults import fault
from engine.graph import Action
from engine.tensor import Tensor

MOST_GIVEN = 10_000
"""Entries of a tensor that is written into the Program."""


@dataclass(frozen=True, slots=True)
class Show:
    """`2 * x`, or `print(x, y)` with its arguments."""

    parts: tuple[ast.expr, ...]
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Keep:
    """`a = 2 * x`: the value is kept under a name of the console's own."""

    name: str
    value: ast.expr


@dataclass(frozen=True, slots=True)
class Do:
    """A line of the Program; `result` is what Python would print once it has run, if anything."""

    action: Action
    result: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A line that is known and has nothing to do here."""


Statement = Show | Keep | Do | Nothing


@dataclass(frozen=True)
class Scope:
    """Who the names of a line are: nodes by name, the optimizers, and how a part is worked out."""

    nodes: Mapping[str, str]
    value: Callable[[ast.expr], Any]
    optimizers: frozenset[str] = field(default_factory=frozenset)


def read(statement: ast.stmt, scope: Scope) -> Statement:
    """What one line asks for; raises Fault for what has no place here."""
    match statement:
        case ast.Import(names=[ast.alias(name="torch", asname=None)]):
            return Nothing()
        case ast.Import(names=[ast.alias(name="torch.nn.functional", asname="F")]):
            return Nothing()
        case ast.Expr(value=ast.Call() as call):
            return _call(call, scope)
        case ast.Expr(value=value):
            return Show((value,))
        case ast.Assign(targets=[target], value=value):
            return _assignment(target, value, scope)
        case ast.Assign() | ast.AugAssign():
            raise fault(statement, refusals.ONE_NAME)
        case ast.Pass():
            return Nothing()
    told = refusals.OTHER_STATEMENTS.get(type(statement), refusals.NO_STATEMENT)
    raise fault(statement, told)


def _call(call: ast.Call, scope: Scope) -> Statement:
    if isinstance(call.func, ast.Name) and call.func.id == "print" and not call.keywords:
        return Show(tuple(call.args), printed=True)
    if isinstance(call.func, ast.Attribute):
        on, do = _thing(call.func.value, scope), call.func.attr
        if on is not None and do in _LINES:
            return _LINES[do](call, on, scope)
        if do in _LINES:
            raise fault(call.func.value, refusals.NOT_OF_THE_GRAPH.format(do))
    return Show((call,))


def _thing(node: ast.expr, scope: Scope) -> str | None:
    """What a line is called on, as an Action says it: a node, its .grad, an optimizer."""
    match node:
        case ast.Name(id=name):
            return name if name in scope.optimizers else scope.nodes.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr="grad") if name in scope.nodes:
            return f"{scope.nodes[name]}.grad"
    return None


# ---- lines of the Program ------------------------------------------------------------------------


def _backward(call: ast.Call, on: str, scope: Scope) -> Do:
    given = _given(call, ("gradient", "retain_graph", "create_graph", "inputs"))
    args: dict[str, Any] = {}
    for key, value in given.items():
        if key == "inputs":
            args[key] = _nodes(value, scope)
        elif key == "gradient":
            seed = _numbers(value, scope)
            args |= {} if seed is None else {key: seed}
        elif (flag := _flag(value, scope)) is not None and (flag or key == "retain_graph"):
            args[key] = flag
    return Do(Action("backward", on, args))


def _requires_grad(call: ast.Call, on: str, scope: Scope) -> Do:
    _on_a_node(call, on)
    given = _given(call, ("requires_grad",))
    flag = _flag(given["requires_grad"], scope) if given else True
    assert isinstance(call.func, ast.Attribute)
    return Do(Action("requires_grad_", on, {} if flag else {"value": False}), call.func.value)


def _retain_grad(call: ast.Call, on: str, scope: Scope) -> Do:
    _on_a_node(call, on)
    _given(call, ())
    return Do(Action("retain_grad", on))


def _zero(call: ast.Call, on: str, scope: Scope) -> Do:
    _given(call, ())
    if not on.endswith(".grad"):
        raise fault(call.func, refusals.EFFECT.format("zero_"))
    assert isinstance(call.func, ast.Attribute)
    return Do(Action("zero_", on), call.func.value)


def _of_optimizer(do: str, *known: str) -> Callable[[ast.Call, str, Scope], Do]:
    def read_call(call: ast.Call, on: str, scope: Scope) -> Do:
        if on not in scope.optimizers:
            raise fault(call.func, refusals.NOT_AN_OPTIMIZER.format(do))
        given = {key: _flag(value, scope) for key, value in _given(call, known).items()}
        return Do(Action(do, on, {k: v for k, v in given.items() if v is not None}))

    return read_call


_LINES: Mapping[str, Callable[[ast.Call, str, Scope], Do]] = {
    "backward": _backward,
    "requires_grad_": _requires_grad,
    "retain_grad": _retain_grad,
    "zero_": _zero,
    "step": _of_optimizer("step"),
    "zero_grad": _of_optimizer("zero_grad", "set_to_none"),
}


def _assignment(target: ast.expr, value: ast.expr, scope: Scope) -> Statement:
    match target, value:
        case ast.Name(id=name), ast.Call(func=ast.Attribute(value=maker, attr=kind)) if ast.unparse(
            maker
        ) in ("torch.optim", "optim"):
            assert isinstance(value, ast.Call)
            return _optimizer(target, name, kind, value, scope)
    match target:
        case ast.Name(id=name):
            return Keep(_free(target, name, scope), value)
        case ast.Attribute(value=ast.Name(id=name), attr=("grad" | "data") as attr):
            if name not in scope.nodes:
                raise fault(target, refusals.NOT_OF_THE_GRAPH.format(attr))
            on = scope.nodes[name] + (".grad" if attr == "grad" else "")
            return Do(Action("set", on, {"value": _numbers(value, scope)}))
        case ast.Attribute(value=ast.Name(id=name), attr="requires_grad") if name in scope.nodes:
            flag = _flag(value, scope)
            return Do(Action("requires_grad_", scope.nodes[name], {} if flag else {"value": False}))
    raise fault(target, refusals.ONE_NAME)


def _optimizer(target: ast.expr, name: str, kind: str, call: ast.Call, scope: Scope) -> Do:
    """`opt = torch.optim.SGD([w, b], lr=0.1)`."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise fault(call.func, refusals.NO_OPTIMIZER.format(kind, known), "AttributeError")
    given = _given(call, ("params", *KINDS[kind]))
    if "params" not in given:
        raise fault(call, refusals.WANTS_NODES)
    args: dict[str, Any] = {"kind": kind, "params": _nodes(given.pop("params"), scope)}
    for key, node in given.items():
        args[key] = _setting(node, scope)
    on = name if name in scope.optimizers else _free(target, name, scope)
    return Do(Action("optimizer", on, args))


def _setting(node: ast.expr, scope: Scope) -> Any:
    value = scope.value(node)
    plain = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(v, (bool, int, float)) for v in plain):
        raise fault(node, refusals.WANTS_NUMBER)
    return list(value) if isinstance(value, tuple) else value


def _free(target: ast.expr, name: str, scope: Scope) -> str:
    """A name the console may use for something of its own."""
    if name in scope.nodes or name in scope.optimizers:
        raise fault(target, refusals.TAKEN.format(name))
    if name in allowed.SPACES or name in allowed.BUILTINS or name in ("print", "help"):
        raise fault(target, refusals.RESERVED.format(name))
    if name.startswith("__"):
        raise fault(target, refusals.PRIVATE)
    return name


# ---- arguments -----------------------------------------------------------------------------------


def _given(call: ast.Call, known: tuple[str, ...]) -> dict[str, ast.expr]:
    """The arguments by name; raises Fault for one that the method does not take."""
    if len(call.args) > len(known) or any(isinstance(a, ast.Starred) for a in call.args):
        raise fault(call, refusals.TOO_MANY_ARGUMENTS, "TypeError")
    found = dict(zip(known, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg not in known or keyword.arg in found:
            told = refusals.UNEXPECTED.format(keyword.arg)
            raise fault(keyword, told, "TypeError")
        found[keyword.arg] = keyword.value
    return found


def _on_a_node(call: ast.Call, on: str) -> None:
    if on.endswith(".grad"):
        raise fault(call.func, refusals.NOT_ON_GRAD)


def _flag(node: ast.expr, scope: Scope) -> bool | None:
    value = scope.value(node)
    if value is not None and not isinstance(value, (bool, int)):
        raise fault(node, refusals.WANTS_FLAG)
    return None if value is None else bool(value)


def _numbers(node: ast.expr, scope: Scope) -> Any:
    """A tensor or a number as a Program writes it down; None for None."""
    value = scope.value(node)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if not isinstance(value, Tensor):
        raise fault(node, refusals.WANTS_TENSOR)
    if value.numel() > MOST_GIVEN:
        raise fault(node, refusals.TOO_MANY_GIVEN.format(MOST_GIVEN))
    return value.tolist()


def _nodes(node: ast.expr, scope: Scope) -> list[str]:
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    found = [scope.nodes.get(part.id) for part in parts if isinstance(part, ast.Name)]
    if len(found) < len(parts) or None in found:
        raise fault(node, refusals.WANTS_NODES)
    return [i for i in found if i is not None]
