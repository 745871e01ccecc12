"""Grad mode and the rest of what each thread of the engine knows: `no_grad`, `enable_grad` …"""

from __future__ import annotations

import functools
import inspect
import itertools
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np

tick = itertools.count().__next__
"""Numbers the Functions in the order they are made, in whatever thread."""

UNUSUAL: set[int] = set()
"""The threads whose State is not what it is at first.  While there is none, which is most of the
time, an operation need not look at its thread's State: that takes a tenth of the time it takes."""


class State(threading.local):
    """Per thread, so that a run in the background and one in the foreground never meet.

    `origin` is told of every Function made while a Session evaluates a node; `recorder` receives
    what backward calls do.  `warned` collects warnings instead of Python, whose filters all threads
    share; `warned_once` remembers those that are given once: per process, unless a Session has
    brought its own (`warn_always`: never only once).  `asked` is the grad mode asked for, which in
    inference mode has no effect; `anomaly` and `check_nan` are those of `autograd.detect_anomaly`;
    `saved_hooks` the innermost of `saved_tensors_hooks`, `no_saved_hooks` why there may be none,
    `mutation_allowed` that of `allow_mutation_on_saved_tensors`; `backward` is the innermost
    backward pass, and in anomaly mode `running` the Function it runs; `policy` (a policy.Policy)
    is what backward passes do otherwise than PyTorch's, None nearly always.
    """

    warned: list[str] | None = None
    warn_always = False
    warned_once: set[str] = set()  # noqa: RUF012  # shared by all threads on purpose

    def __init__(self) -> None:
        self.grad_enabled = True
        self.inference = False
        self.origin: Any = None
        self.recorder: Any = None
        self.asked = True
        self.anomaly, self.check_nan = False, True
        self.running: Any = None
        self.backward: Any = None
        self.policy: Any = None
        self.mutation_allowed: Any = None
        self.saved_hooks: list[Any] = []
        self.no_saved_hooks: str | None = None
        # PyTorch divides by zero in silence.  Asking NumPy for silence around every operation would
        # cost more than most of them, so a thread that uses the engine is silent from then on; the
        # filter below is for what it does before it looks at its State.
        np.seterr(all="ignore")

    def __setattr__(self, name: str, value: Any) -> None:
        here = self.__dict__
        here[name] = value
        if name in _WATCHED and "origin" in here:
            usual = here["grad_enabled"] and not here["inference"] and here["origin"] is None
            (UNUSUAL.discard if usual else UNUSUAL.add)(threading.get_ident())


_WATCHED = ("grad_enabled", "inference", "origin")
"""What an operation must know of its thread."""

warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"engine\.")

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
    return STATE.grad_enabled or (STATE.inference and STATE.asked)


def _switch(mode: bool) -> bool:
    """Record or do not, and say which it was before.

    In inference mode nothing is recorded, whatever is asked for.
    """
    here = STATE.__dict__
    before: bool = here["grad_enabled"] or (here["inference"] and here["asked"])
    here["asked"], STATE.grad_enabled = mode, mode and not here["inference"]
    return before


class _GradMode:
    """A context manager that is also a decorator; generators switch the mode at every step."""

    mode: bool

    def __init__(self) -> None:
        self.prev = False

    def __enter__(self) -> None:
        self.prev = _switch(self.mode)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        _switch(self.prev)

    def clone(self) -> _GradMode:
        """Another of the same."""
        return type(self)()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if isinstance(function, type):
            warnings.warn(DECORATED_CLASS, FutureWarning, stacklevel=_out_of_here())
        if inspect.isgeneratorfunction(function):
            return self._wrap_generator(function)

        @functools.wraps(function)
        def decorate_context(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return function(*args, **kwargs)

        return decorate_context

    def _wrap_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def generator_context(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            steps = function(*args, **kwargs)
            step, given = steps.send, None
            while True:
                try:
                    with self.clone():
                        made = step(given)
                except StopIteration as end:
                    return end.value
                try:
                    step, given = steps.send, (yield made)
                except GeneratorExit:
                    with self.clone():
                        steps.close()
                    raise
                except BaseException as error:
                    step, given = steps.throw, error

        return generator_context


DECORATED_CLASS = (
    "Decorating classes is deprecated and will be disabled in future versions. You should only "
    "decorate functions or methods. To preserve the current behavior of class decoration, you can "
    "directly decorate the `__init__` method and nothing else."
)


def _out_of_here() -> int:
    """The stacklevel at which a warning given by the caller names the first line outside."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals is globals():
        level, frame = level + 1, frame.f_back
    return level - 1


class _BareDecorator(_GradMode):
    """A mode that also decorates without parentheses: `@no_grad`."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        if function is None:
            return super().__new__(cls)
        return cls()(function)


class no_grad(_BareDecorator):
    """Inside, nothing is recorded and results do not require grad."""

    mode = False


class enable_grad(_BareDecorator):
    """Inside, operations are recorded even within `no_grad`."""

    mode = True


class set_grad_enabled(_GradMode):
    """Switch grad mode at once; as a context manager or decorator, put it back afterwards."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                "set_grad_enabled(): argument 'enabled' (position 1) must be bool, not "
                f"{type(mode).__name__}"
            )
        self.mode = mode
        self.prev = _switch(mode)

    def __enter__(self) -> None:
        _switch(self.mode)

    def clone(self) -> _GradMode:
        return set_grad_enabled(self.mode)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        _switch(self.prev)
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


def is_inference_mode_enabled() -> bool:
    """Whether new tensors are inference tensors."""
    return STATE.inference


class inference_mode(_GradMode):
    """Inside, results are inference tensors: no history, no version counter, ever."""

    def __new__(cls, mode: Any = True) -> Any:
        if isinstance(mode, bool):
            return super().__new__(cls)
        return cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = mode
        self._outer = False

    def __enter__(self) -> None:
        self.prev, self._outer = is_grad_enabled(), STATE.inference
        STATE.inference = self.mode
        _switch(not self.mode)

    def __exit__(self, *_: object) -> None:
        STATE.inference = self._outer
        _switch(self.prev)

    def clone(self) -> _GradMode:
        return inference_mode(self.mode)


for mode in (no_grad, enable_grad, set_grad_enabled, inference_mode):
    mode.__module__ = "torch.autograd.grad_mode"  # as PyTorch prints them


def set_warn_always(b: bool, /) -> None:
    """Whether warnings that are given once per process are given every time."""
    STATE.__class__.warn_always = b


def is_warn_always_enabled() -> bool:
    """Whether warnings that are given once per process are given every time."""
    return STATE.warn_always
