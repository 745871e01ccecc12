"""The three-way check: autograd beside differences, formulas and PyTorch, and why they differ."""

import numpy as np
import pytest

import assets
from engine.graph import Action, Edge, Graph, Node, Region
from engine.session import Session
from engine.trace import Cancelled
from gui.model import torch_run
from gui.model.checked import Row, as_text, ask_torch, cells, details, rows, verdict
from gui.model.document import Document
from gui.model.files import load
from gui.model.film import TraceFilm
from gui.model.gradients import (
    SAMPLE,
    NoProblem,
    autograd,
    chosen,
    differences,
    problem,
    step_for,
)
from gui.model.program import runnable
from gui.model.verdicts import compare

LESSONS = ("square", "sine", "perceptron", "accumulation", "stopping")
RUN = (Action("forward"), Action("backward", "loss"))


def filmed(document):
    document = runnable(document)
    session = Session(document.graph)
    for _ in session.run(document.program):
        pass
    return document, TraceFilm(document.graph, document.program, session.trace)


def graph(*nodes, regions=(), program=RUN):
    """Nodes as (name, op, params, inputs by slot), each named by its id."""
    made = [Node(name, op, name, params) for name, op, params, _ in nodes]
    edges = [Edge(s, 0, name, slot) for name, *_, given in nodes for slot, s in given.items()]
    return Document(Graph.of(made, edges, regions), program)


def leaf(name, data, **params):
    return (name, "tensor", {"data": data, "requires_grad": True, **params}, {})


def checked(document, formulas=None, step=None):
    document, film = filmed(document)
    of = problem(document, film, len(film) - 1 if step is None else step)
    return of, rows(of, formulas or {}, lambda: False, lambda: None)


def only(document, formulas=None):
    (row,) = checked(document, formulas)[1]
    return row


SQUARE = graph(
    leaf("x", [1.0, -2.0, 3.0]), ("y", "mul", {}, {"self": "x", "other": "x"}),
    ("loss", "sum", {}, {"self": "y"}),
)  # fmt: skip


@pytest.mark.parametrize("name", LESSONS)
def test_autograd_agrees_with_differences_in_every_lesson(name):
    _, found = checked(load(assets.path("examples", f"{name}.chain"))[0])
    for row in found:
        if row.autograd is None:
            assert cells(row, "")[1] == "None: no gradient arrives"
        elif name != "sine":  # whose float32 is far off, and told so
            assert row.verdicts["differences"].kind == "approx", (row.name, details(row))
            assert row.verdicts["differences"].relative < 1e-5
    if name == "sine":
        assert "float32 rounds this much" in details(found[0])
        assert "-12269.9" in details(found[0])


@pytest.mark.parametrize("name", LESSONS)
def test_pytorch_gives_the_very_same_numbers(name):
    pytest.importorskip("torch")
    of, found = checked(load(assets.path("examples", f"{name}.chain"))[0])
    for row in ask_torch(of, found, lambda: False):
        assert not row.torch_error
        if row.autograd is None:
            assert row.torch is None
        else:
            assert row.verdicts["torch"].kind == "exact"


def test_outputs_after_the_first_and_regions_are_pytorchs_too():
    pytest.importorskip("torch")
    made = graph(
        leaf("x", [3.0, 1.0, 2.0]), ("s", "sort", {}, {"self": "x"}),
        ("z", "mul", {"other": 2.0}, {"self": "s"}), ("loss", "sum", {}, {"self": "z"}),
    )  # fmt: skip
    index = Edge("s", 1, "i", "self")
    nodes = (*made.graph.nodes.values(), Node("i", "mul", "i", {"other": 1}))
    region = Region("r", "no_grad", "", ("i",))
    edges = [*made.graph.edges.values(), index, Edge("i", 0, "loss2", "self")]
    last = Node("loss2", "add", "loss2", {})
    document = Document(
        Graph.of([*nodes, last], [*edges, Edge("z", 0, "loss2", "other")], [region]),
        (Action("forward"), Action("backward", "loss2", {"gradient": [1.0, 10.0, 100.0]})),
    )
    of, found = checked(document)
    (row,) = ask_torch(of, found, lambda: False)
    assert row.torch_error == ""
    assert row.torch.tolist() == [200.0, 2.0, 20.0]
    assert row.verdicts["torch"].kind == "exact"


