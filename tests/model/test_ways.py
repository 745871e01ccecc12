"""Three ways to stop tracking: the same values, other gradients, as PyTorch has them."""

import pytest
from hypothesis import given, settings

from engine.graph import Graph
from gui.model import edits
from gui.model.document import Document
from gui.model.lab import same_value
from gui.model.lessons import by_id
from gui.model.ways import Place, compare, places, sentence, table
from tests.runs import LESSONS, binary, leaf, runs

DETACH, NO_GRAD, FROZEN = 1, 2, 3


def stored(outcome, node):
    found = outcome.state(node).stored
    return None if found is None else float(found)


def used_twice():
    """h = w * x; y = h * w: w leads to y past h, too."""
    parts = [binary("h", "mul", "w", "x"), binary("y", "mul", "h", "w")]
    nodes = [leaf("w", 2.0), leaf("x", 3.0), *(node for node, _ in parts)]
    return Document(Graph.of(nodes, [e for _, edges in parts for e in edges]))


def test_the_three_ways_at_one_place():
    """PyTorch: y = h·w with h = w·x; dy/dw is 2wx = 12, of which 6 go past h."""
    plain, detach, no_grad, frozen = compare(used_twice(), Place("h"))
    assert [stored(plain, i) for i in "wx"] == [12, 4]
    assert [stored(detach, i) for i in "wx"] == [6, None]
    assert [stored(no_grad, i) for i in "wx"] == [6, None]
    assert [stored(frozen, i) for i in "wx"] == [None, None]
    assert plain.state("h").grad_fn == detach.state("h").grad_fn == "MulBackward0"
    assert no_grad.state("h").grad_fn is None
    assert no_grad.state("h").is_leaf
    assert detach.state(detach.way.stopped).grad_fn is None
    assert "does not require grad" in frozen.error
    assert not plain.error


def test_what_is_kept_for_backward():
    """detach still makes the history of h, no_grad does not, a frozen leaf makes none at all."""
    plain, detach, no_grad, frozen = compare(used_twice(), Place("h"))
    assert [o.functions for o in (plain, detach, no_grad, frozen)] == [2, 2, 1, 0]
    assert plain.saved == (3, 12)  # w and x for h, h and w for y: w is one tensor
    assert detach.saved == (3, 12)
    assert no_grad.saved == (1, 4)
    assert frozen.saved == (0, 0)


def test_one_edge_alone_is_detached():
    """Only what that consumer sees is cut: y still gets to w by its other factor."""
    _, detach, *_ = compare(used_twice(), Place("w", ("h", "self")))
    assert [stored(detach, i) for i in "wx"] == [6, 4]
    assert detach.way.code == "w_const = w.detach()"


def test_no_grad_at_a_leaf_is_around_what_uses_it():
    """A leaf is made before any block begins."""
    *_, no_grad, _ = compare(used_twice(), Place("x"))
    assert no_grad.way.code == "with torch.no_grad(): h = …"
    assert [stored(no_grad, i) for i in "wx"] == [6, None]
    assert no_grad.state("x").requires_grad


def test_code_names_every_leaf_that_is_frozen():
    *_, frozen = compare(used_twice(), Place("h"))
    assert frozen.way.code == "w.requires_grad_(False); x.requires_grad_(False)"


def test_a_result_that_is_no_single_number_is_seeded_with_ones():
    node, wires = binary("y", "mul", "x", "x")
    document = Document(Graph.of([leaf("x", [1.0, 2.0]), node], wires))
    plain, *_ = compare(document, Place("x"))
    assert plain.state("x").stored.tolist() == [2, 4]


def test_what_cannot_be_done_says_why():
    document, _ = edits.add_region(used_twice(), "group", ["w", "h"], "together")
    document, _ = edits.add_region(document, "no_grad", ["x"], "alone")
    *_, no_grad, _ = compare(document, Place("h"))
    assert not no_grad.way.why_not  # inside the group is no overlap
    crossing, _ = edits.add_region(used_twice(), "group", ["h"], "across")
    *_, no_grad, _ = compare(crossing, Place("x"))
    assert not no_grad.way.why_not
    constant = Document(Graph.of([leaf("c", 1.0, grad=False), *_pair()], _wires()))
    *_, frozen = compare(constant, Place("c"))
    assert "No leaf that requires grad" in frozen.way.why_not
    assert sentence(frozen, frozen) == frozen.way.why_not


def _pair():
    return [leaf("w", 2.0), binary("y", "mul", "c", "w")[0]]


def _wires():
    return binary("y", "mul", "c", "w")[1]


def test_sentences_say_what_is_lost():
    plain, detach, no_grad, frozen = compare(used_twice(), Place("h"))
    assert "every leaf" in sentence(plain, plain)
    told = sentence(detach, plain)
    assert "h itself is still tracked" in told
    assert ".grad is None for x." in told
    assert "Another .grad for w." in told
    assert "It is a leaf now." in sentence(no_grad, plain)
    assert "backward raises" in sentence(frozen, plain)


def test_the_table_has_a_fact_of_each():
    found = table(compare(used_twice(), Place("h")))
    assert all(len(line.facts) == 4 for line in found)
    by_name = {line.what: line for line in found}
    assert by_name["value of y"].facts == ("12",) * 4
    assert by_name["value of y"].same
    assert by_name["w.grad"].facts == ("12", "6", "6", "None")
    assert not by_name["w.grad"].same


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_place_of_every_lesson(lesson):
    """Values never change, and whoever is frozen gets no gradient."""
    document = by_id(lesson).document()
    for node in places(document.graph):
        plain, *three = compare(document, Place(node))
        for outcome in three:
            if outcome.way.why_not:
                continue
            for other in document.graph.nodes:
                assert same_value(plain.state(other).value, outcome.state(other).value)


@settings(max_examples=30, deadline=None)
@given(runs(shapes=True))
def test_any_graph_can_be_compared(given_run):
    document = Document(*given_run)
    for node in places(document.graph):
        outcomes = compare(document, Place(node))
        assert all(sentence(o, outcomes[0]) for o in outcomes)
        assert table(outcomes)
