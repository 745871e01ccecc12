"""From the text of a `.chain` file to a Document, or to the reasons why not."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from engine.actions import optimizers
from engine.graph import Action, Edge, Graph, Node, Program, Region
from gui.model import limits, npy
from gui.model.checks import Check
from gui.model.document import Document
from gui.model.fields import packed, suggestion, thawed, thawed_data
from gui.model.findings import Finding, JsonPath, Problem, Unreadable, shown, spelled
from gui.model.forms import NodeForm, Parts, SourceParts, fit
from gui.model.origin import Guard, Remark, Source, SourceCell
from gui.model.strict_json import parse, refuse

if TYPE_CHECKING:
    from engine.registry import Op

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: tuple[Migration, ...] = ()
"""Number k turns a file of version k + 1 into one of version k + 2, in plain dicts."""

VERSION = len(MIGRATIONS) + 1

_NUMBERS = ("gradient", "value", "by", *optimizers.ARGS)
"""Arguments in which inf and nan stand as text."""


def from_text(
    text: str,
    *,
    ops: Mapping[str, Op] | None = None,
    actions: Collection[str] | None = None,
    migrations: tuple[Migration, ...] = MIGRATIONS,
    find: npy.Find | None = None,
    notes: list[Finding] | None = None,
) -> Document:
    """The Document written in `text`; a node of an unknown op is kept as it is.

    `find` has the tensors that stand in files of their own; `notes` gets what is no obstacle to
    opening, but to saving in the same place: that a newer Chainrule has made the file.
    Raises Unreadable with up to 50 findings.
    """
    text = text.removeprefix("\ufeff")
    ops = installed_ops() if ops is None else ops
    actions = installed_actions() if actions is None else actions
    raw = parse(text)
    refuse(text, header_problems(raw, len(migrations) + 1))
    if notes is not None and raw["chainrule"] > len(migrations) + 1:
        notes.append(_newer(raw["chainrule"], len(migrations) + 1))
    parts, problems = examined(migrated(raw, migrations), ops, actions, find)
    refuse(text, problems)
    return document_of(parts, ops)


def examined(
    raw: dict[str, Any],
    ops: Mapping[str, Op],
    actions: Collection[str] | None,
    find: npy.Find | None = None,
) -> tuple[Parts, Iterator[Problem]]:
    """The parts of a file of this version, and everything that is wrong with them."""
    parts, misfits = fit(raw)
    misfits += npy.put_in(parts, find)
    return parts, chain(misfits, Check(parts, ops, actions).problems())


def warnings(document: Document, *, ops: Mapping[str, Op] | None = None) -> list[Finding]:
    """What is odd but no obstacle: nodes whose op this Chainrule does not know."""
    ops = installed_ops() if ops is None else ops
    return [
        Finding(
            spelled(("nodes", i, "op")),
            f"“{shown(node.name)}” has the unknown op “{shown(node.op)}”: kept, but it cannot run.",
            suggestion(node.op, ops, "Update Chainrule, or replace the node", listed=0),
        )
        for i, node in enumerate(document.graph.nodes.values())
        if node.op not in ops
    ]


def installed_ops() -> Mapping[str, Op]:
    """The ops of the engine."""
    importlib.import_module("engine")  # registers them all
    from engine.registry import OPS

    return OPS


def installed_actions() -> Collection[str] | None:
    """The names of the engine's actions, or None when it has no list of them."""
    try:
        found: Mapping[str, Any] = importlib.import_module("engine.actions").ACTIONS
    except ModuleNotFoundError as error:
        if error.name != "engine.actions":
            raise
        return None
    return found


def header_problems(raw: Any, version: int) -> Iterator[Problem]:
    """Why this is no file for a reader of that version, before its parts are looked at."""
    remedy = "Choose a .chain file."
    if not isinstance(raw, dict) or "chainrule" not in raw:
        yield Problem((), "This is JSON, but not a Chainrule file.", remedy)
        return
    made, needed = raw["chainrule"], raw.get("min_reader", 1)
    for key, value in (("chainrule", made), ("min_reader", needed)):
        if type(value) is not int or value < 1:
            what = f"{key} is no version number; a whole number from 1 is needed."
            yield Problem((key,), what, f"Write {version} there if Chainrule made the file.")
            return
    if needed > version or (made > version and "min_reader" not in raw):
        what = f"The file was made by a newer Chainrule (version {made}; this one reads {version})."
        remedy = f"Update Chainrule, or ask for the file saved as version {version}."
        yield Problem(("min_reader",), what, remedy)
    nodes = raw.get("nodes")
    if isinstance(nodes, list) and len(nodes) > limits.NODES:
        what = f"The file has {len(nodes)} nodes; {limits.NODES} are allowed."
        yield Problem(("nodes",), what, "Split the graph into several files.")


def _newer(made: int, version: int) -> Finding:
    what = f"The file was made by a newer Chainrule (version {made}; this one writes {version})."
    return Finding("$.chainrule", what, "Saving asks for another name, so that it stays as it is.")


def migrated(raw: dict[str, Any], migrations: tuple[Migration, ...]) -> dict[str, Any]:
    """The same file as this version writes it.  Raises Unreadable."""
    made = raw["chainrule"]
    for migrate in migrations[made - 1 :]:
        try:
            raw = migrate(raw)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            what = f"The file says it is of the old version {made}, but is not built like one."
            remedy = "Open it with the Chainrule that made it and save it again."
            raise Unreadable([Finding("$", what, remedy)]) from error
    return raw


def document_of(parts: Parts, ops: Mapping[str, Op]) -> Document:
    """The Document that sound parts describe."""
    nodes = [_node(form, ops) for form in parts.nodes.values()]
    edges = [Edge(*e.source, *e.target) for e in parts.edges.values()]
    regions = [
        Region(r.id, r.kind, r.title, tuple(r.members), r.folded, r.color)
        for r in parts.regions.values()
    ]
    graph = Graph.of(nodes, edges, regions).in_statement_order()
    bends = {bend.target: tuple(bend.points) for bend in parts.bends.values()}
    source = None if parts.source is None else _source(parts.source)
    return Document(graph, _program(parts, ("program",)), parts.places, bends, source)


def _program(parts: Parts, path: JsonPath) -> Program:
    """The lines of the Program or of a body, which stand in the file at `path`."""
    made: list[Action] = []
    for i in count():
        form = parts.actions.get((*path, i))
        if form is None:
            return tuple(made)
        args, body = _args(parts.args[*path, i]), _program(parts, (*path, i, "body"))
        made.append(Action(form.do, form.on, args, form.expect_error, body))
    raise AssertionError  # count() has no end


def _source(parts: SourceParts) -> Source:
    return Source(
        parts.whole.name,
        parts.whole.kind,
        tuple(
            SourceCell(c.text, c.kind, c.title, c.printed, c.saved) for c in parts.cells.values()
        ),
        tuple(Guard(g.line, g.text, g.outcome, tuple(g.nodes)) for g in parts.guards.values()),
        tuple(Remark(r.line, r.column, r.text) for r in parts.remarks.values()),
        parts.lines,
        tuple(parts.whole.actions),
    )


def _node(form: NodeForm, ops: Mapping[str, Op]) -> Node:
    op = ops.get(form.op)
    params = form.params if op is None else packed(thawed(form.params, op), op)
    return Node(form.id, form.op, form.name, params, form.muted)


def _args(raw: dict[str, Any]) -> dict[str, Any]:
    return {k: thawed_data(v) if k in _NUMBERS else v for k, v in raw.items()}
