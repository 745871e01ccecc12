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
INLINE = 4_096
"""Numbers of a tensor up to which a Document lists them; more become one Packed."""
ARCHIVE = 512 * 1024 * 1024
"""Bytes that all files of an archive have together, unpacked."""
ENTRIES = 2_000
MANIFEST = 1024 * 1024
RATIO = 200
"""How many times larger than packed a file of an archive may be."""
HEADER = 10_000
"""Bytes of the header of a `.npy`."""
NOTEBOOK = 64 * 1024 * 1024
"""Bytes of a notebook, what it shows as results included: of that only the beginning is kept."""
NOTEBOOK_DEPTH = 100
CELLS = 2_000
SOURCE = 1024 * 1024
"""Characters of the program that a file was read from, words between its cells included."""
FAR = 1e9
"""Scene pixels from the middle: further out no picture has room for a node beside another."""
