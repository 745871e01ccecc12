"""Bad calls raise what PyTorch raises, in its words."""

import math
import random
import re

import numpy as np
import pytest

import engine
from engine.calling.signature import signatures

x = engine.ones(2, 3)

SAID = (
    (lambda: engine.add(x, "a"), "add(): argument 'other' (position 2) must be Tensor, not str"),
    (lambda: x.add("a"), "add(): argument 'other' (position 1) must be Tensor, not str"),
    (lambda: engine.add(), "add() received an invalid combination of arguments - got (), but "
     "expected (Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)"),
    (lambda: engine.exp(x, 1), "exp() takes 1 positional argument but 2 were given"),
    (lambda: engine.exp(x, foo=1), "exp() got an unexpected keyword argument 'foo'"),
    (lambda: engine.exp(None), "exp(): argument 'input' (position 1) must be Tensor, not NoneType"),
    (lambda: engine.transpose(x, 0), 'transpose() missing 1 required positional arguments: "dim1"'),
    (lambda: engine.cat(x), "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not "
     "Tensor"),
    (lambda: engine.cat([x, 1]), "expected Tensor as element 1 in argument 0, but got int"),
    (lambda: x.permute(0, 1.5), "permute(): argument 'dims' failed to unpack the object at pos 2 "
     'with error "type must be tuple of ints,but got float"'),
    (lambda: x.permute(["a"]), "permute(): argument 'dims' (position 1) must be tuple of ints, but "
     "found element of type str at pos 0"),
    (lambda: engine.zeros(2, requires_grad=1), "zeros(): argument 'requires_grad' must be bool, "
     "not int"),
    (lambda: engine.softmax(x, dim=1.5), "softmax(): argument 'dim' must be int, not float"),
    (lambda: engine.softmax(x, 0, dim=1), "softmax() got multiple values for argument 'dim'"),
    (lambda: x.sum("a"), "sum() received an invalid combination of arguments - got (str), but "
     "expected one of:\n * (*, torch.dtype dtype = None)\n * (tuple of ints dim, bool keepdim = "
     "False, *, torch.dtype dtype = None)\n"),
    (lambda: x.squeeze("a"), "squeeze() received an invalid combination of arguments - got (str), "
     "but expected one of:\n * ()\n      didn't match because some of the arguments have invalid "
     "types: (!str!)\n * (int dim)\n      didn't match because some of the arguments have invalid "
     "types: (!str!)\n * (tuple of ints dim)\n      didn't match because some of the arguments "
     "have invalid types: (!str!)\n"),
)  # fmt: skip


@pytest.mark.parametrize(("call", "said"), SAID)
def test_wrong_arguments_are_refused_in_pytorchs_words(call, said):
    """Written down from PyTorch 2.13, so that this holds without it."""
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == said


@pytest.mark.parametrize(("device", "kind", "said"), [
    ("cuda", AssertionError, "Torch not compiled with CUDA enabled"),
    ("cuda:x", RuntimeError, "Invalid device string: 'cuda:x'"),
    ("nowhere", RuntimeError, "Expected one of cpu, cuda, ipu"),
    ("", RuntimeError, "Device string must not be empty"),
    (0, RuntimeError, "Cannot access accelerator device when none is available."),
])  # fmt: skip
def test_there_is_only_the_cpu(device, kind, said):
    """A program that asks for another device learns it from the first tensor it makes there."""
    with pytest.raises(kind, match=re.escape(said)):
        engine.zeros(2, device=device)
    assert engine.zeros(2, device="cpu").shape == (2,)


def test_numpys_names_of_keywords_are_taken():
    """torch.sum(x, axis=0) is torch.sum(x, dim=0)."""
    assert engine.sum(x, axis=0, keepdims=True).shape == x.sum(axis=0, keepdims=True).shape


def test_what_fits_by_its_value_is_looked_at_every_time():
    """A tensor without dims is a number, one with dims is none."""
    assert engine.full((2,), engine.tensor(3.0)).tolist() == [3.0, 3.0]
    with pytest.raises(TypeError, match="must be Number, not Tensor"):
        engine.full((2,), engine.ones(2))


def test_an_exception_of_ones_own_passes_unchanged():
    """Only what NumPy says is translated."""
    mine = TypeError("mine")

    class Odd:
        def __float__(self):
            raise mine

    with pytest.raises(TypeError) as caught:
        engine.tensor([Odd()], dtype=engine.float32)
    assert caught.value is mine


