"""Whether the lines of a Program make sense: what they are called on, their arguments, bodies."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from engine.actions import hooks, optimizers
from engine.actions.repeats import MOST_TIMES, why_no_repeat
from engine.graph import OPTIMIZER_LINES, SEED
from engine.random import SEEDS
from gui.model.fields import suggestion, thawed_data
from gui.model.findings import JsonPath, Problem, shown
from gui.model.forms import ActionForm, Parts, described


def line_problems(parts: Parts, nodes: Collection[str]) -> Iterator[Problem]:
    """All that is wrong with the lines of a file; `nodes` are the ids there are."""
    known = {*nodes}
    made = {form.on for form in parts.actions.values() if form.do == "optimizer"}
    for path, form in parts.actions.items():
        args = parts.args[path]
        if form.do in OPTIMIZER_LINES:
            yield from _optimizer_problems(form, made, path)
        elif form.on is not None and not {form.on, form.on.removesuffix(".grad")} & known:
            yield unknown_node(form.on, (*path, "on"), "the action")
        for key in ("params", "inputs", "nodes"):
            yield from _node_problems(args.get(key), nodes, (*path, key))
        if form.do in _OF:
            yield from _OF[form.do](args, path)
        if form.do == "repeat":
            yield from _repeat_problems(parts, path)
        elif form.body:
            what = f"“{shown(form.do)}” has a body; only repeat has one."
            yield Problem((*path, "body"), what, 'Take the body out, or write "do": "repeat".')


def unknown_node(node: str, path: JsonPath, holder: str) -> Problem:
    what = f"There is no node “{shown(node)}”."
    return Problem(path, what, f"Take {holder} out, or name a node that is in the file.")


def _optimizer_problems(
    form: ActionForm, made: Collection[str | None], path: JsonPath
) -> Iterator[Problem]:
    if not form.on or not form.on.isidentifier():
        what = f"“{shown(form.on or '')}” is no name for an optimizer."
        yield Problem((*path, "on"), what, 'Write "on": "opt".')
    elif form.on not in made:
        what = f"There is no optimizer “{shown(form.on)}”."
        remedy = 'Make it in a line "do": "optimizer" before this one, or take this one out.'
        yield Problem((*path, "on"), what, remedy)


def _node_problems(found: Any, nodes: Collection[str], path: JsonPath) -> Iterator[Problem]:
    """A list of nodes among the arguments: those to be changed, or to be reached."""
    if found is None:
        return
    if not isinstance(found, list) or not all(isinstance(node, str) for node in found):
        what = f"{path[-1]} must be a list of the ids of nodes."
        yield Problem(path, what, "Write their ids between [ and ].")
        return
    for k, node in enumerate(found):
        if node not in nodes:
            yield unknown_node(node, (*path, k), "it")


def _list_problems(args: Mapping[str, Any], path: JsonPath) -> Iterator[Problem]:
    """A forward that names its nodes; without a list it runs all."""
    found, path = args.get("nodes"), (*path, "nodes")
    if found == []:
        what = "This forward names no node: it would run nothing."
        yield Problem(path, what, "Take “nodes” out to run all of them, or take the line out.")
    elif isinstance(found, list) and all(isinstance(node, str) for node in found):
        seen: set[str] = set()
        for k, node in enumerate(found):
            if node in seen:
                yield Problem((*path, k), f"“{shown(node)}” is named twice.", "Name it once.")
            seen.add(node)


def _seed_problems(args: Mapping[str, Any], path: JsonPath) -> Iterator[Problem]:
    if "seed" not in args:
        yield Problem(path, "This line does not say which seed.", 'Add "seed": 0.')
    elif type(args["seed"]) is not int:
        what = f"seed is {described(args['seed'])}; a whole number is needed."
        yield Problem((*path, "seed"), what, "Put a whole number there, such as 0.")
    elif not SEEDS[0] <= args["seed"] <= SEEDS[1]:
        what = f"{args['seed']} is no seed."
        yield Problem((*path, "seed"), what, f"Write a number from {SEEDS[0]} to {SEEDS[1]}.")


def _setting_problems(args: Mapping[str, Any], path: JsonPath) -> Iterator[Problem]:
    """The kind of an optimizer, and what it is made with."""
    unfit = [*_kind_problems(args, optimizers.KINDS, "optimizer", path)]
    yield from unfit
    settings = {} if unfit else optimizers.settings(args["kind"])
    for key, default in settings.items():
        if not _is_like(args.get(key, default), default):
            yield _unlike(args[key], default, (*path, key))


def _hook_problems(args: Mapping[str, Any], path: JsonPath) -> Iterator[Problem]:
    yield from _handle_problems(args, path)
    yield from _kind_problems(args, hooks.KINDS, "hook", path)
    if not _is_like(args.get("by", 1.0), 1.0):
        yield _unlike(args["by"], hooks.KINDS["scale"].by, (*path, "by"))


def _handle_problems(args: Mapping[str, Any], path: JsonPath) -> Iterator[Problem]:
    handle = args.get("handle")
    if handle is not None and not (isinstance(handle, str) and handle.isidentifier()):
        what = f"{shown(str(handle))} is no name for the handle of a hook."
        yield Problem((*path, "handle"), what, 'Write "handle": "h".')


_OF: Mapping[str, Callable[[Mapping[str, Any], JsonPath], Iterator[Problem]]] = {
    "forward": _list_problems,
    SEED: _seed_problems,
    "optimizer": _setting_problems,
    "register_hook": _hook_problems,
    "remove_hook": _handle_problems,
}


def _kind_problems(
    args: Mapping[str, Any], known: Collection[str], what: str, path: JsonPath
) -> Iterator[Problem]:
    kind = args.get("kind")
    if kind is None:
        told = f"This line does not say what kind of {what}."
        yield Problem(path, told, f'Add "kind": "{next(iter(known))}".')
    elif not isinstance(kind, str):
        told = f"kind is {described(kind)}, text is needed."
        yield Problem((*path, "kind"), told, f"Put one of these there: {', '.join(known)}.")
    elif kind not in known:
        told = f"There is no {what} “{shown(kind)}”."
        yield Problem((*path, "kind"), told, suggestion(kind, known, "Change it"))


def _is_like(value: Any, default: Any) -> bool:
    """Whether it is a truth value, a number or a list of numbers, as the default is."""
    value = thawed_data(value)
    if isinstance(default, tuple):
        return isinstance(value, (list, tuple)) and all(_is_like(x, 0.0) for x in value)
    if isinstance(default, bool):
        return isinstance(value, bool)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _unlike(value: Any, default: Any, path: JsonPath) -> Problem:
    needed = "true or false" if isinstance(default, bool) else "a number"
    needed = "a list of two numbers" if isinstance(default, tuple) else needed
    what = f"{path[-1]} is {described(value)}, {needed} is needed."
    return Problem(path, what, f"Put {needed} there, such as {json.dumps(default)}.")


def _repeat_problems(parts: Parts, path: JsonPath) -> Iterator[Problem]:
    times, around = parts.args[path].get("times"), _times_around(parts, path)
    if times is None:
        yield Problem(path, "This repeat does not say how often.", 'Add "times": 3.')
    elif type(times) is not int:
        what = f"times is {described(times)}; a whole number is needed."
        yield Problem((*path, "times"), what, f"Write a number from 1 to {MOST_TIMES:,}.")
    elif why := why_no_repeat(times, around):
        remedy = f"Write a smaller number: at most {MOST_TIMES:,} iterations in all."
        if times < 1:
            remedy = f"Write a number from 1 to {MOST_TIMES:,}, or take the repeat out."
        yield Problem((*path, "times"), f"{why[0].upper()}{why[1:]}.", remedy)


def _times_around(parts: Parts, path: JsonPath) -> list[int]:
    """How often the repeats around a line run; what is no good number is told of elsewhere."""
    found = []
    for end in range(2, len(path), 2):
        times = parts.args.get(path[:end], {}).get("times")
        found.append(times if type(times) is int and times > 0 else 1)
    return found
