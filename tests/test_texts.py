"""What a stranger writes into a file is shown as text, all of it, and is nothing but text."""

import json
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from engine.code.source import identifiers
from engine.graph import Graph, Node
from gui.export import image
from gui.model.document import Document
from gui.model.files import load, save
from gui.model.findings import Unreadable
from gui.model.names import why_no_name
from gui.model.reading import from_text
from gui.model.unseen import UNSEEN, visible
from gui.model.writing import to_text
from tests.test_app import app, settled  # noqa: F401  (fixtures)
from tests.test_rooms import ROOT, calls, imports
from tests.text_kit import Opened, hover, painted, said_by, strange, tips_of, visit

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

TURNED = "a\u202eb\u200bc\u2066d\ufe0fe\U000e0041f"


# ---- what cannot be seen -----------------------------------------------------------------------


ALONE = (0xAD, 0x34F, 0x61C, 0x2060, 0x3164, 0xFE0F, 0xFEFF, 0xE0041, 0xE01EF)


@pytest.mark.parametrize(
    "code", [*ALONE, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
def test_what_cannot_be_seen_is_shown_by_its_code(code):
    assert visible(f"x{chr(code)}y") == f"x⟦U+{code:04X}⟧y"
    assert not UNSEEN.search(visible(chr(code)))


@pytest.mark.parametrize("text", ["", "x", "größe", "数", "👩", "é", "a\nb\tc", "<b>&"])
def test_what_can_be_seen_is_left_as_it_is(text):
    assert visible(text) is text


def test_a_node_is_not_given_a_name_that_cannot_be_told_from_another():
    assert "x\ufe0f".isidentifier()
    assert "nobody can see" in why_no_name("x\ufe0f", ())
    assert "⟦U+FE0F⟧" in why_no_name("x\ufe0f", ())


def test_in_code_a_name_has_no_letter_that_cannot_be_seen():
    names = identifiers(strange(TURNED).graph).values()
    assert not [name for name in names if UNSEEN.search(name)]
    assert len(set(names)) == len(names)


def test_the_document_keeps_what_is_written():
    document = strange(TURNED)
    assert from_text(to_text(document)) == document


@pytest.fixture
def boxes(monkeypatch):
    """The message boxes that would have been waited for."""
    found = []

    def shown(box):
        assert box.textFormat() == Qt.TextFormat.PlainText
        box.show()
        found.extend(text for _, text in said_by(box))
        box.hide()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", shown)
    return found


@pytest.fixture
def strangers(qtbot, app, tmp_path, boxes):  # noqa: F811
    """A window with a file of strange texts."""

    def opened(text):
        path = tmp_path / "graph.chain"
        path.write_text(to_text(strange(text)), "utf-8")
        assert app.filing.open(path)
        settled(qtbot, app)
        return app

    return opened


def test_every_panel_shows_what_cannot_be_seen(qtbot, strangers, boxes, monkeypatch):
    app = strangers(TURNED)  # noqa: F811
    assert any("⟦U+202E⟧" in text or "\\u202e" in text for text in boxes)
    wrong = {("box", text) for text in boxes if UNSEEN.search(text)}
    shown = set()
    with painted(monkeypatch) as drawn:
        for where in visit(qtbot, app):
            QApplication.processEvents()
            app.window.repaint()
            wrong |= {(where, type(w).__name__, t[:60]) for w, t in said_by(app.window)
                      if UNSEEN.search(t)}  # fmt: skip
            wrong |= {(where, "tip", type(w).__name__, t[:60]) for w, t in tips_of(app.window)
                      if UNSEEN.search(t)}  # fmt: skip
            wrong |= {(where, "paint", t[:60]) for t in drawn if UNSEEN.search(t)}
            shown |= {"⟦U+202E⟧" in t for t in drawn}
            drawn.clear()
    assert not wrong
    assert True in shown


# ---- nothing is HTML ---------------------------------------------------------------------------


@pytest.fixture
def probe(tmp_path):
    """A picture that is seen to be opened, and a text that asks Qt to."""
    path = tmp_path / "probe.png"
    image = QImage(37, 37, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(path))
    read = Opened(path)
    path.read_bytes()
    if not read:
        pytest.skip("this file system keeps no time of access")
    return f'<img src="{path}"><b>x</b>', Opened(path)


def test_a_careless_label_would_be_noticed(qtbot, probe):
    markup, opened = probe
    label = QLabel(markup)
    qtbot.addWidget(label)
    label.sizeHint()
    assert opened


def test_no_text_of_a_file_is_read_as_html(qtbot, strangers, probe):
    markup, opened = probe
    app = strangers(markup)  # noqa: F811
    tips = set()
    for where in visit(qtbot, app):
        QApplication.processEvents()
        app.window.grab()
        assert not opened, where
        for widget in app.window.findChildren(QLabel):
            if widget.textFormat() != Qt.TextFormat.PlainText:
                assert "<img" not in widget.text(), (where, widget)
        for _, tip in tips_of(app.window):
            assert "<img" not in tip, (where, tip)
            tips.add(tip)
    assert any("&lt;img" in tip for tip in tips)


def test_no_tooltip_of_the_canvas_is_read_as_html(qtbot, strangers, probe):
    markup, opened = probe
    app = strangers(markup)  # noqa: F811
    found = 0
    for node, place in app.editor.document.places.items():
        spot = app.canvas.view.to_view(QPointF(place[0] + 30, place[1] + 14))
        text = hover(app.canvas, spot)
        assert "<img" not in text, node
        found += "&lt;img" in text
    assert found > 2
    assert not opened


NASTY = (
    "\u05e9\u05dc\u05d5\u05dd",
    "مرحبا",
    "\u202eabc",
    "a\u202db",
    "\u2066x\u2069",
    "\u200fx",
    "\u061cx",
    "a\u200bb",
    "a\u200cb",
    "a\u200db",
    "\ufeffx",
    "x\u2060y",
    "so\u00adft",
    "x\u034fy",
    "x\u3164",
    *("Z" + "\u0351\u036b\u0343\u036a" * 12, "é", "e\u0301", "ﬁ", "fi", "Å", "\u212b", "x²", "ſ"),
    "👩\u200d💻",
    "❤\ufe0f",
    "🏴\U000e0067\U000e0062\U000e007f",
    "🇩🇪",
    "😀" * 40,
    "𝔁",
    "𐐀",
    "\U0010ffff",
    *("x" * 256, "数" * 256, "漢字かな", "한글", "ไทย", "नमस्ते"),
    "'",
    '"',
    "\\",
    "\\n",
    "\\u202e",
    "%s",
    "%n%d",
    "{0}",
    "{}",
    "{x.__class__}",
    "$(id)",
    "`id`",
    *("&amp;", "&", "&x && y", "<b>", "</text>", "]]>", "<!--", "<?xml?>", "<![CDATA["),
    "=1+1",
    "+1",
    "-1",
    "@x",
    "|x",
    "../../x",
    "file:///x",
    "\\\\h\\s",
    "CON",
    " ",
    "",
    "a\u2028b",
)
REFUSED = (
    "a\x00b",
    "a\nb",
    "a\tb",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\ud800",
    "x\udfff",
    "\ufffe",
    "x" * 257,
)


@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_text_is_saved_and_read_as_it_is(text, tmp_path):
    document = strange(text)
    if len(text) == 256:  # the longest there may be, and what tells the fields from each other
        document = strange(text[:-10])
    path = tmp_path / "graph.chain"
    save(document, path)
    again = load(path)[0]
    assert again == document
    assert to_text(again) == to_text(document)


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("field", ["id", "op", "name", "title"])
def test_a_text_with_what_is_no_text_is_refused_with_its_place(text, field):
    document = json.loads(to_text(strange("s")))
    where = "regions" if field == "title" else "nodes"
    document[where][0][field] = text
    with pytest.raises(Unreadable) as refused:
        from_text(json.dumps(document))
    assert any(f.where.startswith(f"$.{where}[0]") for f in refused.value.findings)


def test_a_picture_holds_every_text(qtbot, app, boxes):  # noqa: F811
    for text in NASTY:
        app.filing.put(Document(Graph.of([Node("n", "add", text or "n")]), (), {"n": (90.0, 60.0)}))
        found = ElementTree.fromstring(image.encoded(app.picture(), "SVG"))
        told = "".join("".join(found.itertext()).split("\n"))  # a run a script
        assert not UNSEEN.search(told)
        if len(text) < 9 and text.strip() and visible(text) == text:
            assert text in told, text


# ---- nothing goes further than the screen ------------------------------------------------------

BEYOND = ("pickle", "marshal", "shelve", "subprocess", "webbrowser", "socket", "urllib", "http")
CALLED = ("eval", "exec", "compile", "__import__", "os.system", "os.popen", "QProcess")


def python_files():
    tops = (ROOT / "gui", ROOT / "engine" / "code", ROOT / "engine" / "actions")
    found = [path for top in tops for path in top.rglob("*.py")]
    return [*found, ROOT / "engine" / "graph.py", ROOT / "engine" / "session.py"]


def test_nothing_of_a_file_reaches_a_shell_an_address_or_an_interpreter():
    guilty = []
    for path in python_files():
        guilty += [(path.name, n) for n in imports(path, ROOT) if n.split(".")[0] in BEYOND]
        guilty += [
            (path.name, name)
            for name, _ in calls(path)
            if name in CALLED or name.endswith((".openUrl", "QProcess"))
        ]
    assert sorted(guilty) == [
        ("endings.py", "socket"),  # wakes Qt for a signal; nothing connects to it
        ("program_reading.py", "subprocess"),  # a command that is always the same, and no shell
    ]


def test_every_label_is_told_that_it_holds_plain_text():
    """A picture and a label without a word of a document need not be told."""
    guilty = set()
    for path in (ROOT / "gui").rglob("*.py"):
        text = path.read_text("utf-8")
        made = sum(name == "QLabel" for name, _ in calls(path))
        if made > text.count("setTextFormat(Qt.TextFormat.PlainText)"):
            guilty.add(path.name)
    assert guilty <= {"versions.py", "working.py", "window.py"}, guilty
