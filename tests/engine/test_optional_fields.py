"""Whatever is left out or given of an op's fields, its line is one that PyTorch takes."""

import itertools

import numpy as np
import pytest

import engine
from engine.registry import OPS
from tests.engine.samples import Case, outputs

LEFT_OUT = object()


def choices(field, fields):
    """What a field is tried with: as in the sample, left out, None, a flag both ways."""
    found = [fields.get(field.name, LEFT_OUT)]
    if not field.required:
        found += [LEFT_OUT]
        if "None" in field.kind:
            found += [None]
    if field.kind == "bool":
        found += [True, False]
    if field.name == "dtype":
        found += ["float32"]
    return [v for k, v in enumerate(found) if not any(v is w for w in found[:k])]


def variants(case):
    """Every combination of these, as fields."""
    names = [field.name for field in case.op.fields]
    parts = [choices(field, case.fields) for field in case.op.fields]
    for values in itertools.islice(itertools.product(*parts), 200):
        yield {k: v for k, v in zip(names, values, strict=True) if v is not LEFT_OUT}


def ran(case, tensors):
    """What the engine gives, or None where it refuses."""
    try:
        return outputs(case.run(tensors))
    except (RuntimeError, TypeError, IndexError, ValueError, NotImplementedError):
        return None


def cases():
    return [
        Case(op, k)
        for op in OPS.values()
        if op.fields and not op.source and op.category != "Random"
        for k in range(len(op.samples))
    ]


def compared(torch, case):
    """What of the variants of a case PyTorch refuses or does otherwise;"""
    arrays = case.arrays("float64")
    plain = case.fields
    for fields in variants(case):
        case.fields = fields
        ours = ran(case, {n: made(engine, v) for n, v in arrays.items()})
        if ours is None:
            continue
        try:
            theirs = outputs(case.run_torch(torch, {n: made(torch, v) for n, v in arrays.items()}))
        except Exception as error:
            yield fields, f"{type(error).__name__}: {error}"
            continue
        if [str(t.dtype) for t in ours] != [str(t.dtype) for t in theirs]:
            yield fields, "another dtype"
        elif not all(
            np.allclose(b.detach().numpy(), a.detach().numpy(), 1e-6, 1e-6, equal_nan=True)
            if a.shape == b.shape else False
            for a, b in zip(ours, theirs, strict=True)
        ):  # fmt: skip
            yield fields, "another value"
    case.fields = plain


def made(torch, value):
    """An array as a tensor, a number as it is."""
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("case", cases(), ids=repr)
@pytest.mark.filterwarnings("ignore")
def test_every_combination_of_fields_is_spelled_as_pytorch_takes_it(case):
    torch = pytest.importorskip("torch")
    assert not list(compared(torch, case))
