"""The Tensor: values, and what autograd knows of them."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import dtypes, errors, printing
from engine.storage import Storage, Version

if TYPE_CHECKING:
    from engine.function import Function, RemovableHandle

Array = Any


class Size(tuple[int, ...]):
    """A shape; prints as PyTorch's does."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    __str__ = __repr__

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        return int(np.prod(self, dtype=np.int64))


class Meta:
    """What only some tensors have: shared memory, a base, hooks."""

    __slots__ = (
        "accumulator", "base", "hooks", "multi_view", "no_grad_view", "post_hooks", "rewrites",
        "seen", "storage", "version",
    )  # fmt: skip

    def __init__(self) -> None:
        self.storage: Storage | None = None
        self.version: Version | None = None
        self.base: Tensor | None = None
        self.accumulator: weakref.ref[Function] | None = None
        self.hooks: dict[int, Callable[..., Any]] | None = None
        self.post_hooks: dict[int, Callable[..., Any]] | None = None
        self.multi_view: str | None = None
        self.no_grad_view = False
        self.rewrites = 0  # how often an in-place change through a view gave this base a new history
        self.seen = 0  # the base's `rewrites` this view's grad_fn belongs to


class Tensor:
    """An n-dimensional array that remembers how it was made.

    0-d values are kept as NumPy scalars (half the cost of a 0-d array); everything else as ndarrays
    that are never written to once made.
    """

    __slots__ = ("__weakref__", "_data", "_fn", "_grad", "_meta", "_nr", "_req")

    _data: Array
    _fn: Any
    _nr: int
    _req: bool
    _grad: Any
    _meta: Meta | None

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
    def device(self) -> Device:
        return CPU

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

    def is_contiguous(self) -> bool:
        """Whether the elements lie in memory in row-major order."""
        return not isinstance(self._data, np.ndarray) or bool(self._data.flags.c_contiguous)

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
        share(self, self)
        meta_of(self).storage.as_array()  # type: ignore[union-attr]
        return int(self._data.__array_interface__["data"][0])

    # ---- autograd's view of it -------------------------------------------------------------------

    @property
    def grad_fn(self) -> Function | None:
        """The Function that made it, None for a leaf."""
        refresh(self)
        return self._fn  # type: ignore[no-any-return]

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def output_nr(self) -> int:
        return self._nr

    @property
    def requires_grad(self) -> bool:
        return self._req or self.grad_fn is not None

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
        self._req = flag

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say in place whether this leaf's gradient is wanted."""
        if not self.is_leaf:
            if not requires_grad:
                raise RuntimeError(errors.CHANGE_FLAG_HINT)
            return self
        if requires_grad and not self.is_floating_point():
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        self._req = bool(requires_grad)
        return self

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated so far, None before the first."""
        if self._grad is None and not self.is_leaf and not self.retains_grad:
            warnings.warn(errors.NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return self._grad  # type: ignore[no-any-return]

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
        function = self.grad_fn
        return (
            function is not None
            and function.extra is not None
            and self._nr in function.extra.retains
        )

    def retain_grad(self) -> None:
        """Keep `.grad` of this computed tensor after backward."""
        from engine.function import extra_of

        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        function = self.grad_fn
        if function is not None:
            extra_of(function).retains.setdefault(self._nr, weakref.ref(self))

    @property
    def _version(self) -> int:
        return version_of(self)

    @property
    def data(self) -> Tensor:
        """The same memory without history, and with a version counter of its own."""
        return share(wrap(self._data), self, own_version=True)

    @data.setter
    def data(self, new: Tensor) -> None:
        self._data = new._data
        if self._meta is not None:
            self._meta.storage = None
        share(self, new, own_version=True)

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
        """Call `hook(grad)` when this tensor's gradient is complete; what it returns replaces it."""
        from engine.function import RemovableHandle, extra_of

        if not self.requires_grad:
            raise RuntimeError(
                "cannot register a hook on a tensor that doesn't require gradient"
            )
        function = self.grad_fn
        if function is not None:
            hooks = extra_of(function).tensor_hooks.setdefault(self._nr, {})
        else:
            meta = meta_of(self)
            if meta.hooks is None:
                meta.hooks = {}
            hooks = meta.hooks
        return RemovableHandle.add(hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(leaf)` after its `.grad` was updated."""
        from engine.function import RemovableHandle

        if not self.requires_grad:
            raise RuntimeError(
                "cannot register a hook on a tensor that doesn't require gradient"
            )
        if not self.is_leaf:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        meta = meta_of(self)
        if meta.post_hooks is None:
            meta.post_hooks = {}
        return RemovableHandle.add(meta.post_hooks, hook)

    # ---- to and from Python ----------------------------------------------------------------------

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
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
        share(self, self)
        storage = meta_of(self).storage
        assert storage is not None
        storage.as_array()
        storage.exported = True
        return self._data  # type: ignore[no-any-return]

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
        if self.requires_grad and not _told.scalar:
            _told.scalar = True
            warnings.warn(
                "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
                "behavior.\nConsider using tensor.detach() first.",
                UserWarning,
                stacklevel=3,
            )
        return self._data.item()

    def __contains__(self, value: Any) -> bool:
        other = value._data if isinstance(value, Tensor) else value
        return bool(np.any(self._data == other))

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        function = self.grad_fn
        return printing.tensor_str(
            self._data,
            self.dtype,
            grad_fn_name=None if function is None else type(function).__name__,
            requires_grad=self.requires_grad,
        )

    def __format__(self, spec: str) -> str:
        if not self._data.ndim:
            return format(self._data.item(), spec)
        if spec:
            raise TypeError("unsupported format string passed to Tensor.__format__")
        return str(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
                "because of a torch.nn.utils.weight_norm usage, see "
                "https://github.com/pytorch/pytorch/pull/103001"
            )
        copy = wrap(self._data)
        copy._req = self._req
        copy._grad = None if self._grad is None else wrap(self._grad._data)
        memo[id(self)] = copy
        return copy


class Device:
    """Where tensors live; there is only the CPU."""

    type = "cpu"
    index = None

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> bool:
        return str(other) == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")


CPU = Device()


class _Told:
    """Warnings PyTorch gives once per process."""

    scalar = False


_told = _Told()

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
    return t


def is_tensor(x: Any) -> bool:
    """Whether `x` is a Tensor."""
    return isinstance(x, Tensor)


def requires_grad(x: Any) -> bool:
    """Whether `x` is a tensor whose gradient is wanted."""
    return isinstance(x, Tensor) and (x._req or x._fn is not None or x.grad_fn is not None)


def meta_of(t: Tensor) -> Meta:
    """The tensor's Meta, made when first asked for."""
    if t._meta is None:
        t._meta = Meta()
    return t._meta


def version_of(x: Any) -> int:
    """How often the tensor's memory was changed in place."""
    if not isinstance(x, Tensor):
        return 0
    meta = x._meta
    return 0 if meta is None or meta.version is None else meta.version.count


def own(t: Tensor) -> Meta:
    """Meta with a storage and a version counter; a saved result of the same memory joins them."""
    from engine.function import SavedResult

    meta = meta_of(t)
    if meta.version is None:
        meta.version = Version()
    if meta.storage is None:
        meta.storage = Storage()
        meta.storage.add(t)
        function = t._fn
        if function is not None and function.outputs == 1 and function.result is t._data:
            function.result = SavedResult(t._data, meta.version, meta.version.count)
            meta.storage.add(function.result)
    return meta


def share(t: Tensor, source: Tensor, own_version: bool = False) -> Tensor:
    """Let `t` (whose data lies in the memory of `source`) see what is written to `source`."""
    theirs = own(source)
    if t is source:
        return t
    mine = meta_of(t)
    mine.storage = theirs.storage
    mine.version = Version() if own_version else theirs.version
    assert theirs.storage is not None
    theirs.storage.add(t)
    return t


def refresh(t: Tensor) -> None:
    """Give a view the history its base got by an in-place change through another view."""
    meta = t._meta
    if meta is not None and meta.base is not None:
        base_meta = meta.base._meta
        if base_meta is not None and base_meta.rewrites != meta.seen:
            from engine.inplace import regenerate

            regenerate(t, meta)


def check_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front; raises IndexError with PyTorch's sentence."""
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(errors.dim_out_of_range(dim, ndim))
    return dim % n


def _check_grad(t: Tensor, value: Any) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(
            f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
        )
    if value._data.shape != t._data.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(value._data.shape)}' to a tensor of size "
            f"'{list(t._data.shape)}'. Please ensure that the gradient and the tensor are the same size"
        )
    if value._data.dtype != t._data.dtype:
        was, is_ = _C_NAMES.get(value.dtype.name, value.dtype.name), t.dtype.scalar_name
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{was}' to a tensor with grad_dtype '{is_}'. The "
            "gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). You can set the "
            "tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
            "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
            "downstream systems that assume they match."
        )


_C_NAMES = {"float64": "double", "float32": "float", "int64": "long int", "int32": "int"}
