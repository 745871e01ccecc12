"""Up to 4,096 numbers a Document lists them; more are a Packed, wherever they come from."""

import json

import numpy as np
import pytest

import engine as torch
from engine.graph import Edge, Graph, Node
from engine.packed import Packed
from engine.registry import OPS
from gui.canvas.shapes import shape_of
from gui.model import edits, entry, leaf, limits, pasting, sampled
from gui.model.document import Document
from gui.model.fields import held
from gui.model.files import from_text, to_text
from gui.model.findings import Unreadable
from gui.model.leaf import Leaf
from gui.model.trained import with_trained
from gui.state.jobs import same_run
from tests.engine.test_training import STEP, optimizer
from tests.runs import FORWARD, backward, film

MANY = limits.INLINE + 1
FILE = '{"chainrule": 1, "nodes": [{"id": "x", "op": "tensor", "name": "x", "params": %s}]}'


def read(**params):
    return from_text(FILE % json.dumps(params)).graph.nodes["x"].params["data"]


def tensor(**params):
    return Document(Graph.of([Node("x", "tensor", "x", params)]))


def test_the_border_is_at_4096_numbers_in_whatever_shape():
    assert read(data=[0.5] * 4096) == [0.5] * 4096
    assert type(read(data=[0.5] * 4097)) is Packed
    assert type(read(data=[[0.5] * 64] * 64)) is list
    assert type(read(data=[[0.5] * 64] * 65)) is Packed


@pytest.mark.parametrize(
    ("params", "dtype"),
    [
        ({"data": [0.1] * MANY}, "float32"),
        ({"data": [0.1] * MANY, "dtype": "float64"}, "float64"),
        ({"data": [0.1] * MANY, "dtype": "torch.float16"}, "float16"),
        ({"data": [7] * MANY}, "int64"),
        ({"data": [7] * MANY, "dtype": "uint8"}, "uint8"),
        ({"data": [True] * MANY}, "bool"),
        ({"data": [*([1] * MANY), "nan"]}, "float32"),
    ],
)
def test_an_old_file_of_long_lists_opens_and_means_what_it_meant(params, dtype):
    packed = read(**params)
    assert packed.dtype.name == dtype
    listed = {**params, "data": [float(x) if x == "nan" else x for x in params["data"]]}
    listed["dtype"] = params.get("dtype", "").removeprefix("torch.") or None
    before, after = OPS["tensor"].call(**listed), OPS["tensor"].call(packed)
    assert before.dtype is after.dtype
    assert before._data.tobytes() == after._data.tobytes()


def test_a_long_list_that_no_tensor_can_hold_stays_for_the_run_to_say_so():
    assert read(data=[300] * MANY, dtype="uint8") == [300] * MANY


def test_another_op_keeps_its_lists():
    text = FILE.replace("tensor", "no_such_op") % json.dumps({"data": [1] * MANY})
    assert from_text(text).graph.nodes["x"].params["data"] == [1] * MANY


def test_every_edit_that_brings_many_numbers_packs_them():
    document, node = edits.add_node(Document(), "tensor", (0, 0), params={"data": [1.0] * MANY})
    assert type(document.graph.nodes[node].params["data"]) is Packed
    document = edits.set_param(tensor(data=1.0), "x", "data", [1.0] * MANY)
    assert type(document.graph.nodes["x"].params["data"]) is Packed
    filled = Leaf("x", np.ones(MANY))
    document = leaf.applied(tensor(data=1.0), "x", filled)
    assert type(document.graph.nodes["x"].params["data"]) is Packed
    assert leaf.of(document.graph.nodes["x"]).array.tolist() == [1.0] * MANY


def test_numbers_that_are_pasted_are_rounded_once_to_the_dtype_they_get():
    given = pasting.params("[" + ", ".join(["0.1"] * MANY) + "]")
    given["dtype"] = "float64"
    document, node = edits.add_node(Document(), "tensor", (0, 0), params=given)
    packed = document.graph.nodes[node].params["data"]
    assert packed.array[0] == 0.1
    assert entry.as_floats(np.array([1, 2])).dtype == np.float64


def test_numbers_of_one_dtype_are_not_made_into_another_by_packing():
    assert held(np.full(MANY, 0.1), "float64").array[0] == 0.1
    assert held(np.full(MANY, 0.1, np.float16)).dtype is torch.float16
    assert held(np.full(4, 0.5)) == [0.5] * 4
    same = Packed(np.ones(3))
    assert held(same) is same


def test_a_document_with_the_same_numbers_runs_no_second_time():
    one, other = (tensor(data=Packed(np.arange(MANY))) for _ in range(2))
    assert same_run(one, other)
    assert edits.set_param(one, "x", "data", Packed(np.arange(MANY))) is one
    assert not same_run(one, tensor(data=Packed(np.arange(MANY)[::-1])))


def test_training_writes_the_very_bits_back():
    start = Packed(np.random.default_rng(3).normal(size=MANY).astype(np.float32))
    nodes = [
        Node("x", "parameter", "x", {"data": start}),
        Node("m", "mul", "m"),
        Node("y", "sum", "y"),
    ]
    edges = [Edge("x", 0, "m", "self"), Edge("x", 0, "m", "other"), Edge("m", 0, "y", "self")]
    program = (optimizer(params=["x"], lr=0.1), FORWARD, backward("y"), STEP)
    document = Document(Graph.of(nodes, edges), program)
    shown = film(document.graph, *program)
    kept = with_trained(document, shown, len(shown) - 1).graph.nodes["x"].params["data"]
    assert kept != start
    assert kept == Packed(shown.frame(len(shown) - 1).node("x").value)
    assert with_trained(document, shown, 0) is document


