"""Reads a program on a thread, by a process of its own: `Reader` takes it like any other file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from gui.model.origin import Source
from gui.model.program_reading import (
    Helper,
    Program,
    Progress,
    ignored,
    read_file,
    read_source,
    read_text,
)
from gui.state.reader import Reading


@dataclass
class ProgramReading(Reading):
    """The program in a file, else in `text`, else the one a Document was read from, once more."""

    helper: Helper = field(default_factory=Helper)
    progress: Progress = ignored
    text: str | None = None
    source: Source | None = None

    def _read(self) -> None:
        how: Callable[..., Program]
        if self.source is not None:
            how = partial(read_source, self.source)
        elif self.text is not None:
            how = partial(read_text, self.text)
        else:
            how = partial(read_file, self.path)
        self.document = how(self.helper, self.progress, lambda: self.given_up).document
