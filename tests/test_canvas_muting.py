"""Muting: what the canvas does, what the engine makes of it, and what the code says."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.code.source import lines, statement
from engine.graph import Edge, Graph, Node, Region
from engine.session import Session
from gui.model import edits
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.model.probe import check_shapes
from gui.model.terminal import captions, film_of
from gui.state.jobs import same_statements
from tests.canvas_kit import no_trace, one_step, product, rig_for
from tests.runs import FORWARD, backward, grad, leaf, number, op, run, wire


def chain(**muted):
    """z = 3 y, y = relu(x), x = -2"""
    nodes = [leaf("x", -2.0), op("y", "relu"), op("z", "mul", other=3.0)]
    graph = Graph.of(nodes, [wire("x", "y"), wire("y", "z")])
    document = Document(graph, (FORWARD, backward("z")))
    return edits.mute(document, [i for i, on in muted.items() if on])


class TestOnTheCanvas:
    @pytest.fixture
    def rig(self, qtbot):
        return rig_for(qtbot, product())

    def test_m_mutes_and_m_again_unmutes(self, rig):
        rig.selection.set(["q", "x"])
        with one_step(rig, "Mute q"):
            rig.key(Qt.Key.Key_M)
        assert rig.document.graph.nodes["q"].muted
        assert not rig.document.graph.nodes["x"].muted  # a leaf has nothing to pass on
        with one_step(rig, "Unmute q"):
            rig.key(Qt.Key.Key_M)
        assert rig.document == product()

    def test_of_several_all_are_muted_first(self, rig):
        rig.selection.set(["q"])
        rig.key(Qt.Key.Key_M)
        rig.selection.set(["p", "q"])
        with one_step(rig, "Mute 2 items"):
            rig.key(Qt.Key.Key_M)
        assert [n.muted for n in rig.document.graph.nodes.values()] == [False, True, True]

    def test_a_leaf_alone_says_why_not(self, rig, qtbot):
        rig.selection.set(["x"])
        with (
            no_trace(rig),
            qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda t: "nothing to pass" in t),
        ):
            rig.key(Qt.Key.Key_M)

    @pytest.mark.parametrize("zoom", [1.0, 0.4, 0.15])
    def test_it_is_seen(self, rig, zoom):
        rig.canvas.zoom_to(zoom)
        plain = rig.picture()
        rig.selection.set(["q"])
        QTest.keyClick(rig.canvas, Qt.Key.Key_M)
        rig.selection.set()
        assert rig.picture() != plain
        rig.editor.history.undo()
        assert rig.picture() == plain


class TestInTheEngine:
    def test_the_very_tensor_is_passed_on_and_its_gradient_with_it(self):
        document = chain(y=True)
        session = run(document.graph, *document.program)
        assert session.tensor("y") is session.tensor("x")
        assert number(session, "z") == -6
        assert grad(session, "x") == 3
        plain = run(chain().graph, *document.program)
        assert grad(plain, "x") == 0

    def test_the_first_wired_tensor_counts_in_the_order_of_the_signature(self):
        nodes = [leaf("a", 1.0), leaf("b", 2.0), Node("d", "sub", "d", {}, muted=True)]
        edges = [wire("b", "d", "other"), wire("a", "d", "self")]
        assert number(run(Graph.of(nodes, edges), FORWARD), "d") == 1
        assert number(run(Graph.of(nodes, edges[:1]), FORWARD), "d") == 2

    def test_several_inputs_and_an_in_place_op_are_passed_by_too(self):
        nodes = [
            leaf("a", 1.0, grad=False), leaf("b", 2.0, grad=False),
            Node("c", "cat", "c", {}, muted=True), Node("i", "exp_", "i", {}, muted=True),
        ]  # fmt: skip
        edges = [wire("b", "c", "tensors.0"), wire("a", "c", "tensors.1"), wire("a", "i")]
        session = run(Graph.of(nodes, edges), FORWARD)
        assert (number(session, "c"), number(session, "i"), number(session, "a")) == (2, 1, 1)

    @pytest.mark.parametrize("name", ["relu", "tensor", "from_the_future"])
    def test_without_a_tensor_it_refuses_with_a_sentence(self, name):
        graph = Graph.of([Node("y", name, "y", {}, muted=True)])
        session = Session(graph)
        list(session.run((FORWARD,)))
        assert session.failures["y"] == (
            "it is muted and has no tensor to pass on: wire one to its first input, or unmute it"
        )

    def test_an_op_this_version_does_not_know_can_be_muted(self):
        graph = Graph.of([leaf("x", 4.0), Node("y", "from_the_future", "y", {}, muted=True)],
                         [Edge("x", 0, "y", "input")])  # fmt: skip
        assert number(run(graph, FORWARD), "y") == 4

    def test_muting_runs_again(self):
        assert not same_statements(chain().graph, chain(y=True).graph)

    def test_no_wire_is_refused_for_a_muted_node(self):
        document = chain(z=True)
        film = film_of(document)
        assert not dict(check_shapes(document, film))


class TestElsewhere:
    def test_the_code_says_so(self):
        document = chain(y=True)
        assert statement(document.graph, "y") == "y = x  # relu, muted"
        alone = Graph.of([Node("y", "relu", "y", {}, muted=True)])
        assert statement(alone, "y") == "y = unconnected  # relu, muted"
        inside = Graph(document.graph.nodes, document.graph.edges,
                       {"r": Region("r", "no_grad", "", ("y",))})  # fmt: skip
        assert "    y = x  # relu, muted" in [line.text for line in lines(inside, (FORWARD,))]

    def test_the_caption_and_the_terminal_say_so(self):
        film = film_of(chain(y=True))
        told = "\n".join(captions(film, len(film)))
        assert "y = -2: relu is muted and passes its input on as it is." in told

    def test_the_gradient_is_seen_on_both_wires(self):
        film = film_of(chain(y=True))
        last = film.frame(len(film) - 1)
        for key in (("z", "self"), ("y", "self")):
            assert np.asarray(last.edge(key).grad) == 3

    def test_a_file_keeps_it_and_says_nothing_where_nothing_is_muted(self):
        document = chain(y=True)
        assert from_text(to_text(document)).graph == document.graph
        assert '"muted": true' in to_text(document)
        assert "muted" not in to_text(chain())


def test_a_group_is_muted_with_all_that_is_in_it(qtbot):
    document, group = edits.add_region(product(), "group", ["p", "q"])
    rig = rig_for(qtbot, document)
    rig.selection.set([group])
    with one_step(rig, "Mute 2 items"):
        rig.key(Qt.Key.Key_M)
    assert [n.muted for n in rig.document.graph.nodes.values()] == [False, True, True]
