"""What every film promises, whatever it shows: lessons, random graphs, odd nodes."""

import pytest
from hypothesis import given, settings

from engine.events import Failed
from tests.film_checks import (
    check_changes,
    check_counts,
    check_dimming,
    check_running_totals,
    check_scrubbing,
    check_steps,
    check_sums,
)
from tests.odd_graphs import composite, in_place, pieces
from tests.runs import (
    ERRORS,
    FORWARD,
    LESSONS,
    backward,
    events,
    film,
    film_of,
    lesson,
    runs,
)

a_few = settings(max_examples=80, deadline=None)


# ---- what is told --------------------------------------------------------------------------------


def test_gradients_accumulate_from_none_to_4_to_8_and_are_zeroed():
    told = [f.stored for k in range(10) if (f := film_of(lesson("accumulation")).frame(k)).stored]
    assert told == [("x", None, 4), ("x", 4, 8), ("x", 8, 0)]


def test_the_perceptron_by_hand_agrees_with_autograd():
    last = film_of(lesson("perceptron"))
    frame = last.frame(len(last) - 1)
    for leaf_, by_hand in (("w", "dL_dw"), ("b", "dL_db")):
        assert frame.node(leaf_).stored == pytest.approx(frame.node(by_hand).value, abs=1e-6)


# ---- any step at any time ------------------------------------------------------------------------


CHECKS = (
    check_steps, check_scrubbing, check_changes, check_sums, check_running_totals, check_counts,
    check_dimming,
)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", [*LESSONS, *ERRORS])
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


ODD = {"in place": in_place, "pieces": pieces, "composite": composite}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("kind", ODD)
def test_odd_nodes_keep_the_promises_of_a_film(kind, check):
    shown = film(ODD[kind](), FORWARD, backward("y"), FORWARD, backward("y"))
    assert not events(shown.trace, Failed)
    check(shown)
