"""`torch.autograd.functional`: derivatives of functions rather than of graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.backward import grad
from engine.factories import zeros_like
from engine.modes import enable_grad, is_grad_enabled, set_grad_enabled
from engine.ops.joining import stack
from engine.tensor import Tensor, is_tensor

Func = Callable[..., Any]
Tensors = tuple[Tensor, ...]

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

_SECOND_ORDER = (
    "While computing the hessian, found that the jacobian of the user-provided function with "
    "respect to input {} is independent of the input. This is not allowed in strict mode. You "
    "should ensure that your function is twice differentiable and that the jacobian depends on the "
    "inputs (this would be violated by a linear function for example)."
)


def vjp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """`func(*inputs)`, and v · J: for each input, in its shape.

    `v` has the shapes of the outputs (default: 1 for a single one-element output).
    Raises RuntimeError for other shapes and, with strict, where an output does not depend on an
    input.
    """
    with enable_grad():
        given, single = _given(inputs, "vjp", create_graph)
        outputs, single_out = _outputs(func(*given), "vjp", strict)
        whose = "the user-provided function returns"
        weights = _weights(v, outputs, single_out, "vjp", whose)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = _gradients(outputs, given, weights, create_graph)
        result = _filled(found, given, strict, create_graph, "back")
    return _handed(outputs, single_out, create_graph), _handed(result, single, create_graph)


def jvp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """`func(*inputs)`, and J · v: for each output, in its shape; `v` has the shapes of the inputs.

    Computed by backward twice: the derivative of w · J with respect to w.  Raises as `vjp`.
    """
    with enable_grad():
        given, single = _given(inputs, "jvp", create_graph)
        weights = _weights(v, given, single, "jvp", _INPUT_IS)
        outputs, single_out = _outputs(func(*given), "jvp", strict)
        dummies = tuple(zeros_like(out, requires_grad=True) for out in outputs)
        back = _gradients(outputs, given, dummies, True)
        _check_tracked(
            back,
            "The gradient with respect to input {} is independent of the inputs "
            "of the user-provided function. This is not allowed in strict mode.",
            strict,
        )
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = _gradients(back, dummies, weights, create_graph)
        result = _filled(found, outputs, strict, create_graph, "back_trick")
    return _handed(outputs, single_out, create_graph), _handed(result, single_out, create_graph)


def jacobian(
    func: Func,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Every derivative of every output: shape of the output, then shape of the input.

    A tuple for each of several outputs, of one for each of several inputs.  Raises AssertionError,
    NotImplementedError, RuntimeError and TypeError with PyTorch's sentences.
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your '
            'function has more outputs than inputs, "forward-mode" tends to be more performant. '
            'Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        _check_forward(create_graph, vectorize)
    with enable_grad():
        given, single = _given(inputs, "jacobian", create_graph)
        outputs, single_out = _outputs(func(*given), "jacobian", strict)
        if strict and vectorize:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not "
                "supported together. Please either set `strict=False` or `vectorize=False`."
            )
        rows = tuple(_jacobian_of(o, k, given, create_graph, strict)
                     for k, o in enumerate(outputs))  # fmt: skip
    rows = _detached(rows, create_graph)
    columns = tuple(row[0] for row in rows) if single else rows
    return columns[0] if single_out else columns


def _check_forward(create_graph: bool, vectorize: bool) -> None:
    if create_graph:
        raise NotImplementedError(
            "torch.autograd.functional.jacobian: `create_graph=True` and "
            '`strategy="forward-mode"` are not supported together (yet). Please either set '
            '`create_graph=False` or `strategy="reverse-mode"`.'
        )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly "
            "implemented for `vectorize=True`."
        )


def _jacobian_of(
    out: Tensor, k: int, given: Tensors, create_graph: bool, strict: bool
) -> tuple[Tensor, ...]:
    """The derivatives of one output by all inputs, a backward pass for each of its elements."""
    rows: list[list[Tensor]] = [[] for _ in given]
    flat = out.reshape(-1)
    for j in range(out.numel()):
        found = _gradients((flat[j],), given, None, create_graph)
        for i, (value, x) in enumerate(zip(found, given, strict=True)):
            if value is None and strict:
                raise RuntimeError(
                    f"Output {k} of the user-provided function is independent of input {i}. This "
                    "is not allowed in strict mode."
                )
            if value is not None and strict and create_graph and not value.requires_grad:
                raise RuntimeError(
                    "The jacobian of the user-provided function is independent of input "
                    f"{i}. This is not allowed in strict mode when create_graph=True."
                )
            rows[i].append(zeros_like(x) if value is None else value)
    return tuple(
        stack(row).view((*out.shape, *x.shape)) for row, x in zip(rows, given, strict=True)
    )


def hessian(
    func: Func,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Every second derivative of a function with one number as its result.

    For tuple inputs a tuple of tuples.  Raises RuntimeError for another result.
    """
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    given, single = _tuple_of(inputs, "inputs", "hessian")

    def value(*xs: Tensor) -> Tensor:
        outputs, single_out = _outputs(func(*xs), "hessian", strict)
        if not single_out:
            raise RuntimeError("The function given to hessian should return a single Tensor")
        return _one_element(outputs[0], "hessian")

    def first(*xs: Tensor) -> Any:
        found = jacobian(value, xs, create_graph=True)
        _check_tracked(found, _SECOND_ORDER, strict)
        return found

    if outer_jacobian_strategy == "forward-mode":
        _check_forward(create_graph, vectorize)
    found = jacobian(first, given, create_graph, strict, vectorize, outer_jacobian_strategy)
    return found[0][0] if single else found


