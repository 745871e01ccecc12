"""Menus and toolbar, built from the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QCheckBox, QMenu, QPushButton, QSizePolicy, QToolBar, QWidget

from gui.actions import BY_ID, COMMANDS, MENUS, TOOLBAR, Command, plain
from gui.state.choices import THEMES
from gui.tr import tr

if TYPE_CHECKING:
    from gui.window import Window

Button = QCheckBox | QPushButton


class Menus:
    """The actions of a window, by id; what they do is asked of the window when they are chosen."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.actions = {command.id: self._action(command) for command in COMMANDS}
        self.menus = {title: window.menuBar().addMenu(f"&{tr(title)}") for title in MENUS}
        self.inner: dict[str, QMenu] = {}
        for command in COMMANDS:
            if command.separator:
                self.menus[command.menu].addSeparator()
            self._menu_of(command).addAction(self.actions[command.id])
        self.lessons, self.recent = QMenu(tr("&Lessons"), window), QMenu(tr("Open &recent"), window)
        self.errors = QMenu(tr("&Errors, replayed"), window)
        for menu in (self.lessons, self.recent):
            self.menus["File"].insertMenu(self.actions["save"], menu)
        self._build_view_menus(self.menus["View"])
        for menu in self.menus.values():
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(window.refresh)
        self.buttons: dict[str, Button] = {}
        self.bar = self._toolbar()

    def _action(self, command: Command) -> QAction:
        action = QAction(self.text_of(command, (command.key,)), self.window)
        action.setShortcuts(QKeySequence.listFromString(command.shortcut))
        if command.tip:
            action.setToolTip(tr(command.tip))
            action.setStatusTip(tr(command.tip))
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda _=False, do=command.do: self.window.perform(do))
        return action

    def _menu_of(self, command: Command) -> QMenu:
        menu = self.menus[command.menu]
        if not command.under:
            return menu
        if command.under not in self.inner:
            self.inner[command.under] = menu.addMenu(tr(command.under))
        return self.inner[command.under]

    @staticmethod
    def text_of(command: Command, canvas_keys: tuple[str, ...]) -> str:
        """The command's text, with the first of the keys that only the canvas knows."""
        return "\t".join([tr(command.text), *(key for key in canvas_keys[:1] if key)])

    def _build_view_menus(self, menu: QMenu) -> None:
        themes = menu.addMenu(tr("&Theme"))
        self.themes: dict[str, QAction] = {}
        for name in THEMES:
            action = themes.addAction(tr(name.capitalize()))
            action.triggered.connect(
                lambda _=False, n=name: self.window.perform(lambda app: app.choose_theme(n))
            )
            action.setCheckable(True)
            self.themes[name] = action
        panels = menu.addMenu(tr("&Panels"))
        for dock in self.window.docks.values():
            panels.addAction(dock.toggleViewAction())
        panels.addSeparator()
        back = panels.addAction(tr("Put all panels back"))
        back.triggered.connect(lambda: self.window.perform(lambda app: app.reset_layout()))

    def _toolbar(self) -> QToolBar:
        bar = QToolBar(tr("Run"), self.window)
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(16, 16))
        for name in TOOLBAR:
            bar.addWidget(self._button(BY_ID[name]))
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self._button(BY_ID["commands"]))
        return bar

    def _button(self, command: Command) -> Button:
        text = plain(command)
        button: Button = QPushButton(text) if command.checked is None else QCheckBox(text)
        button.clicked.connect(self.actions[command.id].trigger)
        button.setObjectName(f"run-{command.id}")
        self.buttons[command.id] = button
        self._show_tip(command)
        return button

    def set_keys(self, command: Command, keys: tuple[str, ...], *, in_window: bool) -> None:
        """Bind the command to these keys in the window, or only write them beside it."""
        action = self.actions[command.id]
        if in_window:
            action.setShortcuts([QKeySequence(key) for key in keys])
        elif command.id not in ("undo", "redo"):  # these say what they undo
            action.setText(self.text_of(command, keys))
        if command.id in self.buttons:
            self._show_tip(command)

    def _show_tip(self, command: Command) -> None:
        native = QKeySequence.SequenceFormat.NativeText
        keys = self.actions[command.id].shortcut().toString(native)
        tip = tr(command.tip) if command.tip else plain(command)
        self.buttons[command.id].setToolTip(tip + (f" ({keys})" if keys else ""))
