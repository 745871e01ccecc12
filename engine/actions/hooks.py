"""Hooks on tensors: from a list, added in one line of the Program and removed in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import factories
from engine.actions.method import action
from engine.code.literals import literal, operand
from engine.graph import Action
from engine.tensor import Tensor

if TYPE_CHECKING:
    from engine.session import Session


@dataclass(frozen=True, slots=True)
class HookKind:
    """What a hook makes of a gradient, how that is written, and what is meant by its number."""

    of: Callable[[Tensor, float], Tensor | None]
    spell: Callable[[float], str]
    by: float | None = None
    """The number it takes where none is given; None if it takes none."""


KINDS: Mapping[str, HookKind] = {
    "scale": HookKind(
        lambda grad, by: grad * by, lambda by: f"lambda grad: grad * {operand(by)}", 2.0
    ),
    "clip": HookKind(
        lambda grad, by: grad.clamp(-by, by),
        lambda by: f"lambda grad: grad.clamp({literal(-by)}, {literal(by)})",
        1.0,
    ),
    "zero": HookKind(
        lambda grad, by: factories.zeros_like(grad),
        lambda by: "lambda grad: torch.zeros_like(grad)",
    ),
    "print": HookKind(lambda grad, by: None, lambda by: "print"),
}


def written(args: Mapping[str, Any]) -> str:
    """The function a hook is, as Python."""
    kind = KINDS.get(args.get("kind", ""))
    return str(args.get("kind")) if kind is None else kind.spell(_by(kind, args))


def _by(kind: HookKind, args: Mapping[str, Any]) -> float:
    given: float = args.get("by", kind.by)
    return 0.0 if given is None else given


def _spell_register(action: Action, name: str) -> str:
    handle = action.args.get("handle")
    kept = f"{handle} = " if handle else ""
    return f"{kept}{name}.register_hook({written(action.args)})"


@action("register_hook", _spell_register, kind="other", args=("kind", "by", "handle"))
def register_hook(session: Session, action: Action) -> None:
    """Let a function see this tensor's gradient on its way back, and change it."""
    kind = KINDS.get(action.args.get("kind", ""))
    if kind is None:
        raise ValueError(f"there is no hook “{action.args.get('kind')}”: take {', '.join(KINDS)}")
    by, node, formula = _by(kind, action.args), action.on or "", written(action.args)

    def hook(grad: Tensor) -> Tensor | None:
        made = kind.of(grad, by)
        after = grad if made is None else made
        session.recorder.add("hooked", node, formula, grad._data, after._data)
        return made

    handle = session.tensor(node).register_hook(hook)
    if name := action.args.get("handle"):
        session.handles[name] = handle
    session.recorder.add("changed", node, "hook", None, formula)


@action(
    "remove_hook", lambda action, name: f"{action.args.get('handle')}.remove()", kind="other",
    args=("handle",),
)  # fmt: skip
def remove_hook(session: Session, action: Action) -> None:
    """Take a hook off its tensor again."""
    name = action.args.get("handle")
    if not name:
        raise AttributeError("'NoneType' object has no attribute 'remove'")
    if name not in session.handles:
        raise NameError(f"name '{name}' is not defined")
    session.handles[name].remove()
    session.recorder.add("changed", action.on, "hook", name, None)
