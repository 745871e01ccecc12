"""Programs in the real window: opened, dropped, pasted, given up; what is told of them."""

import json

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from gui.model import edits
from gui.storing import Storing
from tests import program_kit
from tests.window_kit import LEFT, Key, Mod, drop, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")

PROGRAM = """\
import torch
import pandas
x = torch.tensor(3.0, requires_grad=True)
y = x ** 2
y.backward()
if y < 10:
    print(x.grad)
"""


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "square.py"
    path.write_text(PROGRAM)
    return path


@pytest.fixture
def book(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": "# First"},
        {"cell_type": "code", "source": "import torch\nx = torch.tensor(3., requires_grad=True)\nx",
         "outputs": [{"output_type": "stream", "text": "tensor(3., requires_grad=True)"}]},
        {"cell_type": "markdown", "source": "# Second"},
        {"cell_type": "code", "source": "y = x ** 2\ny.backward()\nx.grad",
         "outputs": [{"output_type": "stream", "text": "tensor(7.)"}]},
    ]  # fmt: skip
    path = tmp_path / "book.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    return path


def names(app):
    return [node.name for node in app.editor.document.graph.nodes.values()][:2]


def arrived(qtbot, app, name):
    qtbot.waitUntil(lambda: app.editor.title == name)
    settled(qtbot, app)


def results(app):
    rows = app.printed.list.topLevelItemCount()
    return [
        tuple(app.printed.list.topLevelItem(row).text(k) for k in range(4)) for row in range(rows)
    ]


def tab_of_results(app):
    return app.window.sheets.isTabVisible(app.window.sheets.indexOf(app.printed))


def test_a_program_opens_as_a_copy_without_a_file(qtbot, app, program):
    assert app.filing.open(program)
    arrived(qtbot, app, "square")
    assert names(app) == ["x", "y"]
    assert app.editor.path is None
    assert not app.editor.dirty
    assert app.filing.folder == program.parent
    assert program in app.settings.recent
    assert program.read_text() == PROGRAM
    places = app.editor.document.places
    assert places["y"][0] >= places["x"][0] + app.canvas.sizes()["x"][0]
    assert app.player.film.frame(len(app.player.film) - 1).node("x").stored == 6.0


def test_what_was_not_read_is_listed_beside_the_work(qtbot, app, program):
    app.filing.open(program)
    arrived(qtbot, app, "square")
    assert app.notice.isVisible()
    assert "square.py" in app.notice.text.text()
    QTest.mouseClick(app.notice.buttons[0], LEFT)
    dialog = app.importing.dialog
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert "square.py:2:1: " in dialog.list.item(0).text()
    QTest.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: app.importing.dialog is None)
    assert app.notice.isVisible()


def test_results_stand_beside_those_of_the_notebook(qtbot, app, book):
    assert not tab_of_results(app)
    app.filing.open(book)
    arrived(qtbot, app, "book")
    assert tab_of_results(app)
    here = "tensor(3., requires_grad=True)"
    assert results(app) == [
        ("2  First", "same", here, here), ("4  Second", "different", "tensor(6.)", "tensor(7.)"),
    ]  # fmt: skip
    assert app.printed.summary.text() == "1 different · 1 same"
    app.filing.new()
    assert not tab_of_results(app)
    assert results(app) == []


def test_chapters_are_called_by_the_heading_above_their_cell(qtbot, app, book):
    app.filing.open(book)
    arrived(qtbot, app, "book")
    told = [chapter.whole_title for chapter in app.player.film.timeline.chapters]
    assert any(title.startswith("First › Forward") for title in told)
    assert told[-1].startswith("Second › Backward")


@pytest.mark.parametrize("way", ["dialog", "drop", "recent", "with others"])
def test_every_way_to_open_a_file_takes_programs(qtbot, app, program, book, way, monkeypatch):
    if way == "dialog":
        asked = []

        def choose(parent, title, start, kinds):
            asked.append(kinds)
            return str(program), ""

        monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
        assert app.filing.ask_open()
        assert "*.py *.ipynb" in asked[0]
    elif way == "drop":
        assert drop(app.canvas, program)
    elif way == "with others":
        assert drop(app.canvas, program, book)
        qtbot.waitUntil(lambda: len(app.desk.apps) == 2)
        arrived(qtbot, app.desk.apps[1], "book")
    else:
        app.settings.remember(program)
        app._fill_recent()
        app.window.menus.recent.actions()[0].trigger()
    arrived(qtbot, app, "square")
    assert names(app) == ["x", "y"]


