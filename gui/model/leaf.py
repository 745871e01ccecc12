"""A leaf's value while it is edited as a table: pure functions from Leaf to Leaf.

Numbers are kept as they were typed (bool, int64 or float64); the dtype says what becomes of them.
What cannot be is refused with a ValueError whose text is a sentence for the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import dtypes
from engine.graph import Graph, Node
from engine.packed import Packed
from engine.registry import OPS
from engine.session import ENGINE_ERRORS
from gui.model import edits, entry, limits, words
from gui.model.document import Document
from gui.model.fields import held
from gui.model.names import taken, why_no_name
from gui.model.pasting import Numbers, Pasted

Shape = tuple[int, ...]
Index = tuple[int, ...]

KINDS = ("tensor", "parameter")
"""The ops whose params hold the numbers."""

DRAWN = ("rand", "randn")
"""The ops that make other numbers each time, unless they have a seed."""

SPELT = limits.INLINE
"""Numbers up to which a table shows, and the file keeps, 0.1 and not 0.10000000149011612."""

EDITABLE = 2**18
"""Numbers up to which a table takes copies of all of them, to lead back to."""

_RANK = {"b": 0, "i": 1, "f": 2}
_USUAL = (dtypes.float32, dtypes.int64, dtypes.bool_)
_NP: dict[str, type] = {"b": np.bool_, "i": np.int64, "f": np.float64}


@dataclass(frozen=True, eq=False)
class Leaf:
    """Numbers and what is to be made of them; dtype None is what torch.tensor makes of them."""

    name: str
    array: Numbers
    dtype: str | None = None
    requires_grad: bool = False
    learned: bool = False
    """A parameter: its gradient is always wanted."""

    @property
    def wants_grad(self) -> bool:
        return self.learned or self.requires_grad

    @property
    def kind(self) -> str:
        """What may stand in a cell: "f" any number, "i" whole ones, "b" True and False."""
        if self.dtype is None:
            return "f" if self.wants_grad else self.array.dtype.kind
        found = dtypes.BY_NAME.get(self.dtype)
        return "f" if found is None or found.is_floating_point else found.np.kind.replace("u", "i")

    @property
    def dtype_name(self) -> str:
        """The dtype it will have."""
        if self.dtype is not None:
            return self.dtype
        return {"b": "bool", "i": "int64"}.get(self.kind, dtypes.get_default_dtype().name)


def is_leaf(graph: Graph, node: str) -> bool:
    """Whether a node is made of nothing else, so that its numbers can be edited as a table."""
    found = graph.nodes.get(node)
    return found is not None and (found.op in KINDS or _is_made(found))


def _is_made(node: Node) -> bool:
    """Whether an op such as zeros or randn makes the numbers: edited, it becomes a tensor."""
    op = OPS.get(node.op)
    return node.op not in KINDS and op is not None and op.source and not op.slots


def _made(node: Node) -> Leaf:
    """What the op makes; raises ValueError where that is another thing each time, or too much."""
    given = {k: v for k, v in node.params.items() if k != "requires_grad"}
    params = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    if params.get("seed", 0) is None or (node.op in DRAWN and "seed" not in params):
        raise ValueError(f"{node.name} is drawn anew in every run: give it a seed to edit it.")
    _check_size(tuple(params.get("size", ())))
    try:
        numbers = OPS[node.op].call(**params).numpy()
    except ENGINE_ERRORS as error:
        raise ValueError(str(error)) from None
    if numbers.size > EDITABLE:
        raise ValueError(
            f"{node.name} makes {numbers.size:,} numbers: up to {EDITABLE:,} are edited as a table."
        )
    if numbers.dtype.kind == "f" and numbers.size <= SPELT:
        spelt = [float(str(x)) for x in numbers.ravel()]
        numbers = np.array(spelt, np.float64).reshape(numbers.shape)
    return _fitted(Leaf(node.name, numbers, None, bool(node.params.get("requires_grad"))))


def of(node: Node) -> Leaf:
    """The value of a leaf; raises ValueError if its data is malformed or cannot be listed."""
    if _is_made(node):
        return _made(node)
    data, learned = node.params.get("data", 1.0), node.op == "parameter"
    try:
        array = data.array if isinstance(data, Packed) else np.array(data)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"The data of {node.name} is no tensor: {error}.") from None
    if array.dtype.kind.replace("u", "i") not in _NP:
        raise ValueError(f"The data of {node.name} holds something that is no 64-bit number.")
    array = array.astype(_NP[array.dtype.kind.replace("u", "i")])
    dtype, wanted = node.params.get("dtype"), bool(node.params.get("requires_grad"))
    name = _own_dtype(data) if dtype is None else str(dtype).removeprefix("torch.")
    return _fitted(Leaf(node.name, array, name, wanted, learned))


def _own_dtype(data: Any) -> str | None:
    """The dtype that comes with the numbers, if it is another than lists of such would give."""
    if not isinstance(data, Packed) or data.dtype in _USUAL:
        return None
    return data.dtype.name


def _fitted(leaf: Leaf) -> Leaf:
    """Its numbers in the kind its dtype asks for; raises ValueError where they do not fit."""
    kind = leaf.kind
    if leaf.array.dtype.kind == kind:
        return leaf
    _check_fits(leaf.array, kind, leaf.dtype_name)
    return replace(leaf, array=leaf.array.astype(_NP[kind]))


def _check_fits(array: Numbers, kind: str, name: str) -> None:
    if kind == "b" and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} holds True and False only, and here are other numbers.")
    if kind == "i" and array.dtype.kind == "f" and not (array == np.trunc(array)).all():
        odd = array[~(array == np.trunc(array))].flat[0]
        raise ValueError(_fraction(name, float(odd)))


def _fraction(name: str, value: float) -> str:
    what = "is no whole number" if not np.isfinite(value) else "has a fraction"
    return f"{name} holds whole numbers only, and {value!r} {what}: choose float32 to keep it."


# ---- cells ---------------------------------------------------------------------------------------


def read_cell(leaf: Leaf, text: str) -> bool | int | float:
    """The number typed into a cell; raises ValueError if the dtype does not hold it."""
    value = entry.number(text)
    if leaf.dtype is None and leaf.kind != "f":
        return value
    name, kind = leaf.dtype_name, leaf.kind
    if kind == "b" and value not in (0, 1):
        raise ValueError(f"bool holds True or False: {entry.spell(value)} is neither.")
    if kind == "i":
        if isinstance(value, float) and not value.is_integer():
            raise ValueError(_fraction(name, value))
        _check_range(int(value), name)
        return int(value)
    return bool(value) if kind == "b" else float(value)


def _check_ranges(array: Numbers, kind: str, name: str) -> None:
    for end in (array.min(), array.max()) if kind == "i" and array.size else ():
        _check_range(int(end), name)


def _check_range(value: int, name: str) -> None:
    info = np.iinfo(dtypes.BY_NAME[name].np)
    if not info.min <= value <= info.max:
        raise ValueError(f"{name} holds {info.min} to {info.max}: {value} is beyond.")


def with_cells(leaf: Leaf, at: Index, block: Numbers) -> Leaf:
    """`block` (rows, columns) written from the cell `at` on; the last two dimensions grow for it.

    A scalar or vector becomes a vector or matrix where the block is wider or higher than it.
    """
    old = leaf.array
    if old.ndim == 1 and block.shape[1] == 1 and at[0] == 0:
        block = block.T  # a column of a spreadsheet into a vector
    low, right = at[-2] + block.shape[0], at[-1] + block.shape[1]
    rank = max(old.ndim, 2 if low > 1 else int(right > 1))
    sheet = old.reshape((1,) * (2 - old.ndim) + old.shape)
    shape = (*sheet.shape[:-2], max(sheet.shape[-2], low), max(sheet.shape[-1], right))
    _check_size(shape[-rank:] if rank else ())
    new = _grown(sheet, shape, 0, _kind_with(leaf, block))
    cells: tuple[Any, ...] = (*at[:-2], slice(at[-2], low), slice(at[-1], right))
    new[cells] = block
    return replace(leaf, array=new.reshape(shape[-rank:] if rank else ()))


def _kind_with(leaf: Leaf, block: Numbers) -> str:
    """The kind of array that holds the leaf's numbers and these; ValueError if none may."""
    if leaf.dtype is None and not leaf.wants_grad:
        return _wider(leaf.array, block)
    _check_fits(block, leaf.kind, leaf.dtype_name)
    _check_ranges(block, leaf.kind, leaf.dtype_name)
    return leaf.kind


