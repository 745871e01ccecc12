"""Graphs whose tensors would fill any machine, run where 2 GiB is all there is.

Half of them are bombs for certain and must be refused with the bytes they would take; the others
put large tensors into any op of the registry, and NumPy may be asked for nothing it cannot give.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine  # noqa: F401  (fills the catalogue of ops)
from engine.events import Failed
from engine.graph import Action, Edge, Graph, Node
from engine.registry import OPS
from engine.session import Session
from engine.trace import Cancelled
from tests.soak import kit

LIMIT = 2 << 30
BATCH = 250
"""Documents a process gets: one that dies takes no more along."""
PATIENCE, LATE = 2.0, 5.0
"""Seconds of processor time after which a run is cancelled, and those it may still take then."""
SIZES = (50_000, 100_000, 2**20, 2**31)
PROGRAM = (Action("forward"), Action("backward", "sum"))

SOURCES: dict[str, tuple[str, Any]] = {
    "col": ("ones", lambda n: {"size": [n, 1], "requires_grad": True}),
    "row": ("ones", lambda n: {"size": [1, n]}),
    "vec": ("rand", lambda n: {"size": [n], "seed": 0}),
    "one": ("ones", lambda n: {"size": [1, 1], "requires_grad": True}),
}
"""Names of leaves, and how they are made: small enough each."""

Bomb = tuple[str, dict[str, str], dict[str, Any]]


def bombs(n: int) -> list[Bomb]:
    """(op, slots, params) whose result has n × n entries."""
    pair = {"self": "col", "other": "row"}
    return [
        *((op, pair, {}) for op in ("add", "sub", "mul", "div", "maximum", "minimum", "fmod",
                                    "atan2", "lt", "eq", "matmul")
          if op in OPS),
        ("pow", {"self": "col", "exponent": "row"}, {}),
        ("mm", {"self": "col", "mat2": "row"}, {}),
        ("outer", {"self": "vec", "vec2": "vec"}, {}),
        ("repeat", {"self": "col"}, {"repeats": [1, n]}),
        ("pad", {"self": "row"}, {"pad": [0, 0, n, 0]}),
        ("linear", {"input": "col", "weight": "col"}, {}),
        ("cdist", {"x1": "col", "x2": "col"}, {}),
        ("zeros", {}, {"size": [n, n]}),
        ("rand", {}, {"size": [n, n]}),
        ("arange", {}, {"start": 0, "end": n * n, "step": 1}),
    ]  # fmt: skip


def document(dice: random.Random) -> tuple[Graph, bool]:
    """A graph, and whether it is a bomb for certain."""
    n = dice.choice(SIZES[:2])
    certain = dice.random() < 0.5
    op, slots, params = dice.choice(bombs(dice.choice(SIZES[:3]))) if certain else _any(dice, n)
    names = sorted(set(slots.values()))
    nodes = [Node(name, SOURCES[name][0], name, SOURCES[name][1](n)) for name in names]
    edges = [Edge(source, 0, "bomb", slot) for slot, source in slots.items()]
    nodes += [Node("bomb", op, "bomb", params), Node("sum", "sum", "sum", {})]
    return Graph.of(nodes, [*edges, Edge("bomb", 0, "sum", "self")]), certain


def _any(dice: random.Random, n: int) -> Bomb:
    """Any op with large tensors in its slots, wide ones among them, and large whole numbers."""
    op = OPS[dice.choice([name for name, op in OPS.items() if op.slots])]
    slots = [f"{s.name}.{k}" for s in op.slots for k in range(2) if s.variadic]
    slots += [s.name for s in op.slots if not s.variadic]
    params = {}
    for field in op.fields:
        if "int" in field.kind and dice.random() < 0.6:
            many = "tuple" in field.kind and ("int |" not in field.kind or dice.random() < 0.5)
            size = dice.choice((0, 1, 2, n))
            params[field.name] = [size, dice.choice((1, n))] if many else size
    return op.name, {slot: dice.choice(list(SOURCES)) for slot in slots}, params


# ---- the process with little memory ------------------------------------------------------------


def child(seed: int, first: int, count: int) -> None:
    """Run documents and print (number, certain, what was said, MiB the process has at most)."""
    import resource
    import warnings

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    warnings.simplefilter("ignore")
    for k in range(first, first + count):
        graph, certain = document(random.Random(f"{seed} {k}"))
        print(json.dumps([k, certain, _said(graph), graph.nodes["bomb"].op]), flush=True)


def _said(graph: Graph) -> str:
    """The error the run ended in; a run that takes long is cancelled, and must give up then."""
    began = time.process_time()
    session = Session(graph, lambda: time.process_time() - began > PATIENCE)
    try:
        for _ in session.run(PROGRAM):
            pass
    except Cancelled:
        late = time.process_time() - began - PATIENCE
        return f"escaped the cancel for {late:.1f} s" if late > LATE else ""
    except Exception as error:  # what no run may let through
        return f"escaped {type(error).__name__}: {error}"
    failed = [event for event in session.trace.events if isinstance(event, Failed)]
    return f"{failed[-1].kind}: {failed[-1].sentence}" if failed else ""


# ---- the one that looks on ---------------------------------------------------------------------


def run(times: int, seed: int) -> list[str]:
    """What went wrong with `times` documents."""
    failures = []
    for first in range(0, times, BATCH):
        count = min(BATCH, times - first)
        told = 0
        for k, certain, said, op in _told(seed, first, count):
            told += 1
            failures += [f"seed {seed} {k}: {op}: {what}" for what in _wrong(certain, said)]
        if told < count:
            failures.append(f"seed {seed} {first + told}: the process died")
    return failures


def _told(seed: int, first: int, count: int) -> Iterator[list[Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.bombs", "--child", *map(str, (seed, first, count))],
        cwd=Path(__file__).parents[2], capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        print(done.stderr[-2000:])
    yield from map(json.loads, done.stdout.splitlines())


def _wrong(certain: bool, said: str) -> Iterator[str]:
    if said.startswith("escaped") or "MemoryError" in said or "Unable to allocate" in said:
        yield said
    elif certain and not ("tried to allocate" in said or "overflowed with sizes" in said):
        yield f"was not refused from its shape: {said or 'it was made'}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*map(int, sys.argv[2:5]))
    else:
        kit.main("shape and broadcast bombs", 2_000, run)
