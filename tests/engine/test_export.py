"""An exported program does what the Session did, and reads like a person's."""

from __future__ import annotations

import ast
import base64
import math

import numpy as np
import pytest

import assets
import engine
from engine.code.checked_lines import Unfit, statement
from engine.code.export import BESIDE, DEFAULT_SEED, HEAD, names, script
from engine.code.layout import comment, folded
from engine.graph import Action, Graph, Node, Region
from engine.packed import Packed
from gui.model.document import Document
from gui.model.files import load
from tests.export_kit import differences, ran, random_document, session_of
from tests.runs import FORWARD, backward, binary, leaf, op, run, square, wire

PATHS = sorted(p for f in ("examples", "lessons", "modules")
               for p in assets.path(f, "").rglob("*.chain*"))  # fmt: skip


def text(graph, *program):
    return script(graph, program).text


def body(graph, *program):
    """The lines of a program without the first ones and the empty ones."""
    return [line for line in text(graph, *program).removeprefix(HEAD).splitlines() if line]


@pytest.fixture(params=["engine", "torch"])
def library(request):
    return engine if request.param == "engine" else pytest.importorskip("torch")


# ---- the same numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_an_example_or_lesson_gives_the_same_numbers(path, library):
    assert differences(load(path)[0], library) == []


@pytest.mark.parametrize("path", [p for p in PATHS if p.parent.name == "errors"],
                         ids=lambda p: p.stem)  # fmt: skip
def test_an_error_is_the_same_error(path, library):
    document = load(path)[0]
    _, error = ran(text(document.graph, *document.program), library)
    chapters = session_of(document).chapters
    (told,) = [f for c in chapters for f in c.facts if type(f) is tuple and f[0] == "failed"]
    assert type(error).__name__ == told[2]
    assert str(error).startswith(told[3][:60])


def test_random_documents_give_the_same_numbers(library):
    """Of PyTorch in float64 only: small differences become large ones where numbers are hard."""
    wide = library is not engine
    documents = {k: random_document(k, wide=wide) for k in range(60)}
    wrong = {k: found for k, d in documents.items() if (found := differences(d, library))}
    assert wrong == {}


def test_a_program_that_computes_something_else_is_noticed(monkeypatch):
    more = (FORWARD, backward("y"))
    other = lambda graph, program: script(graph, (*program, *more))  # noqa: E731
    monkeypatch.setattr("tests.export_kit.script", other)
    document = Document(square(), (FORWARD, backward("y")))
    assert differences(document, engine) == ["x[0].grad: array(4., dtype=float32) is "
                                             "array(8., dtype=float32) in the program"]  # fmt: skip


def test_numbers_stand_there_to_the_last_bit(library):
    odd = [float("nan"), float("inf"), -math.inf, -0.0, 5e-324, 0.1 + 0.2, 1e308, 1 / 3]
    for dtype in ("float32", "float64"):
        graph = Graph.of([leaf("x", odd, grad=False, dtype=dtype)])
        found = ran(text(graph, FORWARD), library)[0]["x"]
        assert found.numpy().tobytes() == run(graph, FORWARD).tensor("x").numpy().tobytes()


def test_what_is_drawn_without_a_seed_is_the_same_too(library):
    graph = Graph.of([Node("x", "rand", "x", {"size": [3]})])
    assert f"torch.manual_seed({DEFAULT_SEED})" in text(graph, FORWARD)
    assert differences(Document(graph, (FORWARD,)), library) == []


def test_a_seed_of_the_program_is_the_only_one():
    graph = Graph.of([Node("x", "rand", "x", {"size": [3]})])
    seeded = text(graph, Action("manual_seed", None, {"seed": 7}), FORWARD)
    assert seeded.count("manual_seed") == 1
    assert seeded.index("manual_seed(7)") < seeded.index("torch.rand")


# ---- how it reads --------------------------------------------------------------------------------


