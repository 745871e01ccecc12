"""How long the engine takes beside torch eager and bare NumPy: interleaved in one process, medians.

Each line: a forward and a backward pass (and a training step, where there is one) by the engine, by
torch, their ratio; how much longer it takes while being recorded; and NumPy's forward pass alone.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import engine
from benchmarks.workloads import NUMPY, Module, Workload, workloads
from engine.modes import STATE
from engine.trace import Recorder

Run = Callable[[], None]

SECONDS = 9.0
"""How long each workload is timed, more or less."""
MOST, LEAST = 41, 3
"""Rounds."""


def trainer(F: Module, workload: Workload) -> Run:
    """The workload with the tensors of a module: forward, backward, and a step."""
    leaves = [F.tensor(x, requires_grad=True) for x in workload.leaves]
    data = [F.tensor(x) for x in workload.data]

    def run() -> None:
        for _ in range(workload.times):
            workload.loss(F, leaves, data).backward()
            if workload.rate is not None:
                with F.no_grad():
                    for leaf in leaves:
                        leaf -= workload.rate * leaf.grad  # in place
            for leaf in leaves:
                leaf.grad = None

    return run


def recorded(run: Run) -> Run:
    """The same while a Recorder takes down what happens."""

    def watched() -> None:
        STATE.recorder = Recorder(lambda tensor: None, lambda: False)
        try:
            run()
        finally:
            STATE.recorder = None

    return watched


def forward_in_numpy(workload: Workload) -> Run:
    def run() -> None:
        for _ in range(workload.times):
            workload.loss(NUMPY, workload.leaves, workload.data)

    return run


def medians(runs: dict[str, Run]) -> dict[str, float]:
    """Seconds for each; in every round each has its turn, so that noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    start = time.perf_counter()
    for round_ in range(-1, MOST):
        for name, run in runs.items():
            before = time.perf_counter()
            run()
            if round_ >= 0:  # the first warms up
                times[name].append(time.perf_counter() - before)
        if round_ >= LEAST - 1 and time.perf_counter() - start > SECONDS:
            break
    return {name: statistics.median(found) for name, found in times.items()}


def line(workload: Workload, torch: Module | None) -> str:
    """One workload's row of the table."""
    ours = trainer(engine, workload)
    runs = {"engine": ours, "recorded": recorded(ours), "numpy": forward_in_numpy(workload)}
    if torch is not None:
        runs["torch"] = trainer(torch, workload)
    found = {name: seconds * 1e3 / workload.times for name, seconds in medians(runs).items()}
    cells = [f"{found['engine']:9.3f}"]
    if torch is not None:
        cells += [f"{found['torch']:9.3f}", f"{found['engine'] / found['torch']:6.2f}"]
    else:
        cells += [f"{'-':>9}", f"{'-':>6}"]
    cells += [f"{found['recorded'] / found['engine']:8.2f}", f"{found['numpy']:9.3f}"]
    return f"{workload.title:<33}" + " ".join(cells)


def main() -> None:
    """Print the table."""
    torch = _torch()
    print(f"{'':<33}   engine     torch  ratio recorded     NumPy")
    print(f"{'':<33}       ms        ms    ×        ×   forward ms")
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)  # as the app does: millions of small objects are no leak
    try:
        for workload in workloads():
            print(line(workload, torch), flush=True)
    finally:
        gc.set_threshold(*thresholds)
    if torch is None:
        print("torch is not installed: pip install -e .[torch] to see ratios")


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


if __name__ == "__main__":
    main()
