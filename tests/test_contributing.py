"""What CONTRIBUTING.md says about adding an op, done to the letter in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parents[1]

GENERATED = ("test_ops.py", "test_formulas.py", "test_many_samples.py")
"""The tests in tests/engine that try whatever the catalogue has."""


def example():
    """The file a newcomer adds, and its text."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    ((path, source),) = re.findall(r"`(engine/ops/\w+\.py)`:\n\n```python\n(.*?)```", text, re.S)
    return path, source


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The source tree with that one file in it, and nothing else changed."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("engine", "gui", "tests", "assets"):
        skip = shutil.ignore_patterns("gallery", "goldens", "transcripts", ".*")
        shutil.copytree(ROOT / name, copy / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", copy)
    path, source = example()
    assert not (copy / path).exists(), "the example is an op the engine has by now"
    (copy / path).write_text(source, "utf-8")
    return copy


def passed(tree, *given):
    """How many tests pytest found in order there; fails with its words where one is not."""
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *given]
    there = {**os.environ, "PYTHONPATH": str(tree), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(call, cwd=tree, env=there, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return int(re.search(r"(\d+) passed", ran.stdout)[1])


def test_the_example_is_not_in_the_engine_itself():
    """Or the tests here would prove nothing."""
    path, _ = example()
    assert not (ROOT / path).exists()
    assert not hasattr(engine, Path(path).stem)


def test_the_example_is_as_tidy_as_the_rest():
    """It passes what `make lint` asks of the style of every file."""
    path, source = example()
    for tool in ("format --check", "check"):
        call = [sys.executable, "-m", "ruff", *tool.split(), "--stdin-filename", path, "-"]
        ran = subprocess.run(call, cwd=ROOT, input=source, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.slow
def test_one_file_puts_an_op_everywhere(tree):
    """Palette, search, inspector, code, captions, library: `newcomer.py` looks at each."""
    assert passed(tree, "tests/newcomer.py") >= 8


@pytest.mark.slow
def test_the_generated_tests_try_the_new_op_and_find_it_in_order(tree):
    """First and second derivatives of both samples, and of more; values where PyTorch is there."""
    files = [f"tests/engine/{name}" for name in GENERATED]
    assert passed(tree, *files, "-k", Path(example()[0]).stem) >= 5
