"""Element types promote, infer, convert and complain as PyTorch's do."""

import copy
import pickle
from itertools import product

import numpy as np
import pytest

from engine import dtypes
from engine.dtypes import BY_NAME, float16, float32, float64, infer, int8, int64, to_array, uint8


@pytest.fixture(autouse=True)
def default_dtype_restored():
    yield
    dtypes.set_default_dtype(float32)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def outcome(make):
    """What `make()` gives: an error's type and text, or dtype, shape and values."""
    try:
        made = make()
    except Exception as error:
        return type(error), str(error)
    made = made if isinstance(made, (np.ndarray, np.generic)) else made.numpy()[()]
    return str(made.dtype), made.shape, np.array(made).tobytes()


def test_a_dtype_shows_its_torch_name_and_facts():
    assert repr(float32) == str(float32) == "torch.float32"
    assert (float32.itemsize, float32.is_floating_point, float32.is_complex) == (4, True, False)
    assert (uint8.is_signed, int8.is_signed, dtypes.bool_.is_signed) == (False, True, False)
    assert (int64.scalar_name, int64.tensor_type) == ("Long", "torch.LongTensor")
    assert dtypes.ALIASES["long"] is int64
    assert dtypes.ALIASES["half"] is float16


@pytest.mark.parametrize("name", BY_NAME)
def test_there_is_one_object_per_dtype_however_it_is_copied(name):
    dtype = BY_NAME[name]
    assert copy.deepcopy(dtype) is copy.copy(dtype) is dtype
    assert pickle.loads(pickle.dumps(dtype)) is dtype
    assert dtypes.of(dtype.np) is dtypes.of(dtype.np.type) is dtype


def test_a_dtype_can_be_neither_changed_nor_made():
    with pytest.raises(AttributeError, match=r"'torch\.dtype' object has no attribute 'x'"):
        float32.x = 1
    with pytest.raises(TypeError, match=r"cannot create 'torch\.dtype' instances"):
        dtypes.dtype()


def test_of_takes_python_types_and_refuses_what_has_no_dtype():
    assert [dtypes.of(kind).name for kind in (float, int, bool)] == ["float64", "int64", "bool"]
    with pytest.raises(TypeError, match=r"can't convert np\.ndarray of type numpy\.complex128"):
        dtypes.of(np.complex128)


# Promotion

PROMOTIONS = """
uint8 int8 int16
uint8 int64 int64
bool uint8 uint8
int8 int32 int32
int64 float16 float16
float16 float32 float32
float64 int64 float64
bool bool bool
"""


@pytest.mark.parametrize("row", PROMOTIONS.split("\n")[1:-1])
def test_two_dtypes_meet_in_the_smallest_that_holds_both(row):
    a, b, expected = (BY_NAME[name] for name in row.split())
    assert dtypes.promote(a, b) is dtypes.promote(b, a) is expected


@pytest.mark.parametrize(
    ("operands", "expected"),
    [
        ([("float32", 1), ("float64", 0)], "float32"),
        ([("int32", 1), ("int64", 0)], "int32"),
        ([("int32", 1), ("float64", 0)], "float64"),
        ([("int64", 0), ("float64", 0)], "float64"),
        ([("uint8", 1), ("int8", 0)], "uint8"),
        ([("bool", 2), ("int8", 0)], "int8"),
        ([("int32", 1), 1.5], "float32"),
        ([("int8", 0), 1.5], "float32"),
        ([("int8", 0), 1], "int8"),
        ([("uint8", 0), -1], "uint8"),
        ([("bool", 0), 1], "int64"),
        ([("float16", 0), 1.5], "float16"),
        ([("float64", 1), True], "float64"),
        ([1, 2.0], "float32"),
        ([True, 1], "int64"),
        ([True, False], "bool"),
        ([("int8", 1), ("bool", 1), ("float16", 0), 2.0], "float16"),
    ],
)
def test_tensors_with_dims_outrank_0d_tensors_and_those_numbers(operands, expected):
    operands = [(BY_NAME[x[0]], x[1]) if isinstance(x, tuple) else x for x in operands]
    assert dtypes.result_type(*operands).name == expected
    assert dtypes.result_type(*reversed(operands)).name == expected


