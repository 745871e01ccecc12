"""The sum over all listed paths is the gradient, on random graphs of numbers and of tensors."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.graph import Action, Graph
from engine.trace import Cancelled
from gui.model import why
from gui.model.why.asking import At
from gui.model.why.number import LONGEST
from gui.model.why.paths import MOST, paths
from tests.runs import FORWARD, backward, binary, film, leaf, op, wire

SEEDS = 240
"""How many random graphs are looked at, at least."""
UNARY = ("sin", "exp", "tanh", "sigmoid", "relu", "neg", "abs", "softplus", "square", "gelu")
BINARY = ("add", "sub", "mul", "maximum", "div", "hypot", "minimum")
TENSOR = ("softmax", "cumsum", "t", "mean", "sum", "logsumexp", "flip", "norm", "std", "amax")
PARAMS = {
    "softmax": {"dim": -1}, "cumsum": {"dim": 0}, "mean": {"dim": 0, "keepdim": True},
    "sum": {"dim": 1, "keepdim": True}, "logsumexp": {"dim": 0, "keepdim": True},
    "flip": {"dims": [0]}, "amax": {"dim": 1, "keepdim": True},
}  # fmt: skip


class Grown:
    """A random graph; of tensors all are (3, 3) or broadcast to it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tensors = seed % 2 == 1
        self.nodes, self.edges = [], []
        dtype = self.random.choice(["float32", "float64"])
        for k in range(self.random.randint(1, 3)):
            self.nodes.append(leaf(f"x{k}", self.data(), grad=True, dtype=dtype))
        self.leaves = [n.id for n in self.nodes]
        for k in range(self.random.randint(3, 9)):
            self.grow(f"n{k}")
        self.last = self.nodes[-1].id
        if self.tensors:
            self.add("loss", self.random.choice(["sum", "mean", "prod", "var"]), self.last)
            self.last = "loss"

    def data(self):
        shape = self.random.choice([(3, 3), (1, 3), (3, 1), ()]) if self.tensors else ()
        values = [self.random.uniform(0.2, 1.6) for _ in range(int(np.prod(shape)))]
        return np.reshape(values, shape).tolist()

    def pick(self):
        return self.random.choice([n.id for n in self.nodes[-4:]])

    def add(self, node, name, source, **params):
        self.nodes.append(op(node, name, **PARAMS.get(name, {}) | params))
        self.edges.append(wire(source, node))

    def grow(self, node):
        kind = self.random.random()
        if kind < 0.5:
            made, wires = binary(node, self.random.choice(BINARY), self.pick(), self.pick())
            self.nodes.append(made)
            self.edges += wires
        elif kind < 0.75 or not self.tensors:
            self.add(node, self.random.choice(UNARY), self.pick())
        elif self.random.random() < 0.3:
            self.nodes.append(op(node, "matmul"))
            whole = f"{node}m"
            self.nodes.insert(-1, op(whole, "expand", size=[3, 3]))
            self.edges += [wire(self.pick_before(), whole), wire(whole, node)]
            self.edges.append(wire(whole, node, "other"))
        else:
            self.add(node, self.random.choice(TENSOR), self.pick())

    def pick_before(self):
        return self.random.choice(self.leaves)


def checked(seed):
    """How many nodes of the seed's graph were looked at; 0 if it cannot be run."""
    grown = Grown(seed)
    made = film(Graph.of(grown.nodes, grown.edges), FORWARD, backward(grown.last))
    if any(chapter.failed for chapter in made.trace.chapters):
        return 0
    last, looked = len(made) - 1, 0
    for node in made.graph.nodes:
        gradient = made.node(node, last).grad
        if gradient is None:
            continue
        found = paths(made, 1, node, most=400)
        if found.count > 400:
            continue
        looked += 1
        assert len(found.listed) <= found.count  # a rule may send nothing at all along an edge
        brought = [np.asarray(p.value, np.float64) for p in found.listed]
        size = np.sum([np.abs(b) for b in brought], axis=0)
        error = np.abs(np.sum(brought, axis=0) - gradient)
        assert np.all((error <= 1e-5 * size) | ~np.isfinite(size)), (seed, node)
        products_agree(found)
    return looked


