"""The few colours a GIF may have: the flat ones as they are, the rest as near as can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

MOST = 256
EXACT = 128
"""The most frequent ones keep their very value: grounds, lines, and the cores of letters."""


class Palette:
    """At most 256 colours taken from some pictures; `applied` draws others with these."""

    def __init__(self, pictures: Iterable[Image]) -> None:
        from PIL import Image

        sheet = np.concatenate([_packed(picture).ravel() for picture in pictures])
        found, counts = np.unique(sheet, return_counts=True)
        exact = found[np.argsort(-counts, kind="stable")[:EXACT]]
        others = np.setdiff1d(found, exact)
        if len(others):  # each once: a letter's edge counts as much as what there is a lot of
            strip = Image.fromarray(_unpacked(others).astype(np.uint8)[None])
            few = strip.quantize(MOST - len(exact), method=Image.Quantize.MEDIANCUT)
            made = np.array((few.getpalette() or [])[: 3 * (MOST - len(exact))], np.int32)
            exact = np.concatenate([exact, _pack(made.reshape(-1, 3))])
        self.colors = _unpacked(np.unique(exact))
        self._index = np.zeros(1 << 24, np.uint8)
        self._known = np.zeros(1 << 24, bool)

    def applied(self, picture: Image) -> Image:
        """The picture in these colours."""
        from PIL import Image

        packed = _packed(picture)
        new = np.unique(packed[~self._known[packed]])
        for part in np.array_split(new, len(new) // 4096 + 1):
            far = _unpacked(part)[:, None] - self.colors[None]
            self._index[part] = (far**2).sum(2).argmin(1)
        self._known[new] = True
        drawn = Image.fromarray(self._index[packed])
        drawn.putpalette(self.colors.astype(np.uint8).tobytes())
        return drawn


def _packed(picture: Image) -> NDArray[np.int32]:
    return _pack(np.asarray(picture, np.int32))


def _pack(rgb: NDArray[np.int32]) -> NDArray[np.int32]:
    packed: NDArray[np.int32] = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
    return packed


def _unpacked(packed: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], -1).astype(np.int32)
