"""Documents no Chainrule would write: those of the project, bent in their structure or bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import assets
from engine.registry import OPS
from gui.model import limits
from gui.model.writing import to_text
from tests.chain_samples import RICH, SQUARE
from tests.soak._zips import document

DEEP = 10_000
_NUMBERS = (
    *(0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**64), 10**400, 0.5, -0.0, 5e-324, 1e308),
    *(limits.NODES, limits.ELEMENTS, limits.RANK + 1),
)
_TEXTS = (
    *("", "x", "x.grad", "y", "forward", "backward", "__class__", "__import__('os')", "../../x"),
    *("<img src=/etc/passwd>", "{0.__class__}", "%s%n", "a\x00b", "\u202eevil", "\u2066", "ﬁ"),
    *("é", "e\u0301", "\ufeff", "\ud800", "🙂", "A" * (limits.LABEL + 1), "\r\n", "\u2028"),
    *("inf", "-inf", "nan", "float16", "complex64", "true", "None", "file:///x", "=cmd()"),
)
_SHAPES = (
    [],
    [0],
    [1, 0, 3],
    [100_000, 100_000],
    [2**40],
    [-1],
    [[1, 2], [3]],
    [[[[[[[[[1]]]]]]]]],
)
_OTHERS = (None, True, False, {}, [{}], {"x": {"y": []}}, [1, "x"], ["n1", 0], ["x", 0, 1])
_BYTES = b'{}[]",:\\0-9.eEn\n \x00\xff\xc3\xed\xa0\x80/*#'
_WORDS = (
    *("NaN", "-Infinity", "1e999", "0x10", "01", "+1", ".5", "1.", "'x'", "undefined", "/**/"),
    *('"\\ud800"', '"\\u0000"', "<<<<<<< mine\n", "=======\n", "\ufeff", "\x0c"),
)


def sources() -> list[str]:
    """The text of every document of the project."""
    folders = ("examples", "lessons", "modules")
    paths = sorted(p for f in folders for p in assets.path(f, "").rglob("*.chain"))
    packed = to_text(document(np.linspace(-1, 1, 9), np.array([True, False])))
    return [SQUARE, RICH, packed, *(path.read_text(encoding="utf-8") for path in paths)]


def mutated(dice: random.Random, texts: list[str]) -> bytes:
    """One document that may be wrong in any way."""
    kind = dice.random()
    if kind < 0.02:
        return dice.randbytes(dice.randrange(400))
    text = dice.choice(texts)
    if kind < 0.62:
        text = _bent(dice, text, texts)
    data = text.encode("utf-8", "surrogatepass")
    if kind > 0.5:
        for _ in range(dice.choice((1, 1, 2, 4))):
            data = dice.choice(_BYTE_LEVEL)(dice, data)
    return data


# ---- structure ---------------------------------------------------------------------------------


def _bent(dice: random.Random, text: str, texts: list[str]) -> str:
    raw = json.loads(text)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        holders = list(_holders(raw))
        if not holders:
            break
        _bend(dice, dice.choice(holders), holders, texts)
    return json.dumps(raw, ensure_ascii=dice.random() < 0.5, indent=dice.choice((None, 0, 1)))


def _holders(value: Any) -> Iterator[Any]:
    """Every dict and list that is not empty."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, (dict, list)) and inner:
            yield inner
            waiting.extend(inner.values() if isinstance(inner, dict) else inner)


def _bend(dice: random.Random, holder: Any, holders: list[Any], texts: list[str]) -> None:
    """Replace, remove, copy, swap or rename one thing in a dict or list."""
    key = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match dice.randrange(5):
        case 0:
            holder[key] = _junk(dice)
        case 1:
            del holder[key]
        case 2:
            holder[key] = _copied(dice.choice(holders))
        case 3:
            other = dice.choice(list(_holders(json.loads(dice.choice(texts)))))
            holder[key] = dice.choice(list(other.values() if isinstance(other, dict) else other))
        case _ if isinstance(holder, dict):
            _bend_dict(dice, holder, key)
        case _:
            _bend_list(dice, holder, key)


def _bend_dict(dice: random.Random, holder: dict[str, Any], key: str) -> None:
    match dice.randrange(3):
        case 0:
            holder[dice.choice(_TEXTS)] = holder.pop(key)
        case 1 if "op" in holder:
            holder["op"] = dice.choice(list(OPS))
        case _:
            name = dice.choice(("data", "dim", "shape", "dtype", "value"))
            holder["params"] = {name: _junk(dice)}


def _bend_list(dice: random.Random, holder: list[Any], key: int) -> None:
    if dice.random() < 0.5:
        dice.shuffle(holder)
    else:
        holder.extend([_copied(holder[key])] * dice.choice((1, 3, 60)))


def _junk(dice: random.Random) -> Any:
    return _copied(dice.choice(dice.choice((_NUMBERS, _TEXTS, _SHAPES, _OTHERS))))


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


# ---- bytes -------------------------------------------------------------------------------------


def _cut(dice: random.Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _flipped(dice: random.Random, data: bytes) -> bytes:
    found = bytearray(data or b"{")
    found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def _put(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    word = dice.choice(_WORDS).encode("utf-8", "surrogatepass")
    some = bytes(dice.choices(_BYTES, k=dice.randrange(1, 4)))
    return data[:at] + dice.choice((word, some)) + data[at + dice.randrange(3) :]


def _doubled(dice: random.Random, data: bytes) -> bytes:
    """A piece twice: keys, ids, brackets."""
    a, b = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:b] + data[b:]


def _line_moved(dice: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    line = lines.pop(dice.randrange(len(lines)))
    lines.insert(dice.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _deep(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    bracket = dice.choice((b"[", b'{"a":', b"[[],"))
    return data[:at] + bracket * dice.choice((limits.DEPTH + 1, 1000, DEEP)) + data[at:]


def _recoded(dice: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(dice.choice(("utf-16", "utf-32", "utf-8-sig", "latin-1")), "replace")


_BYTE_LEVEL: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(_cut, _flipped, _flipped, _put, _put, _doubled, _line_moved, _deep, _recoded),
)
