"""What a step is: which of its events it is about, of what kind, and where it happens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from engine.events import (
    Changed,
    Computed,
    Dropped,
    Event,
    Failed,
    Flow,
    Freed,
    Hooked,
    Mutated,
    Retained,
    Seeded,
    Stepped,
    Stopped,
    Stored,
    Visit,
    Warned,
    Zeroed,
)


def active(event: Event | None) -> frozenset[str]:
    """Where a step happens that is about this event."""
    match event:
        case None | Warned():
            return frozenset()
        case Flow() | Stopped():
            return frozenset({event.source})
        case _:
            return frozenset({event.node} if event.node else ())


def accompanies(event: Event) -> bool:
    """Whether an event merely shares another's step."""
    match event:
        case Visit():
            return len(event.terms) < 2
        case Flow():
            return event.inner
        case Freed() | Mutated() | Stopped() | Dropped():
            return True
        case _:
            return False


def kind_of(event: Event) -> str:  # noqa: C901  # a case an event
    """What the scrub bar draws for a step that is about this event."""
    match event:
        case Computed():
            return "computed"
        case Seeded():
            return "seeded"
        case Visit():
            return "sum"
        case Flow() | Freed() | Mutated() | Stopped() | Dropped():
            return "flow"
        case Stored() | Retained():
            return "stored"
        case Zeroed():
            return "zeroed"
        case Stepped():
            return "stepped"
        case Hooked():
            return "hooked"
        case Changed():
            return "changed"
        case Warned():
            return "warned"
        case Failed():
            return "failed"
        case _:
            assert_never(event)


LEAF = "torch::autograd::AccumulateGrad"


def overtaking(events: Iterable[Event]) -> dict[int, tuple[str, str]]:
    """For each step at which a node runs before one that was made ready earlier: it, and that one.

    Only what the last Function made ready is looked at; a leaf always runs at once.
    """
    found: dict[int, tuple[str, str]] = {}
    made: dict[str, int] = {}
    ready: list[str] = []
    running = ""
    for event in events:
        match event:
            case Computed():
                made[event.node] = event.step
            case Seeded():
                ready, running = [], ""
            case Visit() if event.function != LEAF and event.node != running:
                running = event.node
                if ready and ready[0] != running and made.get(running, -1) > made.get(ready[0], 0):
                    found[event.step] = running, ready[0]
                ready = []
            case Flow() if event.arrived == event.expected and event.below != LEAF:
                if not event.inner:
                    ready.append(event.target)
    return found
