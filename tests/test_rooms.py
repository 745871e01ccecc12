"""The plan of the house is kept: who may import whom, what lies where, how long a file may get."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

QT = {"PySide6", "shiboken6", "pyqtgraph"}
WIDGETS = {"PySide6.QtWidgets", "PySide6.QtOpenGLWidgets", "PySide6.QtSvgWidgets", "pyqtgraph"}
WHOLE = {  # those that know several rooms are known by none
    f"gui.{name}"
    for name in (
        "app",
        "window",
        "desk",
        "doing",
        "filming",
        "importing",
        "labs",
        "menus",
        "panes",
        "placing",
        "shortcuts",
        "start",
    )
}

FORBIDDEN = {  # room -> what may not be imported there, nor anything inside it
    "engine": QT | {"gui"},
    "gui/model": QT | WHOLE | {"gui.state", "gui.canvas", "gui.panels", "gui.export"},
    "gui/state": WIDGETS | WHOLE | {"gui.canvas", "gui.panels", "gui.export"},
    "gui/canvas": WHOLE | {"gui.panels", "gui.export"},
    "gui/panels": WHOLE | {"gui.canvas", "gui.export"},
    "gui/export": WHOLE | {"gui.canvas", "gui.panels"},
}

TOP_LEVEL = {
    *("main.py", "gui", "engine", "tests", "assets", "pyproject.toml", "benchmarks", "Makefile"),
    *("README.md", "LICENSE", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
}
MADE = {"__pycache__", "build", "dist", "chainrule.egg-info"}  # by tools, and never committed


def imports(path, root):
    """Every name a file imports, in full, wherever in the file it stands."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*above, *filter(None, [node.module])])
            # `from gui import canvas` imports gui.canvas as well.
            yield from (f"{source}.{alias.name}" for alias in node.names)


def trespasses(room, root=ROOT):
    """The imports in a room's files that its doors should have stopped."""
    return [
        f"{path.relative_to(root)}: {name}"
        for path in sorted((root / room).rglob("*.py"))
        for name in imports(path, root)
        if any(f"{name}.".startswith(f"{shut}.") for shut in FORBIDDEN[room])
    ]


def files():
    tops = [ROOT / name for name in sorted(TOP_LEVEL)]
    found = [path for top in tops for path in [top, *top.rglob("*.py")]]
    return [path for path in found if path.suffix == ".py" and path.is_file()]


def lines(path):
    return len(path.read_text("utf-8").splitlines())


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_keeps_its_doors_shut(room):
    assert not trespasses(room)


def test_every_room_is_where_the_plan_says():
    """A room that was renamed or emptied would keep its doors shut too."""
    if not (ROOT / "gui" / "app.py").exists():
        pytest.skip("the house is not built yet")
    later = {"gui/export"}
    assert not [room for room in FORBIDDEN.keys() - later if not any((ROOT / room).glob("*.py"))]


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("engine", "import PySide6"),
        ("engine", "from gui.model import words"),
        ("engine", "def f():\n    from PySide6.QtCore import QObject"),
        ("gui/model", "from gui import canvas"),
        ("gui/model", "from ..state import player"),
        ("gui/state", "from PySide6 import QtWidgets"),
        ("gui/panels", "import gui.canvas.view as view"),
        ("gui/canvas", "from .. import window"),
    ],
)
def test_a_trespass_is_seen(tmp_path, room, line):
    folder = tmp_path / room
    folder.mkdir(parents=True)
    (folder / "planted.py").write_text(line, "utf-8")
    assert len(trespasses(room, tmp_path)) == 1


def test_what_is_allowed_is_not_called_a_trespass(tmp_path):
    folder = tmp_path / "gui" / "panels"
    folder.mkdir(parents=True)
    allowed = "import engine, gui.canvasses\nfrom . import ledger\nfrom PySide6 import QtWidgets"
    (folder / "planted.py").write_text(allowed, "utf-8")
    assert not trespasses("gui/panels", tmp_path)


