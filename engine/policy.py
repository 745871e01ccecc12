"""What of the backward loop can be exchanged, to see what a mistake in it would do.

There is one loop; a Policy swaps how contributions are added, in which order Functions run, how a
contribution is made to fit, or whether saved tensors are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from engine.passing import cast, fitted
from engine.queue import ReadyQueue

if TYPE_CHECKING:
    from engine.function import Function

Array = Any


class Queue(Protocol):
    """Which Function runs next; `waits` says whether it must have all its contributions first."""

    waits: bool

    def __bool__(self) -> bool: ...
    def push(self, function: Any) -> None: ...
    def pop(self) -> Any: ...


class Stack:
    """Last in, first out: what a Function leads to runs at once, whatever is still to come there.

    A Function runs once for every way that leads to it, each time on all that has come so far, as a
    recursive `backward` does whose nodes keep their gradient.
    """

    MOST = 20_000
    """Visits: the number of ways can double with every fork."""
    waits = False

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._visits = 0

    def __bool__(self) -> bool:
        return bool(self._stack)

    def push(self, function: Any) -> None:
        """Add a Function something has come to."""
        self._stack.append(function)

    def pop(self) -> Any:
        """Take out what was added last.  Raises RuntimeError when there is no end to it."""
        self._visits += 1
        if self._visits > self.MOST:
            raise RuntimeError(
                f"depth-first backward gave up after {self.MOST:,} visits: it walks every path "
                "from the root by itself, and their number doubles with every fork"
            )
        return self._stack.pop()


def total(held: Array, value: Array) -> Array:
    """The sum: what belongs there."""
    return held + value


def replaced(held: Array, value: Array) -> Array:
    """`=` where `+=` belongs: the last contribution is all that is left."""
    return value


def as_it_comes(function: Function, i: int, value: Any, F: Any) -> Any:
    """A contribution in the dtype of the tensor it is for, its broadcasting not undone."""
    below = function.below[i]
    assert below is not None
    dtype = below.input_dtype(function.port(i)) if below.many else below.form[2]
    return cast(value, dtype, F)


@dataclass(frozen=True, slots=True)
class Policy:
    """How a backward pass goes about it; as it stands here, the way PyTorch does.

    `add(held, value)` joins a contribution to what has come before it; `fit` brings it into the
    shape and dtype of its tensor; `check_versions` says whether a saved tensor that was changed in
    place since is refused.
    """

    add: Callable[[Array, Array], Array] = total
    queue: type[Queue] = ReadyQueue
    fit: Callable[[Function, int, Any, Any], Any] = fitted
    check_versions: bool = True
