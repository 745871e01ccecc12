"""Why a node, or a backward call, failed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.code.source import statement
from engine.events import Computed, Failed, Freed, Mutated
from gui.model import words
from gui.model.why import cuts
from gui.model.why.asking import Answer, At, Line, Place, Question


def latest(at: At, node: str = "") -> Failed | None:
    """The last error by this step, of this node or of a backward that came by it."""
    for event in reversed(at.film.events_between(-1, at.step)):
        if isinstance(event, Failed) and (not node or node == event.node or node in event.path):
            return event
    return None


def answer(at: At, question: Question) -> Answer:
    """PyTorch's sentence, what it means here, and what to change."""
    failed = latest(at, question.node) or latest(at)
    if failed is None:
        return Answer(question, "Nothing has failed by this step.")
    told, lines, places = _meaning(at, failed)
    head = told or f"{failed.kind}: {failed.sentence}"
    if told:
        lines = (Line(f"{failed.kind}: {failed.sentence}", failed.node or ""), *lines)
    if failed.step != at.step:
        lines = (*lines, Line(f"Go to step {failed.step + 1}, where it raised.", step=failed.step))
    nodes, edges = _way(at, failed)
    remedy = cuts.remedy(at, places[0]) if places else words.remedy(failed)
    return Answer(question, head, lines, nodes, edges, remedy, places, failed=failed)


def _way(at: At, failed: Failed) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    if len(failed.path) > 1:
        nodes, edges = cuts.route(at.graph, failed.path[0], failed.path[-1])
        if nodes:
            return nodes, edges
    return failed.path or tuple(n for n in (failed.node,) if n), ()


def _meaning(at: At, failed: Failed) -> tuple[str, tuple[Line, ...], tuple[Place, ...]]:
    """The sentence told with the names of this graph; empty where PyTorch's says it all."""
    name, sentence = at.name(failed.node or ""), failed.sentence
    if "second time" in sentence:
        return _freed(at, failed, name)
    if "modified by an inplace operation" in sentence:
        return _modified(at, failed, name)
    if "does not require grad and does not have a grad_fn" in sentence:
        return _no_history(at, failed, name)
    if "only for scalar outputs" in sentence:
        shape = words.shape(at.node(failed.node or "").value)
        return f"{name} has the shape {shape}: backward must start from a single number.", (), ()
    if failed.lost:
        spelt = statement(at.graph, failed.node or "")
        return "", (Line(f"{spelt} could not be computed.", failed.node or ""),), ()
    return "", (), ()


def _freed(at: At, failed: Failed, name: str) -> tuple[str, tuple[Line, ...], tuple[Place, ...]]:
    """When the saved tensors were let go of."""
    for event in reversed(at.film.events_between(-1, failed.step)):
        if isinstance(event, Freed) and event.node == failed.node:
            head = f"{name} let go of what it saved when backward ran before, and needs it again."
            line = Line(f"Its saved tensors were freed at step {event.step + 1}.", step=event.step)
            return head, (line,), ()
    return f"{name} needs the tensors it saved, and they are freed.", (), ()


def _modified(at: At, failed: Failed, name: str) -> tuple[str, tuple[Line, ...], tuple[Place, ...]]:
    """Which tensor was saved, and which line changed it."""
    node = failed.node or ""
    kept = {node, *(e.source for e in at.graph.inputs.get(node, {}).values())}
    since = _computed_at(at, node, failed.step)
    for event in at.film.events_between(since, failed.step):
        touched = [a.node for a in event.aliases] if isinstance(event, Mutated) else []
        changed = [n for n in touched if n in kept]
        if changed and isinstance(event, Mutated):
            what = at.name(changed[0])
            line = statement(at.graph, event.node)
            head = f"{name} saved {what} for its derivative, and {line} changed it afterwards."
            lines = (
                Line(f"{name} was computed at step {since + 1}.", node, since),
                Line(f"{what} was changed at step {event.step + 1}.", event.node, event.step),
            )
            return head, lines, ()
    return f"What {name} saved for its derivative was changed in place afterwards.", (), ()


def _computed_at(at: At, node: str, step: int) -> int:
    events: Sequence[object] = at.film.events_between(-1, step)
    found = [e.step for e in events if isinstance(e, Computed) and e.node == node]
    return found[-1] if found else -1


def _no_history(
    at: At, failed: Failed, name: str
) -> tuple[str, tuple[Line, ...], tuple[Place, ...]]:
    node = failed.node or ""
    places = cuts.origin(at, node, cuts.upstream(at.graph, node))
    if not places:
        return "", (), ()
    head = f"{name} has no history to go back along: {cuts.cause(at, places[0])}."
    lines = tuple(Line(f"{cuts.cause(at, place)}.", place.node) for place in places[1:5])
    return head, lines, places
