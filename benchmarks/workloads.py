"""What the engine is timed on: seven computations, each written once for any module like torch.

`F` is that module: `engine`, `torch`, or the few functions of NumPy at the end of this file.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

Array = Any
Tensor = Any
Module = Any


@dataclass(frozen=True)
class Workload:
    """A loss and what it is computed from; with a `rate`, a step of gradient descent follows."""

    title: str
    leaves: list[Array]
    loss: Callable[[Module, list[Tensor], list[Tensor]], Tensor]
    data: list[Array] = field(default_factory=list)
    rate: float | None = None
    times: int = 1
    operations: int = 100
    """In one pass, roughly; told where there are thousands of them."""

    @property
    def key(self) -> str:
        """Its short name, `W1`."""
        return self.title.split()[0]


def float32(x: Array) -> Array:
    return np.asarray(x, np.float32)[()]


# ---- W1: a chain of numbers ----------------------------------------------------------------------


def scalar_chain(operations: int) -> Workload:
    """x ← sin(tanh(x · a + b)), over and over."""

    def loss(F: Module, leaves: list[Tensor], _: list[Tensor]) -> Tensor:
        x, a, b = leaves
        tanh, sin = F.tanh, F.sin
        for _round in range(operations // 4):
            x = sin(tanh(x * a + b))
        return x

    title = f"W1 {operations:,} scalar operations"
    leaves = [np.float32(v) for v in (0.5, 1.01, 0.1)]
    return Workload(title, leaves, loss, operations=operations)


# ---- W2: micrograd's demo ------------------------------------------------------------------------

SIZES = (2, 16, 16, 1)


def moons(samples: int = 100) -> tuple[Array, Array]:
    """Two interleaved half circles, and which one each point is on: -1 or 1."""
    rng = np.random.default_rng(1337)
    angle = rng.uniform(0, np.pi, samples // 2)
    upper = np.c_[np.cos(angle), np.sin(angle)]
    lower = np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)]
    points = np.concatenate([upper, lower]) + rng.normal(0, 0.1, (samples, 2))
    return points, np.repeat([-1.0, 1.0], samples // 2)


def micrograd(samples: int = 100) -> Workload:
    """A network of single numbers, 2-16-16-1, its hinge loss on so many points, weight decay."""
    rng = random.Random(1337)
    points, sides = moons(samples)
    leaves: list[Array] = []
    for inputs, outputs in pairwise(SIZES):
        for _ in range(outputs):
            leaves += [np.float32(rng.uniform(-1, 1)) for _ in range(inputs)] + [np.float32(0)]

    def loss(F: Module, leaves: list[Tensor], data: list[Tensor]) -> Tensor:
        layers = _layers(leaves)
        losses = []
        for k, side in enumerate(sides):
            score = _score(F, layers, data[2 * k : 2 * k + 2])
            losses.append(F.relu(score * float(-side) + 1.0))
        total = _total(losses) * (1.0 / len(losses))
        return total + _total([w * w for w in leaves]) * 1e-4

    title = f"W2 micrograd's MLP, {samples} points"
    data = list(float32(points.ravel()))
    return Workload(title, leaves, loss, data, operations=2 * len(leaves) * samples)


def _layers(leaves: list[Tensor]) -> list[list[tuple[list[Tensor], Tensor]]]:
    """The numbers as (weights, bias) of every neuron of every layer."""
    rest = iter(leaves)
    return [
        [([next(rest) for _ in range(inputs)], next(rest)) for _ in range(outputs)]
        for inputs, outputs in pairwise(SIZES)
    ]


def _score(F: Module, layers: Any, x: list[Tensor]) -> Tensor:
    for layer in layers:
        out = []
        for weights, bias in layer:
            act = bias
            for w, xi in zip(weights, x, strict=True):
                act = act + w * xi
            out.append(act if layer is layers[-1] else F.relu(act))
        x = out
    return x[0]


def _total(terms: list[Tensor]) -> Tensor:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


# ---- W3: one tensor, many uses -------------------------------------------------------------------


def fan_out(uses: int = 10_000) -> Workload:
    """Σ x · cₖ for a 32 × 32 tensor, then the mean of its square."""
    x = float32(np.random.default_rng(0).standard_normal((32, 32)))
    factors = [float(c) for c in float32(np.random.default_rng(1).uniform(-1, 1, uses))]

    def loss(F: Module, leaves: list[Tensor], _: list[Tensor]) -> Tensor:
        (x,) = leaves
        total = x * factors[0]
        for factor in factors[1:]:
            total = total + x * factor
        return F.mean(total * total)

    return Workload(f"W3 x used {uses:,} times", [x], loss, operations=2 * uses)


# ---- W4, W5: training steps ----------------------------------------------------------------------


def digits_step() -> Workload:
    """A batch of 64 through 784-256-10 with relu and cross entropy."""
    rng = np.random.default_rng(0)
    first = float32(rng.standard_normal((784, 256)) / 28)
    second = float32(rng.standard_normal((256, 10)) / 16)
    leaves = [first, np.zeros(256, "f4"), second, np.zeros(10, "f4")]
    data = [float32(rng.standard_normal((64, 784))), rng.integers(0, 10, 64)]

    def loss(F: Module, leaves: list[Tensor], data: list[Tensor]) -> Tensor:
        w1, b1, w2, b2 = leaves
        images, labels = data
        hidden = F.relu(images @ w1 + b1)
        return F.nn.functional.cross_entropy(hidden @ w2 + b2, labels)

    return Workload("W4 64 × 784-256-10 and a step", leaves, loss, data, rate=0.01, times=5)


def small_step() -> Workload:
    """A batch of 32 through 2-16-16-1 with tanh and a squared error."""
    rng = np.random.default_rng(0)
    x = float32(rng.standard_normal((32, 2)))
    leaves: list[Array] = []
    for inputs, outputs in pairwise(SIZES):
        weights = rng.standard_normal((inputs, outputs)) / math.sqrt(inputs)
        leaves += [float32(weights), np.zeros(outputs, "f4")]

    def loss(F: Module, leaves: list[Tensor], data: list[Tensor]) -> Tensor:
        w1, b1, w2, b2, w3, b3 = leaves
        x, y = data
        hidden = F.tanh(x @ w1 + b1)
        hidden = F.tanh(hidden @ w2 + b2)
        return F.mean(F.square(hidden @ w3 + b3 - y))

    data = [x, float32(np.sin(x[:, :1] * 2) * x[:, 1:])]
    return Workload("W5 32 × 2-16-16-1 and a step", leaves, loss, data, rate=0.01, times=100)


# ---- W6: attention -------------------------------------------------------------------------------


def attention(tokens: int = 64, width: int = 64, heads: int = 4) -> Workload:
    """Self-attention with a residual connection."""
    rng = np.random.default_rng(0)
    leaves = [float32(rng.standard_normal((width, width)) / 8) for _ in range(4)]
    leaves.append(float32(rng.standard_normal((tokens, width))))
    size = width // heads

    def loss(F: Module, leaves: list[Tensor], _: list[Tensor]) -> Tensor:
        to_query, to_key, to_value, to_out, x = leaves

        def split(t: Tensor) -> Tensor:
            return F.permute(F.reshape(t, (tokens, heads, size)), (1, 0, 2))

        query, key, value = split(x @ to_query), split(x @ to_key), split(x @ to_value)
        scores = F.bmm(query, F.permute(key, (0, 2, 1))) * (1 / math.sqrt(size))
        mixed = F.bmm(F.softmax(scores, -1), value)
        out = F.reshape(F.permute(mixed, (1, 0, 2)), (tokens, width)) @ to_out + x
        return F.mean(F.square(out))

    return Workload("W6 attention, 64 tokens", leaves, loss, times=10)


# ---- W7: a random graph --------------------------------------------------------------------------


class Step(NamedTuple):
    """One operation of a random graph; inputs are numbers of earlier values."""

    op: str
    a: int
    b: int = -1
    factor: float = 0.0


class Recipe:
    """A random sequence of operations whose values stay finite and are nearly all used."""

    def __init__(self, count: int, leaves: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.leaves = leaves
        self.bounds = [1.5] * leaves  # roughly how large the entries of each value are
        self.unused: list[int] = []
        self.steps: list[Step] = []
        while len(self.steps) < count:
            self._grow(count - len(self.steps))
        del self.steps[count:]

    def ends(self) -> list[int]:
        """The values that nothing uses."""
        used = {i for step in self.steps for i in (step.a, step.b)}
        return [i for i in range(self.leaves, self.leaves + len(self.steps)) if i not in used]

    def _grow(self, left: int) -> None:
        """One more step (a product of matrices is scaled down, which makes two)."""
        rng, bounds = self.rng, self.bounds
        a, chance = self._pick(left), rng.random()
        if len(self.unused) >= left - 2:
            self._pair("add", a, left)
        elif bounds[a] > 4:
            self._add(Step(rng.choice(("tanh", "sin", "sigmoid")), a), 1)
        elif chance < 0.1:
            b = self._pick(left)
            self.steps.append(Step("matmul", a, b))
            bounds.append(bounds[a] * min(bounds[b], 4) * 32)
            self._add(Step("scale", len(bounds) - 1, factor=0.03), bounds[-1] * 0.03)
        elif chance < 0.72:
            self._pair("add" if chance < 0.35 else "sub" if chance < 0.5 else "mul", a, left)
        elif chance < 0.8:
            self._add(Step("scale", a, factor=0.7), bounds[a] * 0.7)
        else:
            op = rng.choice(("tanh", "sin", "sigmoid", "relu"))
            self._add(Step(op, a), min(bounds[a], 4) if op == "relu" else 1)

    def _pair(self, op: str, a: int, left: int) -> None:
        b = self._pick(left)
        x, y = self.bounds[a], self.bounds[b]
        self._add(Step(op, a, b), x * y if op == "mul" else x + y)

    def _add(self, step: Step, bound: float) -> None:
        self.steps.append(step)
        self.unused.append(len(self.bounds))
        self.bounds.append(bound)

    def _pick(self, left: int) -> int:
        """The number of a value to use: often one that nothing uses yet, else a recent one."""
        rng, unused, count = self.rng, self.unused, len(self.bounds)
        if unused and (rng.random() < 0.55 or len(unused) >= left - 2):
            few = len(unused) < 60
            return unused.pop(rng.randrange(len(unused)) if few else -rng.randrange(1, 60))
        recent = rng.random() < 0.8
        found = rng.randrange(max(0, count - 400), count) if recent else rng.randrange(count)
        if found in unused:
            unused.remove(found)
        return found


def random_graph(nodes: int = 10_000) -> Workload:
    """A graph of 32 × 32 tensors: sums, products, matrix products and activations at random."""
    rng = np.random.default_rng(0)
    leaves = [float32(rng.standard_normal((32, 32))) * np.float32(0.5) for _ in range(16)]
    recipe = Recipe(nodes - 1, len(leaves), seed=0)
    ends = recipe.ends()

    def loss(F: Module, leaves: list[Tensor], _: list[Tensor]) -> Tensor:
        values = list(leaves)
        unary = {name: getattr(F, name) for name in ("tanh", "sin", "sigmoid", "relu")}
        for op, a, b, factor in recipe.steps:
            x = values[a]
            if op in unary:
                values.append(unary[op](x))
            elif op == "scale":
                values.append(x * factor)
            elif op == "matmul":
                values.append(x @ values[b])
            elif op == "mul":
                values.append(x * values[b])
            else:
                values.append(x + values[b] if op == "add" else x - values[b])
        return F.mean(_total([values[i] for i in ends]))

    return Workload(f"W7 a random graph, {nodes:,} nodes", leaves, loss, operations=nodes)


def workloads() -> list[Workload]:
    """All of them, the quick ones first."""
    return [
        scalar_chain(1000), small_step(), digits_step(), attention(), random_graph(), fan_out(),
        micrograd(), scalar_chain(100_000),
    ]  # fmt: skip


# ---- the same on bare arrays ---------------------------------------------------------------------


def _cross_entropy(logits: Array, labels: Array) -> Array:
    shifted = logits - logits.max(1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(1))
    return (log_sum - shifted[np.arange(len(labels)), labels]).mean()


def _softmax(x: Array, axis: int) -> Array:
    raised = np.exp(x - x.max(axis, keepdims=True))
    return raised / raised.sum(axis, keepdims=True)


NUMPY = SimpleNamespace(
    tanh=np.tanh, sin=np.sin, mean=np.mean, square=np.square, reshape=np.reshape,
    permute=np.transpose, bmm=np.matmul, softmax=_softmax,
    relu=lambda x: np.maximum(x, np.float32(0)),
    sigmoid=lambda x: 1 / (1 + np.exp(-x)),
    nn=SimpleNamespace(functional=SimpleNamespace(cross_entropy=_cross_entropy)),
)  # fmt: skip
"""Only forward: the least that any engine in NumPy must do."""
