"""A share of the long runs with documents from strangers, and what they once stumbled over."""

from pathlib import Path

import pytest

from gui.model.files import load
from tests.soak import documents, kit


def test_mutated_documents_are_opened_or_refused_with_a_place():
    assert documents.run(400, seed=1) == []


def test_a_reader_that_does_more_than_read_is_found(monkeypatch):
    def curious(path):
        Path("/etc/hostname").exists()
        open(__file__).close()
        return load(path)

    monkeypatch.setattr(documents, "load", curious)
    monkeypatch.setattr(documents, "_keep", lambda name, data: None)
    assert any("saw open" in failure for failure in documents.run(3, seed=1))


def test_a_reader_that_stumbles_is_found(monkeypatch):
    def stumbling(path):
        raise KeyError("nodes")

    monkeypatch.setattr(documents, "load", stumbling)
    monkeypatch.setattr(documents, "_keep", lambda name, data: None)
    assert documents.run(1, seed=1) == ["seed 1 0: KeyError: 'nodes'"]


@pytest.mark.parametrize("path", sorted(kit.CORPUS.glob("*.chain")), ids=lambda path: path.name)
def test_what_once_failed_is_opened_or_refused(path, tmp_path):
    assert documents.received(tmp_path / path.name, path.read_bytes()) == []
