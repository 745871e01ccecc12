"""The benchmarks: everybody computes the same, and the table says what was found."""

import json

import numpy as np
import pytest
from PySide6.QtGui import QImage

from benchmarks import beside, canvas, playback, recording, workloads
from benchmarks import engine as bench
from benchmarks.drawings import generated
from benchmarks.editors import PEERS as EDITORS
from benchmarks.editors import Drawn, Ours
from benchmarks.engine import CLOSE, answer, distance, measure
from benchmarks.peers import PEERS, Engine, Jax, Micrograd, Numpy

SMALL = {
    "W1": workloads.scalar_chain(8),
    "W2": workloads.micrograd(samples=2),
    "W3": workloads.fan_out(uses=5),
    "W4": workloads.digits_step(),
    "W5": workloads.small_step(),
    "W6": workloads.attention(tokens=8, width=8, heads=2),
    "W7": workloads.random_graph(nodes=40),
}


@pytest.fixture(params=SMALL)
def workload(request):
    return SMALL[request.param]


@pytest.mark.parametrize("kind", PEERS, ids=lambda kind: kind.title)
def test_a_peer_computes_the_same_loss_and_gradients(kind, workload):
    """Each that is installed, on what it can do."""
    try:
        peer = kind()
    except ImportError:
        pytest.skip(f"{kind.title} is not installed")
    if not peer.cannot(workload):
        found = answer(peer.iteration(workload)())
        assert len(found) == 1 + len(workload.leaves)
        assert distance(found, answer(Engine().iteration(workload)())) <= CLOSE


def test_bare_numpy_computes_the_same_loss(workload):
    loss, _ = Numpy().iteration(workload)()
    assert loss.item() == pytest.approx(answer(Engine().iteration(workload)())[0], rel=1e-5)


def test_every_workload_is_there_in_full_size():
    assert {w.key for w in workloads.workloads()} == set(SMALL)


def test_a_step_goes_downhill():
    """The workloads with a rate do train."""
    for workload in (SMALL["W4"], SMALL["W5"]):
        once = Engine().iteration(workload)
        losses = [once()[0].item() for _ in range(5)]
        assert losses == sorted(losses, reverse=True)


class Careless(Engine):
    """A peer that forgets one gradient of many."""

    title = "careless"

    def iteration(self, workload):
        once = super().iteration(workload)

        def wrong():
            loss, (first, *grads) = once()
            return loss, [np.zeros_like(first.numpy()), *grads]

        return wrong


def test_a_peer_that_computes_something_else_is_told_on():
    row = measure(SMALL["W5"], [Careless()], seconds=0)
    assert row.notes == ["careless COMPUTES SOMETHING ELSE: 1.0e+00 away."]
    assert not measure(SMALL["W1"], [Engine()], seconds=0).notes


def test_nan_is_no_agreement():
    """However well the others agree."""
    one, nan = np.ones(2), np.array([1.0, np.nan])
    assert not distance([one, nan], [one, one]) <= CLOSE
    assert not distance([nan, one], [one, one]) <= CLOSE
    assert distance([one, one], [one, one]) == 0


def test_what_a_peer_cannot_do_is_left_out_with_the_reason():
    micrograd, jax = Micrograd.__new__(Micrograd), Jax.__new__(Jax)
    assert not micrograd.cannot(SMALL["W2"])
    assert "relu" in micrograd.cannot(SMALL["W5"])
    assert not jax.cannot(SMALL["W2"])
    assert "67,400 operations" in jax.cannot(workloads.micrograd())
    row = measure(SMALL["W1"], [micrograd], seconds=0)
    assert row.notes == ["micrograd is not timed: it has numbers, +, ×, power and relu."]
    assert set(row.ms) == {"engine", "recorded", "NumPy"}


def test_what_is_slow_is_timed_once(monkeypatch):
    """Its first pass is its only one."""
    monkeypatch.setattr(bench, "SLOW", -1.0)
    row = measure(SMALL["W1"], [Careless()], seconds=0)
    assert "careless" in row.few
    row.few = ["engine"]
    assert "~" in next(iter(bench.lines(row)))
    row.few = []
    assert "~" not in next(iter(bench.lines(row)))


def test_a_recording_needs_at_most_32_bytes_an_event_beside_the_payload(workload):
    """References in one flat list; what an event costs more is paid by who reads it."""
    big = {"W1": workloads.scalar_chain(400), "W3": workloads.fan_out(100)}
    cost = recording.of_workload(big.get(workload.key, workload))
    assert cost.events > len(workload.leaves)
    assert 0 < cost.each <= 32


