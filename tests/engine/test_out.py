"""`out=`: results written into tensors that are there already, as PyTorch writes them."""

import warnings

import pytest

import engine

CALLS = {
    "add": "m.add(a, b, out=o)", "sin": "m.sin(a, out=o)", "mm": "m.mm(s, s, out=o)",
    "gather": "m.gather(a, 0, i, out=o)", "sum": "m.sum(s, 0, out=o)",
    "cat": "m.cat([a, b], out=o)", "stack": "m.stack([a, b], out=o)", "eq": "m.eq(a, b, out=o)",
    "zeros": "m.zeros(3, out=o)", "where": "m.where(a > 1, a, b, out=o)",
    "clamp": "m.clamp(a, 0, 1, out=o)", "amax": "m.amax(s, 0, out=o)",
    "index_select": "m.index_select(a, 0, i, out=o)", "take": "m.take(a, i, out=o)",
    "masked_select": "m.masked_select(a, a > 1, out=o)", "argmax": "m.argmax(s, 0, out=o)",
    "mean": "m.mean(s, 0, out=o)", "dot": "m.dot(a, b, out=o)", "any": "m.any(s > 1, 0, out=o)",
    "floor": "m.floor(a, out=o)", "linspace": "m.linspace(0, 1, 3, out=o)",
    "relu": "m.relu(a, out=o)", "method": "a.add(b, out=o)", "same": "m.add(a, b, out=a)",
    "beside": "m.add(a[:2], a[1:], out=a[1:])", "many": "m.add(a, b, out=o[:1].expand(3))",
    "grad": "m.add(a, b, out=m.ones(3, requires_grad=True))", "none": "m.add(a, b, out=None)",
    "pair": "m.max(s, 0, out=(o, n))", "sorted": "m.sort(a, out=(o, n))",
    "wrong pair": "m.max(s, 0, out=(o, o))", "one": "m.max(s, 0, out=(o,))",
    "left": "m.gather(a, 0, i, out=a)", "made": "m.ones(2, dtype=m.float64, out=o)",
}  # fmt: skip


def told(m, call, size, dtype):
    """What is returned, the warnings, and what became of `out`."""
    o = m.zeros(size, dtype=getattr(m, dtype))
    scope = {
        "m": m, "a": m.tensor([1.0, 2.0, 3.0]), "b": m.tensor([4.0, 5.0, 6.0]), "s": m.ones(3, 3),
        "i": m.tensor([0, 2, 1]), "o": o, "n": m.zeros(0, dtype=m.int64),
    }  # fmt: skip
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = eval(call, scope)
        except Exception as error:
            return type(error).__name__, str(error)
    parts = [found] if isinstance(found, m.Tensor) else list(found)
    texts = [str(w.message).partition(" (Trig")[0] for w in warned]
    return [p.tolist() for p in parts], str(found), texts, o._version, o is parts[0]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("size", "dtype"), [
    (0, "float32"), (3, "float32"), (2, "float32"), (0, "float64"), (0, "int64"),
])  # fmt: skip
def test_results_are_written_where_they_are_wanted(name, size, dtype):
    torch = pytest.importorskip("torch")
    torch.set_warn_always(True)
    assert told(engine, CALLS[name], size, dtype) == told(torch, CALLS[name], size, dtype)


def test_what_is_written_to_is_what_is_returned_and_its_views_see_it():
    """Without an oracle."""
    a, out = engine.tensor([1.0, 2.0]), engine.zeros(2)
    view = out[:1]
    assert engine.mul(a, 3, out=out) is out
    assert (out.tolist(), view.tolist(), out._version) == ([3.0, 6.0], [3.0], 1)
    assert engine.special.expit(engine.zeros(2), out=out).tolist() == [0.5, 0.5]
    learnt = engine.ones(2, requires_grad=True)
    with engine.no_grad():
        assert engine.exp(learnt * 0, out=learnt).requires_grad
