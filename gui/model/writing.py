"""From a Document to the text of its `.chain` file, always the same text for the same Document."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from engine.graph import Action, Edge, EdgeKey, Graph, Node, Region
from engine.packed import Packed
from gui.model import npy
from gui.model.document import Document, Place
from gui.model.forms import ACTION_KEYS
from gui.model.origin import Source
from gui.model.reading import VERSION

MIN_READER = 1
NO_FILES: Mapping[Packed, str] = MappingProxyType({})

_LINE_BREAKING = re.compile("[\x7f-\x9f\u2028\u2029]")
"""Legal in JSON, but editors and diffs show them as line ends or not at all."""


def to_text(document: Document, files: Mapping[Packed, str] = NO_FILES) -> str:
    """The file's text: one node, edge, region, action or place a line, in a fixed order.

    A Packed stands there by the name of its file, if it has one in `files`, else as it is.
    Raises TypeError or ValueError if the Document holds what JSON cannot (an array, an object).
    """
    graph = document.graph
    places = (f"{json_text(i)}: {place_text(document.places[i])}" for i in sorted(document.places))
    sections = [
        f'"nodes": {_lines("[]", (node_line(n, files) for n in graph.nodes.values()))}',
        f'"edges": {_lines("[]", map(edge_line, _sorted_edges(graph)))}',
        f'"regions": {_lines("[]", map(region_line, graph.regions.values()))}',
        f'"program": {_lines("[]", map(action_line, document.program))}',
        f'"places": {_lines("{}", places)}',
    ]
    if document.bends:  # only then: a file without them stays the same, byte for byte
        bent = (e.key for e in _sorted_edges(graph) if e.key in document.bends)
        bends = (bend_line(key, document.bends[key]) for key in bent)
        sections.append(f'"bends": {_lines("[]", bends)}')
    if document.source is not None:
        sections.append(f'"source": {source_text(document.source)}')
    head = f'{{"chainrule": {VERSION}, "min_reader": {MIN_READER}'
    return ",\n ".join([head, *sections]) + "}\n"


def _lines(brackets: str, items: Iterable[str]) -> str:
    body = ",".join(f"\n  {item}" for item in items)
    return f"{brackets[0]}{body}{brackets[1]}"


def source_text(source: Source) -> str:
    """The program it was read from: a cell, a guard, a remark or a node's line on each line."""
    rows = (f"{json_text(i)}: {source.lines[i]}" for i in sorted(source.lines))
    return (
        f"{source_head(source)[:-1]},\n"
        f'  "lines": {_lines("{}", rows)},\n'
        f'  "actions": {json_text(source.actions)}}}'
    )


def source_head(source: Source) -> str:
    """All of the same that no edit of the graph changes."""
    parts = {
        "cells": [_slim(asdict(cell)) for cell in source.cells],
        "guards": map(asdict, source.guards),
        "remarks": map(asdict, source.remarks),
    }
    head = f'{{"name": {json_text(source.name)}, "kind": {json_text(source.kind)}'
    rows = (f'"{key}": {_lines("[]", map(json_text, of))}' for key, of in parts.items())
    return ",\n  ".join([head, *rows]) + "}"


def _slim(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cell.items() if value or key in ("text", "kind")}


def _sorted_edges(graph: Graph) -> list[Edge]:
    rank = {node: k for k, node in enumerate(graph.nodes)}
    return sorted(graph.edges.values(), key=lambda e: (rank[e.target], *_slot_order(e.slot)))


def _slot_order(slot: str) -> tuple[str, int, str]:
    head, _, index = slot.partition(".")
    number = int(index) if index.isdecimal() and len(index) < 10 else -1
    return head, number, slot  # xs.2 before xs.10


def node_line(node: Node, files: Mapping[Packed, str] = NO_FILES) -> str:
    muted = {"muted": True} if node.muted else {}
    params = {name: _referred(value, files) for name, value in node.params.items()}
    return json_text({"id": node.id, "op": node.op, "name": node.name, "params": params} | muted)


def _referred(value: Any, files: Mapping[Packed, str]) -> Any:
    if not isinstance(value, Packed):
        return value
    return {npy.KEY: files[value]} if value in files else npy.inline(value)


def edge_line(edge: Edge) -> str:
    return json_text({"from": [edge.source, edge.output], "to": [edge.target, edge.slot]})


def region_line(region: Region) -> str:
    line: dict[str, Any] = {
        "id": region.id,
        "kind": region.kind,
        "title": region.title,
        "members": region.members,
    }
    if region.folded:
        line["folded"] = True
    if region.color:
        line["color"] = region.color
    return json_text(line)


def action_line(action: Action) -> str:
    return json_text(_action_dict(action))


def _action_dict(action: Action) -> dict[str, Any]:
    if hidden := ACTION_KEYS & action.args.keys():
        raise ValueError(f"an argument cannot be named {', '.join(sorted(hidden))}")
    line: dict[str, Any] = {"do": action.do}
    if action.on is not None:
        line["on"] = action.on
    line.update(action.args)
    if action.expect_error:
        line["expect_error"] = True
    if action.body or action.do == "repeat":
        line["body"] = [*map(_action_dict, action.body)]
    return line


def place_text(place: Place) -> str:
    return json_text([int(x) if abs(x) < 2**53 and x == int(x) else x for x in place])


def bend_line(key: EdgeKey, points: tuple[Place, ...]) -> str:
    return f'{{"to": {json_text(key)}, "through": [{", ".join(map(place_text, points))}]}}'


def json_text(value: Any) -> str:
    try:
        text = _encode(value)
    except ValueError:  # inf or nan somewhere: rare, so the search for it waits until here
        text = _encode(_spelled_out(value))
    return _LINE_BREAKING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written to a file")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain).encode


def _spelled_out(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    if isinstance(value, Mapping):
        return {key: _spelled_out(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelled_out(item) for item in value]
    return value
