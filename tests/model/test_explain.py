"""Explanations: every op, every gradient, with arithmetic that a reader can check."""

from itertools import pairwise

import numpy as np
import pytest

import engine
from engine.code import source
from engine.graph import Action, Graph, Node
from gui.model import words
from gui.model.explain import EMPTY, explained, passed_back
from gui.model.explain.manual import manual_lines
from gui.model.explain.saved import saved_by
from gui.model.explain.steps import summed
from gui.model.film import Film
from tests.engine.samples import CASES
from tests.explain_kit import FORWARD, checked, film_of_case
from tests.odd_graphs import composite, in_place, pieces
from tests.runs import LESSONS, backward, film, film_of, leaf, lesson, op, square, wire

NO_SHORT_FORMULA = {
    "erfinv", "digamma", "round", "glu", "polygamma", "mvlgamma", "special_i0", "special_i1",
    "special_i0e", "special_i1e", "special_ndtri", "argmax", "argmin", "cumprod", "logcumsumexp",
    "cross_entropy", "smooth_l1_loss", "huber_loss", "binary_cross_entropy_with_logits", "atan2",
    "kl_div", "soft_margin_loss", "cosine_similarity", "normalize", "renorm", "multi_margin_loss",
    "inverse", "det", "group_norm", "scatter_reduce", "linalg_svd", "pinv", "call_",
}  # fmt: skip
"""Ops of whose result an entry is stated, not worked out."""
OVERWRITING = {"call_", "setitem"}
"""What overwrites its input cannot be run once more for an entry of what it passes back."""


@pytest.fixture
def seven_digits(monkeypatch):
    """Numbers exact enough to be compared with the engine's to 1e-5."""
    monkeypatch.setattr(words, "MOST_DIGITS", 14)
    words.show_digits(7)
    yield
    words.show_digits(4)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_every_op_is_explained_forward_and_backward(case, seven_digits):
    """The entry that is worked out is the engine's number, and its arithmetic can be done again."""
    shown = film_of_case(case)
    last = len(shown) - 1
    value = shown.frame(last).node("y").value
    how = explained(shown, last, "y")
    assert how.lines
    if how.work is not None and np.size(value):
        lines = how.work(how.default)
        mark = checked(lines, float(np.asarray(value)[how.default]))
        assert mark != "≈" or case.op.name in {"gelu", "selu", "mean", "lgamma"} or _many(value)
        assert len(lines) > 1 or case.op.name in NO_SHORT_FORMULA, lines
    for back in passed_back(shown, last, "y"):
        assert back.work is not None or case.op.name in OVERWRITING, back.title
        if back.work is not None and np.size(back.value):
            at = back.default
            checked(back.work(at), float(np.asarray(back.value)[at]))


def _many(value):
    return np.size(value) > 1


@pytest.mark.parametrize("name", LESSONS)
def test_every_step_of_the_lessons_is_explained(name):
    """In words of their graph, with numbers that fit; four digits, as a student sees them."""
    shown = film_of(lesson(name))
    for step, event in enumerate(shown.majors):
        found = explained(shown, step)
        kind = type(event).__name__
        assert found.lines or kind in {"Changed", "Failed", "Warned"}, kind
        scalar = found.value is not None and not np.ndim(found.value)
        if scalar and [line for line in found.lines if line.kind == "result"]:
            checked(found.lines, float(found.value))


def told(explanation):
    return [line.text for line in explanation.lines]


def test_the_chain_rule_from_symbols_to_the_result():
    """Symbolic, by the rule, with what came in as a number, with all numbers, the result."""
    shown = film_of(lesson("perceptron"))
    step = next(k for k, e in enumerate(shown.majors) if getattr(e, "target", "") == "w")
    found = explained(shown, step)
    assert told(found) == [
        "∂loss/∂w = ∂loss/∂wx · ∂wx/∂w", "= ∂loss/∂wx · x", "= 0.9692 · x", "= 0.9692 · 6.7",
        "= 6.494",
    ]  # fmt: skip
    assert found.lines[0].tex.startswith(r"\frac{\partial \text{loss}}{\partial w} = ")
    assert "switches" in found.notes[0]


