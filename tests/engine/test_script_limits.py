"""What would take too long or too much is refused before it is made; the rest of a program runs."""

import ast
import itertools
from pathlib import Path

import pytest

from engine.code import script
from engine.code.script.interpreter import run
from engine.code.script.sources import Cell
from engine.code.script.values import Budget, StandIn

HEAD = "import torch\nimport numpy as np\nimport math, itertools\n"
AT_ONCE = [
    "10**10**10", "1 << 10**9", "'a'*10**9", "[0]*10**9", "pow(10, 10**10)", "str(10**4000)",
    "[0 for a in range(10**6) for b in range(10**6)]", "list(range(10**12))", "[*range(10**12)]",
    "tuple(range(10**12))", "set(range(10**12))", "sorted(range(10**12))",
    "dict.fromkeys(range(10**12))", "torch.zeros(10**6, 10**6)", "torch.arange(10**12)",
    "torch.randn(10**4, 10**4)", "torch.nn.Linear(10**6, 10**6)", "torch.eye(10**6)",
    "torch.ones(3).repeat(10**9)", "np.zeros((10**5, 10**5))", "np.random.randn(10**6, 10**4)",
    "math.factorial(10**7)", "math.comb(10**9, 10**8)", "f'{1:999999999}'", "'%999999999d' % 1",
    "'{:999999999}'.format(1)", "'a'.ljust(10**10)",
    "'a'.replace('a', 'b'*10**6).replace('b', 'cc')",
    "torch.nn.functional.one_hot(torch.tensor([1]), 10**10)",
    "(torch.ones(10**5)[:, None]*torch.ones(10**5))",
]  # fmt: skip
ENDLESS = [
    "list(itertools.count())", "max(itertools.count())", "list(itertools.cycle([1]))",
    "list(itertools.permutations(range(1000)))", "any(False for _ in itertools.count())",
    "10**12 in itertools.count()",
]  # fmt: skip
CLOSED = [
    "torch.importlib", "torch.nn.functional.inspect", "np.load('x')", "math.__loader__",
    "getattr(torch, 'importlib')", "'{0.__class__}'.format(1)", "type('X', (), {})", "eval('1')",
    "open('x').read()", "__import__('os').system('x')", "np.array([torch], dtype=object)",
    "torch.nn.Linear(1, 1)._call_with_hooks", "torch.nn.Linear(1, 1).__dict__",
]  # fmt: skip
NO_WAY = [
    "().__class__.__bases__", "torch.nn.Module.__subclasses__()", "(lambda: 0).__globals__",
    "torch.Tensor.__reduce__", "np.ones(3).tofile('x')", "np.ones(3).ctypes", "print.__self__",
    "torch.sin.__wrapped__", "Exception().__traceback__", "torch.autograd.Function._backward_cls",
]  # fmt: skip


@pytest.mark.parametrize("text", AT_ONCE)
def test_a_bomb_is_refused_before_it_is_made(text):
    """It takes a few steps, is told with a reason, and what comes after it runs."""
    outcome = run([Cell(f"{HEAD}x = {text}\ny = 1")])
    assert outcome.steps < 50_000
    assert [(f.line, bool(f.text)) for f in outcome.findings] == [(4, True)]
    assert outcome.variables["y"] == 1
    assert isinstance(outcome.variables["x"], StandIn)


@pytest.mark.parametrize("text", ENDLESS)
def test_what_never_ends_uses_up_its_steps(text):
    """There is a finding, and no more steps are taken than there are."""
    limits = Budget(steps=50_000, items=20_000)
    outcome = run([Cell(f"{HEAD}x = {text}")], limits=limits)
    assert outcome.findings
    assert outcome.steps < 60_000


@pytest.mark.parametrize("text", CLOSED)
def test_what_is_closed_gives_a_stand_in_and_a_finding(text):
    """Nothing of Python's inside is reached."""
    outcome = run([Cell(f"{HEAD}x = {text}\ny = 1")])
    assert outcome.findings
    assert isinstance(outcome.variables["x"], StandIn)
    assert outcome.variables["y"] == 1


@pytest.mark.parametrize("text", NO_WAY)
def test_the_inside_of_things_is_no_attribute(text):
    """As if there were none."""
    outcome = run([Cell(f"{HEAD}x = {text}")])
    assert outcome.error.kind == "AttributeError"
    assert "x" not in outcome.variables


@pytest.mark.parametrize("head", ["for i in range(10**12):", "while True:"])
def test_a_loop_without_end_is_cut_short_and_the_rest_goes_on(head):
    """The finding says after how many."""
    source = f"n = 0\n{head}\n    n += 1\nafter = True"
    outcome = run([Cell(source)], limits=Budget(steps=10_000))
    count = outcome.variables["n"]
    of = "1,000,000,000,000" if "for" in head else "an unknown number of"
    assert outcome.findings[0].text.startswith(f"Stopped after {count:,} of {of} iterations")
    assert outcome.variables["after"] is True
    assert count > 500


def test_a_loop_stops_when_its_time_is_over():
    """The clock is a parameter: each look at it takes a second here."""
    ticks = itertools.count()
    outcome = run(
        [Cell("n = 0\nwhile True:\n    n += 1\nafter = True")],
        limits=Budget(seconds=100.0),
        clock=lambda: float(next(ticks)),
    )
    assert "Stopped after" in outcome.findings[0].text
    assert outcome.variables["after"] is True


def test_a_cancelled_program_ends():
    """Whatever it is doing; the next cell is not begun."""
    asked = itertools.count()
    outcome = run(
        [Cell("n = 0\nwhile True:\n    n += 1"), Cell("m = 1")],
        cancelled=lambda: next(asked) > 20,
    )
    assert outcome.error.sentence == "Stopped."
    assert "m" not in outcome.variables


@pytest.mark.parametrize(
    "source",
    [
        "def f(n):\n    return f(n + 1)\nf(0)",
        "f = lambda f: f(f)\nf(f)",
        "class A:\n    def __repr__(self):\n        return repr(self)\nrepr(A())",
        "def f(n):\n    yield from f(n + 1)\nlist(f(0))",
        "from torch.nn import *\nclass M(Module):\n    def forward(self, x):\n"
        "        return self(x)\nM()(1)",
    ],
)
def test_calls_without_end_are_a_recursion_error(source):
    """As in Python, and the program may catch it."""
    assert run([Cell(source)]).error.kind == "RecursionError"


def test_nothing_is_handed_to_python_to_run():
    """The interpreter's own text calls nothing that runs text, or imports by name."""
    for file in Path(script.__file__).parent.glob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert called.isdisjoint({"exec", "eval", "compile", "__import__", "import_module"}), file


def test_what_holds_itself_many_times_is_not_gone_through():
    """Lists of lists of lists: few entries, and endless text."""
    source = "x = [1] * 10\nfor i in range(12):\n    x = [x] * 10\nprint(x)\ny = 1"
    outcome = run([Cell(source)])
    assert [f.line for f in outcome.findings] == [4]
    assert outcome.variables["y"] == 1
