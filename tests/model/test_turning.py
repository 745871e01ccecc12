"""Numbers changed by steps, exact in every digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.model.turning import is_number, turned, unit_at, unit_of


@pytest.mark.parametrize(
    ("text", "unit"),
    [("1.0", "0.1"), ("0.5", "0.01"), ("10", "1"), ("0", "0.1"), ("", "0.1"), ("-250.0", "10"),
     ("1e-08", "1e-9")],
)  # fmt: skip
def test_a_step_is_a_tenth_of_the_leading_digit(text, unit):
    assert unit_of(text) == Decimal(unit)


def test_whole_numbers_have_whole_steps():
    assert unit_of("3", whole=True) == 1
    assert unit_of("", whole=True) == 1
    assert turned("3", Decimal(1), -5) == "-2"


@pytest.mark.parametrize(
    ("text", "index", "unit"),
    [("12.34", 0, "10"), ("12.34", 1, "1"), ("12.34", 2, None), ("12.34", 3, "0.1"),
     ("12.34", 9, "0.01"), ("-5", 0, None), ("-5", 1, "1"), ("1.5e-08", 0, "1e-8"),
     ("1.5e-08", 2, "1e-9"), ("[1, 2]", 1, None), ("7", 0, "1")],
)  # fmt: skip
def test_what_the_digit_under_the_mouse_counts(text, index, unit):
    assert unit_at(text, index) == (None if unit is None else Decimal(unit))


def test_fifty_seven_tenths_leave_no_dust():
    assert turned("1.0", Decimal("0.1"), 57) == "6.7"
    assert turned("0.3", Decimal("0.1"), -3) == "0.0"
    assert turned("", Decimal("0.1"), 2) == "0.2"


@pytest.mark.parametrize("text", ["inf", "nan", "[1, 2]", "x", "1_0", "1e999", "9" * 500])
def test_other_things_are_no_numbers_to_turn(text):
    assert not is_number(text)


@given(st.integers(-9999, 9999), st.integers(-500, 500), st.integers(-4, 3))
def test_there_and_back_is_the_same_number(start, steps, power):
    text, unit = repr(start / 100), Decimal(1).scaleb(power)
    assert turned(turned(text, unit, steps), unit, -steps) == text