def products_agree(found):
    """Of single numbers, the product of a path's factors is what it brings."""
    for path in found.listed:
        factors = [hop.factor for hop in path.hops]
        single = all(f is not None and np.isfinite(f) for f in factors)  # nan · 0 may be masked
        if path.hops and single and np.size(path.value) == 1:
            product = np.prod([np.ravel(found.seed)[0], *factors], dtype=np.float64)
            assert product == pytest.approx(
                np.ravel(path.value)[0], rel=1e-5, abs=1e-30, nan_ok=True
            )


@pytest.mark.parametrize("part", range(4))
def test_the_sum_over_all_paths_is_the_gradient(part):
    """Numbers in the even parts, tensors in the odd; some seeds make graphs that cannot run."""
    ran = [looked for seed in range(part, 4 * SEEDS, 4) if (looked := checked(seed))]
    assert len(ran) >= SEEDS // 4
    assert sum(ran) >= SEEDS


def chain_of_doubles(count):
    """x + x, and that with itself, `count` times: two to the power of `count` paths."""
    nodes, edges, at = [leaf("x", 1.0)], [], "x"
    for k in range(count):
        made, wires = binary(f"n{k}", "add", at, at)
        nodes.append(made)
        edges += wires
        at = f"n{k}"
    return film(Graph.of(nodes, edges), FORWARD, backward(at))


def test_too_many_paths_are_counted_and_not_listed():
    made = chain_of_doubles(100)
    found = paths(made, 1, "x")
    assert (found.count, found.listed) == (2**100, ())
    said = why.answer(made, len(made) - 1, why.Question(why.Kind.NUMBER, "x"))
    assert "1.268e+30 paths" in said.headline
    assert "from n0" in said.lines[1].text


def test_a_very_long_path_is_followed():
    nodes, edges = [leaf("x", 0.5)], []
    for k in range(5000):
        nodes.append(op(f"n{k}", "sin"))
        edges.append(wire("x" if not k else f"n{k - 1}", f"n{k}"))
    made = film(Graph.of(nodes, edges), FORWARD, backward("n4999"))
    (path,) = paths(made, 1, "x").listed
    assert len(path.hops) == 5000
    assert path.value == made.node("x", len(made) - 1).grad


def test_looking_for_paths_can_be_given_up():
    made = chain_of_doubles(5)
    with pytest.raises(Cancelled):
        paths(made, 1, "x", lambda: True)


def test_at_most_fifty_are_listed():
    assert len(paths(chain_of_doubles(5), 1, "x").listed) == 32
    assert paths(chain_of_doubles(6), 1, "x") == paths(chain_of_doubles(6), 1, "x", most=MOST)
    assert not paths(chain_of_doubles(6), 1, "x").listed


def test_the_paths_are_those_of_the_call_that_is_asked_about():
    """After the value was changed in between, the second call's factors are others."""
    graph = Graph.of([leaf("x", 3.0), op("y", "pow", exponent=2)], [wire("x", "y")])
    change = Action("set", "x", {"value": 5.0})
    made = film(graph, FORWARD, backward("y"), change, FORWARD, backward("y"))
    first = next(end for call, _, end in made.calls if call == 1) - 1
    said = why.answer(made, first, why.Question(why.Kind.NUMBER, "x"))
    assert said.headline.startswith("∂y/∂x = 6:")
    said = why.answer(made, len(made) - 1, why.Question(why.Kind.NUMBER, "x"))
    assert said.headline == "x.grad adds up across calls: 6 + 10 = 16, the last by backward #2."
    assert said.lines[0].text.startswith("∂y/∂x = 10:")


def test_paths_go_through_muted_nodes_as_drawn():
    nodes = [leaf("x", 3.0), op("e", "exp"), op("y", "pow", exponent=2)]
    nodes[1] = type(nodes[1])("e", "exp", "e", {}, True)
    made = film(Graph.of(nodes, [wire("x", "e"), wire("e", "y")]), FORWARD, backward("y"))
    said = why.answer(made, len(made) - 1, why.Question(why.Kind.NUMBER, "x"))
    assert said.ways[0].edges == (("y", "self"), ("e", "self"))
    assert set(said.ways[0].nodes) == {"y", "e", "x"}


