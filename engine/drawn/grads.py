"""Gradients and data as nodes: `w.grad`, `w.data`, `torch.autograd.grad(…)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import backward
from engine.modes import STATE
from engine.registry import Tensors, op
from engine.tensor import Tensor

Params = Mapping[str, Any]
Wired = Mapping[str, list[str]]

NO_GRAD = "its .grad is None: run backward before this line, or retain_grad() for what is computed"


@op(
    "Gradient control", "x.grad", name="grad", torch="{self}.grad",
    formula=r"y = \bar{x}",
)  # fmt: skip
def grad_of(self: Tensor) -> Tensor:
    """The gradient that backward has left in a tensor's .grad; it is that very tensor."""
    found = self.grad
    if found is None:
        raise RuntimeError(NO_GRAD)
    return found


@op(
    "Gradient control", "x.data", name="data", torch="{self}.data", samples=(((2, 3),),),
    formula=r"y = x",
)  # fmt: skip
def data_of(self: Tensor) -> Tensor:
    """The same memory without its history: what is written to it changes the tensor unseen."""
    return self.data


@op(
    "Gradient control", "x.data=", assigns=True, inplace=True,
    spell=lambda params, wired: _setting("data", wired),
    formula=r"x \leftarrow v",
)  # fmt: skip
def set_data(self: Tensor, value: Tensor) -> Tensor:
    """Give a tensor other numbers, behind autograd's back: `x.data = value`."""
    self.data = value
    return self


@op(
    "Gradient control", "x.grad=", assigns=True, inplace=True,
    spell=lambda params, wired: _setting("grad", wired),
    formula=r"\bar{x} \leftarrow v",
)  # fmt: skip
def set_grad(self: Tensor, value: Tensor) -> Tensor:
    """Put a tensor into .grad, as if backward had left it there: `x.grad = value`."""
    self.grad = value
    return self


def _setting(what: str, wired: Wired) -> str:
    of, value = ((wired.get(slot) or ["unconnected"])[0] for slot in ("self", "value"))
    return f"{of}.{what} = {value}"


def _asked(params: Params, wired: Wired) -> str:
    """`torch.autograd.grad([y], [x], …)`."""
    parts = [f"[{', '.join(wired.get(slot, []))}]" for slot in ("outputs", "inputs")]
    if wired.get("grad_outputs"):
        parts.append(f"[{', '.join(wired['grad_outputs'])}]")
    for name in ("retain_graph", "create_graph", "allow_unused", "materialize_grads"):
        if params.get(name) is not None:
            parts.append(f"{name}={params[name]}")
    return f"torch.autograd.grad({', '.join(parts)})"


@op(
    "Gradient control", "∂y/∂x", spell=_asked, several=True,
    formula=r"\bar{x} = \frac{\partial y}{\partial x}",
)  # fmt: skip
def autograd_grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Tensors | None = None,
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of the outputs for each of the inputs, as tensors; no .grad is touched.

    The pass takes place within this node; with create_graph the results have a history.
    """
    recorder, STATE.recorder = STATE.recorder, None
    try:
        found = backward.grad(
            outputs, inputs, grad_outputs or None, retain_graph, create_graph,
            allow_unused=allow_unused, materialize_grads=materialize_grads,
        )  # fmt: skip
    finally:
        STATE.recorder = recorder
    return found
