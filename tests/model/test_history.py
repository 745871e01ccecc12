"""The history as a picture: torch's Functions and their edges, and who is at work at each step."""

import pytest

import engine
from engine.graph import Action, Graph
from gui.model.history import FUNCTION, Histories, name
from tests.runs import FORWARD, backward, binary, film, leaf, op, wire


def picture(graph, *program, step=None):
    made = film(graph, *program)
    found = Histories(made).picture(len(made) - 1 if step is None else step)
    assert len(found.film) == len(made)
    return found


def names(found):
    return [node.name for node in found.graph.nodes.values()]


def below(found, function):
    """(name, output) for each wire of a Function, in order."""
    edges = found.graph.inputs[function].values()
    return [(found.graph.nodes[e.source].name, e.output) for e in edges]


def the(found, wanted):
    return next(i for i, node in found.graph.nodes.items() if node.name == wanted)


def square():
    node, edges = binary("p", "mul", "x", "x")
    return Graph.of([leaf("x", 3.0), node], edges)


def test_every_step_is_told_in_the_words_of_the_run():
    node, edges = binary("p", "mul", "x", "x")
    graph = Graph.of([leaf("x", 3.0), node, leaf("k", 1.0, grad=False), op("d", "detach")],
                     [*edges, wire("p", "d")])  # fmt: skip
    zero = Action("zero_", "x.grad")
    made = film(graph, FORWARD, backward("p"), zero, FORWARD, backward("d"))
    told = Histories(made).picture(len(made) - 1).film
    for step in range(len(made)):
        one, other = told.frame(step), made.frame(step)
        assert (one.caption, one.asides) == (other.caption, other.asides)


def test_a_square_is_one_function_with_two_edges_to_its_leaf():
    found = picture(square(), FORWARD, backward("p"))
    assert names(found) == ["AccumulateGrad", "MulBackward0"]
    assert below(found, "f1") == [("AccumulateGrad", 0), ("AccumulateGrad", 0)]
    assert list(found.graph.inputs["f1"]) == ["self", "other"]
    assert [node.params["of"] for node in found.graph.nodes.values()] == ["x", "p"]
    assert all(node.op == FUNCTION for node in found.graph.nodes.values())


def test_each_step_says_who_works_and_along_which_edge():
    found = picture(square(), FORWARD, backward("p"))
    frames = [found.film.frame(step) for step in range(len(found.film))]
    assert [set(f.active) for f in frames] == [
        {"f0"}, {"f1"}, {"f1"}, {"f1"}, {"f1"}, {"f0"}, {"f0"},
    ]  # fmt: skip
    ways = [f.packet and (f.packet.source, f.packet.target, f.packet.edge) for f in frames]
    assert ways == [
        None, None, None, ("f1", "f0", ("f1", "self")), ("f1", "f0", ("f1", "other")), None, None,
    ]  # fmt: skip
    assert [f.summing for f in frames] == [None] * 5 + ["f0", None]
    assert frames[5].node("f0").arrived == 2
    assert float(frames[5].node("f0").grad) == 6
    assert frames[6].stored[0] == "f0"
    assert float(frames[6].node("f0").stored) == 6


def test_values_gradients_and_what_is_freed_are_those_of_the_graph():
    made = film(square(), FORWARD, backward("p"))
    found = Histories(made).picture(0)
    for step in range(len(made)):
        ours, theirs = found.film.node("f1", step), made.node("p", step)
        assert (ours.value, ours.grad, ours.freed) == (theirs.value, theirs.grad, theirs.freed)


def test_a_fan_out_has_an_edge_for_each_use():
    product, edges = binary("p", "mul", "x", "x")
    total, more = binary("q", "add", "p", "x")
    graph = Graph.of([leaf("x"), product, total], [*edges, *more])
    found = picture(graph, FORWARD, backward("q"))
    assert below(found, the(found, "AddBackward0")) == [
        ("MulBackward0", 0), ("AccumulateGrad", 0),
    ]  # fmt: skip
    leaf_id = the(found, "AccumulateGrad")
    last = found.film.frame(len(found.film) - 1)
    assert last.node(leaf_id).expected == last.node(leaf_id).arrived == 3
    assert all(last.edge(key).grad is not None for key in found.graph.edges)


