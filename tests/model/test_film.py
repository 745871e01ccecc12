"""Frames: every step can be asked for at once, tells the truth, and says what it changed."""

import re
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from engine.code import source
from engine.events import Failed, Flow
from engine.graph import Action, Graph, Node, Region
from engine.registry import OPS
from gui.model import fold
from gui.model.film import TraceFilm
from gui.model.frames import Cut, NodeState
from tests.film_checks import (
    again,
    check_counts,
    check_running_totals,
    check_steps,
    check_sums,
    look,
    whole,
)
from tests.odd_graphs import composite, in_place, pieces
from tests.runs import (
    FORWARD,
    backward,
    binary,
    bits,
    events,
    film,
    film_of,
    leaf,
    lesson,
    op,
    run,
    square,
    wire,
)

# ---- nodes ---------------------------------------------------------------------------------------


def at_end(shown):
    return shown.frame(len(shown) - 1)


def test_a_gradient_that_went_through_a_view_reaches_the_leaf_in_the_open():
    frame = at_end(film(in_place(), FORWARD, backward("y")))
    assert frame.node("x").stored.tolist() == [[6, 6], [1, 1]]
    assert frame.node("x").grad.tolist() == [[6, 6], [1, 1]]
    assert frame.node("m").grad.tolist() == [1, 1]
    assert frame.node("m").value.tolist() == frame.node("v").value.tolist() == [3, 6]


def test_a_node_of_several_outputs_shows_the_gradient_of_the_one_it_shows():
    frame = at_end(film(pieces(), FORWARD, backward("y")))
    state = frame.node("p")
    assert state.value.tolist() == [1]
    assert state.grad.tolist() == [5]
    assert (state.arrived, state.expected) == (1, 1)
    assert [value.tolist() for value in state.outputs] == [[1], [2, 3]]
    assert frame.edge(("b", "self")).grad.tolist() == [1, 1]


def test_captions_say_which_output_a_gradient_is_for():
    shown = film(pieces(), FORWARD, backward("y"))
    told = [c for k in range(len(shown)) if " to p[" in (c := shown.frame(k).caption)]
    assert [re.match(".* sends (.* to p.[01].)", c)[1] for c in told] == [
        "∂y/∂p[1] = [1, 1] to p[1]", "∂y/∂p[0] = [5] to p[0]",
    ]  # fmt: skip


def test_whole_numbers_beside_the_result_are_cut():
    nodes = [leaf("x", [2.0, 1.0]), op("s", "sort"), op("a", "neg"), op("b", "neg")]
    edges = [wire("x", "s"), wire("s", "a"), wire("s", "b", output=1)]
    frame = at_end(film(Graph.of(nodes, edges), FORWARD))
    assert [frame.edge(e.key).cut for e in edges] == [None, None, Cut.NON_DIFFERENTIABLE]


def base_written_to():
    """b = zeros; m = b.add_(w); z = b.sum(): b has a history afterwards."""
    nodes = [leaf("w", [3.0]), op("b", "zeros", size=[1]), op("m", "add_"), op("z", "sum")]
    edges = [wire("b", "m"), wire("w", "m", "other"), wire("b", "z")]
    return Graph.of(nodes, edges)


def test_a_leaf_that_is_written_to_is_no_leaf_afterwards():
    shown = film(base_written_to(), FORWARD, backward("z"))
    before, after = shown.node("b", 1), shown.node("b", 2)
    assert (before.requires_grad, before.is_leaf, before.grad_fn) == (False, True, None)
    assert (after.requires_grad, after.is_leaf, after.grad_fn) == (True, False, "AddBackward0")
    assert after.why_no_grad is None


def test_a_gradient_travels_along_the_edge_that_is_drawn_from_another_name_of_the_tensor():
    shown = film(base_written_to(), FORWARD, backward("z"))
    packets = [p for k in range(len(shown)) if (p := shown.frame(k).packet)]
    assert [(p.source, p.target, p.edge) for p in packets] == [
        ("z", "m", ("z", "self")), ("m", "w", ("m", "other")),
    ]  # fmt: skip
    frame = at_end(shown)
    assert (frame.edge(("z", "self")).cut, frame.edge(("z", "self")).grad) == (None, [1])
    assert frame.edge(("m", "self")).cut is Cut.FROZEN  # what b was when m used it


