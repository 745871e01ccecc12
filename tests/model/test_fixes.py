"""What mends an error: each edit lets the run pass the point where it raised."""

from dataclasses import replace

import pytest

from engine.code.source import lines as source
from engine.events import Failed
from engine.graph import Action, Graph, Region
from gui.model import fixes
from gui.model.document import Document
from gui.model.lessons import by_id, lessons
from gui.model.telling import Telling
from gui.model.terminal import film_of
from tests.runs import FORWARD, backward, events, leaf, op, wire

GIVEN = "Given that this use case is ambiguous and error-prone, it is forbidden."
SENTENCES = {
    "errors/twice": "Trying to backward through the graph a second time (or directly access saved"
    " tensors after they have already been freed). Saved intermediate values of the graph are freed"
    " when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to"
    " backward through the graph a second time or if you need to access saved tensors after calling"
    " backward.",
    "errors/non_scalar": "grad can be implicitly created only for scalar outputs",
    "errors/no_grad_fn": "element 0 of tensors does not require grad and does not have a grad_fn",
    "errors/saved_in_place": "one of the variables needed for gradient computation has been"
    " modified by an inplace operation: [torch.FloatTensor [2]], which is output 0 of Exp, is at"
    " version 1; expected version 0 instead. Hint: enable anomaly detection to find the operation"
    " that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True,"
    " check_nan=False).",
    "errors/leaf_in_place": "a leaf Variable that requires grad is being used in an in-place"
    " operation.",
    "errors/view_no_grad": "A view was created in no_grad mode and is being modified inplace with"
    f" grad mode enabled. {GIVEN} You can clarify your code by moving both the view and the"
    " inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or"
    " both outside (if you want the inplace to be tracked).",
    "errors/int_grad": "Only Tensors of floating point and complex dtype can require gradients",
}
"""PyTorch 2.13's, word for word."""

errors = pytest.mark.parametrize("name", SENTENCES)


def failed(document):
    """(film, its last error)"""
    film = film_of(document)
    return film, events(film.trace, Failed)[-1]


def found(document):
    return fixes.fixes(document, *failed(document))


def runs_through(document):
    return not events(film_of(document).trace, Failed)


def test_every_error_lesson_is_here():
    assert {lesson.id for lesson in lessons() if lesson.is_error} == SENTENCES.keys()


@errors
def test_an_error_lesson_ends_in_pytorchs_sentence(name):
    _, event = failed(by_id(name).document())
    assert (event.kind, event.sentence) == ("RuntimeError", SENTENCES[name])
    told = Telling(by_id(name))
    assert any(told.at(k) == event.step for k in range(len(told)))


@errors
def test_pytorch_itself_says_so(name):
    torch = pytest.importorskip("torch")
    document = by_id(name).document()
    text = "\n".join(line.text for line in source(document.graph, document.program))
    with pytest.raises(RuntimeError) as caught:
        exec(compile(text, name, "exec"), {"torch": torch})  # our own lines, as the code pane shows
    assert str(caught.value).split(" (Triggered")[0].strip() == SENTENCES[name]


@errors
def test_after_each_fix_the_run_passes_that_point(name):
    document = by_id(name).document()
    mended = found(document)
    assert len({fix.text for fix in mended}) == len(mended) >= 1
    for fix in mended:
        assert runs_through(fix.document), fix.text
        assert runs_through(replace(fix.document, places={})), fix.text


def test_the_fixes_are_the_ones_a_teacher_would_name():
    texts = {name: [fix.text for fix in found(by_id(name).document())] for name in SENTENCES}
    assert texts == {
        "errors/twice": [
            "Use retain_graph=True in the call before this one",
            "Run forward again before y.backward()",
        ],
        "errors/non_scalar": [
            "Go backward from the sum of y", "Go backward from the mean of y",
            "Give it a gradient of ones",
        ],
        "errors/no_grad_fn": ["Take the detach() of safe away"],
        "errors/saved_in_place": ["Use add instead of add_ for up", "Change a clone of e"],
        "errors/leaf_in_place": [
            "Put new under torch.no_grad()", "Use sub instead of sub_ for new",
        ],
        "errors/view_no_grad": [
            "Take the view out of the no_grad region", "Put changed into the no_grad region too",
            "Change a clone of first",
        ],
        "errors/int_grad": ["Make n float32"],
    }  # fmt: skip


# ---- graphs that are no lesson -------------------------------------------------------------------


def doc(nodes, edges, *program, regions=()):
    return Document(Graph.of(nodes, edges, regions), program)


def test_all_calls_since_the_last_forward_keep_what_they_used():
    square = [leaf("x"), op("y", "pow", exponent=2)], [wire("x", "y")]
    keep = backward("y", retain_graph=True)
    document = doc(*square, FORWARD, backward("y"), FORWARD, keep, backward("y"), backward("y"))
    mended = found(document)[0]
    assert mended.text == "Use retain_graph=True in the calls before this one"
    assert [bool(a.args) for a in mended.document.program] == [0, 0, 0, 1, 1, 0]
    assert runs_through(mended.document)


