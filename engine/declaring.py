"""Reads what a Function class declares: the signatures of `forward` and of its rules, once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from engine.function import Function


class Rule(NamedTuple):
    """A derivative and where each of its arguments comes from."""

    function: Callable[..., Any]
    arguments: tuple[tuple[str, Any], ...]
    saves: frozenset[int]
    names: tuple[str, ...]

    def takes(self, kind: str) -> bool:
        """Whether one of its arguments is of that kind."""
        return any(found == kind for found, _ in self.arguments)


def declare(cls: type[Function], forward: Callable[..., Any]) -> None:
    """Read the signatures of forward and the rules; raises TypeError for a rule of no input."""
    cls.forward = staticmethod(forward)
    parameters = list(inspect.signature(forward).parameters.values())[1:]
    cls.inputs = tuple(p.name for p in parameters if p.kind is not p.KEYWORD_ONLY)
    cls.keywords = {
        p.name: None if p.default is p.empty else p.default
        for p in parameters
        if p.kind is p.KEYWORD_ONLY
    }
    cls.defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    for name in cls.__dict__:
        if name.startswith("grad_") and name.removeprefix("grad_") not in cls.inputs:
            raise TypeError(f"{cls.__name__}.{name} names no input of forward")
    rules = []
    shapes: dict[str, int] = {}
    for i, name in enumerate(cls.inputs):
        rule = cls.__dict__.get(f"grad_{name}")
        if rule is not None:
            rules.append((i, _compile_rule(cls, rule, shapes)))
            setattr(cls, f"grad_{name}", staticmethod(rule))
    cls.rules = tuple(rules)
    cls.shapes_saved = tuple(shapes.items())
    cls.saves_result = any(rule.takes("result") for _, rule in rules)
    taken = {key for _, rule in rules for kind, key in rule.arguments if kind == "param"}
    held = {p.name for p in parameters if p.annotation != "int"} & {"index", "target"}
    cls.keeps_arrays = bool(held & taken)


_GIVEN = {"F": "F", "grad": "grad", "grads": "grad", "result": "result", "results": "result"}
"""What a rule may ask for besides inputs and keywords; the plurals of a node with many outputs."""


def _compile_rule(cls: type[Function], rule: Callable[..., Any], shapes: dict[str, int]) -> Rule:
    arguments: list[tuple[str, Any]] = []
    for name in inspect.signature(rule).parameters:
        if name in _GIVEN:
            arguments.append((_GIVEN[name], None))
        elif name in cls.inputs:
            arguments.append(("saved", cls.inputs.index(name)))
        else:
            stem = name.removesuffix("_shape")
            if stem != name and stem in cls.inputs:
                shapes[name] = cls.inputs.index(stem)
            arguments.append(("param", name))
    saves = frozenset(key for kind, key in arguments if kind == "saved")
    return Rule(rule, tuple(arguments), saves, tuple(inspect.signature(rule).parameters))
