"""What the tests of exported programs share: random Documents, and running a program's text."""

from __future__ import annotations

import contextlib
import io
import random
import sys
import warnings
from types import ModuleType

import numpy as np

import engine
from engine.code.export import names as exported_names
from engine.code.export import script
from engine.graph import Action, Edge, Graph, Node, Region
from engine.random import DEFAULT_SEED
from engine.session import Session
from gui.model.document import Document
from gui.model.program import effective
from tests.engine.samples import CASES

FORWARD = Action("forward")
HOSTILE = (
    "import os; os.system('x')", "x\nimport os", "x\r\nimport os", "\u2028import os", "''' + 1 #",
    '"""', "# -*- coding: utf-7 -*-", "+AGkAbQBwAG8AcgB0-", "__builtins__", "__import__", "print",
    "torch", "np", "range", "sum", "lambda", "match", "_", "\u202eevil", "ﬁ", "é", "e\u0301", "\\",
    "x = 1", "\x00", "\x0cimport os", "float", "unconnected", "%%bash\nrm x", "!rm x", "x.grad",
    "Exception", "error", "numbers", "None", "self", "torch.tensor", "\ud800", "A" * 300, "",
)  # fmt: skip
_ODD = (-0.0, 5e-324, 0.1)
_USED = [c for c in CASES if c.op.name not in ("requires_grad_", "call")]


class Maker:
    """Grows a random Document: any op, groups within groups, grad modes, notes, every action."""

    def __init__(self, seed: object, hostile: bool = False, wide: bool = False) -> None:
        self.dice = random.Random(str(seed))
        self.hostile = hostile
        self.wide = wide or self.dice.random() < 0.3
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.tensors: list[tuple[str, tuple[int, ...]]] = []

    def document(self) -> Document:
        """A Document whose program mostly runs."""
        for _ in range(self.dice.randint(2, 9)):
            self._add(self.dice.choice(_USED))
        graph = Graph.of(self.nodes, self.edges)
        graph = Graph.of(self.nodes, self.edges, self._regions(graph))
        return Document(graph, tuple(self._program(graph)))

    def name(self, usual: str) -> str:
        """A name for a person's eyes, or one that nobody would give."""
        return self.dice.choice(HOSTILE) if self.hostile and self.dice.random() < 0.6 else usual

    # ---- nodes -----------------------------------------------------------------------------------

    def _add(self, case) -> None:
        made = f"n{len(self.nodes)}"
        params, edges = dict(case.fields), []
        arrays = case.arrays("float32")
        for slot, value in arrays.items():
            if isinstance(value, np.ndarray | np.generic):
                edges.append(self._wire(np.asarray(value), made, slot, case.op.inplace))
            else:
                params[slot] = value
        if case.op.source and not params:
            params = dict(case.op.defaults)
        node = f"n{len(self.nodes)}"
        muted = bool(edges) and self.dice.random() < 0.04
        self.nodes.append(Node(node, case.op.name, self.name(f"v{len(self.nodes)}"), params, muted))
        self.edges += [Edge(e.source, e.output, node, e.slot) for e in edges]
        shape = self._shape_of(case, arrays)
        if shape is not None:
            self.tensors.append((node, shape))

    def _shape_of(self, case, arrays):
        """The shape of what an op gives, if it is one floating tensor."""
        if case.op.source or case.op.several:
            return None
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            tensors = {k: engine.tensor(v) if isinstance(v, np.ndarray | np.generic) else v
                       for k, v in arrays.items()}  # fmt: skip
            found = case.run(tensors)
            if found.dtype is engine.float32:
                return tuple(found.shape)
        return None

    def _wire(self, array, target, slot, inplace):
        """Something computed already of the same shape, or a new leaf."""
        fit = [node for node, shape in self.tensors if shape == array.shape]
        if fit and array.dtype.kind == "f" and self.dice.random() < 0.7:
            return Edge(self.dice.choice(fit), 0, target, slot)
        node = f"n{len(self.nodes)}"
        params = {"data": array.tolist()}
        if array.dtype.kind == "f" and self.dice.random() < (0.1 if inplace else 0.8):
            params["requires_grad"] = True
        elif array.dtype.kind == "f" and self.dice.random() < 0.1:
            params = {"data": np.full(array.shape, self.dice.choice(_ODD)).tolist()}
        if array.dtype.kind == "f" and self.wide:
            params["dtype"] = "float64"
        self.nodes.append(Node(node, "tensor", self.name(f"x{len(self.nodes)}"), params))
        if array.dtype.kind == "f":
            self.tensors.append((node, array.shape))
        return Edge(node, 0, target, slot)

    # ---- regions ---------------------------------------------------------------------------------

    def _regions(self, graph: Graph) -> list[Region]:
        """Frames that lie in each other or apart: stretches of the statements, or any nodes."""
        found: list[Region] = []
        ids = list(graph.nodes)
        for k in range(self.dice.randint(0, 5)):
            if self.dice.random() < 0.7:
                begin = self.dice.randrange(len(ids))
                members = set(ids[begin : begin + self.dice.randint(1, 8)])
            else:
                members = set(self.dice.sample(ids, self.dice.randint(1, min(6, len(ids)))))
            apart = [members.isdisjoint(r.members) or members <= {*r.members}
                     or members >= {*r.members} for r in found]  # fmt: skip
            kind = self.dice.choice(("group",) * 5 + ("no_grad", "enable_grad", "note"))
            if all(apart):
                title = self.name(f"part {k}: its title")
                members = tuple(i for i in ids if i in members)
                found.append(Region(f"r{k}", kind, title, members))
        return found

    # ---- program ---------------------------------------------------------------------------------

    def _program(self, graph: Graph) -> list[Action]:
        dice, ids = self.dice, list(graph.nodes)
        leaves = [n.id for n in graph.nodes.values() if n.op == "tensor"]
        roots = [i for i in ids if not graph.outputs.get(i) and i not in leaves] or ids
        root, leaf = dice.choice(roots), dice.choice(leaves or ids)
        back = Action("backward", root, {"retain_graph": True}, expect_error=True)
        opt, hook = self.name("opt"), self.name("h")
        kind = dice.choice(("scale", "clip", "zero"))
        params = [i for i in leaves if graph.nodes[i].params.get("requires_grad")] or [leaf]
        lines: list[tuple[Action, ...]] = [
            (back,),
            (Action("retain_grad", dice.choice(ids), {}, True), back),
            (Action("zero_", f"{leaf}.grad", {}, True),),
            (Action("set", f"{leaf}.grad", {"value": dice.choice([None, 0.5])}, True), FORWARD),
            (Action("requires_grad_", leaf, {"value": dice.random() < 0.7}, True),),
            (Action("register_hook", root, {"kind": kind, "handle": hook}, True), back,
             Action("remove_hook", root, {"handle": hook}, True)),
            (Action("repeat", None, {"times": dice.randint(1, 3)}, True, (FORWARD, back)),),
            (Action("optimizer", opt, {"kind": dice.choice(("SGD", "Adam")), "params": params,
                                       "lr": 0.01}, True),
             Action("repeat", None, {"times": 2}, True, (
                 Action("zero_grad", opt), FORWARD, Action("backward", root),
                 Action("step", opt)))),
        ]  # fmt: skip
        found = [FORWARD]
        for part in dice.choices(lines, k=dice.randint(0, 3)):
            found += part
        return found


