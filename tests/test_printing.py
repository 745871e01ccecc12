"""Tensors print as PyTorch prints them, to the character."""

import random

import numpy as np
import pytest

from engine import dtypes, printing
from engine.dtypes import BY_NAME, cast, to_array
from engine.printing import number_str, set_printoptions, tensor_str


@pytest.fixture(autouse=True)
def options_restored():
    yield
    set_printoptions(profile="default")
    dtypes.set_default_dtype(dtypes.float32)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def shown(data, dtype=None, **history):
    values = to_array(data, dtype and BY_NAME[dtype])
    return tensor_str(values, dtypes.of(values.dtype), **history)


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (5.0, "5."),
        (10.5, "10.5000"),
        (39386.9023, "39386.9023"),
        (1e8, "100000000."),
        (1.5e8, "1.5000e+08"),
        (0.0, "0."),
        (-0.0, "-0."),
        ([0.0, -0.0], "[0., -0.]"),
        ([-0.0, 0.5], "[-0.0000, 0.5000]"),
        ([-1.0, 2.5, -100.25], "[  -1.0000,    2.5000, -100.2500]"),
        ([1000.0, 1.0], "[1000.,    1.]"),
        ([1001.0, 1.0], "[1.0010e+03, 1.0000e+00]"),
        ([0.1, 100.0], "[  0.1000, 100.0000]"),
        ([0.1, 100.1], "[1.0000e-01, 1.0010e+02]"),
        ([99999.0, 100000.5], "[ 99999.0000, 100000.5000]"),
        ([100000.0, 0.0], "[100000.,      0.]"),
        ([1.0, NAN, INF], "[1., nan, inf]"),
        ([1.5, NAN, -INF], "[1.5000,    nan,   -inf]"),
        ([NAN, 0.0], "[nan, 0.]"),
        ([1e-10, 1.0, NAN], "[1.0000e-10, 1.0000e+00,        nan]"),
        ([1e-45], "[1.4013e-45]"),
        (5, "5"),
        ([1, -20, 300], "[  1, -20, 300]"),
        ([2**63 - 1, -(2**63)], "[ 9223372036854775807, -9223372036854775808]"),
        (True, "True"),
        ([True, False], "[ True, False]"),
    ],
)
def test_numbers_choose_their_notation_together(data, text):
    assert shown(data) == f"tensor({text})"


def test_thresholds_bite_after_rounding_to_float32():
    assert shown(1e-4) == "tensor(1.0000e-04)"
    assert shown(1e-4, "float64") == "tensor(0.0001, dtype=torch.float64)"


@pytest.mark.parametrize(
    ("data", "dtype", "history", "text"),
    [
        ([1.0], None, {"requires_grad": True}, "tensor([1.], requires_grad=True)"),
        (2.5, None, {"requires_grad": True}, "tensor(2.5000, requires_grad=True)"),
        (
            [2.0, 4.0],
            "float64",
            {"requires_grad": True, "grad_fn_name": "MulBackward0"},
            "tensor([2., 4.], dtype=torch.float64, grad_fn=<MulBackward0>)",
        ),
        ([1], "int32", {}, "tensor([1], dtype=torch.int32)"),
        ([], None, {}, "tensor([])"),
        ([], "int64", {}, "tensor([], dtype=torch.int64)"),
        (np.zeros((0, 3), np.float32), None, {}, "tensor([], size=(0, 3))"),
        (
            np.zeros((2, 0), np.float64),
            None,
            {"requires_grad": True},
            "tensor([], size=(2, 0), dtype=torch.float64, requires_grad=True)",
        ),
    ],
)
def test_suffixes_follow_in_torchs_order(data, dtype, history, text):
    assert shown(data, dtype, **history) == text


def test_the_default_dtype_goes_without_saying():
    dtypes.set_default_dtype(dtypes.float64)
    assert shown([1.5]) == "tensor([1.5000])"
    assert shown([1.5], "float32") == "tensor([1.5000], dtype=torch.float32)"
    assert shown(np.zeros(0, np.float32)) == "tensor([], dtype=torch.float32)"


def test_lines_break_at_80_columns_and_a_suffix_that_does_not_fit_gets_its_own():
    nine = "1.5000, " * 8 + "1.5000"
    assert shown([1.5] * 9, grad_fn_name="MulBackward0") == (
        f"tensor([{nine}],\n       grad_fn=<MulBackward0>)"
    )
    assert shown([1.5] * 10, grad_fn_name="MulBackward0") == (
        f"tensor([{nine},\n        1.5000], grad_fn=<MulBackward0>)"
    )


def test_dims_are_set_apart_by_blank_lines_and_brackets():
    assert shown(np.arange(8, dtype=np.float32).reshape(2, 2, 2)) == (
        "tensor([[[0., 1.],\n         [2., 3.]],\n\n        [[4., 5.],\n         [6., 7.]]])"
    )


def test_more_than_a_thousand_elements_show_their_ends():
    ends = "tensor([   0.,    1.,    2.,  ...,  998.,  999., 1000.])"
    assert shown(np.arange(1001, dtype=np.float32)) == ends
    assert shown(np.zeros((200, 7), np.int64)) == (
        "tensor([[0, 0, 0,  ..., 0, 0, 0],\n"
        "        [0, 0, 0,  ..., 0, 0, 0],\n"
        "        [0, 0, 0,  ..., 0, 0, 0],\n"
        "        ...,\n"
        "        [0, 0, 0,  ..., 0, 0, 0],\n"
        "        [0, 0, 0,  ..., 0, 0, 0],\n"
        "        [0, 0, 0,  ..., 0, 0, 0]])"
    )


