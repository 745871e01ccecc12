"""What is told of one number, or of one array: lines, remarks, and entries on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.model.explain.arithmetic import Line, said
from gui.model.explain.entry import largest
from gui.model.explain.symbols import bracketed

Array = Any
Index = tuple[int, ...]


@dataclass(frozen=True)
class Jacobian:
    """∂ result / ∂ input of one op as a matrix: a row for each entry of the result."""

    cells: Array
    result: str
    source: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def told(self, row: int, column: int) -> str:
        """What one cell is: `∂y[1, 0]/∂x[2]`."""
        j = np.unravel_index(row, self.rows) if self.rows else ()
        i = np.unravel_index(column, self.columns) if self.columns else ()
        return f"∂{self.result}{_at(j)}/∂{self.source}{_at(i)}"


def _at(index: Any) -> str:
    return bracketed(tuple(map(int, index))) if len(index) else ""


@dataclass(frozen=True)
class Explanation:
    """`lines` as they are read; `value` is what they explain, `work` does one entry of it.

    `jacobian` gives the local derivatives of a small op.  Both run the op again: not while playing.
    """

    title: str = ""
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    value: Array = None
    work: Callable[[Index], tuple[Line, ...]] | None = None
    jacobian: Callable[[], Jacobian | None] | None = None

    @property
    def has_entries(self) -> bool:
        """Whether there is an entry to choose."""
        return self.work is not None and bool(np.ndim(self.value)) and np.size(self.value) > 0

    @property
    def default(self) -> Index:
        """The entry that is worked out unless another is asked for."""
        return largest(self.value)

    def entry(self, at: Index) -> tuple[Line, ...]:
        """One entry worked out; a sentence where that is not possible."""
        if self.work is None:
            return ()
        shape = np.shape(self.value)
        if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
            return (said(f"There is no entry {bracketed(at)} in a shape of {shape}."),)
        return self.work(at) or (said("This entry cannot be worked out by itself."),)


EMPTY = Explanation()