def vhp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The number `func(*inputs)`, and v · H for each input; `v` has the shapes of the inputs."""
    with enable_grad():
        given, single = _given(inputs, "vhp", create_graph)
        weights = _weights(v, given, single, "vhp", _INPUT_IS)
        output = _single_output(func(*given), "vhp", strict)
        first = _gradients((output,), given, None, True)
        _check_tracked(first, _SECOND_ORDER, strict)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = _gradients(first, given, weights, create_graph)
        result = _filled(found, given, strict, create_graph, "double_back")
    return _handed((output,), True, create_graph), _handed(result, single, create_graph)


def hvp(
    func: Func, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The number `func(*inputs)`, and H · v for each input; `v` has the shapes of the inputs.

    By backward three times; `vhp` is faster, and the same where H is symmetric.
    """
    with enable_grad():
        given, single = _given(inputs, "hvp", create_graph)
        weights = _weights(v, given, single, "hvp", _INPUT_IS)
        output = _single_output(func(*given), "hvp", strict)
        first = _gradients((output,), given, None, True)
        _check_tracked(first, _SECOND_ORDER, strict)
        dummies = tuple(zeros_like(x, requires_grad=True) for x in given)
        second = _gradients(first, given, dummies, True)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = _gradients(second, dummies, weights, create_graph)
        result = _filled(found, given, strict, create_graph, "double_back_trick")
    return _handed((output,), True, create_graph), _handed(result, single, create_graph)


# ---- what goes in and comes out ------------------------------------------------------------------


def _tuple_of(values: Any, what: str, name: str) -> tuple[Tensors, bool]:
    """The values as a tuple, and whether it was a single one."""
    single = not isinstance(values, tuple)
    found = (values,) if single else values
    for i, value in enumerate(found):
        if not is_tensor(value):
            which = f"given {what}" if single else f"value at index {i}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
                f"{which} has type {type(value)}."
            )
    return found, single


def _given(inputs: Any, name: str, create_graph: bool) -> tuple[Tensors, bool]:
    """The inputs as fresh leaves, or as views of themselves where their own history is wanted."""
    found, single = _tuple_of(inputs, "inputs", name)
    return tuple(_tracked(x, create_graph) for x in found), single


def _tracked(x: Tensor, create_graph: bool) -> Tensor:
    if create_graph and x.requires_grad:
        alias: Tensor = x.view_as(x)
        return alias
    leaf: Tensor = x.detach()
    return leaf.requires_grad_()


def _outputs(result: Any, name: str, strict: bool) -> tuple[Tensors, bool]:
    found, single = _tuple_of(result, "outputs of the user-provided function", name)
    for i, out in enumerate(found):
        if strict and not out.requires_grad:
            raise RuntimeError(
                f"Output {i} of the user-provided function does not require gradients. The "
                "outputs must be computed in a differentiable manner from the input when running "
                "in strict mode."
            )
    return found, single


