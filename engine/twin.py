"""Functions that PyTorch has twice, under two names."""

from __future__ import annotations

from engine.function import Function


def twin(name: str, node: type[Function]) -> type[Function]:
    """The same Function under another name."""
    rules = {f"grad_{node.inputs[i]}": rule.function for i, rule in node.rules}
    return type(name, (Function,), {"forward": node.forward, "promote": node.promote, **rules})