# ---- beside PyTorch ------------------------------------------------------------------------------


def _values(torch):
    """Arguments for both, by a letter."""
    theirs, ours = torch.ones(2, 3), engine.ones(2, 3)
    same = {"s": "a", "i": 1, "f": 1.5, "n": None, "l": [1], "t": (1, "a"), "b": True, "o": {}}
    return {
        "T": (theirs, ours), "L": ([theirs], [ours]), "M": ([theirs, 1], [ours, 1]),
        "d": (torch.float32, engine.float32), **{k: (v, v) for k, v in same.items()},
    }  # fmt: skip


def _said(call, args, kwargs):
    try:
        call(*args, **kwargs)
    except TypeError as error:
        return str(error)
    except Exception:  # the arguments were in order
        return None
    return None


@pytest.mark.parametrize("path", [
    "add", "sum", "where", "clamp", "max", "std", "zeros", "arange", "linspace", "cat", "stack",
    "pow", "softmax", "norm", "full", "eye", "gather", "index_select", "squeeze", "var", "addmm",
    "Tensor.add", "Tensor.view", "Tensor.sum", "Tensor.max", "Tensor.reshape", "Tensor.expand",
    "Tensor.index_fill", "Tensor.clamp", "Tensor.masked_fill", "Tensor.flatten", "Tensor.repeat",
    "linalg.norm", "nn.functional.gelu", "nn.functional.conv2d",
])  # fmt: skip
def test_drawn_arguments_are_refused_as_by_pytorch(path):
    """Whatever the mix of types: the same sentence, and nothing refused that PyTorch takes."""
    torch = pytest.importorskip("torch")
    values, draw = _values(torch), random.Random(path)
    if signatures(path) is None:
        pytest.skip("written in Python by PyTorch")
    _, forms = signatures(path)
    names = [p.name for form in forms for p in form.parameters if p.name != "out"]
    theirs, ours = (_member(module, path) for module in (torch, engine))
    for _ in range(40):
        letters = draw.choices("TTTsiifnltLMobd", k=draw.randrange(5))
        named = draw.sample(names, min(len(names), draw.choice((0, 0, 0, 1))))
        given = {name: draw.choice("Tsifnlb") for name in named}
        first = ["T"] if path.startswith("Tensor.") else []
        calls = [
            (
                [values[k][side] for k in first + letters],
                {n: values[k][side] for n, k in given.items()},
            )
            for side in (0, 1)
        ]
        expected = _said(theirs, *calls[0])
        if expected is not None and "Exception raised from" not in expected:
            assert _said(ours, *calls[1]) == expected, (letters, given)


def _member(module, path):
    for part in path.split("."):
        module = getattr(module, part)
    return module


OTHERWISE = {"narrow_copy", "special.zeta", "__rmod__", "__rpow__", "__rsub__"}
"""Ops of which some bad call is still answered in other words."""

LISTED = {
    "add", "cat", "cov", "dot", "gather", "kthvalue", "matmul", "movedim", "multinomial", "narrow",
    "nn.functional.avg_pool3d", "nn.functional.conv2d", "nn.functional.max_pool1d", "rot90",
    "nn.functional.multi_margin_loss", "nn.functional.triplet_margin_loss", "scatter", "take",
}  # fmt: skip


