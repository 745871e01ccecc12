"""Random hands on the real window leave canvas, outline, file and Document agreeing.

A short share of `python -m tests.random_events 20000`, which is run by hand.
"""

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gui.app import App
from tests.random_events import Hands, prepared


@pytest.fixture
def app(qapp, monkeypatch):
    for kind, name in (
        (QMessageBox, "exec"), (QFileDialog, "getOpenFileName"), (QFileDialog, "getSaveFileName"),
    ):  # fmt: skip
        monkeypatch.setattr(kind, name, getattr(kind, name))  # put back what `prepared` replaces
    made = prepared(App())
    yield made
    made.canvas.cancel_gesture()
    made.player.pause()
    made.editor.history.setClean()
    made.window.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_hands_do_all_agree_and_all_can_be_undone(app, seed):
    hands = Hands(app, seed)
    hands.run(300)
    hands.end()
    assert app.editor.history.count() > 10