def leaf_updated():
    """m = w.sub_(c) under no_grad: m is w by another name."""
    nodes = [leaf("w", 3.0), leaf("c", 1.0, grad=False), op("m", "sub_"), op("y", "neg")]
    edges = [wire("w", "m"), wire("c", "m", "other"), wire("w", "y")]
    return Graph.of(nodes, edges, [Region("r", "no_grad", "", ("m",))])


def test_another_name_of_a_leaf_has_its_grad():
    zero = Action("zero_", "m.grad")
    shown = film(leaf_updated(), FORWARD, backward("y"), zero, FORWARD, backward("y"))
    stored = [(shown.node("w", k).stored, shown.node("m", k).stored) for k in range(len(shown))]
    assert all(a == b for a, b in stored)
    assert [k for k, _ in stored if k is not None][-1] == -1
    assert (None, None) in stored
    assert {e.node for e in at_end(shown).ledger()} == {"w"}
    assert [e.what for e in at_end(shown).ledger()][1] == "m.grad.zero_()"
    assert at_end(shown).edge(("m", "self")).cut is Cut.NO_GRAD


def test_a_tensor_used_very_often_does_not_need_the_square_of_memory():
    count = 1500
    nodes = [leaf("x", 1.0), op("y", "stack")]
    edges = [wire("x", "y", f"tensors.{k}") for k in range(count)]
    shown = film(
        Graph.of([*nodes, op("s", "sum")], [*edges, wire("y", "s")]), FORWARD, backward("s")
    )
    tracemalloc.start()
    try:
        state = at_end(shown).node("x")
        assert tracemalloc.get_traced_memory()[0] < 2_500 * count
    finally:
        tracemalloc.stop()
    assert (state.arrived, len(state.terms), state.grad) == (count, count, count)
    early = shown.node("x", len(shown) - count // 2)
    assert len(early.terms) == early.arrived < count
    assert [t.value for t in early.terms[:2]] == [1, 1]


def test_an_edge_along_which_several_gradients_come_shows_their_sum():
    shown = film(composite(), FORWARD, backward("y"))
    state = at_end(shown).edge(("n", "self"))
    flows = [e for e in events(shown.trace, Flow) if e.target == "x"]
    assert len(flows) > 1
    assert bits(state.grad) == bits(at_end(shown).node("x").grad)


def test_what_is_freed_is_hollow_until_it_is_computed_again():
    shown = film(square(), FORWARD, backward("y"), FORWARD)
    freed = [shown.node("y", step).freed for step in range(len(shown))]
    assert freed == [False, False, False, True, True, False]
    kept = film(square(), FORWARD, backward("y", retain_graph=True))
    assert not at_end(kept).node("y").freed


def test_a_kept_gradient_goes_with_the_tensor_it_was_kept_on():
    """After another forward the name stands for a new tensor, which retains nothing."""
    retain = Action("retain_grad", "y")
    shown = film(square(), FORWARD, retain, backward("y"), FORWARD)
    before, after = shown.node("y", len(shown) - 2), shown.node("y", len(shown) - 1)
    assert (before.retains_grad, before.stored) == (True, 1)
    assert (after.retains_grad, after.stored) == (False, None)


def test_an_error_is_shown_at_its_node_until_that_works_again():
    shown = film(square(), FORWARD, backward("y"), backward("y", expect_error=True), FORWARD)
    failed = next(e for e in events(shown.trace, Failed))
    assert shown.frame(failed.step).failed.startswith("RuntimeError: Trying to backward")
    assert shown.frame(failed.step).remedy
    assert shown.frame(failed.step).path == ("y",)
    assert shown.node("y", failed.step).error is not None
    assert at_end(shown).node("y").error is None


def test_what_a_failed_forward_leaves_without_a_value_shows_none():
    nodes = [leaf("x", [1.0, 2.0]), leaf("b", [1.0, 2.0]), op("z", "neg")]
    made, edges = binary("y", "add", "x", "b")
    graph = Graph.of([*nodes[:2], made, nodes[2]], [*edges, wire("y", "z")])
    grow = Action("set", "x", {"value": [1.0, 2.0, 3.0]})
    shown = film(graph, FORWARD, grow, FORWARD)
    frame = at_end(shown)
    assert frame.statement == "y"
    assert frame.node("y").error.startswith("RuntimeError: The size of tensor a (3)")
    assert (frame.node("y").value, frame.node("z").value, frame.node("z").error) == (None,) * 3
    assert frame.node("x").value.tolist() == [1, 2, 3]


# ---- edges ---------------------------------------------------------------------------------------


def test_cuts_tell_their_cause():
    ops = [op("d", "detach"), op("n", "neg"), op("g", "gt", other=0.0), op("y", "neg")]
    ops += [op("after", "neg"), op("frozen", "neg")]
    edges = [wire("x", node) for node in ("d", "n", "g", "y")]
    edges += [wire("n", "after"), wire("c", "frozen")]
    graph = Graph.of(
        [leaf("x"), leaf("c", grad=False), *ops], edges, [Region("r", "no_grad", "", ("n",))]
    )
    frame = at_end(film(graph, FORWARD))
    cuts = {edge.target: frame.edge(edge.key).cut for edge in edges}
    assert cuts == {
        "d": Cut.DETACH, "n": Cut.NO_GRAD, "g": Cut.NON_DIFFERENTIABLE, "y": None,
        "after": Cut.NO_GRAD, "frozen": Cut.FROZEN,
    }  # fmt: skip


def test_the_two_edges_of_x_times_x_each_carry_their_own_gradient():
    made, edges = binary("y", "mul", "x", "x")
    shown = film(Graph.of([leaf("x", 3.0), made], edges), FORWARD, backward("y"))
    packets = [p for k in range(len(shown)) if (p := shown.frame(k).packet)]
    assert [p.edge for p in packets] == [("y", "self"), ("y", "other")]
    assert all(at_end(shown).edge(key).grad == 3 for key in shown.graph.edges)


def test_a_gradient_without_a_drawn_edge_still_travels():
    shown = film(in_place(), FORWARD, backward("y"))
    loose = [p for k in range(len(shown)) if (p := shown.frame(k).packet) and p.edge is None]
    assert [(p.source, p.target) for p in loose] == [("s", "m"), ("m", "c")]


# ---- the ledger, the scrub bar -------------------------------------------------------------------


def test_the_ledger_says_what_was_added_to_what():
    entries = at_end(film_of(lesson("accumulation"))).ledger()
    assert [(e.what, e.before, e.added, e.after, e.piled_up) for e in entries] == [
        ("backward #1", None, 4, 4, False),
        ("backward #2", 4, 4, 8, True),
        ("x.grad.zero_()", 8, None, 0, False),
    ]


def test_the_ledger_shows_no_more_than_has_happened():
    shown = film_of(lesson("accumulation"))
    lengths = [len(shown.frame(k).ledger()) for k in range(-1, len(shown))]
    assert lengths == [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 3]


def test_chapters_are_the_lines_of_the_program():
    shown = film_of(lesson("accumulation"))
    told = [(c.title, c.kind, c.first, c.last) for c in shown.timeline.chapters]
    assert told == [
        ("Forward", "forward", 0, 1), ("Backward #1", "backward", 2, 4),
        ("Forward", "forward", 5, 5), ("Backward #2", "backward", 6, 8),
        ("x.grad.zero_()", "zero", 9, 9),
    ]  # fmt: skip


def test_frames_are_pure():
    """Asking does not change what is answered, and the same step is the same frame."""
    shown = film_of(lesson("perceptron"))
    assert shown.frame(7) is shown.frame(7)
    before = look(shown, 7)
    whole(shown)
    assert look(shown, 7) == before


def test_nothing_has_happened_before_the_first_step():
    shown = film_of(lesson("square"))
    frame = shown.frame(-1)
    assert (frame.caption, frame.active, frame.action, frame.ledger()) == (
        "",
        frozenset(),
        None,
        (),
    )
    assert all(frame.node(i).value is None for i in shown.graph.nodes)


def test_only_what_is_asked_for_is_folded(monkeypatch):
    """The last step of a long run needs its last forward and backward, not all of them."""
    once = (FORWARD, backward("y"))
    shown = film(square(), *once * 30)
    folded = []
    monkeypatch.setattr(fold, "after", lambda *args, do=fold.after: folded.append(1) or do(*args))
    assert at_end(shown).node("y").grad == 1
    assert len(folded) <= 5


def test_a_gradient_is_still_seen_after_another_forward_whatever_is_asked_first():
    shown = film(square(), FORWARD, backward("y"), FORWARD, FORWARD)
    assert (at_end(shown).node("y").grad, at_end(shown).node("y").live) == (1, False)
    assert bits(at_end(shown).node("y").terms) == bits(shown.node("y", 3).terms)


def test_what_no_gradient_reaches_is_not_searched_from_the_beginning(monkeypatch):
    graph = Graph.of(
        [leaf("x"), op("y", "neg"), op("d", "detach")], [wire("x", "y"), wire("x", "d")]
    )
    shown = film(graph, *(FORWARD, backward("y")) * 30)
    folded = []
    monkeypatch.setattr(fold, "after", lambda *args, do=fold.after: folded.append(1) or do(*args))
    assert at_end(shown).node("d").grad is None
    assert len(folded) == 1


def test_telling_a_long_film_names_the_nodes_once(monkeypatch):
    named = []
    real = source.identifiers
    monkeypatch.setattr(source, "identifiers", lambda graph: named.append(1) or real(graph))
    shown = film(square(), *(FORWARD, backward("y")) * 5)
    assert all(shown.frame(k).caption for k in range(len(shown)))
    assert len(named) == 1


def test_nodes_to_which_nothing_happened_show_nothing():
    shown = film(square(), backward("y"))
    shown.prepare()
    assert at_end(shown).node("x") == NodeState()


def test_what_was_prepared_is_what_is_shown():
    shown = film_of(lesson("perceptron"))
    shown.prepare()
    assert whole(shown) == whole(again(shown))


def test_the_trace_grows_without_touching_what_was_published():
    """A film of the first chapters stays as it is while the Session goes on."""
    session = run(square(), FORWARD, backward("y"))
    early = TraceFilm(session.graph, (FORWARD, backward("y")), session.trace)
    before = whole(early)
    session.act(Action("zero_", "x.grad"), 2)
    session.act(FORWARD, 3)
    assert whole(again(early)) == before
    assert session.trace.chapters[:2] == early.trace.chapters
    assert np.isfinite(float(session.tensor("y")._data))


# ---- every op ------------------------------------------------------------------------------------


def with_every_slot_wired(name):
    """y = op(x, x …), then the sum of it."""
    declared = OPS[name]
    slots = [
        f"{s.name}.{k}" if s.variadic else s.name
        for s in declared.slots
        for k in range(2 if s.variadic else 1)
    ]
    params = {k: v for k, v in declared.defaults.items() if declared.slot(k) is None}
    nodes = [leaf("x", [[0.25, 0.5], [0.75, 0.125]]), Node("y", name, "y", params), op("s", "sum")]
    return Graph.of(nodes, [*(wire("x", "y", slot) for slot in slots), wire("y", "s")])


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_op_can_be_told(name):
    """Whether it works on this input or not: sentences, formulas and sums come out."""
    graph = with_every_slot_wired(name)
    shown = film(graph, FORWARD, backward("s", expect_error=True))
    check_steps(shown)
    check_sums(shown)
    check_running_totals(shown)
    check_counts(shown)
    for step in range(len(shown)):
        frame = shown.frame(step)
        assert frame.caption
        assert frame.failed or frame.remedy == ""


# ---- the same run in other names -----------------------------------------------------------------


def test_a_film_in_new_names_tells_the_same_and_folds_nothing_again(monkeypatch):
    old = film(square(), FORWARD, backward("y"))
    old.prepare()
    assert all(old.node(i, len(old) - 1).value is not None for i in old.graph.nodes)
    graph = square()
    renamed = replace(graph.nodes["x"], name="speed")
    graph = replace(graph, nodes={**graph.nodes, "x": renamed})
    monkeypatch.setattr(fold, "after", None)
    new = old.told_for(graph)
    assert new.keyframes.at(len(new) - 1).graph is graph
    for step in range(-1, len(old)):
        before, after = old.frame(step), new.frame(step)
        assert all(before.node(i) is after.node(i) or step < 0 for i in graph.nodes)
        assert all(before.edge(key) == after.edge(key) for key in graph.edges if step < 0)
    told = " ".join(new.frame(step).caption for step in range(len(new)))
    assert "speed" in told
    assert "speed" not in " ".join(old.frame(step).caption for step in range(len(old)))


def test_codes_of_another_order_are_not_taken_over():
    old = film(square(), FORWARD)
    old.prepare()
    graph = replace(old.graph, nodes=dict(reversed(old.graph.nodes.items())))
    assert not old.keyframes.at(len(old) - 1).fit(graph)
