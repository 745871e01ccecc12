"""What belongs to each node, as arrays, is what lists would hold."""

from hypothesis import given
from hypothesis import strategies as st

from gui.model.grouped import Concerned, Grouped, Recent
from tests.runs import square

GRAPH = square()
NODES = [*GRAPH.nodes, "a node of another graph"]
some_pairs = st.lists(st.tuples(st.sampled_from(NODES), st.integers(0, 99)))
some_events = st.lists(st.lists(st.sampled_from(NODES), max_size=3, unique=True))


@given(some_pairs)
def test_numbers_are_found_by_node_in_the_order_they_came(pairs):
    grouped = Grouped.of_pairs(GRAPH, pairs)
    for node in GRAPH.nodes:
        assert grouped.of(node) == [number for other, number in pairs if other == node]
    assert grouped.of(NODES[-1]) == []
    counts = {node: len(grouped.of(node)) for node in GRAPH.nodes}
    assert {*grouped.larger_than(1)} == {node for node, count in counts.items() if count > 1}


@given(some_events, st.integers(0, 9), st.integers(0, 9))
def test_whom_events_concern_is_known_by_event_and_by_node(events, low, high):
    known = [[node for node in nodes if node in GRAPH.nodes] for nodes in events]
    concerned = Concerned(GRAPH, events)
    assert list(concerned.each()) == known
    low, high = sorted((min(low, len(events)), min(high, len(events))))
    assert concerned.between(low, high) == {i for nodes in known[low:high] for i in nodes}
    for node in GRAPH.nodes:
        numbers = [number for number, nodes in enumerate(known) if node in nodes]
        assert concerned.by_node(GRAPH).of(node) == numbers


def test_what_was_looked_up_lately_is_kept_and_no_more():
    made, recent = [], Recent(3)
    for key in (1, 2, 3, 1, 4, 5, 1, 2):
        assert recent.get(key, lambda key=key: made.append(key) or key) == key
    assert made == [1, 2, 3, 4, 5], "at least the last three are known"
    for key in range(100):
        recent.get(key, lambda key=key: key)
    assert len(recent) <= 6
