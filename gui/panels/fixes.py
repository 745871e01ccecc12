"""Buttons that mend the error a step shows, each one edit that Undo takes back."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.events import Failed
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.fixes import Fix, fixes
from gui.model.frames import Frame
from gui.panels.parts import menu_text, tip
from gui.state.editor import Editor
from gui.state.jobs import same_run
from gui.tr import tr


class WrappedButton(QPushButton):
    """Its text in as many lines as it takes, for panels that are narrow."""

    ROOM = 28
    """Pixels beside the text: padding and border."""

    def __init__(self, text: str) -> None:
        super().__init__(menu_text(text))
        self.words = menu_text(text).split()
        self.setAccessibleName(text)
        self.setMinimumWidth(40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        lines = [""]
        for word in self.words:
            longer = f"{lines[-1]} {word}".strip()
            fits = self.fontMetrics().horizontalAdvance(longer) <= self.width() - self.ROOM
            lines = [*lines[:-1], longer] if fits or not lines[-1] else [*lines, word]
        if self.text() != (text := "\n".join(lines)):
            self.setText(text)


class Fixes(QWidget):
    """Part of a panel, which says when to look: not to be seen where there is nothing to mend."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self._film: TraceFilm | None = None
        self._event: Failed | None = None
        self.buttons: list[WrappedButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    def show_frame(self, frame: Frame) -> None:
        """Offer what mends the error of this frame, if it shows one."""
        event, film = getattr(frame, "event", None), getattr(frame, "film", None)
        self.show_event(film, event if isinstance(event, Failed) else None)

    def show_event(self, film: TraceFilm | None, event: Failed | None) -> None:
        """Offer what mends this error of a run; nothing where there is none."""
        if event is not None and event is self._event and film is self._film:
            return
        self._film, self._event = film, event
        found = self._found()
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(fix) for fix in found]
        self.setVisible(bool(found))

    def _found(self) -> tuple[Fix, ...]:
        """Of a Document that has been edited since the run, nothing is known."""
        film, event, document = self._film, self._event, self.editor.document
        if film is None or event is None:
            return ()
        return fixes(document, film, event) if same_run(_run_of(film), document) else ()

    def _button(self, fix: Fix) -> WrappedButton:
        made = WrappedButton(tr("Fix: {}").format(fix.text))
        made.setToolTip(tip(tr("{}. Undo takes it back.").format(fix.text)))
        made.clicked.connect(partial(self._mend, fix))
        self._column.addWidget(made)
        return made

    def _mend(self, fix: Fix, *_: object) -> None:
        """What was offered is for the Document it was made from; another one is asked anew."""
        same = next((each for each in self._found() if each.text == fix.text), None)
        self._event = None
        if same is not None:
            self.editor.apply(fix.text, same.document)


def _run_of(film: TraceFilm) -> Document:
    return Document(film.graph, film.program)
