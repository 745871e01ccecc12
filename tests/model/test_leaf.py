"""A leaf's numbers edited as a table: every step is a new Leaf, what cannot be is a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from engine.graph import Graph, Node
from engine.registry import OPS
from gui.model import leaf, limits
from gui.model.document import Document
from gui.model.leaf import Leaf
from gui.model.pasting import read


def of(data, op="tensor", **params):
    return leaf.of(Node("w", op, "w", {"data": data, **params}))


def refused(match):
    return pytest.raises(ValueError, match=match)


MATRIX = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("made", "kind", "dtype"),
    [
        (of(2), "i", "int64"), (of(2.0), "f", "float32"), (of([True]), "b", "bool"),
        (of(2, requires_grad=True), "f", "float32"), (of(2, op="parameter"), "f", "float32"),
        (of([1, 2], dtype="uint8"), "i", "uint8"), (of(1, dtype="float64"), "f", "float64"),
        (of([]), "f", "float32"),
    ],
)  # fmt: skip
def test_the_dtype_says_what_may_stand_in_a_cell(made, kind, dtype):
    assert (made.kind, made.dtype_name, made.array.dtype.kind) == (kind, dtype, kind)


@pytest.mark.parametrize(
    ("made", "text", "value"),
    [
        (of(1.0), "1e-3", 0.001), (of(1.0), "-inf", -np.inf), (of(1.0), "5", 5.0),
        (of(1, dtype="int8"), "2.0", 2), (of(True), "0", 0), (of(1), "1.5", 1.5),
        (of(True, dtype="bool"), "1", True), (of(1, op="parameter"), "3", 3.0),
    ],
)  # fmt: skip
def test_a_cell_takes_what_its_dtype_holds(made, text, value):
    found = leaf.read_cell(made, text)
    assert found == value
    assert type(found) is type(value)


def test_nan_goes_into_a_float_cell():
    assert np.isnan(leaf.read_cell(of(1.0), "nan"))


@pytest.mark.parametrize(
    ("made", "text", "sentence"),
    [
        (of(1, dtype="int32"), "1.5", "int32 holds whole numbers only, and 1.5 has a fraction"),
        (of(1, dtype="int64"), "nan", "nan is no whole number"),
        (of(1, dtype="int8"), "128", "int8 holds -128 to 127: 128 is beyond"),
        (of(1, dtype="uint8"), "-1", "uint8 holds 0 to 255"),
        (of(True, dtype="bool"), "2", "bool holds True or False: 2 is neither"),
        (of(1.0), "abc", "is not a number"),
        (of(1.0), "[1, 2]", "A single number is wanted here"),
    ],
)
def test_a_cell_refuses_the_rest_in_words(made, text, sentence):
    with refused(sentence):
        leaf.read_cell(made, text)


def test_one_cell_of_any_rank():
    assert leaf.with_cell(of(2.0), (0, 0), 7.0).array.tolist() == 7.0
    assert leaf.with_cell(of([1.0, 2.0]), (0, 1), 7.0).array.tolist() == [1.0, 7.0]
    cube = leaf.with_cell(of(np.zeros((2, 2, 2)).tolist()), (1, 0, 1), 7.0)
    assert cube.array[1, 0, 1] == 7
    assert cube.array.sum() == 7


def test_a_leaf_is_never_written_to():
    first = of(MATRIX)
    leaf.with_cell(first, (0, 0), 9.0)
    leaf.with_line(first, -1, 0)
    assert first.array.tolist() == MATRIX


@pytest.mark.parametrize(
    ("data", "at", "text", "expected"),
    [
        (MATRIX, (1, 1), "7\t8\n9\t10", [[1, 2, 0], [3, 7, 8], [0, 9, 10]]),
        (2.0, (0, 0), "1\t2", [1, 2]),
        (2.0, (0, 0), "1\t2\n3\t4", [[1, 2], [3, 4]]),
        ([1.0, 2.0], (0, 1), "5\t6", [1, 5, 6]),
        ([1.0, 2.0], (0, 0), "5\n6\n7", [5, 6, 7]),
        ([[[1.0]], [[2.0]]], (1, 0, 0), "5\t6", [[[1, 0]], [[5, 6]]]),
    ],
)
def test_cells_are_pasted_from_the_current_one_on(data, at, text, expected):
    assert leaf.pasted(of(data), at, read(text)).array.tolist() == expected


def test_a_literal_takes_the_place_of_everything():
    new = leaf.pasted(of(MATRIX), (1, 1), read("tensor([1, 2], dtype=torch.int8)"))
    assert (new.array.tolist(), new.dtype, new.dtype_name) == ([1, 2], "int8", "int8")
    assert leaf.pasted(of(2), (0, 0), read("tensor([1.], requires_grad=True)")).requires_grad


def test_pasting_keeps_to_the_dtype():
    with refused("int8 holds whole numbers only"):
        leaf.pasted(of([1], dtype="int8"), (0, 0), read("1.5\t2"))
    with refused("int8 holds -128 to 127"):
        leaf.pasted(of([1], dtype="int8"), (0, 0), read("1\t300"))


def test_rows_and_columns_come_and_go():
    one = of(MATRIX)
    assert leaf.with_line(one, -2, 1).array.tolist() == [[1, 2], [0, 0], [3, 4]]
    assert leaf.with_line(one, -1, 2).array.tolist() == [[1, 2, 0], [3, 4, 0]]
    assert leaf.with_line(of(2.0), -1, 1).array.tolist() == [2, 0]
    assert leaf.with_line(of([1.0, 2.0]), -2, 1).array.tolist() == [[1, 2], [0, 0]]
    assert leaf.without_line(one, -2, 0).array.tolist() == [[3, 4]]
    assert leaf.without_line(one, -1, 0).array.tolist() == [[2], [4]]
    for made, axis, what in ((of([[1.0]]), -1, "column"), (of([1.0, 2.0]), -2, "row")):
        with refused(f"The last {what} stays"):
            leaf.without_line(made, axis, 0)


@pytest.mark.parametrize(
    ("text", "shape"),
    [("2, 3", (2, 3)), ("(2,)", (2,)), ("torch.Size([2, 3])", (2, 3)), ("", ()), ("()", ()),
     ("-1, 2", (-1, 2)), ("2×3", (2, 3)), ("0", (0,))],
)  # fmt: skip
def test_a_shape_is_read(text, shape):
    assert leaf.read_shape(text) == shape


@pytest.mark.parametrize("text", ["a", "2, -3", "-1, -1", "2.5", "9" * 30])
def test_no_shape(text):
    with refused("A shape is a list of sizes"):
        leaf.read_shape(text)


def test_reshaping_keeps_the_order_and_resizing_the_places():
    one = of([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert leaf.reshaped(one, (3, -1)).array.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert leaf.resized(one, (3, 2), 9).array.tolist() == [[1, 2], [4, 5], [9, 9]]
    assert leaf.resized(of(7.0), (2, 2)).array.tolist() == [[7, 0], [0, 0]]
    assert leaf.resized(one, ()).array.tolist() == 1
    with refused("6 numbers cannot be reshaped to \\(4, 2\\), which holds 8"):
        leaf.reshaped(one, (4, 2))
    with refused("6 numbers cannot be split into \\(-1, 4\\)"):
        leaf.reshaped(one, (-1, 4))
    with refused("give every size"):
        leaf.resized(one, (-1,))
    with refused("int8 holds whole numbers only"):
        leaf.resized(of([1], dtype="int8"), (2,), 0.5)


def test_what_lists_cannot_hold_is_refused():
    with refused("is empty: a list of numbers cannot say so"):
        leaf.resized(of(1.0), (0, 3))
    with refused("at most 8 dimensions"):
        leaf.reshaped(of(1.0), (1,) * 9)
    with refused(f"at most {limits.ELEMENTS:,} can be listed"):
        leaf.resized(of(1.0), (5000, 5000))
    assert leaf.resized(of(1.0), (2, 0)).array.tolist() == [[], []]


def test_another_dtype():
    assert leaf.with_dtype(of([1.0, 2.0]), "int16").array.dtype.kind == "i"
    assert leaf.with_dtype(of([0, 1]), "bool").array.tolist() == [False, True]
    for made, dtype, sentence in (
        (of([1.5]), "int8", "has a fraction"), (of([300]), "int8", "beyond"),
        (of([2]), "bool", "other numbers"), (of(1.0, op="parameter"), "int8", "Only Tensors of"),
        (of([float("nan")]), "int64", "no whole number"),
    ):  # fmt: skip
        with refused(sentence):
            leaf.with_dtype(made, dtype)


def test_requires_grad_makes_floats_where_no_dtype_says_otherwise():
    assert leaf.with_requires_grad(of([1, 2]), True).array.dtype.kind == "f"
    with refused("Only Tensors of floating point"):
        leaf.with_requires_grad(of([1], dtype="int8"), True)


def document(data=MATRIX, **params):
    nodes = [Node("w", "tensor", "w", {"data": data, **params}), Node("b", "tensor", "b", {})]
    return Document(Graph.of(nodes))


def test_what_is_not_changed_is_the_very_same_document():
    for data in (MATRIX, 2, [1, 2], [float("nan")], [-0.0]):
        one = document(data)
        assert leaf.applied(one, "w", leaf.of(one.graph.nodes["w"])) is one


def test_all_changes_come_in_one_document():
    one = document(dtype="float32")
    edited = leaf.with_cell(leaf.of(one.graph.nodes["w"]), (0, 0), -0.5)
    edited = replace(edited, name="v", dtype=None, requires_grad=True)
    node = leaf.applied(one, "w", edited).graph.nodes["w"]
    assert node.name == "v"
    assert node.params == {"data": [[-0.5, 2.0], [3.0, 4.0]], "requires_grad": True}
    with refused("."):
        leaf.applied(one, "w", replace(edited, name="b"))
    with refused("."):
        leaf.applied(one, "w", replace(edited, name="2 x"))


def test_what_is_zero_and_minus_zero_differ():
    one = document([0.0])
    edited = replace(leaf.of(one.graph.nodes["w"]), array=np.array([-0.0]))
    assert leaf.applied(one, "w", edited) is not one


def test_malformed_data_is_said():
    for data in ([[1], [1, 2]], "text", [10**30]):
        with refused("."):
            of(data)


def test_the_line_below():
    assert leaf.summary(of([[1.0, -2.0], [float("nan"), float("inf")]])) == (
        "(2, 2) float32 · 4 numbers · min -2 · max 1 · mean -0.5 · 1 nan · 1 inf"
    )
    assert leaf.summary(of([])) == "(0,) float32 · 0 numbers"
    assert leaf.summary(Leaf("x", np.array(True))).startswith("() bool · 1 number · min True")


def made(op, **params):
    node = Node("w", op, "w", params)
    return Document(Graph.of([node])), node


@pytest.mark.parametrize(
    ("op", "params"),
    [
        ("randn", {"size": [2, 3], "seed": 3, "requires_grad": True}),
        ("zeros", {"size": [3], "requires_grad": True}),
        ("arange", {"start": 0, "end": 4}),
    ],
)
def test_what_an_op_makes_becomes_a_tensor_of_the_same_numbers_once_edited(op, params):
    document, node = made(op, **params)
    assert leaf.is_leaf(document.graph, "w")
    shown = leaf.of(node)
    assert leaf.applied(document, "w", shown) is document
    first = (0,) * max(2, shown.array.ndim)
    new = leaf.applied(document, "w", leaf.with_cell(shown, first, 7)).graph.nodes["w"]
    assert new.op == "tensor"
    assert not {"size", "seed"} & set(new.params)
    assert bool(new.params.get("requires_grad")) == bool(params.get("requires_grad"))
    data = np.array(new.params["data"])
    want = OPS[op].call(**{k: v for k, v in params.items() if k != "requires_grad"}).numpy().copy()
    want.flat[0] = 7
    assert (data.astype(want.dtype) == want).all()


def test_numbers_drawn_anew_in_every_run_are_no_table():
    for params in ({"size": [2]}, {"size": [2], "seed": None}):
        with pytest.raises(ValueError, match="give it a seed"):
            leaf.of(made("rand", **params)[1])


def test_what_is_too_long_is_not_made():
    with pytest.raises(ValueError, match="at most"):
        leaf.of(made("zeros", size=[limits.ELEMENTS, 2])[1])
