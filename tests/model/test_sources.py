"""Programs as cells: bytes decoded, prompts and lines for a shell taken off, lines counted."""

import json

import pytest

from engine.code.script import sources
from engine.code.script.shell import without_shell
from engine.code.script.sources import Cell, NoScript, from_cells, from_python, from_text
from gui.model import limits, notebooks


def refused(data, read=lambda data: from_python(data, "a.py")):
    with pytest.raises(NoScript) as caught:
        read(data)
    return caught.value.line, caught.value.column, caught.value.text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\r\ny = 2\rz", "x = 1\ny = 2\nz"),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        ("# coding: latin-1\nx = 'é'".encode("latin-1"), "# coding: latin-1\nx = 'é'"),
        ("x = 'é'\x0c".encode(), "x = 'é'\x0c"),
        (b"", ""),
    ],
)
def test_a_program_is_decoded_as_python_does(data, text):
    assert from_python(data, "a.py").text == text


@pytest.mark.parametrize(
    ("data", "place", "word"),
    [
        (b"x = 1\n y = '\xff'", (2, 7), "0xff"),
        (b"# coding: utf-7\nx", (1, 1), "utf-7"),
        (b"#!python\n# -*- coding: cp1252 -*-", (1, 1), "cp1252"),
        (b"# coding: nonsense", (1, 1), "nonsense"),
        (b"\xef\xbb\xbf# coding: latin-1\n", (1, 1), "encoding"),
        (b"\xff\xfex\0", (0, 0), "UTF-16"),
        (b"x = 1\nab\0c", (2, 3), "NUL"),
        (b"x" * (sources.MOST_CHARACTERS + 1), (0, 0), "256 KiB"),
        (b"x" * (5 * sources.MOST_CHARACTERS), (0, 0), "1,280 KiB"),
    ],
)
def test_what_is_no_program_is_refused_with_its_place(data, place, word):
    *where, text = refused(data)
    assert (*where,) == place
    assert word in text


def test_what_was_typed_at_a_prompt_is_the_program_and_answers_keep_their_lines():
    text = ">>> x = 1\n>>> x\n1\n>>> for i in x:\n...     print(i)\n... \nhere\n"
    expected = "x = 1\nx\n# 1\nfor i in x:\n    print(i)\n\n# here"
    assert from_text(text).text == expected
    assert from_text("a = 1\n... b").text == "a = 1\n... b"


def test_lines_for_a_shell_become_comments_and_are_told():
    text = (
        "!pip install a \\\n  b\nif x:\n    %time f()\n    y = !ls\ntorch.add?\n?torch\n%run inline"
    )
    made, skipped = without_shell(text)
    compile(made, "made", "exec")
    assert [line for line, _ in skipped] == [0, 3, 4, 5, 6, 7]
    assert made.count("\n") == text.count("\n")
    assert "    pass  # %time f()" in made


@pytest.mark.parametrize(
    "text",
    [
        "x = (3\n  % 4)",
        "'''\n!not\n%this\n'''",
        "x = 5 \\\n  % 3",
        "s = 'it'  # what?\nx %= 2",
        'f("""\n?\n""")',
        "x = a != b",
    ],
)
def test_python_is_left_alone(text):
    assert without_shell(text) == (text, [])


def test_a_cell_for_another_language_is_skipped_whole_and_a_timed_one_is_not():
    assert without_shell("%%bash\nrm x\nls") == (
        "# %%bash\n# rm x\n# ls", [(0, "A cell for %%bash is skipped.")]
    )  # fmt: skip
    assert without_shell("%%time\nx = 1")[0] == "# %%time\nx = 1"


def test_lines_are_counted_over_all_cells_and_told_within_one():
    cells = [Cell("# One\n\ntext", "markdown"), Cell("a = 1\nb = 2\n\n"), Cell("!ls\nc = 3")]
    script = from_cells(cells, "n.ipynb")
    assert [cell.first for cell in script.cells] == [1, 5, 8]
    lines = script.text.split("\n")
    assert [lines[cell.first - 1] for cell in script.cells] == ["# One", "a = 1", "# !ls"]
    assert [cell.title for cell in script.cells] == ["One", "One", "One"]
    assert [(f.line, f.column) for f in script.findings] == [(8, 1)]
    assert script.place(9, 3) == "n.ipynb:cell 3:2:3"
    assert from_python(b"x\ny", "a.py").place(2, 1) == "a.py:2:1"
    assert [cell.shows for cell in script.cells] == [True] * 3
    assert not from_python(b"x", "a.py").cells[0].shows


