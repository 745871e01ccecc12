"""A tape as a drawing: names, groups, grad modes, lines of the source."""

import textwrap

from engine.code.script import drawing, sources
from engine.code.script.reading import read
from engine.graph import GRAD_MODES, lines


def reading(program):
    """The reading of a program."""
    return read(sources.from_text("import torch\n" + textwrap.dedent(program)))


def groups(found):
    """Titles and members of the groups."""
    regions = found.graph.regions.values()
    return {r.title: r.members for r in regions if r.kind == "group"}


def nested(found):
    """Whether of any two regions one lies in the other, or they are apart; and all are runs."""
    order = list(found.graph.nodes)
    spans = [{order.index(m) for m in r.members} for r in found.graph.regions.values()]
    runs = all(max(s) - min(s) == len(s) - 1 for s in spans)
    return runs and all(a <= b or b <= a or not a & b for a in spans for b in spans)


def test_nodes_are_called_by_the_first_name_they_are_bound_to():
    """Made unique; what has no name is called by its op."""
    found = reading("""
        x = torch.tensor(1.0)
        y = x * 2
        alias = y
        y = y + 1
        z = y * y * 3
    """)
    assert [n.name for n in found.graph.nodes.values()] == ["x", "y", "y2", "mul", "z"]
    assert found.variables == {"x": "x", "y": "y2", "alias": "y", "z": "z"}


def test_calls_of_functions_are_groups_within_groups():
    """Titled by the function; one of a single node is none."""
    found = reading("""
        def inner(a):
            b = a * 2
            return b + 1
        def single(a):
            return a - 1
        def outer(a):
            c = inner(a)
            return single(c) * 3
        x = torch.tensor(1.0)
        y = outer(x)
    """)
    assert groups(found) == {"outer": ("b", "c", "sub", "y"), "inner": ("b", "c")}
    assert nested(found)


def test_modules_within_modules_are_groups():
    """Also those that only other modules call."""
    found = reading("""
        from torch import nn
        net = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), nn.Linear(2, 1))
        y = net(torch.ones(3, 2))
    """)
    assert sorted(len(members) for members in groups(found).values()) == [3, 4, 7]
    assert nested(found)


def test_iterations_are_folded_groups_and_grad_modes_lie_in_them():
    """A mode that begins within a block ends with it."""
    found = reading("""
        x = torch.tensor(1.0, requires_grad=True)
        def both(a):
            b = a * 2
            with torch.no_grad():
                return b * 3 + 1
        for i in range(3):
            y = both(x * (i + 1))
            with torch.no_grad():
                z = y * 5
    """)
    regions = found.graph.regions.values()
    assert sum(r.folded for r in regions) == 3
    assert sum(r.kind in GRAD_MODES for r in regions) == 6
    assert all(found.graph.mode_of(n) == "no_grad" for n in ("z", "z2", "z3"))
    assert nested(found)
    assert found.findings == ()


def test_every_node_and_line_knows_its_place_in_the_source():
    """Lines of the Program too, in their order, those of a repeat included."""
    found = reading("""
        w = torch.tensor([1.0], requires_grad=True)
        for _ in range(3):
            y = (w * w).sum()
            y.backward()
        w.grad = None
    """)
    told = [(a.do, line) for a, line in zip(lines(found.program), found.action_lines, strict=True)]
    assert told == [("forward", 3), ("repeat", 4), ("forward", 5), ("backward", 6), ("set", 7)]
    assert found.lines["y"] == 5


def test_the_innermost_loop_is_cut(monkeypatch):
    """What came before it stays."""
    monkeypatch.setattr(drawing, "MOST_NODES", 50)
    found = reading("""
        x = torch.tensor(1.0)
        for epoch in range(2):
            y = x * epoch
            for i in range(100):
                z = y * i
        w = x * 3
    """)
    assert len(found.graph.nodes) == 50
    assert [f[:1] + f[2:] for f in found.findings] == [
        (6, "drawn are 48 of 100 iterations: there is no more room")
    ]


def test_what_is_beyond_the_room_is_cut_and_told(monkeypatch):
    """As k of n iterations; what is drawn until then stands."""
    monkeypatch.setattr(drawing, "MOST_NODES", 50)
    found = reading("""
        x = torch.tensor(1.0)
        for i in range(100):
            y = x * i + 1.0
    """)
    assert len(found.graph.nodes) <= 50
    assert [f[0] for f in found.findings] == [4]
    assert "drawn are 24 of 100 iterations" in found.findings[0][2]
