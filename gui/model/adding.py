"""What lines can be added to a Program: for this graph, and for the lines that are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.actions import hooks, line, optimizers
from engine.graph import Action, Graph, Program, lines
from engine.registry import OPS
from gui.model.edits import fresh
from gui.model.passes import forward_to
from gui.model.program import sinks

RATE = 0.1
"""The learning rate an optimizer is added with: large enough to see it work."""
TIMES = 3
"""How often a repeat runs that is added."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be added: what the menu calls it, and its lines."""

    text: str
    lines: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that share a submenu, or stand by themselves where it has no title."""

    title: str
    choices: tuple[Choice, ...]


def groups(graph: Graph, program: Program, first: str | None = None) -> list[Group]:
    """Everything beside calls on one tensor that can be added now; the node `first` comes first."""
    found = [
        Group("", (Choice(f"repeat {TIMES} times", (repeat(),)),)),
        Group("torch.optim", tuple(_optimizers(graph, program))),
        Group("", tuple(_calls(graph, program))),
        Group("register_hook", tuple(_hooks(graph, program, first))),
        Group("", tuple(_removals(program))),
    ]
    return [group for group in found if group.choices]


def repeat(times: int = TIMES, body: tuple[Action, ...] = ()) -> Action:
    """A repeat of these lines."""
    return Action("repeat", args={"times": times}, body=body)


def learnable(graph: Graph) -> list[str]:
    """The leaves whose gradient is wanted: what an optimizer would change."""
    return [
        i
        for i, node in graph.nodes.items()
        if node.op in OPS
        and OPS[node.op].source
        and (node.op == "parameter" or node.params.get("requires_grad"))
    ]


def _optimizers(graph: Graph, program: Program) -> Iterator[Choice]:
    params = learnable(graph)
    if not params:
        return
    taken = [a.on or "" for a in lines(program) if a.do == "optimizer"]
    name = fresh("opt", [*taken, *(node.name for node in graph.nodes.values())])
    for kind in optimizers.KINDS:
        given = {"lr": RATE} if kind == "SGD" else {}
        made = Action("optimizer", name, {"kind": kind, "params": params, **given})
        yield Choice(_spelled(graph, made), (made,))
    ends = sinks(graph)
    if len(ends) == 1:
        made = Action("optimizer", name, {"kind": "SGD", "params": params, "lr": RATE})
        forward, back = forward_to(graph, program, ends[0]), Action("backward", ends[0])
        body = (Action("zero_grad", name), forward, back, Action("step", name))
        yield Choice("a whole training loop", (made, repeat(10, body)))


def _calls(graph: Graph, program: Program) -> Iterator[Choice]:
    """What optimizers that are made in the Program can be told."""
    for name in dict.fromkeys(a.on for a in lines(program) if a.do == "optimizer"):
        for do in ("step", "zero_grad"):
            made = Action(do, name)
            yield Choice(_spelled(graph, made), (made,))


def _hooks(graph: Graph, program: Program, first: str | None) -> Iterator[Choice]:
    handles = [a.args.get("handle", "") for a in lines(program)]
    handle = fresh("h", [*handles, *(node.name for node in graph.nodes.values())])
    nodes = [*([first] if first in graph.nodes else []), *learnable(graph), *sinks(graph)]
    for node in list(dict.fromkeys(nodes))[:6]:
        for kind in hooks.KINDS:
            made = Action("register_hook", node, {"kind": kind, "handle": handle})
            yield Choice(_spelled(graph, made), (made,))


def _removals(program: Program) -> Iterator[Choice]:
    for action in lines(program):
        if action.do == "register_hook" and (handle := action.args.get("handle")):
            made = Action("remove_hook", action.on, {"handle": handle})
            yield Choice(f"{handle}.remove()", (made,))


def _spelled(graph: Graph, action: Action) -> str:
    return line(action, {i: node.name for i, node in graph.nodes.items()})
