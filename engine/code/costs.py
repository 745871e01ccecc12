"""What a call would cost, told from sizes before anything is made.

A unit is about a nanosecond: one multiplication inside a product of matrices, a sixteenth of an
element that is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.memory import broadcast
from engine.ops.names import ALIASES
from engine.registry import OPS
from engine.tensor import Tensor

ELEMENT = 16
"""Units for every element that is read or made."""
SLOW = 300
"""Units for an element where a series is summed or numbers are sorted."""
SLOWEST = 2_000
"""Units for an element where the series is long, or Python's loop runs over all elements."""
PIECE = 2**13
"""Units for a tensor that is made of a part of another."""
LISTED = 2**11
"""Units for an element that becomes a Python number."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


VIEWS = words(
    "view t permute transpose squeeze unsqueeze select narrow expand detach swapaxes swapdims size"
    " dim numel nelement stride is_contiguous is_floating_point element_size item"
    " expand_as view_as broadcast_to movedim diagonal len"
)
"""What makes no new numbers."""
_ENTRYWISE = words(
    "to flatten flip roll tril triu cat stack hstack vstack dstack column_stack concat concatenate"
    " row_stack reshape ravel contiguous float double half int long bool short type type_as"
    " reshape_as masked_select trace any all isnan isinf isfinite isclose allclose equal nonzero"
    " count_nonzero logical_and logical_or logical_not logical_xor ones_like zeros_like full_like"
    " rand_like randn_like tensor as_tensor clone masked_fill where float_power heaviside"
    " std_mean var_mean gather copysign absolute clip std var select_scatter"
    " slice_scatter diagonal_scatter masked_scatter scatter_add scatter_reduce put layer_norm"
    " batch_norm group_norm cosine_similarity normalize renorm cross argsort unique"
    " fliplr flipud channel_shuffle pixel_shuffle pixel_unshuffle"
)
_ENTRYWISE_KINDS = frozenset(
    ("Arithmetic", "Elementary", "Activation", "Reduction", "Loss", "Gradient control")
)
_SLOW = words("lgamma sort argsort topk median kthvalue unique logcumsumexp log_ndtr erfcx")
_SLOWEST = words("cummax cummin mode digamma erfinv ndtri i0 i1 i0e i1e")
_PRODUCTS = words("mm mv dot vdot bmm matmul addmm linear baddbmm addmv addbmm")
_CUBIC = words("inverse det solve svd svdvals pinv solve_triangular inv multi_dot")
_STEEP = frozenset(("polygamma", "mvlgamma"))
"""What takes the square of the number that is given."""
_PICKED = words("index_select take embedding")


def cost(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Units that `name(*args, **keywords)` takes at most."""
    given = [*args, *keywords.values()]
    tensors, numbers = list(_tensors(given)), list(_numbers(given))
    sizes = [max(1, x.numel()) for x in tensors]
    if name == "tolist":
        return sum(sizes) * LISTED
    if name in VIEWS:
        return 0
    if name in _PRODUCTS:
        return _product(tensors)
    if name in _CUBIC:
        return sum(n * _most(x) for n, x in zip(sizes, tensors, strict=True)) * 32
    if name in _PICKED and len(tensors) > 1:
        return math.prod(sizes) // min(_least(tensors[0]), _least(tensors[1])) * ELEMENT
    if name in _STEEP:
        return math.prod(sizes) * max((1, *numbers)) ** 2 * SLOW
    if name in _ODD_SIZES:
        return _ODD_SIZES[name](args, keywords) * ELEMENT
    if _entrywise(name):
        return _together(tensors, sizes) * _rate(name)
    return math.prod((*sizes, *(n for n in numbers if n > 1))) * ELEMENT


def is_known(name: str) -> bool:
    """Whether the cost of a call is told from more than all sizes and numbers multiplied."""
    known = (VIEWS, _PRODUCTS, _CUBIC, _PICKED, _STEEP, _ODD_SIZES)
    return any(name in some for some in known) or _entrywise(name)


def _rate(name: str) -> int:
    """Units for an element of what goes through all elements once."""
    plain = name.removeprefix("special_")
    return SLOWEST if plain in _SLOWEST else SLOW if plain in _SLOW else ELEMENT


def index_cost(x: Any, index: Any) -> int:
    """Units that `x[index]` takes at most: what is picked by tensors or lists is copied."""
    parts = index if isinstance(index, tuple) else (index,)
    if not isinstance(x, Tensor):
        return 0
    picking = [p for p in parts if isinstance(p, (Tensor, list))]
    if not picking:
        return 0
    if any(isinstance(p, Tensor) and p.dtype.name == "bool" for p in picking):
        return x.numel() * ELEMENT
    chosen = math.prod(p.numel() if isinstance(p, Tensor) else len(p) for p in picking)
    smallest = sorted(x.shape)[: len(picking)]
    return max(1, chosen) * x.numel() // max(1, math.prod(smallest)) * ELEMENT


