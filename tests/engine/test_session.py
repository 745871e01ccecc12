"""A Session does what the same lines do in PyTorch, and keeps its hands off all else."""

import gc
import math
import threading
import warnings
import weakref

import numpy as np
import pytest

from engine import errors, random, tensor
from engine.entries import SLICE, each
from engine.events import Computed, Failed, Warned
from engine.graph import Action, Edge, Graph, Node, Region
from engine.modes import STATE, no_grad
from engine.session import Session
from engine.trace import Cancelled
from tests.runs import (
    FORWARD,
    LESSONS,
    backward,
    binary,
    bits,
    events,
    grad,
    leaf,
    lesson,
    number,
    op,
    run,
    square,
    wire,
)


def failure(session):
    (found,) = events(session.trace, Failed)
    return found


def graph_of(*parts):
    """Nodes, edges, regions and (node, edges) pairs in any order."""
    flat = []
    for part in parts:
        flat += [part[0], *part[1]] if isinstance(part, tuple) else [part]
    return Graph.of(
        [p for p in flat if isinstance(p, Node)],
        [p for p in flat if isinstance(p, Edge)],
        [p for p in flat if isinstance(p, Region)],
    )


def test_statements_run_in_the_order_they_are_kept():
    graph = graph_of(
        leaf("b"), leaf("a"), binary("z", "add", "a", "b"), binary("y", "mul", "b", "z")
    )
    session = run(graph, FORWARD)
    assert [e.node for e in events(session.trace, Computed)] == ["b", "a", "z", "y"]
    assert session.tensor("z").grad_fn.sequence < session.tensor("y").grad_fn.sequence


def test_leaves_are_made_once_and_everything_else_is_bound_anew():
    session = run(square(), FORWARD)
    x, y = session.tensor("x"), session.tensor("y")
    session.act(FORWARD, 1)
    assert session.tensor("x") is x
    assert session.tensor("y") is not y


def test_backward_means_the_latest_tensor_of_that_name():
    set_x = Action("set", "x", {"value": 3.0})
    session = run(square(), FORWARD, set_x, FORWARD, backward("y"))
    assert (number(session, "y"), grad(session, "x")) == (9, 6)


def test_grad_adds_up_until_it_is_zeroed_or_taken_away():
    once = (FORWARD, backward("y"))
    assert grad(run(square(), *once), "x") == 4
    assert grad(run(square(), *once, *once), "x") == 8
    assert grad(run(square(), *once, Action("zero_", "x.grad")), "x") == 0
    assert grad(run(square(), *once, Action("set", "x.grad", {"value": None})), "x") is None
    assert grad(run(square(), *once, Action("set", "x.grad", {"value": 1}), *once), "x") == 5


@pytest.mark.parametrize(
    ("params", "edges", "name"),
    [
        ({"exponent": 2}, [wire("x", "y")], "PowBackward0"),
        ({}, [wire("x", "y"), wire("x", "y", "exponent")], "PowBackward1"),
        ({"self": 2}, [wire("x", "y", "exponent")], "PowBackward2"),
    ],
)
def test_a_number_in_a_slot_chooses_the_overload(params, edges, name):
    session = run(Graph.of([leaf("x"), op("y", "pow", **params)], edges), FORWARD)
    assert type(session.tensor("y").grad_fn).__name__ == name


def test_a_number_may_stand_on_the_left():
    graph = graph_of(leaf("x", 5.0), op("y", "sub", self=2), wire("x", "y", "other"))
    session = run(graph, FORWARD, backward("y"))
    assert (number(session, "y"), grad(session, "x")) == (-3, -1)


def test_the_innermost_region_decides_the_grad_mode():
    ops = [op(name, "neg") for name in ("out", "mid", "deep")]
    regions = [
        Region("deepest", "no_grad", "", ("deep",)),
        Region("inner", "enable_grad", "", ("mid", "deep")),
        Region("outer", "no_grad", "", ("out", "mid", "deep")),
        Region("around", "group", "", ("x", "out", "mid", "deep")),
    ]
    edges = [wire("x", name) for name in ("out", "mid", "deep")]
    session = run(Graph.of([leaf("x"), *ops], edges, regions), FORWARD)
    tracked = [session.tensor(name).requires_grad for name in ("out", "mid", "deep")]
    assert tracked == [False, True, False]
    why = {e.node: e.why for e in events(session.trace, Computed)}
    assert why == {"x": None, "out": "no_grad", "mid": None, "deep": "no_grad"}


