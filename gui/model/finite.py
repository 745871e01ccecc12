"""Numbers that are none: nan and inf in a value or a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np


def not_finite(array: Any) -> tuple[int, int]:
    """How many entries are nan, and how many infinite; (0, 0) of what holds no floats."""
    found = np.asarray(array)
    if array is None or found.dtype.kind not in "fc":
        return 0, 0
    finite = int(np.count_nonzero(np.isfinite(found)))
    if finite == found.size:
        return 0, 0
    nans = int(np.count_nonzero(np.isnan(found)))
    return nans, found.size - finite - nans


def mark(array: Any) -> str:
    """`nan`, `inf` or nothing: what a row says of itself; nan where there are both."""
    nans, infs = not_finite(array)
    return "nan" if nans else "inf" if infs else ""


def sentence(array: Any) -> str:
    """`2 of 6 entries are nan, 1 is inf.`; empty where all is finite."""
    nans, infs = not_finite(array)
    size = np.size(array)
    if size == 1 and (nans or infs):
        return "It is nan: not a number." if nans else "It is infinite: too large for its dtype."
    told = [f"{n} {'is' if n == 1 else 'are'} {what}" for n, what in ((nans, "nan"), (infs, "inf"))]
    told = [part for part in told if not part.startswith("0 ")]
    return f"Of {size} entries {', '.join(told)}." if told else ""
