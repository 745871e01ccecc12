"""Chainrule without a window: run, step and check, in plain text or JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from engine.code.export import EMBEDDED
from engine.graph import lines
from engine.session import Session
from gui.model import exporting, terminal_programs, words
from gui.model.document import Document
from gui.model.files import Unreadable, load, warnings
from gui.model.film import Film, TraceFilm
from gui.model.program import effective
from gui.model.program_reading import is_program
from gui.model.unseen import visible


def film_of(document: Document) -> TraceFilm:
    """Run the whole Program of a Document and give its film."""
    program = effective(document)
    session = Session(document.graph)
    for _ in session.run(program):
        pass
    cells = () if document.source is None else document.source.titles()
    return TraceFilm(document.graph, program, session.trace, cells)


def run(path: Path, out: TextIO, as_json: bool = False) -> int:
    """Print every node's value, `.grad` and grad_fn at the end; 1 if that was an error.

    Of a program: what it prints, then its variables.
    """
    if is_program(path) and not as_json:
        return terminal_programs.run(path, out)
    document = _opened(path)
    if document is None:
        return 2
    film = film_of(document)
    report = _report(document, film)
    if as_json:
        json.dump(_plain(report), out, indent=1, allow_nan=False)
        out.write("\n")
    else:
        _print_table(report, out)
    return 1 if report["error"] else 0


def step(path: Path, out: TextIO, to: int | None = None, asides: bool = False) -> int:
    """Print one caption a line, up to step `to`; 1 if the Program ended in an unexpected error.

    `asides`: what happens besides at each step too, in lines of its own.
    """
    document = _opened(path)
    if document is None:
        return 2
    film = film_of(document)
    for text in captions(film, len(film) if to is None else to, asides):
        out.write(f"{visible(text)}\n")
    return 1 if _unexpected(film) else 0


def captions(film: Film, count: int, asides: bool = False) -> Iterator[str]:
    """The film in words: a title for each chapter, a numbered line for each of `count` steps.

    `asides`: under each step what happens besides.
    """
    width = len(str(len(film)))
    for chapter in film.timeline.chapters:
        if chapter.first < count:
            yield f"— {chapter.whole_title}"
        for k in range(chapter.first, min(chapter.last + 1, count)):
            frame = film.frame(k)
            yield f"{k + 1:>{width}}  {frame.caption}"
            yield from (f"{'':>{width}}  · {text}" for text in frame.asides if asides)


def check(path: Path, out: TextIO) -> int:
    """Say whether a file can be opened, and everything that is wrong with it; 1 if it cannot."""
    document = _opened(path, out)
    if document is None:
        return 1
    graph = document.graph
    out.write(
        f"{path}: fine. {words.count(len(graph.nodes), 'node')}, "
        f"{words.count(len(graph.edges), 'edge')}, "
        f"{words.count(len(lines(document.program)), 'program line')}.\n"
    )
    for finding in warnings(document):
        out.write(f"  note: {finding}\n")
    return 0


def export(path: Path, target: Path | None, out: TextIO, *, force: bool = False) -> int:
    """Write a file's Document as a PyTorch script or notebook, or print the script; 0 if all went
    well, 1 if the target cannot be written, 2 if the file cannot be opened.

    What is there already is replaced only by `force`.
    """
    document = _opened(path)
    if document is None:
        return 2
    if target is None:
        out.write(exporting.code(document).text)
        return 0
    if target.suffix.lower() not in exporting.SUFFIXES:
        sys.stderr.write(f"{target}: a name must end in {' or '.join(exporting.SUFFIXES)}.\n")
        return 1
    made = exporting.files(document, target, EMBEDDED)
    try:
        exporting.write(made, replacing=force)
    except FileExistsError as error:
        sys.stderr.write(f"{error.filename}: it is there already; --force replaces it.\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{target}: not written: {error.strerror or error}.\n")
        return 1
    out.writelines(f"{written}\n" for written in made)
    return 0


def _opened(path: Path, out: TextIO | None = None) -> Document | None:
    if is_program(path):
        program = terminal_programs.opened(path)
        return None if program is None else program.document
    try:
        return load(path)[0]
    except Unreadable as error:
        (out or sys.stderr).write(f"{path}: cannot be opened.\n{error}\n")
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
        s = last.node(node.id)
        nodes.append(
            {
                "id": node.id, "name": node.name, "op": node.op, "value": s.value, "grad": s.stored,
                "grad_fn": s.grad_fn, "requires_grad": s.requires_grad, "is_leaf": s.is_leaf,
                "error": s.error,
            }
        )  # fmt: skip
    events = [{"event": type(event).__name__, **asdict(event)} for event in film.trace.events]
    return {"nodes": nodes, "steps": len(film), "events": events, "error": _unexpected(film)}


def _plain(value: Any) -> Any:
    """As JSON has it: arrays as nested lists, "nan" and "inf" as texts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.name.lower() if isinstance(value, Enum) else value


def _print_table(report: dict[str, Any], out: TextIO) -> None:
    rows = [("name", "op", "value", "grad", "grad_fn"), *map(_row, report["nodes"])]
    widths = [min(40, max(len(row[k]) for row in rows)) for k in range(5)]
    for row in rows:
        out.write("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n")
    out.write(words.count(report["steps"], "step") + "\n")
    for node in report["nodes"]:
        if node["error"]:
            out.write(visible(f"{node['name']}: {node['error']}\n"))
    if report["error"]:
        out.write(visible(f"The program ended with {report['error']}\n"))


def _row(node: dict[str, Any]) -> tuple[str, ...]:
    """A node's line; what has no value or wants no gradient stays empty."""
    value = "" if node["value"] is None else words.short(node["value"], 30, 7)
    has_grad = node["grad"] is not None or (node["is_leaf"] and node["requires_grad"])
    grad = words.short(node["grad"], 30, 7) if has_grad else ""
    return visible(node["name"]), visible(node["op"]), value, grad, node["grad_fn"] or ""
