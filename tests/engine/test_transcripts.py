"""PyTorch's behaviour, statement by statement: values, warnings and error texts.

The numbers of the files in transcripts/ are those of the sections of the semantics they try; those
without a number go on with `torch.autograd`.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import engine

HERE = Path(__file__).parent
FILES = sorted((HERE / "transcripts").glob("*.txt"))


def replay(module):
    """All transcripts in one fresh process, because some warnings are given once per process."""
    command = [sys.executable, str(HERE / "transcript.py"), module]
    root = Path(engine.__file__).parents[1]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=root, env={"PYTHONPATH": str(root)}, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ours():
    return replay("engine")


@pytest.fixture(scope="module")
def theirs():
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    return replay("torch")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_engine_answers_as_written(ours, path):
    """What the files say is what the engine says."""
    assert ours[path.stem].splitlines() == path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_what_is_written_is_what_pytorch_answers(theirs, path):
    """What the files say is what PyTorch says: the literals are proven, not remembered."""
    assert theirs[path.stem].splitlines() == path.read_text(encoding="utf-8").splitlines()
