"""Whatever is edited, undone and redone: what is shown equals what is built fresh."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.code.source import lines
from gui.app import App
from gui.canvas.geometry import Geometry, same
from gui.model.document import Document
from gui.model.program import FORWARD
from gui.model.terminal import film_of
from tests.edit_kit import KINDS, edited

STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@pytest.fixture
def app(qapp):
    made = App()
    made.window.resize(1200, 800)
    made.window.show()
    yield made
    made.editor.history.setClean()
    made.window.close()


def play(app, steps):
    app.editor.open(Document())
    for what, a, b in steps:
        if what == "undo":
            app.editor.history.undo()
        elif what == "redo":
            app.editor.history.redo()
        else:
            app.editor.apply(what, edited(app.editor.document, what, a, b))


def bits(array):
    return None if array is None else (np.shape(array), np.asarray(array).tobytes())


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_canvas_code_and_values_equal_those_built_fresh(qtbot, app, steps):
    play(app, steps)
    document = app.editor.document
    assert same(app.canvas.geometry_, Geometry.of(document))
    qtbot.waitUntil(lambda: not app.runner.busy)
    app.code.show()
    assert app.code.lines == lines(document.graph, document.program or (FORWARD,))
    fresh, shown = film_of(document), app.player.film
    assert len(shown) == len(fresh)
    for node in document.graph.nodes:
        for step in {0, len(fresh) // 2, len(fresh) - 1}:
            a, b = shown.frame(step).node(node), fresh.frame(step).node(node)
            assert bits(a.value) == bits(b.value)
            assert bits(a.stored) == bits(b.stored)
            assert a.error == b.error


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_undoing_everything_gives_the_empty_document_and_redoing_the_last(app, steps):
    play(app, [step for step in steps if step[0] not in ("undo", "redo")])
    last, history = app.editor.document, app.editor.history
    while history.canUndo():
        history.undo()
    assert app.editor.document == Document()
    while history.canRedo():
        history.redo()
    assert app.editor.document is last
