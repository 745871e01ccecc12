"""Tensors out of nothing: data, constants, ranges, random numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine import dtypes, random
from engine.meta import meta_of, own
from engine.modes import STATE
from engine.registry import op
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Dtype = dtypes.dtype | str | None


def _dtype(dtype: Dtype, default: dtypes.dtype | None = None) -> dtypes.dtype:
    if dtype is None:
        return default or dtypes.get_default_dtype()
    return dtypes.BY_NAME[dtype] if isinstance(dtype, str) else dtype


def _leaf(data: Array, requires_grad: Any, name: str = "tensor") -> Tensor:
    if not isinstance(requires_grad, bool):
        raise TypeError(
            f"{name}(): argument 'requires_grad' must be bool, not {type(requires_grad).__name__}"
        )
    out = wrap(data if data.ndim else data[()])
    if STATE.inference:
        meta_of(out).inference = True
    if requires_grad:
        if not out.is_floating_point():
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        out._req = True
    return out


@op(
    "Tensors", "▭", defaults={"data": 1.0}, source=True, hidden=("device",),
    torch="torch.tensor({data}, dtype=torch.{dtype}, requires_grad={requires_grad})",
)  # fmt: skip
def tensor(
    data: Data,
    *,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor with the values given: a number or nested lists of numbers."""
    if is_tensor(data):
        data = data._data
    if isinstance(data, (list, tuple)):
        data = _without_tensors(data)
    wanted = None if dtype is None else _dtype(dtype)
    return _leaf(dtypes.to_array(data, wanted), requires_grad)


def _without_tensors(data: Any) -> Any:
    if isinstance(data, (list, tuple)):
        return [_without_tensors(x) for x in data]
    return data.tolist() if is_tensor(data) else data


@op(
    "Tensors", "∇", defaults={"data": 1.0}, source=True,
    torch="torch.tensor({data}, dtype=torch.{dtype}, requires_grad=True)",
)  # fmt: skip
def parameter(data: Data, *, dtype: Dtype = None) -> Tensor:
    """A tensor whose gradient is wanted: something to be learned."""
    return tensor(data, dtype=dtype, requires_grad=True)


def _filled(size: Any, value: Any, dtype: dtypes.dtype, requires_grad: bool) -> Tensor:
    return _leaf(np.full(tuple(size), value, dtype.np), requires_grad)


def _size(args: tuple[Any, ...], size: Any) -> tuple[int, ...]:
    if size is not None:
        return tuple(size)
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        return tuple(args[0])
    return tuple(args)


