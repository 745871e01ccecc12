"""The entries of a zip archive, read so that no archive can do harm.

Everything an archive says of itself is compared with everything else it says before anything is
unpacked: the same facts stand in the directory at its end and before each entry, and the entries
fill the archive without gap or overlap.  Nothing is ever written to a disk.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from gui.model import limits
from gui.model.findings import Finding, Unreadable, shown

MAGIC = b"PK\x03\x04"

_END = struct.Struct("<4s4H2LH")
_LISTED = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<2H")
_STORED, _DEFLATED = 0, 8
_FLAGS = 0x0806  # how hard it was packed, and that its name is UTF-8
_ENCRYPTED, _ZIP64, _UNKNOWN = 1, 0x0001, 0xFFFFFFFF
_COPY = "Copy or download it again, or open an older copy."
_WHOLE = "archive"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive: bytes `start` to `end` of the whole are what it was packed to."""

    name: str
    method: int
    checksum: int
    size: int
    offset: int
    start: int
    end: int

    def head(self, archive: bytes, most: int) -> bytes:
        """Its first bytes, at most so many.  Raises Unreadable."""
        packed = archive[self.start : min(self.end, self.start + max(most, 4096))]
        if self.method == _STORED:
            return packed[:most]
        return _unpacked(self, packed, most)[0]

    def read(self, archive: bytes) -> bytes:
        """All of it, never more than it said it has.  Raises Unreadable."""
        if self.method == _STORED:
            data = archive[self.start : self.end]
        else:
            data, ended = _unpacked(self, memoryview(archive)[self.start : self.end], self.size + 1)
            if not ended or len(data) != self.size:
                raise refusal(self.name, "It does not unpack to the size it says it has.")
        if zlib.crc32(data) != self.checksum:
            raise refusal(self.name, "Its bytes are damaged: the checksum (CRC-32) differs.")
        return data


def refusal(where: str, what: str, remedy: str = _COPY) -> Unreadable:
    """The archive cannot be opened because of what is at a place in it."""
    return Unreadable([Finding(where, what, remedy)])


def entries(archive: bytes, names: re.Pattern[str]) -> dict[str, Entry]:
    """Every file of the archive by its name, which must match.  Raises Unreadable."""
    count, first, end = _directory(archive)
    found: dict[str, Entry] = {}
    total = 0
    for entry in _listed(archive, count, first, end, names):
        if entry.name in found:
            raise refusal(entry.name, "There are two files of this name in the archive.")
        found[entry.name] = entry
        total += entry.size
        if total > limits.ARCHIVE:
            what = f"Its files are larger than {limits.ARCHIVE >> 20} MiB together."
            raise refusal(entry.name, what, "Make it from smaller tensors.")
    _refuse_gaps(found, first)
    return found


# ---- the directory -----------------------------------------------------------------------------


def _directory(archive: bytes) -> tuple[int, int, int]:
    """How many entries there are, and where their directory begins and ends."""
    at = len(archive) - _END.size
    if at < 0 or archive[at : at + 4] != b"PK\5\6":
        raise refusal(_WHOLE, _why_no_end(archive))
    _, disk, disk_of, here, count, size, first, comment = _END.unpack_from(archive, at)
    if _UNKNOWN in (size, first) or count == 0xFFFF:
        raise refusal(_WHOLE, "It is a zip64 archive; Chainrule writes none, they are too large.")
    if disk or disk_of or here != count or comment or first + size != at:
        raise refusal(_WHOLE, "Its directory does not lie where its end says.")
    if count > limits.ENTRIES:
        what = f"It has {count:,} files; {limits.ENTRIES:,} are allowed."
        raise refusal(_WHOLE, what, "Make it with fewer tensors.")
    return count, first, at


def _why_no_end(archive: bytes) -> str:
    at = archive.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(archive):
        return "The file ends in the middle: it is truncated, the rest is missing."
    return f"There are {len(archive) - at - _END.size:,} bytes after the end of the archive."