def test_only_the_elements_shown_decide_the_notation():
    values = np.ones(2000, np.float32)
    values[1000] = 1e-9
    assert shown(values) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"


def test_an_indented_tensor_continues_under_itself():
    text = tensor_str(np.ones((2, 1), np.float32), dtypes.float32, indent=4)
    assert text == "tensor([[1.],\n            [1.]])"


# Options


def test_options_last_until_changed_but_sci_mode_only_until_the_next_call():
    set_printoptions(precision=2)
    assert shown([1.23456, 10.0]) == "tensor([ 1.23, 10.00])"
    set_printoptions(precision=6, sci_mode=False)
    assert shown([1.23456e-7, 1.0]) == "tensor([0.000000, 1.000000])"
    set_printoptions(sci_mode=True)
    assert shown([1.0, 2.0]) == "tensor([1.000000e+00, 2.000000e+00])"
    set_printoptions(profile="default")
    assert shown([1.0, 2.5]) == "tensor([1.0000, 2.5000])"


def test_summaries_can_be_asked_for_sooner_and_narrower():
    set_printoptions(threshold=5, edgeitems=2)
    assert shown(np.arange(10.0, dtype=np.float32)) == "tensor([0., 1.,  ..., 8., 9.])"
    set_printoptions(edgeitems=0)
    assert shown(np.arange(10)) == "tensor([...], size=(10,))"
    assert shown(np.arange(3)) == "tensor([0, 1, 2], size=(3,))"


def test_profiles_are_starting_points_for_the_other_arguments():
    set_printoptions(profile="short", edgeitems=1)
    assert printing.get_printoptions() == printing.PrintOptions(precision=2, edgeitems=1)
    set_printoptions(profile="full")
    assert printing.get_printoptions().threshold == INF
    set_printoptions(linewidth=30)
    before = printing.get_printoptions()
    set_printoptions(profile="default")
    printing.restore_printoptions(before)
    assert printing.get_printoptions().linewidth == 30


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (np.float32(2.5), "2.5"),
        (np.float32(0.1), "0.10000000149011612"),
        (np.float16(0.1), "0.0999755859375"),
        (np.int64(3), "3"),
        (np.bool_(True), "True"),
        (np.array([NAN]), "nan"),
    ],
)
def test_f_strings_show_every_digit(number, text):
    assert number_str(number) == text


# Against torch

SHAPES = [(), (0,), (1,), (5,), (10,), (30,), (1000,), (1001,), (0, 3), (2, 3), (9, 1), (1, 9)]
SHAPES += [(7, 200), (2, 0, 2), (2, 3, 4), (12, 12, 12), (1, 2, 1, 3), (3, 3, 3, 3, 15)]
ODD = [NAN, INF, -INF, 0.0, -0.0, 1e-4, 1e8, 1000.0, 1e-45, 1e38]


def random_options(dice):
    choices = {
        "precision": [0, 1, 2, 4, 8],
        "threshold": [0, 3, 10, 50, 1000],
        "edgeitems": [0, 1, 2, 3, 5],
        "linewidth": [1, 20, 40, 77, 120],
        "profile": ["default", "short", "full"],
        "sci_mode": [True, False, None],
    }
    return {name: dice.choice(choices[name]) for name in choices if dice.random() < 0.3}


def random_array(dice, dtype):
    shape = dice.choice(SHAPES)
    source = np.random.default_rng(dice.randrange(2**32))
    if not dtype.is_floating_point:
        limits = np.iinfo(np.uint8 if dtype is dtypes.bool_ else dtype.np)
        reach = min(10 ** dice.randrange(1, 19), limits.max)
        values = source.integers(max(-reach, limits.min), reach, shape)
        return np.asarray(values % 2 if dtype is dtypes.bool_ else values).astype(dtype.np)
    spread = dice.choice([0, 1, 3, 9])
    sizes = source.integers(-spread, spread + 1, dice.choice([shape, ()]))
    values = np.asarray(source.standard_normal(shape) * 10.0**sizes)
    if dice.random() < 0.4:
        values = values.round(dice.choice([0, 1]))
    values = cast(np.asarray(values), dtype)
    if values.size and dice.random() < 0.4:
        for _ in range(3):
            values.flat[dice.randrange(values.size)] = cast(np.float64(dice.choice(ODD)), dtype)
    return values


@pytest.mark.parametrize("seed", range(40))
def test_random_tensors_print_as_in_torch(torch, seed):
    dice = random.Random(seed)
    try:
        for _ in range(25):
            options = random_options(dice) if dice.random() < 0.6 else {}
            for set_options in (torch.set_printoptions, set_printoptions):
                set_options(profile="default")
                set_options(**options)
            compare(torch, dice, options)
    finally:
        torch.set_printoptions(profile="default")


def compare(torch, dice, options):
    dtype = BY_NAME[dice.choice(["float32", "float32", "float64", *BY_NAME])]
    values = random_array(dice, dtype)
    theirs = torch.from_numpy(values.copy())
    history = {"requires_grad": False, "grad_fn_name": None}
    if dtype.is_floating_point and dice.random() < 0.5:
        theirs.requires_grad_()
        history["requires_grad"] = True
        if dice.random() < 0.5:
            theirs = theirs * 1
            history["grad_fn_name"] = "MulBackward0"
    ours = tensor_str(values if values.ndim else values[()], dtype, **history)
    assert ours == repr(theirs), (options, values.shape)
