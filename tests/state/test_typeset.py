"""Formulas become paths: every one there is, in pieces that may wrap, each only once."""

import re

import numpy as np
import pytest
from latex2mathml.converter import convert

from gui.model.explain import explained, passed_back
from gui.model.explain.symbols import named
from gui.state import typeset as module
from gui.state.typeset import Typesetter, _spaced, is_settled, known, pieces_of, typeset
from tests.engine.samples import CASES
from tests.explain_kit import film_of_case
from tests.runs import LESSONS, film_of, lesson

FIRST = [case for case in CASES if case.number == 0]


def formulas(case):
    """All TeX that is made of one sample: forward, backward, and of the entries."""
    shown = film_of_case(case, "float32")
    last = len(shown) - 1
    for found in (explained(shown, last, "y"), *passed_back(shown, last, "y")):
        worked = found.work(found.default) if found.work and np.size(found.value) else ()
        yield from (line.tex for line in (*found.lines, *worked) if line.tex)


def _any_number(tex):
    """The piece with the same number everywhere: they are all drawn alike."""
    return re.sub(r"_\{\d(,\d)*\}", "_{1,0}", re.sub(r"\d+(\.\d+)?", "5", tex))


@pytest.mark.parametrize("part", range(4))
def test_every_formula_can_be_drawn(part):
    """By ziamath, without a command it does not know; no piece is absurdly high."""
    drawn = {tex for case in FIRST[part::4] for tex in formulas(case)}
    pieces = {_any_number(p) for tex in drawn for p in pieces_of(tex)}
    assert len(pieces) > 100
    for tex in pieces:
        piece = typeset(tex)
        assert piece is not None, tex
        assert 0 < piece.width < 60, tex
        assert piece.ascent + piece.descent < 9, tex
        assert not re.findall(r"\\[A-Za-z]+", convert(_spaced(tex))), tex


@pytest.mark.parametrize("name", LESSONS)
def test_every_step_of_a_lesson_can_be_drawn(name):
    shown = film_of(lesson(name))
    drawn = {line.tex for k in range(len(shown)) for line in explained(shown, k).lines if line.tex}
    pieces = {_any_number(piece) for tex in drawn for piece in pieces_of(tex)}
    assert pieces
    assert not [piece for piece in pieces if typeset(piece) is None]


def test_a_formula_wraps_before_its_signs_and_nowhere_inside_brackets():
    assert pieces_of(r"y = a + b \cdot c") == ("y", "= a", "+ b", r"\cdot c")
    assert pieces_of(r"= \frac{a + b}{c}") == (r"= \frac{a + b}{c}",)
    assert pieces_of(r"p \leftarrow \left(a + b\right) \cdot 3") == (
        "p", r"\leftarrow \left(a + b\right)", r"\cdot 3"
    )  # fmt: skip
    cases = r"\begin{cases} a = 1 & b \\ c & d \end{cases}"
    assert pieces_of(f"x = {cases} + 1") == ("x", f"= {cases}", "+ 1")


@pytest.mark.parametrize("name", ["w_1", "a&b", "a<b", "größe", "x{y", "a\\b", "50%", "a#b", "x^2"])
def test_any_name_can_be_drawn(name):
    """As a word; what TeX would take for a command is replaced by what looks alike."""
    assert typeset(named(name).tex) is not None
    assert typeset(named("L").over(named(name)).at((1, 2)).tex) is not None


def test_what_cannot_be_drawn_is_settled_as_such(qtbot, monkeypatch):
    """It stays plain text, and is not tried again."""
    monkeypatch.setattr(module, "_pieces", {})
    setter = Typesetter()
    with qtbot.waitSignal(setter.ready):
        setter.ask([r"\frac{a", "y"])
    assert is_settled(r"\frac{a")
    assert known(r"\frac{a") is None
    assert len(known("y")) == 1


def test_nothing_is_typeset_twice(qtbot, monkeypatch):
    monkeypatch.setattr(module, "_pieces", {})
    made = []
    monkeypatch.setattr(module, "typeset", lambda tex: made.append(tex) or typeset("x"))
    one, other = Typesetter(), Typesetter()
    with qtbot.waitSignals([one.ready, other.ready]):
        one.ask(["a + b"])
        other.ask(["a + c"])
    assert sorted(made) == ["+ b", "+ c", "a"]
