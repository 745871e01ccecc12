"""Nothing from a file becomes markup, and no name from a file reaches an attribute: by the source.

What is listed here has been looked at; what comes new has to be, or goes through the helpers.
"""

import ast

import pytest

from tests.test_rooms import ROOT

OURS = {"tr", "tip"}
"""`tr` gives texts of the program's own; `tip` escapes whatever it is given."""

TIPS = {  # (file, what it is given): why that is no text of a document
    ("dock_title.py", "title"): "of a dock",
    ("menus.py", "tip + (f' ({keys})' if keys else '')"): "a command's, and keys",
    ("panels/parts.py", "tip"): "what its callers write: tool_button, push_button",
    ("panels/lesson.py", "self.accessibleName()"): "a step's number",
    ("panels/transport.py", "f'{word} {PLAY}'"): "a word of ours and a key",
    ("panels/why_parts.py", "_leads_to(line)"): "a step's number",
    ("panels/code_editor.py", "f'<span>{plain}</span>'"): "escaped there",
    ("panels/histogram.py", "self.shown.told(bar)"): "numbers",
    ("panels/heatmap.py", "self.told(*cell)"): "numbers",
    ("canvas/canvas.py", "f'<span>{plain}</span>' if text else ''"): "escaped there",
    ("panels/tensor_editor.py", "tip"): "of a button",
    ("panels/notice.py", "choice.tip"): "of a button",
    ("panels/fields.py", "tr('{}: Enter commits, Esc goes back').format(name)"): "a field's name",
    ("panels/fields.py", "name"): "a field's name",
    ("canvas/field.py", "field.label"): "a field's name",
    ("canvas/field.py", "tr('{} · the wheel turns the digit under it').format(field.label)"):
        "a field's name",
    ("canvas/search.py", "choice.summary"): "of an op",
}  # fmt: skip

NAMES = {  # file: the names that are no constants there, and come from tables of our own
    "gui/app.py": set(),
    "gui/theme.py": {"token"},
    "gui/model/torch_run.py": {"n", "part", "mode", "name"},  # name: of a statement Chainrule wrote
    "gui/model/history.py": {"f'_saved_{what}'"},
    "gui/model/explain/written.py": {"f'_{term.kind}'"},
    "gui/model/files.py": {"f.name"},
    "gui/model/folded_frame.py": {"_name"},
    "gui/model/initialise.py": {"how.call"},
    "gui/model/checks.py": {"key"},
    "gui/model/check_source.py": {"key"},
    "gui/panels/parts.py": {"token", "ground", "t"},
    "gui/panels/settings.py": {"name"},
    "gui/canvas/geometry.py": {"n"},
    "gui/canvas/canvas.py": {"self.keys[name]"},
    "gui/state/endings.py": {"name"},
    "gui/state/settings.py": {"name"},
    "engine/actions/optimizers.py": {"kind"},
    "engine/code/allowed.py": {"n", "space.removeprefix('torch.')", "name"},
    "engine/code/evaluate.py": {"f'_{type(node).__name__.lower()}'"},
    # Names out of a program: each was looked up in a list before (attributes, methods, numeric,
    # standard, world), or what comes of it only tells whether there is something of that name.
    "engine/code/script/attributes.py": {"name"},
    "engine/code/script/classes.py": {"name"},
    "engine/code/script/core.py": {"f'_{type(node).__name__.lower()}'"},
    "engine/code/script/loops.py": {"name"},
    "engine/code/script/methods.py": {"name"},
    "engine/code/script/numeric.py": {"n", "name"},
    "engine/code/script/patterns.py": {"name"},
    "engine/code/script/standard.py": {"n", "name"},
    "engine/code/script/taps.py": {"name"},
    "engine/code/script/tools.py": {"n"},
    "engine/code/script/world.py": {"name"},
}


def modules(*rooms, but=()):
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(but or "-"):
                yield name, ast.parse(path.read_text("utf-8"))


def calls(tree, *ends):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ends or name.endswith(tuple(f".{end}" for end in ends)):
                yield node


def is_ours(text):
    """Whether an expression is the program's own text, or escaped, whatever happens."""
    match text:
        case ast.Constant():
            return True
        case ast.Call(func=ast.Name(id=name), args=[_]):
            return name in OURS
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return is_ours(one) and is_ours(other)
    return False


