"""Other editors beside ours: in turn with it where they are quick enough, else alone and once.

`python -m benchmarks.beside TITLE FILE SECONDS` is one editor alone with one graph, ended when it
has used so much of the processor: what it had done until then is known.
"""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication

from benchmarks.editors import PEERS, Drawn, Ours, Window, installed, named
from gui.model.document import Document
from gui.model.files import from_text, to_text

TIMES = 31
PATIENCE = 120.0
"""An editor may take so many seconds of the processor for a graph."""
QUICK_MS = 20_000.0
"""One that has opened, painted and panned within this is timed again, in turn with ours."""
ENOUGH_MS = 6_000.0
"""No further round for an editor that has taken so long already."""
MOST_NODES = 10_000
STEP, STEPS = 24, 40
"""A pan goes so many pixels a step, half of the steps there and half back."""
WHAT = ("build ms", "open ms", "fit all ms", "pan ms")

Figures = dict[str, dict[str, float]]
"""Milliseconds by what was done and by the editor's title; below zero: more than so many."""


def _ms(do: Callable[[], object]) -> float:
    start = time.process_time()
    do()
    return (time.process_time() - start) * 1e3


# What an editor does


def opened(kind: type[Window], drawn: Drawn) -> tuple[Window, list[float]]:
    """A window that shows it all; how long until it was built, and until it was painted as well."""
    editor = kind()
    gc.collect()
    build = _ms(lambda: editor.build(drawn))
    paint = _ms(lambda: editor.fit(drawn.bounds))
    editor.settle()
    return editor, [build, build + paint]


def _tried(kind: type[Window], drawn: Drawn) -> list[float]:
    editor, taken = opened(kind, drawn)
    editor.close()
    return taken


def painted(editor: Window) -> list[float]:
    """How long a full repaint takes."""
    taken = _ms(editor.repaint)
    editor.settle()
    return [taken]


