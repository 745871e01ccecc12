"""Exported files: whole or not at all, from the command line and from the menus."""

from __future__ import annotations

import errno
import json

import jsonschema
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu

import assets
import engine
import main
from engine.code.export import script
from engine.graph import Action, Graph, Node
from engine.packed import Packed
from gui.model import exporting
from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.files import load
from gui.model.ipynb import notebook
from tests.export_kit import ran
from tests.runs import FORWARD, backward, square
from tests.window_kit import settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
PERCEPTRON = str(assets.path("examples", "perceptron.chain"))
_TEXT = {"type": "array", "items": {"type": "string"}}
_CODE = {
    "properties": {"cell_type": {"const": "code"}, "id": {"pattern": "^[a-zA-Z0-9-_]{1,64}$"},
                   "metadata": {"type": "object"}, "source": _TEXT,
                   "outputs": {"type": "array", "maxItems": 0}, "execution_count": {"const": None}},
    "required": ["cell_type", "id", "metadata", "source", "outputs", "execution_count"],
    "additionalProperties": False,
}  # fmt: skip
_WORDS = {
    "properties": {"cell_type": {"const": "markdown"}, "metadata": {"type": "object"},
                   "id": {"pattern": "^[a-zA-Z0-9-_]{1,64}$"}, "source": _TEXT},
    "required": ["cell_type", "id", "metadata", "source"], "additionalProperties": False,
}  # fmt: skip
NOTEBOOK = {
    "properties": {"nbformat": {"const": 4}, "nbformat_minor": {"const": 5},
                   "metadata": {"type": "object"},
                   "cells": {"type": "array", "items": {"oneOf": [_CODE, _WORDS]}}},
    "required": ["nbformat", "nbformat_minor", "metadata", "cells"], "additionalProperties": False,
}  # fmt: skip
"""What format 4.5 asks of a notebook, as far as ours goes."""


def large():
    """A Document with 48,000 bytes of numbers."""
    array = np.arange(6000, dtype=np.float64).reshape(60, 100)
    return Document(Graph.of([Node("w", "tensor", "w", {"data": Packed(array)})])), array


# ---- notebooks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["perceptron", "accumulation", "stopping"])
def test_a_notebook_is_one_of_format_4_5(name):
    document = load(assets.path("examples", f"{name}.chain"))[0]
    made = json.loads(notebook(exporting.code(document), name))
    jsonschema.validate(made, NOTEBOOK)
    assert len({cell["id"] for cell in made["cells"]}) == len(made["cells"])


def test_chapters_are_cells_under_headings():
    program = (
        FORWARD, backward("y"), Action("set", "x.grad", {"value": None}), FORWARD, backward("y"),
        Action("repeat", None, {"times": 3}, False, (FORWARD, backward("y"))),
    )  # fmt: skip
    cells = json.loads(notebook(script(square(), program), "a <b> [c](d)"))["cells"]
    words = [c["source"][0] for c in cells if c["cell_type"] == "markdown"]
    assert words == [
        r"# a \<b\> \[c\]\(d\)", "## Tensors", "## Forward", r"## Backward \#1", r"## Forward \#2",
        r"## Backward \#2", "## Repeat 3 times",
    ]  # fmt: skip
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    assert code[2:] == [
        "y = x ** 2", "y.backward()", "x.grad = None", "y = x ** 2", "y.backward()",
        "for _ in range(3):\n    y = x ** 2\n    y.backward()",
    ]  # fmt: skip


def test_the_cells_one_after_the_other_are_the_script():
    document = load(assets.path("examples", "perceptron.chain"))[0]
    cells = json.loads(notebook(exporting.code(document), "x"))["cells"]
    names, error = {}, None
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    names, error = ran(text, engine)
    assert error is None
    assert float(names["w"].grad) == pytest.approx(6.494, abs=1e-3)


# ---- files ---------------------------------------------------------------------------------------


def test_large_tensors_lie_beside_where_there_is_no_room(tmp_path, monkeypatch):
    document, array = large()
    found = exporting.files(document, tmp_path / "x.py", 100)
    exporting.write(found)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.npz", "x.py"]
    monkeypatch.chdir(tmp_path)
    names, error = ran((tmp_path / "x.py").read_text(), engine)
    assert error is None
    assert np.array_equal(names["w"].numpy(), array)


def test_nothing_is_replaced_unasked(tmp_path):
    (tmp_path / "x.py").write_text("mine")
    found = exporting.files(large()[0], tmp_path / "x.py", 100)
    with pytest.raises(FileExistsError) as told:
        exporting.write(found)
    assert told.value.filename == str(tmp_path / "x.py")
    assert [p.name for p in tmp_path.iterdir()] == ["x.py"]
    assert (tmp_path / "x.py").read_text() == "mine"
    exporting.write(found, replacing=True)
    assert (tmp_path / "x.py").read_text().startswith("# -*-")