def zeros(
    *args: Any,
    size: Any = None,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor full of zeros."""
    return _filled(_size(args, size), 0, _dtype(dtype), requires_grad)


def ones(
    *args: Any,
    size: Any = None,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor full of ones."""
    return _filled(_size(args, size), 1, _dtype(dtype), requires_grad)


def empty(
    *args: Any,
    size: Any = None,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor whose values do not matter yet (here: zeros)."""
    return _filled(_size(args, size), 0, _dtype(dtype), requires_grad)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor full of one value; its dtype follows the value."""
    value = fill_value.item() if is_tensor(fill_value) else fill_value
    return _filled(size, value, _dtype(dtype, dtypes.infer(value)), requires_grad)


def arange(
    start: Any, end: Any = None, step: Any = 1, *, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Numbers from `start` up to but without `end`."""
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    floats = any(isinstance(x, float) for x in (start, end, step))
    kind = _dtype(dtype, dtypes.get_default_dtype() if floats else dtypes.BY_NAME["int64"])
    count = int(np.ceil((end - start) / step))
    return _leaf((start + np.arange(count) * step).astype(kind.np), requires_grad, "arange")


def linspace(
    start: Any, end: Any, steps: int, *, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """`steps` numbers from `start` to `end`, both included."""
    return _leaf(np.linspace(start, end, steps).astype(_dtype(dtype).np), requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on its diagonal."""
    return _leaf(np.eye(n, m, dtype=_dtype(dtype).np), requires_grad)


def rand(
    *args: Any, size: Any = None, generator: Any = None, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Random numbers from [0, 1), in PyTorch's CPU stream."""
    return _leaf(np.asarray(random.rand(_size(args, size), _dtype(dtype))), requires_grad)


def randn(
    *args: Any, size: Any = None, generator: Any = None, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Random numbers of mean 0 and variance 1, in PyTorch's CPU stream."""
    return _leaf(np.asarray(random.randn(_size(args, size), _dtype(dtype))), requires_grad)


def zeros_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Zeros in the shape and dtype of another tensor."""
    return _filled(input.shape, 0, _dtype(dtype, input.dtype), requires_grad)


def ones_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Ones in the shape and dtype of another tensor."""
    return _filled(input.shape, 1, _dtype(dtype, input.dtype), requires_grad)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """One value in the shape and dtype of another tensor."""
    return _filled(input.shape, fill_value, _dtype(dtype, input.dtype), requires_grad)


empty_like = zeros_like


def rand_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers from [0, 1) in the shape of another tensor."""
    return rand(input.shape, dtype=_dtype(dtype, input.dtype), requires_grad=requires_grad)


def randn_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Normal random numbers in the shape of another tensor."""
    return randn(input.shape, dtype=_dtype(dtype, input.dtype), requires_grad=requires_grad)


def as_tensor(data: Any, dtype: Dtype = None, device: Any = None) -> Any:
    """A tensor of the data; the very tensor given if nothing changes."""
    if is_tensor(data):
        return data if dtype is None else data.to(_dtype(dtype))
    return tensor(data, dtype=dtype)


def scalar_tensor(s: Any, *, dtype: Dtype = None, requires_grad: bool = False) -> Tensor:
    """A 0-d tensor of the default dtype."""
    return tensor(s, dtype=_dtype(dtype), requires_grad=requires_grad)


def from_numpy(array: Any) -> Tensor:
    """A tensor on the memory of a NumPy array."""
    out = wrap(array)
    meta = own(out)
    assert meta.storage is not None
    meta.storage.exported = True
    return out


# ---- the same as nodes of a drawn graph: sizes and seeds are fields ------------------------------


def _node_rand(
    draw: Callable[..., Tensor], size: Any, seed: int | None, requires_grad: bool
) -> Tensor:
    if seed is not None:
        random.manual_seed(seed)
    return draw(tuple(size), requires_grad=requires_grad)


@op(
    "Tensors",
    "⚄",
    name="rand",
    torch="torch.rand({size}, requires_grad={requires_grad})",
    source=True,
)
def _rand_node(
    *, size: tuple[int, ...] = (), seed: int | None = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers from [0, 1); `seed` makes them the same every time (torch.manual_seed)."""
    return _node_rand(rand, size, seed, requires_grad)


@op(
    "Tensors",
    "N",
    name="randn",
    torch="torch.randn({size}, requires_grad={requires_grad})",
    source=True,
)
def _randn_node(
    *, size: tuple[int, ...] = (), seed: int | None = None, requires_grad: bool = False
) -> Tensor:
    """Random numbers of mean 0 and variance 1; `seed` makes them the same every time."""
    return _node_rand(randn, size, seed, requires_grad)


@op(
    "Tensors",
    "0",
    name="zeros",
    torch="torch.zeros({size}, requires_grad={requires_grad})",
    source=True,
)
def _zeros_node(*, size: tuple[int, ...] = (), requires_grad: bool = False) -> Tensor:
    """A tensor full of zeros."""
    return zeros(tuple(size), requires_grad=requires_grad)


@op(
    "Tensors",
    "1",
    name="ones",
    torch="torch.ones({size}, requires_grad={requires_grad})",
    source=True,
)
def _ones_node(*, size: tuple[int, ...] = (), requires_grad: bool = False) -> Tensor:
    """A tensor full of ones."""
    return ones(tuple(size), requires_grad=requires_grad)


@op(
    "Tensors", "…", name="arange", defaults={"start": 0.0, "end": 5.0}, source=True,
    torch="torch.arange({start}, {end}, {step}, requires_grad={requires_grad})",
)  # fmt: skip
def _arange_node(
    *, start: float = 0.0, end: float, step: float = 1.0, requires_grad: bool = False
) -> Tensor:
    """Numbers from `start` up to but without `end`."""
    return arange(start, end, step, requires_grad=requires_grad)


Data = Any
"""Annotation of the field that holds a tensor's values."""
