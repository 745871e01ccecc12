"""The moving pictures of the README: `python -m tests.movies`.

Two lessons played from the beginning to the end in the real window, offscreen: every step as it is
seen there, packets on their way, the panel that matters beside it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from PySide6.QtCore import QSizeF
from PySide6.QtWidgets import QApplication

from gui.export import movie
from tests.gallery import ROOT, Gallery

SIZE = (1100, 700)
LESSONS = {"accumulation": ("x", "ledger"), "stopping": ("z", "inspector")}
"""Lesson -> (node selected, panel in front)."""
BESIDE = {"inspector", "ledger", "program", "outline"}
"""The docks that stay."""
SECONDS, RATE = 1.6, 10
"""How long a step takes, and how many pictures a second show a packet move."""
REST_MS = 2500
READABLE = 0.7
"""How small the graph may be drawn for the sake of its notes."""


def film(gallery: Gallery, name: str) -> bytes:
    """One lesson as a GIF."""
    app, (node, panel) = gallery.app, LESSONS[name]
    gallery.open(name, 0)
    for dock in app.window.docks.keys() - BESIDE:
        app.window.docks[dock].hide()
    app.window.docks[panel].raise_()
    gallery.look(0)
    if app.canvas.view.scale < READABLE:  # then without the note: the captions say it all
        app.selection.set(app.editor.document.graph.nodes)
        app.canvas.fit_selection()
        if app.canvas.minimap_on:
            app.canvas.toggle_minimap()
    app.selection.set([node])
    shots = movie.shots(
        range(len(app.player.film)), lambda step: app.player.film.frame(step).packet is not None,
        seconds=SECONDS, rate=RATE, rest=REST_MS,
    )  # fmt: skip

    def draw(painter, scale, shot):
        app.player.go(shot.step, shot.phase)
        gallery.settle()
        painter.drawPixmap(0, 0, app.window.grab())

    reel = movie.Reel(movie.Movie(QSizeF(*SIZE), shots, draw), 1.0)
    while reel.advance():
        pass
    return movie.encoded(reel, "GIF")


def main() -> None:
    """Play them all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--into", type=Path, default=ROOT / "assets" / "gallery")
    folder = options.parse_args().into
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # the window as at the very first start
    qt = QApplication([])
    gallery = Gallery(folder)
    gallery.app.window.resize(*SIZE)
    gallery.app.choose_theme("light")
    for name in LESSONS:
        data = film(gallery, name)
        (folder / f"{name}.gif").write_bytes(data)
        print(f"{name}.gif  {len(data) / 1000:,.0f} kB")
    gallery.app.editor.history.setClean()
    gallery.app.window.close()
    qt.processEvents()


if __name__ == "__main__":
    main()
