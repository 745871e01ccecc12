"""Source text with line numbers, light colours and lines that can be lit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from gui.model.unseen import visible
from gui.theme import LIGHT, Theme, mono
from gui.tr import tr

_TOKENS = re.compile(
    r"(?P<comment>\#.*)|(?P<string>\"[^\"]*\"|'[^']*')"
    r"|\b(?P<keyword>import|as|from|with|try|except|def|return|for|in|if|else|print|pass)\b"
    r"|\b(?P<constant>True|False|None|\d+(?:\.\d*)?(?:e[+-]?\d+)?)"
    r"|(?P<token>‹[^›]*›)"
)
MOST_COLORED = 400
"""Characters of a line: what stands further to the right is seldom seen, and slow to colour."""
_TONES = {
    "comment": "muted",
    "string": "cut",
    "keyword": "sum",
    "constant": "value",
    "token": "muted",
}


class _Colors(QSyntaxHighlighter):
    theme = LIGHT

    def highlightBlock(self, text: str) -> None:
        styles = _styles(self.theme)
        for match in _TOKENS.finditer(text, 0, MOST_COLORED):
            style = styles[match.lastgroup or "comment"]
            self.setFormat(match.start(), match.end() - match.start(), style)


@lru_cache(maxsize=8)
def _styles(theme: Theme) -> dict[str, QTextCharFormat]:
    """How each kind of token is written."""
    styles = {kind: QTextCharFormat() for kind in _TONES}
    for kind, style in styles.items():
        style.setForeground(theme.color(_TONES[kind]))
    return styles


class _Margin(QWidget):
    """The column of line numbers."""

    def __init__(self, view: SourceView) -> None:
        super().__init__(view)
        self.view = view

    def paintEvent(self, event: QPaintEvent) -> None:
        self.view.paint_margin(self, event.rect())


class SourceView(QPlainTextEdit):
    """Read-only source with line numbers; lines can be lit, clicked and copied."""

    line_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.lit: dict[int, bool] = {}
        self.marked: frozenset[int] = frozenset()
        """Lines of what is selected."""
        self.tone = "gradient"
        self._margin = _Margin(self)
        self._colors = _Colors(self.document())
        self.setReadOnly(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(tr("PyTorch code"))
        self.setToolTip(tr("Click a line, or press Enter on it, to select what it stands for"))
        self.updateRequest.connect(self._on_update)
        self._fit_font()

    def set_theme(self, theme: Theme) -> None:
        self.theme = self._colors.theme = theme
        self._colors.rehighlight()
        self._fit_font()
        self.light(self.lit, self.tone)

    def show_text(self, text: str) -> None:
        text = visible(text)
        known = self.toPlainText()
        if text == known:
            return
        if not self._replace_lines(known.split("\n"), text.split("\n")):
            self.setPlainText(text)
        self._place_margin()

    def _replace_lines(self, old: list[str], new: list[str]) -> bool:
        """Type over the lines that differ, if they are few: colouring thousands takes a second."""
        same = zip(old, new, strict=False)
        first = next((k for k, (a, b) in enumerate(same) if a != b), min(len(old), len(new)))
        room = min(len(old), len(new)) - first
        ends = zip(reversed(old), reversed(new), strict=False)
        tail = min(room, next((k for k, (a, b) in enumerate(ends) if a != b), room))
        longest = max(len(old), len(new))
        if not first or 3 * (longest - first - tail) > longest:
            return False
        # From the end of the last line that stays to the end of the last one that does not.
        cursor, keep = QTextCursor(self.document()), QTextCursor.MoveMode.KeepAnchor
        cursor.setPosition(self._end_of(first - 1))
        cursor.setPosition(self._end_of(len(old) - tail - 1), keep)
        cursor.insertText("".join(f"\n{line}" for line in new[first : len(new) - tail]))
        return True

    def _end_of(self, line: int) -> int:
        block = self.document().findBlockByNumber(line)
        return block.position() + block.length() - 1

    def light(self, lit: dict[int, bool], tone: str = "gradient") -> None:
        """Light these lines; True is the one at work, False the one it happens in."""
        self.tone = tone
        if lit != self.lit and lit and self.follows:
            self._reveal(next((n for n, strong in lit.items() if strong), min(lit)))
        self.lit = lit
        self._show_extras()

    @property
    def follows(self) -> bool:
        """Whether what is lit is brought into sight."""
        return True

    def mark(self, lines: frozenset[int]) -> None:
        """Mark the lines of what is selected, and have the first of them in sight."""
        if lines and not lines <= self.marked and self.follows and not self.hasFocus():
            self._reveal(min(lines))
        self.marked = lines
        self._margin.update()

    def _show_extras(self) -> None:
        self.setExtraSelections(self.extras())
        self._margin.update()

    def extras(self) -> list[QTextEdit.ExtraSelection]:
        """What is drawn under and around the text: here the lines that are lit."""
        return [self._band(n, strong) for n, strong in self.lit.items()]

    def _reveal(self, number: int) -> None:
        block = self.document().findBlockByNumber(number)
        if block.isValid() and not self.textCursor().hasSelection():
            self.setTextCursor(QTextCursor(block))

    def _band(self, number: int, strong: bool) -> QTextEdit.ExtraSelection:
        band = QTextEdit.ExtraSelection()
        band.cursor = QTextCursor(self.document().findBlockByNumber(number))
        band.format.setBackground(self.theme.color(f"{self.tone}_soft" if strong else "hover"))
        band.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return band

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            cursor = self.cursorForPosition(event.position().toPoint())
            self.line_chosen.emit(cursor.blockNumber())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.line_chosen.emit(self.textCursor().blockNumber())
        else:
            super().keyPressEvent(event)

    # Line numbers

    def _fit_font(self) -> None:
        font = mono(10)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(6)
        self._place_margin()

    def _place_margin(self) -> None:
        digits = max(2, len(str(self.blockCount())))
        width = self.fontMetrics().horizontalAdvance("0") * digits + 22
        self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self._margin.setGeometry(QRect(inside.left(), inside.top(), width, inside.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_margin()

    def _on_update(self, rect: QRect, dy: int) -> None:
        if dy:
            self._margin.scroll(0, dy)
        else:
            self._margin.update(0, rect.y(), self._margin.width(), rect.height())

    def paint_margin(self, margin: QWidget, dirty: QRect) -> None:
        painter = QPainter(margin)
        painter.fillRect(dirty, self.theme.color("window"))
        painter.setFont(self.font())
        for block, top in self._visible_blocks(dirty.bottom()):
            # The last block has the document's margin below it.
            height = min(self.blockBoundingRect(block).height(), self.fontMetrics().lineSpacing())
            room = QRectF(0, top, margin.width(), height)
            number = block.blockNumber()
            if number in self.lit:
                self._paint_lit(painter, room, self.lit[number])
            if number in self.marked:
                bar = QRectF(margin.width() - 5, top + 1, 3, room.height() - 2)
                painter.fillRect(bar, self.theme.color("selection"))
            painter.setPen(self.theme.color("muted"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room.adjusted(0, 0, -10, 0), right, str(number + 1))
        painter.end()

    def _paint_lit(self, painter: QPainter, room: QRectF, strong: bool) -> None:
        painter.fillRect(room, self.theme.color(f"{self.tone}_soft" if strong else "hover"))
        if strong:
            bar = QRectF(room.left(), room.top(), 3, room.height())
            painter.fillRect(bar, self.theme.color(self.tone))

    def _visible_blocks(self, bottom: int) -> Iterator[tuple[QTextBlock, float]]:
        block = self.firstVisibleBlock()
        offset: QPointF = self.contentOffset()
        while block.isValid():
            top = self.blockBoundingGeometry(block).translated(offset).top()
            if top > bottom:
                return
            yield block, top
            block = block.next()

    def sizeHint(self) -> QSize:
        return QSize(420, 180)
