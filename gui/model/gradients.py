"""Is a gradient right?  Autograd's number beside central differences, a formula, and PyTorch.

Everything is worked out anew from the leaves' values at the step that is shown: one forward, one
backward from the root of the last backward line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np

from engine.arguments import arguments, passed_on
from engine.code.evaluate import evaluate
from engine.code.faults import Fault
from engine.code.source import identifiers
from engine.graph import Edge, Graph, Node, lines, listed
from engine.modes import no_grad, warnings_collected
from engine.registry import OPS
from engine.session import REGION_MODES
from engine.tensor import Tensor, is_tensor, wrap
from engine.trace import Cancelled
from gui.model.document import Document
from gui.model.film import Film, TraceFilm
from gui.model.program import roots

Array = Any
Asked = Callable[[], bool]

SAMPLE = 24
"""Entries of a leaf that are checked by differences; of a larger one a seeded sample."""
SEED = 0
SMALLER = (0.1, 0.01, 0.001)
"""Where a function bends so much that the usual step is too wide, these parts of it are tried."""
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Problem:
    """What is checked: how `root` changes with each of `leaves`, at these `values`.

    `inner` are the checked nodes that are no leaves, because they retain their gradient.  `seed` is
    the gradient backward starts with, None for 1.
    """

    graph: Graph
    root: str
    values: Mapping[str, Array]
    leaves: tuple[str, ...]
    inner: tuple[str, ...] = ()
    seed: Any = None
    beside: Mapping[str, Array] = field(default_factory=dict)
    """What all nodes are at this step: formulas may speak of those that do not lead to the root."""

    @property
    def checked(self) -> tuple[str, ...]:
        return (*self.leaves, *self.inner)


class NoProblem(ValueError):
    """There is nothing to check; the sentence says why and what to do."""


def problem(document: Document, film: Film, step: int) -> Problem:
    """What there is to check at a step; raises NoProblem."""
    graph = document.graph
    if not isinstance(film, TraceFilm) or not len(film):
        raise NoProblem("Nothing has run yet: run forward, then backward.")
    root, seed = _root(document, film, step)
    frame = film.frame(step)
    states = {node: frame.node(node) for node in graph.nodes}
    wanted = [i for i, s in states.items() if s.requires_grad and s.is_leaf]
    leaves = tuple(i for i in wanted if _is_source(graph, i))
    inner = tuple(i for i, s in states.items() if s.retains_grad and not s.is_leaf and i != root)
    if not leaves and not inner:
        raise NoProblem("No leaf requires grad at this step: step on, or switch requires_grad on.")
    made = step
    if listed(film.program) is not None:  # what ran since may have been something else
        made = states[root].since if states[root].value is not None else step
    sources = [i for i in graph.nodes if _is_source(graph, i)]
    found = {i: _before_forward(film, i, min(made, step)) for i in sources}
    values = {i: value for i, value in found.items() if value is not None}
    needed = _needed(graph, root)
    missing = [graph.nodes[i].name for i in found if i in needed and i not in values]
    if missing:
        raise NoProblem(f"“{missing[0]}” has no value at this step: step on.")
    beside = {i: s.value for i, s in states.items() if s.value is not None}
    return Problem(graph, root, values, leaves, inner, seed, beside)


def _root(document: Document, film: TraceFilm, step: int) -> tuple[str, Any]:
    """Where backward starts: in the last such line by this step, else the next, else the loss."""
    program = lines(film.program)
    spans = zip(film.trace.chapters, film.trace.spans, strict=True)
    backwards = [(first, program[c.action]) for c, (first, _) in spans if c.kind == "backward"]
    before = [action for first, action in backwards if first <= step]
    meant = (a for a in program if a.do == "backward")  # a forward that fails leads to none
    action = before[-1] if before else backwards[0][1] if backwards else next(meant, None)
    if action is not None and action.on is not None and action.on in document.graph.nodes:
        return action.on, action.args.get("gradient")
    if action is not None:
        raise NoProblem("The last backward starts at a .grad: only one from a node is checked.")
    found = roots(document.graph, film)
    if len(found) != 1:
        raise NoProblem("Several nodes could be the loss: run backward from one of them first.")
    return found[0], None


def _is_source(graph: Graph, node: str) -> bool:
    op = OPS.get(graph.nodes[node].op)
    return op is not None and op.source and not graph.nodes[node].muted


def _before_forward(film: TraceFilm, node: str, step: int) -> Array | None:
    """The leaf's value as the last forward by this step found it: in-place ops come after."""
    spans = zip(film.trace.chapters, film.trace.spans, strict=True)
    begun = [
        first
        for c, (first, _) in spans
        if c.kind == "forward" and first <= step and _reads(film, c.action, node)
    ]
    since = film.frame(step).node(node).since
    return film.frame(max(since, begun[-1] - 1 if begun else since)).node(node).value


def _reads(film: TraceFilm, line: int, node: str) -> bool:
    """Whether a forward runs something that the node is wired to."""
    names = listed((lines(film.program)[line],))
    return names is None or any(e.target in names for e in film.graph.outputs[node])


