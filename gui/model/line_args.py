"""The arguments of a line of the Program: which there are, how they are typed, what they may be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from engine.actions import hooks, optimizers
from engine.actions.repeats import MOST_TIMES, why_no_repeat
from engine.graph import SEED, Action, Graph, Program, chosen, lines
from engine.random import SEEDS
from gui.model import entry

Read = Callable[[str], Any]
"""Text to value; raises ValueError with a sentence a person can act on."""


@dataclass(frozen=True)
class Argument:
    """One argument: its name, what it is now, and how a person changes it.

    Without `read` and `choices` it is a tick.
    """

    name: str
    value: Any
    default: Any = None
    read: Read | None = None
    choices: tuple[str, ...] = ()


def arguments(graph: Graph, program: Program, action: Action) -> tuple[Argument, ...]:
    """The arguments of a line that can be edited, in the order they are shown."""
    found = _OF.get(action.do)
    return () if found is None else tuple(found(graph, program, action))


def with_argument(action: Action, argument: Argument, value: Any) -> Action:
    """The line with one argument changed; one at its default is left out of it."""
    args = {k: v for k, v in action.args.items() if k != argument.name}
    if value is not None and (value != argument.default or argument.choices):
        args = {k: value if k == argument.name else v for k, v in action.args.items()}
        args.setdefault(argument.name, value)
    if argument.name == "kind":
        args = _of_kind(action.do, args)
    return replace(action, args=args)


def _of_kind(do: str, args: dict[str, Any]) -> dict[str, Any]:
    """Without what the other kind alone knows."""
    if do == "optimizer":
        known = ("kind", "params", *optimizers.KINDS[args["kind"]])
    else:
        takes = hooks.KINDS[args["kind"]].by is not None
        known = ("kind", "handle", *(("by",) if takes else ()))
    return {k: v for k, v in args.items() if k in known}


# ---- of each kind of line ------------------------------------------------------------------------


def _of_backward(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    for name in ("retain_graph", "create_graph"):
        yield Argument(name, bool(action.args.get(name, False)), False)
    seed = action.args.get("gradient")
    yield Argument("gradient", "" if seed is None else seed, read=_tensor_or_nothing)
    inputs = _names(graph, action.args.get("inputs", ()))
    yield Argument("inputs", inputs, read=partial(_nodes, graph, True))


def _of_forward(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    nodes = chosen(action)
    if nodes is not None:
        told = _names(graph, graph.stated(nodes))
        yield Argument("nodes", told, read=partial(_stated, graph))


def _of_seed(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    yield Argument("seed", action.args.get("seed"), read=_seed)


def _of_repeat(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    yield Argument("times", action.args.get("times"), read=_times)


def _of_optimizer(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    kind = action.args.get("kind", "SGD")
    yield Argument("kind", kind, choices=tuple(optimizers.KINDS))
    params = _names(graph, action.args.get("params", ()))
    yield Argument("params", params, read=partial(_nodes, graph, False))
    for name, default in optimizers.settings(kind).items() if kind in optimizers.KINDS else ():
        value = action.args.get(name, default)
        if isinstance(default, bool):
            yield Argument(name, value, default)
        elif isinstance(default, tuple):
            yield Argument(name, ", ".join(map(entry.spell, value)), [*default], _betas)
        else:
            yield Argument(name, value, default, _at_least_zero)


def _of_zero_grad(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    yield Argument("set_to_none", action.args.get("set_to_none", True), True)


def _of_set(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    value = action.args.get("value")
    read = _tensor_or_nothing if (action.on or "").endswith(".grad") else entry.parse
    yield Argument("value", "" if value is None else value, read=read)


def _of_requires_grad(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    yield Argument("value", action.args.get("value", True), True)


def _of_hook(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    kind = action.args.get("kind", "scale")
    yield Argument("kind", kind, choices=tuple(hooks.KINDS))
    default = hooks.KINDS[kind].by if kind in hooks.KINDS else None
    if default is not None:
        yield Argument("by", action.args.get("by", default), default, _number)
    yield Argument("handle", action.args.get("handle", ""), read=_name)


def _of_removal(graph: Graph, program: Program, action: Action) -> Iterator[Argument]:
    found = (a.args.get("handle") for a in lines(program) if a.do == "register_hook")
    choices = tuple(dict.fromkeys(handle for handle in found if handle))
    yield Argument("handle", action.args.get("handle"), choices=choices)


_OF: dict[str, Callable[[Graph, Program, Action], Iterator[Argument]]] = {
    "forward": _of_forward,
    SEED: _of_seed,
    "backward": _of_backward,
    "repeat": _of_repeat,
    "optimizer": _of_optimizer,
    "zero_grad": _of_zero_grad,
    "set": _of_set,
    "requires_grad_": _of_requires_grad,
    "register_hook": _of_hook,
    "remove_hook": _of_removal,
}


# ---- what is typed -------------------------------------------------------------------------------


def _names(graph: Graph, ids: Any) -> str:
    return ", ".join(graph.nodes[i].name if i in graph.nodes else str(i) for i in ids)


def _nodes(graph: Graph, may_be_none: bool, text: str) -> list[str] | None:
    ids = {node.name: i for i, node in graph.nodes.items()}
    names = [name.strip() for name in text.strip().strip("[]").split(",") if name.strip()]
    for name in names:
        if name not in ids:
            raise ValueError(f"There is no node called “{name}”: give names with commas between.")
    if not names and not may_be_none:
        raise ValueError("Give at least one leaf, such as w, b.")
    return [ids[name] for name in dict.fromkeys(names)] or None


def _stated(graph: Graph, text: str) -> list[str] | None:
    found = _nodes(graph, True, text)
    return None if found is None else graph.stated(found)


def _seed(text: str) -> int:
    plain = text.strip().replace("_", "")
    seed = int(plain) if re.fullmatch(r"[+-]?\d{1,20}", plain) else None
    if seed is None or not SEEDS[0] <= seed <= SEEDS[1]:
        raise ValueError(f"Type a whole number from {SEEDS[0]} to {SEEDS[1]}, such as 0.")
    return seed


def _times(text: str) -> int:
    plain = text.strip().replace(",", "").replace("_", "")
    times = int(plain) if plain.lstrip("-").isdecimal() and len(plain) < 20 else text
    if why := why_no_repeat(times):
        remedy = f"type a whole number from 1 to {MOST_TIMES:,}"
        raise ValueError(f"{why[0].upper()}{why[1:]}: {remedy}.")
    return int(times)


def _number(text: str) -> float:
    value = float(entry.number(text))
    if not math.isfinite(value):
        raise ValueError("Type a finite number.")
    return value


def _at_least_zero(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise ValueError("Type a number that is not negative, such as 0.1.")
    return value


def _betas(text: str) -> list[float]:
    values = [_number(part) for part in text.strip().strip("()[]").split(",") if part.strip()]
    if len(values) != 2 or not all(0 <= value < 1 for value in values):
        raise ValueError("Type two numbers from 0 up to 1, such as 0.9, 0.999.")
    return values


def _tensor_or_nothing(text: str) -> Any:
    return entry.parse(text) if text.strip() not in ("", "None") else None


def _name(text: str) -> str | None:
    name = text.strip()
    if name and not name.isidentifier():
        raise ValueError(f"“{name}” is no name: letters, digits and _ only, as in h or h2.")
    return name or None
