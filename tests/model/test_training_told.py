"""Training in frames and sentences: leaves with their new values, what hooks did, chapters."""

import pytest

from engine.graph import Action, Graph
from gui.model.film import TraceFilm
from gui.model.terminal import captions
from tests.engine.test_repeat import repeat
from tests.engine.test_training import STEP, ZERO, hook, optimizer
from tests.film_checks import check_changes, check_scrubbing, check_steps
from tests.runs import FORWARD, backward, binary, film, leaf, op, square, wire

SGD = optimizer(params=["x"], lr=0.1)
TRAIN = (SGD, repeat(3, ZERO, FORWARD, backward("y"), STEP))


def told(*program, graph=None):
    shown = film(square() if graph is None else graph, *program)
    return [shown.frame(k).caption for k in range(len(shown))]


def kind_at(shown, kind):
    return [k for k, found in enumerate(shown.timeline.kinds) if found == kind]


def test_a_step_shows_the_leaf_s_new_value_from_then_on():
    shown = film(square(3.0), *TRAIN)
    steps = kind_at(shown, "stepped")
    values = [float(shown.frame(k).node("x").value) for k in steps]
    assert values == pytest.approx([2.4, 1.92, 1.536])
    assert float(shown.frame(steps[0] - 1).node("x").value) == 3
    assert float(shown.frame(steps[1] - 1).node("x").value) == pytest.approx(2.4)
    assert shown.frame(steps[0]).active == {"x"}


def test_a_plain_step_is_told_with_its_arithmetic():
    assert told(SGD, FORWARD, backward("y"), STEP, graph=square(3.0))[-1] == (
        "opt.step(): x ← x − lr·grad: 3 − 0.1·6 = 2.4."
    )
    assert told(SGD, FORWARD, backward("y"), STEP, graph=square(-3.0))[-1] == (
        "opt.step(): x ← x − lr·grad: -3 − 0.1·(-6) = -2.4."
    )


def test_another_rule_is_told_by_before_and_after():
    adam = optimizer("Adam", ["x"], lr=0.1)
    assert told(adam, FORWARD, backward("y"), STEP)[-1] == (
        "opt.step(): x 2 → 1.9, Adam with x.grad = 4."
    )


def test_arrays_are_told_entry_by_entry_while_they_are_short():
    graph = Graph.of([leaf("x", [3.0, 1.0]), op("s", "square"), op("y", "sum")],
                     [wire("x", "s"), wire("s", "y")])  # fmt: skip
    assert told(SGD, FORWARD, backward("y"), STEP, graph=graph)[-1] == (
        "opt.step(): x ← x − lr·grad: [3, 1] − 0.1·[6, 2] = [2.4, 0.8]."
    )


def test_clearing_to_none_and_to_zero_read_differently():
    once = (SGD, FORWARD, backward("y"))
    assert told(*once, ZERO)[-1] == "opt.zero_grad(): x.grad 4 → None again; x itself stays."
    zeros = Action("zero_grad", "opt", {"set_to_none": False})
    assert told(*once, zeros)[-1] == (
        "opt.zero_grad(set_to_none=False): x.grad 4 → 0 (a tensor of zeros is kept)."
    )
    assert told(SGD, ZERO)[-1] == "opt.zero_grad(): no leaf has a .grad, so nothing changes."


def test_hooks_are_told_with_what_they_made_of_the_gradient():
    both = (hook("scale", "x", by=0.5, handle="h"), FORWARD, hook("print", "y"), backward("y"))
    text = told(*both, Action("remove_hook", "x", {"handle": "h"}))
    assert text[1] == (
        "h = x.register_hook(lambda grad: grad * 0.5): from now on it is asked when the gradient"
        " of x is complete."
    )
    assert "A hook on y, print, sees ∂y/∂y = 1 and leaves it as it is." in text
    changed = "A hook on x, lambda grad: grad * 0.5, changes what goes on from here, ∂y/∂x: 4 → 2."
    assert changed in text
    assert text[-1] == "h.remove(): no hook h on x any more."


def test_a_node_shows_what_its_hook_left():
    shown = film(square(), hook("zero", "x"), FORWARD, backward("y"))
    (k,) = kind_at(shown, "hooked")
    assert (shown.frame(k - 1).node("x").grad, shown.frame(k).node("x").grad) == (4, 0)


def test_chapters_know_their_iteration_and_their_line():
    shown = film(square(), *TRAIN)
    chapters = shown.timeline.chapters
    assert chapters[-2].whole_title == "repeat 3/3 › Backward #3"
    assert chapters[-2].action == 4
    assert chapters[-1].whole_title == "repeat 3/3 › opt.step()"
    assert shown.frame(chapters[-1].first).action == 5
    for chapter in chapters:
        assert shown.timeline.chapter_at(chapter.first) == chapter
        assert shown.timeline.chapter_at(chapter.last) == chapter
    assert shown.timeline.chapter_at(-1) is None
    assert shown.timeline.chapter_at(len(shown)) is None


def test_the_terminal_tells_the_iterations():
    text = [*captions(film(square(), *TRAIN), 6)]
    assert text[0] == "— opt = torch.optim.SGD([x], lr=0.1)"
    assert text[3] == "— repeat 1/3 › opt.zero_grad()"


def test_what_piles_up_is_marked_only_where_nobody_cleared():
    body = (FORWARD, backward("y"), STEP)
    without = film(square(), SGD, repeat(3, *body))
    with_clearing = film(square(), SGD, repeat(3, ZERO, *body))
    zeros = Action("zero_grad", "opt", {"set_to_none": False})
    with_zeros = film(square(), SGD, repeat(3, zeros, *body))
    for shown, expected in (
        (without, [False, True, True]), (with_clearing, [False] * 3), (with_zeros, [False] * 3),
    ):  # fmt: skip
        entries = [e for e in shown.frame(len(shown) - 1).ledger() if e.added is not None]
        assert [e.piled_up for e in entries] == expected
        assert [e.what for e in entries] == [f"backward #{k}" for k in (1, 2, 3)]


def test_a_film_of_a_training_keeps_its_promises():
    node, edges = binary("p", "mul", "w", "x")
    graph = Graph.of(
        [leaf("w", 3.0), leaf("x", 2.0, False), op("v", "detach"), node, op("y", "square")],
        [wire("w", "v"), *edges, wire("p", "y")],
    )
    body = (ZERO, FORWARD, hook("scale", "p"), backward("y"), STEP)
    momentum = optimizer(params=["w"], lr=0.01, momentum=0.9)
    shown = film(graph, momentum, hook("clip", "w", by=5.0), repeat(2, *body))
    assert isinstance(shown, TraceFilm)
    check_steps(shown)
    check_scrubbing(shown)
    check_changes(shown)


def test_what_happens_besides_is_told_on_request():
    shown = film(square(), FORWARD, backward("y"))
    told = [*captions(shown, len(shown), asides=True)]
    at = next(k for k, text in enumerate(told) if "sends" in text)
    assert told[at + 1 : at + 3] == [
        "   · y.grad stays None: y is no leaf and does not retain its grad.",
        "   · PowBackward0 lets go of the tensors it saved.",
    ]
    assert not any("·" in text.split("  ")[0] for text in captions(shown, len(shown)))
