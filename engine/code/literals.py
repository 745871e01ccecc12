"""JSON-shaped values as Python source."""

from __future__ import annotations

import math
from typing import Any


def literal(value: Any) -> str:
    """A value as Python source that means the same: `[1.0, -2.0]`, `float('nan')`, `'mean'`."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(literal, value))
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    return repr(value)


def operand(value: Any) -> str:
    """A number as it may stand in a formula: a negative one in brackets, so that it binds."""
    text = literal(value)
    return f"({text})" if text.startswith("-") else text
