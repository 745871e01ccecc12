"""Hostile `.chainz` archives: refused with a place, at no cost in memory, files or processes."""

from __future__ import annotations

import json
import pickle
import random
import struct
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gui.model import archive, limits
from gui.model.files import load
from gui.model.findings import Unreadable
from tests.soak import kit
from tests.soak._mutations import mutated, sources
from tests.soak._zips import (
    Member,
    document,
    lying,
    member,
    members_of,
    npy,
    sound,
    with_npy,
    zipped,
)
from tests.soak.documents import FIRST, Watch

SLACK = 4 * 2**20
"""Bytes that reading may take beside what is read: a parsed graph, a directory, messages."""
STEP = 97
"""An archive is cut after every so many bytes."""
NAMES = (
    *("../w.npy", "/etc/passwd", "tensors/../../w.npy", "tensors\\w.npy", "C:\\w.npy", "w.npy"),
    *("tensors/", "tensors/w.npy/", "tensors/W.npy", "tensors/w.NPY", "tensors/w.npy\0.txt"),
    *("tensors/w.py", "tensors/é.npy", "graph.json/", "Graph.json", "", "tensors//w.npy", "."),
    *("tensors/con", "tensors/w.npy ", "tensors/<b>.npy", "__main__.py", "tensors/w\n.npy"),
)
HEADERS = (
    "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '|V8', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775808), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (True,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').getpid(),), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1, }",
    "{'descr': '<f4', 'fortran_order': False}",
    "-" * 5000,
    "",
    "\0" * 40,
)
LIES: tuple[dict[str, Any], ...] = (
    {"dtype": "object"}, {"dtype": "float64"}, {"dtype": 7}, {"shape": [2, 1]}, {"shape": "all"},
    {"shape": [2**62, 2**62]}, {"shape": [-2]}, {"size": 2**40}, {"size": -1}, {"size": 0},
    {"sha256": "0" * 64}, {"sha256": ""}, {"sha256": None}, {"more": 1}, {"shape": [[2]]},
)  # fmt: skip
MANIFESTS = (
    b"", b"{}", b"[]", b"null", b'{"tensors": []}', b'{"tensors": {}}', b"\xff\xfe", b"[" * 9000,
    b'{"tensors": {"../x": 1}}', b'{"tensors": {"a": 1, "a": 2}}', b'{"tensors": NaN}', b'{"a',
)  # fmt: skip
FACTS = ("flags", "method", "crc", "packed", "size")
WORDS = (0, 1, 8, 9, 12, 14, 99, 0x800, 0x7FFF, 0xFFFF)

Dice = random.Random
Made = tuple[bytes, int]
"""The bytes of an archive, and how many its files have together where that is what it says."""


