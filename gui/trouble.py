"""What happens when something goes wrong that should not: nothing is lost, nothing is hidden."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

from gui.model import logbook
from gui.panels.trouble import TroubleDialog

if TYPE_CHECKING:
    from gui.desk import Desk

log = logging.getLogger(__name__)

MANY, WITHIN = 3, 60.0
"""So many different errors in so many seconds: the person is advised to start anew."""
AGAIN = 30.0
"""Seconds after which an error that comes again is told again, once its dialog is gone."""
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Trouble(QObject):
    """Catches what nobody else has: first the work is made safe, then it is logged, then told.

    One dialog at a time, which does not stand in the way; while it is there, and shortly after, the
    same error again is not told again.
    """

    _met = Signal(object)

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(desk)
        self.desk, self.clock = desk, clock
        self.dialog: TroubleDialog | None = None
        self.caught: dict[str, str] = {}
        """What the report says of each error, by where it happened: the error itself would hold
        the frames, and they the documents."""
        self._told: dict[str, float] = {}
        """When each was last told; while a dialog is there, it is told all the time."""
        self.safe_since = ""
        self._lately: deque[float] = deque(maxlen=MANY)
        self._before: tuple[Any, ...] | None = None
        self._telling = threading.local()
        self._met.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    # ---- the hooks -----------------------------------------------------------------------------

    def watch(self) -> None:
        """Be asked about every error that is not caught, of any thread, and what Qt says."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.meet
        threading.excepthook = self._meet_aside
        sys.unraisablehook = self._meet_aside
        qInstallMessageHandler(_on_qt_message)

    def close(self) -> None:
        """Leave the hooks to whoever had them before."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            qInstallMessageHandler(None)
            self._before = None
        if self.dialog is not None and isValid(self.dialog):
            self.dialog.close()

    def meet(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """An error has come up, on any thread.  Never raises: there is nobody left to hear it."""
        if getattr(self._telling, "busy", False):  # an error while telling of an error
            _on_stderr((kind, error, trace))
            return
        self._telling.busy = True
        try:
            self._meet(kind, error, trace)
        except Exception:
            _on_stderr((kind, error, trace))
            _on_stderr(sys.exc_info())
        finally:
            self._telling.busy = False

    def _meet(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self.desk.leave(130)
            return
        self.safe_since = self._made_safe()
        if self._is_news(kind, error, trace):
            log.critical("an error nobody caught", exc_info=(kind, error, trace))
            self._met.emit("".join(traceback.format_exception_only(kind, error)).strip())

    def _meet_aside(self, args: Any) -> None:
        """The same for what Python hands over in one piece, at times without the error."""
        error = args.exc_value
        if error is None:
            error = Exception(args.exc_type.__name__)
        self.meet(args.exc_type, error, args.exc_traceback)

    def _made_safe(self) -> str:
        try:
            return self.desk.make_safe()
        except Exception:  # the first error is to be told all the same
            _on_stderr(sys.exc_info())
            return ""

    def meet_error(self, error: BaseException) -> None:
        """The same for an error that was caught on its way to whom it concerns."""
        self.meet(type(error), error, error.__traceback__)

    def _is_news(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> bool:
        """A painting that fails does so at every repaint: that is told once, and now and then."""
        frames = traceback.extract_tb(trace)[-4:]
        places = [(f.filename, f.lineno) for f in frames]
        where = f"{kind.__name__} {places or error}"
        now = self.clock()
        if where in self.caught:
            return self._is_due(where, now)
        self.caught[where] = "".join(traceback.format_exception(kind, error, trace))
        self._told[where] = now
        self._lately.append(now)
        return True

    def _is_due(self, where: str, now: float) -> bool:
        """Whether an error that is known is to be told again."""
        there = self.dialog is not None and isValid(self.dialog)
        due = not there and now - self._told[where] >= AGAIN
        if there or due:
            self._told[where] = now
        return due

    # ---- telling -------------------------------------------------------------------------------

    @property
    def many(self) -> bool:
        """Whether so much went wrong lately that it is better to start anew."""
        return len(self._lately) == MANY and self._lately[-1] - self._lately[0] <= WITHIN

    def _tell(self, error: str) -> None:
        if not self.desk.apps:
            return
        dialog = self._shown()
        dialog.show_error(error, logbook.report(*self.caught.values()), self.safe_since, self.many)
        dialog.show()
        dialog.raise_()

    def tell_of_crashes(self, reports: Sequence[str]) -> None:
        """What earlier runs have left behind that ended by a fault; nothing if there is none."""
        if reports:
            self.caught |= {report: report for report in reports}
            dialog = self._shown()
            dialog.show_crash(logbook.report(*self.caught.values()))
            dialog.show()

    def _shown(self) -> TroubleDialog:
        if self.dialog is None or not isValid(self.dialog):  # it goes with the window it is above
            self.dialog = self._made()
        return self.dialog

    def _made(self) -> TroubleDialog:
        app = self.desk.apps[-1]
        made = TroubleDialog(app.window)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made.copy_wanted.connect(app.filing.save_copy)
        made.report_wanted.connect(self._copy_report)
        made.finished.connect(self._on_finished)
        return made

    def _copy_report(self) -> None:
        if self.dialog is not None:
            QGuiApplication.clipboard().setText(self.dialog.details.toPlainText())

    def _on_finished(self, _: int) -> None:
        self.dialog = None


def _on_stderr(caught: tuple[Any, ...]) -> None:
    if sys.stderr is not None:  # there is none in a program without a terminal on Windows
        traceback.print_exception(*caught, file=sys.stderr)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    """What Qt says goes to the log; an error here would end up in whatever Qt was doing."""
    try:
        logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), "%s", text)
    except Exception:
        _on_stderr(sys.exc_info())