def _wider(a: Numbers, b: Numbers) -> str:
    return max(str(a.dtype.kind), str(b.dtype.kind), key=_RANK.__getitem__)


def _grown(old: Numbers, shape: Shape, fill: Any, kind: str) -> Numbers:
    """An array of `shape`, of the same rank, with `old` in its corner and `fill` around."""
    new: Numbers = np.full(shape, fill, _NP[kind])
    both = tuple(slice(min(a, b)) for a, b in zip(old.shape, shape, strict=True))
    new[both] = old[both]
    return new


def with_cell(leaf: Leaf, at: Index, value: bool | int | float) -> Leaf:
    """One number at (*slice, row, column)."""
    return with_cells(leaf, at, np.array([[value]]))


def cleared(leaf: Leaf, at: Index, rows: int, columns: int) -> Leaf:
    """Zeros in a block of cells."""
    return with_cells(leaf, at, np.zeros((rows, columns), leaf.array.dtype))


def pasted(leaf: Leaf, at: Index, found: Pasted) -> Leaf:
    """What was copied elsewhere: a literal takes the place of everything, cells are written at."""
    if not found.whole:
        return with_cells(leaf, at, found.array)
    dtype = leaf.dtype if found.dtype is None else found.dtype
    wanted = leaf.requires_grad if found.requires_grad is None else found.requires_grad
    new = replace(leaf, array=found.array, dtype=dtype, requires_grad=wanted)
    _check_size(new.array.shape)
    return _fitted(new)