def random_document(seed: object, hostile: bool = False, wide: bool = False) -> Document:
    """The same Document for the same seed; `wide`: all of its numbers are float64."""
    return Maker(seed, hostile, wide).document()


# ---- running -------------------------------------------------------------------------------------


@contextlib.contextmanager
def as_torch(library: ModuleType):
    """Within it `import torch` is this module: PyTorch itself, or the engine."""
    names = ("torch", "torch.nn", "torch.nn.functional")
    before = {name: sys.modules.get(name) for name in names}
    parts = (library, library.nn, library.nn.functional)
    sys.modules.update(zip(names, parts, strict=True))
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def ran(text: str, library: ModuleType) -> tuple[dict[str, object], BaseException | None]:
    """What a program leaves behind, and the error it ended in."""
    names: dict[str, object] = {"__name__": "__main__"}
    library.manual_seed(DEFAULT_SEED)
    with as_torch(library), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"), \
            warnings.catch_warnings():  # fmt: skip
        warnings.simplefilter("ignore")
        try:
            exec(compile(text, "exported.py", "exec"), names)
        except Exception as error:
            return names, error
    return names, None


def session_of(document: Document) -> Session:
    """A Session that has run the Document."""
    session = Session(document.graph)
    for _ in session.run(effective(document)):
        pass
    return session


def differences(document: Document, library: ModuleType, among: float = 1e-6) -> list[str]:
    """What an exported program does otherwise than the Session; names of functions are not seen."""
    session = session_of(document)
    text = script(document.graph, effective(document)).text
    names, error = ran(text, library)
    found = []
    failed = any(c.failed and not c.expected for c in session.chapters)
    if failed != (error is not None):
        told = "failed" if failed else "did not fail"
        found.append(f"the session {told}, the program: {error!r}")
    if failed or any(c.failed and c.kind == "forward" for c in session.chapters):
        return found  # what comes after a failed statement runs in the Session only
    for node, name in exported_names(document.graph).items():
        made = session.values.get(node, (None,))
        if made[0] is None or name not in names:
            continue
        theirs = names[name]
        theirs = theirs if isinstance(theirs, tuple | list) else (theirs,)
        for k, (one, other) in enumerate(zip(made, theirs, strict=True)):
            found += _told(f"{name}[{k}]", one, other, among)
    return found


def _told(what: str, ours, theirs, among: float) -> list[str]:
    pairs = [(what, ours, theirs)]
    if hasattr(ours, "grad_fn") and hasattr(theirs, "grad_fn"):
        pairs.append((f"{what}.grad", _grad(ours), _grad(theirs)))
    return [f"{name}: {_array(a)!r} is {_array(b)!r} in the program"
            for name, a, b in pairs if not _same(a, b, among)]  # fmt: skip


def _grad(tensor):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tensor.grad


def _array(value):
    return None if value is None else np.asarray(value.detach().numpy()) \
        if hasattr(value, "detach") else np.asarray(value)  # fmt: skip


def _same(a, b, among: float) -> bool:
    if a is None or b is None:
        return a is b
    one, other = _array(a), _array(b)
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return np.allclose(one, other, among, among, equal_nan=True)
