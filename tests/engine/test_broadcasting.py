"""Shapes and dtypes met at random: gradients come back in the shape and dtype of their input."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import engine
from engine import dtypes
from engine.autograd.gradcheck import gradcheck

SHAPES = mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)
BINARY = ["add", "sub", "mul", "div", "maximum", "minimum", "pow", "atan2", "hypot"]
NAMES = ["bool", "uint8", "int32", "int64", "float32", "float64"]


def array(shape, seed):
    """Numbers between 0.5 and 2, different for every seed."""
    return np.random.default_rng(seed).uniform(0.5, 2, shape)


@given(SHAPES, st.sampled_from(BINARY), st.integers(0, 99))
@settings(max_examples=120, deadline=None)
def test_gradients_come_back_in_the_shape_of_their_input(shapes, name, seed):
    """Broadcasting is undone once, centrally; gradcheck sees whether it is undone right."""
    a, b = (array(s, seed + k) for k, s in enumerate(shapes.input_shapes))
    function = getattr(engine, name)
    x, y = (engine.tensor(v, dtype=engine.float64, requires_grad=True) for v in (a, b))
    assert tuple(function(x, y).shape) == shapes.result_shape
    if 0 not in shapes.result_shape:
        assert gradcheck(function, (x, y))
    function(x, y).sum().backward()
    assert (x.grad.shape, y.grad.shape) == (x.shape, y.shape)


@given(
    st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans(), st.booleans(),
    st.sampled_from(["add", "mul", "div", "eq", "maximum", "floor_divide"]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_dtypes_meet_as_in_pytorch(first, second, flat, scalar, name):
    """All pairs of dtypes, with and without dimensions."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    import torch

    shapes = [() if flat else (2,), () if scalar else (2,)]

    def result(module, kinds):
        parts = [
            module.ones(s, dtype=kinds(n)) for s, n in zip(shapes, (first, second), strict=True)
        ]
        try:
            return str(getattr(module, name)(*parts).dtype)
        except RuntimeError as error:
            return str(error)

    assert result(engine, dtypes.BY_NAME.get) == result(torch, vars(torch).get)


@given(st.sampled_from(["float32", "float64"]), st.sampled_from(["float32", "float64"]), SHAPES)
@settings(max_examples=60, deadline=None)
def test_gradients_come_back_in_the_dtype_of_their_input(first, second, shapes):
    """The sum of a wider and a narrower tensor gives each its own precision back."""
    x, y = (
        engine.tensor(array(s, k), dtype=dtypes.BY_NAME[n], requires_grad=True)
        for k, (s, n) in enumerate(zip(shapes.input_shapes, (first, second), strict=True))
    )
    (x * y + x).sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == (x.dtype, y.dtype)


def test_shapes_that_do_not_fit_are_named():
    """The dimension that differs is in the message, counted as PyTorch counts."""
    with pytest.raises(RuntimeError, match=r"tensor a \(3\) must match .* tensor b \(2\) .* 1"):
        engine.ones(2, 3) + engine.ones(2)
