"""What the app remembers between starts: recent files, theme, window; never part of a document."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from gui.state.player import SPEEDS

RECENT_LIMIT = 10
THEME_CHOICES = ("system", "light", "dark", "high contrast")


class Settings(QObject):
    """Typed access to QSettings; what is missing or unreadable falls back to a default."""

    recent_changed = Signal()
    theme_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Chainrule", "Chainrule"
        )

    # ---- recent files --------------------------------------------------------------------------

    @property
    def recent(self) -> tuple[Path, ...]:
        """The files opened or saved last, newest first."""
        stored = self._store.value("recent", [])
        paths = [stored] if isinstance(stored, str) else stored
        return (
            tuple(Path(p) for p in paths if isinstance(p, str)) if isinstance(paths, list) else ()
        )

    def remember(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        found = [path.absolute(), *(p for p in self.recent if p != path.absolute())]
        self._store.setValue("recent", [str(p) for p in found[:RECENT_LIMIT]])
        self.recent_changed.emit()

    def forget_recent(self) -> None:
        """Empty the list."""
        self._store.setValue("recent", [])
        self.recent_changed.emit()

    # ---- appearance ----------------------------------------------------------------------------

    @property
    def theme(self) -> str:
        """One of THEME_CHOICES."""
        name = self._store.value("theme", "system")
        return name if name in THEME_CHOICES else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)
        self.theme_changed.emit(name)

    @property
    def reduced_motion(self) -> bool:
        return self._flag("reduced_motion", False)

    @reduced_motion.setter
    def reduced_motion(self, on: bool) -> None:
        self._store.setValue("reduced_motion", on)

    @property
    def speed(self) -> float:
        """The playback speed, one of SPEEDS."""
        try:
            speed = float(str(self._store.value("speed", 1.0)))
        except ValueError:
            return 1.0
        return speed if speed in SPEEDS else 1.0

    @speed.setter
    def speed(self, factor: float) -> None:
        self._store.setValue("speed", factor)

    def _flag(self, key: str, default: bool) -> bool:
        return str(self._store.value(key, default)).lower() == "true"

    # ---- the window ----------------------------------------------------------------------------

    @property
    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """(geometry, docks) of the main window as it was left."""
        geometry, state = self._store.value("geometry"), self._store.value("docks")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    @layout.setter
    def layout(self, state: tuple[QByteArray, QByteArray] | None) -> None:
        for key, value in zip(("geometry", "docks"), state or (None, None), strict=True):
            if value is None:
                self._store.remove(key)
            else:
                self._store.setValue(key, value)

    def flush(self) -> None:
        """Write to disk now."""
        self._store.sync()
