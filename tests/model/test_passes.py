"""Forwards that name their nodes stay right through every edit, file and fix."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.code.source import lines as source
from engine.events import Computed, Failed
from engine.graph import Action, Edge, Graph, lines, listed
from gui.model import edits, fixes, gradients, words
from gui.model.adding import groups
from gui.model.captions import caption
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.lab import FAULTS, both_films
from gui.model.line_args import arguments, with_argument
from gui.model.passes import FORWARD, forward_to
from gui.model.program import with_action
from gui.model.reading import from_text
from gui.model.steps import kind_of
from gui.model.ways import Place, compare
from gui.model.why.paths import paths
from gui.model.writing import to_text
from tests.edit_kit import KINDS, edited
from tests.engine.test_partial_forward import forward, seed
from tests.engine.test_repeat import repeat
from tests.runs import backward, bits, events, film_of, graphs, leaf, op, run, square, wire

SGD = Action("optimizer", "opt", {"kind": "SGD", "params": ["w"], "lr": 0.1})


def training():
    """h = w · x, loss = h ** 2, trained twice; then p = h · 2 without training."""
    nodes = [
        leaf("x", 3.0, False), leaf("w", 1.0), op("h", "mul"), op("loss", "pow", exponent=2),
        op("p", "mul", other=2.0),
    ]  # fmt: skip
    edges = [wire("w", "h"), wire("x", "h", "other"), wire("h", "loss"), wire("h", "p")]
    loop = repeat(2, forward("h", "loss"), backward("loss"), Action("step", "opt"))
    return Document(Graph.of(nodes, edges), (forward("x", "w"), SGD, loop, forward("h", "p")))


def lists(document):
    """What each forward names, in order."""
    found = [a.args.get("nodes") for a in lines(document.program) if a.do == "forward"]
    stated = document.graph.stated
    return ["all" if nodes is None else " ".join(stated(nodes)) for nodes in found]


def added(document, name, *edges):
    """The document with a sine of that name, wired one wire after the other."""
    document, _ = edits.add_node(document, "sin", (0.0, 0.0), name=name)
    for edge in edges:
        document = edits.connect(document, edge.source, edge.target, edge.slot)
    return document


def test_a_new_node_joins_the_last_forward():
    made = added(training(), "n")
    assert lists(made) == ["x w", "h loss", "h p n"]
    made = added(training(), "n", wire("h", "n"), wire("n", "p"))
    assert lists(made) == ["x w", "h loss", "h n p"]


def test_a_new_node_goes_to_where_it_is_needed_first():
    made = added(training(), "n", wire("h", "n"), wire("n", "loss"))
    assert lists(made) == ["x w", "h n loss", "h p"]
    assert not film_of(made).stopped_at
    assert lists(added(training(), "n", wire("n", "h"))) == ["x w", "n h loss", "h p"]


def test_what_it_needs_comes_along():
    made = added(training(), "a", wire("x", "a"))
    made = added(made, "b", wire("a", "b"))
    assert lists(made) == ["x w", "h loss", "h p a b"]
    made = edits.connect(made, "b", "h", "other")
    assert lists(made) == ["x w", "a b h loss", "h p"]
    assert not film_of(made).stopped_at


def test_a_leaf_that_no_forward_names_is_there_anyhow():
    document = training()
    named = (Action("forward", None, {"nodes": ["h", "loss"]}), *document.program[1:])
    made = added(replace(document, program=named), "n", wire("x", "n"), wire("n", "loss"))
    assert lists(made) == ["h n loss", "h loss", "h p"]


def test_where_all_run_nothing_is_named():
    plain = Document(square(), (FORWARD, backward("y")))
    assert added(plain, "n", wire("n", "y")).program is plain.program
    last = replace(training(), program=(*training().program, FORWARD))
    assert lists(added(last, "n")) == ["x w", "h loss", "h p", "all"]
    assert lists(added(last, "n", wire("n", "loss"))) == ["x w", "h n loss", "h p", "all"]


def test_a_forward_left_with_nothing_goes():
    document = training()
    document = replace(document, program=(*document.program[:3], forward("p")))
    assert lists(edits.connect(document, "p", "loss", "self")) == ["x w", "h p loss"]
    assert lists(edits.remove(document, ["p"])) == ["x w", "h loss"]


def test_deleting_a_node_takes_it_out_of_every_list():
    made = edits.remove(training(), ["h"], bridge=True)
    assert lists(made) == ["x w", "loss", "p"]
    assert not film_of(made).stopped_at


def test_a_copy_runs_where_its_original_does():
    document = training()
    fragment = edits.extract(document, ["h", "loss"])
    made, ids = edits.paste(document, fragment, (0, 0), edits.incoming(document.graph, ["h"]))
    assert ids == ["h1", "loss1"]
    assert lists(made) == ["x w", "h loss h1 loss1", "h p h1"]
    assert not film_of(made).stopped_at


def test_what_comes_from_elsewhere_runs_at_the_end():
    made, _ = edits.paste(training(), Document(Graph.of([leaf("k"), op("z", "neg")])), (0, 0))
    assert lists(made) == ["x w", "h loss", "h p k z"]


def test_muted_and_renamed_nodes_stay_where_they_are():
    made = edits.rename(edits.mute(training(), ["h"]), "h", "hidden")
    assert made.program is training().program or made.program == training().program
    assert not film_of(made).stopped_at


def test_a_file_keeps_it_all():
    document = replace(training(), program=(seed(3), *training().program))
    again = from_text(to_text(document))
    assert edits.same_program(again.program, document.program)
    assert '{"do": "forward", "nodes": ["h", "p"]}' in to_text(document)


def test_a_forward_is_told_with_the_number_of_its_nodes():
    graph = training().graph
    told = [words.action_line(graph, a) for a in (FORWARD, forward("h"), forward("h", "p"))]
    assert told == ["forward", "forward (1 node)", "forward (2 nodes)"]
    assert words.action_line(graph, seed(3)) == "torch.manual_seed(3)"


def test_a_seed_is_a_step_of_its_own():
    film = film_of(Document(square(), (seed(3), forward("x", "y"))))
    event = film.trace.events[0]
    assert caption(event, film.graph, film.program) == (
        "torch.manual_seed(3): random numbers are drawn anew from here on, always the same ones."
    )
    assert (kind_of(event), film.timeline.chapters[0].title) == ("changed", "torch.manual_seed(3)")


def test_each_forward_is_a_chapter_with_a_number_and_its_own_nodes():
    film = film_of(training())
    titles = [c.title for c in film.timeline.chapters if c.kind == "forward"]
    assert titles == ["Forward #1", "Forward #2", "Forward #3", "Forward #4"]
    last = film.timeline.chapters[-1]
    steps = range(last.first, last.last + 1)
    assert [e.node for e in events(film.trace, Computed) if e.step in steps] == ["h", "p"]


def test_a_run_is_first_shown_where_all_values_are_there():
    graph = training().graph
    program = (forward("x", "w"), forward("h", "loss"), backward("loss"), forward("p"))
    film = TraceFilm(graph, program, run(graph, *program).trace)
    frame = film.frame(film.end_of_first_forward)
    assert frame.node("loss").value is not None
    assert frame.node("p").value is None


def test_the_names_can_be_typed_and_the_seed():
    graph, line = training().graph, forward("p", "h")
    (argument,) = arguments(graph, (), line)
    assert (argument.name, argument.value) == ("nodes", "h, p")
    assert with_argument(line, argument, argument.read("loss, h")) == forward("h", "loss")
    assert with_argument(line, argument, argument.read("")) == FORWARD
    with pytest.raises(ValueError, match="no node called “q”"):
        argument.read("q")
    assert arguments(graph, (), FORWARD) == ()
    (argument,) = arguments(graph, (), seed(3))
    assert [argument.read(text) for text in ("7", " -1 ", str(2**64 - 1))] == [7, -1, 2**64 - 1]
    for text in ("", "1.5", str(2**64), "--1"):
        with pytest.raises(ValueError, match="Type a whole number from -9223372036854775808 to"):
            argument.read(text)


def test_a_forward_that_is_offered_runs_what_is_needed_and_no_leaf():
    document = training()
    assert forward_to(document.graph, document.program, "loss") == forward("h", "loss")
    assert forward_to(document.graph, (FORWARD,), "loss") is FORWARD
    graph = edits.remove(document, ["p"]).graph
    found = groups(graph, edits.remove(document, ["p"]).program)
    (loop,) = (c for g in found for c in g.choices if c.text == "a whole training loop")
    assert loop.lines[1].body[1] == forward("h", "loss")


def fixed(document):
    """The ways out of what ended the run."""
    film = film_of(document)
    (failed,) = events(film.trace, Failed)
    return [fix.document for fix in fixes.fixes(document, film, failed)]


def test_what_a_fix_runs_again_is_what_backward_needs():
    """The forward in between ran something else: what backward freed is older than that."""
    nodes = [leaf("x"), op("h", "exp"), op("y", "sin"), op("u", "neg"), op("bad", "mm")]
    edges = [wire("x", "h"), wire("h", "y"), wire("h", "u")]
    program = (forward("x", "h", "y"), backward("y"), forward("u"), backward("u"))
    keeping, again = fixed(Document(Graph.of(nodes, edges), program))
    assert keeping.program == (program[0], backward("y", retain_graph=True), *program[2:])
    assert again.program == (*program[:3], forward("h", "u"), program[3])
    assert not any(events(film_of(made).trace, Failed) for made in (keeping, again))


def test_a_sum_that_backward_is_given_runs_before_it():
    nodes = [leaf("x", [1.0, 2.0]), op("y", "exp"), op("z", "neg")]
    program = (forward("x", "y"), backward("y"), forward("z"))
    made = fixed(Document(Graph.of(nodes, [wire("x", "y"), wire("y", "z")]), program))[0]
    assert lists(made) == ["x y sum", "z"]
    assert not events(film_of(made).trace, Failed)


def test_the_finite_differences_are_those_of_the_values_backward_met():
    """The last forward, which runs something else, came when w had changed."""
    film = film_of(training())
    of = gradients.problem(training(), film, len(film) - 1)
    assert float(of.values["w"]) == pytest.approx(1.0 - 0.1 * 18.0)


def test_the_ways_run_what_leads_there_alone():
    nodes = [leaf("x"), op("y", "exp"), op("loss", "sin"), op("bad", "mm")]
    edges = [wire("x", "y"), wire("y", "loss")]
    document = Document(Graph.of(nodes, edges), (forward("x", "y", "loss"), backward("loss")))
    outcomes = compare(document, Place("y"))
    assert [o.state("loss").value is not None for o in outcomes] == [True] * 4


def test_what_runs_the_program_again_meets_the_same_numbers():
    """The paths of a gradient, and a true run beside a faulty one; what is drawn is the same."""
    nodes = [op("w", "randn", size=[3], requires_grad=True), op("y", "sin"), op("s", "sum"),
             op("k", "randn", size=[3]), op("z", "mul")]  # fmt: skip
    edges = [wire("w", "y"), wire("y", "s"), wire("w", "z"), wire("k", "z", "other")]
    program = (seed(3), forward("w", "y", "s"), backward("s"), forward("k", "z"))
    document = Document(Graph.of(nodes, edges), program)
    film = film_of(document)
    found = paths(film, 2, "w")
    given = film.frame(len(film) - 1).node("w").stored
    assert found.count == 1
    assert bits(found.listed[0].value) == bits(given)
    right, _ = both_films(document, FAULTS[0])
    assert bits(right.frame(len(right) - 1).node("z").value) == bits(
        film.frame(len(film) - 1).node("z").value
    )


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_whatever_is_edited_what_runs_in_time_stays_so(graph, data):
    """After any edits nothing runs before what is wired to it, and the file can be read again."""
    ids = [*graph.nodes]
    cut = data.draw(st.integers(1, len(ids)))
    parts = [part for part in (ids[:cut], ids[cut:]) if part]
    document = Document(graph, tuple(forward(*part) for part in parts))
    number = st.integers(0, 10**6)
    for _ in range(data.draw(st.integers(1, 6))):
        what = data.draw(st.sampled_from([k for k in KINDS if k not in ("undo", "redo", "action")]))
        document = edited(document, what, data.draw(number), data.draw(number))
        named = listed(document.program)
        if named is None:
            return
        assert named <= document.graph.nodes.keys()
        first = {}
        for k, action in enumerate(lines(document.program)):
            for node in action.args.get("nodes", ()):
                first.setdefault(node, k)
        for edge in document.graph.edges.values():
            assert first[edge.source] <= first[edge.target]
        from_text(to_text(document))
        assert source(document.graph, document.program)


def test_a_circle_is_refused_as_ever():
    with pytest.raises(nx.NetworkXUnfeasible):
        edits.connect_all(training(), [Edge("loss", 0, "h", "self")])


def test_an_added_line_stands_behind_them():
    assert lists(with_action(training(), FORWARD)) == ["x w", "h loss", "h p", "all"]
