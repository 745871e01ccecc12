"""Programs that want to hurt: refused or cut in words that name the place, and nothing happens."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gui.model.findings import Unreadable
from gui.model.helper import ROOT
from gui.model.program_reading import Helper, read_program, read_text


@pytest.fixture(scope="module")
def helper():
    made = Helper()
    read_text("x = 1", made)  # its thread is there before the first test
    yield made
    made.close()


def findings(text, helper):
    """What is told of a program, as `place: what`."""
    try:
        source = read_text(text, helper).document.source
    except Unreadable as error:
        return [f"{f.where}: {f.what}" for f in error.findings]
    return [f"{source.place(r.line, r.column)}: {r.text}" for r in source.remarks]


BAD = {
    "an open bracket": ("x = (1\ny = 2", "pasted:1:5: ", "never closed"),
    "Python 2": ("print 'x'", "pasted:1:1: ", "Missing parentheses"),
    "a power": ("a = 1\nx = 10 ** 10 ** 10", "pasted:2:5: ", "bits"),
    "a shift": ("x = 1 << 10 ** 9", "pasted:1:5: ", "bits"),
    "a long text": ("x = 'a' * 10 ** 9", "pasted:1:", "1,000,000,000"),
    "a long list": ("x = [0] * 10 ** 9", "pasted:1:", "1,000,000,000"),
    "a long number": ("x = " + "9" * 5_000, "pasted:1:", "4300 digits"),
    "a large tensor": ("import torch\nx = torch.ones(10**5, 10**5)", "pasted:2:", "10,000,000,000"),
    "deep brackets": ("x = " + "[" * 5_000 + "]" * 5_000, "pasted:1:", "nested"),
    "deep minus": ("x = " + "-" * 20_000 + "1", "pasted:1:", "nested"),
    "deep not": ("x = " + "not " * 20_000 + "1", "pasted:1:", "nested"),
    "deep lambda": ("x = " + "lambda:" * 10_000 + "1", "pasted:1:", "nested"),
    "deep choices": ("x = " + "1 if 1 else " * 10_000 + "1", "pasted:1:", "nested"),
    "deep calls": ("f" + "()" * 20_000, "pasted:1:", "nested"),
    "deep attributes": ("x" + ".a" * 20_000, "pasted:1:", "nested"),
    "a long sum": ("x = " + "1+" * 30_000 + "1", "pasted:1:", "nested"),
    "deep blocks": ("".join(" " * k + "if 1:\n" for k in range(200)), "pasted:101:1: ", "levels"),
    "recursion": ("def f(): return f()\nf()", "pasted:1:", "recursion depth"),
    "millions of items": ("x = [[0 for a in range(10**5)] for b in range(10**5)]", "pasted:1:1: ",
                          "Stopped"),  # by steps, or by time where the machine is slow
    "a NUL": ("x = 1\n\0", "pasted:2:1", "NUL"),
    "a wide format": ("f'{1:>999999999}'", "pasted:1:", "10,000 characters"),
    "a format that looks inside": ("'{0.__class__}'.format(1)", "pasted:1:", "attributes"),
    "imports": ("__import__('os').system('x')", "pasted:1:1: ", "not here"),
    "eval": ("eval('1 + 1')", "pasted:1:1: ", "not here"),
    "a file": ("open('x', 'w').write('x')", "pasted:1:1: ", "not here"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_place_and_kills_nobody(name, helper):
    text, place, word = BAD[name]
    told = findings(text, helper)
    assert any(line.startswith(place) and word in line for line in told), told
    assert helper.started == 1


def test_an_endless_program_is_stopped_and_what_it_drew_until_then_is_there(helper):
    text = "import torch\nx = torch.ones(1)\nwhile True:\n    x = x + 1\n"
    read = read_text(text, helper)
    assert read.document.graph.nodes
    assert read.document.source.remarks
    assert helper.started == 1


@pytest.mark.parametrize(
    ("data", "kind", "word"),
    [
        (b"[]", "ipynb", "a list, not a notebook"),
        (b"# coding: utf-7\n+AG8-", "py", "utf-7"),
        (b"\xff", "py", "0xff"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "x = ("}]}).encode(), "ipynb",
         "never closed"),
    ],
)  # fmt: skip
def test_files_that_are_no_programs_are_refused(data, kind, word, helper):
    with pytest.raises(Unreadable, match=word):
        read_program(data, f"bad.{kind}", kind, helper)


def test_a_bad_cell_is_named_by_its_number_and_the_others_open(helper):
    cells = [
        {"cell_type": "code", "source": s} for s in ("x = (", "import torch\ny = torch.ones(2)")
    ]
    data = json.dumps({"cells": cells}).encode()
    source = read_program(data, "n.ipynb", "ipynb", helper).document.source
    assert [source.place(r.line, r.column) for r in source.remarks] == ["n.ipynb:cell 1:1:5"]
    assert source.lines


# ---- nothing is ever run -------------------------------------------------------------------------

MISCHIEF = """
import os; os.system('touch {canary}')
import os; os.remove('{victim}')
import subprocess; subprocess.run(['touch', '{canary}'])
open('{canary}', 'w').write('x')
exec("open('{canary}', 'w')")
eval("open('{canary}', 'w')")
compile('x', 'y', 'exec')
__import__('pathlib').Path('{canary}').touch()
from pathlib import Path; Path('{canary}').touch()
import shutil; shutil.rmtree('{folder}')
import socket; socket.create_connection(('a', 1))
().__class__.__mro__[1].__subclasses__()
(lambda: 0).__globals__
(lambda: 0).__code__.replace(co_code=b'')
import torch; torch.save(1, '{canary}')
import torch; torch.load('{victim}')
import torch; torch.__builtins__['open']('{canary}', 'w')
import torch; torch.tensor.__globals__
import torch; torch.os.system('touch {canary}')
import torch; torch.nn.Module.__init__.__globals__['sys'].exit()
import sys; sys.exit(3)
exit()
raise SystemExit
import ctypes; ctypes.string_at(0)
import numpy as np; np.save('{canary}', [1])
import numpy as np; np.load('{victim}')
import numpy as np; np.ones(3).tofile('{canary}')
import pickle; pickle.dump(1, open('{canary}', 'wb'))
!touch {canary}
%run {victim}
import torch; getattr(torch, '__loader__')
print('x', file=open('{canary}', 'w'))
globals()['__builtins__'].open('{canary}', 'w')
'{{0.__globals__}}'.format(print)
f'{{__import__("os").system("touch {canary}")}}'
import builtins; builtins.open('{canary}', 'w')
breakpoint()
input()
help(open)
import os; os.environ['X'] = '1'; os.kill(os.getppid(), 9)
import importlib; importlib.import_module('os')
class A: __del__ = lambda self: open('{canary}', 'w')
""".strip().splitlines()

WATCH = """
import json, sys
sys.path[:0] = [{root!r}]
from gui.model import program_answer
from engine.code.script.sources import from_text
def read(text):
    script = from_text(text)
    return program_answer.document_of(script, program_answer.read(script))
