"""The longer texts of the Help menu: the manual's pages, what the app is made of."""

from __future__ import annotations

from importlib import metadata
from platform import python_version

import assets
from gui.shortcuts import as_markdown
from gui.state.keymap import Keymap
from gui.tr import tr

PAGES = (
    ("First steps", "first_steps"), ("Gestures", "gestures"), ("Playing", "playing"),
    ("Training", "training"), ("The pictures", "pictures"), ("Recovery", "recovery"),
)  # fmt: skip
"""(title, file in assets/help); the page of the keys is made from the keys."""
KEYBOARD = "Keyboard"
MADE_WITH = (
    "PySide6-Essentials",
    "shiboken6",
    "numpy",
    "networkx",
    "msgspec",
    "graphlay",
    "ziamath",
    "ziafont",
    "latex2mathml",
    "pyqtgraph",
    "pillow",
)
"""What is installed with Chainrule."""


def pages(keymap: Keymap) -> dict[str, str]:
    """Title -> Markdown of the whole manual."""
    written = {
        tr(title): assets.path("help", f"{name}.md").read_text("utf-8") for title, name in PAGES
    }
    return {**written, tr(KEYBOARD): as_markdown(keymap)}


def about(version: str) -> str:
    """What the About box says above the table."""
    return "\n\n".join(
        (
            tr("See backprop happen."),
            tr("Compose a computation graph, run it on an engine that does what PyTorch does, and "
               "step through its backward pass."),
            tr("Engine: {} · MIT licence").format(version),
        )
    )  # fmt: skip


def parts() -> list[tuple[str, str, str]]:
    """(name, version, licence) of everything Chainrule is made with."""
    return [("Python", python_version(), "PSF-2.0"), *map(_part, MADE_WITH)]


def _part(name: str) -> tuple[str, str, str]:
    try:
        found = dict(metadata.metadata(name).items())  # type: ignore[attr-defined]
    except metadata.PackageNotFoundError:
        return name, tr("not installed"), ""
    licence = found.get("License-Expression") or found.get("License") or tr("see its files")
    return found["Name"].replace("_", "-"), found["Version"], licence.splitlines()[0]
