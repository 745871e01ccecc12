"""Matrix products entry by entry: which entries of which operand a sum runs over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

Array = Any
Index = tuple[int, ...]

_EINSUM = {
    "mm": ("self", "mat2", "ik", "kj", "ij"), "bmm": ("self", "mat2", "nik", "nkj", "nij"),
    "mv": ("self", "vec", "ik", "k", "i"), "dot": ("self", "tensor", "k", "k", ""),
    "vdot": ("self", "other", "k", "k", ""), "outer": ("self", "vec2", "i", "j", "ij"),
}  # fmt: skip
_BATCH = "npqrstuv"


@dataclass(frozen=True, slots=True)
class Contraction:
    """`result[out] = Σ left[one] · right[other]`, in letters as for einsum; slots by name."""

    left: str
    right: str
    one: str
    other: str
    out: str

    @property
    def summed(self) -> str:
        """The letters the sum of an entry of the result runs over."""
        return "".join(dict.fromkeys(c for c in self.one + self.other if c not in self.out))

    def towards(self, slot: str) -> Contraction:
        """The one that gives the gradient of an operand: left is then the result's gradient."""
        mine, its, partner = (
            (self.one, self.other, self.right)
            if slot == self.left
            else (self.other, self.one, self.left)
        )
        return Contraction("", partner, self.out, its, mine)

    def terms(self, at: Index, left: Array, right: Array) -> Iterator[tuple[Index, Index]]:
        """For an entry of the result the entries of both operands whose products it sums."""
        sizes = dict(zip(self.one + self.other, np.shape(left) + np.shape(right), strict=True))
        fixed = dict(zip(self.out, at, strict=True))
        for running in product(*(range(sizes[c]) for c in self.summed)):
            where = fixed | dict(zip(self.summed, running, strict=True))
            yield tuple(where[c] for c in self.one), tuple(where[c] for c in self.other)


def contraction(op: str, shapes: Mapping[str, tuple[int, ...]]) -> Contraction | None:
    """How this op multiplies operands of these shapes; None if it is no plain product of two."""
    if op in _EINSUM:
        found = Contraction(*_EINSUM[op])
        return found if {found.left, found.right} == set(shapes) else None
    if op == "linear" and set(shapes) == {"input", "weight"}:
        lead = _BATCH[: len(shapes["input"]) - 1]
        if len(shapes["weight"]) == 1:
            return Contraction("input", "weight", lead + "k", "k", lead)
        return Contraction("input", "weight", lead + "k", "jk", lead + "j")
    if op == "matmul" and set(shapes) == {"self", "other"}:
        return _matmul(len(shapes["self"]), len(shapes["other"]), shapes)
    return None


def _matmul(one: int, other: int, shapes: Mapping[str, tuple[int, ...]]) -> Contraction | None:
    if not one or not other:
        return None
    if max(one, other) > 2 and shapes["self"][:-2] != shapes["other"][:-2]:
        return None  # batches that broadcast
    lead = _BATCH[: max(one - 2, 0)]
    left, right = ("k" if one == 1 else lead + "ik"), ("k" if other == 1 else lead + "kj")
    return Contraction("self", "other", left, right, lead + "i" * (one > 1) + "j" * (other > 1))