def run(times: int, seed: int) -> list[str]:
    """What went wrong with `times` archives; every kind comes in turn."""
    texts, failures = sources(), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stranger.chainz"
        for k in range(FIRST):  # what is imported at the first use is imported now
            received(path, mutated(Dice(k), texts), 0, None)
        for kind in KINDS:
            received(path, *kind(Dice(0), 0), None)
        watch = Watch()
        tracemalloc.start()
        for k in range(times):
            kind = KINDS[k % len(KINDS)]
            data, declared = kind(Dice(f"{seed} {k}"), k // len(KINDS))
            wrong = received(path, data, declared, watch)
            failures += [f"seed {seed} {k} {kind.__name__}: {what}" for what in wrong]
            if wrong:
                kit.CORPUS.mkdir(exist_ok=True)
                (kit.CORPUS / f"{seed}-{k}.chainz").write_bytes(data)
        tracemalloc.stop()
    return failures


def received(path: Path, data: bytes, declared: int, watch: Watch | None) -> list[str]:
    """What is wrong with how one archive was received."""
    path.write_bytes(data)
    if watch is None:
        return opened(path)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with watch.on(path) as seen:
        wrong = opened(path)
    peak = tracemalloc.get_traced_memory()[1] - before
    wrong += [f"saw {event}" for event in seen]
    if peak > 2 * declared + SLACK:
        wrong.append(f"took {peak:,} bytes for {declared:,}")
    if [p.name for p in path.parent.iterdir()] != [path.name]:
        wrong.append("left a file behind")
    return wrong


def opened(path: Path) -> list[str]:
    """What is wrong with how it was opened."""
    try:
        found = load(path)[0]
    except Unreadable as error:
        told = all(f.where and f.what and f.remedy for f in error.findings)
        return [] if error.findings and told else [f"refused without a place: {error}"]
    except Exception as error:  # the very thing that is looked for
        return [f"{type(error).__name__}: {error}"]
    again = archive.to_bytes(found)
    same = archive.to_bytes(archive.from_bytes(again)) == again
    return [] if same else ["is another one when saved and opened"]


def _made(members: list[Member], **more: Any) -> Made:
    data = zipped(members, **more)
    return data, max(len(data), sum(len(m.data) for m in members))


def _swap(members: list[Member], k: int, new: Member) -> list[Member]:
    return [*members[:k], new, *members[k + 1 :]]


# ---- the kinds ---------------------------------------------------------------------------------


def truncated(dice: Dice, turn: int) -> Made:
    data = zipped(sound())
    return data[: turn * STEP % len(data)], len(data)


def flipped(dice: Dice, turn: int) -> Made:
    data = bytearray(zipped(sound()))
    for _ in range(dice.choice((1, 1, 2, 4))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(data), len(data)


def overwritten(dice: Dice, turn: int) -> Made:
    """Bytes put in, taken out or written over, most often near the directory."""
    data = bytearray(zipped(sound()))
    at = len(data) - dice.randrange(min(len(data), 400 if turn % 2 else 5000)) - 1
    new = dice.choice((b"", b"PK\5\6", b"PK\1\2", b"\xff" * 4, bytes(4), dice.randbytes(3)))
    data[at : at + dice.choice((0, len(new), 8))] = new
    return bytes(data), len(data)


def bomb(dice: Dice, turn: int) -> Made:
    """Zeros that unpack to much more than the archive has, or than it says."""
    size = dice.choice((2**16, 2**20, 2**23))
    large = member("tensors/w0.npy", bytes(size), deflated=True)
    told = lying(large, size=dice.choice((size, 128, 200 * len(large.packed), 2**32 - 2, 0)))
    data = zipped(_swap(sound(), 2 - turn % 3, replace(told, name=sound()[2 - turn % 3].name)))
    return data, len(data) + min(told.told["size"], 200 * len(large.packed))


def well_packed(dice: Dice, turn: int) -> Made:
    """Nothing is wrong with it: memory is what is looked at."""
    arrays = [Dice(k).randbytes(2**18) for k in range(dice.randrange(1, 4))]
    numbers = [np.frombuffer(a, np.int64) % 97 for a in arrays]
    members = members_of(archive.to_bytes(document(*numbers)))
    return _made([replace(m, deflated=bool(turn % 2)) for m in members])


def named(dice: Dice, turn: int) -> Made:
    members, name = sound(), NAMES[turn % len(NAMES)].encode()
    k = dice.randrange(len(members))
    new = replace(members[k], name=name)
    return _made([*members, new] if dice.random() < 0.5 else _swap(members, k, new))


def doubled(dice: Dice, turn: int) -> Made:
    members = sound()
    again = dice.choice(members)
    if turn % 2:
        again = replace(again, listed={"offset": 0})
    return _made([*members, again])


def headed(dice: Dice, turn: int) -> Made:
    header = HEADERS[turn % len(HEADERS)]
    data = pickle.dumps([Evil()]) if "|O" in header else bytes(8)
    shape = dice.choice(([2], [1], [1, 2], [0]))
    version = dice.choice((b"\1\0", b"\1\0", b"\2\0", b"\3\0", b"\0\0"))
    length = dice.choice((-1, -1, 0, 65535, 20_000))
    return _made(with_npy(npy(header, data, version, length), shape=shape))


class Evil:
    """Writes a file if anybody unpickles it."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Path.touch, (Path("was-here"),)


def misdescribed(dice: Dice, turn: int) -> Made:
    good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")
    return _made(with_npy(good, **LIES[turn % len(LIES)]))


def unlisted(dice: Dice, turn: int) -> Made:
    members = sound()
    if turn % 3 == 0:
        return _made(_swap(members, 1, member("manifest.json", MANIFESTS[turn % len(MANIFESTS)])))
    if turn % 3 == 1:
        return _made([m for m in members if m is not dice.choice(members)])
    raw = json.loads(members[1].data)
    raw["tensors"][dice.choice(NAMES)] = {}
    return _made(_swap(members, 1, member("manifest.json", json.dumps(raw).encode())))


def redrawn(dice: Dice, turn: int) -> Made:
    """Another graph, or one whose references lead elsewhere."""
    members = sound()
    if turn % 2:
        return _made(_swap(members, 0, member("graph.json", mutated(dice, sources()[:6]))))
    name = dice.choice((*NAMES, "manifest.json", "graph.json", "tensors/w9.npy", "k05VTVBZAQA="))
    text = members[0].data.decode().replace("tensors/w0.npy", json.dumps(name)[1:-1])
    return _made(_swap(members, 0, member("graph.json", text.encode())))


def nested(dice: Dice, turn: int) -> Made:
    inner = zipped(sound())
    if turn % 2:
        return _made(with_npy(inner))
    return _made(_swap(sound(), turn % 3, member("graph.json", inner)))


def stuffed(dice: Dice, turn: int) -> Made:
    """More bytes before, between or after; a comment."""
    more = dice.choice((b"\0", b"#!/bin/sh\n", dice.randbytes(40), b"PK\5\6" + bytes(18)))
    place = ("before", "between", "after")[turn % 3]
    end = {"comment": len(more)} if place == "after" and dice.random() < 0.5 else None
    return _made(sound(), **{place: more}, end=end)


def counted(dice: Dice, turn: int) -> Made:
    fact = dice.choice(("count", "size", "first", "comment"))
    return _made(sound(), end={fact: dice.choice((0, 1, 3, 5, 0xFFFF, 2001))})


def vast(dice: Dice, turn: int) -> Made:
    """zip64, in words or in numbers."""
    members = sound()
    k = dice.randrange(len(members))
    extra = struct.pack("<2H2Q", 1, 16, dice.choice((2**40, len(members[k].data))), 2**40)
    new = replace(lying(members[k], size=2**32 - 1, packed=2**32 - 1), extra=extra)
    if turn % 2:
        new = replace(members[k], extra=extra)
    return _made(_swap(members, k, new))


def contradictory(dice: Dice, turn: int) -> Made:
    """One fact of one file, in the directory, before the file, or both."""
    members = sound()
    k, fact = dice.randrange(len(members)), FACTS[turn % len(FACTS)]
    lie = {fact: dice.choice(WORDS)}
    new = members[k]
    where = dice.randrange(3)
    new = lying(new, **lie) if where == 0 else replace(new, **{("told", "listed")[where - 1]: lie})
    return _made(_swap(members, k, new))


def misplaced(dice: Dice, turn: int) -> Made:
    """Files that overlap, lie outside or in one another."""
    members = sound()
    k = dice.randrange(len(members))
    offset = dice.choice((0, 1, 30, len(members[0].data), 2**31, 2**32 - 1))
    return _made(_swap(members, k, replace(members[k], listed={"offset": offset})))


def corrupt(dice: Dice, turn: int) -> Made:
    """Deflated data that is none, is cut, or has something behind it."""
    members = [replace(m, deflated=True) for m in sound()]
    k = dice.randrange(len(members))
    packed = members[k].packed
    broken = dice.choice((packed[:-3], packed + b"\0\0", dice.randbytes(len(packed)), b""))
    raw = member(members[k].name.decode(), broken)
    facts = {"method": 8, "size": len(members[k].data), "crc": zlib.crc32(members[k].data)}
    return _made(_swap(members, k, lying(raw, **facts)))


def crowded(dice: Dice, turn: int) -> Made:
    more = [member(f"tensors/x{k}.npy", b"") for k in range(limits.ENTRIES)]
    return _made([*sound(), *more])


KINDS: tuple[Callable[[Dice, int], Made], ...] = (
    truncated, flipped, overwritten, bomb, well_packed, named, doubled, headed, misdescribed,
    unlisted, redrawn, nested, stuffed, counted, vast, contradictory, misplaced, corrupt, crowded,
    truncated, flipped,
)  # fmt: skip


if __name__ == "__main__":
    kit.main("hostile archives", 500, run)
