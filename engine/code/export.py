"""A graph and its Program as a PyTorch script a person can run anywhere."""

from __future__ import annotations

import ast
import base64
import builtins
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from engine.actions import ACTIONS, free
from engine.code import layout
from engine.code.checked_lines import LIBRARIES, Piece, pieces
from engine.code.grouping import Groups, groups
from engine.code.source import UNWIRED, identifiers, lines
from engine.graph import SEED, Action, Graph, Node, Program
from engine.graph import lines as all_lines
from engine.packed import Packed, files
from engine.random import DEFAULT_SEED
from engine.registry import OPS

HEAD = (
    "# -*- coding: utf-8 -*-\n"
    "# Made with Chainrule. Runs under PyTorch; Chainrule opens it as a graph again.\n"
)
"""The first two lines of every script, whatever is in it."""
EMBEDDED = 160 * 1024
"""Bytes of large tensors that a script holds itself; with more they lie in a file beside it."""
NUMBERS = "numbers"
"""What the file beside a script is called in it."""
TITLE = 32
"""Characters of a group's title that a function is called by; a comment has all of it."""
BESIDE = "The numbers of the large tensors lie in the file that is read here."

_DUNDER = re.compile(r"__\w*__")
_RESERVED = frozenset(
    {*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *LIBRARIES, NUMBERS, UNWIRED, "grad"}
)


@dataclass(frozen=True)
class Section:
    """A part of a script: `kind` is "imports", "functions", "tensors", or its first action's.

    `number` counts the sections of a kind from 1, `times` is how often a repeat runs.
    """

    kind: str
    number: int
    text: str
    times: int = 1


