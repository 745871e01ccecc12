"""The only place where objects are made and connected."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QIcon, QKeySequence, QPixmap, QShortcut

from engine.code.source import Line, lines
from engine.graph import Graph, Program
from gui import shortcuts
from gui.actions import COMMANDS
from gui.asking import Asking
from gui.canvas.canvas import Canvas
from gui.desk import Desk
from gui.doing import Doing
from gui.elsewhere import is_elsewhere
from gui.filing import Filing
from gui.filming import Filming
from gui.importing import Importing
from gui.labs import FaultLab, ThreeWays
from gui.model.code_text import Read
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.model.lessons import lessons
from gui.model.probe import check_shapes
from gui.model.program import FORWARD
from gui.model.typed_reading import read_typed
from gui.model.unseen import visible
from gui.outside import Outside
from gui.panels.breakpoints import BreakpointList
from gui.panels.caption import Caption
from gui.panels.check import Check
from gui.panels.code import CodePane
from gui.panels.commands import CommandPalette
from gui.panels.console import Console
from gui.panels.edits import Edits
from gui.panels.icons import icon
from gui.panels.inspector import Inspector
from gui.panels.ledger import Ledger
from gui.panels.legend import Legend
from gui.panels.lesson import LessonPane
from gui.panels.log import Log
from gui.panels.loss import LossPanel
from gui.panels.notice import Notice
from gui.panels.outline import Outline
from gui.panels.palette import Palette
from gui.panels.parts import menu_text
from gui.panels.printed import Printed
from gui.panels.program import ProgramPane
from gui.panels.start_page import StartPage
from gui.panels.transport import Transport
from gui.panels.why import WhyPanel
from gui.placing import VERSION, make_window
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
from gui.theme import Theme
from gui.tr import tr
from gui.training import Training
from gui.tutor import Tutor
from gui.views import Views
from gui.window import Window


def program_lines(graph: Graph, program: Program) -> tuple[Line, ...]:
    """The code pane's lines; a Document without a Program is evaluated once."""
    return lines(graph, program or (FORWARD,))


