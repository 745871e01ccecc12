"""Lines of the Program: how they are spelled, and which can be added to a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.code.source import Line
from engine.graph import Action, Graph
from engine.registry import OPS

DETOURS = ("try:", "except", "with ", "print(")
"""How a line starts that only surrounds the call itself."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of action that can be added: its text in the menu and what it is done to."""

    text: str
    do: str
    of: str  # "nothing", "any", "leaf" or "result"
    target: str = "{}"
    args: Mapping[str, Any] | None = None

    def action(self, node: str | None) -> Action:
        on = None if node is None else self.target.format(node)
        return Action(self.do, on, dict(self.args or {}))


KINDS = (
    Kind("forward", "forward", "nothing"),
    Kind("backward()", "backward", "result"),
    Kind("backward(retain_graph=True)", "backward", "result", args={"retain_graph": True}),
    Kind("grad.zero_()", "zero_", "leaf", "{}.grad"),
    Kind("grad = None", "set", "leaf", "{}.grad", {"value": None}),
    Kind("requires_grad_(False)", "requires_grad_", "leaf", args={"value": False}),
    Kind("retain_grad()", "retain_grad", "result"),
)


def candidates(graph: Graph, kind: Kind, first: str | None = None) -> list[str]:
    """The nodes an action can be called on: the selected one first, then the latest."""
    fit = {"any": (True, False), "leaf": (True,), "result": (False,), "nothing": ()}[kind.of]
    found = [i for i, n in graph.nodes.items() if (n.op in OPS and OPS[n.op].source) in fit]
    if kind.of == "result":
        found.reverse()
    if first in found:
        found.remove(first)
        found.insert(0, first)
    return found


def texts(graph: Graph, program: tuple[Action, ...], lines: tuple[Line, ...]) -> Iterator[str]:
    """One line of PyTorch for each action."""
    for number, action in enumerate(program):
        found = (
            line.text.strip()
            for line in lines
            if line.action == number and line.node is None
            and not line.text.strip().startswith((*DETOURS, "#"))
        )  # fmt: skip
        yield next(found, "") or spell(action, graph)


def spell(action: Action, graph: Graph) -> str:
    """An action as PyTorch would have it: `y.backward(retain_graph=True)`, `x.grad.zero_()`."""
    if action.on is None:
        return action.do if not action.args else f"{action.do}({_keywords(action.args)})"
    node, dot, rest = action.on.partition(".")
    target = graph.nodes[node].name if node in graph.nodes else node
    target += dot + rest
    if action.do == "set":
        return f"{target} = {action.args.get('value')!r}"
    if action.do == "requires_grad_":
        return f"{target}.requires_grad_({action.args.get('value', True)})"
    return f"{target}.{action.do}({_keywords(action.args)})"


def _keywords(args: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in args.items())
