"""When another program changes the open file: said in a bar, never in between what one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QWindow

from gui.model.compared import compared
from gui.model.document import Document
from gui.model.files import ABSENT
from gui.panels.compare import CompareDialog
from gui.panels.notice import Choice, Notice
from gui.state.aside import Aside
from gui.state.reader import Reading
from gui.state.watch import Watch
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App


class Outside(QObject):
    """Between the watched file, the bar that tells of it, and the filing that does what is said."""

    def __init__(self, app: App, notice: Notice) -> None:
        super().__init__(app.editor)
        self.app, self.notice = app, notice
        self.watch = Watch(self)
        self._aside = Aside(self)
        self._aside.found.connect(self._show_compared)
        self._told: tuple[str, bool] | None = None
        """What the bar tells of: the file's hash, and whether there were unsaved changes then."""
        self._clean: Document | None = None
        """What was open here, and in the file, before that was changed."""
        self.watch.differs.connect(self._on_differs)
        self.watch.agrees.connect(self._on_agrees)
        app.filing.followed.connect(self._on_followed)
        app.editor.history.cleanChanged.connect(self._on_edited)
        notice.left.connect(self._on_left)
        self._gui().focusWindowChanged.connect(self._on_window)

    @staticmethod
    def _gui() -> QGuiApplication:
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        return application

    def close(self) -> None:
        """Nobody is to be told any more."""
        self._gui().focusWindowChanged.disconnect(self._on_window)
        self.watch.rest()
        self.notice.clear()

    def _on_followed(self, path: object, seen: object) -> None:
        self._clean = self._told = None
        self.watch.follow(path, seen)  # type: ignore[arg-type]
        self.notice.clear()

    def _on_window(self, window: QWindow | None) -> None:
        """Whoever comes back from another program may have changed the file there."""
        if window is not None and window is self.app.window.windowHandle():
            self.watch.look()

    def _on_left(self) -> None:
        self.app.views.canvas.setFocus()

    # ---- what is said --------------------------------------------------------------------------

    def _on_differs(self, found: str) -> None:
        if self.app.filing.saver.busy:
            return  # when that is over the file is followed anew
        if not self.app.editor.dirty:
            self._clean = self.app.editor.document
        self._tell(found)

    def _on_edited(self, *_: object) -> None:
        """What can be done depends on whether there are unsaved changes."""
        if self._told is None or self.notice.isHidden():
            return
        found, dirty = self._told
        if found != ABSENT and dirty != self.app.editor.dirty:
            self._tell(found)

    def _tell(self, found: str) -> None:
        dirty = self.app.editor.dirty
        self._told = found, dirty
        if found == ABSENT:
            self._tell_gone()
        elif dirty:
            self._tell_changed_both()
        else:
            self._tell_changed()

    def _tell_gone(self) -> None:
        self.app.editor.unsaved()  # else closing would lose what no file has
        text = tr(
            "“{}” is no longer there: it was removed or renamed. Your work is still open here."
        )
        filing = self.app.filing
        again = Choice(
            tr("Save it again"), tr("Write the file anew at its place"), filing.save_again
        )
        other = Choice(tr("Save as…"), tr("Choose another file"), filing.save_as)
        self.notice.say(text.format(self.app.editor.title), [again, other])

    def _tell_changed(self) -> None:
        text = tr("“{}” was changed by another program.").format(self.app.editor.title)
        keep = Choice(
            tr("Keep mine"),
            tr("Go on with what is here; saving asks once more"),
            self.app.editor.unsaved,
        )
        self.notice.say(text, [self._reload_choice(), keep, self._compare_choice()])

    def _tell_changed_both(self) -> None:
        text = tr("“{}” was changed by another program, and has unsaved changes here.")
        keep = Choice(
            tr("Keep mine as copy…"), tr("Save what is here as another file, and go on with it"),
            self.app.filing.save_as,
        )  # fmt: skip
        self.notice.say(
            text.format(self.app.editor.title),
            [keep, self._reload_choice(), self._compare_choice()],
        )

    def _reload_choice(self) -> Choice:
        tip = tr("Take over what the file holds: an edit that can be undone")
        return Choice(tr("Reload"), tip, self._reload)

    def _reload(self) -> None:
        told = tr("Taken over from the file. {} brings back what was here.")
        self.app.filing.reload(tr("Reload"), told.format(self.app.desk.key_of("undo")))

    def _compare_choice(self) -> Choice:
        return Choice(tr("Compare…"), tr("List what differs"), self._compare, stays=True)

    def _on_agrees(self) -> None:
        """The file is again what was last seen of it."""
        self._told = None
        self.notice.clear()
        editor = self.app.editor
        if self._clean is not None and editor.path is not None:
            editor.saved(editor.path, self._clean)

    # ---- what is done --------------------------------------------------------------------------

    def _compare(self) -> None:
        if self.app.editor.path is not None:
            self._aside.ask(Reading(self.app.editor.path))

    def _show_compared(self, reading: Reading) -> None:
        """What was read; meanwhile another document may have been opened, or a dialog."""
        app, theirs = self.app, reading.document
        if app.editor.path != reading.path or not app.filing.reader.may_tell():
            return
        if theirs is None:
            app.filing.refuse(reading)
            return
        text = tr("How “{}” on the disk differs from what is open here.")
        found = compared(app.editor.document, theirs)
        CompareDialog(tr("Compare"), text.format(app.editor.title), found, app.window).exec()
