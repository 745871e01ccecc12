"""Are the derivatives right?  Backward compared with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine import errors
from engine.backward import grad
from engine.factories import rand, tensor, zeros_like
from engine.function import Function, function_of
from engine.random import Generator
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Run = Callable[..., Any]


class GradcheckError(RuntimeError):
    """A derivative differs from what the function itself shows."""


def gradcheck(
    func: Run,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether backward through `func(*inputs)` agrees with central differences.

    Inputs that require grad should be float64.  Backward must also give the same twice (up to
    nondet_tol), zeros for zeros, and nothing for nothing.  Raises GradcheckError that names the
    output, the input and both Jacobians, or gives False with raise_exception=False; ValueError and
    RuntimeError for inputs that cannot be checked.  Forward-mode and batched checks have nothing of
    their own to look at here: this engine computes both by backward.
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    if check_batched_grad and not check_backward_ad:
        raise AssertionError(
            "Setting check_batched_grad=True requires check_backward_ad to be True"
        )
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError(
            "Setting check_batched_forward_grad=True requires check_forward_ad to be True"
        )
    given = _as_tuple(inputs)
    _check_inputs(given)
    check = _Check(func, given, eps, atol, rtol, nondet_tol, check_grad_dtypes, fast_mode)
    try:
        if check.compare() and check_undefined_grad:
            check.undefined()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Run,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    **options: Any,
) -> bool:
    """The same for the derivative of the derivative, with respect to inputs and output weights.

    `grad_outputs` are the weights of the outputs; the options are those of `gradcheck`.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError(
            "Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True"
        )
    given = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*given))
        weights = tuple(_weights_for(out, k) for k, out in enumerate(outputs))
    else:
        weights = _as_tuple(grad_outputs)

    def first_derivative(*args: Any) -> tuple[Tensor, ...]:
        tracked, seeds = args[: len(given)], args[len(given) :]
        outs = _differentiable(func(*tracked))
        wanted = [x for x in tracked if is_tensor(x) and x.requires_grad]
        if not (outs and wanted):
            return ()
        found = grad(outs, wanted, seeds, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(first_derivative, (*given, *weights), **options)


def _weights_for(out: Tensor, k: int) -> Tensor:
    """Weights for an output, none alike, that may themselves be differentiated by."""
    weights = np.cos(np.arange(1.0, out.numel() + 1) + k).reshape(tuple(out.shape))
    return tensor(weights, dtype=out.dtype, requires_grad=True)


def _check_inputs(inputs: tuple[Any, ...]) -> None:
    wanted = False
    for i, x in enumerate(inputs):
        if not (is_tensor(x) and x.requires_grad):
            continue
        if x._data.dtype != np.float64:
            errors.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double "
                "precision floating point or complex. ",
                3,
            )
        if any(step <= 0 and size > 1 for step, size in zip(x.stride(), x.shape, strict=True)):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs "
                "that are non-overlapping to be able to compute the numerical gradients "
                "correctly. You should call .contiguous on the input before passing it to "
                "gradcheck."
            )
        wanted = True
        x.retain_grad()
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them "
            "have requires_grad=True."
        )


