"""What is remembered between starts, and what is made of a file that somebody else wrote."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from gui.state.settings import RECENT_LIMIT, Settings


@pytest.fixture
def settings(qapp):
    made = Settings()
    made._store.clear()
    yield made
    made._store.clear()
    made.flush()


def anew(settings):
    """What the next start finds."""
    settings.flush()
    return Settings()


def test_a_first_start_has_defaults(settings):
    assert (settings.recent, settings.theme, settings.speed) == ((), "system", 1.0)
    assert (settings.reduced_motion, settings.layout) == (False, None)


def test_what_is_set_is_found_at_the_next_start(settings, qtbot):
    with qtbot.waitSignal(settings.theme_changed) as changed:
        settings.theme = "dark"
    assert changed.args == ["dark"]
    settings.speed, settings.reduced_motion = 2.0, True
    settings.layout = (QByteArray(b"geometry"), QByteArray(b"docks"))
    found = anew(settings)
    assert (found.theme, found.speed, found.reduced_motion) == ("dark", 2.0, True)
    assert found.layout == (QByteArray(b"geometry"), QByteArray(b"docks"))
    found.layout = None
    assert anew(found).layout is None


def test_recent_files_are_newest_first_each_once_and_not_too_many(settings, qtbot):
    for k in range(RECENT_LIMIT + 3):
        with qtbot.waitSignal(settings.recent_changed):
            settings.remember(Path(f"/tmp/{k}.chain"))
    settings.remember(Path("/tmp/5.chain"))
    names = [path.stem for path in anew(settings).recent]
    assert names[:3] == ["5", "12", "11"]
    assert len(names) == len(set(names)) == RECENT_LIMIT
    settings.forget_recent()
    assert anew(settings).recent == ()


def test_one_recent_file_is_still_a_list(settings):
    settings.remember(Path("/tmp/only, one.chain"))
    assert anew(settings).recent == (Path("/tmp/only, one.chain"),)


@pytest.mark.parametrize(
    ("key", "value", "name", "default"),
    [
        ("theme", "pink", "theme", "system"), ("theme", 7, "theme", "system"),
        ("speed", "fast", "speed", 1.0), ("speed", "nan", "speed", 1.0),
        ("speed", 3.5, "speed", 1.0), ("recent", 7, "recent", ()),
        ("reduced_motion", "perhaps", "reduced_motion", False), ("geometry", "x", "layout", None),
    ],
)  # fmt: skip
def test_what_is_unreadable_falls_back_to_the_default(settings, key, value, name, default):
    settings._store.setValue(key, value)
    assert getattr(anew(settings), name) == default
