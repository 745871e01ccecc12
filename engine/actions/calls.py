"""Calls on tensors and their gradients, each with its PyTorch spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine import dtypes, random
from engine.actions.method import action
from engine.code.literals import literal
from engine.graph import SEED, Action, chosen
from engine.tensor import Tensor, wrap

if TYPE_CHECKING:
    from engine.session import Session


def _spell_backward(action: Action, name: str) -> str:
    args = []
    if action.args.get("gradient") is not None:
        args.append(f"torch.tensor({literal(action.args['gradient'])})")
    args += [f"{key}=True" for key in ("retain_graph", "create_graph") if action.args.get(key)]
    if action.args.get("inputs"):
        args.append(f"inputs=[{', '.join(action.args['inputs'])}]")
    return f"{name}.backward({', '.join(args)})"


@action(
    "forward", lambda action, name: "", kind="forward", on="", args=("nodes",), nodes=("nodes",)
)
def forward(session: Session, action: Action) -> None:
    """Run every statement of the graph again, or those of these nodes; leaves keep their values."""
    session.forward(chosen(action))


def _spell_seed(action: Action, name: str) -> str:
    return f"torch.manual_seed({literal(action.args.get('seed'))})"


@action(SEED, _spell_seed, kind="other", on="", args=("seed",))
def manual_seed(session: Session, action: Action) -> None:
    """Start the random numbers anew: those that are drawn from now on come in this order."""
    before, seed = random.initial_seed(), action.args.get("seed")
    random.manual_seed(seed)  # type: ignore[arg-type]
    session.recorder.add("changed", "", SEED, before, seed)


@action(
    "backward",
    _spell_backward,
    kind="backward",
    on="either",
    args=("gradient", "retain_graph", "create_graph", "inputs"),
    nodes=("inputs",),
)
def backward(session: Session, action: Action) -> None:
    """Compute gradients from this tensor, or from its `.grad`, back to the leaves."""
    root = session.tensor(action.node)
    if action.node != action.on:
        if root.grad is None:
            raise AttributeError("'NoneType' object has no attribute 'backward'")
        root = root.grad
    seed = action.args.get("gradient")
    gradient = None if seed is None else wrap(dtypes.to_array(seed, root.dtype))
    inputs = action.args.get("inputs")
    root.backward(
        gradient,
        retain_graph=action.args.get("retain_graph"),
        create_graph=bool(action.args.get("create_graph", False)),
        inputs=None if inputs is None else [session.tensor(node) for node in inputs],
    )


@action("zero_", lambda action, name: f"{name}.zero_()", kind="zero", on="grad")
def zero_(session: Session, action: Action) -> None:
    """Fill `.grad` with zeros."""
    before = session.tensor(action.node).grad
    if before is None:
        raise AttributeError("'NoneType' object has no attribute 'zero_'")
    values = before._data
    before.zero_()
    session.recorder.add("zeroed", action.node, values, before._data)


def _spell_set(action: Action, name: str) -> str:
    value = action.args.get("value")
    if value is None:
        return f"{name} = None"
    owner = name.removesuffix(".grad")
    what = name if name.endswith(".grad") else f"{name}.data"
    if isinstance(value, (list, tuple)):
        return f"{what} = torch.tensor({literal(value)}, dtype={owner}.dtype)"
    return f"{what} = torch.full_like({owner}, {literal(value)})"


@action("set", _spell_set, kind="zero", on="either", args=("value",))
def set_(session: Session, action: Action) -> None:
    """Set `.grad` to None, or give a tensor new values."""
    value = action.args.get("value")
    tensor = session.tensor(action.node)
    new = None if value is None else wrap(_as_array(value, tensor))
    if action.node != action.on:
        before = tensor._grad
        tensor.grad = new
        session.recorder.add("zeroed", action.node, _data(before), _data(new))
    elif new is None:
        raise RuntimeError("a tensor cannot be set to None: give it a number")
    else:
        old = tensor._data
        tensor.data = new
        session.recorder.add("changed", action.on, "value", old, tensor._data)


def _data(tensor: Tensor | None) -> Any:
    return None if tensor is None else tensor._data


def _as_array(value: Any, like: Tensor) -> Any:
    """The value in the dtype of `like`; one number fills its shape."""
    array = dtypes.to_array(value, like.dtype)
    return array if array.ndim else np.full(like._data.shape, array, array.dtype)[()]


def _spell_requires_grad(action: Action, name: str) -> str:
    return f"{name}.requires_grad_({'' if action.args.get('value', True) else 'False'})"


@action("requires_grad_", _spell_requires_grad, kind="other", args=("value",))
def requires_grad_(session: Session, action: Action) -> None:
    """Say whether this leaf's gradient is wanted from now on."""
    leaf = session.tensor(action.on)
    before = leaf.requires_grad
    leaf.requires_grad_(bool(action.args.get("value", True)))
    session.recorder.add("changed", action.on, "requires_grad", before, leaf.requires_grad)


@action("retain_grad", lambda action, name: f"{name}.retain_grad()", kind="other")
def retain_grad(session: Session, action: Action) -> None:
    """Keep `.grad` of this computed tensor."""
    tensor = session.tensor(action.on)
    before = tensor.retains_grad
    tensor.retain_grad()
    session.recorder.add("changed", action.on, "retain_grad", before, tensor.retains_grad)
