"""Every version of the files that was ever released opens, and means what it meant.

`files/1` holds files as they were written by earlier Chainrules; none of them is ever changed.
"""

import shutil
from pathlib import Path

import pytest

from engine.packed import Packed
from gui.model.files import load, save, to_text, warnings
from gui.model.reading import MIGRATIONS, VERSION
from gui.model.terminal import film_of

ALL = sorted(path for path in (Path(__file__).parent / "files").rglob("*.chain*"))
NAMED = {"argvalues": ALL, "ids": lambda path: f"{path.parent.name}-{path.name}"}


def test_there_are_files_of_every_version():
    assert {path.parent.name for path in ALL} == {str(v + 1) for v in range(VERSION)}
    assert len(MIGRATIONS) == VERSION - 1
    assert {path.suffix for path in ALL} == {".chain", ".chainz"}


@pytest.mark.parametrize("path", **NAMED)
def test_it_opens_without_a_word_and_runs(path):
    document, _ = load(path)
    assert document.graph.nodes
    assert warnings(document) == []
    assert len(film_of(document))


@pytest.mark.parametrize("path", **NAMED)
def test_saved_again_it_is_the_same_document(path, tmp_path):
    document, _ = load(path)
    again = tmp_path / f"again{path.suffix}"
    if path.stem == "long_lists":
        again = again.with_suffix(".chainz")
    save(document, again)
    assert load(again)[0] == document


@pytest.mark.parametrize("path", **NAMED)
def test_of_this_version_it_stays_as_it_is_byte_for_byte(path, tmp_path):
    """Long lists, which this version would not write as such, are the one exception."""
    if path.parent.name != str(VERSION) or path.stem == "long_lists":
        return
    copied = shutil.copy(path, tmp_path / path.name)
    document, seen = load(copied)
    assert save(document, copied, expect_hash=seen) == seen
    assert copied.read_bytes() == path.read_bytes()


def test_long_lists_are_the_numbers_they_were():
    listed, packed = (load(next(p for p in ALL if p.name == name))[0] for name in
                      ("long_lists.chain", "tensors.chainz"))  # fmt: skip
    assert listed == packed
    w, k = (listed.graph.nodes[i].params["data"] for i in ("w", "k"))
    assert type(w) is type(k) is Packed
    assert (w.dtype.name, w.shape) == ("float32", (65, 64))
    assert w.array[0, :3].tolist() == [-3.0, -2.3125, -1.625]
    assert k.array.tolist() == list(range(4100))
    assert "npy" in to_text(listed)