def test_an_example_reads_as_a_person_would_write_it():
    document = load(assets.path("examples", "perceptron.chain"))[0]
    found = body(document.graph, *document.program)
    assert found[5:] == [
        "# done.",
        "import torch",
        "# linear layer",
        "def linear_layer(w, x, b):",
        "    wx = w * x",
        "    return wx + b",
        "# binary cross-entropy",
        "def binary_cross_entropy(y_pred, y):",
        "    p = torch.clamp(y_pred, min=1e-08, max=0.99999999)",
        "    log_p = torch.log(p)",
        "    yes = y * log_p",
        "    q = 1.0 - p",
        "    log_q = torch.log(q)",
        "    not_y = 1.0 - y",
        "    no = not_y * log_q",
        "    likelihood = yes + no",
        "    return -likelihood",
        "x = torch.tensor(6.7)",
        "w = torch.tensor(0.5, requires_grad=True)",
        "b = torch.tensor(0.1, requires_grad=True)",
        "y = torch.tensor(0.0)",
        "z = linear_layer(w, x, b)",
        "y_pred = torch.sigmoid(z)",
        "loss = binary_cross_entropy(y_pred, y)",
        "with torch.no_grad():",
        "    error = y_pred - y",
        "    rest = 1.0 - y_pred",
        "    slope = y_pred * rest",
        "    dL_dp = error / slope",
        "    dL_db = dL_dp * slope",
        "    dL_dw = dL_db * x",
        "loss.backward()",
    ]


def test_a_training_loop_is_a_loop():
    program = (
        Action("optimizer", "opt", {"kind": "SGD", "params": ["x"], "lr": 0.1}),
        Action("repeat", None, {"times": 20}, False, (
            Action("zero_grad", "opt"), FORWARD, backward("y"), Action("step", "opt"))),
    )  # fmt: skip
    assert text(square(), *program).removeprefix(HEAD) == (
        "\nimport torch\n\n"
        "x = torch.tensor(2.0, requires_grad=True)\n\n"
        "opt = torch.optim.SGD([x], lr=0.1)\n\n"
        "for _ in range(20):\n"
        "    opt.zero_grad()\n"
        "    y = x ** 2\n"
        "    y.backward()\n"
        "    opt.step()\n"
    )


def test_names_leave_pythons_own_alone():
    nodes = [leaf(f"n{k}") for k in range(6)]
    told = ["sum", "sum_", "torch", "lambda", "__builtins__", "_"]
    nodes = [Node(n.id, n.op, name, n.params) for n, name in zip(nodes, told, strict=True)]
    found = names(Graph.of(nodes))
    assert [*found.values()] == ["sum__", "sum_", "torch_", "_lambda", "__builtins__1", "__"]


def test_notes_are_comments_above_what_they_are_about():
    note = Region("r", "note", "näher “so”\u202e\nweiter", ("y",))
    graph = square()
    graph = Graph(graph.nodes, graph.edges, {"r": note})
    assert body(graph, FORWARD, FORWARD)[-4:] == [
        '# n\\xe4her "so"', "# weiter", "y = x ** 2", "y = x ** 2",
    ]  # fmt: skip


def test_a_muted_node_says_so():
    nodes = [leaf("x"), Node("y", "neg", "y", {}, True)]
    graph = Graph.of(nodes, [wire("x", "y")])
    assert body(graph, FORWARD)[-2:] == ["# neg, muted", "y = x"]


def test_an_unknown_op_stops_the_program_where_it_stands():
    graph = Graph.of([leaf("x"), op("m", "mystery\nimport os"), op("y", "neg")], [wire("x", "y")])
    found, error = ran(text(graph, FORWARD), engine)
    assert isinstance(error, NameError)
    assert "x" in found
    assert "y" not in found


# ---- functions -----------------------------------------------------------------------------------


def grouped(*regions, extra=(), program=(FORWARD,)):
    """a = -x, b = sin(a), c = cos(a), d = b + c"""
    last, wires = binary("d", "add", "b", "c")
    nodes = [leaf("x"), op("a", "neg"), op("b", "sin"), op("c", "cos"), last, *extra]
    edges = [wire("x", "a"), wire("a", "b"), wire("a", "c"), *wires]
    graph = Graph.of(nodes, edges, regions)
    for library in (engine,):
        assert differences(Document(graph, program), library) == []
    return "\n".join(body(graph, *program)[1:])


def group(name, *members, kind="group"):
    return Region(name, kind, name, members)


def test_a_group_is_a_function_of_what_it_reads():
    assert grouped(group("f", "b", "c", "d")).startswith(
        "# f\ndef f(a):\n    b = torch.sin(a)\n    c = torch.cos(a)\n    return b + c\n"
    )


def test_several_results_are_a_tuple():
    found = grouped(group("f", "b", "c"))
    assert "    return (b, c)\n" in found
    assert "b, c = f(a)" in found


def test_groups_lie_in_groups():
    found = grouped(group("f", "a", "b", "c", "d"), group("g", "b", "c"))
    assert found.index("def g(a)") < found.index("def f(x)")
    assert "    b, c = g(a)\n    return b + c" in found


