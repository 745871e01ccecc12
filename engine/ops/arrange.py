"""The same entries somewhere else: repeated, turned, shifted, padded, put on diagonals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import errors, memory
from engine.function import Function
from engine.inplace import as_strided as as_strided
from engine.layout import contiguous_format, laid
from engine.ops.shape import clone, contiguous, expand, flatten, permute, unsqueeze, view
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class RepeatBackward0(Function):
    def forward(F: Namespace, self: Array, *, repeats: Shape) -> Array:
        """self, as often as repeats says along each dimension"""
        return np.tile(self, repeats)

    @tex(r"\sum_i \bar{y}_i")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, repeats: Shape) -> Array:
        """repeat distributes: the gradients of all copies are added up."""
        full = (1,) * (len(repeats) - len(self_shape)) + tuple(self_shape)
        split = [n for pair in zip(repeats, full, strict=True) for n in pair]
        if not split:
            return grad
        summed = F.sum(F.reshape(grad, tuple(split)), tuple(range(0, len(split), 2)))
        return F.reshape(summed, self_shape)


@op(
    "Shape", "repeat", torch="{self}.repeat({repeats})", defaults={"repeats": [2]},
    samples=(((3,), {"repeats": (2,)}), ((2, 3), {"repeats": (2, 1, 2)})),
    formula=r"y = (x, x, \ldots)",
)  # fmt: skip
def repeat(self: Tensor, repeats: tuple[int, ...]) -> Tensor:
    """Copies side by side, a number of them along each dimension."""
    if len(repeats) < self.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    extra = (1,) * (len(repeats) - self.ndim)
    shape = tuple(n * r for n, r in zip((*extra, *self.shape), repeats, strict=True))
    for n in shape:
        if n < 0:
            raise RuntimeError(errors.negative_size(n, shape))
    memory.room(shape, self._data.dtype)
    return RepeatBackward0.apply(self, repeats=tuple(repeats))


def tile(self: Tensor, dims: Sequence[int]) -> Tensor:
    """repeat, with missing numbers at the front counted as 1."""
    return repeat(self, (1,) * (self.ndim - len(dims)) + tuple(dims))


def repeat_interleave(
    self: Tensor, repeats: Any, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Every entry (or slice along `dim`) several times in a row."""
    from engine.ops.gather import index_select
    from engine.tensor import wrap

    if dim is None:
        self, dim = flatten(self), 0
    d = check_dim(dim, self.ndim)
    if is_tensor(repeats) and repeats.numel() > 1:
        places = np.repeat(np.arange(self.shape[d]), repeats._data)
        return index_select(self, d, wrap(places))
    times = repeats.item() if is_tensor(repeats) else repeats
    shape = tuple(self.shape)
    wide = expand(unsqueeze(self, d + 1), (*shape[: d + 1], times, *shape[d + 1 :]))
    return flatten(clone(wide, memory_format=contiguous_format), d, d + 1)


class FlipBackward0(Function):
    def forward(F: Namespace, self: Array, *, dims: Shape) -> Array:
        """self, last to first along dims"""
        return F.flip(self, dims) if self.ndim else self

    @tex(r"\operatorname{flip} \bar{y}")
    def grad_self(F: Namespace, grad: Array, dims: Shape) -> Array:
        """The gradient is turned back."""
        return F.flip(grad, dims)


@op(
    "Shape", "flip", defaults={"dims": [0]}, samples=(((2, 3), {"dims": (0, 1)}),),
    formula=r"y_{i} = x_{n + 1 - i}",
)  # fmt: skip
def flip(self: Tensor, dims: tuple[int, ...]) -> Tensor:
    """The order reversed along dimensions."""
    given = (dims,) if isinstance(dims, int) else dims
    return FlipBackward0.apply(self, dims=tuple(check_dim(d, self.ndim) for d in given))


def fliplr(self: Tensor) -> Tensor:
    """Left and right exchanged."""
    if self.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(self, (1,))


def flipud(self: Tensor) -> Tensor:
    """Top and bottom exchanged."""
    if not self.ndim:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(self, (0,))


class RollBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, shifts: Shape, dims: Shape) -> Array:
        """self, shifted round along dims"""
        return F.roll(self, shifts, dims)

    @tex(r"\operatorname{roll}_{-s} \bar{y}")
    def grad_self(F: Namespace, grad: Array, shifts: Shape, dims: Shape) -> Array:
        """The gradient is shifted back."""
        back = tuple(-n for n in shifts)
        return F.roll(grad, back, dims)


@op(
    "Shape", "roll", defaults={"shifts": [1], "dims": [0]},
    samples=(((4,), {"shifts": (1,), "dims": (0,)}), ((2, 3), {"shifts": (2,)})),
    formula=r"y_{i + s} = x_{i}",
)  # fmt: skip
def roll(self: Tensor, shifts: tuple[int, ...], dims: tuple[int, ...] = ()) -> Tensor:
    """Shift along dimensions; what falls off one end comes in at the other."""
    by = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    over = (dims,) if isinstance(dims, int) else tuple(dims or ())
    if not by:
        raise RuntimeError("`shifts` required")
    if len(by) != len(over) and (over or len(by) > 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(over)}")
    if over and not self.ndim:
        raise IndexError(f"Dimension specified as {over[0]} but tensor has no dimensions")
    if not self.numel():
        by, over = by[:1], ()  # nothing moves, and torch does not look at the dimensions
    over = tuple(check_dim(d, self.ndim) for d in over)
    return RollBackward0.apply(self, shifts=by, dims=over)


def _check_matrix(name: str, self: Tensor) -> None:
    if self.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


class TrilBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, diagonal: int) -> Array:
        """Zeros above the diagonal"""
        return np.tril(self, diagonal)

    @tex(r"\operatorname{tril} \bar{y}")
    def grad_self(F: Namespace, grad: Array, diagonal: int) -> Array:
        """A gate: nothing passes above the diagonal."""
        return F.tril(grad, diagonal)


class TriuBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, diagonal: int) -> Array:
        """Zeros below the diagonal"""
        return np.triu(self, diagonal)

    @tex(r"\operatorname{triu} \bar{y}")
    def grad_self(F: Namespace, grad: Array, diagonal: int) -> Array:
        """A gate: nothing passes below the diagonal."""
        return F.triu(grad, diagonal)


@op(
    "Shape", "◺", samples=(((3, 3),), ((2, 3), {"diagonal": 1})),
    formula=r"y_{i j} = x_{i j} \cdot [j - i \le d]",
)  # fmt: skip
def tril(self: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle, zeros above."""
    _check_matrix("tril", self)
    return TrilBackward0.apply(self, diagonal=diagonal)


@op(
    "Shape", "◹", samples=(((3, 3),), ((2, 3), {"diagonal": 1})),
    formula=r"y_{i j} = x_{i j} \cdot [j - i \ge d]",
)  # fmt: skip
def triu(self: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle, zeros below."""
    _check_matrix("triu", self)
    return TriuBackward0.apply(self, diagonal=diagonal)


class DiagonalBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, offset: int, dim1: int, dim2: int) -> Array:
        """The entries on a diagonal"""
        part = np.diagonal(self, offset, dim1, dim2)
        part.flags.writeable = True  # NumPy marks it read-only although it is a plain view
        return part

    @tex(r"\operatorname{diag} \bar{y}")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, offset: int, dim1: int, dim2: int
    ) -> Array:
        """The diagonal's entries get the gradient, the rest gets zeros."""
        places = np.diagonal(np.arange(np.prod(self_shape)).reshape(self_shape), offset, dim1, dim2)
        flat = F.index_backward(grad, (int(np.prod(self_shape)),), (places,))
        return F.reshape(flat, self_shape)


class DiagonalCopy(Function):
    def forward(F: Namespace, self: Array, *, offset: int, dim1: int, dim2: int) -> Array:
        """The entries on a diagonal"""
        return np.diagonal(self, offset, dim1, dim2).copy()

    grad_self = DiagonalBackward0.__dict__["grad_self"].__func__


