"""Where an op declared in one file must turn up; test_contributing.py runs this where it is."""

import numpy as np
import pytest

import engine
from engine.captions import rule_formula, rule_sentence
from engine.code.source import statement
from engine.events import Flow
from engine.graph import Graph
from engine.registry import OPS, Field, Slot
from gui.canvas.choices import choices
from gui.model.explain import explained
from gui.model.fields import param_problems
from gui.model.film import TraceFilm
from gui.panels.palette_entries import answers, entries
from gui.panels.properties import Properties
from gui.state.editor import Editor
from tests.runs import FORWARD, backward, events, leaf, op, run, wire

X, DELTA = 1.5, 2.0
LENGTH = float(np.hypot(X, DELTA))
PROGRAM = (FORWARD, backward("y"))


def drawn(**params):
    """y = softabs(x)"""
    return Graph.of([leaf("x", X), op("y", "softabs", **params)], [wire("x", "y")])


def test_the_catalogue_has_its_ports_and_fields():
    found = OPS["softabs"]
    assert found.slots == (Slot("self"),)
    assert found.fields == (Field("delta", "float", 1.0),)


def test_it_is_a_function_and_a_method():
    x = engine.tensor(X)
    for y in (engine.softabs(x, DELTA), engine.softabs(input=x, delta=DELTA), x.softabs(DELTA)):
        assert y.item() == pytest.approx(LENGTH - DELTA)
    with pytest.raises(TypeError, match=r"softabs\(\): argument 'input' \(position 1\) must be Te"):
        engine.softabs(1.5)


def test_it_is_not_taken_for_one_of_the_functions_of_neural_networks():
    assert not hasattr(engine.nn.functional, "softabs")


def test_the_history_names_its_node_and_gradients_of_gradients_flow():
    x = engine.tensor(X, requires_grad=True)
    y = engine.softabs(x, DELTA)
    assert y.grad_fn.name() == "SoftabsBackward0"
    (slope,) = engine.autograd.grad(y, x, create_graph=True)
    (bend,) = engine.autograd.grad(slope, x)
    assert slope.item() == pytest.approx(X / LENGTH)
    assert bend.item() == pytest.approx(DELTA**2 / LENGTH**3)


def test_palette_and_search_offer_it():
    (shown,) = [entry for entry in entries(OPS) if entry.text == "softabs"]
    assert (shown.symbol, shown.category) == ("⌣", "Elementary")
    assert answers("softabs", entries(OPS))[0] == shown
    assert choices("softabs")[0].op == "softabs"


def test_the_inspector_has_its_field_and_a_file_may_hold_it(qtbot):
    graph = drawn()
    form = Properties(Editor())
    qtbot.addWidget(form)
    form.show_node(graph.nodes["y"], graph)
    assert list(form.fields) == ["name", "delta"]
    assert not list(param_problems({"delta": 0.5}, OPS["softabs"], ()))
    assert list(param_problems({"delta": "wide"}, OPS["softabs"], ()))


def test_the_code_pane_writes_it_as_pytorch_would():
    assert statement(drawn(), "y") == "y = torch.sqrt(x ** 2 + 1.0 ** 2) - 1.0"
    assert statement(drawn(delta=0.5), "y") == "y = torch.sqrt(x ** 2 + 0.5 ** 2) - 0.5"


def test_formula_and_caption_are_those_of_its_rule():
    assert rule_formula("SoftabsBackward0", "self").startswith(r"\bar{x} = \bar{y} \cdot \frac{x}")
    assert rule_sentence("SoftabsBackward0", "self").startswith("The slope is the sign")
    assert r"\delta" in OPS["softabs"].formula


def test_a_drawn_graph_with_it_runs_and_tells_its_rule():
    session = run(drawn(delta=DELTA), *PROGRAM)
    assert session.tensor("y").item() == pytest.approx(LENGTH - DELTA)
    assert session.tensor("x").grad.item() == pytest.approx(X / LENGTH)
    (flow,) = events(session.trace, Flow)
    shown = TraceFilm(session.graph, PROGRAM, session.trace)
    assert any("The slope is the sign" in note for note in explained(shown, flow.step).notes)
