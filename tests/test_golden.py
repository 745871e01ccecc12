"""Every lesson in words, step by step, as a person reads it: word for word what it was."""

import io
import os
from pathlib import Path

import pytest

from gui.model import terminal
from gui.model.lessons import lessons

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_a_lesson_is_told_word_for_word(lesson):
    """Renew with `CHAINRULE_GOLDEN=write pytest tests/test_golden.py`, and read the diff."""
    out, path = io.StringIO(), GOLDEN / f"{lesson.id}.txt"
    assert terminal.step(lesson.graph, out) == int(lesson.is_error)
    if os.environ.get("CHAINRULE_GOLDEN") == "write":
        path.write_text(out.getvalue(), "utf-8")
    assert out.getvalue() == path.read_text("utf-8")


def test_every_golden_belongs_to_a_lesson():
    found = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.txt")}
    assert found == {lesson.id for lesson in lessons()}