def sliced():
    """A view is written to: the base gets CopySlices, the view AsStridedBackward0."""
    nodes = [
        leaf("x", [1.0, 2.0]), op("c", "clone"), op("s", "select", dim=0, index=0),
        op("m", "mul_", other=3.0), op("t", "sum"),
    ]  # fmt: skip
    return Graph.of(nodes, [wire("x", "c"), wire("c", "s"), wire("s", "m"), wire("c", "t")])


def test_writing_through_a_view_is_copy_slices():
    found = picture(sliced(), FORWARD, backward("t"))
    assert below(found, the(found, "SumBackward0")) == [("CopySlices", 0)]
    assert below(found, the(found, "CopySlices")) == [("CloneBackward0", 0)]
    assert "AsStridedBackward0" in names(found)
    assert found.nodes[the(found, "CopySlices")] == "m"
    flows = [f.packet for f in map(found.film.frame, range(len(found.film))) if f.packet]
    assert [found.graph.nodes[p.source].name for p in flows] == [
        "SumBackward0", "CopySlices", "CloneBackward0",
    ]  # fmt: skip


def test_a_node_of_several_functions_shows_each():
    nodes = [
        leaf("x", [[1.0, -2.0]]), leaf("t", [1], grad=False, dtype="int64"),
        op("n", "cross_entropy"),
    ]  # fmt: skip
    graph = Graph.of(nodes, [wire("x", "n"), wire("t", "n", "target")])
    found = picture(graph, FORWARD, backward("n"))
    inner, outer = found.of_node("n")
    assert names(found) == ["AccumulateGrad", "LogSoftmaxBackward0", "NllLossBackward0"]
    assert below(found, outer) == [("LogSoftmaxBackward0", 0)]
    last = found.film.frame(len(found.film) - 1)
    assert last.edge((outer, "self")).grad is not None  # one step of the graph, two edges here
    assert last.edge((inner, "self")).grad is not None
    assert last.node(outer).value is not None
    assert last.node(inner).value is None


def test_before_backward_the_functions_are_there_already():
    found = picture(square(), FORWARD)
    assert names(found) == ["AccumulateGrad", "MulBackward0"]
    assert float(found.film.frame(1).node("f1").value) == 9
    assert found.film.frame(0).node("f1").value is None


def test_what_needs_no_gradient_leaves_no_history():
    node, edges = binary("p", "mul", "x", "y")
    graph = Graph.of([leaf("x", grad=False), leaf("y"), node], edges)
    found = picture(graph, FORWARD)
    assert below(found, the(found, "MulBackward0")) == [("AccumulateGrad", 0)]
    assert list(found.graph.inputs[the(found, "MulBackward0")]) == ["other"]
    nothing = Graph.of([leaf("x", grad=False), op("s", "sin")], [wire("x", "s")])
    made = picture(nothing, FORWARD)
    assert not made.graph.nodes
    assert len(made.film) == 2  # the steps are those of the run all the same


def test_another_forward_makes_another_history():
    program = (FORWARD, backward("p"), FORWARD, backward("p"))
    made = film(square(), *program)
    histories = Histories(made)
    first, second = histories.picture(2), histories.picture(len(made) - 1)
    assert names(first) == names(second)
    assert (set(first.graph.nodes), set(second.graph.nodes)) == ({"f0", "f1"}, {"f0", "f2"})
    assert histories.picture(3) is first
    assert float(second.film.frame(len(made) - 1).node("f0").stored) == 12


def test_a_kept_history_is_gone_through_twice():
    program = (FORWARD, backward("p", retain_graph=True), backward("p"), Action("zero_", "x.grad"))
    found = picture(square(), *program)
    steps = [s for s in range(len(found.film)) if found.film.frame(s).packet]
    assert len(steps) == 4
    assert not found.film.node("f1", steps[1]).freed
    assert found.film.node("f1", len(found.film) - 1).freed
    last = found.film.frame(len(found.film) - 1)
    assert last.stored[0] == "f0"
    assert float(last.node("f0").stored) == 0


def test_an_error_in_backward_is_at_its_function():
    program = (FORWARD, backward("p"), backward("p", expect_error=True))
    found = picture(square(), *program)
    assert found.film.frame(len(found.film) - 1).node("f1").error.startswith("RuntimeError: Trying")


