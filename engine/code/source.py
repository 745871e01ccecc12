"""A Graph and its Program as the PyTorch lines a person would write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of source; `node` or `action` (an index into the Program) is what it stands for."""

    text: str
    node: str | None = None
    action: int | None = None
