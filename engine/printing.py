"""What `print(tensor)` shows: PyTorch's layout of numbers, to the character."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite
from typing import Any, Final

import numpy as np

from engine import dtypes
from engine.dtypes import Array, dtype

PREFIX: Final = "tensor("


@dataclass(frozen=True)
class PrintOptions:
    """How tensors print: digits after the point, when and how to summarise, columns, notation."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PROFILES: Final = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=inf),
}

_options = PrintOptions()


def get_printoptions() -> PrintOptions:
    """The options now in force."""
    return _options


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors print; what is not given stays, except `sci_mode`, which is reset.

    `profile` is "default", "short" or "full"; other arguments go on top of it.
    """
    global _options
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    base = PROFILES.get(profile or "", _options)
    _options = replace(base, **changed, sci_mode=sci_mode)


def restore_printoptions(options: PrintOptions) -> None:
    """Put back what `get_printoptions` returned."""
    global _options
    _options = options


def number_str(x: Array) -> str:
    """A one-element tensor as f-strings show it: all digits of the Python number."""
    return str(x.item())


def tensor_str(
    array: Array,
    dtype: dtype,
    *,
    grad_fn_name: str | None = None,
    requires_grad: bool = False,
    indent: int = 0,
) -> str:
    """The `repr` of a tensor; `grad_fn_name` such as "MulBackward0" goes before `requires_grad`.

    `indent`: columns already taken to the left of the text.
    """
    start = indent + len(PREFIX)
    body = _body(array, start) if array.size else "[]"
    suffixes = _shape_and_type(array, dtype)
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _with_suffixes(PREFIX + body, suffixes, start)


def _shape_and_type(array: Array, dtype: dtype) -> list[str]:
    """`size=` where the body does not show it, `dtype=` where the digits do not imply it."""
    default = dtypes.get_default_dtype()
    implied = {default, dtypes.int64, dtypes.bool_} if array.size else {default}
    suffixes = []
    if array.ndim != 1 if not array.size else not _options.edgeitems:
        suffixes.append(f"size={array.shape}")
    if dtype not in implied:
        suffixes.append(f"dtype={dtype}")
    return suffixes


def _with_suffixes(text: str, suffixes: list[str], start: int) -> str:
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        column += len(suffix) + 2
        if column > _options.linewidth:
            text += ",\n" + " " * start + suffix
            column = start + len(suffix)
        else:
            text += ", " + suffix
    return text + ")"


def _body(array: Array, indent: int) -> str:
    edge = _options.edgeitems if array.size > _options.threshold else None
    if edge == 0 and array.ndim:
        return "[...]"
    shown, gaps = _shown(array, edge)
    texts, width = _texts(shown)
    if not array.ndim:
        return texts[0]
    cells = np.array(texts, dtype=object).reshape(shown.shape)
    return _block(cells, gaps, width, indent)


def _shown(array: Any, edge: int | None) -> tuple[Any, list[bool]]:
    """The elements that will be printed, and of each dim whether its middle is left out."""
    gaps = [edge is not None and size > 2 * edge for size in array.shape]
    if edge is None or not any(gaps):
        return array, gaps
    ends = [
        [*range(edge), *range(size - edge, size)] if gap else range(size)
        for size, gap in zip(array.shape, gaps, strict=True)
    ]
    return array[np.ix_(*ends)], gaps  # at once: an expanded array must not be copied on the way


def _texts(shown: Array) -> tuple[list[str], int]:
    """Every element as text, aligned right, and the column width they were aligned to."""
    if shown.dtype.kind != "f":
        texts = [str(x) for x in shown.ravel().tolist()]
        width = max(map(len, texts))
    else:
        values = shown.astype(np.float64).ravel().tolist()
        ordinary = [x for x in values if x and isfinite(x)]
        show = _notation(ordinary)
        texts = [show(x) for x in values]
        width = max((len(show(x)) for x in ordinary), default=1)
    return [text.rjust(width) for text in texts], width


def _notation(ordinary: list[float]) -> Callable[[float], str]:
    """How to write floats of which `ordinary` are the nonzero finite ones."""
    whole = all(x == ceil(x) for x in ordinary)
    precision = _options.precision
    if ordinary and _scientific([abs(x) for x in ordinary], whole):
        return f"{{:.{precision}e}}".format
    if whole:
        return lambda x: f"{x:.0f}." if isfinite(x) else str(x)
    return f"{{:.{precision}f}}".format


def _scientific(sizes: list[float], whole: bool) -> bool:
    if _options.sci_mode is not None:
        return _options.sci_mode
    least, most = min(sizes), max(sizes)
    return most / least > 1000 or most > 1e8 or (not whole and least < 1e-4)


def _block(cells: Any, gaps: list[bool], width: int, indent: int) -> str:
    if cells.ndim == 1:
        return _row(cells.tolist(), gaps[0], width, indent)
    blocks = [_block(inner, gaps[1:], width, indent + 1) for inner in cells]
    if gaps[0]:
        blocks.insert(len(blocks) // 2, "...")
    return f"[{_joined(blocks, cells.ndim - 1, indent)}]"


def _row(items: list[str], gap: bool, width: int, indent: int) -> str:
    if gap:
        items.insert(len(items) // 2, " ...")
    per_line = max(1, (_options.linewidth - indent) // (width + 2))
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return f"[{_joined(lines, 1, indent)}]"


def _joined(parts: list[str], newlines: int, indent: int) -> str:
    return ("," + "\n" * newlines + " " * (indent + 1)).join(parts)
