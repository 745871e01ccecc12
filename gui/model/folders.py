"""Where Chainrule keeps what is not a document of the person's: recovery, earlier saves, logs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NAME = "Chainrule"
HOME = "CHAINRULE_HOME"
"""The variable that puts everything into one folder: tests, or a copy carried on a stick."""


def data_folder(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """What must outlive a crash and a restart: never a temporary folder or a cache."""
    home = home or Path.home()
    if own := environ.get(HOME):
        return Path(own)
    if platform == "win32":
        return _local(environ, home) / NAME
    if platform == "darwin":
        return home / "Library" / "Application Support" / NAME
    return _xdg(environ, "XDG_DATA_HOME", home / ".local" / "share") / NAME


def log_folder(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """What tells afterwards what happened; may be deleted at any time."""
    home = home or Path.home()
    if own := environ.get(HOME):
        return Path(own) / "log"
    if platform == "win32":
        return _local(environ, home) / NAME / "Logs"
    if platform == "darwin":
        return home / "Library" / "Logs" / NAME
    return _xdg(environ, "XDG_STATE_HOME", home / ".local" / "state") / NAME / "log"


def _local(environ: Mapping[str, str], home: Path) -> Path:
    return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")


def _xdg(environ: Mapping[str, str], name: str, fallback: Path) -> Path:
    """A relative path there is to be ignored, says the XDG Base Directory Specification."""
    given = Path(environ.get(name, ""))
    return given if given.is_absolute() else fallback
