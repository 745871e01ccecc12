"""What must hold of any film, as checks that several tests make."""

from itertools import pairwise

from engine.events import Flow, Hooked, Part, Stored, Visit
from gui.model.film import TraceFilm
from tests.runs import (
    bits,
    events,
)


def look(shown, step):
    """Everything a frame says of nodes and edges, comparable to the last bit."""
    frame = shown.frame(step)
    nodes = {i: bits(frame.node(i)) for i in shown.graph.nodes}
    edges = {key: bits(frame.edge(key)) for key in shown.graph.edges}
    return nodes, edges


def whole(shown):
    return [look(shown, step) for step in range(-1, len(shown))]


def again(shown):
    return TraceFilm(shown.graph, shown.program, shown.trace)


def check_steps(shown):
    steps = [event.step for event in shown.trace.events]
    assert all(a <= b for a, b in pairwise(steps))
    assert sorted(set(steps)) == list(range(len(shown)))
    assert shown.trace.steps == len(shown) == len(shown.timeline.kinds)


def check_scrubbing(shown):
    """A fresh film, asked in any order, shows what stepping through has shown."""
    stepped = whole(shown)
    fresh = again(shown)
    backwards = [look(fresh, step) for step in range(len(shown) - 1, -2, -1)][::-1]
    assert backwards == stepped
    for step in range(-1, len(shown), 5):
        assert look(again(shown), step) == stepped[step + 1]


def check_changes(shown):
    """changed_since never leaves out a node or an edge that looks different."""
    looks = whole(shown)
    for low in range(-1, len(shown)):
        for high in range(low, len(shown)):
            for now, other in ((low, high), (high, low)):
                changed = shown.frame(now).changed_since(shown.frame(other))
                if changed is not None:
                    (nodes, edges), (was, passed) = looks[now + 1], looks[other + 1]
                    assert {i for i in nodes if nodes[i] != was[i]} <= changed[0]
                    assert {k for k in edges if edges[k] != passed[k]} <= changed[1]


def hooked(shown, node, call, step):
    """What hooks have left of a node's gradient in a call by a step, None if there were none."""
    found = (e for e in events(shown.trace, Hooked) if (e.node, e.call) == (node, call))
    return next((e.after for e in reversed([*found]) if e.step <= step), None)


def check_sums(shown):
    """Adding up the terms as they arrive gives the engine's own sum, bit for bit."""
    for event in events(shown.trace, Visit):
        if event.part is Part.INSIDE or not event.terms:
            continue
        total = event.terms[0].value
        for term in event.terms[1:]:
            total = total + term.value
        assert bits(total) == bits(event.grad)
        left = hooked(shown, event.node, event.call, event.step)
        shows = event.grad if left is None else left
        assert bits(shown.node(event.node, event.step).grad) == bits(shows)
    for event in events(shown.trace, Stored):
        assert bits(shown.node(event.node, event.step).grad) == bits(event.added)


def check_running_totals(shown):
    """At every step a node's gradient is the sum of the terms that are in, as the engine adds."""
    for step in range(-1, len(shown)):
        for node in shown.graph.nodes:
            state = shown.node(node, step)
            if state.terms:
                total = state.terms[0].value
                for term in state.terms[1:]:
                    total = total + term.value
                left = hooked(shown, node, state.call, step)
                assert bits(total if left is None else left) == bits(state.grad)


def check_counts(shown):
    for event in events(shown.trace, Flow):
        assert 1 <= event.arrived <= event.expected
    for step in range(-1, len(shown)):
        for node in shown.graph.nodes:
            state = shown.node(node, step)
            assert state.arrived <= state.expected


def check_dimming(shown):
    """A gradient is live while its call goes on, dimmed from then to the next call."""
    for call, _, end in shown.calls:
        for node in shown.graph.nodes:
            last = shown.node(node, end - 1)
            assert last.live == bool(last.arrived)
            assert not last.arrived or last.call == call
            after = shown.node(node, end)
            if shown.call_at(end)[0] == call:
                assert not after.live
                assert bits(after.grad) == bits(last.grad)
    for step in range(-1, len(shown)):
        going = shown.call_at(step)[1]
        assert going or not any(shown.node(node, step).live for node in shown.graph.nodes)
