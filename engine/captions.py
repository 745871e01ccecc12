"""What the docstring of a derivative rule says, for people: looked up by grad_fn name and input."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import lru_cache

from engine.formulas import letters
from engine.function import Function, Rule


def _all(cls: type[Function]) -> Iterator[type[Function]]:
    for below in cls.__subclasses__():
        yield below
        yield from _all(below)


def _named(function: str) -> type[Function] | None:
    name = function.rpartition("::")[2]
    return next((c for c in _all(Function) if c.__name__ == name), None)


def _rule(cls: type[Function], slot: str | None) -> tuple[str, Rule] | None:
    """The input `slot` or, where there is none of that name, the first; and its rule."""
    rules = [(cls.inputs[i], rule) for i, rule in cls.rules]
    return next((r for r in rules if r[0] == slot), rules[0] if rules else None)


@lru_cache(maxsize=512)
def rule_formula(function: str, slot: str | None) -> str:
    r"""The rule as TeX, such as `\bar{a} = \bar{y} \cdot b`; empty for one that states none.

    `engine.formulas` says which letter stands for which input.
    """
    cls = _named(function)
    if cls is None:
        return ""
    name, rule = _rule(cls, slot) or ("tensors", None)
    source = getattr(cls, "parts", None) if rule is None else rule.function
    formula: str = getattr(source, "formula", "")
    letter = letters((*cls.inputs, *cls.keywords)).get(name, "x")
    return rf"\bar{{{letter}}} = {formula}" if formula else ""


@lru_cache(maxsize=512)
def rule_sentence(function: str, slot: str | None) -> str:
    """The caption of the rule that sent a gradient: `function` is a grad_fn name, `slot` its input.

    Empty for a Function that states none.
    """
    cls = _named(function)
    if cls is None:
        return ""
    found = _rule(cls, slot)
    if found is not None:
        return inspect.getdoc(found[1].function) or ""
    return inspect.getdoc(getattr(cls, "parts", None)) or inspect.getdoc(cls.run) or ""
