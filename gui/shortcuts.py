"""All that can be done by key, as one list: the commands', and the canvas's own."""

from __future__ import annotations

from collections.abc import Mapping

from gui.actions import COMMANDS, Command, plain
from gui.canvas.keys import KEYS
from gui.state.keymap import Binding, Keymap, Keys
from gui.tr import tr

FIXED = (
    ("Step on or back", ("Right", "Left")),
    ("Move the selection", ("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down")),
    ("Walk along the graph", ("Alt+Left", "Alt+Right", "Alt+Up", "Alt+Down")),
    ("Play or pause; held: pan by dragging", ("Space",)),
    ("Cancel the gesture, then the selection", ("Esc",)),
)
"""What hands expect of these keys on the canvas; nothing else can have them there."""
_CANVAS = "canvas."


def bindings() -> list[Binding]:
    """Every command, whether it has a key or not; then what only the canvas knows."""
    alone, canvas = _alone(), tr("Canvas")
    return [
        *(Binding(c.id, plain(c), tr(c.menu), _usual(c)) for c in COMMANDS),
        *(Binding(_CANVAS + m, tr(_title(m)), canvas, _canvas_keys(m)) for m in alone),
        *(Binding(f"fixed.{text}", tr(text), canvas, keys, fixed=True) for text, keys in FIXED),
    ]


def window_keys(command: Command) -> Keys:
    """The keys that work wherever the focus is."""
    return tuple(key for key in command.shortcut.split("; ") if key)


def method_of(command: Command) -> str:
    """The canvas's method behind a command, if one of its keys leads there too."""
    return next((KEYS[k] for k in (command.key, *window_keys(command)) if k in KEYS), "")


def _usual(command: Command) -> Keys:
    method = method_of(command)
    return tuple(dict.fromkeys((*window_keys(command), *(_canvas_keys(method) if method else ()))))


def _canvas_keys(method: str) -> Keys:
    return tuple(key for key, found in KEYS.items() if found == method)


def _alone() -> list[str]:
    """Methods of the canvas that no command leads to."""
    known = {method_of(command) for command in COMMANDS}
    return [method for method in dict.fromkeys(KEYS.values()) if method not in known]


def _title(method: str) -> str:
    return method.replace("_", " ").capitalize()


def untitled() -> list[str]:
    """What the canvas's own bindings are called, in English: they have no command to name them."""
    return [_title(method) for method in _alone()]


def canvas_keys(keymap: Keymap) -> Mapping[str, str]:
    """Key -> method of the canvas, as chosen; a key that is the window's own now is not in it."""
    found: dict[str, str] = {}
    for command in COMMANDS:
        method = method_of(command)
        if method and not (window_keys(command) and not keymap.is_usual(command.id)):
            usual = keymap.is_usual(command.id)
            keys = _canvas_keys(method) if usual else keymap.keys(command.id)
            found |= dict.fromkeys(keys, method)
    for id_ in keymap.bindings:
        if id_.startswith(_CANVAS):
            found |= dict.fromkeys(keymap.keys(id_), id_.removeprefix(_CANVAS))
    return found


def key_names(keymap: Keymap) -> dict[str, str]:
    """The first key that leads to each of the canvas's methods now, be it the window's; or "–"."""
    found = {i.removeprefix(_CANVAS): i for i in keymap.bindings if i.startswith(_CANVAS)}
    found |= {method: c.id for c in COMMANDS if (method := method_of(c))}
    return {method: next(iter(keymap.keys(i)), "–") for method, i in found.items()}


def keys_in_window(keymap: Keymap, command: Command) -> Keys | None:
    """The keys to bind in the window, or None for a command whose keys are the canvas's."""
    if keymap.is_usual(command.id):
        return window_keys(command) or (None if method_of(command) else ())
    return None if method_of(command) and not window_keys(command) else keymap.keys(command.id)


def as_markdown(keymap: Keymap) -> str:
    """The keys as they are now, a table a menu: a page of the manual."""
    groups: dict[str, list[str]] = {}
    for binding in keymap.bindings.values():
        found = " · ".join(f"`{key}`" for key in keymap.keys(binding.id))
        if found:
            groups.setdefault(binding.group, []).append(f"| {binding.title} | {found} |")
    what, keys = tr("Command"), tr("Keys")
    tables = (
        f"## {g}\n\n| {what} | {keys} |\n|---|---|\n" + "\n".join(rows)
        for g, rows in groups.items()
    )
    return f"# {tr('Keyboard')}\n\n" + "\n\n".join(tables)
