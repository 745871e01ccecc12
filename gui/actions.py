"""Commands as data: menus, toolbar and the command palette all read this one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.app import App

Do = Callable[["App"], object]


@dataclass(frozen=True)
class Command:
    """One thing a person can do: where it stands in the menus, what it is called, how it is done.

    `when` says whether it can be done now; `checked` makes it a switch.
    """

    id: str
    menu: str
    text: str
    do: Do
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    when: Callable[[App], bool] | None = None
    checked: Callable[[App], bool] | None = None
    key: str = ""
    """The key the canvas has for it; shown in the menu, bound only there."""
    separator: bool = False
    """A line above it in the menu."""


COMMANDS: tuple[Command, ...] = (
    Command("new", "File", "&New", lambda a: a.filing.new(), "Ctrl+N", "new"),
    Command("open", "File", "&Open…", lambda a: a.filing.ask_open(), "Ctrl+O", "open"),
    Command("save", "File", "&Save", lambda a: a.filing.save(), "Ctrl+S", "save", separator=True),
    Command("save_as", "File", "Save &As…", lambda a: a.filing.save_as(), "Ctrl+Shift+S"),
    Command("quit", "File", "&Quit", lambda a: a.window.close(), "Ctrl+Q", separator=True),
    Command("undo", "Edit", "&Undo", lambda a: a.editor.history.undo(), "Ctrl+Z", "undo",
            when=lambda a: a.editor.history.canUndo()),
    Command("redo", "Edit", "&Redo", lambda a: a.editor.history.redo(), "Ctrl+Shift+Z", "redo",
            when=lambda a: a.editor.history.canRedo()),
    Command("cut", "Edit", "Cu&t", lambda a: a.canvas.cut_selection(), separator=True,
            when=lambda a: bool(a.selection.items), key="Ctrl+X"),
    Command("copy", "Edit", "&Copy", lambda a: a.canvas.copy_selection(), key="Ctrl+C",
            when=lambda a: bool(a.selection.items)),
    Command("paste", "Edit", "&Paste", lambda a: a.canvas.paste(), key="Ctrl+V"),
    Command("duplicate", "Edit", "&Duplicate", lambda a: a.canvas.duplicate_selection(),
            key="Ctrl+D", when=lambda a: bool(a.selection.items)),
    Command("delete", "Edit", "De&lete", lambda a: a.canvas.delete_selection(), key="Del",
            when=lambda a: bool(a.selection.items or a.selection.edges)),
    Command("bridge", "Edit", "Delete and &bridge the gap",
            lambda a: a.canvas.bridge_selection(), key="Ctrl+Del",
            when=lambda a: bool(a.selection.items)),
    Command("select_all", "Edit", "Select &all", lambda a: a.canvas.select_all(), key="Ctrl+A"),
    Command("add", "Graph", "&Add operation…", lambda a: a.canvas.start_search(), icon="add",
            tip="Tab or a double-click on the canvas does the same", key="Tab"),
    Command("note", "Graph", "Add a no&te", lambda a: a.canvas.add_note()),
    Command("no_grad", "Graph", "&no_grad region around the selection",
            lambda a: a.canvas.no_grad_selection(), separator=True,
            when=lambda a: bool(a.selection.items), key="N"),
    Command("group", "Graph", "&Group the selection", lambda a: a.canvas.group_selection(),
            key="Ctrl+G", when=lambda a: bool(a.selection.items)),
    Command("link", "Graph", "&Wire two selected nodes", lambda a: a.canvas.link_selection(),
            key="L", when=lambda a: len(a.selection.items) == 2),
    Command("rename", "Graph", "&Rename", lambda a: a.canvas.rename_selection(), separator=True,
            when=lambda a: len(a.selection.items) == 1, key="F2"),
    Command("edit", "Graph", "&Edit the value", lambda a: a.canvas.edit_selection(),
            key="Enter", when=lambda a: len(a.selection.items) == 1),
    Command("arrange", "Graph", "Arran&ge", lambda a: a.arrange(), "Ctrl+Shift+A", separator=True,
            tip="Lay the selection (or everything) out from left to right"),
    Command("forward", "Run", "&Forward", lambda a: a.conductor.forward(), "F5", "forward",
            tip="Run every statement again, as a new line of the program"),
    Command("backward", "Run", "&Backward", lambda a: a.backward(), "F6", "backward",
            tip="Run the backward pass from the loss, as a new line of the program"),
    Command("zero_grad", "Run", "&zero_grad", lambda a: a.conductor.zero_grad(), "F7", "zero",
            tip="Clear every .grad, as new lines of the program"),
    Command("retain_graph", "Run", "&retain_graph", lambda a: a.toggle_retain_graph(),
            checked=lambda a: a.retain_graph,
            tip="Keep the saved tensors, so that backward can run a second time"),
    Command("clear_program", "Run", "&Clear the program", lambda a: a.conductor.clear_program(),
            when=lambda a: bool(a.editor.document.program)),
    Command("play", "Run", "Pla&y or pause", lambda a: a.player.toggle(), "Ctrl+Space",
            separator=True, tip="Space on the canvas does the same"),
    Command("step", "Run", "&Step", lambda a: a.player.forward(), "F11", tip="One step on"),
    Command("step_back", "Run", "Step b&ack", lambda a: a.player.back(), "Shift+F11"),
    Command("step_node", "Run", "Step to the next n&ode", lambda a: a.step_node(1), "F10"),
    Command("step_node_back", "Run", "Step to the node before", lambda a: a.step_node(-1),
            "Shift+F10"),
    Command("first", "Run", "To the beginning", lambda a: a.player.first(), "Ctrl+Home"),
    Command("last", "Run", "To the end", lambda a: a.player.last(), "Ctrl+End"),
    Command("stop", "Run", "S&top the run", lambda a: a.runner.cancel(), separator=True,
            when=lambda a: a.runner.busy),
    Command("rerun", "Run", "Run again from the start", lambda a: a.conductor.rerun(), "Ctrl+R",
            tip="Run the whole program once more, leaves and all"),
    Command("fit", "View", "Zoom to &fit", lambda a: a.canvas.fit_all(), icon="fit",
            tip="Home on the canvas does the same", key="Home"),
    Command("actual", "View", "&100 %", lambda a: a.canvas.zoom_actual(), "Ctrl+0"),
    Command("zoom_in", "View", "Zoom &in", lambda a: a.canvas.zoom_in(), "Ctrl++"),
    Command("zoom_out", "View", "Zoom &out", lambda a: a.canvas.zoom_out(), "Ctrl+-"),
    Command("minimap", "View", "&Minimap", lambda a: a.canvas.toggle_minimap(), "Alt+M",
            checked=lambda a: a.canvas.minimap_on),
    Command("reduced_motion", "View", "&Reduced motion", lambda a: a.toggle_reduced_motion(),
            checked=lambda a: a.settings.reduced_motion, separator=True,
            tip="Jump from step to step instead of animating"),
    Command("commands", "Help", "&Commands…", lambda a: a.show_commands(), "Ctrl+K", "search"),
    Command("keys", "Help", "&Keyboard and mouse", lambda a: a.show_keys()),
    Command("about", "Help", "&About Chainrule", lambda a: a.show_about(), separator=True),
)  # fmt: skip

TOOLBAR = ("forward", "backward", "zero_grad", "retain_graph")
MENUS = ("File", "Edit", "Graph", "Run", "View", "Help")
BY_ID = {command.id: command for command in COMMANDS}


def plain(command: Command) -> str:
    """A command's name without the menu's mark."""
    return command.text.replace("&", "")
