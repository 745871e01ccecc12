"""How far entries are spread: variance and standard deviation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import errors
from engine.function import Function
from engine.many import ManyOutputs
from engine.ops.reduction import count_of, dims_of, divided_by, spread
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _var_grad(
    F: Namespace, grad: Array, self: Array, shape: Shape, dim: Any, correction: float, keepdim: bool
) -> Array:
    dims = dim or tuple(range(len(shape)))
    count = count_of([shape[d] for d in dims])
    centred = self - F.sum(self, dims, True) / count if shape else self - self
    free = count - correction
    scale = 2.0 / free if free > 0 else math.inf
    return spread(F, grad, shape, dim, keepdim) * scale * centred


def _variance(
    F: Namespace, self: Array, dim: Any, correction: float, keepdim: bool, root: bool = False
) -> Array:
    """The variance or its `root`; float32 is computed in float64 and rounded once."""
    axis = tuple(dim) if dim else None
    wide = self.astype(np.float64) if self.dtype == np.float32 else self
    count = wide.size // max(np.sum(wide, axis).size, 1)
    mean = np.sum(wide, axis, keepdims=True) / count
    total = np.sum((wide - mean) ** 2, axis, keepdims=keepdim)
    found = total / wide.dtype.type(max(count - correction, 0))
    return np.asarray(np.sqrt(found) if root else found).astype(self.dtype)[()]


class VarBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool) -> Array:
        """Σ (self - mean)² / (n - correction)"""
        return _variance(F, self, dim, correction, keepdim)

    @tex(r"\bar{y} \cdot \frac{2 (x - \mu)}{n - 1}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, dim: Any, correction: float,
        keepdim: bool,
    ) -> Array:  # fmt: skip
        """The further from the mean, the more an entry counts."""
        return _var_grad(F, grad, self, self_shape, dim, correction, keepdim)


class StdBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool) -> Array:
        """√ of the variance"""
        return _variance(F, self, dim, correction, keepdim, root=True)

    @tex(r"\bar{y} \cdot \frac{x - \mu}{(n - 1) y}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, dim: Any,
        correction: float, keepdim: bool,
    ) -> Array:  # fmt: skip
        """The further from the mean, the more an entry counts; nothing where all are equal."""
        inner = grad / (result * 2)
        inner = F.where(result == 0, F.zeros_like(inner), inner)
        return _var_grad(F, inner, self, self_shape, dim, correction, keepdim)


class VarMeanBackward0(ManyOutputs):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool
    ) -> tuple[Array, Array]:
        """The variance and the mean"""
        return _variance(F, self, dim, correction, keepdim), _mean(F, self, dim, keepdim)

    def grad_self(
        F: Namespace, grads: list[Array], self: Array, self_shape: Shape, dim: Any,
        correction: float, keepdim: bool,
    ) -> Array:  # fmt: skip
        """The variance's share and the mean's."""
        parts = []
        if grads[0] is not None:
            parts.append(_var_grad(F, grads[0], self, self_shape, dim, correction, keepdim))
        if grads[1] is not None:
            parts.append(_mean_grad(F, grads[1], self_shape, dim, keepdim))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


class StdMeanBackward0(ManyOutputs):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool
    ) -> tuple[Array, Array]:
        """The standard deviation and the mean"""
        return _variance(F, self, dim, correction, keepdim, root=True), _mean(F, self, dim, keepdim)

    def grad_self(
        F: Namespace, grads: list[Array], self: Array, results: tuple[Array, ...],
        self_shape: Shape, dim: Any, correction: float, keepdim: bool,
    ) -> Array:  # fmt: skip
        """The standard deviation's share and the mean's."""
        parts = []
        if grads[0] is not None:
            inner = grads[0] / (results[0] * 2)
            inner = F.where(results[0] == 0, F.zeros_like(inner), inner)
            parts.append(_var_grad(F, inner, self, self_shape, dim, correction, keepdim))
        if grads[1] is not None:
            parts.append(_mean_grad(F, grads[1], self_shape, dim, keepdim))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _mean(F: Namespace, self: Array, dim: Any, keepdim: bool) -> Array:
    out = F.sum(self, dim, keepdim)
    return divided_by(out, self.size // max(out.size, 1))


def _mean_grad(F: Namespace, grad: Array, shape: Shape, dim: Any, keepdim: bool) -> Array:
    dims = dim or range(len(shape))
    return spread(F, grad, shape, dim, keepdim) / count_of([shape[d] for d in dims])


def _deviation(
    name: str, self: Tensor, args: Any, correction: Any, unbiased: Any
) -> dict[str, Any]:
    """The keywords of a variance-like node, from torch's two ways of calling it."""
    if isinstance(args, bool):
        args, unbiased = None, args
    if not self.is_floating_point():
        said = name if name.endswith("_mean") else "std and var"
        raise RuntimeError(f"{said} only support floating point and complex dtypes")
    if unbiased is not None:
        correction = int(unbiased)
    dims = () if args is None or not self.ndim else dims_of(args, self.ndim)
    correction = 1 if correction is None else correction
    if _reduced(self, dims) <= correction:
        errors.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel).", 3,
        )  # fmt: skip
    return {"dim": dims, "correction": correction}


def _reduced(self: Tensor, dims: Shape) -> int:
    """How many entries go into each of the results; none where there are no results."""
    kept = math.prod(n for d, n in enumerate(self.shape) if dims and d not in dims)
    return self.numel() // kept if kept else 0


_SPREADS = (((2, 3),), ((2, 3), {"dim": 1}), ((2, 3), {"dim": 0, "correction": 0, "keepdim": True}))


@op(
    "Reduction", "var", samples=_SPREADS,
    formula=r"y = \frac{1}{n - 1} \sum_{i=1}^{n} (x_i - \mu)^2",
)  # fmt: skip
def var(
    self: Tensor, dim: int | tuple[int, ...] | None = None, unbiased: bool | None = None,
    keepdim: bool = False, *, correction: float | None = None,
) -> Tensor:  # fmt: skip
    """The mean squared distance from the mean, over n - correction."""
    found = _deviation("var", self, dim, correction, unbiased)
    return VarBackward0.apply(self, keepdim=keepdim, **found)


@op(
    "Reduction", "std", samples=_SPREADS,
    formula=r"y = \sqrt{\frac{1}{n - 1} \sum_{i=1}^{n} (x_i - \mu)^2}",
)  # fmt: skip
def std(
    self: Tensor, dim: int | tuple[int, ...] | None = None, unbiased: bool | None = None,
    keepdim: bool = False, *, correction: float | None = None,
) -> Tensor:  # fmt: skip
    """The square root of the variance."""
    found = _deviation("std", self, dim, correction, unbiased)
    return StdBackward0.apply(self, keepdim=keepdim, **found)


def var_mean(
    self: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, ...]:  # fmt: skip
    """The variance and the mean."""
    found = _deviation("var_mean", self, dim, correction, unbiased)
    return VarMeanBackward0.apply_many(self, keepdim=keepdim, **found)


def std_mean(
    self: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, ...]:  # fmt: skip
    """The standard deviation and the mean."""
    found = _deviation("std_mean", self, dim, correction, unbiased)
    return StdMeanBackward0.apply_many(self, keepdim=keepdim, **found)