def test_the_table_says_what_was_found(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(bench, "workloads", lambda: [SMALL["W1"], SMALL["W5"], SMALL["W6"]])
    monkeypatch.setattr(bench, "installed", lambda: ([Careless()], ["torch"]))
    bench.main(["--only", "w1,W5", "--seconds", "0", "--json", str(tmp_path / "found.json")])
    said = capsys.readouterr().out
    assert "W5 32 × 2-16-16-1 and a step" in said
    assert "W6" not in said
    assert "W1, W5: careless COMPUTES SOMETHING ELSE" in said
    assert "Not installed: torch." in said
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    (_, small) = found["workloads"]
    assert small["ratios"]["recorded"] == pytest.approx(
        small["ms"]["recorded"] / small["ms"]["engine"]
    )
    assert small["ratios"]["NumPy"] == pytest.approx(small["ms"]["engine"] / small["ms"]["NumPy"])
    assert found["session"]["events"] > 2000


def test_playing_is_measured(qapp):
    """Once, on a small graph: every figure is there, and the run has the events it is said to."""
    found = playback.measured(playback.network(40))
    assert found["nodes"] == 40
    assert found["events"] > 100
    assert all(figure >= 0 for figure in found.values())
    said = []
    playback._print({"40 nodes": found}, said.append)
    assert len(said) == len(found) + 2


def test_a_network_of_any_size_comes_down_to_one_node_that_all_others_lead_to():
    for nodes in (5, 100, 999):
        graph = playback.network(nodes).graph
        assert len(graph.nodes) == nodes
        assert [i for i in graph.nodes if not graph.outputs.get(i)] == [list(graph.nodes)[-1]]


def test_the_canvas_is_measured(qapp):
    """Once, on a small graph: every figure is there, beside others as well."""
    assert all(figure > 0 for figure in canvas.measured(generated(30), times=1).values())
    found = beside.compared(generated(30), [], times=1)
    assert set(found) == {"build ms", "open ms", "fit all ms", "pan ms"}
    assert beside.ratios(found) == {
        what: {"ours": 1.0} for what in ("build", "open", "fit all", "pan")
    }


@pytest.mark.parametrize("kind", [Ours, *EDITORS], ids=lambda kind: kind.title)
@pytest.mark.filterwarnings("ignore")  # of what the others import
def test_an_editor_shows_all_of_a_graph(kind, qapp):
    """Each that is installed: as many nodes and edges, and a pan moves what is seen."""
    try:
        window = kind()
    except ImportError:
        pytest.skip(f"{kind.title} is not installed")
    drawn = Drawn(generated(30))
    window.build(drawn)
    assert window.counts() == (len(drawn.boxes), len(drawn.wires)) == (30, 37)
    window.actual(drawn.bounds)
    before = _grey(window.repaint())
    window.pan(100)
    window.settle()
    after = _grey(window.repaint())[:, 400:1400]
    went, stayed = after - before[:, 500:1500], after - before[:, 400:1400]
    assert np.abs(went).mean() < 0.6 * np.abs(stayed).mean()  # not all of them by whole pixels
    window.close()


def _grey(image):
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.array(grey.constBits()).reshape(grey.height(), grey.width()).astype(float)


def test_an_editor_is_tried_alone_first_and_stopped_when_it_takes_too_long():
    """Ours, for want of another that is sure to be installed."""
    document = generated(30)
    row = beside.alone(Ours, document, patience=60)
    assert len(row) == len(beside.WHAT)
    assert min(row) >= 0  # not stopped
    assert beside.alone(Ours, document, patience=1e-6) == pytest.approx([0, 0], abs=1e-2)


def test_who_was_stopped_or_takes_long_is_not_asked_again():
    assert beside.is_quick([1.0] * len(beside.WHAT))
    assert not beside.is_quick([1.0, beside.QUICK_MS, 1.0, 1.0])
    assert not beside.is_quick([1.0, 1.0, -1.0])


def test_of_an_editor_that_was_stopped_it_is_known_what_it_takes_at_least():
    assert beside.bounded([], 100.0) == [-100.0, -100.0]  # it was still building
    assert beside.bounded([20.0], 100.0) == [20.0, -100.0]
    assert beside.bounded([20.0, 30.0], 100.0) == [20.0, 30.0, -70.0]
    assert beside.bounded([20.0, 30.0, 5.0], 100.0) == [20.0, 30.0, 5.0, -65.0]
    assert beside.bounded([20.0, 30.0, 5.0, 1.0], 100.0) == [20.0, 30.0, 5.0, 1.0]


def test_who_was_stopped_or_is_slow_stands_in_the_table_with_what_is_known(monkeypatch, capsys):
    slow, stopped = EDITORS[:2]
    rows = {slow: [21_000.0, 22_000.0, 5.0, 1.0], stopped: [300.0, -4_000.0]}
    monkeypatch.setattr(beside, "alone", lambda kind, document, patience: rows[kind])
    found = beside.compared(generated(30), [slow, stopped], times=1)
    found["build ms"]["ours"] = found["open ms"]["ours"] = 2.0
    beside.print_beside("tiny", found, [slow, stopped], patience=5)
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["build", "ms", "2.00", "21,000.00", "300.00"] in said
    assert ["open", "ms", "2.00", "22,000.00", ">", "4,000"] in said
    assert ["open", "1.00", "11,000.00", ">", "2,000"] in said
    assert [row[-1] for row in said if row[:1] == ["pan"]] == ["-", "-"]
    assert [">", "more", "than", "this:", "stopped", "after", "5", "s"] in [r[:8] for r in said]


def test_who_is_slow_has_fewer_turns(monkeypatch):
    """But at least one."""
    monkeypatch.setattr(beside, "ENOUGH_MS", 1e-9)
    turns = []
    found = beside.interleaved({"a": lambda: turns.append("a") or [1.0, 2.0]}, times=3)
    assert found == {"a": [1.0, 2.0]}
    assert turns == ["a"]
