"""Writes assets/i18n/chainrule_en.ts: all text there is to translate (`make strings`).

To translate, copy it to chainrule_<language>.ts and fill in Qt Linguist; the settings list it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from gui import docks, help_texts, shortcuts
from gui.actions import COMMANDS, MENUS
from gui.doing import LESSONS
from gui.languages import OWN, path_of
from gui.state.choices import THEMES
from gui.tr import CONTEXT

GUI = Path(__file__).parent


def literals() -> Iterator[str]:
    """The argument of every `tr("…")` in the code."""
    for path in sorted(GUI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr" and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def data() -> Iterator[str]:
    """What stands in our lists and is translated where it is shown."""
    for command in COMMANDS:
        yield from (command.text, command.tip)
    yield from MENUS
    for dock in docks.DOCKS:
        yield from (dock.title, dock.about)
    yield from docks.SHEETS
    yield from (name.capitalize() for name in (*THEMES, *LESSONS))
    yield from (text for text, _ in shortcuts.FIXED)
    yield from (title for title, _ in help_texts.PAGES)
    yield help_texts.KEYBOARD
    yield from shortcuts.untitled()


def catalogue() -> str:
    """The catalogue as Qt Linguist reads it, each text once, in alphabetical order."""
    texts = sorted({text for text in (*literals(), *data()) if text})
    messages = (
        f"    <message>\n        <source>{escape(text)}</source>\n"
        '        <translation type="unfinished"></translation>\n    </message>\n'
        for text in texts
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
        f'<TS version="2.1" language="{OWN}" sourcelanguage="{OWN}">\n<context>\n'
        f"    <name>{CONTEXT}</name>\n{''.join(messages)}</context>\n</TS>\n"
    )


if __name__ == "__main__":
    path_of(OWN).write_text(catalogue(), "utf-8")
