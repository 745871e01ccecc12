"""The runner: one worker thread, the latest Document wins, a longer Program goes on."""

import threading

import pytest
import shiboken6

from engine.graph import Action, Graph
from engine.registry import OPS
from gui.model import edits
from gui.model.document import Document
from gui.state import jobs
from gui.state.jobs import Runner, same_statements
from tests.engine.test_partial_forward import forward
from tests.runs import FORWARD, backward, bits, film, leaf, op, square, wire


@pytest.fixture
def runner(qapp):
    made = Runner()
    yield made
    made.close()


@pytest.fixture
def films(runner):
    seen = []
    runner.published.connect(lambda film, finished: seen.append((film, finished)))
    return seen


@pytest.fixture
def go(runner, films, qtbot):
    """Run a Document and wait for the whole of its film."""

    def wait(document):
        count = len(films)
        runner.run(document)
        qtbot.waitUntil(lambda: len(films) > count and films[-1][1] and not runner.busy)
        return films[-1][0]

    return wait


def document(*program, graph=None):
    return Document(square() if graph is None else graph, program or (FORWARD,))


def test_a_film_from_the_worker_is_the_one_made_here(go):
    program = (FORWARD, backward("y"), FORWARD, backward("y"))
    found = go(document(*program))
    assert bits(found.trace.events) == bits(film(square(), *program).trace.events)


def test_the_first_forward_is_published_before_the_end(runner, films, go):
    go(document(FORWARD, backward("y"), FORWARD, backward("y")))
    assert [(len(film.trace.chapters), finished) for film, finished in films] == [
        (1, False), (4, True),
    ]  # fmt: skip


def test_busy_is_told_from_beginning_to_end(runner, go, qtbot):
    told = []
    runner.busy_changed.connect(told.append)
    go(document())
    assert told == [True, False]
    assert not runner.busy


def test_a_longer_program_goes_on_with_the_live_session(runner, go):
    first = go(document(FORWARD, backward("y")))
    session = runner._worker.session
    leaf_ = session.tensor("x")
    second = go(document(FORWARD, backward("y"), FORWARD, backward("y")))
    assert runner._worker.session is session
    assert session.tensor("x") is leaf_
    assert second.trace.chapters[:2] == first.trace.chapters
    assert second.node("x", len(second) - 1).stored == 8


def test_a_new_name_goes_on_with_the_live_session_too(runner, go):
    renamed = edits.rename(document(FORWARD), "x", "input")
    go(document(FORWARD))
    session = runner._worker.session
    go(edits.set_program(renamed, (FORWARD, backward("y"))))
    assert runner._worker.session is session
    assert session.graph is renamed.graph


@pytest.mark.parametrize(
    "change",
    [
        lambda d: edits.set_param(d, "x", "data", 3.0),
        lambda d: edits.set_param(d, "x", "data", 2),
        lambda d: edits.add_node(d, "neg", (0, 0))[0],
        lambda d: edits.add_region(d, "no_grad", ["y"])[0],
        lambda d: edits.set_program(d, (FORWARD,)),
        lambda d: edits.set_program(d, (backward("y"), FORWARD)),
    ],
)
def test_any_other_change_starts_from_the_beginning(runner, go, change):
    before = document(FORWARD, backward("y"))
    go(before)
    session = runner._worker.session
    after = change(before)
    go(edits.set_program(after, (*after.program, Action("retain_grad", "x"))))
    assert runner._worker.session is not session


def test_what_stopped_in_an_error_is_not_gone_on_with(runner, go):
    program = (FORWARD, backward("y"), backward("y"))
    go(document(*program))
    session = runner._worker.session
    assert session.stopped
    found = go(document(*program, FORWARD))
    assert runner._worker.session is not session
    assert len(found.trace.chapters) == 3