def test_what_knows_no_qt_brings_none_in_by_a_back_door():
    """Importing all of it, directly and through others, leaves Qt unloaded."""
    room_files = [p for room in ("engine", "gui/model") for p in (ROOT / room).rglob("*.py")]
    modules = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in room_files]
    code = f"""
import importlib, sys
for name in {sorted(modules)}:
    importlib.import_module(name.removesuffix(".__init__"))
sys.exit("PySide6" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_no_file_is_longer_than_500_lines():
    assert not [f"{path}: {lines(path)}" for path in files() if lines(path) > 500]


def test_the_window_holds_no_logic():
    window = ROOT / "gui" / "window.py"
    assert not window.exists() or lines(window) < 250


def test_the_top_level_is_as_agreed():
    names = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert not names - TOP_LEVEL - MADE


def calls(path):
    """(dotted name, line) of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def test_only_the_editor_puts_another_document_in_place():
    """`Editor.apply` and `Editor.open` are the only ways to a new current Document."""
    guilty = []
    for path in (ROOT / "gui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                name = ast.unparse(target)
                if name.endswith("editor.document") or (
                    name == "self.document" and path.name == "editor.py"
                ):
                    guilty.append((path.name, name))
    assert {name for name, _ in guilty} == {"editor.py"}


def test_json_is_read_in_one_place():
    readers = {
        path.name
        for path in (ROOT / "gui").rglob("*.py")
        for name, _ in calls(path)
        if name in ("json.loads", "json.load", "JSONDecoder", "json.JSONDecoder")
    }
    assert readers == {"strict_json.py"}


@pytest.mark.parametrize("room", ["engine", "gui"])
def test_nothing_read_is_ever_run_as_code(room):
    forbidden = {
        "eval",
        "exec",
        "compile",
        "__import__",
        "pickle.load",
        "pickle.loads",
        "os.system",
    }
    found = [
        (path.name, name, line)
        for path in (ROOT / room).rglob("*.py")
        for name, line in calls(path)
        if name in forbidden and path.parent.name != "compiling"  # compiles what it wrote itself
    ]
    assert not found


def test_tests_do_not_sleep():
    found = [
        (path.name, name, line)
        for path in (ROOT / "tests").rglob("*.py")
        for name, line in calls(path)
        if name in ("time.sleep", "sleep", "QTest.qWait", "qtbot.wait", "QThread.msleep")
    ]
    assert not found


CLOCKS = ("time", "timeit", "PySide6.QtCore.QElapsedTimer", "PySide6.QtCore.QDeadlineTimer")


def test_tests_look_at_no_clock():
    """What they say must not depend on the machine: work is counted, a clock is a parameter."""
    kinds = ("test_*.py", "*_kit.py", "conftest.py")
    tests = [path for kind in kinds for path in (ROOT / "tests").rglob(kind)]
    assert len(tests) > 100
    found = [
        (path.name, name)
        for path in tests
        for name in imports(path, ROOT)
        if name.startswith(tuple(f"{clock}." for clock in CLOCKS)) or name in CLOCKS
    ]
    assert not found


def test_tests_wait_as_long_as_it_takes():
    """`conftest` says how long that is at most."""
    found = [
        (path.name, node.lineno)
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith((".waitUntil", ".waitSignal", ".waitSignals"))
        and any(keyword.arg == "timeout" for keyword in node.keywords)
    ]
    assert not found


def test_what_comes_later_goes_with_the_object_it_is_for():
    """PySide keeps what `QTimer.singleShot` was to call where that has gone; a child does not."""
    found = [
        (path.name, line)
        for path in (ROOT / "gui").rglob("*.py")
        for name, line in calls(path)
        if name.endswith("QTimer.singleShot")
    ]
    assert not found


def test_the_clipboard_is_given_text():
    """A QMimeData of Python's is freed twice, by the clipboard and by Python: that is a crash."""
    found = [
        (path.name, line)
        for room in ("gui", "tests")
        for path in (ROOT / room).rglob("*.py")
        for name, line in calls(path)
        if name.endswith("setMimeData") and "clipboard" in name
    ]
    assert not found