@dataclass(frozen=True)
class Script:
    """A program in sections, and the arrays it reads from the file beside it, by their names."""

    sections: tuple[Section, ...]
    beside: Mapping[str, Packed] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it, as a file has it."""
        last = Section("", 0, "")
        found = [HEAD]
        for section in self.sections:
            found += (_between(last, section), section.text)
            last = section
        return "".join(found)


def _between(one: Section, other: Section) -> str:
    """The empty lines between two sections: none between two that are a line each."""
    if "functions" in (one.kind, other.kind):
        return "\n\n"
    is_short = "forward" not in (one.kind, other.kind) and one.kind in ACTIONS
    return "" if is_short and max(one.text.count("\n"), other.text.count("\n")) == 1 else "\n"


def script(graph: Graph, program: Program, file: str = "", room: int = EMBEDDED) -> Script:
    """The program as text.

    Large tensors stand in it as base64 up to `room` bytes; with more it reads all of them from
    `file`, the name of a .npz beside it, where one is given.
    """
    return _Export(graph, program, file, room).script()


def names(graph: Graph) -> dict[str, str]:
    """What each node is called in an exported program."""
    return _strict(identifiers(graph))


class _Export:
    def __init__(self, graph: Graph, program: Program, file: str, room: int) -> None:
        self.names = names(graph)
        clean = {i: replace(n, name=self.names[i]) for i, n in graph.nodes.items()}
        self.program = tuple(_clean_actions(program, {*self.names.values()}))
        self.groups: Groups = groups(replace(graph, nodes=clean), self.program)
        self.graph = self.groups.graph
        own = [*self.names.values()]
        self.known = {*own, *_called(self.program), free("error", own)}
        self.titles = _titles(self.groups, self.known)
        self.known |= {*self.titles.values()}
        self.defined: dict[str, Piece] = {}
        large = files(self.graph.nodes.values())
        self.file = file if sum(p.array.nbytes for p in large) > room else ""
        self.large = {path: packed for packed, path in large.items()}
        self.beside: dict[str, Packed] = {}
        self.told: set[str] = set()
        """The notes, and groups that stay inline, that have been told of."""

    def script(self) -> Script:
        found = pieces(lines(self.graph, self.program), self.known)
        imports = [p for p in found if isinstance(p.tree, ast.Import)]
        body = [self._with_numbers(p) for p in found if not isinstance(p.tree, ast.Import)]
        body = [*self._seeding(), *self._grouped(body)]
        cut = next((k for k, p in enumerate(body) if not self._is_making(p)), len(body))
        parts = [("imports", [*self._imports(imports), *self._loading()])]
        parts += [("functions", [f]) for f in self.defined.values()]
        parts += [("tensors", body[:cut])]
        sections = [(kind, body, 1) for kind, body in parts if body]
        sections += self._chapters(body[cut:])
        count: Counter[str] = Counter()
        made = []
        for kind, body, times in sections:
            count[kind] += 1
            made.append(Section(kind, count[kind], layout.text(body), times))
        return Script(tuple(made), self.beside)

    # ---- sections --------------------------------------------------------------------------------

    def _is_making(self, piece: Piece) -> bool:
        """Whether it makes a leaf, or sets the seed for one."""
        if piece.node is None:
            return piece.action is None or _is_seed(piece.tree)
        node = self.graph.nodes[piece.node]
        return node.op in OPS and OPS[node.op].source

    def _chapters(self, body: Sequence[Piece]) -> Iterator[tuple[str, list[Piece], int]]:
        """The rest by the outermost lines of the Program; small ones that follow another go in one.

        Statements that stand before all lines are those of a Program without a forward.
        """
        owner = dict(self._owners())
        small: list[Piece] = []
        kind = ""
        for number, found in groupby(body, lambda p: owner.get(p.action, (-1, _FORWARD))[0]):
            here = list(found)
            action = owner.get(here[0].action, (number, _FORWARD))[1]
            this = ACTIONS[action.do].kind if action.do in ACTIONS else "other"
            if this in _LARGE and small:
                yield kind, small, 1
                small = []
            if this in _LARGE:
                yield this, here, _times(action)
            else:
                kind = kind if small else this
                small += here
        if small:
            yield kind, small, 1

    def _owners(self) -> Iterator[tuple[int | None, tuple[int, Action]]]:
        """The number and the outermost line that each line of the Program lies in."""
        first = 0
        for number, action in enumerate(self.program):
            count = len(all_lines((action,)))
            yield from ((k, (number, action)) for k in range(first, first + count))
            first += count

    def _imports(self, found: Iterable[Piece]) -> list[Piece]:
        """PyTorch's, and what large tensors need."""
        torch = [p for p in found if "np" not in {a.asname for a in p.tree.names}]  # type: ignore[attr-defined]
        more = [] if not self.large else ["numpy as np"] if self.file else ["base64", "numpy as np"]
        made = [Piece(ast.parse(f"import {name}").body[0]) for name in more]
        free = [n for n in self.graph.regions.values() if n.kind == "note" and not n.members]
        notes = tuple(n.title for n in free)
        own = [*made, *torch]
        return [replace(own[0], comments=(*notes, *(("",) if notes else ()))), *own[1:]]

    def _loading(self) -> Iterator[Piece]:
        if self.beside:
            call = ast.Call(_attribute("np", "load"), [ast.Constant(self.file)], [])
            target = ast.Name(NUMBERS, ast.Store())
            yield Piece(_assign(target, call), comments=(BESIDE,))

    def _seeding(self) -> Iterator[Piece]:
        """PyTorch begins every run with other random numbers; a Session always with these."""
        seeded = any(a.do == SEED for a in self.program[:1])
        drawn = (n for n in self.graph.nodes.values() if _draws(n))
        if not seeded and any(n.params.get("seed") is None for n in drawn):
            call = ast.Call(_attribute("torch", SEED), [ast.Constant(DEFAULT_SEED)], [])
            yield Piece(ast.Expr(call))

    # ---- large tensors ---------------------------------------------------------------------------

    def _with_numbers(self, piece: Piece) -> Piece:
        """The statement with the numbers in place of a file's name."""
        if not self.large or piece.inner or piece.node is None:
            return piece
        name = self.names[piece.node]
        made = _Numbers(self, name).visit(piece.tree)
        return replace(piece, tree=ast.fix_missing_locations(made))

    def numbers(self, path: str, name: str) -> ast.expr:
        """What stands for a large tensor in a call of `torch.tensor`."""
        packed = self.large[path]
        if self.file:
            key = next((k for k, p in self.beside.items() if p is packed), name)
            self.beside[key] = packed
            return ast.Subscript(ast.Name(NUMBERS, ast.Load()), ast.Constant(key), ast.Load())
        text = base64.b64encode(packed.array.tobytes()).decode("ascii")
        data = ast.Call(_attribute("base64", "b64decode"), [ast.Constant(text)], [])
        dtype = _attribute("np", packed.dtype.np.name if packed.dtype.name != "bool" else "bool_")
        flat = ast.Call(_attribute("np", "frombuffer"), [data, dtype], [])
        shape = [ast.Constant(n) for n in packed.shape]
        return ast.Call(ast.Attribute(flat, "reshape", ast.Load()), list(shape), [])

    # ---- functions -------------------------------------------------------------------------------

    def _grouped(self, body: Sequence[Piece], around: str = "") -> list[Piece]:
        """Statements with calls in the place of groups, at every level of blocks."""
        made: list[Piece] = []
        run: list[tuple[str, Piece]] = []
        for piece in body:
            flat = self._flat(piece)
            if flat is not None:
                run += flat
                continue
            made += self._arranged(run, "", 0)
            run = []
            inner, rescue = self._grouped(piece.inner), self._grouped(piece.rescue)
            made.append(replace(piece, inner=tuple(inner), rescue=tuple(rescue)))
        return [*made, *self._arranged(run, "", 0)]

    def _flat(self, piece: Piece) -> list[tuple[str, Piece]] | None:
        """(grad mode, statement) of each node in it; None for what is no statement of a node."""
        if isinstance(piece.tree, ast.With):
            mode = ast.unparse(piece.tree.items[0])
            return [(mode, replace(p, action=piece.action)) for p in piece.inner]
        states = piece.node is not None and not self._is_making(piece)
        return [("", piece)] if states else None

    def _arranged(self, run: Sequence[tuple[str, Piece]], mode: str, depth: int) -> list[Piece]:
        """Statements as they stand where `mode` rules already: groups called, blocks around."""
        units: list[tuple[str, Piece]] = []
        for name, part in self._units(run, depth):
            if name:
                units.append(self._call(name, part, depth))
            else:
                units += [(m, self._noted(p)) for m, p in part]
        return list(_in_blocks(units, mode))

    def _units(
        self, run: Sequence[tuple[str, Piece]], depth: int
    ) -> Iterator[tuple[str, list[tuple[str, Piece]]]]:
        """Neighbours that lie in one function, by its id; each other statement alone."""
        part: list[tuple[str, Piece]] = []
        last = ""
        for mode, piece in run:
            chain = self.groups.chains.get(piece.node or "", ())
            name = chain[depth] if len(chain) > depth else ""
            if part and name != last:
                yield last, part
                part = []
            part.append((mode, piece))
            last = name
        if part:
            yield last, part

    def _call(self, name: str, part: list[tuple[str, Piece]], depth: int) -> tuple[str, Piece]:
        """(mode, statement): the call of a group; the function is defined by the way."""
        modes = {mode for mode, _ in part}
        mode = modes.pop() if len(modes) == 1 else ""
        inputs = self._inputs(part)
        exits = [self.names[i] for i in self.groups.exits[name]]
        if name not in self.defined:
            body = self._arranged(part, mode, depth + 1)
            self.defined[name] = self._definition(name, inputs, body, exits)
        called = ast.Name(self.titles[name], ast.Load())
        call = ast.Call(called, [ast.Name(i, ast.Load()) for i in inputs], [])
        target = _several(exits, ast.Store()) if exits else None
        tree = _assign(target, call) if target else ast.fix_missing_locations(ast.Expr(call))
        first = part[0][1]
        return mode, Piece(tree, first.node, first.action)

    def _inputs(self, part: Iterable[tuple[str, Piece]]) -> list[str]:
        """The tensors that are read and come from outside, in the order they are."""
        made: set[str] = set()
        found: dict[str, None] = {}
        every = {*self.names.values()}
        for _, piece in part:
            spoken = [n for n in _in_order(piece.tree) if isinstance(n, ast.Name)]
            read = (n.id for n in spoken if isinstance(n.ctx, ast.Load))
            found |= dict.fromkeys(name for name in read if name in every and name not in made)
            made |= {n.id for n in spoken if isinstance(n.ctx, ast.Store)}
        return [*found]

    def _definition(
        self, name: str, inputs: Iterable[str], body: list[Piece], exits: Sequence[str]
    ) -> Piece:
        head = ast.parse(f"def {self.titles[name]}(): pass").body[0]
        assert isinstance(head, ast.FunctionDef)
        head.args.args = [ast.arg(i) for i in inputs]
        *rest, last = body
        if not exits:
            rest = body
        elif len(exits) == 1 and _assigns(last, exits[0]):
            result = ast.Return(last.tree.value)  # type: ignore[attr-defined]
            rest.append(Piece(result, comments=last.comments))
        else:
            rest = [*body, Piece(ast.Return(_several(exits, ast.Load())))]
        title = self.groups.functions[name].title
        return Piece(ast.fix_missing_locations(head), inner=tuple(rest), comments=(title,))

    def _noted(self, piece: Piece) -> Piece:
        """The statement under the notes about it, and why its group is no function."""
        found = []
        for region in self.graph.region_of.get(piece.node or "", ()):
            if region.id in self.told:
                continue
            if region.kind == "note":
                found.append(region.title)
            elif why := self.groups.inline.get(region.id):
                found.append(f"{region.title}: no function, since {why}")
            else:
                continue
            self.told.add(region.id)
        return replace(piece, comments=(*found, *piece.comments))


