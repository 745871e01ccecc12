"""The file in which a person's own shortcuts stand."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gui.model.disk import Disk, read_regular, replace_file
from gui.model.findings import Finding, Unreadable, shown
from gui.model.strict_json import parse

NAME = "shortcuts.json"
BYTES = 256 * 1024
COMMANDS, KEYS, LENGTH = 2_000, 4, 40
"""At most so many commands in a file, keys for one of them, characters in a key."""

_REMEDY = "The usual shortcuts are used; the file was set aside beside it."
_DISK = Disk()


def read(path: Path, disk: Disk = _DISK) -> dict[str, tuple[str, ...]]:
    """Command -> keys, as they stand in the file; nothing where there is none.

    Raises Unreadable.
    """
    try:
        text = read_regular(disk, path, BYTES).decode("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(f"It cannot be read: {error}.") from None
    raw = parse(text)
    keys = raw.get("keys") if isinstance(raw, dict) else None
    if not isinstance(keys, dict) or len(keys) > COMMANDS:
        raise _unreadable('It is no list of shortcuts: {"keys": {command: [key, …]}} was expected.')
    return {command: _keys(command, found) for command, found in keys.items()}


def _keys(command: str, found: Any) -> tuple[str, ...]:
    fits = isinstance(found, list) and len(found) <= KEYS
    if not fits or not all(isinstance(key, str) and 0 < len(key) <= LENGTH for key in found):
        raise _unreadable(f"The keys of “{shown(command)}” are no list of at most {KEYS} keys.")
    return tuple(found)


def _unreadable(what: str) -> Unreadable:
    return Unreadable([Finding(NAME, what, _REMEDY)])


def write(path: Path, keys: Mapping[str, tuple[str, ...]], disk: Disk = _DISK) -> None:
    """Make this the content of the file, all or nothing.  Raises OSError."""
    text = json.dumps({"keys": {c: list(k) for c, k in keys.items()}}, indent=1, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(disk, path, f"{text}\n".encode())


def set_aside(path: Path) -> Path | None:
    """Give a broken file another name, so that it is not written over; None if that fails."""
    names = (path.with_name(f"{path.name}.broken{k or ''}") for k in range(1000))
    aside = next(name for name in names if not os.path.lexists(name))
    with suppress(OSError):
        os.rename(path, aside)
        return aside
    return None
