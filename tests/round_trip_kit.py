"""Documents as code and back: what two of them are the same by, ids and places aside.

Nodes are told by the names that the code gives them; a forward by what it runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from engine import dtypes
from engine.actions import ACTIONS
from engine.actions.optimizers import settings
from engine.code.export import names, script
from engine.code.grouping import groups
from engine.code.script import sources
from engine.code.script.reading import Reading, read
from engine.graph import Action, Graph, Program, chosen, spelled
from engine.packed import Packed
from engine.random import DEFAULT_SEED
from engine.registry import OPS
from gui.model.document import Document
from gui.model.program import effective
from tests.export_kit import session_of


def there_and_back(document: Document) -> Reading:
    """The Document's script, read."""
    return read(sources.from_text(script(document.graph, effective(document)).text))


def wrong(document: Document) -> Iterator[str]:
    """What came back otherwise."""
    if any(c.failed for c in session_of(document).chapters):
        return
    found = there_and_back(document)
    yield from (f"finding: {line}: {text}" for line, _, text in found.findings)
    one = _Told(document.graph, effective(document))
    two = _Told(found.graph, found.program)
    for what in ("nodes", "lines", "groups"):
        a, b = getattr(one, what)(), getattr(two, what)()
        if what == "lines":
            a, b = _with_effect(a), _with_effect(b)
        if what == "groups" and all(b[m] <= a.get(m, b[m]) for m in b):  # of two alike one is drawn
            a, b = {*a}, {*b}
        if a != b:
            yield f"{what}: {_first(a, b)}"


def _with_effect(lines):
    """The lines without those that mostly change nothing: the reader leaves them out if so."""
    kept = []
    for one in lines:
        if one[0] in ("zero_", "requires_grad_"):
            continue
        again = kept and one[0] == kept[-1][0] == "forward"
        if again:
            kept[-1] = "forward", sorted({*kept[-1][1], *one[1]})
        else:
            kept.append(one)
    return kept


def _first(a, b):
    if isinstance(a, dict):
        a, b = sorted(a.items()), sorted(b.items())
    lost, new = [x for x in a if x not in b], [x for x in b if x not in a]
    return f"lost {lost[:3]} new {new[:3]}" if lost or new else f"order {a} {b}"


class _Told:
    """A graph and its program in words that have no ids."""

    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph, self.program = graph, program
        self.names = names(graph)
        counts: Counter[str] = Counter()
        for i in graph.nodes:  # no statement says the name of what writes into another
            if self._root(i) != i:
                place = f"{self.names[self._root(i, True)]} {graph.nodes[i].op}"
                counts[place] += 1
                self.names[i] = f"{place} {counts[place]}"

    def _root(self, i, changed=False):
        """Whose tensor a node gives: its own, or that of the one it writes into.

        `changed`: what is changed in place is one tensor, though some changes have other names.
        """
        node = self.graph.nodes[i]
        op = OPS.get(node.op)
        if node.muted:
            return self._root(
                min(self.graph.inputs[i].values(), key=self._rank(op)).source, changed
            )
        edge = self.graph.inputs[i].get(op.slots[0].name) if op and op.slots else None
        if edge is not None and (op.assigns or (changed and op.inplace)):
            return self._root(edge.source, changed)
        return i

    def _rank(self, op):
        slots = [slot.name for slot in op.slots]
        return lambda edge: slots.index(edge.slot.partition(".")[0])

    def nodes(self):
        """By name: op, fields, wires, grad mode."""
        return {self.names[i]: self._node(node) for i, node in self.graph.nodes.items()
                if not node.muted}  # fmt: skip

    def _node(self, node):
        op, params = node.op, dict(node.params)
        if op == "parameter":
            op, params = "tensor", {**params, "requires_grad": True}
        known = {f.name: f.default for f in OPS[op].fields} if op in OPS else {}
        params = {k: v for k, v in {**known, **params}.items() if v is not None}
        if op == "tensor":
            params["data"] = _numbers(params)
            params.pop("dtype", None)
        wires = {
            s: (self.names[self._root(e.source, True)], e.output)
            for s, e in self._wires(node).items()
        }
        mode = "" if OPS[op].source else self.graph.mode_of(node.id)
        mode = mode if mode in ("no_grad", "inference_mode") else ""
        return op, spelled(dict(sorted(params.items()))), sorted(wires.items()), mode

    def _wires(self, node):
        return {e.slot: e for e in self.graph.inputs[node.id].values()}

    def groups(self):
        """The titles of each that can be a function by the members that compute."""
        found = groups(self.graph, self.program).functions.values()
        own = [[self.names[i] for i in r.members if not self._leaf(i)] for r in found]
        told = [(_words(r.title), tuple(sorted(o))) for r, o in zip(found, own, strict=True)]
        found = {}
        for title, members in sorted(told):
            if len(members) > 1:  # of two with the same members one is drawn
                found.setdefault(members, set()).add(title)
        return found

    def _leaf(self, i):
        node = self.graph.nodes[i]
        return node.muted or (node.op in OPS and OPS[node.op].source)

    def lines(self):
        """The lines of the program; forwards that follow each other are one."""
        found = list(self._lines(self.program))
        if found[:1] == [("manual_seed", "", spelled({"seed": DEFAULT_SEED}), ())]:
            found = found[1:]
        return found

    def _lines(self, program):
        ran = set()
        for action in program:
            if action.do == "forward":
                every = [i for i in self.graph.nodes if not self._leaf(i)]
                run = chosen(action)
                ran |= {self.names[i] for i in (every if run is None else run) if not self._leaf(i)}
                continue
            if ran:
                yield "forward", sorted(ran)
            ran = set()
            yield self._line(action)
        if ran:
            yield "forward", sorted(ran)

    def _line(self, action: Action):
        method, args = ACTIONS.get(action.do), _said(action)
        for key in () if method is None else method.nodes:
            if args.get(key) is not None:
                args[key] = [self.names.get(i, i) for i in args[key]]
        on = action.on or ""
        if action.node in self.names:
            on = self.names[action.node] + on[len(action.node) :]
        return action.do, on, spelled(dict(sorted(args.items()))), tuple(self._lines(action.body))


def _said(action):
    """The arguments with those that need not be said; a handle has any name."""
    args = {**_USUAL.get(action.do, {}), **action.args}
    if action.do == "register_hook" and args.get("kind") in _BY:
        args = {"by": _BY[args["kind"]], **args}
    if action.do == "optimizer":
        args = {**settings(args["kind"]), **args}
    return {k: v for k, v in args.items() if v is not None and k != "handle"}


_BY = {"scale": 2.0, "clip": 1.0}
_USUAL = {"requires_grad_": {"value": True}, "zero_grad": {"set_to_none": True}}


def _words(title):
    """A title as a line of comment has it."""
    return " ".join(title.split())


def _numbers(params):
    """The values with their dtype, to the bit."""
    data, kind = params["data"], params.get("dtype")
    if isinstance(data, Packed):
        array = data.array
    else:
        array = np.asarray(data)
        usual = {"f": "float32", "i": "int64", "b": "bool"}[array.dtype.kind if array.size else "f"]
        array = array.astype(dtypes.BY_NAME[kind or usual].np)
    return [str(array.dtype), list(array.shape), array.tobytes().hex()]
