"""One tensor taken apart: all pieces are views and outputs of one node."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from engine.function import grad_edge
from engine.many import ManyOutputs
from engine.modes import STATE
from engine.registry import op
from engine.tensor import Tensor, check_dim, is_tensor, wrap
from engine.views import share_view, viewable

Array = Any
Namespace = Any
Shape = tuple[int, ...]
_ALL = np.s_[:]


class _Pieces(ManyOutputs):
    """Undone by putting the pieces' gradients together again, zeros for those that have none."""

    __slots__ = ()
    views: ClassVar[bool] = True

    @classmethod
    def cut(cls, self: Tensor, parts: Sequence[Array], dim: int) -> tuple[Tensor, ...]:
        """Wrap the parts of `self` as views of it that share one node."""
        outs = tuple(wrap(part) for part in parts)
        if STATE.grad_enabled and self.requires_grad and self.is_floating_point():
            edge = grad_edge(self)  # first, as it may make a node: an older one
            node = cls.bare(self._data)
            assert isinstance(node, _Pieces)
            node.edges = (edge,)
            node.params = {"dim": dim, "self_shape": self._data.shape}
            node.tie(outs)
            if STATE.origin is not None:
                STATE.origin.made(node, [self])
        for out in outs if cls.views else ():
            share_view(out, self, many=True)
        return outs

    def run(self, grad: list[Any], F: Namespace) -> Sequence[Any]:
        """The slices' gradients are put together again."""
        given = next((g for g in grad if g is not None), None)
        if given is None:
            return (None,)
        filled = [
            F.zeros(shape, given) if g is None else g
            for g, shape in zip(grad, self.shapes, strict=True)
        ]
        return (self.joined(F, filled),)

    def joined(self, F: Namespace, grads: list[Any]) -> Any:
        """All pieces in one."""
        return F.cat(grads, self.params["dim"])


class UnbindBackward0(_Pieces):
    __slots__ = ()

    def joined(self, F: Namespace, grads: list[Any]) -> Any:
        return F.stack(grads, self.params["dim"])


class SplitBackward0(_Pieces):
    __slots__ = ()


class SplitWithSizesBackward0(_Pieces):
    __slots__ = ()


class UnsafeSplitBackward0(_Pieces):
    __slots__ = ()
    views = False


@op(
    "Shape", "unbind", torch="{self}.unbind({dim})", samples=(((2, 3), {"dim": 1}),),
    several=True,
    formula=r"y_{i} = x_{i}",
)  # fmt: skip
def unbind(self: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The slices along a dimension, as separate tensors."""
    d = check_dim(dim, self.ndim)
    if not self.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    rows = np.moveaxis(viewable(self), d, 0)
    return UnbindBackward0.cut(self, [rows[i, ...] for i in range(len(rows))], d)


def _sections(self: Tensor, sizes: Sequence[int], dim: int) -> list[Array]:
    data, start, parts = viewable(self), 0, []
    for size in sizes:
        parts.append(data[(_ALL,) * dim + (np.s_[start : start + size],)])
        start += size
    return parts


@op(
    "Shape", "split", torch="{self}.split({split_size}, {dim})", defaults={"split_size": 1},
    samples=(((5,), {"split_size": 2}), ((2, 4), {"split_size": [1, 3], "dim": 1})),
    several=True,
    formula=r"(y_1, y_2, \ldots) = x",
)  # fmt: skip
def split(self: Tensor, split_size: int | tuple[int, ...], dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of `split_size` along a dimension (the last may be less), or of sizes listed."""
    if not self.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    d = check_dim(dim, self.ndim)
    n = self.shape[d]
    if isinstance(split_size, (list, tuple)):
        return _split_with_sizes(self, list(split_size), dim)
    if split_size < 0:
        raise RuntimeError(
            f"split expects split_size be non-negative, but got split_size={split_size}"
        )
    if split_size == 0 and n:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}"
        )
    sizes = [min(split_size, n - k) for k in range(0, n, split_size)] if n else [0]
    return SplitBackward0.cut(self, _sections(self, sizes, d), d)


def _split_with_sizes(self: Tensor, sizes: list[int], dim: int) -> tuple[Tensor, ...]:
    d = check_dim(dim, self.ndim)
    n = self.shape[d]
    if sum(sizes) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at "
            f"dimension {dim}), but got split_sizes={sizes}"
        )
    return SplitWithSizesBackward0.cut(self, _sections(self, sizes, d), d)


@op(
    "Shape",
    "chunk",
    torch="{self}.chunk({chunks}, {dim})",
    several=True,
    defaults={"chunks": 2},
    samples=(((5,), {"chunks": 2}),),
    formula=r"(y_1, y_2, \ldots) = x",
)
def chunk(self: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """The given number of pieces along a dimension, or fewer."""
    if not self.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = self.shape[check_dim(dim, self.ndim)]
    if not n:
        return _split_with_sizes(self, [0] * chunks, check_dim(dim, self.ndim))
    return split(self, max(-(-n // chunks), 1), dim)


def unsafe_chunk(self: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """As `chunk`, but the pieces are no views: what is done to one in place concerns it alone."""
    d = check_dim(dim, self.ndim)
    n = self.shape[d]
    size = max(-(-n // chunks), 1)
    sizes = [min(size, n - k) for k in range(0, n, size)]
    return UnsafeSplitBackward0.cut(self, _sections(self, sizes, d), d)


def tensor_split(self: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces as even as can be, or cut at the indices listed."""
    from engine.ops.index import slice

    d = check_dim(dim, self.ndim)
    n, at = self.shape[d], indices_or_sections
    if is_tensor(at):
        at = at.tolist()
    if isinstance(at, int):
        at = np.cumsum([n // at + (k < n % at) for k in range(at - 1)], dtype=int).tolist()
    bounds = [0, *(int(np.clip(k + n if k < 0 else k, 0, n)) for k in at), n]
    return tuple(slice(self, d, a, max(a, b)) for a, b in pairwise(bounds))
