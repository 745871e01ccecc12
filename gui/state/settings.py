"""What the app remembers between starts: preferences, recent files, window; never a document."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from gui.state import choices

RECENT_LIMIT = 10
FILES_LIMIT = 100
"""Of so many files, those changed last, it is known what was set for playing them."""
TYPED_LIMIT, LINE_LIMIT = 200, 500
"""Lines of the console that are remembered, and the characters one may have for that."""
WIDEST = 20_000
"""Pixels no dock has."""
T = TypeVar("T")
_LANGUAGE = re.compile(r"[A-Za-z_]{2,12}")


class Preference(Generic[T]):
    """One remembered value; `read` makes it of what the file says, or raises for the default."""

    def __init__(self, default: T, read: Callable[[str], T]) -> None:
        self.default, self.read = default, read

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, settings: None, owner: type) -> Preference[T]: ...
    @overload
    def __get__(self, settings: Settings, owner: type) -> T: ...
    def __get__(self, settings: Settings | None, owner: type) -> Preference[T] | T:
        if settings is None:
            return self
        stored = settings._store.value(self.name)
        try:
            return self.default if stored is None else self.read(str(stored))
        except ValueError:
            return self.default

    def __set__(self, settings: Settings, value: T) -> None:
        if value != self.__get__(settings, Settings):
            settings._store.setValue(self.name, value)
            settings.changed.emit(self.name)


def _flag(text: str) -> bool:
    return bool(("false", "true").index(text.lower()))


def _one_of(known: Sequence[str]) -> Callable[[str], str]:
    return lambda text: known[known.index(text)]


def _between(limits: tuple[int, int]) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text[:9])
        if not limits[0] <= value <= limits[1]:
            raise ValueError(text)
        return value

    return read


def _speed(text: str) -> float:
    return choices.SPEEDS[choices.SPEEDS.index(float(text))]


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(text)
    return text


class Settings(QObject):
    """Typed access to QSettings; what is missing or unreadable falls back to a default."""

    recent_changed = Signal()
    changed = Signal(str)
    """(name): a preference has another value."""

    theme = Preference("system", _one_of(choices.THEMES))
    language = Preference("system", _language)
    text_size = Preference(13, _between(choices.TEXT_SIZE))
    digits = Preference(4, _between(choices.DIGITS))
    dtype = Preference("float32", _one_of(choices.DTYPES))
    wheel = Preference("zooms", _one_of(choices.WHEEL))
    touchpad = Preference("pans", _one_of(choices.TOUCHPAD))
    reduced_motion = Preference(False, _flag)
    speed = Preference(1.0, _speed)
    right_angled = Preference(False, _flag)
    """Whether wires have corners rather than curves."""
    follow = Preference(False, _flag)
    """Whether the canvas moves to where the step happens."""
    started = Preference(False, _flag)
    """Whether Chainrule was ever started before."""

    DIALOG = (
        *("theme", "language", "text_size", "digits", "dtype", "wheel", "touchpad"),
        *("reduced_motion", "right_angled"),
    )
    """What the settings dialog shows, and restores when it is cancelled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Chainrule", "Chainrule"
        )

    @property
    def folder(self) -> Path:
        """Where the settings lie, and what else is configured by files."""
        return Path(self._store.fileName()).parent

    def values(self) -> dict[str, Any]:
        """The dialog's preferences as they are now."""
        return {name: getattr(self, name) for name in self.DIALOG}

    def take(self, values: dict[str, Any]) -> None:
        """Put preferences back to what `values` said."""
        for name, value in values.items():
            setattr(self, name, value)

    def defaults(self) -> dict[str, Any]:
        """The dialog's preferences as they are at the very first start."""
        return {name: getattr(Settings, name).default for name in self.DIALOG}

    # ---- recent files --------------------------------------------------------------------------

    @property
    def recent(self) -> tuple[Path, ...]:
        """The files opened or saved last, newest first."""
        stored = self._store.value("recent", [])
        paths = [stored] if isinstance(stored, str) else stored
        if not isinstance(paths, list):
            return ()
        return tuple(Path(p) for p in paths if isinstance(p, str))[:RECENT_LIMIT]

    def remember(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        self._set_recent([path.absolute(), *(p for p in self.recent if p != path.absolute())])

    def forget(self, path: Path) -> None:
        """Take one file off the list."""
        self._set_recent([p for p in self.recent if p != path])

    def forget_recent(self) -> None:
        """Empty the list."""
        self._set_recent([])

    def _set_recent(self, paths: Sequence[Path]) -> None:
        self._store.setValue("recent", [str(p) for p in paths[:RECENT_LIMIT]])
        self.recent_changed.emit()

    # ---- what belongs to a file, but not into it ------------------------------------------------

    def of_file(self, name: str, path: Path) -> Any:
        """What was kept under a name for a file; None if nothing was."""
        return self._files(name).get(str(path.absolute()))

    def keep_for_file(self, name: str, path: Path, value: Any) -> None:
        """Remember a value (as JSON has them) for a file; an empty one is forgotten."""
        files = self._files(name)
        files.pop(str(path.absolute()), None)
        kept = dict([*files.items()][-FILES_LIMIT + 1 :])
        if value:
            kept[str(path.absolute())] = value
        self._store.setValue(f"files/{name}", json.dumps(kept))

    def _files(self, name: str) -> dict[str, Any]:
        found = self._json(f"files/{name}")
        return found if isinstance(found, dict) else {}

    def _json(self, key: str) -> Any:
        """What is kept there as JSON; None where that is damaged, or nothing is there."""
        from gui.model.findings import Unreadable  # not needed before the first paint
        from gui.model.strict_json import parse

        try:
            return parse(str(self._store.value(key, "null")))
        except Unreadable:
            return None

    # ---- what is used --------------------------------------------------------------------------

    @property
    def uses(self) -> dict[str, int]:
        """How often each op was added: the search popup offers those used most first."""
        stored = str(self._store.value("uses", "")).split()
        pairs = (entry.rpartition(":") for entry in stored)
        return {op: int(count[:9]) for op, _, count in pairs if op and count.isdecimal()}

    def count_use(self, op: str) -> None:
        """One more node of this op was added."""
        uses = self.uses
        uses[op] = uses.get(op, 0) + 1
        self._store.setValue("uses", " ".join(f"{op}:{count}" for op, count in uses.items()))

    @property
    def typed_lines(self) -> list[str]:
        """What was typed into the console, newest last."""
        stored = self._json("typed")
        if not isinstance(stored, list):
            return []
        return [line[:LINE_LIMIT] for line in stored if isinstance(line, str)][-TYPED_LIMIT:]

    @typed_lines.setter
    def typed_lines(self, lines: Sequence[str]) -> None:
        kept = [line for line in lines if len(line) <= LINE_LIMIT][-TYPED_LIMIT:]
        self._store.setValue("typed", json.dumps(kept))

    # ---- lessons -------------------------------------------------------------------------------

    @property
    def lessons_done(self) -> frozenset[str]:
        """The ids of the lessons that were read to their end."""
        return frozenset(str(self._store.value("lessons_done", "")).split())

    def finish_lesson(self, lesson: str) -> None:
        """This one was read to its end."""
        self._store.setValue("lessons_done", " ".join(sorted({*self.lessons_done, lesson})))

    # ---- the window ----------------------------------------------------------------------------

    @property
    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """(geometry, docks) of the main window as it was left; None if a byte of it is damaged."""
        geometry, state = self._store.value("geometry"), self._store.value("docks")
        if not isinstance(geometry, QByteArray) or not isinstance(state, QByteArray):
            return None
        sound = self._store.value("layout_sum") == _sum(geometry, state)
        return (geometry, state) if sound else None

    @layout.setter
    def layout(self, state: tuple[QByteArray, QByteArray] | None) -> None:
        for key, value in zip(("geometry", "docks"), state or (None, None), strict=True):
            if value is None:
                self._store.remove(key)
            else:
                self._store.setValue(key, value)
        if state is not None:
            self._store.setValue("layout_sum", _sum(*state))

    @property
    def dock_sizes(self) -> dict[str, int]:
        """Pixels of what the person has made docks wide and high, however small the window is."""
        found = self._json("dock_sizes")
        sizes = found.items() if isinstance(found, dict) else ()
        return {key: size for key, size in sizes if type(size) is int and 0 < size < WIDEST}

    @dock_sizes.setter
    def dock_sizes(self, sizes: Mapping[str, int]) -> None:
        self._store.setValue("dock_sizes", json.dumps(dict(sizes)))

    def flush(self) -> None:
        """Write to disk now."""
        self._store.sync()


def _sum(geometry: QByteArray, docks: QByteArray) -> str:
    """Tells a damaged state from a whole one; nobody is to be kept out by it."""
    return f"{zlib.crc32(bytes(geometry.data()) + bytes(docks.data())):08x}"
