"""What the commands about training do with an App."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.model.film import TraceFilm
from gui.model.trained import trained, with_trained
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App


class Training:
    """Keeps what a run has made of the leaves."""

    def __init__(self, app: App) -> None:
        self.app = app

    def keep(self) -> None:
        """The leaves' values at the player's step become those they start with, as one edit."""
        app, film, step = self.app, self.app.player.film, self.app.player.step
        found = trained(film, step) if isinstance(film, TraceFilm) else {}
        if not isinstance(film, TraceFilm) or not found:
            app.say(tr("No leaf has another value at this step than it started with."))
            return
        document = with_trained(app.editor.document, film, step)
        names = [document.graph.nodes[i].name for i in found if i in document.graph.nodes]
        app.editor.apply(tr("Keep the trained values of {}").format(", ".join(names)), document)