def _listed(
    archive: bytes, count: int, at: int, end: int, names: re.Pattern[str]
) -> Iterator[Entry]:
    for k in range(count):
        if at + _LISTED.size > end or archive[at : at + 4] != b"PK\1\2":
            raise refusal(_WHOLE, f"Its directory is damaged at entry {k}.")
        facts = _LISTED.unpack_from(archive, at)
        length, extra, comment = facts[10:13]
        after = at + _LISTED.size + length
        if after + extra + comment > end:
            raise refusal(_WHOLE, f"Its directory is damaged at entry {k}.")
        name = _name(archive[after - length : after], names)
        _refuse_method(name, facts[3], facts[4], archive[after : after + extra])
        yield _entry(archive, name, facts)
        at = after + extra + comment
    if at != end:
        raise refusal(_WHOLE, "There is something between its directory and its end.")


def _name(raw: bytes, names: re.Pattern[str]) -> str:
    name = raw.decode("ascii", "replace")
    if not names.fullmatch(name):
        what = "A file of this name does not belong into the archive."
        raise refusal(shown(name) or _WHOLE, what, "Take it out of the archive.")
    return name


def _refuse_method(name: str, flags: int, method: int, extra: bytes) -> None:
    if flags & _ENCRYPTED:
        raise refusal(name, "It is encrypted.", "Pack the archive again without a password.")
    if flags & ~_FLAGS or method not in (_STORED, _DEFLATED):
        what = "It is packed in a way that Chainrule does not read."
        raise refusal(name, what, "Pack the archive again, stored or deflated.")
    if _ZIP64 in _extra_ids(extra):
        raise refusal(name, "It is a zip64 entry; Chainrule writes none, they are too large.")


def _extra_ids(extra: bytes) -> Iterator[int]:
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        yield kind
        at += _EXTRA.size + length


# ---- entries -----------------------------------------------------------------------------------


def _entry(archive: bytes, name: str, facts: tuple[int, ...]) -> Entry:
    """An entry of the directory, which the words before the entry itself must repeat."""
    flags, method, checksum, packed, size = facts[3], facts[4], *facts[7:10]
    offset = facts[16]
    if offset + _LOCAL.size > len(archive) or archive[offset : offset + 4] != MAGIC:
        raise refusal(name, "It does not lie where the directory says.")
    local = _LOCAL.unpack_from(archive, offset)
    start = offset + _LOCAL.size + local[9]
    same = (local[2], local[3], *local[6:9]) == (flags, method, checksum, packed, size)
    if not same or archive[start - local[9] : start] != name.encode():
        raise refusal(name, "The directory says something else of it than it does itself.")
    start += local[10]
    if start + packed > len(archive) or (method == _STORED and packed != size):
        raise refusal(name, "It cannot have the size that it says it has.")
    if size > limits.RATIO * max(packed, 1):
        what = f"It would unpack to more than {limits.RATIO} times its size."
        raise refusal(name, what, "Pack the archive again, stored.")
    return Entry(name, method, checksum, size, offset, start, start + packed)


def _refuse_gaps(found: dict[str, Entry], end: int) -> None:
    at = 0
    for entry in sorted(found.values(), key=attrgetter("offset")):
        if entry.offset != at:
            raise refusal(entry.name, "It overlaps another file, or there are bytes before it.")
        at = entry.end
    if at != end:
        raise refusal(_WHOLE, "There is something between its files and its directory.")


def _unpacked(entry: Entry, packed: bytes | memoryview, most: int) -> tuple[bytes, bool]:
    """What comes out, at most so many bytes; whether that was all, with nothing left over."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(packed, most)
    except zlib.error:
        raise refusal(entry.name, "Its bytes are damaged: it cannot be unpacked.") from None
    return data, stream.eof and not stream.unused_data
