"""In which order Functions run: PyTorch's, ties among leaves included."""

import random
import sys
from pathlib import Path

import pytest

import engine
from engine.function import LAST

sys.path.insert(0, str(Path(__file__).parents[1] / "goldens"))
from ready_queue import MAXSEQ, simulate

GRAPHS = 320


def grown(torch, seed):
    """A random graph of tensors: a list with leaves first, made alike in either module."""
    rng = random.Random(seed)
    tensors = [
        torch.tensor([float(i + 1), 2.0], requires_grad=True) for i in range(rng.randint(1, 9))
    ]
    for _ in range(rng.randint(1, 14)):
        a, b = rng.choice(tensors), rng.choice(tensors)
        many = [rng.choice(tensors[:9]) for _ in range(rng.randint(2, 7))]
        kinds = (
            lambda a, b, many: a + b,
            lambda a, b, many: a * b,
            lambda a, b, many: a - 2.0,
            lambda a, b, many: torch.cat([a[:1], b[1:]]),
            lambda a, b, many: torch.cat(many)[:2],  # releases up to seven leaves at once
            lambda a, b, many: torch.stack([x.sum() for x in many])[:2],
        )
        tensors.append(rng.choice(kinds)(a, b, many))
    return tensors, rng


def below(root):
    """All nodes of a history, depth first."""
    found, todo = [], [root]
    while todo:
        node = todo.pop()
        if node not in found:
            found.append(node)
            todo.extend(n for n, _ in reversed(node.next_functions) if n is not None)
    return found


def run_order(torch, seed, roots=1):
    """The numbers (depth first from the roots) of the nodes in the order they ran."""
    tensors, rng = grown(torch, seed)
    picked = [tensors[-1], *(rng.choice(tensors) for _ in range(roots - 1))]
    picked = [t for t in picked if t.grad_fn is not None] or [tensors[0] * 1]
    sums = [t.sum() for t in picked]
    nodes = []
    for total in sums:
        nodes += [n for n in below(total.grad_fn) if n not in nodes]
    ran = []
    handles = [n.register_prehook(lambda g, k=k: ran.append(k)) for k, n in enumerate(nodes)]
    torch.autograd.backward(sums)
    return ran, nodes, [nodes.index(t.grad_fn) for t in sums], handles


@pytest.mark.parametrize("block", range(8))
def test_random_graphs_run_in_the_order_of_pytorch(block):
    """Forty seeds a block; a third have several roots."""
    torch = pytest.importorskip("torch")
    for seed in range(block * 40, block * 40 + GRAPHS // 8):
        roots = 1 + (seed % 3 == 0) * 2
        theirs = run_order(torch, seed, roots)[0]
        assert run_order(engine, seed, roots)[0] == theirs, seed


def test_random_graphs_run_in_the_order_of_the_reference_queue():
    """The same without PyTorch: libstdc++'s heap as tests/goldens/ready_queue.py has it."""
    for seed in range(GRAPHS):
        ran, nodes, roots, _ = run_order(engine, seed, 1 + (seed % 3 == 0) * 2)
        number = {node: k for k, node in enumerate(nodes)}
        edges = [
            [None if n is None else (number[n], i) for n, i in node.next_functions]
            for node in nodes
        ]
        sequence = [MAXSEQ if n.sequence == LAST else n.sequence for n in nodes]
        assert ran == simulate(edges, sequence, roots), seed


def test_leaves_that_tie_run_in_heap_order():
    """Four released together run 0, 2, 1, 3."""
    found = {}
    for count in (3, 4, 5, 7):
        leaves = [engine.tensor(float(i), requires_grad=True) for i in range(count)]
        seen = found[count] = []
        for i, leaf in enumerate(leaves):
            leaf.register_hook(lambda g, i=i, seen=seen: seen.append(i))
        engine.stack(leaves).sum().backward()
    assert found == {
        3: [0, 1, 2],
        4: [0, 2, 1, 3],
        5: [0, 2, 4, 1, 3],
        7: [0, 2, 5, 6, 4, 1, 3],
    }


def test_contributions_add_up_in_order_of_arrival():
    """float32 shows it: the consumer made last delivers first (semantics.md 18)."""
    a = engine.tensor(1.0, requires_grad=True)
    u, v, w = a * 1e8, a * 1.0, a * -1e8
    (u + v + w).backward()
    b = engine.tensor(1.0, requires_grad=True)
    v, u, w = b * 1.0, b * 1e8, b * -1e8
    (u + v + w).backward()
    assert (a.grad.item(), b.grad.item()) == (0.0, 1.0)


class Doubled(engine.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


USES = {
    "mul": lambda x: x * 2,
    "stack": lambda x: engine.stack([x, x]),
    "cat": lambda x: engine.cat([x, x]),
    "unbind": lambda x: x.unbind()[0],
    "split": lambda x: x.split(1)[1],
    "custom": Doubled.apply,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_function_is_younger_than_what_it_leads_to(use):
    """Also where asking a view for its history made a node: the order of the pass rests on it."""
    x = engine.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    base = engine.zeros(2, 2)
    view = base[0]
    base.copy_(x)
    out = use(view)
    nodes = below(out.grad_fn)
    assert "AsStridedBackward0" in [n.name() for n in nodes]
    for node in nodes:
        for under, _ in node.next_functions:
            assert under is None or under.sequence == LAST or under.sequence < node.sequence
    ran = []
    handles = [n.register_prehook(lambda g, n=n: ran.append(n)) for n in nodes]
    out.sum().backward()
    assert len(handles) == len(ran)
    assert all(ran.index(n) < ran.index(u) for n in nodes for u, _ in n.next_functions if u)
