"""The explanation of every kind of step, in the names of the graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.captions import rule_sentence
from engine.events import (
    Arrival,
    Computed,
    Flow,
    Hooked,
    Retained,
    Seeded,
    Stepped,
    Stored,
    Visit,
    Zeroed,
)
from engine.formulas import UPSTREAM
from engine.registry import OPS
from gui.model import words
from gui.model.explain import symbols
from gui.model.explain.algebra import letters_in
from gui.model.explain.arithmetic import Line, Product, equal, said, total, with_numbers
from gui.model.explain.arithmetic import holds as formula_holds
from gui.model.explain.entry import (
    ROUGH,
    Passing,
    gradient_entry,
    input_names,
    result_entry,
    right_side,
)
from gui.model.explain.explanation import EMPTY, Explanation, Jacobian
from gui.model.explain.passing import flows_of, input_of, passing_of, root_of
from gui.model.explain.replay import Replay, replay
from gui.model.explain.scene import (
    Thing,
    Things,
    arithmetic,
    forward_things,
    node_name,
    settings,
    without_ones,
    written_out,
)
from gui.model.explain.stores import added, hooked, retained, shown, stepped, stored, zeroed
from gui.model.explain.symbols import Symbol
from gui.model.film import Film, TraceFilm

Array = Any
Index = tuple[int, ...]

NICKNAMES = {
    "distributes": "Going backward {} distributes: every input gets the gradient that came in.",
    "switches": "Going backward {} switches: each input gets the gradient times the other's value.",
    "routes": "Going backward {} routes: what was chosen gets the gradient, the others get 0.",
}
FORKS = "A fork adds: what is used several times gets the sum of what comes back."


def explained(film: Film, step: int, node: str | None = None) -> Explanation:
    """The step of that number; with a `node`, how that one was computed by then."""
    if not isinstance(film, TraceFilm) or not 0 <= step < len(film):
        return EMPTY
    if node is not None:
        return _computed(film, step, node)
    event = film.majors[step]
    explain = _BY_EVENT.get(type(event))
    return EMPTY if explain is None else explain(film, event)


def passed_back(film: Film, step: int, node: str) -> tuple[Explanation, ...]:
    """What the node has sent on by then, in the latest backward call through it: one a way."""
    if not isinstance(film, TraceFilm) or not 0 <= step < len(film):
        return ()
    latest, _ = film.call_at(step)
    for call in range(latest, 0, -1):
        flows = [flow for flow in flows_of(film, call).get(node, ()) if flow.step <= step]
        if flows:
            notes = (f"This was in backward #{call}.",) if call < latest else ()
            told = (_flow(film, flow) for flow in flows)
            return tuple(replace(one, notes=(*one.notes, *notes)) for one in told)
    return ()


# ---- forward -------------------------------------------------------------------------------------


def _of_computed(film: TraceFilm, event: Computed) -> Explanation:
    return _computed(film, event.step, event.node)


def _computed(film: TraceFilm, step: int, node: str) -> Explanation:
    state, name = film.frame(step).node(node), node_name(film.graph, node)
    if state.value is None:
        return EMPTY
    found = replay(film, node, step)
    op = OPS.get(film.graph.nodes[node].op)
    title = f"How {name.text} was computed"
    if found is None:
        return _given(title, name, state.value, op is not None and op.source)
    things = forward_things(found)
    nickname = NICKNAMES.get(found.op.nickname, "").format(found.op.name)
    notes = (nickname,) if nickname else ()
    lines = _forward_lines(found, things, name)
    return Explanation(
        title, lines, notes, found.result,
        lambda at: result_entry(found, things, name, at), _heat(found, name),
    )  # fmt: skip


def _given(title: str, name: Symbol, value: Array, source: bool) -> Explanation:
    """A leaf, or a muted node: there is nothing to calculate."""
    line = equal(name, shown(value), "result")
    note = "A leaf: its value was given." if source else "It passes its input on as it is."
    return Explanation(title, (line,), (note,), value)


def _forward_lines(found: Replay, things: Things, name: Symbol) -> tuple[Line, ...]:
    """`y = x^n`, then the numbers; of arrays the shapes, under the names."""
    formula = without_ones(right_side(found.op.formula), things)
    line = _symbolic(found, formula, things, name)
    if np.ndim(found.result):
        return line, said(_shapes(found, name))
    result = float(found.result)
    term = arithmetic(formula)
    numbers = {
        k: float(t.value) for k, t in things.items() if t.value is not None and not np.ndim(t.value)
    }
    if term is not None and formula_holds(term, numbers, result, ROUGH):
        return line, *with_numbers(term, numbers, result, settings(things))
    worked = result_entry(found, things, name, ())
    return line, *(worked if len(worked) > 1 else (equal(None, symbols.value(result), "result"),))


def _symbolic(found: Replay, formula: str, things: Things, name: Symbol) -> Line:
    """The op's own equation; the left side as it stands there where it has indices of its own."""
    whole = found.op.formula
    right = written_out(formula, things, shapes=True)
    head = whole.partition(r" \leftarrow " if r"\leftarrow" in whole else " = ")[0]
    if head not in ("y", "x", "a"):
        return equal(written_out(head, {"y": Thing(name)}), right)
    left = name if "_" in formula else name.shaped(found.result)
    return equal(left, right, mark="←" if r"\leftarrow" in whole else "=")