def test_what_float32_leaves_beside_zero_is_no_difference():
    document = graph(
        leaf("x", [0.1, 0.7, -0.4]), ("y", "softmax", {"dim": 0}, {"self": "x"}),
        ("loss", "sum", {}, {"self": "y"}),
    )  # fmt: skip
    of, (row,) = checked(document)
    assert row.verdicts["differences"].kind != "differs"
    (row,) = ask_torch(of, [row], lambda: False)
    assert "torch" not in row.verdicts or row.verdicts["torch"].kind != "differs"


def test_a_formula_is_worked_out_in_the_names_of_the_graph():
    row = only(SQUARE, {"x": "2 * x"})
    assert row.verdicts["own"].kind == "exact"
    assert cells(row, "2 * x")[4] == "2 * x  =  [2, -4, 6]"
    row = only(SQUARE, {"x": "3 * x"})
    assert row.verdicts["own"].kind == "differs"
    assert row.verdicts["own"].most == 3.0
    assert verdict(row) == "differs: your formula"
    assert only(SQUARE, {"x": "2 * x + 3e-7"}).verdicts["own"].kind == "approx"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("__import__('os')", "underscore"), ("2 * q", "name 'q' is not defined"),
        ("x.sum()", "This has shape (); the gradient has (3,)."), ("x[", "SyntaxError"),
        ("2", "This has shape (); the gradient has (3,)."), ("'x'", "This gives a str"),
        ("x @ torch.ones(4, 4)", "RuntimeError: "), ("torch.zeros(10**12)", "more than one line"),
    ],
)  # fmt: skip
def test_a_bad_formula_is_told_of_and_spoils_nothing_else(text, told):
    row = only(SQUARE, {"x": text})
    assert told in row.own_error
    assert verdict(row) == "error"
    assert cells(row, text)[4] == text  # what is wrong with it is in the row's sentence
    assert told in details(row)
    assert row.verdicts["differences"].kind == "approx"


def test_formulas_may_speak_of_nodes_that_do_not_lead_to_the_root():
    document = graph(
        leaf("x", 3.0), ("loss", "mul", {}, {"self": "x", "other": "x"}),
        ("two", "tensor", {"data": 2.0}, {}), ("beside", "mul", {}, {"self": "two", "other": "x"}),
    )  # fmt: skip
    assert only(document, {"x": "beside"}).verdicts["own"].kind == "exact"


def test_a_kink_is_named_with_both_slopes():
    row = only(graph(leaf("x", 0.0), ("loss", "abs", {}, {"self": "x"})))
    assert row.verdicts["differences"].kind in ("exact", "approx")  # the mean of both slopes is 0
    row = only(graph(leaf("x", 0.0), ("loss", "relu", {}, {"self": "x"})))
    assert row.verdicts["differences"].kind == "differs"
    assert "a kink here: the slope is 0 to the left and 1 to the right" in details(row)


def test_what_is_cut_off_is_named():
    document = graph(
        leaf("x", 3.0), ("d", "detach", {}, {"self": "x"}),
        ("loss", "mul", {}, {"self": "x", "other": "d"}),
    )  # fmt: skip
    assert "“d” is detached" in details(only(document))
    nodes = (
        leaf("x", 3.0), ("d", "mul", {"other": 1.0}, {"self": "x"}),
        ("loss", "mul", {}, {"self": "x", "other": "d"}),
    )  # fmt: skip
    untracked = graph(*nodes, regions=[Region("r", "no_grad", "", ("d",))])
    row = only(untracked)
    assert "“d” is computed without tracking" in details(row)
    assert (float(row.autograd), round(float(row.differences.slopes[0]), 6)) == (3.0, 6.0)


