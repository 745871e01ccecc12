"""Lines of a Program are found, put, moved and wrapped wherever they stand."""

from hypothesis import given
from hypothesis import strategies as st

from engine.graph import Action, lines
from gui.model import edits
from gui.model.document import Document
from gui.model.lines import (
    changed,
    line_at,
    moved,
    outermost,
    paths,
    place_above,
    place_below,
    put,
    taken_out,
    unwrapped,
    why_not,
    without,
    wrapped,
)
from tests.engine.test_repeat import repeat
from tests.runs import FORWARD, backward, square

A, B, C, D = (Action("zero_", f"{name}.grad") for name in "abcd")
TREE = (A, repeat(2, B, repeat(3, C)), D)


def names(program):
    """`a (b (c)) d`"""
    return " ".join(
        f"({names(a.body)})" if a.do == "repeat" else a.on.removesuffix(".grad") for a in program
    )


def test_every_line_has_a_place():
    assert list(paths(TREE)) == [(0,), (1,), (1, 0), (1, 1), (1, 1, 0), (2,)]
    assert [line_at(TREE, p) for p in paths(TREE)] == list(lines(TREE))


def test_lines_are_put_in_taken_out_and_changed_at_any_depth():
    assert names(put(TREE, (1, 1, 1), [A, D])) == "a (b (c a d)) d"
    assert names(taken_out(TREE, [(1, 1, 0), (0,)])) == "(b ()) d"
    assert names(taken_out(TREE, [(1,), (1, 0)])) == "a d"
    assert names(changed(TREE, (1, 0), D)) == "a (d (c)) d"
    assert outermost([(1, 0), (1,), (0,)]) == [(0,), (1,)]


def test_a_line_walks_down_into_a_repeat_and_out_of_it_again_and_back_up():
    program, at, seen = TREE, (0,), []
    for place in (place_below, place_above):
        while (to := place(program, at)) is not None:
            program, (at,) = moved(program, [at], to)
            seen.append(names(program))
    assert seen == [
        "(a b (c)) d", "(b a (c)) d", "(b (a c)) d", "(b (c a)) d", "(b (c) a) d", "(b (c)) a d",
        "(b (c)) d a",
        "(b (c)) a d", "(b (c) a) d", "(b (c a)) d", "(b (a c)) d", "(b a (c)) d", "(a b (c)) d",
        "a (b (c)) d",
    ]  # fmt: skip


def test_several_lines_move_together_and_none_into_itself():
    program, at = moved(TREE, [(0,), (1, 1)], (3,))
    assert (names(program), at) == ("(b) d a (c)", [(2,), (3,)])
    assert moved(TREE, [(1,)], (1, 1, 0))[0] is TREE


@given(st.data())
def test_moving_keeps_every_line(data):
    found = list(paths(TREE))
    some = data.draw(st.lists(st.sampled_from(found), min_size=1, unique=True))
    ends = [(3,), (1, 2), (1, 1, 1)]
    program, at = moved(TREE, some, data.draw(st.sampled_from(found + ends)))
    assert len(lines(program)) == len(lines(TREE))
    assert {a.on for a in lines(program)} == {a.on for a in lines(TREE)}
    assert len(at) == len(outermost(some))


def test_wrapping_takes_what_stands_between_and_unwrapping_gives_it_back():
    program, at = wrapped(TREE, [(0,), (1, 1, 0)], 5)
    assert (names(program), at) == ("(a (b (c))) d", (0,))
    assert line_at(program, at).args == {"times": 5}
    assert unwrapped(program, at) == TREE
    assert names(wrapped(TREE, [(1, 1, 0)], 2)[0]) == "a (b ((c))) d"


def test_a_program_too_long_is_told_of():
    assert why_not(TREE) is None
    assert "at most 10,000" in why_not((A, repeat(200, repeat(51, A))))
    assert "8 deep" in why_not(wrapped_so_often(9))


def wrapped_so_often(times):
    program = (A,)
    for _ in range(times):
        program = (repeat(1, *program),)
    return program


def test_a_deleted_node_takes_its_lines_out_of_every_body():
    assert names(without(TREE, {"c"})) == "a (b) d"
    assert names(without(TREE, {"b", "c"})) == "a d"
    document = Document(square(), (FORWARD, repeat(2, backward("y"), FORWARD)), {})
    program = edits.remove(document, ["y"]).program
    assert program == (FORWARD, repeat(2, FORWARD))


def test_what_an_optimizer_changes_shrinks_with_the_graph():
    made = Action("optimizer", "opt", {"kind": "SGD", "params": ["a", "b"]})
    step = Action("step", "opt")
    program = (made, repeat(2, A, step))
    assert without(program, {"b"})[0].args["params"] == ["a"]
    assert without(program, {"a", "b"}) == ()
    only = Action("backward", "y", {"inputs": ["a"]})
    assert without((only, D), {"a"}) == (D,)


def test_two_programs_with_other_numbers_in_a_body_are_not_the_same():
    one, other = ((repeat(2, Action("set", "x", {"value": v})),) for v in (2, 2.0))
    assert one == other
    assert not edits.same_program(one, other)
