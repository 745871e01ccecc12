"""What every part of the interpreter stands on: budgets, scopes, findings, and the one dispatch."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

from engine.code import allowed, refusals
from engine.code.evaluate import Walker
from engine.code.faults import Fault, fault
from engine.code.script import sentences
from engine.code.script.listener import Listener
from engine.code.script.scopes import Scope
from engine.code.script.sources import Finding
from engine.code.script.values import Budget, StandIn, Stopped
from engine.tensor import Tensor

LOOK = 256
"""After so many steps the clock is looked at, and whether somebody has cancelled."""


class Core(Walker):
    """Counts what a program takes and tells the listener; the walking is done in what follows.

    `read` says whether what is being worked out has read numbers out of a tensor.
    """

    limits: Budget
    names: dict[str, Any]

    def __init__(
        self,
        listener: Listener,
        limits: Budget,
        cancelled: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__({}, limits, cancelled, allowed)
        self.listener, self.clock = listener, clock
        self.steps = limits.steps
        self.deadline = self.until = clock() + limits.seconds
        self.globe = Scope({}, None, "module")
        self.scope = self.globe
        self.read = False
        self.calls = 0
        self.floor = 0
        self.handled: list[BaseException] = []
        self.raised: tuple[BaseException, ast.AST] | None = None
        self.told: set[tuple[int, int, str]] = set()
        self.findings: list[Finding] = []
        self.line = 1
        self._walks: dict[type, Any] = {}

    # ---- budgets ---------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """What this part of the program comes to; raises Fault for what is refused."""
        self.steps -= 1
        if self.steps & (LOOK - 1) == 0 or self.steps < 0:
            self.look()
        walk = self._walks.get(type(node))
        if walk is None:
            walk = getattr(self, f"_{type(node).__name__.lower()}", None)
            if walk is None:
                raise fault(node, refusals.OTHER_NODES.get(type(node), refusals.NO_VALUE))
            self._walks[type(node)] = walk
        return walk(node)

    def look(self) -> None:
        """Raise Stopped where no time or steps are left."""
        if self.cancelled():
            raise Stopped(refusals.STOPPED)
        if self.steps < 0:
            raise Stopped(sentences.NO_STEPS.format(self.limits.steps))
        if self.clock() > self.deadline:
            raise Stopped(sentences.NO_TIME)

    def count(self, steps: int = 1) -> None:
        """Take steps for work that is done elsewhere."""
        before = self.steps
        self.steps -= steps
        if self.steps // LOOK != before // LOOK:
            self.look()

    def room(self, size: int) -> None:
        """Refuse a list or a text of more entries than there may be."""
        if size > self.limits.items:
            raise Fault(sentences.TOO_LONG.format(_shown(size), self.limits.items))

    def small(self, *values: Any) -> None:
        """Refuse whole numbers of more bits than there may be."""
        for value in values:
            if isinstance(value, int) and value.bit_length() > self.limits.bits:
                raise Fault(sentences.TOO_SHIFTED.format(self.limits.bits))

    def weigh(self, units: int) -> None:
        """Refuse a call that takes more than one may, and take what it costs."""
        if units > self.limits.call or units > self.left:
            raise Fault(sentences.too_much(units))
        self.left -= units

    def items(self, value: Any) -> list[Any]:
        """All of what can be iterated over, if that is not too much."""
        if isinstance(value, (list, tuple)):
            self.count(len(value) // 16)
            return list(value)
        size = getattr(value, "__len__", None)
        if size is not None and not isinstance(value, (Tensor, StandIn)):
            self.room(length(value))
        found: list[Any] = []
        for item in self.iterated(value):
            self.count()
            found.append(item)
            if len(found) > self.limits.items:
                self.room(len(found))
        return found

    def iterated(self, value: Any) -> Iterator[Any]:
        """What `for` goes through; raises TypeError as Python does."""
        if isinstance(value, StandIn):
            return iter(())
        return iter(value)

    def measured(self, value: Any) -> int:
        """How many parts a nested value has; raises Fault where that is too much to go through."""
        found, level, depth = 0, [value], 0
        while level:
            inner: list[Any] = []
            for part in level:
                if isinstance(part, dict):
                    inner += part.values()
                    found += len(part)
                elif isinstance(part, (list, tuple, set, frozenset)):
                    found += len(part) + sum(len(p) for p in part if isinstance(p, str)) // 8
                    if found > self.limits.parts:
                        raise Fault(sentences.TOO_NESTED)
                    inner += [p for p in part if isinstance(p, (list, tuple, dict, set))]
            depth += 1
            if depth > self.limits.depth or found > self.limits.parts:
                raise Fault(sentences.TOO_NESTED)
            level = inner
        return found

    # ---- telling ---------------------------------------------------------------------------------

    def tell(self, line: int, column: int, text: str) -> None:
        """Tell that something is not read or not run; once for each place and text."""
        if (line, column, text) in self.told or len(self.told) >= self.limits.findings:
            return
        self.told.add((line, column, text))
        self.findings.append(Finding(line, column, text))
        self.listener.finding(line, column, text)

    def finding(self, node: ast.AST | None, text: str) -> None:
        """The same of a part of the program, or of the line that runs."""
        self.tell(getattr(node, "lineno", self.line), getattr(node, "col_offset", 0) + 1, text)

    def refused(self, node: ast.AST, why: Fault) -> None:
        """Tell what a Fault says, where it says so, or at this part."""
        if why.end > why.column or why.line:
            self.tell(why.line + 1, why.column + 1, why.text)
        else:
            self.finding(node, why.text)

    # ---- what is defined further on --------------------------------------------------------------

    def call(self, node: ast.AST, callee: Any, args: Collection[Any], kw: dict[str, Any]) -> Any:
        """What a call gives."""
        raise NotImplementedError

    def bind(self, name: str, value: Any) -> None:
        """Give a name of the scope a value."""
        scope = self.scope.home(name)
        scope.names[name] = value
        if self.read and isinstance(value, (bool, int, float, str, list, tuple)):
            scope.tainted.add(name)
        else:
            scope.tainted.discard(name)
        self.listener.bound(name, value)

    def write(self, text: str) -> None:
        """Take what the program prints."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Any) -> None:
        """Assign to whatever may stand before `=`."""
        raise NotImplementedError

    def truth(self, node: ast.expr, value: Any) -> bool:
        """Whether a value counts as true; a tensor's number is read for that."""
        if isinstance(value, Tensor):
            self.read = True
        return bool(value)

    def tested(self, node: ast.expr) -> bool:
        """What a condition comes to; the listener is told if it depends on a tensor's numbers."""
        before, self.read = self.read, False
        outcome = self.truth(node, self.value(node))
        if self.read:
            text = ast.unparse(node)
            self.listener.condition(node.lineno, text[:200], outcome)
        self.read = self.read or before
        return outcome


def length(value: Any) -> int:
    """The length, a range's also where Python cannot tell it."""
    if isinstance(value, range):
        start, stop, step = value.start, value.stop, value.step
        return max(0, -((start - stop) // step))
    return len(value)


def _shown(count: int) -> str:
    if count.bit_length() > 9_999:
        return "more than 10^3000"
    return f"{count:,}" if count < 10**15 else f"10^{len(str(count)) - 1}"
