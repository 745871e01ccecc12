"""What convolutions and pools ask of their kernels, steps and frames, in PyTorch's words."""

from __future__ import annotations

from engine.tensor import Tensor

Shape = tuple[int, ...]


def check_kernel(weight: Tensor, bias: Tensor | None, groups: int) -> None:
    """A kernel (m, c/groups, …) and a bias (m,); raises RuntimeError."""
    shape = list(weight.shape)
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if shape[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but "
            f"got weight of size {shape} instead"
        )
    if shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size [{shape}] instead"
        )
    if bias is not None and tuple(bias.shape) != (shape[0],):
        raise RuntimeError(
            f"Given weight of size {shape}, expected bias to be 1-dimensional with {shape[0]} "
            f"elements, but got bias of size {list(bias.shape)} instead"
        )


def check_steps(stride: Shape, padding: Shape, dilation: Shape) -> None:
    """Raises RuntimeError for steps that lead nowhere."""
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")


def check_pool(shape: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape) -> None:
    """Windows that lie in the image; raises RuntimeError."""
    if min(stride) == 0:
        raise RuntimeError("stride should not be zero")
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(shape)}"
        )
    for p, k, d in zip(padding, kernel, dilation, strict=True):
        if 2 * p > (k - 1) * d + 1:
            raise RuntimeError(
                "pad should be at most half of effective kernel size, but got pad="
                f"{p}, kernel_size={k} and dilation={d}"
            )
    sizes = zip(shape[-2:], kernel, stride, padding, dilation, strict=True)
    counts = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sizes]
    if min(counts) < 1:
        planes, channels = "x".join(map(str, shape[-3:])), shape[-3]
        given = "x".join(map(str, (channels, *counts)))
        raise RuntimeError(
            f"Given input size: ({planes}). Calculated output size: ({given}). Output size is too "
            "small"
        )
