"""The Trace: facts kept while the engine runs, read as events afterwards."""

import numpy as np
import pytest

from engine.events import (
    Changed,
    Computed,
    Failed,
    Flow,
    Freed,
    Mutated,
    Part,
    Retained,
    Seeded,
    Stored,
    Visit,
    Zeroed,
    same_event,
)
from engine.graph import Action, Graph
from engine.trace import Trace
from tests.runs import (
    FORWARD,
    LESSONS,
    backward,
    binary,
    events,
    leaf,
    lesson,
    op,
    run,
    square,
    wire,
)


def kinds(trace):
    return [type(event).__name__ for event in trace.events]


def test_a_square_is_told_in_eight_events():
    trace = run(square(), FORWARD, backward("y")).trace
    assert kinds(trace) == [
        "Computed", "Computed", "Seeded", "Visit", "Flow", "Dropped", "Freed", "Stored"
    ]  # fmt: skip
    assert [e.step for e in trace.events] == [0, 1, 2, 3, 3, 3, 3, 4]
    assert trace.spans == ((0, 2), (2, 5))


def test_an_empty_trace_has_no_steps():
    assert (Trace().events, Trace().steps) == ((), 0)


def test_what_is_recorded_names_the_drawn_nodes():
    trace = run(square(), FORWARD, backward("y")).trace
    (seeded,), (flow,), (stored,) = (events(trace, kind) for kind in (Seeded, Flow, Stored))
    assert (seeded.node, seeded.value) == ("y", 1)
    assert (flow.source, flow.slot, flow.target) == ("y", "self", "x")
    assert (flow.function, flow.below) == ("PowBackward0", "torch::autograd::AccumulateGrad")
    assert (flow.upstream, flow.raw, flow.value, flow.part) == (1, 4, 4, Part.RESULT)
    assert (stored.node, stored.before, stored.added, stored.after) == ("x", None, 4, 4)


def test_raw_and_summed_contributions_are_both_kept_where_a_value_was_broadcast():
    made, edges = binary("y", "add", "x", "b")
    graph = Graph.of(
        [leaf("x", [1.0, 2.0]), leaf("b", 1.0), made, op("s", "sum")], [*edges, wire("y", "s")]
    )
    flows = events(run(graph, FORWARD, backward("s")).trace, Flow)
    to_b = next(f for f in flows if f.target == "b")
    assert (to_b.raw.tolist(), to_b.value) == ([1, 1], 2)


def test_a_sum_names_its_terms_in_order_of_arrival():
    made, edges = binary("y", "mul", "x", "x")
    trace = run(Graph.of([leaf("x", 3.0), made], edges), FORWARD, backward("y")).trace
    (visit,) = [e for e in events(trace, Visit) if len(e.terms) > 1]
    assert [(t.source, t.slot, t.value) for t in visit.terms] == [
        ("y", "self", 3),
        ("y", "other", 3),
    ]
    assert visit.grad == 6


def test_freed_is_told_once_and_not_where_the_graph_is_retained():
    assert len(events(run(square(), FORWARD, backward("y")).trace, Freed)) == 1
    retained = run(square(), FORWARD, backward("y", retain_graph=True))
    assert not events(retained.trace, Freed)


def test_a_composite_node_keeps_its_inner_steps_to_itself():
    graph = Graph.of(
        [leaf("x", [3.0, 4.0]), op("n", "normalize", dim=0), op("y", "sum")],
        [wire("x", "n"), wire("n", "y")],
    )
    trace = run(graph, FORWARD, backward("y")).trace
    inner = [f for f in events(trace, Flow) if f.inner]
    assert inner
    assert {f.source for f in inner} == {"n"}
    alone = [f.step for f in events(trace, Flow) if not f.inner]
    assert len(set(alone)) == len(alone)


def test_an_in_place_write_names_everything_that_shares_the_memory():
    nodes = [leaf("x", [1.0, 2.0]), op("c", "clone"), op("v", "view", shape=[2, 1])]
    nodes += [op("m", "mul_", other=2.0)]
    graph = Graph.of(nodes, [wire("x", "c"), wire("c", "v"), wire("c", "m")])
    (mutated,) = events(run(graph, FORWARD).trace, Mutated)
    assert {a.node: a.value.tolist() for a in mutated.aliases} == {
        "c": [2, 4], "v": [[2], [4]], "m": [2, 4],
    }  # fmt: skip


def test_an_in_place_write_tells_what_became_of_the_history():
    nodes = [leaf("w"), op("b", "zeros", size=[]), op("m", "add_")]
    graph = Graph.of(nodes, [wire("b", "m"), wire("w", "m", "other")])
    trace = run(graph, FORWARD).trace
    (mutated,) = events(trace, Mutated)
    told = [(a.node, a.requires_grad, a.grad_fn) for a in mutated.aliases]
    assert told == [("b", True, "AddBackward0"), ("m", True, "AddBackward0")]
    assert events(trace, Computed)[-1].same_as == ("b", 0)


