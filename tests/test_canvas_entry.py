"""Reading what people type where a number or a tensor belongs."""

import math
import re
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.model.entry import as_floats, holds_floats, number, parse, spell


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2), (" -1e-3 ", -1e-3), ("+.5", 0.5), ("3.", 3.0), ("1_000", 1000), ("True", True),
        ("false", False), ("[1, 2]", [1, 2]), ("[[1,2],[3,4]]", [[1, 2], [3, 4]]), ("[]", []),
        ("(1, 2,)", [1, 2]), ("inf", math.inf), ("-inf", -math.inf), ("[ ]", []),
    ],
)  # fmt: skip
def test_literals_are_read(text, value):
    assert parse(text) == value
    assert type(parse(text)) is type(value)


def test_nan_is_read():
    assert math.isnan(parse("nan"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nothing is typed"),
        ("abc", "Column 1: “abc” is not a number"),
        ("[1, two]", "Column 5: “two” is not a number"),
        ("1, 2", "Column 2: for several numbers use brackets"),
        ("[1 2]", "Column 4: “2” comes after a number. Put a comma"),
        ("[1, 2", "The “[” in column 1 is not closed"),
        ("[1,, 2]", "Column 4: a number is missing"),
        ("1]", "Column 2: this “]” closes nothing"),
        ("[[1, 2], [3]]", "Row [1] holds 1 item but row [0] 2 items"),
        ("[1, [2]]", "Row [1] holds 1 item but row [0] a single number"),
        ("[" * 9 + "]" * 9, "at most 8 dimensions"),
        ("__import__('os')", "is not a number"),
        ("1" * 500, "500 characters"),
        ("1e", "is not a number"),
        ("٣", "is not a number"),
    ],
)
def test_a_refusal_says_where_and_what_to_type(text, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        parse(text)


def test_a_slot_takes_a_single_number():
    assert number("2.5") == 2.5
    with pytest.raises(ValueError, match="single number"):
        number("[1]")


def test_an_integer_typed_into_floats_is_a_float():
    assert as_floats([1, [2, True]]) == [1.0, [2.0, 1.0]]


@given(
    st.recursive(
        st.floats() | st.integers() | st.booleans(),
        lambda inner: st.integers(1, 3).flatmap(lambda n: inner.map(lambda x: [x] * n)),
        max_leaves=3,
    )
)
def test_what_is_spelled_is_read_back(value):
    np.testing.assert_equal(parse(spell(value)), value)


def test_nothing_and_words_are_spelled_as_they_are_typed():
    assert (spell(None), spell("mean"), spell((1, 2.0))) == ("", "mean", "[1, 2.0]")


@pytest.mark.parametrize(
    ("params", "op", "floats"),
    [
        ({"data": 1}, "tensor", False),
        ({"data": [1, [2.0]]}, "tensor", True),
        ({"data": (1, 2.0)}, "tensor", True),
        ({"data": 1}, "parameter", True),
        ({"data": 1, "requires_grad": True}, "tensor", True),
        ({"data": 1, "dtype": "torch.float64"}, "tensor", True),
        ({"data": 1.0, "dtype": "int64"}, "parameter", False),
    ],
)
def test_what_a_tensor_holds_says_how_an_integer_is_meant(params, op, floats):
    assert holds_floats(params, op) is floats


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        parse(text)
