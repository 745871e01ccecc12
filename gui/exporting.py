"""The open document as PyTorch code: a script, a notebook, or on the clipboard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from engine.code.export import EMBEDDED
from gui.model import exporting
from gui.model.exporting import NOTEBOOK, SCRIPT
from gui.tr import tr

if TYPE_CHECKING:
    from gui.doing import Doing


def _kinds() -> dict[str, str]:
    return {
        SCRIPT: f"{tr('Python scripts')} (*{SCRIPT})",
        NOTEBOOK: f"{tr('Jupyter notebooks')} (*{NOTEBOOK})",
    }


def export(app: Doing, suffix: str) -> None:
    """Ask for a file and write the program there, as a script or a notebook by the suffix."""
    stem = Path(app.editor.title).stem
    folder = app.editor.path.parent if app.editor.path else Path.home()
    name, _ = QFileDialog.getSaveFileName(
        app.window, tr("Export as PyTorch code"), str(folder / f"{stem}{suffix}"), _kinds()[suffix]
    )
    if not name:
        return
    path = Path(name)
    path = path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
    found = exporting.files(app.editor.document, path, EMBEDDED)
    asked = {Path(name)}  # by the dialog
    others = [p for p in found if p not in asked and os.path.lexists(p)]
    if all(map(app.filing.ask_replace, others)):
        _write(app, path, found)


def _write(app: Doing, path: Path, found: dict[Path, bytes]) -> None:
    try:
        exporting.write(found, replacing=True)
    except OSError as error:
        title = tr("“{}” was not saved").format(path.name)
        app.filing.tell(title, str(error.strerror or error))
        return
    beside = [other.name for other in found if other != path]
    told = tr("Saved to {}").format(path)
    app.say(told + "".join(tr(" · its large tensors to {}").format(name) for name in beside))


def copy(app: Doing) -> None:
    """The whole program as text, for pasting elsewhere."""
    text = exporting.code(app.editor.document).text
    QGuiApplication.clipboard().setText(text)
    app.say(tr("Copied {} lines of PyTorch code").format(f"{text.count(chr(10)):,}"))
