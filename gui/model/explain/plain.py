"""TeX read as plain text, for what is no arithmetic: sums over indices, matrices, words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gui.model.explain.written import GREEK

_SIGNS = {
    r"\cdot": "·", r"\sum": "Σ", r"\prod": "Π", r"\top": "ᵀ", r"\times": "×", r"\le": "≤",
    r"\ge": "≥", r"\neq": "≠", r"\neg": "not ", r"\ldots": "…", r"\cdots": "…", r"\leftarrow": "←",
    r"\partial": "∂", r"\sim": "~", r"\,": " ", r"\;": " ", r"\quad": " ", r"\mid": " | ",
    r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", r"\left": "", r"\right": "",
    r"\|": "‖", r"\\": "; ", r"\&": "&",
}  # fmt: skip

_TOKEN = re.compile(
    r"\\(?:text|mathrm|operatorname|begin|end)\{[^}]*\}|\\bar\{\w\}|\\[A-Za-z]+|\\.|[A-Za-z]|.",
    re.S,
)


def plain(formula: str, names: Mapping[str, str]) -> str:
    """The formula as one line of text, with `names` in the places of letters."""
    tokens = [t for t in _TOKEN.findall(formula) if not t.isspace() or t == " "]
    found = _Plain(tokens, names).until("")
    return re.sub(r" +", " ", found).replace("( ", "(").replace(" )", ")").strip()


class _Plain:
    def __init__(self, tokens: list[str], names: Mapping[str, str]) -> None:
        self.tokens, self.names = tokens[::-1], names

    def until(self, end: str) -> str:
        written = ""
        while self.tokens:
            token = self.tokens.pop()
            if token == end:
                break
            written += self.one(token)
        return written

    def group(self) -> str:
        while self.tokens and self.tokens[-1] == " ":
            self.tokens.pop()
        if not self.tokens:
            return ""
        token = self.tokens.pop()
        return self.until("}") if token == "{" else self.one(token)

    def one(self, token: str) -> str:  # noqa: C901  # a case a command
        if token in self.names:
            return self.names[token]
        if token == r"\frac":
            return f"{_closed(self.group())}/{_closed(self.group())}"
        if token == r"\sqrt":
            root = self.until("]") if self.tokens and self.tokens[-1] == "[" else ""
            return f"√{root.removeprefix('[')}({self.group()})"
        if token == "^":
            raised = self.group()
            return raised if raised == "ᵀ" else f"^{_closed(raised)}"
        if token == "_":
            below = self.group()
            return f"_{below}" if len(below) == 1 else f"_({below})"
        if token == "{":
            return self.until("}")
        if token == r"\underset":
            self.group()
            return self.group()
        for head in (r"\text{", r"\mathrm{", r"\operatorname{"):
            if token.startswith(head):
                return token[len(head) : -1].replace("\\", "") + " " * (head == r"\operatorname{")
        if token.startswith((r"\begin", r"\end")):
            return ""
        if token.startswith(r"\bar{"):
            return f"∂{token[5:-1]}"
        return self.sign(token)

    def sign(self, token: str) -> str:
        if token in _SIGNS:
            return _SIGNS[token]
        name = token.removeprefix("\\")
        if token == "&":
            return " if "
        return GREEK.get(name, name if token != "\\" else "") if token.startswith("\\") else token


def _closed(written: str) -> str:
    return written if len(written) == 1 or written.isalnum() else f"({written})"