_FORWARD = Action("forward")
_LARGE = ("forward", "backward", "repeat", "step")
"""Kinds of lines that have a section of their own."""


class _Numbers(ast.NodeTransformer):
    def __init__(self, export: _Export, name: str) -> None:
        self.export, self.name = export, name

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func) == "np.load" and isinstance(node.args[0], ast.Constant):
            return self.export.numbers(str(node.args[0].value), self.name)
        return self.generic_visit(node)


def _times(action: Action) -> int:
    times = action.args.get("times") if action.do == "repeat" else 1
    return times if type(times) is int else 1


def _in_blocks(units: Iterable[tuple[str, Piece]], ambient: str) -> Iterator[Piece]:
    """Statements, with blocks around those that run in another mode than rules already."""
    inside: list[Piece] = []
    last = ambient
    for mode, piece in (*units, (None, None)):
        if mode != last and inside:
            yield _with(last, inside)
            inside = []
        if piece is None or mode is None:
            return
        if mode == ambient:
            yield piece
        else:
            inside.append(piece)
        last = mode


def _with(mode: str, inner: list[Piece]) -> Piece:
    tree = ast.parse(f"with {mode}: pass").body[0]
    return Piece(tree, inner[0].node, inner[0].action, tuple(inner))


def _assigns(piece: Piece, name: str) -> bool:
    """Whether it is `name = …`."""
    tree = piece.tree
    target = tree.targets[0] if isinstance(tree, ast.Assign) else None
    return isinstance(target, ast.Name) and target.id == name


