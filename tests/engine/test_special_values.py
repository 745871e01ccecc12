"""nan, the infinities, both zeros, huge and tiny numbers: values and gradients are PyTorch's.

PyTorch computes most of a long row by vector instructions and short rows and ends of rows one by
one; where it disagrees with itself, as on the gradient of hardtanh at nan, either answer is right.
"""

import warnings

import numpy as np
import pytest

import engine
from engine.registry import OPS

VALUES = [
    float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e30, -1e30, 1e-40, 1.0, -1.0,
]  # fmt: skip
PAIRS = [(a, b) for a in VALUES for b in VALUES]
PRECISION = {"float32": 1e-5, "float64": 1e-9}

EXCEPTIONS = {
    "layer_norm": "a row of -0 is 0 in PyTorch, which adds the mean with its sign turned",
    "norm": "PyTorch squares in float32, where 1e30 overflows unless it is the only one",
    "logaddexp2": "at (-1, -1) it is 0; PyTorch fuses a product and a sum and leaves a rounding",
}
"""Op → why it is not held to PyTorch's digits here."""


def tensors_of(op):
    """How many tensors it must have; 0 for those that take any number."""
    return 0 if any(s.variadic for s in op.slots) else sum(not s.optional for s in op.slots)


TRIED = [
    op.name
    for op in OPS.values()
    if tensors_of(op) in (1, 2) and not op.source and not op.inplace and op.name not in EXCEPTIONS
]


def keywords(name):
    """The fields it is tried with: its own defaults, and those of each of its samples."""
    op = OPS[name]
    names = {field.name for field in op.fields}
    found = [{k: v for k, v in op.defaults.items() if k in names}]
    found += [s[-1] for s in op.samples if s and isinstance(s[-1], dict)]
    return [k for i, k in enumerate(found) if k not in found[:i]]


def called(library, name):
    """What stands under the name of the op in a library; None if nothing does."""
    room = library.nn.functional if (OPS[name].torch or "").startswith("F.") else library
    return getattr(room, name, None)


def outcome(library, name, rows, fields, dtype):
    """Its value and the gradients of what went in, as arrays."""
    kind = getattr(library, dtype)
    given = [library.tensor(row, dtype=kind, requires_grad=True) for row in rows]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value = called(library, name)(*given, **fields)
        value = value[0] if isinstance(value, (tuple, list)) else value
        found = [value.detach().numpy()]
        if value.requires_grad:
            value.backward(library.ones_like(value))
            found += [None if x.grad is None else x.grad.numpy() for x in given]
    return found


def same(ours, theirs, dtype):
    """Where two arrays agree, in the sign of a zero too."""
    near = np.isclose(ours, theirs, rtol=PRECISION[dtype], atol=0, equal_nan=True)
    return near & ((np.signbit(ours) == np.signbit(theirs)) | np.isnan(ours))


def differences(torch, name, rows, fields, dtype):
    """(what, where, ours, PyTorch's) of all that neither a row nor an entry alone explains."""
    theirs = outcome(torch, name, rows, fields, dtype)
    ours = outcome(engine, name, rows, fields, dtype)
    assert len(ours) == len(theirs)
    for k, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        if mine is None or other is None:
            assert mine is other
            continue
        assert (mine.dtype, mine.shape) == (other.dtype, other.shape)
        for i in np.flatnonzero(~same(mine, other, dtype)):
            if not explained(torch, name, rows, fields, dtype, k, i, mine):
                yield k, [row[i % len(row)] for row in rows], mine.flat[i], other.flat[i]


def explained(torch, name, rows, fields, dtype, k, i, mine):
    """Whether PyTorch says the same of that entry alone, for ops of single entries."""
    if mine.shape != np.shape(rows[0]) or len(rows[0]) == 1:
        return False
    alone = [[row[i]] for row in rows]
    if refused(torch, name, alone, fields):
        return False
    theirs = outcome(torch, name, alone, fields, dtype)[k]
    ours = outcome(engine, name, alone, fields, dtype)[k]
    return theirs.shape == (1,) and bool(same(ours, theirs, dtype)[0])


def rows_for(name):
    """All values in one row (or all pairs in two), each one alone, each one among others."""
    if tensors_of(OPS[name]) == 2:
        return [[list(row) for row in zip(*PAIRS, strict=True)]]
    return [[VALUES], *([[v, v]] for v in VALUES), *([[2.0, v, -3.0]] for v in VALUES)]


def refused(torch, name, rows, fields):
    """Whether PyTorch does not take such rows at all."""
    try:
        outcome(torch, name, rows, fields, "float64")
    except (RuntimeError, TypeError, IndexError, ValueError):
        return True
    return called(engine, name) is None


@pytest.mark.parametrize("name", TRIED)
def test_special_values_come_out_as_in_pytorch(name):
    torch = pytest.importorskip("torch")
    if called(torch, name) is None:
        pytest.skip("it is no function of torch")
    for fields in keywords(name):
        for rows in rows_for(name):
            if not refused(torch, name, rows, fields):
                for dtype in PRECISION:
                    assert not list(differences(torch, name, rows, fields, dtype)), fields


def test_most_ops_are_tried():
    torch = pytest.importorskip("torch")
    tried = [
        name
        for name in TRIED
        if called(torch, name) is not None
        and not all(refused(torch, name, rows_for(name)[0], fields) for fields in keywords(name))
    ]
    assert len(tried) > 140
