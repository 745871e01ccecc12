"""The dialog in which a movie is chosen, and which shows how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.model.timeline import Chapter
from gui.panels.parts import Choice, Number, label, row_label
from gui.tr import tr

WAIT_MS = 250
"""After a change, until the size is estimated anew."""
SPEEDS = (0.5, 1.0, 1.5, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Wanted:
    """What was chosen: steps `first` to `last`, so many pixels wide, steps a second, pictures a
    second, in which theme, with the caption below or without."""

    kind: str
    first: int
    last: int
    width: int
    speed: float
    rate: int
    theme: str
    caption: bool


class MovieDialog(QDialog):
    """Says what is wanted; it is made elsewhere, and told of here."""

    changed = Signal()
    """Something else is wanted; not sooner than a moment after the last change."""
    start_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(
        self,
        chapters: Sequence[Chapter],
        steps: int,
        kinds: Sequence[tuple[str, str, str]],
        themes: Sequence[str],
        parent: QWidget,
    ) -> None:
        """`kinds` are (kind, what it is called, why it cannot be written or empty)."""
        super().__init__(parent)
        self.setWindowTitle(tr("Export a movie"))
        self.setMinimumWidth(440)
        self.busy = False
        self.kind, self.what = Choice(), Choice()
        self.speed, self.theme = Choice(), Choice()
        self.width_, self.rate = Number(), Number()
        self.first, self.last = Number(), Number()
        self.caption = QCheckBox(tr("The caption below each step"))
        self.estimate, self.notice = label("", "muted"), label("", "error")
        self.bar = QProgressBar()
        self.start, self.cancel = QPushButton(tr("Save as…")), QPushButton(tr("Cancel"))
        self._why = {kind: why for kind, _, why in kinds}
        self._fill(chapters, steps, kinds, themes)
        self._lay_out()
        self._timer = QTimer(self, interval=WAIT_MS, singleShot=True)
        self._timer.timeout.connect(self.changed)
        self._connect()
        self._on_changed()

    def _fill(
        self,
        chapters: Sequence[Chapter],
        steps: int,
        kinds: Sequence[tuple[str, str, str]],
        themes: Sequence[str],
    ) -> None:
        for kind, text, _ in kinds:
            self.kind.addItem(text, kind)
        self.what.addItem(tr("The whole run ({} steps)").format(steps), (0, steps - 1))
        for chapter in chapters:
            count = chapter.last - chapter.first + 1
            text = tr("{} ({} steps)").format(chapter.whole_title, count)
            self.what.addItem(text, (chapter.first, chapter.last))
        for number in (self.first, self.last):
            number.setRange(1, steps)
        self._choose_steps()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        for theme in themes:
            self.theme.addItem(tr(theme.capitalize()), theme)
        self.width_.setRange(240, 2400)
        self.width_.setSingleStep(80)
        self.width_.setValue(960)
        self.width_.setSuffix(tr(" pixels"))
        self.rate.setRange(1, 30)
        self.rate.setValue(12)
        self.caption.setChecked(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Format"), self.kind), (tr("What"), self.what), (tr("From step"), self.first),
            (tr("To step"), self.last), (tr("Width"), self.width_),
            (tr("Steps a second"), self.speed), (tr("Pictures a second"), self.rate),
            (tr("Theme"), self.theme),
        )  # fmt: skip
        for text, field in rows:
            field.setAccessibleName(text)
            form.addRow(row_label(text), field)
        form.addRow(row_label(""), self.caption)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        self.start.setDefault(True)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addLayout(form)
        for widget in (self.estimate, self.notice, self.bar):
            column.addWidget(widget)
        self.estimate.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 2)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.what.currentIndexChanged.connect(self._choose_steps)
        self.first.valueChanged.connect(lambda step: self.last.setMinimum(step))
        for box in (self.kind, self.speed, self.theme):
            box.currentIndexChanged.connect(self._on_changed)
        for number in (self.width_, self.rate, self.first, self.last):
            number.valueChanged.connect(self._on_changed)
        self.caption.toggled.connect(self._on_changed)
        self.start.clicked.connect(self.start_wanted)
        self.cancel.clicked.connect(self.reject)

    @property
    def wanted(self) -> Wanted:
        first, last = self.first.value() - 1, self.last.value() - 1
        return Wanted(
            self.kind.currentData(), first, last, self.width_.value(), self.speed.currentData(),
            self.rate.value(), self.theme.currentData(), self.caption.isChecked(),
        )  # fmt: skip

    def _choose_steps(self, *_: object) -> None:
        """Those of what was chosen; they can be changed then."""
        first, last = self.what.currentData()
        self.last.setMinimum(1)
        self.first.setValue(first + 1)
        self.last.setValue(last + 1)

    def choose_theme(self, name: str) -> None:
        """Begin with this one."""
        self.theme.setCurrentIndex(max(0, self.theme.findData(name)))

    def _on_changed(self, *_: object) -> None:
        why = self._why[self.kind.currentData()]
        self.tell(why)
        self.start.setEnabled(not why)
        self.estimate.setText(tr("Estimating the size …") if not why else "")
        self._timer.start()

    def tell(self, problem: str) -> None:
        """What stands in the way; empty for nothing."""
        self.notice.setText(problem)
        self.notice.setVisible(bool(problem))

    def show_estimate(self, text: str) -> None:
        if not self._timer.isActive():
            self.estimate.setText(text)

    def show_progress(self, done: int, of: int, text: str) -> None:
        """How far it has come; the fields wait until it is over."""
        self._set_busy(True)
        self.bar.setRange(0, of)
        self.bar.setValue(done)
        self.estimate.setText(text)

    def finish(self, problem: str = "") -> None:
        """It is written, or was given up for a reason."""
        self._set_busy(False)
        self.tell(problem)
        if not problem:
            self.accept()

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self.bar.setVisible(busy)
        fields: tuple[QComboBox | QSpinBox | QCheckBox | QPushButton, ...] = (
            self.kind, self.what, self.first, self.last, self.width_, self.speed, self.rate,
            self.theme, self.caption, self.start,
        )  # fmt: skip
        for field in fields:
            field.setEnabled(not busy)

    def reject(self) -> None:
        """The first time while it is being made: give that up, and stay."""
        if not self.busy:
            super().reject()
            return
        self._set_busy(False)
        self.cancel_wanted.emit()
        self._on_changed()