class _Check:
    """One gradcheck; Jacobians are arrays (input elements, output elements)."""

    def __init__(
        self, func: Run, inputs: tuple[Any, ...], eps: float, atol: float, rtol: float,
        nondet_tol: float, same_dtypes: bool, fast: bool,
    ) -> None:  # fmt: skip
        self.func, self.inputs, self.eps, self.atol, self.rtol = func, inputs, eps, atol, rtol
        self.nondet_tol, self.same_dtypes, self.fast = nondet_tol, same_dtypes, fast
        self.places = [i for i, x in enumerate(inputs) if is_tensor(x) and x.requires_grad]
        self.wanted: list[Tensor] = [inputs[i] for i in self.places]
        self.result = func(*inputs)
        self.outputs = _differentiable(self.result)

    def compare(self) -> bool:
        """Raise GradcheckError at the first difference; whether any output has a derivative."""
        numerical = [self._numerical(i) for i in self.places]
        if not self.outputs:
            if any(np.any(column != 0) for columns in numerical for column in columns):
                raise GradcheckError("Numerical gradient for function expected to be zero")
            return False
        shown = [k for k, out in enumerate(_tensors(self.result)) if _wants(out)]
        for o, out in enumerate(self.outputs):
            found = self._analytical(out)
            for j, analytical in enumerate(found):
                self._agree(analytical, numerical[j][shown[o]], o, j)
        self._multiplied()
        return True

    def _agree(self, analytical: Array, numerical: Array, o: int, j: int) -> None:
        numerical = numerical.astype(analytical.dtype)
        if not self.fast:
            if not np.allclose(analytical, numerical, self.rtol, self.atol):
                raise GradcheckError(_mismatch(wrap(analytical), wrap(numerical), o, j))
            return
        u, v = self._directions(o, j)
        found, wanted = float(u @ analytical @ v), float(u @ numerical @ v)
        atol = self.atol * float(u.sum()) * float(v.sum())
        if not np.allclose(found, wanted, self.rtol, atol):
            text = _mismatch(found, wanted, o, j)
            raise GradcheckError(text + _in_slow_mode(analytical, numerical))

    def _directions(self, o: int, j: int) -> tuple[Array, Array]:
        """The random directions of the fast mode: all inputs' first, then all outputs'."""
        generator = Generator()
        found = []
        for x in (*self.wanted, *self.outputs):
            vector = rand(x.numel(), generator=generator)._data.astype(x._data.dtype)
            found.append(vector / np.linalg.norm(vector))
        return found[j], found[len(self.wanted) + o]

    def _numerical(self, place: int) -> list[Array]:
        """By central differences, two calls for each element of the input; one for each output."""
        x = self.inputs[place]
        rows = []
        for k in range(x.numel()):
            low, high = (self._moved(place, k, step) for step in (-self.eps, self.eps))
            pairs = zip(low, high, strict=True)
            rows.append([np.ravel((b - a) / (2 * self.eps)) for a, b in pairs])
        if not rows:
            return [np.zeros((0, out.numel())) for out in _tensors(self.result)]
        return [np.array(columns) for columns in zip(*rows, strict=True)]

    def _moved(self, place: int, k: int, step: float) -> list[Array]:
        x = self.inputs[place]
        moved = np.array(x._data)
        moved.reshape(-1)[k] += step
        there = tensor(moved, requires_grad=True)
        result = self.func(*self.inputs[:place], there, *self.inputs[place + 1 :])
        return [np.array(out._data) for out in _tensors(result)]

    def _analytical(self, out: Tensor) -> list[Array]:
        """By backward, a pass for each element of the output; twice, to see whether they agree."""
        found, again = self._jacobians(out), self._jacobians(out)
        for first, second in zip(found, again, strict=True):
            if first.size and np.max(np.abs(first - second)) > self.nondet_tol:
                raise GradcheckError(_NOT_REENTRANT.format(self.nondet_tol) + _NONDETERMINISTIC)
        return found

    def _jacobians(self, out: Tensor) -> list[Array]:
        found = [np.zeros((x.numel(), out.numel()), x._data.dtype) for x in self.wanted]
        for k in range(out.numel()):
            seed = np.zeros(out.numel(), out._data.dtype)
            seed[k] = 1
            weights = wrap(seed.reshape(out._data.shape))
            rows = grad(out, self.wanted, weights, retain_graph=True, allow_unused=True)
            for jacobian, row, x in zip(found, rows, self.wanted, strict=True):
                if row is not None:
                    self._check_row(row, x)
                    jacobian[:, k] = np.ravel(row._data)
        return found

    def _check_row(self, row: Tensor, x: Tensor) -> None:
        if row.dtype is not x.dtype and self.same_dtypes:
            raise GradcheckError("Gradient has dtype mismatch")
        if row.shape != x.shape:
            raise GradcheckError("Analytical gradient has incorrect size")

    def _multiplied(self) -> None:
        """Backward is linear in what comes in: nothing but zeros for zeros."""
        seeds = [zeros_like(out) for out in self.outputs]
        found = grad(self.outputs, self.wanted, seeds, retain_graph=True, allow_unused=True)
        for row in found:
            if row is not None and np.any(row._data != 0):
                raise GradcheckError("backward not multiplied by grad_output")

    def undefined(self) -> None:
        """Raise GradcheckError unless no gradient, for all outputs or any of them, is borne."""
        count = len(self.outputs)
        cases = [range(count), *([k] for k in range(count if count > 1 else 0))]
        for without in cases:
            outputs = _differentiable(self.func(*self.inputs))
            cut = [_without(o) if k in without else o for k, o in enumerate(outputs)]
            self._bears_undefined(cut)

    def _bears_undefined(self, outputs: Sequence[Tensor]) -> None:
        seeds = [zeros_like(out) for out in outputs]
        try:
            found = grad(outputs, self.wanted, seeds, allow_unused=True)
        except RuntimeError as error:
            errors.warn(_NEW_CHECK, 5)
            raise GradcheckError(
                "Expected backward function to handle undefined" + _NOTES
            ) from error
        for row in found:
            if row is not None and np.any(row._data != 0):
                errors.warn(_NEW_CHECK, 5)
                raise GradcheckError(
                    "Expected all input grads to be undefined or zero when all output grads are "
                    "undefined or zero." + _NOTES.removeprefix(" output grads.")
                )


