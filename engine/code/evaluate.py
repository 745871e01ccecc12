"""The one evaluator of typed text: the console's lines, formulas of one's own.

Text is taken apart by Python's parser and walked here; nothing is ever handed to Python to run.
What may be used is listed in `allowed`; everything else is refused in a sentence that says what,
where, and what to do instead.  Nothing that is reached here changes a tensor.
"""

from __future__ import annotations

import ast
import operator
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.code import allowed, refusals
from engine.code.costs import ELEMENT, cost, index_cost
from engine.code.faults import LIMITS, Fault, Limits, fault, parse
from engine.function import Function
from engine.modes import warnings_collected

Names = Mapping[str, Any]


class Library(Protocol):
    """Whose functions and methods a text may use, by name; `allowed` is the engine's."""

    CONSTANTS: Mapping[str, Any]
    PLAIN: tuple[type, ...]
    TENSOR: type

    def functions(self, space: str) -> Mapping[str, Callable[..., Any]]: ...
    def methods(self, kind: type) -> Mapping[str, Callable[..., Any]]: ...
    def attributes(self, kind: type) -> tuple[str, ...]: ...


@dataclass
class Answer:
    """What a text has come to, and the warnings PyTorch would have given on the way."""

    value: Any
    warned: list[str] = field(default_factory=list)


def evaluate(
    text: str,
    names: Names,
    *,
    limits: Limits = LIMITS,
    cancelled: Callable[[], bool] = lambda: False,
) -> Answer:
    """The value of one expression in these names.

    Raises Fault for whatever is wrong with it, an op's own error included.
    """
    body = parse(text, limits).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        at = body[0] if body else None
        raise fault(at, refusals.NO_STATEMENT)
    return value_of(body[0].value, names, limits=limits, cancelled=cancelled)


def value_of(
    node: ast.expr,
    names: Names,
    *,
    limits: Limits = LIMITS,
    cancelled: Callable[[], bool] = lambda: False,
    library: Library = allowed,
) -> Answer:
    """The same for an expression parsed already; `library` is whose functions are meant."""
    walker = Walker(names, limits, cancelled, library)
    with warnings_collected(set()) as told:
        value = walker.value(node)
    return Answer(value, told)


BINARY: Mapping[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add), ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul), ast.Div: ("div", operator.truediv),
    ast.FloorDiv: ("floor_divide", operator.floordiv), ast.Mod: ("remainder", operator.mod),
    ast.Pow: ("pow", operator.pow), ast.MatMult: ("matmul", operator.matmul),
    ast.BitAnd: ("mul", operator.and_), ast.BitOr: ("mul", operator.or_),
    ast.BitXor: ("mul", operator.xor),
}  # fmt: skip
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
    ast.Not: operator.not_,
}  # fmt: skip
COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip


