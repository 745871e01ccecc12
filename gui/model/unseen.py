"""Characters nobody can see, and those that turn the order of others around."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Direction marks, joiners, fillers, selectors, tags: two names may differ in these alone.

Those of Unicode's Default_Ignorable_Code_Point, line and paragraph separator, and annotations.
"""


def visible(text: str) -> str:
    """`text` with each of them as its code, ⟦U+202E⟧; the very same text where there is none."""
    return text if text.isascii() or not UNSEEN.search(text) else UNSEEN.sub(_code, text)


def _code(found: re.Match[str]) -> str:
    return f"⟦U+{ord(found[0]):04X}⟧"
