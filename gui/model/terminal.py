"""Chainrule without a window: run, step and check, in plain text or JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from engine.session import Session
from gui.model import words
from gui.model.document import Document
from gui.model.files import Unreadable, load, warnings
from gui.model.film import TraceFilm
from gui.model.program import effective


def film_of(document: Document) -> TraceFilm:
    """Run the whole Program of a Document and give its film."""
    program = effective(document)
    session = Session(document.graph)
    for _ in session.run(program):
        pass
    return TraceFilm(document.graph, program, session.trace)


def run(path: Path, as_json: bool = False, out: TextIO = sys.stdout) -> int:
    """Print every node's value, `.grad` and grad_fn after the Program; 1 if it ended in an error."""
    document = _opened(path)
    if document is None:
        return 2
    film = film_of(document)
    report = _report(document, film)
    if as_json:
        json.dump(report, out, indent=1, default=_plain)
        out.write("\n")
    else:
        _print_table(report, out)
    return 1 if report["error"] else 0


def step(path: Path, to: int | None = None, out: TextIO = sys.stdout) -> int:
    """Print one caption a line, up to step `to`; 1 if the Program ended in an error nobody expected."""
    document = _opened(path)
    if document is None:
        return 2
    film = film_of(document)
    count = len(film) if to is None else max(0, min(to, len(film)))
    width = len(str(len(film)))
    chapter = None
    for k in range(count):
        now = film.timeline.chapter_at(k)
        if now is not chapter and now is not None:
            out.write(f"— {now.title}\n")
            chapter = now
        out.write(f"{k + 1:>{width}}  {film.frame(k).caption}\n")
    return 1 if _unexpected(film) else 0


def check(path: Path, out: TextIO = sys.stdout) -> int:
    """Say whether a file can be opened, and everything that is wrong with it; 1 if it cannot."""
    document = _opened(path, out)
    if document is None:
        return 1
    graph = document.graph
    out.write(
        f"{path}: fine. {len(graph.nodes)} nodes, {len(graph.edges)} edges, "
        f"{len(document.program)} program lines.\n"
    )
    for finding in warnings(document):
        out.write(f"  note {finding.where}: {finding.what} {finding.remedy}\n")
    return 0


def _opened(path: Path, out: TextIO = sys.stderr) -> Document | None:
    try:
        return load(path)[0]
    except Unreadable as error:
        out.write(f"{path}: cannot be opened.\n{error}\n")
        return None


def _unexpected(film: TraceFilm) -> str | None:
    """The error that ended the Program, if one did."""
    for chapter, (first, end) in zip(film.trace.chapters, film.trace.spans, strict=True):
        if chapter.failed and not chapter.expected:
            frames = (film.frame(k) for k in range(first, end))
            return next((f.failed for f in frames if f.failed), chapter.title)
    return None


def _report(document: Document, film: TraceFilm) -> dict[str, Any]:
    last = film.frame(len(film) - 1)
    nodes = []
    for node in document.graph.nodes.values():
        state = last.node(node.id)
        nodes.append(
            {
                "id": node.id, "name": node.name, "op": node.op, "value": state.value,
                "grad": state.stored, "grad_fn": state.grad_fn, "requires_grad": state.requires_grad,
                "is_leaf": state.is_leaf, "error": state.error,
            }
        )  # fmt: skip
    events = [{"event": type(event).__name__, **asdict(event)} for event in film.trace.events]
    return {"nodes": nodes, "steps": len(film), "events": events, "error": _unexpected(film)}


def _plain(value: Any) -> Any:
    """What JSON has no word for: arrays as nested lists."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return str(value)


def _print_table(report: dict[str, Any], out: TextIO) -> None:
    rows = [("name", "op", "value", "grad", "grad_fn")]
    for node in report["nodes"]:
        grad = (
            "" if node["grad"] is None and not node["is_leaf"] else words.short(node["grad"], 30, 7)
        )
        value = node["error"] or words.short(node["value"], 30, 7)
        rows.append((node["name"], node["op"], value, grad, node["grad_fn"] or ""))
    widths = [min(40, max(len(row[k]) for row in rows)) for k in range(5)]
    for row in rows:
        out.write("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n")
    out.write(f"{report['steps']} steps\n")
    if report["error"]:
        out.write(report["error"] + "\n")
