"""A process that edits is killed at any moment: at most one edit is lost, and nothing is torn.

The process edits through the real Editor with the real journal, and says after every step that it
is done.  What it was to do is thrown with dice, so its document after every step is known here too.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gui.model.document import Document
from gui.model.journals import left_over, release
from gui.model.writing import to_text
from gui.state.editor import Editor
from gui.state.recovery import Recovery
from tests.edit_kit import KINDS, edited
from tests.soak import kit

STEPS = 900
"""At most so many before the kill: new bases are written meanwhile."""
SOON = 0.01
"""Seconds between the turns of the thread, for kills to meet it at its work."""

Step = tuple[str, int, int]


def steps(seed: str) -> Iterator[Step]:
    """What is to be done, without an end."""
    dice = random.Random(seed)
    while True:
        yield dice.choice(KINDS), dice.randrange(10_000), dice.randrange(10_000)


def edit(root: Path, seed: str, done: int) -> None:
    """The process: edits until it is killed."""
    from PySide6.QtCore import QCoreApplication

    application = QCoreApplication([])
    editor = Editor()
    recovery = Recovery(editor, root, pause=lambda event, _: event.wait(SOON))
    for number, (what, a, b) in enumerate(steps(seed), 1):
        if what == "undo":
            editor.history.undo()
        elif what == "redo":
            editor.history.redo()
        else:
            editor.apply(what, edited(editor.document, what, a, b))
        application.processEvents()
        os.write(done, b"%d\n" % number)
    recovery.close()


def documents(seed: str, count: int) -> list[Document]:
    """The Document after 0, 1, … `count` steps, with a history of undoing that is a list."""
    past, at, found = [Document()], 0, [Document()]
    for _, (what, a, b) in zip(range(count), steps(seed), strict=False):
        if what == "undo":
            at = max(0, at - 1)
        elif what == "redo":
            at = min(len(past) - 1, at + 1)
        else:
            document = edited(past[at], what, a, b)
            if document is not past[at]:
                past[at + 1 :], at = [document], at + 1
        found.append(past[at])
    return found


def killed(root: Path, seed: str, dice: random.Random) -> int:
    """Let a process edit, kill it, and give the number of the last step that was done."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            edit(root, seed, writing)
        finally:
            os._exit(1)
    os.close(writing)
    wanted = dice.choice((dice.randrange(8), dice.randrange(250), dice.randrange(STEPS)))
    heard = b""
    while heard.count(b"\n") < wanted and (more := os.read(reading, 1 << 16)):
        heard += more
    for _ in range(dice.randrange(60_000)):
        pass  # some part of a millisecond or a few
    os.kill(process, signal.SIGKILL)
    while more := os.read(reading, 1 << 16):
        heard += more
    os.close(reading)
    os.waitpid(process, 0)
    return heard.count(b"\n")


def told(root: Path, seed: str, reached: int) -> str:
    """What is wrong with what is recovered, nothing if it is as promised."""
    known = [to_text(document) for document in documents(seed, reached + 1)]
    found = left_over(root)
    for one in found:
        release(one)
    if len(found) > 1 or any(one.document is None for one in found):
        return f"{[(one.folder.name, one.problem) for one in found]}"
    text = to_text(found[0].document or Document()) if found else known[0]
    if text in known[max(0, reached - 1) :]:
        return ""
    lost = next((reached - k for k in range(reached, -1, -1) if known[k] == text), None)
    return f"after {reached} steps {lost} were lost" if lost else "no document that ever was"


def run(times: int, seed: int) -> list[str]:
    """What went wrong in `times` kills."""
    failures = []
    for k in range(times):
        name, dice = f"{seed} {k}", random.Random(f"{seed} {k} kill")
        root = Path(tempfile.mkdtemp())
        try:
            wrong = told(root, name, killed(root, name, dice))
        finally:
            shutil.rmtree(root, ignore_errors=True)
        if wrong:
            failures.append(f"seed {name}: {wrong}")
    return failures


if __name__ == "__main__":
    kit.main("edits of a process that is killed", 500, run)
