"""The Document: what is computed, what is done with it, and where it lies on the canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.graph import EdgeKey, Graph, Program
from gui.model.origin import Source

Place = tuple[float, float]


@dataclass(frozen=True)
class Document:
    """A value: graph, program and places (the top-left corner of each node, in scene pixels).

    `bends` are the points a wire is led through, in order from its source: layout like places.
    `source` is the program it was read from, if it was.
    """

    graph: Graph = field(default_factory=Graph)
    program: Program = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    bends: Mapping[EdgeKey, tuple[Place, ...]] = field(default_factory=dict)
    source: Source | None = None
