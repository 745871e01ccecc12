"""A picture of a graph: for the clipboard, or as PNG or SVG."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from gui.model.disk import Disk, replace_file

MOST_PIXELS = 64_000_000
"""A larger picture is made coarser: 64 million pixels are 256 MB."""
FORMATS = {".png": "PNG", ".svg": "SVG"}
_DISK = Disk()


@dataclass(frozen=True)
class Picture:
    """What is to be seen: `draw(painter, scale)` draws it from (0, 0) on, at so many pixels a unit.

    `size` is in units, that is in pixels at scale 1.
    """

    size: QSizeF
    draw: Callable[[QPainter, float], None]


def image(picture: Picture, scale: float = 2.0) -> QImage:
    """The picture in pixels; coarser than asked for where it would be too large."""
    area = max(1.0, picture.size.width() * picture.size.height())
    scale = min(scale, math.sqrt(MOST_PIXELS / area))
    size = (picture.size * scale).toSize().expandedTo(QSizeF(1, 1).toSize())
    made = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(made)
    try:
        picture.draw(painter, scale)
    finally:
        painter.end()
    return made


def encoded(picture: Picture, kind: str, scale: float = 2.0) -> bytes:
    """The picture as a file of that kind, "PNG" or "SVG"."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind == "SVG":
        _draw_svg(picture, buffer)
    else:
        image(picture, scale).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _draw_svg(picture: Picture, buffer: QBuffer) -> None:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle("Chainrule")
    generator.setSize(picture.size.toSize())
    generator.setViewBox(QRectF(0, 0, picture.size.width(), picture.size.height()))
    painter = QPainter(generator)
    try:
        picture.draw(painter, 1.0)
    finally:
        painter.end()


def save(picture: Picture, path: Path, scale: float = 2.0, disk: Disk = _DISK) -> None:
    """Write the picture; the suffix says whether as PNG or SVG.  Raises OSError."""
    data = encoded(picture, FORMATS[path.suffix.lower()], scale)
    replace_file(disk, path, data)
