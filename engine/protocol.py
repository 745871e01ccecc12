"""How a tensor behaves in plain Python: as a number, as a list, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import errors, printing
from engine.meta import Meta, meta_of, own, share
from engine.modes import STATE

if TYPE_CHECKING:
    from engine.tensor import Tensor

Array = Any


class PythonProtocol:
    """What Python itself asks of a tensor: len(), float(), iteration, printing, copying."""

    __slots__ = ()
    __array_priority__ = 1000  # NumPy's numbers leave `number * tensor` to the tensor

    _data: Array
    _req: bool
    _grad: Any
    _meta: Meta | None
    if TYPE_CHECKING:
        unbind: Any

        @property
        def requires_grad(self) -> bool: ...
        @property
        def is_leaf(self) -> bool: ...
        @property
        def grad_fn(self) -> Any: ...
        @property
        def dtype(self) -> Any: ...

    def item(self) -> Any:
        """The value of a one-element tensor as a Python number."""
        if self._data.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._data.size} elements cannot be converted to Scalar"
            )
        return self._data.item()

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers."""
        return self._data.tolist()

    def numpy(self) -> np.ndarray:
        """The same memory as a NumPy array."""
        if self.requires_grad and STATE.grad_enabled:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                "instead."
            )
        storage = own(self).storage  # type: ignore[arg-type]
        assert storage is not None
        storage.as_array()
        storage.exported = True
        array: np.ndarray = self._data
        return array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.requires_grad:
            self.numpy()
        return np.array(self._data, dtype=dtype)

    def __len__(self) -> int:
        if not self._data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return int(self._data.shape[0])

    def __bool__(self) -> bool:
        if self._data.size > 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        if self._data.size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        return bool(self._data)

    def __float__(self) -> float:
        return float(self._as_number())

    def __int__(self) -> int:
        return int(self._as_number())

    def __index__(self) -> int:
        if self._data.size != 1 or self._data.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self._data.item())

    def _as_number(self) -> Any:
        if self._data.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        if self.requires_grad and STATE.grad_enabled:
            errors.warn(errors.TO_SCALAR, 3, once=True)
        return self._data.item()

    def __contains__(self, value: Any) -> bool:
        other = value._data if hasattr(value, "_data") else value
        return bool(np.any(self._data == other))

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        name = self._grad_fn_name()
        kind = None if self._meta is None else self._meta.kind
        title: str = "" if kind is None else kind.title
        return title + printing.tensor_str(
            self._data,
            self.dtype,
            grad_fn_name=name,
            requires_grad=self.requires_grad,
        )

    def _grad_fn_name(self) -> str | None:
        try:
            function = self.grad_fn
        except RuntimeError:  # a view that must not be changed was
            return "Invalid"
        return None if function is None else type(function).__name__

    def __format__(self, spec: str) -> str:
        if not self._data.ndim:
            return format(self._data.item(), spec)
        if spec:
            raise TypeError("unsupported format string passed to Tensor.__format__")
        return str(self)

    def __copy__(self) -> Tensor:
        """A leaf that looks at the same memory, without `.grad` and hooks."""
        from engine.tensor import wrap

        copy = share(wrap(self._data), self)  # type: ignore[arg-type]
        copy._req = self.requires_grad
        if self._meta is not None:
            meta_of(copy).kind = self._meta.kind
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
                "because of a torch.nn.utils.weight_norm usage, see "
                "https://github.com/pytorch/pytorch/pull/103001"
            )
        from engine.tensor import wrap

        copy = wrap(_own_memory(self._data))
        copy._req = self._req
        kind = None if self._meta is None else self._meta.kind
        if kind is not None:
            meta_of(copy).kind = kind
        elif self._grad is not None:  # a Parameter's is left behind
            copy._grad = wrap(_own_memory(self._grad._data))
        memo[id(self)] = copy
        return copy


def _own_memory(data: Array) -> Array:
    return data.copy(order="K") if isinstance(data, np.ndarray) else data
