"""`torch.autograd.Function`: operations whose derivative a person writes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from engine import errors, kernels
from engine.autograd.returned import settle
from engine.function import NOWHERE, grad_edge
from engine.function import Function as Node
from engine.many import ManyOutputs
from engine.meta import share, version_of
from engine.modes import STATE, is_grad_enabled, no_grad
from engine.packing import Packed, SavedTensor, restored
from engine.tensor import Tensor, as_output, is_tensor, requires_grad, wrap


class CustomNode(ManyOutputs):
    """The history's node of one call; people know it as `ctx`."""

    __slots__ = (
        "__dict__", "dirty_tensors", "dtypes", "materialize", "needs_input_grad",
        "non_differentiable", "saved_for_forward", "to_save",
    )  # fmt: skip
    own_saving = True

    _forward_cls: ClassVar[Any] = None
    needs_input_grad: tuple[bool, ...]
    to_save: tuple[Any, ...] | None
    dirty_tensors: tuple[Any, ...] | None
    non_differentiable: tuple[Any, ...] | None
    saved_for_forward: tuple[Any, ...] | None
    dtypes: tuple[Any, ...]

    # ---- what people call on ctx -----------------------------------------------------------------

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors until backward; changes in place are noticed."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for forward-mode derivatives, which this engine does not compute."""
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """These inputs were changed in place."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """These outputs have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether missing gradients come as zeros (they do) or as None."""
        self.materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What save_for_backward was given."""
        if self.freed:
            raise RuntimeError(errors.FREED)
        return tuple(map(restored, self.check_versions()))

    @property
    def _raw_saved_tensors(self) -> tuple[SavedTensor, ...]:
        if self.freed:
            raise RuntimeError(errors.FREED)
        return tuple(SavedTensor(self, i) for i in range(len(self.saved or ())))

    # ---- what the engine calls -------------------------------------------------------------------

    def keep(self, outs: Sequence[Any]) -> None:
        """Hold what is to be saved; an output without its history, or it would hold us."""
        places = {id(out): k for k, out in enumerate(outs)}
        self.saved = tuple(
            self._kept(t, i, places.get(id(t))) for i, t in enumerate(self.to_save or ())
        )
        self.versions = tuple(0 if type(s) is Packed else version_of(s) for s in self.saved)
        self.to_save = None

    def _kept(self, tensor: Any, i: int, place: int | None) -> Any:
        if tensor is None:
            return None
        if not is_tensor(tensor):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {i} is of type "
                f"{type(tensor).__name__}"
            )
        if place is not None:
            tensor = share(as_output(tensor._data, self, place), tensor)
        return Packed(tensor, STATE.saved_hooks[-1]) if STATE.saved_hooks else tensor

    def run(self, grads: Any, F: Any) -> Sequence[Any]:
        given = [self._given(g, k) for k, g in enumerate(grads)]
        found = self._rule()(self, *given)
        values = found if isinstance(found, tuple) else (found,)
        wanted: tuple[bool, ...] = self.params["tensors"]
        if all(value is None for value in values[len(wanted) :]):
            values = values[: len(wanted)]
        if len(values) != len(wanted):
            raise RuntimeError(
                f"function {type(self).__name__} returned an incorrect number of gradients "
                f"(expected {len(wanted)}, got {len(values)})"
            )
        pairs = enumerate(zip(values, wanted, strict=True))
        checked = [(self._checked(value, i, tensor), tensor) for i, (value, tensor) in pairs]
        kept = [value for value, tensor in checked if tensor]
        return [v if v is None or F is not kernels else v._data for v in kept]

    def _rule(self) -> Callable[..., Any]:
        cls = self._forward_cls
        rule: Callable[..., Any] = cls.vjp
        if cls.backward is Function.backward:
            return rule
        if rule is not Function.vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You "
                "should only implement one of them."
            )
        return cls.backward  # type: ignore[no-any-return]

    def _checked(self, value: Any, i: int, tensor: bool) -> Any:
        if value is None:
            return None
        if not tensor:
            raise RuntimeError(
                f"function {type(self).__name__} returned a gradient different than None at "
                f"position {i + 1}, but the corresponding forward input was not a Variable"
            )
        if not is_tensor(value):
            raise RuntimeError(f"expected Variable or None (got {type(value).__name__})")
        return value

    def _given(self, grad: Any, k: int) -> Any:
        """A gradient as backward sees it: zeros where nothing came, if it wants them."""
        if grad is not None:
            return grad if is_tensor(grad) else wrap(grad)
        if not self.materialize or self.dtypes[k] is None:
            return None
        return wrap(np.zeros(self.shapes[k], self.dtypes[k]))

    def input_dtype(self, output: int) -> Any:
        return self.dtypes[output]

    def release(self) -> bool:
        had = any(s is not None for s in self.saved or ())
        self.saved = None
        return had

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{type(self).__name__} object at {id(self):#x}>"


class Function:
    """Subclass it with static `forward(ctx, *args)` and `backward(ctx, *grads)`; call `apply`.

    Instead of a `forward` with ctx there may be one without and a `setup_context(ctx, inputs,
    output)`; `vjp` is another name of `backward`.
    """

    _backward_cls: ClassVar[type[CustomNode]]
    generate_vmap_rule = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        body = {"__slots__": (), "_forward_cls": cls, "__module__": "torch.autograd.function"}
        cls._backward_cls = type(f"{cls.__name__}Backward", (CustomNode,), body)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        errors.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all "
            "static, so you should invoke them on the class itself. Instantiating an autograd "
            "function will raise an error in a future version of PyTorch.",
            2, kind=DeprecationWarning,
        )  # fmt: skip

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            "new-style autograd function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """What the operation computes."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Save for backward, where `forward` has no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """One gradient per argument of forward (None where there is none)."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward and record one node with an edge for every tensor argument."""
        split = cls.setup_context is not Function.setup_context
        given = _bound(cls.forward, args, kwargs, split)
        node = cls._begin(given)
        with no_grad():
            result = cls.forward(*given) if split else cls.forward(node, *given)
            if split:
                cls.setup_context(node, given, result)
        many = isinstance(result, tuple)
        tracked = STATE.grad_enabled and any(node.needs_input_grad)
        outs = settle(node, given, result if many else (result,), tracked)
        if tracked:
            node.keep(outs)
            if STATE.origin is not None:
                STATE.origin.made(node, [])
        return outs if many else outs[0]

    @classmethod
    def _begin(cls, args: tuple[Any, ...]) -> CustomNode:
        # First what is below: to ask a view for its edge may make a node, an older one.
        edges = tuple(grad_edge(a) if requires_grad(a) else NOWHERE for a in args if is_tensor(a))
        node = cls._backward_cls.bare(np.float32(0))
        assert isinstance(node, CustomNode)
        node.to_save = node.dirty_tensors = node.non_differentiable = node.saved_for_forward = None
        node.materialize = True
        node.needs_input_grad = tuple(requires_grad(a) for a in args)
        node.params = {"tensors": tuple(is_tensor(a) for a in args)}
        node.edges = edges
        return node


