"""The names of a graph with the values they have at one step: what typed text reads.

The tensors are new ones around the arrays of a Frame.  They print as those of the run do, but no
history leads from them into the run, and nothing that is done with them comes back to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.code.source import identifiers
from engine.function import Function
from engine.graph import Graph, of_the_last
from engine.tensor import Tensor, wrap
from gui.model.frames import Frame, NodeState


@of_the_last
def names(graph: Graph) -> Mapping[str, str]:
    """The id of every node by the name it has in the code."""
    return {name: node for node, name in identifiers(graph).items()}


def taken(graph: Graph, frame: Frame, wanted: Iterable[str]) -> dict[str, Any]:
    """Those of the wanted names that have a value at this step: a tensor, or a tuple of them."""
    known = names(graph)
    found = {}
    for name in wanted:
        state = frame.node(known[name]) if name in known else NodeState()
        if state.value is not None:
            found[name] = value(state)
    return found


def value(state: NodeState) -> Tensor | tuple[Tensor, ...]:
    """What a node's name stands for."""
    first = tensor(state)
    if not state.more:
        return first
    function = first._fn
    others = (wrap(o.value, function if o.requires_grad else None) for o in state.more)
    return (first, *others)


def tensor(state: NodeState) -> Tensor:
    """The first output of a node as it was: values, requires_grad, grad_fn's name, .grad."""
    made = wrap(state.value)
    if state.grad_fn is not None:
        made._fn = _function(state.grad_fn).bare(made._data)
    elif state.requires_grad:
        made._req = True
    if state.stored is not None:
        made._grad = wrap(state.stored)
    return made


def _function(name: str) -> type[Function]:
    """The class of that name; where there is none any more, one that has just the name."""
    waiting: list[type[Function]] = [Function]
    while waiting:
        found = waiting.pop()
        if found.__name__ == name:
            return found
        waiting += found.__subclasses__()
    return type(name, (Function,), {"__slots__": ()})
