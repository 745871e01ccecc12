"""What would mend a run that raised: for an error of PyTorch's, edits that let it pass there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from engine.events import Failed, Mutated
from engine.graph import GRAD_MODES, Action, Edge, Node, Program, Region, chosen, lines
from engine.registry import OPS
from gui.model import edits, words
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.passes import forward_to, in_time_for
from gui.model.phrases import free_place
from gui.model.program import runnable

RIGHT = 190.0
"""How far to the right of what it mends a new node lies, in scene pixels."""
MOST_LEAVES = 3
LONGEST_SEED = 12
"""Entries of a gradient of ones that still read well in a line of the program."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out: what it does, as an order, and the Document after it."""

    text: str
    document: Document


def fixes(document: Document, film: TraceFilm, event: Failed) -> tuple[Fix, ...]:
    """The edits that would mend this error, the most usual first; none where we know none."""
    if event.expected:
        return ()
    mending = next((make for part, make in MENDING if part in event.sentence), None)
    return () if mending is None else tuple(mending(_Case(runnable(document), film, event)))


class _Case:
    """What there is to know about one error."""

    def __init__(self, document: Document, film: TraceFilm, event: Failed) -> None:
        self.document, self.film, self.event = document, film, event
        self.graph = document.graph

    @property
    def lines(self) -> Program:
        return lines(self.document.program)

    @property
    def action(self) -> Action:
        return self.lines[self.event.action]

    @property
    def node(self) -> Node | None:
        return self.graph.nodes.get(self.event.node or "")

    @property
    def spoken_of(self) -> set[str | None]:
        """The nodes that lines of the program name."""
        return {action.node for action in self.lines}

    def name(self, node: str) -> str:
        return self.graph.nodes[node].name

    def line(self, action: Action) -> str:
        return words.action_line(self.graph, action)

    def fed_by(self, node: str) -> set[str]:
        """The node and all it was computed from."""
        import networkx as nx

        return {node, *nx.ancestors(self.graph.nx, node)}

    def wants_grad(self, node: str) -> bool:
        """Whether something that goes into this node is tracked."""
        return any(
            self.film.node(e.source, self.event.step).requires_grad
            for e in self.graph.inputs.get(node, {}).values()
        )


def with_line(program: Program, index: int, change: Callable[[Action], Program]) -> Program:
    """The Program with what `change` makes of line `index` in its place."""
    made: list[Action] = []
    at = 0
    for action in program:
        inside = len(lines(action.body))
        if at == index:
            made += change(action)
        elif at < index <= at + inside:
            made.append(replace(action, body=with_line(action.body, index - at - 1, change)))
        else:
            made.append(action)
        at += 1 + inside
    return tuple(made)


# ---- lines of the program ------------------------------------------------------------------------


def _second_time(case: _Case) -> Iterator[Fix]:
    """Keep what the calls before it needed, or make it anew."""
    known, last = case.lines, case.event.action
    program = case.document.program
    made = case.event.node or case.action.node
    forwards = [k for k in range(last) if known[k].do == "forward" and _runs(known[k], made)]
    since = range(max(forwards, default=0), last)
    freed = [k for k in since if known[k].do == "backward"] or [last]
    for k in freed:
        keep = {**known[k].args, "retain_graph": True}
        program = with_line(program, k, lambda a, keep=keep: (replace(a, args=keep),))  # type: ignore[misc]
    told = "call" if len(freed) == 1 else "calls"
    yield Fix(
        f"Use retain_graph=True in the {told} before this one",
        edits.set_program(case.document, program),
    )
    forward = forward_to(case.graph, program, case.action.node or "")
    again = with_line(case.document.program, last, lambda a: (forward, a))
    text = f"Run forward again before {case.line(case.action)}"
    yield Fix(text, edits.set_program(case.document, again))


def _runs(forward: Action, node: str | None) -> bool:
    found = chosen(forward)
    return found is None or node in found


