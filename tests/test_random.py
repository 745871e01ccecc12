"""Random numbers are those of PyTorch's CPU stream, and every draw leaves it in the same place."""

import pickle
import random as dice_of
import threading

import numpy as np
import pytest

from engine import dtypes
from engine import random as engine_random
from engine.dtypes import BY_NAME, cast, float16, float32, float64, int64
from engine.random import (
    DEFAULT_SEED,
    Generator,
    bernoulli,
    bernoulli_fill,
    get_state,
    initial_seed,
    manual_seed,
    normal,
    rand,
    randint,
    randn,
    randperm,
    set_state,
    uniform,
)


@pytest.fixture(autouse=True)
def stream_restored():
    before = get_state()
    yield
    set_state(before)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def test_one_program_with_every_kind_of_draw_gives_torchs_numbers():
    manual_seed(0)
    assert rand((3,)).tolist() == [0.49625658988952637, 0.7682217955589294, 0.08847743272781372]
    assert rand((2,), float64).tolist() == [0.0562441839043476, 0.07262971157225484]
    assert randn((3,)).tolist() == [0.16421625018119812, 0.3057610094547272, 0.20998091995716095]
    assert randint(0, 10, (5,)).tolist() == [6, 6, 8, 4, 3]
    assert randint(0, 2**40, (2,)).tolist() == [991330716199, 375723641006]
    assert randperm(6).tolist() == [2, 0, 3, 5, 1, 4]
    assert bernoulli(np.full(6, 0.5, np.float32)).tolist() == [1, 1, 0, 1, 1, 1]
    assert randn((20,))[[0, 8, 15, 16, 19]].tolist() == [
        0.2484147548675537,
        -0.5553584098815918,
        -0.06907268613576889,
        -0.4949253499507904,
        0.44551217555999756,
    ]
    assert randn((1,)).tolist() == [0.905626118183136]  # the spare one of the three above


def test_the_numbers_everybody_knows_by_heart():
    manual_seed(42)
    assert rand((2, 2)).tolist() == [
        [0.8822692632675171, 0.9150039553642273],
        [0.38286375999450684, 0.9593056440353394],
    ]
    manual_seed(42)
    assert randn((2, 2)).tolist() == [
        [0.33669036626815796, 0.12880940735340118],
        [0.23446236550807953, 0.23033303022384644],
    ]


def test_from_16_numbers_on_normals_are_others_and_come_in_blocks():
    manual_seed(42)
    assert randn((16,))[:3].tolist() == [1.9269152879714966, 1.4872840642929077, 0.9007171988487244]
    manual_seed(0)
    values = randn((17,)).tolist()
    assert values[:2] == [-1.1258398294448853, -1.6959311962127686]
    assert values[-2:] == [-0.843676745891571, 0.9318265914916992]


# Seeds and states


@pytest.mark.parametrize(
    ("seed", "initial", "first"),
    [
        (2**32, 2**32, 0.49625658988952637),
        (2**63, 2**63, 0.49625658988952637),
        (-1, 2**64 - 1, 0.9937993884086609),
        (-5, 2**64 - 5, 0.9308151006698608),
        (1.5, 1, 0.7576315999031067),
        (True, 1, 0.7576315999031067),
    ],
)
def test_a_seed_counts_in_its_lower_32_bits(seed, initial, first):
    assert manual_seed(seed).initial_seed() == initial_seed() == initial
    assert rand(()).item() == first


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_a_seed_beyond_64_bits_is_refused(seed):
    with pytest.raises(ValueError, match="Overflow when unpacking long long"):
        manual_seed(seed)


def test_a_new_generator_starts_at_torchs_default_seed(torch):
    assert Generator().initial_seed() == torch.Generator().initial_seed() == DEFAULT_SEED


def test_an_unforeseeable_seed_is_told():
    found = engine_random.seed()
    first = rand((4,)).tolist()
    assert manual_seed(found).initial_seed() == found
    assert rand((4,)).tolist() == first


def test_a_state_brings_everything_back_even_the_spare_normal():
    manual_seed(3)
    randn((1,))
    state = pickle.loads(pickle.dumps(get_state()))
    assert state == get_state()
    values = randn((4,)).tolist()
    manual_seed(5)
    set_state(state)
    assert initial_seed() == 3
    assert randn((4,)).tolist() == values


def test_seeding_forgets_the_spare_normal():
    manual_seed(3)
    first = randn(())
    manual_seed(3)
    assert randn(()) == first


def test_threads_do_not_disturb_each_other():
    def background():
        found.extend([initial_seed(), manual_seed(9), rand((100,))])

    manual_seed(1)
    expected = rand((6,)).tolist()
    manual_seed(1)
    values, found = rand((3,)).tolist(), []
    thread = threading.Thread(target=background)
    thread.start()
    thread.join()
    assert values + rand((3,)).tolist() == expected
    assert found[0] == DEFAULT_SEED


def test_a_generator_of_ones_own_leaves_the_threads_alone():
    manual_seed(1)
    own = Generator().manual_seed(1)
    values = [rand((2,), generator=own), randn((2,), generator=own), randperm(3, generator=own)]
    assert [rand((2,)).tolist(), randn((2,)).tolist(), randperm(3).tolist()] == [
        value.tolist() for value in values
    ]


# Shapes, dtypes and refusals


