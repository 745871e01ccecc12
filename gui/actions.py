"""Commands as data: menus, toolbar and the command palette all read this one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.tr import tr

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
    """Keys that work wherever the focus is; several are parted by "; "."""
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
    Command("new_window", "File", "New &window", lambda a: a.desk.new_window(), "Ctrl+Shift+N"),
    Command("start_page", "File", "Start pa&ge", lambda a: a.show_start_page(),
            tip="Lessons, recent files, a blank graph"),
    Command("open", "File", "&Open…", lambda a: a.filing.ask_open(), "Ctrl+O", "open"),
    Command("save", "File", "&Save", lambda a: a.filing.save(), "Ctrl+S", "save", separator=True),
    Command("save_as", "File", "Save &As…", lambda a: a.filing.save_as(), "Ctrl+Shift+S"),
    Command("save_picture", "File", "Save p&icture…", lambda a: a.save_picture(),
            tip="The selection or the whole graph, as PNG or SVG"),
    Command("save_movie", "File", "Export a &movie…", lambda a: a.filming.show(),
            tip="The run or one chapter of it as GIF, APNG, WebP or MP4"),
    Command("close", "File", "&Close window", lambda a: a.window.close(), "Ctrl+W", separator=True),
    Command("quit", "File", "&Quit", lambda a: a.desk.quit(), "Ctrl+Q"),
    Command("undo", "Edit", "&Undo", lambda a: a.editor.history.undo(), "Ctrl+Z", "undo",
            when=lambda a: a.editor.history.canUndo()),
    Command("redo", "Edit", "&Redo", lambda a: a.editor.history.redo(), "Ctrl+Shift+Z", "redo",
            when=lambda a: a.editor.history.canRedo()),
    Command("cut", "Edit", "Cu&t", lambda a: a.views.canvas.cut_selection(), separator=True,
            when=lambda a: bool(a.selection.items), key="Ctrl+X"),
    Command("copy", "Edit", "&Copy", lambda a: a.views.canvas.copy_selection(), key="Ctrl+C",
            when=lambda a: bool(a.selection.items)),
    Command("copy_picture", "Edit", "Copy as p&icture", lambda a: a.copy_picture(), "Ctrl+Shift+C",
            tip="The selection or the whole graph, at twice its size"),
    Command("paste", "Edit", "&Paste", lambda a: a.views.canvas.paste(), key="Ctrl+V"),
    Command("paste_linked", "Edit", "Paste, &keeping the wires",
            lambda a: a.views.canvas.paste_linked(), key="Ctrl+Shift+V",
            tip="The copies read from the same nodes outside as the originals"),
    Command("duplicate", "Edit", "&Duplicate", lambda a: a.views.canvas.duplicate_selection(),
            key="Ctrl+D", when=lambda a: bool(a.selection.items)),
    Command("delete", "Edit", "De&lete", lambda a: a.views.canvas.delete_selection(), key="Del",
            when=lambda a: bool(a.selection.items or a.selection.edges)),
    Command("bridge", "Edit", "Delete and &bridge the gap",
            lambda a: a.views.canvas.bridge_selection(), key="Ctrl+Del",
            when=lambda a: bool(a.selection.items)),
    Command("select_all", "Edit", "Select &all", lambda a: a.views.canvas.select_all(),
            key="Ctrl+A"),
    Command("find", "Edit", "&Find a node…", lambda a: a.views.canvas.start_find(), key="Ctrl+F"),
    Command("settings", "Edit", "Setti&ngs…", lambda a: a.show_settings(), "Ctrl+,",
            separator=True),
    Command("add", "Graph", "&Add operation…", lambda a: a.views.canvas.start_search(), icon="add",
            tip="Tab or a double-click on the canvas does the same", key="Tab"),
    Command("note", "Graph", "Add a no&te", lambda a: a.views.canvas.add_note()),
    Command("no_grad", "Graph", "&no_grad region around the selection",
            lambda a: a.views.canvas.no_grad_selection(), separator=True,
            when=lambda a: bool(a.selection.items), key="N"),
    Command("group", "Graph", "&Group the selection", lambda a: a.views.canvas.group_selection(),
            key="Ctrl+G", when=lambda a: bool(a.selection.items)),
    Command("enable_grad", "Graph", "&enable_grad region around the selection",
            lambda a: a.views.canvas.add_region("enable_grad"),
            when=lambda a: bool(a.selection.items)),
    Command("inference_mode", "Graph", "&inference_mode region around the selection",
            lambda a: a.views.canvas.add_region("inference_mode"),
            when=lambda a: bool(a.selection.items)),
    Command("fold", "Graph", "F&old or unfold the group",
            lambda a: a.views.canvas.fold_selection(), key="G",
            tip="A folded group is one box: its inputs, its results, what flows back",
            when=lambda a: bool(a.selection.items)),
    Command("add_to_region", "Graph", "Add the nodes to the selected region",
            lambda a: a.views.canvas.add_to_region(), when=lambda a: len(a.selection.items) > 1),
    Command("take_out", "Graph", "Take out of the region", lambda a: a.views.canvas.take_out(),
            when=lambda a: bool(a.selection.items)),
    Command("ungroup", "Graph", "&Ungroup", lambda a: a.views.canvas.ungroup_selection(),
            key="Ctrl+Shift+G", tip="The frame goes, its members stay",
            when=lambda a: bool(a.selection.items)),
    Command("delete_with_members", "Graph", "Delete the region with its members",
            lambda a: a.views.canvas.delete_with_members(), key="Shift+Del",
            when=lambda a: bool(a.selection.items)),
    Command("link", "Graph", "&Wire two selected nodes", lambda a: a.views.canvas.link_selection(),
            key="L", when=lambda a: len(a.selection.items) == 2),
    Command("pick_up_wire", "Graph", "&Lead a wire with the arrow keys",
            lambda a: a.views.canvas.pick_up_wire(), key="W",
            when=lambda a: len(a.selection.items | a.selection.edges) == 1),
    Command("mute", "Graph", "&Mute or unmute", lambda a: a.views.canvas.mute_selection(), key="M",
            tip="A muted operation passes its first input on as it is",
            when=lambda a: bool(a.selection.items)),
    Command("align_left", "Graph", "Align left edges", lambda a: a.views.canvas.align("left"),
            when=lambda a: len(a.selection.items) > 1, separator=True),
    Command("align_centre", "Graph", "Align centres, one below the other",
            lambda a: a.views.canvas.align("centre"), when=lambda a: len(a.selection.items) > 1),
    Command("align_right", "Graph", "Align right edges", lambda a: a.views.canvas.align("right"),
            when=lambda a: len(a.selection.items) > 1),
    Command("align_top", "Graph", "Align top edges", lambda a: a.views.canvas.align("top"),
            when=lambda a: len(a.selection.items) > 1),
    Command("align_middle", "Graph", "Align middles, side by side",
            lambda a: a.views.canvas.align("middle"), when=lambda a: len(a.selection.items) > 1),
    Command("align_bottom", "Graph", "Align bottom edges", lambda a: a.views.canvas.align("bottom"),
            when=lambda a: len(a.selection.items) > 1),
    Command("distribute_horizontally", "Graph", "Distribute horizontally",
            lambda a: a.views.canvas.distribute("horizontally"),
            when=lambda a: len(a.selection.items) > 2),
    Command("distribute_vertically", "Graph", "Distribute vertically",
            lambda a: a.views.canvas.distribute("vertically"),
            when=lambda a: len(a.selection.items) > 2),
    Command("rename", "Graph", "&Rename", lambda a: a.views.canvas.rename_selection(),
            separator=True, when=lambda a: len(a.selection.items) == 1, key="F2"),
    Command("edit", "Graph", "&Edit the value", lambda a: a.views.canvas.edit_selection(),
            key="Enter", when=lambda a: len(a.selection.items) == 1),
    Command("edit_table", "Graph", "Edit as a ta&ble…", lambda a: a.edit_table(), "Ctrl+T",
            tip="Cells, shape, dtype, paste, random values", when=lambda a: a.has_table()),
    Command("arrange", "Graph", "Arran&ge", lambda a: a.arrange(), "Ctrl+Shift+A", separator=True,
            tip="Lay the selection (or everything) out from left to right"),
    Command("spread", "Graph", "&Find room for what overlaps", lambda a: a.spread(),
            tip="Moves only the nodes that lie on others; what you placed stays"),
    Command("stop_arranging", "Graph", "Stop arranging", lambda a: a.arranger.cancel(),
            when=lambda a: a.arranger.busy),
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
    Command("run_to", "Run", "Run to the selected node or edge",
            lambda a: a.playing.run_to_chosen(1), "Ctrl+F10", separator=True,
            tip="On to the next step at which the run comes there",
            when=lambda a: a.playing.chosen is not None),
    Command("run_back_to", "Run", "Back to the selected node or edge",
            lambda a: a.playing.run_to_chosen(-1), "Ctrl+Shift+F10",
            tip="Back to the last step at which the run was there",
            when=lambda a: a.playing.chosen is not None),
    Command("breakpoint", "Run", "Breakpoint here, or none",
            lambda a: a.playing.toggle_breakpoint(), "F9",
            tip="Playing stops before the selected node, or after the selected edge",
            when=lambda a: a.playing.chosen is not None),
    Command("breakpoints", "Run", "Breakpoints", lambda a: a.go_to_sheet(a.stops), "Ctrl+F9",
            tip="All of them: switch one off, find it, take it away"),
    Command("loop", "Run", "Loop the chapter", lambda a: a.playing.toggle_loop(),
            checked=lambda a: a.player.loop, separator=True,
            tip="Playing begins the chapter anew at its end"),
    Command("slower", "Run", "Slower", lambda a: a.playing.faster(-1), "["),
    Command("faster", "Run", "Faster", lambda a: a.playing.faster(1), "]",
            tip="Up to 100 steps a second"),
    Command("copy_captions", "Run", "Copy all captions", lambda a: a.playing.copy_captions(),
            tip="The whole run in words, a line a step", when=lambda a: bool(len(a.player.film))),
    Command("stop", "Run", "S&top the run", lambda a: a.runner.cancel(), separator=True,
            when=lambda a: a.runner.busy),
    Command("keep_trained", "Run", "&Keep the trained values", lambda a: a.training.keep(),
            tip="The leaves start with the values they have at this step, as one edit"),
    Command("rerun", "Run", "Run again from the start", lambda a: a.conductor.rerun(), "Ctrl+R",
            tip="Run the whole program once more, leaves and all"),
    Command("why", "Run", "&Why?", lambda a: a.asking.ask(), key="Shift+W", separator=True,
            tip="Why is the gradient of what is selected None, zero, nan or the number it is?"),
    Command("ghost", "Run", "Show what would have &passed", lambda a: a.asking.ghost(),
            tip="Run the graph without the cut at what is selected, and show it as a ghost",
            when=lambda a: bool(a.selection.items or a.selection.edges)),
    Command("fault_lab", "Run", "Fault &lab…",
            lambda a: a.fault_lab.show(reduced_motion=a.settings.reduced_motion), separator=True,
            tip="The same run with one mistake in the engine, side by side with the right one"),
    Command("three_ways", "Run", "Three &ways to stop tracking…", lambda a: a.three_ways.show(),
            tip="detach, no_grad and requires_grad=False at the selected tensor, side by side"),
    Command("fit", "View", "Zoom to &fit", lambda a: a.views.canvas.fit_all(), icon="fit",
            tip="Home on the canvas does the same", key="Home"),
    Command("actual", "View", "&100 %", lambda a: a.views.canvas.zoom_actual(), "Ctrl+0"),
    Command("zoom_in", "View", "Zoom &in", lambda a: a.views.canvas.zoom_in(), "Ctrl++"),
    Command("zoom_out", "View", "Zoom &out", lambda a: a.views.canvas.zoom_out(), "Ctrl+-"),
    Command("minimap", "View", "&Minimap", lambda a: a.views.canvas.toggle_minimap(), "Alt+M",
            checked=lambda a: a.views.canvas.minimap_on),
    Command("history_view", "View", "&History instead of the graph", lambda a: a.views.toggle(),
            "Ctrl+H", checked=lambda a: a.views.on_history,
            tip="The Functions that backward runs, as the run has made them"),
    Command("console", "View", "&Console", lambda a: a.go_to_sheet(a.console), "Ctrl+`",
            tip="Ask for values at this step, run calls: w.grad, loss.backward(), x * 2"),
    Command("check", "View", "Chec&k the gradients", lambda a: a.go_to_sheet(a.check), "F8",
            tip="Autograd beside central differences, your own formula, and PyTorch"),
    Command("follow", "View", "&Follow the run", lambda a: a.playing.toggle_follow(),
            checked=lambda a: a.playing.follow.on, separator=True,
            tip="Move the canvas to where the step happens; panning by hand ends it"),
    Command("counts", "View", "&Visit counts", lambda a: a.playing.toggle_counts(),
            checked=lambda a: a.playing.counting,
            tip="On every node how often the run has come to it"),
    Command("present", "View", "&Presenter mode", lambda a: a.presenter.toggle(), "F12",
            checked=lambda a: a.presenter.on,
            tip="The graph and a large caption, a pointer with a trail; Esc leaves"),
    Command("right_angled", "View", "Right-angled &wires", lambda a: a.toggle_right_angled(),
            checked=lambda a: a.settings.right_angled,
            tip="Wires run level and upright, with round corners"),
    Command("loss", "View", "&Loss curve", lambda a: a.go_to_sheet(a.loss),
            tip="The value backward started from, call after call"),
    Command("reduced_motion", "View", "&Reduced motion", lambda a: a.toggle_reduced_motion(),
            checked=lambda a: a.settings.reduced_motion,
            tip="Jump from step to step instead of animating"),
    Command("next_pane", "View", "Next part of the &window", lambda a: a.go_round(1),
            "Ctrl+F6; Ctrl+Tab", separator=True,
            tip="Canvas, transport, each panel, toolbar: the focus goes round"),
    Command("previous_pane", "View", "Previous part of the window", lambda a: a.go_round(-1),
            "Ctrl+Shift+F6; Ctrl+Shift+Tab"),
    Command("help", "Help", "&Manual", lambda a: a.show_help(), "F1"),
    Command("commands", "Help", "&Commands…", lambda a: a.show_commands(), "Ctrl+K", "search"),
    Command("keys", "Help", "&Keyboard shortcuts…", lambda a: a.show_shortcuts(),
            tip="All of them; each can be changed"),
    Command("about", "Help", "&About Chainrule", lambda a: a.show_about(), separator=True),
)  # fmt: skip

TOOLBAR = ("forward", "backward", "zero_grad", "retain_graph")
MENUS = ("File", "Edit", "Graph", "Run", "View", "Help")
BY_ID = {command.id: command for command in COMMANDS}


def plain(command: Command) -> str:
    """A command's name in the interface's language, without the menu's mark."""
    return tr(command.text).replace("&", "")
