"""A large tensor's numbers as one value, where nested lists of Python numbers would be too many."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine import dtypes
from engine.graph import Node

FOLDER: Final = "tensors/"
"""Where a file keeps the numbers, and where the code that is shown looks for them."""
_NAME = 40
_OTHER = re.compile(r"[^a-z0-9]+")


class Packed:
    """Numbers that nobody can change: a dtype, a shape, and an array in row-major order.

    Two are equal where dtype, shape and every byte are: nan equals itself, -0.0 is not 0.0.  It is
    no sequence: whatever goes through a list number by number must not do so by accident.
    """

    __slots__ = ("_digest", "array", "dtype")

    __iter__ = None

    array: NDArray[Any]
    dtype: dtypes.dtype
    _digest: str

    def __init__(self, numbers: NDArray[Any]) -> None:
        """Copy an array.  Raises TypeError for a dtype that tensors do not have."""
        dtype = dtypes.of(numbers.dtype)
        self._hold(dtype, np.ndarray(numbers.shape, dtype.np, numbers.tobytes()))

    @classmethod
    def within(cls, data: bytes, start: int, dtype: dtypes.dtype, shape: tuple[int, ...]) -> Packed:
        """The numbers that stand in `data` from byte `start` on, which is not copied."""
        made = cls.__new__(cls)
        made._hold(dtype, np.ndarray(shape, dtype.np, data, start))
        return made

    def _hold(self, dtype: dtypes.dtype, array: NDArray[Any]) -> None:
        # An array on bytes cannot be made writeable again, as one that owns its memory can.
        for name, value in (("dtype", dtype), ("array", array), ("_digest", "")):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name} of a Packed cannot be set")

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return Packed, (self.array,)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.array, dtype, copy=copy)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def size(self) -> int:
        return self.array.size

    @property
    def digest(self) -> str:
        """SHA-256 of dtype, shape and numbers, worked out once."""
        if not self._digest:
            found = hashlib.sha256(f"{self.dtype.name}{self.shape}".encode())
            found.update(self.array.reshape(-1).view(np.uint8).data)
            object.__setattr__(self, "_digest", found.hexdigest())
        return self._digest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Packed):
            return NotImplemented
        alike = self.dtype is other.dtype and self.shape == other.shape
        return self is other or (alike and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Packed({self.dtype.name}, {self.shape})"

    def as_dtype(self, to: dtypes.dtype | None = None) -> dtypes.Array:
        """A new array, with what `torch.tensor` would make of the same numbers in lists.

        Raises RuntimeError on numbers that do not fit.
        """
        if to is None or to is self.dtype:
            return dtypes.shaped(self.array.flatten(), self.shape)
        if to.is_floating_point:
            wide = self.array if self.dtype.is_floating_point else self.array.astype(np.float64)
            return dtypes.shaped(dtypes.cast(wide.reshape(-1), to), self.shape)
        flat = np.asarray(dtypes.to_array(self.array.reshape(-1).tolist(), to))
        return dtypes.shaped(flat, self.shape)


def files(nodes: Iterable[Node]) -> dict[Packed, str]:
    """The file of each Packed among these nodes' params: `tensors/w.npy`, after the first node."""
    found: dict[Packed, str] = {}
    taken: set[str] = set()
    for node in nodes:
        for value in node.params.values():
            if isinstance(value, Packed) and value not in found:
                found[value] = _free(node.id, taken)
                taken.add(found[value])
    return found


def _free(node: str, taken: set[str]) -> str:
    stem = _OTHER.sub("_", node.lower()).strip("_")[:_NAME] or "tensor"
    name, k = f"{FOLDER}{stem}.npy", 1
    while name in taken:
        k += 1
        name = f"{FOLDER}{stem}_{k}.npy"
    return name
