"""A document whose every text is a stranger's, and all that a window says and paints."""

from __future__ import annotations

import os
from contextlib import contextmanager

from PySide6.QtCore import QAbstractListModel, QAbstractTableModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QStaticText, QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QStatusBar,
    QTabBar,
    QToolTip,
    QTreeView,
)

from engine.graph import Action, Edge, Graph, Node, Region
from gui.model.document import Document

Role = Qt.ItemDataRole


def strange(text):
    """Every free text of a document is `text`, with something that tells it from the others."""
    nodes = [
        Node("w", "parameter", f"{text}w", {"data": [1.0, -2.0]}),
        Node("x", "tensor", f"{text}x", {"data": [3.0, 4.0]}),
        Node("p", "mul", f"{text}p"),
        Node("c", "detach", f"{text}c"),
        Node("l", "sum", f"{text}l"),
        Node("e", "einsum", f"{text}e", {"equation": text}),
        Node("t", "tensor", f"{text}t", {"data": 1.0, "dtype": text}),
        Node("m", f"{text}op", f"{text}m", {"note": text, "deep": {text: [text]}}),
        Node("q", "add", f"{text}q"),
    ]
    edges = [
        Edge("w", 0, "p", "self"), Edge("x", 0, "p", "other"), Edge("p", 0, "l", "self"),
        Edge("p", 0, "c", "self"), Edge("c", 0, "m", f"{text}slot"), Edge("m", 0, "q", "self"),
        Edge("t", 0, "q", "other"), Edge("x", 0, "e", "operands.0"),
    ]  # fmt: skip
    regions = [
        Region("g", "group", f"{text}group", ("p", "l")),
        Region("i", "no_grad", f"{text}off", ("c",)),
        Region("f", "group", f"{text}folded", ("m", "q"), folded=True),
        Region("n", "note", f"{text}\n{text}note"),
    ]
    program = (
        Action("optimizer", "opt", {"kind": "SGD", "params": ["w"], "lr": 0.1}),
        Action("forward"),
        Action("register_hook", "p", {"kind": "scale", "by": 2.0, "handle": "h"}),
        Action("backward", "l"),
        Action("step", "opt"),
        Action("backward", "l", expect_error=True),
        Action("zero_grad", "opt"),
    )
    places = {node.id: (90.0 + 150.0 * k, 60.0 + 90.0 * (k % 3)) for k, node in enumerate(nodes)}
    return Document(Graph.of(nodes, edges, regions), program, {**places, "n": (90.0, 420.0)})


def said_by(top):  # noqa: C901  # a case a kind of widget
    """(who, text) of everything the widgets of a window say; not what is in fields to be edited."""
    for widget in [top, *top.findChildren(object)]:
        if isinstance(widget, QLabel):
            rich = widget.textFormat() == Qt.TextFormat.RichText
            text = widget.text()
            yield widget, QTextDocumentFragment.fromHtml(text).toPlainText() if rich else text
        elif isinstance(widget, QAbstractButton):
            yield widget, widget.text()
        elif isinstance(widget, QComboBox):
            yield from ((widget, widget.itemText(k)) for k in range(widget.count()))
        elif isinstance(widget, QTabBar):
            yield from ((widget, widget.tabText(k)) for k in range(widget.count()))
        elif isinstance(widget, QPlainTextEdit) and widget.isReadOnly():
            yield widget, widget.toPlainText()
        elif isinstance(widget, QStatusBar):
            yield widget, widget.currentMessage()
        elif isinstance(widget, QMessageBox):
            yield widget, "\n".join((widget.text(), widget.informativeText()))
        elif isinstance(widget, QMenu):
            yield from ((widget, action.text()) for action in widget.actions())
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((widget, text) for text in cells(widget, Role.DisplayRole))
    yield top, top.windowTitle()


def tips_of(top):
    """(who, text) of all tooltips."""
    for widget in [top, *top.findChildren(object)]:
        if hasattr(widget, "toolTip"):
            yield widget, widget.toolTip()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((widget, text) for text in cells(widget, Role.ToolTipRole))


def cells(view, role, parent=None):
    model, parent = view.model(), parent or QModelIndex()
    flat = isinstance(model, QAbstractListModel)  # its columnCount is private
    deep = isinstance(view, QTreeView) and not isinstance(model, QAbstractTableModel)
    for row in range(model.rowCount(parent)):
        for column in range(1 if flat else model.columnCount(parent)):
            index = model.index(row, column, parent)
            if text := model.data(index, role):
                yield str(text)
        if deep and model.rowCount(model.index(row, 0, parent)):
            yield from cells(view, role, model.index(row, 0, parent))


@contextmanager
def painted(monkeypatch):
    """The texts that are drawn meanwhile, by whatever paints itself."""
    found = []
    with monkeypatch.context() as patch:
        for name in ("drawText", "drawStaticText"):
            _listen(patch, name, found)
        yield found


def _listen(patch, name, found):
    draw = getattr(QPainter, name)

    def drawn(painter, *args):
        for arg in args:
            if isinstance(arg, (str, QStaticText)):
                found.append(arg if isinstance(arg, str) else arg.text())
        return draw(painter, *args)

    patch.setattr(QPainter, name, drawn)


def visit(qtbot, app):
    """Every panel, tab, step and item in turn; yields where one is."""
    graph = app.editor.document.graph
    for name, dock in app.window.docks.items():
        dock.show()
        dock.raise_()
        yield name
    for k in range(app.window.sheets.count()):
        app.window.sheets.setCurrentIndex(k)
        yield app.window.sheets.tabText(k)
    for step in range(-1, len(app.player.film)):
        app.player.go(step)
        yield f"step {step}"
    for item in [*graph.nodes, *graph.regions]:
        app.selection.set([item])
        if item in graph.nodes:
            app.asking.ask_about(item)
            qtbot.waitUntil(lambda: not app.runner.busy)
        yield item
    app.selection.set(list(graph.nodes))
    yield "all"
    app.views.show_history(True)
    yield "history"
    app.views.show_history(False)


def hover(widget, spot):
    """What the tooltip says there."""
    QToolTip.hideText()
    spot = QPoint(round(spot.x()), round(spot.y()))
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, spot, widget.mapToGlobal(spot)))
    return QToolTip.text()


class Opened:
    """Whether a file has been read since, by Python or by Qt: its time of access tells."""

    def __init__(self, path):
        self.path = path
        os.utime(path, (0, path.stat().st_mtime))

    def __bool__(self):
        return self.path.stat().st_atime != 0
