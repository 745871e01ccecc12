"""A tensor too large for a table: a sample of its numbers, and one of them changed at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import dtypes
from engine.graph import Node
from engine.packed import Packed
from gui.model import edits, leaf, limits
from gui.model.document import Document
from gui.model.leaf import Index, Leaf, Shape

ROWS, COLUMNS = 64, 16
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows and columns evenly spaced, the first and the last among them.

    `cells` (r, c) are the numbers, `rows` the index of each row but for its last part, which the
    `columns` are.
    """

    rows: tuple[Index, ...]
    columns: tuple[int, ...]
    cells: NDArray[Any]


def is_too_large(node: Node) -> bool:
    """Whether its numbers are shown as a sample only."""
    data = node.params.get("data")
    return isinstance(data, Packed) and data.size > leaf.EDITABLE


def sample(array: NDArray[Any]) -> Sample:
    """What is shown of an array."""
    *lead, width = array.shape or (1,)
    sheet = array.reshape(-1, width)
    rows, columns = _spread(len(sheet), ROWS), _spread(width, COLUMNS)
    places = np.unravel_index(rows, lead) if lead else ()
    indices = zip(*(p.tolist() for p in places), strict=True) if lead else ((),)
    return Sample(tuple(indices), tuple(columns.tolist()), sheet[np.ix_(rows, columns)])


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """At most so many numbers below `count`, evenly spaced."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def read_index(text: str, shape: Shape) -> Index:
    """`3, 17` as a place in a tensor of that shape; raises ValueError with a sentence."""
    found = _NUMBER.findall(text)
    index = tuple(int(part) for part in found if len(part) <= limits.DIGITS)
    strange = _NUMBER.sub("", text).strip(" ,[]()")
    if strange or len(index) != len(shape):
        example = ", ".join("0" for _ in shape)
        raise ValueError(f"An entry of it has {len(shape)} indices, such as {example}.")
    for k, (at, size) in enumerate(zip(index, shape, strict=True)):
        if at >= size:
            raise ValueError(f"Index {k} goes from 0 to {size - 1:,}: {at:,} is beyond.")
    return index


def numbers(node: Node) -> Packed:
    """What is packed in the node, in the dtype it will have there."""
    packed = node.params["data"]
    assert isinstance(packed, Packed)
    wanted = dtypes.BY_NAME.get(str(node.params.get("dtype")).removeprefix("torch."))
    same = wanted is None or wanted is packed.dtype
    return packed if same else Packed(np.asarray(packed.as_dtype(wanted)))


def entry_at(packed: Packed, index: Index) -> bool | int | float:
    """One number, with as few digits as it takes in its dtype."""
    value: bool | int | float = packed.array[index].item()
    return float(str(packed.array[index])) if packed.dtype.is_floating_point else value


def with_entry(document: Document, node: str, index: Index, text: str) -> Document:
    """The Document with another number at one place; raises ValueError if it cannot stand there."""
    old = numbers(document.graph.nodes[node])
    value = leaf.read_cell(Leaf(node, old.array, old.dtype.name), text)
    array = old.array.copy()
    array[index] = value
    return edits.set_param(document, node, "data", Packed(array))