def _not_scalar(case: _Case) -> Iterator[Fix]:
    """One number of several, or how much each of them counts."""
    root, last = case.action.on or "", case.event.action
    if root not in case.graph.nodes:
        return
    for op in ("sum", "mean"):
        x, y = case.document.places.get(root, (0.0, 0.0))
        place = free_place(case.document, (x + RIGHT, y))
        made, node = edits.add_node(case.document, op, place)
        made = edits.connect(made, root, node, "self")
        program = in_time_for(made.graph, made.program, node, last)
        program = with_line(program, last, lambda a, node=node: (replace(a, on=node),))  # type: ignore[misc]
        text = f"Go backward from the {op} of {case.name(root)}"
        yield Fix(text, edits.set_program(made, program))
    value = case.film.node(root, case.event.step).value
    if value is not None and np.size(value) <= LONGEST_SEED:
        seed = {**case.action.args, "gradient": np.ones(np.shape(value)).tolist()}
        program = with_line(case.document.program, last, lambda a: (replace(a, args=seed),))
        yield Fix("Give it a gradient of ones", edits.set_program(case.document, program))


# ---- cuts ----------------------------------------------------------------------------------------


def _no_history(case: _Case) -> Iterator[Fix]:
    """Take away what keeps the root from being tracked: one thing, or all where one is too few."""
    root = case.action.node or ""
    if root not in case.graph.nodes:
        return
    above = case.fed_by(root)
    ways = [*_opened(case, above), *_thawed(case, above)]
    enough = [way for way in ways if _is_tracked(way[1](case.document), root)]
    for text, edit in enough:
        yield Fix(text, edit(case.document))
    if enough or len(ways) < 2:
        return
    made = case.document
    for _, edit in ways:
        made = edit(made)
    if _is_tracked(made, root):
        yield Fix("; ".join(text for text, _ in ways), made)


_Edit = Callable[[Document], Document]


def _opened(case: _Case, above: set[str]) -> Iterator[tuple[str, _Edit]]:
    """Statements and regions that cut what is tracked before them."""
    for node in (i for i in case.graph.nodes if i in above):
        if case.graph.nodes[node].op == "detach" and case.wants_grad(node):
            text = f"Take the detach() of {case.name(node)} away"
            yield text, partial(_without, node=node, spoken_of=case.spoken_of)
    for region in _regions_over(case, above):
        yield f"Take the {region.kind} region away", partial(edits.remove, ids=[region.id])


def _thawed(case: _Case, above: set[str]) -> Iterator[tuple[str, _Edit]]:
    """Leaves that could require grad, or did until a line of the program said otherwise."""
    for k, action in enumerate(case.lines[: case.event.action]):
        freezes = action.do == "requires_grad_" and not action.args.get("value", True)
        if freezes and action.node in above:
            yield f"Take {case.line(action)} out of the program", partial(_without_line, index=k)
    if any(case.film.node(i, case.event.step).requires_grad for i in above):
        return
    leaves = [i for i in case.graph.nodes if i in above and _could_want_grad(case, i)]
    for node in leaves[:MOST_LEAVES]:
        text = f"Let {case.name(node)} require its gradient"
        yield text, partial(edits.set_param, node=node, name="requires_grad", value=True)


def _without_line(document: Document, index: int) -> Document:
    return edits.set_program(document, with_line(document.program, index, lambda _: ()))


def _without(document: Document, node: str, spoken_of: set[str | None]) -> Document:
    """A node that is in the way is passed by; one that the program speaks of stays, muted."""
    if node in spoken_of:
        return edits.mute(document, [node])
    return edits.remove(document, [node], bridge=True)


def _is_tracked(document: Document, root: str) -> bool:
    """Whether a node would have a history, as far as the drawing says."""
    graph, tracked = document.graph, set[str]()
    known = lines(document.program)
    said = {a.node: a.args.get("value", True) for a in known if a.do == "requires_grad_"}
    for node in graph.nodes.values():
        inputs = graph.inputs.get(node.id, {}).values()
        if not inputs:
            found = said.get(node.id, node.params.get("requires_grad", node.op == "parameter"))
        else:
            cut = node.op == "detach" and not node.muted
            mode = None if node.muted else graph.mode_of(node.id)
            found = not cut and mode in (None, "enable_grad")
            found = found and any(e.source in tracked for e in inputs)
        if found:
            tracked.add(node.id)
    return root in tracked


def _regions_over(case: _Case, nodes: set[str]) -> Iterator[Region]:
    """The regions that switch tracking off for one of these."""
    for region in case.graph.regions.values():
        off = region.kind in GRAD_MODES and region.kind != "enable_grad"
        if off and any(m in nodes for m in region.members):
            yield region