def _product(tensors: Sequence[Tensor]) -> int:
    """Multiplications in a product of matrices; what is added to it weighs little beside it."""
    if len(tensors) < 2:
        return 0
    left, right = tensors[-2:]
    columns = max(right.shape[-2:], default=1)  # either of them, as linear() turns it over
    try:
        batch = math.prod(broadcast([left.shape[:-2], right.shape[:-2]]))
    except ValueError:  # which the operation itself says better
        batch = 1
    rows = left.shape[-2] if left.ndim > 1 else 1
    made = max(1, batch) * max(1, rows) * max(1, columns) * ELEMENT
    return max(made, max(1, batch) * max(1, math.prod(left.shape[-2:])) * max(1, columns))


def _ranged(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Elements of `arange(start, end, step)`."""
    places = ("start", "end", "step")[1 if len(args) == 1 else 0 :]
    given = {**dict(zip(places, args, strict=False)), **keywords}
    start, end, step = (
        float(next(_values([given.get(key)]), other))
        for key, other in (("start", 0), ("end", 0), ("step", 1))
    )
    found = abs(end - start) / abs(step) if step else 0.0
    return math.ceil(found) if math.isfinite(found) else 1  # which the operation itself refuses


def _diagonal(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Elements of the matrices that `diag`, `diag_embed` or `eye` fill."""
    given = [*args, *keywords.values()]
    x = next(_tensors(given[:1]), None)
    if x is None or not x.ndim:
        sides = list(_numbers(given))[:2] or [1]
        return math.prod(sides * 2 if len(sides) == 1 else sides)
    return max(1, x.numel()) * (_most(x) + sum(n for n in _numbers(given[1:]) if n > 1)) ** (
        2 if x.ndim == 1 else 1
    )


def _resized(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Elements of `interpolate(x, size, scale_factor)` and of x."""
    x = next(_tensors([*args, *keywords.values()]), None)
    if x is None:
        return 0
    named = dict(zip(("input", "size", "scale_factor"), args, strict=False)) | keywords
    spatial = max(0, x.ndim - 2)
    sizes = list(_numbers([named.get("size")])) or list(_numbers([named.get("scale_factor")]))
    made = math.prod(sizes * spatial if len(sizes) == 1 else sizes)
    return x.numel() + made * (math.prod(x.shape[:2]) if named.get("size") else x.numel())


def _summed(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Entries an einsum runs through: the sizes of all its letters, multiplied."""
    tensors = list(_tensors([*args, *keywords.values()]))
    equation = args[0] if args and isinstance(args[0], str) else ""
    letters = equation.replace(" ", "").split("->")[0].split(",")
    if len(letters) != len(tensors) or any(
        "." in word or len(word) != x.ndim for word, x in zip(letters, tensors, strict=True)
    ):
        return math.prod(max(1, x.numel()) for x in tensors)
    runs: dict[str, int] = {}
    for word, x in zip(letters, tensors, strict=True):
        for letter, n in zip(word, x.shape, strict=True):
            runs[letter] = max(n, runs.get(letter, 1))
    return math.prod(runs.values())


def _pieces(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """What the tensors cost that `unbind` or `chunk` makes, in elements."""
    x = next(_tensors([*args, *keywords.values()]), None)
    return 0 if x is None else _most(x) * (PIECE // ELEMENT)


def _split(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """The same for `split`, whose pieces have a size."""
    sizes = list(_numbers([*args[1:2], *keywords.values()]))
    return _pieces(args, keywords) // max(1, *sizes[:1])


_ODD_SIZES: Mapping[str, Callable[[Sequence[Any], dict[str, Any]], int]] = {
    "arange": _ranged,
    "eye": _diagonal,
    "diag": _diagonal,
    "diag_embed": _diagonal,
    "interpolate": _resized,
    "einsum": _summed,
    "unbind": _pieces,
    "chunk": _pieces,
    "split": _split,
}
"""What makes more, or less, than its sizes and numbers multiplied."""


def _entrywise(name: str) -> bool:
    op = OPS.get(ALIASES.get(name, name)) or OPS.get(f"special_{name}")
    return name in _ENTRYWISE or (op is not None and op.category in _ENTRYWISE_KINDS)


def _together(tensors: Sequence[Tensor], sizes: Sequence[int]) -> int:
    """Elements of what the tensors broadcast to, or of all of them where that is more."""
    try:
        met = math.prod(broadcast([x.shape for x in tensors])) if tensors else 1
    except ValueError:  # which the operation itself says better
        met = 1
    return max(met, sum(sizes), 1)


def _least(x: Tensor) -> int:
    return max(1, min(map(int, x.shape), default=1))


def _most(x: Tensor) -> int:
    return max(map(int, x.shape), default=1)


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value)


def _numbers(values: Iterable[Any]) -> Iterator[int]:
    """All integers, without their signs; what is a fraction counts as the next one."""
    for value in _values(values):
        yield math.ceil(abs(value)) if math.isfinite(value) else 1


def _values(values: Iterable[Any]) -> Iterator[float]:
    """All numbers, those in lists too; a tensor of one whole number may stand for a size."""
    for value in values:
        if isinstance(value, (int, float)):
            yield value
        elif isinstance(value, Tensor):
            if not value.ndim and not value.dtype.is_floating_point:
                yield value.item()
        elif isinstance(value, (list, tuple)):
            yield from _values(value)
