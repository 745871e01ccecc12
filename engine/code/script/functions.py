"""Calls: of the program's functions, of tools, of classes, of Modules."""

from __future__ import annotations

import ast
from collections.abc import Collection, Generator
from contextlib import ExitStack
from types import MethodType
from typing import Any

from engine.code.costs import PIECE
from engine.code.faults import Fault, fault
from engine.code.script import sentences, sizes
from engine.code.script.attributes import Attributes
from engine.code.script.closures import Closure, Defined, Shape, Stream, bound
from engine.code.script.scopes import Scope
from engine.code.script.values import Ended, Hint, Space, StandIn, Tool
from engine.nn.module import Module
from engine.tensor import Tensor

Signal = Any
"""What ends a block early: None, "break", "continue" or Returned."""


class Returned:
    """A function's result on its way out."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Functions(Attributes):
    """Makes and calls functions."""

    shapes: dict[int, Shape]
    yielding: dict[int, list[ast.Yield | ast.YieldFrom]]

    def closure(self, node: Defined, name: str) -> Closure:
        """The function this text defines, with its defaults worked out now."""
        shape = self.shapes.get(id(node))
        if shape is None:
            shape = self.shapes[id(node)] = Shape(node)
            self.yielding |= shape.yields
        given = node.args
        last = [*given.posonlyargs, *given.args][-len(given.defaults) or None :]
        values = {a.arg: self.value(d) for a, d in zip(last, given.defaults, strict=False)}
        for a, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            if default is not None:
                values[a.arg] = self.value(default)
        return Closure(self, shape, self.scope, values, name)

    # ---- calling ---------------------------------------------------------------------------------

    def call(self, node: ast.AST, callee: Any, args: Collection[Any], kw: dict[str, Any]) -> Any:
        """What a call gives; Python's StopIteration becomes this world's."""
        try:
            return self._called(node, callee, tuple(args), kw)
        except StopIteration as end:
            raise Ended(end.value) from None

    def _called(self, node: ast.AST, callee: Any, args: tuple[Any, ...], kw: dict[str, Any]) -> Any:
        kind = type(callee)
        if kind is Tool:
            return self._use(node, callee, args, kw) if callee.engine else callee(*args, **kw)
        if kind is Closure:
            return self.enter(callee, args, kw)
        if kind is MethodType:
            return self._called(node, callee.__func__, (callee.__self__, *args), kw)
        if kind is StandIn:
            return callee
        if isinstance(callee, type):
            return self._construct(node, callee, args, kw)
        if isinstance(callee, Module):
            return self._module(node, callee, args, kw)
        if kind in (Space, Hint) or not callable(callee) or isinstance(callee, Tensor):
            raise TypeError(f"'{self.kind_name(callee)}' object is not callable")
        return self.admitted(callee(*args, **kw), "")

    def _use(self, node: ast.AST, tool: Tool, args: tuple[Any, ...], kw: dict[str, Any]) -> Any:
        """Call something of the engine's, if that costs no more than it may."""
        args, kw = self._given(node, args, kw)
        owner = getattr(tool.do, "__self__", None)
        all_given = (owner, *args) if isinstance(owner, Tensor) else args
        self.weigh(sizes.units(tool.last, all_given, kw))
        result = tool(*args, **kw)
        if isinstance(result, (bool, int, float, list)) and tool.last not in sizes.NOT_READING:
            self.read = self.read or any(isinstance(a, Tensor) for a in all_given)
        return self.admitted(result, tool.name)

    def _given(
        self, node: ast.AST, args: tuple[Any, ...], kw: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments, if the engine may be handed them; raises Fault."""
        self.weigh(len(args) * PIECE)
        for value in (*args, *kw.values()):
            missing = stands_for(value)
            if missing is not None:
                raise fault(node, sentences.FED.format(missing.name))
            if isinstance(value, (list, tuple)):
                self.measured(value)
                self.weigh(sum(isinstance(p, (Tensor, Module)) for p in value) * PIECE)
            elif isinstance(value, (range, str)):
                self.room(len(value[: self.limits.items + 1]))
        return args, kw

    def _construct(
        self, node: ast.AST, cls: type, args: tuple[Any, ...], kw: dict[str, Any]
    ) -> Any:
        made = self.constructors.get(cls)
        if made is not None:
            return made(*args, **kw)
        if cls in self.classes:
            if issubclass(cls, (list, tuple, dict, set)):
                args = tuple(self.items(a) if isinstance(a, range) else a for a in args)
            return cls(*args, **kw)
        if not self.constructible(cls):
            raise fault(node, sentences.NO_BUILTIN.format(cls.__name__))
        args, kw = self._given(node, args, kw)
        if issubclass(cls, Module) or cls is Tensor:
            self.weigh(sizes.units(cls.__name__, args, kw))
        return cls(*args, **kw)

    def _module(
        self, node: ast.AST, module: Module, args: tuple[Any, ...], kw: dict[str, Any]
    ) -> Any:
        args, kw = self._given(node, args, kw)
        if type(module) not in self.classes:
            self.weigh(sizes.of_module(module, args))
        title = type(module).__name__
        called = getattr(node, "func", None)
        if isinstance(called, (ast.Name, ast.Attribute)):
            name = called.id if isinstance(called, ast.Name) else called.attr
            title = f"{name}: {title}"
        self.listener.enter("module", title, getattr(node, "lineno", self.line))
        self.entered = module
        try:
            return module(*args, **kw)
        finally:
            self.entered = None
            self.listener.leave()

    # ---- the program's own functions -------------------------------------------------------------

    def enter(self, closure: Closure, args: tuple[Any, ...], kw: dict[str, Any]) -> Any:
        """Run a function of the program."""
        scope = Scope(bound(closure, args, kw), closure.scope, "function", closure.shape.local)
        scope.first = args[0] if args else None
        scope.title = f"{closure.title}.<locals>."
        if closure.shape.yields:
            return Stream(self._generate(closure, scope), closure.title)
        if self.calls >= self.limits.recursion:
            raise RecursionError("maximum recursion depth exceeded")
        self.count()
        told = self._told(closure, scope.first)
        outer, self.scope = self.scope, scope
        self.calls += 1
        try:
            for name, value in scope.names.items():
                self.listener.bound(name, value)
            signal = self.run_block(closure.shape.body)
        finally:
            self.calls -= 1
            self.scope = outer
            if told:
                self.listener.leave()
        return signal.value if isinstance(signal, Returned) else None

    def _told(self, closure: Closure, first: Any) -> bool:
        """Whether the listener was told that a function begins; a Module's forward is its call."""
        line = closure.shape.node.lineno
        if closure.name == "forward" and isinstance(first, Module):
            if self.entered is first:
                self.entered = None
                return False
            self.listener.enter("module", type(first).__name__, line)
            return True
        if isinstance(closure.shape.node, ast.Lambda):
            return False
        self.listener.enter("function", closure.name, line)
        return True

    def run_block(self, body: list[ast.stmt]) -> Signal:
        """Run statements in which nothing yields."""
        flow = self.block(body)
        try:
            next(flow)
        except StopIteration as end:
            return end.value
        raise Fault(sentences.NO_YIELD)

    def _generate(self, closure: Closure, scope: Scope) -> Generator[Any, Any, Any]:
        flow = self.block(closure.shape.body)
        step, given = flow.send, None
        while True:
            outer, self.scope = self.scope, scope
            self.calls += 1
            try:
                if self.calls > self.limits.recursion:
                    raise RecursionError("maximum recursion depth exceeded")
                with ExitStack() as modes:
                    for mode in closure.modes:
                        modes.enter_context(mode())
                    item = step(given)
            except StopIteration as end:
                return end.value.value if isinstance(end.value, Returned) else None
            finally:
                self.calls -= 1
                self.scope = outer
            try:
                given, step = (yield item), flow.send
            except GeneratorExit:
                outer, self.scope = self.scope, scope
                try:
                    flow.close()
                finally:
                    self.scope = outer
                raise
            except Exception as error:
                given, step = error, flow.throw

    def block(self, body: list[ast.stmt]) -> Generator[Any, Any, Signal]:
        """Run statements; yields what they yield, gives what ended them early."""
        raise NotImplementedError


def stands_for(*values: Any) -> StandIn | None:
    """The first stand-in among values, and in lists of them, if there is one."""
    for value in values:
        if isinstance(value, StandIn):
            return value
        if isinstance(value, (list, tuple)):
            found = next((p for p in value[:100] if isinstance(p, StandIn)), None)
            if found is not None:
                return found
    return None
