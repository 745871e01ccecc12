"""The main window: docks, menus and bars around the canvas; no logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.actions import COMMANDS
from gui.dock_title import DockTitle
from gui.docks import BOTTOM, DOCKS, LEGEND, NARROW, RIGHT, SIDE, SMALL_SIDES
from gui.ground import Ground
from gui.menus import Menus
from gui.panels.working import Opening, Working
from gui.sharing import Sharing
from gui.theme import Theme
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App

Area = Qt.DockWidgetArea
_NORTH = QTabWidget.TabPosition.North


class Window(QMainWindow):
    """Everything a person sees: first only a frame, then filled with the parts of an App."""

    app: App | None = None
    factory_layout: QByteArray
    sized = True
    """Whether the docks have their sizes; where not, they get them before the first frame."""
    _layout_of_work: QByteArray | None = None
    """How the docks lay before the start page, which is shown without them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.docks: dict[str, QDockWidget] = {}
        self.sharing = Sharing(self)
        self._filled = QTimer(self, singleShot=True, interval=0)
        self._filled.timeout.connect(self.size_docks)
        self.setWindowTitle("Chainrule")
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks)  # none slides into place
        self.setCorner(Qt.Corner.BottomRightCorner, Area.RightDockWidgetArea)
        self.ground = Ground(theme)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.ground)
        self.setCentralWidget(self.pages)
        self._build_docks()
        self.menus = Menus(self)
        self.actions_by_id, self.buttons = self.menus.actions, self.menus.buttons
        self.addToolBar(self.menus.bar)
        self._build_status()

    # ---- parts -------------------------------------------------------------------------------

    def _build_docks(self) -> None:
        for area in (Area.LeftDockWidgetArea, Area.RightDockWidgetArea, Area.BottomDockWidgetArea):
            self.setTabPosition(area, _NORTH)
        for place in DOCKS:
            dock = QDockWidget(tr(place.title), self)
            dock.setObjectName(place.name)
            dock.setWidget(QWidget())
            dock.setTitleBarWidget(DockTitle(dock, tr(place.about)))
            if place.group in self.docks:
                self.tabifyDockWidget(self.docks[place.group], dock)
            else:
                self.addDockWidget(place.area, dock)
            self.docks[place.name] = dock
        self.docks["palette"].raise_()
        self.docks["inspector"].raise_()
        self._name_docks()
        for dock in self.docks.values():
            for moved in (dock.dockLocationChanged, dock.topLevelChanged, dock.visibilityChanged):
                moved.connect(self._name_docks)
                moved.connect(self.sharing.share_soon)

    def _name_docks(self, *_: object) -> None:
        for dock in self.docks.values():
            title = dock.titleBarWidget()
            if isinstance(title, DockTitle):
                beside = any(not other.isHidden() for other in self.tabifiedDockWidgets(dock))
                title.set_tabbed(beside and not dock.isFloating())

    def size_docks(self) -> None:
        """Give the docks their first sizes; only counts once the window has its own."""
        text = self.sharing.text
        narrow = self.width() < NARROW * text
        if narrow:
            self.docks["legend"].hide()
        self.sharing.wanted.clear()
        self.sharing.share()  # once everything has a place
        left, right = SMALL_SIDES if narrow else (SIDE, RIGHT)
        first = {"left x0": left, "right x0": right, "bottom y0": BOTTOM, "bottom x1": LEGEND}
        self.sharing.wanted = {key: round(size * text) for key, size in first.items()}
        self.sharing.share()

    def widen(self, dock: QDockWidget, width: int) -> None:
        """Give a dock at least this width, where the window has the room."""
        if not dock.isFloating() and dock.width() < width <= self.width() // 4:
            self.sharing.want_width(dock, width)

    def _build_status(self) -> None:
        self.working = Working(tr("Arranging …"))
        self.opening = Opening()
        for part in (self.opening, self.working):
            self.statusBar().addPermanentWidget(part)
        self.counts, self.zoom = QLabel(), QLabel()
        for label in (self.counts, self.zoom):
            label.setTextFormat(Qt.TextFormat.PlainText)
            self.statusBar().addPermanentWidget(label)

    def fill(self, app: App) -> None:
        """Put the parts of `app` where they belong; from now on it answers the commands."""
        self.app = app
        self.sheets = sheets = QTabWidget()
        sheets.setDocumentMode(True)
        sheets.setMinimumSize(240, 80)
        sheets.currentChanged.connect(self._name_sheet)
        for title, sheet in app.sheets:
            sheets.addTab(sheet, title)
        panels: dict[str, QWidget] = {
            "palette": app.palette, "edits": app.edits, "inspector": app.inspector,
            "lesson": app.lesson, "ledger": app.ledger, "program": app.program,
            "outline": app.outline, "code": sheets, "legend": app.legend,
        }  # fmt: skip
        for place in DOCKS:
            panel = panels[place.name]
            panel.setAccessibleName(tr(place.title))
            panel.setAccessibleDescription(tr(place.about))
            self.docks[place.name].setWidget(panel)
        self.work = self._work(app)
        self.pages.addWidget(self.work)
        self.pages.addWidget(app.start_page)
        self.show_page(self.work)
        self.pages.removeWidget(self.ground)
        self.ground.hide()

    def _work(self, app: App) -> QWidget:
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(app.notice)
        column.addWidget(app.views, 1)
        column.addWidget(app.caption)
        column.addWidget(app.transport)
        return work

    def show_sheet(self, sheet: QWidget) -> None:
        """Bring the dock below and one of its tabs to the front."""
        self.docks["code"].show()
        self.docks["code"].raise_()
        self.sheets.setCurrentWidget(sheet)

    def _name_sheet(self, index: int) -> None:
        """The dock below is called what its tab in front is."""
        title = self.docks["code"].titleBarWidget()
        if isinstance(title, DockTitle):
            title.name.setText(self.sheets.tabText(index))

    def show_page(self, page: QWidget) -> None:
        """What is to be seen: the work with its docks, or the start page alone."""
        working, layout = page is self.work, self._layout_of_work
        if not working and layout is None:
            self.sharing.note()
            self._layout_of_work = self.saveState()
            for dock in self.docks.values():
                dock.hide()
        self.pages.setCurrentWidget(page)
        if working and layout is not None:
            self._layout_of_work = None
            self.restoreState(layout)
            if not self.sized and self.isVisible():
                self._size_when_filled()
            self.sharing.share()

    # ---- keeping up --------------------------------------------------------------------------

    def perform(self, do: Callable[[App], object]) -> None:
        """What a menu or a key asks for, once there is somebody to do it."""
        if self.app is not None:
            do(self.app)

    def refresh(self) -> None:
        """Grey out what cannot be done now and tick what is switched on."""
        app = self.app
        if app is None:
            return
        for command in COMMANDS:
            action = self.actions_by_id[command.id]
            if command.when is not None:
                action.setEnabled(command.when(app))
            if command.checked is not None:
                action.setChecked(command.checked(app))
                button = self.buttons.get(command.id)
                if isinstance(button, QCheckBox):
                    button.setChecked(command.checked(app))
        for name, action in self.menus.themes.items():
            action.setChecked(name == app.settings.theme)

    def set_icons(self, icon: Callable[[str], QIcon]) -> None:
        """Colour the icons for the theme."""
        for command in COMMANDS:
            if command.icon:
                self.actions_by_id[command.id].setIcon(icon(command.icon))
                button = self.buttons.get(command.id)
                if isinstance(button, QPushButton):
                    button.setIcon(icon(command.icon))
                    button.setIconSize(QSize(16, 16) * self.sharing.text)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.sized and self._layout_of_work is None:
            self._size_when_filled()

    def _size_when_filled(self) -> None:
        self.sized = True
        if self.app is None:
            self.size_docks()
        else:  # on a small screen its parts must first find their room
            self._filled.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # first: if the rest fails the window stays, and the work in it
        event.setAccepted(self.app is None or self.app.may_quit())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        names = [url.toLocalFile() for url in event.mimeData().urls()]
        event.acceptProposedAction()
        self.perform(lambda app: app.open_dropped(names))