def _shapes(found: Replay, name: Symbol) -> str:
    names = input_names(found)
    ins = ", ".join(f"{names[s].text} {words.shape(x)}" for s, x in found.inputs.items())
    return f"Shapes: {ins} → {name.text} {words.shape(found.result)}"


def _heat(found: Replay, name: Symbol, slot: str | None = None) -> Callable[[], Jacobian | None]:
    """The Jacobian of the op towards one input, or towards the first that has one."""

    def made() -> Jacobian | None:
        edges = found.graph.inputs[found.node.id]
        for one in found.inputs if slot is None else [slot]:
            cells = found.jacobian(one)
            if cells is not None and cells.size > 1:
                source = node_name(found.graph, edges[one].source, edges[one].output or None)
                shape = np.shape(found.inputs[one])
                return Jacobian(cells, name.text, source.text, np.shape(found.result), shape)
        return None

    return made


# ---- backward ------------------------------------------------------------------------------------


def _seeded(film: TraceFilm, event: Seeded) -> Explanation:
    root = root_of(film, event)
    target = node_name(film.graph, event.node) if event.node in film.graph.nodes else root
    line = equal(root.over(target), shown(event.value), "result")
    note = "Backward starts here: how the result changes with itself."
    return Explanation(f"Backward #{event.call} starts", (line,), (note,), event.value)


def _flow(film: TraceFilm, event: Flow) -> Explanation:
    root, source = root_of(film, event), node_name(film.graph, event.source)
    target = node_name(film.graph, event.target, event.output)
    whole = root.over(target)
    one_of_several = event.expected > 1 and source == root
    local = _local(source, target) if one_of_several else source.over(target)
    chain = _times(root.over(source), local)
    lines: list[Line] = []
    if event.slot is None:  # the chain rule on a derivative that was built itself
        lines.append(said(f"Through the derivative of {source.text}, which create_graph kept."))
        lines.append(equal(whole, shown(event.value), "result"))
    elif event.expected > 1:
        lines.append(said(f"One of {event.expected} terms of {whole.text}:"))
        lines.append(equal(None, chain))
    else:
        lines.append(equal(whole, chain))
    passing, composite = passing_of(film, event)
    if passing is not None and not composite:
        lines += _rule_lines(passing)
    elif not np.ndim(event.value) and event.slot is not None:
        lines += _factor_lines(event)
    if np.shape(event.raw) != np.shape(event.value):
        lines.append(said(summed(np.shape(event.raw), np.shape(event.value))))
    if np.ndim(event.value):
        lines.append(said(f"{whole.text} has shape {words.shape(event.value)}."))
    notes = (rule_sentence(event.function, input_of(film, event)),) if not composite else ()
    value, work, jacobian = event.value, None, None
    if passing is not None:
        value = passing.value
        work, jacobian = _worker(passing, event), _heat(passing.replay, source, event.slot)
    title = f"What {source.text} passes back to {target.text}"
    return Explanation(title, tuple(lines), tuple(filter(None, notes)), value, work, jacobian)


def _worker(passing: Passing, event: Flow) -> Callable[[Index], tuple[Line, ...]]:
    """An entry of what is passed back; of an op of several parts all of it, and this part."""
    if np.array_equal(passing.value, event.value, equal_nan=True):
        return lambda at: gradient_entry(passing, at)

    def work(at: Index) -> tuple[Line, ...]:
        part = words.number(np.asarray(event.value)[at])
        told = f"{event.function} is one part of {passing.replay.op.name}: it sends {part} of this."
        return *gradient_entry(passing, at), said(told)

    return work


def _rule_lines(passing: Passing) -> tuple[Line, ...]:
    """The rule with names; then what came in as a number, then all as numbers."""
    if not passing.formula:
        return _scalar_entry(passing)
    line = equal(None, written_out(passing.formula, passing.things, shapes=True))
    if np.ndim(passing.value):
        return (line,)
    worked = _scalar_entry(passing)
    middle = _half(passing)
    if worked and worked[0].kind == "symbolic":
        worked = worked[1:]
    return line, *(middle if len(worked) > 1 else ()), *worked


def _half(passing: Passing) -> tuple[Line, ...]:
    """The rule with the number that came in, and names for all else."""
    term = arithmetic(passing.formula)
    if term is None or np.ndim(passing.upstream):
        return ()
    used = set(letters_in(term))
    others = {
        k for k in used - {UPSTREAM} if k in passing.things and not passing.things[k].is_setting
    }
    if UPSTREAM not in used or not others:
        return ()
    came = Thing(symbols.value(passing.upstream), passing.upstream)
    return (equal(None, written_out(passing.formula, {**passing.things, UPSTREAM: came})),)


