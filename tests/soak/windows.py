"""Mutated documents through the real window: opened, run and played, or refused with a place."""

from __future__ import annotations

import random
import re
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.soak import kit
from tests.soak._mutations import mutated, sources
from tests.soak._stage import Stage, stage

PLACE = re.compile(r"^(\$|Line \d+, |Byte \d+: |File: )|\[\$", re.MULTILINE | re.IGNORECASE)
"""How a finding begins."""
LONGEST = 1.0
"""Seconds of the main thread's processor time that opening one document may take."""


def run(times: int, seed: int) -> list[str]:
    """What went wrong with `times` documents."""
    texts = sources()
    with stage() as scene, tempfile.TemporaryDirectory() as folder:
        first = _played(scene, Path(folder) / "first.chain", texts[0].encode())
        failures = [f"the first: {what}" for what in first if not what.startswith("took")]
        for k in range(times):
            data = mutated(random.Random(f"{seed} {k}"), texts)
            wrong = _played(scene, Path(folder) / f"stranger{k % 7}.chain", data)
            failures += [f"seed {seed} {k}: {what}" for what in wrong]
            if wrong:
                kit.CORPUS.mkdir(exist_ok=True)
                (kit.CORPUS / f"window-{seed}-{k}.chain").write_bytes(data)
    return failures


def _played(scene: Stage, path: Path, data: bytes) -> list[str]:
    """What is wrong with how the window took one document."""
    path.write_bytes(data)
    app, told, before = scene.app, len(scene.boxes), scene.app.editor.document
    began = time.thread_time()
    app.filing.open(path)
    took = time.thread_time() - began
    scene.settle()
    opened = app.editor.document is not before
    for step in (0, len(app.player.film) // 2, len(app.player.film) - 1):
        app.player.go(max(0, step))
        QApplication.processEvents()
    app.window.grab()
    wrong = scene.take_wrong()
    if took > LONGEST:
        wrong.append(f"took {took:.1f} s")
    if not opened and not any(map(PLACE.search, scene.boxes[told:])):
        wrong.append(f"refused without a place: {scene.boxes[told:]}")
    return wrong


if __name__ == "__main__":
    kit.main("documents through the window", 2_000, run)
