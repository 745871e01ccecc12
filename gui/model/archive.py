"""`.chainz`: a graph and its large tensors in one zip archive, in which nothing is left to chance.

graph.json        the text of a `.chain` file; a large tensor is {"npy": "tensors/w.npy"} there
manifest.json     of every tensor: dtype, shape, bytes, SHA-256
tensors/w.npy     as NumPy writes them
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from engine.packed import Packed, files
from gui.model import limits, npy
from gui.model.document import Document
from gui.model.findings import Finding, Unreadable, shown
from gui.model.npy import BadTensor
from gui.model.reading import from_text
from gui.model.strict_json import parse
from gui.model.writing import to_text
from gui.model.zipped import MAGIC, Entry, entries, refusal

if TYPE_CHECKING:
    from engine.registry import Op

__all__ = ["MAGIC", "from_bytes", "graph_and_rest", "packed_in", "to_bytes"]

GRAPH, MANIFEST = "graph.json", "manifest.json"
NAMES = re.compile(f"{re.escape(GRAPH)}|{re.escape(MANIFEST)}|{npy.NAME.pattern}")
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_OTHERS = "It was changed by something else than Chainrule: open an older copy."
_TAKE_OUT = "Take it out of the archive and out of manifest.json."


class TensorForm(Struct, forbid_unknown_fields=True):
    """What the manifest says of one `.npy`; `size` in bytes."""

    dtype: str
    shape: list[int]
    size: int
    sha256: str


class ManifestForm(Struct, forbid_unknown_fields=True):
    """The whole manifest."""

    tensors: dict[str, TensorForm]


def packed_in(document: Document) -> bool:
    """Whether it has tensors too large for the text of a `.chain` file."""
    nodes = document.graph.nodes.values()
    return any(isinstance(value, Packed) for node in nodes for value in node.params.values())


# ---- writing -----------------------------------------------------------------------------------


def to_bytes(document: Document) -> bytes:
    """The archive, always the same bytes for the same Document.

    Raises TypeError or ValueError if the Document holds what no file can.
    """
    names = files(document.graph.nodes.values())
    tensors = {name: npy.to_npy(packed) for packed, name in names.items()}
    manifest = {name: _told(packed, tensors[name]) for packed, name in names.items()}
    text = json.dumps({"tensors": manifest}, indent=1, sort_keys=True)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=False) as made:
        _add(made, GRAPH, to_text(document, names).encode())
        _add(made, MANIFEST, f"{text}\n".encode())
        for name in sorted(tensors):
            _add(made, name, tensors.pop(name))
    return archive.getvalue()


def _told(packed: Packed, data: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    shape = list(packed.shape)
    return {"dtype": packed.dtype.name, "shape": shape, "size": len(data), "sha256": digest}


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Not compressed: what a library makes of the same numbers changes with its version."""
    entry = zipfile.ZipInfo(name, _BEGINNING)
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # on every system the same
    archive.writestr(entry, data)


# ---- reading -----------------------------------------------------------------------------------


def from_bytes(
    data: bytes,
    *,
    ops: Mapping[str, Op] | None = None,
    actions: Collection[str] | None = None,
    notes: list[Finding] | None = None,
) -> Document:
    """The Document in an archive; no number is read before all that is said of it agrees.

    Raises Unreadable.
    """
    found = _entries(data)
    tensors = _Tensors(data, found, _manifest(data, found))
    text = _text(data, found[GRAPH])
    document = from_text(text, ops=ops, actions=actions, find=tensors.find, notes=notes)
    tensors.refuse_unused()
    return document


def graph_and_rest(data: bytes) -> tuple[bytes, npy.Find]:
    """The text of the graph, and what finds the tensors; a damaged one raises BadTensor only then.

    Raises Unreadable where the archive itself is damaged.
    """
    found = _entries(data)
    tensors = _Tensors(data, found, _manifest(data, found))

    def find(name: str) -> Packed | None:
        try:
            return tensors.find(name)
        except Unreadable as error:
            first = error.findings[0]
            raise BadTensor(f"{first.where}: {first.what}", first.remedy) from None

    return found[GRAPH].read(data), find


