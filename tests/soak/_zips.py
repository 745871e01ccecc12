"""Zip archives byte by byte, so that each may lie wherever an archive can lie."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.graph import Graph, Node
from engine.packed import Packed
from gui.model import archive
from gui.model.document import Document
from gui.model.zipped import entries

LOCAL, LISTED, END = "<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"


@dataclass(frozen=True)
class Member:
    """A file of an archive; what is set in `told` and `listed` takes the place of the truth.

    `told` changes what stands before the file, `listed` what the directory says of it.
    """

    name: bytes
    data: bytes
    deflated: bool = False
    told: Mapping[str, int] = field(default_factory=dict)
    listed: Mapping[str, int] = field(default_factory=dict)
    extra: bytes = b""

    @property
    def packed(self) -> bytes:
        """The bytes that lie in the archive."""
        if not self.deflated:
            return self.data
        made = zlib.compressobj(9, zlib.DEFLATED, -15)
        return made.compress(self.data) + made.flush()

    @property
    def facts(self) -> dict[str, int]:
        return {
            "flags": 0,
            "method": 8 if self.deflated else 0,
            "crc": zlib.crc32(self.data),
            "packed": len(self.packed),
            "size": len(self.data),
        }


def member(name: str, data: bytes, **more: Any) -> Member:
    return Member(name.encode(), data, **more)


def lying(of: Member, **facts: int) -> Member:
    """The same, with a lie in both places."""
    return replace(of, told={**of.told, **facts}, listed={**of.listed, **facts})


def zipped(
    members: Sequence[Member],
    *,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = b"",
    end: Mapping[str, int] | None = None,
) -> bytes:
    """The archive of these members, with more bytes at three places and lies in its end."""
    out, directory = bytearray(before), bytearray()
    for m in members:
        told, listed = {**m.facts, **m.told}, {**m.facts, "offset": len(out), **m.listed}
        out += struct.pack(
            LOCAL, b"PK\3\4", 20, told["flags"], told["method"], 0, 33, told["crc"],
            told["packed"], told["size"], len(m.name), len(m.extra),
        )  # fmt: skip
        out += m.name + m.extra + m.packed
        directory += struct.pack(
            LISTED, b"PK\1\2", 0x0314, 20, listed["flags"], listed["method"], 0, 33, listed["crc"],
            listed["packed"], listed["size"], len(m.name), len(m.extra), 0, 0, 0, 0o644 << 16,
            listed["offset"],
        )  # fmt: skip
        directory += m.name + m.extra
    out += between
    facts = {"count": len(members), "size": len(directory), "first": len(out), "comment": 0}
    facts |= end or {}
    out += directory
    count = facts["count"]
    out += struct.pack(
        END, b"PK\5\6", 0, 0, count, count, facts["size"], facts["first"], facts["comment"]
    )
    return bytes(out) + after


def document(*arrays: Any) -> Document:
    """Nodes w0, w1 … with these arrays."""
    nodes = [Node(f"w{k}", "tensor", f"w{k}", {"data": Packed(a)}) for k, a in enumerate(arrays)]
    return Document(Graph.of(nodes))


def members_of(data: bytes) -> list[Member]:
    """Those of an archive that Chainrule wrote."""
    return [member(e.name, e.read(data)) for e in entries(data, archive.NAMES).values()]


def sound() -> list[Member]:
    """A small archive: graph, manifest, two tensors."""
    numbers = np.linspace(-1, 1, 60, dtype=np.float32).reshape(5, 12)
    return members_of(archive.to_bytes(document(numbers, np.arange(7))))


def with_npy(data: bytes, **said: Any) -> list[Member]:
    """An archive whose only tensor is these bytes, with an honest manifest but for what is said."""
    name = "tensors/w0.npy"
    facts = {"dtype": "float32", "shape": [2], "size": len(data)}
    facts |= {"sha256": hashlib.sha256(data).hexdigest(), **said}
    graph, _, _ = members_of(archive.to_bytes(document(np.zeros(2, np.float32))))
    manifest = member("manifest.json", json.dumps({"tensors": {name: facts}}).encode())
    return [graph, manifest, member(name, data)]


def npy(header: str, data: bytes = bytes(8), version: bytes = b"\1\0", length: int = -1) -> bytes:
    """A `.npy` of this header, whatever that says."""
    text = header.encode().ljust(117) + b"\n"
    size = len(text) if length < 0 else length
    return b"\x93NUMPY" + version + size.to_bytes(2, "little") + text + data
