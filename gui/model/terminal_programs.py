"""Programs without a window: `import` makes a file of one, `run` prints what it prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from gui.model import files, words
from gui.model.document import Document
from gui.model.files import CannotSave, ChangedOnDisk, OtherNames, Unreadable
from gui.model.origin import Source, told_remarks
from gui.model.program_reading import Helper, Program, read_file
from gui.model.unseen import visible


def opened(path: Path) -> Program | None:
    """The program in a file, its findings told on standard error; None if nothing could be read."""
    reader = Helper()
    try:
        program = read_file(path, reader)
    except Unreadable as error:
        for finding in error.findings:
            sys.stderr.write(visible(f"{finding.where}: {finding.what} {finding.remedy}\n"))
        return None
    finally:
        reader.close()
    for line in told_remarks(program.document.source):
        sys.stderr.write(visible(f"{line}\n"))
    return program


def make(path: Path, target: Path | None, out: TextIO, force: bool = False) -> int:
    """Write the program in `path` as a graph; 1 if nothing could be read, or nothing written."""
    program = opened(path)
    if program is None:
        return 1
    document = program.document
    target = target or path.with_suffix(files.suffix_of(document))
    try:
        files.save(document, target, expect_hash=None if force else files.ABSENT)
    except ChangedOnDisk:
        sys.stderr.write(f"{target}: it is there already; --force replaces it.\n")
        return 1
    except (CannotSave, OtherNames) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    out.write(f"{target}: {_told(document)}\n")
    return 0


def _told(document: Document) -> str:
    lines = 0 if document.source is None else len(document.source.remarks)
    found = f", {words.count(lines, 'finding')}" if lines else ""
    return f"{words.count(len(document.graph.nodes), 'node')}{found}."


def run(path: Path, out: TextIO) -> int:
    """Print what the program prints, then its variables as PyTorch prints them."""
    program = opened(path)
    if program is None:
        return 1
    source = program.document.source
    text = "" if source is None else _printed(source)
    out.write(visible(text))
    if text and program.variables:
        out.write("\n")
    for name, value in program.variables:
        indent = "\n" + " " * (len(name) + 3)
        out.write(visible(f"{name} = {value.replace(chr(10), indent)}\n"))
    return 0


def _printed(source: Source) -> str:
    parts = (cell.printed for cell in source.cells if cell.printed)
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)
