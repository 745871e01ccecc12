"""A document that is saved as the window does it; its questions are written down, and declined."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.graph import Edge, Graph, Node
from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.files import to_text


def document(count: int, numbers: int = 3) -> Document:
    """So many tensors of so many numbers, each with its sine."""
    data = [float(k) for k in range(numbers)]
    leaves = [
        Node(f"x{k}", "tensor", f"x{k}", {"data": data, "dtype": "float32", "requires_grad": True})
        for k in range(count)
    ]
    sines = [Node(f"y{k}", "sin", f"y{k}", {}) for k in range(count)]
    edges = [Edge(f"x{k}", 0, f"y{k}", "self") for k in range(count)]
    places = {node.id: (40.0 * k, 0.0) for k, node in enumerate([*leaves, *sines])}
    return Document(Graph.of([*leaves, *sines], edges), (), places)


def bytes_of(made: Document) -> bytes:
    """What its file holds."""
    return to_text(made).encode()


@contextmanager
def home() -> Iterator[Path]:
    """A folder in which settings and earlier versions lie as long as it is there."""
    before = {name: os.environ.get(name) for name in ("CHAINRULE_HOME", "XDG_CONFIG_HOME")}
    with tempfile.TemporaryDirectory() as folder:
        for name in before:
            os.environ[name] = os.path.join(folder, name.lower())
        try:
            yield Path(folder)
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


@contextmanager
def application() -> Iterator[Path]:
    """The same, with Qt, which has no screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    running = QApplication.instance() or QApplication([])
    with home() as folder:
        yield folder
    running.processEvents()


class Author:
    """Somebody with an editor, who is told things and always declines."""

    def __init__(self, fs: Disk) -> None:
        from gui.state.editor import Editor
        from gui.state.settings import Settings
        from gui.storing import Button, Storing

        class Declining(Storing):
            patience = 600.0

            def _ask(declining, title, text, *_, **__):
                self.told.append(f"{title}\n{text}")
                return Button.Cancel

            def _ask_where(declining, title, start):
                return self.where

        self.told: list[str] = []
        self.said: list[str] = []
        self.where = Path()
        self.editor = Editor()
        self.storing = Declining(self.editor, Settings(), lambda: None, self.editor, fs)
        self.storing.message.connect(self.said.append)

    def open(self, made: Document, path: Path | None) -> None:
        """As if it had been opened, with what its file holds."""
        from gui.model.files import fingerprint

        self.editor.open(made, path)
        self.storing.follow(path, None if path is None else fingerprint(path))

    def edit(self, made: Document) -> None:
        self.editor.apply("Edit", made)