class Walker:
    """Walks one expression; what it has cost so far is kept here."""

    def __init__(
        self, names: Names, limits: Limits, cancelled: Callable[[], bool], library: Library
    ) -> None:
        self.names, self.limits, self.cancelled = names, limits, cancelled
        self.library = library
        self.left = limits.work
        self.deadline = time.monotonic() + limits.seconds

    def value(self, node: ast.expr) -> Any:
        """What this part of the text comes to; raises Fault."""
        if self.cancelled():
            raise fault(node, refusals.STOPPED)
        if time.monotonic() > self.deadline:
            raise fault(node, refusals.TOO_SLOW)
        walk = getattr(self, f"_{type(node).__name__.lower()}", None)
        if walk is None:
            raise fault(node, refusals.OTHER_NODES.get(type(node), refusals.NO_VALUE))
        return self._checked(node, walk(node))

    def _checked(self, node: ast.expr, value: Any) -> Any:
        """The value, if it is of a kind that has a place here."""
        if isinstance(value, complex):
            raise fault(node, refusals.COMPLEX_ROOT)
        for part in self._parts(node, value):
            if type(part) not in self.library.PLAIN and not isinstance(part, Function):
                raise fault(node, refusals.NO_PLACE.format(type(part).__name__))
        if isinstance(value, int) and value.bit_length() > self.limits.bits:
            raise self._too_large(node)
        return value

    def _run(
        self, node: ast.expr, units: int, do: Callable[..., Any], *args: Any, **keywords: Any
    ) -> Any:
        """Call something of the engine's, if that costs no more than is left."""
        self.left -= units
        if self.left < 0:
            raise fault(node, refusals.too_much(units // ELEMENT))
        try:
            return do(*args, **keywords)
        except Exception as error:  # whatever it is, it is told as PyTorch tells it
            raise fault(node, str(error) or type(error).__name__, type(error).__name__) from error

    def _parts(self, node: ast.expr, value: Any) -> list[Any]:
        """What a value holds, lists of lists taken apart: many names may stand for one list."""
        found, level, depth = [], [value], 0
        while level:
            lists = [part for part in level if isinstance(part, (tuple, list))]
            found += [part for part in level if not isinstance(part, (tuple, list))]
            depth += 1
            if depth > self.limits.depth:
                raise fault(node, refusals.TOO_DEEP)
            if len(found) + sum(map(len, lists)) > self.limits.parts:
                raise fault(node, refusals.TOO_MANY.format(self.limits.parts))
            level = [part for inner in lists for part in inner]
        return found

    # ---- names and values ------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, (complex, bytes)):
            raise fault(node, refusals.NO_COMPLEX)
        return node.value

    def _name(self, node: ast.Name) -> Any:
        name = node.id
        if name in self.names:
            return self.names[name]
        if name in allowed.BUILTINS:
            raise fault(node, refusals.CALL_FUNCTION.format(name))
        if name in allowed.SPACES:
            raise fault(node, refusals.a_module(name))
        if name.startswith("__"):
            raise fault(node, refusals.PRIVATE)
        if name == "print":
            raise fault(node, refusals.PRINT)
        more = refusals.close_to(name, self.names)
        raise fault(node, refusals.NO_NAME.format(name) + more, "NameError")

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple(map(self.value, node.elts))

    def _list(self, node: ast.List) -> Any:
        return list(map(self.value, node.elts))

    def _attribute(self, node: ast.Attribute) -> Any:
        space = self._space(node)
        if space:
            raise fault(node, refusals.a_module(space))
        inside = self._space(node.value)
        if inside:
            return self._member(node, inside)
        value = self.value(node.value)
        name = node.attr
        if name in self.library.attributes(type(value)):
            return self._run(node, 0, getattr, value, name)
        if name in self.library.methods(type(value)):
            raise fault(node, refusals.CALL_METHOD.format(name))
        raise self._no_attribute(node, value)

    def _member(self, node: ast.Attribute, space: str) -> Any:
        if space == "torch" and node.attr in self.library.CONSTANTS:
            return self.library.CONSTANTS[node.attr]
        if node.attr in self.library.functions(space):
            raise fault(node, refusals.CALL_FUNCTION.format(f"{space}.{node.attr}"))
        raise self._not_in(node, space)

    def _space(self, node: ast.expr) -> str:
        """`torch.linalg` if that is what the text says, else ""."""
        text, part = "", node
        while isinstance(part, ast.Attribute):
            text = f".{part.attr}{text}"
            part = part.value
        if not isinstance(part, ast.Name) or part.id in self.names:
            return ""
        text = part.id + text
        return text if text in allowed.SPACES else ""

    def _not_in(self, node: ast.Attribute, space: str) -> Fault:
        if node.attr.startswith("_"):
            return fault(node, refusals.PRIVATE)
        if node.attr in refusals.ATTRIBUTE_HELP:
            return fault(node, refusals.ATTRIBUTE_HELP[node.attr])
        known = {
            **self.library.functions(space),
            **(self.library.CONSTANTS if space == "torch" else {}),
        }
        more = refusals.close_to(node.attr, known)
        return fault(node, refusals.NOT_IN.format(space, node.attr) + more, "AttributeError")

    def _no_attribute(self, node: ast.Attribute, value: Any) -> Fault:
        name = node.attr
        if name.startswith("_"):
            return fault(node, refusals.PRIVATE)
        if isinstance(value, (str, list)):
            return fault(node, refusals.NO_STRINGS)
        if isinstance(value, self.library.TENSOR) and (
            name.endswith("_") or name in refusals.ATTRIBUTE_HELP
        ):
            return fault(node, refusals.ATTRIBUTE_HELP.get(name, refusals.EFFECT.format(name)))
        kind = type(value)
        more = refusals.close_to(
            name, (*self.library.attributes(kind), *self.library.methods(kind))
        )
        return fault(
            node, refusals.NO_ATTRIBUTE.format(kind.__name__, name) + more, "AttributeError"
        )

    # ---- calls -----------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        called = node.func
        do, name, first = self._callable(called)
        args = [*first, *(self._argument(arg) for arg in node.args)]
        keywords = {self._keyword(k): self._argument(k.value) for k in node.keywords}
        return self._run(node, cost(name, args, keywords), do, *args, **keywords)

    def _callable(self, node: ast.expr) -> tuple[Callable[..., Any], str, list[Any]]:
        """What is called, its name, and what it is called on; raises Fault for what may not be."""
        if isinstance(node, ast.Name) and node.id not in self.names and node.id in allowed.BUILTINS:
            return allowed.BUILTINS[node.id], node.id, []
        if not isinstance(node, ast.Attribute):
            raise self._not_callable(node)
        space = self._space(node.value)
        if space:
            found = self.library.functions(space).get(node.attr)
            if found is None:
                raise self._not_in(node, space)
            return found, node.attr, []
        value = self.value(node.value)
        method = self.library.methods(type(value)).get(node.attr)
        if method is not None:
            return method, node.attr, [value]
        if node.attr in self.library.attributes(type(value)):
            raise fault(node, refusals.NO_METHOD.format(node.attr))
        raise self._no_attribute(node, value)

    def _not_callable(self, node: ast.expr) -> Fault:
        if isinstance(node, ast.Name) and node.id not in self.names:
            if node.id.startswith("__"):
                return fault(node, refusals.PRIVATE)
            if node.id == "print":
                return fault(node, refusals.PRINT)
            if node.id in self.library.functions("torch"):
                return fault(node, refusals.FULL_NAME.format(node.id))
            more = refusals.close_to(node.id, allowed.BUILTINS)
            return fault(node, refusals.NO_NAME.format(node.id) + more, "NameError")
        return fault(node, refusals.NO_CALL)

    def _argument(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Starred):
            raise fault(node, refusals.NO_STAR)
        return self.value(node)

    def _keyword(self, node: ast.keyword) -> str:
        if node.arg is None:
            raise fault(node.value, refusals.NO_STAR)
        if node.arg in ("out", "inplace"):
            raise fault(node, refusals.NO_OUT.format(node.arg))
        return node.arg

    # ---- operators -------------------------------------------------------------------------------

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if type(node.op) not in BINARY:
            raise fault(node, refusals.NO_SHIFT)
        for side, part in ((left, node.left), (right, node.right)):
            if not isinstance(side, (self.library.TENSOR, int, float)):
                raise fault(part, refusals.NO_NUMBER.format(type(side).__name__))
        name, do = BINARY[type(node.op)]
        if isinstance(left, self.library.TENSOR) or isinstance(right, self.library.TENSOR):
            return self._run(node, cost(name, (left, right), {}), do, left, right)
        self._judge_numbers(node, left, right)
        return self._run(node, 0, do, left, right)

    def _judge_numbers(self, node: ast.BinOp, left: Any, right: Any) -> None:
        """Refuse integers that would grow beyond all bounds."""
        powers = isinstance(node.op, ast.Pow) and isinstance(left, int) and isinstance(right, int)
        if powers and right > 0 and left.bit_length() * right > self.limits.bits:
            raise self._too_large(node)

    def _too_large(self, node: ast.expr) -> Fault:
        return fault(node, refusals.TOO_LARGE.format(int(self.limits.bits * 0.30103)))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if not isinstance(value, (self.library.TENSOR, int, float)) and not isinstance(
            node.op, ast.Not
        ):
            raise fault(node.operand, refusals.NO_NUMBER.format(type(value).__name__))
        return self._run(node, cost("neg", (value,), {}), UNARY[type(node.op)], value)

    def _compare(self, node: ast.Compare) -> Any:
        left, result = self.value(node.left), None
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            if type(op) not in COMPARE:
                raise fault(node, refusals.NO_IN)
            right = self.value(right_node)
            result = self._run(node, cost("eq", (left, right), {}), COMPARE[type(op)], left, right)
            left = right
            if op is not node.ops[-1] and not self._run(node, 0, bool, result):
                break
        return result

    def _boolop(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        for part in node.values:
            value = self.value(part)
            if part is not node.values[-1] and self._run(part, 0, bool, value) is stop:
                break
        return value

    # ---- parts of tensors ------------------------------------------------------------------------

    def _subscript(self, node: ast.Subscript) -> Any:
        value, index = self.value(node.value), self.value(node.slice)
        if isinstance(value, self.library.TENSOR):
            return self._run(node, index_cost(value, index), operator.getitem, value, index)
        if isinstance(value, (tuple, list)):
            if isinstance(index, (bool, int, slice)):
                return self._run(node, 0, operator.getitem, value, index)
            raise fault(node.slice, refusals.NO_INDEX)
        raise fault(node, refusals.NO_PARTS.format(type(value).__name__), "TypeError")

    def _slice(self, node: ast.Slice) -> Any:
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if part is None else self.value(part) for part in parts))
