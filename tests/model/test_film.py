"""Frames: every step can be asked for at once, tells the truth, and says what it changed."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from engine.events import Failed, Flow, Part, Stored, Visit
from engine.graph import Action, Graph, Node, Region
from engine.registry import OPS
from gui.model.film import TraceFilm
from gui.model.frames import Cut
from gui.model.terminal import captions
from tests.runs import (
    FORWARD,
    LESSONS,
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
    runs,
    square,
    wire,
)

GOLDEN = Path(__file__).parent / "golden"

a_few = settings(max_examples=80, deadline=None)


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


# ---- what is told --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_told_word_for_word(name):
    """Renew with `CHAINRULE_GOLDEN=write pytest tests/model/test_film.py`, and read the diff."""
    shown = film_of(lesson(name))
    text = "\n".join([*captions(shown, len(shown)), ""])
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CHAINRULE_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def test_gradients_accumulate_from_none_to_4_to_8_and_are_zeroed():
    told = [f.stored for k in range(10) if (f := film_of(lesson("accumulation")).frame(k)).stored]
    assert told == [("x", None, 4), ("x", 4, 8), ("x", 8, 0)]


def test_the_perceptron_by_hand_agrees_with_autograd():
    last = film_of(lesson("perceptron"))
    frame = last.frame(len(last) - 1)
    for leaf_, by_hand in (("w", "dL_dw"), ("b", "dL_db")):
        assert frame.node(leaf_).stored == pytest.approx(frame.node(by_hand).value, abs=1e-6)


# ---- any step at any time ------------------------------------------------------------------------


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


def check_sums(shown):
    """Adding up the terms as they arrive gives the engine's own sum, bit for bit."""
    for event in events(shown.trace, Visit):
        if event.part is Part.INSIDE:
            continue
        total = event.terms[0].value
        for term in event.terms[1:]:
            total = total + term.value
        assert bits(total) == bits(event.grad)
        assert bits(shown.node(event.node, event.step).grad) == bits(event.grad)
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
                assert bits(total) == bits(state.grad)


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


CHECKS = (
    check_steps, check_scrubbing, check_changes, check_sums, check_running_totals, check_counts,
    check_dimming,
)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_keeps_the_promises_of_a_film(name, check):
    check(film_of(lesson(name)))


@pytest.mark.parametrize("check", CHECKS)
def test_random_scalar_graphs_keep_the_promises_of_a_film(check):
    @a_few
    @given(runs())
    def keeps(found):
        graph, program = found
        check(film(graph, *program))

    keeps()


@pytest.mark.parametrize("check", CHECKS)
def test_random_vector_graphs_keep_the_promises_of_a_film(check):
    @a_few
    @given(runs(shapes=True))
    def keeps(found):
        graph, program = found
        check(film(graph, *program))

    keeps()


def in_place():
    """Memory read through a view, written through it, and read again by both names."""
    nodes = [
        leaf("x", [[1.0, 2.0], [3.0, 4.0]]), op("c", "clone"), op("v", "select", dim=0, index=0),
        op("m", "mul_", other=3.0), op("s", "sum"), op("t", "sum"), op("y", "add"),
    ]  # fmt: skip
    edges = [
        wire("x", "c"), wire("c", "v"), wire("v", "m"), wire("c", "s"), wire("m", "t"),
        wire("s", "y"), wire("t", "y", "other"),
    ]  # fmt: skip
    return Graph.of(nodes, edges)


def pieces():
    """A split into parts of different sizes, all of them used."""
    nodes = [
        leaf("x", [1.0, 2.0, 3.0]), op("p", "split", split_size=[1, 2]), op("a", "sum"),
        op("b", "sum"), op("y", "mul"),
    ]  # fmt: skip
    edges = [
        wire("x", "p"), wire("p", "a"), wire("p", "b", output=1), wire("a", "y"),
        wire("b", "y", "other"),
    ]  # fmt: skip
    return Graph.of(nodes, edges)


def composite():
    """One node of many Functions, which uses its input more than once."""
    nodes = [leaf("x", [3.0, 4.0]), op("n", "normalize", dim=0), op("y", "sum")]
    return Graph.of(nodes, [wire("x", "n"), wire("n", "y")])


ODD = {"in place": in_place, "pieces": pieces, "composite": composite}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("kind", ODD)
def test_odd_nodes_keep_the_promises_of_a_film(kind, check):
    shown = film(ODD[kind](), FORWARD, backward("y"), FORWARD, backward("y"))
    assert not events(shown.trace, Failed)
    check(shown)


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
    assert (state.arrived, state.expected) == (2, 2)


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
        assert isinstance(frame.explanation, tuple)
        assert frame.failed or frame.remedy == ""
