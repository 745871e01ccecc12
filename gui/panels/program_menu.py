"""The menu of lines that can be added to the Program, with the names of the graph."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from engine.graph import Action
from gui.model.adding import Group, groups
from gui.model.document import Document
from gui.panels.actions import KINDS, Kind, candidates
from gui.panels.parts import menu_text
from gui.tr import tr

LONGEST = 30
"""Nodes in a submenu."""

Insert = Callable[[tuple[Action, ...], str], None]
"""Puts lines into the Program under a name for undo."""


def fill(menu: QMenu, document: Document, selected: str | None, insert: Insert) -> None:
    """Calls on tensors first, then repeats, optimizers and hooks."""
    menu.clear()
    for kind in KINDS:
        if kind.of == "nothing":
            menu.addAction(kind.text, partial(_add, document, kind, None, insert))
        else:
            _fill_calls(menu.addMenu(kind.text), document, kind, selected, insert)
    menu.addSeparator()
    for group in groups(document.graph, document.program, selected):
        _fill_group(menu, group, insert)


def _fill_calls(
    menu: QMenu, document: Document, kind: Kind, selected: str | None, insert: Insert
) -> None:
    graph = document.graph
    found = candidates(graph, kind, selected)[:LONGEST]
    menu.setEnabled(bool(found))
    for node in found:
        text = menu_text(f"{graph.nodes[node].name}.{kind.text}")
        made = menu.addAction(text, partial(_add, document, kind, node, insert))
        if node == selected:
            _embolden(made)


def _add(document: Document, kind: Kind, node: str | None, insert: Insert) -> None:
    name = f"{document.graph.nodes[node].name}." if node else ""
    insert((kind.action(node),), tr("Add {}").format(name + kind.text))


def _fill_group(menu: QMenu, group: Group, insert: Insert) -> None:
    within = menu.addMenu(menu_text(group.title)) if group.title else menu
    for choice in group.choices:
        text = tr("Add {}").format(choice.text)
        within.addAction(menu_text(choice.text), partial(insert, choice.lines, text))


def _embolden(made: QAction) -> None:
    font = made.font()
    font.setBold(True)
    made.setFont(font)
