"""The manual: pages of Markdown from our own files, and the keys as they are set."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QWidget

from gui.theme import Theme
from gui.tr import tr


class HelpWindow(QDialog):
    """Stays open beside the work; nothing in it leads out of the app."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Help"))
        self.resize(780, 620)
        self.pages: Mapping[str, str] = {}
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Pages"))
        self.list.setFixedWidth(190)
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("Page"))
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.document().setDocumentMargin(18)
        self.text.anchorClicked.connect(self._on_link)
        self.list.currentTextChanged.connect(self._show)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Text and links take the colours of the theme."""
        self.theme = theme
        self.text.document().setDefaultStyleSheet(f"a {{ color: {theme.value}; }}")
        self.text.setStyleSheet(f"QTextBrowser {{ background: {theme.window}; }}")

    def open_at(self, pages: Mapping[str, str], title: str = "") -> None:
        """Show these pages (title -> Markdown), the one called `title` first."""
        self.pages = pages
        self.list.clear()
        self.list.addItems(list(pages))
        found = self.list.findItems(title, Qt.MatchFlag.MatchExactly) if title else []
        self.list.setCurrentItem(found[0] if found else self.list.item(0))
        self.show()
        self.raise_()
        self.list.setFocus()

    def _show(self, title: str) -> None:
        self.text.setMarkdown(self.pages.get(title, ""))

    def _on_link(self, url: QUrl) -> None:
        """`[the keys](Keyboard)` leads to the page of that name."""
        found = self.list.findItems(url.path(), Qt.MatchFlag.MatchExactly)
        if found:
            self.list.setCurrentItem(found[0])


def _demo() -> QWidget:
    from gui.theme import LIGHT

    window = HelpWindow(LIGHT)
    window.open_at({"One": "# One\n\nThis leads to [Two](Two).", "Two": "# Two"})
    return window


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
