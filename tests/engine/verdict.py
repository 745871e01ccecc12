"""Whether two results agree in everything a program could see."""

import numpy as np

import engine

TOLERANCE = {
    "float64": {"rtol": 1e-9, "atol": 1e-12},
    "float32": {"rtol": 1.3e-6, "atol": 1e-5},
    "float16": {"rtol": 1e-2, "atol": 1e-2},
}
"""float64 closer than PyTorch's own tests want it, float32 as `torch.testing` has it; float16 to
its second digit, since PyTorch rounds after every step in some of its kernels, in others once: a
gradient in float16, with more steps still, is compared in dtype and shape alone."""


class Mismatch(Exception):
    """The two differ; `kind` says in what."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def agree(kind, expected, found):
    """Raise Mismatch unless they are equal."""
    if expected != found:
        raise Mismatch(kind, f"{found!r} should be {expected!r}")


def compare(expected, found, values=True):
    """Compare two outcomes; gives the (theirs, ours) pairs of differentiable tensors.

    Raises Mismatch.
    """
    if isinstance(expected, Exception) or isinstance(found, Exception):
        compare_errors(expected, found)
        return []
    pairs = list(_parts(expected, found))
    for a, b in pairs:
        _compare_tensors(a, b, values)
    return [(a, b) for a, b in pairs if a.requires_grad]


def compare_errors(expected, found):
    """Both must raise, the same type with the same words."""
    if not isinstance(found, Exception):
        raise Mismatch("raises", f"did not raise {type(expected).__name__}: {expected}")
    if not isinstance(expected, Exception):
        raise Mismatch("fails", f"{type(found).__name__}: {found}{_place(found)}")
    agree("error type", f"{type(expected).__name__}", f"{type(found).__name__}")
    agree("error text", str(expected), str(found))


def _place(error):
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    return f" ({last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno})"


def _parts(expected, found):
    """The pairs of tensors in two results of one structure; other values must be equal."""
    if isinstance(expected, (list, tuple)):
        agree("structure", isinstance(expected, tuple), isinstance(found, tuple))
        agree("structure", len(expected), len(found))
        for a, b in zip(expected, found, strict=True):
            yield from _parts(a, b)
    elif hasattr(expected, "grad_fn"):
        if not isinstance(found, engine.Tensor):
            raise Mismatch("structure", f"{type(found).__name__} should be a tensor")
        yield expected, found
    else:
        agree("type", type(expected).__name__, type(found).__name__)
        if not np.array_equal(expected, found, equal_nan=isinstance(expected, float)):
            agree("value", expected, found)


def _compare_tensors(a, b, values):
    agree("dtype", str(a.dtype), str(b.dtype))
    agree("shape", tuple(a.shape), tuple(b.shape))
    agree("requires_grad", (a.requires_grad, a.is_leaf), (b.requires_grad, b.is_leaf))
    if values:
        _compare_values("value", a, b)
    agree("graph", graph_of(a.grad_fn), graph_of(b.grad_fn))


def _compare_values(kind, a, b):
    expected, found = a.detach().numpy(force=True), np.asarray(b.detach()._data)
    close = TOLERANCE.get(str(found.dtype), {"rtol": 0, "atol": 0})
    with np.errstate(all="ignore"):
        fits = np.isclose(found, expected, equal_nan=True, **close)
    if not np.all(fits):
        where = tuple(int(i[0]) for i in np.nonzero(np.atleast_1d(~fits)))
        got, want = np.atleast_1d(found)[where], np.atleast_1d(expected)[where]
        raise Mismatch(
            kind, f"{got!r} should be {want!r} at {where}; {np.sum(~fits)} of {fits.size} differ"
        )


def no_further(theirs, ours, exact):
    """Whether numbers in float32 that differ are no further from float64's than PyTorch's are.

    Each is held against the furthest of PyTorch's in the same tensor.
    """
    for a, b, true in zip(theirs, ours, exact, strict=True):
        with np.errstate(all="ignore"):
            fits = np.isclose(b, a, equal_nan=True, **TOLERANCE["float32"])
            nearer = np.abs(b - true) <= np.max(np.abs(a - true), initial=0)
        if not np.all(fits | nearer):
            return False
    return True


def numbers(module, result, wanted):
    """All floating numbers of an outcome as float64 arrays: its values, then its gradients.

    Nothing where it, or the backward pass, raised.
    """
    outs = floating(result)
    differentiable = [x for x in outs if x.requires_grad]
    weights = [cotangent(tuple(x.shape), "float32", k) for k, x in enumerate(differentiable)]
    seeds = [module.from_numpy(w).to(x.dtype) for w, x in zip(weights, differentiable, strict=True)]
    grads = _gradients(module, differentiable, wanted, seeds) if differentiable else []
    if isinstance(grads, Exception):
        return []
    return [np.asarray(x.detach().numpy(), np.float64) for x in [*outs, *grads] if x is not None]


def floating(result):
    """The floating tensors of an outcome."""
    return [x for x in _flat(result) if x.dtype.is_floating_point]


def _flat(result):
    """The tensors in a result of any structure."""
    if isinstance(result, (list, tuple)):
        return [x for part in result for x in _flat(part)]
    return [result] if hasattr(result, "grad_fn") else []


def graph_of(function):
    """The names of all nodes below, each with the numbers and outputs of those it leads to."""
    if function is None:
        return []
    numbers, order = {function: 0}, [function]
    rows = []
    for node in order:
        row = [node.name()]
        for below, output in node.next_functions:
            if below is None:
                row.append(None)
                continue
            if below not in numbers:
                numbers[below] = len(order)
                order.append(below)
            row.append((numbers[below], output))
        rows.append(row)
    return rows


def compare_gradients(torch, leaves, wanted):
    """The gradients of all `wanted` (theirs, ours) for cotangents in which every entry differs."""
    if not leaves or not wanted:
        return
    cotangents = [cotangent(tuple(a.shape), str(a.dtype)[6:], k) for k, (a, _) in enumerate(leaves)]
    theirs = _gradients(
        torch, [a for a, _ in leaves], [a for a, _ in wanted], map(torch.from_numpy, cotangents)
    )
    ours = _gradients(
        engine, [b for _, b in leaves], [b for _, b in wanted], map(engine.from_numpy, cotangents)
    )
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        compare_errors(theirs, ours)
        return
    for a, b in zip(theirs, ours, strict=True):
        agree("grad is None", a is None, b is None)
        if a is not None:
            agree("grad dtype", str(a.dtype), str(b.dtype))
            agree("grad shape", tuple(a.shape), tuple(b.shape))
            if str(b.dtype) != "torch.float16":
                _compare_values("grad", a, b)


def _gradients(module, outs, inputs, cotangents):
    try:
        with np.errstate(all="ignore"):
            return module.autograd.grad(outs, inputs, list(cotangents), allow_unused=True)
    except Exception as error:
        return error


def cotangent(shape, dtype, k):
    """Weights in which every entry counts differently."""
    size = int(np.prod(shape, dtype=int))
    return np.asarray(np.cos(np.arange(1.0, size + 1) + k).reshape(shape), dtype)
