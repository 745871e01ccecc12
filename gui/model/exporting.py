"""Documents as files for other programs: a PyTorch script or a notebook, written whole or not."""

from __future__ import annotations

import errno
import io
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.code.export import Script, script
from gui.model.disk import Disk, replace_file
from gui.model.document import Document
from gui.model.ipynb import notebook
from gui.model.program import effective

SCRIPT, NOTEBOOK = ".py", ".ipynb"
SUFFIXES = (SCRIPT, NOTEBOOK)


def code(document: Document, beside: str = "", room: int | None = None) -> Script:
    """The Document as a script; see `engine.code.export.script`.  `room` None: all stands in it."""
    most = 2**62 if room is None else room
    return script(document.graph, effective(document), beside, most)


def files(document: Document, path: Path, room: int) -> dict[Path, bytes]:
    """What is written for a script or notebook at `path`, by its suffix: that file last.

    Large tensors of more than `room` bytes in all lie in a .npz beside it.
    """
    other = path.with_suffix(".npz")
    made = code(document, other.name, room)
    text = notebook(made, path.stem) if path.suffix.lower() == NOTEBOOK else made.text
    found = {other: _npz(made)} if made.beside else {}
    return found | {path: text.encode()}


def _npz(made: Script) -> bytes:
    data = io.BytesIO()
    arrays: dict[str, Any] = {name: packed.array for name, packed in made.beside.items()}
    np.savez(data, **arrays)
    return data.getvalue()


def write(found: Mapping[Path, bytes], *, replacing: bool = False, fs: Disk | None = None) -> None:
    """Write all of these files or none.

    Raises FileExistsError, its filename the path, for what is there already unless `replacing`, and
    OSError.
    """
    fs = fs or Disk()
    before: dict[Path, bytes | None] = {}
    try:
        for path, data in found.items():
            target = fs.resolve(path)
            old = fs.read(target) if fs.status(target) else None
            if old is not None and not replacing:
                raise _taken(path)
            replace_file(fs, target, data, None if replacing else partial(_refuse, fs))
            before[target] = old
    except BaseException:
        _put_back(before, fs)
        raise


def _refuse(fs: Disk, target: Path) -> None:
    if fs.status(target):
        raise _taken(target)


def _taken(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "it is there already", str(path))


def _put_back(before: Mapping[Path, bytes | None], fs: Disk) -> None:
    for path, old in before.items():
        with suppress(OSError):  # what broke first is what is told
            if old is None:
                fs.remove(path)
            else:
                replace_file(fs, path, old)
