"""Interface text comes from one catalogue: shown here in a language in which all is in brackets."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from gui import languages, strings
from gui.app import App
from gui.panels.settings import SettingsDialog
from gui.panels.shortcuts import ShortcutsDialog
from gui.tr import tr
from tests.window_kit import end, fresh_settings

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
