"""A moving picture of a run: GIF, APNG, WebP, or MP4 where ffmpeg is installed."""

from __future__ import annotations

import importlib.util
import io
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QImage, QPainter

from gui.export.colors import Palette
from gui.model.disk import Disk, replace_file

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {".gif": "GIF", ".png": "APNG", ".webp": "WebP", ".mp4": "MP4"}
NEEDS_FFMPEG = "MP4 needs one more package: pip install chainrule[video]"
MOST_SHOTS = 5000
"""A longer movie nobody watches to its end."""
_SAMPLES = 8
"""Pictures from which the colours of all are taken."""
_DISK = Disk()


class Cancelled(Exception):
    """The movie is not wanted any more."""


class Shot(NamedTuple):
    """What is to be seen for `ms` milliseconds: a step, its packet so far on its way (0…1)."""

    step: int
    phase: float
    ms: int


@dataclass(frozen=True)
class Movie:
    """`draw(painter, scale, shot)` draws a shot from (0, 0) on, at so many pixels a unit."""

    size: QSizeF
    shots: Sequence[Shot]
    draw: Callable[[QPainter, float, Shot], None]


def shots(
    steps: Iterable[int], is_moving: Callable[[int], bool], *, seconds: float, rate: int, rest: int
) -> tuple[Shot, ...]:
    """Each step takes `seconds`, what moves in `rate` pictures a second; the last stays `rest` ms.

    Raises ValueError when there would be more than MOST_SHOTS.
    """
    found: list[Shot] = []
    for step in steps:
        count = max(1, round(seconds * rate)) if is_moving(step) else 1
        ends = [round(seconds * 1000 * (k + 1) / count) for k in range(count)]
        begins = [0, *ends]
        found += [Shot(step, (k + 1) / count, end - begins[k]) for k, end in enumerate(ends)]
        if len(found) > MOST_SHOTS:
            raise ValueError(
                f"That would be more than {MOST_SHOTS:,} pictures: choose one chapter, a higher"
                " speed or fewer pictures a second."
            )
    if found:
        found[-1] = found[-1]._replace(ms=found[-1].ms + rest)
    return tuple(found)


@dataclass
class Reel:
    """Shots as they are drawn, one `advance` at a time; those that look the same become one."""

    movie: Movie
    scale: float
    size: QSize = field(init=False)
    pictures: list[tuple[bytes, int]] = field(default_factory=list, init=False)
    """(RGB, compressed; milliseconds)."""
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        size = (self.movie.size * self.scale).toSize()
        self.size = QSize(max(2, size.width() // 2 * 2), max(2, size.height() // 2 * 2))

    def advance(self) -> bool:
        """Draw one more; whether there are others."""
        if self.done < len(self.movie.shots):
            shot = self.movie.shots[self.done]
            picture = zlib.compress(self._draw(shot), 1)
            if self.pictures and self.pictures[-1][0] == picture:
                self.pictures[-1] = picture, self.pictures[-1][1] + shot.ms
            else:
                self.pictures.append((picture, shot.ms))
            self.done += 1
        return self.done < len(self.movie.shots)

    def _draw(self, shot: Shot) -> bytes:
        image = QImage(self.size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        try:
            self.movie.draw(painter, self.scale, shot)
        finally:
            painter.end()
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        row = image.width() * 3
        bits, line = bytes(image.constBits()), image.bytesPerLine()
        if line == row:
            return bits
        return b"".join(bits[y * line : y * line + row] for y in range(image.height()))


# ---- encoding, on whatever thread ------------------------------------------------------------


def encoded(reel: Reel, kind: str, cancelled: Callable[[], bool] = lambda: False) -> bytes:
    """What was drawn, as a file of that kind.  Raises Cancelled, ImportError without ffmpeg."""
    if kind == "MP4":
        return _mp4(reel, cancelled)
    palette = _palette(reel) if kind in ("GIF", "APNG") else None
    frames = _Frames(reel, palette, cancelled)
    options: dict[str, object] = {}
    if kind == "WebP":
        options = {"lossless": True, "quality": 50, "method": 3}
    if kind == "GIF":
        options = {"disposal": 1, "optimize": False}
    if kind == "APNG":
        options = {"default_image": False}
    buffer = io.BytesIO()
    next(iter(frames)).save(
        buffer, {"APNG": "PNG"}.get(kind, kind), save_all=True, append_images=frames.rest,
        duration=[ms for _, ms in reel.pictures], loop=0, **options,
    )  # fmt: skip
    return buffer.getvalue()


class _Frames:
    """The pictures from number `start` on, unpacked one by one: Pillow may look through twice."""

    def __init__(
        self, reel: Reel, palette: Palette | None, cancelled: Callable[[], bool], start: int = 0
    ) -> None:
        self.reel, self.palette, self.cancelled, self.start = reel, palette, cancelled, start

    @property
    def rest(self) -> _Frames:
        return _Frames(self.reel, self.palette, self.cancelled, self.start + 1)

    def __iter__(self) -> Iterator[Image]:
        for picture, _ in self.reel.pictures[self.start :]:
            if self.cancelled():
                raise Cancelled
            frame = _image(self.reel, picture)
            if self.palette is not None:
                frame = self.palette.applied(frame)
            yield frame


def _image(reel: Reel, picture: bytes) -> Image:
    from PIL import Image

    size = reel.size.width(), reel.size.height()
    return Image.frombytes("RGB", size, zlib.decompress(picture))


def _palette(reel: Reel) -> Palette:
    step = -(-len(reel.pictures) // _SAMPLES)
    return Palette(_image(reel, picture) for picture, _ in reel.pictures[::step])


def has_ffmpeg() -> bool:
    """Whether MP4 can be written here."""
    return importlib.util.find_spec("imageio_ffmpeg") is not None


def _mp4(reel: Reel, cancelled: Callable[[], bool]) -> bytes:
    """A picture for every 1/30 s, in a file of its own that is read back: ffmpeg wants to seek."""
    if not has_ffmpeg():
        raise ImportError(NEEDS_FFMPEG)
    if cancelled():  # ffmpeg would complain of a movie without pictures
        raise Cancelled
    import imageio_ffmpeg

    rate, size = 30, (reel.size.width(), reel.size.height())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "movie.mp4"
        writer = imageio_ffmpeg.write_frames(
            str(path), size, fps=rate, codec="libx264", quality=None, macro_block_size=2,
            output_params=["-crf", "20"], ffmpeg_log_level="error",
        )  # fmt: skip
        writer.send(None)
        try:
            for picture, ms in reel.pictures:
                data = zlib.decompress(picture)
                for _ in range(max(1, round(ms * rate / 1000))):
                    if cancelled():
                        raise Cancelled
                    writer.send(data)
        finally:
            writer.close()
        return path.read_bytes()


def write(path: Path, data: bytes, disk: Disk = _DISK) -> None:
    """Put it in place, all of it or nothing.  Raises OSError."""
    replace_file(disk, path, data)


def likely_size(
    reel: Reel, kind: str, of: int, cancelled: Callable[[], bool] = lambda: False
) -> int:
    """About the bytes of a movie of `of` shots some of which are on this reel: the first picture
    is stored whole, of the others what changes.  Raises what `encoded` raises."""
    some = len(encoded(reel, kind, cancelled))
    if len(reel.pictures) < 2 or reel.done >= of:
        return some
    lone = replace(reel)
    lone.pictures = reel.pictures[:1]
    first = len(encoded(lone, kind, cancelled))
    return first + round((some - first) * (of - 1) / (reel.done - 1))