def test_a_python_float_follows_the_default_dtype_as_it_changes():
    assert dtypes.result_type((int64, 1), 1.5) is float32
    dtypes.set_default_dtype(float64)
    assert dtypes.result_type((int64, 1), 1.5) is float64
    assert infer([1.5]) is infer([]) is float64


def test_numbers_that_are_equal_but_of_different_kinds_are_told_apart():
    found = [dtypes.result_type((dtypes.bool_, 1), number).name for number in (1, 1.0, True)]
    assert found == ["int64", "float32", "bool"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (int64, "only floating-point types are supported as the default type"),
        (5, "invalid dtype object: only floating-point types are supported as the default type"),
    ],
)
def test_only_a_floating_dtype_can_be_the_default(given, message):
    with pytest.raises(TypeError) as error:
        dtypes.set_default_dtype(given)
    assert str(error.value) == message


def test_every_pair_promotes_as_in_torch(torch):
    operands = [(name, dims) for name in BY_NAME for dims in (0, 1)] + [True, 2, 2.5]
    for a, b in product(operands, repeat=2):
        theirs = torch.result_type(*(tensor_or_number(torch, x) for x in (a, b)))
        ours = dtypes.result_type(
            *((BY_NAME[x[0]], x[1]) if isinstance(x, tuple) else x for x in (a, b))
        )
        assert str(ours) == str(theirs), (a, b)


def tensor_or_number(torch, x):
    if not isinstance(x, tuple):
        return x
    return torch.ones([1] * x[1], dtype=getattr(torch, x[0]))


# Limits


def test_finfo_shows_the_limits_of_floats():
    assert repr(dtypes.finfo()) == (
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, "
        "smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)"
    )
    assert dtypes.finfo(float64).eps == 2.220446049250313e-16
    assert (dtypes.finfo(float16).bits, dtypes.finfo(float16).max) == (16, 65504.0)
    assert dtypes.finfo(float16) == dtypes.finfo(float16) != dtypes.finfo(float32)


def test_iinfo_shows_the_limits_of_integers():
    assert repr(dtypes.iinfo(int8)) == "iinfo(min=-128, max=127, dtype=int8)"
    assert repr(dtypes.iinfo(int64)) == "iinfo(min=-9.22337e+18, max=9.22337e+18, dtype=int64)"
    assert dtypes.iinfo(int64).max == 2**63 - 1


@pytest.mark.parametrize(
    ("limits", "given", "message"),
    [
        (
            "finfo",
            int8,
            "torch.finfo() requires a floating point input type. "
            "Use torch.iinfo to handle 'torch.finfo'",
        ),
        (
            "iinfo",
            float32,
            "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'",
        ),
        ("iinfo", dtypes.bool_, "torch.bool is not supported by torch.iinfo"),
        ("finfo", 5, "finfo(): argument 'type' (position 1) must be torch.dtype, not int"),
    ],
)
def test_limits_of_the_wrong_kind_are_refused_in_torchs_words(limits, given, message):
    with pytest.raises(TypeError) as error:
        getattr(dtypes, limits)(given)
    assert str(error.value) == message


@pytest.mark.parametrize("name", BY_NAME)
def test_limits_are_those_of_torch(torch, name):
    for kind, fields in (("finfo", "bits eps max min tiny resolution"), ("iinfo", "bits max min")):
        try:
            theirs = getattr(torch, kind)(getattr(torch, name))
        except TypeError:
            with pytest.raises(TypeError):
                getattr(dtypes, kind)(BY_NAME[name])
            continue
        ours = getattr(dtypes, kind)(BY_NAME[name])
        assert repr(ours) == repr(theirs)
        assert all(getattr(ours, f) == getattr(theirs, f) for f in fields.split())


