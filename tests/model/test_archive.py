"""A `.chainz` opens as what was saved, byte for byte, or says at which file of it and why not."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dtypes
from engine.graph import Graph, Node
from engine.packed import Packed
from gui.model import archive, files, limits, npy
from gui.model.document import Document
from gui.model.findings import CannotSave, Unreadable
from gui.model.salvage import salvaged
from tests.chain_samples import KNOWN, documents
from tests.soak import _zips
from tests.soak._zips import lying, member, members_of, sound, with_npy, zipped

GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
W0 = "tensors/w0.npy"


@st.composite
def packed(draw):
    """Any bits of any dtype, in any small shape."""
    dtype = draw(st.sampled_from(list(dtypes.BY_NAME.values())))
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    count = int(np.prod(shape, dtype=np.int64))
    if dtype is dtypes.bool_:
        bits = bytes(draw(st.lists(st.integers(0, 1), min_size=count, max_size=count)))
    else:
        size = count * dtype.itemsize
        bits = draw(st.binary(min_size=size, max_size=size))
    return Packed(np.frombuffer(bits, dtype.np).reshape(shape))


@st.composite
def packed_documents(draw):
    """Those of the file tests, in which some tensors are packed."""
    document = draw(documents())
    nodes = {
        i: replace(node, params={**node.params, "data": draw(packed())})
        if node.op in ("tensor", "mystery") and draw(st.booleans())
        else node
        for i, node in document.graph.nodes.items()
    }
    return replace(document, graph=replace(document.graph, nodes=nodes))


@settings(max_examples=150, deadline=None)
@given(packed_documents())
def test_what_is_saved_opens_as_the_same_document_and_saves_as_the_same_bytes(document):
    data = archive.to_bytes(document)
    again = archive.from_bytes(data, **KNOWN)
    assert files._same(document, again)
    assert archive.to_bytes(again) == data


@settings(max_examples=60, deadline=None)
@given(packed_documents())
def test_as_text_it_is_the_same_document_too(document):
    text = files.to_text(document)
    assert files.to_text(files.from_text(text, **KNOWN)) == text
    assert files._same(document, files.from_text(text, **KNOWN))


EXTREME = {
    "payloads of nan": np.array([0x7FF8000000000001, 0xFFF0000000000001], np.uint64).view("f8"),
    "signs of zero": np.array([0.0, -0.0], np.float32),
    "int64": np.array([-(2**63), 2**63 - 1]),
    "float16": np.array([65504, 6e-8, np.inf], np.float16),
    "truths": np.array([[True, False]]),
    "nothing": np.zeros((3, 0, 2), np.int8),
    "a scalar": np.array(7, np.uint8),
    "many": np.random.default_rng(0).normal(size=(64, 65)).astype(np.float32),
    "eight dimensions": np.ones((1, 2) * 4),
}


@pytest.mark.parametrize("what", EXTREME)
def test_the_bits_of_any_numbers_come_back_through_a_file(tmp_path, what):
    path = tmp_path / "x.chainz"
    saved = files.save(_zips.document(EXTREME[what]), path)
    document, seen = files.load(path)
    array = document.graph.nodes["w0"].params["data"].array
    assert seen == saved
    assert (array.dtype, array.shape) == (EXTREME[what].dtype, EXTREME[what].shape)
    assert array.tobytes() == EXTREME[what].tobytes()
    assert not array.flags.writeable


@pytest.mark.parametrize("what", EXTREME)
def test_numpy_reads_what_is_written_and_writes_what_is_read(what):
    data = npy.to_npy(Packed(EXTREME[what]))
    found = np.load(io.BytesIO(data), allow_pickle=False)
    assert found.tobytes() == EXTREME[what].tobytes()
    written = io.BytesIO()
    np.save(written, EXTREME[what])
    assert npy.from_npy(written.getvalue()) == Packed(EXTREME[what])


def test_another_process_writes_the_same_bytes():
    """No clock, no place, no order of a set is in them."""
    program = (
        "import hashlib; from gui.model import archive; from tests.soak._zips import sound, "
        "document; import numpy as np; print(hashlib.sha256(archive.to_bytes(document("
        "np.arange(9.0), np.arange(5)))).hexdigest())"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    told = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=e)
        for e in (env, {**env, "PYTHONHASHSEED": "8", "TZ": "UTC"})
    ]
    assert told[0].stdout == told[1].stdout
    assert len(told[0].stdout) > 60


def test_an_archive_is_a_zip_that_others_read_with_the_graph_first():
    data = archive.to_bytes(_zips.document(np.ones((70, 70)), np.ones(3)))
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.namelist() == ["graph.json", "manifest.json", W0, "tensors/w1.npy"]
        assert found.testzip() is None
        assert json.loads(found.read("graph.json"))["chainrule"] == 1
        told = json.loads(found.read("manifest.json"))["tensors"][W0]
        assert (told["dtype"], told["shape"]) == ("float64", [70, 70])
        assert told["size"] == found.getinfo(W0).file_size


def test_nodes_of_the_same_numbers_share_a_file():
    array = np.random.default_rng(1).normal(size=5000)
    one, two = (len(archive.to_bytes(_zips.document(*a))) for a in ([array], [array] * 2))
    assert two - one < 200


def test_what_others_have_packed_again_opens_as_the_same():
    document = _zips.document(np.random.default_rng(2).normal(size=(70, 70)), np.arange(5))
    packed_again = io.BytesIO()
    with zipfile.ZipFile(packed_again, "w", zipfile.ZIP_DEFLATED) as made:
        for m in reversed(members_of(archive.to_bytes(document))):
            made.writestr(m.name.decode(), m.data)
    assert archive.from_bytes(packed_again.getvalue()) == document


# ---- what is refused ---------------------------------------------------------------------------


def refused(data):
    with pytest.raises(Unreadable) as caught:
        archive.from_bytes(data)
    assert all(f.where and f.what and f.remedy for f in caught.value.findings)
    return caught.value.findings[0]


def swapped(k, **changes):
    members = sound()
    members[k] = replace(members[k], **changes)
    return zipped(members)


def lied(k, **facts):
    members = sound()
    members[k] = lying(members[k], **facts)
    return zipped(members)


ONE = with_npy(_zips.npy(GOOD))
BOMB = member(W0, ONE[2].data + bytes(2**24), deflated=True)
REFUSED = [
    ("cut in the middle", zipped(sound())[:700], "archive", "truncated"),
    ("cut at the end", zipped(sound())[:-1], "archive", "truncated"),
    ("more behind", zipped(sound(), after=b"x" * 9), "archive", "9 bytes after the end"),
    ("more between", zipped(sound(), between=b"x"), "archive", "its files and its directory"),
    ("more before", b"x" + zipped(sound()), "archive", "not lie where"),
    ("a comment", zipped(sound(), after=b"hi", end={"comment": 2}), "archive", "after the end"),
    ("more files than told", zipped(sound(), end={"count": 2}), "archive", "directory and its end"),
    ("fewer files than told", zipped(sound(), end={"count": 9}), "archive", "damaged at entry 4"),
    ("very many files", zipped(sound(), end={"count": 2001}), "archive", "2,001 files"),
    ("zip64", zipped(sound(), end={"count": 0xFFFF}), "archive", "zip64"),
    ("a zip64 file", swapped(2, extra=b"\1\0\4\0aaaa"), W0, "zip64"),
    ("a way out", swapped(2, name=b"../w0.npy"), "../w0.npy", "does not belong"),
    ("a capital", swapped(2, name=b"tensors/W.npy"), "tensors/W.npy", "does not belong"),
    ("a line break", swapped(2, name=b"tensors/w\n.npy"), r"tensors/w\n.npy", "does not belong"),
    ("two of a name", zipped([*sound(), sound()[2]]), W0, "two files of this name"),
    ("encrypted", lied(2, flags=1), W0, "encrypted"),
    ("packed otherwise", lied(2, method=12), W0, "way that Chainrule does not read"),
    ("with its size behind it", lied(2, flags=8), W0, "way that Chainrule does not read"),
    ("a wrong checksum", lied(2, crc=1), W0, "CRC-32"),
    ("a bomb", zipped([*sound()[:2], BOMB]), W0, "more than 200 times"),
    ("a bomb that lies", zipped([*ONE[:2], lying(BOMB, size=len(ONE[2].data))]), W0,
     "does not unpack to the size"),
    ("a size beyond all", lied(2, size=2**32 - 2, method=8), W0, "more than 200 times"),
    ("half a gibibyte", lied(2, size=2**30, packed=2**28, method=8), W0, "size that it says"),
    ("two stories", swapped(2, told={"size": 1}), W0, "says something else"),
    ("elsewhere", swapped(2, listed={"offset": 5}), W0, "does not lie where"),
    ("one in another", swapped(3, listed={"offset": 0}), "tensors/w1.npy", "something else"),
    ("a gap", swapped(2, deflated=True, told={"packed": 40}, listed={"packed": 40}),
     "tensors/w1.npy", "overlaps another file, or there are bytes before"),
    ("an overlap", swapped(2, deflated=True, told={"packed": 400}, listed={"packed": 400}),
     "tensors/w1.npy", "overlaps another file, or there are bytes before"),
    ("no graph", zipped(sound()[1:]), "graph.json", "no such file"),
    ("no manifest", zipped([sound()[0], *sound()[2:]]), "manifest.json", "no such file"),
    ("a tensor less", zipped(sound()[:3]), "tensors/w1.npy", "it is not there"),
    ("a tensor more", zipped([*sound(), member("tensors/x.npy", b"")]), "tensors/x.npy",
     "does not name it"),
    ("no JSON", swapped(1, data=b"{"), "manifest.json, column 2", "truncated"),
    ("no manifest at all", swapped(1, data=b"[1]"), "manifest.json", "not built like"),
    ("bytes for text", swapped(0, data=b"\xff"), "graph.json", "not UTF-8"),
    ("another zip", zipped(with_npy(zipped(sound()))), W0, "no .npy file"),
    ("a damaged header", zipped(with_npy(_zips.npy("{'descr"))), W0, "header is damaged"),
    ("a long header", zipped(with_npy(_zips.npy(GOOD + " " * 10_001))), W0, "no .npy file"),
    ("pickled objects", zipped(with_npy(_zips.npy(GOOD.replace("<f4", "|O")))), W0, "no dtype"),
    ("big endian", zipped(with_npy(_zips.npy(GOOD.replace("<f4", ">f4")))), W0, "no dtype"),
    ("records", zipped(with_npy(_zips.npy(GOOD.replace("'<f4'", "[('a', '<f4')]")))), W0,
     "no dtype"),
    ("by columns", zipped(with_npy(_zips.npy(GOOD.replace("False", "True")))), W0, "fortran_order"),
    ("a huge shape", zipped(with_npy(_zips.npy(GOOD.replace("2,", "2, 99999999999")))), W0,
     "more than 16,777,216 numbers"),
    ("huge and empty", zipped(with_npy(_zips.npy(GOOD.replace("2,", "0, 99999999999")))), W0,
     "more than 16,777,216 numbers"),
    ("nine dimensions", zipped(with_npy(_zips.npy(GOOD.replace("2,", "1, " * 8 + "2")))), W0,
     "9 dimensions"),
    ("another shape than told", zipped(with_npy(_zips.npy(GOOD), shape=[1, 2])), W0,
     "something else of it than manifest.json"),
    ("another dtype than told", zipped(with_npy(_zips.npy(GOOD), dtype="int32")), W0,
     "something else of it than manifest.json"),
    ("another size than told", zipped(with_npy(_zips.npy(GOOD), size=7)), W0, "says 7"),
    ("too few numbers", zipped(with_npy(_zips.npy(GOOD, bytes(4)))), W0,
     "something else of it than manifest.json"),
    ("other numbers than told", zipped(with_npy(_zips.npy(GOOD), sha256="0" * 64)), W0, "SHA-256"),
    ("neither True nor False",
     zipped(with_npy(_zips.npy(GOOD.replace("<f4", "|b1"), b"\1\2"), dtype="bool")), W0,
     "neither True nor False"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "where", "what"), [r[1:] for r in REFUSED],
                         ids=[r[0] for r in REFUSED])  # fmt: skip
def test_a_hostile_archive_is_refused_at_a_place_with_a_reason_and_a_remedy(data, where, what):
    finding = refused(data)
    assert (finding.where, what in finding.what) == (where, True), finding


def test_the_sound_archive_of_these_tests_opens():
    assert archive.from_bytes(zipped(sound()))
    assert archive.from_bytes(zipped(with_npy(_zips.npy(GOOD))))


def test_a_tensor_that_no_node_uses_is_refused_as_a_save_would_lose_it():
    graph = member("graph.json", b'{"chainrule": 1, "nodes": []}')
    assert refused(zipped([graph, *sound()[1:]])).what == "No node of the graph uses it."


def test_a_tensor_that_the_graph_names_and_nobody_has_is_told_where_it_is_named():
    text = sound()[0].data.replace(W0.encode(), b"tensors/w9.npy")
    finding = refused(zipped([replace(sound()[0], data=text), *sound()[1:]]))
    assert finding.where == "$.nodes[0].params.data"
    assert "tensors/w9.npy" in finding.what


def test_a_graph_that_is_wrong_is_told_of_as_in_a_text():
    text = sound()[0].data.replace(b'"w1"', b'"w0"')
    finding = refused(zipped([replace(sound()[0], data=text), *sound()[1:]]))
    assert finding.where == "$.nodes[1].id"
    assert finding.line == 4


def test_no_number_is_read_before_the_shape_agrees(monkeypatch):
    """What is said is compared first; only the first bytes are looked at for that."""
    from gui.model.zipped import Entry

    truth, lie = zipped(ONE), zipped(with_npy(_zips.npy(GOOD), shape=[1, 2]))
    read = []
    monkeypatch.setattr(Entry, "read", lambda self, data, _read=Entry.read:
                        read.append(self.name) or _read(self, data))  # fmt: skip
    refused(lie)
    assert W0 not in read
    archive.from_bytes(truth)
    assert W0 in read


def test_all_files_together_may_not_be_larger_than_the_limit(monkeypatch):
    data, together = zipped(sound()), sum(len(m.data) for m in sound())
    monkeypatch.setattr(limits, "ARCHIVE", together)
    assert archive.from_bytes(data)
    monkeypatch.setattr(limits, "ARCHIVE", together - 1)
    finding = refused(data)
    assert (finding.where, "together" in finding.what) == ("tensors/w1.npy", True)


def test_limits_are_those_that_are_written_down():
    assert (limits.ENTRIES, limits.ARCHIVE, limits.RATIO) == (2_000, 512 * 2**20, 200)
    assert (limits.HEADER, limits.INLINE) == (10_000, 4_096)


# ---- files -------------------------------------------------------------------------------------

LARGE = _zips.document(np.ones((70, 70)))


def test_a_text_file_is_no_place_for_a_large_tensor(tmp_path):
    path = tmp_path / "x.chain"
    with pytest.raises(CannotSave, match=r"more than 4,096 numbers.*\.chainz"):
        files.save(LARGE, path)
    assert not path.exists()


def test_the_suffix_says_how_a_document_is_saved_and_the_bytes_how_it_is_opened(tmp_path):
    small = Document(Graph.of([Node("x", "tensor", "x", {"data": 1.0})]))
    assert (files.suffix_of(small), files.suffix_of(LARGE)) == (".chain", ".chainz")
    for document, name in ((small, "a.chain"), (small, "b.chainz"), (LARGE, "c.chainz")):
        files.save(document, tmp_path / name)
        assert (tmp_path / name).read_bytes()[:2] == (b"PK" if "z" in name else b'{"')
        (tmp_path / name).rename(tmp_path / "renamed")
        assert files.load(tmp_path / "renamed")[0] == document


def test_an_archive_may_be_larger_than_a_text_may_be(tmp_path, monkeypatch):
    path = tmp_path / "x.chainz"
    files.save(LARGE, path)
    monkeypatch.setattr(limits, "BYTES", 10_000)
    assert files.load(path)[0] == LARGE
    monkeypatch.setattr(limits, "ARCHIVE", 15_000)
    with pytest.raises(Unreadable, match="larger than"):
        files.load(path)
    path.write_bytes(b" " * 20_000)
    with pytest.raises(Unreadable, match="larger than"):
        files.load(path)


def test_of_a_damaged_archive_all_that_is_whole_can_be_opened():
    """The tensor that is damaged is left out, and its place is told."""
    members = sound()
    bad = replace(members[2], data=members[2].data[:-1] + b"\7")
    document, told = salvaged(zipped([*members[:2], bad, members[3]]))
    assert document.graph.nodes["w0"].params == {}
    assert document.graph.nodes["w1"].params["data"] == Packed(np.arange(7))
    assert [f.where for f in told] == ["$.nodes[0].params.data"]
    assert W0 in told[0].what
    assert "SHA-256" in told[0].what
    with pytest.raises(Unreadable, match="truncated"):
        salvaged(zipped(members)[:-9])
