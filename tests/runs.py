"""What the tests of runs share: small graphs, the lessons, sessions, and graphs by hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import engine  # noqa: F401  (fills the catalogue of ops)
from engine.graph import Action, Edge, Graph, Node, Region
from engine.session import Session
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.frames import Terms
from gui.model.lessons import by_id, lessons

LESSONS = tuple(lesson.id for lesson in lessons() if not lesson.is_error)
ERRORS = tuple(lesson.id for lesson in lessons() if lesson.is_error)
FORWARD = Action("forward")


def lesson(name: str) -> Document:
    return by_id(name).document()


def leaf(node: str, data: object = 2.0, grad: bool = True, **params: object) -> Node:
    return Node(node, "tensor", node, {"data": data, "requires_grad": grad, **params})


def op(node: str, name: str, **params: object) -> Node:
    return Node(node, name, node, params)


def wire(source: str, target: str, slot: str = "self", output: int = 0) -> Edge:
    return Edge(source, output, target, slot)


def binary(node: str, name: str, left: str, right: str) -> tuple[Node, list[Edge]]:
    return op(node, name), [wire(left, node), wire(right, node, "other")]


def square(data: object = 2.0) -> Graph:
    """y = x ** 2"""
    return Graph.of([leaf("x", data), op("y", "pow", exponent=2)], [wire("x", "y")])


def backward(node: str, **args: object) -> Action:
    expect = bool(args.pop("expect_error", False))
    return Action("backward", node, args, expect)


def run(graph: Graph, *program: Action) -> Session:
    """A Session that has run the Program, or as much of it as it would."""
    session = Session(graph)
    for _ in session.run(program):
        pass
    return session


def film(graph: Graph, *program: Action) -> TraceFilm:
    return TraceFilm(graph, program, run(graph, *program).trace)


def film_of(document: Document) -> TraceFilm:
    return film(document.graph, *document.program)


def number(session: Session, node: str) -> float:
    return float(session.tensor(node)._data)


def grad(session: Session, node: str) -> float | None:
    found = session.tensor(node)._grad
    return None if found is None else float(found._data)


def events(trace, *kinds: type) -> list:
    return [event for event in trace.events if isinstance(event, kinds)]


def bits(value: object) -> object:
    """A value in a form that `==` compares to the last bit."""
    if isinstance(value, (np.ndarray, np.generic)):
        return (str(value.dtype), value.shape, value.tobytes())
    if hasattr(value, "__dataclass_fields__"):
        return tuple(bits(getattr(value, name)) for name in value.__dataclass_fields__)
    return tuple(map(bits, value)) if isinstance(value, (tuple, list, Terms)) else value


_UNARY = ("sin", "exp", "neg", "tanh", "sigmoid", "relu", "detach")
_BINARY = ("add", "sub", "mul", "maximum")
_numbers = st.floats(-2, 2, width=32, allow_subnormal=False)


@st.composite
def graphs(draw, shapes: bool = False) -> Graph:
    """A random graph of ops on scalars (or on vectors that broadcast), in statement order."""
    count = draw(st.integers(1, 3))
    nodes, edges = [], []
    for k in range(count):
        wide = shapes and draw(st.booleans())
        data = draw(st.lists(_numbers, min_size=3, max_size=3)) if wide else draw(_numbers)
        nodes.append(leaf(f"x{k}", data, grad=k == 0 or draw(st.booleans())))
    for k in range(draw(st.integers(1, 7))):
        ids = [n.id for n in nodes]
        node = f"n{k}"
        if draw(st.booleans()):
            nodes.append(op(node, draw(st.sampled_from(_UNARY))))
            edges.append(wire(draw(st.sampled_from(ids)), node))
        else:
            made, wires = binary(node, draw(st.sampled_from(_BINARY)), *_pair(draw, ids))
            nodes.append(made)
            edges += wires
    ids = [n.id for n in nodes[count:]]
    framed = draw(st.lists(st.sampled_from(ids), unique=True, max_size=2))
    regions = [Region("r", "no_grad", "", tuple(i for i in ids if i in framed))] if framed else []
    if shapes:
        nodes.append(op("loss", "sum"))
        edges.append(wire(ids[-1], "loss"))
    return Graph.of(nodes, edges, regions)


def _pair(draw, ids: list[str]) -> tuple[str, str]:
    return draw(st.sampled_from(ids)), draw(st.sampled_from(ids))


_SGD = Action("optimizer", "opt", {"kind": "SGD", "params": ["x0"], "lr": 0.1})


@st.composite
def runs(draw, shapes: bool = False) -> tuple[Graph, tuple[Action, ...]]:
    """A random graph and a Program that goes forward and backward on it a few times."""
    graph = draw(graphs(shapes))
    root = list(graph.nodes)[-1]
    more = st.sampled_from(
        [
            (backward(root, retain_graph=True, expect_error=True),),
            (FORWARD, backward(root, expect_error=True)),
            (Action("zero_", "x0.grad", {}, True), FORWARD),
            (Action("retain_grad", root, {}, True), backward(root, expect_error=True)),
            (Action("set", "x0.grad", {"value": None}),),
            (Action("repeat", None, {"times": 2}, True, (FORWARD, backward(root))),),
            (_SGD, Action("step", "opt"), FORWARD, Action("zero_grad", "opt")),
            (Action("register_hook", "x0", {"kind": "scale", "by": -0.5, "handle": "h"}),),
            (
                FORWARD,
                Action("register_hook", root, {"kind": "clip"}, True),
                backward(root, expect_error=True),
            ),
        ]
    )
    extra = draw(st.lists(more, max_size=3))
    return graph, (FORWARD, backward(root, expect_error=True), *(a for part in extra for a in part))
