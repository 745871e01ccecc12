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
from gui.canvas import history, onlooker, surface
from gui.canvas.tools.tool import Tool
from gui.export.movie import NEEDS_FFMPEG
from gui.languages import OWN, path_of
from gui.model.align import ALIGN, DISTRIBUTE
from gui.model.explain.steps import NICKNAMES
from gui.model.history import READ_ONLY
from gui.model.lab import FAULTS
from gui.model.lessons import lessons
from gui.model.regions import REGION_COLORS
from gui.panels import ledger_rows, palette_entries
from gui.panels.legend import SAMPLES
from gui.panels.properties import REGION_WORDS
from gui.state.choices import THEMES
from gui.tr import CONTEXT

GUI = Path(__file__).parent


def literals() -> Iterator[str]:
    """What every `tr(…)` in the code is given: literals, and the file's own constants."""
    for path in sorted(GUI.rglob("*.py")):
        module = ast.parse(path.read_text("utf-8"))
        constants = {
            ast.unparse(node.targets[0]): node.value
            for node in module.body
            if isinstance(node, ast.Assign)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr":
                (given,) = node.args
                yield from _texts(given)
                for name in (n for n in ast.walk(given) if isinstance(n, ast.Name)):
                    yield from _texts(constants.get(name.id))


def _texts(node: ast.expr | None) -> Iterator[str]:
    """The texts of a literal, be they values of a dictionary or stand in a tuple."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Dict | ast.Tuple | ast.IfExp):
        parts = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
        for part in parts:
            yield from _texts(part)  # type: ignore[arg-type]


def hints(tool: type[Tool] = Tool) -> Iterator[str]:
    """What is said while a gesture is under way, and what the edit it ends in is called."""
    yield from (tool.hint, getattr(tool, "verb", ""))
    for kind in tool.__subclasses__():
        yield from hints(kind)


def data() -> Iterator[str]:
    """What stands in our lists and is translated where it is shown."""
    for command in COMMANDS:
        yield from (command.text, command.tip, command.under)
    yield from MENUS
    for dock in docks.DOCKS:
        yield from (dock.title, dock.about)
    yield from (name.capitalize() for name in THEMES)
    for lesson in lessons():
        yield from (lesson.title, lesson.about)
    for fault in FAULTS:
        yield from (fault.name, fault.told, fault.history, fault.harmless)
    yield from (*onlooker.EMPTY, NEEDS_FFMPEG)
    yield from (text for text, _ in shortcuts.FIXED)
    yield from (title for title, _ in help_texts.PAGES)
    yield help_texts.KEYBOARD
    yield from shortcuts.untitled()
    yield from hints()
    yield from (*surface.EMPTY_TEXT, *history.EMPTY, READ_ONLY)
    for way in (*ALIGN, *DISTRIBUTE):
        yield from (way, way.capitalize())
    yield from REGION_COLORS.values()
    yield from (*REGION_WORDS.values(), *NICKNAMES.values())
    yield from (meaning for *_, meaning in SAMPLES)
    yield from (*palette_entries.CATEGORIES, *ledger_rows.PILED_UP)
    for entry in palette_entries.REGIONS:
        yield from (entry.text, entry.doc)


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
