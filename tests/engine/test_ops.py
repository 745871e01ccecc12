"""Every op with every sample it declares: values, gradients, history and spelling as PyTorch's."""

import numpy as np
import pytest

import engine
from engine.autograd.gradcheck import gradcheck, gradgradcheck
from engine.registry import OPS
from tests.engine.samples import CASES, KINDS, graph_of, outputs

TOLERANCE = {"float32": 2e-6, "float64": 1e-12}
NO_SAMPLES = {
    "floor_divide", "requires_grad_", "grad", "autograd_grad", "set_grad", "set_data",
}  # fmt: skip
"""The last four take or leave more than their inputs: test_drawn.py looks at them."""


def leaf(module, value, kinds):
    """A tensor of the sample's data; floating ones want a gradient."""
    if not isinstance(value, np.ndarray):
        return value
    floating = value.dtype.kind == "f"
    dtype = kinds[value.dtype.name] if floating else None
    return module.tensor(value.tolist(), dtype=dtype, requires_grad=floating)


def weighted(out, k):
    """A scalar in which every entry counts differently."""
    size = int(np.prod(tuple(out.shape)))
    return np.cos(np.arange(1.0, size + 1) + k).reshape(tuple(out.shape)).tolist()


def loss_of(module, result, kinds):
    """One number out of everything differentiable the op gave."""
    total = None
    for k, out in enumerate(outputs(result)):
        if out.requires_grad:
            weights = module.tensor(weighted(out, k), dtype=out.dtype)
            part = (out * weights).sum()
            total = part if total is None else total + part
    return total


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=repr)
def test_values_gradients_and_history_are_those_of_pytorch(case, dtype):
    """The line the code pane shows, run by PyTorch, gives what the engine gives."""
    torch = pytest.importorskip("torch")
    arrays = case.arrays(dtype)
    theirs = {n: leaf(torch, v, vars(torch)) for n, v in arrays.items()}
    ours = {n: leaf(engine, v, KINDS) for n, v in arrays.items()}
    expected, found = case.run_torch(torch, theirs), case.run(ours)
    close = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    pairs = list(zip(outputs(expected), outputs(found), strict=True))
    for a, b in pairs:
        assert (str(a.dtype), tuple(a.shape)) == (str(b.dtype), tuple(b.shape))
        assert (a.requires_grad, a.is_leaf) == (b.requires_grad, b.is_leaf)
        np.testing.assert_allclose(b.detach().numpy(), a.detach().numpy(), **close)
        assert graph_of(b.grad_fn) == graph_of(a.grad_fn) or not case.is_pytorchs()
    total = loss_of(torch, expected, vars(torch))
    if total is None:
        return
    total.backward()
    loss_of(engine, found, KINDS).backward()
    for name in arrays:
        if hasattr(theirs[name], "grad") and theirs[name].grad is not None:
            expected_grad = theirs[name].grad.numpy()
            np.testing.assert_allclose(ours[name].grad.numpy(), expected_grad, **close)
        elif hasattr(theirs[name], "grad"):
            assert ours[name].grad is None


def differentiable(case):
    """The case as a function of its floating inputs, and those inputs in float64."""
    arrays = case.arrays("float64")
    names = [n for n, v in arrays.items() if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    fixed = {n: leaf(engine, v, KINDS) for n, v in arrays.items() if n not in names}

    def run(*tensors):
        given = dict(zip(names, tensors, strict=True))
        found = case.run({n: given.get(n, fixed.get(n)) for n in arrays})
        return tuple(outputs(found))

    return run, [leaf(engine, arrays[n], KINDS) for n in names]


FLAT = {"data", "sign", "floor", "ceil", "trunc", "round", "detach", "zero_", "fill_"}
"""Their outputs do not depend on what finite differences vary, or on purpose do not say so."""


@pytest.mark.parametrize("case", [c for c in CASES if c.op.name not in FLAT], ids=repr)
def test_derivatives_agree_with_finite_differences(case):
    """gradcheck needs no oracle: it holds wherever NumPy runs."""
    run, inputs = differentiable(case)
    assert not inputs or gradcheck(run, inputs)


@pytest.mark.parametrize("case", [c for c in CASES if c.op.name not in FLAT], ids=repr)
def test_second_derivatives_agree_with_finite_differences(case):
    """Every rule works on tensors too, so that create_graph=True does for every op."""
    run, inputs = differentiable(case)
    assert not inputs or gradgradcheck(run, inputs)


def test_every_op_says_how_to_try_it():
    """An op without samples would slip through everything above."""
    missing = {name for name, op in OPS.items() if not op.samples and not op.source}
    assert missing <= NO_SAMPLES


def test_every_op_has_a_docstring_and_its_derivatives_a_caption():
    """The palette and the explanation panel read them."""
    assert [name for name, op in OPS.items() if not op.doc.strip()] == []


def test_every_spelling_has_a_place_for_every_slot_and_field():
    """A field without one would be lost in the code pane."""
    for op in OPS.values():
        if op.torch and not op.source:
            names = [part.name for part in (*op.slots, *op.fields)]
            assert [n for n in names if f"{{{n}}}" not in op.torch] == [], op.name


BYTES = [("bilinear", (5, 3)), ("bilinear", (9, 12)), ("bicubic", (4, 7)), ("bicubic", (13, 10))]


@pytest.mark.parametrize(("mode", "size"), BYTES)
@pytest.mark.parametrize("corners", [False, True])
def test_images_of_bytes_are_resized_in_whole_numbers(mode, size, corners):
    """With shares of 15 bits, one dimension after the other, as PyTorch does it."""
    torch = pytest.importorskip("torch")
    image = np.random.default_rng(7).integers(0, 256, (2, 3, 7, 8), dtype=np.uint8)
    theirs, ours = (
        m.nn.functional.interpolate(m.tensor(image), size, mode=mode, align_corners=corners)
        for m in (torch, engine)
    )
    assert ours.tolist() == theirs.tolist()


def test_a_step_at_a_time_in_half_precision():
    """PyTorch adds the products of addbmm one after the other, and counts by what is rounded."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    a, b, c = (rng.normal(size=s).astype(np.float16) for s in ((5, 4, 6), (5, 6, 7), (4, 7)))
    x = (rng.normal(size=200) * 5).astype(np.float16)
    found = []
    for m in (torch, engine):
        one, two, three, values = (m.tensor(v) for v in (a, b, c, x))
        found.append([m.addbmm(three, one, two).tolist(), m.histc(values, 100, -10, 10).tolist()])
    assert found[0] == found[1]
