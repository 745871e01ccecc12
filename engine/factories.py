"""Tensors out of nothing: data, constants, ranges, random numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from operator import index
from typing import Any

import numpy as np

from engine import dtypes, errors, memory, random
from engine.layout import copied, laid
from engine.meta import meta_of, own
from engine.modes import STATE
from engine.packed import Packed
from engine.promote import checked
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
    formula=r"y = \text{data}",
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
        errors.warn(errors.COPY_CONSTRUCT, 2)
        data = data._data
    if isinstance(data, (list, tuple)):
        data = _without_tensors(data)
    wanted = None if dtype is None else _dtype(dtype)
    if isinstance(data, Packed):
        memory.room(data.shape, (wanted or data.dtype).np)
        return _leaf(data.as_dtype(wanted), requires_grad)
    return _leaf(dtypes.to_array(data, wanted), requires_grad)


def _without_tensors(data: Any) -> Any:
    if isinstance(data, (list, tuple)):
        return [_without_tensors(x) for x in data]
    return data.tolist() if is_tensor(data) else data


@op(
    "Tensors", "∇", defaults={"data": 1.0}, source=True,
    torch="torch.tensor({data}, dtype=torch.{dtype}, requires_grad=True)",
    formula=r"y = \text{data}",
)  # fmt: skip
def parameter(data: Data, *, dtype: Dtype = None) -> Tensor:
    """A tensor whose gradient is wanted: something to be learned."""
    return tensor(data, dtype=dtype, requires_grad=True)


def _filled(size: Any, value: Any, dtype: dtypes.dtype, requires_grad: bool) -> Tensor:
    size = tuple(size)
    memory.room(size, dtype.np)
    data = np.full(size, checked(value, dtype.np), dtype.np)
    return _leaf(data, requires_grad)


def _size(args: tuple[Any, ...], size: Any) -> tuple[int, ...]:
    """The sizes asked for; raises RuntimeError for a negative one."""
    if size is None:
        size = args[0] if len(args) == 1 and isinstance(args[0], (tuple, list)) else args
    found = tuple(map(index, (size,) if isinstance(size, int) else size))
    for n in found:
        if n < 0:
            raise RuntimeError(errors.negative_size(n, found))
    return found


def _random(draw: Callable[..., Any], size: tuple[int, ...], kind: dtypes.dtype) -> Array:
    """Random numbers of that size and dtype, once there is room for them."""
    memory.room(size, kind.np)
    return np.asarray(draw(size, kind))


def zeros(
    *args: Any,
    size: Any = None,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor full of zeros."""
    try:
        wanted = _size(args, size)
    except RuntimeError:
        raise RuntimeError("zeros: Dimension size must be non-negative.") from None
    return _filled(wanted, 0, _dtype(dtype), requires_grad)


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
    return _filled(_size((), size), value, _dtype(dtype, dtypes.infer(value)), requires_grad)


