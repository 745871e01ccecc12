"""JSON from strangers: read strictly, with the line of every place in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from gui.model import limits
from gui.model.findings import Finding, JsonPath, Problem, Unreadable, shown, spelled

STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SURROGATE_OR_ESCAPE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")
_CONFLICT = re.compile(r"^(<<<<<<<|=======|>>>>>>>)(?=\s|\Z)", re.MULTILINE)
_SPACE = re.compile(r"[ \t\n\r]*")
_CUT_TOKEN = re.compile(r"\.|[eE][-+]?|-|\\(?:u[0-9a-fA-F]{0,3})?")
_LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")

_REASONS = {
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in double quotes was expected",
    "Expecting value": "a value was expected",
    "Extra data": "there is more text after the end",
    "Invalid control character at": "a line break or tab stands inside a quoted text",
    "Unterminated string starting at": "a quoted text has no end",
}


def parse(text: str) -> Any:
    """The plain dicts, lists and values written in `text`.

    Raises Unreadable if it is no JSON, or JSON that readers understand differently (NaN, 1e999,
    a key twice, half a surrogate pair), or larger or deeper than the limits.
    """
    raw, problems = parse_leniently(text)
    refuse(text, problems)
    return raw


def parse_leniently(
    text: str, most: int = limits.BYTES, depth: int = limits.DEPTH
) -> tuple[Any, Iterable[Problem]]:
    """What is written in `text`, and what of it readers understand differently.

    Where a value cannot be taken the tree holds something that is no JSON value.
    Raises Unreadable if it is no JSON, larger than `most` bytes or nested more than `depth` deep.
    """
    _refuse_size(text, most)
    _refuse_depth(text, depth)
    strict = _Strict()
    try:
        raw = strict.decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable([_syntax(text, error)]) from error
    odd = strict.refused or _SURROGATE_OR_ESCAPE.search(text)
    return raw, refused_in(raw) if odd else ()


def refuse(text: str, problems: Iterable[Problem]) -> None:
    """Raise Unreadable with the problems and their lines; do nothing if there is none."""
    found = list(islice(problems, limits.FINDINGS))
    if found:
        lines = _Lines(text)
        raise Unreadable(
            Finding(spelled(p.path), p.what, p.remedy, lines.of(p.path)) for p in found
        )


def _refuse_size(text: str, most: int) -> None:
    if not text.strip():
        remedy = "Choose another file; this one holds nothing to open."
        raise Unreadable([Finding("file", "The file is empty.", remedy)])
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        raise Unreadable([too_large(most)])


def too_large(most: int | None = None) -> Finding:
    """The finding for a file over the limit, in bytes."""
    size = (most or limits.BYTES) // 2**20
    return Finding(
        "file", f"The file is larger than {size} MiB.", "Make it from smaller tensors or graphs."
    )


def _refuse_depth(text: str, most: int) -> None:
    # Before parsing: Python's own parser can run out of stack, which ends the process.
    if _depths(STRING.sub("", text)).max(initial=0) <= most:
        return
    blanked = STRING.sub(lambda match: " " * len(match[0]), text)
    at = int((_depths(blanked) > most).argmax())
    what = f"Brackets are nested more than {most} deep."
    raise Unreadable([_at(text, at, what, "Chainrule writes no such file: look for another copy.")])


def _depths(text: str) -> Any:
    import numpy as np

    step = np.zeros(256, np.int32)
    step[[ord("["), ord("{")]] = 1
    step[[ord("]"), ord("}")]] = -1
    # one byte a character, so that an index into the bytes is an index into the text
    return step[np.frombuffer(text.encode("ascii", "replace"), np.uint8)].cumsum(dtype=np.int32)


class _Refused:
    """Stands in the tree for what was written there, until the place is known."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy


class _Strict:
    """Python's decoder, noting all that it would let through and should not."""

    def __init__(self) -> None:
        self.refused = False
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self.pairs,
            parse_int=self.whole,
            parse_float=self.real,
            parse_constant=self.constant,
        )

    def refuse(self, what: str, remedy: str) -> _Refused:
        self.refused = True
        return _Refused(what, remedy)

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    what = f"The key “{shown(key)}” stands here twice."
                    found[key] = self.refuse(what, "Take one of the two out.")
                seen.add(key)
        return found

    def whole(self, digits: str) -> Any:
        if len(digits) <= limits.DIGITS:
            return int(digits)
        return self.refuse(
            f"{shown(digits, 12)} has {len(digits)} digits.", "Write it as 1e30, or shorter."
        )

    def real(self, digits: str) -> Any:
        value = float(digits)
        return value if math.isfinite(value) else self.constant(digits)

    def constant(self, word: str) -> _Refused:
        return self.refuse(
            f"{shown(word)} is not a number JSON can hold.",
            'In a tensor\'s data write "inf", "-inf" or "nan", in quotes.',
        )


def refused_in(value: Any, path: JsonPath = ()) -> Iterator[Problem]:
    """What readers understand differently, in a tree that was read leniently."""
    if isinstance(value, _Refused):
        yield Problem(path, value.what, value.remedy)
    elif isinstance(value, str):
        yield from _half_pairs(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _half_pairs(key, path)
            yield from refused_in(item, (*path, key))
    elif isinstance(value, list):
        for k, item in enumerate(value):
            yield from refused_in(item, (*path, k))


def _half_pairs(text: str, path: JsonPath) -> Iterator[Problem]:
    if _SURROGATE.search(text):
        what = f"“{shown(text)}” holds half a character (a lone surrogate)."
        yield Problem(path, what, "Type the text again.")


def _syntax(text: str, error: json.JSONDecodeError) -> Finding:
    if marker := _CONFLICT.search(text):
        what = f"A merge conflict was left in the file: “{marker[0]}”."
        remedy = "Keep one of the two versions and take the marker lines out, then open it again."
        return _at(text, marker.start(), what, remedy)
    if _ends_early(text, error):
        what = "The file ends in the middle: it is truncated, the rest is missing."
        return _at(text, len(text), what, "Copy or download it again, or open an older copy.")
    reason = _REASONS.get(error.msg, error.msg)
    excerpt = shown(text[error.pos : error.pos + 30].split("\n")[0])
    what = f"This is not JSON: {reason} at “{excerpt}”."
    remedy = "Choose a .chain file, or mend this place in a text editor."
    return _at(text, error.pos, what, remedy)


def _ends_early(text: str, error: json.JSONDecodeError) -> bool:
    if error.msg == "Extra data":
        return False
    rest = text[error.pos :].strip()
    if error.msg.startswith("Unterminated string") and "\n" not in rest:
        return True
    cut = not rest or _CUT_TOKEN.fullmatch(rest) or any(w.startswith(rest) for w in _LITERALS)
    return bool(cut) and text.lstrip()[0] in "{["


def _at(text: str, offset: int, what: str, remedy: str) -> Finding:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Finding(f"column {column}", what, remedy, line)


class _Lines:
    """Looks up the line on which a place of the parsed text was written."""

    _skip = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[int, dict[str | int, int]] = {}

    def of(self, path: JsonPath) -> int:
        """The line of the place, or of the innermost thing around it that is in the file."""
        at = self._after_space(0)
        for key in path:
            inner = self._children(at).get(key)
            if inner is None:
                break
            at = inner
        return self.text.count("\n", 0, at) + 1

    def _children(self, at: int) -> dict[str | int, int]:
        if at not in self.known:
            self.known[at] = dict(self._scan(at)) if self.text[at] in "{[" else {}
        return self.known[at]

    def _scan(self, at: int) -> Iterator[tuple[str | int, int]]:
        keyed = self.text[at] == "{"
        count = 0
        at = self._after_space(at + 1)
        while self.text[at] not in "]}":
            key: str | int = count
            if keyed:
                key, at = self._skip.raw_decode(self.text, at)
                at = self._after_space(self._after_space(at) + 1)
            yield key, at
            count += 1
            _, at = self._skip.raw_decode(self.text, at)
            at = self._after_space(at)
            if self.text[at] == ",":
                at = self._after_space(at + 1)

    def _after_space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at
