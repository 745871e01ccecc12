"""Reading numbers copied from elsewhere: a spreadsheet's cells, a PyTorch or NumPy literal.

Nothing is evaluated.  `tensor([[1., 2.]], requires_grad=True)`, `array([1, 2], dtype=int8)`, what
NumPy prints without commas, tab-, comma- or semicolon-separated cells; anything else is refused
with a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import dtypes
from gui.model import entry, limits

Numbers = NDArray[Any]
"""bool, int64 or float64: the numbers as they were typed."""


_CODE = re.compile(
    r"^[ \t]*(?:>>> |from \w|import \w|(?:def|class|with|for|while|if) .*:|[\w.\[\], ]+=[^=]"
    r"|[\w.]+\([^\n]*\)[ \t]*$)",
    re.MULTILINE,
)


def looks_like_code(text: str) -> bool:
    """Whether a text that holds no numbers may be meant as a program."""
    return _CODE.search(text) is not None


@dataclass(frozen=True)
class Pasted:
    """What a text holds; `whole`: a tensor by itself, not a block of cells.

    `dtype` and `requires_grad` are None where the text does not name them.
    """

    array: Numbers
    whole: bool
    dtype: str | None = None
    requires_grad: bool | None = None


_CALL = re.compile(
    r"(?:Parameter containing:\s*)?(?:(?:torch|np|numpy)\.)?(?:tensor|array|Parameter)\s*\(\s*"
)
_KEYWORD = re.compile(
    r"\s*,\s*(?:(\w+)\s*=\s*)?"
    r"(<[^<>]*>|'[^']*'|\"[^\"]*\"|[\w.]+(?:\(\[?[\d, ]*\]?\))?|\([\d, ]*\))"
)
_END = re.compile(r"\s*,?\s*\)\s*;?\s*$")
_ROW = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_PLAIN = re.compile(r"[0-9.eE+\-infaINFA]*$")
_NOT_WHOLE = re.compile(r"[.eEnN]")
_SHORT = 20_000
"""Characters up to which a literal is read item by item, for complaints that name the column."""
_LONGEST = 400
_IGNORED = ("device", "grad_fn", "size", "shape", "copy")


def read(text: str) -> Pasted:
    """The numbers in `text`; raises ValueError with a sentence a person can act on."""
    if len(text) > limits.BYTES:
        raise ValueError(f"The text is longer than {limits.BYTES >> 20} MiB: paste it in parts.")
    stripped = text.strip()
    if not stripped:
        raise ValueError("There is no text in the clipboard: copy some numbers first.")
    if re.search(r"\.\.\.|…", stripped):
        raise ValueError(
            "The text leaves numbers out (“...”): print it whole first, in PyTorch with"
            ' torch.set_printoptions(profile="full").'
        )
    call = _CALL.match(stripped)
    if call is not None:
        return _called(stripped, call.end())
    if stripped[0] in "[(":
        return Pasted(_sized(_nested(stripped)), whole=True)
    return Pasted(_sized(_table(text)), whole=False)


def params(text: str) -> dict[str, Any]:
    """The params of a tensor node that holds the numbers in `text`, very many as an array.

    Raises ValueError.
    """
    found = read(text)
    array = found.array if found.whole or found.array.size != 1 else found.array.reshape(())
    if found.dtype is not None and dtypes.BY_NAME[found.dtype].is_floating_point:
        array = array.astype(np.float64)
    given: dict[str, Any] = {"data": array if array.size > limits.INLINE else array.tolist()}
    if found.dtype is not None:
        given["dtype"] = found.dtype
    if found.requires_grad is not None:
        given["requires_grad"] = found.requires_grad
    return given


def _sized(array: Numbers) -> Numbers:
    if array.ndim > limits.RANK:
        raise ValueError(f"A tensor has at most {limits.RANK} dimensions, these are {array.ndim}.")
    if array.size > limits.ELEMENTS:
        raise ValueError(f"A tensor holds at most {limits.ELEMENTS:,} numbers here.")
    return array


# ---- literals ------------------------------------------------------------------------------------


def _called(text: str, at: int) -> Pasted:
    """`tensor(data, keyword=…)` whose data begins at `at`."""
    end = _end_of_data(text, at)
    array = _nested(text[at:end])
    given: dict[str, Any] = {}
    while (match := _KEYWORD.match(text, end)) is not None:
        name, value = match[1] or "dtype", match[2]
        end = match.end()
        if name == "dtype":
            given["dtype"] = _dtype(value)
        elif name == "requires_grad":
            given["requires_grad"] = _truth(value)
        elif name not in _IGNORED:
            raise ValueError(f"“{name}=” is not understood here: dtype and requires_grad are.")
    if not _END.match(text, end):
        rest = text[end:].strip()[:20]
        raise ValueError(
            f"After the numbers “{rest}” is not understood." if rest else "The last “)” is missing."
        )
    return Pasted(_sized(array), whole=True, **given)


def _end_of_data(text: str, at: int) -> int:
    """Where the list or number that begins at `at` ends."""
    if at >= len(text):
        raise ValueError("The numbers are missing: tensor([1, 2]) is one.")
    if text[at] not in "[(":
        found = re.compile(r"[^\s,()]*").match(text, at)
        assert found is not None
        return found.end()
    depth = 0
    for bracket in re.compile(r"[\[\]()]").finditer(text, at):
        depth += 1 if bracket[0] in "[(" else -1
        if depth == 0:
            return bracket.end()
    raise ValueError(f"The “{text[at]}” of the numbers is not closed.")


def _dtype(value: str) -> str:
    name = value.strip("'\"")
    torch = name.startswith("torch.")
    name = name.rpartition(".")[2].removesuffix("_")
    if torch and name in dtypes.ALIASES:
        name = dtypes.ALIASES[name].name
    name = {"float": "float64", "int": "int64"}.get(name, name)
    if name not in dtypes.BY_NAME:
        raise ValueError(f"There is no dtype “{name}” here; known are {', '.join(dtypes.BY_NAME)}.")
    return name


def _truth(value: str) -> bool:
    if value not in ("True", "False"):
        raise ValueError(f"requires_grad is True or False, not “{value}”.")
    return value == "True"


def _nested(text: str) -> Numbers:
    """Nested lists, with commas or (as NumPy prints) without."""
    commas = "," in text
    if len(text) <= _SHORT and (commas or not re.search(r"[^\s\[(]\s+[^\s\])]", text)):
        return _array(entry.parse(text))
    rows: list[list[Any]] = []

    def numbered(row: re.Match[str]) -> str:
        rows.append(_numbers(_parts(row[1], commas), f"Row {len(rows) + 1}"))
        return str(len(rows) - 1)

    outer = _ROW.sub(numbered, text)
    if not commas:
        outer = re.sub(r"(?<=[\d\]])\s+(?=[\d\[])", ", ", outer)
    order = np.array(entry.parse(outer), np.int64)
    _check_lengths(rows)
    return _array(rows).reshape(*order.shape, len(rows[0]) if rows else 0)


def _parts(row: str, commas: bool) -> list[str]:
    if not commas:
        return row.split()
    parts = [part.strip() for part in row.split(",")]
    return parts[:-1] if parts[-1] == "" else parts


def _check_lengths(rows: list[list[Any]]) -> None:
    odd = next((k for k, row in enumerate(rows) if len(row) != len(rows[0])), None)
    if odd is not None:
        raise ValueError(
            f"Row {odd + 1} holds {len(rows[odd])} numbers but row 1 {len(rows[0])}: all rows of a"
            " tensor have the same length."
        )


# ---- tables --------------------------------------------------------------------------------------


def _table(text: str) -> Numbers:
    """Cells by rows: between tabs, else semicolons, else commas, else spaces."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    mark = next((m for m in ("\t", ";", ",") if m in text), None)
    rows = []
    for k, line in enumerate(lines):
        cells = line.split(mark) if mark else line.split()
        rows.append(_numbers([_unquoted(c) for c in cells], f"Row {k + 1}"))
    _check_lengths(rows)
    return _array(rows)


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _numbers(parts: list[str], where: str) -> list[Any]:
    """The numbers of one row; plain ones by the thousand, others one by one."""
    joined = "".join(parts)
    if "" in parts:
        raise ValueError(
            f"{where}, column {parts.index('') + 1} is empty: every cell needs a number."
        )
    if _PLAIN.match(joined) and max(map(len, parts), default=0) <= _LONGEST:
        try:
            return list(map(float if _NOT_WHOLE.search(joined) else int, parts))
        except ValueError:
            pass  # one of them is no number: which, is found out below
    return [_number(part, f"{where}, column {k + 1}") for k, part in enumerate(parts)]


def _number(text: str, where: str) -> bool | int | float:
    try:
        return entry.number(text)
    except ValueError:
        told = text if len(text) <= 20 else text[:19] + "…"
        hint = "; write decimals with a point" if re.fullmatch(r"[+-]?\d+,\d+", text) else ""
        raise ValueError(f"{where}: “{told}” is not a number{hint}.") from None


def _array(values: Any) -> Numbers:
    """Python numbers as bool, int64 or float64."""
    try:
        array = np.array(values)
    except (OverflowError, ValueError):
        raise ValueError("The numbers do not fit into one array.") from None
    if array.dtype.kind not in "bif":
        raise ValueError("A whole number here is larger than 64 bits hold: write it as 1e30.")
    return array.astype({"b": np.bool_, "i": np.int64, "f": np.float64}[array.dtype.kind])
