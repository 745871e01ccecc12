"""What is copied elsewhere becomes numbers, or a sentence; nothing of it is ever run."""

import contextlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gui.model import limits, pasting
from gui.model.pasting import params, read


@pytest.mark.parametrize(
    ("text", "data", "dtype", "wanted"),
    [
        ("tensor([[1., 2.]])", [[1.0, 2.0]], None, None),
        ("torch.tensor([1, 2], dtype=torch.int8)", [1, 2], "int8", None),
        ("array([1., 2.], dtype=float32)", [1.0, 2.0], "float32", None),
        ("np.array([[1, 2],\n          [3, 4]])", [[1, 2], [3, 4]], None, None),
        ("tensor([[1.0000, -2.5000],\n        [nan, inf]], requires_grad=True)",
         [[1.0, -2.5], [float("nan"), float("inf")]], None, True),
        ("tensor(3., grad_fn=<MulBackward0>)", 3.0, None, None),
        ("tensor([True, False])", [True, False], None, None),
        ("tensor([1., 2.], device='cuda:0', dtype=torch.half)", [1.0, 2.0], "float16", None),
        ("Parameter containing:\ntensor([0.1], requires_grad=True)", [0.1], None, True),
        ("[[1. 2.]\n [3. 4.]]", [[1.0, 2.0], [3.0, 4.0]], None, None),
        ("[ 1 -2]", [1, -2], None, None),
        ("((1, 2), (3, 4))", [[1, 2], [3, 4]], None, None),
        ("[1e-3, -inf,]", [0.001, float("-inf")], None, None),
        ("tensor([])", [], None, None),
    ],
)  # fmt: skip
def test_a_literal_is_a_whole_tensor(text, data, dtype, wanted):
    found = read(text)
    np.testing.assert_equal(found.array.tolist(), data)
    assert (found.whole, found.dtype, found.requires_grad) == (True, dtype, wanted)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]),
        ("1,2\n3,4", [[1, 2], [3, 4]]),
        ("1;2.5\n3;4", [[1.0, 2.5], [3.0, 4.0]]),
        ('"1"\t"-2"', [[1, -2]]),
        ("1 2 3", [[1, 2, 3]]),
        ("5", [[5]]),
        ("TRUE\tfalse", [[True, False]]),
        ("1\n2\n3", [[1], [2], [3]]),
    ],
)
def test_cells_of_a_spreadsheet_are_rows(text, rows):
    found = read(text)
    assert found.array.tolist() == rows
    assert not found.whole


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no text in the clipboard"),
        ("1,5\t2", "“1,5” is not a number; write decimals with a point"),
        ("1\t\n2\t3", "Row 1, column 2 is empty"),
        ("a\tb", "Row 1, column 1: “a” is not a number"),
        ("1\t2\n3", "Row 2 holds 1 numbers but row 1 2"),
        ("[[1, 2], [3]]", "Row [1] holds 1 item but row [0] 2 items"),
        ("[[1. 2.]\n [3.]]", "Row 2 holds 1 numbers but row 1 2"),
        ("[1, 2", "is not closed"),
        ("tensor([1, 2]", "The last “)” is missing"),
        ("tensor([1, 2", "is not closed"),
        ("tensor([1]) + 1", "is not understood"),
        ("tensor([1], dtype=torch.complex64)", "There is no dtype “complex64” here"),
        ("tensor([1], requires_grad=maybe)", "requires_grad is True or False"),
        ("tensor([1], layout=strided)", "“layout=” is not understood"),
        ("[1, ..., 1000]", "leaves numbers out"),
        ("[99999999999999999999]", "larger than 64 bits"),
        ("__import__('os').getcwd()", "is not a number"),
        ("tensor(open('x'))", "not"),
        ("[" * 40 + "1" + "]" * 40, "at most 8 dimensions"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)) as refused:
        read(text)
    assert str(refused.value).endswith(".")


def test_a_text_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "BYTES", 100)
    with pytest.raises(ValueError, match="longer than"):
        read("1\t" * 60)
    monkeypatch.setattr(limits, "BYTES", 10**6)
    monkeypatch.setattr(limits, "ELEMENTS", 3)
    with pytest.raises(ValueError, match="at most 3 numbers"):
        read("[1, 2, 3, 4]")


_numbers = arrays.arrays(
    st.sampled_from([np.float64, np.int64, np.bool_]),
    arrays.array_shapes(max_dims=4, max_side=4),
)


@given(_numbers)
def test_what_python_and_numpy_write_is_read_back(array):
    with np.printoptions(floatmode="unique", threshold=10**6):
        printed = repr(array), str(array)
    for text in (repr(array.tolist()), *printed, f"tensor({array.tolist()})"):
        found = read(text)
        assert found.array.shape == array.shape
        np.testing.assert_array_equal(found.array, array)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ValueError):
        assert isinstance(read(text), pasting.Pasted)


def test_long_literals_are_read_row_by_row():
    """The quick way for long ones gives what the careful one gives."""
    array = np.arange(6000).reshape(3, 20, 100) / 8
    for text in (repr(array.tolist()), f"torch.tensor({array.tolist()}, dtype=torch.float64)"):
        assert len(text) > pasting._SHORT
        np.testing.assert_array_equal(read(text).array, array)
    with pytest.raises(ValueError, match="Row 3 "):
        read(repr([[1] * 5000, [2] * 5000, [3] * 4999]))


def test_params_of_a_node():
    assert params("5") == {"data": 5}
    assert params("tensor([1, 2], dtype=torch.float64)") == {
        "data": [1.0, 2.0], "dtype": "float64"
    }  # fmt: skip
    assert params("tensor([1.], requires_grad=True)")["requires_grad"] is True