def test_telling_of_a_view_does_not_number_its_history_before_it_is_read():
    """A view of a rewritten base gets its new grad_fn, and its place in the order, when read."""
    nodes = [leaf("x", [1.0, 2.0]), op("c", "clone"), op("v", "view", shape=[2, 1])]
    nodes += [op("u", "view", shape=[1, 2]), op("m", "mul_", other=2.0), op("s", "sum")]
    edges = [wire("x", "c"), wire("c", "v"), wire("c", "u"), wire("u", "m"), wire("c", "s")]
    session = run(Graph.of(nodes, edges), FORWARD)
    (mutated,) = events(session.trace, Mutated)
    assert {a.node: a.grad_fn for a in mutated.aliases} == {
        "c": "CopySlices", "v": "AsStridedBackward0", "u": "AsStridedBackward0",
        "m": "AsStridedBackward0",
    }  # fmt: skip
    with session._in_charge():  # its own numbers, not those of the thread outside
        first, second = session.tensor("s").grad_fn, session.tensor("v").grad_fn
    assert first.sequence < second.sequence


def test_contributions_are_counted_for_every_output():
    nodes = [leaf("x", [1.0, 2.0, 3.0]), op("u", "unbind"), op("y", "mul"), op("z", "mul")]
    edges = [wire("x", "u"), wire("u", "y"), wire("u", "y", "other", output=1), wire("y", "z")]
    graph = Graph.of(nodes, [*edges, wire("u", "z", "other", output=1)])
    flows = [f for f in events(run(graph, FORWARD, backward("z")).trace, Flow) if f.target == "u"]
    assert [(f.output, f.arrived, f.expected, f.part) for f in flows] == [
        (1, 1, 2, Part.OTHER), (0, 1, 1, Part.RESULT), (1, 2, 2, Part.OTHER),
    ]  # fmt: skip


def test_all_outputs_of_an_op_are_told():
    graph = Graph.of([leaf("x", [2.0, 1.0]), op("s", "sort")], [wire("x", "s")])
    computed = events(run(graph, FORWARD).trace, Computed)[-1]
    (indices,) = computed.more
    assert computed.value.tolist() == [1, 2]
    assert (indices.value.tolist(), indices.requires_grad) == ([1, 0], False)


def test_every_action_is_told():
    program = (
        FORWARD, Action("retain_grad", "y"), Action("requires_grad_", "x", {"value": True}),
        Action("set", "x", {"value": 3.0}), FORWARD, Action("retain_grad", "y"), backward("y"),
        Action("zero_", "x.grad"), Action("set", "x.grad", {"value": None}),
    )  # fmt: skip
    trace = run(square(), *program).trace
    changed = [(e.what, e.before, e.after) for e in events(trace, Changed)]
    assert changed[1:3] == [("requires_grad", True, True), ("value", 2, 3)]
    assert [e.after for e in events(trace, Retained)] == [1]
    assert [(e.before, e.after) for e in events(trace, Zeroed)] == [(6, 0), (0, None)]


def test_a_failure_within_backward_comes_after_what_was_visited():
    trace = run(square(), FORWARD, backward("y"), backward("y")).trace
    assert kinds(trace)[-3:] == ["Seeded", "Visit", "Failed"]
    (failed,) = events(trace, Failed)
    assert failed.step == trace.steps - 1


def test_what_has_been_read_is_not_read_again_when_the_run_goes_on():
    session = run(square(), FORWARD, backward("y"))
    before = session.trace.events
    session.act(FORWARD, 2)
    after = session.trace.events
    assert all(a is b for a, b in zip(before, after, strict=False))
    fresh = Trace(session.trace.chapters, session.trace.node_of)
    assert len(after) > len(before)
    assert all(map(same_event, after, fresh.events))


@pytest.mark.parametrize("name", LESSONS)
def test_the_same_program_leaves_the_same_events(name):
    document = lesson(name)
    first, second = (run(document.graph, *document.program).trace for _ in range(2))
    assert len(first.events) == len(second.events)
    assert all(map(same_event, first.events, second.events))


def test_events_differ_when_a_single_bit_does():
    def computed(value):
        return Computed(0, 0, "x", value, False, True, None, None)

    assert same_event(computed(np.float32(0.0)), computed(np.float32(0.0)))
    assert same_event(computed(np.float32("nan")), computed(np.float32("nan")))
    assert not same_event(computed(np.float32(0.0)), computed(np.float32(-0.0)))
    assert not same_event(computed(np.float32(1)), computed(np.float64(1)))
    assert not same_event(computed(np.ones((2, 1))), computed(np.ones((1, 2))))


def test_reading_is_left_to_those_who_look():
    """While the engine runs only facts are appended; a Trace that nobody reads has no events."""
    trace = run(square(), FORWARD, backward("y")).trace
    assert "_read" not in vars(trace)
    assert trace.steps == 5
    assert "_read" in vars(trace)
