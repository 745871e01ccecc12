"""Statements that are one line: assignments, imports, definitions, and what raises or returns."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from engine.code.costs import index_cost
from engine.code.faults import Fault, fault
from engine.code.script import methods, sentences, world
from engine.code.script.classes import Classes
from engine.code.script.expressions import IN_PLACE
from engine.code.script.functions import Returned, Signal, stands_for
from engine.code.script.values import Hint, Space, StandIn
from engine.tensor import Tensor


class Statements(Classes):
    """Runs one statement that holds no others."""

    def simple(self, statement: ast.stmt) -> Signal:
        """Run it; gives what ends the block."""
        self.read = False
        run = _SIMPLE.get(type(statement))
        if run is None:
            kind = type(statement).__name__
            raise fault(statement, sentences.NO_STATEMENT.format(kind))
        return run(self, statement)

    def _expr(self, node: ast.Expr) -> Signal:
        value = self.value(node.value)
        self.last = (node, value)
        called = node.value
        if self.read and isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute):
            owner = called.func.value
            if called.func.attr in methods.GROWING and isinstance(owner, ast.Name):
                self.scope.home(owner.id).tainted.add(owner.id)
            elif called.func.attr in methods.GROWING and isinstance(owner, ast.Attribute):
                self.tainted_attributes.add(owner.attr)
        return None

    # ---- assignments -----------------------------------------------------------------------------

    def _assign(self, node: ast.Assign) -> Signal:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)
        return None

    def _annassign(self, node: ast.AnnAssign) -> Signal:
        if node.value is not None:
            self.assign(node.target, self.value(node.value))
        if self.scope.sort == "class" and isinstance(node.target, ast.Name):
            self.annotated.setdefault(id(self.scope), []).append(node.target.id)
        return None

    def assign(self, target: ast.expr, value: Any) -> None:
        """Assign to a name, an attribute, a part, or several of these."""
        match target:
            case ast.Name(id=name):
                self.bind(name, value)
            case ast.Attribute(value=owner, attr=name):
                self._assign_attribute(target, self.value(owner), name, value)
            case ast.Subscript(value=owner, slice=index):
                self._assign_part(target, self.value(owner), self.value(index), value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._unpack(target, parts, value)
            case ast.Starred(value=inner):
                self.assign(inner, value)
            case _:
                raise fault(target, sentences.NO_SETTING.format(ast.unparse(target)))

    def _assign_attribute(self, target: ast.expr, owner: Any, name: str, value: Any) -> None:
        try:
            self.set_attribute(owner, name, value)
        except Fault as why:
            raise fault(target, why.text) from None
        if self.read and not isinstance(value, Tensor):
            self.tainted_attributes.add(name)
        self.listener.bound(name, value)

    def _assign_part(self, target: ast.expr, owner: Any, index: Any, value: Any) -> None:
        if isinstance(owner, (StandIn, Space)) or isinstance(index, StandIn):
            return
        if isinstance(owner, Tensor):
            missing = stands_for(value, index)
            if missing is not None:
                raise fault(target, sentences.FED.format(missing.name))
            self.weigh(index_cost(owner, index))
        if isinstance(owner, dict):
            self.room(len(owner) + 1)
        elif isinstance(owner, list) and isinstance(index, slice):
            value = self.items(value)
            self.room(len(owner) + len(value))
        elif isinstance(owner, type) or not hasattr(type(owner), "__setitem__"):
            raise TypeError(f"'{self.kind_name(owner)}' object does not support item assignment")
        owner[index] = value

    def _unpack(self, target: ast.expr, parts: list[ast.expr], value: Any) -> None:
        if isinstance(value, StandIn):
            for part in parts:
                self.assign(part, value)
            return
        star = next((k for k, p in enumerate(parts) if isinstance(p, ast.Starred)), None)
        if isinstance(value, Tensor) and value.ndim:
            self.weigh(len(value) * 2**13)
        try:
            values = self.items(value)
        except TypeError:
            raise TypeError(f"cannot unpack non-iterable {self.kind_name(value)} object") from None
        if star is not None:
            after = len(parts) - star - 1
            if len(values) < star + after:
                raise ValueError(
                    f"not enough values to unpack (expected at least {star + after}, got "
                    f"{len(values)})"
                )
            middle = values[star : len(values) - after]
            values = [*values[:star], middle, *values[len(values) - after :]]
        elif len(values) < len(parts):
            raise ValueError(
                f"not enough values to unpack (expected {len(parts)}, got {len(values)})"
            )
        elif len(values) > len(parts):
            raise ValueError(f"too many values to unpack (expected {len(parts)})")
        for part, item in zip(parts, values, strict=True):
            self.assign(part, item)

    def _augassign(self, node: ast.AugAssign) -> Signal:
        target, do = node.target, IN_PLACE[type(node.op)]
        match target:
            case ast.Name(id=name):
                old = self.value(ast.copy_location(ast.Name(name, ast.Load()), target))
                self.bind(name, self.changed(node, node.op, old, self.value(node.value), do))
            case ast.Attribute(value=owner, attr=name):
                thing = self.value(owner)
                old = self.attribute(thing, name)
                new = self.changed(node, node.op, old, self.value(node.value), do)
                self._assign_attribute(target, thing, name, new)
            case ast.Subscript(value=owner, slice=index):
                thing, at = self.value(owner), self.value(index)
                old = self.part(target, thing, at)
                new = self.changed(node, node.op, old, self.value(node.value), do)
                self._assign_part(target, thing, at, new)
        return None

    def changed(self, node: ast.stmt, op: ast.operator, old: Any, value: Any, do: Any) -> Any:
        """What `old op= value` leaves in the place of `old`."""
        if isinstance(old, list) and isinstance(op, ast.Add):
            more = self.items(value)
            self.room(len(old) + len(more))
            old += more
            return old
        return self.combined(node, op, old, value, do)

    def _delete(self, node: ast.Delete) -> Signal:
        for target in node.targets:
            match target:
                case ast.Name(id=name):
                    names = self.scope.home(name).names
                    if name not in names:
                        raise NameError(f"name '{name}' is not defined")
                    del names[name]
                case ast.Attribute(value=owner, attr=name):
                    self.delete_attribute(self.value(owner), name)
                case ast.Subscript(value=owner, slice=index):
                    thing, at = self.value(owner), self.value(index)
                    if not isinstance(thing, StandIn):
                        del thing[at]
                case ast.Tuple(elts=parts) | ast.List(elts=parts):
                    self._delete(ast.Delete(parts))
        return None

    # ---- ends ------------------------------------------------------------------------------------

    def _return(self, node: ast.Return) -> Signal:
        return Returned(None if node.value is None else self.value(node.value))

    def _break(self, node: ast.Break) -> Signal:
        return "break"

    def _continue(self, node: ast.Continue) -> Signal:
        return "continue"

    def _pass(self, node: ast.Pass) -> Signal:
        return None

    def _raise(self, node: ast.Raise) -> Signal:
        if node.exc is None:
            if not self.handled:
                raise RuntimeError("No active exception to reraise")
            raise self.handled[-1]
        error = self.value(node.exc)
        if isinstance(error, type) and issubclass(error, BaseException):
            error = self.call(node, error, (), {})
        if isinstance(error, StandIn):
            raise RuntimeError(f"{error.name} was raised")
        if not isinstance(error, Exception):
            raise TypeError("exceptions must derive from BaseException")
        if node.cause is not None:
            cause = self.value(node.cause)
            error.__cause__ = cause if isinstance(cause, Exception) else None
        raise error

    def _assert(self, node: ast.Assert) -> Signal:
        if not self.tested(node.test):
            raise AssertionError(*(() if node.msg is None else (self.value(node.msg),)))
        return None

    # ---- names -----------------------------------------------------------------------------------

    def _global(self, node: ast.Global) -> Signal:
        for name in node.names:
            self.scope.outside[name] = self.globe
        return None

    def _nonlocal(self, node: ast.Nonlocal) -> Signal:
        for name in node.names:
            owner = self.scope.owner(name)
            if owner is None:
                raise SyntaxError(f"no binding for nonlocal '{name}' found")
            self.scope.outside[name] = owner
        return None

    def _import(self, node: ast.Import) -> Signal:
        for alias in node.names:
            if alias.asname is None:
                name = alias.name.partition(".")[0]
                self._module_named(node, alias.name)
                self.bind(name, self._module_named(node, name))
            else:
                self.bind(alias.asname, self._module_named(node, alias.name))
        return None

    def _importfrom(self, node: ast.ImportFrom) -> Signal:
        home = node.module or ""
        if home == "__future__":
            return None
        source = self._module_named(node, home)
        for alias in node.names:
            if alias.name == "*":
                self._all_of(node, source)
                continue
            self.bind(alias.asname or alias.name, self._from(node, source, alias.name))
        return None

    def _from(self, node: ast.stmt, source: Any, name: str) -> Any:
        if isinstance(source, Space):
            inner = self.module(f"{source.name}.{name}")
            if inner is not None:
                return inner
            self.line = node.lineno
            return self.attribute(source, name)
        return Hint(name) if isinstance(source, Hint) else StandIn(f"{source.name}.{name}")

    def _all_of(self, node: ast.stmt, source: Any) -> None:
        if isinstance(source, Space):
            for name in source.names():
                if not name.startswith("_"):
                    self.bind(name, source.find(name))

    def _module_named(self, node: ast.stmt, name: str) -> Any:
        found = self.module(name)
        if found is None:
            self.finding(node, sentences.NOT_HERE.format(name))
            return StandIn(name)
        return found

    def module(self, name: str) -> Any:
        """The module of this name, None where there is none."""
        return world.space(name) or self.modules.get(name)

    # ---- definitions -----------------------------------------------------------------------------

    def _functiondef(self, node: ast.FunctionDef) -> Signal:
        decorators = [(d, self.value(d)) for d in node.decorator_list]
        made: Any = self.closure(node, node.name)
        for part, decorator in reversed(decorators):
            made = self.decorated(part, decorator, made)
        self.bind(node.name, made)
        return None

    def _asyncfunctiondef(self, node: ast.AsyncFunctionDef) -> Signal:
        raise fault(node, sentences.NO_ASYNC)


_SIMPLE: Mapping[type[ast.stmt], Callable[[Any, Any], Signal]] = {
    ast.Expr: Statements._expr, ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annassign, ast.AugAssign: Statements._augassign,
    ast.Delete: Statements._delete, ast.Return: Statements._return, ast.Break: Statements._break,
    ast.Continue: Statements._continue, ast.Pass: Statements._pass, ast.Raise: Statements._raise,
    ast.Assert: Statements._assert, ast.Global: Statements._global,
    ast.Nonlocal: Statements._nonlocal, ast.Import: Statements._import,
    ast.ImportFrom: Statements._importfrom, ast.FunctionDef: Statements._functiondef,
    ast.AsyncFunctionDef: Statements._asyncfunctiondef, ast.ClassDef: Statements._classdef,
}  # fmt: skip