def test_a_program_of_which_nothing_is_read_changes_nothing(qtbot, app, tmp_path, told):
    path = tmp_path / "broken.py"
    path.write_text("x = 1\ny = (2\n")
    before = app.editor.document
    app.filing.open(path)
    settled(qtbot, app)
    assert app.editor.document is before
    assert "broken.py:2:5" in told[0]


def test_a_notebook_that_is_a_list_is_refused_in_words(qtbot, app, tmp_path, told):
    path = tmp_path / "list.ipynb"
    path.write_text("[]")
    app.filing.open(path)
    settled(qtbot, app)
    assert "$: This is a list, not a notebook." in told[0]


def test_reading_goes_on_beside_the_window_and_esc_ends_it(qtbot, app, tmp_path, monkeypatch):
    monkeypatch.setattr(Storing, "patience", 0.0)
    app.importing.helper.command = program_kit.COMMAND
    path = tmp_path / "slow.py"
    path.write_text("talk")
    before = app.editor.document
    app.filing.open(path)
    opening = app.window.opening
    assert opening.isVisible()
    assert opening.bar.isVisible()
    assert "slow.py" in opening.label.text()
    qtbot.waitUntil(lambda: app.importing.helper.where != "")
    process = app.importing.helper._process
    QTest.keyClick(app.canvas, Key.Key_Escape)
    assert not opening.isVisible()
    qtbot.waitUntil(lambda: process.returncode is not None)
    assert app.editor.document is before
    path.write_text("again")
    app.filing.open(path)
    arrived(qtbot, app, "slow")
    assert names(app) == ["x", "y"]


def test_a_process_that_crashes_leaves_the_window_as_it_was(qtbot, app, tmp_path, told):
    app.importing.helper.command = program_kit.COMMAND
    path = tmp_path / "bad.py"
    path.write_text("die")
    before = app.editor.document
    app.filing.open(path)
    settled(qtbot, app)
    assert app.editor.document is before
    assert "crashed over it" in told[0]


def test_closing_the_window_ends_the_process(qtbot, app, program):
    app.filing.open(program)
    arrived(qtbot, app, "square")
    process = app.importing.helper._process
    assert process.returncode is None
    app.window.close()
    assert process.returncode is not None


# ---- the clipboard -------------------------------------------------------------------------------


def paste(app, text):
    QGuiApplication.clipboard().setText(text)
    app.canvas.setFocus()
    QTest.keyClick(app.canvas, Key.Key_V, Mod.ControlModifier)


def test_pasted_python_is_offered_to_be_read(qtbot, app):
    paste(app, ">>> import torch\n>>> a = torch.ones(2)\n>>> b = a * 2\n")
    assert app.notice.isVisible()
    assert names(app) == []
    QTest.mouseClick(app.notice.buttons[0], LEFT)
    arrived(qtbot, app, "pasted")
    assert names(app) == ["a", "b"]
    assert app.editor.path is None


@pytest.mark.parametrize("text", ["hello world", "1, 2, x", "", "What is this?"])
def test_other_text_is_told_of_as_before(app, text):
    hints = []
    app.canvas.hint.connect(lambda text, *_: hints.append(text))
    paste(app, text)
    assert not app.notice.isVisible()
    assert any("no Chainrule graph" in hint for hint in hints)


def test_numbers_are_pasted_as_numbers(app):
    paste(app, "1 2\n3 4")
    assert len(names(app)) == 1
    assert not app.notice.isVisible()


# ---- guards --------------------------------------------------------------------------------------


def test_an_edit_that_may_turn_a_test_offers_to_read_the_program_again(qtbot, app, program):
    app.filing.open(program)
    arrived(qtbot, app, "square")
    document = app.editor.document
    x = next(iter(document.graph.nodes))
    app.editor.apply("Move", edits.move(document, {x: (700.0, 700.0)}))
    assert "y < 10" not in app.notice.text.text()
    app.editor.apply("Set", edits.set_param(app.editor.document, x, "data", 5.0))
    assert app.notice.isVisible()
    assert "y < 10" in app.notice.text.text()
    assert "square.py:6" in app.notice.text.text()
    QTest.mouseClick(app.notice.buttons[0], LEFT)
    qtbot.waitUntil(lambda: app.editor.document.graph.nodes[x].params["data"] == 3.0)
    assert app.editor.document.source.name == "square.py"
    app.editor.history.undo()
    assert app.editor.document.graph.nodes[x].params["data"] == 5.0
    app.editor.history.undo()
    assert not app.importing._doubted