# ---- rows, columns, shape ------------------------------------------------------------------------


def with_line(leaf: Leaf, axis: int, at: int) -> Leaf:
    """A row (axis -2) or column (axis -1) of zeros put in before number `at`, in every slice."""
    array = leaf.array
    while array.ndim < -axis:
        array = array[None]
    _check_size(tuple(n + (k == array.ndim + axis) for k, n in enumerate(array.shape)))
    return replace(leaf, array=np.insert(array, min(at, array.shape[axis]), 0, axis))


def without_line(leaf: Leaf, axis: int, at: int) -> Leaf:
    """The row or column number `at` taken out of every slice; one is always left."""
    array, what = leaf.array, "row" if axis == -2 else "column"
    if array.ndim < -axis or array.shape[axis] < 2:
        raise ValueError(f"The last {what} stays.")
    return replace(leaf, array=np.delete(array, at, axis))


def read_shape(text: str) -> Shape:
    """`2, 3`, `(2, 3)`, `[2, 3]`, `4`, `()` or nothing as a shape, which may hold one -1."""
    inner = text.strip().removeprefix("torch.Size").strip()
    while inner and inner[0] in "[(" and inner[-1] in "])":
        inner = inner[1:-1].strip()
    parts = [part.strip() for part in inner.replace("×", ",").split(",") if part.strip()]
    try:
        shape = tuple(int(part) for part in parts if len(part) <= limits.DIGITS)
    except ValueError:
        shape = ()
    if len(shape) != len(parts) or min(shape, default=0) < -1 or shape.count(-1) > 1:
        raise ValueError("A shape is a list of sizes, such as 2, 3 (or nothing for one number).")
    return shape


