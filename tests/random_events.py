"""Random hands on the real window: `python -m tests.random_events 20000 [seed]`.

Presses, moves, releases, wheel, keys and typed text, mostly on the canvas.  After every few of them
the canvas, the outline and the Document must agree, and Qt must not have complained.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import deque

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QMimeData,
    QPoint,
    QPointF,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QWidget

from gui.app import App
from gui.canvas import curves
from gui.canvas.canvas import MIME
from gui.canvas.geometry import Geometry, same
from gui.model.document import Document
from gui.model.files import Unreadable, from_text, to_text
from gui.panels.outline import OutlineModel

Key, Mod, Button = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton
EVERY = 20
"""Events between two checks."""
MOST_NODES = 40
"""More are thrown away: the events are to meet each other."""

MODS = (
    *(Mod.NoModifier,) * 8, Mod.ShiftModifier, Mod.ControlModifier, Mod.AltModifier,
    Mod.AltModifier | Mod.ShiftModifier,
)  # fmt: skip
BUTTONS = (*(Button.LeftButton,) * 9, Button.RightButton, Button.MiddleButton)
KEYS = (
    (Key.Key_Z, Mod.ControlModifier), (Key.Key_Z, Mod.ControlModifier),
    (Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier), (Key.Key_Escape, Mod.NoModifier),
    (Key.Key_Escape, Mod.NoModifier), (Key.Key_Delete, Mod.NoModifier),
    (Key.Key_Delete, Mod.ControlModifier), (Key.Key_Tab, Mod.NoModifier),
    (Key.Key_Tab, Mod.NoModifier), (Key.Key_A, Mod.ShiftModifier), (Key.Key_A, Mod.ControlModifier),
    (Key.Key_C, Mod.ControlModifier), (Key.Key_X, Mod.ControlModifier),
    (Key.Key_V, Mod.ControlModifier), (Key.Key_V, Mod.ControlModifier | Mod.ShiftModifier),
    (Key.Key_D, Mod.ControlModifier), (Key.Key_G, Mod.ControlModifier), (Key.Key_N, Mod.NoModifier),
    (Key.Key_L, Mod.NoModifier), (Key.Key_W, Mod.NoModifier), (Key.Key_M, Mod.NoModifier),
    (Key.Key_F, Mod.NoModifier), (Key.Key_F, Mod.ControlModifier), (Key.Key_C, Mod.NoModifier),
    (Key.Key_Home, Mod.NoModifier), (Key.Key_0, Mod.ControlModifier), (Key.Key_F2, Mod.NoModifier),
    (Key.Key_Return, Mod.NoModifier), (Key.Key_Left, Mod.NoModifier),
    (Key.Key_Right, Mod.NoModifier), (Key.Key_Down, Mod.NoModifier),
    (Key.Key_Right, Mod.ShiftModifier), (Key.Key_Up, Mod.ShiftModifier),
    (Key.Key_Right, Mod.AltModifier), (Key.Key_Down, Mod.AltModifier), (Key.Key_M, Mod.AltModifier),
    (Key.Key_F5, Mod.NoModifier), (Key.Key_F6, Mod.NoModifier), (Key.Key_F7, Mod.NoModifier),
    (Key.Key_Space, Mod.NoModifier), (Key.Key_F10, Mod.NoModifier),
    (Key.Key_Home, Mod.ControlModifier), (Key.Key_End, Mod.ControlModifier),
    (Key.Key_Backtab, Mod.ShiftModifier),
)  # fmt: skip
TEXTS = (
    "add", "sin", "mul", "tensor", "parameter", "sum", "cat", "max", "detach", "2", "-1.5",
    "[1, 2, 3]", "z = sin(x) * 2", "relu", "x", "zzz", "1e", "[[1,2],[3,4]]", "w = parameter(0.5)",
    "exp_", "topk", "y", "matmul", "note", "\u202egnp", "",
)  # fmt: skip


class Disagreement(AssertionError):
    """What is seen is not what is there."""


class Hands:
    """One run of random events, told apart by its seed."""

    def __init__(self, app: App, seed: int) -> None:
        self.app, self.dice = app, random.Random(seed)
        self.done = 0
        self.down: tuple[QWidget, Qt.MouseButton] | None = None
        self.told: deque[str] = deque(maxlen=30)
        self.kinds = (
            (self.move, 30), (self.press, 22), (self.release, 20), (self.key, 16), (self.type, 10),
            (self.wheel, 4), (self.double_click, 5), (self.menu, 5), (self.drop, 2),
            (self.elsewhere, 4), (self.let_pass, 3),
        )  # fmt: skip

    def run(self, count: int) -> None:
        """So many events, with a look at everything now and then."""
        kinds, weights = zip(*self.kinds, strict=True)
        while self.done < count:
            self.done += 1
            do = self.dice.choices(kinds, weights)[0]
            self.told.append(do.__name__)
            do()
            if self.done % EVERY == 0:
                self.check()

    # One event each

    def press(self) -> None:
        if self.down is not None:
            return self.release()
        at, button, keys = self.spot(), self.dice.choice(BUTTONS), self.dice.choice(MODS)
        if button == Button.RightButton:  # with these it is a gesture
            keys = self.dice.choice((Mod.NoModifier, Mod.ControlModifier, Mod.ShiftModifier))
        widget = self.under(at)
        self.down = widget, button
        self.tell(at, button, keys)
        QTest.mousePress(widget, button, keys, self.within(widget, at))
        return None

    def move(self) -> None:
        widget, button = self.down or (self.app.canvas, Button.NoButton)
        at = self.within(widget, self.spot())
        self.tell(at)
        self.mouse(widget, QEvent.Type.MouseMove, at, Button.NoButton, button)

    def release(self) -> None:
        if self.down is None:
            return
        (widget, button), self.down = self.down, None
        at = self.within(widget, self.spot())
        self.tell(at)
        if self.alive(widget):
            QTest.mouseRelease(widget, button, self.dice.choice(MODS), at)

    def double_click(self) -> None:
        at = self.spot()
        self.tell(at)
        self.app.canvas.setFocus()
        QTest.mouseDClick(self.app.canvas, Button.LeftButton, Mod.NoModifier, at)

    def wheel(self) -> None:
        at = QPointF(self.spot())
        widget = self.app.canvas
        event = QWheelEvent(
            at, widget.mapToGlobal(at), QPoint(), QPoint(0, self.dice.choice((-240, -120, 120))),
            Button.NoButton, self.dice.choice(MODS), Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    def key(self) -> None:
        key, keys = self.dice.choice(KEYS)
        self.tell(key, keys)
        QTest.keyClick(self.focus(), key, keys)

    def type(self) -> None:
        """Text and how it ends, into whatever is open."""
        canvas = self.app.canvas
        text = self.dice.choice(TEXTS)
        end = self.dice.choice((Key.Key_Return, Key.Key_Return, Key.Key_Tab, Key.Key_Escape))
        if self.focus() is canvas:
            QTest.keyClick(canvas, self.dice.choice((Key.Key_Tab, Key.Key_Tab, Key.Key_Return)))
        target = self.focus()
        self.tell(text, end)
        if self.dice.random() < 0.5:
            QTest.keyClick(target, Key.Key_A, Mod.ControlModifier)
        for letter in text:  # QTest knows Latin ones only
            QApplication.sendEvent(
                target, QKeyEvent(QEvent.Type.KeyPress, 0, Mod.NoModifier, letter)
            )
        QTest.keyClick(target, end)

    def menu(self) -> None:
        """A context menu, dismissed or chosen from."""
        canvas, at = self.app.canvas, self.spot()
        mouse = QContextMenuEvent.Reason.Mouse
        event = QContextMenuEvent(mouse, at, canvas.mapToGlobal(at), self.dice.choice(MODS))
        QApplication.sendEvent(canvas, event)
        for popup in [m for m in canvas.findChildren(QMenu) if m.isVisible()]:
            actions = [a for m in (popup, *popup.findChildren(QMenu)) for a in m.actions()]
            found = [a for a in actions if a.text() and a.menu() is None and a.isEnabled()]
            chosen = self.dice.choice(found) if found and self.dice.random() < 0.6 else None
            self.tell(at, chosen.text() if chosen else "dismissed")
            popup.close()
            if chosen is not None:
                chosen.trigger()

    def drop(self) -> None:
        """From the palette, or something that only says it is."""
        data = QMimeData()
        what = self.dice.choice(("exp", "mul", "parameter", "note", "no_grad", "from_the_future"))
        data.setData(MIME, what.encode())
        rest = Qt.DropAction.CopyAction, data, Button.LeftButton, Mod.NoModifier
        at = self.spot()
        QApplication.sendEvent(self.app.canvas, QDragEnterEvent(at, *rest))
        QApplication.sendEvent(self.app.canvas, QDragMoveEvent(at, *rest))
        QApplication.sendEvent(self.app.canvas, QDropEvent(QPointF(at), *rest))

    def elsewhere(self) -> None:
        """The toolbar, the player, another tab, a number on the clipboard."""
        app = self.app
        ways = (
            app.player.toggle, app.player.first, app.player.last, app.player.back,
            lambda: app.conductor.backward(), lambda: app.conductor.forward(),
            lambda: app.canvas.align(self.dice.choice(("left", "middle"))),
            lambda: app.canvas.distribute("vertically"),
            lambda: QGuiApplication.clipboard().setText(self.dice.choice(TEXTS)),
            lambda: app.canvas.setFocus(),
        )  # fmt: skip
        self.dice.choice(ways)()

    def let_pass(self) -> None:
        """Time, for what is drawn, for runs and for views that follow a drag."""
        self.app.canvas.tick(0.05)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # no loop runs that would
        QApplication.processEvents()
        while self.app.runner.busy:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    # Where

    def spot(self) -> QPoint:
        """A point of the canvas, mostly one where there is something."""
        canvas, dice = self.app.canvas, self.dice
        geometry = canvas.geometry_
        what = dice.random()
        p: QPointF | None = None
        if what < 0.3 and len(geometry.ports):
            p = QPointF(*geometry.ports[dice.randrange(len(geometry.ports))].tolist())
        elif what < 0.6 and geometry.ids:
            row = dice.randrange(len(geometry.ids))
            x, y = (geometry.xy[row] + geometry.size[row] * dice.random()).tolist()
            p = QPointF(x, y)
        elif what < 0.7 and len(geometry.edge_keys):
            row = dice.randrange(len(geometry.edge_keys))
            p = QPointF(*curves.at(geometry.curves[row], dice.random()))
        elif what < 0.75 and geometry.regions:
            left, top, *_ = dice.choice(geometry.regions).tab
            p = QPointF(left + 9, top + 9)
        if p is not None:
            at = canvas.view.to_view(p).toPoint()
            if canvas.rect().contains(at):
                return at
        return QPoint(dice.randrange(canvas.width()), dice.randrange(canvas.height()))

    def under(self, at: QPoint) -> QWidget:
        return self.app.canvas.childAt(at) or self.app.canvas

    def within(self, widget: QWidget, at: QPoint) -> QPoint:
        return widget.mapFrom(self.app.canvas, at) if widget is not self.app.canvas else at

    def focus(self) -> QWidget:
        """Where keys go; away from the canvas and what floats on it they come back."""
        canvas = self.app.canvas
        self.app.window.activateWindow()  # offscreen, a menu that closes gives nothing back
        for floating in (canvas.search.line, canvas.finder.line, canvas.field):
            if floating.isVisible():
                floating.setFocus()
                return floating
        canvas.setFocus()
        return canvas

    def alive(self, widget: QWidget) -> bool:
        return widget.isVisible()

    def mouse(self, widget: QWidget, kind, at: QPoint, button, buttons) -> None:
        if self.alive(widget):
            here, keys = QPointF(at), self.dice.choice(MODS)
            place = widget.mapToGlobal(here)
            QApplication.sendEvent(widget, QMouseEvent(kind, here, place, button, buttons, keys))

    def tell(self, *what: object) -> None:
        self.told[-1] += " " + " ".join(map(str, what))

    # What must hold

    def check(self) -> None:
        app, canvas = self.app, self.app.canvas
        document = app.editor.document
        if canvas.tool is None and canvas.shown is not document:
            raise Disagreement("the canvas shows another Document")
        if not same(canvas.geometry_, Geometry.of(canvas.shown)):
            raise Disagreement("the canvas is not what a fresh build would be")
        graph = document.graph
        if not canvas.selection.items <= graph.nodes.keys() | graph.regions.keys():
            raise Disagreement("something is selected that is not there")
        self._check_outline(document)
        text = to_text(document)
        try:
            again = to_text(from_text(text))
        except Unreadable as error:
            raise Disagreement(f"the file cannot be read: {error}\n{text}") from error
        if again != text:
            raise Disagreement("the file is not what was saved")
        canvas.grab()
        if len(graph.nodes) > MOST_NODES:
            canvas.cancel_gesture()
            canvas.select_all()
            canvas.delete_selection()

    def _check_outline(self, document: Document) -> None:
        shown, fresh = self.app.outline.model, OutlineModel()
        fresh.show(document)
        if [item.id for item in shown.rows] != [item.id for item in fresh.rows]:
            raise Disagreement("the outline lists other nodes")
        for a, b in zip(shown.rows, fresh.rows, strict=True):
            for column in (0, 1, 5, 6):
                if shown.told(a, column) != fresh.told(b, column):
                    raise Disagreement(f"the outline says something else of {a.id}")

    def end(self) -> None:
        """Everything undone, the first Document is there again; redone, the last."""
        app = self.app
        app.canvas.cancel_gesture()
        history = app.editor.history
        while history.canRedo():
            history.redo()
        last = app.editor.document
        while history.canUndo():
            history.undo()
        if app.editor.document != Document():
            raise Disagreement("undoing everything does not lead to the beginning")
        while history.canRedo():
            history.redo()
        if app.editor.document is not last:
            raise Disagreement("redoing everything does not lead to the end")
        self.check()


def prepared(app: App) -> App:
    """A window on a blank Document in which nothing stops to ask."""
    QMessageBox.exec = lambda box: QMessageBox.StandardButton.Discard
    QFileDialog.getSaveFileName = QFileDialog.getOpenFileName = lambda *a: ("", "")
    app.window.resize(1400, 900)
    app.window.show()
    app.filing.new()
    app.window.docks["outline"].raise_()
    app.canvas.setFocus()
    return app


def main(count: int, seed: int) -> int:
    """Run and tell; 1 where something fell out."""
    complaints: list[str] = []
    ignored = "This plugin does not support"

    def heard(kind: QtMsgType, _: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and ignored not in text:
            complaints.append(text)

    qInstallMessageHandler(heard)
    application = QApplication.instance() or QApplication([])
    application.setStyle("Fusion")
    errors: list[BaseException] = []

    def broke(kind: type[BaseException], error: BaseException, trace: object) -> None:
        errors.append(error)
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = broke
    app = prepared(App())
    hands = Hands(app, seed)
    start = time.perf_counter()
    try:
        while hands.done < count and not complaints and not errors:
            hands.run(min(count, hands.done + EVERY))
        hands.end()
    except BaseException as error:  # told with what led there
        sys.__excepthook__(type(error), error, error.__traceback__)
        errors.append(error)
    took = time.perf_counter() - start
    print(
        f"seed {seed}: {hands.done} events in {took:.1f} s, {len(errors)} errors, "
        f"{len(complaints)} complaints of Qt, {app.editor.history.count()} steps to undo"
    )
    if errors or complaints:
        print(*complaints, *hands.told, sep="\n")
    app.editor.history.setClean()
    app.window.close()
    return 1 if errors or complaints else 0


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(arguments + [2000, 1][len(arguments) :])))