def answered_otherwise(name_wanted):
    """(how many of OpInfo's `error_inputs` there are, those with another type or text)."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("expecttest")
    from tests.engine.errors_sweep import listed

    cases, wrong = 0, []
    for tally in listed(torch, name_wanted):
        cases += tally.cases  # PyTorch's twins lie in memory of NumPy, which cannot grow
        wrong += [case for case in tally.shown if "not resizable" not in case[1][1]]
    return cases, wrong


def test_bad_calls_of_pytorchs_own_list():
    """The type and the text of each, of some ops."""
    cases, wrong = answered_otherwise(LISTED.__contains__)
    assert not wrong, "\n".join(map(str, wrong[:20]))
    assert cases > 100


@pytest.mark.slow
def test_all_bad_calls_of_pytorchs_own_list():
    """Of every op that the engine has."""
    cases, wrong = answered_otherwise(lambda name: name not in OTHERWISE)
    assert not wrong, "\n".join(map(str, wrong[:20]))
    assert cases > 480


POOLS = [
    (f"{kind}_pool{n}d", shape, {"kernel_size": 2, **given})
    for kind, n in [("max", 1), ("max", 2), ("max", 3), ("avg", 1), ("avg", 2), ("avg", 3)]
    for shape, given in [
        ((2, 2, *(4,) * n), {"kernel_size": 0}), ((2, 2, *(4,) * n), {"kernel_size": -1}),
        ((2, 2, *(4,) * n), {"kernel_size": 9}), ((2, 2, *(4,) * n), {"stride": 0}),
        ((2, 2, *(4,) * n), {"stride": -1}), ((2, 2, *(4,) * n), {"padding": -1}),
        ((2, 2, *(4,) * n), {"padding": 2}), ((2, 2, *(4,) * n), {"kernel_size": (2,) * (n + 1)}),
        ((2, 2, *(4,) * n), {"stride": (1,) * (n + 1)}), ((0, 2, *(4,) * n), {}),
        ((2, 0, *(4,) * n), {}), ((2, 2, *(0,) * n), {}), ((2, *(0,) * n), {}), ((4,) * n, {}),
        ((1, 1, 2, 2, *(4,) * n), {}),
    ]
]  # fmt: skip
CONVOLUTIONS = [
    (n, how)
    for n in (1, 2, 3)
    for how in (
        {"stride": 0}, {"padding": -1, "stride": -1}, {"dilation": 0}, {"dilation": -1},
        {"padding": "same", "stride": 2}, {"padding": "x"}, {"stride": (1,) * (n + 1)},
        {"padding": (1,) * (n + 1)}, {"groups": 0}, {"groups": 3}, {"dilation": 9},
    )
]  # fmt: skip


def outcome_of(call):
    """The shape of the result, or what was raised."""
    try:
        return tuple(call().shape)
    except Exception as error:
        return type(error).__name__, str(error)


@pytest.mark.parametrize(("name", "shape", "given"), POOLS)
def test_pools_judge_their_windows_as_pytorch(name, shape, given):
    torch = pytest.importorskip("torch")
    theirs, ours = (
        outcome_of(lambda m=m: getattr(m.nn.functional, name)(m.ones(*shape), **given))
        for m in (torch, engine)
    )
    assert ours == theirs


@pytest.mark.parametrize(("n", "how"), CONVOLUTIONS)
def test_convolutions_judge_their_steps_as_pytorch(n, how):
    torch = pytest.importorskip("torch")
    theirs, ours = (
        outcome_of(lambda m=m: getattr(m.nn.functional, f"conv{n}d")(
            m.ones(1, 2, *(5,) * n), m.ones(2, 2, *(2,) * n), m.ones(2), **how))
        for m in (torch, engine)
    )  # fmt: skip
    assert ours == theirs


def _of(module, name):
    """The function of one tensor."""
    return (lambda x: module.softmax(x, 0)) if name == "softmax" else getattr(module, name)


SMOOTH = (
    "exp", "log", "sqrt", "tanh", "sigmoid", "reciprocal", "sin", "asin", "log1p", "expm1", "erf",
    "abs", "sign", "square", "rsqrt", "relu", "floor", "atan", "cosh", "lgamma", "softmax",
)  # fmt: skip


def test_no_numpy_warning_leaks_at_special_values():
    """nan, infinities, zeros and the smallest numbers flow through as in PyTorch."""
    torch = pytest.importorskip("torch")
    special = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-30, -1e-30, 3e38, -3e38, 1.0]
    for name in SMOOTH:
        theirs = torch.tensor(special, requires_grad=True)
        ours = engine.tensor(special, requires_grad=True)
        a, b = _of(torch, name)(theirs), _of(engine, name)(ours)
        np.testing.assert_allclose(b.detach().numpy(), a.detach().numpy(), rtol=1e-6)
        a.sum().backward()
        b.sum().backward()
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-5, err_msg=name)


@pytest.mark.parametrize(("line", "said"), [
    ("x.neg(1)", "TensorBase.neg() takes no arguments (1 given)"),
    ("x.numel(1, 2)", "TensorBase.numel() takes no arguments (2 given)"),
    ("x.detach(foo=1)", "TensorBase.detach() takes no keyword arguments"),
    ("x.exp_(1)", "TensorBase.exp_() takes no arguments (1 given)"),
])  # fmt: skip
def test_a_method_of_the_tensor_alone_takes_nothing(line, said):
    """There Python itself refuses, and names the class PyTorch has the method in."""
    with pytest.raises(TypeError, match=re.escape(said)):
        eval(line, {"x": engine.ones(2)})
