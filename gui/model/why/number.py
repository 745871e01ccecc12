"""Why a gradient is the number it is: every path, its product, and their sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.events import Hooked
from gui.model import words
from gui.model.why import cuts
from gui.model.why.asking import (
    Answer,
    Array,
    At,
    Entry,
    Line,
    Question,
    Way,
    amount,
    at_entry,
    shape_of,
)
from gui.model.why.paths import MOST, Path, Paths, paths

LONGEST = 8
"""Factors that are written out."""
CLOSE = 1e-5


def look(at: At, question: Question, cancelled: Callable[[], bool]) -> Paths | None:
    """The paths the answer is told from, which takes another run of the Program; None for none.

    Raises trace.Cancelled when `cancelled` says so.
    """
    then = at.last_by(question.node)
    if then is None or then.chapter < 0:
        return None
    return paths(at.film, then.chapter, question.node, cancelled)


def answer(at: At, question: Question, found: Paths | None) -> Answer:
    """The sum over all paths of the product of the local derivatives along each."""
    node, now, then = question.node, at.call, at.last_by(question.node)
    if found is None or then is None:
        head = f"No backward call has brought anything to {at.name(node)}."
        return Answer(question, head, nodes=(node,))
    at = then
    shape = shape_of(at.node(node).grad)
    entry = _entry(question.entry, shape)
    head, lines = _headline(at, question, found, entry)
    if at.call != now:
        late = f"backward #{now} brought nothing to {at.name(node)}"
        lines = (Line(f"It came by backward #{at.call}; {late}."), *lines)
    calls = _calls(at, question, entry)
    if calls:
        head, lines = calls[0].text, (Line(head, step=calls[0].step), *lines)
    ways = _ways(at, found.listed, entry)
    nodes, edges = _all_of(ways)
    if not nodes:
        nodes, edges = cuts.route(at.graph, at.root, node)
    return Answer(question, head, lines, nodes or (node,), edges, ways=ways, shape=shape)


def _entry(wanted: Entry | None, shape: tuple[int, ...]) -> Entry | None:
    """The entry asked about; of a tensor none was chosen of, the first."""
    if not shape or 0 in shape:
        return None
    if wanted is not None and len(wanted) == len(shape):
        return tuple(min(i, n - 1) for i, n in zip(wanted, shape, strict=True))
    return (0,) * len(shape)


def _headline(
    at: At, question: Question, found: Paths, entry: Entry | None
) -> tuple[str, tuple[Line, ...]]:
    state = at.node(question.node)
    at_text = f"[{', '.join(map(str, entry))}]" if entry else ""
    what = f"∂{at.root_name}/∂{at.name(question.node)}{at_text}"
    total = at_entry(state.grad, entry)
    if found.count > MOST:
        head = f"{what} = {words.short(total)} is the sum over {found.count:,} paths."
        if found.count >= 10**15:
            head = f"{what} = {words.short(total)} is the sum over {found.count:.3e} paths."
        return head, (
            Line("Too many to list; what comes by each edge:"),
            *_terms(at, question, entry),
        )
    if question.node == at.on:
        return f"{what} = {words.short(total)}: backward starts here with it.", ()
    lines: tuple[Line, ...] = ()
    if state.live and state.arrived < state.expected:
        lines = (Line(f"So far {state.arrived} of {state.expected} contributions are in."),)
    elif not _is_sum(found, state.grad):
        return _altered(at, found, entry, f"{what} = {words.short(total)}")
    if len(found.listed) == 1:
        one = f"{what} = {words.short(total)}: one path leads here, and this is its product."
        return one, lines
    values = [at_entry(path.value, entry) for path in found.listed]
    if 1 < len(values) <= LONGEST:
        added = words.equation(values, np.sum(values, axis=0), "+")
        return f"{what} is the sum over {len(values)} paths: {added}.", lines
    return f"{what} = {words.short(total)} is the sum over {len(values)} paths.", lines


def _brought(found: Paths) -> Array:
    return np.sum([np.asarray(p.value, np.float64) for p in found.listed], axis=0)


def _is_sum(found: Paths, gradient: Array) -> bool:
    """Whether what the paths bring is all there is to the gradient; so it is, but for hooks."""
    brought = [np.abs(np.asarray(p.value, np.float64)) for p in found.listed]
    near = CLOSE * np.sum(brought, axis=0)
    with np.errstate(invalid="ignore"):
        far = np.abs(_brought(found) - gradient) > near + 1e-30
    return not np.any(far)


def _altered(at: At, found: Paths, entry: Entry | None, what: str) -> tuple[str, tuple[Line, ...]]:
    """The gradient is not what the rules make of it: hooks have changed it on the way."""
    nodes = {at.root, *(hop.target for path in found.listed for hop in path.hops)}
    hooks = [e for e in at.events if isinstance(e, Hooked) and e.node in nodes]
    whole = words.short(at_entry(_brought(found), entry))
    head = f"{what}, while the rules alone would bring {whole}."
    if hooks:
        hook = "a hook" if len(hooks) == 1 else f"{len(hooks)} hooks"
        head = f"{what}: the paths bring {whole}, and {hook} on the way changed it."
    return head, tuple(hook_line(at, event, entry) for event in hooks[:6])


def hook_line(at: At, event: Hooked, entry: Entry | None) -> Line:
    """What a hook has done."""
    before, after = (amount(at_entry(x, entry)) for x in (event.before, event.after))
    told = f"A hook on {at.name(event.node)}, {event.formula}, made {after} of {before}."
    return Line(told, event.node, event.step)


def _terms(at: At, question: Question, entry: Entry | None) -> tuple[Line, ...]:
    found = at.node(question.node).terms
    told = [
        Line(f"{words.short(at_entry(t.value, entry))} from {at.name(t.source)}", t.source)
        for t in found[:6]
    ]
    if len(found) > 6:
        told.append(Line(f"and {len(found) - 6} more"))
    return tuple(told)


def _calls(at: At, question: Question, entry: Entry | None) -> tuple[Line, ...]:
    """How `.grad` is made up of what several calls brought."""
    if at.node(question.node).stored is None:
        return ()
    entries = [e for e in at.frame.ledger() if e.node == question.node and e.added is not None]
    last = entries[-1] if entries else None
    if last is None or last.before is None or not words.any_nonzero(last.before):
        return ()
    values = [at_entry(x, entry) for x in (last.before, last.added, last.after)]
    total = words.equation(values[:2], values[2], "+")
    name = at.name(question.node)
    text = f"{name}.grad adds up across calls: {total}, the last by {last.what}."
    return (Line(text, step=last.step),)


def _all_of(ways: tuple[Way, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    nodes = dict.fromkeys(n for way in ways for n in way.nodes)
    edges = dict.fromkeys(e for way in ways for e in way.edges)
    return tuple(nodes), tuple(edges)


def _ways(at: At, found: Sequence[Path], entry: Entry | None) -> tuple[Way, ...]:
    stations = [_stations(at, path) for path in found]
    first, last = _shared(stations), _shared([names[::-1] for names in stations])
    made = []
    for path, names in zip(found, stations, strict=True):
        muted = (at.graph.edges[e].source for e in path.edges)
        nodes = dict.fromkeys([at.root, *(hop.target for hop in path.hops), *muted])
        brief = names if len(found) == 1 else _without_shared(names, first, last)
        made.append(Way(
            tuple(n for n in nodes if n), path.edges, _ARROW.join(names), _ARROW.join(brief),
            _product(path, entry), path.value, words.short(at_entry(path.value, entry)),
        ))  # fmt: skip
    return tuple(made)


_ARROW = " → "


def _stations(at: At, path: Path) -> list[str]:
    """The names along a path; with the slot where two wires lead the same way."""
    if not path.hops:
        return [at.name(at.root)]
    names = []
    for hop in path.hops:
        inputs = at.graph.inputs.get(hop.source, {}).values()
        alike = [e for e in inputs if hop.edge in at.graph.edges and e.source == hop.target]
        slot = f".{hop.edge[1]}" if hop.edge is not None and len(alike) > 1 else ""
        names.append(at.name(hop.source) + slot)
    if path.hops[0].source != at.root:
        names.insert(0, at.root_name)
    return [*names, at.name(path.hops[-1].target)]


def _shared(stations: Sequence[Sequence[str]]) -> int:
    """How many names all of them begin with."""
    for k, names in enumerate(zip(*stations, strict=False)):
        if len(set(names)) > 1:
            return k
    return min(map(len, stations), default=0)


def _without_shared(names: list[str], first: int, last: int) -> list[str]:
    """The first and the last name, and between them what is this path's own."""
    own = names[max(1, first - 1) : max(1, len(names) - max(1, last - 1))]
    before = ["…"] if first > 2 else []
    after = ["…"] if last > 2 else []
    return [names[0], *before, *own, *after, names[-1]]