def test_of_a_tensor_the_chosen_entry_is_worked_out():
    nodes = [leaf("w", [[1.0, 2.0], [3.0, 4.0]]), leaf("v", [5.0, 7.0], False), op("m", "matmul")]
    nodes += [op("loss", "sum")]
    edges = [wire("w", "m"), wire("v", "m", "other"), wire("m", "loss")]
    made = film(Graph.of(nodes, edges), FORWARD, backward("loss"))
    asked = why.Question(why.Kind.NUMBER, "w", None, (1, 1))
    assert why.title(made, len(made) - 1, asked) == "Why is w.grad[1, 1] 7?"
    said = why.answer(made, len(made) - 1, asked)
    assert said.headline == "∂loss/∂w[1, 1] = 7: one path leads here, and this is its product."
    assert said.ways[0].sum == "7 through () → (2,) → (2, 2)"
    assert said.shape == (2, 2)


def test_long_products_are_cut_short():
    nodes, edges = [leaf("x", 0.5)], []
    for k in range(20):
        nodes.append(op(f"n{k}", "sin"))
        edges.append(wire("x" if not k else f"n{k - 1}", f"n{k}"))
    made = film(Graph.of(nodes, edges), FORWARD, backward("n19"))
    (way,) = why.answer(made, len(made) - 1, why.Question(why.Kind.NUMBER, "x")).ways
    assert "(20 factors)" in way.sum
    assert way.sum.count("·") == LONGEST - 2


def test_a_double_backward_has_its_own_paths():
    graph = Graph.of([leaf("x", 2.0), op("y", "pow", exponent=3)], [wire("x", "y")])
    made = film(graph, FORWARD, backward("y", create_graph=True), Action("backward", "x.grad", {}))
    if made.trace.chapters[-1].failed:
        pytest.fail(str(made.trace.events[-1]))
    at = At(made, len(made) - 1)
    found = paths(made, at.chapter, "x")
    total = sum(float(p.value) for p in found.listed)
    assert total == pytest.approx(12.0)


def test_paths_are_told_apart_by_what_is_their_own():
    nodes, edges = [leaf("x", 2.0)], []
    for node, source in (("a", "x"), ("b", "a"), ("p", "b"), ("q", "b"), ("r", "q")):
        nodes.append(op(node, "sin"))
        edges.append(wire(source, node))
    for node, left, right in (("s", "p", "r"), ("t", "s", "s")):
        made, wires = binary(node, "mul", left, right)
        nodes.append(made)
        edges += wires
    nodes += [op("u", "sin"), op("y", "sin")]
    edges += [wire("t", "u"), wire("u", "y")]
    made = film(Graph.of(nodes, edges), FORWARD, backward("y"))
    ways = why.answer(made, len(made) - 1, why.Question(why.Kind.NUMBER, "x")).ways
    assert [way.text for way in ways[1:3]] == [
        "y → u → t.self → s → r → q → b → a → x", "y → u → t.other → s → p → b → a → x",
    ]  # fmt: skip
    assert [way.brief for way in ways[1:3]] == [
        "y → u → t.self → s → r → q → b → … → x", "y → u → t.other → s → p → b → … → x",
    ]  # fmt: skip
    assert ways[0].edges != ways[2].edges


def test_several_functions_of_one_node_are_one_hop():
    """l1_loss is Mean(Abs(Sub)): its factor is the product of theirs."""
    nodes = [leaf("x", 3.0), leaf("k", 5.0, False), op("a", "mul", other=4.0), op("y", "l1_loss")]
    edges = [wire("x", "a"), wire("a", "y"), wire("k", "y", "target")]
    made = film(Graph.of(nodes, edges), FORWARD, backward("y"))
    (path,) = paths(made, 1, "x").listed
    assert [hop.source for hop in path.hops] == ["y", "a"]
    assert [hop.factor for hop in path.hops] == [1.0, 4.0]
    nodes[0] = leaf("x", 1.0)
    made = film(Graph.of(nodes, edges), FORWARD, backward("y"))
    (path,) = paths(made, 1, "x").listed
    assert [hop.factor for hop in path.hops] == [-1.0, 4.0]
    assert path.value == -4


def test_what_a_hook_has_changed_is_told():
    graph = Graph.of([leaf("x", 3.0), op("y", "pow", exponent=2)], [wire("x", "y")])
    hook = Action("register_hook", "x", {"kind": "scale"})
    made = film(graph, FORWARD, hook, backward("y"))
    said = why.answer(made, len(made) - 1, why.Question(why.Kind.NUMBER, "x"))
    assert said.headline == "∂y/∂x = 12: the paths bring 6, and a hook on the way changed it."
    assert said.lines[0].text.startswith("A hook on x, ")
    assert said.lines[0].text.endswith("made 12 of 6.")
    assert said.ways[0].value == 6