def test_a_table_edit_keeps_the_dtype_of_the_numbers():
    document = tensor(data=Packed(np.full(MANY, 0.1)))  # float64, which the node does not say
    found = leaf.of(document.graph.nodes["x"])
    assert found.dtype_name == "float64"
    changed = leaf.applied(document, "x", leaf.with_cell(found, (0, 3), 0.3))
    packed = changed.graph.nodes["x"].params["data"]
    assert packed.array[:5].tolist() == [0.1, 0.1, 0.1, 0.3, 0.1]
    assert leaf.applied(document, "x", found) is document


def test_what_is_shown_of_it_is_its_shape():
    packed = Packed(np.zeros((784, 32)))
    assert shape_of(Node("w", "parameter", "w", {"data": packed}), (), 1).detail == "(784, 32)"
    assert entry.shape(packed) == (784, 32)
    assert entry.wants_table(packed)
    assert entry.holds_floats({"data": packed})
    assert not entry.holds_floats({"data": Packed(np.zeros(3, int))})


# ---- as text: clipboard, journal ---------------------------------------------------------------


def test_a_text_holds_it_whole():
    document = tensor(data=Packed(np.random.default_rng(1).normal(size=(70, 70))))
    assert from_text(to_text(document)) == document


def test_a_migration_sees_where_the_numbers_are_and_they_come_after_it():
    def named(raw):
        """Stands in for a migration: version 1 called the numbers `values`."""
        (node,) = raw["nodes"]
        return {**raw, "nodes": [{**node, "params": {"data": node["params"]["values"]}}]}

    text = FILE % json.dumps({"values": {"npy": "tensors/w.npy"}})
    numbers = Packed(np.arange(3))
    document = from_text(text, migrations=(named,), find={"tensors/w.npy": numbers}.get)
    assert document.graph.nodes["x"].params["data"] is numbers


@pytest.mark.parametrize(
    ("npy", "told"),
    [
        ("tensors/w.npy", "Open the .chainz file"),
        ("k05VTVBZ!", "no base64"),
        ("k05VTVBZAQA=", "header is damaged"),
        ("k05VTVBZAgA=", "version 1.0"),
        ("hello", "an object"),
        (7, "an object"),
    ],
)
def test_a_text_that_names_numbers_it_does_not_have_is_refused_at_their_place(npy, told):
    with pytest.raises(Unreadable) as caught:
        read(data={"npy": npy})
    (finding,) = caught.value.findings
    assert finding.where == "$.nodes[0].params.data"
    assert told in str(finding)
    assert finding.remedy


def test_what_makes_more_numbers_than_a_table_takes_is_refused_in_words():
    with pytest.raises(ValueError, match="z makes 360,000 numbers: up to 262,144"):
        leaf.of(Node("z", "zeros", "z", {"size": [600, 600]}))
    assert leaf.of(Node("z", "zeros", "z", {"size": [500, 500]})).array.shape == (500, 500)


# ---- one entry of many -------------------------------------------------------------------------


def test_a_sample_has_the_corners_and_the_indices_they_have():
    array = np.arange(2 * 3000 * 400).reshape(2, 3000, 400)
    found = sampled.sample(array)
    assert found.cells.shape == (sampled.ROWS, sampled.COLUMNS)
    assert found.rows[0] == (0, 0)
    assert found.rows[-1] == (1, 2999)
    assert (found.columns[0], found.columns[-1]) == (0, 399)
    for r, row in enumerate(found.rows):
        for c, column in enumerate(found.columns):
            assert found.cells[r, c] == array[(*row, column)]


def test_a_sample_of_a_vector_is_one_row():
    found = sampled.sample(np.arange(10**6))
    assert found.rows == ((),)
    assert found.cells[0, -1] == 10**6 - 1


@pytest.mark.parametrize("text", ["1, 2", "[1, 2]", "(1,2)", " 1 2 "])
def test_an_index_is_read_as_it_is_written_in_python(text):
    assert sampled.read_index(text, (3, 4)) == (1, 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [("1", "2 indices"), ("1, 2, 3", "2 indices"), ("a, b", "2 indices"), ("", "2 indices"),
     ("3, 0", "from 0 to 2: 3 is beyond"), ("-1, 0", "2 indices"), ("1." * 50, "2 indices"),
     ("0, " + "9" * 19, "from 0 to 3")],
)  # fmt: skip
def test_an_index_that_is_none_is_refused_in_words(text, told):
    with pytest.raises(ValueError, match=told):
        sampled.read_index(text, (3, 4))


def test_one_number_is_changed_and_no_other():
    array = np.zeros((600, 600), np.float32)
    document = tensor(data=Packed(array))
    assert sampled.is_too_large(document.graph.nodes["x"])
    changed = sampled.with_entry(document, "x", (3, 17), "0.5")
    array[3, 17] = 0.5
    assert changed.graph.nodes["x"].params["data"] == Packed(array)
    assert sampled.with_entry(changed, "x", (3, 17), "0.5") is changed


def test_a_number_is_kept_in_the_dtype_the_node_asks_for():
    document = tensor(data=Packed(np.zeros(3, np.float32)), dtype="float64")
    changed = sampled.with_entry(document, "x", (1,), "0.1")
    assert changed.graph.nodes["x"].params["data"].array.tolist() == [0, 0.1, 0]
    document = tensor(data=Packed(np.zeros(3, np.uint8)))
    with pytest.raises(ValueError, match="uint8 holds 0 to 255"):
        sampled.with_entry(document, "x", (1,), "256")
