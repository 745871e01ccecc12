"""Movies: what is drawn, how it is encoded, and the dialog with real events."""

from __future__ import annotations

import io
import threading
from itertools import count

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from gui.export import movie
from gui.export.colors import Palette
from gui.export.movie import Movie, Reel, Shot
from gui.filming import SLICE
from gui.model.disk import Disk
from gui.model.lessons import by_id
from tests.window_kit import LEFT, Key, settled

COLORS = ("#b84b00", "#0067a8", "#ffffff", "#131c2b")


def paint(painter: QPainter, scale: float, shot: Shot) -> None:
    """A square whose colour is the step's, with a bar as long as the phase."""
    painter.fillRect(0, 0, 40, 30, QColor(COLORS[shot.step % len(COLORS)]))
    painter.fillRect(0, 20, round(40 * shot.phase), 4, QColor("#86358a"))


def reel(count=4, **kinds):
    shots = tuple(Shot(k, 1.0, 100 * (k + 1)) for k in range(count))
    made = Reel(Movie(QSizeF(40, 30), kinds.get("shots", shots), paint), 1.0)
    while made.advance():
        pass
    return made


def opened(data):
    return Image.open(io.BytesIO(data))


def frames(data):
    picture = opened(data)
    found = []
    for k in range(picture.n_frames):
        picture.seek(k)
        picture.load()
        found.append((np.asarray(picture.convert("RGB")), picture.info.get("duration")))
    return found


@pytest.mark.parametrize("kind", ["GIF", "APNG", "WebP"])
def test_every_picture_is_there_as_long_and_as_drawn(kind):
    """These colours are few, so that each keeps its very value."""
    found = frames(movie.encoded(reel(), kind))
    assert [ms for _, ms in found] == [100, 200, 300, 400]
    for (pixels, _), color in zip(found, COLORS, strict=True):
        wanted = QColor(color)
        assert pixels[5, 5].tolist() == [wanted.red(), wanted.green(), wanted.blue()]
        assert pixels.shape == (30, 40, 3)


def test_mp4_or_how_to_get_it(monkeypatch):
    if movie.has_ffmpeg():
        data = movie.encoded(reel(), "MP4")
        assert data[4:8] == b"ftyp"
    monkeypatch.setattr(movie, "has_ffmpeg", lambda: False)
    with pytest.raises(ImportError, match=r"pip install chainrule\[video\]"):
        movie.encoded(reel(), "MP4")


def test_what_looks_the_same_is_one_picture():
    same = tuple(Shot(0, 1.0, 50) for _ in range(5))
    made = reel(shots=(*same, Shot(1, 1.0, 70)))
    assert [ms for _, ms in made.pictures] == [250, 70]


def test_shots_move_where_something_moves():
    found = movie.shots([3, 4], lambda step: step == 4, seconds=1.0, rate=4, rest=500)
    assert found == (
        Shot(3, 1.0, 1000), Shot(4, 0.25, 250), Shot(4, 0.5, 250), Shot(4, 0.75, 250),
        Shot(4, 1.0, 750),
    )  # fmt: skip
    assert movie.shots([], lambda step: True, seconds=1.0, rate=4, rest=500) == ()


def test_a_movie_without_end_is_refused():
    with pytest.raises(ValueError, match="more than 5,000 pictures"):
        movie.shots(range(10_000), lambda step: True, seconds=1.0, rate=30, rest=0)


def test_sizes_are_even_as_video_wants_them():
    made = Reel(Movie(QSizeF(41, 31), (), paint), 1.0)
    assert (made.size.width() % 2, made.size.height() % 2) == (0, 0)


def test_encoding_can_be_given_up():
    cancel = threading.Event()
    cancel.set()
    for kind in ("GIF", "WebP", *(["MP4"] if movie.has_ffmpeg() else [])):
        with pytest.raises(movie.Cancelled):
            movie.encoded(reel(), kind, cancel.is_set)


def test_the_estimate_is_exact_for_what_is_there_and_near_for_the_rest():
    whole = reel(4)
    assert movie.likely_size(whole, "GIF", 4) == len(movie.encoded(whole, "GIF"))
    some = Reel(whole.movie, 1.0)
    some.advance()
    some.advance()
    likely, real = movie.likely_size(some, "GIF", 4), len(movie.encoded(whole, "GIF"))
    assert real / 3 < likely < real * 3


def test_a_broken_disk_leaves_the_old_file(tmp_path):
    class Full(Disk):
        def write(self, fd, data):
            raise OSError(28, "No space left on device")

    path = tmp_path / "old.gif"
    path.write_bytes(b"what was there")
    with pytest.raises(OSError, match="No space"):
        movie.write(path, b"new", Full())
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_frequent_colours_are_kept_and_rare_ones_nearly():
    rng = np.random.default_rng(0)
    pixels = np.full((60, 60, 3), 250, np.uint8)
    pixels[:20] = (19, 28, 43)
    pixels[40:] = rng.integers(0, 255, (20, 60, 3))
    picture = Image.fromarray(pixels)
    drawn = np.asarray(Palette([picture]).applied(picture).convert("RGB")).astype(int)
    assert (drawn[:40] == pixels[:40]).all()
    assert np.abs(drawn[40:] - pixels[40:]).mean() < 24
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) <= 256


# ---- in the window ---------------------------------------------------------------------------