def _entries(data: bytes) -> dict[str, Entry]:
    """The files of the archive, graph and manifest among them."""
    if GRAPH.encode() not in data and MANIFEST.encode() not in data:
        what = "This is a zip archive, but Chainrule did not make it."
        raise refusal("file", what, "Choose a .chain or .chainz file.")
    found = entries(data, NAMES)
    for name, most in ((GRAPH, limits.BYTES), (MANIFEST, limits.MANIFEST)):
        if name not in found:
            raise refusal(name, "The archive has no such file.", "Choose a .chainz file.")
        if found[name].size > most:
            raise refusal(name, f"It is larger than {most >> 20} MiB.", _OTHERS)
    return found


class _Tensors:
    """The tensors of an archive, each read once, when the graph names it."""

    def __init__(
        self, data: bytes, found: Mapping[str, Entry], manifest: Mapping[str, TensorForm]
    ) -> None:
        self.data, self.entries, self.manifest = data, found, manifest
        self.read: dict[str, Packed] = {}

    def find(self, name: str) -> Packed | None:
        if name in self.manifest and name not in self.read:
            self.read[name] = _tensor(self.data, self.entries[name], self.manifest[name])
        return self.read.get(name)

    def refuse_unused(self) -> None:
        """A save would lose them without a word."""
        _refuse(self.manifest.keys() - self.read.keys(), "No node of the graph uses it.", _TAKE_OUT)


def _manifest(data: bytes, found: Mapping[str, Entry]) -> Mapping[str, TensorForm]:
    """What is said of the tensors, which are those in the archive."""
    raw = _of(MANIFEST, lambda: parse(_text(data, found[MANIFEST])))
    try:
        tensors = msgspec.convert(raw, ManifestForm).tensors
    except msgspec.ValidationError as error:
        raise refusal(MANIFEST, f"It is not built like a manifest: {error}.", _OTHERS) from None
    there = found.keys() - {GRAPH, MANIFEST}
    _refuse(there - tensors.keys(), "manifest.json does not name it.", _OTHERS)
    _refuse(tensors.keys() - there, "manifest.json names it, but it is not there.", _OTHERS)
    for name, form in tensors.items():
        if form.size != found[name].size:
            what = f"It has {found[name].size:,} bytes; manifest.json says {form.size:,}."
            raise refusal(name, what, _OTHERS)
    return tensors


def _tensor(data: bytes, entry: Entry, form: TensorForm) -> Packed:
    """One tensor; its numbers are not touched before its header agrees with the manifest."""
    try:
        header = npy.read_header(entry.head(data, limits.HEADER + 10))
        said = (header.dtype.name, list(header.shape), header.size)
        if said != (form.dtype, form.shape, entry.size):
            raise BadTensor("Its header says something else of it than manifest.json.", _OTHERS)
        content = entry.read(data)
        if hashlib.sha256(content).hexdigest() != form.sha256:
            raise BadTensor("It is not what manifest.json says: its SHA-256 differs.", _OTHERS)
        return npy.from_npy(content)
    except BadTensor as error:
        raise refusal(entry.name, error.what, error.remedy) from None


def _text(data: bytes, entry: Entry) -> str:
    try:
        return entry.read(data).decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"It is not UTF-8 text: byte {error.start} cannot stand there."
        raise refusal(entry.name, what, _OTHERS) from None


def _of(name: str, read: Callable[[], Any]) -> Any:
    """What is read of one file; its findings say that they are about that."""
    try:
        return read()
    except Unreadable as error:
        raise Unreadable(
            f if f.where == name else Finding(f"{name}, {f.where}", f.what, f.remedy, f.line)
            for f in error.findings
        ) from error


def _refuse(names: Iterable[str], what: str, remedy: str) -> None:
    """Refuse the archive because of these tensors, if there are any."""
    findings = [Finding(shown(name), what, remedy) for name in sorted(names)]
    if findings:
        raise Unreadable(findings)
