"""What a loss asks of its targets and weights, in PyTorch's words."""

from __future__ import annotations

from engine.modes import STATE
from engine.tensor import Tensor

_SHORT = {"float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int", "bool": "Bool"}


def kind_of(x: Tensor) -> str:
    """The dtype as PyTorch's C++ calls it, such as "Float"."""
    name = x.dtype.name
    return _SHORT.get(name, name.capitalize())


def refuse_gradient(function: str, **arguments: Tensor | None) -> None:
    """Raises RuntimeError for an argument that wants a gradient it cannot have."""
    for name, x in arguments.items():
        if x is not None and x.requires_grad and STATE.grad_enabled:
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument "
                f"'{name}'. This input cannot have requires_grad True."
            )


def check_reduction(reduction: str) -> None:
    """Raises ValueError for a word that is none of the three."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")


def check_rows(scores: Tensor) -> None:
    """Scores (n, c) or (c,) of at least one class; raises RuntimeError."""
    if scores.ndim > 2 or 0 in scores.shape[1:] or (scores.ndim == 1 and not scores.numel()):
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(scores.shape)}"
        )


def check_classes(scores: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """One class number for each row of scores, as multi_margin_loss asks; raises errors."""
    if weight is not None and weight.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    check_rows(scores)
    rows = scores.shape[0] if scores.ndim == 2 else 1
    if target.ndim > 1 or target.numel() != rows:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
            f"samples (batch size). Expected target size [{rows}], but got {list(target.shape)}. "
            f"Input has shape {list(scores.shape)}."
        )
    classes = scores.shape[-1] if scores.ndim else 1
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"inconsistent weight size, expected {classes} but got {list(weight.shape)}"
        )
    check_long(target)


def check_label_lists(scores: Tensor, target: Tensor) -> None:
    """A list of labels for each row of scores; raises RuntimeError."""
    check_rows(scores)
    if target.shape != scores.shape and not scores.ndim == target.numel() == 1:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: "
            f"{list(scores.shape)}"
        )
    check_long(target)


def check_long(target: Tensor) -> None:
    """Raises RuntimeError for what is no int64."""
    if target.dtype.name != "int64":
        raise RuntimeError(f"expected scalar type Long but found {kind_of(target)}")


def check_labels(self: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Class numbers for (n, c, …) scores; raises ValueError and RuntimeError."""
    if self.ndim == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    rows = target.shape[0] if target.ndim else 0
    if self.ndim > 1 and self.shape[0] != rows:
        raise ValueError(
            f"Expected input batch_size ({self.shape[0]}) to match target batch_size ({rows})."
        )
    if self.ndim > 2:
        _check_places(self, target)
    elif target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    elif self.ndim == 1 and target.numel() != 1:
        raise ValueError(
            f"For 1D input, 1D target must have size 1, but got target size: {target.numel()}"
        )
    if target.dtype.name not in ("int64", "uint8"):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {kind_of(target)}")
    _check_weight(self, weight)


def _check_places(self: Tensor, target: Tensor) -> None:
    """A label for every place of an image."""
    wanted = [self.shape[0], *self.shape[2:]]
    given = list(target.shape)
    if given == wanted:
        return
    if self.ndim != 4:
        raise RuntimeError(f"Expected target size {wanted}, got {given}")
    if target.ndim != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{target.ndim}"
        )
    raise RuntimeError(f"size mismatch (got input: {list(self.shape)} , target: {given}")


def _check_weight(self: Tensor, weight: Tensor | None) -> None:
    classes = self.shape[1] if self.ndim > 1 else self.shape[0]
    if weight is None or tuple(weight.shape) == (classes,):
        return
    if self.ndim > 2:
        raise RuntimeError("weight tensor should be defined either for all or no classes")
    raise RuntimeError(
        f"weight tensor should be defined either for all {classes} classes or no classes but got "
        f"weight tensor of shape: {list(weight.shape)}"
    )


def check_probabilities(
    self: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int
) -> None:
    """Shares of every class as the target; raises RuntimeError."""
    if not target.is_floating_point():
        raise RuntimeError(
            "Expected floating point type for target with class probabilities, got "
            f"{kind_of(target)}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    classes = self.shape[1] if self.ndim > 1 else self.shape[0]
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or "
            f"no classes but got weight tensor of shape: {list(weight.shape)}"
        )