def test_the_check_is_of_one_backward_however_often_grad_was_added_to():
    twice = (*RUN, Action("forward"), Action("backward", "loss"))
    document = Document(SQUARE.graph, twice)
    assert only(document, {"x": "2 * x"}).verdicts["own"].kind == "exact"


def test_a_seed_is_part_of_the_question():
    document = graph(
        leaf("x", [1.0, 2.0]), ("loss", "mul", {"other": 3.0}, {"self": "x"}),
        program=(Action("forward"), Action("backward", "loss", {"gradient": [1.0, 10.0]})),
    )  # fmt: skip
    row = only(document)
    assert row.autograd.tolist() == [3.0, 30.0]
    assert row.verdicts["differences"].kind == "approx"


def test_the_values_are_those_of_the_step():
    """What an in-place line of the graph or a `set` has changed is not changed twice."""
    program = (*RUN, Action("set", "x", {"value": [2.0, 2.0, 2.0]}), *RUN)
    document = Document(SQUARE.graph, program)
    _, (row,) = checked(document)
    assert row.autograd.tolist() == [4.0, 4.0, 4.0]
    _, film = filmed(document)
    _, (row,) = checked(document, step=film.end_of_first_forward)
    assert row.autograd.tolist() == [2.0, -4.0, 6.0]


def test_a_retained_node_is_checked_too():
    program = (Action("forward"), Action("retain_grad", "y"), Action("backward", "loss"))
    _, found = checked(Document(SQUARE.graph, program))
    assert [row.name for row in found] == ["x", "y"]
    assert found[1].autograd.tolist() == [1.0, 1.0, 1.0]
    assert found[1].verdicts["differences"].kind in ("exact", "approx")


def test_a_large_leaf_is_sampled_the_same_way_every_time_and_says_so():
    document = graph(
        leaf("x", np.linspace(-1, 1, 500).tolist()), ("y", "sin", {}, {"self": "x"}),
        ("loss", "sum", {}, {"self": "y"}),
    )  # fmt: skip
    row = only(document)
    assert row.differences.sampled
    assert f"Differences were taken at {SAMPLE} of 500 entries." in details(row)
    assert np.array_equal(chosen(500), chosen(500))
    assert len(set(chosen(500))) == SAMPLE
    assert np.array_equal(row.differences.entries, chosen(500))
    assert row.verdicts["differences"].kind == "approx"


def test_the_step_grows_with_the_number_and_shrinks_where_the_function_bends():
    assert step_for(0.0) == pytest.approx(6.055e-6, rel=1e-3)
    assert step_for(-1000.0) == 1000 * step_for(1.0)
    document = graph(
        leaf("x", 50.0), ("y", "square", {}, {"self": "x"}), ("loss", "sin", {}, {"self": "y"})
    )
    document, film = filmed(document)
    found = differences(problem(document, film, len(film) - 1), "x")
    exact = 100 * np.cos(2500.0)
    assert abs(found.slopes[0] - exact) <= 10 * found.errors[0]
    assert abs(found.slopes[0] - exact) < 1e-4 * abs(exact)


def test_it_gives_up_when_asked_to():
    document, film = filmed(SQUARE)
    of = problem(document, film, len(film) - 1)
    with pytest.raises(Cancelled):
        rows(of, {}, lambda: True, lambda: None)
    with pytest.raises(Cancelled):
        torch_run.gradients(of, lambda: True) if torch_run.installed() else differences(
            of, "x", lambda: True
        )


def test_without_pytorch_its_column_says_so(monkeypatch):
    of, found = checked(SQUARE)
    monkeypatch.setattr(torch_run, "installed", lambda: False)
    (row,) = ask_torch(of, found, lambda: False)
    assert cells(row, "")[5] == "not installed"
    assert verdict(row) == "agrees"