def layer():
    """p = softmax(X W + b)"""
    nodes = [
        leaf("X", [[1, 2, 3], [4, 5, 6.0]]), leaf("W", [[1, 0.5], [2, -1], [0, 3.0]]),
        leaf("b", [0.1, -0.2]), leaf("v", [[1.0, 2.0], [3.0, 4.0]], grad=False), op("Y", "matmul"),
        op("h", "add"), op("p", "softmax", dim=1), op("m", "mul"), op("L", "sum"),
    ]  # fmt: skip
    edges = [
        wire("X", "Y"), wire("W", "Y", "other"), wire("Y", "h"), wire("b", "h", "other"),
        wire("h", "p"), wire("p", "m"), wire("v", "m", "other"), wire("m", "L"),
    ]  # fmt: skip
    return film(Graph.of(nodes, edges), FORWARD, backward("L"))


def test_an_entry_of_a_matrix_product_names_the_entries_it_is_made_of():
    shown = layer()
    how = explained(shown, len(shown) - 1, "Y")
    assert [line.text for line in how.entry((1, 1))] == [
        "Y[1, 1] = Σ_k X[1, k] · W[k, 1]",
        "= X[1, 0] · W[0, 1] + X[1, 1] · W[1, 1] + X[1, 2] · W[2, 1]",
        "= 4 · 0.5 + 5 · (-1) + 6 · 3", "= 15",
    ]  # fmt: skip
    assert r"3 \times 2" in how.lines[0].tex
    assert how.entry((5, 0))[0].text == "There is no entry [5, 0] in a shape of (2, 2)."
    back = passed_back(shown, len(shown) - 1, "Y")[1]
    assert back.entry((0, 1))[0].text == "∂L/∂W[0, 1] = Σ_i ∂L/∂Y[i, 1] · X[i, 0]"


def test_what_undoes_a_broadcast_is_said_with_its_shapes():
    shown = layer()
    back = passed_back(shown, len(shown) - 1, "h")[1]
    assert "Broadcast, so summed back: (2, 2) → sum over dim 0 → (2,)" in told(back)
    assert back.entry((0,))[0].text == "∂L/∂b[0] = ∂L/∂h[0, 0] + ∂L/∂h[1, 0]"
    assert summed((4, 3), (4, 1)).endswith("(4, 3) → sum over dim 1 → (4, 1)")
    assert summed((5, 4, 3), (3,)).endswith("sum over dims 0 and 1 → (3,)")
    assert summed((4, 3), ()).endswith("sum over all dims → ()")


def test_softmax_is_worked_out_with_its_exponentials():
    shown = layer()
    how = explained(shown, len(shown) - 1, "p")
    assert how.entry((0, 1))[0].text == "p[0, 1] = e^7.3/(e^5.1 + e^7.3)"
    jacobian = how.jacobian()
    assert jacobian.cells.shape == (4, 4)
    assert jacobian.told(1, 0) == "∂p[0, 1]/∂h[0, 0]"
    p = shown.frame(len(shown) - 1).node("p").value
    assert jacobian.cells[1, 0] == pytest.approx(-p[0, 0] * p[0, 1], rel=1e-5)
    assert not jacobian.cells[2:, :2].any()


@pytest.mark.parametrize("name", ["matmul", "softmax", "tanh", "conv1d", "prod", "sort"])
def test_a_jacobian_is_the_engines_own(name):
    """Row by row what torch.autograd.functional.jacobian gives."""
    case = next(c for c in CASES if c.op.name == name)
    shown = film_of_case(case)
    found = explained(shown, len(shown) - 1, "y").jacobian()
    tensors = {
        k: engine.tensor(v) if isinstance(v, np.ndarray) else v
        for k, v in case.arrays("float64").items()
    }
    slot = next(k for k, v in tensors.items() if hasattr(v, "grad_fn"))

    def call(x):
        result = case.run({**tensors, slot: x})
        return result[0] if isinstance(result, tuple) else result

    whole = engine.autograd.functional.jacobian(call, tensors[slot])
    assert found.cells.ravel().tolist() == whole.numpy().ravel().tolist()


def test_infinities_of_both_signs_make_nan_and_trip_nobody():
    """1 / x - 1 / x where x is 0: the slopes are minus and plus infinity."""
    nodes = [leaf("x", 0.0), op("a", "reciprocal"), op("b", "reciprocal"), op("y", "sub")]
    edges = [wire("x", "a"), wire("x", "b"), wire("a", "y"), wire("b", "y", "other")]
    shown = film(Graph.of(nodes, edges), FORWARD, backward("y"))
    step = shown.timeline.kinds.index("sum")
    assert told(explained(shown, step))[1:] == ["= inf + (-inf)", "= nan"]


def test_what_adds_up_across_calls_says_so():
    shown = film(square(), FORWARD, backward("y"), FORWARD, backward("y"))
    last = told(explained(shown, len(shown) - 1))
    assert last == ["x.grad ← x.grad + ∂y/∂x", "= 4 + 4", "= 8"]


