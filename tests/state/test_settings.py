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
    with qtbot.waitSignal(settings.changed) as changed:
        settings.theme = "dark"
    assert changed.args == ["theme"]
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
        ("digits", "many", "digits", 4), ("digits", 0, "digits", 4),
        ("digits", "9" * 30, "digits", 4),
        ("digits", "4.5", "digits", 4), ("text_size", -3, "text_size", 13),
        ("text_size", ["13", "14"], "text_size", 13), ("dtype", "float8", "dtype", "float32"),
        ("dtype", "__class__", "dtype", "float32"), ("wheel", "", "wheel", "zooms"),
        ("touchpad", "ZOOMS", "touchpad", "pans"), ("language", "../../etc", "language", "system"),
        ("language", "x" * 1000, "language", "system"), ("started", "\0", "started", False),
        ("layout_sum", "0", "layout", None),
    ],
)  # fmt: skip
def test_what_is_unreadable_falls_back_to_the_default(settings, key, value, name, default):
    settings._store.setValue(key, value)
    assert getattr(anew(settings), name) == default


@pytest.mark.qt_log_ignore("invalid type")  # Qt says so of what it finds there
def test_a_whole_file_of_garbage_gives_the_defaults(settings):
    """Bytes that are no ini file at all, and one whose every value is nonsense."""
    path = Path(settings._store.fileName())
    for garbage in (bytes(range(256)) * 40, b"[General]\n" + b"".join(
        f"{name}=@Variant(\\0\\0\\x7f\\xff)\n".encode() for name in Settings.DIALOG
    )):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(garbage)
        found = Settings()
        assert found.values() == found.defaults()
        assert (found.recent, found.layout, found.started) == ((), None, False)


def test_a_layout_of_which_a_byte_has_changed_is_no_layout(settings):
    settings.layout = (QByteArray(b"geometry"), QByteArray(b"docks"))
    settings._store.setValue("docks", QByteArray(b"dockt"))
    assert anew(settings).layout is None


def test_what_the_dialog_changes_can_be_taken_back(settings, qtbot):
    settings.digits = 6
    before = settings.values()
    settings.theme, settings.digits, settings.dtype = "dark", 2, "float64"
    settings.take(before)
    assert settings.values() == before
    settings.take(settings.defaults())
    assert settings.digits == 4
    with qtbot.assertNotEmitted(settings.changed):
        settings.digits = 4  # nothing new


def test_one_file_can_be_taken_off_the_list(settings):
    for name in "ab":
        settings.remember(Path(f"/tmp/{name}.chain"))
    settings.forget(Path("/tmp/a.chain"))
    assert anew(settings).recent == (Path("/tmp/b.chain"),)
