"""The signatures of PyTorch's functions, read from `signatures.txt`.

There, unindented lines name functions (`linalg.det=linalg_det`: known by the first name, speaking
of itself by the second) and the indented lines below are their signatures, tried in this order.
`…` are the keywords of everything that makes a tensor, `hidden` marks what PyTorch takes but does
not list.  A method `Tensor.name` that is not there is the function without `input` and `out`, and
`Tensor.name_` is the method `name`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from engine.calling.kinds import KINDS, Kind

FACTORY = (
    "dtype? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=False, "
    "bool? requires_grad=False"
)
NUMPY_NAMES = {
    "dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",),
}  # fmt: skip
"""NumPy's names, which PyTorch takes too."""


class Parameter(NamedTuple):
    """One argument: `Number alpha=1` after a star is optional and a keyword only."""

    name: str
    kind: Kind
    default: str | None
    nullable: bool
    broadcast: bool
    keyword_only: bool

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return self.default is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The keywords it answers to."""
        return (self.name, *NUMPY_NAMES.get(self.name, ()))

    def __str__(self) -> str:
        shown = f"{self.kind.title} {self.name}"
        return shown if self.default is None else f"{shown} = {self.default}"


class Signature(NamedTuple):
    """One way to call a function; `hidden` ones are taken but not listed."""

    parameters: tuple[Parameter, ...]
    hidden: bool = False

    @property
    def positional(self) -> int:
        """How many arguments may stand without a name."""
        return sum(not p.keyword_only for p in self.parameters)

    @property
    def least(self) -> int:
        """How many arguments there must be."""
        return sum(not p.optional for p in self.parameters)

    @property
    def sizes_apart(self) -> bool:
        """Whether sizes may be given one by one, as in `view(2, 3)`."""
        return self.positional == 1 and self.parameters[0].kind.title == "tuple of ints"

    @property
    def parts(self) -> list[str]:
        """What stands between the commas when it is printed."""
        shown: list[str] = []
        for p in self.parameters:
            if p.keyword_only and "*" not in shown:
                shown.append("*")
            shown.append(str(p))
        return shown

    def __str__(self) -> str:
        return f"({', '.join(self.parts)})"


def read(line: str) -> Signature:
    """A signature from its line."""
    text = line.removeprefix("hidden ").replace("…", FACTORY)
    parameters = []
    keyword_only = False
    for part in text.split(", ") if text else ():
        if part == "*":
            keyword_only = True
        else:
            parameters.append(_parameter(part, keyword_only))
    return Signature(tuple(parameters), line.startswith("hidden "))


def _parameter(part: str, keyword_only: bool) -> Parameter:
    kind, _, name = part.partition(" ")
    name, given, default = name.partition("=")
    bare = kind.removesuffix("?").partition("[")[0]
    nullable = kind.endswith("?") or default == "None"
    return Parameter(
        name, KINDS[bare], default if given else None, nullable, "[" in kind, keyword_only
    )


@cache
def _table() -> dict[str, tuple[str, list[str]]]:
    """Of every function: what it calls itself, and the lines of its signatures."""
    found: dict[str, tuple[str, list[str]]] = {}
    text = files("engine.calling").joinpath("signatures.txt").read_text("utf8")
    for names, lines in _groups(text):
        for name in names:
            path, _, spoken = name.partition("=")
            found[path] = (spoken or path.rpartition(".")[2], lines)
    return found


def _groups(text: str) -> Iterator[tuple[list[str], list[str]]]:
    names: list[str] = []
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(" "):
            lines.append(line.strip())
            continue
        if lines:
            yield names, lines
            names, lines = [], []
        names += line.split()
    yield names, lines


def known_to_torch(path: str) -> bool:
    """Whether PyTorch has a function of that name that is not written in Python."""
    return path in _table()


def signatures(path: str) -> tuple[str, tuple[Signature, ...]] | None:
    """What a function (`add`, `linalg.det`, `Tensor.add`) calls itself, and how it is called."""
    table = _table()
    if path in table:
        name, lines = table[path]
        return name, tuple(map(read, lines))
    if not path.startswith("Tensor."):
        return None
    name = path.removeprefix("Tensor.")
    if name in table:
        return name, _as_methods(map(read, table[name][1]))
    if name.endswith("_"):
        found = signatures(path.removesuffix("_"))
        return found and (name, found[1])
    return None


def _as_methods(functions: Iterator[Signature]) -> tuple[Signature, ...]:
    """The same without the tensor itself and without `out`."""
    methods: list[Signature] = []
    for signature in functions:
        names = [p.name for p in signature.parameters if p.kind.title == "Tensor"]
        itself = next((n for n in ("input", "self") if n in names), None)
        rest = tuple(p for p in signature.parameters if p.name not in (itself, "out"))
        method = Signature(rest, signature.hidden)
        if itself and method not in methods:
            methods.append(method)
    return tuple(methods)
