"""The Markdown of our own lessons as rich text; HTML in it is shown as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import (
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
)

from gui.theme import Theme, mono

FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectCommonMark
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
QUOTE = 10
"""Pixels a quotation, which is always an error's sentence, is indented."""


def fill(document: QTextDocument, text: str, theme: Theme) -> None:
    """Show Markdown: code in the code font, quotations in the colour of errors."""
    document.setMarkdown(text, FEATURES)
    for block in _blocks(document):
        if block.blockFormat().hasProperty(QTextFormat.Property.BlockQuoteLevel):
            _quote(block, theme)
        for fragment in _fragments(block):
            if fragment.charFormat().fontFixedPitch():
                _code(document, fragment, theme)


def html(text: str, theme: Theme) -> str:
    """The same for a label."""
    document = QTextDocument()
    fill(document, text, theme)
    return document.toHtml()


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _fragments(block: QTextBlock) -> list[QTextFragment]:
    """All at once: changing their look makes others of them."""
    return [entry.fragment() for entry in block]  # type: ignore[attr-defined]


def _quote(block: QTextBlock, theme: Theme) -> None:
    cursor, look, color = QTextCursor(block), QTextBlockFormat(), QTextCharFormat()
    look.setLeftMargin(QUOTE)
    look.setRightMargin(0)
    color.setForeground(theme.color("error"))
    cursor.mergeBlockFormat(look)
    cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
    cursor.mergeCharFormat(color)


def _code(document: QTextDocument, fragment: QTextFragment, theme: Theme) -> None:
    cursor, look = QTextCursor(document), QTextCharFormat()
    cursor.setPosition(fragment.position())
    cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
    look.setFont(mono())
    look.setForeground(theme.color("text"))
    look.setBackground(theme.color("hover"))
    cursor.mergeCharFormat(look)
