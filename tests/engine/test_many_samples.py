"""A few of the many samples of each op; `python -m tests.engine.many_samples` tries fifty."""

import numpy as np
import pytest

import engine
from engine.function import Function
from engine.registry import OPS, Op, Slot
from tests.engine import many_samples
from tests.engine.many_samples import ONCE, Row, first_failure, samples, second_failure, told

SHARE = 4
"""Samples of each op: seconds in all."""

TRIED = [op for op in OPS.values() if op.samples]


@pytest.mark.parametrize("op", TRIED, ids=lambda op: op.name)
def test_derivatives_hold_for_other_shapes_keywords_and_layouts(op):
    """Scalars, nothing at all, broadcasting, views: what an op accepts it can differentiate."""
    found = list(samples(op, SHARE))
    for case in found:
        assert told(first_failure, case) is None, repr(case)
        if op.name not in ONCE:
            assert told(second_failure, case) is None, repr(case)


def test_the_samples_reach_every_corner():
    """Between them the ops are tried with no entries, with numbers, broadcast and as views."""
    kinds = [case.kinds() for op in TRIED for case in samples(op, SHARE)]
    for corner in many_samples.CORNERS:
        assert sum(corner in found for found in kinds) > 10, corner


def test_the_same_samples_come_every_time():
    """A failure can be run again."""
    first, second = ([repr(case) for case in samples(OPS["sum"], SHARE)] for _ in range(2))
    assert first == second


# ---- would it notice? ----------------------------------------------------------------------------


def _broken(grad_self, forward=lambda F, self: np.sum(self * self, keepdims=True)):
    """An op whose node has the given rule, sampled with shapes of any kind."""
    node = type("BrokenBackward0", (Function,), {"forward": forward, "grad_self": grad_self})
    return Op(
        "broken", lambda self: node.apply(self), "", "", "", (Slot("self"),), (),
        samples=(((2, 3),),),
    )  # fmt: skip


def failures(op, corner=None):
    """What is said against an op, of the samples of a kind."""
    row = Row(op, 20)
    chosen = [c for c, _ in row.first if corner is None or corner in c.kinds()]
    again = [c for c, _ in row.second if corner is None or corner in c.kinds()]
    return len(chosen), len(again)


def test_a_right_rule_passes():
    """So that the failures below are the rules' own."""
    right = _broken(lambda F, grad, self: grad * 2 * self)
    assert failures(right) == (0, 0)


def test_a_wrong_factor_fails_once_and_twice():
    """The plainest mistake."""
    first, second = failures(_broken(lambda F, grad, self: grad * 3 * self))
    assert first > 5
    assert second == 0, "its second derivative is that of its first"


def test_a_rule_that_forgets_how_it_depends_on_its_input_fails_twice():
    """The first derivative is right, the second is not."""

    def grad_self(F, grad, self):
        return grad * 2 * F.constant(self if isinstance(self, np.ndarray) else np.asarray(self))

    def frozen(F, grad, self):
        data = self._data if engine.is_tensor(self) else self
        return grad * 2 * F.constant(data)

    first, second = failures(_broken(frozen))
    assert first == 0
    assert second > 5


@pytest.mark.parametrize(
    "rule",
    [
        lambda F, grad, self: F.reshape(grad * self, (-1,)),
        lambda F, grad, self: grad * 2 * self / (1 // self.size if F is not None else 1),
    ],
    ids=["another shape", "an exception"],
)
def test_a_rule_that_fails_only_where_there_are_no_entries_is_found(rule):
    """Finite differences have nothing to vary there: the gradient's shape is checked instead."""

    def sometimes(F, grad, self):
        return rule(F, grad, self) if 0 in self.shape else grad * 2 * self

    assert failures(_broken(sometimes), "empty")[0] > 0
