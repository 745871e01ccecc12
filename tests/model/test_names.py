"""What a node may be called, wherever it is typed."""

import pytest

from gui.model.names import taken, why_no_name
from tests.runs import square


@pytest.mark.parametrize("name", ["x1", "größe", "_", "match", "a" * 256])
def test_what_python_takes_as_a_variable_is_a_name(name):
    assert why_no_name(name, ()) == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "needs a name"), ("2x", "cannot be a variable"), ("a b", "cannot be a variable"),
        ("<b>", "cannot be a variable"), ("lambda", "Python's own"), ("a" * 257, "256"),
        ("y", "already called y"),
    ],
)  # fmt: skip
def test_a_refusal_says_why(name, says):
    assert says in why_no_name(name, {"y"})


def test_its_own_name_is_free():
    assert taken(square(), "x") == {"y"}
