"""Screenshots for human eyes and for the README: `python tests/gallery.py` (or `make gallery`).

Every lesson in the middle of its backward pass, light and dark, in the real window, offscreen.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SHOTS = {
    "square": (3, "x", "inspector"),
    "sine": (5, "y", "inspector"),
    "perceptron": (31, "w", "inspector"),
    "accumulation": (8, "x", "ledger"),
    "stopping": (15, "z", "program"),
}
"""Lesson -> (step shown, node selected, panel in front)."""

SIZE = (1600, 1000)


def main(folder: Path) -> None:
    """Write `<lesson>-<theme>.png` for every lesson and theme into `folder`."""
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # nobody's settings, and none left behind
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["chainrule"])
    application.setStyle("Fusion")
    from gui.app import App

    folder.mkdir(parents=True, exist_ok=True)
    app = App()
    app.window.resize(*SIZE)
    app.window.show()
    for theme in ("light", "dark"):
        app.choose_theme(theme)
        for lesson in app.lessons():
            _shoot(application, app, lesson, folder / f"{lesson.stem}-{theme}.png")
        app.show_start_page()
        for _ in range(20):  # one picture a turn
            application.processEvents()
        _save(app, folder / f"start-{theme.replace(' ', '-')}.png")
        app.show_work()
    app.close()


def _shoot(application, app, lesson: Path, target: Path) -> None:
    step, node, panel = SHOTS[lesson.stem]
    app.filing.open_copy(lesson)
    while app.runner.busy:
        application.processEvents()
    assert len(app.player.film) > step, f"{lesson.name} did not run"
    app.selection.set([node])
    app.window.docks[panel].raise_()
    app.canvas.fit_all()
    app.player.go(step, phase=0.55)
    for _ in range(5):
        application.processEvents()
    _save(app, target)


def _save(app, target: Path) -> None:
    app.window.grab().save(str(target))
    print(target.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "assets" / "gallery")
