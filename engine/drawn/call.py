"""`call`: a node for any function of the engine that has no op of its own."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from engine.drawn import catalogue, sizes
from engine.drawn.reader import Arguments, bound, check_wires, filled, read_arguments
from engine.registry import Tensors, op
from engine.tensor import Tensor, is_tensor

Callee = str
"""Annotation of a field that names a function of the closed list, as `torch.einsum`."""
Given = str
"""Annotation of a field that holds arguments, as they are written between the brackets."""
Params = Mapping[str, Any]
Wired = Mapping[str, list[str]]
UNWIRED = "unconnected"


def read_callee(text: str) -> str:
    """The path of a listed function; raises ValueError, with the nearest one that there is."""
    path = catalogue.known_as(text.strip())
    known = catalogue.functions()
    if path in known:
        return path
    told = f"There is no function “{text.strip()[:60]}” to call"
    near = difflib.get_close_matches(path, known, 1, 0.75)
    if near:
        raise ValueError(f"{told}: did you mean “{near[0]}”?")
    raise ValueError(f"{told}: write one such as torch.einsum, F.dropout or Tensor.expand_as.")


def _named(function: str, args: str) -> tuple[str, Arguments]:
    """Both texts as they are read; raises RuntimeError with a remedy."""
    try:
        return read_callee(function), read_arguments(args)
    except ValueError as error:
        raise RuntimeError(str(error)) from None


def _run(path: str, read: Arguments, tensors: Sequence[Tensor]) -> Any:
    args = tuple(bound(value, tensors) for value in read.args)
    kwargs = {name: bound(value, tensors) for name, value in read.kwargs.items()}
    sizes.check(path, args, kwargs)
    found = catalogue.functions()[path](*args, **kwargs)
    found = tuple(found) if isinstance(found, list) else found
    parts = found if isinstance(found, tuple) else (found,)
    if not any(is_tensor(part) for part in parts):
        raise RuntimeError(f"{path} gives no tensor with these arguments: change the text")
    return found


def _spelled(params: Params, tensors: Sequence[str]) -> str:
    """The call as a person writes it: `x.expand_as(y)`, `x & y`, `torch.einsum("ij->i", x)`."""
    function, text = str(params.get("function", "")), str(params.get("args", "{0}"))
    try:
        path, read = read_callee(function), read_arguments(text)
    except ValueError:
        return f"{UNWIRED}({function!r}, {text!r})"
    inner = filled(text, read.places, tensors, UNWIRED)
    if not path.startswith("Tensor."):
        return f"{path}({inner})"
    return _asked_of_the_first(path, text, read, tensors)


def _asked_of_the_first(path: str, text: str, read: Arguments, tensors: Sequence[str]) -> str:
    """A method, a property or an operator."""
    spans = [filled(text, read.places, tensors, UNWIRED, span) for span in read.spans]
    first, *others = spans or [UNWIRED]
    name = path.removeprefix("Tensor.")
    if path in catalogue.OPERATORS:
        return catalogue.OPERATORS[path].format(*_in_brackets([first, *others, UNWIRED]))
    if name in catalogue.PROPERTIES:
        return f"{first}.{name}"
    return f"{first}.{name}({', '.join(others)})"


def _in_brackets(parts: Sequence[str]) -> list[str]:
    """Operands of an operator: a negative number in brackets, so that it binds."""
    return [f"({part})" if part.startswith("-") else part for part in parts]


def _several(params: Params) -> bool:
    function, text = str(params.get("function", "")), str(params.get("args", "{0}"))
    try:
        path, read = read_callee(function), read_arguments(text)
    except ValueError:
        return False
    return catalogue.gives_several(path, read.args, read.kwargs)


@op(
    "Arithmetic", "f( )", several=_several,
    spell=lambda params, wired: _spelled(params, wired.get("xs", [])),
    defaults={"function": "torch.einsum", "args": '"i,i->", {0}, {1}'},
    samples=(
        ([(2, 3), (3,)], {"function": "torch.einsum", "args": "'ij,j->i', {0}, {1}"}),
        ([(2, 3)], {"function": "Tensor.mT", "args": "{0}"}),
        ([(3,), (2, 3)], {"function": "Tensor.expand_as", "args": "{0}, {1}"}),
    ),
    formula=r"y = f(x)",
)  # fmt: skip
def call(xs: Tensors | None = None, *, function: Callee, args: Given = "{0}") -> Any:
    """Call any function of torch: its name, and its arguments as they are written.

    {0}, {1} … stand for the tensors wired to xs.0, xs.1 …; also numbers, lists, dim=1, dtypes.
    """
    tensors = list(xs or ())
    path, read = _named(function, args)
    check_wires(read.places, len(tensors), "xs")
    if catalogue.changes(path, read.args, read.kwargs):
        raise RuntimeError(f"{path} changes a tensor in place here: use the op “call_” for that")
    return _run(path, read, tensors)


@op(
    "In-place", "f_( )", inplace=True,
    spell=lambda params, wired: _spelled(
        params, [*(wired.get("self") or [UNWIRED]), *wired.get("xs", [])]
    ),
    defaults={"function": "Tensor.pow_", "args": "{0}, 2"},
    samples=(
        ((2, 3), [], {"function": "Tensor.sin_", "args": "{0}"}),
        ((2, 3), [(3,)], {"function": "Tensor.lerp_", "args": "{0}, {1}, 0.25"}),
    ),
    formula=r"x \leftarrow f(x)",
)  # fmt: skip
def call_(self: Tensor, xs: Tensors | None = None, *, function: Callee, args: Given = "{0}") -> Any:
    """Call any function of torch that changes a tensor in place: that one is {0}.

    {1}, {2} … stand for the tensors wired to xs.0, xs.1 …; it gives the tensor it has changed.
    """
    tensors = [self, *(xs or ())]
    path, read = _named(function, args)
    check_wires(read.places, len(tensors), "xs", 1)
    if not catalogue.changes(path, read.args, read.kwargs):
        raise RuntimeError(f"{path} changes nothing in place here: use the op “call” for that")
    return _run(path, read, tensors)
