"""How long from the command to the window: `python -m benchmarks.start`.

Each number is the median of fresh processes, offscreen: a bare QWidget until its first paint, our
window until docks and grid are painted, and until the lesson is on the canvas and a click on a node
selects it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMES = 11

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Bare(QWidget):
    def paintEvent(self, event):
        print("painted", flush=True)
        QTimer.singleShot(0, QApplication.quit)

application = QApplication(sys.argv)
application.setStyle("Fusion")
bare = Bare()
bare.resize(1600, 1000)
bare.show()
application.exec()
"""

OURS = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui import start
import main

def click(app):
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest
    canvas = app.canvas
    if not canvas.geometry_.ids:
        return QTimer.singleShot(0, lambda: click(app))
    canvas.repaint()
    left, top, right, bottom = canvas.geometry_.box("w")
    at = canvas.view.to_view(QPointF(left + 20, top + 12)).toPoint()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert app.selection.items == frozenset("w"), app.selection.items
    print("clicked", flush=True)
    QApplication.quit()

old = start.Starting.go_on
def go_on(self):
    print("painted", flush=True)
    old(self)
    QTimer.singleShot(0, lambda: click(self.desk.apps[0]))
start.Starting.go_on = go_on
start.start(None, main.LESSON)
"""


def measured(code: str, compiled: str) -> dict[str, float]:
    """Milliseconds from starting the process until it said each word.

    `compiled` is the folder of Python's compiled files, as an installed program has them.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": home,
            "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": "",
        }  # fmt: skip
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        said = {line.strip(): (time.perf_counter() - began) * 1000 for line in process.stdout}
        process.wait()
    return said


def main() -> None:
    """Print the three medians and the ratio."""
    bare, painted, clicked = [], [], []
    own = OURS.format(root=str(ROOT))
    with tempfile.TemporaryDirectory() as compiled:
        measured(own, compiled)  # compiles what is new
        for _ in range(TIMES):
            bare.append(measured(BARE, compiled)["painted"])
            ours = measured(own, compiled)
            painted.append(ours["painted"])
            clicked.append(ours["clicked"])
    b, p, c = map(statistics.median, (bare, painted, clicked))
    print(f"bare QWidget painted        {b:7.0f} ms")
    print(f"docks and grid painted      {p:7.0f} ms   {p / b:.2f} x")
    print(f"lesson visible, clickable   {c:7.0f} ms")


if __name__ == "__main__":
    main()