def _product(path: Path, entry: Entry | None) -> str:
    value = at_entry(path.value, entry)
    factors = [hop.factor for hop in path.hops]
    if not path.hops:
        return f"= {words.short(value)}"
    if any(f is None for f in factors):
        return _shapes(path, value)
    seed = path.hops[0].before
    numbers: list[Array] = [np.ravel(seed)[0], *(f for f in factors if f is not None)]
    if len(numbers) > 1 and float(numbers[0]) == 1:
        numbers = numbers[1:]
    if len(numbers) == 1:
        return f"= {words.short(value)}"
    if len(numbers) <= LONGEST:
        return words.equation(numbers, value, "·")
    written = [words.number(x) for x in numbers[: LONGEST - 2]]
    shown = " · ".join(f"({text})" if text.startswith("-") else text for text in written)
    return f"{shown} · … ({len(numbers)} factors) = {words.short(value)}"


def _shapes(path: Path, value: Array) -> str:
    """Of tensors each gradient's shape, and the entry that comes of it."""
    shapes = [words.shape(path.hops[0].before), *(words.shape(h.after) for h in path.hops)]
    if len(shapes) > LONGEST:
        shapes = [*shapes[:3], "…", *shapes[-3:]]
    return f"{words.short(value)} through {_ARROW.join(shapes)}"