def test_a_sum_names_the_ways_its_terms_came():
    """x * x + x: two edges of one node, and one of another."""
    nodes = [leaf("x", 3.0), op("s", "mul"), op("y", "add")]
    edges = [wire("x", "s"), wire("x", "s", "other"), wire("s", "y"), wire("x", "y", "other")]
    shown = film(Graph.of(nodes, edges), FORWARD, backward("y"))
    step = next(k for k, kind in enumerate(shown.timeline.kinds) if kind == "sum")
    found = explained(shown, step)
    assert told(found)[1:] == ["= 1 + 3 + 3", "= 7"]
    line = told(found)[0]
    assert line.startswith("∂y/∂x = ")  # the whole, and no term of it is written as the whole
    assert set(line.removeprefix("∂y/∂x = ").split(" + ")) == {
        "∂y/∂y · (∂y/∂x) (directly)", "∂y/∂s · ∂s/∂x (via s, left)",
        "∂y/∂s · ∂s/∂x (via s, right)",
    }  # fmt: skip
    flows = [k for k, e in enumerate(shown.majors) if getattr(e, "target", "") == "x"]
    direct = next(k for k in flows if shown.majors[k].source == "y")
    assert told(explained(shown, direct))[:2] == ["One of 3 terms of ∂y/∂x:", "= ∂y/∂y · (∂y/∂x)"]
    assert "A fork adds" in found.notes[0]


def test_what_a_node_passed_back_stays_when_a_later_call_goes_another_way():
    shown = film_of(lesson("cross_entropy"))  # its second backward starts at another root
    end = len(shown) - 1
    ways = [(e.title, e.notes[-1]) for e in passed_back(shown, end, "shifted")]
    assert ways == [
        (f"What shifted passes back to {to}", "This was in backward #1.")
        for to in ("logits", "peak")
    ]
    assert not any("This was" in note for e in passed_back(shown, end, "fused") for note in e.notes)
    assert not passed_back(shown, shown.end_of_first_forward, "shifted")


def test_grad_adds_up_across_calls_and_is_cleared():
    shown = film_of(lesson("accumulation"))
    stored = [k for k, kind in enumerate(shown.timeline.kinds) if kind == "stored"]
    assert told(explained(shown, stored[0])) == ["x.grad ← ∂y/∂x", "= 4"]
    assert told(explained(shown, stored[1])) == ["x.grad ← x.grad + ∂y/∂x", "= 4 + 4", "= 8"]
    zeroed = shown.timeline.kinds.index("zeroed")
    assert told(explained(shown, zeroed)) == ["x.grad ← 0"]


def test_a_small_tensor_is_told_by_its_numbers_and_a_larger_one_as_what_it_is():
    """A bare shape reads as the numbers 2 and 3."""
    for data, wanted in (
        ([[1.0, 2, 3], [4, 5, 6]], "= [[1, 1, 1], [1, 1, 1]]"),
        (np.ones((4, 5)).tolist(), "= a 4 × 5 tensor (1 … 1)"),
    ):
        nodes, edges = [leaf("x", data), op("L", "sum")], [wire("x", "L")]
        shown = film(Graph.of(nodes, edges), FORWARD, backward("L"))
        step = shown.timeline.kinds.index("stored")
        assert told(explained(shown, step)) == ["x.grad ← ∂L/∂x", wanted]


def test_an_optimizer_moves_a_leaf_against_its_gradient():
    opt = Action("optimizer", "opt", {"kind": "SGD", "params": ["x"], "lr": 0.1})
    program = (opt, FORWARD, backward("y"), Action("step", "opt"))
    shown = film(square(3.0), *program)
    found = explained(shown, len(shown) - 1)
    assert told(found) == ["x ← x - 0.1 · x.grad", "= 3 - 0.1 · 6", "= 2.4"]
    assert manual_lines(shown)[-2].text == "x -= 0.1 * x.grad"
    wide = film(square([3.0, 4.0]), opt, FORWARD, backward("y", gradient=[1.0, 1.0]), program[-1])
    last = explained(wide, len(wide) - 1)
    assert [line.text for line in last.entry((1,))] == ["x[1] ← 4 - 0.1 · 8", "= 3.2"]


def test_another_optimizer_says_that_it_remembers_more():
    opt = Action("optimizer", "opt", {"kind": "Adam", "params": ["x"], "lr": 0.1})
    shown = film(square(3.0), opt, FORWARD, backward("y"), Action("step", "opt"))
    found = explained(shown, len(shown) - 1)
    assert told(found) == ["x ← 2.9", "x was 3, its gradient 6."]
    assert "remembers" in found.notes[0]