def test_many_tensors_go_into_one_slot_in_the_order_of_their_numbers():
    names = [f"x{k}" for k in range(12)]
    leaves = [leaf(name, [float(k)]) for k, name in enumerate(names)]
    edges = [wire(name, "c", f"tensors.{k}") for k, name in reversed(list(enumerate(names)))]
    session = run(Graph.of([*leaves, op("c", "cat")], edges), FORWARD)
    assert session.tensor("c").tolist() == [float(k) for k in range(12)]


def test_x_times_x_sends_one_contribution_out_of_each_slot():
    session = run(graph_of(leaf("x", 3.0), binary("y", "mul", "x", "x")), FORWARD, backward("y"))
    assert grad(session, "x") == 6
    assert session.tensor("y").grad_fn.origin.slots == ("self", "other")


def test_a_failing_node_starves_what_depends_on_it_and_nothing_else():
    graph = graph_of(
        leaf("a", [1.0, 2.0]), leaf("b", [1.0, 2.0, 3.0]), binary("bad", "add", "a", "b"),
        op("after", "neg"), wire("bad", "after"), op("apart", "neg"), wire("a", "apart"),
    )  # fmt: skip
    session = run(graph, FORWARD)
    assert failure(session).node == "bad"
    assert failure(session).sentence.startswith("The size of tensor a (2) must match")
    assert failure(session).lost == ("bad", "after")
    assert set(session.values) == {"a", "b", "apart"}


def test_an_input_that_is_not_connected_says_so():
    graph = Graph.of([leaf("x"), op("y", "pow", exponent=2), op("z", "mm")])
    sentences = [e.sentence for e in events(run(graph, FORWARD).trace, Failed)]
    assert sentences == [
        "the input “self” is not connected: wire a tensor to it or type a number",
        "the input “self” is not connected: wire a tensor to it",
    ]


def test_an_op_on_numbers_alone_wants_a_tensor():
    graph = Graph.of([op("y", "add", self=1.0, other=2.0), op("c", "cat")])
    sentences = [e.sentence for e in events(run(graph, FORWARD).trace, Failed)]
    assert sentences == [
        "wire a tensor to at least one input",
        "connect at least one tensor to “tensors”",
    ]


def test_an_unknown_op_is_a_placeholder_that_fails_alone():
    session = run(Graph.of([leaf("x"), op("m", "mystery")], [wire("x", "m", "any")]), FORWARD)
    assert failure(session).node == "m"
    assert "has no op “mystery”" in failure(session).sentence
    assert number(session, "x") == 2


def test_an_output_that_is_gone_says_which():
    nodes = [leaf("x", [1.0, 2.0]), op("u", "unbind"), op("y", "neg")]
    session = run(Graph.of(nodes, [wire("x", "u"), wire("u", "y", output=5)]), FORWARD)
    assert "has 2 outputs now; number 5 does not exist any more" in failure(session).sentence


def test_the_logarithm_of_a_negative_number_is_nan_and_no_error():
    session = run(graph_of(leaf("x", -1.0), op("y", "log"), wire("x", "y")), FORWARD, backward("y"))
    assert np.isnan(number(session, "y"))
    assert grad(session, "x") == -1
    assert not events(session.trace, Failed, Warned)


def test_an_expected_error_lets_the_program_go_on_and_another_ends_it():
    untracked = Graph.of([leaf("x", grad=False), op("y", "neg")], [wire("x", "y")])
    expected = run(untracked, FORWARD, backward("y", expect_error=True), FORWARD)
    stopped = run(untracked, FORWARD, backward("y"), FORWARD)
    assert (len(expected.chapters), expected.stopped) == (3, False)
    assert (len(stopped.chapters), stopped.stopped) == (2, True)
    assert failure(stopped).sentence == (
        "element 0 of tensors does not require grad and does not have a grad_fn"
    )
    assert failure(expected).expected
    assert not failure(stopped).expected


def test_a_second_backward_works_where_the_graph_was_retained():
    session = run(square(), FORWARD, backward("y", retain_graph=True), backward("y"))
    assert (grad(session, "x"), session.stopped) == (8, False)


def test_a_second_backward_fails_at_the_node_that_was_freed():
    graph = graph_of(leaf("x"), op("y", "exp"), wire("x", "y"), op("z", "neg"), wire("y", "z"))
    session = run(graph, FORWARD, backward("z"), backward("z"))
    error = failure(session)
    assert (error.node, error.kind, error.sentence) == ("y", "RuntimeError", errors.FREED)
    assert error.path == ("z", "y")
    assert grad(session, "x") == pytest.approx(-7.389056)


def test_backward_without_a_value_asks_for_a_forward():
    assert "has no value: run forward first" in failure(run(square(), backward("y"))).sentence