def test_a_function_says_in_which_mode_its_lines_run():
    found = grouped(group("f", "a", "b"), group("m", "b", kind="no_grad"))
    assert "    a = -x\n    with torch.no_grad():\n        b = torch.sin(a)\n" in found
    found = grouped(group("f", "b", "c"), group("m", "b", "c", kind="no_grad"))
    assert "with torch.no_grad():\n    b, c = f(a)" in found


def test_a_group_the_program_looks_into_stays_where_it_is():
    program = (FORWARD, Action("retain_grad", "b"), backward("d"))
    found = grouped(group("f", "b", "c", "d"), program=program)
    assert "# f: no function, since the program speaks of b inside it\nb = torch.sin(a)" in found
    assert "def" not in found


def test_a_group_around_something_else_stays_where_it_is():
    found = grouped(group("f", "a", "d"))
    assert "# f: no function, since other statements stand between its own" in found


def test_statements_that_stand_between_go_before_where_they_can():
    assert "a, c = f(x)\nb = torch.sin(a)\nd = b + c" in grouped(group("f", "a", "c"))


def test_nothing_changes_places_where_tensors_are_changed_in_place():
    nodes = [leaf("x", grad=False), op("a", "neg"), op("b", "zero_"), op("c", "cos")]
    edges = [wire("x", "a"), wire("x", "b"), wire("x", "c")]
    graph = Graph.of(nodes, edges, [group("f", "a", "c")])
    assert differences(Document(graph, (FORWARD,)), engine) == []
    assert "def" not in text(graph, FORWARD)


# ---- large tensors -------------------------------------------------------------------------------


def large(dtype="float32"):
    array = (np.arange(6000) % 7).reshape(60, 100).astype(dtype)
    return Graph.of([Node("w", "tensor", "sum", {"data": Packed(array)})]), array


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "uint8", "bool"])
def test_a_large_tensor_stands_in_the_program(dtype, library):
    graph, array = large(dtype)
    found = ran(text(graph, FORWARD), library)[0]["sum_"].numpy()
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)
    assert max(map(len, text(graph, FORWARD).splitlines())) <= 100


def test_more_than_there_is_room_for_lies_beside_it():
    graph, array = large()
    made = script(graph, (FORWARD,), "x.npz", 100)
    assert list(made.beside) == ["sum_"]
    assert made.text.endswith(
        f"# {BESIDE}\nnumbers = np.load('x.npz')\n\nsum_ = torch.tensor(numbers['sum_'])\n"
    )
    whole = script(graph, (FORWARD,), "x.npz", array.nbytes)
    assert not whole.beside
    assert base64.b64encode(array.tobytes())[:60].decode() in whole.text


# ---- what a file cannot do -----------------------------------------------------------------------


@pytest.mark.parametrize("line", [
    "x = 1; import os", "import os", "from os import *", "x = open('f')", "x = y.__class__",
    "x = torch.os.system('x')", "x = torch.load('f')", "del x",
    "x = [a for a in y]", "x = f'{y}'", "x = 1\ny = 2", "x = 1\x0cimport os", "while y: pass",
    "assert y", "x = torch.tensor(1", "class x: pass", "global x", "x: int = 1", "x = yield",
])  # fmt: skip
def test_no_other_statement_passes(line):
    with pytest.raises(Unfit):
        statement(line, {"x", "y"})


@pytest.mark.parametrize(
    "told", ["a\nb\x00\x0cc\u2028d", "# -*- coding: utf-7", "x" * 500, "é\ud800🙂"]
)
def test_a_comment_is_nothing_but_a_comment(told):
    lines = comment(told, "    ")
    assert all(line.startswith("    #") and line.isascii() and len(line) <= 80 for line in lines)
    assert not ast.parse("\n".join(line.strip() for line in lines)).body


def test_a_long_line_is_broken_without_a_change():
    rows = ", ".join(f"[{k}.0, -1.5, 'a, (b', {k}]" for k in range(20))
    line = f"x = torch.tensor([{rows}], requires_grad=True)"
    found = folded(line)
    assert ast.dump(ast.parse("\n".join(found))) == ast.dump(ast.parse(line))
    assert max(map(len, found)) <= 88
    assert folded("y = " + " + ".join(["abcdefgh"] * 20)) == [
        "y = " + " + ".join(["abcdefgh"] * 20)
    ]
