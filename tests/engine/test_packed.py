"""A Packed is a value: nobody changes it, and the engine makes of it what it makes of lists."""

import copy
import pickle

import numpy as np
import pytest

import engine as torch
from engine import dtypes
from engine.code.source import lines
from engine.graph import Action, Graph, Node, spelled
from engine.packed import Packed, files
from engine.registry import OPS
from engine.session import Session

NAN = np.array([np.nan, -np.nan], np.float32)


def of(values, dtype="float32"):
    return Packed(np.array(values, dtype))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of([0.0]), of([-0.0])),
        (of([1.0]), of([1.0], "float64")),
        (of([1, 2]), of([[1, 2]])),
        (of([np.zeros((0, 3))]), of([np.zeros((3, 0))])),
        (of([1], "bool"), of([1], "uint8")),
        (Packed(NAN), Packed(NAN[::-1])),
    ],
)
def test_what_differs_in_one_bit_of_anything_is_not_equal(one, other):
    assert one != other
    assert spelled({"data": one}) != spelled({"data": other})


@pytest.mark.parametrize("values", [NAN, np.zeros((0, 3)), np.array(2, np.int8), np.ones((2, 2))])
def test_what_has_the_same_bytes_is_equal_whoever_made_it(values):
    one, other = Packed(values), Packed(values.copy())
    assert one == other
    assert hash(one) == hash(other)
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert spelled(one) == spelled(other)


def test_nobody_can_change_it():
    source = np.ones(3)
    packed = Packed(source)
    source[0] = 5
    assert packed.array.tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        packed.array[0] = 5
    with pytest.raises(ValueError, match="WRITEABLE"):
        packed.array.flags.writeable = True
    with pytest.raises(AttributeError):
        packed.array = source


def test_it_is_no_sequence_and_is_told_in_few_words():
    packed = of(np.zeros((784, 32)))
    for use in (iter, list, len, lambda x: 0 in x, lambda x: [*x]):
        with pytest.raises(TypeError):
            use(packed)
    assert repr(packed) == "Packed(float32, (784, 32))"


def test_columns_are_put_in_row_major_order():
    packed = Packed(np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]))
    assert packed.array.flags.c_contiguous
    assert packed.array.tolist() == [[1, 2], [3, 4]]


VALUES = {
    "bool": [True, False],
    "uint8": [0, 255],
    "int8": [-128, 127],
    "int64": [-(2**63), 2**63 - 1, 2**53 + 1],
    "float16": [65504.0, -0.0, float("nan")],
    "float32": [0.1, 3e38, float("-inf")],
    "float64": [0.1, 1e300, float("nan")],
}


@pytest.mark.parametrize("to", [None, *dtypes.BY_NAME])
@pytest.mark.parametrize("dtype", VALUES)
def test_a_tensor_of_it_is_that_of_the_same_numbers_in_lists(dtype, to):
    """And where the lists are refused, it is refused with the same words."""
    packed, make = of(VALUES[dtype], dtype), OPS["tensor"].call

    def made(data, wanted):
        try:
            tensor = make(data, dtype=wanted)
        except (RuntimeError, ValueError, OverflowError) as error:
            return str(error)
        return str(tensor.dtype), tensor._data.tobytes()

    wanted = to or dtype  # lists do not know which dtype they were of
    assert made(packed, to) == made(packed.array.tolist(), wanted)


def test_a_leaf_never_shares_memory_with_it():
    packed = of([1.0, 2.0])
    leaf = OPS["parameter"].call(packed)
    assert leaf.requires_grad
    leaf.detach().numpy()[0] = 9
    assert packed.array.tolist() == [1, 2]


def test_a_session_runs_a_graph_of_it():
    node = Node("w", "parameter", "w", {"data": of(np.ones((70, 70)))})
    session = Session(Graph.of([node]))
    list(session.run((Action("forward"),)))
    assert session.tensor("w").shape == torch.Size([70, 70])


def test_in_code_it_is_the_file_that_is_saved():
    w = of(np.ones((70, 70)))
    nodes = [Node(i, "tensor", i, {"data": w, "requires_grad": True}) for i in ("W 1", "w2")]
    text = [line.text for line in lines(Graph.of(nodes), ())]
    assert text[:2] == ["import numpy as np", "import torch"]
    assert "W_1 = torch.tensor(np.load('tensors/w_1.npy'), requires_grad=True)" in text
    assert "w2 = torch.tensor(np.load('tensors/w_1.npy'), requires_grad=True)" in text


def test_every_file_has_a_name_of_its_own_that_any_system_takes():
    ids = ["w", "W", "../w", "é", "", "w" * 80]
    nodes = [Node(i, "tensor", i, {"data": of([k])}) for k, i in enumerate(ids)]
    names = list(files(nodes).values())
    assert names == [
        "tensors/w.npy", "tensors/w_2.npy", "tensors/w_3.npy", "tensors/tensor.npy",
        "tensors/tensor_2.npy", f"tensors/{'w' * 40}.npy",
    ]  # fmt: skip
