"""Initial values: the digits torch gives after manual_seed."""

from dataclasses import replace

import numpy as np
import pytest

import engine
from gui.model.initialise import BY_NAME, INITIALISERS, filled, shortest
from gui.model.leaf import Leaf

FLOATS = Leaf("w", np.zeros((2, 3)))


def defaults(name):
    return {option.name: option.default for option in BY_NAME[name].options}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("uniform", 0.88226926), ("normal", 0.33669037), ("xavier uniform", 0.83751005),
        ("xavier normal", 0.21294168), ("kaiming uniform", 1.0812207),
        ("kaiming normal", 0.27490652),
    ],
)  # fmt: skip
def test_the_digits_of_a_seed(name, first):
    """What torch 2.13 prints for torch.manual_seed(42) and torch.nn.init on zeros(2, 3)."""
    assert np.float32(filled(FLOATS, name, 42, defaults(name)).array[0, 0]) == np.float32(first)


@pytest.mark.parametrize("name", [i.name for i in INITIALISERS if i.call])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("shape", [(2, 3), (7, 9), (4, 2, 3)])
def test_the_same_numbers_as_torch(name, dtype, shape):
    torch = pytest.importorskip("torch")
    if name == "eye" and len(shape) != 2:
        pytest.skip("a matrix only")
    leaf = Leaf("w", np.zeros(shape), dtype)
    torch.manual_seed(7)
    theirs = torch.zeros(shape, dtype=getattr(torch, dtype))
    getattr(torch.nn.init, BY_NAME[name].call)(theirs, **defaults(name))
    ours = filled(leaf, name, 7, defaults(name)).array
    assert torch.equal(torch.tensor(ours.tolist(), dtype=theirs.dtype), theirs)


def test_options_are_torchs():
    torch = pytest.importorskip("torch")
    options = {"a": 0.0, "mode": "fan_out", "nonlinearity": "relu"}
    torch.manual_seed(3)
    theirs = torch.nn.init.kaiming_normal_(torch.zeros(2, 3), **options)
    ours = filled(FLOATS, "kaiming normal", 3, options).array
    assert torch.equal(torch.tensor(ours, dtype=torch.float32), theirs)


def test_the_random_stream_of_the_program_is_left_alone():
    before = engine.random.get_state() if hasattr(engine, "random") else None
    filled(FLOATS, "normal", 1, defaults("normal"))
    after = engine.random.get_state() if hasattr(engine, "random") else None
    assert before == after


@pytest.mark.parametrize("array", [np.zeros((2, 3), np.int64), np.zeros(2, bool)])
def test_random_numbers_need_floats(array):
    with pytest.raises(ValueError, match="Random numbers need a floating-point dtype"):
        filled(Leaf("w", array), "normal", 0, defaults("normal"))


def test_whole_numbers_stay_whole():
    whole = Leaf("w", np.zeros((2, 2), np.int64), "int8")
    assert filled(whole, "eye", 0, {}).array.tolist() == [[1, 0], [0, 1]]
    counted = filled(whole, "arange", 0, {"start": 1.0, "step": 2.0})
    assert counted.array.tolist() == [[1, 3], [5, 7]]
    assert counted.array.dtype == np.int64
    with pytest.raises(ValueError, match="has a fraction"):
        filled(whole, "constant", 0, {"val": 0.5})
    with pytest.raises(ValueError, match="beyond"):
        filled(whole, "constant", 0, {"val": 300.0})


def test_what_does_not_suit_the_shape_is_torchs_sentence():
    vector = replace(FLOATS, array=np.zeros(3))
    with pytest.raises(ValueError, match="Fan in and fan out can not be computed"):
        filled(vector, "xavier normal", 0, {"gain": 1.0})
    with pytest.raises(ValueError, match="Only tensors with 2 dimensions"):
        filled(vector, "eye", 0, {})


def test_numbers_are_as_short_as_their_dtype_allows():
    """0.1 in float32 is written 0.1, and reads back the same."""
    tenth = np.array([0.1, 1 / 3, np.nan, np.inf, -0.0], np.float32)
    assert shortest(tenth)[0] == 0.1
    np.testing.assert_array_equal(shortest(tenth).astype(np.float32), tenth)
