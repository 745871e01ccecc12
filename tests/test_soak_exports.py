"""A share of the run that `make soak` does in full; and that it would find what it looks for."""

from __future__ import annotations

import ast

import pytest

from engine.code import checked_lines, layout
from gui.model.program import effective
from tests import export_kit
from tests.soak import exports


def test_hostile_labels_stay_labels():
    assert exports.run(250, seed=1) == []


def test_no_hostile_line_runs(monkeypatch):
    """What a label says to do would be noticed: all of it needs a name that is not there."""
    reached = []
    for k in range(40):
        document = exports.hostile_document(f"run {k}")
        text = export_kit.script(document.graph, effective(document)).text
        names = export_kit.ran(text, export_kit.engine)[0]
        reached += [n for n in ("os", "sys", "subprocess") if n in names]
    assert reached == []


@pytest.mark.parametrize("break_it", ["comments", "guard"])
def test_a_writer_that_lets_labels_through_is_found(monkeypatch, break_it):
    if break_it == "comments":
        monkeypatch.setattr(layout, "comment", lambda told, indent="": [f"{indent}# {told}"])
    else:
        monkeypatch.setattr(checked_lines, "is_fit", lambda tree, names: True)
        monkeypatch.setattr(checked_lines, "NODES", (ast.AST,))
    assert exports.run(60, seed=2)
