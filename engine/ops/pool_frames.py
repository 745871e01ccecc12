"""What pools ask of their windows and images, in PyTorch's words and in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Shape = tuple[int, ...]

_AXES = {2: "HW", 3: "THW"}
_WORDS = {2: "two", 3: "three"}


def count(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> int:
    """How many windows there are along n entries."""
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    found = (room + (stride - 1 if ceil else 0)) // stride + 1
    return found - 1 if ceil and (found - 1) * stride >= n + padding else found


def single(function: str, **arguments: Any) -> list[int]:
    """The one number of each argument; raises RuntimeError for lists of another length."""
    for name, given in arguments.items():
        if not isinstance(given, int) and len(given) != 1:
            raise RuntimeError(
                f"{function}() argument '{name}' should contain one int (got {len(given)})"
            )
    return [given if isinstance(given, int) else given[0] for given in arguments.values()]


def check_sequence(function: str, ndim: int) -> None:
    """A sequence with channels, or a batch of them; raises RuntimeError."""
    if ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {ndim}-dimensional tensor for argument #1 'self' "
            f"(while checking arguments for {function})"
        )


def sizes_of(function: str, n: int, **arguments: Any) -> list[Shape]:
    """Every argument as n numbers; raises RuntimeError for lists of another length."""
    return [_sizes(function, n, name, given) for name, given in arguments.items()]


def _sizes(function: str, n: int, name: str, given: Any) -> Shape:
    sizes = (given,) if isinstance(given, int) else tuple(given)
    if len(sizes) in (1, n):
        return sizes * n if len(sizes) == 1 else sizes
    if name == "dilation":
        must = "must be either"
    else:
        must = "must be" if function == "avg_pool3d" else "must either be"
    omitted = " omitted," if name == "stride" else ""
    raise RuntimeError(
        f"{function}: {name} {must}{omitted} a single int, or a tuple of {_WORDS[n]} ints"
    )


class Frame:
    """An image and the windows laid over it, to be checked."""

    def __init__(
        self, function: str, shape: Shape, kernel: Shape, stride: Shape, padding: Shape,
        dilation: Shape, ceil: bool,
    ) -> None:  # fmt: skip
        self.function, self.shape, self.n = function, shape, len(kernel)
        self.kernel, self.stride, self.padding = kernel, stride, padding
        self.dilation, self.ceil = dilation, ceil

    def check(self) -> None:
        """Raise RuntimeError unless there are windows, and they lie in the image."""
        if self.n == 3 and len(self.shape) not in (4, 5):
            raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
        self._check_padding()
        self._check_signs()
        self._check_image()
        self._check_windows()

    def _check_padding(self) -> None:
        for k, s, p, d in zip(self.kernel, self.stride, self.padding, self.dilation, strict=True):
            if s == 0:
                raise RuntimeError("stride should not be zero")
            if p < 0:
                raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
            if p > int(((k - 1) * d + 1) / 2):
                raise RuntimeError(
                    f"pad should be at most half of effective kernel size, but got pad={p}, "
                    f"kernel_size={k} and dilation={d}"
                )

    def _check_signs(self) -> None:
        for what, letter, sizes in (
            ("kernel size", "k", self.kernel), ("stride", "d", self.stride),
            ("dilation", "dilation", self.dilation),
        ):  # fmt: skip
            if min(sizes) <= 0:
                given = self._named(letter, sizes)
                raise RuntimeError(f"{what} should be greater than zero, but got {given}")

    def _named(self, letter: str, sizes: Sequence[int]) -> str:
        axes = _AXES[self.n]
        return " ".join(f"{letter}{a}: {size}" for a, size in zip(axes, sizes, strict=True))

    def _check_image(self) -> None:
        inner = self.shape[-self.n - 1 :]
        if self.n == 2 and (len(self.shape) not in (3, 4) or 0 in inner):
            raise RuntimeError(
                "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, "
                f"but got:{list(self.shape)}"
            )
        if 0 in inner:
            name = self.function.replace("max_pool3d", "max_pool3d_with_indices_out_cpu_template")
            raise RuntimeError(
                f"{name}(): Expected input's non-batch dimensions to have positive length, but "
                f"input has a shape of {list(self.shape)} and non-batch dimension 0 has length "
                "zero!"
            )

    def _check_windows(self) -> None:
        image = self.shape[-self.n :]
        small = any(m < k for m, k in zip(image, self.kernel, strict=True))
        if self.function == "avg_pool3d" and small:
            given = " ".join(f"{a}: {m}" for a, m in zip("THW", image, strict=True))
            raise RuntimeError(
                f"input image ({given}) smaller than kernel size ({self._named('k', self.kernel)})"
            )
        sizes = zip(image, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        counts = [count(*given, self.ceil) for given in sizes]
        if min(counts) < 1:
            channels = self.shape[-self.n - 1]
            before, after = ("x".join(map(str, (channels, *s))) for s in (image, counts))
            raise RuntimeError(
                f"Given input size: ({before}). Calculated output size: ({after}). Output size is "
                "too small"
            )


def check_max_pool1d(
    shape: Shape, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> None:
    """The same for max_pool1d, which has words of its own; raises RuntimeError."""
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{list(shape)}"
        )
    k, s, p, d = _single_of_max_pool1d(
        kernel_size=kernel, stride=kernel if stride is None else stride, padding=padding,
        dilation=dilation,
    )  # fmt: skip
    for name, size in (("kernel_size", k), ("stride", s)):
        if size <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {size}")
    if p < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {p}")
    if p > k // 2:
        raise RuntimeError(
            "max_pool1d() padding should be at most half of kernel size, but got padding="
            f"{p} and kernel_size={k}"
        )
    if d <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {d}")
    found = count(shape[-1], k, s, p, d, ceil)
    if found <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {found}")


def _single_of_max_pool1d(**arguments: Any) -> list[int]:
    for name, given in arguments.items():
        if isinstance(given, int) or len(given) == 1:
            continue
        kinds = {"stride": "None, an int, list of ints, or tuple of ints",
                 "padding": "an int, list of ints, or tuple of ints"}  # fmt: skip
        kind = kinds.get(name, "an int, list of ints or tuple of ints")
        raise RuntimeError(
            f"max_pool1d() {name} must be {kind} of size 1 but got size {len(given)}"
        )
    return [given if isinstance(given, int) else given[0] for given in arguments.values()]


# ---- as many regions as asked for ----------------------------------------------------------------


def regions_wanted(function: str, shape: Shape, n: int, output_size: Any) -> Shape:
    """The size asked for, None standing for the image's; raises ValueError and RuntimeError."""
    given = output_size
    if isinstance(given, int) or given is None:
        wanted = tuple(shape[k - n] if given is None else given for k in range(n))
    else:
        if len(shape) <= len(given):
            raise ValueError(f"Input dimension should be at least {len(given) + 1}")
        own = shape[len(shape) - len(given) :]
        wanted = tuple(m if k is None else k for k, m in zip(given, own, strict=True))
    _check_regions(function, n, wanted)
    return wanted


