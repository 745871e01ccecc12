"""The others: how a workload is run on each of them, by its own idioms and on the same numbers.

A Peer turns a workload into an `iteration`: forward, backward and, where the workload has a rate, a
step of gradient descent.  It gives the loss and the gradients, so that they can be compared.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.workloads import NUMPY, Module, Workload

Array = Any
Iteration = Callable[[], tuple[Any, list[Any]]]
"""Makes one pass; gives the loss, which has `item()`, and a gradient for each leaf."""


class Peer:
    """Something that computes gradients.  Raises ImportError when it is not installed."""

    title = ""
    most = 1_000_000
    """Operations in one pass; more would take minutes."""

    def cannot(self, workload: Workload) -> str:
        """Why it is not timed on this workload; empty if it is."""
        slow = workload.operations > self.most
        return f"{workload.operations:,} operations would take it minutes" if slow else ""

    def iteration(self, workload: Workload) -> Iteration:
        """What is timed."""
        raise NotImplementedError


class Engine(Peer):
    """The engine: tensors with `backward()`, `.grad`, and a step in place."""

    title = library = "engine"

    def __init__(self) -> None:
        self.module: Module = importlib.import_module(self.library)

    def iteration(self, workload: Workload) -> Iteration:
        F, rate = self.module, workload.rate
        leaves = [F.tensor(x, requires_grad=True) for x in workload.leaves]
        data = [F.tensor(x) for x in workload.data]

        def once() -> tuple[Any, list[Any]]:
            loss = workload.loss(F, leaves, data)
            loss.backward()
            grads = [leaf.grad for leaf in leaves]
            if rate is not None:
                with F.no_grad():
                    for leaf in leaves:
                        leaf -= rate * leaf.grad  # in place
            for leaf in leaves:
                leaf.grad = None
            return loss, grads

        return once


class Torch(Engine):
    """PyTorch eager, by the same lines, on one thread."""

    title = library = "torch"

    def __init__(self) -> None:
        super().__init__()
        self.module.set_num_threads(1)


class Autograd(Peer):
    """HIPS autograd: a gradient function of the loss, made once, over wrapped NumPy."""

    title = "autograd"

    def __init__(self) -> None:
        self.value_and_grad = importlib.import_module("autograd").value_and_grad
        self.F = self._functions(importlib.import_module("autograd.numpy"))

    def iteration(self, workload: Workload) -> Iteration:
        leaves = [np.array(x)[()] for x in workload.leaves]
        count, rate = len(leaves), workload.rate
        both = self.value_and_grad(
            lambda boxed: workload.loss(self.F, [boxed[i] for i in range(count)], workload.data)
        )

        def once() -> tuple[Any, list[Any]]:
            loss, grads = both(leaves)
            if rate is not None:
                for leaf, grad in zip(leaves, grads, strict=True):
                    leaf -= rate * grad  # in place
            return loss, grads

        return once

    @staticmethod
    def _functions(anp: Module) -> Module:
        def softmax(x: Array, axis: int) -> Array:
            raised = anp.exp(x - anp.max(x, axis, keepdims=True))
            return raised / anp.sum(raised, axis, keepdims=True)

        def cross_entropy(logits: Array, labels: Array) -> Array:
            shifted = logits - anp.max(logits, 1, keepdims=True)
            log_sum = anp.log(anp.sum(anp.exp(shifted), 1))
            return anp.mean(log_sum - shifted[np.arange(len(labels)), labels])

        return SimpleNamespace(
            tanh=anp.tanh, sin=anp.sin, mean=anp.mean, square=anp.square, reshape=anp.reshape,
            permute=anp.transpose, bmm=anp.matmul, softmax=softmax,
            relu=lambda x: anp.maximum(x, np.float32(0)),
            sigmoid=lambda x: 1 / (1 + anp.exp(-x)),
            nn=SimpleNamespace(functional=SimpleNamespace(cross_entropy=cross_entropy)),
        )  # fmt: skip


class MyGrad(Peer):
    """MyGrad, its memory guard off as its documentation advises for speed."""

    title = "MyGrad"

    def __init__(self) -> None:
        self.module: Module = importlib.import_module("mygrad")
        self.module.turn_memory_guarding_off()
        nnet = importlib.import_module("mygrad.nnet")
        mg = self.module
        self.F: Module = SimpleNamespace(
            tanh=mg.tanh, sin=mg.sin, mean=mg.mean, square=mg.square, reshape=mg.reshape,
            permute=mg.transpose, bmm=mg.matmul, softmax=nnet.softmax, relu=nnet.relu,
            sigmoid=nnet.sigmoid,
            nn=SimpleNamespace(functional=SimpleNamespace(cross_entropy=nnet.softmax_crossentropy)),
        )  # fmt: skip

    def iteration(self, workload: Workload) -> Iteration:
        tensor, rate = self.module.tensor, workload.rate
        leaves = [tensor(np.array(x)) for x in workload.leaves]
        data = [tensor(x, constant=True) for x in workload.data]

        def once() -> tuple[Any, list[Any]]:
            loss = workload.loss(self.F, leaves, data)
            loss.backward()
            grads = [leaf.grad for leaf in leaves]
            if rate is not None:
                for leaf in leaves:
                    leaf.data -= rate * leaf.grad
            for leaf in leaves:
                leaf.null_grad()
            return loss, grads

        return once


class Micrograd(Peer):
    """micrograd: single numbers, in Python's floats."""

    title = "micrograd"

    def __init__(self) -> None:
        self.Value = importlib.import_module("micrograd.engine").Value

    def cannot(self, workload: Workload) -> str:
        return "" if workload.key == "W2" else "it has numbers, +, ×, power and relu"

    def iteration(self, workload: Workload) -> Iteration:
        F = SimpleNamespace(relu=lambda x: x.relu())
        leaves = [self.Value(float(x)) for x in workload.leaves]
        data = [self.Value(float(x)) for x in workload.data]

        def once() -> tuple[Any, list[Any]]:
            loss = workload.loss(F, leaves, data)
            loss.backward()
            grads = [leaf.grad for leaf in leaves]
            for leaf in (*leaves, *data):
                leaf.grad = 0
            return np.float64(loss.data), grads

        return once


