"""Runs the open Document in the background and publishes its film as it grows."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from engine.graph import GRAD_MODES, Graph, Node, Program, lines, spelled
from engine.session import Session
from engine.trace import Cancelled, Trace
from gui.model.document import Document
from gui.model.edits import same_program
from gui.model.film import TraceFilm
from gui.model.program import effective

log = logging.getLogger(__name__)


class Runner(QObject):
    """One worker thread, because a Session belongs to one thread; the latest Document wins."""

    published = Signal(object, bool)
    """(TraceFilm, finished): after the first forward, so that values show soon, and at the end."""
    busy_changed = Signal(bool)
    broken = Signal(str)
    """An error that is ours, not the person's: its text for the dialog."""

    _arrived = Signal(int, object, bool)
    _failed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chainrule-run")
        self._number = 0
        self._cancel = threading.Event()
        self._busy = False
        self.stopped = False
        """Whether the last run was given up, so that what is shown is not up to date."""
        self._session: Session | None = None
        self._done: Program = ()
        self._future: Future[None] | None = None
        self._arrived.connect(self._on_arrived)
        self._failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        return self._busy

    def run(self, document: Document, afresh: bool = False) -> None:
        """Run `document`; a longer Program on the same graph goes on where the last run ended.

        `afresh`: not even then, everything is run from the start.
        """
        self._cancel.set()
        self._cancel = threading.Event()
        self._number += 1
        self.stopped = False
        self._set_busy(True)
        job = _Job(self, self._number, document, self._cancel, afresh)
        self._future = self._pool.submit(job)

    def cancel(self) -> None:
        """Give up the current run; what it has published stays."""
        if self._busy:
            self._cancel.set()
            self.stopped = True
            self._set_busy(False)

    def close(self) -> None:
        """Stop the worker thread; call before the app ends."""
        self._cancel.set()
        self._number += 1
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _on_arrived(self, number: int, film: TraceFilm, finished: bool) -> None:
        if number != self._number:
            return
        if finished:
            self._set_busy(False)
        self.published.emit(film, finished)

    def _on_failed(self, number: int, text: str) -> None:
        if number == self._number:
            self._set_busy(False)
            self.broken.emit(text)

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)


class _Job:
    """One run, on the worker thread; `runner._session` and `_done` are touched only here."""

    def __init__(
        self,
        runner: Runner,
        number: int,
        document: Document,
        cancel: threading.Event,
        afresh: bool,
    ) -> None:
        self.runner, self.number, self.cancel, self.afresh = runner, number, cancel, afresh
        self.graph, self.program = document.graph, document.program

    def __call__(self) -> None:
        if self.cancel.is_set():
            return
        try:
            self._run()
        except Cancelled:
            self.runner._session = None
        except Exception as error:
            self.runner._session = None
            log.exception("running the document failed")
            self.runner._failed.emit(self.number, f"{type(error).__name__}: {error}")

    def _run(self) -> None:
        session, first = self._live_session()
        early = first == 0 and [a.do for a in lines(self.program)[-1:]] != ["forward"]
        for chapter in session.run(self.program, first):
            if early and chapter.kind == "forward":
                early = False
                self._publish(session.trace, finished=False)
        self.runner._session = session
        self.runner._done = self.program[: session.done]
        self._publish(session.trace, finished=True)

    def _live_session(self) -> tuple[Session, int]:
        """The Session to go on with, and the first action it has not run yet."""
        session, done = self.runner._session, self.runner._done
        if self.afresh:
            session = None
        if session is not None and not session.stopped and self._goes_on_from(session, done):
            session.graph, session.recorder.cancelled = self.graph, self.cancel.is_set
            return session, len(done)
        self.runner._session = None
        return Session(self.graph, self.cancel.is_set), 0

    def _goes_on_from(self, session: Session, done: Program) -> bool:
        return (
            len(done) < len(self.program)
            and same_program(done, self.program[: len(done)])
            and same_statements(session.graph, self.graph)
        )

    def _publish(self, trace: Trace, finished: bool) -> None:
        film = TraceFilm(self.graph, self.program, trace)
        film.prepare(self.cancel.is_set)
        if not self.cancel.is_set():
            self.runner._arrived.emit(self.number, film, finished)


def same_run(before: Document, after: Document) -> bool:
    """Whether two Documents compute the same and do the same with it."""
    return same_program(effective(before), effective(after)) and same_statements(
        before.graph, after.graph
    )


def same_statements(before: Graph, after: Graph) -> bool:
    """Whether two graphs compute the same: names, notes and groups do not matter."""
    return before is after or (
        list(before.nodes) == list(after.nodes)
        and all(map(_same_statement, before.nodes.values(), after.nodes.values()))
        and before.edges == after.edges
        and _modes(before) == _modes(after)
    )


def _same_statement(a: Node, b: Node) -> bool:
    """Params that are the same object are not spelled: they may hold a million numbers."""
    return a is b or (
        (a.op, a.muted) == (b.op, b.muted)
        and (a.params is b.params or spelled(a.params) == spelled(b.params))
    )


def _modes(graph: Graph) -> list[tuple[str, set[str]]]:
    return [(r.kind, {*r.members}) for r in graph.regions.values() if r.kind in GRAD_MODES]
