"""No recursion anywhere: forward, backward and the end of a chain of a million operations."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine

CHAIN = """
import engine as torch
x = torch.tensor(1.0, requires_grad=True)
y = x
for _ in range({n}):
    y = {step}
y.backward({backward})
print(x.grad.item())
del y
print("gone")
"""


def run(step, n, backward=""):
    """What the program prints, in a process that may fall over."""
    program = CHAIN.format(step=step, n=n, backward=backward)
    root = Path(engine.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-300:]
    return done.stdout.split()


@pytest.mark.parametrize("step", ["y + 0.5", "y * 1.0", "y.exp() * 0 + y", "y.view(1).view(())"])
def test_a_chain_of_100_000_operations_runs_backward_and_goes_away(step):
    """Chains of saved tensors, saved results and views are each taken apart in another way."""
    assert run(step, 100_000 if "exp" not in step else 34_000)[-1] == "gone"


@pytest.mark.slow
def test_a_chain_of_a_million_operations_runs_backward_and_goes_away():
    """Python frees nested objects recursively unless it is careful; a million would not fit."""
    assert run("y * 1.0", 1_000_000, "retain_graph=True") == ["1.0", "gone"]


SECOND = """
import engine as torch
x = torch.tensor(1.0, requires_grad=True)
y = x
for _ in range({n}):
    y = y * 1.0
(first,) = torch.autograd.grad(y, x, create_graph=True)
(first * x).backward()
print(x.grad.item())
del y, first
print("gone")
"""


@pytest.mark.slow
def test_a_backward_pass_that_makes_a_graph_is_as_deep():
    """The graph of the gradient hangs on the graph of the value; both go without recursion."""
    root = Path(engine.__file__).parents[1]
    command = [sys.executable, "-c", SECOND.format(n=100_000)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.stdout.split() == ["1.0", "gone"], done.stderr[-300:]