# ---- running the graph ---------------------------------------------------------------------------


class Run:
    """One evaluation of the graph from given values; what a node gave, by its id."""

    def __init__(self, of: Problem, cancelled: Asked = lambda: False) -> None:
        self.of, self.graph, self.cancelled = of, of.graph, cancelled
        self.outputs: dict[str, tuple[Any, ...]] = {}
        self.fixed: Mapping[str, tuple[Any, ...]] = {}
        """What nodes give whatever comes to them."""
        self.made: dict[str, tuple[Any, ...]] = {}
        """Every output as it was made; an in-place op gives the tensor another array."""
        needed = _needed(of.graph, of.root)
        self.order = [node for node in of.graph.nodes.values() if node.id in needed]

    def evaluate(self, given: Mapping[str, Tensor], tracked: bool) -> Tensor:
        """The root's value when these nodes have these; raises the engine's errors, Cancelled."""
        self.outputs, self.made = {}, {}
        for node in self.order:
            if self.cancelled():
                raise Cancelled
            if node.id in self.fixed:
                self.outputs[node.id] = self.fixed[node.id]
            elif node.id in given:
                self.outputs[node.id] = (given[node.id],)
            else:
                self.outputs[node.id] = self._call(node, tracked)
            self.made[node.id] = tuple(getattr(x, "_data", x) for x in self.outputs[node.id])
        root = self.outputs[self.of.root][0]
        assert is_tensor(root)
        return root  # type: ignore[no-any-return]

    def _call(self, node: Node, tracked: bool) -> tuple[Any, ...]:
        op = OPS.get(node.op)
        if node.muted:
            return (passed_on(self.graph, node, op, self._incoming)[1],)
        if op is None:
            raise RuntimeError(f"this version has no op “{node.op}”")
        _, keywords = arguments(self.graph, node, op, self._incoming)
        mode = REGION_MODES[self.graph.mode_of(node.id)] if tracked else no_grad
        with mode():
            result = op.call(**keywords)
        return result if isinstance(result, tuple) else (result,)

    def _incoming(self, edge: Edge) -> Any:
        return self.outputs[edge.source][edge.output]


@dataclass(frozen=True)
class Own:
    """What autograd gives: a gradient for each checked node (None: it is not reached)."""

    grads: Mapping[str, Array | None]
    values: Mapping[str, Any]
    """Every node's value, for formulas, by node."""


def autograd(of: Problem, doubled: bool = False, cancelled: Asked = lambda: False) -> Own:
    """One forward and one backward by the engine (`doubled`: in float64); raises its errors."""
    run = Run(of, cancelled)
    made = _doubled if doubled else _owned
    given = {i: wrap(made(value)) for i, value in of.values.items()}
    for leaf in of.leaves:
        given[leaf].requires_grad_()
    with np.errstate(all="ignore"), warnings_collected(set()):
        root = run.evaluate(given, tracked=True)
        kept = [run.outputs[i][0] for i in of.inner if i in run.outputs]
        for x in kept:
            x.retain_grad()
        seed = None if of.seed is None else wrap(np.asarray(of.seed, root._data.dtype))
        before = {i: _detached(outputs) for i, outputs in run.outputs.items()}
        root.backward(seed)
    found = {i: run.outputs[i][0] for i in of.checked if i in run.outputs}
    grads = {i: x._grad._data if x._grad is not None else None for i, x in found.items()}
    return Own({i: grads.get(i) for i in of.checked}, before)


def _owned(value: Array) -> Array:
    """A copy: an in-place op of the graph must not meet the trace's own array."""
    return np.array(value)[()] if np.ndim(value) == 0 else np.array(value)


def _detached(outputs: Sequence[Any]) -> Any:
    found = tuple(wrap(x._data) if is_tensor(x) else x for x in outputs)
    return found[0] if len(found) == 1 else found


# ---- central differences -------------------------------------------------------------------------


@dataclass(frozen=True)
class Differences:
    """Slopes at `entries` (flat numbers) of a node, with how far off each may be.

    `left` and `right` are the one-sided slopes: where they differ, there is a kink.
    """

    entries: Array
    slopes: Array
    errors: Array
    left: Array
    right: Array
    size: int

    @property
    def sampled(self) -> bool:
        return len(self.entries) < self.size


def chosen(size: int, most: int = SAMPLE) -> Array:
    """The entries that are checked: all, or a sample that is the same every time."""
    if size <= most:
        return np.arange(size)
    return np.sort(np.random.default_rng(SEED).choice(size, most, replace=False))


def step_for(x: float, eps: float = EPS) -> float:
    """How far to go to either side: where rounding and curvature err about as much."""
    return float(np.cbrt(eps)) * max(1.0, abs(x))


