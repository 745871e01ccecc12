"""Formulas in TeX, taken apart so that numbers can stand in them and be worked out.

What is understood is arithmetic: sums, products, fractions, powers, roots, the functions of a
pocket calculator, conditions in brackets and cases.  Sums over an index are not: `parsed` raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"\\log_(?:2|\{10\})|\\(?:text|mathrm|operatorname)\{[^}]*\}|\\bar\{\w\}|\\(?:begin|end)\{cases\}|\\[A-Za-z]+"
    r"|\\.|\d+(?:\.\d+)?|[A-Za-z]|\S"
)
_SPACES = {r"\,", r"\;", r"\quad", r"\left", r"\right", r"\!"}


class Unknown(ValueError):
    """The formula holds something that is not arithmetic, or a letter without a number."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a formula: a `kind` of operation on `parts`; of a leaf `text` is the letter."""

    kind: str
    parts: tuple[Term, ...] = ()
    text: str = ""


def _sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


FUNCTIONS: dict[str, tuple[str, Callable[[float], float]]] = {
    r"\ln": ("ln", math.log), r"\sin": ("sin", math.sin), r"\cos": ("cos", math.cos),
    r"\tan": ("tan", math.tan), r"\tanh": ("tanh", math.tanh), r"\sinh": ("sinh", math.sinh),
    r"\cosh": ("cosh", math.cosh), r"\arcsin": ("arcsin", math.asin),
    r"\arccos": ("arccos", math.acos), r"\arctan": ("arctan", math.atan), r"\sigma": ("σ", _sigma),
    r"\operatorname{arsinh}": ("arsinh", math.asinh),
    r"\operatorname{arcosh}": ("arcosh", math.acosh),
    r"\operatorname{artanh}": ("artanh", math.atanh), r"\operatorname{erf}": ("erf", math.erf),
    r"\operatorname{erfc}": ("erfc", math.erfc),
    r"\operatorname{trunc}": ("trunc", math.trunc),
    r"\log_2": ("log2", math.log2), r"\log_{10}": ("log10", math.log10),
    r"\operatorname{round}": ("round", round), r"\Gamma": ("Γ", math.gamma),
    r"\operatorname{sgn}": ("sgn", lambda x: float((x > 0) - (x < 0))),
    r"\Phi": ("Φ", lambda x: (1 + math.erf(x / math.sqrt(2))) / 2),
    r"\varphi": ("φ", lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
}  # fmt: skip
"""TeX -> how it is written in plain text, and what it gives."""

_RELATIONS = {
    "<": "<", ">": ">", "=": "=", r"\le": "≤", r"\ge": "≥", r"\neq": "≠",
}  # fmt: skip
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "=": lambda a, b: a == b,
    "≤": lambda a, b: a <= b, "≥": lambda a, b: a >= b, "≠": lambda a, b: a != b,
}  # fmt: skip
_CLOSING = {"(": ")", "[": "]", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}
_LETTER = re.compile(
    r"\\bar\{\w\}|\\(?:alpha|beta|delta|lambda|theta|varepsilon|mu|nu)|[A-Za-df-z]"
)