@pytest.mark.parametrize(
    "node",
    [
        leaf("x", "two"),
        leaf("x", [1.0, "two"]),
        leaf("x", [[1.0], [2.0, 3.0]]),
        leaf("x", 1.0, dtype="float99"),
        Node("x", "zeros", "x", {"size": "big"}),
        Node("x", "rand", "x", {"size": [2], "seed": "luck"}),
    ],
)
def test_text_where_a_number_belongs_is_told_at_the_leaf(node):
    error = failure(run(Graph.of([node]), FORWARD))
    assert error.node == "x"
    assert error.sentence


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("pow", {"exponent": "two"}),
        ("sum", {"dim": "first"}),
        ("sum", {"dim": 7}),
        ("view", {"shape": "flat"}),
        ("view", {"shape": [7]}),
        ("softmax", {"dim": "last"}),
        ("add", {"other": "one", "alpha": "much"}),
    ],
)
def test_text_where_a_number_belongs_is_told_at_the_op(name, params):
    graph = Graph.of([leaf("x", [1.0, 2.0]), op("y", name, **params)], [wire("x", "y")])
    error = failure(run(graph, FORWARD))
    assert error.node == "y"
    assert error.sentence


def test_set_value_fills_the_shape_and_keeps_the_dtype():
    graph = Graph.of([leaf("x", [1.0, 2.0])])
    session = run(graph, FORWARD, Action("set", "x", {"value": 3}))
    assert session.tensor("x")._data.tolist() == [3, 3]
    assert session.tensor("x")._data.dtype == np.float32
    session.act(Action("set", "x", {"value": "three"}), 2)
    assert failure(session).kind == "TypeError"


def test_requires_grad_and_retain_grad_change_what_comes_next():
    freeze = Action("requires_grad_", "x", {"value": False})
    session = run(square(), FORWARD, freeze, FORWARD)
    assert not session.tensor("y").requires_grad
    session = run(square(), FORWARD, Action("retain_grad", "y"), backward("y"))
    assert grad(session, "y") == 1


def test_zero_of_a_grad_that_is_not_there_fails_as_in_pytorch():
    error = failure(run(square(), FORWARD, Action("zero_", "x.grad")))
    assert (error.kind, error.node) == ("AttributeError", "x")
    assert error.sentence == "'NoneType' object has no attribute 'zero_'"


def test_warnings_are_part_of_the_trace():
    session = run(square(), FORWARD, Action("zero_", "y.grad"))
    (warned,) = events(session.trace, Warned)
    assert warned.node == "y"
    assert warned.text.startswith("The .grad attribute of a Tensor that is not a leaf Tensor")


def test_running_does_not_touch_the_warnings_of_other_threads(monkeypatch):
    """Python's filters are the process's: two threads that change them lose each other's."""

    def touched(*_, **__):
        raise AssertionError("Python's warnings are everybody's")

    monkeypatch.setattr(warnings, "catch_warnings", touched)
    monkeypatch.setattr(warnings, "simplefilter", touched)
    monkeypatch.setattr(warnings, "warn", touched)
    assert events(run(square(), FORWARD, Action("zero_", "y.grad")).trace, Warned)


def test_a_warning_that_is_given_once_is_given_once_in_every_run():
    program = (FORWARD, backward("y", create_graph=True), FORWARD, backward("y", create_graph=True))
    runs = [[e.text for e in events(run(square(), *program).trace, Warned)] for _ in range(2)]
    assert runs == [[errors.CREATE_GRAPH_CYCLE]] * 2


def test_a_run_leaves_the_warnings_of_plain_use_alone(monkeypatch):
    monkeypatch.setattr(STATE, "warned_once", set())
    run(square(), FORWARD, backward("y", create_graph=True))
    x = tensor(2.0, requires_grad=True)
    with pytest.warns(UserWarning, match="reference cycle"):
        (x * x).backward(create_graph=True)
    (x * x).backward(create_graph=True)


def test_backward_can_start_at_a_gradient_that_has_a_history():
    """y = x³: x.grad is 3x² = 12, and going back from it adds 6x = 12."""
    graph = graph_of(leaf("x", 2.0), op("y", "pow", exponent=3), wire("x", "y"))
    session = run(graph, FORWARD, backward("y", create_graph=True), backward("x.grad"))
    assert grad(session, "x") == 24
    assert not session.trace.chapters[-1].failed


def test_backward_from_a_gradient_that_is_not_there_fails_as_in_pytorch():
    session = run(square(), FORWARD, backward("x.grad"))
    assert failure(session).sentence == "'NoneType' object has no attribute 'backward'"


def test_cancelling_ends_the_run_with_an_exception():
    left = iter([False, False, True])
    session = Session(square(), lambda: next(left))
    with pytest.raises(Cancelled):
        list(session.run((FORWARD, backward("y"))))
    assert STATE.recorder is None


