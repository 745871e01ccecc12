"""Which keys do what: the usual ones, and those a person has chosen instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from gui.model import keyfile
from gui.model.findings import Finding, Unreadable
from gui.tr import tr

Keys = tuple[str, ...]
_PORTABLE = QKeySequence.SequenceFormat.PortableText


@dataclass(frozen=True)
class Binding:
    """What can be done by key: its usual keys, and whether others can take their place."""

    id: str
    title: str
    group: str
    usual: Keys
    fixed: bool = False


def spelled(text: str) -> str:
    """The key as Qt writes it, or nothing where Qt knows no such key."""
    found = QKeySequence.fromString(text, _PORTABLE)
    if found.count() != 1:
        return ""
    key: Qt.Key = found[0].key()  # type: ignore[index]
    if key in (Qt.Key.Key_unknown, Qt.Key(0)):
        return ""
    return found.toString(_PORTABLE)


class Keymap(QObject):
    """The keys of every binding.  Changes are saved at once; a file that is broken is set aside."""

    changed = Signal()

    def __init__(self, bindings: Sequence[Binding], path: Path) -> None:
        super().__init__()
        self.bindings = {binding.id: binding for binding in bindings}
        self.path = path
        self.problem = ""
        """Why the file could not be used or written; told once, then emptied by who tells it."""
        self._chosen: dict[str, Keys] = {}
        self._may_write = True
        self._load()

    def keys(self, binding: str) -> Keys:
        """The keys of a binding now; none is possible."""
        return self._chosen.get(binding, self.bindings[binding].usual)

    def is_usual(self, binding: str) -> bool:
        return self.keys(binding) == self.bindings[binding].usual

    def users_of(self, key: str, besides: str = "") -> list[Binding]:
        """Who else has that key."""
        return [b for b in self.bindings.values() if b.id != besides and key in self.keys(b.id)]

    def choose(self, binding: str, keys: Keys) -> None:
        """Give a binding other keys, taking them from whoever had them."""
        for key in keys:
            for other in self.users_of(key, besides=binding):
                self._put(other.id, tuple(k for k in self.keys(other.id) if k != key))
        self._put(binding, keys)
        self._keep()

    def reset(self, binding: str) -> None:
        """Its usual keys again; who had got one of them has it no longer."""
        self.choose(binding, self.bindings[binding].usual)

    def reset_all(self) -> None:
        """The usual keys for everything."""
        self._chosen = {}
        self._keep()

    def _put(self, binding: str, keys: Keys) -> None:
        self._chosen[binding] = keys
        if keys == self.bindings[binding].usual:
            del self._chosen[binding]

    def _keep(self) -> None:
        self.changed.emit()
        if not self._may_write:
            return
        try:
            keyfile.write(self.path, self._chosen)
        except OSError as error:
            told = tr("The shortcuts could not be saved: {}.")
            self.problem = told.format(error.strerror or error)

    def _load(self) -> None:
        try:
            found = keyfile.read(self.path)
            self._chosen = {
                command: _known(command, keys) for command, keys in found.items()
            }  # those of a newer version are kept as they are
            self._without_fixed_and_double()
        except Unreadable as error:
            self._chosen = {}
            aside = keyfile.set_aside(self.path)
            self._may_write = aside is not None
            kept = tr("It is left as it is.")
            if aside is not None:
                kept = tr("It is kept as {}.").format(aside.name)
            told = tr("Your shortcuts ({}) cannot be used: {} The usual ones are in place. {}")
            self.problem = told.format(self.path, error.findings[0].what, kept)

    def _without_fixed_and_double(self) -> None:
        """A key for two things would do neither: the first in the file keeps it."""
        for command in [c for c in self._chosen if c in self.bindings]:
            if self.bindings[command].fixed:
                del self._chosen[command]
                continue
            free = tuple(k for k in self._chosen[command] if not self._taken(k, command))
            self._put(command, free)

    def _taken(self, key: str, command: str) -> bool:
        order = list(self._chosen)
        return any(
            other.fixed or other.id not in order or order.index(other.id) < order.index(command)
            for other in self.users_of(key, besides=command)
        )


def _known(command: str, keys: Keys) -> Keys:
    found = tuple(dict.fromkeys(spelled(key) for key in keys))
    if "" in found:
        unknown = next(key for key in keys if not spelled(key))
        what = tr("“{}” is no key (at “{}”).").format(unknown[:40], command[:40])
        raise Unreadable([Finding(keyfile.NAME, what, "")])
    return found
