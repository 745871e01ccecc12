"""`torch.autograd.Function`: operations whose derivative a person writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from engine import errors, kernels
from engine.function import NOWHERE, grad_edge
from engine.inplace import rebase
from engine.many import ManyOutputs
from engine.meta import version_of
from engine.modes import STATE, no_grad
from engine.tensor import Tensor, is_tensor, requires_grad, wrap


class CustomNode(ManyOutputs):
    """The history's node of one call; people know it as `ctx`."""

    __slots__ = (
        "__dict__",
        "dirty",
        "materialize",
        "needs_input_grad",
        "non_differentiable",
        "wanted",
    )

    owner: ClassVar[Any] = None
    needs_input_grad: tuple[bool, ...]
    wanted: tuple[Any, ...]

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors until backward; changes in place are noticed."""
        self.wanted = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """These inputs were changed in place."""
        self.dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """These outputs have no gradient."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether missing gradients come as zeros (they do) or as None."""
        self.materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What save_for_backward was given."""
        if self.freed:
            raise RuntimeError(errors.FREED)
        return tuple(self.check_versions())

    def keep(self, outs: Sequence[Tensor]) -> None:
        """Hold what is to be saved; an output without its history, or it would hold us."""
        own_outputs = {id(out): k for k, out in enumerate(outs)}
        self.saved = tuple(
            wrap(t._data, self, own_outputs[id(t)]) if id(t) in own_outputs else t
            for t in self.wanted
        )
        self.versions = tuple(version_of(t) for t in self.saved)

    def run(self, grads: list[Any], F: Any) -> Sequence[Any]:
        given = [self._as_tensor(g, k) for k, g in enumerate(grads)]
        returned = self.owner.backward(self, *given)
        values = list(returned) if isinstance(returned, (tuple, list)) else [returned]
        inputs = len(self.needs_input_grad)
        while len(values) > inputs and values[-1] is None:
            values.pop()
        if len(values) != inputs:
            raise RuntimeError(
                f"function {type(self).__name__} returned an incorrect number of gradients "
                f"(expected {inputs}, got {len(values)})"
            )
        kept = [v for v, is_input in zip(values, self.params["tensors"], strict=True) if is_input]
        return [v if v is None or F is not kernels else v._data for v in kept]

    def _as_tensor(self, grad: Any, k: int) -> Any:
        if grad is None:
            zeros = np.zeros(self.shapes[k], self.dtype)
            return wrap(zeros) if self.materialize else None
        return grad if is_tensor(grad) else wrap(grad)

    def release(self) -> bool:
        had = any(s is not None for s in self.saved)
        self.saved, self.freed = tuple(None for _ in self.saved), bool(self.saved)
        return had


class CustomFunction:
    """Subclass it with static `forward(ctx, *args)` and `backward(ctx, *grads)`; call `apply`."""

    _node: ClassVar[type[CustomNode]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        body = {"__slots__": (), "owner": cls}
        cls._node = type(f"{cls.__name__}Backward", (CustomNode,), body)

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        """What the operation computes."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """One gradient per argument of forward (None where there is none)."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run forward and record one node with an edge for every tensor argument."""
        node = cls._begin(args)
        with no_grad():
            if hasattr(cls, "setup_context"):
                result = cls.forward(*args)
                cls.setup_context(node, args, result)
            else:
                result = cls.forward(node, *args)
        many = isinstance(result, tuple)
        outs = tuple(cls._fresh(r, args, node) for r in (result if many else (result,)))
        if STATE.grad_enabled and any(node.needs_input_grad):
            cls._record(node, outs)
        return outs if many else outs[0]

    @classmethod
    def _begin(cls, args: tuple[Any, ...]) -> CustomNode:
        node = cls._node.bare(np.float32(0))
        assert isinstance(node, CustomNode)
        node.wanted, node.non_differentiable, node.dirty = (), (), ()
        node.materialize = True
        node.needs_input_grad = tuple(requires_grad(a) for a in args)
        node.params = {"tensors": tuple(is_tensor(a) for a in args)}
        node.edges = tuple(
            grad_edge(a) if requires_grad(a) else NOWHERE for a in args if is_tensor(a)
        )
        return node

    @staticmethod
    def _fresh(result: Any, args: tuple[Any, ...], node: CustomNode) -> Any:
        """An output that is an input unchanged becomes a tensor of its own."""
        if not is_tensor(result) or any(result is d for d in node.dirty):
            return result
        if any(result is a for a in args):
            return result.detach()
        return result

    @staticmethod
    def _record(node: CustomNode, outs: tuple[Any, ...]) -> None:
        tensors = [out for out in outs if is_tensor(out)]
        live = [t for t in tensors if not any(t is n for n in node.non_differentiable)]
        node.outputs, node.shapes = len(outs), tuple(t._data.shape for t in tensors)
        if live:
            node.dtype, node.shape = live[0]._data.dtype, live[0]._data.shape
        for k, out in enumerate(outs):
            if any(out is d for d in node.dirty):
                rebase(out, node)
            elif any(out is t for t in live) and out.is_floating_point():
                out._fn, out._nr, out._req = node, k, False
        node.keep(outs)
        if STATE.origin is not None:
            STATE.origin.made(node, [])
