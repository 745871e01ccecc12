"""The program that a Document was read from: in its file, through edits, and in the journal."""

import json
from dataclasses import replace

import pytest

from engine.graph import Action, Edge, Graph, Node
from gui.model import edits
from gui.model.changes import difference, replayed
from gui.model.document import Document
from gui.model.files import from_bytes, to_bytes
from gui.model.findings import Unreadable
from gui.model.guarded import doubtful
from gui.model.origin import Guard, Remark, Source, SourceCell, followed, told_remarks
from gui.model.reading import from_text
from gui.model.results import results, summary
from gui.model.salvage import salvaged
from gui.model.writing import to_text

CELLS = (
    SourceCell("# Title", "markdown"),
    SourceCell("x = 3\ny = x ** 2", title="Title", printed="9\n", saved="9"),
    SourceCell("y.backward()\nif y < 10: pass", title="Title"),
)
SOURCE = Source(
    "a.ipynb", "ipynb", CELLS, (Guard(7, "y < 10", True, ("y",)),),
    (Remark(3, 1, "“os” is skipped."),), {"x": 3, "y": 4}, (3, 6),
)  # fmt: skip


def document(source=SOURCE):
    nodes = [Node("x", "parameter", "x", {"data": 3.0}), Node("y", "pow", "y", {"exponent": 2})]
    program = (Action("forward"), Action("backward", "y"))
    graph = Graph.of(nodes, [Edge("x", 0, "y", "self")], [])
    return Document(graph, program, {"x": (0.0, 0.0), "y": (200.0, 0.0)}, {}, source)


def raw():
    return json.loads(to_text(document()))


def test_a_file_holds_it_and_a_document_without_one_has_none():
    whole = document()
    assert from_text(to_text(whole)) == whole
    assert from_bytes(to_bytes(whole, "a.chainz")) == whole
    assert '"source"' not in to_text(document(None))
    lines = to_text(whole).splitlines()
    assert sum('"text": ' in line and '"kind"' in line for line in lines) == len(CELLS)


def test_lines_are_told_within_their_cell():
    assert SOURCE.text.split("\n")[SOURCE.lines["y"] - 1] == "y = x ** 2"
    assert SOURCE.place(4, 5) == "a.ipynb:cell 2:2:5"
    assert told_remarks(SOURCE) == ["a.ipynb:cell 2:1:1: “os” is skipped."]
    assert SOURCE.titles() == ("Title", "Title")


@pytest.mark.parametrize(
    ("keys", "value", "word"),
    [
        (("kind",), "exe", "no program of the kind"),
        (("name",), "a\nb", "no name of a file"),
        (("cells", 1, "kind"), "raw", "no cell of the kind"),
        (("cells", 1, "text"), "\0", "control character"),
        (("cells", 1, "text"), 3, "text is needed"),
        (("cells", 1, "printed"), "\x1b[31m", "control character"),
        (("cells",), [{"text": ""}] * 2_001, "2,001 cells"),
        (("cells",), [{"text": "x" * 1_048_577}], "1,048,577 characters"),
        (("lines", "y"), 99, "no line 99"),
        (("lines", "zz"), 1, "zz"),
        (("lines", "y"), True, "a whole number is needed"),
        (("actions",), [1], "There are 1 lines of actions; the Program has 2"),
        (("actions",), [1, -1], "no line -1"),
        (("guards", 0, "nodes"), [3], "text is needed"),
        (("guards", 0, "outcome"), 1, "true or false"),
        (("remarks", 0, "line"), 99, "no line 99"),
        (("more",), 1, "knows no key"),
    ],
)
def test_what_makes_no_sense_is_refused_and_the_rest_can_be_opened(keys, value, word):
    made = raw()
    holder = made["source"]
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = value
    with pytest.raises(Unreadable) as caught:
        from_text(json.dumps(made))
    assert any(word in str(f) and "$.source" in f.where for f in caught.value.findings)
    rest, told = salvaged(json.dumps(made).encode())
    assert rest.graph == document().graph
    assert told
    assert from_text(to_text(rest)) == rest


