"""What the docstring of a derivative rule says, for people: looked up by grad_fn name and input."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import lru_cache

from engine.function import Function


def _all(cls: type[Function]) -> Iterator[type[Function]]:
    for below in cls.__subclasses__():
        yield below
        yield from _all(below)


@lru_cache(maxsize=512)
def rule_sentence(function: str, slot: str | None) -> str:
    """The caption of the rule that sent a gradient: `function` is a grad_fn name, `slot` its input.

    Empty for a Function that states none.
    """
    name = function.rpartition("::")[2]
    cls = next((c for c in _all(Function) if c.__name__ == name), None)
    if cls is None:
        return ""
    named = [rule for i, rule in cls.rules if cls.inputs[i] == slot]
    rules = named or [rule for _, rule in cls.rules]
    if rules:
        return inspect.getdoc(rules[0].function) or ""
    return inspect.getdoc(getattr(cls, "parts", None)) or inspect.getdoc(cls.run) or ""