def test_no_shape_gives_a_numpy_scalar():
    for made in (rand(()), randn((), float16), randint(0, 5, ()), bernoulli(np.float64(0.5))):
        assert isinstance(made, np.generic)


def test_floats_are_of_the_default_dtype():
    dtypes.set_default_dtype(float64)
    try:
        assert rand((2,)).dtype == randn((2,)).dtype == np.float64
    finally:
        dtypes.set_default_dtype(float32)


def test_the_upper_bound_is_never_reached_even_by_rounding():
    manual_seed(7)
    for dtype, high in ((float16, 1 + 2**-9), (float32, 1 + 2**-22), (float64, 1 + 2**-50)):
        values = uniform((1000,), dtype, 1.0, high)
        assert values.max() < high
        assert values.min() == 1


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (
            lambda: rand((2,), int64),
            NotImplementedError,
            "\"check_uniform_bounds\" not implemented for 'Long'",
        ),
        (
            lambda: randn((2,), int64),
            NotImplementedError,
            "\"normal_kernel_cpu\" not implemented for 'Long'",
        ),
        (
            lambda: bernoulli(np.array([1])),
            NotImplementedError,
            "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'",
        ),
        (
            lambda: rand((2, -3)),
            RuntimeError,
            "Trying to create tensor with negative dimension -3: [2, -3]",
        ),
        (
            lambda: randint(5, 3, (2,)),
            RuntimeError,
            "random_ expects 'from' to be less than 'to', but got from=5 >= to=3",
        ),
        (
            lambda: randint(0, 257, (2,), dtypes.uint8),
            RuntimeError,
            "to - 1 is out of bounds for unsigned char",
        ),
        (
            lambda: randint(-1, 2, (2,), dtypes.bool_),
            RuntimeError,
            "from is out of bounds for bool",
        ),
        (
            lambda: uniform((2,), float32, 3, 2),
            RuntimeError,
            "uniform_ expects to return a [from, to) range, but found from=3 > to=2",
        ),
        (
            lambda: normal((2,), float32, 0, -1),
            RuntimeError,
            "normal expects std >= 0.0, but found std -1",
        ),
        (
            lambda: bernoulli_fill((2,), 1.5),
            RuntimeError,
            "bernoulli_ expects p to be in [0, 1], but got p=1.5",
        ),
        (
            lambda: bernoulli(np.array([np.nan])),
            RuntimeError,
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_torchs_words(draw, error, message):
    with pytest.raises(error) as found:
        draw()
    assert str(found.value) == message


# Against torch


def draws(torch, dice):
    """One random draw, as (ours, theirs): two functions of no argument."""
    name = dice.choice(["float32", "float32", "float64", "float16"])
    dtype, theirs = BY_NAME[name], getattr(torch, name)
    shape = tuple(dice.choice([0, 1, 2, 3, 8, 16, 17, 40]) for _ in range(dice.randrange(4)))
    a, b = dice.uniform(-3, 0), dice.uniform(0, 3)
    low = dice.choice([0, -5, -(2**40), -(2**63)])
    high = min(low + dice.choice([1, 10, 2**28 - 1, 2**28, 2**32, 2**60, 2**64 - 1]), 2**63 - 1)
    p = np.asarray(cast(np.asarray(np.random.default_rng(len(shape)).random(shape)), dtype))
    n = dice.randrange(200)

    def empty():
        return torch.empty(shape, dtype=theirs)

    return dice.choice(
        [
            (lambda: rand(shape, dtype), lambda: torch.rand(shape, dtype=theirs)),
            (lambda: randn(shape, dtype), lambda: torch.randn(shape, dtype=theirs)),
            (lambda: randint(low, high, shape), lambda: torch.randint(low, high, shape)),
            (lambda: randperm(n), lambda: torch.randperm(n)),
            (lambda: bernoulli(p), lambda: torch.bernoulli(torch.from_numpy(p))),
            (lambda: bernoulli_fill(shape, b / 3, dtype), lambda: empty().bernoulli_(b / 3)),
            (lambda: uniform(shape, dtype, a, b), lambda: empty().uniform_(a, b)),
            (lambda: normal(shape, dtype, a, b), lambda: empty().normal_(a, b)),
        ]
    )


@pytest.mark.parametrize("trial", range(40))
def test_mixed_draws_are_bit_equal_and_stay_in_step_with_torch(torch, trial):
    dice = dice_of.Random(trial)
    seed = dice.choice([trial, dice.randrange(2**64), -dice.randrange(2**63)])
    assert manual_seed(seed).initial_seed() == torch.manual_seed(seed).initial_seed()
    for _ in range(15):
        ours, theirs = (draw() for draw in draws(torch, dice))
        assert str(theirs.dtype) == f"torch.{ours.dtype}"
        assert theirs.shape == ours.shape
        assert theirs.numpy().tobytes() == ours.tobytes()
    assert rand(()).item() == torch.rand(()).item()


@pytest.mark.parametrize("name", ["float16", "float32", "float64"])
def test_many_normals_are_bit_equal(torch, name):
    manual_seed(1)
    torch.manual_seed(1)
    theirs = torch.randn(100_003, dtype=getattr(torch, name))
    assert theirs.numpy().tobytes() == randn((100_003,), BY_NAME[name]).tobytes()