def test_there_may_be_nothing_to_check():
    frozen = graph(("x", "tensor", {"data": 2.0}, {}), ("loss", "exp", {}, {"self": "x"}),
                   program=(Action("forward"),))  # fmt: skip
    with pytest.raises(NoProblem, match="No leaf requires grad"):
        checked(frozen)
    with pytest.raises(NoProblem, match="Nothing has run"):
        problem(Document(), TraceFilm(Graph(), (), Session(Graph()).trace), 0)


def test_backwards_own_error_is_shown_in_every_row():
    document = graph(leaf("x", [1.0, 2.0]), ("loss", "exp", {}, {"self": "x"}))
    row = only(document)
    assert row.error == "RuntimeError: grad can be implicitly created only for scalar outputs"
    assert verdict(row) == "error"


def test_equal_bits_are_exact_rounding_is_approx_more_differs():
    a = np.float32([1.0, np.nan, np.inf])
    assert compare(a, a.copy()).kind == "exact"
    assert compare(a, a * np.float32(1.0000002)).kind == "approx"
    assert compare(a, np.float32([1.01, np.nan, np.inf])).kind == "differs"
    assert compare(a, np.float32([np.nan, np.nan, np.inf])).kind == "differs"
    assert compare(np.float64(1.0), np.float64(1.0000002)).kind == "differs"


def test_the_table_can_be_had_as_text():
    _, found = checked(SQUARE, {"x": "2 * x"})
    head, line = as_text(found, {"x": "2 * x"}).split("\n")
    assert head.split("\t")[0] == "Leaf"
    assert line.split("\t")[4] == "2 * x  =  [2, -4, 6]"
    assert isinstance(found[0], Row)


def test_autograds_run_leaves_the_trace_alone():
    document, film = filmed(SQUARE)
    of = problem(document, film, len(film) - 1)
    before = film.frame(len(film) - 1).node("x").stored.copy()
    autograd(of)
    assert np.array_equal(film.frame(len(film) - 1).node("x").stored, before)


def test_a_graph_that_cannot_run_in_float64_is_told_so_and_the_rest_is_checked():
    pytest.importorskip("torch")
    document = graph(
        leaf("w", [[1.0, 2.0], [3.0, 4.0]]), ("c", "to", {"dtype": "float32"}, {"self": "w"}),
        ("y", "matmul", {}, {"self": "c", "other": "w"}), ("loss", "sum", {}, {"self": "y"}),
    )  # fmt: skip
    of, found = checked(document)
    (row,) = ask_torch(of, found, lambda: False)
    assert cells(row, "")[2].startswith("RuntimeError: expected m1 and m2 to have the same dtype")
    assert "in float64 this graph gives RuntimeError" in details(row)
    assert row.verdicts["torch"].kind == "exact"


def test_an_output_that_is_checked_leaves_the_other_outputs_of_its_node():
    nodes = [
        Node("w", "tensor", "w", {"data": [1.0, 2.0, 3.0, 4.0], "requires_grad": True}),
        Node("s", "split", "s", {"split_size": 2}), Node("y", "mul", "y", {}),
        Node("loss", "sum", "loss", {}),
    ]  # fmt: skip
    ends = [("w", 0, "s", "self"), ("s", 0, "y", "self"), ("s", 1, "y", "other")]
    edges = [Edge(*end) for end in [*ends, ("y", 0, "loss", "self")]]
    program = (Action("forward"), Action("retain_grad", "s"), Action("backward", "loss"))
    _, found = checked(Document(Graph.of(nodes, edges, ()), program))
    assert [row.node for row in found] == ["w", "s"]
    assert found[1].autograd.tolist() == [3.0, 4.0]
    assert all(row.verdicts["differences"].kind != "differs" for row in found)