Function.__module__ = "torch.autograd.function"


def _bound(
    forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], split: bool
) -> tuple[Any, ...]:
    """All arguments in order, those given by keyword too; with a setup_context, defaults as well.

    Raises TypeError as PyTorch does for what is missing or unknown.
    """
    if split:
        bound = inspect.signature(forward).bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.args
    if not kwargs:
        return args
    parameters = list(inspect.signature(forward).parameters.values())[1:]
    names = [p.name for p in parameters]
    for name in kwargs:
        if name not in names:
            raise TypeError(f"forward() got an unexpected keyword argument '{name}'")
    found, left = list(args), dict(kwargs)
    for place, parameter in enumerate(parameters[len(args) :], len(args)):
        if parameter.name in left:
            found.append(left.pop(parameter.name))
        elif parameter.default is not parameter.empty:
            found.append(parameter.default)
        else:
            raise TypeError(
                f"forward() missing required argument: '{parameter.name}' (position {place})"
            )
        if not left:
            break
    return tuple(found)


FunctionCtx = CustomNode
"""What annotations call the class of `ctx`."""


class Error(Node):
    """A node that may not run: the derivative of something that has none."""

    __slots__ = ()
    namespace_name = "torch::autograd::"

    def run(self, grad: Any, F: Any) -> Sequence[Any]:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A backward whose own derivative must not be taken; asking for it raises RuntimeError."""

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = fn(ctx, *args)
        if not (is_grad_enabled() and any(map(requires_grad, args))):
            return outputs
        if isinstance(outputs, tuple):
            return tuple(map(_undifferentiable, outputs))
        return _undifferentiable(outputs)

    return wrapper


def _undifferentiable(out: Any) -> Any:
    if out is None:
        return None
    node = Error.bare(out._data)
    node.edges = (grad_edge(out.detach().requires_grad_()),)
    return wrap(out._data, node)
