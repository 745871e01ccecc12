"""Exporting a movie: asks what is wanted, draws it in slices, has it encoded on a thread."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QFileDialog

from gui.canvas.view import View
from gui.export import movie
from gui.model.film import Film
from gui.panels.movie import MovieDialog, Wanted
from gui.state.later import Later
from gui.theme import THEMES, Theme
from gui.tr import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gui.app import App

    Draw = Callable[[QPainter, float, movie.Shot], None]

MARGIN = 24.0
"""Scene units around the graph."""
LEAST = 420.0
"""Scene units: a single node would be shown very large."""
TEXT, LINES, PAD = 15.0, 2, 12.0
"""The caption below, in pixels of a movie 960 wide."""
REST_MS = 1500
"""How long the last picture stays before the movie begins again."""
SLICE = 0.012
"""Seconds of drawing between two looks at what the person does."""
SAMPLE = 24
"""Shots from the middle, two steps or so, that are drawn and encoded to tell the size of all."""


class Filming(QObject):
    """One movie at a time; the dialog is gone when it is written or given up."""

    def __init__(self, app: App, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self.app, self.clock = app, clock
        self.dialog: MovieDialog | None = None
        self.path = Path()
        self._reel: movie.Reel | None = None
        self._cancel = threading.Event()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._draw)
        self._encoding, self._sampling = Later(self), Later(self)
        self._encoding.found.connect(self._on_encoded)
        self._sampling.found.connect(self._on_sampled)

    def show(self) -> None:
        """Ask what is wanted."""
        film = self.app.player.film
        if not len(film):
            self.app.say(tr("Nothing has run yet, so there is no movie of it."))
            return
        self.app.player.pause()
        why = "" if movie.has_ffmpeg() else tr(movie.NEEDS_FFMPEG)
        kinds = [(k, k, why if k == "MP4" else "") for k in movie.FORMATS.values()]
        made = MovieDialog(film.timeline.chapters, len(film), kinds, list(THEMES), self.app.window)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made.choose_theme(self.app.theme.name)
        made.changed.connect(self._estimate)
        made.start_wanted.connect(self._ask_path)
        made.cancel_wanted.connect(self.cancel)
        made.finished.connect(self._on_finished)
        self.dialog = made
        made.open()

    def cancel(self) -> None:
        """Give up what is being made."""
        self._cancel.set()
        self._timer.stop()
        self._encoding.forget()
        self._sampling.forget()
        self._reel = None

    def close(self) -> None:
        """The window goes."""
        self.cancel()

    def _on_finished(self, _: int) -> None:
        self.cancel()
        self.dialog = None

    # ---- what is drawn -----------------------------------------------------------------------

    def reel(self, wanted: Wanted) -> movie.Reel:
        """The movie that was chosen, not yet drawn.  Raises ValueError if it would be too long."""
        film = self.app.player.film
        shots = movie.shots(
            range(wanted.first, wanted.last + 1), lambda step: film.frame(step).packet is not None,
            seconds=1 / wanted.speed, rate=wanted.rate, rest=REST_MS,
        )  # fmt: skip
        scale, size, draw = self._drawing(film, wanted)
        return movie.Reel(movie.Movie(size, shots, draw), scale)

    def _drawing(self, film: Film, wanted: Wanted) -> tuple[float, QSizeF, Draw]:
        """The scale, the size in units and how a shot is drawn: graph above, caption below."""
        canvas, theme = self.app.canvas, THEMES[wanted.theme]
        left, top, right, bottom = canvas.geometry_.bounds() or (0.0, 0.0, LEAST, LEAST / 2)
        width = max(right - left + 2 * MARGIN, LEAST)
        left = (left + right - width) / 2
        top, graph = top - MARGIN, bottom - top + 2 * MARGIN
        scale = wanted.width / width
        text = QFont(self.app.window.font())
        text.setPixelSize(round(TEXT * wanted.width / 960))
        pad = PAD * wanted.width / 960
        strip = QFontMetricsF(text).lineSpacing() * LINES + 2 * pad if wanted.caption else 0.0
        steps = len(film)

        def draw(painter: QPainter, scale: float, shot: movie.Shot) -> None:
            frame = film.frame(shot.step)
            area = QRectF(0, 0, width * scale, graph * scale)
            view = View(scale, -left * scale, -top * scale)
            painter.fillRect(area.adjusted(0, 0, 2, strip + 2), theme.color("window"))
            painter.save()
            painter.setClipRect(area)
            canvas.paint_frame(painter, frame, view, area, phase=shot.phase, theme=theme)
            painter.restore()
            if strip:
                below = QRectF(pad, area.bottom() + pad, area.width() - 2 * pad, strip - 2 * pad)
                lead = tr("Step {} of {}").format(shot.step + 1, steps)
                _write(painter, below, text, theme, f"{lead} · {frame.caption}")

        return scale, QSizeF(width, graph + strip / scale), draw

    # ---- how large it will be ----------------------------------------------------------------

    def _estimate(self) -> None:
        dialog = self.dialog
        if dialog is None or dialog.busy:
            return
        try:
            reel = self.reel(dialog.wanted)
        except ValueError as error:
            dialog.show_estimate(str(error))
            return
        shots = reel.movie.shots
        some = shots[max(0, (len(shots) - SAMPLE) // 2) :][:SAMPLE]
        sample = movie.Reel(replace(reel.movie, shots=some), reel.scale)
        while sample.advance():
            pass
        self._cancel = threading.Event()
        self._sampling.ask(partial(_size, sample, shots, dialog.wanted.kind, self._cancel))

    def _on_sampled(self, found: tuple[int, int, float, tuple[int, int]] | None) -> None:
        if self.dialog is not None and found is not None and not self.dialog.busy:
            size, count, seconds, (width, height) = found
            told = tr("About {} in {} pictures of {} × {}, {:.0f} s long.")
            self.dialog.show_estimate(told.format(_bytes(size), count, width, height, seconds))

    # ---- making it ---------------------------------------------------------------------------

    def _ask_path(self) -> None:
        dialog, editor = self.dialog, self.app.editor
        assert dialog is not None
        kind = dialog.wanted.kind
        suffix = next(s for s, k in movie.FORMATS.items() if k == kind)
        folder = editor.path.parent if editor.path else Path.home()
        name, _ = QFileDialog.getSaveFileName(
            dialog, tr("Save the movie"), str(folder / f"{Path(editor.title).stem}{suffix}"),
            f"{kind} (*{suffix})",
        )  # fmt: skip
        if name:
            path = Path(name)
            self.start(
                path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
            )

    def start(self, path: Path) -> None:
        """Make what the dialog says, and write it there."""
        dialog = self.dialog
        assert dialog is not None
        try:
            self._reel = self.reel(dialog.wanted)
        except ValueError as error:
            dialog.tell(str(error))
            return
        self.path, self._cancel = path, threading.Event()
        self._sampling.forget()
        self._timer.start()
        self._draw()

    def _draw(self) -> None:
        """Some shots; then the person has a turn."""
        reel, dialog = self._reel, self.dialog
        if reel is None or dialog is None:
            self._timer.stop()
            return
        start = self.clock()
        go_on = reel.advance()
        while go_on and self.clock() - start < SLICE:
            go_on = reel.advance()
        of = len(reel.movie.shots)
        if go_on:
            told = tr("Drawing picture {} of {} …").format(reel.done, of)
            dialog.show_progress(reel.done, of, told)
            return
        self._timer.stop()
        dialog.show_progress(0, 0, tr("Writing the file …"))
        look = partial(_made, reel, dialog.wanted.kind, self.path, self._cancel)
        self._encoding.ask(look)

    def _on_encoded(self, found: int | str) -> None:
        if self.dialog is None:
            return
        if isinstance(found, str):
            self.dialog.finish(tr("“{}” was not saved: {}").format(self.path.name, found))
            return
        self.dialog.finish()
        self.app.say(tr("Saved to {} ({})").format(self.path, _bytes(found)))


def _size(
    reel: movie.Reel, shots: Sequence[movie.Shot], kind: str, cancel: threading.Event
) -> tuple[int, int, float, tuple[int, int]] | None:
    """The bytes to be expected, the shots, the seconds they take, and how large each is."""
    count, seconds = len(shots), sum(shot.ms for shot in shots) / 1000
    try:
        likely = movie.likely_size(reel, kind, count, cancel.is_set)
    except (movie.Cancelled, ImportError, OSError):
        return None
    size = reel.size.width(), reel.size.height()
    return likely, count, seconds, size


def _made(reel: movie.Reel, kind: str, path: Path, cancel: threading.Event) -> int | str:
    """Encode and write; the size of the file, or why there is none."""
    try:
        data = movie.encoded(reel, kind, cancel.is_set)
        if cancel.is_set():
            return ""
        movie.write(path, data)
    except movie.Cancelled:
        return ""
    except (OSError, ImportError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return len(data)


def _write(painter: QPainter, area: QRectF, font: QFont, theme: Theme, text: str) -> None:
    """The caption; a long one is cut."""
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    metrics = QFontMetricsF(font)
    while len(text) > 1 and metrics.boundingRect(area, int(flags), text).height() > area.height():
        text = text.rstrip(" …")[: -max(1, len(text) // 20)] + " …"
    painter.drawText(area, int(flags), text)


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
