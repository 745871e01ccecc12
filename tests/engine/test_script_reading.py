"""A reading is what the program did: the same values, gradients and errors, or a finding."""

import json
import textwrap
from pathlib import Path

import numpy as np
import pytest

from engine import dtypes, random
from engine.code.script import reading as module
from engine.code.script import sources, tape
from engine.code.script.reading import read
from engine.code.script.sources import Cell
from engine.session import Session
from engine.trace import Cancelled
from tests.engine.script_programs import ALL

NAMED = {
    "training loop": ["a rate was changed", "clip_grad_norm_ is drawn"],
    "like MNIST": ["this Adadelta cannot be drawn"],
    "autograd tutorial": ["this hook is run"],
    "custom Function": ["the derivative of a Function", "has other values"],
}
"""Programs with something in them that is not drawn: how its findings begin, or what they say."""


def run(found):
    """A Session that has run what was drawn."""
    session = Session(found.graph)
    for _ in session.run(found.program):
        pass
    return session


@pytest.mark.parametrize("name", ALL)
def test_programs_are_drawn_as_what_they_did(name):
    """Every node's values, every leaf's gradient: what differs is named, and nothing stops."""
    found = read(sources.from_text(ALL[name]))
    for _, _, text in found.findings:
        assert any(part in text for part in NAMED.get(name, [])), text
    assert not run(found).stopped


def test_cells_of_a_notebook_are_told_apart():
    """Each with its title and what it printed; a forward ends where a cell does."""
    cells = [
        Cell("import torch\nx = torch.tensor(2.0)\nprint(x)", first=1, title="One"),
        Cell("words", kind="markdown", first=5),
        Cell("y = x * x\nprint(y)", first=7, title="Two"),
    ]
    asked = []
    found = read(sources.from_cells(cells, "a.ipynb"), progress=asked.append)
    assert found.printed == {0: "tensor(2.)\n", 2: "tensor(4.)\n"}
    assert asked == [0, 2]
    assert [dict(a.args) for a in found.program] == [{"nodes": ["x"]}, {"nodes": ["y"]}]
    assert found.action_cells == (0, 2)


def test_a_cell_that_ends_in_an_error_does_not_end_the_program():
    """In a notebook the next cell goes on."""
    cells = [
        Cell("import torch\nx = torch.ones(2)\ny = x @ torch.ones(3)", first=1),
        Cell("z = x * 2", first=5),
    ]
    found = read(sources.from_cells(cells, "a.ipynb"))
    assert [a.expect_error for a in found.program] == [False, True, False]
    assert run(found).values["z"][0].tolist() == [2.0, 2.0]


def test_a_run_that_would_give_other_values_is_told(monkeypatch):
    """Here because what one op is called with is noted wrongly."""
    right = tape.spelled_as_node

    def wrong(name, args, kwargs, is_node, *, leaves=True):
        found = right(name, args, kwargs, is_node, leaves=leaves)
        return found._replace(params={"other": 5}) if found and found.op == "mul" else found

    monkeypatch.setattr(tape, "spelled_as_node", wrong)
    found = read(sources.from_text("import torch\nx = torch.ones(2)\ny = x * 2\nz = y + 1"))
    assert found.findings == ((3, 1, "“y” has other values when what is drawn runs"),)


def test_a_gradient_that_would_be_another_is_told(monkeypatch):
    """Though all values are the same."""
    monkeypatch.setattr(module, "_other_values", lambda *_: iter(()))
    program = (
        "import torch\nw = torch.ones(2, requires_grad=True)\nw.register_hook(lambda g: g + g)"
    )
    found = read(sources.from_text(program + "\n(w * 2).sum().backward()"))
    assert (2, 1, "“w.grad” is another when what is drawn runs") in found.findings


def test_nothing_is_left_behind():
    """The thread's random numbers and default dtype are what they were."""
    random.manual_seed(5)
    before = random.get_state()
    read(sources.from_text("import torch\ntorch.set_default_dtype(torch.float64)\ntorch.rand(3)"))
    assert random.get_state() == before
    assert dtypes.get_default_dtype() is dtypes.float32


def test_what_has_no_node_is_drawn_with_its_numbers():
    """And told."""
    found = read(
        sources.from_text(
            textwrap.dedent("""
                import torch
                x = torch.tensor([1.0, 2.0])
                h = torch.nn.utils.parameters_to_vector([x])
                y = h.sum()
            """)
        )
    )
    assert found.graph.nodes["h"].op == "tensor"
    assert found.graph.nodes["h"].params["data"] == [1.0, 2.0]
    assert len(found.findings) == 1


def test_a_reading_can_be_cancelled():
    """While the program runs, or while what is drawn is checked."""
    script = sources.from_text("import torch\nx = torch.ones(2) * 3")
    with pytest.raises(Cancelled):
        read(script, cancelled=lambda: True)


GOLDENS = sorted((Path(__file__).parents[1] / "goldens" / "shared").glob("*.json"))


def differing(golden, found):
    """The tensors PyTorch made whose node has other numbers, or another gradient, in a run."""
    session = run(found)
    for name, expected in golden["expect"]["vars"].items():
        node = (found.variables or {}).get(name)
        if expected["k"] == "tensor" and node is not None:
            tensor = session.values.get(node, (None,))[0]
            if tensor is None or not close(expected["value"], tensor):
                yield name
            elif not close((expected.get("grad") or {}).get("value"), tensor._grad):
                yield f"{name}.grad"


def close(expected, tensor):
    """Whether a tensor (None where there is none) has PyTorch's numbers, as far as printed."""
    if expected is None or tensor is None:
        return expected is None and tensor is None
    numbers = np.array(expected, object)
    got = np.asarray(tensor._data)
    same = numbers.shape == got.shape
    return same and np.allclose(numbers.astype(float), got, rtol=1e-5, atol=1e-6, equal_nan=True)


def test_goldens_are_drawn_as_what_pytorch_made_of_them():
    """Nearly all; none is drawn otherwise without a finding that says so."""
    wrong, silent = [], []
    for path in GOLDENS:
        golden = json.loads(path.read_text())
        found = read(sources.from_text("import torch\n" + golden["source"]))
        if list(differing(golden, found)):
            wrong.append(path.stem)
            silent += [path.stem] * (not found.findings)
    assert silent == []
    assert len(wrong) <= 0.05 * len(GOLDENS), wrong
