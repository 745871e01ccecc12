"""What convolutions and pools ask of their kernels, steps and frames, in PyTorch's words."""

from __future__ import annotations

from typing import Any

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


def check_types(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """One dtype for all, and one that can be multiplied; raises RuntimeError."""
    if bias is not None and bias.dtype is not input.dtype:
        given, other = (_C_NAMES.get(x.dtype.name, x.dtype.name) for x in (input, bias))
        raise RuntimeError(f"Input type ({given}) and bias type ({other}) should be the same")
    if weight.dtype is not input.dtype:
        given, other = (x.dtype.scalar_name for x in (input, weight))
        raise RuntimeError(f"expected scalar type {given} but found {other}")
    if input.dtype.name == "bool":
        kernel = "compute_columns3d" if weight.ndim == 5 else "slow_conv2d_cpu"
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


_C_NAMES = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "int64": "long int",
    "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
}  # fmt: skip


def steps_of(weight: Tensor, n: int, **arguments: Any) -> list[Shape]:
    """Stride, padding or dilation as a number for each dimension of the kernel.

    Raises RuntimeError for a kernel that has none, and for lists of another length.
    """
    dims = weight.ndim - 2
    if dims < 1:
        raise RuntimeError("weight should have at least three dimensions")
    found = []
    for name, given in arguments.items():
        sizes = (given,) * n if isinstance(given, int) else tuple(given)
        sizes = sizes * dims if len(sizes) == 1 else sizes
        if len(sizes) != dims:
            raise RuntimeError(
                f"expected {name} to be a single integer value or a list of {dims} values to match "
                f"the convolution dimensions, but got {name}={list(sizes)}"
            )
        found.append(sizes)
    return found


def check_steps(stride: Shape, padding: Shape, dilation: Shape) -> None:
    """Raises RuntimeError for steps that lead nowhere."""
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) < 0:
        raise RuntimeError("dilation should be greater than zero")


def check_ranks(input: Tensor, weight: Tensor, gap: str = " ") -> None:
    """Raises RuntimeError unless the kernel has as many dimensions as the images."""
    if weight.ndim != input.ndim:
        raise RuntimeError(
            f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight{gap}"
            f"{list(weight.shape)}, but got {input.ndim}-dimensional input of size "
            f"{list(input.shape)} instead"
        )


def check_dilation(dilation: Shape) -> None:
    """Raises RuntimeError for a kernel whose taps all lie on each other."""
    if min(dilation) == 0:  # a sequence is an image of height 1
        given = [1, *dilation] if len(dilation) == 1 else [*dilation]
        raise RuntimeError(f"dilation should be greater than zero, but got {given}")


def check_padding_word(word: str, stride: Any) -> None:
    """Raises RuntimeError for a word that is none, and for steps that "same" cannot keep."""
    if word not in ("same", "valid"):
        raise RuntimeError(f"Invalid padding string: '{word}'")
    strides = (stride,) if isinstance(stride, int) else stride
    if word == "same" and any(s != 1 for s in strides):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