def tips(trees):
    """Tool tips that are neither ours nor escaped: Qt takes what looks like HTML for that."""
    for name, tree in trees:
        for call in calls(tree, "setToolTip", "setWhatsThis"):
            text = call.args[-1]
            if not is_ours(text):
                yield name.removeprefix("gui/"), ast.unparse(text)
        for call in calls(tree, "QToolTip.showText"):
            if not is_ours(call.args[1]):
                yield name.removeprefix("gui/"), ast.unparse(call.args[1])


def labels(trees):
    """Functions that make a QLabel or a QMessageBox and leave it to Qt what its text is."""
    for name, tree in trees:
        for scope in ast.walk(tree):
            if not isinstance(scope, ast.FunctionDef):
                continue
            made = [*calls(scope, "QLabel", "QMessageBox")]
            shown = [call for call in made if not (call.args and is_ours(call.args[0]))]
            if shown and not [*calls(scope, "setTextFormat", "setPixmap")]:
                yield name, scope.name
        asked = ("about", "critical", "information", "question", "warning")
        for call in calls(tree, *(f"QMessageBox.{how}" for how in asked)):
            yield name, ast.unparse(call.func)


def names(trees):
    """Attributes that are reached by a name that stands nowhere in the source."""
    for name, tree in trees:
        for call in calls(tree, "getattr", "setattr", "hasattr", "delattr"):
            if len(call.args) > 1 and not isinstance(call.args[1], ast.Constant):
                yield name, ast.unparse(call.args[1])


def test_no_tool_tip_takes_text_of_a_document_for_markup():
    found = set(tips(modules("gui")))
    assert found - TIPS.keys() == set()
    assert TIPS.keys() - found == set(), "no longer there"


MARKUP = {
    ("gui/panels/versions.py", "__init__"),  # a picture, and two sentences of ours
}


def test_no_label_and_no_message_takes_text_of_a_document_for_markup():
    assert set(labels(modules("gui"))) == MARKUP


def test_no_name_out_of_a_document_reaches_an_attribute():
    trees = modules("gui", "engine/actions", "engine/code")
    found = {(name, expression) for name, expression in names(trees)}
    known = {(name, each) for name, several in NAMES.items() for each in several}
    assert found - known == set()
    assert known - found == set(), "no longer there"


@pytest.mark.parametrize("kind", ["__class__", "sgd", "Optimizer", "lr_scheduler", ""])
def test_an_optimizer_is_one_of_a_few(kind):
    """Its name comes out of the file, and is looked up in `torch.optim`."""
    from engine.graph import Action, Graph, Node
    from gui.model.document import Document
    from gui.model.files import from_text, to_text
    from gui.model.findings import Unreadable
    from gui.model.terminal import film_of

    made = Action("optimizer", "opt", {"kind": kind, "params": ["x"]})
    graph = Graph.of([Node("x", "parameter", "x", {"data": 1.0})])
    with pytest.raises(Unreadable) as refused:
        from_text(to_text(Document(graph, (made,))))
    assert "program[0]" in refused.value.findings[0].where
    film = film_of(Document(graph, (made,)))
    assert "torch.optim" in film.frame(len(film) - 1).caption


@pytest.mark.parametrize(
    ("check", "line"),
    [
        (tips, "w.setToolTip(node.name)"),
        (tips, "w.setToolTip(f'{node.name}')"),
        (tips, "w.setToolTip(tr('Select {}').format(node.name))"),
        (tips, "w.setToolTip('' if ok else node.name)"),
        (tips, "QToolTip.showText(at, node.name)"),
        (labels, "def f():\n    w = QLabel(node.name)"),
        (labels, "def f():\n    w = QLabel()\n    w.setText(node.name)"),
        (labels, "def f():\n    box = QMessageBox(window)\n    box.setText(node.name)"),
        (labels, "QMessageBox.warning(window, 'x', node.name)"),
        (names, "getattr(optim, kind)"),
        (names, "setattr(self, key, value)"),
    ],
)
def test_what_must_not_be_is_seen(check, line):
    assert [*check([("gui/planted.py", ast.parse(line))])]


@pytest.mark.parametrize(
    ("check", "line"),
    [
        (tips, "w.setToolTip(tip(node.name))"),
        (tips, "w.setToolTip('' if ok else tip(node.name) + tr('.'))"),
        (labels, "def f():\n    w = QLabel(tr('Name'))"),
        (labels, "def f():\n    w = QLabel()\n    w.setTextFormat(Qt.TextFormat.PlainText)"),
        (names, "getattr(error, 'strerror', None)"),
    ],
)
def test_what_may_be_is_not_complained_of(check, line):
    assert not [*check([("gui/planted.py", ast.parse(line))])]