def differences(
    of: Problem,
    node: str,
    cancelled: Asked = lambda: False,
    done: Callable[[], None] = lambda: None,
) -> Differences:
    """How the root changes with each entry of a node, all in float64; raises Cancelled."""
    run = Run(of, cancelled)
    given = {i: _doubled(value) for i, value in of.values.items()}
    with np.errstate(all="ignore"), warnings_collected(set()):
        middle = _measured(of, run.evaluate(_wrapped(given), tracked=False))
        (first, *others), eps = run.made[node], _coarsest(run)
        here = np.array(first, np.float64)

        def at(moved: Array) -> float:
            run.fixed = {node: (wrap(moved[()] if moved.ndim == 0 else moved), *map(wrap, others))}
            return _measured(of, run.evaluate(_wrapped(given), tracked=False))

        entries, rows = chosen(here.size), []
        for entry in entries:
            rows.append(_slope(at, here, int(entry), middle, eps))
            done()
    slopes, errors, left, right = np.array(rows).reshape(len(entries), 4).T
    return Differences(entries, slopes, errors, left, right, here.size)


def _slope(
    measured: Callable[[Array], float], here: Array, entry: int, middle: float, eps: float
) -> tuple[float, float, float, float]:
    """(slope, how far off it may be, slope to the left, slope to the right) at one entry."""
    x = float(here.flat[entry])

    def at(shift: float) -> float:
        moved = here.copy()
        moved.flat[entry] = x + shift
        return measured(moved)

    def tried(h: float) -> tuple[float, float, float, float]:
        high, low, far_high, far_low = at(h), at(-h), at(2 * h), at(-2 * h)
        slope, wide = (high - low) / (2 * h), (far_high - far_low) / (4 * h)
        error = abs(slope - wide) / 3 + eps * max(abs(high), abs(low), 1.0) / h
        return slope, error, (middle - low) / h, (high - middle) / h

    usual = step_for(x, eps)
    found = tried(usual)
    for smaller in (*(usual * part for part in SMALLER), *_within(x, eps)):
        if found[1] <= 1e-6 * abs(found[0]) or found[0] == 0:
            break
        found = min(found, tried(smaller), key=lambda made: (isnan(made[1]), made[1]))
    return found


def _within(x: float, eps: float) -> tuple[float, ...]:
    """A step that stays on x's side of 0, where the usual ones do not: for log and roots."""
    step = float(np.cbrt(eps)) * abs(x)
    return (step,) if 0 < step < SMALLER[-1] * step_for(x, eps) else ()


def _wrapped(given: Mapping[str, Array]) -> dict[str, Tensor]:
    """New tensors for every run: in-place ops leave other numbers in those they met."""
    return {i: wrap(value) for i, value in given.items()}


def _measured(of: Problem, root: Tensor) -> float:
    """The root as one number: what the seed makes of it."""
    value = np.asarray(root._data, np.float64)
    return float(np.sum(value if of.seed is None else value * np.asarray(of.seed, np.float64)))


def _doubled(value: Array) -> Array:
    array = np.array(value)
    made = array.astype(np.float64) if array.dtype.kind == "f" else array
    return made[()] if made.ndim == 0 else made


def _coarsest(run: Run) -> float:
    """The rounding of the least exact float on the way: a node may cast to float32."""
    dtypes = {x._data.dtype for outputs in run.outputs.values() for x in outputs if is_tensor(x)}
    return max([float(np.finfo(t).eps) for t in dtypes if t.kind == "f"], default=EPS)


# ---- a formula of one's own ----------------------------------------------------------------------


def formula(text: str, of: Problem, own: Own, node: str, cancelled: Asked = lambda: False) -> Array:
    """What the typed text gives for a node's gradient, in its shape; raises Fault."""
    known = {i: wrap(value) for i, value in of.beside.items()} | dict(own.values)
    names = {name: known[i] for i, name in identifiers(of.graph).items() if i in known}
    value = evaluate(text, names, cancelled=cancelled).value
    like = own.values[node]
    shape = like.shape if is_tensor(like) else ()
    if isinstance(value, (bool, int, float)):
        value = wrap(np.float64(value))
    if not is_tensor(value):
        raise Fault(
            f"This gives a {type(value).__name__}: a tensor of shape {_size(shape)} is wanted."
        )
    if value.shape != shape:
        told = f"This has shape {_size(value.shape)}; the gradient has {_size(shape)}."
        raise Fault(told)
    return value._data


def _size(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def between(of: Problem, node: str) -> set[str]:
    """The nodes on the ways from a node to the root, without the node itself."""
    return of.graph.downstream(node) & above(of.graph, of.root)


def above(graph: Graph, node: str) -> set[str]:
    """A node and all it depends on."""
    import networkx as nx

    return {node, *nx.ancestors(graph.nx, node)}


def _needed(graph: Graph, root: str) -> set[str]:
    """All that the root's value depends on: an in-place op may change what is on the way."""
    needed = above(graph, root)
    changing = [i for i, n in graph.nodes.items() if (op := OPS.get(n.op)) and op.inplace]
    while found := [i for i in changing if i not in needed and above(graph, i) & needed]:
        needed = needed.union(*(above(graph, i) for i in found))
    return needed


def work(of: Problem) -> int:
    """How many entries there are to go through."""
    return sum(len(chosen(int(np.size(of.values[i])))) for i in of.leaves) + SAMPLE * len(of.inner)