@pytest.fixture
def slow(monkeypatch):
    """An op that waits to be let go: (it has begun, let it go)."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(self):
        begun.set()
        assert go_on.wait(60)
        return self

    monkeypatch.setitem(OPS, "wait", OPS["neg"].__class__(
        "wait", wait, "Test", "", "", OPS["neg"].slots, ()
    ))  # fmt: skip
    yield begun, go_on
    go_on.set()


def waiting():
    nodes = [leaf("x"), op("w", "wait"), op("y", "neg")]
    return Document(Graph.of(nodes, [wire("x", "w"), wire("w", "y")]), (FORWARD, backward("y")))


def test_a_cancelled_run_publishes_nothing_more_and_the_next_starts_anew(
    runner, films, go, slow, qtbot
):
    begun, go_on = slow
    runner.run(waiting())
    qtbot.waitUntil(begun.is_set)
    runner.cancel()
    assert not runner.busy
    go_on.set()
    found = go(document())
    assert [film for film, _ in films] == [found]
    assert runner._worker.session.graph is found.graph


def test_the_latest_document_wins(runner, films, slow, qtbot):
    begun, go_on = slow
    runner.run(waiting())
    qtbot.waitUntil(begun.is_set)
    for k in range(5):
        runner.run(document(graph=square(float(k))))
    go_on.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert [(film.node("y", 1).value, finished) for film, finished in films] == [(16, True)]


def test_a_film_that_comes_too_late_is_not_shown(runner, films, go):
    runner.run(document())
    runner._future.result()  # its film now waits in this thread's queue
    found = go(document(graph=square(7.0)))
    assert films == [(found, True)]


def test_an_error_of_ours_is_told_and_the_runner_lives_on(runner, go, monkeypatch, qtbot):
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "TraceFilm", lambda *args: 1 / 0)
        with qtbot.waitSignal(runner.broken) as broken:
            runner.run(document())
    assert [type(error) for error in broken.args] == [ZeroDivisionError]
    assert not runner.busy
    assert len(go(document())) == 2


def test_closing_in_the_middle_of_a_run_ends_the_thread(qapp, slow, qtbot):
    begun, go_on = slow
    runner = Runner()
    runner.run(waiting())
    qtbot.waitUntil(begun.is_set)
    go_on.set()
    runner.patience = 60.0
    runner.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("chainrule-run")]


def test_a_call_that_cannot_be_stopped_holds_up_neither_the_next_run_nor_the_one_after(
    runner, films, go, slow, qtbot
):
    begun, go_on = slow
    runner.run(waiting())
    qtbot.waitUntil(begun.is_set)
    left = runner._worker.thread
    runner.cancel()
    first = go(document())
    second = go(document(FORWARD, backward("y")))
    assert [film for film, finished in films if finished] == [first, second]
    assert left.is_alive()
    go_on.set()
    left.join(60)
    assert not left.is_alive()
    assert runner._worker.session.graph is second.graph


def test_only_a_few_threads_are_left_to_themselves(runner, films, slow, qtbot):
    begun, go_on = slow
    for count in range(jobs.MOST_LEFT + 1):
        begun.clear()
        runner.run(waiting())
        qtbot.waitUntil(begun.is_set)  # each but the first on a worker of its own
        assert len(runner._left) == count
    runner.run(document())
    with qtbot.waitSignal(runner._grace.timeout):
        pass
    assert len(runner._left) == jobs.MOST_LEFT
    assert not runner._future.running()
    go_on.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert [finished for _, finished in films] == [True]


def test_closing_does_not_wait_for_a_call_that_cannot_be_stopped(qapp, films, slow, qtbot):
    begun, go_on = slow
    runner = Runner()
    runner.patience = 0.0
    told = []
    runner.published.connect(lambda *film: told.append(film))
    runner.run(waiting())
    qtbot.waitUntil(begun.is_set)
    runner.close()
    left = runner._worker.thread
    assert left.is_alive()
    assert left.daemon
    shiboken6.delete(runner)
    go_on.set()
    left.join(60)
    assert told == []


def test_names_notes_and_groups_do_not_matter_to_what_is_computed():
    plain = Document(square())
    for change in (
        lambda d: edits.rename(d, "x", "a"),
        lambda d: edits.add_region(d, "note", (), "why", (0, 0))[0],
        lambda d: edits.add_region(d, "group", ["y"])[0],
    ):
        assert same_statements(plain.graph, change(plain).graph)
    for change in (
        lambda d: edits.add_region(d, "no_grad", ["y"])[0],
        lambda d: edits.set_param(d, "x", "data", -0.0),
        lambda d: edits.set_param(d, "y", "exponent", 2.0),
        lambda d: edits.connect(d, "x", "y", "exponent"),
    ):
        assert not same_statements(plain.graph, change(plain).graph)
    swapped = Graph.of(reversed([leaf("a"), leaf("b")]))
    assert not same_statements(Graph.of([leaf("a"), leaf("b")]), swapped)


def test_an_expected_error_can_be_gone_on_from(runner, go):
    program = (FORWARD, Action("zero_", "x.grad", {}, True))
    go(document(*program))
    session = runner._worker.session
    go(document(*program, backward("y")))
    assert runner._worker.session is session


def test_a_run_goes_on_only_if_its_leaves_are_where_they_would_be(go):
    """Named in a later line, a random leaf is drawn there: a run from the start is asked for."""
    graph = Graph.of([op("a", "randn", size=[3]), op("b", "randn", size=[3])])
    first = go(document(forward("b"), graph=graph))
    assert len(first.trace.events) == 2  # “a”, which no line names, comes before all
    program = (forward("b"), forward("a"))
    longer = go(document(*program, graph=graph))
    assert bits(longer.trace.events) == bits(film(graph, *program).trace.events)
    assert bits(longer.trace.events[0].value) == bits(first.trace.events[0].value)
