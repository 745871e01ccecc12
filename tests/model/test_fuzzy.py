"""How well an op answers what is typed, in the palette and in the popup alike."""

import pytest

from gui.model.fuzzy import NOT_AT_ALL, Words, distance, summary

MUL = Words("mul", "×", "Arithmetic", "Multiply two tensors.", "switcher")


def test_nearer_answers_come_first():
    typed = ("mul", "×", "mu", "ul", "swi", "arith", "ml", "tensors")
    far = [distance(query, MUL) for query in typed]
    assert far == sorted(far)
    assert far[-1] < NOT_AT_ALL
    assert distance(" MUL ", MUL) == 0


@pytest.mark.parametrize("typed", ["xyz", "lum", "te"])
def test_what_does_not_fit_is_no_answer(typed):
    assert distance(typed, MUL) == NOT_AT_ALL


def test_the_words_of_a_name_are_found_one_by_one():
    assert distance("reg", Words("no_grad region")) == distance("grad", Words("no_grad")) == 20


def test_a_summary_is_the_first_sentence():
    assert summary("Squash every `entry`.  x (*S,)") == "Squash every entry."
    assert summary("") == ""
