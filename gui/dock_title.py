"""The bar over a dock: drag it, float it, close it; named only where no tab says the name."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from gui.panels.parts import Elided
from gui.tr import tr


class _Button(QToolButton):
    """A sign drawn in the text's colour, so that it suits every theme."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"dock-{name}")
        self.sign = name
        self.setToolTip(title)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() + 6
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self.palette()
        if self.underMouse():
            painter.fillRect(self.rect(), colors.color(QPalette.ColorRole.AlternateBase))
        if self.hasFocus():
            painter.setPen(QPen(colors.color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.setPen(QPen(colors.color(QPalette.ColorRole.PlaceholderText), 1.4))
        side = round(self.fontMetrics().height() * 0.55)
        box = QRectF(0, 0, side, side)
        box.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        if self.sign == "close":
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
        else:
            painter.drawRect(box)
            painter.drawLine(box.topLeft() + QPointF(0, 2), box.topRight() + QPointF(0, 2))
        painter.end()


class _About(Elided):
    """What a panel is for, quietly; where there is no room for the sentence only its tooltip."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.shown_text() != self.text():
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.shown_text())
        painter.end()


class DockTitle(QWidget):
    """Presses go on to the dock, which is dragged by them."""

    def __init__(self, dock: QDockWidget, about: str) -> None:
        super().__init__(dock)
        self.dock = dock
        self.name = QLabel(dock.windowTitle())
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 4, 0)
        row.setSpacing(2)
        self.about = _About(about)
        row.addWidget(self.name)
        row.addWidget(self.about, 1)
        row.addStretch()
        self.float = _Button("float", tr("Float or put back"))
        self.close_ = _Button("close", tr("Close this panel"))
        for button in (self.float, self.close_):
            row.addWidget(button)
        self.float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self.close_.clicked.connect(dock.close)

    def set_tabbed(self, tabbed: bool) -> None:
        """With a tab above, the name need not be said twice: the panel's purpose is, instead."""
        self.name.setVisible(not tabbed)
        self.about.setVisible(tabbed)
