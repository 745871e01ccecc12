"""A Packed in a file: the bytes of a NumPy `.npy`, and what stands in a node's params for it.

NumPy's own reader takes headers apart with Python's parser, and may unpickle: this one knows the
few headers that NumPy writes for plain numbers, letter by letter, and nothing else.
"""

from __future__ import annotations

import binascii
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from engine import dtypes
from engine.graph import Graph
from engine.packed import FOLDER, Packed
from gui.model import limits
from gui.model.findings import Problem, shown
from gui.model.forms import NodeForm, Parts

KEY = "npy"
"""`{"npy": "tensors/w.npy"}` in an archive; in a text the file itself, in base64."""
NAME = re.compile(re.escape(FOLDER) + r"[a-z0-9_]+\.npy")

Find = Callable[[str], Packed | None]
"""The numbers of a name in the archive, None where it has no such name; raises Unreadable."""

_MAGIC = b"\x93NUMPY\x01\x00"
_BEGINS = b64encode(_MAGIC[:6]).decode()
_START = len(_MAGIC) + 2
_ALIGNED = 64
_HEADER = re.compile(
    rb"\{'descr': ('[^'\n]*'|\[[^\n]*\]), 'fortran_order': (True|False), "
    rb"'shape': \((|\d+,|\d+(?:, \d+)+)\), \} *\n"
)
_DESCR = {t: t.np.newbyteorder("<").str for t in dtypes.BY_NAME.values()}
_BY_DESCR = {descr: t for t, descr in _DESCR.items()}
_AGAIN = "Save it again with Chainrule, or as an array of plain numbers with numpy.save."


class BadTensor(Exception):
    """Why bytes are no tensor, and what to do about it."""

    def __init__(self, what: str, remedy: str = _AGAIN) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


@dataclass(frozen=True, slots=True)
class Header:
    """What a `.npy` says of itself; its numbers begin at byte `start`."""

    dtype: dtypes.dtype
    shape: tuple[int, ...]
    start: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.start + prod(self.shape) * self.dtype.itemsize


def to_npy(packed: Packed) -> bytes:
    """The bytes that `numpy.load` reads as the same array."""
    descr = _DESCR[packed.dtype]
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {packed.shape}, }}"
    length = -(-(_START + len(text) + 1) // _ALIGNED) * _ALIGNED - _START
    header = text.encode().ljust(length - 1) + b"\n"
    numbers = packed.array.astype(descr, copy=False).tobytes()
    return b"".join((_MAGIC, length.to_bytes(2, "little"), header, numbers))


def read_header(data: bytes) -> Header:
    """Dtype and shape, from the first bytes of a `.npy`.  Raises BadTensor."""
    length = int.from_bytes(data[len(_MAGIC) : _START], "little")
    if not data.startswith(_MAGIC) or length > limits.HEADER:
        raise BadTensor("This is no .npy file of version 1.0.")
    match = _HEADER.fullmatch(data, _START, _START + length)
    if match is None or len(data) < _START + length:
        raise BadTensor("Its .npy header is damaged, or not like those NumPy writes.")
    descr, fortran, sizes = (part.decode("latin-1") for part in match.groups())
    dtype = _BY_DESCR.get(descr.strip("'"))
    if dtype is None:
        raise BadTensor(f"It holds {shown(descr)}, which is no dtype of a tensor here.")
    if fortran == "True":
        raise BadTensor("Its numbers are written column by column (fortran_order).")
    parts = [part for part in sizes.replace(",", " ").split() if part]
    shape = tuple(int(part) if len(part) <= limits.DIGITS else sys.maxsize for part in parts)
    check_shape(shape)
    return Header(dtype, shape, _START + length)


def check_shape(shape: tuple[int, ...]) -> None:
    """Raise BadTensor for more dimensions or numbers than a tensor may have."""
    if len(shape) > limits.RANK:
        raise BadTensor(f"It has {len(shape)} dimensions; {limits.RANK} are allowed.")
    if max(shape, default=0) > limits.ELEMENTS or prod(shape) > limits.ELEMENTS:
        raise BadTensor(f"It has more than {limits.ELEMENTS:,} numbers.", "Make it smaller.")


def from_npy(data: bytes) -> Packed:
    """The array of a whole `.npy`, on these very bytes.  Raises BadTensor."""
    header = read_header(data)
    if len(data) != header.size:
        raise BadTensor(f"It has {len(data):,} bytes; its shape needs {header.size:,}.")
    numbers = np.frombuffer(data, np.uint8)[header.start :]
    if header.dtype is dtypes.bool_ and numbers.max(initial=0) > 1:
        raise BadTensor("It holds something that is neither True nor False.")
    if sys.byteorder == "little" and not header.start % 16:
        return Packed.within(data, header.start, header.dtype, header.shape)
    array: Any = np.ndarray(header.shape, _DESCR[header.dtype], data, header.start)
    return Packed(array.astype(header.dtype.np))


# ---- in a node's params ------------------------------------------------------------------------


def inline(packed: Packed) -> dict[str, str]:
    """What stands for it in a text that has no files beside it."""
    return {KEY: b64encode(to_npy(packed)).decode()}


def text_size(graph: Graph) -> int:
    """About how many characters stand in a text for all that is packed in the graph."""
    arrays = (v.array for n in graph.nodes.values() for v in n.params.values() if type(v) is Packed)
    return sum(array.nbytes for array in arrays) * 4 // 3


def put_in(parts: Parts, find: Find | None) -> Iterator[Problem]:
    """Replace what stands for a Packed in the params by the Packed; `find` has those in files."""
    for i, form in parts.nodes.items():
        for name, text in _references(form).items():
            try:
                form.params = {**form.params, name: _packed(text, find)}
            except BadTensor as error:
                # gone, so that it is not refused once more for being no number
                form.params = {k: v for k, v in form.params.items() if k != name}
                yield Problem(("nodes", i, "params", name), error.what, error.remedy)


def _references(form: NodeForm) -> dict[str, str]:
    found = {name: _reference(value) for name, value in form.params.items()}
    return {name: text for name, text in found.items() if text}


def _reference(value: Any) -> str:
    """The name or the content of a `.npy`, if that is what stands there."""
    if not isinstance(value, dict) or list(value) != [KEY] or not isinstance(value[KEY], str):
        return ""
    text: str = value[KEY]
    return text if NAME.fullmatch(text) or text.startswith(_BEGINS) else ""


def _packed(text: str, find: Find | None) -> Packed:
    if not NAME.fullmatch(text):
        return _decoded(text)
    if find is None:
        told = f"Its numbers are in {shown(text)}, beside which this text does not stand."
        raise BadTensor(told, "Open the .chainz file that holds both.")
    packed = find(text)
    if packed is None:
        raise BadTensor(
            f"There is no {shown(text)} in this file.", "Look for another copy of the file."
        )
    return packed


def _decoded(text: str) -> Packed:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadTensor(
            "This is no base64 text.", "Copy it again, or open an older copy."
        ) from None
    return from_npy(data)
