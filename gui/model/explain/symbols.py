"""What things are called in explanations: nodes, their entries, their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.model import words

Index = tuple[int, ...]
_READABLE = str.maketrans({"\\": "/", "{": "(", "}": ")", "&": "+", "<": "‹", ">": "›"})
"""What would end a word in TeX, and what stands for it."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One thing in both writings."""

    tex: str
    text: str

    def over(self, below: Symbol) -> Symbol:
        """∂ this / ∂ that."""
        tex = rf"\frac{{\partial {self.tex}}}{{\partial {below.tex}}}"
        return Symbol(tex, f"∂{self.text}/∂{below.text}")

    def at(self, index: Index) -> Symbol:
        """One entry of it."""
        return self.where([*map(str, index)])

    def where(self, letters: Sequence[str]) -> Symbol:
        """`A[1, k]`: an entry whose place has numbers and letters."""
        if not letters:
            return self
        return Symbol(f"{self.tex}_{{{','.join(letters)}}}", f"{self.text}[{', '.join(letters)}]")

    def shaped(self, array: Any) -> Symbol:
        """With the shape of `array` under it, in TeX; a number has none."""
        if not np.ndim(array):
            return self
        sizes = np.shape(array)
        shape = r" \times ".join(map(str, sizes)) if len(sizes) > 1 else f"({sizes[0]},)"
        return Symbol(rf"\underset{{{shape}}}{{{self.tex}}}", self.text)


@dataclass(frozen=True, slots=True)
class Gradient(Symbol):
    """∂L/∂Y, whose entries are ∂L/∂Y[1, 2]."""

    root: Symbol
    of: Symbol

    def where(self, letters: Sequence[str]) -> Symbol:
        return self.root.over(self.of.where(letters))

    def indexed(self, letters: str) -> Symbol:
        """∂L/∂Y_j, with the index under the line where it belongs."""
        text = letters if len(letters) == 1 else f"({letters})"
        return self.root.over(Symbol(f"{self.of.tex}_{{{letters}}}", f"{self.of.text}_{text}"))


def gradient(root: Symbol, of: Symbol) -> Gradient:
    """∂ root / ∂ of, which knows both."""
    whole = root.over(of)
    return Gradient(whole.tex, whole.text, root, of)


def bracketed(index: Index) -> str:
    """`[1, 2]`."""
    return f"[{', '.join(map(str, index))}]"


def named(name: str) -> Symbol:
    """A node by its name: one letter as in mathematics, `w1` and `W_out` as words."""
    if len(name) == 1 and name.isascii() and name.isalpha():
        return Symbol(name, name)
    return Symbol(rf"\text{{{name.translate(_READABLE)}}}", name)


def number(written: str) -> Symbol:
    """A number that was formatted: `1.2e-9` has a power of ten in TeX."""
    special = {"nan": r"\text{nan}", "inf": r"\infty", "-inf": r"-\infty"}
    if written in special:
        return Symbol(special[written], written)
    mantissa, found, power = written.partition("e")
    if found and power.lstrip("+-").isdigit():
        ten = f"10^{{{int(power)}}}"
        return Symbol(ten if mantissa == "1" else rf"{signed(mantissa)} \cdot {ten}", written)
    if written.isalpha():
        return Symbol(rf"\text{{{written}}}", written)
    return Symbol(signed(written), written)


def signed(written: str) -> str:
    """A number in TeX whose minus is a sign, close to it, and no subtraction."""
    return "{-}" + written[1:] if written.startswith("-") else written


def value(x: object) -> Symbol:
    """A number as it is usually shown."""
    return number(words.number(x))


def bracket(of: Symbol) -> Symbol:
    """In round brackets."""
    return Symbol(rf"\left({of.tex}\right)", f"({of.text})")


def factor(of: Symbol) -> Symbol:
    """As a factor or a later term: a negative number stands in brackets."""
    if not of.text.startswith("-"):
        return of
    return bracket(of)