def _scalar_entry(passing: Passing) -> tuple[Line, ...]:
    """The numbers of a gradient that is one number."""
    if np.ndim(passing.value):
        return ()
    worked = [line for line in gradient_entry(passing, ()) if line.text]
    if worked:
        first = worked[0]
        if first.kind != "symbolic":
            worked[0] = _without_left(first)
        return tuple(worked)
    return (equal(None, symbols.value(passing.value), "result"),)


def _without_left(line: Line) -> Line:
    """`= 3`, of `∂L/∂x = 3`."""
    if line.kind == "words":
        return line
    tex, text = line.tex, line.text
    cut, at = tex.find(" = "), text.find(" = ")
    return Line(tex[cut + 1 :], text[at + 1 :], line.kind) if cut >= 0 and at >= 0 else line


def _factor_lines(event: Flow) -> tuple[Line, ...]:
    """The local derivative as the number that it was."""
    factor = words.local_factor(event)
    if factor is None:
        return (equal(None, symbols.value(event.value), "result"),)
    product = Product((float(event.upstream), factor))
    return tuple(map(_without_left, total(Symbol("", ""), [product], float(event.value))))


def summed(raw: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """`(4, 3) → sum over dim 0 → (3,)`: what undoes a broadcast."""
    lead = len(raw) - len(shape)
    dims = [*range(lead)]
    dims += [k + lead for k, n in enumerate(shape) if n == 1 and raw[k + lead] != 1]
    which = "all dims" if len(dims) == len(raw) and len(raw) > 1 else "dim 0"
    if dims and which != "all dims":
        which = ("dim " if len(dims) == 1 else "dims ") + " and ".join(map(str, dims))
    return f"Broadcast, so summed back: {raw} → sum over {which} → {shape}"


def _times(one: Symbol, other: Symbol) -> Symbol:
    return Symbol(rf"{one.tex} \cdot {other.tex}", f"{one.text} · {other.text}")


# ---- sums ----------------------------------------------------------------------------------------


def _visit(film: TraceFilm, event: Visit) -> Explanation:
    root, name = root_of(film, event), node_name(film.graph, event.node)
    ways = [_way(film, root, event, term) for term in event.terms]
    whole = root.over(name)
    sum_ = Symbol(" + ".join(w.tex for w in ways), " + ".join(w.text for w in ways))
    lines = [equal(whole, sum_)]
    if not np.ndim(event.grad):
        lines += _added(event.terms, event.grad, ())
    title = f"The gradient of {name.text} is a sum"
    work = None
    if np.ndim(event.grad):
        work = _sum_worker(event, root, name)
    return Explanation(title, tuple(lines), (FORKS,), event.grad, work)


def _way(film: TraceFilm, root: Symbol, event: Visit, term: Arrival) -> Symbol:
    """`∂L/∂a · ∂a/∂x`, by the edge it came along; of the seed 1."""
    if not term.source:
        return Symbol(r"\text{(seed)}", "(seed)")
    name, via = node_name(film.graph, event.node), node_name(film.graph, term.source)
    chain = _times(root.over(via), _local(via, name) if via == root else via.over(name))
    slot = _slot_told(event, term)
    if via == root:  # nothing lies between: all of ∂y/∂x is the sum, this is one way of it
        return Symbol(
            rf"\underset{{\text{{directly{slot}}}}}{{{chain.tex}}}",
            f"{chain.text} (directly{slot})",
        )
    below = rf"\text{{via }} {via.tex}" + (rf"\text{{{slot}}}" if slot else "")
    return Symbol(rf"\underset{{{below}}}{{{chain.tex}}}", f"{chain.text} (via {via.text}{slot})")


def _local(via: Symbol, name: Symbol) -> Symbol:
    """In brackets: along this one edge, beside the ways that lead through other nodes."""
    return symbols.bracket(via.over(name))


def _slot_told(event: Visit, term: Arrival) -> str:
    """`, left`: which input, of a node that used it in more than one."""
    several = sum(t.source == term.source for t in event.terms) > 1
    return f", {words.side(term.slot)}" if several and term.slot else ""


def _sum_worker(event: Visit, root: Symbol, name: Symbol) -> Callable[[Index], tuple[Line, ...]]:
    def work(at: Index) -> tuple[Line, ...]:
        left = root.over(name.at(at))
        first, *rest = _added(event.terms, event.grad, at)
        return Line(f"{left.tex} {first.tex}", f"{left.text} {first.text}", first.kind), *rest

    return work


def _added(terms: Any, result: Array, at: Index) -> tuple[Line, ...]:
    """`= 3 + 4`, `= 7`, in the order of arrival."""
    values = [float(np.asarray(t.value)[at]) for t in terms]
    return added(values, float(np.asarray(result)[at]))


_BY_EVENT: dict[type, Callable[[TraceFilm, Any], Explanation]] = {
    Computed: _of_computed, Seeded: _seeded, Flow: _flow, Visit: _visit, Stored: stored,
    Retained: retained, Zeroed: zeroed, Stepped: stepped, Hooked: hooked,
}  # fmt: skip
"""Of a kind of event that is not here the caption says all there is to say."""