def reshaped(leaf: Leaf, shape: Shape) -> Leaf:
    """The same numbers in the same order in another shape."""
    size = leaf.array.size
    if -1 in shape:
        known = prod(n for n in shape if n != -1)
        if not known or size % known:
            raise ValueError(f"{words.count(size, 'number')} cannot be split into {_told(shape)}.")
        shape = tuple(size // known if n == -1 else n for n in shape)
    if prod(shape) != size:
        raise ValueError(
            f"{words.count(size, 'number')} cannot be reshaped to {_told(shape)}, which holds"
            f" {prod(shape):,}: resize instead."
        )
    _check_size(shape)
    return replace(leaf, array=leaf.array.reshape(shape))


def resized(leaf: Leaf, shape: Shape, fill: float = 0) -> Leaf:
    """Every number stays at its place, what is new is `fill`, what lies outside is gone."""
    if -1 in shape:
        raise ValueError("-1 is worked out when reshaping; to resize, give every size.")
    _check_size(shape)
    value = np.asarray(read_cell(leaf, entry.spell(fill)))
    rank = max(leaf.array.ndim, len(shape))
    old = leaf.array.reshape((1,) * (rank - leaf.array.ndim) + leaf.array.shape)
    long = (1,) * (rank - len(shape)) + shape
    return replace(leaf, array=_grown(old, long, value, _wider(old, value)).reshape(shape))


def _told(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _check_size(shape: Shape) -> None:
    if len(shape) > limits.RANK:
        raise ValueError(f"A tensor has at most {limits.RANK} dimensions.")
    if prod(shape) > limits.ELEMENTS:
        raise ValueError(
            f"{_told(shape)} holds {prod(shape):,} numbers, at most {limits.ELEMENTS:,} can be"
            " listed: make larger tensors with rand, zeros or arange."
        )
    if 0 in shape[:-1]:
        raise ValueError(f"{_told(shape)} is empty: a list of numbers cannot say so, zeros can.")


# ---- dtype, gradient, name -----------------------------------------------------------------------


def with_dtype(leaf: Leaf, dtype: str | None) -> Leaf:
    """The same numbers in another dtype; None: what torch.tensor makes of them."""
    new = replace(leaf, dtype=dtype)
    if new.wants_grad and new.kind != "f":
        raise ValueError(_ONLY_FLOATS)
    _check_fits(leaf.array, new.kind, new.dtype_name)
    _check_ranges(leaf.array, new.kind, new.dtype_name)
    return _fitted(new)


_ONLY_FLOATS = (
    "Only Tensors of floating point and complex dtype can require gradients: choose float32, or"
    " take requires_grad away."
)


def with_requires_grad(leaf: Leaf, wanted: bool) -> Leaf:
    """Whether its gradient is wanted."""
    new = replace(leaf, requires_grad=wanted)
    if new.wants_grad and new.kind != "f":
        raise ValueError(_ONLY_FLOATS)
    return _fitted(new)


# ---- into the Document ---------------------------------------------------------------------------


def applied(document: Document, node: str, leaf: Leaf) -> Document:
    """The Document with the node as edited, the very same if nothing is different.

    Raises ValueError for a name that no node can have.
    """
    old = document.graph.nodes[node]
    if why := why_no_name(leaf.name, taken(document.graph, node)):
        raise ValueError(why)
    params = _params(old, leaf)
    if params is not None:
        op = "tensor" if _is_made(old) else old.op
        nodes = {**document.graph.nodes, node: replace(old, op=op, params=params)}
        document = replace(document, graph=replace(document.graph, nodes=nodes))
    return edits.rename(document, node, leaf.name)


def _params(node: Node, leaf: Leaf) -> dict[str, Any] | None:
    """The params the leaf stands for; None if they are what they were."""
    before = of(node)
    data = held(before.array) if _is_made(node) else node.params.get("data", 1.0)
    if not same_numbers(before.array, leaf.array):
        data = held(leaf.array, leaf.dtype_name)
    elif (before.dtype, before.wants_grad) == (leaf.dtype, leaf.wants_grad):
        return None
    params = {**({} if _is_made(node) else node.params), "data": data}
    if leaf.dtype is None:
        params.pop("dtype", None)
    else:
        params["dtype"] = leaf.dtype
    if not leaf.learned and leaf.requires_grad != bool(params.get("requires_grad")):
        params["requires_grad"] = leaf.requires_grad
    return params


def same_numbers(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether two arrays are equal to the last bit: -0.0 is not 0.0, nan is nan."""
    return a is b or (a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes())


def summary(leaf: Leaf) -> str:
    """`(2, 3) float32 · 6 numbers · min -1 · max 2 · mean 0.5 · 1 nan`."""
    array = leaf.array
    parts = [f"{words.shape(array)} {leaf.dtype_name}", words.count(array.size, "number")]
    good = array[np.isfinite(array)]
    if good.size:
        parts += [
            f"{what} {words.number(x)}"
            for what, x in (("min", good.min()), ("max", good.max()), ("mean", good.mean()))
        ]
    nans = int(np.isnan(array).sum())
    infinite = array.size - good.size - nans
    parts += [f"{n:,} {what}" for n, what in ((nans, "nan"), (infinite, "inf")) if n]
    return " · ".join(parts)
