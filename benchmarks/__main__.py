"""`make bench`: the engine beside torch eager, interleaved in one process, medians.

Three workloads for now: a chain of 1,000 scalar ops, x used 1,000 times, a small MLP's training step.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import statistics
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

import engine

ROUNDS = 15


def scalar_chain(torch: ModuleType) -> Callable[[], None]:
    """x -> sin(tanh(x · a + b)) 250 times over, forward and backward: 1,000 scalar ops."""
    x = torch.tensor(0.5, requires_grad=True)

    def run() -> None:
        y = x
        for _ in range(250):
            y = torch.sin(torch.tanh(y * 1.01 + 0.1))
        y.backward()

    return run


def fan_out(torch: ModuleType) -> Callable[[], None]:
    """A 32 x 32 tensor used 1,000 times."""
    data = np.random.default_rng(0).standard_normal((32, 32)).astype(np.float32)
    x = torch.tensor(data, requires_grad=True)

    def run() -> None:
        total = x * 0.0
        for k in range(1000):
            total = total + x * (k * 0.001)
        (total * total).mean().backward()

    return run


def mlp_step(torch: ModuleType) -> Callable[[], None]:
    """32 x 2 -> 16 -> 16 -> 1 with tanh and a squared error, forward and backward."""
    rng = np.random.default_rng(0)
    sizes = ((2, 16), (16, 16), (16, 1))
    weights = [
        torch.tensor((rng.standard_normal(s) / 3).astype(np.float32), requires_grad=True)
        for s in sizes
    ]
    data = torch.tensor(rng.standard_normal((32, 2)).astype(np.float32))

    def run() -> None:
        h: Any = data
        for w in weights[:-1]:
            h = torch.tanh(h @ w)
        ((h @ weights[-1]) ** 2).mean().backward()

    return run


def main() -> None:
    """Print one line a workload."""
    torch = _torch()
    for workload in (scalar_chain, fan_out, mlp_step):
        runs = {"engine": workload(engine)}
        if torch is not None:
            runs["torch"] = workload(torch)
        times = _interleaved(runs)
        ours = statistics.median(times["engine"])
        line = f"{workload.__name__:<14} engine {ours * 1e3:8.3f} ms"
        if torch is not None:
            theirs = statistics.median(times["torch"])
            line += f"   torch {theirs * 1e3:8.3f} ms   ratio {ours / theirs:.2f}"
        print(line)
    if torch is None:
        print("torch is not installed: pip install -e .[torch] to see ratios")


def _torch() -> ModuleType | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


def _interleaved(runs: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(ROUNDS + 2):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if round_ >= 2:  # the first two warm up
                times[name].append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
