"""Lines of an explanation, and the arithmetic in them: numbers that reproduce what they claim."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

from gui.model import words
from gui.model.explain import algebra, symbols, written
from gui.model.explain.algebra import Term
from gui.model.explain.symbols import Symbol

NONE: Mapping[str, Symbol] = MappingProxyType({})
MOST_TERMS = 6
"""Terms of a sum that are written out; of more the first ones, and how many there are."""
MOST_LETTERS = 150
"""Of a sum by names: of a longer one the first terms, though there are fewer than that."""
MOST_CHECKED = 64
"""Terms up to which digits are added until the sum comes out right."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: TeX to be drawn, and the same as plain text.

    `kind` is "symbolic", "numbers" or "result"; "words" has no TeX.
    """

    tex: str
    text: str
    kind: str = "symbolic"


def said(text: str) -> Line:
    """A line of words."""
    return Line("", text, "words")


def equal(left: Symbol | None, right: Symbol, kind: str = "symbolic", mark: str = "=") -> Line:
    """`left = right`, or `= right` going on from the line above."""
    sign = {"≈": r"\approx", "←": r"\leftarrow"}.get(mark, mark)
    first = "" if left is None else left.tex + " "
    words_first = "" if left is None else left.text + " "
    return Line(f"{first}{sign} {right.tex}", f"{words_first}{mark} {right.text}", kind)


# ---- formulas ------------------------------------------------------------------------------------


def close(one: float, other: float, slack: float = 1e-5) -> bool:
    """Whether two numbers are the same but for rounding."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return one == other
    return abs(one - other) <= slack * max(abs(one), abs(other)) + 1e-12


def holds(term: Term, values: Mapping[str, float], result: float, slack: float = 1e-5) -> bool:
    """Whether the formula gives what the engine gave."""
    try:
        return close(algebra.value(term, values), result, slack)
    except algebra.Unknown:
        return False


def with_numbers(
    term: Term, values: Mapping[str, float], result: float, given: Mapping[str, Symbol] = NONE
) -> tuple[Line, ...]:
    """The formula with numbers in it, and what it comes to; those of `given` stay as they are."""
    all_letters = list(dict.fromkeys(algebra.letters_in(term)))
    if not all_letters:
        return (equal(None, symbols.value(result), "result"),)
    letters = [name for name in all_letters if name not in given]
    shown, mark = words.figures(
        [values[name] for name in letters],
        result,
        lambda texts: algebra.value(
            term, {**values, **dict(zip(letters, map(float, texts), strict=True))}
        ),
    )
    found = {name: symbols.number(text) for name, text in zip(letters, shown, strict=True)}
    numbers = {**found, **{k: given[k] for k in all_letters if k in given}}
    right = Symbol(
        written.tex(term, {k: n.tex for k, n in numbers.items()}),
        written.text(term, {k: n.text for k, n in numbers.items()}),
    )
    if right.text == words.number(result):
        return (equal(None, right, "result"),)
    numeric = equal(None, right, "numbers")
    return numeric, equal(None, symbols.value(result), "result", mark)


# ---- sums of products ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Product:
    """One term of a sum: its factors' numbers, and `names`, which says what they are called."""

    values: tuple[float, ...]
    names: Callable[[], tuple[Symbol, ...]] | None = None

    @property
    def counts(self) -> bool:
        """Whether it is anything but 0."""
        return all(self.values) or any(math.isnan(v) for v in self.values)


def total(
    left: Symbol, terms: Sequence[Product], result: float, sigma: Symbol | None = None
) -> tuple[Line, ...]:
    """`left = Σ …`, the terms by name, with numbers, and their sum; zero terms are left out.

    `sigma` is the sum in one expression, where there is one that says more than the terms.
    """
    alive = [t for t in terms if t.counts]
    lines = [equal(left, sigma)] if sigma is not None else []
    first = None if lines else left
    if not alive:
        why = f"All {words.count(len(terms), 'term')} are 0." if terms else "There are no terms."
        return *lines, equal(first, symbols.value(result), "result"), said(why)
    named = [t.names() for t in alive[:MOST_TERMS] if t.names is not None]
    if named:
        told = short_enough([_product(names) for names in named])
        lines.append(equal(first, summed_up(told, len(alive))))
        first = None
    lines += _with_figures(first, alive, result)
    if len(alive) < len(terms):
        more = words.count(len(terms) - len(alive), "more term")
        lines.append(said(f"{more} of 0 left out."))
    return tuple(lines)


def _with_figures(first: Symbol | None, alive: Sequence[Product], result: float) -> list[Line]:
    mark = "≈"
    if len(alive) <= MOST_CHECKED:
        flat = [v for t in alive for v in t.values]
        shown, mark = words.figures(flat, result, lambda texts: _added_up(alive, texts))
    else:  # nobody adds them up
        shown = [words.number(v) for t in alive[:MOST_TERMS] for v in t.values]
    numbers = iter(shown)
    first_ones = alive[:MOST_TERMS]
    terms = [_product([symbols.number(next(numbers)) for _ in t.values]) for t in first_ones]
    if len(alive) == 1 and terms[0].text == words.number(result):
        return [equal(first, terms[0], "result")]
    return [
        equal(first, summed_up(terms, len(alive)), "numbers"),
        equal(None, symbols.value(result), "result", mark),
    ]


def _added_up(terms: Sequence[Product], shown: Sequence[str]) -> float:
    numbers = iter(map(float, shown))
    return sum(math.prod(next(numbers) for _ in t.values) for t in terms)


def _product(factors: Sequence[Symbol]) -> Symbol:
    if len(factors) == 1:
        return factors[0]
    closed = [symbols.factor(f) for f in factors]
    return Symbol(r" \cdot ".join(f.tex for f in closed), " · ".join(f.text for f in closed))


def summed_up(terms: Sequence[Symbol], count: int) -> Symbol:
    alone = len(terms) == 1
    listed = [t if alone or not k else _later(t) for k, t in enumerate(terms[:MOST_TERMS])]
    tex, text = " + ".join(t.tex for t in listed), " + ".join(t.text for t in listed)
    if count <= len(listed):
        return Symbol(tex, text)
    more = f"{count} terms"
    return Symbol(rf"{tex} + \ldots \; \text{{({more})}}", f"{text} + … ({more})")


def short_enough(terms: Sequence[Symbol]) -> Sequence[Symbol]:
    """As many of the first terms as can be read in a line, one at least."""
    ends = accumulate(len(t.text) + len(" + ") for t in terms)
    return terms[: max(1, sum(end <= MOST_LETTERS for end in ends))]


def _later(term: Symbol) -> Symbol:
    """A negative number among terms stands in brackets; a product has its own."""
    return symbols.factor(term) if "·" not in term.text else term
