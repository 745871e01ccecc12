"""Frames around sequences, images and volumes."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.nn import functional as F
from engine.nn.convolution import several
from engine.nn.module import Module
from engine.tensor import Tensor


class _Pad(Module):
    dims: ClassVar[int]
    mode: ClassVar[str]

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = several(padding, 2 * self.dims)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return str(self.padding)


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return str(self.padding)


class ConstantPad1d(_ConstantPad):
    """A frame of one value around a sequence."""

    dims = 1


class ConstantPad2d(_ConstantPad):
    """A frame of one value around an image."""

    dims = 2


class ConstantPad3d(_ConstantPad):
    """A frame of one value around a volume."""

    dims = 3


class ZeroPad1d(_ZeroPad):
    """A frame of zeros around a sequence."""

    dims = 1


class ZeroPad2d(_ZeroPad):
    """A frame of zeros around an image."""

    dims = 2


class ZeroPad3d(_ZeroPad):
    """A frame of zeros around a volume."""

    dims = 3


class ReflectionPad1d(_Pad):
    """A frame that mirrors a sequence."""

    dims = 1
    mode = "reflect"


class ReflectionPad2d(_Pad):
    """A frame that mirrors an image."""

    dims = 2
    mode = "reflect"


class ReflectionPad3d(_Pad):
    """A frame that mirrors a volume."""

    dims = 3
    mode = "reflect"


class ReplicationPad1d(_Pad):
    """A frame that repeats the border of a sequence."""

    dims = 1
    mode = "replicate"


class ReplicationPad2d(_Pad):
    """A frame that repeats the border of an image."""

    dims = 2
    mode = "replicate"


class ReplicationPad3d(_Pad):
    """A frame that repeats the border of a volume."""

    dims = 3
    mode = "replicate"


class CircularPad1d(_Pad):
    """A frame that continues a sequence from its other end."""

    dims = 1
    mode = "circular"


class CircularPad2d(_Pad):
    """A frame that continues an image from its other end."""

    dims = 2
    mode = "circular"


class CircularPad3d(_Pad):
    """A frame that continues a volume from its other end."""

    dims = 3
    mode = "circular"
