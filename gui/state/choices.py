"""What a person can choose among; light to import, because it is read before the first paint."""

from __future__ import annotations

THEMES = ("system", "light", "dark", "high contrast")
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0, 100.0)
"""Steps a second at 1× is one; each entry is a factor the person can choose."""
DTYPES = ("float32", "float64")
WHEEL = ("zooms", "scrolls")
TOUCHPAD = ("pans", "zooms")
DIGITS = (2, 8)
"""Fewest and most significant digits of a number on a node."""
TEXT_SIZE = (11, 20)
"""Smallest and largest size of the canvas's plain text, in pixels at 100 %."""
