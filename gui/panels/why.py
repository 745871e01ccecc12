"""Why a `.grad` is None, in one sentence."""

from __future__ import annotations

from gui.model.frames import Cut, NodeState
from gui.tr import tr

_CUT = {
    Cut.DETACH: "{name} comes out of detach(): gradients stop there.",
    Cut.NO_GRAD: "{name} was computed under torch.no_grad(): nothing was tracked.",
    Cut.INFERENCE: "{name} was computed in torch.inference_mode(): nothing is ever tracked there.",
    Cut.FROZEN: "Nothing {name} was computed from requires a gradient, so nothing was tracked.",
    Cut.NON_DIFFERENTIABLE: "{op} is not differentiable: no gradient can pass through it.",
}


def why_none(
    name: str, op: str, state: NodeState, *, after_backward: bool, under_way: bool = False
) -> str:
    """Why `name.grad` is None in this state; nothing when it is not, or when there is no value.

    `after_backward` says that a backward call has started before this step, `under_way` that this
    step lies within one.
    """
    if state.stored is not None or state.value is None or state.error:
        return ""
    if not state.requires_grad:
        return _untracked(name, op, state)
    if state.is_leaf:
        return _tracked_leaf(name, state, after_backward, under_way)
    return _result(name, state)


def _untracked(name: str, op: str, state: NodeState) -> str:
    if state.why_no_grad not in (None, Cut.FROZEN):
        return tr(_CUT[state.why_no_grad]).format(name=name, op=op)
    if op in ("tensor", "parameter") or (state.is_leaf and state.why_no_grad is None):
        return tr("{} has requires_grad=False: PyTorch does not track it.").format(name)
    return tr(_CUT[Cut.FROZEN]).format(name=name)


def _tracked_leaf(name: str, state: NodeState, after_backward: bool, under_way: bool) -> str:
    if state.live and state.grad is not None:
        return tr("The gradient has just arrived at {}; the next step stores it.").format(name)
    if under_way:
        told = tr("This backward call is under way and has not stored anything in {}.grad yet.")
        return told.format(name)
    if after_backward:
        told = tr("No backward call has reached {0} yet: {0} may not lie on a path to the loss.")
        return told.format(name)
    return tr("No backward pass has run yet. It will store a gradient in {}.grad.").format(name)


def _result(name: str, state: NodeState) -> str:
    if state.retains_grad:
        return tr("{} retains its gradient, but none has reached it yet.").format(name)
    if state.grad is None:
        told = tr("No gradient has reached {} yet. It is not a leaf: retain_grad() would keep it.")
        return told.format(name)
    if state.live and state.arrived < state.expected:
        told = tr("{} of {} contributions to {} are in so far.")
        return told.format(state.arrived, state.expected, name)
    told = tr("{} is not a leaf: its gradient was used and dropped. retain_grad() keeps it.")
    return told.format(name)
