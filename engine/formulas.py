"""Formulas in TeX: which letter stands for which input, and other things in the letters' places.

The result is y, a gradient wears a bar: \\bar{y} is what comes in, \\bar{x} what is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

RESULT = "y"
UPSTREAM = r"\bar{y}"

_LETTERS = {
    "A": "A", "B": "B", "alpha": r"\alpha", "batch1": "A", "batch2": "B", "beta": r"\beta",
    "bias": "b", "bound": "b", "condition": "c", "delta": r"\delta", "end": "b", "eps":
    r"\varepsilon", "exponent": "n", "index": "i", "indices": "x", "input": "x", "k": "k",
    "lambd": r"\lambda", "mask": "m", "mat": "A", "mat1": "A", "mat2": "B", "max": "u",
    "max_val": "u", "min": "l", "min_val": "l", "negative_slope": r"\alpha", "ord": "p",
    "other": "b", "output": "y", "p": "p", "pos_weight": "p", "running_mean": r"\mu",
    "running_var": r"\nu", "source": "s", "src": "s", "target": "t", "tensor": "b",
    "tensor1": "b", "tensor2": "c", "tensors": "x", "threshold": r"\theta", "value": "v",
    "values": "v", "vec": "v", "vec1": "u", "vec2": "v", "weight": "w", "x1": "a", "x2": "b",
}  # fmt: skip
"""What an input or keyword is called in formulas, whatever the op."""

_SELF = {
    "mat1": "C", "batch1": "C", "mat": "c", "vec1": "C", "mat2": "A", "vec": "A", "vec2": "u",
    "other": "a", "end": "a", "tensor": "a", "tensor1": "a",
}  # fmt: skip
"""What `self` is called beside an input of that name; otherwise x."""

_TOKEN = re.compile(
    r"\\(?:text|mathrm|operatorname|begin|end)\{[^}]*\}|\\bar\{\w\}|\\[A-Za-z]+|\\.|[A-Za-z]|."
)


def letters(names: Collection[str]) -> dict[str, str]:
    """The letter of each input or keyword of an op or Function; those without one are left out."""
    found = {name: _LETTERS[name] for name in names if name in _LETTERS}
    if len(bounds := {"min", "max"} & set(names)) == 1:
        found |= dict.fromkeys(bounds, "b")  # clamp has two, clamp_min and clamp_max one
    if "self" in names:
        partners = [name for name in _SELF if name in names and not _is_slice(name, names)]
        found["self"] = _SELF[partners[0]] if partners else "x"
    return found


def _is_slice(name: str, names: Collection[str]) -> bool:
    """Whether `end` is where a slice ends, and not what lerp goes to."""
    return name == "end" and "start" in names


def substituted(formula: str, values: Mapping[str, str]) -> str:
    r"""The formula with TeX in the place of letters, as {"a": "3", r"\bar{y}": "0.5"}."""
    return "".join(values.get(token, token) for token in _TOKEN.findall(formula))
