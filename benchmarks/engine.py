"""The engine beside others: medians of turns taken one after the other in one process, and ratios.

Processor time counts, not the clock on the wall: on a busy machine, whoever comes after a long turn
would wait the longest.
What each of them computes is compared first: a benchmark that computes something else is worth
nothing.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import Any

import numpy as np

from benchmarks import recording
from benchmarks.peers import PEERS, Engine, Iteration, Numpy, Peer, installed
from benchmarks.workloads import Workload, workloads

SECONDS = 9.0
"""How long each workload is timed, more or less."""
MOST, LEAST = 41, 3
"""Turns."""
SLOW = 10.0
"""Seconds; what takes so long for one pass has no further ones."""
CLOSE = 1e-3
"""How far a loss or gradient may be from ours, relative to its length."""

COLUMNS = (Engine.title, *(kind.title for kind in PEERS), Numpy.title, "recorded")

LEGEND = f"""
ms        processor time of a pass: forward, backward and, in W4 and W5, a step of descent; median
×         engine ÷ this one: 0.2 is a fifth of its time, 2 is twice as long
NumPy     the forward pass alone as bare NumPy calls
recorded  the engine while a Recorder takes down the backward pass; × is recording on ÷ off
B/event   bytes of the recording for each event, beside the arrays and Functions themselves
-         not installed, or not timed for the reason given below the table; ~ fewer than 3 turns
One thread, turns interleaved; every loss and gradient agrees with ours within {CLOSE:g} unless said
below.  What JAX compiles is compiled before.
"""


@dataclass
class Row:
    """What was found out on one workload."""

    title: str
    ms: dict[str, float] = field(default_factory=dict)
    few: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    events: int = 0
    bytes: int = 0

    @property
    def ratios(self) -> dict[str, float]:
        """The engine's time by that of each other; of `recorded`, the other way round."""
        engine = self.ms["engine"]
        found = {name: engine / ms for name, ms in self.ms.items() if name != "engine"}
        return found | {"recorded": self.ms["recorded"] / engine}


# ---- measuring -----------------------------------------------------------------------------------


def measure(workload: Workload, peers: Sequence[Peer], seconds: float = SECONDS) -> Row:
    """Compare and time everything on one workload."""
    cost = recording.of_workload(workload)
    row = Row(workload.title, events=cost.events, bytes=cost.bytes)
    engine = Engine().iteration(workload)
    expected = answer(engine())
    runs: dict[str, Iteration] = {Engine.title: engine}
    for peer in peers:
        why = peer.cannot(workload)
        if why:
            row.notes.append(f"{peer.title} is not timed: {why}.")
        elif run := tried(peer, workload, expected, row):
            runs[peer.title] = run
    runs["recorded"] = recording.recorded(engine)
    runs[Numpy.title] = Numpy().iteration(workload)
    for name, times in turns(runs, workload.times, seconds).items():
        row.ms[name] = statistics.median(times) * 1e3
        if len(times) < LEAST:
            row.few.append(name)
    return row


def tried(peer: Peer, workload: Workload, expected: list[np.ndarray], row: Row) -> Iteration | None:
    """What is to be timed of a peer, compared with us; nothing if this first pass was slow."""
    run = peer.iteration(workload)
    before = time.process_time()
    found = run()
    took = time.process_time() - before
    far = distance(answer(found), expected)
    if not far <= CLOSE:
        row.notes.append(f"{peer.title} COMPUTES SOMETHING ELSE: {far:.1e} away.")
    if took <= SLOW:
        return run
    row.ms[peer.title] = took * 1e3
    row.few.append(peer.title)
    return None


def answer(found: tuple[Any, list[Any]]) -> list[np.ndarray]:
    """The loss and the gradients as arrays of float64; no gradient is 0."""
    loss, grads = found
    return [np.asarray(0 if x is None else x, np.float64) for x in (loss.item(), *grads)]


