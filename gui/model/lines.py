"""The lines of a Program as a tree: where each stands, and every way to change them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from engine.actions import ACTIONS
from engine.actions.repeats import why_no_repeat
from engine.graph import OPTIMIZER_LINES, Action, Program, lines

Path = tuple[int, ...]
"""Where a line stands: its place among the outermost, then in that one's body, and so on."""


def paths(program: Program, around: Path = ()) -> Iterator[Path]:
    """The place of every line, in the order of `lines`."""
    for i, action in enumerate(program):
        yield (*around, i)
        yield from paths(action.body, (*around, i))


def line_at(program: Program, path: Path) -> Action:
    """The line at a place."""
    action = program[path[0]]
    return line_at(action.body, path[1:]) if path[1:] else action


def body_at(program: Program, path: Path) -> Program:
    """The lines at a level: of the whole Program for (), else of the repeat at that place."""
    return line_at(program, path).body if path else program


def put(program: Program, path: Path, new: Iterable[Action]) -> Program:
    """The Program with more lines, the first of which then stands at `path`."""
    return _changed(program, path, lambda body, i: (*body[:i], *new, *body[i:]))


def taken_out(program: Program, found: Iterable[Path]) -> Program:
    """The Program without these lines and what is in them; a repeat may be left empty."""
    for path in sorted(outermost(found), reverse=True):
        program = _changed(program, path, lambda body, i: (*body[:i], *body[i + 1 :]))
    return program


def changed(program: Program, path: Path, new: Action) -> Program:
    """The Program with another line in the place of one."""
    return _changed(program, path, lambda body, i: (*body[:i], new, *body[i + 1 :]))


def _changed(program: Program, path: Path, change: Callable[[Program, int], Program]) -> Program:
    """The Program with that list of lines changed which the last number of `path` counts in."""
    if len(path) == 1:
        return change(program, path[0])
    owner = program[path[0]]
    new = replace(owner, body=_changed(owner.body, path[1:], change))
    return (*program[: path[0]], new, *program[path[0] + 1 :])


def outermost(found: Iterable[Path]) -> list[Path]:
    """Those places that do not lie in another of them, in order."""
    kept: list[Path] = []
    for path in sorted(found):
        if not kept or path[: len(kept[-1])] != kept[-1]:
            kept.append(path)
    return kept


def moved(program: Program, found: Iterable[Path], to: Path) -> tuple[Program, list[Path]]:
    """The lines put before what stands at `to` now, and where they are then.

    The same Program where they would have to go into themselves.
    """
    sources = outermost(found)
    if any(to[: len(path)] == path for path in sources if len(path) < len(to)):
        return program, sources
    marked = [replace(line_at(program, path)) for path in sources]  # told apart by identity
    known = {id(action) for action in marked}
    grown = put(program, to, marked)
    gone = [_pushed(path, to, len(marked)) for path in sources]
    result = taken_out(grown, gone)
    return result, [p for p in paths(result) if id(line_at(result, p)) in known]


def _pushed(path: Path, to: Path, by: int) -> Path:
    """Where a line is once so many have been put in at `to`."""
    at = len(to) - 1
    if path[:at] == to[:at] and len(path) > at and path[at] >= to[at]:
        return (*path[:at], path[at] + by, *path[at + 1 :])
    return path


def place_above(program: Program, path: Path) -> Path | None:
    """Where a line goes that is moved up by one: over its neighbour, into or out of a repeat."""
    *around, i = path
    if i == 0:
        return tuple(around) or None
    above = body_at(program, tuple(around))[i - 1]
    return (*around, i - 1, len(above.body)) if above.do == "repeat" else (*around, i - 1)


def place_below(program: Program, path: Path) -> Path | None:
    """Where a line goes that is moved down by one: over its neighbour, into or out of a repeat."""
    *around, i = path
    siblings = body_at(program, tuple(around))
    if i + 1 == len(siblings):
        return (*around[:-1], around[-1] + 1) if around else None
    return (*around, i + 1, 0) if siblings[i + 1].do == "repeat" else (*around, i + 2)


def wrapped(program: Program, found: Iterable[Path], times: int) -> tuple[Program, Path]:
    """A repeat around the lines, and all that stand between them; where the repeat is."""
    some = outermost(found)
    depth = 0
    while len({path[: depth + 1] for path in some}) == 1 and len(some[0]) > depth + 1:
        depth += 1
    around, numbers = some[0][:depth], [path[depth] for path in some]
    first, end = min(numbers), max(numbers) + 1
    body = body_at(program, around)[first:end]
    repeat = Action("repeat", args={"times": times}, body=body)
    left = taken_out(program, [(*around, i) for i in range(first, end)])
    return put(left, (*around, first), [repeat]), (*around, first)


def unwrapped(program: Program, path: Path) -> Program:
    """The lines of a repeat in its place."""
    body = line_at(program, path).body
    return put(taken_out(program, [path]), path, body)


def why_not(program: Program, around: tuple[int, ...] = ()) -> str | None:
    """Why this Program cannot be had: a repeat too long or too deep; None if it can."""
    for action in program:
        if action.do != "repeat":
            continue
        times = action.args.get("times")
        why = why_no_repeat(times, around) or why_not(action.body, (*around, int(times or 1)))
        if why:
            return why
    return None


def without(program: Program, gone: Collection[str]) -> Program:
    """The Program without the lines that need one of these nodes, and repeats left empty."""
    kept = [_without(action, gone) for action in program if action.node not in gone]
    left = tuple(action for action in kept if action is not None)
    made = {a.on for a in lines(left) if a.do == "optimizer"}
    lost = {a.on for a in lines(program) if a.do == "optimizer"} - made
    return _without_calls(left, lost) if lost else left


def _without(action: Action, gone: Collection[str]) -> Action | None:
    """One line: lists of nodes shorter, the body too; None where nothing is left of them."""
    args, body = dict(action.args), without(action.body, gone)
    method = ACTIONS.get(action.do)
    for key in () if method is None else method.nodes:
        if key in args and any(node in gone for node in args[key]):
            args[key] = [node for node in args[key] if node not in gone]
            if not args[key]:
                return None
    if action.body and not body:
        return None
    unchanged = args == action.args and body == action.body
    return action if unchanged else replace(action, args=args, body=body)


def _without_calls(program: Program, lost: Collection[str | None]) -> Program:
    """The Program without the lines that call optimizers which are made nowhere any more."""
    kept = []
    for action in program:
        if action.do in OPTIMIZER_LINES and action.on in lost:
            continue
        body = _without_calls(action.body, lost)
        if body or not action.body:
            kept.append(action if body == action.body else replace(action, body=body))
    return tuple(kept)


def gaps(program: Program, row: int) -> list[Path]:
    """The places a line can be put between the rows `row - 1` and `row`, outermost first.

    Behind the last line of a body there are several: in it, or after the repeat.
    """
    every = list(paths(program))
    if row <= 0 or not every:
        return [(0,)]
    above = every[min(row, len(every)) - 1]
    found = [(*above, 0)] if line_at(program, above).do == "repeat" else []
    found += [(*above[:depth], above[depth] + 1) for depth in reversed(range(len(above)))]
    shallowest = len(every[row]) if row < len(every) else 1
    return [path for path in reversed(found) if len(path) >= shallowest]