def asked(qtbot, app, lesson="accumulation"):
    app.filing.open_copy(by_id(lesson).graph)
    settled(qtbot, app)
    app.window.actions_by_id["save_movie"].trigger()
    dialog = app.filming.dialog
    qtbot.waitUntil(dialog.isVisible)
    dialog.width_.setValue(240)
    dialog.rate.setValue(3)
    dialog.speed.setCurrentIndex(dialog.speed.findData(4.0))
    return dialog


def chosen(monkeypatch, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))


def gone(qtbot, app):
    qtbot.waitUntil(lambda: app.filming.dialog is None)


def test_a_chapter_is_exported_with_the_mouse(qtbot, app, tmp_path, monkeypatch):
    dialog = asked(qtbot, app)
    qtbot.waitUntil(lambda: "About" in dialog.estimate.text())
    whole = dialog.estimate.text()
    dialog.what.setFocus()
    QTest.keyClick(dialog.what, Key.Key_Down)
    qtbot.waitUntil(lambda: dialog.estimate.text() != whole)
    first = app.player.film.timeline.chapters[0]
    assert (dialog.wanted.first, dialog.wanted.last) == (first.first, first.last)
    dialog.last.setFocus()
    QTest.keyClick(dialog.last, Key.Key_Up)  # one step more than the chapter
    assert dialog.wanted.last == first.last + 1
    chosen(monkeypatch, tmp_path / "first")  # the suffix is added
    QTest.mouseClick(dialog.start, LEFT)
    gone(qtbot, app)
    found = frames((tmp_path / "first.gif").read_bytes())
    assert len(found) >= 3
    assert found[0][0].shape[1] == 240
    assert "Saved to" in app.window.statusBar().currentMessage()


def test_the_pictures_are_the_canvas(qtbot, app):
    """The same paint function, the theme that was chosen, the caption below."""
    dialog = asked(qtbot, app)
    dialog.choose_theme("dark")
    made = app.filming.reel(dialog.wanted)
    while made.advance():
        pass
    assert len(made.movie.shots) >= len(app.player.film)
    pixels = np.frombuffer(movie.zlib.decompress(made.pictures[0][0]), np.uint8)
    height, width = made.size.height(), made.size.width()
    pixels = pixels.reshape(height, width, 3)
    assert pixels[2, 2].max() < 60  # the dark canvas
    with_caption = height
    dialog.caption.setChecked(False)
    assert app.filming.reel(dialog.wanted).size.height() < with_caption
    QTest.keyClick(dialog, Key.Key_Escape)
    gone(qtbot, app)


def test_it_is_given_up_at_once(qtbot, app, tmp_path, monkeypatch):
    """Cancel while it is drawn stops it; nothing is written; a second Cancel closes."""
    dialog = asked(qtbot, app, "perceptron")
    dialog.rate.setValue(30)
    dialog.speed.setCurrentIndex(0)
    dialog.width_.setValue(1200)
    chosen(monkeypatch, tmp_path / "long.gif")
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: dialog.busy)
    assert not dialog.width_.isEnabled()
    QTest.mouseClick(dialog.cancel, LEFT)
    assert not dialog.busy
    assert not app.filming._timer.isActive()
    assert dialog.isVisible()
    QTest.mouseClick(dialog.cancel, LEFT)
    gone(qtbot, app)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(qtbot, app, tmp_path, monkeypatch):
    dialog = asked(qtbot, app)
    chosen(monkeypatch, tmp_path / "no" / "folder.gif")
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: "was not saved" in dialog.notice.text())
    assert dialog.isVisible()
    assert dialog.start.isEnabled()
    QTest.keyClick(dialog, Key.Key_Escape)
    gone(qtbot, app)


def test_without_ffmpeg_mp4_says_how_to_get_it(qtbot, app, monkeypatch):
    monkeypatch.setattr(movie, "has_ffmpeg", lambda: False)
    dialog = asked(qtbot, app)
    dialog.kind.setCurrentIndex(dialog.kind.findData("MP4"))
    assert "pip install chainrule[video]" in dialog.notice.text()
    assert not dialog.start.isEnabled()
    dialog.kind.setCurrentIndex(0)
    assert not dialog.notice.text()
    assert dialog.start.isEnabled()
    QTest.keyClick(dialog, Key.Key_Escape)
    gone(qtbot, app)


def test_a_movie_of_nothing_is_refused_in_words(qtbot, app):
    app.filing.new()
    settled(qtbot, app)
    app.player.set_film(type(app.player.film).__mro__[-2](), -1)
    app.filming.show()
    assert app.filming.dialog is None
    assert "no movie" in app.window.statusBar().currentMessage()


def test_the_window_is_alive_while_it_is_drawn(qtbot, app, tmp_path):
    """It is drawn in slices, between which events get their turn."""
    dialog = asked(qtbot, app)
    seen = []
    app.filming.clock = count(step=2 * SLICE).__next__  # a shot takes more than a slice
    app.filming.start(tmp_path / "m.gif")
    timer, shots = app.filming._timer, dialog.bar.maximum()
    while timer.isActive():
        seen.append(dialog.bar.value())
        QApplication.processEvents()
    gone(qtbot, app)
    assert sorted(set(seen)) == list(range(1, shots))
    assert (tmp_path / "m.gif").exists()
