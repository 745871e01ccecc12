"""The only place where objects are made and connected."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

import assets
import engine
from engine.code.source import Line, lines
from engine.graph import Graph, Program
from gui import help_texts
from gui.canvas.canvas import Canvas
from gui.dress import dress
from gui.filing import Filing
from gui.model import edits, words
from gui.model.arrange import arrange
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.model.probe import check_shapes
from gui.model.program import FORWARD
from gui.panels.caption import Caption
from gui.panels.code import CodePane
from gui.panels.commands import CommandPalette, Entry
from gui.panels.icons import icon
from gui.panels.inspector import Inspector
from gui.panels.ledger import Ledger
from gui.panels.legend import Legend
from gui.panels.log import Log
from gui.panels.outline import Outline
from gui.panels.palette import Palette
from gui.panels.program import ProgramPane
from gui.panels.transport import Transport
from gui.state.conductor import Conductor
from gui.state.editor import Editor
from gui.state.jobs import Runner
from gui.state.player import Player
from gui.state.selection import Selection
from gui.state.settings import THEME_CHOICES, Settings
from gui.theme import LIGHT, THEMES, Theme, mono
from gui.window import Window

log = logging.getLogger(__name__)


def program_lines(graph: Graph, program: Program) -> tuple[Line, ...]:
    """The code pane's lines; a Document without a Program is evaluated once."""
    return lines(graph, program or (FORWARD,))


