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
