"""Einstein's sums: products of entries named by letters, in the steps PyTorch takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine import errors
from engine.ops.arrange import movedim
from engine.ops.linear import bmm
from engine.ops.reduction import sum as sum_
from engine.ops.shape import permute, reshape, unsqueeze, view
from engine.tensor import Tensor, is_tensor

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DOTS = "..."
Labels = list[Any]
"""Letters, and the number -k for the k-th dimension from the end of what `...` stands for."""


def einsum(equation: Any, *operands: Any) -> Tensor:
    """Products of entries named by letters, summed over the letters the result does not have.

    Takes "ij,jk->ik" and tensors, or tensors and lists of numbers in turn.  Raises RuntimeError
    with PyTorch's sentence where letters and shapes do not fit.
    """
    if is_tensor(equation):
        equation, operands = _from_sublists([equation, *operands])
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [_parsed(term) for term in left.split(",")]
    _check_count(terms, operands)
    terms = [_spelled_out(t, x, k) for k, (t, x) in enumerate(zip(terms, operands, strict=True))]
    dots = max((sum_dots(t) for t in terms), default=0)
    result = _result_labels(terms, _parsed(right) if arrow else None, dots)
    order = result + _rest(terms, result)
    _check_sizes(terms, operands)
    parts = [_spread_out(x, t, order) for x, t in zip(operands, terms, strict=True)]
    return _contracted(parts, terms, order, len(result))


def _from_sublists(given: list[Any]) -> tuple[str, tuple[Any, ...]]:
    """The equation that `einsum(a, [0, 1], b, [1, 2], [0, 2])` means, and its operands."""

    def spelled(numbers: Sequence[Any]) -> str:
        return "".join(_DOTS if n is Ellipsis else _LETTERS[n] for n in numbers)

    pairs = len(given) // 2
    left = ",".join(spelled(given[2 * k + 1]) for k in range(pairs))
    arrow = f"->{spelled(given[-1])}" if len(given) % 2 else ""
    return left + arrow, tuple(given[2 * k] for k in range(pairs))


def _parsed(term: str) -> Labels:
    before, dots, after = term.partition(_DOTS)
    for c in before + after:
        if c not in _LETTERS:
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {term.index(c)} in the equation "
                "string, subscripts must be in [a-zA-Z]"
            )
    return [*before, *([Ellipsis] if dots else []), *after]


def _check_count(terms: list[Labels], operands: Sequence[Any]) -> None:
    if len(terms) > len(operands):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(terms) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")


def _spelled_out(term: Labels, x: Tensor, k: int) -> Labels:
    """The labels with a number for each dimension that `...` stands for."""
    missing = x.ndim - (len(term) - term.count(Ellipsis))
    has_dots = Ellipsis in term
    if missing < 0 or (missing and not has_dots):
        more = "and no ellipsis was given" if not has_dots else ""
        how = f"does not match the number of dimensions ({x.ndim}) for operand {k} {more}"
        if has_dots:
            how = f"is more than the number of dimensions ({x.ndim}) for operand {k}"
        count = len(term) - term.count(Ellipsis)
        raise RuntimeError(f"einsum(): the number of subscripts in the equation ({count}) {how}")
    if not has_dots:
        return term
    at = term.index(Ellipsis)
    return [*term[:at], *range(-missing, 0), *term[at + 1 :]]


def sum_dots(term: Labels) -> int:
    """How many dimensions `...` stands for in one term."""
    return sum(isinstance(label, int) for label in term)


def _result_labels(terms: list[Labels], right: Labels | None, dots: int) -> Labels:
    every = [label for term in terms for label in term]
    if right is None:
        letters = sorted({c for c in every if isinstance(c, str) and every.count(c) == 1})
        return [*range(-dots, 0), *letters]
    for c in right:
        if isinstance(c, str) and right.count(c) > 1:
            raise RuntimeError(
                f"einsum(): output subscript {c} appears more than once in the output"
            )
        if isinstance(c, str) and c not in every:
            raise RuntimeError(
                f"einsum(): output subscript {c} does not appear in the equation for any input "
                "operand"
            )
    if Ellipsis not in right:
        return right
    at = right.index(Ellipsis)
    return [*right[:at], *range(-dots, 0), *right[at + 1 :]]


def _rest(terms: list[Labels], result: Labels) -> Labels:
    left = {label for term in terms for label in term} - set(result)
    return sorted(left, key=lambda c: (isinstance(c, str), c))


def _check_sizes(terms: list[Labels], operands: Sequence[Tensor]) -> None:
    sizes: dict[Any, int] = {}
    for k, (term, x) in enumerate(zip(terms, operands, strict=True)):
        for d, (c, n) in enumerate(zip(term, x.shape, strict=True)):
            if isinstance(c, str) and term.index(c) != d and x.shape[term.index(c)] != n:
                raise RuntimeError(
                    f"einsum(): subscript {c} is repeated for operand {k} but the sizes don't "
                    f"match, {n} != {x.shape[term.index(c)]}"
                )
            if sizes.get(c, 1) != n and 1 not in (sizes.get(c, 1), n):
                if isinstance(c, str):
                    raise RuntimeError(
                        f"einsum(): subscript {c} has size {n} for operand {k} which does not "
                        f"broadcast with previously seen size {sizes[c]}"
                    )
                raise RuntimeError(errors.cannot_broadcast((sizes[c],), (n,)))
            sizes[c] = max(sizes.get(c, 1), n)


def _spread_out(x: Tensor, term: Labels, order: Labels) -> Tensor:
    """`x` with a dimension for every label of `order`, of size 1 for those it does not have."""
    labels = list(term)
    for c in term:
        while labels.count(c) > 1:
            i = labels.index(c)
            j = labels.index(c, i + 1)
            x = movedim(x.diagonal(0, i, j), -1, i)
            del labels[j]
    missing = [c for c in order if c not in labels]
    for _ in missing:
        x = unsqueeze(x, x.ndim)
    places = labels + missing
    return permute(x, tuple(places.index(c) for c in order))


def _contracted(parts: list[Tensor], terms: list[Labels], order: Labels, kept: int) -> Tensor:
    out = parts[0]
    for k, part in enumerate(parts[1:], 1):
        later = {label for term in terms[k + 1 :] for label in term}
        gone = [d for d in range(kept, len(order)) if order[d] not in later]
        both = [d for d in gone if out.shape[d] != 1 and part.shape[d] != 1]
        alone = [d for d in gone if d not in both and out.shape[d] != 1]
        other = [d for d in gone if d not in both and part.shape[d] != 1]
        out = sum_(out, tuple(alone), True) if alone else out
        part = sum_(part, tuple(other), True) if other else part
        out = _sum_of_products(out, part, both) if both else out * part
    if kept == len(order):
        return out
    if len(parts) == 1:
        return sum_(out, tuple(range(kept, len(order))))
    return view(out, tuple(out.shape[:kept]))


def _sum_of_products(a: Tensor, b: Tensor, summed: list[int]) -> Tensor:
    """a · b summed over dimensions they share (which stay, with size 1), as one bmm."""
    free = [d for d in range(a.ndim) if d not in summed]
    batch = [d for d in free if a.shape[d] != 1 and b.shape[d] != 1]
    rows = [d for d in free if a.shape[d] != 1 and b.shape[d] == 1]
    columns = [d for d in free if a.shape[d] == 1]
    if rows and columns and columns[-1] < rows[0]:  # then the product needs less turning
        return _sum_of_products(b, a, summed)

    def size(x: Tensor, dims: list[int]) -> int:
        return math.prod(x.shape[d] for d in dims)

    left = permute(a, (*batch, *rows, *summed, *columns))
    right = permute(b, (*batch, *summed, *columns, *rows))
    product = bmm(
        reshape(left, (size(a, batch), size(a, rows), size(a, summed))),
        reshape(right, (size(b, batch), size(b, summed), size(b, columns))),
    )
    shape = [a.shape[d] for d in (*batch, *rows)] + [1] * len(summed)
    shape += [b.shape[d] for d in columns]
    placed = [*batch, *rows, *summed, *columns]
    spread = view(product, tuple(shape))
    return permute(spread, tuple(placed.index(d) for d in range(a.ndim)))