def test_a_node_that_is_salvaged_away_takes_its_line_with_it():
    made = raw()
    made["nodes"][0]["id"] = 3
    rest, _ = salvaged(json.dumps(made).encode())
    assert rest.source is not None
    assert rest.source.cells == CELLS
    assert set(rest.source.lines) <= rest.graph.nodes.keys()


def test_an_edit_keeps_the_lines_of_what_stays():
    before = document()
    gone = followed(before, edits.remove(before, ["y"]))
    assert gone.source.lines == {"x": 3}
    assert gone.source.actions in ((), (3,))
    assert from_text(to_text(gone)) == gone
    moved = edits.move(before, {"x": (5.0, 5.0)})
    assert followed(before, moved) is moved
    program = (before.program[0], Action("zero_", "x.grad"), before.program[1])
    more = followed(before, replace(before, program=program))
    assert more.source.actions == (3, 0, 6)
    other = followed(before, replace(before, program=(before.program[0], Action("backward", "x"))))
    assert other.source.actions == (3, 6)


def test_what_is_copied_has_no_program_of_its_own_and_takes_none_from_the_other():
    before = document()
    fragment = edits.extract(before, ["x"])
    assert fragment.source is None
    assert edits.paste(before, fragment, (9.0, 9.0))[0].source is SOURCE


@pytest.mark.parametrize(
    "change",
    [
        lambda d: edits.remove(d, ["y"]),
        lambda d: replace(d, program=()),
        lambda d: replace(d, source=None),
        lambda d: replace(
            d, source=replace(SOURCE, cells=CELLS[:2], lines={}, actions=(), guards=())
        ),
        lambda d: edits.move(d, {"x": (1.0, 1.0)}),
    ],
)
def test_the_journal_tells_its_changes_both_ways(change):
    one = document()
    two = followed(one, change(one))
    for before, after in ((one, two), (two, one)):
        found = difference(before, after)
        assert "\n" not in found
        assert replayed(to_text(before), [json.loads(found)]) == (after, 1)


def test_a_small_edit_does_not_write_the_whole_program_down():
    one = document()
    assert "x ** 2" not in difference(one, followed(one, edits.remove(one, ["y"])))


def test_a_guard_is_in_doubt_when_what_it_read_may_differ():
    read = document()
    assert doubtful(read, read) == []
    assert doubtful(read, edits.move(read, {"x": (1.0, 1.0)})) == []
    other = edits.set_param(read, "x", "data", 4.0)
    assert doubtful(read, other) == [*SOURCE.guards]
    assert doubtful(read, replace(read, program=read.program[:1])) == [*SOURCE.guards]
    aside = Node("z", "tensor", "z", {"data": 1.0})
    more = replace(
        read, graph=Graph.of([*read.graph.nodes.values(), aside], [*read.graph.edges.values()], [])
    )
    assert doubtful(read, more) == []


def test_results_say_what_is_the_same_and_where_it_differs():
    cells = [
        SourceCell("", printed="a \n<f at 0x7f001122>\n", saved="a\n<f at 0x7f334455>"),
        SourceCell("", printed="a\nb\nc", saved="a\nx\nc"),
        SourceCell("", printed="a"), SourceCell("", saved="a"), SourceCell(""),
        SourceCell("", printed="a\nb", saved="a"),
    ]  # fmt: skip
    found = results(Source("n", "ipynb", tuple(cells)))
    assert [(r.cell, r.verdict, r.line) for r in found] == [
        (0, "same", 0), (1, "different", 2), (2, "not saved", 0), (3, "not printed", 0),
        (5, "different", 2),
    ]  # fmt: skip
    assert summary(found) == "2 different · 1 not printed · 1 same · 1 not saved"
    assert results(None) == []
