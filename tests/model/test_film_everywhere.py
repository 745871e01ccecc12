"""Whatever is run, a step is what it is: scrubbed to, stepped to, or run anew and gone to."""

import random
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

import assets
from engine.graph import Edge, Graph, Node
from engine.registry import OPS
from gui.model.codes import codes_of
from gui.model.files import load
from gui.model.film import TraceFilm
from gui.model.program import effective
from tests.canvas_kit import rig_for
from tests.engine.samples import CASES
from tests.film_checks import again, check_sums, look
from tests.runs import FORWARD, backward, bits, film, leaf, op, wire

FOLDERS = ("examples", "lessons")
FILES = sorted(path for name in FOLDERS for path in assets.path(name, "").rglob("*.chain"))
SAID = (
    "step", "action", "statement", "caption", "asides", "stored", "failed", "expected_error",
    "remedy", "path", "active", "packet", "summing",
)  # fmt: skip
"""All a frame says besides nodes, edges, ledger and codes."""
SHARE = 6
"""Of so many ops one is tried in the quick suite: always the same, by its name."""


def everything(shown: TraceFilm, step: int):
    """A frame field by field, comparable to the last bit."""
    frame = shown.frame(step)
    codes = frame.codes()
    said = [bits(getattr(frame, name)) for name in SAID]
    return (
        look(shown, step),
        said,
        bits(frame.ledger()),
        *map(bits, (codes.nodes, codes.lines, codes.backs)),
    )


def check_any_way(make, seed: int = 0) -> None:
    """Stepped through, scrubbed in any order, and run anew: the same."""
    shown = make()
    stepped = {step: everything(shown, step) for step in range(-1, len(shown))}
    order = list(stepped)
    random.Random(seed).shuffle(order)
    scrubbed, replayed = again(shown), make()
    assert len(replayed) == len(shown)
    for step in order:
        assert everything(scrubbed, step) == stepped[step], step
        assert everything(replayed, step) == stepped[step], step


def check_codes(shown: TraceFilm) -> None:
    """What is drawn of thousands is what each node and edge says by itself."""
    for step in range(len(shown)):
        frame = shown.frame(step)
        one_by_one, found = codes_of(shown.graph, frame), shown.keyframes.at(step)
        for part in ("nodes", "lines", "backs"):
            assert (getattr(one_by_one, part) == getattr(found, part)).all(), (step, part)


# ---- every lesson ----------------------------------------------------------------------------


def filmed(path: Path) -> TraceFilm:
    document = load(path)[0]
    return film(document.graph, *effective(document))


name_of = lambda path: path.stem  # noqa: E731  # for the names of tests


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_step_of_a_lesson_is_the_same_however_one_comes_to_it(path):
    check_any_way(lambda: filmed(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_in_every_lesson_sums_are_the_engines_and_codes_are_the_frames(path):
    shown = filmed(path)
    check_sums(shown)
    check_codes(shown)


# ---- every op --------------------------------------------------------------------------------


def drawn(case) -> Graph:
    """The op on leaves; in-place ones get a copy, and all but the first slot may be frozen."""
    nodes, edges, params = [], [], dict(case.fields)
    for k, (slot, value) in enumerate(case.arrays(np.float32).items()):
        if not hasattr(value, "shape"):
            params[slot] = value
            continue
        floating = value.dtype.kind == "f"
        dtype = str(value.dtype)
        nodes.append(leaf(f"x{k}", value.tolist(), grad=floating, dtype=dtype))
        source = f"x{k}"
        if case.op.inplace and slot == case.op.slots[0].name:
            source = f"copy{k}"
            nodes.append(op(source, "clone"))
            edges.append(wire(f"x{k}", source))
        edges.append(Edge(source, 0, "y", slot))
    nodes += [Node("y", case.op.name, "y", {**case.op.defaults, **params}), op("loss", "sum")]
    return Graph.of(nodes, [*edges, wire("y", "loss")])


def program():
    return (
        FORWARD, backward("loss", expect_error=True), backward("loss", expect_error=True), FORWARD,
        backward("loss", expect_error=True),
    )  # fmt: skip


@lru_cache(maxsize=1)
def ops():
    """One case of every op in the catalogue that has a sample; most of them marked as slow."""
    first = {case.op.name: case for case in reversed(CASES)}
    return [
        pytest.param(case, id=name, marks=() if _is_of_the_share(name) else pytest.mark.slow)
        for name, case in sorted(first.items())
    ]


def _is_of_the_share(name: str) -> bool:
    return zlib.crc32(name.encode()) % SHARE == 0


@pytest.mark.parametrize("case", ops())
def test_a_step_of_any_op_is_the_same_however_one_comes_to_it(case):
    graph = drawn(case)
    check_any_way(lambda: film(graph, *program()), zlib.crc32(case.op.name.encode()))
    shown = film(graph, *program())
    check_sums(shown)
    check_codes(shown)


SAMPLELESS = sorted(OPS.keys() - {case.op.name for case in CASES})
"""Leaves, and what can only be drawn."""


@pytest.mark.parametrize("name", SAMPLELESS)
def test_a_step_of_an_op_without_samples_is_the_same_however_one_comes_to_it(name):
    known = OPS[name]
    slots = [slot.name for slot in known.slots]
    leaves = [leaf(f"x{k}", [1.5, 2.5]) for k, _ in enumerate(slots)]
    nodes = [*leaves, Node("y", name, "y", dict(known.defaults)), op("loss", "sum")]
    wires = [wire(f"x{k}", "y", slot) for k, slot in enumerate(slots)]
    graph = Graph.of(nodes, [*wires, wire("y", "loss")])
    check_any_way(lambda: film(graph, *program()))
    check_codes(film(graph, *program()))


def test_the_ops_are_really_run_and_gradients_come_back():
    """The graphs above are no empty ones: most of the ops get a gradient."""
    cases = [param.values[0] for param in ops()]
    tried = [case for case in cases if _is_of_the_share(case.op.name)]
    reached = 0
    for case in tried:
        shown = film(drawn(case), *program())
        last = shown.frame(len(shown) - 1)
        reached += any(last.node(i).stored is not None for i in shown.graph.nodes)
    assert len(tried) > 40
    assert reached > 0.6 * len(tried)


# ---- pixels ----------------------------------------------------------------------------------


def picture(canvas) -> QImage:
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas.render(image, QPoint())
    return image


@pytest.mark.parametrize("name", ["perceptron", "stopping", "accumulation"])
def test_a_step_is_painted_the_same_however_one_comes_to_it(qtbot, name):
    document = load(assets.path("examples", f"{name}.chain"))[0]
    shown = film(document.graph, *document.program)
    steps = list(range(-1, len(shown)))
    canvas = rig_for(qtbot, document).canvas
    stepped = []
    for step in steps:
        canvas.show_frame(shown.frame(step))
        stepped.append(picture(canvas))
    for step in random.Random(1).sample(steps, len(steps)):
        canvas.show_frame(shown.frame(step))
        assert picture(canvas) == stepped[step + 1], step
