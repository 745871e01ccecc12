"""Which of PyTorch's OpInfo samples are left out, and why: nothing else is."""

OUT_OF_SCOPE = {}
"""Ops the engine has a function for that are not compared, and why."""

KNOWN: set[str] = set()
"""Ops with mismatches still open: left to the full run, which lists them."""

UNINITIALISED = {"empty", "empty_like", "empty_strided", "new_empty"}
"""Ops whose values mean nothing: only dtype and shape are compared."""

PROCESSED = {"linalg.eigh", "linalg.svd", "svd"}
"""Ops whose result is unique only after what OpInfo does to it: eigenvectors have no sign."""


def left_out(info, sample):
    """Raise OutOfScope for a sample that is not compared."""
