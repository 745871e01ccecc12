"""The catalogue of ops: what the palette lists, a node's ports and fields, how it is spelled.

An op is declared once, by `@op` above its function or Function class; everything else reads OPS.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

OPS: dict[str, Op] = {}

Call = TypeVar("Call", bound=Callable[..., Any])
Spell = Callable[[Mapping[str, Any], Mapping[str, list[str]]], str]
"""From a node's params and the source of what is wired to each slot to its line of code."""
Several = bool | str | Callable[[Mapping[str, Any]], bool]

Operand = Any
"""Annotation of a slot in which a number may stand instead of a tensor."""
Tensors = Any
"""Annotation of a slot that takes any number of tensors."""

_SLOTS = {
    "Tensor": {},
    "Tensor | None": {"optional": True},
    "Operand": {"takes_number": True},
    "Operand | None": {"takes_number": True, "optional": True},
    "Tensors": {"variadic": True},
    "Tensors | None": {"variadic": True, "optional": True},
}
"""Annotations that make a parameter a slot (a port on the node); every other one is a field."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An input port.  `takes_number`: a literal may stand there; `variadic`: it is xs.0, xs.1 …"""

    name: str
    takes_number: bool = False
    optional: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A keyword of the call that is no tensor; `kind` is its annotation, as `bool`."""

    name: str
    kind: str
    default: Any = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Op:
    """One op as people meet it: its name in `torch`, its slots (ports), its fields (keywords)."""

    name: str
    call: Callable[..., Any]
    category: str
    symbol: str
    doc: str
    slots: tuple[Slot, ...]
    fields: tuple[Field, ...]
    torch: str | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    samples: tuple[Any, ...] = ()
    domain: tuple[float, float] = (-2.0, 2.0)
    formula: str = ""
    nickname: str = ""
    source: bool = False
    inplace: bool = False
    several: Several = False
    """Whether it gives a tuple of tensors: always, only with the field of that name, or as told."""
    spell: Spell | None = None
    """Writes the call where a template cannot."""
    assigns: bool = False
    """Whether that is an assignment to a part of its first input, whose name it goes by."""

    def gives_several(self, params: Mapping[str, Any]) -> bool:
        """Whether a node with these params gives a tuple."""
        if callable(self.several):
            return self.several(params)
        if isinstance(self.several, bool):
            return self.several
        return params.get(self.several) is not None

    def slot(self, name: str) -> Slot | None:
        """The slot `name` belongs to (`xs.3` belongs to the variadic slot `xs`), or None."""
        head, dot, index = name.partition(".")
        for slot in self.slots:
            if slot.name == head and slot.variadic == bool(dot):
                return slot if not dot or index.isdigit() else None
        return None


def op(
    category: str,
    symbol: str,
    *,
    name: str | None = None,
    torch: str | None = None,
    defaults: Mapping[str, Any] | None = None,
    samples: tuple[Any, ...] = (),
    domain: tuple[float, float] = (-2.0, 2.0),
    formula: str = "",
    nickname: str = "",
    source: bool = False,
    inplace: bool = False,
    several: Several = False,
    spell: Spell | None = None,
    assigns: bool = False,
    hidden: tuple[str, ...] = (),
) -> Callable[[Call], Call]:
    """Register the decorated function as an op; its signature gives the slots and fields.

    `torch` is the spelling where it is not `torch.name(…)`: a template such as `{self} * {other}`.
    `defaults` are the params a new node starts with; `nickname` is the gate's nickname
    ("distributor").  The tests try every sample: a tuple of what goes into the slots (a shape, to
    be filled from `domain`; a number; or nested lists of data; a variadic slot takes a list of
    these), and perhaps a dict of fields at its end.  `spell` writes what no template can; with
    `assigns` that is a statement of its own, and the node goes by its first input's name.
    `hidden` keywords are no fields: they exist for source code, a drawing says the same with
    another node.
    """

    def register(call: Call) -> Call:
        slots, fields = _read_signature(call)
        fields = tuple(f for f in fields if f.name not in hidden)
        key = name or call.__name__
        OPS[key] = Op(
            key, call, category, symbol, inspect.getdoc(call) or "", slots, fields, torch,
            dict(defaults or {}), samples, domain, formula, nickname, source, inplace,
            several, spell, assigns,
        )  # fmt: skip
        return call

    return register


def tex(formula: str) -> Callable[[Call], Call]:
    r"""Give a derivative rule its formula: what it sends, as `\bar{y} \cdot b`."""

    def attach(rule: Call) -> Call:
        rule.formula = formula  # type: ignore[attr-defined]
        return rule

    return attach


def _read_signature(call: Callable[..., Any]) -> tuple[tuple[Slot, ...], tuple[Field, ...]]:
    slots, fields = [], []
    for p in inspect.signature(call).parameters.values():
        kind = (
            p.annotation if isinstance(p.annotation, str) else getattr(p.annotation, "__name__", "")
        )
        if kind in _SLOTS:
            slots.append(Slot(p.name, **_SLOTS[kind]))
        else:
            required = p.default is p.empty
            fields.append(Field(p.name, kind, None if required else p.default, required))
    return tuple(slots), tuple(fields)