def test_retained_gradients_stand_at_the_function():
    product, edges = binary("p", "mul", "x", "x")
    graph = Graph.of([leaf("x"), product, op("s", "sin")], [*edges, wire("p", "s")])
    found = picture(graph, FORWARD, Action("retain_grad", "p"), backward("s"))
    last = found.film.frame(len(found.film) - 1)
    assert last.node(the(found, "MulBackward0")).stored is not None


def test_double_backward_shows_what_the_derivatives_made():
    found = picture(square(), FORWARD, backward("p", create_graph=True))
    assert names(found) == [
        "AccumulateGrad", "MulBackward0", "MulBackward0", "MulBackward0", "AddBackward0",
        "CopyBackwards",
    ]  # fmt: skip
    assert [found.nodes[i] for i in found.graph.nodes] == ["x", "p", "p", "p", "p", ""]
    assert below(found, the(found, "AddBackward0")) == [("MulBackward0", 0)] * 2


def test_what_a_tooltip_says():
    found = picture(square(), FORWARD)
    number = found.about("f1").split("\n")[1].removeprefix("sequence number ")
    assert number.isdigit()
    assert found.about("f1").split("\n")[::2] == [
        "MulBackward0, made by p", "saved other (), self ()",
    ]  # fmt: skip
    assert found.about("f0") == "AccumulateGrad\nadds what arrives to x.grad"
    freed = picture(square(), FORWARD, backward("p"))
    assert "saved other (), self ()" in freed.about("f1")
    assert found.about("nobody") == ""


def test_too_many_functions_are_refused_in_words(monkeypatch):
    monkeypatch.setattr("gui.model.limits.NODES", 1)
    with pytest.raises(ValueError, match="2 Functions are too many to be drawn"):
        picture(square(), FORWARD)


PROGRAMS = {
    "square": (square, "p"),
    "fan-out": (
        lambda: Graph.of(
            [leaf("x", [1.0, 2.0]), op("s", "sin"), binary("q", "mul", "s", "x")[0]],
            [wire("x", "s"), *binary("q", "mul", "s", "x")[1]],
        ),
        "q",
    ),
    "softmax": (
        lambda: Graph.of([leaf("x", [1.0, 2.0]), op("s", "log_softmax", dim=0)], [wire("x", "s")]),
        "s",
    ),
}


@pytest.mark.parametrize("case", [*PROGRAMS, "slices"])
def test_names_and_edges_are_torchs(case):
    torch = pytest.importorskip("torch")
    if case == "slices":
        graph, root = sliced(), "t"
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        c = x.clone()
        c.select(0, 0).mul_(3.0)
        theirs = c.sum().grad_fn
    else:
        make, root = PROGRAMS[case]
        graph = make()
        x = torch.tensor(graph.nodes["x"].params["data"], requires_grad=True)
        results = {"square": lambda: x * x, "fan-out": lambda: x.sin() * x,
                   "softmax": lambda: torch.log_softmax(x, 0)}  # fmt: skip
        theirs = results[case]().grad_fn
    found = picture(graph, FORWARD)
    start = next(i for i in found.of_node(root))
    assert _walk_ours(found, start) == _walk_torchs(theirs)


def _walk_ours(found, function):
    edges = found.graph.inputs[function].values()
    return found.graph.nodes[function].name, [
        (_walk_ours(found, e.source), e.output) for e in edges
    ]


def _walk_torchs(function):
    return function.name().rpartition("::")[2], [
        (_walk_torchs(f), k) for f, k in function.next_functions if f is not None
    ]


def test_double_backward_has_torchs_names():
    torch = pytest.importorskip("torch")
    x = torch.tensor(3.0, requires_grad=True)
    (g,) = torch.autograd.grad(x * x, x, create_graph=True)
    found = picture(square(), FORWARD, backward("p", create_graph=True))
    assert _walk_ours(found, the(found, "AddBackward0")) == _walk_torchs(g.grad_fn)


def test_a_name_has_no_namespace():
    x = engine.tensor(1.0, requires_grad=True)
    assert name((x * 2).grad_fn.next_functions[0][0]) == "AccumulateGrad"
