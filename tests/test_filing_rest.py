"""A damaged file: why it is refused, and what of it can be opened all the same."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMessageBox

from tests.chain_samples import SQUARE
from tests.window_kit import Button, settled

TORN = SQUARE[: SQUARE.index(' "regions"')]


@pytest.fixture
def boxes(monkeypatch):
    """Message boxes, each answered by the button whose text begins as `boxes.press` says."""

    class Boxes(list):
        press = ""

    shown = Boxes()
    pressed = {}

    def answer(box):
        shown.append(f"{box.text()}\n{box.informativeText()}")
        texts = {button.text().replace("&", ""): button for button in box.buttons()}
        fitting = [b for t, b in texts.items() if shown.press and t.startswith(shown.press)]
        pressed[box] = fitting[0] if fitting else None
        assert box.defaultButton() in (None, box.button(Button.Cancel), box.button(Button.Ok))
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: pressed[box])
    return shown


@pytest.fixture
def torn(tmp_path):
    path = tmp_path / "torn.chain"
    path.write_text(TORN, encoding="utf-8")
    return path


def test_what_can_be_opened_is_opened_as_a_copy_that_is_not_saved(qtbot, app, torn, boxes):
    boxes.press = "Open what can"
    app.filing.open(torn)
    settled(qtbot, app)
    assert "2 nodes and 1 wires" in boxes[0]
    assert "the rest is missing" in boxes[0]
    assert "was opened in part" in boxes[1]
    assert list(app.editor.document.graph.nodes) == ["x", "n1"]
    assert app.editor.path is None
    assert app.editor.title == "torn (in part)"
    assert app.editor.dirty
    assert torn.read_text(encoding="utf-8") == TORN


def test_by_default_nothing_changes(qtbot, app, torn, boxes):
    before = app.editor.document
    app.filing.open(torn)
    assert "cannot be opened" in boxes[0]
    assert len(boxes) == 1
    assert app.editor.document is before


def test_where_nothing_can_be_opened_nothing_is_offered(qtbot, app, tmp_path, boxes):
    path = tmp_path / "x.chain"
    path.write_text("no graph at all")
    boxes.press = "Open what can"
    app.filing.open(path)
    assert len(boxes) == 1
    assert "as a copy" not in boxes[0]
