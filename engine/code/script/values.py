"""What a program's names can stand for beside tensors and Python's plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MethodType
from typing import Any

from engine.code.faults import Limits


@dataclass(frozen=True, slots=True)
class Budget(Limits):
    """How much one program may ask for.

    `work` and `call` are in `costs` units, about a nanosecond each: of the whole program and of one
    call; `steps` are parts of the syntax tree walked; `recursion` counts calls within calls;
    `items` are entries of a list and characters of a text; `width` is what a format may ask for.
    """

    characters: int = 2**18
    nodes: int = 200_000
    depth: int = 300
    parts: int = 2**20
    work: int = 2**37
    seconds: float = 30.0
    steps: int = 3_000_000
    call: int = 2**30
    recursion: int = 900
    items: int = 2**20
    width: int = 10_000
    findings: int = 1_000


class Stopped(BaseException):
    """The program's time or steps are used up, or somebody has cancelled it."""


class Ended(Exception):
    """What `StopIteration` is called here: Python's own may not pass through a generator."""

    def __init__(self, value: Any = None) -> None:
        super().__init__(*(() if value is None else (value,)))
        self.value = value


Ended.__name__ = Ended.__qualname__ = "StopIteration"


class StandIn:
    """Stands for what is not here: whatever is done with it is skipped and gives it again."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return "…"

    def __format__(self, spec: str) -> str:
        return "…"

    def __bool__(self) -> bool:
        return False

    def __call__(self, *args: Any, **kwargs: Any) -> StandIn:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: object) -> None: ...


class Space:
    """A module: its members by name; `find` gives one, or raises KeyError."""

    __slots__ = ("find", "name", "names")

    def __init__(self, name: str, find: Callable[[str], Any], names: Callable[[], Any]) -> None:
        self.name, self.find, self.names = name, find, names

    @classmethod
    def of(cls, name: str, members: Mapping[str, Any]) -> Space:
        """A module of these members."""
        return cls(name, members.__getitem__, lambda: sorted(members))

    def __repr__(self) -> str:
        return f"<module '{self.name}'>"


class Hint:
    """A word of a type annotation, which says nothing when a program runs."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, _: Any) -> Hint:
        return self

    def __or__(self, _: Any) -> Hint:
        return self

    __ror__ = __or__

    def __repr__(self) -> str:
        return f"typing.{self.name}"


class Tool:
    """A function that a program may call; `home` is the module it is looked up in at each call.

    So whoever has put something in its place there is asked too.  `engine` says that what it is
    given is weighed first, `binds` that it becomes a method in a class.
    """

    __slots__ = ("binds", "do", "engine", "home", "name")

    def __init__(
        self,
        name: str,
        do: Callable[..., Any] | None = None,
        home: Any = None,
        engine: bool = False,
        binds: bool = False,
    ) -> None:
        self.name, self.do, self.home = name, do, home
        self.engine, self.binds = engine, binds

    @property
    def __name__(self) -> str:
        return self.last

    @property
    def last(self) -> str:
        """`sin` of `torch.sin`."""
        return self.name.rpartition(".")[2]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.do is not None:
            return self.do(*args, **kwargs)
        return vars(self.home)[self.last](*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return MethodType(self, instance) if self.binds and instance is not None else self

    def __repr__(self) -> str:
        return f"<built-in method {self.last}>" if self.engine else f"<function {self.last}>"


class Flow:
    """An iterator whose every step is counted, so that an endless one ends with the budget."""

    __slots__ = ("counted", "inner", "title")

    def __init__(self, inner: Iterator[Any], counted: Callable[[], None], title: str) -> None:
        self.inner, self.counted, self.title = inner, counted, title

    def __iter__(self) -> Flow:
        return self

    def __next__(self) -> Any:
        self.counted()
        return next(self.inner)

    def __repr__(self) -> str:
        return f"<{self.title} object>"
