"""The backward pass as the lines one would write by hand, in the order in which it really ran."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.code.source import identifiers
from engine.events import Event, Flow, Hooked, Retained, Seeded, Stepped, Stored
from engine.graph import lines as program_lines
from engine.trace import Chapter
from gui.model import words
from gui.model.explain import written
from gui.model.explain.arithmetic import holds
from gui.model.explain.contraction import contraction
from gui.model.explain.entry import Passing, largest
from gui.model.explain.passing import passing_of
from gui.model.explain.scene import arithmetic, entries
from gui.model.film import Film, TraceFilm

Array = Any
_GRAD = re.compile(r"\bgrad\b")


@dataclass(frozen=True, slots=True)
class ManualLine:
    """One line of Python, the step it happens at, and the node that passes something on."""

    text: str
    step: int = -1
    node: str | None = None


def manual_lines(film: Film) -> tuple[ManualLine, ...]:
    """Every backward call of the run: `dx = dy * w`, later contributions `+=`, then `.grad`."""
    if not isinstance(film, TraceFilm):
        return ()
    if all(chapter.kind != "backward" for chapter in film.trace.chapters):
        return ()
    return tuple(_Writer(film).lines())


class _Writer:
    def __init__(self, film: TraceFilm) -> None:
        self.film, self.names = film, identifiers(film.graph)
        nodes = film.graph.nodes.values()
        self.by_title = {node.name: self.names[node.id] for node in nodes}
        self.begun: set[str] = set()
        self.told: set[tuple[str, str]] = set()

    def lines(self) -> Iterator[ManualLine]:
        events: dict[int, list[Event]] = {}
        for event in self.film.trace.events:
            events.setdefault(event.step, []).append(event)
        spans = zip(self.film.trace.chapters, self.film.trace.spans, strict=True)
        for chapter, (first, end) in spans:
            if chapter.kind == "forward":
                continue
            yield self._title(chapter, first)
            self.begun, self.told = set(), set()
            for step in range(first, end):
                yield from filter(None, map(self.line, events.get(step, ())))
            yield ManualLine("")

    def _title(self, chapter: Chapter, first: int) -> ManualLine:
        action = program_lines(self.film.program)[chapter.action]
        line = words.action_line(self.film.graph, action)
        if chapter.kind == "backward":
            return ManualLine(f"# {line}, by hand")
        return ManualLine(line, first)

    def line(self, event: Event) -> ManualLine | None:
        """What one event does, as a line; None if it does nothing by itself."""
        match event:
            case Seeded():
                return self._set(event.node, _seed(event.value, self.name(event.node)), event)
            case Flow() if not event.inner:
                return self._flow(event)
            case Stored() | Retained():
                name, sign = self.name(event.node), "=" if event.before is None else "+="
                grad = ManualLine(f"{name}.grad {sign} d{name}", event.step, event.node)
                return grad if event.node in self.names else None
            case Stepped() if event.rate is not None:
                name, rate = self.name(event.node), words.number(event.rate, 10)
                return ManualLine(f"{name} -= {rate} * {name}.grad", event.step, event.node)
            case Hooked():
                return ManualLine(_hook(f"d{self.name(event.node)}", event.formula), event.step)
            case _:
                return None

    def name(self, node: str) -> str:
        return self.names.get(node, "hidden")

    def _set(
        self, node: str, value: str, event: Flow | Seeded, output: int | None = None
    ) -> ManualLine:
        target = f"d{self.name(node)}" + (f"_{output}" if output else "")
        sign = "+=" if target in self.begun else "="
        self.begun.add(target)
        source = event.source if isinstance(event, Flow) else event.node
        return ManualLine(f"{target} {sign} {value}", event.step, source)

    # ---- what a node sends -----------------------------------------------------------------------

    def _flow(self, event: Flow) -> ManualLine | None:
        """A contribution; of an op of several parts all of them at once, when the first comes."""
        source, target = self.name(event.source), self.name(event.target)
        if event.slot is None:
            told = f"# d{target}: through the derivative of {source} (create_graph)"
            return ManualLine(told, event.step, event.source)
        passing, composite = passing_of(self.film, event)
        if composite:
            if (event.source, event.slot) in self.told:
                return None
            self.told.add((event.source, event.slot))
        sent = self.sent(event, None if composite else passing)
        return self._set(event.target, sent, event, event.output)

    def sent(self, event: Flow, passing: Passing | None) -> str:
        """The gradient that is passed on, as an expression."""
        source, target = self.name(event.source), self.name(event.target)
        if passing is not None:
            found = (
                self._matrices(passing, event)
                or self._shaped(passing, event, target)
                or self._softmax(passing, event)
                or self._rule(passing, event, target)
            )
            if found:
                return found
        incoming = f"d{source}"
        return f"torch.autograd.grad({source}, {target}, {incoming}, retain_graph=True)[0]"

    def _matrices(self, passing: Passing, event: Flow) -> str:
        replay = passing.replay
        shapes = {slot: np.shape(x) for slot, x in replay.inputs.items()}
        found = contraction(replay.op.name, shapes)
        if found is None or passing.slot not in (found.left, found.right):
            return ""
        back, incoming = found.towards(passing.slot), f"d{self.name(event.source)}"
        edges = self.film.graph.inputs[event.source]
        partner = self.name(edges[back.right].source)
        if (found.one, found.other, found.out) == ("ik", "kj", "ij"):
            left = passing.slot == found.left
            return f"{incoming} @ {partner}.T" if left else f"{partner}.T @ {incoming}"
        return f'torch.einsum("{back.one},{back.other}->{back.out}", {incoming}, {partner})'

    def _shaped(self, passing: Passing, event: Flow, target: str) -> str:
        """What only moves entries about, or adds them up along one dimension."""
        op, come = passing.replay.op.name, f"d{self.name(event.source)}"
        params = passing.replay.node.params
        dim = params.get("dim")
        if op in ("view", "reshape", "flatten", "squeeze", "unsqueeze"):
            return f"{come}.reshape({target}.shape)"
        if op == "t":
            return f"{come}.T"
        if op == "transpose":
            return f"{come}.transpose({params.get('dim0')}, {params.get('dim1')})"
        if op in ("sum", "mean") and isinstance(dim, int):
            wide = come if params.get("keepdim") else f"{come}.unsqueeze({dim})"
            shared = f" / {_count(passing)}" if op == "mean" else ""
            return f"{wide}.expand_as({target}){shared}"
        return ""

    def _softmax(self, passing: Passing, event: Flow) -> str:
        """What is normalised together shares its gradient."""
        name, come = self.name(event.source), f"d{self.name(event.source)}"
        dim = passing.replay.node.params.get("dim")
        if passing.replay.op.name == "softmax" and isinstance(dim, int):
            return f"{name} * ({come} - ({come} * {name}).sum({dim}, keepdim=True))"
        if passing.replay.op.name == "log_softmax" and isinstance(dim, int):
            return f"{come} - torch.exp({name}) * {come}.sum({dim}, keepdim=True)"
        return ""

    def _rule(self, passing: Passing, event: Flow, target: str) -> str:
        """The rule, with what undoes a broadcast around it, if it is arithmetic and holds."""
        term = arithmetic(passing.formula) if passing.formula else None
        raw, came = np.shape(event.raw), np.shape(passing.upstream)
        if term is None or (came != raw and came != ()):
            return ""
        names = self._letters(passing, event)
        if not _is_right(passing, event):
            return ""
        found = written.code(term, names)
        single = found.isidentifier()
        if came != raw:
            return f"{found if single else f'({found})'} * torch.ones_like({target})"
        if raw != np.shape(event.value):
            return f"{found if single else f'({found})'}.sum_to_size({target}.shape)"
        return found

    def _letters(self, passing: Passing, event: Flow) -> dict[str, str]:
        source = self.name(event.source)
        found = {"y": source, r"\bar{y}": f"d{source}", "n": str(_count(passing))}
        for letter, thing in passing.things.items():
            if letter not in ("y", r"\bar{y}"):
                found[letter] = self.by_title.get(thing.name.text, thing.name.text)
        return found


def _hook(name: str, formula: str) -> str:
    """`lambda grad: grad * 2` on a gradient: `dx = dx * 2`; a function is called."""
    _, found, body = formula.partition("lambda grad: ")
    return f"{name} = {_GRAD.sub(name, body)}" if found else f"{formula}({name})"


def _count(passing: Passing) -> int:
    return int(np.size(passing.value) // max(1, np.size(passing.upstream)))


def _is_right(passing: Passing, event: Flow) -> bool:
    """Whether the rule gives, at one entry, what the engine has sent."""
    term, shape = arithmetic(passing.formula), np.shape(event.raw)
    if not np.size(event.raw):
        return True
    at = largest(event.raw)
    values = entries(passing.things, at, shape)
    if term is None or values is None:
        return False
    return holds(
        term, {"n": float(_count(passing)), **values}, float(np.asarray(event.raw)[at]), 1e-3
    )


def _seed(value: Array, name: str) -> str:
    if not np.ndim(value):
        return f"torch.tensor({float(value)})" if np.isfinite(value) else f"{name} * {value}"
    if np.all(np.asarray(value) == 1):
        return f"torch.ones_like({name})"
    if np.size(value) <= 8:
        return f"torch.tensor({np.asarray(value).tolist()})"
    return "gradient  # what backward was given"
