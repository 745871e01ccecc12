"""Why a `.grad` is None."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.events import Failed
from gui.model import words
from gui.model.frames import Cut, NodeState
from gui.model.why import cuts
from gui.model.why.asking import Answer, At, Line, Place, Question, amount

_CUT = {
    Cut.DETACH: "{name} comes out of detach(): gradients stop there.",
    Cut.NO_GRAD: "{name} was computed under torch.no_grad(): nothing was tracked.",
    Cut.INFERENCE: "{name} was computed in torch.inference_mode(): nothing is ever tracked there.",
    Cut.FROZEN: "Nothing {name} was computed from requires a gradient, so nothing was tracked.",
    Cut.NON_DIFFERENTIABLE: "{op} is not differentiable: no gradient can pass through it.",
}
RETAIN = "Call {}.retain_grad() before backward to keep it."


def why_none(
    name: str, op: str, state: NodeState, *, after_backward: bool, under_way: bool = False
) -> str:
    """Why `name.grad` is None, from its state alone; nothing when it is not, or has no value.

    `after_backward` says that a backward call has started before this step, `under_way` that this
    step lies within one.
    """
    if state.stored is not None or state.value is None or state.error:
        return ""
    return _sentence(name, op, state, after_backward, under_way)


def _sentence(name: str, op: str, state: NodeState, after_backward: bool, under_way: bool) -> str:
    if not state.requires_grad:
        return _untracked(name, op, state)
    if state.is_leaf:
        return _tracked_leaf(name, state, after_backward, under_way)
    return _result(name, state)


def _untracked(name: str, op: str, state: NodeState) -> str:
    kind = getattr(state.value, "dtype", np.dtype("f4")).kind
    if kind not in "fc" and state.is_leaf and state.why_no_grad in (None, Cut.FROZEN):
        return (
            f"{name} is {np.asarray(state.value).dtype}: only floating tensors can have a gradient."
        )
    if state.why_no_grad not in (None, Cut.FROZEN):
        return _CUT[state.why_no_grad].format(name=name, op=op)
    if op in ("tensor", "parameter") or (state.is_leaf and state.why_no_grad is None):
        return f"{name} has requires_grad=False: PyTorch does not track it."
    return _CUT[Cut.FROZEN].format(name=name)


def _tracked_leaf(name: str, state: NodeState, after_backward: bool, under_way: bool) -> str:
    if state.live and state.grad is not None:
        return f"The gradient has just arrived at {name}; the next step stores it."
    if under_way:
        return f"This backward call is under way and has not stored anything in {name}.grad yet."
    if after_backward:
        return f"No backward call has reached {name} yet: {name} may not lie on a path to the loss."
    return f"No backward pass has run yet. It will store a gradient in {name}.grad."


def _result(name: str, state: NodeState) -> str:
    if state.retains_grad:
        return f"{name} retains its gradient, but none has reached it yet."
    if state.grad is None:
        return f"No gradient has reached {name} yet. It is not a leaf: retain_grad() would keep it."
    if state.live and state.arrived < state.expected:
        return f"{state.arrived} of {state.expected} contributions to {name} are in so far."
    return f"{name} is not a leaf: its gradient was used and dropped. retain_grad() keeps it."


# ---- the whole answer ----------------------------------------------------------------------------


def answer(at: At, question: Question) -> Answer:
    """Why `.grad` of a node is None at this step, with the way that is cut."""
    node, state = question.node, at.node(question.node)
    inputs = list(at.graph.inputs.get(node, {}).values())
    if at.graph.nodes[node].muted and len(inputs) == 1:
        return _of_muted(at, question, inputs[0].source)
    told = _sentence(at.name(node), at.op(node), state, bool(at.call), at.going)
    if not state.requires_grad:
        return _of_untracked(at, question, told)
    if state.is_leaf:
        return _of_leaf(at, question, told)
    return _of_result(at, question, told)


def _of_muted(at: At, question: Question, of: str) -> Answer:
    """What is muted is another name of what it passes on."""
    said = answer(at, replace(question, node=of))
    told = f"{at.name(question.node)} is muted, so it is {at.name(of)} itself. {said.headline}"
    nodes = tuple(dict.fromkeys((question.node, *said.nodes)))
    return replace(said, question=question, headline=told, nodes=nodes)


def _of_untracked(at: At, question: Question, told: str) -> Answer:
    node = question.node
    places = cuts.origin(at, node, cuts.upstream(at.graph, node))
    lines = [_line_of(at, place) for place in places if place.node != node]
    step = cuts.switched_off(at, node)
    if step is not None:
        told_of = f"Step {step + 1} ran {at.name(node)}.requires_grad_(False)."
        lines.append(Line(told_of, step=step))
    if places and places[0].node != node and at.node(node).why_no_grad in (None, Cut.FROZEN):
        told = f"{at.name(node)} was computed only from what requires no gradient: none is tracked."
    if not told and places:  # an error is shown at the node, and says the same
        told = f"{cuts.cause(at, places[0])}."
    nodes, edges = cuts.route(at.graph, node, places[0].node if places else node)
    if len(nodes) < 2:
        inputs = at.graph.inputs.get(node, {}).values()
        nodes = (node, *dict.fromkeys(e.source for e in inputs))
        edges = tuple(e.key for e in inputs)
    return Answer(
        question, told, tuple(lines), nodes or (node,), edges,
        cuts.remedy(at, places[0]) if places else "", places,
    )  # fmt: skip


def _line_of(at: At, place: Place) -> Line:
    return Line(f"{cuts.cause(at, place)}.", place.node)


def _of_result(at: At, question: Question, told: str) -> Answer:
    node, state = question.node, at.node(question.node)
    name = at.name(node)
    if state.grad is None and at.call and not at.going:
        found = _passed_before(at, question) or _unreached(at, question)
        if found is not None:
            return found
    lines = [Line(f"{name} is computed by {at.op(node)}; only leaves keep their gradient.")]
    if state.grad is not None:
        passed = f"∂{at.root_name}/∂{name} = {amount(state.grad)} has passed through"
        lines.insert(0, Line(f"{passed} in backward #{state.call}."))
    nodes, edges = cuts.route(at.graph, at.root, node) if at.root else ((), ())
    remedy = "" if state.retains_grad else RETAIN.format(name)
    return Answer(question, told, tuple(lines), nodes or (node,), edges, remedy)


def _passed_before(at: At, question: Question) -> Answer | None:
    """An earlier call came by here; the latest one began elsewhere."""
    node, name = question.node, at.name(question.node)
    then = at.last_by(node)
    if then is None:
        return None
    passed = f"∂{then.root_name}/∂{name} = {amount(then.node(node).grad)} has passed through"
    away = f"Backward #{at.call} brought nothing to it"
    if at.on == at.root:
        away += f": {at.root_name} does not depend on {name}"
    lines = (Line(f"{passed} in backward #{then.call}."), Line(f"{away}."))
    nodes, edges = cuts.route(at.graph, then.root, node)
    told = _sentence(name, at.op(node), then.node(node), True, False)
    return Answer(question, told, lines, nodes or (node,), edges, RETAIN.format(name))


def _of_leaf(at: At, question: Question, told: str) -> Answer:
    emptied = _emptied(at, question)
    if emptied is not None:
        return emptied
    state = at.node(question.node)
    if at.call and not at.going:
        failed = _failed_before(at, question)
        if failed is not None:
            return failed
        found = _unreached(at, question)
        if found is not None:
            return found
    nodes: tuple[str, ...] = (question.node,)
    remedy = "" if at.call else "Run backward from the loss (F6)."
    if state.live and state.grad is not None:
        return Answer(question, told, nodes=nodes)
    return Answer(question, told, nodes=nodes, remedy=remedy)


def _emptied(at: At, question: Question) -> Answer | None:
    """`x.grad = None` was the last thing that happened to it."""
    entries = [e for e in at.frame.ledger() if e.node == question.node]
    if not entries or entries[-1].after is not None:
        return None
    last = entries[-1]
    name, before = at.name(question.node), amount(last.before)
    head = f"{last.what} (step {last.step + 1}) has set it to None; before that it was {before}."
    if last.before is None:
        head = f"{last.what} (step {last.step + 1}) has set it to None; nothing came since."
    lines = (Line(f"Go to step {last.step + 1}, where {name}.grad was set.", step=last.step),)
    return Answer(question, head, lines, (question.node,))


def _failed_before(at: At, question: Question) -> Answer | None:
    failed = next((e for e in at.events if isinstance(e, Failed)), None)
    if failed is None:
        return None
    where = f" at {at.name(failed.node)}" if failed.node else ""
    name = at.name(question.node)
    head = f"Backward #{at.call} failed{where} before anything came to {name}."
    lines = (
        Line(f"{failed.kind}: {failed.sentence}", failed.node or ""),
        Line(f"Go to step {failed.step + 1}, where it raised.", step=failed.step),
    )
    nodes = failed.path or (question.node,)
    return Answer(question, head, lines, nodes, remedy=words.remedy(failed), failed=failed)


def _unreached(at: At, question: Question) -> Answer | None:
    """Backward has run, and nothing came here: no way from the root, or every way is cut."""
    node, root = question.node, at.root
    if node == root or at.on != root or root not in at.graph.nodes:
        return None  # of a gradient's own history nothing is drawn
    if root not in cuts.downstream(at.graph, node):
        return _no_path(at, question)
    places = cuts.on_the_way(at, root, node)
    if not places:
        return None
    name, root_name = at.name(node), at.root_name
    head = f"Every way from {root_name} to {name} is cut, {len(places)} times."
    if len(places) == 1:
        head = f"The way from {root_name} to {name} is cut: {cuts.cause(at, places[0])}."
    lines = [_line_of(at, place) for place in places] if len(places) > 1 else []
    lines.append(Line(f"So backward #{at.call} never came to {name}."))
    nodes, edges = cuts.route(at.graph, root, node, places[0].node)
    return Answer(
        question, head, tuple(lines), nodes, edges, cuts.remedy(at, places[0]), places
    )  # fmt: skip


def _no_path(at: At, question: Question) -> Answer:
    node, name, root = question.node, at.name(question.node), at.root_name
    if node in cuts.downstream(at.graph, at.root):
        head = f"{name} is computed from {root}: gradients of {root} go the other way."
        remedy = f"Run backward from {name}, or from what comes after it."
    elif not at.graph.outputs.get(node):
        head = f"{name} was not used: nothing reads it, so {root} does not depend on it."
        remedy = f"Wire {name} into something {root} is computed from."
    else:
        head = f"There is no path from {root} back to {name}: {root} does not depend on it."
        ends = [n for n in cuts.downstream(at.graph, node) if not at.graph.outputs.get(n)]
        remedy = f"{name} leads to {at.names(sorted(ends))}: run backward from there."
    used = at.graph.outputs.get(node, ())
    lines = [Line(f"It is read by {at.names([e.target for e in used])}.")] if used else []
    return Answer(question, head, tuple(lines), (node, at.root), remedy=remedy)
