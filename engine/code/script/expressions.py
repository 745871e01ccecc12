"""Expressions of a program."""

from __future__ import annotations

import ast
import collections
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from engine.code import refusals
from engine.code.costs import ELEMENT, cost, index_cost
from engine.code.evaluate import BINARY, COMPARE, UNARY
from engine.code.faults import Fault, fault
from engine.code.script import sentences, texts
from engine.code.script.core import length
from engine.code.script.functions import Functions, stands_for
from engine.code.script.scopes import NOWHERE, Scope
from engine.code.script.values import Flow, Space, StandIn
from engine.tensor import Tensor

OPERATORS: Mapping[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    **BINARY, ast.LShift: ("mul", operator.lshift), ast.RShift: ("mul", operator.rshift),
}  # fmt: skip
"""What each operator does, and what it costs as."""
IN_PLACE = {
    ast.Add: operator.iadd, ast.Sub: operator.isub, ast.Mult: operator.imul,
    ast.Div: operator.itruediv, ast.FloorDiv: operator.ifloordiv, ast.Mod: operator.imod,
    ast.Pow: operator.ipow, ast.MatMult: operator.imatmul, ast.BitAnd: operator.iand,
    ast.BitOr: operator.ior, ast.BitXor: operator.ixor, ast.LShift: operator.ilshift,
    ast.RShift: operator.irshift,
}  # fmt: skip
_ARRAYS = (Tensor, np.ndarray)
_REPEATED = (str, list, tuple, collections.deque)