def _assign(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.fix_missing_locations(ast.Assign([target], value))


def _several(names: Sequence[str], context: ast.expr_context) -> ast.expr:
    found = [ast.Name(name, context) for name in names]
    return found[0] if len(found) == 1 else ast.Tuple([*found], context)


def _attribute(module: str, name: str) -> ast.Attribute:
    return ast.Attribute(ast.Name(module, ast.Load()), name, ast.Load())


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes in the order they are written."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _in_order(child)


def _is_seed(tree: ast.stmt) -> bool:
    return ast.unparse(tree).startswith(f"torch.{SEED}(")


def _draws(node: Node) -> bool:
    """Whether it takes random numbers, as far as a name can tell."""
    called = str(node.params.get("function", "")) if node.op in ("call", "call_") else node.op
    return any(word in called for word in _DRAWN)


_DRAWN = (
    "rand", "drop", "bernoulli", "normal", "uniform", "multinomial", "poisson", "exponential",
    "geometric", "cauchy", "rrelu", "gumbel", "xavier", "kaiming", "orthogonal", "sparse",
)  # fmt: skip


# ---- names ---------------------------------------------------------------------------------------


def _strict(names: Mapping[str, str]) -> dict[str, str]:
    """The same names, but none that Python or the program itself has a use for."""
    found = {i: n for i, n in names.items() if not _is_reserved(n)}
    taken = {*found.values()}
    for node, name in names.items():
        if node not in found:
            found[node] = _free(name, taken)
            taken.add(found[node])
    return {node: found[node] for node in names}


def _is_reserved(name: str) -> bool:
    return name in _RESERVED or _DUNDER.fullmatch(name) is not None


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken or _is_reserved(name):
        name = f"{name}_" if not name.endswith("__") else f"{name}1"
    return name


def _titles(found: Groups, taken: Collection[str]) -> dict[str, str]:
    """A function's name for each group, as close to its title as can be."""
    names: dict[str, str] = {}
    for region in found.functions.values():
        plain = unicodedata.normalize("NFKC", region.title)
        words = "".join(c if f"_{c}".isidentifier() else " " for c in plain).split()
        name = plain if plain.isidentifier() else _cut("_".join(words).lower())
        name = name if name.isidentifier() else f"group_{name}".rstrip("_")
        names[region.id] = _free(name, {*taken, *names.values()})
    return names


def _cut(name: str) -> str:
    """The name, or as many of its words as fit."""
    return name if len(name) <= TITLE else name[: TITLE + 1].rpartition("_")[0] or name[:TITLE]


def _clean_actions(program: Program, taken: Collection[str]) -> Iterator[Action]:
    """The lines with proper names for what is no node: optimizers and handles."""
    for action in program:
        on, args = action.on, dict(action.args)
        if action.do in ACTIONS and ACTIONS[action.do].on == "optimizer":
            on = _own(on, taken)
        if _has_handle(action):
            args["handle"] = _own(args["handle"], taken)
        yield replace(action, on=on, args=args, body=tuple(_clean_actions(action.body, taken)))


def _own(name: Any, taken: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKC", str(name or ""))
    plain = "".join(c if f"_{c}".isidentifier() else "_" for c in plain)
    return _free(plain if plain.isidentifier() else f"_{plain}", taken)


def _called(program: Program) -> Iterator[str]:
    """The names of optimizers and handles."""
    for action in all_lines(program):
        if action.do in ACTIONS and ACTIONS[action.do].on == "optimizer" and action.on:
            yield action.on
        if _has_handle(action):
            yield action.args["handle"]


def _has_handle(action: Action) -> bool:
    """Whether it names a hook, to be taken off again."""
    takes = action.do in ACTIONS and "handle" in ACTIONS[action.do].args
    return takes and isinstance(action.args.get("handle"), str)
