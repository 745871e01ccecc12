"""Whom the interpreter of a program tells what happens, in the order it happens."""

from __future__ import annotations

from typing import Any, Literal, Protocol

Kind = Literal["function", "module", "loop", "iteration"]


class Listener(Protocol):
    """Is told of statements, names and blocks; calls of the engine it has to notice itself.

    Lines are counted from 1 within the whole Script, columns from 1.
    """

    def at(self, line: int) -> None:
        """The statement on this line comes next."""

    def cell(self, number: int, title: str) -> None:
        """The cell with this number (from 0) begins."""

    def enter(self, kind: Kind, title: str, line: int) -> None:
        """A block begins; `leave` ends the one that was entered last."""

    def leave(self) -> None:
        """The innermost block has ended, be it by an exception."""

    def bound(self, name: str, value: Any) -> None:
        """A name, an argument, a target of a loop or an attribute (`x` of `self.x`) has a value."""

    def condition(self, line: int, text: str, outcome: bool) -> None:
        """A test that read numbers out of a tensor came out so."""

    def printed(self, text: str) -> None:
        """The program printed this, its line ends included."""

    def finding(self, line: int, column: int, text: str) -> None:
        """Something was not read, or not run; told once for each place and text."""


class Silent:
    """Notes nothing."""

    def at(self, line: int) -> None: ...
    def cell(self, number: int, title: str) -> None: ...
    def enter(self, kind: Kind, title: str, line: int) -> None: ...
    def leave(self) -> None: ...
    def bound(self, name: str, value: Any) -> None: ...
    def condition(self, line: int, text: str, outcome: bool) -> None: ...
    def printed(self, text: str) -> None: ...
    def finding(self, line: int, column: int, text: str) -> None: ...