def test_a_call_in_a_repeat_keeps_for_itself():
    square = [leaf("x"), op("y", "pow", exponent=2)], [wire("x", "y")]
    again = Action("repeat", args={"times": 3}, body=(backward("y"),))
    document = doc(*square, FORWARD, again)
    for fix in found(document):
        assert runs_through(fix.document), fix.text
    assert fixes.with_line(document.program, 2, lambda a: ())[1].body == ()


def test_a_root_that_was_never_tracked_gets_leaves_that_are():
    nodes = [leaf("a", 2.0, grad=False), leaf("n", 3, grad=False), op("y", "mul")]
    document = doc(nodes, [wire("a", "y"), wire("n", "y", "other")], FORWARD, backward("y"))
    assert [fix.text for fix in found(document)] == ["Let a require its gradient"]
    assert all(runs_through(fix.document) for fix in found(document))


def test_a_no_grad_region_on_the_way_is_found():
    nodes, edges = [leaf("x"), op("y", "neg"), op("z", "exp")], [wire("x", "y"), wire("y", "z")]
    region = Region("r", "no_grad", "", ("y",))
    document = doc(nodes, edges, FORWARD, backward("z"), regions=[region])
    (fix,) = found(document)
    assert fix.text == "Take the no_grad region away"
    assert runs_through(fix.document)


def test_a_line_that_froze_the_leaf_is_found():
    nodes, edges = [leaf("x"), op("y", "neg")], [wire("x", "y")]
    freeze = Action("requires_grad_", "x", {"value": False})
    (fix, *_) = found(doc(nodes, edges, FORWARD, freeze, FORWARD, backward("y")))
    assert fix.text == "Take x.requires_grad_(False) out of the program"
    assert runs_through(fix.document)


def test_a_detach_the_program_speaks_of_is_muted_not_deleted():
    nodes, edges = [leaf("x"), op("y", "detach")], [wire("x", "y")]
    (fix,) = found(doc(nodes, edges, FORWARD, backward("y")))
    assert fix.document.graph.nodes["y"].muted
    assert runs_through(fix.document)


def test_an_input_changed_after_it_was_saved_names_the_op_that_changed_it():
    nodes = [leaf("x"), op("h", "neg"), op("y", "square"), op("c", "add_", other=1.0)]
    edges = [wire("x", "h"), wire("h", "y"), wire("h", "c")]
    document = doc(nodes, edges, FORWARD, backward("y"))
    film, event = failed(document)
    assert fixes.culprits(film, event) == ("c",)
    assert all(runs_through(fix.document) for fix in found(document))


def test_nothing_is_offered_for_what_is_expected_or_not_known():
    square = [leaf("x"), op("y", "pow", exponent=2)], [wire("x", "y")]
    assert found(doc(*square, FORWARD, backward("y"), backward("y", expect_error=True))) == ()
    assert found(doc([leaf("x"), op("y", "mm")], [], FORWARD)) == ()


def test_two_cuts_one_after_the_other_are_taken_away_together():
    nodes = [leaf("x"), op("d", "detach"), op("y", "neg")]
    region = Region("r", "no_grad", "", ("y",))
    edges = [wire("x", "d"), wire("d", "y")]
    (fix,) = found(doc(nodes, edges, FORWARD, backward("y"), regions=[region]))
    assert fix.text == "Take the detach() of d away; Take the no_grad region away"
    assert runs_through(fix.document)


@pytest.mark.parametrize("frozen", ["by a line", "as it was made"])
def test_a_frozen_leaf_under_no_grad_needs_both(frozen):
    line = frozen == "by a line"
    nodes, edges = [leaf("x", grad=line), op("y", "neg")], [wire("x", "y")]
    freeze = (Action("requires_grad_", "x", {"value": False}),) if line else ()
    region = Region("r", "no_grad", "", ("y",))
    document = doc(nodes, edges, *freeze, FORWARD, backward("y"), regions=[region])
    (fix,) = found(document)
    assert fix.text.startswith("Take the no_grad region away; ")
    assert runs_through(fix.document)


def test_of_two_cuts_side_by_side_either_will_do():
    nodes = [leaf("x"), op("d", "detach"), op("n", "neg"), op("y", "add")]
    edges = [wire("x", "d"), wire("x", "n"), wire("d", "y"), wire("n", "y", "other")]
    region = Region("r", "no_grad", "", ("n",))
    made = found(doc(nodes, edges, FORWARD, backward("y"), regions=[region]))
    assert len(made) == 2
    assert all(runs_through(fix.document) for fix in made)


def test_a_change_before_it_was_saved_is_not_to_blame():
    nodes = [leaf("x"), op("h", "neg"), op("b", "add_", other=1.0), op("y", "square")]
    nodes.append(op("c", "mul_", other=2.0))
    edges = [wire("x", "h"), wire("h", "b"), wire("b", "y"), wire("b", "c")]
    document = doc(nodes, edges, FORWARD, backward("y"))
    assert fixes.culprits(*failed(document)) == ("c",)