def panned(editor: Window) -> list[float]:
    """How long a step of a pan takes on average, painted by the window's own paint events."""

    def there_and_back() -> None:
        for k in range(STEPS):
            editor.pan(STEP if k < STEPS // 2 else -STEP)
            QApplication.processEvents()
        editor.settle()

    return [_ms(there_and_back) / STEPS]


# Alone


def once(kind: type[Window], drawn: Drawn) -> Iterator[float]:
    """How long each of WHAT takes, told as soon as it is known."""
    editor = kind()
    build = _ms(lambda: editor.build(drawn))
    yield build
    yield build + _ms(lambda: editor.fit(drawn.bounds))
    editor.settle()
    yield from painted(editor)
    editor.actual(drawn.bounds)
    editor.settle()
    yield from panned(editor)


def alone(kind: type[Window], document: Document, patience: float) -> list[float]:
    """The same in a process of its own, ended after so many seconds of the processor.

    Of what it was at then, it is known that it takes at least as long as it had been at it; of what
    would have come next, nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.chain"
        file.write_text(to_text(document), "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.beside", kind.title, str(file), str(patience)],
            cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, check=False,
        )  # fmt: skip
    return bounded([float(line) for line in done.stdout.split()], patience * 1e3)


def bounded(known: list[float], patience: float) -> list[float]:
    """What was known after so many milliseconds, and of what came next that it takes the rest."""
    if len(known) == len(WHAT):
        return known
    spent = known[1] if len(known) > 1 else 0.0  # building is a part of opening
    left = max(0.0, patience - spent - sum(known[2:]))
    return [*known, -left, *([-left] if not known else [])]


# In turn


def interleaved(
    tasks: Mapping[str, Callable[[], list[float]]], times: int
) -> dict[str, list[float]]:
    """Medians of what each task gives, one of each in turn; who is slow has fewer turns."""
    rows: dict[str, list[list[float]]] = {title: [] for title in tasks}
    spent = dict.fromkeys(tasks, 0.0)
    for _ in range(times):
        for title, task in tasks.items():
            if spent[title] < ENOUGH_MS:
                gc.collect(0)
                start = time.process_time()
                rows[title].append(task())
                spent[title] += (time.process_time() - start) * 1e3
    return {title: [*map(median, zip(*row, strict=True))] for title, row in rows.items()}


def compared(
    document: Document,
    peers: Sequence[type[Window]],
    times: int = TIMES,
    patience: float = PATIENCE,
) -> Figures:
    """Every figure of ours and of those peers that make it, bounds of the others."""
    tried = {kind: alone(kind, document, patience) for kind in peers}
    quick = [kind for kind, row in tried.items() if is_quick(row)]
    found = _in_turn(document, quick, times)
    for kind in set(peers) - set(quick):
        for what, ms in zip(WHAT, tried[kind], strict=False):
            found[what][kind.title] = ms
    return found


def is_quick(row: Sequence[float]) -> bool:
    """Whether an editor with these figures can be asked to do it all again and again."""
    return len(row) == len(WHAT) and min(row) >= 0 and row[1] + sum(row[2:]) <= QUICK_MS


def _in_turn(document: Document, peers: Sequence[type[Window]], times: int) -> Figures:
    QPixmapCache.setCacheLimit(10_240 * (1 + len(peers)))  # KiB: for each what it has alone
    drawn = Drawn(document)
    kinds: list[type[Window]] = [Ours, *peers]
    gc.freeze()
    opening = interleaved({kind.title: partial(_tried, kind, drawn) for kind in kinds}, times)
    editors = [opened(kind, drawn)[0] for kind in kinds]
    gc.freeze()  # what is there already burdens nobody
    painting = interleaved({e.title: partial(painted, e) for e in editors}, times)
    for editor in editors:
        editor.actual(drawn.bounds)
        editor.settle()
    panning = interleaved({e.title: partial(panned, e) for e in editors}, times)
    gc.unfreeze()
    for editor in editors:
        editor.close()
    rows = ({title: row[k] for title, row in opening.items()} for k in (0, 1))
    last = ({title: row[0] for title, row in found.items()} for found in (painting, panning))
    return dict(zip(WHAT, (*rows, *last), strict=True))


# The table


def ratios(found: Figures) -> Figures:
    """Every figure as a multiple of ours."""
    return {
        what.removesuffix(" ms"): {title: ms / row[Ours.title] for title, ms in row.items()}
        for what, row in found.items()
    }


def beside(documents: Mapping[str, Document], patience: float) -> dict[str, Figures]:
    """Both tables for every document that is not too large, said as they are found."""
    peers, missing = installed()
    if missing:
        sys.stdout.write(f"\nNot installed: {', '.join(missing)}.\n")
    if not peers:
        return {}
    sys.stdout.write(f"\nIn turn with {', '.join(map(named, peers))}.\n")
    tables = {}
    for name, document in documents.items():
        if len(document.graph.nodes) <= MOST_NODES:
            tables[name] = compared(document, peers, patience=patience)
            print_beside(name, tables[name], peers, patience)
    return tables


def print_beside(
    name: str, found: Figures, peers: Sequence[type[Window]], patience: float = PATIENCE
) -> None:
    """The table, and that of the ratios."""
    titles = [Ours.title, *(kind.title for kind in peers)]
    for heading, table in ((name, found), ("× ours", ratios(found))):
        sys.stdout.write(f"\n{heading:16}" + "".join(f"{title:>16}" for title in titles) + "\n")
        for what, row in table.items():
            cells = (f"{told(row.get(title)):>16}" for title in titles)
            sys.stdout.write(f"{what:16}{''.join(cells)}\n")
    if any(ms < 0 for row in found.values() for ms in row.values()):
        sys.stdout.write(f"> more than this: stopped after {patience:g} s of the processor.\n")


def told(figure: float | None) -> str:
    """A figure as it stands in the table; one that is not known is a dash."""
    if figure is None:
        return "-"
    return f"{figure:,.2f}" if figure >= 0 else f"> {-figure:,.0f}"


def main(title: str, file: str, patience: str) -> None:
    """One editor alone, a line for each figure."""
    application = QApplication.instance() or QApplication([])
    assert application is not None
    kinds: tuple[type[Window], ...] = (Ours, *PEERS)
    (kind,) = (kind for kind in kinds if kind.title == title)
    drawn = Drawn(from_text(Path(file).read_text("utf-8")))
    gc.freeze()
    signal.setitimer(signal.ITIMER_PROF, float(patience))  # which ends the process
    for ms in once(kind, drawn):
        sys.stdout.write(json.dumps(ms) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
