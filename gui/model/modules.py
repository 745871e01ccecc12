"""The module library: graphs of our own, each with one group, ready to put into any graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import assets
from engine.graph import Edge, EdgeKey, Region
from gui.model import edits
from gui.model.document import Document, Place
from gui.model.files import load
from gui.model.folding import fold, plan

NAMES = ("neuron", "layer", "mlp", "attention", "bce", "cross_entropy", "batch_norm")
"""The files of assets/modules, in the order they are offered."""

PREFIX = "module:"
"""What stands before a module's name where an op's name is expected: in a drag, in a choice."""


@dataclass(frozen=True, slots=True)
class Module:
    """A group to drop, with sample inputs (and a loss, where its result is no single number)."""

    name: str
    document: Document

    @property
    def group(self) -> Region:
        """The frame that holds the module itself."""
        return next(r for r in self.document.graph.regions.values() if r.kind == "group")

    @property
    def title(self) -> str:
        return self.group.title

    @property
    def summary(self) -> str:
        """One sentence on what it does: the note inside."""
        return next(r.title for r in self.document.graph.regions.values() if r.kind == "note")


@cache
def module(name: str) -> Module:
    """The module of this name; raises KeyError for another."""
    if name not in NAMES:
        raise KeyError(name)
    return Module(name, load(assets.path("modules", f"{name}.chain"))[0])


def modules() -> tuple[Module, ...]:
    """All there are."""
    return tuple(map(module, NAMES))


def insert(
    document: Document, fragment: Document, at: Place, *, folded: bool = True
) -> tuple[Document, list[str]]:
    """Add a copy of a module's document, its group's upper left corner at `at`.

    Returns the new Document and the ids of what came in, the group's first.
    """
    group = next(r for r in fragment.graph.regions.values() if r.kind == "group")
    known = [fragment.places[m] for m in group.members]
    left, top = min(x for x, _ in known), min(y for _, y in known)
    bare = replace(fragment, program=())
    found, ids = edits.paste(document, bare, (at[0] - left, at[1] - top))
    new = [i for i in ids if i in found.graph.regions]
    head = next(i for i in new if found.graph.regions[i].kind == "group")
    if folded:
        found = fold(found, [head])
    return found, [head, *(i for i in ids if i != head)]


def put_into_wire(document: Document, ids: list[str], key: EdgeKey) -> Document:
    """Lead what an edge carries through a module that was inserted as `ids`.

    It goes into the first input, and the first result goes on; samples are gone unless the module
    still reads them.
    """
    box, edge = plan(fold(document, ids[:1]).graph).boxes[ids[0]], document.graph.edges[key]
    first = next(iter(box.inputs.values()), ())
    led = [Edge(edge.source, edge.output, *slot) for slot in first]
    document = edits.connect_all(document, [*led, Edge(*box.outputs[0], *key)])
    read = {e.source for member in box.members for e in document.graph.inputs[member].values()}
    nodes = document.graph.nodes.keys()
    return edits.remove(document, (set(ids) & nodes) - {*box.members} - read)