# Python data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (5.0, "float32"),
        (5, "int64"),
        (True, "bool"),
        ([1, 2.5], "float32"),
        ([True, 2], "int64"),
        ([], "float32"),
        ([1, []], "float32"),
        (range(3), "int64"),
        ([(1, 2.0), [3, True]], "float32"),
        (np.float64(2), "float64"),
        ([np.float32(2), 1], "float32"),
        ([np.int32(2), 2.5], "float32"),
        ([[np.int8(1)], [2]], "int64"),
        (np.array([1, 2], dtype=np.int16), "int16"),
    ],
)
def test_the_dtype_of_python_data_is_the_highest_kind_in_it(data, expected):
    assert infer(data).name == expected


class Stand:
    """What a tensor inside a list looks like from here."""

    dtype = float64

    def __float__(self):
        return 2.5

    def __getitem__(self, index):
        raise AssertionError("a tensor in a list is a number, not a sequence")

    __len__ = __getitem__


def test_a_tensor_in_a_list_counts_as_one_number_of_its_dtype():
    values = to_array([1, Stand()])
    assert values.dtype == np.float64
    assert values.tolist() == [1.0, 2.5]


def test_a_single_number_becomes_a_numpy_scalar():
    for data in (5.0, 5, True, 1e40, np.int8(3), np.array(2.5)):
        assert isinstance(to_array(data), np.generic)
    assert isinstance(to_array([5.0]), np.ndarray)


def test_the_array_is_new_even_where_the_data_was_one():
    data = np.array([1.0, 2.0])
    assert not np.shares_memory(to_array(data), data)


@pytest.mark.parametrize(
    ("data", "to", "expected"),
    [
        ([[1, 2], [3, 4]], None, np.array([[1, 2], [3, 4]])),
        ([[], [1]], None, np.zeros((2, 0), np.float32)),
        ([2.7, -2.7], "int32", np.array([2, -2], np.int32)),
        (-1, "uint8", np.uint8(255)),
        (70000, "float16", np.float16(np.inf)),
        (1e40, "float32", np.float32(np.inf)),
        ([5, 0, 0.5, float("nan")], "bool", np.array([True, False, True, True])),
        (2**64, "float32", np.float32(2**64)),
        (np.array([300, -1]), "uint8", np.array([44, 255], np.uint8)),
        ([1 + 2**-11 + 2**-30], "float16", np.array([1], np.float16)),
    ],
)
def test_numbers_are_converted_as_torch_converts_them(data, to, expected):
    values = to_array(data, to and BY_NAME[to])
    assert values.dtype == expected.dtype
    assert np.array_equal(values, expected)


@pytest.mark.parametrize(
    ("data", "to", "error", "message"),
    [
        ([[1, 2], [3]], None, ValueError, "expected sequence of length 2 at dim 1 (got 1)"),
        ([1, [2, 3]], None, TypeError, "'list' object cannot be interpreted as an integer"),
        ([1.0, [2, 3]], None, TypeError, "must be real number, not list"),
        ([[1], 2], None, TypeError, "not a sequence"),
        ("a", None, TypeError, "new(): invalid data type 'str'"),
        ([1, "a"], None, TypeError, "new(): invalid data type 'str'"),
        (["a"], None, ValueError, "too many dimensions 'str'"),
        (b"a", "int64", TypeError, "new(): invalid data type 'bytes'"),
        (None, None, RuntimeError, "Could not infer dtype of NoneType"),
        ({1: 2}, None, RuntimeError, "Could not infer dtype of dict"),
        ([1, None], "float32", TypeError, "must be real number, not NoneType"),
        (2**63, None, ValueError, "Overflow when unpacking long long"),
        ([300], "int8", RuntimeError, "value cannot be converted to type int8 without overflow"),
        (-256, "uint8", RuntimeError, "value cannot be converted to type uint8 without overflow"),
        (-0.9, "uint8", RuntimeError, "value cannot be converted to type uint8 without overflow"),
        (
            float("nan"),
            "int64",
            RuntimeError,
            "value cannot be converted to type int64 without overflow",
        ),
        (np.arange(3)[::-1], None, ValueError, "stride in the given numpy array is negative"),
        (np.array([1], ">i4"), None, ValueError, "byte order different from the native"),
    ],
)
def test_data_that_makes_no_tensor_is_refused_in_torchs_words(data, to, error, message):
    found = outcome(lambda: to_array(data, to and BY_NAME[to]))
    assert found[0] is error
    assert message in found[1]


