"""The benchmarks: everybody computes the same, and the table says what was found."""

import json

import numpy as np
import pytest

from benchmarks import engine as bench
from benchmarks import recording, workloads
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
    assert "~" in next(iter(bench.lines(row)))


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
