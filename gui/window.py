"""The main window: docks, menus and bars around the canvas; no logic."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from gui.actions import BY_ID, COMMANDS, MENUS, TOOLBAR, Command, plain

if TYPE_CHECKING:
    from gui.app import App

SIDE, RIGHT, BOTTOM = 215, 330, 190
"""First widths of the palette and the right docks, and height of the bottom ones, in pixels."""

Area = Qt.DockWidgetArea
_NORTH = QTabWidget.TabPosition.North


class Window(QMainWindow):
    """Everything a person sees; `app` has made the parts and answers the commands."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self.app = app
        self.actions_by_id: dict[str, QAction] = {}
        self.docks: dict[str, QDockWidget] = {}
        self.setAcceptDrops(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AnimatedDocks
        )
        self.setCorner(Qt.Corner.BottomRightCorner, Area.RightDockWidgetArea)
        self._build_center()
        self._build_docks()
        self._build_menus()
        self._build_toolbar()
        self._build_status()
        room = self.screen().availableSize()
        self.resize(min(1600, room.width() - 40), min(1000, room.height() - 60))

    # ---- parts -------------------------------------------------------------------------------

    def _build_center(self) -> None:
        center = QWidget()
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.app.canvas, 1)
        column.addWidget(self.app.caption)
        column.addWidget(self.app.transport)
        self.setCentralWidget(center)

    def _build_docks(self) -> None:
        a = self.app
        for area in (Area.RightDockWidgetArea, Area.BottomDockWidgetArea):
            self.setTabPosition(area, _NORTH)
        self._dock("palette", "Palette", a.palette, Area.LeftDockWidgetArea)
        for name, title, panel in (
            ("inspector", "Node", a.inspector), ("ledger", "Gradients", a.ledger),
            ("program", "Program", a.program), ("outline", "Outline", a.outline),
        ):  # fmt: skip
            self._dock(name, title, panel, Area.RightDockWidgetArea, beside="inspector")
        # One dock with tabs of its own: tabbed docks beside another leave a stray tab bar behind.
        sheets = QTabWidget()
        sheets.setDocumentMode(True)
        sheets.addTab(a.code, "Code")
        sheets.addTab(a.log, "Log")
        self._dock("code", "Code", sheets, Area.BottomDockWidgetArea, beside="code")
        self._dock("legend", "Legend", a.legend, Area.BottomDockWidgetArea)
        self.docks["inspector"].raise_()

    def size_docks(self) -> None:
        """Give the docks their first sizes; only counts once the window has its own."""
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        docks = self.docks
        self.resizeDocks([docks["palette"], docks["inspector"]], [SIDE, RIGHT], across)
        self.resizeDocks([docks["code"]], [BOTTOM], down)
        self.resizeDocks([docks["code"], docks["legend"]], [900, 290], across)

    def _dock(
        self, name: str, title: str, panel: QWidget, area: Area, beside: str | None = None
    ) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(panel)
        if beside is not None:
            dock.setTitleBarWidget(QWidget())  # its tab says the same
        if beside is not None and beside in self.docks:
            self.tabifyDockWidget(self.docks[beside], dock)
        else:
            self.addDockWidget(area, dock)
        self.docks[name] = dock

    def _build_menus(self) -> None:
        menus = {title: self.menuBar().addMenu(f"&{title}") for title in MENUS}
        for command in COMMANDS:
            if command.separator:
                menus[command.menu].addSeparator()
            menus[command.menu].addAction(self._action(command))
        self._insert_file_menus(menus["File"])
        self._insert_view_menus(menus["View"])
        for menu in menus.values():
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(self.refresh)

    def _action(self, command: Command) -> QAction:
        key = f"\t{command.key}" if command.key else ""
        action = QAction(command.text + key, self)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        if command.tip:
            action.setToolTip(command.tip)
            action.setStatusTip(command.tip)
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda _=False, do=command.do: do(self.app))
        self.actions_by_id[command.id] = action
        return action

    def _insert_file_menus(self, menu: QMenu) -> None:
        before = self.actions_by_id["save"]
        self.lessons = QMenu("&Lessons", self)
        self.recent = QMenu("Open &recent", self)
        self.recent.aboutToShow.connect(self._fill_recent)
        menu.insertMenu(before, self.lessons)
        menu.insertMenu(before, self.recent)
        for path in self.app.lessons():
            title = path.stem.capitalize()
            self.lessons.addAction(title, partial(self.app.filing.open_copy, path))

    def _fill_recent(self) -> None:
        self.recent.clear()
        for path in self.app.settings.recent:
            self.recent.addAction(str(path), partial(self.app.filing.open, path))
        if self.recent.isEmpty():
            self.recent.addAction("No recent files").setEnabled(False)
        else:
            self.recent.addSeparator()
            self.recent.addAction("Forget these", self.app.settings.forget_recent)

    def _insert_view_menus(self, menu: QMenu) -> None:
        themes = menu.addMenu("&Theme")
        self.theme_actions = {}
        for name in self.app.theme_names:
            action = themes.addAction(name.capitalize(), partial(self.app.choose_theme, name))
            action.setCheckable(True)
            self.theme_actions[name] = action
        panels = menu.addMenu("&Panels")
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())
        panels.addSeparator()
        panels.addAction("Put all panels back", self.app.reset_layout)

    def _build_toolbar(self) -> None:
        bar = QToolBar("Run", self)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(16, 16))
        self.buttons: dict[str, QWidget] = {}
        for name in TOOLBAR:
            bar.addWidget(self._button(BY_ID[name], bar))
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self._button(BY_ID["commands"], bar))
        self.addToolBar(bar)

    def _button(self, command: Command, bar: QToolBar) -> QWidget:
        text = plain(command)
        button: QCheckBox | QPushButton
        if command.checked is not None:
            button = QCheckBox(text, bar)
            button.clicked.connect(self.actions_by_id[command.id].trigger)
        else:
            button = QPushButton(text, bar)
            button.clicked.connect(self.actions_by_id[command.id].trigger)
        keys = f" ({command.shortcut})" if command.shortcut else ""
        button.setToolTip((command.tip or text) + keys)
        button.setObjectName(f"run-{command.id}")
        self.buttons[command.id] = button
        return button

    def _build_status(self) -> None:
        self.counts, self.zoom = QLabel(), QLabel()
        for label in (self.counts, self.zoom):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.statusBar().addPermanentWidget(self.counts)
        self.statusBar().addPermanentWidget(self.zoom)

    # ---- keeping up --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Grey out what cannot be done now and tick what is switched on."""
        for command in COMMANDS:
            action = self.actions_by_id[command.id]
            if command.when is not None:
                action.setEnabled(command.when(self.app))
            if command.checked is not None:
                action.setChecked(command.checked(self.app))
                button = self.buttons.get(command.id)
                if isinstance(button, QCheckBox):
                    button.setChecked(command.checked(self.app))
        for name, action in self.theme_actions.items():
            action.setChecked(name == self.app.settings.theme)

    def set_icons(self, icon: Callable[[str], QIcon]) -> None:
        """Colour the icons for the theme."""
        for command in COMMANDS:
            if command.icon:
                self.actions_by_id[command.id].setIcon(icon(command.icon))
                button = self.buttons.get(command.id)
                if isinstance(button, QPushButton):
                    button.setIcon(icon(command.icon))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.app.may_quit())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.app.open_dropped([url.toLocalFile() for url in event.mimeData().urls()])