def test_colours_of_a_terminal_and_lines_written_over_are_no_output():
    assert sources.plain_output("\x1b[31mred\x1b[0m\n 10%\r100%\n") == "red\n100%\n"


# ---- notebooks -----------------------------------------------------------------------------------


def notebook(*cells, **rest):
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **rest}
    ).encode()


def code(source, *outputs, **rest):
    return {"cell_type": "code", "source": source, "outputs": [*outputs], "metadata": {}, **rest}


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_the_cells_of_a_notebook_with_what_was_saved():
    shown = {"output_type": "execute_result", "data": {"text/plain": ["tensor(", "5.)"]}}
    failed = {"output_type": "error", "ename": "RuntimeError", "evalue": "no", "traceback": [1]}
    picture = {
        "output_type": "display_data",
        "data": {"image/png": "AAAA", "text/plain": "<Figure>"},
    }
    words = {"cell_type": "markdown", "source": "# A", "attachments": {"a": {"image/png": "x"}}}
    found = notebooks.cells(
        notebook(words, code(["x\n", "y"], stream("1\n"), shown), code("z", failed, picture))
    )
    assert found == [
        Cell("# A", "markdown"), Cell("x\ny", saved="1\ntensor(5.)"),
        Cell("z", saved="RuntimeError: no"),
    ]  # fmt: skip


def test_a_notebook_of_version_3_has_its_cells_in_worksheets():
    outputs = [{"output_type": "pyout", "text": "5"}]
    cells = [{"cell_type": "code", "input": "x", "outputs": outputs},
             {"cell_type": "heading", "level": 2, "source": "H"}]  # fmt: skip
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    assert notebooks.cells(data) == [Cell("x", saved="5"), Cell("## H", "markdown")]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"[]", "$: This is a list"),
        (b"3", "the whole number 3"),
        (b"{}", "$.cells"),
        (b'{"cells": {}}', "$.cells: This is an object"),
        (b'{"cells": [1]}', "$.cells[0]"),
        (b'{"cells": [{"cell_type": []}]}', "$.cells[0].cell_type"),
        (b'{"cells": [{"cell_type": "code"}]}', "$.cells[0].input"),
        (b'{"cells": [{"cell_type": "code", "source": {}}]}', "$.cells[0].source"),
        (b'{"cells": [{"cell_type": "code", "source": ["a", 1]}]}', "$.cells[0].source[1]"),
        (b'{"cells": [{"cell_type": "code", "source": NaN}]}', "$.cells[0].source"),
        (b'{"cells": [{"cell_type": "code", "source": "a", "source": "b"}]}', "$.cells[0].source"),
        (b'{"cells": [{"cell_type": "raw", "source": "\\ud800"}]}', "lone surrogate"),
        (b'{"worksheets": [3]}', "$.worksheets[0].cells"),
        (b"[" * 100_000, "nested more than 100 deep"),
        (b'{"cells": [', "truncated"),
        (b"", "empty"),
        (b"\xff", "not UTF-8"),
        (b'{"cells": [' + b"{}," * 2_000 + b"{}]}", "2,001 cells"),
    ],
)
def test_a_notebook_that_is_none_is_refused_in_words_that_name_the_place(data, word):
    *_, text = refused(data, lambda data: from_cells(notebooks.cells(data), "n.ipynb"))
    assert word in text


def test_numbers_that_json_lacks_are_no_obstacle_where_nobody_looks():
    data = b'{"cells": [{"cell_type": "code", "source": "x", "metadata": NaN}]}'
    assert notebooks.cells(data) == [Cell("x")]


@pytest.mark.parametrize("lines", ["x" * 40_000_000, ["a line of output\n"] * 2_000_000])
def test_an_output_of_40_megabytes_is_cut(lines):
    data = notebook(code("x = 1", stream(lines)))
    assert 30_000_000 < len(data) < limits.NOTEBOOK
    (cell,) = from_cells(notebooks.cells(data), "n.ipynb").cells
    assert cell.text == "x = 1"
    assert len(cell.saved) < sources.MOST_SAVED + 20
    assert cell.saved.endswith("… (cut)")


def test_a_notebook_beyond_the_limit_is_refused_by_its_size():
    *_, text = refused(b" " * (limits.NOTEBOOK + 1), notebooks.cells)
    assert "64 MiB" in text