DiagonalCopy.__name__ = "DiagonalBackward0_copy"


def diagonal(self: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The entries on a diagonal, as a view."""
    a, b = check_dim(dim1, self.ndim), check_dim(dim2, self.ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return DiagonalBackward0.apply(self, offset=offset, dim1=a, dim2=b)


class DiagEmbedBackward0(Function):
    def forward(F: Namespace, self: Array, *, offset: int, dim1: int = -2, dim2: int = -1) -> Array:
        """self on a diagonal of zeros"""
        if not self.ndim:
            raise IndexError(errors.dim_out_of_range(-2, 0))
        n = self.shape[-1]
        shape = (*self.shape[:-1], n + abs(offset), n + abs(offset))
        memory.room(shape, self.dtype)
        out = np.zeros(shape, self.dtype)
        rows = np.arange(n) + max(-offset, 0)
        out[..., rows, rows + offset] = self
        return np.moveaxis(out, (-2, -1), (dim1, dim2))

    @tex(r"\operatorname{diag} \bar{y}")
    def grad_self(F: Namespace, grad: Array, offset: int, dim1: int, dim2: int) -> Array:
        """The diagonal is read out again."""
        return F.diagonal(grad, offset, dim1 % grad.ndim, dim2 % grad.ndim)


def diag_embed(self: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices with the last dimension on the diagonal of two new dimensions."""
    a, b = check_dim(dim1, self.ndim + 1), check_dim(dim2, self.ndim + 1)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return DiagEmbedBackward0.apply(self, offset=offset, dim1=a, dim2=b)


@op(
    "Shape", "⋱", samples=(((3,),), ((3, 3),), ((2, 3), {"diagonal": 1})),
    formula=r"y_{i i} = x_{i}",
)  # fmt: skip
def diag(self: Tensor, diagonal: int = 0) -> Tensor:
    """A vector on the diagonal of zeros, or a matrix's diagonal."""
    if self.ndim == 1:
        return DiagEmbedBackward0.apply(self, offset=diagonal)
    if self.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {self.ndim}D")
    return DiagonalCopy.apply(self, offset=diagonal, dim1=0, dim2=1)


class TraceBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The sum of the diagonal"""
        return F.sum(np.diagonal(self))

    @tex(r"\bar{y} \cdot I")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The diagonal's entries get the gradient, the rest gets zeros."""
        eye = np.eye(self_shape[0], self_shape[1]) == 1
        wide = F.expand(grad, self_shape)
        return F.where(F.constant(eye), wide, F.zeros_like(wide))


@op("Linear algebra", "tr", samples=(((3, 3),), ((2, 3),)), formula=r"y = \sum_i x_{i i}")
def trace(self: Tensor) -> Tensor:
    """The sum of a matrix's diagonal."""
    if self.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {self.ndim}")
    return TraceBackward0.apply(self)


def check_pad(shape: Shape, pad: Shape) -> None:
    """Raises RuntimeError for a frame that does not fit."""
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * len(shape):
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {len(shape)}"
        )
    for size, before, after in zip(shape[::-1], pad[::2], pad[1::2], strict=False):
        if size + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")


class ConstantPadNdBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, pad: Shape, value: float) -> Array:
        """self in a frame of value"""
        return F.pad(self, pad, value) if pad else self

    @tex(r"(\bar{y}_{s}, \ldots, \bar{y}_{s + n - 1})")
    def grad_self(F: Namespace, grad: Array, pad: Shape) -> Array:
        """The frame falls away again."""
        return F.pad(grad, tuple(-p for p in pad), value=0.0) if pad else grad


class UnfoldBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dimension: int, size: int, step: int) -> Array:
        """All windows of a size along a dimension"""
        if not self.ndim:
            return np.lib.stride_tricks.as_strided(self, (size,), (self.itemsize,))
        count = (self.shape[dimension] - size) // step + 1
        shape = (*self.shape[:dimension], count, *self.shape[dimension + 1 :], size)
        strides = list(self.strides)
        last = strides[dimension]
        strides[dimension] = last * step
        return np.lib.stride_tricks.as_strided(self, shape, (*strides, last))

    @tex(r"\operatorname{fold} \bar{y}")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dimension: int, size: int, step: int
    ) -> Array:
        """An entry collects the gradients of all windows it is in."""
        total = int(np.prod(self_shape))
        places = UnfoldBackward0.forward(
            F, np.arange(total).reshape(self_shape), dimension=dimension, size=size, step=step
        )
        return F.reshape(F.index_backward(grad, (total,), (places,)), self_shape)


def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """All windows of `size` along a dimension, `step` apart, as a view."""
    d = check_dim(dimension, self.ndim)
    largest = self.shape[d] if self.ndim else 1
    if size > largest:
        raise RuntimeError(
            f"maximum size for tensor at dimension {d} is {largest} but size is {size}"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return UnfoldBackward0.apply(self, dimension=d, size=size, step=step)


def movedim(self: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to other places."""
    src = [source] if isinstance(source, int) else list(source)
    dst = [destination] if isinstance(destination, int) else list(destination)
    if len(src) != len(dst):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({src} dims) should contain the "
            f"same number of dims as destination ({dst} dims)"
        )
    src = _all_different(self, src, "source")
    dst = _all_different(self, dst, "destination")
    if not self.ndim:
        from engine.ops.index import AliasBackward0

        return AliasBackward0.apply(self)
    order = [d for d in range(self.ndim) if d not in src]
    for to, d in sorted(zip(dst, src, strict=True)):
        order.insert(to, d)
    return permute(self, tuple(order))


def _all_different(x: Tensor, dims: list[int], name: str) -> list[int]:
    found = [check_dim(d, x.ndim) for d in dims]
    if len(set(found)) < len(found):
        raise RuntimeError(f"movedim: repeated dim in `{name}` ({dims})")
    return found


moveaxis = movedim


def rot90(self: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned by 90 degrees, k times."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if self.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {self.ndim}")
    first, second = dims
    if first == second or abs(first - second) == self.ndim:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {first} and dim1 = {second}"
        )
    return Rot90Backward0.apply(self, k=k, dims=tuple(dims))


class Rot90Backward0(Function):
    layout = "own"  # a flip's, seen with the two dimensions exchanged

    def forward(F: Namespace, self: Array, *, k: int, dims: Shape) -> Array:
        """self, turned"""
        return _turned(laid(self.copy(order="K"), [self]), k, dims)

    @tex(r"\operatorname{rot}^{-1} \bar{y}")
    def grad_self(F: Namespace, grad: Array, k: int, dims: Shape) -> Array:
        """The gradient is turned back."""
        return F.rot90(grad, -k, dims)


def _turned(self: np.ndarray, k: int, dims: Shape) -> Array:
    """Each entry in its new place, in an array that lies as self does, its dimensions exchanged."""
    found = np.rot90(self, k, (dims[0], dims[1]))
    made = np.empty_like(found, order="K")
    made[...] = found
    return made


def ravel(self: Tensor) -> Tensor:
    """All entries in one dimension."""
    return view(contiguous(self), (-1,))


def unflatten(self: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """One dimension taken apart into several."""
    d = check_dim(dim, self.ndim)
    shape = tuple(self.shape)
    known = int(np.prod([n for n in sizes if n != -1]))
    full = tuple(shape[d] // known if n == -1 else n for n in sizes)
    return view(self, (*shape[:d], *full, *shape[d + 1 :]))


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Coordinates of a grid: each tensor along a dimension of its own."""
    parts = list(tensors[0]) if len(tensors) == 1 and not is_tensor(tensors[0]) else list(tensors)
    if indexing == "xy" and len(parts) > 1:
        out = list(meshgrid(parts[1], parts[0], *parts[2:]))
        out[0], out[1] = out[1], out[0]
        return tuple(out)
    shape = tuple(x.numel() for x in parts)
    found = []
    for d, x in enumerate(parts):
        own = tuple(shape[d] if k == d else 1 for k in range(len(parts)))
        found.append(expand(view(x, own), shape))
    return tuple(found)
