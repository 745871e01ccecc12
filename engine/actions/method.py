"""What a line of a Program can be: the registered methods, and how a line is written."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.graph import Action

if TYPE_CHECKING:
    from engine.session import Session

ACTIONS: dict[str, Method] = {}

Run = Callable[["Session", Action], None]
Spell = Callable[[Action, str], str]


@dataclass(frozen=True, slots=True)
class Method:
    """How an action runs, how it is written, and what kind of chapter it makes.

    `on`: "node", "grad" (as `x.grad`), "either", "optimizer" or "" for none; `args` names the
    keywords it takes, `nodes` those of them that are lists of node ids.
    """

    name: str
    run: Run
    spell: Spell
    kind: str
    on: str
    args: tuple[str, ...]
    nodes: tuple[str, ...]
    doc: str


def action(
    name: str,
    spell: Spell,
    *,
    kind: str,
    on: str = "node",
    args: tuple[str, ...] = (),
    nodes: tuple[str, ...] = (),
) -> Callable[[Run], Run]:
    """Register a Session method; `spell(action, name of what it is called on)` gives its line.

    The nodes in the action's arguments are names already when it is spelled.
    """

    def register(run: Run) -> Run:
        ACTIONS[name] = Method(name, run, spell, kind, on, args, nodes, run.__doc__ or "")
        return run

    return register


def line(action: Action, names: Mapping[str, str]) -> str:
    """The PyTorch line of an action; `names` gives each node's, such as x, or s[0] of several
    outputs.  "" for forward."""
    method = ACTIONS.get(action.do)
    if method is None:
        return f"# {action.do}({action.on or ''}) is not known to this version"
    return method.spell(_named(action, method, names), _called_on(action, method, names))


def _called_on(action: Action, method: Method, names: Mapping[str, str]) -> str:
    """The name of the node, with .grad where that is meant; an optimizer's own."""
    on = action.on or ""
    if method.on == "optimizer":
        return _own_name(on, names)
    node = action.node or ""
    return names.get(node, node) + on[len(node) :]


def _named(action: Action, method: Method, names: Mapping[str, str]) -> Action:
    told: dict[str, Any] = {
        key: [names.get(i, i) for i in action.args[key]]
        for key in method.nodes
        if action.args.get(key)
    }
    if action.args.get("handle"):
        told["handle"] = _own_name(action.args["handle"], names)
    if not told:
        return action
    return Action(action.do, action.on, {**action.args, **told}, action.expect_error, action.body)


def _own_name(name: str, names: Mapping[str, str]) -> str:
    """The name of what is no node; a node's may be written s[0], which takes s."""
    return free(name, {other.partition("[")[0] for other in names.values()})


_OURS = ("torch", "F", "np", "print", "float", "range", "Exception")
"""Names the program itself needs, which nothing may take from it."""


def free(name: str, taken: Collection[str]) -> str:
    """The name, with as many underscores behind it as make it free, and one Python takes."""
    while name in taken or name in _OURS or keyword.iskeyword(name):
        name += "_"
    return name
