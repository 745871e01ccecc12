"""Where every panel stands at the first start, what it is called and what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

Area = Qt.DockWidgetArea


@dataclass(frozen=True)
class Dock:
    """A panel's place at the first start; docks of one `group` share it as tabs."""

    name: str
    title: str
    about: str
    area: Area
    group: str


DOCKS = (
    Dock("palette", "Palette", "Every operation there is, to add to the graph",
         Area.LeftDockWidgetArea, "palette"),
    Dock("edits", "Edits", "Every edit by its name; choose one to go back or on to it",
         Area.LeftDockWidgetArea, "palette"),
    Dock("lesson", "Lesson", "The text of a lesson, step by step, with a question to guess at",
         Area.LeftDockWidgetArea, "palette"),
    Dock("inspector", "Node", "All about the selected node: value, gradient, formula, settings",
         Area.RightDockWidgetArea, "inspector"),
    Dock("ledger", "Gradients", "What every leaf's .grad was after each backward call",
         Area.RightDockWidgetArea, "inspector"),
    Dock("program", "Program", "What is done with the graph, line by line",
         Area.RightDockWidgetArea, "inspector"),
    Dock("outline", "Outline", "The graph as a table: values, gradients, inputs, regions",
         Area.RightDockWidgetArea, "inspector"),
    Dock("code", "Code", "The same graph as PyTorch code, and the log of the run",
         Area.BottomDockWidgetArea, "code"),
    Dock("legend", "Legend", "What colours and lines on the canvas mean",
         Area.BottomDockWidgetArea, "legend"),
)  # fmt: skip

SIDE, RIGHT, BOTTOM, LEGEND = 215, 330, 190, 306
"""First widths of the palette and the right docks, height of the bottom ones, the legend's width;
in pixels where text has its usual size."""
NARROW, SMALL_SIDES = 1100, (180, 262)
"""A window less wide than this leaves the canvas room: no legend at first, and smaller sides."""
