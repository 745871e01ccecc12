"""A recording that is too large for memory: the same story, bit for bit, from a file."""

import gc
import weakref

import numpy as np
import pytest

from engine import spill
from engine.events import same_event
from engine.graph import Action, Edge, Graph, Node
from engine.session import Session
from engine.spill import Spill
from engine.trace import Trace
from gui.model.film import TraceFilm
from tests.film_checks import again, check_sums, look

SIDE = 128  # an array of 128 × 128 float32 has 64 KiB
ROUNDS = 6


def network():
    """loss = sum(tanh(x @ w) * x), with x read twice and an in-place op on the way."""
    rng = np.random.default_rng(0)
    data = [rng.normal(size=(SIDE, SIDE)).tolist() for _ in range(2)]
    leaves = [
        Node(name, "tensor", name, {"data": values, "requires_grad": True})
        for name, values in zip("xw", data, strict=True)
    ]
    nodes = [*leaves, Node("m", "matmul", "m"), Node("t", "tanh", "t"), Node("p", "mul", "p"),
             Node("a", "mul_", "a", {"other": 0.5}), Node("loss", "sum", "loss")]  # fmt: skip
    pairs = ("x m self", "w m other", "m t self", "t p self", "x p other", "p a self",
             "a loss self")  # fmt: skip
    edges = [Edge(s, 0, t, slot) for s, t, slot in (pair.split() for pair in pairs)]
    return Graph.of(nodes, edges)


PROGRAM = (Action("forward"), Action("backward", "loss")) * ROUNDS


def recorded(budget: int) -> Session:
    session = Session(network())
    session.spill = Spill(budget)
    for _ in session.run(PROGRAM):
        pass
    return session


@pytest.fixture(scope="module")
def whole():
    return recorded(2**40)


@pytest.fixture(scope="module")
def thin():
    return recorded(2**20)


def arrays(trace: Trace):
    return list(spill._arrays(chapter.facts for chapter in trace.chapters))


def test_within_the_budget_nothing_is_moved(whole):
    assert whole.spill.moved == 0
    assert whole.spill.kept > 3 * 2**20


def test_beyond_it_no_more_stays_in_memory(thin):
    assert thin.spill.kept <= 2**20 + ROUNDS * spill.LEAST
    assert thin.spill.moved > 2 * 2**20
    owned = {id(x): x.nbytes for x in arrays(thin.trace) if x.flags.writeable}
    assert sum(owned.values()) <= thin.spill.kept


def test_the_story_is_the_same_to_the_last_bit(whole, thin):
    one, other = whole.trace.events, thin.trace.events
    assert len(one) == len(other)
    assert all(map(same_event, one, other))


def test_so_is_every_frame_however_one_comes_to_it(whole, thin):
    films = [TraceFilm(s.graph, PROGRAM, s.trace) for s in (whole, thin)]
    check_sums(films[1])
    scrubbed = again(films[1])
    for step in (*range(len(films[0]) - 1, -1, -3), 0, 5):
        assert look(films[0], step) == look(films[1], step) == look(scrubbed, step)


def test_what_a_later_line_does_is_not_seen_in_what_was_moved(thin):
    before = [x.tobytes() for x in arrays(thin.trace)]
    for _ in thin.run((*PROGRAM, Action("zero_", "x.grad"), *PROGRAM), len(PROGRAM)):
        pass
    assert [x.tobytes() for x in arrays(thin.trace)][: len(before)] == before


def test_arrays_in_the_file_cannot_be_written_to(thin):
    moved = [x for x in arrays(thin.trace) if not x.flags.writeable]
    assert moved
    with pytest.raises(ValueError, match="read-only"):
        moved[0][...] = 0


def test_many_chapters_share_one_map_of_the_file(monkeypatch):
    """Each map keeps a file open, and a process may have but a thousand of those."""
    maps, mmap = [], spill.mmap.mmap
    monkeypatch.setattr(spill.mmap, "mmap", lambda *a, **k: maps.append(a) or mmap(*a, **k))
    made, facts = Spill(0), []
    for k in range(300):
        facts += made.taken([np.full((100, 100), k, np.float32)])
    assert len(maps) == 1
    assert all((x == k).all() for k, x in enumerate(facts))
    (large,) = made.taken([np.arange(spill.BLOCK // 8 + 5.0)])
    assert (len(maps), large[-1]) == (2, spill.BLOCK // 8 + 4)


def test_a_run_nobody_looks_at_any_more_is_gone_at_once():
    """Not only when Python next looks for circles: a recording may be a gigabyte."""
    gc.disable()
    try:
        session = recorded(2**20)
        film = TraceFilm(session.graph, PROGRAM, session.trace)
        film.prepare()
        film.frame(3).codes()
        file, last = session.spill._file, weakref.ref(arrays(session.trace)[-1])
        del session
        assert last() is not None
        del film
        assert last() is None
        assert file.closed
    finally:
        gc.enable()


def test_without_room_on_the_disk_all_stays_in_memory(monkeypatch, whole):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill.tempfile, "TemporaryFile", full)
    session = recorded(2**20)
    assert session.spill.moved == 0
    assert all(map(same_event, whole.trace.events, session.trace.events))


@pytest.mark.parametrize(
    "x",
    [np.zeros((300, 300), bool), np.arange(90_000, dtype=np.int64).reshape(300, 300).T,
     np.full((64, 64, 64), np.nan, np.float32)[::2], np.ones((40_000, 1), np.float64)],
)  # fmt: skip
def test_shape_dtype_and_bits_survive(x):
    (fact,) = Spill(0).taken([("computed", x, [x, None])])
    assert fact[1] is fact[2][0] is not x
    assert (fact[1].dtype, fact[1].shape, fact[1].tobytes()) == (x.dtype, x.shape, x.tobytes())


def test_what_takes_no_memory_is_left_alone():
    wide = np.broadcast_to(np.float32(1), (1000, 1000))
    facts = [("computed", wide, ("details",)), "word"]
    assert Spill(0).taken(facts)[0] is facts[0]
