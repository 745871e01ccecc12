"""Tests for gui.model.folders: one place for each kind of thing, on every platform."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from gui.model.folders import data_folder, log_folder

HOME = Path("/home/ada")


@pytest.mark.parametrize(
    ("platform", "environ", "data", "log"),
    [
        ("linux", {}, ".local/share/Chainrule", ".local/state/Chainrule/log"),
        ("linux", {"XDG_DATA_HOME": "not/absolute"}, ".local/share/Chainrule",
         ".local/state/Chainrule/log"),
        ("darwin", {}, "Library/Application Support/Chainrule", "Library/Logs/Chainrule"),
        ("win32", {}, "AppData/Local/Chainrule", "AppData/Local/Chainrule/Logs"),
    ],
)  # fmt: skip
def test_each_platform_has_its_usual_folders(platform, environ, data, log):
    assert data_folder(environ, platform, HOME) == HOME / PurePosixPath(data)
    assert log_folder(environ, platform, HOME) == HOME / PurePosixPath(log)


def test_the_variables_of_the_platform_are_heard():
    environ = {"XDG_DATA_HOME": "/data", "XDG_STATE_HOME": "/state"}
    assert data_folder(environ, "linux", HOME) == Path("/data/Chainrule")
    assert log_folder(environ, "linux", HOME) == Path("/state/Chainrule/log")


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_one_variable_carries_everything_along(platform):
    environ = {"CHAINRULE_HOME": "/stick", "XDG_DATA_HOME": "/data"}
    assert data_folder(environ, platform, HOME) == Path("/stick")
    assert log_folder(environ, platform, HOME) == Path("/stick/log")