class Failing(Disk):
    """A disk that is full from the n-th write on."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def write(self, fd: int, data: memoryview) -> int:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(fd, data)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("writes", [0, 1])
def test_either_all_files_are_written_or_none(tmp_path, writes, before):
    if before:
        (tmp_path / "x.py").write_text("old")
        (tmp_path / "x.npz").write_text("old too")
    here = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    found = exporting.files(large()[0], tmp_path / "x.py", 100)
    disk = Failing(writes)
    with pytest.raises(OSError, match="No space"):
        exporting.write(found, replacing=before, fs=Healing(disk))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == here


class Healing(Failing):
    """Has room again after its first failure."""

    def __init__(self, disk: Failing) -> None:
        super().__init__(disk.left)

    def write(self, fd: int, data: memoryview) -> int:
        try:
            return super().write(fd, data)
        except OSError:
            self.left = 100
            raise


# ---- the command line ----------------------------------------------------------------------------


def test_the_command_line_writes_both_kinds(tmp_path, capsys):
    for name in ("x.py", "x.ipynb"):
        assert main.main(["export", PERCEPTRON, "-o", str(tmp_path / name)]) == 0
        assert capsys.readouterr().out == f"{tmp_path / name}\n"
    document = load(assets.path("examples", "perceptron.chain"))[0]
    assert (tmp_path / "x.py").read_text() == exporting.code(document).text
    jsonschema.validate(json.loads((tmp_path / "x.ipynb").read_text()), NOTEBOOK)


def test_the_command_line_replaces_only_with_force(tmp_path, capsys):
    target = tmp_path / "x.py"
    target.write_text("mine")
    assert main.main(["export", PERCEPTRON, "-o", str(target)]) == 1
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert main.main(["export", PERCEPTRON, "-o", str(target), "--force"]) == 0
    assert "loss.backward()" in target.read_text()


def test_the_command_line_says_what_is_wrong(tmp_path, capsys):
    assert main.main(["export", PERCEPTRON, "-o", str(tmp_path / "x.txt")]) == 1
    assert ".py or .ipynb" in capsys.readouterr().err
    assert main.main(["export", PERCEPTRON, "-o", str(tmp_path / "no" / "x.py")]) == 1
    assert "not written" in capsys.readouterr().err
    assert main.main(["export", str(tmp_path / "no.chain")]) == 2
    assert not list(tmp_path.iterdir())


def test_without_a_name_the_script_is_printed(capsys):
    assert main.main(["export", PERCEPTRON]) == 0
    assert capsys.readouterr().out.endswith("loss.backward()\n")


# ---- the window ----------------------------------------------------------------------------------


def clicked(menu: QMenu, text: str) -> QMenu | None:
    """A click on an entry of an open menu, or the key that opens the menu within; that menu."""
    (action,) = [a for a in menu.actions() if a.text().replace("&", "").rstrip("…") == text]
    if action.menu() is None:
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    else:
        menu.setActiveAction(action)
        QTest.keyClick(menu, Key.Key_Right)
    return action.menu()


def from_the_menu(app, *texts: str) -> None:
    bar = app.window.menuBar()
    (first,) = [a for a in bar.actions() if a.text() == f"&{texts[0]}"]
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(first).center())
    menu = first.menu()
    for text in texts[1:]:
        assert menu.isVisible()
        menu = clicked(menu, text)


@pytest.fixture
def opened(qtbot, app):
    app.filing.put(load(assets.path("examples", "perceptron.chain"))[0], title="neuron")
    settled(qtbot, app)
    return app


@pytest.mark.parametrize(("entry", "suffix"), [("PyTorch script", ".py"), ("Notebook", ".ipynb")])
def test_the_menu_exports(opened, tmp_path, monkeypatch, entry, suffix):
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName",
                        lambda *a: asked.append(a) or (str(tmp_path / "mine"), a[-1]))  # fmt: skip
    from_the_menu(opened, "File", "Export", entry)
    assert asked[0][2].endswith(f"neuron{suffix}")
    found = (tmp_path / f"mine{suffix}").read_text()
    wanted = exporting.files(opened.editor.document, tmp_path / f"mine{suffix}", 0)
    assert [found.encode()] == [*wanted.values()]
    assert f"mine{suffix}" in opened.window.statusBar().currentMessage()


def test_saying_no_to_the_dialog_writes_nothing(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: ("", ""))
    from_the_menu(opened, "File", "Export", "PyTorch script")
    assert not list(tmp_path.iterdir())


def test_an_export_that_fails_is_told(opened, tmp_path, monkeypatch, told):
    name = str(tmp_path / "no" / "x.py")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (name, ""))
    from_the_menu(opened, "File", "Export", "PyTorch script")
    assert "was not saved" in told[-1]


def test_the_menu_copies_the_code(opened):
    from_the_menu(opened, "Edit", "Copy as PyTorch code")
    names, error = ran(QGuiApplication.clipboard().text(), engine)
    assert error is None
    assert float(names["w"].grad) == pytest.approx(6.494, abs=1e-3)