def _could_want_grad(case: _Case, node: str) -> bool:
    value = case.film.node(node, case.event.step).value
    floating = value is not None and np.asarray(value).dtype.kind in "fc"
    return floating and case.graph.nodes[node].op == "tensor"


# ---- in-place ops --------------------------------------------------------------------------------


def _saved_and_changed(case: _Case) -> Iterator[Fix]:
    """The lines that changed what the failing node had saved."""
    for node in culprits(case.film, case.event):
        yield from _out_of_place(case, node)
        yield from _on_a_clone(case, node)


def culprits(film: TraceFilm, event: Failed) -> tuple[str, ...]:
    """The in-place nodes that changed memory the failing node had saved, in order."""
    if event.node is None:
        return ()
    inputs = film.graph.inputs.get(event.node, {}).values()
    saved = {event.node, *(edge.source for edge in inputs)}
    since = film.node(event.node, event.step).since
    found = (
        e.node
        for e in film.trace.events
        if isinstance(e, Mutated)
        and since < e.step < event.step
        and any(alias.node in saved for alias in e.aliases)
    )
    return tuple(dict.fromkeys(found))


def _out_of_place(case: _Case, node: str) -> Iterator[Fix]:
    old = case.graph.nodes[node]
    op = old.op.rstrip("_")
    if op != old.op and op in OPS:
        nodes = {**case.graph.nodes, node: replace(old, op=op)}
        made = replace(case.document, graph=replace(case.graph, nodes=nodes))
        yield Fix(f"Use {op} instead of {old.op} for {old.name}", made)


def _on_a_clone(case: _Case, node: str) -> Iterator[Fix]:
    edge = case.graph.edges.get((node, "self"))
    if edge is None:
        return
    x, y = case.document.places.get(node, (0.0, 0.0))
    made, clone = edits.add_node(case.document, "clone", free_place(case.document, (x, y + 110)))
    led = [Edge(edge.source, edge.output, clone, "self"), Edge(clone, 0, node, "self")]
    yield Fix(f"Change a clone of {case.name(edge.source)}", edits.connect_all(made, led))


def _leaf_in_place(case: _Case) -> Iterator[Fix]:
    """A step of an optimizer is not recorded; anything else makes a new tensor."""
    if case.node is None:
        return
    node = case.node.id
    if not edits.why_no_region(case.graph, [node]):
        made, _ = edits.add_region(case.document, "no_grad", [node], "torch.no_grad()")
        yield Fix(f"Put {case.node.name} under torch.no_grad()", made)
    yield from _out_of_place(case, node)


def _view_and_change(case: _Case) -> Iterator[Fix]:
    """Both inside the region, or both outside; or a copy is changed."""
    if case.node is None:
        return
    node = case.node.id
    above = case.fed_by(node) - {node}
    for region in case.graph.regions.values():
        if region.kind != "no_grad" or not above & {*region.members}:
            continue
        made = edits.remove(case.document, [region.id])
        yield Fix("Take the view out of the no_grad region", made)
        members = tuple(i for i in case.graph.nodes if i in {*region.members, node})
        regions = {**case.graph.regions, region.id: replace(region, members=members)}
        both = replace(case.document, graph=replace(case.graph, regions=regions))
        yield Fix(f"Put {case.node.name} into the no_grad region too", both)
    yield from _on_a_clone(case, node)


def _whole_numbers(case: _Case) -> Iterator[Fix]:
    """Floats of the same values."""
    node = case.event.node or case.action.node or ""
    if node in case.graph.nodes:
        made = edits.set_param(case.document, node, "dtype", "float32")
        yield Fix(f"Make {case.name(node)} float32", made)


MENDING: tuple[tuple[str, Callable[[_Case], Iterator[Fix]]], ...] = (
    ("backward through the graph a second time", _second_time),
    ("grad can be implicitly created only for scalar outputs", _not_scalar),
    ("does not require grad and does not have a grad_fn", _no_history),
    ("has been modified by an inplace operation", _saved_and_changed),
    ("leaf Variable that requires grad is being used in an in-place", _leaf_in_place),
    ("A view was created in no_grad mode", _view_and_change),
    ("can require gradients", _whole_numbers),
)
"""What a sentence of PyTorch's contains, and what mends it."""
