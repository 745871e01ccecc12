"""Interface text comes from one catalogue: shown here in a language in which all is in brackets."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from engine.graph import Edge, Graph, Node, Region
from engine.registry import OPS
from gui import languages, strings
from gui.app import App
from gui.canvas.choices import summary
from gui.model import leaf as leaves
from gui.model.document import Document
from gui.model.initialise import INITIALISERS
from gui.panels.fields import DTYPES
from gui.panels.settings import SettingsDialog
from gui.panels.shortcuts import ShortcutsDialog
from gui.panels.tensor_editor import TensorEditor
from gui.theme import LIGHT
from gui.tr import tr
from tests.canvas_kit import ALT, CTRL, RIGHT, leaf, rig_for
from tests.window_kit import end, fresh_settings, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def bracketed(qapp):
    """A language in which every text of the catalogue stands in ⟦ ⟧."""
    texts = languages.texts_in(languages.path_of(languages.OWN))
    catalogue = languages.Catalogue({text: f"⟦{text}⟧" for text in texts}, qapp)
    qapp.installTranslator(catalogue)
    yield texts
    qapp.removeTranslator(catalogue)


@pytest.fixture
def app(qtbot, home_of_its_own, bracketed):
    fresh_settings()
    made = App()
    made.window.show()
    yield made
    end(made)


NAMES = {
    *("tensor", "mul", "sum", "dim", "keepdim", "dtype", "data", "requires_grad", "grad"),
    *("self", "other", "torch", "True", "False", "None"),
    *("grad_fn", "MulBackward", "SumBackward"),
    *("group", "no_grad", "enable_grad", "inference_mode"),
    *re.findall("[a-z]+", " ".join(DTYPES)),
}
"""What is called the same in every language."""


def left_over(texts, *known):
    """The words no catalogue has given, but for names and the sentences in `known`."""
    for text in texts:
        for sentence in known:
            text = re.sub(rf"(?<!\w){re.escape(sentence)}(?!\w)", "", text)
        while text != (text := re.sub("⟦[^⟦⟧]*⟧", "", text)):
            pass
        yield from (word for word in re.findall("[A-Za-z_]{2,}", text) if word not in NAMES)


def texts_of(widget):
    """All that a widget, and what lies in it, shows and says."""
    for part in (widget, *widget.findChildren(QWidget)):
        yield from (part.toolTip(), part.accessibleName(), part.accessibleDescription())
        if isinstance(part, QLabel | QAbstractButton):
            yield part.text()
        elif isinstance(part, QLineEdit):
            yield part.placeholderText()
        elif isinstance(part, QComboBox):
            yield from (part.itemText(k) for k in range(part.count()))


def drawn():
    """m = x * w and y = sum(m), all but the leaves in a group; a note that says nothing."""
    nodes = [leaf("x"), leaf("w", [[1.0, 2.0], [3.0, 4.0]], grad=False)]
    nodes += [Node("m", "mul", "m"), Node("y", "sum", "y")]
    edges = [Edge("x", 0, "m", "self"), Edge("w", 0, "m", "other"), Edge("m", 0, "y", "self")]
    regions = [Region("g", "group", "", ("m", "y")), Region("n", "note", "")]
    places = {"x": (40, 60), "w": (40, 260), "m": (300, 60), "y": (600, 60), "n": (40, 420)}
    return Document(Graph.of(nodes, edges, regions), (), places)


def is_translated(text):
    plain = text.split("\t")[0].replace("&", "")
    return plain.startswith("⟦") and "⟧" in plain


def actions_of(menu):
    for action in menu.actions():
        if action.menu() is not None:
            yield from actions_of(action.menu())
        if not action.isSeparator():
            yield action


def test_the_catalogue_lists_all_text_there_is(bracketed):
    """Run `make strings` when this fails."""
    assert languages.path_of(languages.OWN).read_text("utf-8") == strings.catalogue()
    assert len(bracketed) > 200


def test_menus_docks_and_buttons_come_from_the_catalogue(app):
    window = app.window
    window.menus.recent.aboutToShow.emit()
    texts = [action.text() for action in actions_of(window.menuBar())]
    assert len(texts) > 80
    assert not [text for text in texts if not is_translated(text)]
    assert all(is_translated(dock.windowTitle()) for dock in window.docks.values())
    for name, button in window.buttons.items():
        assert is_translated(button.text()), name
        assert is_translated(button.toolTip()), name
    tips = [b.toolTip() for b in app.transport.findChildren(QToolButton)]
    assert len(tips) >= 5
    assert all(is_translated(tip) for tip in tips)
    assert all(is_translated(b.text()) for b in app.start_page.findChildren(QPushButton))


def test_the_dialogs_come_from_the_catalogue(app):
    settings = SettingsDialog(app.settings, languages.named(), app.window)
    rows = [text for label in settings.findChildren(QLabel) if (text := label.text())]
    assert len(rows) > 10
    assert not [text for text in rows if not is_translated(text)]
    keys = ShortcutsDialog(app.desk.keymap, app.theme, app.window)
    listed = [keys.list.topLevelItem(k) for k in range(keys.list.topLevelItemCount())]
    assert not [item.text(0) for item in listed if not is_translated(item.text(0))]
    assert not [item.text(1) for item in listed if not is_translated(item.text(1))]


def test_the_menus_of_the_canvas_come_from_the_catalogue(qtbot, bracketed):
    rig = rig_for(qtbot, drawn())
    canvas, wire = rig.canvas, rig.canvas.geometry_.curves
    middle = rig.see(*wire[rig.canvas.geometry_.edge_row[("y", "self")]].mean(axis=0))
    tab = canvas.geometry_.regions[canvas.geometry_.region_row["g"]].tab
    places = {
        "empty": QPoint(900, 650),
        "node": rig.on("x"),
        "edge": middle,
        "input": rig.port("m", "self"),
        "output": rig.port("m"),
        "region": rig.see((tab[0] + tab[2]) / 2, tab[1] + 3),
    }
    kinds = set()
    for name, at in places.items():
        found = canvas.hit(at.toPointF())
        kinds.add(found.kind)
        rig.selection.set([found.id] if found.kind in ("node", "region") else [])
        check_menu(canvas.menu_for(found, canvas.scene(at)), name)
    assert kinds == {"empty", "node", "edge", "port", "region"}
    rig.selection.set(["m", "y", "g"])
    check_menu(canvas.menu_for(canvas.hit(rig.on("m").toPointF()), canvas.scene(middle)), "several")


def check_menu(menu, name):
    texts = [action.text().split("\t")[0] for action in actions_of(menu)]
    assert texts, name
    assert not list(left_over(texts)), name


def test_hints_and_names_of_edits_come_from_the_catalogue(qtbot, bracketed):
    rig = rig_for(qtbot, drawn())
    said = []
    rig.canvas.hint.connect(said.append)
    for at in (rig.on("x"), rig.port("m", "self"), rig.port("m"), rig.see(50, 430)):
        rig.move(at)
    rig.drag(rig.on("x"), rig.on("x") + QPoint(60, 40))
    rig.drag(rig.on("x"), rig.on("x") + QPoint(60, 80), ALT)
    rig.drag(rig.on("w"), rig.on("m") + QPoint(0, 60))  # into the group
    rig.drag(rig.port("y"), rig.port("m", "self"))  # a circle
    rig.drag(rig.port("x"), rig.port("m", "other"))
    rig.drag(rig.port("x"), rig.port("y", "self"), CTRL)
    rig.drag(QPoint(900, 600), QPoint(950, 650))
    rig.drag(rig.port("y") + QPoint(-260, -80), rig.port("y") + QPoint(-180, 120), CTRL, RIGHT)
    for chosen in (["g"], ["x"], ["m", "y"], []):
        for do in ("mute", "fold", "fold", "link", "duplicate"):
            rig.selection.set(chosen)
            getattr(rig.canvas, f"{do}_selection")()
    for chosen, do in (("g", "ungroup"), ("x", "group"), ("y", "no_grad"), ("m", "cut")):
        rig.selection.set([chosen])
        getattr(rig.canvas, f"{do}_selection")()
    rig.canvas.align("left")
    history = rig.editor.history
    edits = [history.text(k) for k in range(history.count())]
    assert len(set(edits)) > 8
    assert len(set(said)) > 12
    assert not list(left_over([*edits, *said]))


def test_what_the_canvas_says_of_a_node_a_wire_a_port_comes_from_the_catalogue(qtbot, app):
    app.editor.open(drawn())
    settled(qtbot, app)
    app.conductor.backward()
    settled(qtbot, app)
    app.player.last()
    canvas = app.canvas
    canvas.fit_all()
    docs = [summary(OPS[name]) for name in ("tensor", "mul", "sum")]
    geometry = canvas.geometry_
    spots = [(x + 70, y + 13) for x, y in geometry.xy.tolist()] + geometry.ports.tolist()
    spots += geometry.curves.mean(axis=1).tolist()
    tips = [canvas.tip_of(canvas.hit(canvas.view.to_view(QPointF(*at)))) for at in spots]
    assert len({tip for tip in tips if tip}) > 6
    assert "⟦gradient back (2, 2)⟧" in "".join(tips)
    assert not list(left_over(tips, *docs))


def test_the_inspector_comes_from_the_catalogue(qtbot, app):
    app.editor.open(drawn())
    settled(qtbot, app)
    for chosen in ((), ("x",), ("w",), ("m",), ("y",), ("g",), ("n",), ("x", "m")):
        app.selection.set(chosen)
        inspector = app.inspector  # what is told of the run itself is English, as captions are
        told = {*map(texts_of, (inspector.step, inspector.how, inspector.why))}
        told = {text for part in told for text in part}
        texts = [text for text in texts_of(app.inspector) if text not in told]
        docs = [OPS[op].doc.replace("`", "") for op in ("tensor", "mul", "sum")]
        assert not list(left_over(texts, *docs)), chosen


def test_the_tensor_editor_comes_from_the_catalogue(qtbot, app):
    app.editor.open(drawn())
    dialog = TensorEditor(app.editor, "w", LIGHT, app.window)
    known = ["OK", "Cancel", leaves.summary(dialog.leaf)]  # Qt has catalogues of its own
    known += [i.name for i in INITIALISERS]
    known += [word for i in INITIALISERS for o in i.options for word in (o.name, *o.choices)]
    texts = [dialog.windowTitle(), *texts_of(dialog)]
    assert sum("⟦" in text for text in texts) > 20
    assert not list(left_over(texts, *sorted(known, key=len, reverse=True)))
    dialog.reject()


def test_names_of_a_person_are_never_translated(app):
    """A node called Palette stays Palette."""
    app.canvas.add_op("parameter")
    node = next(iter(app.editor.document.graph.nodes))
    from gui.model import edits

    app.editor.apply("Rename", edits.rename(app.editor.document, node, "Palette"))
    app.show_commands()
    assert "Palette" in [entry.text for entry in app.commands.entries]
    app.commands.close()
    while app.runner.busy:
        QApplication.processEvents()


def test_a_language_without_a_catalogue_is_english(qapp):
    languages.speak("xx")
    languages.speak("en")
    assert tr("Settings") == "Settings"


def test_a_catalogue_of_linguist_is_read(qapp, tmp_path, monkeypatch):
    path = tmp_path / "chainrule_xx.ts"
    path.write_text(
        '<?xml version="1.0"?><TS><context><name>Chainrule</name>'
        "<message><source>Undo &amp; go</source><translation>Zurück</translation></message>"
        '<message><source>Later</source><translation type="unfinished"></translation></message>'
        "</context></TS>",
        "utf-8",
    )
    assert languages.texts_in(path) == {"Undo & go": "Zurück", "Later": "Later"}
    monkeypatch.setattr(languages, "available", lambda: ["en", "xx"])
    monkeypatch.setattr(languages, "path_of", lambda language: path)
    languages.speak("xx")
    found = [c for c in qapp.children() if isinstance(c, languages.Catalogue)][-1]
    assert tr("Undo & go") == "Zurück"
    assert tr("Palette") == "Palette"
    qapp.removeTranslator(found)
