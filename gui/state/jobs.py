"""Runs the open Document in the background and publishes its film as it grows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph import GRAD_MODES, Graph, Node, Program, early_leaves, lines, spelled
from engine.session import Session
from engine.trace import Cancelled, Trace
from gui.model.document import Document
from gui.model.edits import same_program
from gui.model.film import TraceFilm
from gui.model.program import effective

GRACE_MS = 250
"""How long a run waits for the one before it to notice that it was given up."""
MOST_LEFT = 3
"""Threads at most that are left to end by themselves: each may hold large arrays."""


class Runner(QObject):
    """One worker thread, because a Session belongs to one thread; the latest Document wins.

    A single call of NumPy cannot be stopped: a worker that is in one is left to end by itself, and
    another takes its place.
    """

    patience = 0.25
    """Seconds for which `close` waits for the thread to end; later it ends with the program."""

    published = Signal(object, bool)
    """(TraceFilm, finished): after the first forward, so that values show soon, and at the end."""
    busy_changed = Signal(bool)
    broken = Signal(object)
    """An error that is ours, not the person's."""

    _arrived = Signal(int, object, bool)
    _failed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = _Worker()
        self._left: list[_Worker] = []
        self._grace = QTimer(self, singleShot=True, interval=GRACE_MS)
        self._grace.timeout.connect(self._go_round)
        self._number = 0
        self._cancel = threading.Event()
        self._busy = False
        self.stopped = False
        """Whether the last run was given up, so that what is shown is not up to date."""
        self.held = False
        """Whether nothing is run until somebody asks for it afresh."""
        self._last: Trace | None = None
        """The whole run before, which is what is shown while another runs."""
        self._future: Future[None] | None = None
        self._job: _Job
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
        self.stopped = self.held = self.held and not afresh
        if self.held:
            self._set_busy(False)
            return
        self._set_busy(True)
        before = self._future
        self._job = _Job(self, self._number, document, self._cancel, afresh)
        self._future = self._worker.submit(self._job)
        # What has not begun never will; it waited for another, and the timer runs since then.
        if before is not None and not before.cancel() and not before.done():
            self._grace.start()

    def _go_round(self) -> None:
        """Give the run that still waits a worker that is free."""
        self._left = [worker for worker in self._left if worker.thread.is_alive()]
        if self._future is None or self._future.running() or self._future.done():
            return
        if len(self._left) >= MOST_LEFT:
            self._grace.start()
        elif self._future.cancel():
            self._left.append(self._worker)
            self._worker.end()
            self._worker = _Worker()
            self._future = self._worker.submit(self._job)

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
        self._grace.stop()
        if self._future is not None:
            self._future.cancel()
        self._worker.end(self.patience)

    def _on_arrived(self, number: int, film: TraceFilm, finished: bool) -> None:
        if number != self._number:
            return
        if finished:
            self._set_busy(False)
        self.published.emit(film, finished)

    def _on_failed(self, number: int, error: Exception) -> None:
        if number == self._number:
            self._set_busy(False)
            self.broken.emit(error)

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)


class _Worker:
    """A thread and the Session that lives there; it keeps no program from ending.

    The thread begins with the first job: a window that runs nothing has none.
    """

    def __init__(self) -> None:
        self.session: Session | None = None
        self.done: Program = ()
        self._jobs: SimpleQueue[tuple[Future[None], Callable[[_Worker], None]] | None]
        self._jobs = SimpleQueue()
        self.thread = threading.Thread(target=self._work, name="chainrule-run", daemon=True)

    def submit(self, job: Callable[[_Worker], None]) -> Future[None]:
        """Do `job` after those before it, unless its future is cancelled until then."""
        future: Future[None] = Future()
        self._jobs.put((future, job))
        if self.thread.ident is None:
            self.thread.start()
        return future

    def end(self, patience: float = 0.0) -> None:
        """End the thread as soon as it has nothing to do; wait for that so many seconds at most."""
        self._jobs.put(None)
        if self.thread.ident is not None:
            self.thread.join(patience)

    def _work(self) -> None:
        while (found := self._jobs.get()) is not None:
            future, job = found
            if future.set_running_or_notify_cancel():
                try:
                    job(self)
                finally:
                    future.set_result(None)
        self.session = None


class _Job:
    """One run, on the thread of a worker; once given up it touches nothing of the runner."""

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
        self.cells = () if document.source is None else document.source.titles()

    def __call__(self, worker: _Worker) -> None:
        if self.cancel.is_set():
            return
        try:
            self._run(worker)
        except Cancelled:
            worker.session = None
        except Exception as error:
            worker.session = None
            if not self.cancel.is_set():
                self.runner._failed.emit(self.number, error)

    def _run(self, worker: _Worker) -> None:
        session, first = self._live_session(worker)
        early = first == 0 and [a.do for a in lines(self.program)[-1:]] != ["forward"]
        for chapter in session.run(self.program, first):
            if early and chapter.kind == "forward":
                early = False
                self._publish(session.trace, finished=False)
        worker.session, worker.done = session, self.program[: session.done]
        self._publish(session.trace, finished=True)

    def _live_session(self, worker: _Worker) -> tuple[Session, int]:
        """The Session to go on with, and the first action it has not run yet."""
        session, done = worker.session, worker.done
        if self.afresh:
            session = None
        if session is not None and not session.stopped and self._goes_on_from(session, done):
            session.graph, session.recorder.cancelled = self.graph, self.cancel.is_set
            return session, len(done)
        worker.session = None
        return Session(self.graph, self.cancel.is_set), 0

    def _goes_on_from(self, session: Session, done: Program) -> bool:
        return (
            len(done) < len(self.program)
            and same_program(done, self.program[: len(done)])
            and same_statements(session.graph, self.graph)
            and self._same_leaves(done)
        )

    def _same_leaves(self, done: Program) -> bool:
        """Whether a run from the start would make the leaves where they have been made."""
        before, now = (
            [(k, nodes) for k, nodes in early_leaves(self.graph.nodes, p).items() if k < len(done)]
            for p in (done, self.program)
        )
        return before == now

    def _publish(self, trace: Trace, finished: bool) -> None:
        film = TraceFilm(self.graph, self.program, trace, self.cells)
        film.prepare(self.cancel.is_set)
        if self.runner._last is not None:
            film.compare(self.runner._last)
        if not self.cancel.is_set():
            if finished:
                self.runner._last = trace
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