def test_a_hook_says_what_it_makes_of_a_gradient():
    hook = Action("register_hook", "x", {"kind": "scale", "by": 2.0})
    shown = film(square(3.0), FORWARD, hook, backward("y"))
    found = next(
        e for k in range(len(shown)) if (e := explained(shown, k)).title.startswith("A hook")
    )
    assert told(found)[-1] == "∂y/∂x ← 12"
    assert "dx = dx * 2.0" in [line.text for line in manual_lines(shown)]


def test_what_is_saved_where_it_came_from_and_when_it_is_freed():
    shown = layer()
    before = shown.end_of_first_forward
    saved = saved_by(shown, before, "Y")
    assert [(s.name, s.node, s.freed) for s in saved] == [
        ("_saved_self", "X", False), ("_saved_mat2", "W", False)
    ]  # fmt: skip
    assert saved[1].value.shape == (3, 2)
    assert all(s.freed for s in saved_by(shown, len(shown) - 1, "Y"))
    assert [s.node for s in saved_by(shown, before, "p")] == ["p"]
    assert saved_by(shown, before, "h") == saved_by(shown, before, "X") == ()


def test_a_saved_tensor_that_was_changed_in_place_since_is_stale():
    """exp keeps its result; adding to it in place spoils that."""
    nodes = [leaf("x", 1.0), op("y", "exp"), op("z", "add_", other=1.0)]
    shown = film(Graph.of(nodes, [wire("x", "y"), wire("y", "z")]), FORWARD)
    at = shown.majors
    first = next(e.step for e in at if e.node == "y")
    assert not saved_by(shown, first, "y")[0].stale
    late = saved_by(shown, len(shown) - 1, "y")[0]
    assert (late.then, late.now, late.stale) == (0, 1, True)


@pytest.mark.parametrize("made", [layer, lambda: film_of(lesson("perceptron"))])
def test_the_manual_lines_are_python_that_gives_the_same_gradients(made):
    """Run with the engine as torch, after the program's own forward lines."""
    run_by_hand(made())


def run_by_hand(shown):
    """The manual lines after the program's own, and the gradients compared."""
    scope = {"torch": engine, "F": engine.nn.functional}
    text = [line.text for line in source.lines(shown.graph, (FORWARD,))]
    exec("\n".join(t for t in text if not t.startswith("import")), scope)
    manual = [line.text for line in manual_lines(shown)]
    assert not [line for line in manual if "autograd" in line]
    with engine.no_grad():
        exec("\n".join(manual), scope)
    last = shown.frame(len(shown) - 1)
    leaves = [n for n in shown.graph.nodes if last.node(n).stored is not None]
    assert leaves
    names = source.identifiers(shown.graph)
    for node in leaves:
        got = scope[names[node]].grad.numpy()
        assert got == pytest.approx(last.node(node).stored, rel=1e-5), node


def test_manual_lines_of_what_moves_entries_about():
    """Transposed, reshaped, added up along a dimension: each is Python, and right."""
    nodes = [
        leaf("x", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), op("a", "transpose", dim0=0, dim1=1),
        op("b", "exp"), op("c", "mean", dim=1), op("d", "unsqueeze", dim=0), op("e", "t"),
        op("f", "sum", dim=0, keepdim=True), op("g", "log_softmax", dim=1), op("h", "square"),
        op("L", "sum"), op("s", "mul"),
    ]  # fmt: skip
    names = "xabcdef"
    edges = [wire(one, other) for one, other in pairwise(names)]
    edges += [
        wire("b", "g"),
        wire("g", "h"),
        wire("h", "s"),
        wire("f", "s", "other"),
        wire("s", "L"),
    ]
    order = [n for n in nodes if n.id != "L"] + [n for n in nodes if n.id == "L"]
    run_by_hand(film(Graph.of(order, edges), FORWARD, backward("L")))


def test_a_derivative_of_a_derivative_says_what_it_goes_through():
    program = FORWARD, backward("y", create_graph=True), backward("x.grad")
    shown = film(Graph.of([leaf("x", 3.0), op("y", "pow", exponent=3)], [wire("x", "y")]), *program)
    found = [explained(shown, k) for k in range(len(shown))]
    seeds = [told(e)[0] for e in found if e.title.endswith("starts")]
    assert seeds == ["∂y/∂y = 1", "∂x.grad/∂x.grad = 1"]
    through = "Through the derivative of y, which create_graph kept."
    assert [through, "∂x.grad/∂x = 18"] in [told(e) for e in found]
    assert "# dx: through the derivative of y (create_graph)" in [
        line.text for line in manual_lines(shown)
    ]


