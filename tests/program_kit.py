"""A stand-in for what reads programs, to see what the window does whatever that does.

The first word of the program says what happens: one of `DEEDS`, or `talk` without an end.
"""

import os
import signal
import sys
from pathlib import Path

from engine.code.script.reading import Reading
from engine.graph import Action, Edge, Graph, Node

ROOT = Path(__file__).parents[1]
COMMAND = (
    sys.executable, "-I", "-c",
    f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]; import program_kit;"
    "program_kit.install(); from gui.model.helper import serve; serve()",
)  # fmt: skip


def square():
    """x = 3; y = x ** 2; y.backward()"""
    nodes = [
        Node("x", "parameter", "x", {"data": 3.0}),
        Node("y", "pow", "y", {"exponent": 2}),
    ]
    graph = Graph.of(nodes, [Edge("x", 0, "y", "self")], [])
    return graph, (Action("forward"), Action("backward", "y"))


def read(script, limits=None, progress=lambda cell: None, cancelled=lambda: False):
    word = script.text.split()[0] if script.text.split() else ""
    progress(0)
    if word == "talk":
        while True:
            progress(0)
    if word in DEEDS:
        DEEDS[word]()
    graph, program = square()
    return Reading(
        graph, program, {"x": 1, "y": 1}, (0, 1), findings=((1, 3, "“import os” is skipped."),),
        printed=dict.fromkeys(range(len(script.cells)), "9\n"), guards=((1, "y < 10", True),),
        shown={"y": "tensor(9., grad_fn=<PowBackward0>)"},
    )  # fmt: skip


def hang():
    signal.pause()


def die():
    os.kill(os.getpid(), signal.SIGSEGV)


def die_at_once():
    os._exit(7)


def hog():
    found = []
    while True:
        found.append(bytearray(2**26))


def fail():
    raise KeyError("secret")


def open_file():
    open(Path(__file__).with_name("planted"), "w").close()


DEEDS = {
    "hang": hang, "die": die_at_once, "hog": hog, "fail": fail, "open": open_file, "kill": die,
}  # fmt: skip


def install():
    from gui.model import program_answer

    program_answer.read = read
