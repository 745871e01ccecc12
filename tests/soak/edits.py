"""Random edits, undos, redos, saves and opens: the document is what its journal says, and its file.

In one episode of LOOKED canvas and outline are there too, and agree with it after every operation.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from gui.canvas.canvas import Canvas
from gui.canvas.geometry import Geometry, same
from gui.model.changes import Draft
from gui.model.disk import Disk
from gui.model.files import from_text, load, save, to_text
from gui.model.journal import Journal, unsealed
from gui.model.journals import left_over, release
from gui.model.strict_json import parse
from gui.panels.outline import Outline, OutlineModel
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.recovery import Recovery
from gui.state.selection import Selection
from gui.theme import LIGHT
from tests.edit_kit import KINDS, edited
from tests.soak import kit

OPERATIONS = 100
"""How many an episode has; a document grows in it to some ten nodes and wires."""
LOOKED = 20
CHECKED = 5
"""After so many operations the document is written, read and replayed."""
OURS = (*KINDS * 4, "save", "load", "load")


class Tapped(Disk):
    """Hands out the lines of logs as they are written."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, fd: int, data: memoryview) -> int:
        if bytes(data[:7]) == b'{"seq":':
            self.lines.append(bytes(data))
        return super().write(fd, data)

    def sync(self, fd: int) -> None:
        """Nothing is pulled out of the wall here."""

    def sync_folder(self, path: Path) -> None:
        """Nor here."""


class Episode:
    """An Editor with its journal, and what the journal says, kept up line by line."""

    def __init__(self, root: Path, looked: bool) -> None:
        self.root, self.file = root, root / "graph.chain"
        self.editor, self.disk = Editor(), Tapped()
        self.recovery = Recovery(self.editor, root, self.disk)
        self.journal: Journal | None = None
        self.draft: Draft | None = None
        self.looks = Looks(self.editor) if looked else None

    def do(self, what: str, a: int, b: int) -> None:
        editor = self.editor
        match what:
            case "undo":
                editor.history.undo()
            case "redo":
                editor.history.redo()
            case "save":
                seen = save(editor.document, self.file)
                editor.saved(self.file)
                self.recovery.follow(self.file, seen)
            case "load" if self.file.exists() and not editor.dirty:
                document, seen = load(self.file)
                editor.open(document, self.file)
                self.recovery.follow(self.file, seen)
            case _:
                editor.apply(what, edited(editor.document, what, a, b))
        self._follow()

    def _follow(self) -> None:
        if self.recovery.journal is not self.journal:
            self.journal, self.draft = self.recovery.journal, None
        if self.journal is not None and self.draft is None:
            (base,) = self.journal.folder.glob("base-1-*")
            self.draft = Draft(parse(base.read_text("utf-8")))
        for line in self.disk.lines:
            whole = unsealed(line)
            if self.draft is not None and whole is not None:
                self.draft.patch(parse(whole.decode())["change"])
        self.disk.lines.clear()

    def wrong(self) -> list[str]:
        """What does not agree with the Document."""
        text = to_text(self.editor.document)
        found = []
        if to_text(from_text(text)) != text:
            found.append("read back it is another one")
        if self.draft is not None and to_text(from_text(self.draft.text())) != text:
            found.append("its journal says something else")
        if self.draft is None and self.editor.dirty:
            found.append("it has no journal")
        if not self.editor.dirty and self.file.exists() and self.file.read_text("utf-8") != text:
            found.append("its file holds something else")
        return found

    def lost(self) -> list[str]:
        """What a crash now would cost."""
        text = to_text(self.editor.document)
        path = self.editor.path
        kept = path is not None and path.read_text("utf-8") == text
        expected = [] if kept or not self.editor.dirty else [text]
        self.recovery.close()
        found = left_over(self.root)
        for one in found:
            release(one)
        texts = [to_text(one.document) for one in found if one.document is not None]
        return [] if texts == expected else ["after a crash it is another one"]


class Looks:
    """Canvas and outline of an Editor."""

    def __init__(self, editor: Editor) -> None:
        selection = Selection()
        self.editor = editor
        self.canvas = Canvas(
            editor, selection, theme=LIGHT, to_text=to_text, from_text=from_text,
            check_shapes=lambda document: {},
        )  # fmt: skip
        self.outline = Outline(editor, selection, Player())
        for part in (self.canvas, self.outline):
            part.show()

    def wrong(self) -> list[str]:
        QApplication.processEvents()
        document, found = self.editor.document, []
        if not same(self.canvas.geometry_, Geometry.of(document)):
            found.append("the canvas shows something else")
        fresh = OutlineModel()
        fresh.show(document)
        if _rows(self.outline.model) != _rows(fresh):
            found.append("the outline shows something else")
        return found

    def close(self) -> None:
        for part in (self.canvas, self.outline):
            part.close()
            part.deleteLater()
        QApplication.processEvents()


def _rows(model: OutlineModel) -> list[Any]:
    return [[model.told(item, column) for column in (0, 1, 5, 6)] for item in model.rows]


def play(root: Path, seed: str, operations: int, looked: bool) -> list[str]:
    """What went wrong in one episode."""
    dice, episode = random.Random(seed), Episode(root, looked)
    try:
        for number in range(operations):
            what = dice.choice(OURS)
            episode.do(what, dice.randrange(10_000), dice.randrange(10_000))
            wrong = episode.wrong() if number % CHECKED == 0 else []
            wrong += episode.looks.wrong() if episode.looks else []
            if wrong:
                return [f"seed {seed}: operation {number}, {what}: {', '.join(wrong)}"]
        return [f"seed {seed}: {wrong}" for wrong in [*episode.wrong(), *episode.lost()]]
    finally:
        episode.recovery.close()
        episode.editor.history.blockSignals(True)
        if episode.looks:
            episode.looks.close()


def run(times: int, seed: int) -> list[str]:
    """What went wrong in `times` operations."""
    application = QApplication.instance() or QApplication([])
    failures: list[str] = []
    for k in range(0, times, OPERATIONS):
        root = Path(tempfile.mkdtemp())
        try:
            looked = k // OPERATIONS % LOOKED == 0
            failures += play(root, f"{seed} {k}", min(OPERATIONS, times - k), looked)
        finally:
            shutil.rmtree(root, ignore_errors=True)
    del application
    return failures


if __name__ == "__main__":
    kit.main("edits, undos, redos, saves and opens", 200_000, run)
