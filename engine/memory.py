"""Refusing what would not fit in memory, before NumPy is asked for it.

An operating system gives out more memory than there is and ends the program when it is used.  So
whatever makes something large says its size here first; anything smaller than `LARGE` need not.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

LARGE = 2**28
"""Bytes from which a request is looked at: a smaller one costs more to judge than to make."""
MANY = 2**25
"""Elements that may be LARGE together."""
_RESERVE = 2**26
_NO_LIMIT = sys.maxsize


def room(shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Make sure that an array of this shape and dtype would fit.

    Raises RuntimeError with PyTorch's sentence, which gives the bytes, if it would not.
    """
    size = math.prod(shape)
    if size >= MANY:
        _judge(shape, size * dtype.itemsize)


def with_room(arrays: list[Any]) -> list[Any]:
    """The operands of an elementwise operation, if there is room for its result."""
    product = 1
    for a in arrays:
        if type(a) is np.ndarray:
            product *= a.size
    if product >= MANY:
        _judge_broadcast(arrays)
    return arrays


def room_for(cls: type, arrays: Sequence[Any]) -> None:
    """Make sure that there is room for what a class of operation makes of large arrays.

    That is what they broadcast to, except for a product of matrices and for what REDUCES.
    """
    name = cls.__name__.partition("Backward")[0]
    if name in PRODUCTS:
        *_, left, right = arrays
        room((*left.shape[:-1], *right.shape[-1:]), left.dtype)
    elif name not in REDUCES:
        _judge_broadcast(arrays)


PRODUCTS = frozenset({"Mm", "Bmm", "Addmm", "Baddbmm"})
"""Products of matrices, which are the last two inputs."""

REDUCES = frozenset({
    "Sum", "Mean", "Amax", "Amin", "Max", "Min", "Index", "Gather", "IndexSelect", "Embedding",
    "Prod", "Nansum", "Take", "MaskedSelect", "Mv", "Dot", "Convolution",
    "Addmv", "Addbmm",
})  # fmt: skip
"""Operations whose result is smaller than what their inputs broadcast to, if they do."""


def _judge_broadcast(arrays: Sequence[Any]) -> None:
    given = [a for a in arrays if isinstance(a, np.ndarray)]
    try:
        shape = broadcast([a.shape for a in given])
    except ValueError:  # which the operation itself says better
        return
    _judge(shape, math.prod(shape) * max(a.itemsize for a in given))


def broadcast(shapes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The shape in which all meet, also one beyond what NumPy can count; raises ValueError."""
    length = max(map(len, shapes))
    found = []
    for sizes in zip(*((1,) * (length - len(s)) + tuple(s) for s in shapes), strict=True):
        others = {n for n in sizes if n != 1}
        if len(others) > 1:
            raise ValueError("shapes do not fit")
        found.append(others.pop() if others else 1)
    return tuple(found)


def refusal(count: int) -> RuntimeError:
    """What PyTorch says when it gets no memory."""
    return RuntimeError(
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
        f"you tried to allocate {count} bytes. Error code 12 (Cannot allocate memory)"
    )


def refused(error: MemoryError) -> RuntimeError:
    """The same for a request that came through and that NumPy could not meet."""
    shape, dtype = getattr(error, "shape", None), getattr(error, "dtype", None)
    return refusal(0 if shape is None or dtype is None else math.prod(shape) * dtype.itemsize)


def beyond_counting(shape: Sequence[int]) -> RuntimeError:
    """What PyTorch says of sizes whose bytes 64 bits cannot count."""
    return RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")


def _judge(shape: Sequence[int], count: int) -> None:
    if count >= 2**63:
        raise beyond_counting(shape)
    if count >= LARGE and count > available():
        raise refusal(count)


def available() -> int:
    """How many bytes may still be asked for, a little being kept back."""
    return max(0, min(_limits()) - _RESERVE)


def _limits() -> Iterator[int]:
    yield _physical()
    yield _address_space()
    yield _container()


def _physical() -> int:
    """Bytes of memory that are free or can be made free."""
    fields = _fields(Path("/proc/meminfo"))
    if "MemAvailable" in fields:
        return fields["MemAvailable"] * 1024
    if sys.platform == "win32":
        return _windows()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4 * 3
    except (AttributeError, OSError, ValueError):
        return _NO_LIMIT


def _windows() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong), ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in (
                "total", "available", "total_page", "page", "total_virtual", "virtual", "extended",
            )),
        )  # fmt: skip

    status = Status(length=ctypes.sizeof(Status))
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  # only Windows has it
    return int(status.available) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else _NO_LIMIT


def _address_space() -> int:
    """What RLIMIT_AS leaves."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError, ValueError):
        return _NO_LIMIT
    if limit == resource.RLIM_INFINITY:
        return _NO_LIMIT
    return limit - _fields(Path("/proc/self/status")).get("VmSize", 0) * 1024


def _container() -> int:
    """What the limit of a container (cgroup, version 2 or 1) leaves."""
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        root = Path("/sys/fs/cgroup")
        try:
            left = int((root / limit).read_text()) - int((root / used).read_text())
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
        stat = _fields(root / limit.replace(Path(limit).name, "memory.stat"))
        return left + stat.get("inactive_file", 0)  # read from disk, given up when needed
    return _NO_LIMIT


def _fields(path: Path) -> dict[str, int]:
    """The numbers in a file of lines like `MemAvailable:  123 kB`."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    words = (line.replace(":", " ").split() for line in lines)
    return {w[0]: int(w[1]) for w in words if len(w) > 1 and w[1].isdigit()}