class App(Doing):
    """One window and everything in it; what windows share is the desk's."""

    training: Training
    asking: Asking
    filming: Filming
    fault_lab: FaultLab
    three_ways: ThreeWays
    loss: LossPanel
    stops: BreakpointList

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk or Desk(App)
        self.settings, self.theme = self.desk.settings, self.desk.theme
        self.retain_graph = False
        self.editor, self.selection = Editor(), Selection()
        self.player, self.runner = Player(), Runner()
        self.arranger = Arranger(self.editor)
        self.conductor = Conductor(self.editor, self.runner, self.player)
        self._make_panels()
        self.filing = Filing(
            self.editor, self.settings, lambda: self.window, self.editor,
            elsewhere=lambda path: is_elsewhere(self, path),
        )  # fmt: skip
        self.recovery, self.holding = Recovery(self.editor), Holding(self.editor)
        self.window = self._take_window()
        self.asking, self.training = Asking(self), Training(self)
        self.tutor = Tutor(self, self.lesson)
        self.outside = Outside(self, self.notice)
        self.importing = Importing(self)
        self._closed = False
        self._fill_menus()
        self._connect()
        self._connect_opening()
        self._own_parts()
        self.desk.apps.append(self)
        self._show_all()

    def _make_panels(self) -> None:
        e, s, p, t = self.editor, self.selection, self.player, self.theme
        self.canvas = Canvas(
            e, s, theme=t, to_text=to_text, from_text=from_text, check_shapes=self._check_shapes
        )
        self.views = Views(self.canvas, s, p, t)
        self.palette = Palette(t)
        self.palette.setMinimumWidth(150)
        self.edits = Edits(e, t)
        self.inspector = Inspector(e, s, p, t)
        self.inspector.setMinimumWidth(250)
        self.ledger = Ledger(e, p, t)
        self.code = CodePane(e, s, p, program_lines, t, self._read_code)
        self.program = ProgramPane(e, s, p, t)
        self.outline = Outline(e, s, p, t)
        self.log, self.loss = Log(p, t), LossPanel(p, t)
        self.printed = Printed(e, t)
        self.console = Console(e, p, self.conductor, self.settings, t)
        self.check = Check(e, p, t)
        self.why = WhyPanel(e, s, p, t)
        self.fault_lab = FaultLab(e, p, t, lambda: self.window, self.open_lesson)
        self.filming = Filming(self)
        self.three_ways = ThreeWays(e, s, t, lambda: self.window)
        self.legend = Legend(t)
        self.legend.setMinimumWidth(180)
        self.program.setMinimumWidth(250)
        self.caption, self.transport = Caption(p, t), Transport(p, t)
        self.transport.setMinimumWidth(320)  # its step counter goes when there is less room
        self.playing = Playing(e, s, p, self.canvas, self.settings)
        self.presenter = Presenter(self.canvas, self.caption, self.views.bar, lambda: self.window)
        self.stops = BreakpointList(self.playing.breakpoints, t)
        # One dock with tabs of its own: docks tabbed beside another leave a stray tab bar behind.
        self.sheets = (
            (tr("Code"), self.code), (tr("Log"), self.log), (tr("Why"), self.why),
            (tr("Console"), self.console), (tr("Check"), self.check),
            (tr("Breakpoints"), self.stops), (tr("Loss"), self.loss),
            (tr("Results"), self.printed),
        )  # fmt: skip
        self.lesson, self.notice = LessonPane(t), Notice(t)
        self.commands = CommandPalette(t)
        self.start_page = StartPage(t, self._picture)
        self.themed = (
            self.canvas, self.views, self.palette, self.edits, self.inspector, self.ledger,
            self.code, self.program, self.outline, self.log, self.legend, self.caption,
            self.transport, self.stops, self.why, self.console, self.check, self.commands,
            self.start_page,
            self.loss, self.printed, self.lesson, self.fault_lab, self.three_ways, self.notice,
        )  # fmt: skip

    def _read_code(self, text: str) -> Read:
        return read_typed(text, self.importing.helper)

    def _check_shapes(self, document: Document) -> Mapping[str, str]:
        return check_shapes(document, self.player.film)

    def _picture(self, path: Path, size: QSize) -> QPixmap:
        return self.desk.picture(path, size, self.theme)

    def _take_window(self) -> Window:
        """The frame that was shown first, if nobody has filled it yet, or another."""
        window, self.desk.first_window = self.desk.first_window, None
        if window is None:
            beside = self.desk.apps[-1].window if self.desk.apps else None
            window = make_window(self.settings, self.theme, beside)
        window.fill(self)
        return window

    def _fill_menus(self) -> None:
        menus = self.window.menus
        for lesson in lessons():
            menu = menus.errors if lesson.is_error else menus.lessons
            menu.addAction(menu_text(tr(lesson.title)), partial(self.open_lesson, lesson.graph))
        menus.lessons.addSeparator()
        menus.lessons.addMenu(menus.errors)
        menus.recent.aboutToShow.connect(self._fill_recent)
        self.start_page.set_lessons(lessons())

    def _fill_recent(self) -> None:
        menu = self.window.menus.recent
        menu.clear()
        for path in self.settings.recent:
            menu.addAction(menu_text(str(path)), partial(self.filing.open, path))
        if menu.isEmpty():
            menu.addAction(tr("No recent files")).setEnabled(False)
        else:
            menu.addSeparator()
            menu.addAction(tr("Forget these"), self.settings.forget_recent)

    def _connect(self) -> None:
        self.player.framed.connect(self.canvas.show_frame)
        for canvas in (self.canvas, self.views.history):
            canvas.hint.connect(self._hint)
            canvas.zoom_changed.connect(self._show_zoom)
            canvas.space_tapped.connect(self.player.toggle)
            for key, do in (("Right", self.player.forward), ("Left", self.player.back)):
                shortcut = QShortcut(QKeySequence(key), canvas, do)
                # Elsewhere arrows move the cursor.  (As an argument PySide passes it over.)
                shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.views.turned.connect(self._on_turned)
        self.canvas.added.connect(self.settings.count_use)
        self.canvas.search.uses = lambda: self.settings.uses
        self.canvas.table_wanted.connect(self.edit_table)
        self.inspector.properties.table_wanted.connect(self.edit_table)
        for links in (self.inspector.links, self.inspector.members):
            links.chosen.connect(lambda _: self.canvas.setFocus())  # the link itself is gone
        self.palette.chosen.connect(lambda _: self.views.show_history(False))
        self.palette.chosen.connect(self.canvas.add_beside)
        self.palette.region_chosen.connect(self.add_region)
        self.palette.module_chosen.connect(self.add_module)
        self.console.left.connect(lambda: self.views.canvas.setFocus())
        self.conductor.choose_root.connect(self.ask_root)
        self.conductor.message.connect(self.say)
        self.conductor.stopped.connect(self.window.docks["program"].raise_)
        self.filing.message.connect(self.say)
        self.filing.followed.connect(self.recovery.follow)
        self.recovery.message.connect(self.say)
        self.arranger.arranged.connect(self.canvas.fit_all)
        self.arranger.busy_changed.connect(self.window.working.show_busy)
        self.arranger.busy_changed.connect(self.window.refresh)
        self.arranger.progress.connect(self.window.working.show_progress)
        self.window.working.cancelled.connect(self.arranger.cancel)
        self.runner.broken.connect(self.desk.trouble.meet_error)
        self.runner.busy_changed.connect(self._show_counts)
        self.runner.published.connect(self._show_counts)
        self.selection.changed.connect(self.window.refresh)
        self.editor.history.indexChanged.connect(self._show_title)
        self.editor.history.cleanChanged.connect(self._show_title)
        self.editor.path_changed.connect(self._show_title)
        self.editor.opened.connect(self._on_opened)
        self.editor.changed.connect(self.show_work)
        self.player.speed_changed.connect(lambda speed: setattr(self.settings, "speed", speed))
        self._connect_playing()
        self._connect_start_page()

    def _connect_playing(self) -> None:
        playing = self.playing
        playing.message.connect(self.say)
        playing.changed.connect(self.window.refresh)
        self.presenter.changed.connect(self.window.refresh)
        self.stops.chosen.connect(playing.show)
        self.caption.copy_wanted.connect(playing.copy_caption)
        self.caption.copy_all_wanted.connect(playing.copy_captions)

    def _connect_opening(self) -> None:
        self.filing.reader.busy_changed.connect(self._show_opening)
        self.window.opening.cancelled.connect(self.filing.reader.cancel)

    def _connect_start_page(self) -> None:
        page = self.start_page
        page.lesson_chosen.connect(self.open_lesson)
        page.file_chosen.connect(self.filing.open)
        page.file_removed.connect(self.settings.forget)
        page.new_wanted.connect(self.filing.new)
        page.open_wanted.connect(self.filing.ask_open)
        page.left.connect(self.show_work)

    def _on_opened(self, _: object) -> None:
        self.retain_graph = False
        self._show_counts()
        self.show_work()
        self.canvas.setFocus()

    # ---- coming and going ------------------------------------------------------------------------

    def open_dropped(self, names: list[str]) -> None:
        """Open what was dropped on the window."""
        self.desk.open_all(names, self)

    def may_quit(self) -> bool:
        """Ask about unsaved changes, remember the window, stop the worker."""
        if self._closed:
            return True
        if (typing := self.window.focusWidget()) is not None:
            typing.clearFocus()  # commits what is being typed: it is part of what is asked about
        if not self.code.settle() and not self.filing.may_lose(
            tr("The text in the Code panel is not in the graph."),
            tr("It will be lost, as it cannot be read."),
        ):
            return False
        if not self.filing.may_close():
            return False
        self.recovery.forget()
        self.close()
        return True

    def close(self) -> None:
        """Let go of everything that runs."""
        if self._closed:
            return
        self._closed = True
        self.presenter.leave()
        self.playing.follow.rest()
        self.tutor.stroll.rest()
        self.why.close_down()
        self.console.close_down()
        self.code.close_down()
        self.check.cancel()
        self.outside.close()
        self.importing.close()
        self.fault_lab.close()
        self.three_ways.close()
        self.filming.close()
        self.window.show_page(self.window.work)  # the start page hides the docks
        self.settings.layout = (self.window.saveGeometry(), self.window.saveState(VERSION))
        self.settings.dock_sizes = self.window.sharing.wanted
        self.settings.flush()
        self.editor.history.blockSignals(True)  # its destructor signals to windows that are gone
        self.player.pause()
        self.arranger.cancel()
        self.filing.reader.cancel()
        self.recovery.close()
        self.holding.close()
        self.runner.close()
        self.desk.closed(self)

    def _own_parts(self) -> None:
        """What Python alone holds would stay for ever: Qt keeps what its signals are to call."""
        self.parts = QObject()
        for part in (
            self.editor, self.selection, self.player, self.runner, self.arranger, self.conductor,
            self.playing, self.presenter, self.filming, self.fault_lab, self.three_ways,
        ):  # fmt: skip
            part.setParent(self.parts)

    def let_go(self) -> None:
        """The window has been closed, and others go on."""
        for part in (self.window, self.commands, self.parts):
            part.deleteLater()

    def reset_layout(self) -> None:
        """Put docks and toolbar back where they were at the very first start."""
        self.show_work()
        self.window.restoreState(self.window.factory_layout, VERSION)
        self.window.size_docks()

    # ---- what the bars say -----------------------------------------------------------------------

    def _show_title(self, *_: object) -> None:
        self.window.setWindowTitle(f"{visible(self.editor.title)}[*] — Chainrule")
        self.window.setWindowModified(self.editor.dirty)
        history = self.editor.history
        for name, verb, text, able in (
            ("undo", tr("&Undo"), history.undoText(), history.canUndo()),
            ("redo", tr("&Redo"), history.redoText(), history.canRedo()),
        ):
            action = self.window.actions_by_id[name]
            plain = text.replace("&", "&&")
            action.setText(f"{verb} {plain[:1].lower()}{plain[1:]}" if text else verb)
            action.setEnabled(able)

    def _show_counts(self, *_: object) -> None:
        graph = self.editor.document.graph
        steps, nodes, edges = len(self.player.film), len(graph.nodes), len(graph.edges)
        state = tr("1 step") if steps == 1 else tr("{} steps").format(steps)
        if self.runner.stopped:
            state = tr("stopped: not up to date, Ctrl+R runs again")
        if self.runner.busy:
            state = tr("running …")
        size = tr("1 node") if nodes == 1 else tr("{} nodes").format(nodes)
        wires = tr("1 edge") if edges == 1 else tr("{} edges").format(edges)
        self.window.counts.setText(f"{size} · {wires} · {state}")
        self.window.refresh()

    def _show_opening(self, *_: object) -> None:
        reading = self.filing.reader.reading
        self.window.opening.show_file("" if reading is None else reading.path.name)

    def _on_turned(self) -> None:
        self._show_zoom(self.views.canvas.view.scale)
        self.window.refresh()

    def _hint(self, text: str, milliseconds: int = 0) -> None:
        self.window.statusBar().showMessage(visible(text), milliseconds)

    def _show_zoom(self, factor: float) -> None:
        self.window.zoom.setText(f"{factor:.0%}")

    # ---- what the settings say -------------------------------------------------------------------

    def _show_all(self) -> None:
        self.player.set_speed(self.settings.speed)
        self.set_theme(self.theme)
        self.follow_keys()
        self.follow_settings()
        self._show_title()
        self._show_counts()

    def follow_settings(self) -> None:
        """Take over how the canvas is to feel."""
        settings = self.settings
        for canvas in (self.canvas, self.views.history):
            canvas.reduced_motion = settings.reduced_motion
            canvas.set_right_angled(settings.right_angled)
            canvas.wheel_scrolls = settings.wheel == "scrolls"
            canvas.touchpad_zooms = settings.touchpad == "zooms"
            canvas.dtype = settings.dtype
        self.conductor.play_new = not settings.reduced_motion
        self.window.refresh()

    def follow_keys(self) -> None:
        """Bind every command to the keys it has now."""
        keymap = self.desk.keymap
        for canvas in (self.canvas, self.views.history):
            canvas.set_keys(shortcuts.canvas_keys(keymap), shortcuts.key_names(keymap))
        for command in COMMANDS:
            keys = shortcuts.keys_in_window(keymap, command)
            shown = keymap.keys(command.id) if keys is None else keys
            self.window.menus.set_keys(command, shown, in_window=keys is not None)

    def follow_digits(self) -> None:
        """Every number is written anew."""
        self.conductor.tell_anew()
        self.canvas.set_theme(self.theme)
        self.views.set_theme(self.theme)

    def follow_recent(self) -> None:
        self.start_page.set_recent(self.settings.recent)

    def set_theme(self, theme: Theme) -> None:
        """Colour everything in `theme`."""
        self.theme = theme
        for part in self.themed:
            part.set_theme(theme)
        if self.help is not None:
            self.help.set_theme(theme)
        self.window.set_icons(self._icon)
        self.window.refresh()

    def _icon(self, name: str) -> QIcon:
        token = {"forward": "value", "backward": "gradient"}.get(name, "text")
        return icon(name, self.theme.color(token))
