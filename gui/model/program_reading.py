"""Opening a program: its bytes go to a process of their own, and what comes back is read as a file.

Whatever happens to that process (it dies, hangs, or is stopped) is a sentence here.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from engine.code.script.sources import MOST_CHARACTERS
from gui.model import files, helper, limits, notebooks, piped
from gui.model.disk import Disk, read_regular
from gui.model.document import Document
from gui.model.findings import Finding, Unreadable
from gui.model.origin import Source

PROGRAMS = PYTHON, NOTEBOOK = (".py", ".ipynb")
SILENCE = 5.0
"""Seconds that may pass without a word before what reads a program is taken to hang."""
OVERALL = 60.0
"""Seconds that the largest program may take."""
GRACE = 15.0
"""Seconds for the process to begin, which on a busy machine takes longer than all the rest."""

LOOK = 0.1
"""Seconds after which it is asked again whether the answer is wanted still."""

Progress = Callable[[float], object]
Message = tuple[dict[str, Any], bytes]
Cancelled = Callable[[], bool]


def ignored(done: float) -> None:
    """Where nobody wants to know how far it is."""


def never() -> bool:
    """Where nobody cancels."""
    return False


_REMEDY = "Take out what is not needed, and open it again."


class Stopped(Exception):
    """Somebody has asked for an end."""


@dataclass(frozen=True)
class Program:
    """What was read: its Document, and the text of every variable as PyTorch prints it."""

    document: Document
    variables: tuple[tuple[str, str], ...] = ()


@dataclass
class Helper:
    """The process, kept for the next program; one request at a time, from any thread."""

    command: Sequence[str] = helper.COMMAND
    silence: float = SILENCE
    overall: float = OVERALL
    grace: float = GRACE
    where: str = ""
    """The place of the program that was told of last."""
    started: int = 0
    """How many processes there have been."""
    _process: subprocess.Popen[bytes] | None = None
    _arrived: SimpleQueue[Message | None] = field(default_factory=SimpleQueue)
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def ask(
        self,
        request: dict[str, Any],
        data: bytes,
        progress: Progress = ignored,
        cancelled: Cancelled = never,
    ) -> Message:
        """The answer.  Raises Stopped once `cancelled`, and _Failed with a sentence."""
        with self._asking:
            self.where = ""
            try:
                process = self._alive()
                assert process.stdin is not None
                with suppress(OSError, ValueError):  # it has died: found out when nothing comes
                    piped.send(process.stdin, request, data)
                return self._answer(progress, lambda: self._closed or cancelled())
            except BaseException:
                self._kill()
                raise

    def close(self) -> None:
        """Nothing more is answered."""
        self._closed = True
        self._kill()

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._arrived = SimpleQueue()
            self.started += 1
            self._process = _begun(self.command)
            threading.Thread(
                target=_collect, args=(self._process, self._arrived), daemon=True
            ).start()
        return self._process

    def _answer(self, progress: Progress, cancelled: Cancelled) -> Message:
        """What comes after all that is said on the way."""
        end, patience = time.monotonic() + self.overall, self.grace
        while True:
            found = self._next(min(time.monotonic() + patience, end), cancelled)
            if found is None:
                raise _Failed(self._how_it_ended())
            if "progress" not in found[0]:
                return found
            patience = self.silence
            self.where = str(found[0].get("where", ""))
            progress(found[0]["progress"])

    def _next(self, end: float, cancelled: Cancelled) -> Message | None:
        """The next message; None at the end of them."""
        begun = time.monotonic()
        while True:
            if cancelled():
                raise Stopped
            now = time.monotonic()
            if now >= end:
                waited = max(1, round(now - begun))
                raise _Failed(f"It was given up: nothing came of it for {waited} s.")
            with suppress(Empty):
                return self._arrived.get(timeout=min(LOOK, end - now))

    def _how_it_ended(self) -> str:
        process = self._process
        if process is None:  # closed meanwhile
            raise Stopped
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        code = process.poll()
        if code is not None and -code in _TIME_SIGNALS:
            return "It took too long."
        if code in (None, 0, 1):
            return "What reads programs has ended without an answer."
        return f"What reads programs has crashed over it (code {code})."

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError, ValueError):
                    pipe.close()


class _Failed(Exception):
    """There is no answer, for this reason."""


_TIME_SIGNALS = (24,)  # SIGXCPU, where there is one


def _begun(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # One thread: each more would take an eighth of the memory there may be.
    quiet = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, **quiet}, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip


def _collect(process: subprocess.Popen[bytes], arrived: SimpleQueue[Message | None]) -> None:
    """Bring every message over; None at the end."""
    assert process.stdout is not None
    with suppress(OSError, ValueError):
        while (found := piped.receive(process.stdout)) is not None:
            arrived.put(found)
    arrived.put(None)


# ---- from bytes to a Document -----------------------------------------------------------------


def is_program(path: str | os.PathLike[str]) -> bool:
    """Whether the name of a file says that it is a program, or a notebook."""
    return Path(path).suffix.lower() in PROGRAMS


def read_file(
    path: Path, reader: Helper, progress: Progress = ignored, cancelled: Cancelled = never
) -> Program:
    """The program in a file.  Raises Unreadable, and Stopped."""
    kind = path.suffix.lower().removeprefix(".")
    most = limits.NOTEBOOK if path.suffix.lower() == NOTEBOOK else 4 * MOST_CHARACTERS
    try:
        data = read_regular(Disk(), path, most)
    except (OSError, ValueError) as error:
        raise Unreadable([files.why_not_opened(path, error, most)]) from error
    return read_program(data, path.name, kind, reader, progress, cancelled)


def read_text(
    text: str, reader: Helper, progress: Progress = ignored, cancelled: Cancelled = never
) -> Program:
    """The program in a text from the clipboard.  Raises Unreadable, and Stopped."""
    return read_program(
        text.encode("utf-8", "replace"), "pasted", "pasted", reader, progress, cancelled
    )


def read_source(
    source: Source, reader: Helper, progress: Progress = ignored, cancelled: Cancelled = never
) -> Program:
    """The program that a Document was read from, once more.  Raises Unreadable, and Stopped."""
    data = notebooks.written(source.cells) if source.kind == "ipynb" else source.text.encode()
    kind = "ipynb" if source.kind == "ipynb" else f"{source.kind} text"
    return read_program(data, source.name, kind, reader, progress, cancelled)


def read_program(
    data: bytes,
    name: str,
    kind: str,
    reader: Helper,
    progress: Progress = ignored,
    cancelled: Cancelled = never,
) -> Program:
    """The program in these bytes; `kind` says how to take them.  Raises Unreadable, and Stopped."""
    shown = name.encode("utf-8", "replace").decode()[-limits.LABEL :]
    try:
        answer, made = reader.ask({"name": shown, "kind": kind}, data, progress, cancelled)
    except _Failed as error:
        raise Unreadable([Finding(reader.where or shown, str(error), _REMEDY)]) from None
    except OSError as error:
        what = f"What reads programs could not be started: {error.strerror or error}."
        raise Unreadable([Finding(shown, what, "Try again.")]) from error
    if "read" in answer:
        variables = tuple((str(name), str(text)) for name, text in answer.get("variables", ()))
        return _unless_empty(Program(files.from_bytes(made), variables))
    raise Unreadable([_why_not(answer, reader.where or shown)])


def _unless_empty(program: Program) -> Program:
    """A program of which nothing was read is refused, for all the reasons there are."""
    document, source = program.document, program.document.source
    if source is None or not source.remarks or document.graph.nodes or document.program:
        return program
    if any(cell.printed for cell in source.cells):
        return program
    raise Unreadable(
        Finding(source.place(r.line, r.column), r.text, "Nothing else was found to draw.")
        for r in source.remarks
    )


def _why_not(answer: dict[str, Any], name: str) -> Finding:
    match answer:
        case {"refused": [where, text]}:
            return Finding(str(where), str(text), "Mend this place, and open it again.")
        case {"broken": text}:
            return Finding(name, str(text), _REMEDY)
    return Finding(name, "What reads programs gave no answer.", "Try again.")
