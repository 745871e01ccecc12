"""How parameters begin: PyTorch's digits for a seed, and its words for what cannot be."""

import pytest

import engine
from tests.engine.nn.both import both

CALLS = {
    "uniform_(w, -1, 2)": (3, 5),
    "normal_(w, 1, 2)": (3, 5),
    "normal_(w)": (3, 7),
    "constant_(w, 0.3)": (2, 2),
    "ones_(w)": (3,),
    "zeros_(w)": (3,),
    "eye_(w)": (2, 3),
    "dirac_(w)": (3, 2, 3),
    "dirac_(w, 2)": (4, 2, 3, 3),
    "xavier_uniform_(w)": (4, 6),
    "xavier_normal_(w, gain=2.0)": (4, 6, 3),
    "kaiming_uniform_(w)": (4, 6),
    "kaiming_uniform_(w, a=1, mode='fan_out')": (4, 6, 2, 2),
    "kaiming_normal_(w, nonlinearity='relu')": (4, 6),
    "trunc_normal_(w, std=0.5)": (4, 6),
    "trunc_normal_(w, 0, 1, -0.5, 0.5)": (24,),
    "trunc_normal_(w, 0, 1, 1.0, 1.5)": (24,),
    "sparse_(w, 0.4)": (5, 3),
    "orthogonal_(w)": (4, 4),
    "orthogonal_(w, 2.0)": (3, 5),
    "orthogonal_(w) ": (5, 2, 2),
    "eye_(w) ": (3,),
    "xavier_uniform_(w) ": (3,),
    "kaiming_uniform_(w, mode='x')": (3, 3),
    "uniform_(w, 2, 1)": (3,),
}


@pytest.mark.parametrize("call", CALLS)
def test_values_are_pytorchs(call):
    def program(torch):
        w = torch.nn.Parameter(torch.empty(*CALLS[call]))
        returned = eval(f"init.{call}", {"init": torch.nn.init, "w": w})
        return w, returned is w, torch.rand(1)

    both(program, tolerance=2e-6 if call.startswith(("orth", "trunc")) else None)


@pytest.mark.parametrize(
    "call",
    ["uniform_(-1, 2)", "normal_(1, 2)", "exponential_(2.0)", "log_normal_(0.5, 0.7)",
     "cauchy_(1, 2)", "geometric_(0.3)", "bernoulli_(0.3)", "random_(0, 10)", "random_(5)",
     "random_()", "bernoulli_(torch.full((n,), 0.3))"],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [3, 20])
def test_tensors_are_filled_as_pytorch_fills_them(call, dtype, n):
    def program(torch):
        x = torch.ones(n, dtype=getattr(torch, dtype), requires_grad=True) * 2
        y = eval(f"x.{call}", {"x": x, "torch": torch, "n": n})
        return y, y is x, torch.rand(1)

    both(program, ulps=1)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "int32", "bool", "int16"])
@pytest.mark.parametrize("call", ["random_()", "random_(0, 2)", "bernoulli_(0.5)"])
def test_whole_numbers_are_drawn_as_pytorch_draws_them(call, dtype):
    both(lambda torch: eval(f"x.{call}", {"x": torch.zeros(4, dtype=getattr(torch, dtype))}))


@pytest.mark.parametrize(
    "call",
    ["normal_(0, -1)", "exponential_(-1)", "geometric_(0)", "bernoulli_(2)", "random_(3, 3)",
     "cauchy_(0, -1)", "log_normal_(0, -1)"],
)  # fmt: skip
def test_impossible_distributions_are_refused(call):
    both(lambda torch: eval(f"x.{call}", {"x": torch.zeros(4)}))


@pytest.mark.parametrize(
    "name",
    ["linear", "relu", "tanh", "sigmoid", "leaky_relu", "selu", "conv2d", "what"],
)
def test_gains_are_pytorchs(name):
    both(lambda torch: torch.nn.init.calculate_gain(name))


def test_a_leaf_that_requires_grad_is_not_filled_outside_no_grad():
    both(lambda torch: torch.ones(2, requires_grad=True).uniform_())


def test_linear_begins_with_these_digits():
    engine.manual_seed(0)
    layer = engine.nn.Linear(2, 2)
    assert layer.weight.tolist() == [
        [-0.005293981172144413, 0.37932288646698],
        [-0.5819807648658752, -0.5203874707221985],
    ]
    assert layer.bias.tolist() == [-0.27234524488449097, 0.18961589038372040]