def _single_output(result: Any, name: str, strict: bool) -> Tensor:
    outputs, single = _outputs(result, name, strict)
    if not single:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    return _one_element(outputs[0], name)


def _one_element(out: Tensor, name: str) -> Tensor:
    if out.numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )
    return out.squeeze() if out.ndim else out


_INPUT_IS = "the input to the user-provided function is"


def _weights(v: Any, like: Tensors, single: bool, name: str, whose: str) -> Tensors | None:
    """`v` as a tuple with the shapes of `like`; None stands for the number 1."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if {whose} a single Tensor with a single element."
            )
        return None
    found, _ = _tuple_of(v, "v", name)
    if len(found) != len(like):
        raise RuntimeError(
            "The given v should contain a single Tensor." if single else
            f"v is a tuple of invalid length: should be {len(like)} but got {len(found)}."
        )  # fmt: skip
    for i, (weight, x) in enumerate(zip(found, like, strict=True)):
        if weight.shape != x.shape:
            which = "" if single else f"Entry {i} in "
            raise RuntimeError(
                f"{which}v has invalid size: should be {x.shape} but got {weight.shape}."
            )
    return tuple(_tracked(weight, False).requires_grad_(False) for weight in found)


def _gradients(
    outputs: Sequence[Tensor | None], inputs: Tensors, weights: Sequence[Any] | None,
    create_graph: bool,
) -> tuple[Tensor | None, ...]:  # fmt: skip
    """The gradients of those outputs that have any; None for each input otherwise."""
    given = weights if weights is not None else (None,) * len(outputs)
    pairs = zip(outputs, given, strict=True)
    live = [(o, w) for o, w in pairs if o is not None and o.requires_grad]
    if not live:
        return (None,) * len(inputs)
    tracked, seeds = zip(*live, strict=True)
    return grad(tracked, inputs, seeds, True, create_graph, allow_unused=True)


def _check_tracked(found: Sequence[Tensor | None], sentence: str, strict: bool) -> None:
    """In strict mode: every gradient is there, and may be differentiated again."""
    for i, value in enumerate(found if strict else ()):
        if value is None:
            raise RuntimeError(_MISSING["back"].format(i))
        if not value.requires_grad:
            raise RuntimeError(sentence.format(i))


_MISSING = {
    "back": "The output of the user-provided function is independent of input {}. This is not "
    "allowed in strict mode.",
    "back_trick": "The gradient with respect to the input is independent of entry {} in the "
    "grad_outputs when using the double backward trick to compute forward mode gradients. This is "
    "not allowed in strict mode.",
    "double_back": "The jacobian of the user-provided function is independent of input {}. This "
    "is not allowed in strict mode.",
    "double_back_trick": "The hessian of the user-provided function is independent of entry {} in "
    "the grad_jacobian. This is not allowed in strict mode as it prevents from using the double "
    "backward trick to replace forward mode AD.",
}


def _filled(
    found: Sequence[Tensor | None], like: Tensors, strict: bool, create_graph: bool, stage: str
) -> Tensors:
    """Zeros where there is no gradient; in strict mode that is an error instead."""
    if strict:
        for i, value in enumerate(found):
            if value is None:
                raise RuntimeError(_MISSING[stage].format(i))
            if create_graph and not value.requires_grad:
                what = "hessian" if stage.startswith("double") else "jacobian"
                raise RuntimeError(
                    f"The {what} of the user-provided function is independent of input {i}. This "
                    "is not allowed in strict mode when create_graph=True."
                )
    pairs = zip(found, like, strict=True)
    return tuple(zeros_like(x) if value is None else value for value, x in pairs)


def _handed(values: Any, single: bool, create_graph: bool) -> Any:
    found = values if create_graph else _detached(values, False)
    return found[0] if single else found


def _detached(values: Any, create_graph: bool) -> Any:
    if create_graph:
        return values
    if isinstance(values, tuple):
        return tuple(_detached(value, False) for value in values)
    return values.detach() if values.requires_grad else values