def test_an_op_of_several_parts_is_one_manual_line():
    """softsign divides by what it is made of itself: two ways to one input."""
    nodes = [leaf("x", [1.0, -2.0]), op("y", "softsign"), op("L", "sum")]
    shown = film(Graph.of(nodes, [wire("x", "y"), wire("y", "L")]), FORWARD, backward("L"))
    lines = [line.text for line in manual_lines(shown)]
    assert "dx = torch.autograd.grad(y, x, dy, retain_graph=True)[0]" in lines
    assert not any(line.startswith("dx +=") for line in lines)
    backs = passed_back(shown, len(shown) - 1, "y")
    assert len(backs) == 2
    assert "is one part of softsign" in backs[0].entry((1,))[-1].text


def test_manual_lines_follow_the_real_order_and_know_their_steps():
    lines = manual_lines(film_of(lesson("perceptron")))
    assert lines[1].text == "dloss = torch.tensor(1.0)"
    assert "dp += dlog_p / p" in [line.text for line in lines]
    steps = [line.step for line in lines if line.step >= 0]
    assert steps == sorted(steps)
    wide = [line.text for line in manual_lines(layer())]
    assert "db = dh.sum_to_size(b.shape)" in wide
    assert "dX = dY @ W.T" in wide


def test_there_is_no_explanation_where_nothing_has_happened():
    shown = layer()
    assert explained(Film(), 0) is explained(shown, -1) is explained(shown, 10_000) is EMPTY
    assert explained(shown, 0, "L") is EMPTY
    assert passed_back(shown, shown.end_of_first_forward, "Y") == ()


@pytest.mark.parametrize("graph", [in_place, composite, pieces])
def test_odd_graphs_are_explained_too(graph):
    shown = film(graph(), FORWARD, backward("y"))
    for step in range(len(shown)):
        found = explained(shown, step)
        if found.has_entries:
            assert found.entry(found.default)
        for node in shown.graph.nodes:
            for back in passed_back(shown, step, node):
                if back.has_entries:
                    assert back.entry(back.default)


@pytest.mark.parametrize("data", [[], [float("nan")] * 3, [float("inf"), 1.0], [[]]])
def test_empty_and_broken_numbers_do_no_harm(data):
    nodes = [leaf("x", data), op("y", "exp"), op("L", "sum")]
    graph = Graph.of(nodes, [wire("x", "y"), wire("y", "L")])
    shown = film(graph, FORWARD, backward("L"))
    for step in range(len(shown)):
        found = explained(shown, step)
        if found.has_entries:
            found.entry(found.default)
        if found.jacobian is not None:
            found.jacobian()


def test_a_million_entries_are_not_run_again():
    """The formula is there at once; entries of so large a thing are stated."""
    nodes = [Node("x", "zeros", "x", {"size": [1000, 1000], "requires_grad": True}), op("y", "exp")]
    shown = film(Graph.of(nodes, [wire("x", "y")]), FORWARD)
    how = explained(shown, len(shown) - 1, "y")
    assert how.lines[0].text == "y = e^x"
    assert how.entry((3, 4))[-1].text == "= 1"
    assert how.jacobian() is None


def test_a_muted_node_passes_its_input_on():
    nodes = [leaf("x", 3.0), Node("y", "exp", "y", muted=True)]
    shown = film(Graph.of(nodes, [wire("x", "y")]), FORWARD)
    assert told(explained(shown, len(shown) - 1, "y")) == ["y = 3"]


def test_the_random_numbers_of_a_run_are_not_touched():
    """dropout runs again for its explanation: another mask is no explanation."""
    nodes = [leaf("x", [1.0] * 64), op("y", "dropout", p=0.5), op("L", "sum")]
    graph = Graph.of(nodes, [wire("x", "y"), wire("y", "L")])
    shown = film(graph, FORWARD, backward("L"))
    before = engine.random.get_state()
    how = explained(shown, len(shown) - 1, "y")
    how.entry(how.default)
    after = engine.random.get_state()
    assert repr(before) == repr(after)


def test_an_action_on_grad_alone_is_a_line_of_its_own():
    shown = film_of(lesson("accumulation"))
    assert "x.grad.zero_()" in [line.text for line in manual_lines(shown)]
    assert manual_lines(Film()) == ()
    assert manual_lines(film(Graph.of([leaf("x")], []), Action("forward"))) == ()
