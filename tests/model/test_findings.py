"""Tests for gui.model.findings: what a person can look up is told first."""

import io
import zipfile

import pytest

from gui.model.files import from_bytes
from gui.model.findings import Finding, Unreadable


@pytest.mark.parametrize(
    ("where", "line", "told"),
    [
        ("$.nodes[0].name", 3, "Line 3: It is odd. Mend it. [$.nodes[0].name]"),
        ("$.nodes[0]", None, "It is odd. Mend it. [$.nodes[0]]"),
        ("$", None, "It is odd. Mend it."),
        ("file", None, "It is odd. Mend it."),
        ("file", 2, "Line 2: It is odd. Mend it."),
        ("column 7", 2, "Line 2, column 7: It is odd. Mend it."),
        ("manifest.json, $.tensors", 2, "Line 2, manifest.json: It is odd. Mend it. [$.tensors]"),
        ("/a/b.chain", None, "/a/b.chain: It is odd. Mend it."),
    ],
)
def test_the_line_is_told_first_and_the_path_in_brackets(where, line, told):
    assert str(Finding(where, "It is odd.", "Mend it.", line)) == told


def test_a_zip_of_another_program_is_called_that():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(Unreadable) as refused:
        from_bytes(data.getvalue())
    assert str(refused.value) == (
        "This is a zip archive, but Chainrule did not make it. Choose a .chain or .chainz file."
    )
