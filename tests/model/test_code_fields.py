"""Fields that hold code, an index or a call, are read before anything runs: in files and typed."""

import pytest
from PySide6.QtCore import Qt

from engine.registry import OPS
from gui.model.fields import param_problems
from gui.panels.fields import editor_for, reader


def problems(op, **params):
    return [(p.path, p.what, p.remedy) for p in param_problems(params, OPS[op], ("nodes", 0))]


def test_what_can_be_read_is_no_problem():
    assert not problems("index", key="0, :, 1:3, {0}")
    assert not problems("setitem", key="...", value=1.0)
    assert not problems("call", function="torch.einsum", args="'ij->i', {0}")
    assert not problems("call_", function="Tensor.clamp_", args="{0}, 0, float('inf')")


@pytest.mark.parametrize(
    ("op", "params", "what", "remedy"),
    [
        ("index", {"key": "0, x"}, "key cannot be read. Column 4", "between the brackets"),
        ("index", {"key": 3}, "key is the whole number 3, text is needed.", "Put text there."),
        ("call", {"args": "{0}, dim=y"}, "args cannot be read. Column 10", "Write the arguments"),
        ("call", {"function": "torch.exq"}, "did you mean “torch.eq”?", "Name a function"),
        ("call", {"function": "os.system"}, "no function “os.system”", "Name a function"),
    ],
)
def test_what_cannot_be_read_is_a_finding_that_names_its_place(op, params, what, remedy):
    ((path, told, mend),) = problems(op, **params)
    assert path == ("nodes", 0, *params)
    assert what in told
    assert remedy in mend


def test_an_inspector_field_refuses_what_cannot_be_read(qtbot):
    read = reader("Key")
    assert read(" 0, 1: ") == "0, 1:"
    with pytest.raises(ValueError, match="Column 4"):
        read("0, x")
    field = editor_for("key", "Key")
    qtbot.addWidget(field)
    got = []
    field.committed.connect(got.append)
    field.show_value("0")
    field.show()
    field.line.setFocus()
    field.line.selectAll()
    qtbot.keyClicks(field.line, "0, x")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert (got, "Column 4" in field.complaint.text()) == ([], True)
    field.line.selectAll()
    qtbot.keyClicks(field.line, "0, :")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert got == ["0, :"]
