"""How large a file may be before it is refused rather than read."""

from __future__ import annotations

BYTES = 16 * 1024 * 1024
DEPTH = 32
NODES = 20_000
LABEL = 256
RANK = 8
ELEMENTS = 2**24
DIGITS = 20
"""Digits of a whole number: enough for any 64-bit one; Python is slow on very long ones."""
FINDINGS = 50
FAR = 1e9
"""Scene pixels from the middle: further out no picture has room for a node beside another."""
