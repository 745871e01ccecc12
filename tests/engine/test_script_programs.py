"""Programs walked by the interpreter come out as the same text run by Python on the engine."""

import contextlib
import importlib
import io
import sys
import types

import numpy as np
import pytest

import engine
from engine.code.script import data
from engine.code.script.interpreter import run
from engine.code.script.sources import Cell
from engine.tensor import Tensor
from tests.engine import script_snippets
from tests.engine.script_features import PYTHON_FEATURES
from tests.engine.script_programs import ALL

OTHER = "a function, a class, a module"
SOURCES = (
    ALL
    | {"Python's features": PYTHON_FEATURES}
    | {n: script_snippets.HEAD + text for n, text in script_snippets.ALL.items()}
)
SPACES = ("nn", "nn.functional", "optim", "optim.lr_scheduler", "autograd", "utils", "nn.utils")


@pytest.fixture
def as_torch(monkeypatch):
    """`import torch` means the engine, its data loaders those of the interpreter."""
    monkeypatch.setitem(sys.modules, "torch", engine)
    for name in SPACES:
        module = importlib.import_module(f"engine.{name}")
        monkeypatch.setitem(sys.modules, f"torch.{name}", module)
    utils = types.ModuleType("torch.utils")
    utils.data = data
    monkeypatch.setitem(sys.modules, "torch.utils", utils)
    monkeypatch.setitem(sys.modules, "torch.utils.data", data)


def plain(value):
    """A value such that two runs' can be compared; OTHER for the rest."""
    if isinstance(value, Tensor):
        grad = value.grad if value.is_leaf else None
        return value.dtype.name, value.tolist(), value.requires_grad, plain(grad)
    if isinstance(value, engine.nn.Module):
        return [(n, plain(p)) for n, p in value.state_dict().items()]
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (bool, int, float, str, type(None))):
        return value
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else OTHER


@pytest.mark.parametrize("name", SOURCES)
def test_it_comes_out_as_in_python(name, as_torch):
    """Every variable, and every character that is printed."""
    source, printed, names = SOURCES[name], io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "<program>", "exec"), names)
    outcome = run([Cell(source)])
    assert outcome.error is None
    assert outcome.findings == []
    assert outcome.printed == [printed.getvalue()]
    own = {n: v for n, v in names.items() if n[:2] != "__" and plain(v) != OTHER}
    assert {n: plain(v) for n, v in outcome.variables.items() if n in own} == {
        n: plain(v) for n, v in own.items()
    }