class UndefinedGrad(Function):
    """Passes a tensor on, and no gradient back."""

    __slots__ = ()

    def run(self, grad: Any, F: Any) -> Sequence[Any]:
        return (None,)


def _without(out: Tensor) -> Tensor:
    node = UndefinedGrad.bare(out._data)
    node.below = (function_of(out),)
    node.ports = (out._nr,)
    return wrap(out._data, node)


def _as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _wants(out: Any) -> bool:
    wanted: bool = out.requires_grad
    return wanted


def _differentiable(result: Any) -> list[Tensor]:
    return [out for out in _as_tuple(result) if _wants(out)]


def _tensors(result: Any) -> list[Tensor]:
    return [out for out in _as_tuple(result) if is_tensor(out) and out.is_floating_point()]


def _mismatch(analytical: Any, numerical: Any, o: int, j: int) -> str:
    return (
        f"Jacobian mismatch for output {o} with respect to input {j},\n"
        f"numerical:{numerical}\nanalytical:{analytical}\n"
    )


def _in_slow_mode(analytical: Array, numerical: Array) -> str:
    difference = np.max(np.abs(analytical - numerical)) if analytical.size else 0.0
    return (
        "\nThe above quantities relating the numerical and analytical jacobians are computed \n"
        "in fast mode. See: https://github.com/pytorch/pytorch/issues/53876 for more background \n"
        "about fast mode. Below, we recompute numerical and analytical jacobians in slow mode:\n\n"
        f"Numerical:\n {wrap(numerical)}\nAnalytical:\n{wrap(analytical)}\n\n"
        f"The max per-element difference (slow mode) is: {float(difference)}.\n"
    )


_NOTES = (
    ' output grads. Please look at "Notes about undefined output gradients" in '
    '"tools/autograd/derivatives.yaml"'
)
_NEW_CHECK = (
    "Backwards compatibility: New undefined gradient support checking feature is enabled by "
    "default, but it may break existing callers of this function. If this is true for you, you can "
    'call this function with "check_undefined_grad=False" to disable the feature'
)
_NOT_REENTRANT = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
    "times gives different values, although analytical gradient matches numerical gradient.The "
    "tolerance for nondeterminism was {}."
)
_NONDETERMINISTIC = """\n
NOTE: If your op relies on non-deterministic operations i.e., it is listed here:
https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
this failure might be expected.

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.
If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `nondet_tol=<tol>` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_nondet_tol=<tol>`.
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_nondet_tol=<tol>`
"""
