"""Grad mode and the rest of what each thread of the engine knows: `no_grad`, `enable_grad` …"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np


class State(threading.local):
    """Per thread, so that a run in the background and one in the foreground never meet.

    `sequence` numbers Functions in the order they are made; `origin` is told of every Function made
    while a Session evaluates a node; `recorder` receives what backward calls do; `warned` collects
    warnings instead of Python, whose filters all threads share; `warned_once` remembers those that
    are given once: per process, unless a Session has brought its own.
    """

    warned: list[str] | None = None
    warned_once: set[str] = set()  # noqa: RUF012  # shared by all threads on purpose

    def __init__(self) -> None:
        # In the thread's own dict, because `STATE.__dict__` is read once per operation: a tenth of
        # the time these would take one by one.
        self.grad_enabled = True
        self.inference = False
        self.sequence = 0
        self.origin: Any = None
        self.recorder: Any = None
        # PyTorch divides by zero in silence.  Asking NumPy for silence around every operation would
        # cost more than most of them, so a thread that uses the engine is silent from then on.
        np.seterr(all="ignore")


STATE = State()


@contextmanager
def warnings_collected(once: set[str]) -> Iterator[list[str]]:
    """Inside, this thread's engine warnings go to the list, not to Python's `warnings`.

    `once` holds those that are not to be given again; what is given once joins it.
    """
    outside = STATE.warned, STATE.warned_once
    told: list[str] = []
    STATE.warned, STATE.warned_once = told, once
    try:
        yield told
    finally:
        STATE.warned, STATE.warned_once = outside


def is_grad_enabled() -> bool:
    """Whether operations are being recorded for backward."""
    return STATE.grad_enabled


class _GradMode:
    """A context manager that is also a decorator; generators switch the mode at every step."""

    mode: bool

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(STATE.grad_enabled)
        STATE.grad_enabled = self.mode

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        STATE.grad_enabled = self._before.pop()

    def _copy(self) -> _GradMode:
        return type(self)()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):
            return self._wrap_generator(function)

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self._copy():
                return function(*args, **kwargs)

        return wrapper

    def _wrap_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            steps = function(*args, **kwargs)
            value: Any = None
            while True:
                with self._copy():
                    try:
                        made = steps.send(value)
                    except StopIteration as end:
                        return end.value
                value = yield made

        return wrapper


class _BareDecorator(_GradMode):
    """A mode that also decorates without parentheses: `@no_grad`."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        mode = super().__new__(cls)
        if function is None:
            return mode
        mode.__init__()  # type: ignore[misc]  # python skips it when __new__ returns a function
        return mode(function)


class no_grad(_BareDecorator):
    """Inside, nothing is recorded and results do not require grad."""

    mode = False


class enable_grad(_BareDecorator):
    """Inside, operations are recorded even within `no_grad`."""

    mode = True


class set_grad_enabled(_GradMode):
    """Switch grad mode at once; as a context manager or decorator, put it back afterwards."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self.mode = bool(mode)
        self._called_in = STATE.grad_enabled
        STATE.grad_enabled = self.mode

    def __enter__(self) -> None:
        self._before.append(self._called_in)
        STATE.grad_enabled = self.mode

    def _copy(self) -> _GradMode:
        return set_grad_enabled(self.mode)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        STATE.grad_enabled = self._called_in
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


def is_inference_mode_enabled() -> bool:
    """Whether new tensors are inference tensors."""
    return STATE.inference


class inference_mode(_GradMode):
    """Inside, results are inference tensors: no history, no version counter, ever."""

    def __new__(cls, mode: Any = True) -> Any:
        if not callable(mode):
            return super().__new__(cls)
        decorator = super().__new__(cls)
        decorator.__init__()  # type: ignore[misc]  # python skips it when __new__ returns a function
        return decorator(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = mode
        self._outer: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(STATE.grad_enabled)
        self._outer.append(STATE.inference)
        STATE.grad_enabled, STATE.inference = not self.mode, self.mode

    def __exit__(self, *_: object) -> None:
        STATE.grad_enabled, STATE.inference = self._before.pop(), self._outer.pop()

    def _copy(self) -> _GradMode:
        return inference_mode(self.mode)
