"""What is not here or not read is told with its place; everything else runs."""

from engine.code.script.interpreter import run
from engine.code.script.listener import Silent
from engine.code.script.sources import Cell


class Noting(Silent):
    """Writes down what it is told."""

    def __init__(self):
        self.heard = []

    def enter(self, kind, title, line):
        self.heard.append((kind, title, line))

    def leave(self):
        self.heard.append("leave")

    def bound(self, name, value):
        self.heard.append(("bound", name))

    def condition(self, line, text, outcome):
        self.heard.append(("condition", line, text, outcome))

    def cell(self, number, title):
        self.heard.append(("cell", number, title))


def told(source):
    """The findings of a program as places, and what it came to."""
    outcome = run([Cell(source)])
    return [(f.line, f.column) for f in outcome.findings], outcome


def test_a_plot_is_skipped_in_silence_after_its_import():
    """Only the import is told; names unpacked from it stand for it too."""
    places, outcome = told(
        "import matplotlib.pyplot as plt\nfig, (a, b) = plt.subplots(1, 2)\na.plot([1])\n"
        "plt.title(f'{fig}')\nplt.rcParams['x'] = 1\nprint('on', len(fig), fig.x + 1)"
    )
    assert places == [(1, 1)]
    assert outcome.printed == ["on … …\n"]


def test_a_tensor_that_needs_what_is_missing_is_told_at_its_line():
    """And what needs that tensor again."""
    places, outcome = told(
        "import torch\nimport pandas as pd\nt = torch.tensor(pd.read_csv('a').values)\n"
        "w = torch.ones(2)\nz = w * t\nok = w * 2"
    )
    assert places == [(2, 1), (3, 5), (5, 5)]
    assert outcome.variables["ok"].tolist() == [2.0, 2.0]


def test_a_loop_over_what_is_missing_does_not_run():
    """It is told where it stands."""
    places, outcome = told("import torchvision\nn = 0\nfor x in torchvision.data():\n    n += 1")
    assert places == [(1, 1), (3, 10)]
    assert outcome.variables["n"] == 0


def test_files_are_not_opened_but_the_block_runs():
    """`open` stands for what is not here."""
    places, outcome = told("with open('x') as f:\n    t = f.read()\n    n = 3")
    assert places == [(1, 6)]
    assert outcome.variables["n"] == 3


def test_a_statement_that_is_not_read_is_told_and_the_rest_goes_on():
    """Also inside functions and classes."""
    places, outcome = told(
        "async def f():\n    pass\ndef g():\n    x = 2j\n    return 5\n"
        "class A:\n    def __getattribute__(self, n):\n        return 1\n    k = 2\n"
        "y = g()\nz = A().k"
    )
    assert places == [(1, 1), (6, 1), (4, 9)]
    assert (outcome.variables["y"], outcome.variables["z"]) == (5, 2)


def test_an_exception_ends_a_cell_and_the_next_goes_on():
    """With PyTorch's sentence, the innermost line and the cell."""
    cells = [
        Cell("import torch\ndef f(a):\n    return a + torch.ones(3)", first=1),
        Cell("print('a')\nf(torch.ones(2))\nprint('never')", first=5),
        Cell("# Words", kind="markdown", first=9),
        Cell("print('b')", first=11),
    ]
    outcome = run(cells)
    error = outcome.error
    assert (error.line, error.cell, error.kind) == (3, 1, "RuntimeError")
    assert "The size of tensor a (2) must match" in error.sentence
    assert outcome.printed == ["", "a\n", "", "b\n"]


def test_a_cell_that_is_no_python_is_told_with_its_place():
    """Lines are those of the whole Script."""
    outcome = run([Cell("x = 1"), Cell("y = (1,\nz = 2", first=3)])
    assert outcome.error.kind == "SyntaxError"
    assert outcome.error.line in (3, 4)
    assert outcome.variables["x"] == 1


def test_blocks_are_told_in_order():
    """A Module's forward is its call; an iteration has what its target is bound to."""
    listener = Noting()
    source = (
        "import torch\nclass M(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
        "m = M()\ndef f(a):\n    return m(a)\nfor i in range(2):\n    y = f(i)"
    )
    run([Cell(source, title="One")], listener)
    assert listener.heard[0] == ("cell", 0, "One")
    turn = [
        ("bound", "i"), ("function", "f", 6), ("bound", "a"), ("module", "m: M", 7),
        ("bound", "self"), ("bound", "x"), "leave", "leave", ("bound", "y"), "leave",
    ]  # fmt: skip
    start = listener.heard.index(("loop", "for i in range(2)", 8))
    assert listener.heard[start + 1 :] == [
        ("iteration", "1", 8), *turn, ("iteration", "2", 8), *turn, "leave",
    ]  # fmt: skip


def test_blocks_are_left_also_by_exceptions():
    """As many as were entered."""
    listener = Noting()
    run([Cell("def f():\n    for i in [1]:\n        1 / 0\nf()")], listener)
    entered = [h for h in listener.heard if h[0] in ("function", "loop", "iteration")]
    assert len(entered) == listener.heard.count("leave") == 3


def test_conditions_are_told_that_read_a_tensor():
    """Directly, through a name, a list or an attribute; sizes and counters are not."""
    listener = Noting()
    run(
        [
            Cell(
                "import torch\nw = torch.ones(2)\nloss = w.sum()\nif loss > 1: pass\n"
                "best = loss.item()\nif best > 3: pass\nseen = []\nseen.append(best)\n"
                "if seen[-1] < 0: pass\nif len(w) > 1 and w.shape[0] == 2: pass\n"
                "for i in range(2):\n    if i % 2: pass\nk = 1 if w[0] > 5 else 2\n"
                "best = 0\nif best: pass\nassert loss > 0"
            )
        ],
        listener,
    )
    assert [h for h in listener.heard if h[0] == "condition"] == [
        ("condition", 4, "loss > 1", True), ("condition", 6, "best > 3", False),
        ("condition", 9, "seen[-1] < 0", False), ("condition", 13, "w[0] > 5", False),
        ("condition", 16, "loss > 0", True),
    ]  # fmt: skip


def test_batches_come_in_the_order_pytorch_gives_them():
    """Figures PyTorch 2.13 gave for this program."""
    source = """
import torch
from torch.utils.data import TensorDataset, DataLoader, random_split
torch.manual_seed(7)
ds = TensorDataset(torch.arange(10.), torch.arange(10) * 2)
out = []
for epoch in range(2):
    for a, b in DataLoader(ds, batch_size=4, shuffle=True):
        out.append(b.tolist())
own = torch.Generator().manual_seed(3)
loader = DataLoader(ds, batch_size=3, shuffle=True, generator=own, drop_last=True)
for a, b in loader:
    out.append(a.tolist())
for a, b in loader:
    out.append(a.tolist())
p, q = random_split(ds, [0.7, 0.3])
out.append([float(x[0]) for x in p])
"""
    outcome = run([Cell(source)])
    assert outcome.variables["out"] == [
        [6, 4, 14, 16], [12, 2, 10, 18], [0, 8], [2, 6, 10, 4], [16, 18, 12, 14], [8, 0],
        [7.0, 4.0, 2.0], [9.0, 1.0, 5.0], [0.0, 8.0, 6.0], [1.0, 2.0, 0.0], [5.0, 9.0, 4.0],
        [8.0, 3.0, 6.0], [8.0, 9.0, 0.0, 1.0, 6.0, 7.0, 2.0],
    ]  # fmt: skip