class App:
    """One window and everything in it."""

    theme_names = THEME_CHOICES
    retain_graph: bool
    settings: Settings
    editor: Editor
    selection: Selection
    player: Player
    runner: Runner
    conductor: Conductor
    canvas: Canvas
    window: Window
    filing: Filing

    def __init__(self) -> None:
        self.retain_graph = False
        self.settings = Settings()
        self.editor, self.selection = Editor(), Selection()
        self.player, self.runner = Player(), Runner()
        self.conductor = Conductor(self.editor, self.runner, self.player)
        self.theme = self._wanted_theme()
        self._make_panels()
        self.filing = Filing(self.editor, self.settings, lambda: self.window, self.editor)
        self.window = Window(self)
        self._closed = False
        self._connect()
        self.apply_theme()
        self._restore()

    def _make_panels(self) -> None:
        e, s, p, t = self.editor, self.selection, self.player, self.theme
        self.canvas = Canvas(
            e, s, theme=t, to_text=to_text, from_text=from_text, check_shapes=self._check_shapes
        )
        self.palette = Palette(t)
        self.palette.setMinimumWidth(180)
        self.inspector = Inspector(e, s, p, t)
        self.inspector.setMinimumWidth(300)
        self.ledger = Ledger(e, p, t)
        self.code = CodePane(e, s, p, program_lines, t)
        self.program = ProgramPane(e, s, p, program_lines, t)
        self.outline = Outline(e, s, p, t)
        self.log = Log(p, t)
        self.legend = Legend(t)
        self.legend.setMinimumWidth(270)
        self.caption, self.transport = Caption(p, t), Transport(p, t)
        self.commands = CommandPalette(t)
        self.themed = (
            self.canvas, self.palette, self.inspector, self.ledger, self.code, self.program,
            self.outline, self.log, self.legend, self.caption, self.transport, self.commands,
        )  # fmt: skip

    def _check_shapes(self, document: Document) -> Mapping[str, str]:
        return check_shapes(document, self.player.film)

    def _connect(self) -> None:
        self.player.framed.connect(self.canvas.show_frame)
        self.canvas.hint.connect(self.window.statusBar().showMessage)
        self.canvas.zoom_changed.connect(self._show_zoom)
        self.canvas.space_tapped.connect(self.player.toggle)
        for key, do in (("Right", self.player.forward), ("Left", self.player.back)):
            here = Qt.ShortcutContext.WidgetShortcut  # elsewhere arrows move the cursor
            QShortcut(QKeySequence(key), self.canvas, do, context=here)
        self.palette.chosen.connect(self.canvas.add_op)
        self.palette.region_chosen.connect(self._add_region)
        self.conductor.choose_root.connect(self._ask_root)
        self.conductor.message.connect(self._say)
        self.conductor.stopped.connect(self.window.docks["program"].raise_)
        self.filing.message.connect(self._say)
        self.runner.broken.connect(self._tell_broken)
        self.runner.busy_changed.connect(self._show_counts)
        self.runner.published.connect(self._show_counts)
        self.selection.changed.connect(self.window.refresh)
        self.editor.history.indexChanged.connect(self._show_title)
        self.editor.history.cleanChanged.connect(self._show_title)
        self.editor.path_changed.connect(self._show_title)
        self.editor.opened.connect(self._on_opened)
        self.settings.theme_changed.connect(self.apply_theme)
        self.player.speed_changed.connect(lambda speed: setattr(self.settings, "speed", speed))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply_theme)

    def _on_opened(self, _: object) -> None:
        self.retain_graph = False
        self._show_counts()
        self.canvas.setFocus()

    # ---- commands ------------------------------------------------------------------------------

    def backward(self, root: str | None = None) -> None:
        """Run the backward pass from `root`, or from the loss."""
        self.conductor.backward(root, self.retain_graph)

    def _ask_root(self, ids: tuple[str, ...]) -> None:
        menu = QMenu(self.window)
        menu.addSection("Backward from …")
        for node in ids:
            name = self.editor.document.graph.nodes[node].name.replace("&", "&&")
            menu.addAction(f"{name}.backward()", partial(self.backward, node))
        button = self.window.buttons["backward"]
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        self._root_menu = menu  # popup() returns at once; the menu must live until it is answered

    def toggle_retain_graph(self) -> None:
        self.retain_graph = not self.retain_graph
        self.window.refresh()

    def toggle_reduced_motion(self) -> None:
        self.settings.reduced_motion = not self.settings.reduced_motion
        self._apply_motion()

    def _apply_motion(self) -> None:
        self.canvas.reduced_motion = self.settings.reduced_motion
        self.conductor.play_new = not self.settings.reduced_motion
        self.window.refresh()

    def step_node(self, way: int) -> None:
        """Step until another node is the active one."""
        step, here = self.player.step, self.player.frame.active
        while 0 <= step + way < len(self.player.film):
            step += way
            if self.player.film.frame(step).active != here:
                break
        self.player.pause()
        self.player.go(step)

    def arrange(self) -> None:
        """Lay out the selection, or everything, as one undoable edit."""
        document = self.editor.document
        graph = document.graph
        members = [i for i in self.selection.items if i in graph.nodes] or list(graph.nodes)
        if not members:
            return
        places = arrange(graph, self.canvas.sizes(), members)
        known = [document.places[i] for i in members if i in document.places] or [(0.0, 0.0)]
        dx = min(x for x, _ in known) - min(x for x, _ in places.values())
        dy = min(y for _, y in known) - min(y for _, y in places.values())
        moved = {i: (x + dx, y + dy) for i, (x, y) in places.items()}
        self.editor.apply("Arrange", edits.move(document, moved))
        self.canvas.fit_all()

    def show_commands(self) -> None:
        """The command palette: every command, lesson and node by name."""
        from gui.actions import COMMANDS, plain

        entries = [
            Entry(plain(c), c.menu, c.shortcut or c.key, self.window.actions_by_id[c.id].trigger)
            for c in COMMANDS
            if c.when is None or c.when(self)
        ]
        entries += [
            Entry(path.stem.capitalize(), "Lesson", "", partial(self.filing.open_copy, path))
            for path in self.lessons()
        ]
        entries += [
            Entry(f"{name.capitalize()} theme", "View", "", partial(self.choose_theme, name))
            for name in self.theme_names
        ]
        entries += [
            Entry(f"{dock.windowTitle()} panel", "View", "", dock.toggleViewAction().trigger)
            for dock in self.window.docks.values()
        ]
        entries += [
            Entry(node.name, node.op, "", partial(self._go_to, node.id))
            for node in self.editor.document.graph.nodes.values()
        ]
        self.commands.open_over(self.window, entries)

    def _go_to(self, node: str) -> None:
        self.selection.set([node])
        self.canvas.ensure_visible(node)
        self.canvas.setFocus()

    def show_keys(self) -> None:
        self._message("Keyboard and mouse", help_texts.KEYS)

    def show_about(self) -> None:
        self._message("About Chainrule", help_texts.about(engine.__version__))

    def _message(self, title: str, text: str) -> None:
        box = QMessageBox(self.window)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setFont(mono(10))  # the texts are laid out in columns
        box.setText(text)
        box.exec()

    def _add_region(self, kind: str) -> None:
        if kind == "note":
            self.canvas.add_note()
        else:
            self.canvas.add_region(kind)

    # ---- files and windows -----------------------------------------------------------------------

    def lessons(self) -> list[Path]:
        """The lesson files, in the order of the tutorial."""
        order = ("square", "sine", "perceptron", "accumulation", "stopping")
        return [assets.path("examples", f"{name}.chain") for name in order]

    def open_dropped(self, names: list[str]) -> None:
        """Open the first file dropped on the window."""
        if names and names[0]:
            self.filing.open(Path(names[0]))

    def may_quit(self) -> bool:
        """Ask about unsaved changes, remember the window, stop the worker."""
        if self._closed:
            return True
        if not self.filing.may_close():
            return False
        self.close()
        return True

    def close(self) -> None:
        """Let go of everything that runs."""
        if self._closed:
            return
        self._closed = True
        self.settings.layout = (self.window.saveGeometry(), self.window.saveState())
        self.settings.flush()
        self.editor.history.blockSignals(True)  # its destructor signals to windows that are gone
        self.player.pause()
        self.runner.close()

    def _restore(self) -> None:
        self._factory_layout = self.window.saveState()
        if self.settings.layout is not None:
            geometry, docks = self.settings.layout
            self.window.restoreGeometry(geometry)
            self.window.restoreState(docks)
        else:
            QTimer.singleShot(0, self.window, self.window.size_docks)
        self.player.set_speed(self.settings.speed)
        self._apply_motion()
        self._show_title()
        self._show_counts()

    def reset_layout(self) -> None:
        """Put docks and toolbar back where they were at the very first start."""
        self.window.restoreState(self._factory_layout)
        self.window.size_docks()

    # ---- what the bars say -----------------------------------------------------------------------

    def _show_title(self, *_: object) -> None:
        self.window.setWindowTitle(f"{self.editor.title}[*] — Chainrule")
        self.window.setWindowModified(self.editor.dirty)
        history = self.editor.history
        for name, text, able in (
            ("undo", history.undoText(), history.canUndo()),
            ("redo", history.redoText(), history.canRedo()),
        ):
            action = self.window.actions_by_id[name]
            plain = text.replace("&", "&&")
            action.setText(
                f"&{name.capitalize()} {plain[:1].lower()}{plain[1:]}"
                if text
                else f"&{name.capitalize()}"
            )
            action.setEnabled(able)

    def _show_counts(self, *_: object) -> None:
        graph = self.editor.document.graph
        steps = words.count(len(self.player.film), "step")
        stopped = "stopped: not up to date, Ctrl+R runs again" if self.runner.stopped else steps
        state = "running …" if self.runner.busy else stopped
        nodes, edges = words.count(len(graph.nodes), "node"), words.count(len(graph.edges), "edge")
        self.window.counts.setText(f"{nodes} · {edges} · {state}")
        self.window.refresh()

    def _show_zoom(self, factor: float) -> None:
        self.window.zoom.setText(f"{factor:.0%}")

    def _tell_broken(self, text: str) -> None:
        self._message("Something went wrong inside Chainrule", help_texts.broken(text))

    def _say(self, text: str) -> None:
        self.window.statusBar().showMessage(text, 8000)

    # ---- looks -----------------------------------------------------------------------------------

    def choose_theme(self, name: str) -> None:
        self.settings.theme = name

    def _wanted_theme(self) -> Theme:
        chosen = self.settings.theme
        if chosen in THEMES:
            return THEMES[chosen]
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return THEMES["dark"] if dark else LIGHT

    def apply_theme(self, *_: object) -> None:
        """Colour everything in the chosen theme, or the system's."""
        self.theme = self._wanted_theme()
        for part in self.themed:
            part.set_theme(self.theme)
        dress(self.theme)
        self.window.set_icons(self._icon)
        self.window.refresh()

    def _icon(self, name: str) -> QIcon:
        token = {"forward": "value", "backward": "gradient"}.get(name, "text")
        return icon(name, self.theme.color(token))


def start(file: Path | None, lesson: Path) -> int:
    """Open the window on `file`, or on a copy of the lesson; returns the exit code."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Chainrule")
    application.setStyle("Fusion")
    app = App()
    sys.excepthook = _Report(app)
    app.window.show()
    QTimer.singleShot(0, lambda: app.filing.open(file) if file else app.filing.open_copy(lesson))
    code = application.exec()
    app.close()
    return code


class _Report:
    """The last resort for an error of ours: say that the work is safe, and log it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._telling = False

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("unexpected error", exc_info=(kind, error, trace))
        if self._telling:
            return
        self._telling = True
        try:
            self.app._message(
                "Something went wrong inside Chainrule",
                help_texts.broken(f"{kind.__name__}: {error}"),
            )
        finally:
            self._telling = False