def _check_regions(function: str, n: int, wanted: Shape) -> None:
    mean = "avg" in function
    if len(wanted) != n:
        inner = (
            f"{function}: output_size"
            if mean
            else (f"{function}(): internal error: output_size.size()")
        )
        raise RuntimeError(f"{inner} must be {n}")
    if mean and min(wanted) < 0:
        first, *others = map(str, wanted)
        raise RuntimeError(
            f"{function}: elements of output_size must be greater than or equal to 0 but received "
            f"{{{first}, {','.join(others)}}}"
        )


def check_image(function: str, shape: Shape, wanted: Shape) -> None:
    """An image with something in it to be divided so; raises RuntimeError."""
    n = len(wanted)
    if len(shape) not in (n + 1, n + 2):
        colon = "" if "avg" in function else ":"
        raise RuntimeError(
            f"{function}(): Expected {n + 1}D or {n + 2}D tensor, but got{colon} {list(shape)}"
        )
    check_filled(function, shape, len(shape) - n if function == "adaptive_avg_pool2d" else 1)
    if min(wanted) < 0:
        size = [*shape[: len(shape) - n], *wanted]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(wanted)}: {size}")


def check_filled(function: str, shape: Shape, first: int = 1) -> None:
    """No empty dimension from the `first` on; raises RuntimeError."""
    for k in range(first, len(shape)):
        if not shape[k]:
            raise RuntimeError(
                f"{function}(): Expected input to have non-zero size for non-batch dimensions, "
                f"but input has sizes {list(shape)} with dimension {k} being empty"
            )
