"""Statements that hold others: loops, choices, `with`, `try`, `match`; and the order of all."""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from engine.code.faults import Fault
from engine.code.script import sentences
from engine.code.script.functions import Returned, Signal
from engine.code.script.patterns import Patterns
from engine.code.script.values import StandIn, Stopped
from engine.tensor import Tensor

Walk = Generator[Any, Any, Signal]
KINDS: Mapping[str, type[Exception]] = {
    "NameError": NameError, "AttributeError": AttributeError, "TypeError": TypeError,
}  # fmt: skip
_HEAD = 80


class Blocks(Patterns):
    """Runs statements in order; what cannot be read is told and skipped, the rest goes on."""

    def block(self, body: list[ast.stmt]) -> Walk:
        for statement in body:
            self.line = statement.lineno
            self.listener.at(statement.lineno)
            self.count()
            walk = self._compound.get(type(statement))
            try:
                if walk is not None:
                    signal = yield from walk(self, statement)
                else:
                    if id(statement) in self.yielding:
                        yield from self._asked(statement)
                    signal = self.simple(statement)
            except Fault as why:
                signal = self._skipped(statement, why)
            except Exception as error:
                self._noted(error, statement)
                raise
            if signal is not None:
                return signal
        return None

    def _noted(self, error: Exception, statement: ast.stmt) -> None:
        """Remember where an exception came from: the innermost statement is told of it first."""
        if self.raised is None or self.raised[0] is not error:
            self.raised = (error, statement)

    def _skipped(self, statement: ast.stmt, why: Fault) -> Signal:
        """Tell what was refused; the names it would have given stand for what is not here."""
        if why.kind in KINDS:
            error = KINDS[why.kind](why.text)
            self._noted(error, statement)
            raise error
        self.refused(statement, why)
        missing = StandIn("what was skipped before")
        match statement:
            case ast.Assign(targets=targets):
                self._stand(targets, missing)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._stand([target], missing)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self.bind(name, missing)
            case ast.Return():
                return Returned(missing)
        return None

    def _stand(self, targets: list[ast.expr], missing: StandIn) -> None:
        for target in targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                self._stand(target.elts, missing)
            elif isinstance(target, ast.Starred):
                self._stand([target.value], missing)
            elif isinstance(target, ast.Name):
                self.bind(target.id, missing)
            elif isinstance(target, ast.Attribute):
                try:
                    self.assign(target, missing)
                except (Fault, Exception):
                    continue

    # ---- generators ------------------------------------------------------------------------------

    def _asked(self, statement: ast.stmt) -> Walk:
        """Yield what a statement yields; what is sent back is its value when it runs."""
        for node in self.yielding[id(statement)]:
            if isinstance(node, ast.YieldFrom):
                source = self.value(node.value)
                inner: Any = self.iterated(source)
                sent = yield from inner
            else:
                sent = yield (None if node.value is None else self.value(node.value))
            self.scope.sent[id(node)] = sent

    # ---- choices ---------------------------------------------------------------------------------

    def _if(self, node: ast.If) -> Walk:
        return (yield from self.block(node.body if self.tested(node.test) else node.orelse))

    def _match(self, node: ast.Match) -> Walk:
        value = self.value(node.subject)
        for case in node.cases:
            try:
                chosen = self.fits(case.pattern, value)
            except Fault as why:
                self.refused(case.pattern, why)
                continue
            if chosen and (case.guard is None or self.tested(case.guard)):
                return (yield from self.block(case.body))
        return None

    # ---- loops -----------------------------------------------------------------------------------

    def _for(self, node: ast.For) -> Walk:
        source = self.value(node.iter)
        if isinstance(source, StandIn):
            self.finding(node.iter, sentences.NO_ITERATION.format(source.name))
            return None
        size = len(source) if isinstance(source, (list, tuple, range, dict)) else None
        title = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
        return (yield from self._loop(node, title, self._targets(node, source), size))

    def _targets(self, node: ast.For, source: Any) -> Iterator[Callable[[], None]]:
        """For each item, what assigns it: that is part of the iteration."""
        for item in self.iterated(source):
            yield lambda item=item: self.assign(node.target, item)  # type: ignore[misc]

    def _while(self, node: ast.While) -> Walk:
        title = f"while {ast.unparse(node.test)}"
        return (yield from self._loop(node, title, self._tests(node), None))

    def _tests(self, node: ast.While) -> Iterator[Callable[[], None]]:
        while self.tested(node.test):
            yield _nothing

    def _loop(
        self,
        node: ast.For | ast.While,
        title: str,
        turns: Iterator[Callable[[], None]],
        size: int | None,
    ) -> Walk:
        outer, until = self.floor, self.until
        own = self.floor = outer + (self.steps - outer) // 2
        now = self.clock()
        end = self.until = now + (until - now) * 0.7
        self.listener.enter("loop", title[:_HEAD], node.lineno)
        signal: Signal = None
        try:
            for done, start in enumerate(turns):
                if self.steps < own or self.clock() > end:
                    self._cut_short(node, done, size)
                    break
                self.floor, self.until = own, end
                self.listener.enter("iteration", f"{done + 1}", node.lineno)
                try:
                    start()
                    signal = yield from self.block(node.body)
                finally:
                    self.listener.leave()
                if signal == "break":
                    return None
                if isinstance(signal, Returned):
                    return signal
            return (yield from self.block(node.orelse))
        finally:
            self.floor, self.until = outer, until
            self.listener.leave()

    def _cut_short(self, node: ast.stmt, done: int, size: int | None) -> None:
        count = sentences.UNKNOWN_COUNT if size is None else f"{size:,}"
        self.finding(node, sentences.STOPPED_LOOP.format(done, count))

    # ---- with ------------------------------------------------------------------------------------

    def _with(self, node: ast.With) -> Walk:
        return (yield from self._within(node, list(node.items)))

    def _within(self, node: ast.With, items: list[ast.withitem]) -> Walk:
        if not items:
            return (yield from self.block(node.body))
        item, *rest = items
        manager = self.value(item.context_expr)
        if isinstance(manager, StandIn):
            entered: Any = manager
        else:
            self._managing(manager)
            entered = type(manager).__enter__(manager)
        try:
            if item.optional_vars is not None:
                self.assign(item.optional_vars, self.admitted(entered, ""))
            signal = yield from self._within(node, rest)
        except (Stopped, GeneratorExit, Fault):
            self._left(manager, None)
            raise
        except Exception as error:
            self._noted(error, node)
            if not self._left(manager, error):
                raise
            return None
        self._left(manager, None)
        return signal

    def _managing(self, manager: Any) -> None:
        if not hasattr(type(manager), "__enter__") or isinstance(manager, Tensor):
            raise TypeError(
                f"'{self.kind_name(manager)}' object does not support the context manager protocol"
            )

    def _left(self, manager: Any, error: Exception | None) -> bool:
        if isinstance(manager, StandIn):
            return False
        kind = None if error is None else type(error)
        return bool(type(manager).__exit__(manager, kind, error, None))

    # ---- try -------------------------------------------------------------------------------------

    def _try(self, node: ast.Try) -> Walk:
        """The last block runs whatever happens; what it gives up early goes before all else."""
        try:
            signal = yield from self._tried(node)
        except Stopped:
            raise
        except GeneratorExit:
            self.run_block(node.finalbody)
            raise
        except Exception:
            last = yield from self.block(node.finalbody)
            if last is not None:
                return last
            raise
        last = yield from self.block(node.finalbody)
        return signal if last is None else last

    def _tried(self, node: ast.Try) -> Walk:
        try:
            signal = yield from self.block(node.body)
        except (Stopped, GeneratorExit, Fault):
            raise
        except Exception as error:
            handler = self._handler(node, error)
            if handler is None:
                raise
            return (yield from self._handle(handler, error))
        if signal is not None:
            return signal
        return (yield from self.block(node.orelse))

    def _handler(self, node: ast.Try, error: Exception) -> ast.ExceptHandler | None:
        for handler in node.handlers:
            if handler.type is None:
                return handler
            kinds = self.value(handler.type)
            several = kinds if isinstance(kinds, tuple) else (kinds,)
            if any(isinstance(k, type) and isinstance(error, k) for k in several):
                return handler
        return None

    def _handle(self, handler: ast.ExceptHandler, error: Exception) -> Walk:
        self.handled.append(error)
        try:
            if handler.name:
                self.bind(handler.name, error)
            return (yield from self.block(handler.body))
        finally:
            self.handled.pop()
            if handler.name:
                self.scope.home(handler.name).names.pop(handler.name, None)

    _compound: Mapping[type[ast.stmt], Callable[[Any, Any], Walk]] = {
        ast.If: _if, ast.For: _for, ast.While: _while, ast.With: _with, ast.Try: _try,
        ast.Match: _match,
    }  # fmt: skip


def _nothing() -> None: ...
