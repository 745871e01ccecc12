"""`torch.nn.Parameter`: a leaf that a Module owns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from engine import factories
from engine.meta import meta_of
from engine.tensor import Tensor


class Marked(type):
    """The type of Parameter and Buffer: Tensors with a mark, so that ops meet one type only."""

    def __instancecheck__(cls, x: Any) -> bool:
        if type(x) is not Tensor or x._meta is None:
            return False
        kind = x._meta.kind
        return kind is not None and issubclass(kind, cls)


class Parameter(metaclass=Marked):
    """A leaf to be learned, on the memory of `data`; a Module registers it when it is assigned."""

    title: ClassVar[str] = "Parameter containing:\n"
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Any:
        leaf = (factories.empty(0) if data is None else data).detach()
        if requires_grad and not leaf.is_floating_point():
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        leaf._req = bool(requires_grad)
        return mark(leaf, cls)


class Buffer(metaclass=Marked):
    """A tensor that belongs to a Module's state but is not learned."""

    title: ClassVar[str] = ""
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    persistent: ClassVar[bool] = True

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Any:
        source = factories.empty(0) if data is None else data
        leaf = source.detach().requires_grad_(source.requires_grad)
        return mark(leaf, cls if persistent else _Passing)


class _Passing(Buffer):
    """A Buffer that is not saved."""

    persistent = False


def mark(tensor: Tensor, kind: Any) -> Tensor:
    """Make a Tensor a Parameter or Buffer."""
    meta_of(tensor).kind = kind
    return tensor


def blank(*shape: int, dtype: Any = None) -> Any:
    """A new Parameter whose values do not matter yet."""
    leaf = factories.empty(*shape, dtype=dtype)
    leaf._req = True
    return mark(leaf, Parameter)