@lru_cache(maxsize=1024)
def parsed(formula: str) -> Term:
    """The right side of a formula, taken apart; raises Unknown for what is no arithmetic."""
    tokens = [t for t in _TOKEN.findall(formula) if t not in _SPACES]
    reader = _Reader(tokens)
    found = reader.sum()
    if reader.here:
        raise Unknown(reader.here)
    return found


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def here(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        if not self.here or (wanted and self.here != wanted):
            raise Unknown(self.here)
        self.at += 1
        return self.tokens[self.at - 1]

    def took(self, token: str) -> bool:
        if self.here != token:
            return False
        self.at += 1
        return True

    def group(self) -> Term:
        """What stands in braces, or one sign."""
        if self.took("{"):
            found = self.sum()
            self.take("}")
            return found
        return self.base()

    def sum(self) -> Term:
        found = Term("neg", (self.product(),)) if self.took("-") else self.product()
        while self.here in ("+", "-"):
            kind = "add" if self.take() == "+" else "sub"
            found = Term(kind, (found, self.product()))
        return found

    def product(self) -> Term:
        factors = [self.power()]
        while True:
            if self.took(r"\cdot"):
                factors.append(self.power())
            elif self.took("/"):
                factors = [Term("slash", (_product(factors), self.power()))]
            elif self._begins_factor():
                factors.append(self.power())
            else:
                return _product(factors)

    def _begins_factor(self) -> bool:
        here = self.here
        opening = here in (
            "(",
            "e",
            r"\frac",
            r"\sqrt",
            r"\pi",
            "[",
            r"\max",
            r"\min",
            r"\begin{cases}",
        )
        number = here[:1].isdigit()
        return opening or number or here in FUNCTIONS or here in _CLOSING or _is_letter(here)

    def power(self) -> Term:
        if self.here in FUNCTIONS:
            return self.applied()
        base = self.base()
        if self.took("^"):
            if self.here == r"\top":
                raise Unknown(self.here)
            return Term("pow", (base, self.group()))
        return base

    def applied(self) -> Term:
        """A function and what it is of: brackets, or the next factor."""
        name = self.take()
        exponent = self.group() if self.took("^") else None
        if exponent is not None and exponent.kind != "number":
            raise Unknown("an inverse function")
        if self.here in ("_", "-"):
            raise Unknown(self.here)
        inner = self.base().parts[0] if self.here == "(" else self._argument()
        found = Term("call", (inner,), name)
        return found if exponent is None else Term("pow", (found, exponent))

    def _argument(self) -> Term:
        """`\\ln x`, and `\\ln \\frac{a}{b}`; of `x \\tanh \\ln …` all that follows."""
        return self.power()

    def base(self) -> Term:
        token = self.take()
        if token[0].isdigit():
            return Term("number", text=token)
        if token == "e" or token == r"\pi":
            return Term("constant", text=token)
        if _is_letter(token):
            if self.here == "_" or self.here == "'":
                raise Unknown("an index")
            return Term("letter", text=token)
        return self._compound(token)

    def _compound(self, token: str) -> Term:
        if token == r"\frac":
            return Term("frac", (self.group(), self.group()))
        if token == r"\sqrt" and self.here != "[":
            return Term("sqrt", (self.group(),))
        if token in (r"\max", r"\min") and self.here == "(":
            self.take()
            one = self.sum()
            self.take(",")
            other = self.sum()
            self.take(")")
            return Term(token[1:], (one, other))
        if token == "|":
            found = self.sum()
            self.take("|")
            return Term("abs", (found,))
        if token == "[":
            return Term("truth", (self.condition(),))
        if token == r"\begin{cases}":
            return self.cases()
        if token in _CLOSING:
            found = self.sum()
            self.take(_CLOSING[token])
            return Term({"(": "group", r"\lfloor": "floor", r"\lceil": "ceil"}[token], (found,))
        raise Unknown(token)

    def condition(self, closing: str = "]") -> Term:
        """`l \\le x \\le u`, or a truth by itself, or its opposite."""
        if self.took(r"\neg"):
            bracketed = self.took("(")
            inner = self.condition(")" if bracketed else closing)
            if bracketed:
                self.take(closing)
            return Term("not", (inner,))
        parts, signs = [self.sum()], []
        while self.here in _RELATIONS:
            signs.append(_RELATIONS[self.take()])
            parts.append(self.sum())
        if closing:
            self.take(closing)
        return Term("compare", tuple(parts), " ".join(signs))

    def cases(self) -> Term:
        first = self.sum()
        self.take("&")
        condition = self.condition("")
        self.take("\\\\")
        second = self.sum()
        self.take("&")
        if self.here.startswith(r"\text{else"):
            self.take()
        else:
            other = self.condition("")
            if other.parts[1:] != condition.parts[1:]:
                raise Unknown("cases")
        self.take(r"\end{cases}")
        return Term("cases", (first, condition, second))


def _product(factors: list[Term]) -> Term:
    return factors[0] if len(factors) == 1 else Term("mul", tuple(factors))


def _is_letter(token: str) -> bool:
    return _LETTER.fullmatch(token) is not None


def letters_in(term: Term) -> Iterator[str]:
    """Every letter, as often as it stands there, from the left."""
    if term.kind == "letter":
        yield term.text
    for part in term.parts:
        yield from letters_in(part)


# ---- working out ---------------------------------------------------------------------------------


def value(term: Term, values: Mapping[str, float]) -> float:
    """The number it comes to; raises Unknown for a letter without one, nan where it has none."""
    try:
        return _value(term, values)
    except (OverflowError, ZeroDivisionError, ArithmeticError):
        return math.nan
    except ValueError as error:
        if isinstance(error, Unknown):
            raise
        return math.nan


def _value(term: Term, values: Mapping[str, float]) -> float:  # noqa: C901  # a case a kind
    def of(part: Term) -> float:
        return _value(part, values)

    parts = term.parts
    match term.kind:
        case "number":
            return float(term.text)
        case "constant":
            return math.pi if term.text == r"\pi" else math.e
        case "letter":
            if term.text not in values:
                raise Unknown(term.text)
            return float(values[term.text])
        case "neg":
            return -of(parts[0])
        case "add":
            return of(parts[0]) + of(parts[1])
        case "sub":
            return of(parts[0]) - of(parts[1])
        case "mul":
            return math.prod(map(of, parts))
        case "frac" | "slash":
            return of(parts[0]) / of(parts[1])
        case "pow":
            return math.pow(of(parts[0]), of(parts[1]))
        case "group":
            return of(parts[0])
        case "call":
            return FUNCTIONS[term.text][1](of(parts[0]))
        case "truth":
            return float(_holds(parts[0], values))
        case "cases":
            return of(parts[0] if _holds(parts[1], values) else parts[2])
        case kind:
            return float(_PLAIN[kind](*map(of, parts)))


_PLAIN: dict[str, Callable[..., float]] = {
    "sqrt": math.sqrt, "max": max, "min": min, "abs": abs, "floor": math.floor, "ceil": math.ceil,
}  # fmt: skip


def _holds(term: Term, values: Mapping[str, float]) -> bool:
    if term.kind == "not":
        return not _holds(term.parts[0], values)
    numbers = [_value(part, values) for part in term.parts]
    signs = term.text.split()
    if not signs:
        return numbers[0] != 0
    pairs = zip(numbers, signs, numbers[1:], strict=False)
    return all(_COMPARE[sign](left, right) for left, sign, right in pairs)
