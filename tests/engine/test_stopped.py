"""Where a gradient reaches a cut, the trace says so, and why; what nobody keeps is told as well."""

import pytest

from engine.events import Dropped, Flow, Stopped
from engine.graph import Action, Graph, Region
from tests.runs import FORWARD, backward, binary, events, film, leaf, op, run, square, wire


def cut_graph(made, *, data=2.0, region=None):
    """y = w · c, where c was made of x by `made`"""
    node, edges = binary("y", "mul", "w", "c")
    nodes = [leaf("w", 3.0), leaf("x", data), op("c", made), node]
    regions = [Region("r", region, "", ("c",))] if region else []
    return Graph.of(nodes, [wire("x", "c"), *edges], regions)


def frozen():
    node, edges = binary("y", "mul", "w", "c")
    return Graph.of([leaf("w", 3.0), leaf("c", 2.0, False), node], edges)


def whole():
    node, edges = binary("y", "mul", "w", "c")
    counts = leaf("c", [1, 2], False, dtype="int64")
    return Graph.of([leaf("w", 3.0), counts, node, op("z", "sum")], [*edges, wire("y", "z")])


def compared():
    """y = w · (x > v)"""
    (node, edges), (mask, into) = binary("y", "mul", "w", "c"), binary("c", "gt", "x", "v")
    return Graph.of([leaf("w", 3.0), leaf("x"), leaf("v", 1.0, False), mask, node], [*edges, *into])


CUTS = {
    "detach": (cut_graph("detach"), "detach() cut it off"),
    "no_grad": (cut_graph("square", region="no_grad"), "inside torch.no_grad()"),
    "requires_grad=False": (frozen(), "it does not require grad"),
    "not differentiable": (compared(), "has no derivative"),
    "integer": (whole(), "whole numbers"),
}


@pytest.mark.parametrize("cause", CUTS)
def test_each_cause_is_told_where_the_gradient_reaches_the_cut(cause):
    graph, words = CUTS[cause]
    shown = film(graph, FORWARD, backward(list(graph.nodes)[-1]))
    (stopped,) = events(shown.trace, Stopped)
    assert (stopped.source, stopped.slot, stopped.target) == ("y", "other", "c")
    assert stopped.cause == cause
    (flow,) = (e for e in events(shown.trace, Flow) if e.source == "y")
    assert stopped.step == flow.step, "it shares the step of what is passed on"
    frame = shown.frame(stopped.step)
    assert frame.caption.startswith("MulBackward0 of y sends ")
    assert words in frame.caption
    assert shown.timeline.kinds[stopped.step] == "stopped"


def test_inference_tensors_are_told_apart_from_no_grad():
    node, edges = binary("y", "add", "w", "c")
    graph = Graph.of(
        [leaf("w"), leaf("x"), op("c", "square"), node], [wire("x", "c"), *edges],
        [Region("r", "inference_mode", "", ("c",))],
    )  # fmt: skip
    (stopped,) = events(run(graph, FORWARD, backward("y")).trace, Stopped)
    assert stopped.cause == "inference_mode"


def test_another_output_is_named_with_its_number():
    node, _ = binary("y", "mul", "x", "s")
    graph = Graph.of(
        [leaf("x", [2.0, 1.0]), op("s", "sort"), node, op("z", "sum")],
        [wire("x", "s"), wire("x", "y"), wire("s", "y", "other", 1), wire("y", "z")],
    )
    shown = film(graph, FORWARD, backward("z"))
    (stopped,) = events(shown.trace, Stopped)
    assert (stopped.target, stopped.output) == ("s", 1)
    assert "Nothing goes to s[1]: " in shown.frame(stopped.step).caption


def test_nothing_stops_where_everything_is_tracked():
    assert events(run(square(), FORWARD, backward("y")).trace, Stopped) == []


def test_a_gradient_of_a_result_is_dropped_unless_it_is_kept():
    graph = Graph.of([leaf("x"), op("s", "square"), op("y", "square")],
                     [wire("x", "s"), wire("s", "y")])  # fmt: skip
    shown = film(graph, FORWARD, backward("y"))
    assert [(e.node, float(e.grad)) for e in events(shown.trace, Dropped)] == [("y", 1), ("s", 8)]
    (_, last) = events(shown.trace, Dropped)
    assert any(text.startswith("s.grad stays None") for text in shown.frame(last.step).asides)
    kept = run(graph, FORWARD, Action("retain_grad", "s"), backward("y"))
    assert [e.node for e in events(kept.trace, Dropped)] == ["y"]
