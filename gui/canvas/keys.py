"""Which key does what while the canvas has the focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

KEYS = {
    "Tab": "start_search",
    "Shift+A": "start_search",
    "Del": "delete_selection",
    "Backspace": "delete_selection",
    "Ctrl+Del": "bridge_selection",
    "Ctrl+Backspace": "bridge_selection",
    "Ctrl+D": "duplicate_selection",
    "Ctrl+A": "select_all",
    "Ctrl+C": "copy_selection",
    "Ctrl+X": "cut_selection",
    "Ctrl+V": "paste",
    "Ctrl+Shift+V": "paste_linked",
    "Ctrl+F": "start_find",
    "F": "fit_selection",
    ".": "fit_selection",
    "Home": "fit_all",
    "H": "fit_all",
    "Ctrl+0": "zoom_actual",
    "Ctrl++": "zoom_in",
    "Ctrl+=": "zoom_in",
    "Ctrl+-": "zoom_out",
    "Ctrl+G": "group_selection",
    "C": "group_selection",
    "Ctrl+Shift+G": "ungroup_selection",
    "G": "fold_selection",
    "Shift+Del": "delete_with_members",
    "N": "no_grad_selection",
    "L": "link_selection",
    "W": "pick_up_wire",
    "Shift+W": "ask_why",
    "M": "mute_selection",
    "F2": "rename_selection",
    "Enter": "edit_selection",
    "Return": "edit_selection",
    "Alt+M": "toggle_minimap",
}
"""Key -> method of the canvas."""

NAMES = {method: key for key, method in reversed(KEYS.items())}
"""The first key of every method."""

LOOKING = frozenset(
    {"fit_selection", "fit_all", "zoom_actual", "zoom_in", "zoom_out", "toggle_minimap"}
)
"""Methods that may be called in the midst of a gesture; any other key only ends the gesture."""

UNDO = ("Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y")
"""The window's; in the midst of a gesture they end that instead."""

ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}


ARROW_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


def spelled(event: QKeyEvent) -> str:
    """The key as in a menu: `Ctrl+Del`, `F`, `Alt+Left`; the keypad counts like the rest."""
    combination = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = QKeySequence(int(combination.value) | event.key())
    return key.toString(QKeySequence.SequenceFormat.PortableText)


def arrow(name: str) -> tuple[str, tuple[int, int]] | None:
    """("Shift" or "Alt", direction) of an arrow key, or None: a plain one steps, in the window."""
    modifier, _, key = name.rpartition("+")
    if key in ARROWS and modifier in ("Shift", "Alt"):
        return modifier, ARROWS[key]
    return None
