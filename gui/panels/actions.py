"""Lines of the Program: how they are spelled, and which can be added to a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions import line as spell
from engine.code.source import Line, calls
from engine.graph import Action, Graph, lines
from engine.registry import OPS
from gui.model import words
from gui.model.film import Film
from gui.model.timeline import Chapter

DETOURS = ("try:", "except", "with ", "print(", "#")
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
    Kind("backward(create_graph=True)", "backward", "result", args={"create_graph": True}),
    Kind("grad.backward()", "backward", "leaf", "{}.grad"),
    Kind("grad.zero_()", "zero_", "leaf", "{}.grad"),
    Kind("grad = None", "set", "leaf", "{}.grad", {"value": None}),
    Kind("requires_grad_(False)", "requires_grad_", "leaf", args={"value": False}),
    Kind("retain_grad()", "retain_grad", "result"),
    Kind("torch.manual_seed(0)", "manual_seed", "nothing", args={"seed": 0}),
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


def is_call(line: Line) -> bool:
    """Whether a line is itself what an action does, not a `try:` or `with` around it."""
    return line.node is None and not line.text.strip().startswith(DETOURS)


def texts(graph: Graph, program: tuple[Action, ...]) -> Iterator[str]:
    """One line of PyTorch for each action."""
    names = {i: node.name for i, node in graph.nodes.items()}
    known = calls(graph, program)
    for number, action in enumerate(lines(program)):
        yield known.get(number) or spell(action, names) or words.forward(action)


def stopped_at(film: Film) -> int | None:
    """The line that raised an error nobody expected: what stands below it is not reached."""
    last = film.timeline.chapters[-1] if film.timeline.chapters else None
    return last.action if last is not None and last.failed and not last.expected else None


def chapter_of(film: Film, action: int) -> Chapter | None:
    """Where the film shows one line of the Program; None if it has not run."""
    chapters = film.timeline.chapters
    return next((c for c in chapters if c.action == action), None)