def test_a_list_that_holds_itself_is_refused():
    data = [1]
    data.append(data)
    with pytest.raises(TypeError, match="self-referential lists are incompatible"):
        to_array(data)


DATA = """
[] | [[],[]] | [[1],[]] | [1.,[2.,3]] | [True,[2.,3]] | [[2,3],1] | [[1,2],[3,'a']] | [[1,2],'ab']
[None] | [1,'a'] | (1,2.) | 2**63-1 | -2**63-1 | [2**64] | 1e40 | [1e40] | np.float16(2) | [b'a']
np.bool_(True) | [np.bool_(True),False] | [np.float16(2), 1] | np.array([1.,2])[::2] | [1,2.5,[3]]
[np.array([1.,2]), [3,4]] | [np.array(1.)] | [[[1,2],[3,4]],[[1,2],[3]]] | [[1],2.5] | [range(2)]
float | object() | iter([1]) | [[[[[]]]]] | bytearray(b'a') | [True,[True]] | [1,[]]
np.zeros((0,3)) | [[1,2],(3,4)] | [[1,2],{3:4}] | [np.array([1,2]),np.array([1,2,3])]
np.float32(1e-45) | [0., -0.]
"""
CONVERTED = """
2**64 | 256 | -255 | -256 | 128 | -129 | [300] | 40000 | 2**31 | 1e10 | 1e20 | 300. | -1.5 | 2.7 | 0
[2.7,-2.7] | float('nan') | float('inf') | 70000 | [5,0,.5] | 65519.9 | 65520 | 127.9 | -128.5
-0.9 | [2**62+2**38+1] | 2147483647.5 | 9223372036854775807.0 | 2**100 | [1,'a'] | ['a']
[1,None] | None
[np.int64(300)] | [np.float32(3.7)] | [np.float64(3.7)] | np.float64(300) | np.array([300.7,-1.2])
np.array([1e10,-1e10,300,-5]) | np.array([1+2**-11+2**-30]) | {1} | b'a'
np.array([2.5,0,float('nan')])
"""


def cases(text):
    return [case.strip() for line in text.strip().split("\n") for case in line.split(" | ")]


@pytest.mark.filterwarnings("ignore:Creating a tensor from a list of numpy")
@pytest.mark.parametrize("source", cases(DATA))
def test_data_becomes_the_tensor_or_the_error_it_becomes_in_torch(torch, source):
    assert outcome(lambda: to_array(eval(source))) == outcome(lambda: torch.tensor(eval(source)))


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("source", cases(CONVERTED))
def test_data_is_converted_to_every_dtype_as_in_torch(torch, source, name):
    ours = outcome(lambda: to_array(eval(source), BY_NAME[name]))
    assert ours == outcome(lambda: torch.tensor(eval(source), dtype=getattr(torch, name)))


def test_cast_wraps_and_rounds_without_warning_and_keeps_what_is_right_already():
    values = np.array([1e10, -5.0, np.nan])
    assert dtypes.cast(values, float64) is values
    assert dtypes.cast(values, uint8).tolist() == [0, 251, 0]
    assert dtypes.cast(np.float64(1e300), float32) == np.inf
    assert isinstance(dtypes.cast(np.float64(1), float16), np.float16)
