"""The inspector: everything about what is selected, and the current step as a formula."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from engine.graph import Graph, Node, Region
from engine.registry import OPS, Op
from gui.model import words
from gui.model.explain.steps import NICKNAMES
from gui.model.frames import Frame, NodeState
from gui.model.why import why_no_grad
from gui.panels.arrays import ArrayView
from gui.panels.fixes import Fixes
from gui.panels.node_story import NodeStory
from gui.panels.parts import (
    MARGIN,
    Card,
    FramePanel,
    heading,
    label,
    link_button,
    number_label,
    say,
)
from gui.panels.properties import REGION_WORDS, Links, Properties
from gui.panels.step_card import StepCard
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

NOTHING = "Select a node to see its value and gradient."
LONGEST = 24
"""Characters of a name where several are listed."""
RAISED_AS_EXPECTED = "This step raised, as the program expects"
SEVERAL = "Del deletes them, Ctrl+D duplicates, Ctrl+G groups, N puts them under no_grad."


class _Message(Card):
    """A title and a sentence, perhaps with what to do about it."""

    def __init__(self, tone: str) -> None:
        super().__init__(tone)
        self.head = heading("")
        self.text = label("", "error" if tone == "error" else "text")
        self.hint = label("", "text" if tone == "error" else "muted")
        for made in (self.head, self.text, self.hint):
            self.column.addWidget(made)

    def tell(self, title: str, text: str, hint: str = "") -> None:
        say(self.head, title)
        say(self.text, text)
        say(self.hint, hint)
        self.setVisible(bool(text))


class Inspector(FramePanel):
    """What is selected, its numbers at this step, and its fields to edit."""

    why_wanted = Signal(str)
    """(node): ask why it is as it is."""
    _node = ""
    _mended_elsewhere = False

    def __init__(self, editor: Editor, selection: Selection, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.editor, self.selection = editor, selection
        self._build()
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        selection.changed.connect(self.renew)
        self.set_theme(theme)

    def _build(self) -> None:
        self.title = heading("", 2)
        self.signature = number_label("muted")
        self.error = _Message("error")
        self.value = ArrayView(tr("value"), "value")
        self.gradient = ArrayView(tr("gradient"), "gradient")
        self.stored = ArrayView(".grad", "sum")
        self.why = _Message("plain")
        self.ask = link_button(tr("Ask why"), tr("Ask about it in the Why sheet (Shift+W)"))
        self.ask.clicked.connect(lambda: self.why_wanted.emit(self._node))
        self.properties = Properties(self.editor)
        self.links = Links(tr("Inputs"))
        self.members = Links(tr("Members"))
        for links in (self.links, self.members):
            links.chosen.connect(lambda node: self.selection.set([node]))
        self.about = label("", "muted")
        self.help = label(tr(NOTHING), "muted")
        self.how = NodeStory(self.player, self.theme)
        self.how.saved.chosen.connect(lambda node: self.selection.set([node]))
        self.step = StepCard(self.player, self.theme)
        self.raised = _Message("error")
        self.fixes = Fixes(self.editor)
        self._lay_out()

    def _lay_out(self) -> None:
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(9)
        for part in (
            *(self.title, self.signature, self.help, self.error, self.value, self.gradient),
            *(self.stored, self.why, self.ask, self.how, self.properties, self.links, self.members),
            self.about,
        ):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("All about the node"))
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll, 1)
        # The step's card stands below what scrolls: playing must not push fields about.
        foot = QVBoxLayout()
        foot.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        foot.addWidget(self.raised)
        foot.addWidget(self.fixes)
        foot.addWidget(self.step)
        whole.addLayout(foot)
        self.setMinimumWidth(220)

    def restyle(self) -> None:
        for view in (self.value, self.gradient, self.stored, self.how, self.step):
            view.set_theme(self.theme)

    def leave_errors_out(self, elsewhere: bool) -> None:
        """Whether another panel tells the error of the step and has the buttons that mend it."""
        if self._mended_elsewhere != elsewhere:
            self._mended_elsewhere = elsewhere
            self.renew()

    def show_frame(self, frame: Frame) -> None:
        graph = self.editor.document.graph
        chosen = graph.nodes.keys() & self.selection.items
        ordered = chosen if len(chosen) < 2 else filter(chosen.__contains__, graph.nodes)
        nodes = [graph.nodes[i] for i in ordered]
        regions = [r for i, r in graph.regions.items() if i in self.selection.items]
        self._show_only_for(len(nodes), len(regions))
        if len(nodes) == 1 and not regions:
            self._show_node(nodes[0], graph, frame)
        elif len(regions) == 1 and not nodes:
            self._show_region(regions[0], graph)
        elif nodes or regions:
            self._show_several(nodes, regions)
        else:
            say(self.help, tr(NOTHING))
        self.step.show_frame(frame)
        told = not self.error.isHidden()  # the node that raised is the one selected
        remedy = frame.remedy
        expected = frame.expected_error
        title = tr(RAISED_AS_EXPECTED) if expected else tr("This step raised")
        self.raised.set_tone("plain" if expected or frame.unconnected else "error")
        self.fixes.show_frame(frame)
        if self._mended_elsewhere:
            told = True
            self.fixes.hide()
        else:
            self.fixes.setVisible(bool(self.fixes.buttons))
        self.raised.tell(title, "" if told else frame.failed or "", remedy)

    def _show_only_for(self, nodes: int, regions: int) -> None:
        """Hide what does not apply to this kind of selection."""
        node, region = (nodes, regions) == (1, 0), (nodes, regions) == (0, 1)
        for part in (self.signature, self.value, self.gradient, self.stored, self.links, self.how):
            part.setVisible(node)
        for card in (self.error, self.why, self.ask, self.about):
            card.setVisible(node and not card.isHidden())
        self.properties.setVisible(node or region)
        self.members.setVisible(region)
        self.title.setVisible(nodes + regions > 0)
        self.help.setVisible(not node)

    def _show_node(self, node: Node, graph: Graph, frame: Frame) -> None:
        state = frame.node(node.id)
        op = OPS.get(node.op)
        source = op.source if op else node.op in ("tensor", "parameter")
        kind = tr("leaf {}").format(node.op) if source else node.op
        if node.muted:
            kind = tr("{}, muted").format(kind)
        self.title.setText(f"{node.name} · {kind}")
        self.signature.setText(signature(state))
        remedy = frame.remedy
        expected = state.expected_error
        title = tr("It failed, as the program expects") if expected else tr("This node failed")
        self.error.set_tone("plain" if expected else "error")
        self.error.tell(title if state.error else "", state.error or "", remedy)
        self._show_numbers(state)
        started, under_way = self._backward()
        why = why_no_grad(
            self.player.film, self.player.step, node, state,
            after_backward=started, under_way=under_way,
        )  # fmt: skip
        self.why.tell(tr("Why is {}.grad None?").format(node.name), why)
        self._node = node.id
        self.ask.setVisible(state.value is not None or bool(state.error))
        self.how.setVisible(not source)
        self.how.show_node("" if source else node.id, lambda owner: _named(graph, owner))
        self.properties.show_node(node, graph)
        self.links.show_links(_inputs(node, graph))
        say(self.about, about(op))

    def _show_numbers(self, state: NodeState) -> None:
        none = tr("not computed yet")
        self.value.show_array(state.value, "" if state.value is not None else none)
        self.gradient.setVisible(state.grad is not None or state.arrived > 0)
        self.gradient.show_array(state.grad, terms(state), waiting(state))
        self.stored.setVisible(state.is_leaf or state.retains_grad or state.stored is not None)
        self.stored.show_array(state.stored)

    def _backward(self) -> tuple[bool, bool]:
        """Whether a backward call has started by this step, and whether one has steps to come."""
        step = self.player.step
        calls = [c for c in self.player.film.timeline.chapters if c.kind == "backward"]
        return any(c.first <= step for c in calls), any(c.first <= step < c.last for c in calls)

    def _show_region(self, region: Region, graph: Graph) -> None:
        self.title.setText(region.title or tr(region.kind))
        say(self.help, tr(REGION_WORDS.get(region.kind, region.kind)))
        self.properties.show_region(region)
        names = [(graph.nodes[m].name, m) for m in region.members if m in graph.nodes]
        self.members.show_links(names)

    def _show_several(self, nodes: list[Node], regions: list[Region]) -> None:
        titles = [" ".join((r.title or r.kind).split()) for r in regions]
        names = [n.name for n in nodes] + titles
        names = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names]
        listed = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
        self.title.setText(tr("{} selected").format(len(names)))
        say(self.help, f"{listed}\n\n{tr(SEVERAL)}")


def _named(graph: Graph, node: str) -> str:
    return graph.nodes[node].name if node in graph.nodes else ""


def about(op: Op | None) -> str:
    """What the op does, and the nickname of its gate going backward."""
    if op is None:
        return tr("This op is not known here: the file may come from a newer Chainrule.")
    back = tr(NICKNAMES[op.nickname]).format(tr("it")) if op.nickname in NICKNAMES else ""
    doc = op.doc.replace("`", "")  # the label is plain text
    return f"{doc}\n\n{back}" if back else doc


def signature(state: NodeState) -> str:
    """What PyTorch would print beside the value: `float32 () grad_fn=<MulBackward0>`."""
    if state.value is None:
        return ""
    parts = [str(state.value.dtype), words.shape(state.value)]
    if state.grad_fn:
        parts.append(f"grad_fn=<{state.grad_fn.strip('<>')}>")
    elif state.requires_grad:
        parts.append("requires_grad=True")
    return " ".join(parts)


def terms(state: NodeState) -> str:
    """The sum a gradient is, when it is more than one contribution: `32.5 + 0 = 32.5`."""
    if state.arrived < 2 or state.grad is None:
        return ""
    return words.equation([t.value for t in state.terms], state.grad, "+")


def waiting(state: NodeState) -> str:
    """How many contributions are in, while more are awaited; else whose gradient this is."""
    if state.live and state.expected > 1:
        return tr("{} of {} contributions in").format(state.arrived, state.expected)
    return "" if state.live or state.grad is None else tr("from the last backward call")


def _inputs(node: Node, graph: Graph) -> list[tuple[str, str]]:
    edges = graph.inputs.get(node.id, {}).items()
    return [
        (f"{slot} ← {graph.nodes[edge.source].name}", edge.source)
        for slot, edge in edges
        if edge.source in graph.nodes
    ]


def _demo() -> QWidget:
    from gui.panels import demo

    return Inspector(demo.editor(), demo.selection("w"), demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
