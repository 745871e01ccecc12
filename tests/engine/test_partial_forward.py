"""A forward that names its nodes runs these alone; manual_seed sets what is drawn after it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.code.source import lines
from engine.events import Changed, Computed, Failed
from engine.graph import Action, Graph, Region, early_leaves
from engine.session import Session
from tests.engine.test_source import check_same, text
from tests.runs import backward, events, grad, graphs, leaf, number, op, run, square, wire

RANDN = {"size": [4]}


def forward(*nodes, expect_error=False):
    return Action("forward", None, {"nodes": [*nodes]}, expect_error)


def seed(number):
    return Action("manual_seed", None, {"seed": number})


def repeat(times, *body):
    return Action("repeat", None, {"times": times}, body=body)


def ran(session):
    """Which nodes were computed, chapter by chapter."""
    found = [[] for _ in session.chapters]
    for event in events(session.trace, Computed):
        chapter = next(
            k for k, (first, end) in enumerate(session.trace.spans) if first <= event.step < end
        )
        found[chapter].append(event.node)
    return found


def chain():
    """y = x ** 2, z = y * y."""
    nodes = [leaf("x", 3.0), op("y", "pow", exponent=2), op("z", "mul")]
    return Graph.of(nodes, [wire("x", "y"), wire("y", "z"), wire("y", "z", "other")])


def test_only_its_nodes_run_in_statement_order_whatever_their_order_in_the_list():
    session = run(chain(), forward("y", "x"), backward("y"), forward("z"))
    assert ran(session) == [["x", "y"], [], ["z"]]
    assert (number(session, "z"), grad(session, "x")) == (81.0, 6.0)


def test_a_leaf_is_made_once_and_where_it_stands_in_a_list():
    program = (forward("x", "y"), Action("set", "x", {"value": 5.0}), forward("x", "y", "z"))
    session = run(chain(), *program)
    assert ran(session) == [["x", "y"], [], ["y", "z"]]
    assert number(session, "z") == 625.0
    check_same(chain(), program)


def test_what_no_list_names_does_not_run_but_leaves_do():
    session = run(chain(), forward("y"), Action("requires_grad_", "x", {"value": False}))
    assert ran(session) == [["x", "y"], []]
    assert "z" not in session.values


def test_a_leaf_that_comes_later_is_not_there_before():
    graph = Graph.of([leaf("a"), op("b", "exp"), leaf("c")], [wire("a", "b")])
    early = Action("requires_grad_", "c", {"value": False})
    session = run(graph, forward("a", "b"), early, forward("c"))
    (failed,) = events(session.trace, Failed)
    assert failed.sentence.startswith("it has no value: run forward first")
    assert ran(session) == [["a", "b"], []]


def test_a_node_without_its_input_says_so_and_the_rest_of_its_forward_runs():
    graph = Graph.of([leaf("x"), op("y", "exp"), op("z", "neg"), op("u", "sin")],
                     [wire("x", "y"), wire("y", "z"), wire("x", "u")])  # fmt: skip
    session = run(graph, forward("x", "z", "u"), forward("y"))
    assert session.failures == {"z": "what is wired to “self” has no value yet"}
    assert ran(session) == [["x", "u"]]


def test_a_failure_that_was_expected_is_only_that_of_its_own_forward():
    nodes = [leaf("x", [1.0, 2.0]), leaf("w", [1.0] * 3), op("bad", "mul"), op("y", "sum")]
    edges = [wire("x", "bad"), wire("w", "bad", "other"), wire("x", "y")]
    session = run(
        Graph.of([*nodes, op("after", "neg")], [*edges, wire("bad", "after")]),
        forward("x", "w", "bad", expect_error=True), forward("y"), forward("after"),
    )  # fmt: skip
    assert [c.failed for c in session.chapters] == [True, False, True]
    assert len(events(session.trace, Failed)) == 1  # “after” is lost with “bad”, which was told


def test_a_forward_without_nodes_runs_everything_among_others():
    session = run(chain(), forward("y"), Action("forward"))
    assert ran(session) == [["x", "y"], ["y", "z"]]
    check_same(chain(), (forward("x"), Action("forward"), forward("z")))


def test_the_program_says_what_runs_where():
    graph = Graph.of(
        [leaf("x"), op("y", "exp"), leaf("late", 1.0, False), op("z", "mul"), op("never", "sin")],
        [wire("x", "y"), wire("y", "z"), wire("late", "z", "other"), wire("z", "never")],
        [Region("r", "no_grad", "", ("y", "z"))],
    )
    program = (forward("y"), repeat(2, forward("y", "z")), forward("late"))
    found = lines(graph, program)
    assert [(line.text, line.node, line.action) for line in found] == [
        ("import torch", None, None),
        ("", None, None),
        ("x = torch.tensor(2.0, requires_grad=True)", "x", 0),
        ("with torch.no_grad():", None, 0),
        ("    y = torch.exp(x)", "y", 0),
        ("for _ in range(2):", None, 1),
        ("    with torch.no_grad():", None, 2),
        ("        y = torch.exp(x)", "y", 2),
        ("        z = y * late", "z", 2),
        ("late = torch.tensor(1.0)", "late", 3),
    ]


def test_a_leaf_listed_in_a_repeat_is_made_before_it():
    graph = Graph.of([leaf("x"), op("y", "pow", exponent=2)], [wire("x", "y")])
    program = (repeat(3, forward("x", "y"), backward("y")),)
    assert text(graph, *program).split("\n")[2:5] == [
        "x = torch.tensor(2.0, requires_grad=True)", "for _ in range(3):", "    y = x ** 2",
    ]  # fmt: skip
    check_same(graph, program)
    assert grad(run(graph, *program), "x") == 12.0


def test_it_runs_in_a_repeat_and_again_from_where_a_session_was():
    sgd = Action("optimizer", "opt", {"kind": "SGD", "params": ["x"], "lr": 0.1})
    body = (forward("y"), backward("y"), Action("step", "opt"), Action("zero_grad", "opt"))
    program = (forward("x"), sgd, repeat(3, *body), forward("z"))
    check_same(chain(), program)
    whole = run(chain(), *program)
    parts = Session(chain())
    for k in range(len(program)):
        for _ in parts.run(program[: k + 1], k):
            pass
    assert number(parts, "z") == number(whole, "z")
    assert ran(parts) == ran(whole)


def drawn(session, node):
    return session.tensor(node)._data.tolist()


def test_manual_seed_starts_the_numbers_anew():
    graph = Graph.of(
        [op("a", "randn", **RANDN), op("b", "rand", **RANDN), op("c", "randn", **RANDN)]
    )
    session = run(graph, seed(3), forward("a", "b"), seed(3), forward("c"))
    assert drawn(session, "a") == drawn(session, "c") != drawn(session, "b")
    (first, second) = events(session.trace, Changed)
    assert (first.node, first.what, first.after, second.before) == ("", "manual_seed", 3, 3)


def test_a_session_has_a_stream_of_its_own():
    import engine

    engine.manual_seed(1)
    graph = Graph.of([op("a", "randn", **RANDN)])
    numbers = drawn(run(graph, seed(5), forward("a")), "a")
    assert engine.initial_seed() == 1
    engine.manual_seed(5)
    assert numbers == engine.randn(4).tolist()


RANDOM = Graph.of(
    [op("w", "randn", size=[3, 5], requires_grad=True), op("x", "rand", size=[5]),
     op("y", "mul"), op("d", "neg"), op("s", "sum"), op("n", "randn", size=[20])],
    [wire("w", "y"), wire("x", "y", "other"), wire("y", "d"), wire("d", "s")],
)  # fmt: skip
DRAWING = (
    (seed(0), forward("w", "x", "y", "d", "s"), backward("s"), forward("n")),
    (seed(0), Action("forward"), backward("s")),
    (forward("w"), seed(7), forward("x", "n"), repeat(3, forward("y", "d", "s")), backward("s")),
    (seed(1), seed(-2), repeat(2, seed(4), forward("y", "d", "s")), forward("n")),
    (seed(1), Action("forward"), repeat(2, Action("forward"), seed(4)), backward("s")),
    (repeat(2, seed(4), Action("forward")), backward("s")),
)


@pytest.mark.parametrize("program", DRAWING)
def test_what_is_drawn_is_what_the_program_as_text_draws(program):
    check_same(RANDOM, program)


@pytest.mark.parametrize("program", [p for p in DRAWING if p[0].do == "manual_seed"])
def test_what_is_drawn_is_what_pytorch_draws(program):
    torch = pytest.importorskip("torch")
    names = {}
    exec(compile(text(RANDOM, *program), "the program", "exec"), names)
    session = run(RANDOM, *program)
    for node in RANDOM.nodes:
        ours, theirs = session.tensor(node)._data, names[node].detach().numpy()
        assert np.allclose(ours, theirs, rtol=1e-6, atol=0), node
    assert session.tensor("w").grad is None or torch.equal(
        torch.tensor(session.tensor("w").grad.tolist()), names["w"].grad
    )


@pytest.mark.parametrize("given", [None, "three", 2**64])
def test_a_seed_that_is_none_is_an_error_of_its_line(given):
    session = run(square(), seed(given), forward("x", "y"))
    (failed,) = events(session.trace, Failed)
    assert failed.kind in ("TypeError", "ValueError")
    assert len(session.chapters) == 1


def test_early_leaves_are_told_for_outermost_lines_only():
    program = (seed(0), repeat(2, forward("x", "y")), repeat(2, Action("forward")))
    assert early_leaves(["x", "y", "u"], program) == {1: {"x", "y", "u"}, 2: {"x", "y", "u"}}
    assert early_leaves(["x", "u"], (forward("x"),)) == {0: {"u"}}


@settings(max_examples=80, deadline=None)
@given(graphs(), st.data())
def test_random_programs_as_text_give_the_same_numbers(graph, data):
    """The statements cut into forwards at random, run once more, repeated and gone back from."""
    ids = [*graph.nodes]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(ids)), max_size=3)) | {len(ids)})
    parts = [ids[a:b] for a, b in pairwise([0, *cuts])]
    program = []
    for part in parts:
        line = forward(*data.draw(st.permutations(part)))
        again = data.draw(st.sampled_from(["once", "twice", "repeat"]))
        program += {"once": [line], "twice": [line, line], "repeat": [repeat(2, line)]}[again]
        if data.draw(st.booleans()):
            program.append(backward(part[-1], expect_error=True, retain_graph=True))
    check_same(graph, tuple(program))
