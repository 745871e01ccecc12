"""Keeps a journal of every edit that is not saved yet, and says so when it cannot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.folders import data_folder
from gui.model.journal import Head, Journal, create
from gui.state.editor import Editor
from gui.tr import tr

DELAY = 1.0
"""Seconds after the first edit that is not on the platter; how many more follow does not matter."""
AGAIN = 10_000
"""Milliseconds after which a disk that refused is tried again."""

Pause = Callable[[threading.Event, float], object]


class Recovery(QObject):
    """Follows an Editor: `write` on every edit, `fsync` a second later, on a thread of its own.

    Nothing that the disk does is raised: editing goes on, and `message` tells.
    """

    message = Signal(str)
    _refused = Signal(object)

    def __init__(
        self,
        editor: Editor,
        root: Path | None = None,
        disk: Disk | None = None,
        pause: Pause = threading.Event.wait,
    ) -> None:
        super().__init__(editor)
        self.editor = editor
        self._seen: str | None = None
        self.root, self.disk = root or data_folder(), disk or Disk()
        self.journal: Journal | None = None
        self.reason = ""
        """Why edits are not being backed up; empty while they are."""
        self._last = editor.document
        self._closed = False
        self._tidier = Tidier(self._tidy, pause)
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        self._again.timeout.connect(self.try_again)
        self._refused.connect(self._on_refused)
        editor.changed.connect(self._on_changed)
        editor.opened.connect(self._on_opened)
        editor.history.cleanChanged.connect(self._on_clean_changed)

    # ---- what the editor does ------------------------------------------------------------------

    def _on_changed(self, before: Document, after: Document) -> None:
        if not self.editor.previewing:
            if not self.reason:
                self._try(lambda: self._note(after))
            self._last = after

    def _note(self, document: Document) -> None:
        if self.journal is None:
            self._begin(self._last)
        assert self.journal is not None
        if self.journal.head.tries:  # the person works with it: it has not ended the program
            self.journal.write_head(self._head())
        if self.journal.record(document):
            self._tidier.wake()

    def _begin(self, document: Document, changes: int = 0) -> None:
        self.journal = create(self.root, self._head(), document, self.disk, changes)
        self._tidier.begin()

    def _head(self) -> Head:
        path = self.editor.path
        started = self.journal.head.started if self.journal else 0.0
        where = None if path is None else str(path.absolute())
        return Head(self.editor.title, where, self._seen, started)

    def _on_opened(self, document: Document) -> None:
        self.forget()
        self._last = document

    def _on_clean_changed(self, clean: bool) -> None:
        if clean:
            self.forget()
            self._last = self.editor.document

    def follow(self, _: Path | None, seen: str | None) -> None:
        """The document's file holds that now, the SHA-256 of its bytes.

        Where it was saved while it was edited, what is not saved is less from here on.
        """
        self._seen = seen
        old, self.journal = self.journal, None
        if (
            old is not None
            and self.editor.dirty
            and not self._try(lambda: self._begin(self._last, 1))
        ):
            self.journal = old
        elif old is not None:
            self._end(old)

    # ---- coming and going ----------------------------------------------------------------------

    def take(self, journal: Journal) -> None:
        """Go on with the journal of the document that was just restored."""
        self.forget()
        self.journal, self._last = journal, self.editor.document
        self._tidier.begin()

    def forget(self) -> None:
        """There is nothing to be restored: it is saved, or the person has given it up."""
        journal, self.journal = self.journal, None
        self._again.stop()
        self.reason = ""
        if journal is not None:
            self._end(journal)

    def _end(self, journal: Journal) -> None:
        with suppress(OSError):
            journal.end()

    def close(self) -> None:
        """The window goes; what is not saved stays on the disk, to be offered at the next start."""
        if not self._closed:
            self.editor.changed.disconnect(self._on_changed)
        self._tidier.end()
        self._closed = True
        self._again.stop()
        journal = self.journal
        if journal is not None:
            if journal.head.tries:  # an end in good order is no accident
                self._try(lambda: journal.write_head(self._head()))
            journal.leave()
            self.journal = None

    def make_safe(self) -> str:
        """Have every edit on the platter, on any thread; the time of day, "" if that cannot be."""
        journal = self.journal
        try:
            if journal is not None:
                journal.sync()
        except OSError as error:
            self._refused.emit(error)  # the system may forget what it could not write
            return ""
        if self.reason or (journal is None and self.editor.dirty):
            return ""
        return time.strftime("%H:%M:%S")

    # ---- when the disk refuses -----------------------------------------------------------------

    def _try(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except (OSError, TypeError, ValueError) as error:
            self._on_refused(error)
            return False
        return True

    def _on_refused(self, error: Exception) -> None:
        """Once until it is better: nobody wants to be told at every edit."""
        told = bool(self.reason)
        self.reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if self._closed:  # what a thread has found out comes late
            return
        if not told:
            self.message.emit(tr("Edits are not being backed up: {}").format(self.reason))
        self._again.start()

    def try_again(self) -> None:
        """Write the whole Document down, as what lies there may lack an edit."""
        if self.reason and self.editor.dirty and self._try(self._begin_again):
            self.reason = ""
            self.message.emit(tr("Edits are being backed up again."))

    def _begin_again(self) -> None:
        if self.journal is None:
            self._begin(self._last, 1)
        else:
            self.journal.begin(self._last)

    def _tidy(self) -> None:
        journal = self.journal
        try:
            if journal is not None:
                journal.tidy()
        except (OSError, TypeError, ValueError) as error:
            self._refused.emit(error)


class Tidier:
    """A thread that does something DELAY after it was woken, however often it is woken until then.

    `pause` waits for an event, but no longer than so many seconds.
    """

    def __init__(self, do: Callable[[], None], pause: Pause) -> None:
        self._do, self._pause = do, pause
        self._awake, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._over.clear()
            self._thread = threading.Thread(target=self._run, name="chainrule-journal", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        self._awake.set()

    def end(self) -> None:
        """Do it a last time if it is due, and wait for that."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._over.set()
            self._awake.set()
            thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            self._awake.wait()
            self._awake.clear()
            self._pause(self._over, DELAY)
            self._do()
