"""What one can do to regions: members, folding, colour, and modules from the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from engine.graph import EdgeKey, Region
from gui.canvas.choices import Choice
from gui.canvas.geometry import Box, Geometry
from gui.canvas.membership import home_at
from gui.canvas.room import make_room
from gui.canvas.tools.move import snap
from gui.canvas.writing import Writing
from gui.model import edits, folding, regions
from gui.model.arrange import arrange
from gui.model.document import Document, Place
from gui.model.modules import PREFIX, insert, module, put_into_wire
from gui.tr import tr

PICK_ONE = "Select a region together with the nodes to add to it."
NO_REGION = "Select a region first."
NO_GROUP = "Select a group first: {group_selection} makes one of the selected nodes."
NOTHING_TO_LEAVE = "None of these lies in a region that could be left; Ungroup removes a frame."


class Framing(Writing):
    """Each method makes one edit, or says why there is none."""

    @property
    def frames(self) -> list[Region]:
        """The regions that are selected."""
        found = self.document.graph.regions
        return [found[i] for i in found if i in self.selection.items]

    def with_members(self, items: Iterable[str], *, folded_only: bool = False) -> frozenset[str]:
        """These and the members of the regions among them: a folded group is all it stands for."""
        graph, wanted = self.document.graph, set(items)
        for i in wanted & graph.regions.keys():
            if not folded_only or i in folding.plan(graph).boxes:
                wanted.update(self._inside(graph.regions[i]))
        return frozenset(wanted)

    def _inside(self, region: Region) -> set[str]:
        """The members of a region, and the regions that lie in it."""
        graph, members = self.document.graph, set(region.members)
        around = set(regions.chain(graph, region.id))
        inner = {
            r.id for r in graph.regions.values()
            if r.members and r.id not in around and members.issuperset(r.members)
        }  # fmt: skip
        return members | inner

    # Members

    def add_to_region(self) -> None:
        """Make the selected nodes members of the selected region."""
        nodes = [i for i in self.document.graph.nodes if i in self.selection.items]
        if len(self.frames) != 1 or not nodes:
            self.hint.emit(tr(PICK_ONE))
            return
        region = self.frames[0]
        document = regions.add_members(self.document, region.id, nodes)
        text = tr("Add {} to {}").format(self._called(nodes), regions.called(region))
        self.editor.apply(text, document)

    def take_out(self) -> None:
        """Take the selected nodes out of the innermost region they lie in."""
        nodes = self.with_members(self.selection.items) & self.document.graph.nodes.keys()
        document = regions.take_out(self.document, nodes)
        if document is self.document:
            self.hint.emit(tr(NOTHING_TO_LEAVE))
        text = tr("Take {} out of its region").format(self._called([*nodes]))
        self.editor.apply(text, document)

    def ungroup_selection(self) -> None:
        """Take the selected frames away; their members stay."""
        if not self.frames:
            self.hint.emit(tr(NO_REGION))
            return
        ids, members = [r.id for r in self.frames], [m for r in self.frames for m in r.members]
        text = tr("Ungroup {}").format(self._called(ids))
        self.editor.apply(text, regions.ungroup(self.document, ids))
        self.selection.set(members)

    def delete_with_members(self) -> None:
        """Delete the selected regions and all that lies in them."""
        if not self.frames:
            self.hint.emit(tr(NO_REGION))
            return
        what = self._called([r.id for r in self.frames])
        text = tr("Delete {} with its members").format(what)
        gone = self.with_members(self.selection.items)
        self.editor.apply(text, edits.remove(self.document, gone, self.selection.edges))

    def _called(self, ids: list[str]) -> str:
        graph = self.document.graph
        if len(ids) != 1:
            only_nodes = set(ids) <= graph.nodes.keys()
            return (tr("{} nodes") if only_nodes else tr("{} regions")).format(len(ids))
        region = graph.regions.get(ids[0])
        return graph.nodes[ids[0]].name if region is None else regions.called(region)

    # Looks

    def color_selection(self, color: str) -> None:
        """Draw the selected regions in this colour of the theme, or in that of their kind ("")."""
        ids = [r.id for r in self.frames]
        known = regions.REGION_COLORS.get(color)
        name = tr(known).lower() if known else tr("its usual colour")
        document = regions.paint(self.document, ids, color)
        self.editor.apply(tr("Colour {} {}").format(self._called(ids), name), document)

    def fold_selection(self) -> None:
        """Fold the selected groups, or unfold them where all are folded."""
        ids = [r.id for r in self.frames if r.kind == "group"] or self._around_selection()
        if not ids:
            self.hint.emit(tr(NO_GROUP).format_map(self.key_names))
            return
        found = self.document.graph.regions
        self._fold(ids, not all(found[i].folded for i in ids))

    def _around_selection(self) -> list[str]:
        """The innermost groups the selected nodes lie in."""
        region_of = self.document.graph.region_of
        around = ([r.id for r in region_of.get(i, ()) if r.kind == "group"]
                  for i in self.selection.items)  # fmt: skip
        return list(dict.fromkeys(ids[-1] for ids in around if ids))

    def toggle_fold(self, region: str) -> None:
        """Fold one group, or unfold it."""
        self._fold([region], region not in folding.plan(self.document.graph).boxes)

    def _fold(self, ids: list[str], folded: bool) -> None:
        document, able = folding.fold(self.document, ids, folded), ids
        if folded:
            able = [i for i in ids if document.graph.regions[i].folded]
            refused = next((i for i in ids if i not in able), None)
            why = folding.why_no_fold(document.graph, refused) if refused else None
            self.hint.emit(why or "")
        else:
            document = self._with_room(document, ids)
        text = tr("Fold {}") if folded else tr("Unfold {}")
        self.editor.apply(text.format(self._called(ids)), document)
        self.selection.set(able)

    def _with_room(self, document: Document, ids: list[str]) -> Document:
        """Push aside what a group would be unfolded upon: to the right, or down."""
        geometry = Geometry.of(document)
        for i in ids:
            old, new = self.geometry_.bounds([i]), geometry.bounds([i])
            if old is None or new is None or i not in self.geometry_.row:
                continue
            aside = _aside(document, geometry, self.with_members([i]), old, new)
            before, document = document, edits.move(document, aside)
            geometry = geometry.updated(before, document)
        return document

    # Modules

    def _on_picked(self, choice: Choice) -> None:
        if choice.op.startswith(PREFIX):
            self.hint.emit("")
            self.setFocus()
            self.add_module(choice.op.removeprefix(PREFIX), self._search_at)
        else:
            super()._on_picked(choice)

    def add_module(
        self,
        name: str,
        at: QPointF | None = None,
        folded: bool = True,
        edge: EdgeKey | None = None,
    ) -> str:
        """Put a module of the library around a scene point, into an edge if one is given.

        Returns the new group's id.
        """
        at = at or self.scene(QRectF(self.rect()).center())
        found = module(name)
        fragment = _compact(found.document, found.group.id) if folded else found.document
        box = Geometry.of(fragment).bounds([found.group.id]) or (0.0, 0.0, 0.0, 0.0)
        corner = snap(at.x() - (box[2] - box[0]) / 2), snap(at.y() - (box[3] - box[1]) / 2)
        document, ids = insert(self.document, fragment, corner, folded=folded)
        if edge is not None:
            document = make_room(put_into_wire(document, ids, edge), ids[0])
        home = home_at(self.geometry_, at.x(), at.y())
        if home is not None:
            document = regions.add_members(document, home, set(ids) & document.graph.nodes.keys())
        self.editor.apply(tr("Add {}").format(found.title), document)
        self.selection.set(ids[:1])
        return ids[0]


def _compact(document: Document, group: str) -> Document:
    """The group folded, and what is wired to it laid out close by."""
    folded = folding.fold(document, [group])
    geometry, graph = Geometry.of(folded), folding.shown(folded).graph
    sizes = {i: (w, h) for i, (w, h) in zip(geometry.ids, geometry.size.tolist(), strict=True)}
    places = arrange(graph, sizes, graph.nodes)
    return replace(folded, places={**folded.places, **folding.unfolded_places(folded, places)})


def _aside(
    document: Document, geometry: Geometry, members: frozenset[str], old: Box, new: Box
) -> Mapping[str, Place]:
    """New places for what lies right of or below a box that grows from `old` to `new`."""
    others = np.array([k for k, i in enumerate(geometry.ids) if i not in members], np.int64)
    low, high = geometry.xy[others], geometry.xy[others] + geometry.size[others]
    if not ((low < new[2:]) & (high > new[:2])).all(axis=1).any():
        return {}
    right = low[:, 0] >= old[2]
    below = ~right & (low[:, 1] >= old[3]) & (low[:, 0] < new[2]) & (high[:, 0] > new[0])
    way = np.zeros_like(low)
    way[right, 0], way[below, 1] = max(0.0, new[2] - old[2]), max(0.0, new[3] - old[3])
    moved = np.flatnonzero(way.any(axis=1))
    places = (low + way)[moved].tolist()
    ids = [geometry.ids[k] for k in others[moved].tolist()]
    return folding.unfolded_places(
        document, {i: (x, y) for i, (x, y) in zip(ids, places, strict=True)}
    )
