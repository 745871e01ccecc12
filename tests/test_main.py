"""The command line: run, step and check without Qt, and what happens where there is no display."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import assets

ROOT = Path(__file__).parents[1]
SQUARE = str(assets.path("examples", "square.chain"))

AND_QT = """
import sys, main
code = main.main(sys.argv[1:])
print(code, sorted(name for name in sys.modules if name.partition(".")[0] == "PySide6"))
"""


def call(*arguments, **environment):
    """main.py in a process of its own, without a display."""
    clean = {k: v for k, v in os.environ.items() if k not in HIDDEN}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=clean | environment, capture_output=True,
        text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


HIDDEN = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONIOENCODING")


@pytest.mark.parametrize("command", ["run", "step", "check"])
def test_the_headless_commands_do_without_qt(command):
    done = call("-c", AND_QT, command, SQUARE)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0 []"


def test_run_prints_values_and_gradients():
    done = call("main.py", "run", SQUARE)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == "x     parameter  5      10"


def test_run_as_json_is_json():
    done = call("main.py", "run", SQUARE, "--json")
    report = json.loads(done.stdout)
    assert [node["grad"] for node in report["nodes"]] == [10, None]


def test_step_stops_after_n_steps():
    done = call("main.py", "step", SQUARE, "--to", "2")
    assert done.stdout.splitlines() == [
        "— Forward",
        "1  x = 5: a leaf (given, not computed); it requires grad.",
        "2  y = x ** 2 gives 25; PowBackward0 remembers how.",
    ]


def test_a_leafs_grad_goes_from_none_to_4_to_8_to_0():
    done = call("main.py", "step", str(assets.path("examples", "accumulation.chain")))
    told = [line for line in done.stdout.splitlines() if "x.grad " in line and "→" in line]
    assert [line.split("x.grad ", 1)[1].split(":")[0] for line in told[:2]] == ["None → 4", "4 → 8"]
    assert told[2].endswith("x.grad 8 → 0 (zero_() keeps a tensor of zeros).")


def test_a_file_that_cannot_be_opened_is_told_on_stderr(tmp_path):
    path = tmp_path / "broken.chain"
    path.write_text("no json")
    for command, code in (("run", 2), ("step", 2), ("check", 1)):
        done = call("main.py", command, str(path))
        assert done.returncode == code
        assert "cannot be opened" in done.stderr + done.stdout
        assert "Traceback" not in done.stderr


def test_wrong_words_are_answered_with_the_right_ones():
    assert call("main.py", "run").returncode == 2
    assert "the following arguments are required: file" in call("main.py", "run").stderr
    assert "run FILE [--json]" in call("main.py", "--help").stdout


def test_a_terminal_without_our_signs_shows_others_and_does_not_fail():
    done = call("main.py", "step", SQUARE, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "?y/?y = 1" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can be without")
def test_without_a_display_the_lesson_is_told_in_words():
    done = call("-c", AND_QT)
    assert done.stdout.startswith("There is no display here, so no window can open.")
    assert "Here is perceptron.chain step by step" in done.stdout
    assert "w.grad None → 6.494" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 []"
    assert "Here is square.chain" in call("main.py", SQUARE).stdout


# ---- programs ------------------------------------------------------------------------------------

PROGRAM = """\
import torch
import pandas
x = torch.tensor([1.0, 2.0], requires_grad=True)
loss = (x ** 2).sum()
loss.backward()
print("loss", loss.item())
"""


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "prog.py"
    path.write_text(PROGRAM)
    return path


def test_import_makes_a_graph_of_a_program_and_tells_what_it_could_not_read(program, tmp_path):
    target = tmp_path / "made.chain"
    done = call("main.py", "import", str(program), "-o", str(target))
    assert done.returncode == 0
    assert done.stderr.startswith("prog.py:2:1: ")
    assert "pandas" in done.stderr
    assert done.stdout.startswith(f"{target}: 3 nodes")
    report = json.loads(call("main.py", "run", str(target), "--json").stdout)
    assert {node["name"]: node["grad"] for node in report["nodes"]}["x"] == [2.0, 4.0]


def test_import_replaces_nothing_without_force(program, tmp_path):
    target = tmp_path / "made.chain"
    target.write_text("mine")
    done = call("main.py", "import", str(program), "-o", str(target))
    assert (done.returncode, target.read_text()) == (1, "mine")
    assert "--force" in done.stderr
    assert call("main.py", "import", str(program), "-o", str(target), "--force").returncode == 0
    assert call("main.py", "check", str(target)).returncode == 0


def test_import_without_a_name_writes_beside_the_program(program):
    assert call("main.py", "import", str(program)).returncode == 0
    assert program.with_suffix(".chain").exists()
    assert program.read_text() == PROGRAM


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.py", "x = (\n", "a.py:1:5: "),
        ("a.py", "print 'x'\n", "a.py:1:1: "),
        ("a.ipynb", "[]", "a.ipynb: $: This is a list"),
        ("a.ipynb", '{"cells": [{"cell_type": 3}]}', "a.ipynb: $.cells[0].cell_type"),
    ],
)
def test_a_program_of_which_nothing_is_read_is_an_error_with_a_place(tmp_path, name, text, place):
    path = tmp_path / name
    path.write_text(text)
    for command in ("import", "run"):
        done = call("main.py", command, str(path))
        assert done.returncode == 1
        assert done.stderr.startswith(place)
        assert "Traceback" not in done.stderr
    assert [*tmp_path.iterdir()] == [path]


def test_run_prints_what_a_program_prints_and_then_its_variables(program):
    done = call("main.py", "run", str(program))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "loss 5.0", "", "x = tensor([1., 2.], requires_grad=True)",
        "loss = tensor(5., grad_fn=<SumBackward0>)",
    ]  # fmt: skip
    report = json.loads(call("main.py", "run", str(program), "--json").stdout)
    assert report["nodes"][0]["name"] == "x"
    assert call("main.py", "step", str(program), "--to", "1").stdout.startswith("— ")
    assert "fine" in call("main.py", "check", str(program)).stdout


def test_programs_are_read_without_qt(program):
    done = call("-c", AND_QT, "run", str(program))
    assert done.stdout.splitlines()[-1] == "0 []"
