"""The Tensor: values, and what autograd knows of them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import devices, dtypes, errors
from engine.layout import is_laid_out, layout, memory_format, strided
from engine.meta import Meta, is_tracked, is_uncounted, meta_of, own, refresh, share, version_of
from engine.modes import STATE
from engine.protocol import PythonProtocol
from engine.size import Size

if TYPE_CHECKING:
    from engine.function import AccumulateGrad, Function
    from engine.hooks import RemovableHandle

Array = Any


class Tensor(PythonProtocol):
    """An n-dimensional array that remembers how it was made.

    0-d values are kept as NumPy scalars (half the cost of a 0-d array); everything else as ndarrays
    that are never written to once made.
    """

    __slots__ = ("__weakref__", "_accumulator", "_data", "_fn", "_grad", "_meta", "_nr", "_req")

    if TYPE_CHECKING:  # `engine.methods` adds the ops as methods and operators

        def __getattr__(self, name: str) -> Any: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...

    _data: Array
    _fn: Function | None
    _nr: int
    _req: bool
    _grad: Tensor | None
    _meta: Meta | None
    _accumulator: weakref.ref[AccumulateGrad] | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        from engine.factories import tensor

        return tensor([] if not args else args[0], **kwargs)

    # ---- what it is ------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        return Size(self._data.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        if dim is None:
            return self.shape
        return self._data.shape[check_dim(dim, self._data.ndim)]

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.of(self._data.dtype)

    @property
    def device(self) -> devices.device:
        return devices.CPU

    @property
    def ndim(self) -> int:
        return int(self._data.ndim)

    def dim(self) -> int:
        """The number of dimensions."""
        return int(self._data.ndim)

    def numel(self) -> int:
        """The number of elements."""
        return int(self._data.size)

    nelement = numel

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    def is_contiguous(self, memory_format: memory_format | None = None) -> bool:
        """Whether the elements lie in memory in row-major order, or in the one given."""
        return is_laid_out(self._data, memory_format)

    @property
    def layout(self) -> layout:
        """Dense, as all tensors here."""
        return strided

    def stride(self, dim: int | None = None) -> Any:
        """Steps between neighbours along each dimension, in elements."""
        data = np.asarray(self._data)
        strides = tuple(s // data.itemsize for s in data.strides)
        return strides if dim is None else strides[check_dim(dim, data.ndim)]

    def element_size(self) -> int:
        """Bytes per element."""
        return int(self._data.itemsize)

    def data_ptr(self) -> int:
        """The address of the first element."""
        storage = own(self).storage
        assert storage is not None
        storage.as_array()
        return int(self._data.__array_interface__["data"][0])

    # ---- autograd's view of it -------------------------------------------------------------------

    @property
    def grad_fn(self) -> Function | None:
        """The Function that made it, None for a leaf."""
        if self._meta is not None:
            refresh(self)
        return self._fn

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def output_nr(self) -> int:
        return self._nr

    @property
    def requires_grad(self) -> bool:
        return requires_grad(self)

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        if not isinstance(flag, bool):
            raise RuntimeError("requires_grad must be a bool")
        if not self.is_leaf:
            raise RuntimeError(errors.CHANGE_FLAG if flag else errors.CHANGE_FLAG_HINT)
        if flag and not self.is_floating_point():
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        if flag and self.is_inference() and not STATE.inference:
            raise RuntimeError(errors.INFERENCE_REQUIRES_GRAD)
        self._req = flag

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say in place whether this leaf's gradient is wanted."""
        if self._fn is not None and not requires_grad:
            raise RuntimeError(errors.CHANGE_FLAG_HINT)
        if requires_grad and not self.is_floating_point():
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if self._fn is not None:
            return self
        if requires_grad and self.is_inference() and not STATE.inference:
            raise RuntimeError(errors.INFERENCE_REQUIRES_GRAD)
        self._req = bool(requires_grad)
        return self

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated so far, None before the first."""
        if self._grad is None and self._fn is not None and not self.retains_grad:
            errors.warn(errors.NON_LEAF_GRAD, 2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            _check_grad(self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def retains_grad(self) -> bool:
        function = self._fn
        return (
            function is not None
            and function.extra is not None
            and self._nr in function.extra.retains
        )

    def retain_grad(self) -> None:
        """Keep `.grad` of this computed tensor after backward."""
        from engine.hooks import extra_of

        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        function = self._fn and self.grad_fn
        if function is not None:
            extra_of(function).retains.setdefault(self._nr, weakref.ref(self))

    @property
    def _version(self) -> int:
        if is_uncounted(self):
            raise RuntimeError("Inference tensors do not track version counter.")
        return version_of(self)

    def is_inference(self) -> bool:
        """Whether it was made in inference mode."""
        return self._meta is not None and self._meta.inference

    @property
    def data(self) -> Tensor:
        """The same memory without history, and with a version counter of its own."""
        return share(wrap(self._data), self, own_version=True)

    @data.setter
    def data(self, new: Tensor) -> None:
        if self.requires_grad and not new.is_floating_point():
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex "
                "dtype"
            )
        self._data = new._data
        version = None if self._meta is None else self._meta.version
        if new is self:
            return
        if self._meta is not None and self._meta.storage is not None:
            self._meta.storage.drop(self)
            self._meta.storage = None
        counted = not is_uncounted(self)  # which other data does not change
        meta = meta_of(share(self, new, own_version=True))
        meta.version = version or meta.version
        if meta.inference or new.is_inference():
            meta.inference, meta.counted = new.is_inference(), counted

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Compute the gradient of this tensor and add it to the `.grad` of the leaves below it.

        `gradient` has this tensor's shape (default: 1 for a one-element tensor).
        Raises RuntimeError with PyTorch's sentence.
        """
        from engine.backward import backward

        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad)` when the gradient is complete; what it returns replaces it."""
        from engine import hooks

        return hooks.on_tensor(self, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(leaf)` after its `.grad` was updated."""
        from engine import hooks

        return hooks.after_accumulation(self, hook)


_new = object.__new__


def wrap(data: Array, function: Any = None, output: int = 0) -> Tensor:
    """A Tensor around an array or NumPy scalar, taken as it is."""
    if type(data) is np.ndarray and data.ndim == 0 and data.base is None:
        data = data[()]
    t: Tensor = _new(Tensor)
    t._data = data
    t._fn = function
    t._nr = output
    t._req = False
    t._grad = None
    t._meta = None
    t._accumulator = None
    return t


def as_output(data: Array, function: Any, output: int) -> Tensor:
    """A Tensor that is some output of a Function."""
    t = wrap(data, function, output)
    if output:
        meta_of(t)  # which says that the tensor is not of the usual kind
    return t


def is_tensor(x: Any) -> bool:
    """Whether `x` is a Tensor."""
    return isinstance(x, Tensor)


def requires_grad(x: Any) -> bool:
    """Whether `x` is a tensor whose gradient is wanted, or a view of one."""
    if not isinstance(x, Tensor) or x._req or x._fn is not None:
        return isinstance(x, Tensor)
    return x._meta is not None and x._meta.base is not None and is_tracked(x._meta.base)


def check_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front; raises IndexError with PyTorch's sentence."""
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(errors.dim_out_of_range(dim, ndim))
    return dim % n


def _check_grad(t: Tensor, value: Any) -> None:
    if value is t:
        raise RuntimeError("can't assign Variable as its own grad")
    if not isinstance(value, Tensor):
        raise TypeError(
            "assigned grad expected to be a Tensor or None but got grad of type "
            f"{type(value).__name__}"
        )
    if value._data.dtype != t._data.dtype:
        was, is_ = _C_NAMES.get(value.dtype.name, value.dtype.name), t.dtype.scalar_name
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{was}' to a tensor with grad_dtype "
            f"'{is_}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's "
            "dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None "
            "to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and "
            "its gradient may break downstream systems that assume they match."
        )
    if value._data.shape != t._data.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(value._data.shape)}' to a tensor of "
            f"size '{list(t._data.shape)}'. Please ensure that the gradient and the tensor are the "
            "same size"
        )


_C_NAMES = {"float64": "double", "float32": "float", "int64": "long int", "int32": "int"}