def arange(
    start: Any, end: Any = None, step: Any = 1, *, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Numbers from `start` up to but without `end`."""
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if is_tensor(x) else x for x in (start, end, step))
    if not (isfinite(start) and isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    floats = any(isinstance(x, float) for x in (start, end, step))
    kind = _dtype(dtype, dtypes.get_default_dtype() if floats else dtypes.BY_NAME["int64"])
    if kind is dtypes.int64:
        start, end, step = int(start), int(end), int(step)
        if step == 0:
            raise ValueError("step must be nonzero")
    if kind.name == "bool":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    count = int(np.ceil((end - start) / step))
    memory.room((count,), kind.np)
    if not kind.is_floating_point:
        start, step = int(start), int(step)  # which the other integers ask only after counting
    return _leaf((start + np.arange(count) * step).astype(kind.np), requires_grad, "arange")


def _only_0d(name: str, start: Any, end: Any) -> None:
    """Make sure that tensors given as bounds have no dims."""
    dims = [x.ndim if is_tensor(x) else 0 for x in (start, end)]
    if any(dims):
        raise RuntimeError(
            f"{name} only supports 0-dimensional start and end tensors, but got start with "
            f"{dims[0]} dimension(s) and end with {dims[1]} dimension(s)."
        )


def linspace(
    start: Any, end: Any, steps: int, *, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """`steps` numbers from `start` to `end`, both included."""
    kind = _dtype(dtype)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    _only_0d("linspace", start, end)
    memory.room((steps,), kind.np)
    start, end = (x.item() if is_tensor(x) else x for x in (start, end))
    if not kind.is_floating_point:
        start, end = int(start), int(end)
    places = np.arange(steps)
    step = (end - start) / max(steps - 1, 1)
    # from both ends towards the middle, as PyTorch's kernel has it
    values = np.where(places < steps // 2, start + step * places, end - step * places[::-1])
    if steps == 1:
        values = np.array([start])
    return _leaf(values.astype(kind.np), requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Dtype = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on its diagonal."""
    for name, size in (("n", n), ("m", m or 0)):
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    kind = _dtype(dtype)
    memory.room((n, n if m is None else m), kind.np)
    return _leaf(np.eye(n, m, dtype=kind.np), requires_grad)


def rand(
    *args: Any, size: Any = None, generator: Any = None, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Random numbers from [0, 1), in PyTorch's CPU stream."""
    return _leaf(_random(random.rand, _size(args, size), _dtype(dtype)), requires_grad)


def randn(
    *args: Any, size: Any = None, generator: Any = None, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Random numbers of mean 0 and variance 1, in PyTorch's CPU stream."""
    return _leaf(_random(random.randn, _size(args, size), _dtype(dtype)), requires_grad)


def zeros_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None, layout: Any = None,
) -> Tensor:  # fmt: skip
    """Zeros in the shape and dtype of another tensor."""
    return _filled_like(input, 0, dtype, requires_grad, memory_format)


def ones_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None, layout: Any = None,
) -> Tensor:  # fmt: skip
    """Ones in the shape and dtype of another tensor."""
    return _filled_like(input, 1, dtype, requires_grad, memory_format)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: Dtype = None, device: Any = None,
    requires_grad: bool = False, memory_format: Any = None, layout: Any = None,
) -> Tensor:  # fmt: skip
    """One value in the shape and dtype of another tensor."""
    value = fill_value.item() if is_tensor(fill_value) else fill_value
    return _filled_like(input, value, dtype, requires_grad, memory_format)


def _filled_like(
    input: Tensor, value: Any, dtype: Dtype, requires_grad: bool, memory_format: Any
) -> Tensor:
    kind = _dtype(dtype, input.dtype).np
    memory.room(input._data.shape, kind)
    data = copied(input._data, memory_format)
    return _leaf(np.full_like(data, checked(value, kind), kind), requires_grad)


empty_like = zeros_like


def _like(drawn: Any, input: Any) -> Any:
    """What was drawn row by row, its dimensions in memory ordered as those of another array."""
    return laid(drawn, [input])


def rand_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None, layout: Any = None,
) -> Tensor:  # fmt: skip
    """Random numbers from [0, 1) in the shape of another tensor."""
    drawn = rand(input.shape, dtype=_dtype(dtype, input.dtype))
    return _leaf(copied(_like(drawn._data, input._data), memory_format), requires_grad)


def randn_like(
    input: Tensor, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False,
    memory_format: Any = None, layout: Any = None,
) -> Tensor:  # fmt: skip
    """Normal random numbers in the shape of another tensor."""
    drawn = randn(input.shape, dtype=_dtype(dtype, input.dtype))
    return _leaf(copied(_like(drawn._data, input._data), memory_format), requires_grad)


def as_tensor(data: Any, dtype: Dtype = None, device: Any = None) -> Any:
    """A tensor of the data; the very tensor given if nothing changes."""
    if is_tensor(data):
        return data if dtype is None else data.to(_dtype(dtype))
    return tensor(data, dtype=dtype)


def scalar_tensor(
    s: Any, *, dtype: Dtype = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A 0-d tensor of the default dtype."""
    return tensor(s, dtype=_dtype(dtype), requires_grad=requires_grad)


def from_numpy(array: Any) -> Tensor:
    """A tensor on the memory of a NumPy array."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
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
    formula=r"y_i \sim U(0, 1)",
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
    formula=r"y_i \sim N(0, 1)",
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
    formula=r"y_i = 0",
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
    formula=r"y_i = 1",
)
def _ones_node(*, size: tuple[int, ...] = (), requires_grad: bool = False) -> Tensor:
    """A tensor full of ones."""
    return ones(tuple(size), requires_grad=requires_grad)


@op(
    "Tensors", "…", name="arange", defaults={"start": 0.0, "end": 5.0}, source=True,
    torch="torch.arange({start}, {end}, {step}, requires_grad={requires_grad})",
    formula=r"y_i = \text{start} + i \cdot \text{step}",
)  # fmt: skip
def _arange_node(
    *, start: float = 0.0, end: float, step: float = 1.0, requires_grad: bool = False
) -> Tensor:
    """Numbers from `start` up to but without `end`."""
    return arange(start, end, step, requires_grad=requires_grad)


Data = Any
"""Annotation of the field that holds a tensor's values."""