class Jax(Peer):
    """JAX as it comes, one operation after the other."""

    title = "JAX"
    most = 25_000

    def __init__(self) -> None:
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        one_thread = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        os.environ.setdefault("XLA_FLAGS", one_thread)
        self.jax: Module = importlib.import_module("jax")
        self.F = self._functions(self.jax)

    def ready(self, update: Callable[..., Any], *given: Any) -> Callable[..., Any]:
        """`update` as it is called, again and again, with the like of what is given."""
        return update

    def iteration(self, workload: Workload) -> Iteration:
        jax, rate = self.jax, workload.rate
        leaves = [jax.numpy.asarray(x) for x in workload.leaves]
        data = [jax.numpy.asarray(x) for x in workload.data]
        both = jax.value_and_grad(lambda leaves, data: workload.loss(self.F, leaves, data))

        def update(leaves: list[Array], data: list[Array]) -> tuple[Array, list[Array], list[Any]]:
            loss, grads = both(leaves, data)
            if rate is not None:
                leaves = [x - rate * grad for x, grad in zip(leaves, grads, strict=True)]
            return loss, grads, leaves

        call = self.ready(update, leaves, data)

        def once() -> tuple[Any, list[Any]]:
            nonlocal leaves
            loss, grads, leaves = jax.block_until_ready(call(leaves, data))
            return loss, grads

        return once

    @staticmethod
    def _functions(jax: Module) -> Module:
        jnp, nn = jax.numpy, jax.nn

        def cross_entropy(logits: Array, labels: Array) -> Array:
            return -jnp.take_along_axis(nn.log_softmax(logits), labels[:, None], 1).mean()

        return SimpleNamespace(
            tanh=jnp.tanh, sin=jnp.sin, mean=jnp.mean, square=jnp.square, reshape=jnp.reshape,
            permute=jnp.transpose, bmm=jnp.matmul, softmax=nn.softmax, relu=nn.relu,
            sigmoid=nn.sigmoid,
            nn=SimpleNamespace(functional=SimpleNamespace(cross_entropy=cross_entropy)),
        )  # fmt: skip


class JaxCompiled(Jax):
    """JAX with the whole iteration compiled by `jit`, which is not part of what is timed."""

    title = "JAX jit"
    most = 1_000

    def ready(self, update: Callable[..., Any], *given: Any) -> Callable[..., Any]:
        compiled: Callable[..., Any] = self.jax.jit(update).lower(*given).compile()
        return compiled


class Numpy(Peer):
    """The bare NumPy calls of the forward pass: the least any engine in NumPy must do."""

    title = "NumPy"

    def iteration(self, workload: Workload) -> Iteration:
        return lambda: (workload.loss(NUMPY, workload.leaves, workload.data), [])


PEERS: tuple[type[Peer], ...] = (Torch, Autograd, MyGrad, Micrograd, Jax, JaxCompiled)


def installed() -> tuple[list[Peer], list[str]]:
    """The peers there are, and the titles of those that are not installed."""
    found: list[Peer] = []
    missing: list[str] = []
    for kind in PEERS:
        try:
            found.append(kind())
        except ImportError:
            missing.append(kind.title)
    return found, missing