class Expressions(Functions):
    """Walks expressions."""

    # ---- names and values ------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, (complex, bytes)):
            raise fault(node, sentences.NO_BYTES)
        return node.value

    def _name(self, node: ast.Name) -> Any:
        value, tainted = self.scope.find(node.id)
        if value is NOWHERE:
            value = self.builtins.get(node.id, NOWHERE)
            if value is NOWHERE:
                return self._unknown(node)
        self.read = self.read or tainted
        return value

    def _unknown(self, node: ast.Name) -> Any:
        if node.id in self.missing:
            self.finding(node, sentences.NO_BUILTIN.format(node.id))
            return StandIn(node.id)
        raise NameError(f"name '{node.id}' is not defined")

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._elements(node.elts))

    def _list(self, node: ast.List) -> Any:
        return self._elements(node.elts)

    def _set(self, node: ast.Set) -> Any:
        return set(self._elements(node.elts))

    def _elements(self, nodes: list[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += self.items(self.value(node.value))
                self.room(len(found))
            else:
                found.append(self.value(node))
        return found

    def _dict(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                inner = self.value(value)
                found.update(inner if isinstance(inner, dict) else {})
            else:
                name = self.value(key)
                found[name] = self.value(value)
        return found

    def _joinedstr(self, node: ast.JoinedStr) -> Any:
        return texts.joined(self, "", (str(self.value(part)) for part in node.values))

    def _formattedvalue(self, node: ast.FormattedValue) -> Any:
        value = self.value(node.value)
        spec = str(self.value(node.format_spec)) if node.format_spec is not None else ""
        if node.conversion >= 0:
            value = texts.converted(self, value, node.conversion)
        return texts.formatted(self, value, spec)

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.value(node.value)
        self.line = node.lineno
        if node.attr in self.tainted_attributes:
            self.read = True
        return self.attribute(value, node.attr)

    # ---- choices ---------------------------------------------------------------------------------

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.tested(node.test) else node.orelse)

    def _boolop(self, node: ast.BoolOp) -> Any:
        stop, value = isinstance(node.op, ast.Or), None
        for part in node.values:
            value = self.value(part)
            if part is not node.values[-1] and self.truth(part, value) is stop:
                break
        return value

    def _namedexpr(self, node: ast.NamedExpr) -> Any:
        value = self.value(node.value)
        inner, self.scope = self.scope, self.scope.function()
        try:
            self.bind(node.target.id, value)
        finally:
            self.scope = inner
        return value

    def _lambda(self, node: ast.Lambda) -> Any:
        return self.closure(node, "<lambda>")

    def _yield(self, node: ast.Yield) -> Any:
        sent = self.scope.function().sent
        if id(node) not in sent:
            raise fault(node, sentences.NO_YIELD)
        return sent.pop(id(node))

    _yieldfrom = _yield

    def _await(self, node: ast.Await) -> Any:
        raise fault(node, sentences.NO_ASYNC)

    def _starred(self, node: ast.Starred) -> Any:
        raise fault(node, refusals.NO_STAR)

    # ---- calls -----------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        called = node.func
        if isinstance(called, ast.Name) and called.id == "super" and not node.args:
            return self._super()
        callee = self.value(called)
        args = self._elements(node.args)
        kw: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg is not None:
                kw[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(k, str) for k in value):
                kw.update(value)
        self.line = node.lineno
        try:
            return self.call(node, callee, args, kw)
        except Fault as why:
            if why.end > why.column or why.line:
                raise
            raise fault(node, why.text, why.kind) from None

    def _super(self) -> Any:
        scope: Scope | None = self.scope.function()
        first = scope.first if scope is not None else NOWHERE
        while scope is not None and scope.sort != "class":
            scope = scope.above
        if scope is None or scope.made is None or first is NOWHERE:
            raise RuntimeError("super(): no arguments")
        return super(scope.made, first)

    # ---- operators -------------------------------------------------------------------------------

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        return self.combined(node, node.op, left, right, OPERATORS[type(node.op)][1])

    def combined(self, node: ast.AST, op: ast.operator, left: Any, right: Any, do: Any) -> Any:
        """`left op right`, where that stays within limits; `do` may change `left` in place."""
        missing = stands_for(left, right)
        if missing is not None:
            if isinstance(left, Tensor) or isinstance(right, Tensor):
                raise fault(node, sentences.FED.format(missing.name))
            if isinstance(op, ast.Mod) and isinstance(left, str):
                return left
            if isinstance(left, StandIn) or isinstance(right, StandIn):
                return missing
        self.line = getattr(node, "lineno", self.line)
        if isinstance(left, _ARRAYS) or isinstance(right, _ARRAYS):
            self.weigh(self._cost(OPERATORS[type(op)][0], left, right))
            return self.admitted(do(left, right), "")
        if isinstance(left, str) and isinstance(op, ast.Mod):
            return texts.percent(self, left, right)
        self._judge(node, op, left, right)
        result = do(left, right)
        if isinstance(result, complex):
            raise fault(node, refusals.COMPLEX_ROOT)
        return result

    def _cost(self, name: str, left: Any, right: Any) -> int:
        """Units that an operation takes, of tensors or of NumPy's arrays."""
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            return cost(name, (left, right), {})
        sizes = [x.size for x in (left, right) if isinstance(x, np.ndarray)]
        if len(sizes) < 2:
            return max(sizes) * ELEMENT
        if name == "matmul":
            return int(sizes[0] * (right.shape[-1] if right.ndim > 1 else 1))
        return math.prod(np.broadcast_shapes(left.shape, right.shape)) * ELEMENT

    def _judge(self, node: ast.AST, op: ast.operator, left: Any, right: Any) -> None:
        """Refuse whole numbers, lists and texts that would grow beyond all bounds."""
        if isinstance(left, int) and isinstance(right, int):
            self.small(right)
            bits = left.bit_length()
            if isinstance(op, ast.Pow) and right > 0:
                bits *= right if abs(left) > 1 else 1
            elif isinstance(op, ast.LShift):
                bits += max(0, right)
            elif isinstance(op, ast.Mult):
                bits += right.bit_length()
            if bits > self.limits.bits:
                raise fault(node, sentences.TOO_SHIFTED.format(self.limits.bits))
        elif isinstance(op, ast.Mult):
            for some, times in ((left, right), (right, left)):
                if isinstance(some, _REPEATED) and isinstance(times, int):
                    self.room(len(some) * max(0, times))
                    self.count(len(some) * max(0, times) // 64)
        elif isinstance(op, ast.Add) and isinstance(left, (str, list, tuple)):
            self.room(len(left) + (len(right) if hasattr(right, "__len__") else 0))
            self.count(len(left) // 64)

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not self.truth(node.operand, value)
        if isinstance(value, StandIn):
            return value
        if isinstance(value, Tensor):
            self.weigh(cost("neg", (value,), {}))
        return UNARY[type(node.op)](value)

    def _compare(self, node: ast.Compare) -> Any:
        left, result = self.value(node.left), None
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part)
            result = self._compared(node, op, left, right)
            if op is not node.ops[-1] and not self.truth(node, result):
                break
            left = right
        return result

    def _compared(self, node: ast.Compare, op: ast.cmpop, left: Any, right: Any) -> Any:
        if isinstance(op, (ast.In, ast.NotIn)):
            return self._contained(right, left) is isinstance(op, ast.In)
        if isinstance(op, (ast.Is, ast.IsNot)):
            return (left is right) is isinstance(op, ast.Is)
        missing = stands_for(left, right)
        if missing is not None:
            return missing
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            self.weigh(cost("eq", (left, right), {}))
        elif isinstance(left, (list, tuple, dict)) and isinstance(right, (list, tuple, dict)):
            self.count(min(self.measured(left), self.measured(right)) // 16)
        return self.admitted(COMPARE[type(op)](left, right), "")

    def _contained(self, among: Any, value: Any) -> bool:
        if isinstance(among, (StandIn, Space)):
            return False
        if isinstance(among, Tensor) or isinstance(value, Tensor):
            self.read = True
        if isinstance(among, (list, tuple, str)):
            self.count(len(among) // 64)
        if hasattr(type(among), "__contains__"):
            return bool(value in among)
        return any(value is item or value == item for item in self.iterated(among))

    # ---- parts -----------------------------------------------------------------------------------

    def _subscript(self, node: ast.Subscript) -> Any:
        value = self.value(node.value)
        if isinstance(value, type):  # list[int], as annotations have it
            return value
        return self.part(node, value, self.value(node.slice))

    def part(self, node: ast.AST, value: Any, index: Any) -> Any:
        """`value[index]`."""
        self.line = getattr(node, "lineno", self.line)
        missing = stands_for(value) if isinstance(value, StandIn) else stands_for(index)
        if missing is not None:
            if isinstance(value, Tensor):
                raise fault(node, sentences.FED.format(missing.name))
            return missing
        if isinstance(value, Tensor):
            self.weigh(index_cost(value, index))
        elif isinstance(index, slice) and isinstance(value, (str, list, tuple)):
            self.count(len(value) // 64)
        return self.admitted(operator.getitem(value, index), "")

    # ---- comprehensions --------------------------------------------------------------------------

    def _listcomp(self, node: ast.ListComp) -> Any:
        found: list[Any] = []

        def add() -> None:
            found.append(self.value(node.elt))
            if len(found) > self.limits.items:
                self.room(len(found))

        self._each(node.generators, add)
        return found

    def _setcomp(self, node: ast.SetComp) -> Any:
        found: set[Any] = set()
        self._each(node.generators, lambda: found.add(self.value(node.elt)))
        return found

    def _dictcomp(self, node: ast.DictComp) -> Any:
        found: dict[Any, Any] = {}

        def add() -> None:
            key = self.value(node.key)
            found[key] = self.value(node.value)

        self._each(node.generators, add)
        return found

    def _generatorexp(self, node: ast.GeneratorExp) -> Any:
        scope = Scope({}, self.scope, "comprehension")
        turns = self._turns(node.generators, self._source(node.generators[0]), None)

        def made() -> Iterator[Any]:
            while True:
                outer, self.scope = self.scope, scope
                try:
                    if next(turns, NOWHERE) is NOWHERE:
                        return
                    value = self.value(node.elt)
                finally:
                    self.scope = outer
                yield value

        return Flow(made(), self.count, "generator")

    def _each(self, generators: list[ast.comprehension], do: Callable[[], None]) -> None:
        first = self._source(generators[0])
        outer, self.scope = self.scope, Scope({}, self.scope, "comprehension")
        total = None if any(generator.ifs for generator in generators) else 1
        try:
            for _ in self._turns(generators, first, total):
                do()
        finally:
            self.scope = outer

    def _source(self, generator: ast.comprehension) -> Any:
        value = self.value(generator.iter)
        if isinstance(value, StandIn):
            self.finding(generator.iter, sentences.NO_ITERATION.format(value.name))
        return value

    def _turns(
        self, generators: list[ast.comprehension], source: Any, total: int | None
    ) -> Iterator[Any]:
        """Yield once for every element, the targets assigned in what is the scope then.

        `total` is how many there are of what goes round outside, None where nobody can tell.
        """
        head, *rest = generators
        if total is not None and isinstance(source, (range, list, tuple)):
            total *= length(source)
            self.room(total)
        for item in self.iterated(source):
            self.count()
            self.assign(head.target, item)
            if not all(self.tested(test) for test in head.ifs):
                continue
            if rest:
                yield from self._turns(rest, self._source(rest[0]), total)
            else:
                yield None
