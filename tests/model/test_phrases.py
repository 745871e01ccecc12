"""A typed line as nodes and wires: taken apart, never run."""

import pytest

from gui.model import phrases
from gui.model.document import Document
from tests.canvas_kit import square


def typed_in(*typed):
    document = Document()
    for text in typed:
        phrase = phrases.read(text, document.graph)
        document, _ = phrases.add(document, phrase, (0.0, 0.0))
    return document


def test_a_line_becomes_nodes_and_wires():
    graph = typed_in("x = 2.0", "w = parameter(3)", "z = tanh(w * x + 1)").graph
    ops = {n.name: n.op for n in graph.nodes.values()}
    assert ops == {"x": "tensor", "w": "parameter", "mul": "mul", "add": "add", "z": "tanh"}
    assert graph.edges["mul", "self"].source == "w"
    assert graph.edges["add", "self"].source == "mul"
    assert graph.nodes["add"].params["other"] == 1
    assert graph.nodes["w"].params["data"] == 3.0


def test_methods_fields_lists_and_torch_names():
    typed = ("x = [[1.0, 2.0], [3.0, 4.0]]", "s = x.sum(dim=1)", "c = torch.cat([x, x], 0)",
             "r = -F.relu(x) @ x")  # fmt: skip
    graph = typed_in(*typed).graph
    assert graph.nodes["s"].params["dim"] == 1
    assert {graph.edges["c", f"tensors.{k}"].source for k in (0, 1)} == {"x"}
    assert graph.nodes["r"].op == "matmul"


def test_nodes_do_not_lie_on_each_other():
    document = typed_in("x = 1.0", "y = 2.0", "z = sin(x) * cos(y) + sin(y) * cos(x)")
    places = list(document.places.values())
    assert all(
        abs(a[0] - b[0]) >= 130 or abs(a[1] - b[1]) >= 74
        for k, a in enumerate(places)
        for b in places[:k]
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a + 1", "no node called “a”"),
        ("frobnicate(x)", "no operation called “frobnicate”"),
        ("__import__('os').system('ls')", "no operation called"),
        ("1 + 2", "needs a node"),
        ("x", "adds nothing"),
        ("x +", "as in Python"),
        ("x = 1; y = 2", "one formula"),
        ("sum(x, dim='a')", "dim is text"),
        ("sum(x, 1, True, 'float32', 5)", "takes 4 arguments"),
        ("x.sum(dims=1)", "no argument “dims”"),
        ("lambda: x", "neither a node"),
        ("-" * 390 + "x", "too deeply"),
        ("(" * 300 + "x", "as in Python"),
        ("sin(x)" + " " * 400, "at most 400"),
        ("cat(x)", "takes a list"),
        ("x[0] + 1", "neither a node"),
    ],
)
def test_what_it_cannot_be_is_refused_in_a_sentence(text, told):
    with pytest.raises(ValueError, match="(?s)" + told):
        phrases.read(text, square().graph)
