"""A Frame: what is to be seen at one step of a Trace.  A pure function of (trace, step)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, overload

from engine.events import Output
from engine.graph import EdgeKey

if TYPE_CHECKING:
    from gui.model.codes import Codes

Array = Any
"""A NumPy array or NumPy scalar; never written to once it is in a Trace."""


class Cut(StrEnum):
    """Why no gradient travels along an edge."""

    DETACH = "detach"
    NO_GRAD = "no_grad"
    INFERENCE = "inference_mode"
    FROZEN = "requires_grad=False"
    NON_DIFFERENTIABLE = "not differentiable"


@dataclass(frozen=True, slots=True)
class Term:
    """One contribution to a gradient; `edge` is the drawn edge it came along, if there is one."""

    value: Array
    edge: EdgeKey | None
    source: str


class Terms(Sequence[Term]):
    """The first `count` of a list that only grows: the states of one call share it."""

    __slots__ = ("_count", "_list")

    def __init__(self, terms: list[Term], count: int) -> None:
        self._list, self._count = terms, count

    def and_(self, term: Term) -> Terms:
        """These and one more."""
        shared = self._list if len(self._list) == self._count else self._list[: self._count]
        shared.append(term)
        return Terms(shared, self._count + 1)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Term: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Term]: ...
    def __getitem__(self, index: int | slice) -> Term | Sequence[Term]:
        at = range(self._count)[index]
        return self._list[at] if isinstance(at, int) else [self._list[i] for i in at]


NO_WIRE = (
    *("” is not connected: wire", "connect at least one tensor to “"),
    "wire a tensor to at least one input",
)
"""What engine.arguments says of inputs without wires; PyTorch's sentences are never these."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node at one step.

    `value` and all about gradients are the first output's; `more` are the others.  `grad` is the
    sum of `terms`, the contributions that have arrived in the latest backward call, of which
    `expected` are awaited.  `live` says that call is still going on (else it is drawn dimmed).
    `stored` is `.grad`, of a leaf or a tensor that retains it.
    """

    value: Array | None = None
    error: str | None = None
    requires_grad: bool = False
    is_leaf: bool = False
    retains_grad: bool = False
    grad_fn: str | None = None
    why_no_grad: Cut | None = None
    grad: Array | None = None
    terms: Sequence[Term] = ()
    expected: int = 0
    live: bool = False
    freed: bool = False
    stored: Array | None = None
    expected_error: bool = False
    """Whether the Program says that it expects `error`."""
    call: int = 0
    """The backward call that `terms` belong to."""
    more: tuple[Output, ...] = ()
    since: int = -1
    """The step at which its statement ran."""
    same_as: tuple[str, int] | None = None
    """The (node, output) whose very tensor this node's name stands for, if it is another's."""
    piled_up: bool = False
    """Whether backward added to what an earlier call had left in `.grad`, not zeroed since."""

    @property
    def unconnected(self) -> bool:
        """Whether all that is wrong is an input that has no wire yet."""
        return self.error is not None and any(told in self.error for told in NO_WIRE)

    @property
    def arrived(self) -> int:
        return len(self.terms)

    @property
    def outputs(self) -> tuple[Array | None, ...]:
        """The values of all outputs."""
        return self.value, *(output.value for output in self.more)


_values = attrgetter(*(f.name for f in fields(NodeState)))


def evolved(state: NodeState, **changes: Any) -> NodeState:
    """`dataclasses.replace`, several times as fast: a long film has a hundred thousand states."""
    new = NodeState(*_values(state))
    for name, value in changes.items():
        object.__setattr__(new, name, value)
    return new


@dataclass(frozen=True, slots=True)
class EdgeState:
    """One edge at one step: whether a value has passed, what gradient has, why none can."""

    carried: bool = False
    cut: Cut | None = None
    grad: Array | None = None
    live: bool = False


@dataclass(frozen=True, slots=True)
class Packet:
    """The number on its way at this step, from node to node, along a drawn edge if there is one."""

    source: str
    target: str
    edge: EdgeKey | None
    value: Array
    backward: bool = True


_NO_NODE = NodeState()
_NO_EDGE = EdgeState()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change of a leaf's (or retained) `.grad`.

    `what` is the line that did it ("backward #2", "x.grad.zero_()"); `added` is what a backward
    call brought; `piled_up` says it was added to what an earlier call had left there.
    """

    node: str
    step: int
    what: str
    before: Array | None
    added: Array | None
    after: Array | None
    piled_up: bool = False


class Frame:
    """What is to be seen at one instant; this base class is the Frame of nothing at all."""

    step: int = -1

    @cached_property
    def action(self) -> int | None:
        """The line of the Program that is running, by its number among all its lines."""
        return None

    @cached_property
    def statement(self) -> str | None:
        """The node whose statement the current step belongs to."""
        return None

    @cached_property
    def caption(self) -> str:
        """What this step does, in one sentence."""
        return ""

    @cached_property
    def asides(self) -> tuple[str, ...]:
        """What happens besides at this step: memory let go of, gradients nobody keeps."""
        return ()

    @cached_property
    def stored(self) -> tuple[str, Array | None, Array | None] | None:
        """(leaf, before, after) where this step has just changed a `.grad`."""
        return None

    @cached_property
    def failed(self) -> str | None:
        """The sentence of the error this step shows, as `RuntimeError: …`."""
        return None

    @property
    def unconnected(self) -> bool:
        """Whether the error this step shows is only an input that has no wire yet."""
        return self.failed is not None and any(told in self.failed for told in NO_WIRE)

    @cached_property
    def expected_error(self) -> bool:
        """Whether the Program expects the error this step shows."""
        return False

    @cached_property
    def remedy(self) -> str:
        """What to change, where this step shows an error."""
        return ""

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The nodes on the way to the one that raised, where this step shows an error."""
        return ()

    @cached_property
    def active(self) -> frozenset[str]:
        """Nodes with the ring: where the current step happens."""
        return frozenset()

    @cached_property
    def packet(self) -> Packet | None:
        """The number on its way at this step."""
        return None

    @cached_property
    def summing(self) -> str | None:
        """The node whose fan-out sum (Σ) completes at this step."""
        return None

    def node(self, node: str) -> NodeState:
        """The state of one node."""
        return _NO_NODE

    def edge(self, key: EdgeKey) -> EdgeState:
        """The state of one edge."""
        return _NO_EDGE

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every change of a `.grad` up to this step, in order."""
        return ()

    def codes(self) -> Codes | None:
        """The states of everything as numbers, where they are known without asking one by one."""
        return None

    def changed_since(self, other: Frame) -> tuple[set[str], set[EdgeKey]] | None:
        """The nodes and edges that look different in `other`, perhaps more; None for "anything"."""
        return None if other is not self else (set(), set())


EMPTY = Frame()
