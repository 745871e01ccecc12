"""What a drawn node's op is called with: what its edges bring, its literals and its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.graph import Edge, Graph, Node
from engine.registry import Op, Slot
from engine.tensor import is_tensor

Wired = list[tuple[str, Any]]
"""(slot, value) of every slot that an edge ends in."""


def arguments(
    graph: Graph, node: Node, op: Op, incoming: Callable[[Edge], Any]
) -> tuple[Wired, dict[str, Any]]:
    """What is wired to the slots, and all keywords of the call; `incoming` gives an edge's value.

    Raises RuntimeError, with a remedy, for a slot that is neither wired nor given a number; the
    text names no node, since a new name does not run anything again.
    """
    edges = graph.inputs[node.id]
    wired: Wired = []
    keywords: dict[str, Any] = {}
    for slot in op.slots:
        if slot.variadic:
            parts = [(name, incoming(edges[name])) for name in numbered(slot, edges)]
            if not parts and not slot.optional:
                raise RuntimeError(f"connect at least one tensor to “{slot.name}”")
            wired += parts
            keywords[slot.name] = [value for _, value in parts]
        elif slot.name in edges:
            keywords[slot.name] = incoming(edges[slot.name])
            wired.append((slot.name, keywords[slot.name]))
        elif slot.name in node.params:
            keywords[slot.name] = node.params[slot.name]
        elif not slot.optional:
            wish = "wire a tensor to it" + (" or type a number" if slot.takes_number else "")
            raise RuntimeError(f"the input “{slot.name}” is not connected: {wish}")
    if not all(s.optional for s in op.slots) and not any(is_tensor(v) for _, v in wired):
        raise RuntimeError("wire a tensor to at least one input")
    fields = {f.name: _frozen(node.params[f.name]) for f in op.fields if f.name in node.params}
    return wired, keywords | fields


def passed_on(
    graph: Graph, node: Node, op: Op | None, incoming: Callable[[Edge], Any]
) -> tuple[str, Any]:
    """(slot, value) of the first tensor wired to a muted node, in the order of its op's signature.

    Raises RuntimeError, with a remedy, where there is none.
    """
    for edge in ordered(graph, node, op):
        value = incoming(edge)
        if is_tensor(value):
            return edge.slot, value
    raise RuntimeError(
        "it is muted and has no tensor to pass on: wire one to its first input, or unmute it"
    )


def ordered(graph: Graph, node: Node, op: Op | None) -> list[Edge]:
    """The edges into a node in the order of its op's signature; of an unknown op as they come."""
    edges = graph.inputs[node.id]
    if op is None:
        return list(edges.values())
    names = [n for s in op.slots for n in (numbered(s, edges) if s.variadic else [s.name])]
    return [edges[name] for name in names if name in edges]


def numbered(slot: Slot, edges: Mapping[str, Edge]) -> list[str]:
    """The names under which a variadic slot is filled, by number: `xs.2` before `xs.10`."""
    names = [name for name in edges if name.startswith(slot.name + ".")]
    return sorted(names, key=lambda name: int(name.partition(".")[2]))


def _frozen(value: Any) -> Any:
    """A list of whole numbers is a size or a choice of dims: a tuple, as the ops want it."""
    if isinstance(value, list) and all(isinstance(v, int) for v in value):
        return tuple(value)
    return value
