"""A formula that was taken apart, written again: as TeX, as plain text, or as Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gui.model.explain.algebra import FUNCTIONS, Term

Names = Mapping[str, str]
_TIGHT = {"letter", "number", "constant", "call", "sqrt", "abs", "group", "max", "min", "floor",
          "ceil", "truth"}  # fmt: skip
"""Kinds that need no brackets around them, whatever stands beside them."""
GREEK = {
    "alpha": "α", "beta": "β", "delta": "δ", "lambda": "λ", "theta": "θ", "varepsilon": "ε",
    "mu": "μ", "nu": "ν", "pi": "π", "sigma": "σ", "psi": "ψ", "Gamma": "Γ", "Phi": "Φ",
    "varphi": "φ", "infty": "∞",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """How one kind of writing spells what TeX, text and Python spell differently."""

    times: str
    power: str
    not_: str
    relations: Mapping[str, str]


_SAME = {sign: sign for sign in "<>=≤≥≠"}
TEX = Style(r" \cdot ", "^{{{}}}", r"\neg ", {**_SAME, "≤": r"\le", "≥": r"\ge", "≠": r"\neq"})
TEXT = Style(" · ", "^{}", "not ", _SAME)
CODE = Style(" * ", "**{}", "~", {**_SAME, "=": "==", "≤": "<=", "≥": ">=", "≠": "!="})


def tex(term: Term, names: Names) -> str:
    """As TeX; `names` gives the TeX of letters."""
    return _Writer(TEX, names, term).of(term)


def text(term: Term, names: Names) -> str:
    """As one line of plain text that can be read and worked out: `1/(1 + e^(-x))`."""
    return _Writer(TEXT, names, term).of(term)


def code(term: Term, names: Names) -> str:
    """As a Python expression on tensors."""
    return _Writer(CODE, names, term).of(term)


class _Writer:
    def __init__(self, style: Style, names: Names, whole: Term) -> None:
        self.style, self.names, self.whole = style, names, whole

    def of(self, term: Term) -> str:
        return str(getattr(self, f"_{term.kind}")(term, *term.parts))

    def tight(self, term: Term, *more: str) -> str:
        """In brackets, unless it is one thing anyway."""
        written = self.of(term)
        if term.kind in _TIGHT or term.kind in more:
            return self._leaf(term, written)
        if term.kind in ("frac", "sqrt") and self.style is TEX:
            return written
        return self.bracketed(written)

    def _leaf(self, term: Term, written: str) -> str:
        """A negative number in the place of a letter stands in brackets."""
        signed = term.kind == "letter" and written.startswith(("-", "{-}"))
        return self.bracketed(written) if signed else written

    def bracketed(self, written: str) -> str:
        left, right = (r"\left(", r"\right)") if self.style is TEX else ("(", ")")
        return f"{left}{written}{right}"

    def _number(self, term: Term) -> str:
        return term.text

    def _constant(self, term: Term) -> str:
        if self.style is CODE:
            return {"e": "math.e", r"\pi": "math.pi"}[term.text]
        return "π" if term.text == r"\pi" and self.style is TEXT else term.text

    def _letter(self, term: Term) -> str:
        known = self.names.get(term.text)
        if known is not None:
            return known
        if self.style is TEX:
            return term.text
        plain = term.text.removeprefix("\\")
        return plain if self.style is CODE else GREEK.get(plain, plain)

    def _neg(self, term: Term, of: Term) -> str:
        sign = "{-}" if self.style is TEX else "-"
        return sign + self.tight(of, "pow", "mul", "frac")

    def _add(self, term: Term, left: Term, right: Term) -> str:
        return f"{self._first(left)} + {self._later(right)}"

    def _sub(self, term: Term, left: Term, right: Term) -> str:
        return f"{self._first(left)} - {self._later(right)}"

    def _first(self, term: Term) -> str:
        return self.of(term)

    def _later(self, term: Term) -> str:
        return self.tight(term, "pow", "mul", "frac", "slash", "cases")

    def _mul(self, term: Term, *factors: Term) -> str:
        first, *rest = (self.tight(f, "pow") for f in factors)
        if term is self.whole and factors[0].kind == "letter":
            first = self.of(factors[0])  # nothing stands before its sign
        return self.style.times.join([first, *rest])

    def _frac(self, term: Term, over: Term, under: Term) -> str:
        if self.style is TEX:
            return rf"\frac{{{self.of(over)}}}{{{self.of(under)}}}"
        return self._slash(term, over, under)

    def _slash(self, term: Term, over: Term, under: Term) -> str:
        sign = " / " if self.style is CODE else "/"
        return self._grouped(over) + sign + self._grouped(under)

    def _grouped(self, term: Term) -> str:
        """In brackets also a name that is a quotient itself, as ∂L/∂y."""
        written = self.tight(term, "pow")
        quotient = term.kind == "letter" and "/" in written and self.style is not TEX
        return self.bracketed(written) if quotient else written

    def _pow(self, term: Term, base: Term, exponent: Term) -> str:
        if self.style is CODE and base.kind == "constant":
            return f"torch.exp({self.of(exponent)})"
        raised = self.of(exponent) if self.style is TEX else self._exponent(exponent)
        if self.style is CODE and _ONE_LESS.fullmatch(raised):
            left = float(raised[1:-5]) - 1
            return self._powered(base) + ("" if left == 1 else self.style.power.format(f"{left:g}"))
        return self._powered(base) + self.style.power.format(raised)

    def _powered(self, base: Term) -> str:
        written = self._grouped(base) if base.kind != "call" else self.bracketed(self.of(base))
        awkward = not written.startswith((r"\left(", "(")) and (
            base.kind == "letter" and any(c in written for c in (r"\cdot", "frac"))
        )
        return self.bracketed(written) if awkward else written

    def _exponent(self, term: Term) -> str:
        written = self._grouped(term)
        return self.bracketed(written) if term.kind in ("call", "pow", "max", "min") else written

    def _group(self, term: Term, inner: Term) -> str:
        return self.bracketed(self.of(inner))

    def _call(self, term: Term, of: Term) -> str:
        if self.style is CODE:
            return f"torch.{_PYTHON[term.text]}({self.of(of)})"
        name = FUNCTIONS[term.text][0] if self.style is TEXT else term.text
        return (
            f"{name}({self.of(of)})"
            if self.style is TEXT
            else f"{name}\\left({self.of(of)}\\right)"
        )

    def _sqrt(self, term: Term, of: Term) -> str:
        if self.style is TEX:
            return rf"\sqrt{{{self.of(of)}}}"
        return f"{'√' if self.style is TEXT else 'torch.sqrt'}({self.of(of)})"

    def _abs(self, term: Term, of: Term) -> str:
        if self.style is CODE:
            return f"torch.abs({self.of(of)})"
        return rf"\left|{self.of(of)}\right|" if self.style is TEX else f"|{self.of(of)}|"

    def _max(self, term: Term, one: Term, other: Term) -> str:
        name = {TEX: rf"\{term.kind}", TEXT: term.kind, CODE: term.kind}[self.style]
        if self.style is CODE:
            return f"{name}({self.of(one)}, {self.of(other)})"
        return f"{name}{self.bracketed(f'{self.of(one)}, {self.of(other)}')}"

    _min = _max

    def _floor(self, term: Term, of: Term) -> str:
        left, right = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}[term.kind]
        if self.style is CODE:
            return f"torch.{term.kind}({self.of(of)})"
        if self.style is TEX:
            left, right = rf"\left\l{term.kind} ", rf" \right\r{term.kind}"
        return left + self.of(of) + right

    _ceil = _floor

    def _truth(self, term: Term, condition: Term) -> str:
        inner = self.of(condition)
        if self.style is CODE:
            return f"({inner})"
        return rf"\left[{inner}\right]" if self.style is TEX else f"[{inner}]"

    def _not(self, term: Term, inner: Term) -> str:
        return self.style.not_ + self.bracketed(self.of(inner))

    def _compare(self, term: Term, *parts: Term) -> str:
        first, *rest = (self.of(part) for part in parts)
        signs = [self.style.relations[sign] for sign in term.text.split()]
        if self.style is CODE and len(signs) > 1:  # tensors cannot be compared in a chain
            pairs = zip([first, *rest], signs, rest, strict=False)
            return " & ".join(f"({a} {sign} {b})" for a, sign, b in pairs)
        return first + "".join(f" {s} {r}" for s, r in zip(signs, rest, strict=True))

    def _cases(self, term: Term, one: Term, condition: Term, other: Term) -> str:
        first, when, second = self.of(one), self.of(condition), self.of(other)
        if self.style is CODE:
            return f"torch.where({when}, {first}, {second})"
        if self.style is TEXT:
            return f"({first} if {when} else {second})"
        rows = rf"{first} & {when} \\ {second} & \text{{else}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}"


_ONE_LESS = re.compile(r"\(\d+(\.\d+)? - 1\)")
"""What the power rule leaves of an exponent that is a number: in Python that is worked out."""
_PYTHON = {
    r"\ln": "log", r"\sin": "sin", r"\cos": "cos", r"\tan": "tan", r"\tanh": "tanh",
    r"\sinh": "sinh", r"\cosh": "cosh", r"\arcsin": "asin", r"\arccos": "acos",
    r"\arctan": "atan", r"\sigma": "sigmoid", r"\operatorname{arsinh}": "asinh",
    r"\operatorname{arcosh}": "acosh", r"\operatorname{artanh}": "atanh",
    r"\operatorname{erf}": "erf", r"\operatorname{erfc}": "erfc", r"\operatorname{trunc}": "trunc",
    r"\log_2": "log2", r"\log_{10}": "log10", r"\operatorname{round}": "round",
    r"\Gamma": "special.gamma", r"\operatorname{sgn}": "sign", r"\Phi": "special.ndtr",
    r"\varphi": "special.normal_pdf",
}  # fmt: skip