def test_an_in_place_op_beside_the_way_counts():
    """w.add_(two) under no_grad leads nowhere and still changes what y is made of."""
    region = Region("r", "no_grad", "", ("a",))
    document = graph(
        leaf("w", [1.0, 2.0]), ("two", "tensor", {"data": [10.0, 20.0]}, {}),
        ("a", "add_", {}, {"self": "w", "other": "two"}),
        ("y", "mul", {}, {"self": "w", "other": "w"}), ("loss", "sum", {}, {"self": "y"}),
        regions=[region],
    )  # fmt: skip
    row = only(document)
    assert row.autograd.tolist() == [22.0, 44.0]
    assert row.differences.slopes == pytest.approx([22.0, 44.0])
    assert row.verdicts["differences"].kind == "approx"


def test_a_kept_tensor_that_is_changed_later_is_checked_as_it_was_made():
    document = graph(
        leaf("w", [1.0, 2.0]), ("v", "mul", {"other": 3.0}, {"self": "w"}),
        ("y", "mul", {}, {"self": "v", "other": "v"}), ("a", "add_", {"other": 1.0}, {"self": "y"}),
        ("loss", "sum", {}, {"self": "a"}),
        program=(Action("forward"), Action("retain_grad", "y"), Action("backward", "loss")),
    )  # fmt: skip
    _, found = checked(document)
    assert all(row.verdicts["differences"].kind != "differs" for row in found)


def test_a_number_near_the_edge_of_log_has_a_slope_and_the_edge_of_sqrt_has_none():
    row = only(graph(leaf("x", [1e-10]), ("y", "log", {}, {"self": "x"}),
                     ("loss", "sum", {}, {"self": "y"})))  # fmt: skip
    assert row.differences.slopes == pytest.approx(row.autograd, rel=1e-6)
    assert row.verdicts["differences"].kind == "approx"
    row = only(graph(leaf("x", [0.0]), ("y", "sqrt", {}, {"self": "x"}),
                     ("loss", "sum", {}, {"self": "y"})))  # fmt: skip
    assert details(row).startswith("differences: differs. The root is no finite number beside")
    assert "nan" not in details(row)


def test_a_slope_of_exactly_nothing_is_not_called_rough():
    document = graph(
        leaf("w", [1.0, 2.0]), ("y", "select", {"dim": 0, "index": 0}, {"self": "w"}),
    )  # fmt: skip
    document = Document(document.graph, (Action("forward"), Action("backward", "y")))
    row = only(document)
    assert row.autograd.tolist() == [1.0, 0.0]
    assert "rough" not in details(row)


def test_what_pytorch_refuses_is_told_in_its_own_words():
    pytest.importorskip("torch")
    document = graph(
        leaf("w", [[1.0, 1.0], [1.0, 1.0]]), ("y", "inverse", {}, {"self": "w"}),
        ("loss", "sum", {}, {"self": "y"}),
    )  # fmt: skip
    of, found = checked(document)
    (row,) = ask_torch(of, found, lambda: False)
    assert row.torch_error.startswith("_LinAlgError: linalg.inv: The diagonal element 2 is zero")


def test_where_the_forward_fails_the_backward_line_still_says_what_was_meant():
    document = graph(
        leaf("x", [1.0, 2.0]), ("other", "matmul", {}, {"self": "x", "other": "x"}),
        ("y", "sum", {"dim": 7}, {"self": "x"}), ("loss", "mean", {}, {"self": "y"}),
    )  # fmt: skip
    of, (row,) = checked(document)
    assert of.root == "loss"
    assert row.error.startswith("IndexError: Dimension out of range")


def test_slopes_are_written_in_the_shape_of_the_gradient():
    document = graph(leaf("w", [[1.0, 2.0], [3.0, 4.0]]), ("y", "sum", {}, {"self": "w"}))
    program = (Action("forward"), Action("backward", "y"))
    row = only(Document(document.graph, program))
    assert cells(row, "")[1] == cells(row, "")[2] == "(2, 2)"