read("import torch, math, numpy as np\\nx = torch.ones(2, requires_grad=True)\\nx.sum().backward()")
SHUT = ("open", "exec", "import", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "pty.")
seen = []
on = False
def hook(event, given):
    if not on:
        return
    if event == "compile" or event.startswith(SHUT) and event != "os.scandir":
        seen.append((event, repr(given)[:200]))
programs = json.load(sys.stdin)
sys.addaudithook(hook)
for text in programs:
    on = True
    try:
        read(text)
    except Exception as error:
        on = False
        print("RAISED", type(error).__name__, error, repr(text))
    on = False
for event, given in seen:
    print("SEEN", event, given)
print("over", len(programs))
"""


def test_no_program_does_anything_to_the_computer(tmp_path):
    """An audit hook sees what Python is asked for while hostile programs are read."""
    canary, victim, folder = tmp_path / "canary", tmp_path / "victim", tmp_path / "folder"
    victim.write_text("still here")
    folder.mkdir()
    caught = [f"try: {line}\nexcept Exception: pass" for line in MISCHIEF if line[0] not in "!%c"]
    programs = [
        text.format(canary=canary, victim=victim, folder=folder) for text in [*MISCHIEF, *caught]
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-c", WATCH.format(root=str(ROOT))], input=json.dumps(programs),
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    # ast.parse is the one thing that is asked of Python's compiler; it runs nothing.
    assert [line for line in lines if not line.startswith("SEEN compile")] == [
        f"over {len(programs)}"
    ]
    assert not canary.exists()
    assert victim.read_text() == "still here"
    assert sorted(Path(tmp_path).iterdir()) == [folder, victim]
