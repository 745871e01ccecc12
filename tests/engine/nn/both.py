"""The same few lines in PyTorch and in the engine, compared."""

import math

import numpy as np
import pytest

import engine


def real():
    """PyTorch, or the test is skipped."""
    return pytest.importorskip("torch")


def graph(node, depth=12):
    """The history below a node: its names, with · where nothing is."""
    if node is None:
        return "·"
    name = type(node).__name__
    if name == "AccumulateGrad" or not depth:
        return name
    below = (graph(function, depth - 1) for function, _ in node.next_functions)
    return f"{name}({', '.join(below)})"


def both(program, ulps=0, tolerance=None):
    """Run `program(torch)` in both and compare what it returns."""
    there, here = _run(program, real()), _run(program, engine)
    compare(here, there, ulps, tolerance)


def _run(program, torch):
    torch.manual_seed(0)
    try:
        return plain(program(torch), torch)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def plain(value, torch):
    """Without what would tell the two apart: arrays, names, text."""
    if torch.is_tensor(value):
        values = value.detach().numpy().copy()
        return {"values": values, "dtype": str(value.dtype), "graph": graph(value.grad_fn)}
    if isinstance(value, dict):
        return {str(key): plain(v, torch) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v, torch) for v in value]
    return value if isinstance(value, (int, float, str)) else repr(value)


def compare(here, there, ulps=0, tolerance=None, path=""):
    """Fail at the first difference; arrays may differ by some units in the last place."""
    assert type(here) is type(there), f"{path}: {here!r:.300} is not {there!r:.300}"
    if isinstance(here, dict):
        assert list(here) == list(there), path
        for key in here:
            compare(here[key], there[key], ulps, tolerance, f"{path}.{key}")
    elif isinstance(here, list):
        assert len(here) == len(there), path
        for i, (a, b) in enumerate(zip(here, there, strict=True)):
            compare(a, b, ulps, tolerance, f"{path}[{i}]")
    elif isinstance(here, np.ndarray):
        assert here.shape == there.shape, path
        assert close(here, there, ulps, tolerance), f"{path}:\n{here}\n{there}"
    elif isinstance(here, float) and tolerance:
        assert math.isclose(here, there, rel_tol=tolerance, abs_tol=tolerance), path
    else:
        assert here == there, f"{path}: {here!r} is not {there!r}"


def close(here, there, ulps, tolerance):
    """Whether arrays agree: to the bit, to some ulps of the largest entry, or by a tolerance."""
    if here.dtype != there.dtype:
        return False
    if tolerance is not None:
        return np.allclose(here, there, rtol=tolerance, atol=tolerance, equal_nan=True)
    if not ulps or here.dtype.kind != "f" or not here.size:
        return np.array_equal(here, there, equal_nan=here.dtype.kind == "f")
    step = np.spacing(np.abs(there).max())
    return bool(np.all(np.abs(here - there) <= ulps * step))
