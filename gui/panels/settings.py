"""The settings dialog: what is changed is seen at once, Cancel takes it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.panels.parts import Choice, Number, heading, label
from gui.state import choices
from gui.state.settings import Settings
from gui.tr import tr

Named = Sequence[tuple[object, str]]


def _named(values: Sequence[str], texts: Mapping[str, str]) -> Named:
    return [(value, texts.get(value, value)) for value in values]


class SettingsDialog(QDialog):
    """One row a preference; the fields are found by its name in `fields`."""

    def __init__(self, settings: Settings, languages: Named, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings, self.before = settings, settings.values()
        self.fields: dict[str, QWidget] = {}
        self._labels: list[QLabel] = []
        self._resized = QTimer(self, singleShot=True, interval=0)
        self._resized.timeout.connect(self._align)
        self.setWindowTitle(tr("Settings"))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(8)
        self._look(languages)
        self._hands()
        self._graphs()
        self._buttons()
        self.show_values()
        self._align()

    def _look(self, languages: Named) -> None:
        form = self._section(tr("Look"))
        names = {name: tr(name.capitalize()) for name in choices.THEMES}
        names["system"] = tr("As the system")
        self._choice(form, "theme", tr("&Theme"), _named(choices.THEMES, names))
        self._choice(form, "language", tr("&Language (at the next start)"), languages)
        self._number(form, "text_size", tr("Te&xt size"), choices.TEXT_SIZE, tr(" pixels"))
        self._number(form, "digits", tr("&Digits of a number"), choices.DIGITS, "")
        self._tick(form, "right_angled", tr("Right-&angled wires"))
        self._tick(form, "reduced_motion", tr("&Reduced motion: jump from step to step"))

    def _hands(self) -> None:
        form = self._section(tr("Wheel and touchpad"))
        wheel = {"zooms": tr("zooms; with Shift it scrolls"),
                 "scrolls": tr("scrolls; with Ctrl it zooms")}  # fmt: skip
        pad = {"pans": tr("pans; pinching zooms"), "zooms": tr("zooms")}
        self._choice(form, "wheel", tr("The &wheel"), _named(choices.WHEEL, wheel))
        self._choice(form, "touchpad", tr("Two &fingers"), _named(choices.TOUCHPAD, pad))

    def _graphs(self) -> None:
        form = self._section(tr("New tensors"))
        self._choice(form, "dtype", tr("dt&ype"), _named(choices.DTYPES, {}))

    def _section(self, title: str) -> QFormLayout:
        self.column.addWidget(heading(title))
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(form)
        return form

    def _choice(self, form: QFormLayout, name: str, text: str, values: Named) -> None:
        box = Choice()
        for value, shown in values:
            box.addItem(shown, value)
        box.activated.connect(lambda row: setattr(self.settings, name, box.itemData(row)))
        self._row(form, name, text, box)

    def _tick(self, form: QFormLayout, name: str, text: str) -> None:
        box = QCheckBox(text)
        box.toggled.connect(lambda on: setattr(self.settings, name, on))
        self.fields[name] = box
        self._labels.append(label(wrap=False))
        form.addRow(self._labels[-1], box)

    def _number(
        self, form: QFormLayout, name: str, text: str, limits: tuple[int, int], unit: str
    ) -> None:
        box = Number()
        box.setRange(*limits)
        box.setSuffix(unit)
        box.valueChanged.connect(lambda value: setattr(self.settings, name, value))
        self._row(form, name, text, box)

    def _row(self, form: QFormLayout, name: str, text: str, field: QWidget) -> None:
        field.setAccessibleName(text.replace("&", ""))
        self.fields[name] = field
        named = label(text, wrap=False)
        named.setBuddy(field)
        named.setTextFormat(Qt.TextFormat.AutoText)  # & marks the key
        self._labels.append(named)
        form.addRow(named, field)

    def _align(self) -> None:
        """The fields of all sections stand under each other."""
        widest = max(each.sizeHint().width() for each in self._labels)
        for each in self._labels:
            each.setMinimumWidth(widest + 8)

    def changeEvent(self, event: QEvent) -> None:
        """The size of the text is changed here, and seen at once."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._labels:
            self._resized.start()

    def _buttons(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.RestoreDefaults)
        self.buttons.button(kinds.RestoreDefaults).setText(tr("Restore defaults"))
        self.buttons.button(kinds.RestoreDefaults).clicked.connect(self.restore_defaults)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.column.addWidget(label(tr("Changes are seen at once; Cancel takes them back."),
                                    "muted"))  # fmt: skip
        self.column.addWidget(self.buttons)

    def show_values(self) -> None:
        """Bring the fields in line with the settings."""
        for name, value in self.settings.values().items():
            self._show(self.fields[name], value)

    def _show(self, field: QWidget, value: Any) -> None:
        if isinstance(field, QComboBox):
            field.setCurrentIndex(max(0, field.findData(value)))
        elif isinstance(field, QSpinBox):
            field.setValue(value)
        elif isinstance(field, QCheckBox):
            field.setChecked(value)

    def restore_defaults(self) -> None:
        """As at the very first start; Cancel still takes it back."""
        self.settings.take(self.settings.defaults())
        self.show_values()

    def reject(self) -> None:
        self.settings.take(self.before)
        super().reject()


def _demo() -> QWidget:
    return SettingsDialog(Settings(), [("system", "As the system")])


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