def test_in_place_ops_are_nodes_that_return_the_same_tensor():
    graph = graph_of(
        leaf("x", [1.0, 2.0]), op("c", "clone"), wire("x", "c"), op("m", "mul_", other=3.0),
        wire("c", "m"), op("y", "sum"), wire("c", "y"),
    )  # fmt: skip
    session = run(graph, FORWARD, backward("y"))
    assert session.tensor("m") is session.tensor("c")
    assert session.tensor("x").grad.tolist() == [3, 3]


def test_what_is_bound_anew_is_let_go():
    session = run(square(), FORWARD)
    first = weakref.ref(session.tensor("y"))
    for index in range(1, 4):
        session.act(FORWARD, index)
    gc.collect()
    assert first() is None
    assert len(session._owners) == 2


def arrays_in(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from arrays_in(item)


def test_no_recorded_array_ever_changes():
    """In-place ops, zero_ and += make new arrays; what the Trace has seen stays as it was."""
    graph = graph_of(
        leaf("x", [1.0, 2.0]), op("c", "clone"), wire("x", "c"), op("v", "view", shape=[2, 1]),
        wire("c", "v"), op("m", "mul_", other=3.0), wire("v", "m"), op("d", "detach"),
        wire("c", "d"), op("z", "zero_"), wire("d", "z"), op("y", "sum"), wire("x", "y"),
    )  # fmt: skip
    session = run(graph, FORWARD, Action("retain_grad", "y"), backward("y"))
    facts = [fact for chapter in session.chapters for fact in chapter.facts]
    arrays = [a for fact in facts for a in arrays_in(fact[1:])]
    before = [a.tobytes() for a in arrays]
    assert len(arrays) > 8
    for action in (
        Action("zero_", "x.grad"), FORWARD, backward("y"), Action("set", "x", {"value": [5, 6]}),
        FORWARD, backward("y"), Action("set", "x.grad", {"value": 9}),
    ):  # fmt: skip
        assert session.act(action, 9)
    assert [a.tobytes() for a in arrays] == before


# ---- alone with itself ---------------------------------------------------------------------------


def random_graph():
    nodes = [Node("r", "rand", "r", {"size": [3], "requires_grad": True}), op("y", "sum")]
    return Graph.of(nodes, [wire("r", "y")])


def facts_of(session):
    return [bits(tuple(c.facts[:3])) for c in session.chapters if c.kind == "forward"]


def test_a_run_leaves_the_thread_as_it_was():
    state = random.get_state()
    with no_grad():
        session = run(random_graph(), FORWARD, backward("y"))
        assert not STATE.grad_enabled
    assert session.tensor("y").requires_grad
    assert random.get_state() == state


def test_two_sessions_do_not_see_each_other():
    graph = Graph.of(
        [Node("r", "rand", "r", {"size": [2]}), Node("s", "rand", "s", {"size": [2]})],
    )
    alone = run(graph, FORWARD)
    first, second = Session(graph), Session(graph)
    first.act(FORWARD, 0)
    random.manual_seed(1)
    second.act(FORWARD, 0)
    for session in (first, second):
        for node in ("r", "s"):
            assert bits(session.tensor(node)._data) == bits(alone.tensor(node)._data)
    for session in (first, second):
        session.act(FORWARD, 1)
    assert bits(first.tensor("r")._data) == bits(second.tensor("r")._data)


@pytest.mark.parametrize("name", LESSONS)
def test_a_run_in_a_thread_equals_one_here(name):
    document = lesson(name)
    found = []
    thread = threading.Thread(target=lambda: found.append(run(document.graph, *document.program)))
    thread.start()
    thread.join()
    here = run(document.graph, *document.program)
    assert bits(found[0].trace.events) == bits(here.trace.events)


def test_an_op_that_goes_through_entries_one_by_one_gives_up_when_cancelled():
    """A million entries take Python seconds: it looks between slices of them."""
    seen, looks = [], iter((False, False, True))
    session = Session(Graph(), lambda: next(looks))
    with session._in_charge(), pytest.raises(Cancelled):
        each(lambda x: seen.append(x) or x, np.ones(5 * SLICE))
    assert len(seen) == 2 * SLICE


@pytest.mark.parametrize("shape", [(3 * SLICE,), (3, 1, SLICE), (2 * SLICE + 1, 1)])
def test_slices_make_the_same_as_the_whole(shape):
    x = np.linspace(0.5, 9, math.prod(shape)).reshape(shape).astype(np.float32)
    whole = each(math.atan2, x, x[:1])
    session = Session(Graph())
    with session._in_charge():
        sliced = each(math.atan2, x, x[:1])
    assert sliced.dtype == whole.dtype
    assert np.array_equal(sliced, whole)
