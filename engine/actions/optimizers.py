"""Optimizers: made in a line of the Program, and then told to step or to clear gradients."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from engine import optim
from engine.actions.method import action
from engine.code.literals import literal
from engine.graph import Action
from engine.tensor import Tensor

if TYPE_CHECKING:
    from engine.session import Session

KINDS: Mapping[str, tuple[str, ...]] = {
    "SGD": ("lr", "momentum", "weight_decay", "nesterov"),
    "Adam": ("lr", "betas", "eps", "weight_decay", "amsgrad"),
    "AdamW": ("lr", "betas", "eps", "weight_decay", "amsgrad"),
    "RMSprop": ("lr", "alpha", "eps", "weight_decay", "momentum", "centered"),
}
"""The optimizers a line can make, and the settings it can give them."""

ARGS = tuple(dict.fromkeys(name for names in KINDS.values() for name in names))


@cache
def settings(kind: str) -> Mapping[str, Any]:
    """The settings of a kind of optimizer, each with its default."""
    found = inspect.signature(getattr(optim, kind)).parameters
    return {name: found[name].default for name in KINDS[kind]}


def _spell_optimizer(action: Action, name: str) -> str:
    params = ", ".join(action.args.get("params", ()))
    given = {k: v for k, v in action.args.items() if k not in ("kind", "params")}
    rest = "".join(f", {key}={literal(_setting(value))}" for key, value in given.items())
    return f"{name} = torch.optim.{action.args.get('kind')}([{params}]{rest})"


def _setting(value: Any) -> Any:
    """A setting as Python has it: files know lists only, betas are a tuple."""
    return tuple(value) if isinstance(value, list) else value


@action(
    "optimizer",
    _spell_optimizer,
    kind="other",
    on="optimizer",
    args=("kind", "params", *ARGS),
    nodes=("params",),
)
def optimizer(session: Session, action: Action) -> None:
    """Make an optimizer that is going to change these leaves."""
    kind: str = action.args.get("kind", "")
    if kind not in KINDS:
        raise AttributeError(f"module 'torch.optim' has no attribute '{kind}'")
    params = [session.tensor(node) for node in action.args.get("params", ())]
    given = {k: _setting(v) for k, v in action.args.items() if k not in ("kind", "params")}
    session.optimizers[action.on or ""] = getattr(optim, kind)(params, **given)
    session.recorder.add("changed", "", "optimizer", None, action.on)


@action("step", lambda action, name: f"{name}.step()", kind="step", on="optimizer")
def step(session: Session, action: Action) -> None:
    """Let the optimizer change its leaves by their gradients."""
    found = session.optimizer(action.on)
    before = [(x, x._data, rate) for x, rate in _rates(found) if x._grad is not None]
    found.step()
    for x, old, rate in before:
        assert x._grad is not None
        session.stepped(x, type(found).__name__, old, x._grad._data, rate)
    if not before:
        session.recorder.add("changed", "", "nothing", None, None)


def _rates(found: optim.Optimizer) -> list[tuple[Tensor, float | None]]:
    """Each leaf, and the learning rate where the step is just -lr·grad."""
    return [
        (x, float(group["lr"]) if _is_plain(found, group) else None)
        for group in found.param_groups
        for x in group["params"]
    ]


def _is_plain(found: optim.Optimizer, group: Mapping[str, Any]) -> bool:
    more = ("momentum", "weight_decay", "maximize")
    return isinstance(found, optim.SGD) and not any(group[name] for name in more)


def _spell_zero_grad(action: Action, name: str) -> str:
    to_none = action.args.get("set_to_none", True)
    return f"{name}.zero_grad({'' if to_none else 'set_to_none=False'})"


@action("zero_grad", _spell_zero_grad, kind="zero", on="optimizer", args=("set_to_none",))
def zero_grad(session: Session, action: Action) -> None:
    """Clear the gradients of the optimizer's leaves: to None, or with set_to_none=False to 0."""
    found = session.optimizer(action.on)
    every = [x for group in found.param_groups for x in group["params"]]
    before = [(x, x._grad._data) for x in every if x._grad is not None]
    found.zero_grad(bool(action.args.get("set_to_none", True)))
    for x, old in before:
        node = session.node_of(x) or ""
        session.recorder.add("zeroed", node, old, None if x._grad is None else x._grad._data)
    if not before:
        session.recorder.add("changed", "", "nothing", None, None)
