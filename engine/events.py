"""Events: what a Trace says has happened, one small value each.

`step` is the playback step an event belongs to; several events may share one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from operator import attrgetter
from typing import Any, get_args

import numpy as np

Array = Any


@dataclass(frozen=True, slots=True)
class Output:
    """One more output of an op, beside its first."""

    value: Array
    requires_grad: bool


@dataclass(frozen=True, slots=True)
class Computed:
    """A statement has run; `why` says why its result is not tracked, if it is not.

    `more` are the outputs after the first.  `same_as`: the (node, output) whose very tensor the op
    gave back, as in-place ops do; `grad` is the `.grad` that one has already.
    """

    step: int
    action: int
    node: str
    value: Array
    requires_grad: bool
    is_leaf: bool
    grad_fn: str | None
    why: str | None
    more: tuple[Output, ...] = ()
    same_as: tuple[str, int] | None = None
    grad: Array | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """What one output of a node has become, because its memory was changed."""

    node: str
    output: int
    value: Array
    requires_grad: bool
    grad_fn: str | None


@dataclass(frozen=True, slots=True)
class Mutated:
    """An in-place op has changed memory; `aliases` are all that share it."""

    step: int
    action: int
    node: str
    after: Array
    version: int
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True)
class Seeded:
    """Backward call number `call` starts at `node` with the gradient `value`."""

    step: int
    action: int
    call: int
    node: str
    value: Array


class Part(Enum):
    """What of a node a gradient is for."""

    RESULT = "the value that is shown"
    OTHER = "another output of the same op"
    INSIDE = "something within it: a part of a composite, memory written through a view"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One contribution: from which node, out of which slot of it, how much."""

    source: str
    slot: str | None
    value: Array


@dataclass(frozen=True, slots=True)
class Visit:
    """A Function has all its contributions; `grad` is their sum in order of arrival."""

    step: int
    action: int
    call: int
    node: str
    function: str
    grad: Array
    terms: tuple[Arrival, ...]
    part: Part


@dataclass(frozen=True, slots=True)
class Flow:
    """A contribution travels from `source` to `target`.

    `upstream` is the gradient `function` received, `raw` what its rule gave, `value` that summed to
    the shape it is for.  `inner`: both ends belong to one node, nothing is drawn.  `arrived` of
    `expected` contributions are in, at that output of the Function below; `output` is its number
    among the target's outputs, None where that has only one.  `total` is what a Policy has made of
    all that is in, None where that is the sum.
    """

    step: int
    action: int
    call: int
    source: str
    slot: str | None
    target: str
    function: str
    below: str
    upstream: Array
    raw: Array
    value: Array
    arrived: int
    expected: int
    inner: bool
    part: Part
    output: int | None = None
    total: Array | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A leaf's `.grad` went from `before` to `after`, because `added` came."""

    step: int
    action: int
    call: int
    node: str
    before: Array | None
    added: Array
    after: Array
    terms: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True)
class Retained:
    """A computed tensor kept its gradient, because retain_grad() was called."""

    step: int
    action: int
    call: int
    node: str
    before: Array | None
    after: Array


@dataclass(frozen=True, slots=True)
class Dropped:
    """The gradient of a computed tensor was passed on and is kept nowhere."""

    step: int
    action: int
    call: int
    node: str
    grad: Array


@dataclass(frozen=True, slots=True)
class Stopped:
    """The derivative at `source` has nobody to send to: what came in at `slot` gets no gradient.

    That was `output` of `target`; `cause` says why: "detach", "no_grad", "inference_mode",
    "requires_grad=False", "not differentiable", "integer".
    """

    step: int
    action: int
    call: int
    source: str
    slot: str
    target: str
    output: int
    cause: str


@dataclass(frozen=True, slots=True)
class Hooked:
    """A hook of the node's tensor, written `formula`, made `after` of the gradient `before`."""

    step: int
    action: int
    call: int
    node: str
    formula: str
    before: Array
    after: Array


@dataclass(frozen=True, slots=True)
class Freed:
    """The node's saved tensors were released."""

    step: int
    action: int
    node: str
    function: str


@dataclass(frozen=True, slots=True)
class Zeroed:
    """`.grad` was cleared: zero_() (after: zeros) or `= None` (after: None)."""

    step: int
    action: int
    node: str
    before: Array | None
    after: Array | None


@dataclass(frozen=True, slots=True)
class Stepped:
    """An optimizer has changed a leaf by its `grad`; `rule` is its class.

    `rate`: the learning rate where the change is just -rate·grad, else None.
    """

    step: int
    action: int
    node: str
    rule: str
    before: Array
    after: Array
    grad: Array
    rate: float | None


@dataclass(frozen=True, slots=True)
class Changed:
    """An action changed a tensor: its "value", "requires_grad", "retain_grad" or "hook".

    `what` may also be "optimizer" (one was made, of the name `after`) or "nothing" (it had no
    gradient to work with); then there is no one node.
    """

    step: int
    action: int
    node: str
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Warned:
    """PyTorch's warning."""

    step: int
    action: int
    node: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """PyTorch's error: exception type, sentence, the node that raised, the nodes on the way to it.

    `lost`: the nodes that are left without a value, where a forward failed.
    """

    step: int
    action: int
    node: str | None
    kind: str
    sentence: str
    path: tuple[str, ...]
    lost: tuple[str, ...]
    expected: bool


Event = (
    Computed | Mutated | Seeded | Visit | Flow | Stopped | Stored | Retained | Dropped | Hooked |
    Freed | Zeroed | Stepped | Changed | Warned | Failed
)  # fmt: skip


_VALUES = {
    kind: attrgetter(*(f.name for f in fields(kind)))
    for kind in (*get_args(Event), Arrival, Alias, Output)
}
"""What gives all fields of one at once: a long film has a hundred thousand events."""
_PLAIN = frozenset({int, str, bool, type(None)})


def same_event(a: Event, b: Event) -> bool:
    """Whether two events say the same, to the last bit of every array."""
    return _same(a, b)


def _same(a: Any, b: Any) -> bool:
    kind = type(a)
    if a is b:
        return True
    if kind in _PLAIN:
        return kind is type(b) and bool(a == b)
    if kind in _VALUES:
        values = _VALUES[kind]
        return kind is type(b) and all(
            x is y or _same(x, y) for x, y in zip(values(a), values(b), strict=True)
        )
    if isinstance(a, (np.ndarray, np.generic)):
        return (
            isinstance(b, (np.ndarray, np.generic))
            and (a.shape, a.dtype) == (b.shape, b.dtype)
            and a.tobytes() == b.tobytes()
        )
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(_same, a, b))
    return kind is type(b) and bool(a == b)
