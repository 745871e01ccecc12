"""Numbers set by mouse alone: the strip under the in-place editor, the wheel over a digit."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.canvas.dial import END, STEP
from gui.model import turning
from tests.canvas_kit import LEFT, PLAIN, one_step, rig_for, square


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, square())


@pytest.fixture
def field(rig):
    return rig.canvas.field


def wheel(widget, at, notches):
    turn, phase = QPoint(0, 120 * notches), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(at), widget.mapToGlobal(QPointF(at)), QPoint(), turn,
                        Qt.MouseButton.NoButton, PLAIN, phase, False)  # fmt: skip
    QApplication.sendEvent(widget, event)


def drag(dial, steps):
    at = dial.rect().center()
    QTest.mousePress(dial, LEFT, pos=at)
    for k in (1, 2, 3):
        QTest.mouseMove(dial, at + QPoint(round(STEP * steps * k / 3), 0))
    QTest.mouseRelease(dial, LEFT, pos=at + QPoint(round(STEP * steps), 0))


def data(rig):
    return rig.document.graph.nodes["x"].params["data"]


class TestDial:
    def test_a_drag_and_a_click_elsewhere_set_a_value_in_one_step(self, rig, field):
        with one_step(rig, "Set x to 6.7"):
            rig.double_click(rig.on("x", 100, 22))
            assert (field.text(), field.dial.unit) == ("2.0", turning.unit_of("2.0"))
            drag(field.dial, 47)
            assert field.text() == "6.7"
            assert field.active
            rig.click(rig.see(700, 600))
        assert data(rig) == 6.7
        assert not field.dial.isVisible()

    def test_the_ends_make_the_step_finer_and_coarser(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        left, right = (QPoint(int(x), 10) for x in (END / 2, field.dial.width() - END / 2))
        QTest.mouseClick(field.dial, LEFT, pos=left)
        drag(field.dial, 3)
        assert field.text() == "2.03"
        for _ in range(3):
            QTest.mouseClick(field.dial, LEFT, pos=right)
        drag(field.dial, -1)
        assert field.text() == "-7.97"

    def test_the_wheel_turns_what_the_strip_says(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        before = rig.canvas.view
        wheel(field.dial, field.dial.rect().center(), 3)
        assert field.text() == "2.3"
        assert rig.canvas.view == before

    def test_esc_takes_a_drag_back(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        drag(field.dial, 9)
        QTest.keyClick(field, Qt.Key.Key_Escape)
        assert (data(rig), rig.steps) == (2.0, 0)
        assert not field.dial.isVisible()

    def test_it_goes_while_no_number_stands_there(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        QTest.keyClicks(field, "[1, 2]")
        assert not field.dial.isVisible()
        field.selectAll()
        QTest.keyClicks(field, "3")
        assert field.dial.isVisible()

    def test_names_have_none(self, rig, field):
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_F2)
        assert field.active
        assert not field.dial.isVisible()

    def test_an_exponent_has_steps_too(self, rig, field):
        rig.canvas.edit_item("y", "exponent")
        drag(field.dial, 5)
        assert (field.dial.unit, field.text()) == (turning.unit_of("2"), "2.5")

    def test_it_stays_inside_the_canvas(self, rig, field):
        rig.canvas.resize(300, 160)
        rig.canvas.edit_item("x", "value")
        assert rig.canvas.rect().contains(field.dial.geometry())


class TestDigits:
    def over(self, field, index):
        """The middle of a character, where the wheel is turned."""
        text, metrics = field.text(), field.fontMetrics()
        field.setCursorPosition(index)
        x = field.cursorRect().center().x() + metrics.horizontalAdvance(text[index]) // 2
        return QPoint(x, field.height() // 2)

    @pytest.mark.parametrize(
        ("index", "notches", "text"),
        [(0, 3, "5.0"), (2, 7, "2.7"), (2, -21, "-0.1"), (0, -2, "0.0")],
    )
    def test_the_wheel_turns_the_digit_under_it(self, rig, field, index, notches, text):
        rig.canvas.edit_item("x", "value")
        before = rig.canvas.view
        wheel(field, self.over(field, index), notches)
        assert field.text() == text
        assert rig.canvas.view == before
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert data(rig) == float(text)

    def test_a_fine_wheel_adds_up_to_a_notch(self, rig, field):
        rig.canvas.edit_item("x", "value")
        for _ in range(3):
            at = QPointF(self.over(field, 0))
            event = QWheelEvent(at, field.mapToGlobal(at), QPoint(), QPoint(0, 40),
                                Qt.MouseButton.NoButton, PLAIN, Qt.ScrollPhase.NoScrollPhase,
                                False)  # fmt: skip
            QApplication.sendEvent(field, event)
        assert field.text() == "3.0"
