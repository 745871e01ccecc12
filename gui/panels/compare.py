"""A list of what differs between two documents, and the same in one line."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.model import compared as what
from gui.model.compared import Change, Compared
from gui.model.unseen import visible
from gui.panels.parts import label
from gui.tr import tr

MOST_LETTERS = 160
"""Of a cell: of what is longer the start has to do."""
MOST = 500
"""Rows of one kind; who wants to see more compares otherwise."""


def in_numbers(found: Compared) -> str:
    """How much differs: nodes, then edges, then the rest."""
    parts = [
        _counted(tr("nodes"), len(found.added), len(found.removed), len(found.changed)),
        _counted(tr("edges"), found.edges_added, found.edges_removed),
        tr("{} moved").format(found.moved) if found.moved else "",
        tr("{} regions").format(len(found.regions)) if found.regions else "",
        tr("program") if found.program else "",
    ]
    return " · ".join(filter(None, parts)) or tr("nothing differs")


def _counted(noun: str, more: int, less: int, changed: int = 0) -> str:
    signs = ([f"+{more}"] if more else []) + ([f"−{less}"] if less else [])
    counts = [" ".join(signs), tr("{} changed").format(changed) if changed else ""]
    told = ", ".join(filter(None, counts))
    return f"{noun} {told}" if told else ""


class CompareDialog(QDialog):
    """Rows under headings, in the order in which a person looks for them."""

    def __init__(self, title: str, text: str, found: Compared, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        line = self.fontMetrics().lineSpacing()
        self.resize(33 * line, 29 * line)
        self.list = QTreeWidget()
        self.list.setHeaderLabels([tr("What"), tr("How it differs")])
        self.list.setAccessibleName(tr("Differences"))
        self.list.setUniformRowHeights(True)
        self.list.setColumnWidth(0, 15 * line)
        self._fill(found)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(text))
        column.addWidget(label(in_numbers(found), "muted"))
        column.addWidget(self.list, 1)
        column.addWidget(buttons)

    def _fill(self, found: Compared) -> None:
        changed = [(name, *map(_line, changes)) for name, changes in found.changed]
        self._group(tr("Nodes added"), ((name, "") for name in found.added))
        self._group(tr("Nodes removed"), ((name, "") for name in found.removed))
        self._group(tr("Nodes changed"), changed)
        self._group(tr("Groups, regions and notes"), ((title, "") for title in found.regions))
        edges = _counted(tr("edges"), found.edges_added, found.edges_removed)
        moved = tr("{} moved").format(found.moved) if found.moved else ""
        program = tr("the program has other lines") if found.program else ""
        self._group(tr("Beyond the nodes"), ((t, "") for t in (edges, moved, program) if t))

    def _group(self, title: str, rows: Iterable[tuple[str, ...]]) -> None:
        """Rows of what it is and how it differs; a thing that differs in several ways has rows."""
        listed = [*rows]
        if not listed:
            return
        group = QTreeWidgetItem([f"{title} ({len(listed)})"])
        for row in listed[:MOST]:
            name, *hows = [visible(cell.replace("\n", " "))[:MOST_LETTERS] for cell in row]
            group.addChild(QTreeWidgetItem([name, *hows[:1]]))
            group.addChildren([QTreeWidgetItem(["", how]) for how in hows[1:]])
        if len(listed) > MOST:
            group.addChild(QTreeWidgetItem([f"… {len(listed) - MOST}"]))
        self.list.addTopLevelItem(group)
        group.setExpanded(True)


def _word(kind: str) -> str:
    words = {
        what.OP: tr("operation"), what.NAME: tr("name"), what.VALUES: tr("values"),
        what.INPUTS: tr("input"), what.MUTED: tr("muted"),
    }  # fmt: skip
    return words[kind]


def _line(change: Change) -> str:
    """What differs, from what is here to what is there: `data[3]: 1.0 → 2.0`."""
    kind = change.what if change.kind == what.VALUES else f"{_word(change.kind)} {change.what}"
    told = f"{kind.strip()}: {_short(change.before)} → {_short(change.after)}"
    return told + (tr(" · {} more numbers").format(change.more) if change.more else "")


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS // 3 else text[: MOST_LETTERS // 3 - 1] + "…"


def _demo() -> QWidget:
    found = Compared(
        ("w2",), ("old",), (("w", (Change(what.VALUES, "data", "1.0", "2.5"),)),), edges_added=2
    )
    return CompareDialog("Compare", "“a.chain” on disk, beside what is open here.", found, None)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
