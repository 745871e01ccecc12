"""What the commands do with an App, beyond asking one of its parts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

import engine
from gui import exporting, help_texts, languages, panes
from gui.canvas.view import View
from gui.earlier import Earlier
from gui.export import image
from gui.model.folding import plan, shown
from gui.model.history import READ_ONLY
from gui.model.leaf import is_leaf
from gui.model.lessons import lessons
from gui.model.modules import modules
from gui.model.sampled import is_too_large
from gui.model.unseen import visible
from gui.panels.about import AboutDialog
from gui.panels.commands import Entry
from gui.panels.help import HelpWindow
from gui.panels.parts import menu_text
from gui.panels.settings import SettingsDialog
from gui.panels.shortcuts import ShortcutsDialog
from gui.panels.tensor_editor import TensorEditor
from gui.panels.tensor_large import LargeTensor
from gui.theme import mono
from gui.tr import tr

if TYPE_CHECKING:
    from gui.asking import Asking
    from gui.canvas.canvas import Canvas
    from gui.desk import Desk
    from gui.filing import Filing
    from gui.labs import FaultLab, ThreeWays
    from gui.panels.breakpoints import BreakpointList
    from gui.panels.check import Check
    from gui.panels.commands import CommandPalette
    from gui.panels.console import Console
    from gui.panels.start_page import StartPage
    from gui.playing import Playing
    from gui.presenting import Presenter
    from gui.state.arranger import Arranger
    from gui.state.conductor import Conductor
    from gui.state.editor import Editor
    from gui.state.holding import Holding
    from gui.state.jobs import Runner
    from gui.state.player import Player
    from gui.state.recovery import Recovery
    from gui.state.selection import Selection
    from gui.state.settings import Settings
    from gui.theme import Theme
    from gui.tutor import Tutor
    from gui.views import Views
    from gui.window import Window

MARGIN = 24.0
"""Scene units around what is on a picture."""
PICTURES = "PNG (*.png);;SVG (*.svg)"


class Doing:
    """The base of App, which makes the parts that are used here."""

    desk: Desk
    asking: Asking
    settings: Settings
    editor: Editor
    selection: Selection
    player: Player
    runner: Runner
    recovery: Recovery
    holding: Holding
    conductor: Conductor
    canvas: Canvas
    views: Views
    arranger: Arranger
    commands: CommandPalette
    console: Console
    check: Check
    start_page: StartPage
    window: Window
    filing: Filing
    tutor: Tutor
    playing: Playing
    presenter: Presenter
    stops: BreakpointList
    fault_lab: FaultLab
    three_ways: ThreeWays
    theme: Theme
    retain_graph: bool
    help: HelpWindow | None = None

    # ---- running -------------------------------------------------------------------------------

    def backward(self, root: str | None = None) -> None:
        """Run the backward pass from `root`, or from the loss."""
        self.conductor.backward(root, self.retain_graph)

    def ask_root(self, ids: tuple[str, ...]) -> None:
        """Let the person choose where backward starts."""
        menu = QMenu(self.window)
        menu.addSection(tr("Backward from …"))
        for node in ids:
            name = self.editor.document.graph.nodes[node].name
            menu.addAction(menu_text(f"{name}.backward()"), partial(self.backward, node))
        button = self.window.buttons["backward"]
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        self._root_menu = menu  # popup() returns at once; the menu must live until it is answered

    def toggle_retain_graph(self) -> None:
        self.retain_graph = not self.retain_graph
        self.window.refresh()

    def toggle_right_angled(self) -> None:
        self.settings.right_angled = not self.settings.right_angled

    def toggle_reduced_motion(self) -> None:
        self.settings.reduced_motion = not self.settings.reduced_motion

    def step_node(self, way: int) -> None:
        """Step until another node is the active one."""
        step, here = self.player.step, self.player.frame.active
        while 0 <= step + way < len(self.player.film):
            step += way
            if self.player.film.frame(step).active != here:
                break
        self.player.pause()
        self.player.go(step)

    # ---- the graph -----------------------------------------------------------------------------

    def arrange(self) -> None:
        """Lay out the selection, or everything, as one undoable edit."""
        if self.views.on_history:
            self.say(READ_ONLY)
            return
        graph = shown(self.editor.document).graph
        chosen = plan(self.editor.document.graph).drawn(
            self.canvas.with_members(self.selection.items)
        )
        members = [i for i in graph.nodes if i in chosen] or list(graph.nodes)
        self.arranger.arrange(self.canvas.sizes(), members)

    def spread(self) -> None:
        """Find room for the nodes that lie on others; what a person has placed stays."""
        if self.views.on_history:
            self.say(READ_ONLY)
        else:
            self.arranger.spread(self.canvas.sizes())

    def has_table(self) -> bool:
        """Whether one leaf is selected whose numbers can be edited as a table."""
        items = self.selection.items
        return len(items) == 1 and is_leaf(self.editor.document.graph, next(iter(items)))

    def edit_table(self, node: str | None = None) -> None:
        """The tensor editor on a leaf (default: the one selected)."""
        node = next(iter(self.selection.items), None) if node is None else node
        if node is not None and is_leaf(self.editor.document.graph, node):
            large = is_too_large(self.editor.document.graph.nodes[node])
            dialog = LargeTensor if large else TensorEditor
            try:
                dialog(self.editor, node, self.theme, self.window).open()
            except ValueError as error:  # data that is no tensor
                self.say(str(error))

    def add_region(self, kind: str) -> None:
        self.views.show_history(False)
        if kind == "note":
            self.canvas.add_note()
        else:
            self.canvas.add_region(kind)

    def add_module(self, name: str, folded: bool = True) -> None:
        """Add a module of the library to the graph."""
        self.views.show_history(False)
        self.canvas.add_module(name, folded=folded)

    # ---- finding -------------------------------------------------------------------------------

    def show_commands(self) -> None:
        """The command palette: every command, lesson and node by name."""
        from gui.actions import COMMANDS, plain

        entries = [
            Entry(
                plain(c),
                tr(c.menu),
                self.desk.key_of(c.id),
                self.window.actions_by_id[c.id].trigger,
                c.when is None or c.when(self),  # type: ignore[arg-type]
            )
            for c in COMMANDS
        ]
        entries += [
            Entry(tr(lesson.title), tr("Lesson"), "", partial(self.open_lesson, lesson.graph))
            for lesson in lessons()
        ]
        entries += [
            Entry(
                tr("{} theme").format(tr(name.capitalize())),
                tr("View"),
                "",
                partial(self.choose_theme, name),
            )
            for name in self.window.menus.themes
        ]
        entries += [
            Entry(
                tr("{} panel").format(dock.windowTitle()),
                tr("View"),
                "",
                dock.toggleViewAction().trigger,
            )
            for dock in self.window.docks.values()
        ]
        entries += [
            Entry(m.title, tr("Module"), "", partial(self.add_module, m.name)) for m in modules()
        ]
        entries += [
            Entry(node.name, node.op, "", partial(self._go_to, node.id))
            for node in self.editor.document.graph.nodes.values()
        ]  # fmt: skip
        self.commands.open_over(self.window, entries)

    def _go_to(self, node: str) -> None:
        self.views.show_history(False)
        self.selection.set([node])
        self.canvas.ensure_visible(node)
        self.canvas.setFocus()

    # ---- dialogs -------------------------------------------------------------------------------

    def show_versions(self) -> None:
        """What earlier saves of this file have replaced."""
        Earlier(self).show()

    def show_settings(self) -> None:
        SettingsDialog(self.settings, languages.named(), self.window).exec()

    def show_shortcuts(self) -> None:
        ShortcutsDialog(self.desk.keymap, self.theme, self.window).exec()

    def show_help(self, page: str = "") -> None:
        """The manual, beside the work."""
        self.help = self.help or HelpWindow(self.theme, self.window)
        self.help.open_at(help_texts.pages(self.desk.keymap), page)

    def show_about(self) -> None:
        text = help_texts.about(engine.__version__)
        AboutDialog(text, help_texts.parts(), self.window).exec()

    def tell(self, title: str, text: str) -> None:
        """A message to be read before going on."""
        box = QMessageBox(self.window)
        box.setWindowTitle(visible(title))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setFont(mono(10))
        box.setText(visible(text))
        box.exec()

    def choose_theme(self, name: str) -> None:
        self.settings.theme = name

    # ---- pictures ------------------------------------------------------------------------------

    def picture(self) -> image.Picture:
        """What is selected as it looks now, or everything; without the marks of selection."""
        canvas = self.views.canvas
        geometry, items = canvas.geometry_, canvas.selection.items
        box = (items and geometry.bounds(items)) or geometry.bounds()
        left, top, right, bottom = box or (0.0, 0.0, 320.0, 200.0)
        left, top = left - MARGIN, top - MARGIN
        size = QSizeF(right - left + MARGIN, bottom - top + MARGIN)
        frame, phase = canvas.frame, canvas.phase

        def draw(painter: QPainter, scale: float) -> None:
            view = View(scale, -left * scale, -top * scale)
            target = QRectF(0, 0, size.width() * scale, size.height() * scale)
            canvas.paint_frame(painter, frame, view, target, phase=phase)

        return image.Picture(size, draw)

    def copy_picture(self) -> None:
        """The picture at twice its size, for pasting elsewhere."""
        made = image.image(self.picture())
        QGuiApplication.clipboard().setImage(made)
        self.say(tr("Copied as a picture of {} × {} pixels").format(made.width(), made.height()))

    def save_picture(self) -> None:
        """Ask for a file and write the picture there, as PNG or SVG."""
        stem = Path(self.editor.title).stem
        folder = self.editor.path.parent if self.editor.path else Path.home()
        name, chosen = QFileDialog.getSaveFileName(
            self.window, tr("Save the picture"), str(folder / f"{stem}.png"), PICTURES
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in image.FORMATS:
            path = path.with_name(path.name + (".svg" if "svg" in chosen else ".png"))
        try:
            image.save(self.picture(), path)
        except OSError as error:
            title = tr("“{}” was not saved").format(path.name)
            self.filing.tell(title, str(error.strerror or error))
            return
        self.say(tr("Saved to {}").format(path))

    # ---- code ----------------------------------------------------------------------------------

    def export(self, suffix: str) -> None:
        """Ask for a file and write the program there: `.py` a script, `.ipynb` a notebook."""
        exporting.export(self, suffix)

    def copy_code(self) -> None:
        """The program as a script, for pasting elsewhere."""
        exporting.copy(self)

    def say(self, text: str) -> None:
        """A word in the status bar."""
        self.window.statusBar().showMessage(visible(text), 8000)

    # ---- windows and pages ---------------------------------------------------------------------

    def open_lesson(self, path: Path) -> None:
        """Open a lesson by its graph: a copy of that, and the text beside it."""
        self.tutor.open(path)

    def show_start_page(self) -> None:
        """In this window, unless there is work in it that is not saved: then in a new one."""
        if self.editor.dirty:
            self.desk.new_window().show_start_page()
            return
        self.player.pause()
        self.start_page.set_recent(self.settings.recent)
        self.start_page.set_done(self.settings.lessons_done)
        self.window.show_page(self.start_page)
        self.start_page.lessons.setFocus()

    def show_work(self, *_: object) -> None:
        """The canvas again."""
        if self.window.pages.currentWidget() is not self.window.work:
            self.window.show_page(self.window.work)
            self.views.canvas.setFocus()

    def go_to_sheet(self, sheet: QWidget) -> None:
        """Bring one of the tabs below to the front, ready to be typed into."""
        self.show_work()
        self.window.show_sheet(sheet)
        sheet.setFocus()

    def go_round(self, way: int) -> None:
        """The focus to the next part of the window."""
        panes.cycle(self.window, way)
