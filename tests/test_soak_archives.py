"""A share of the run that `make soak` does in full, and the archives that once broke it."""

import pytest

from gui.model.files import load
from gui.model.findings import Unreadable
from tests.soak import archives, kit


def test_hostile_archives_are_refused_with_a_place_and_at_no_cost():
    assert archives.run(3 * len(archives.KINDS), seed=1) == []


@pytest.mark.parametrize("path", sorted(kit.CORPUS.glob("*.chainz")), ids=lambda path: path.name)
def test_what_once_broke_the_run_does_not_break_it_again(path):
    assert archives.opened(path) == []


@pytest.mark.parametrize("kind", archives.KINDS[5:], ids=lambda kind: kind.__name__)
def test_every_kind_is_refused_for_what_it_is(kind, tmp_path):
    """Else it would be no hostile archive at all, and the run would show nothing."""
    refused = 0
    for turn in range(12):
        path = tmp_path / "x.chainz"
        path.write_bytes(kind(archives.Dice(turn), turn)[0])
        try:
            load(path)
        except Unreadable:
            refused += 1
    assert refused > 3


def faults(monkeypatch, tmp_path, reader):
    monkeypatch.setattr(archives, "load", reader)
    monkeypatch.setattr(kit, "CORPUS", tmp_path)
    return archives.run(1, seed=1)


def test_a_reader_that_stumbles_is_found(monkeypatch, tmp_path):
    def stumbling(path):
        raise KeyError("tensors")

    assert faults(monkeypatch, tmp_path, stumbling) == ["seed 1 0 truncated: KeyError: 'tensors'"]


def test_a_reader_that_takes_memory_or_leaves_a_file_is_found(monkeypatch, tmp_path):
    def greedy(path):
        bytearray(archives.SLACK + 2**20)
        path.with_name("unpacked").write_bytes(b"")
        return load(path)

    found = "\n".join(faults(monkeypatch, tmp_path, greedy))
    assert "bytes for" in found
    assert "saw open" in found
    assert "left a file behind" in found


def test_a_refusal_without_a_place_is_found(monkeypatch, tmp_path):
    def silent(path):
        raise Unreadable([])

    assert "without a place" in faults(monkeypatch, tmp_path, silent)[0]
