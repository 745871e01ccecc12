"""A share of the long run with programs from strangers, and what must not get through."""

import pytest

from engine.code.script import attributes, reading
from tests.soak import programs
from tests.soak._canaries import HEAD


def test_mutated_programs_are_read_or_refused_with_a_place():
    assert programs.run(50, seed=1) == []


def test_an_interpreter_that_does_more_than_read_is_found(monkeypatch):
    def curious(*args):
        open(__file__).close()
        return reading_run(*args)

    reading_run = reading.run
    monkeypatch.setattr(reading, "run", curious)
    assert any("saw open" in what for what in programs.run(1, seed=1))


def test_an_interpreter_that_stumbles_is_found(monkeypatch):
    def stumbling(*args):
        raise KeyError("nodes")

    monkeypatch.setattr(reading, "run", stumbling)
    assert programs.received("x = 1") == ["KeyError: 'nodes'"]


def test_a_way_out_is_found(monkeypatch):
    """Were classes of the interpreter's own open, its tools could be made to call anything."""
    monkeypatch.setattr(attributes.Attributes, "constructible", lambda self, cls: True)
    text = f"{HEAD}x = T('x.__subclasses__', None, type)(object)\nif x:\n    print('REACHED')"
    assert "got hold of what is closed" in programs.received(text, programs.WHOLE)


@pytest.mark.parametrize(
    "text",
    [
        "x = T('x.__subclasses__', None, type)(object)",
        "A.__setattr__(print, 'do', None)\nx = print.do",
        "x = '{f.__globals__}'.format_map({'f': f})",
        "x = S('{0.__class__}').format(f)",
        "class B:\n    _fields_of_dataclass = ['__reduce_ex__']\nx = dataclasses.asdict(B())",
        "class B(type(y.grad_fn)):\n    inputs = ('a',)\nx = 'inputs' in B.name",
    ],
)
def test_what_once_got_out_stays_in(text):
    told = "\nif x:\n    print('REACHED')"
    assert programs.received(f"{HEAD}x = None\n{text}{told}", programs.WHOLE) == []
