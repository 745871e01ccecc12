"""What the helper process does with one program: it becomes the bytes of a file, or a reason."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import engine  # noqa: F401  (registers the ops)
from engine.code.script import sources
from engine.code.script.interpreter import BUDGET
from engine.code.script.reading import read
from engine.code.script.sources import NoScript, Script
from gui.model import limits, notebooks, piped
from gui.model.document import Document
from gui.model.drawn_program import document_of
from gui.model.files import suffix_of, to_bytes

LIMITS = replace(BUDGET, seconds=3.0)
"""An endless program is to be told of as soon as one that crashes what reads it."""
BEAT = 0.5
"""Seconds after which it is said again that the reading goes on."""
NO_ROOM = "It needs more memory than a program that is read may have (2 GiB)."


def answer(request: dict[str, Any], data: bytes, answers: IO[bytes]) -> None:
    """Read the program in `data` and send what comes of it."""
    try:
        message, payload = _answer(request, data, answers)
    except NoScript as refused:
        message, payload = _refused(refused, str(request["name"])), b""
    except (MemoryError, ImportError):  # all that is imported late is there: but has it room?
        message, payload = {"broken": NO_ROOM}, b""
    except Exception as error:
        message, payload = {"broken": _told(error)}, b""
    piped.send(answers, message, payload)


def _answer(
    request: dict[str, Any], data: bytes, answers: IO[bytes]
) -> tuple[dict[str, Any], bytes]:
    telling = _Telling(answers, str(request["name"]))
    telling.tell(0.0)
    script = script_of(request, data)
    reading = read(script, LIMITS, partial(telling.tell_cell, script), telling.still_there)
    telling.tell(1.0)
    document = document_of(script, reading)
    if len(document.graph.nodes) > limits.NODES:
        what = f"The program makes {len(document.graph.nodes):,} nodes; {limits.NODES:,} are read."
        raise NoScript(what)
    return {"read": True, "variables": _fitting(reading.shown or {})}, _bytes(document)


class _Telling:
    """Says how far the reading is, and now and then that it goes on."""

    def __init__(self, answers: IO[bytes], where: str) -> None:
        self.answers, self.where = answers, where
        self.done, self.last = 0.0, 0.0

    def tell(self, done: float) -> None:
        self.done, self.last = min(1.0, done), time.monotonic()
        piped.send(self.answers, {"progress": self.done, "where": self.where})

    def tell_cell(self, script: Script, number: int) -> None:
        """A cell begins: if nothing more is ever heard, it was there."""
        if 0 <= number < len(script.cells):
            self.where = script.place(script.cells[number].first, 1)
            self.tell(number / len(script.cells))

    def still_there(self) -> bool:
        """What is asked again and again while a program is read; who cancels ends the process."""
        if time.monotonic() - self.last > BEAT:
            self.tell(self.done)
        return False


def script_of(request: dict[str, Any], data: bytes) -> Script:
    """The program that a request is about.  Raises NoScript."""
    name = str(request["name"])
    if request["kind"] == "ipynb":
        return sources.from_cells(notebooks.cells(data), name)
    if request["kind"] in ("pasted", "pasted text"):
        return sources.from_text(data.decode("utf-8", "replace"), name)
    if request["kind"] == "py text":  # what its first lines declare is no longer so
        return replace(sources.from_text(data.decode("utf-8", "replace"), name), kind="py")
    return sources.from_python(data, name)


def _bytes(document: Document) -> bytes:
    return to_bytes(document, f"x{suffix_of(document)}")


def _fitting(variables: Mapping[str, str]) -> list[list[str]]:
    """As many as one message holds."""
    found, size = [], 0
    for name, text in variables.items():
        size += 6 * (len(name) + len(text)) + 8
        if size > piped.LARGEST // 2:
            break
        found.append([name, text])
    return found


def _refused(error: NoScript, name: str) -> dict[str, Any]:
    where = ":".join([name, *(str(n) for n in (error.line, error.column) if n)])
    return {"refused": [where, error.text[:1000]]}


def _told(error: Exception) -> str:
    """An error of ours; where it came from, but nothing of the program."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(at.filename).name}:{at.lineno}"
    return f"Chainrule itself made a mistake with it ({type(error).__name__} in {place})."
