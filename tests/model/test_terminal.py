"""Chainrule in words: run, step and check, as text and as JSON."""

import io
import json
import math

import pytest

from engine.graph import Graph
from gui.model import terminal
from gui.model.document import Document
from gui.model.files import save
from tests.runs import FORWARD, LESSONS, backward, leaf, lesson, op, square, wire


@pytest.fixture
def kept(tmp_path):
    """Save a Document and give its path."""

    def keep(graph, *program):
        path = tmp_path / "graph.chain"
        save(Document(graph, program), path)
        return path

    return keep


def told(command, path, *options):
    out = io.StringIO()
    code = command(path, out, *options)
    return code, out.getvalue()


def test_run_prints_a_line_a_node(kept):
    code, text = told(terminal.run, kept(square(), FORWARD, backward("y")))
    assert code == 0
    assert text.splitlines() == [
        "name  op      value  grad  grad_fn",
        "x     tensor  2      4",
        "y     pow     4            PowBackward0",
        "5 steps",
    ]


def test_run_tells_an_error_at_its_node_and_leaves_the_rest_empty(kept):
    graph = Graph.of([leaf("x"), op("y", "mm"), op("z", "neg")], [wire("y", "z")])
    code, text = told(terminal.run, kept(graph))
    assert code == 1
    assert "\ny     mm\nz     neg\n" in text
    assert "\ny: RuntimeError: the input “self” is not connected" in text
    assert text.splitlines()[-1].startswith("The program ended with RuntimeError: the input")


def test_run_as_json_has_values_grads_and_events(kept):
    code, text = told(terminal.run, kept(square(), FORWARD, backward("y")), True)
    report = json.loads(text)
    assert code == 0
    assert {n["name"]: (n["value"], n["grad"], n["grad_fn"]) for n in report["nodes"]} == {
        "x": (2, 4, None), "y": (4, None, "PowBackward0"),
    }  # fmt: skip
    kinds = [event["event"] for event in report["events"]]
    forward, backward_ = kinds[:2], kinds[2:]
    assert forward == ["Computed", "Computed"]
    assert backward_ == ["Seeded", "Visit", "Flow", "Dropped", "Freed", "Stored"]
    assert report["events"][4]["part"] == "result"


def test_json_has_no_numbers_that_json_does_not_know(kept):
    nodes = [leaf("x", [-1.0, math.inf]), op("y", "log"), op("z", "sum")]
    path = kept(Graph.of(nodes, [wire("x", "y"), wire("y", "z")]), FORWARD, backward("z"))
    _, text = told(terminal.run, path, True)

    def refuse(name):
        raise AssertionError(name)

    report = json.loads(text, parse_constant=refuse)
    assert report["nodes"][1]["value"] == ["nan", "inf"]


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_can_be_told_whole_and_in_json(name, tmp_path):
    path = tmp_path / "lesson.chain"
    save(lesson(name), path)
    for command, options in ((terminal.run, ()), (terminal.run, (True,)), (terminal.step, ())):
        assert told(command, path, *options)[0] == 0


def test_step_stops_where_it_is_told(kept):
    path = kept(square(), FORWARD, backward("y"))
    whole = told(terminal.step, path)[1].splitlines()
    assert len(whole) == 7
    assert told(terminal.step, path, 2)[1].splitlines() == whole[:3]
    assert told(terminal.step, path, 3)[1].splitlines() == whole[:5]
    assert told(terminal.step, path, 99)[1].splitlines() == whole
    assert told(terminal.step, path, 0)[1] == told(terminal.step, path, -3)[1] == ""


def test_step_ends_with_1_where_the_program_ends_in_an_unexpected_error(kept):
    twice = (FORWARD, backward("y"), backward("y", expect_error=True))
    assert told(terminal.step, kept(square(), *twice))[0] == 0
    assert told(terminal.step, kept(square(), *twice, backward("y")))[0] == 1


def test_check_counts_what_is_in_a_sound_file(kept):
    path = kept(square(), FORWARD)
    code, text = told(terminal.check, path)
    assert (code, text) == (0, f"{path}: fine. 2 nodes, 1 edge, 1 program line.\n")


def test_check_notes_what_is_not_known_here(kept):
    code, text = told(terminal.check, kept(Graph.of([op("m", "mystery")])))
    assert code == 0
    assert "note: “m” has the unknown op “mystery”" in text


def test_a_broken_file_is_told_with_its_place(tmp_path, capsys):
    path = tmp_path / "broken.chain"
    path.write_text('{"chainrule": 1, "nodes": [')
    code, text = told(terminal.check, path)
    assert code == 1
    assert "cannot be opened" in text
    assert told(terminal.run, path)[0] == 2
    assert told(terminal.step, path)[0] == 2
    assert "cannot be opened" in capsys.readouterr().err
