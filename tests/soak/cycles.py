"""Windows opened, a document run, played and closed, again and again: nothing stays behind."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

import assets
from tests.soak import kit
from tests.soak._stage import Stage, stage

WARM = 100
"""Cycles after which caches are full; what grows from there on is a leak."""
GROWTH = 1.05
SPARE = 200
"""Objects by which the number may differ: caches that throw out and take in."""


def run(times: int, seed: int) -> list[str]:
    """What grew in `times` cycles after the first WARM, and whether a closed window stays."""
    paths = sorted(p for f in ("examples", "lessons") for p in assets.path(f, "").rglob("*.chain"))
    failures: list[str] = []
    first: tuple[int, Counter[str]] | None = None
    with stage() as scene:
        for k in range(times):
            if k == WARM:
                first = _held(scene, paths[0])
            _cycle(scene, paths[(seed + k) % len(paths)])
            failures += [f"cycle {k}: {what}" for what in scene.take_wrong()]
        last = _held(scene, paths[0])
    if last[1]["App"] > 1:
        failures.append(f"{last[1]['App'] - 1} closed windows are still there")
    return failures + (_grown(first, last) if first is not None else [])


def _held(scene: Stage, path: Path) -> tuple[int, Counter[str]]:
    """(resident bytes, objects), after the document that caches hold on to is always the same."""
    _cycle(scene, path)
    return resident(), objects()


def _grown(first: tuple[int, Counter[str]], last: tuple[int, Counter[str]]) -> list[str]:
    print(f"resident {first[0] >> 20} MiB after {WARM} cycles, {last[0] >> 20} MiB at the end")
    grown = []
    if last[0] > first[0] * GROWTH:
        grown.append(f"resident memory grew from {first[0] >> 20} to {last[0] >> 20} MiB")
    more = last[1].total() - first[1].total()
    if more > SPARE:
        kinds = ", ".join(f"{n} {kind}" for kind, n in (last[1] - first[1]).most_common(8))
        grown.append(f"{more} more objects: {kinds}")
    return grown


def _cycle(scene: Stage, path: Path) -> None:
    app = scene.app.desk.new_window()
    app.window.resize(1100, 760)
    app.filing.open(path)
    scene.settle(app)
    for step in range(0, len(app.player.film), 5):
        app.player.go(step)
        QApplication.processEvents()
    app.editor.history.setClean()
    app.window.close()
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def objects() -> Counter[str]:
    """How many objects Python keeps track of, by type."""
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects())


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * 4096


if __name__ == "__main__":
    kit.main("open, run, play and close", 1_000, run)
