"""Interface text: what is written in the code is English, what is shown is the catalogue's."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "Chainrule"


def tr(text: str) -> str:
    """`text` in the language of the interface; itself where the catalogue has nothing for it."""
    return QCoreApplication.translate(CONTEXT, text)