def distance(found: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The greatest relative difference of a loss or gradient.

    One that vanishes beside the others counts by these: what is left of it is rounding.
    """
    floor = 1e-9 * max(np.linalg.norm(x) for x in expected)
    far = [
        np.linalg.norm(a - b) / (np.linalg.norm(b) + floor)
        for a, b in zip(found, expected, strict=True)
    ]
    return float(np.max(far))  # nan if any is


def turns(runs: dict[str, Iteration], times: int, seconds: float) -> dict[str, list[float]]:
    """Seconds of one pass, turn by turn; all have been run before.

    Noise hits all alike: each has its turn in every round, but what is slow sits rounds out so that
    it takes no more than its share of the time.
    """
    found: dict[str, list[float]] = {name: [] for name in runs}
    spent = dict.fromkeys(runs, 0.0)
    start = time.perf_counter()
    for number in range(MOST):
        elapsed = time.perf_counter() - start
        if number >= LEAST and elapsed > seconds:
            break
        for name, run in runs.items():
            due = number < LEAST and spent[name] < SLOW
            if due or spent[name] <= elapsed / len(runs):
                turn = taken(run, times)
                spent[name] += turn
                found[name].append(turn / times)
    return found


def taken(run: Iteration, times: int) -> float:
    """Seconds for so many passes; the garbage of those before is none of its business."""
    gc.collect(1)
    before = time.process_time()
    for _ in range(times):
        run()
    return time.process_time() - before


@contextmanager
def rare_collections() -> Iterator[None]:
    """The garbage collector as the app sets it: millions of small objects are no leak."""
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


# ---- printing ------------------------------------------------------------------------------------


def lines(row: Row) -> Iterator[str]:
    """Two rows of the table: milliseconds, and ratios."""
    times = (_cell(row.ms.get(name), 3, "~" * (name in row.few)) for name in COLUMNS)
    each = recording.Cost(row.events, row.bytes).each
    yield f"{row.title:<32} ms" + "".join(times) + _cell(each, 1)
    yield f"{'×':>35}" + "".join(_cell(row.ratios.get(name), 2) for name in COLUMNS)


def _cell(value: float | None, digits: int, mark: str = "") -> str:
    return f"{'-' if value is None else f'{mark}{value:.{digits}f}':>11}"


def notes(rows: Iterable[Row]) -> Iterator[str]:
    """What was left out or went wrong, each once with the workloads it is true of."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for note in row.notes:
            found.setdefault(note, []).append(row.title.split(" ")[0])
    return (f"{', '.join(dict.fromkeys(keys))}: {note}" for note, keys in found.items())


def versions() -> dict[str, str]:
    """What was compared with what."""
    names = ("numpy", "torch", "autograd", "mygrad", "micrograd", "jax")
    there = {d.metadata["Name"].lower(): d.version for d in metadata.distributions()}
    return {"python": platform.python_version()} | {n: there[n] for n in names if n in there}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="W1,W5", help="these workloads")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write what was found there, too")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    """Print the table."""
    asked = arguments(given)
    wanted = asked.only.upper().split(",") if asked.only else None
    peers, missing = installed()
    print(", ".join(f"{name} {version}" for name, version in versions().items()))
    print(f"{'':35}" + "".join(f"{name:>11}" for name in (*COLUMNS, "B/event")))
    rows = []
    with rare_collections():
        for workload in workloads():
            if wanted is None or workload.key in wanted:
                rows.append(measure(workload, peers, asked.seconds))
                print("\n".join(lines(rows[-1])), flush=True)
    session = recording.of_session()
    print(LEGEND)
    print(f"A drawn chain of 1,000 nodes, forward and backward: {session.each:.1f} B an event.")
    print(*notes(rows), sep="\n")
    if missing:
        print(f"Not installed: {', '.join(missing)}.  `pip install -e .[bench,torch]` gets them.")
    if asked.json:
        _write(asked.json, rows, session)


def _write(path: str, rows: Iterable[Row], session: recording.Cost) -> None:
    found = {
        "versions": versions(),
        "workloads": [asdict(row) | {"ratios": row.ratios} for row in rows],
        "session": session._asdict(),
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main(sys.argv[1:])
