"""Indexing, `.grad`, `.data`, `autograd.grad` and any other call as nodes of a drawing."""

import re

import numpy as np
import pytest

import engine
from engine.code.source import lines
from engine.drawn import catalogue
from engine.drawn.reader import Wire, read_key
from engine.events import Mutated
from engine.graph import Action, Edge, Graph, Node
from engine.registry import OPS
from engine.session import Session
from tests.runs import FORWARD, backward, events, leaf, op, wire

X = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def run(graph, *program):
    session = Session(graph)
    chapters = [*session.run(program)]
    return session, chapters


def only(node, *tensors, grad=True):
    """A graph of leaves, x and on, and one node that they are wired to by the slots given."""
    leaves = [leaf(f"t{k}", data, grad) for k, (_, data) in enumerate(tensors)]
    edges = [wire(f"t{k}", node.id, slot) for k, (slot, _) in enumerate(tensors)]
    return Graph.of([*leaves, node], edges)


def refusal(node, *tensors):
    session, _ = run(only(node, *tensors), FORWARD)
    return session.failures.get(node.id, "")


# ---- gradients and data --------------------------------------------------------------------------


def test_a_gradient_is_the_very_tensor_that_backward_leaves():
    nodes = [leaf("x", [1.0, 2.0]), op("y", "pow", exponent=2), op("s", "sum"), op("g", "grad")]
    graph = Graph.of(nodes, [wire("x", "y"), wire("y", "s"), wire("x", "g")])
    session, _ = run(graph, Action("forward", expect_error=True), backward("s"), FORWARD)
    assert session.tensor("g") is session.tensor("x").grad
    assert session.tensor("g").tolist() == [2.0, 4.0]
    assert "g = x.grad" in [line.text for line in lines(graph, (FORWARD,))]


def test_a_gradient_that_is_not_there_says_what_to_do():
    assert refusal(op("g", "grad"), ("self", 1.0)) == (
        "its .grad is None: run backward before this line, or retain_grad() for what is computed"
    )


def test_data_shares_memory_and_has_no_history():
    nodes = [leaf("x", [1.0, 2.0]), op("d", "data"), op("z", "zero_"), op("y", "mul", other=3.0)]
    graph = Graph.of(nodes, [wire("x", "d"), wire("d", "z"), wire("x", "y")])
    session, _ = run(graph, FORWARD)
    assert session.tensor("x").tolist() == [0.0, 0.0]
    assert session.tensor("x").is_leaf
    assert session.tensor("y").tolist() == [0.0, 0.0]
    assert not session.tensor("d").requires_grad


def test_data_and_gradients_can_be_set():
    nodes = [
        leaf("w", [1.0, 2.0]), leaf("v", [5.0, 6.0], grad=False),
        op("a", "set_data"), op("b", "set_grad"), op("y", "mul", other=2.0),
    ]  # fmt: skip
    edges = [wire("w", "a"), wire("v", "a", "value"), wire("w", "b"), wire("v", "b", "value")]
    graph = Graph.of(nodes, [*edges, wire("a", "y")])
    session, _ = run(graph, FORWARD)
    w = session.tensor("w")
    assert w.is_leaf
    assert (w.tolist(), w.grad.tolist()) == ([5.0, 6.0], [5.0, 6.0])
    assert [line.text for line in lines(graph, (FORWARD,))][-3:] == [
        "w.data = v", "w.grad = v", "y = w * 2.0",
    ]  # fmt: skip


def cubed(**params):
    nodes = [
        leaf("x", [1.0, 2.0]), op("y", "pow", exponent=3), op("s", "sum"),
        op("g", "autograd_grad", **params), op("h", "sum"),
    ]  # fmt: skip
    edges = [
        wire("x", "y"), wire("y", "s"), wire("s", "g", "outputs.0"), wire("x", "g", "inputs.0"),
        wire("g", "h"),
    ]  # fmt: skip
    return Graph.of(nodes, edges)


def test_gradients_of_gradients_run_through_their_node():
    graph = cubed(create_graph=True)
    session, chapters = run(graph, FORWARD, backward("h"))
    assert session.tensor("g").tolist() == [3.0, 12.0]
    assert session.tensor("x").grad.tolist() == [6.0, 12.0]
    assert not any(chapter.failed for chapter in chapters)
    assert "g = torch.autograd.grad([s], [x], create_graph=True)" in [
        line.text for line in lines(graph, (FORWARD,))
    ]


def test_a_pass_within_a_node_leaves_no_steps_of_its_own():
    session, chapters = run(cubed(), FORWARD)
    assert session.tensor("x").grad is None
    kinds = {type(event).__name__ for event in session.trace.events}
    assert kinds == {"Computed"}, chapters


def test_an_input_that_is_not_used_has_none_for_its_gradient():
    graph = cubed(allow_unused=True)
    nodes = [leaf("w", 1.0), *graph.nodes.values()]
    extra = [wire("w", "g", "inputs.1")]
    session, _ = run(Graph.of(nodes, [*graph.edges.values(), *extra]), FORWARD)
    first, second = session.values["g"]
    assert (first.tolist(), second) == ([3.0, 12.0], None)


# ---- parts ---------------------------------------------------------------------------------------


def test_what_is_written_into_a_part_is_seen_by_all_that_share_it():
    nodes = [
        leaf("x", X), op("c", "clone"), op("v", "view", shape=[6]),
        op("w", "setitem", key="0, 1:", value=9.0), op("s", "sum"),
    ]  # fmt: skip
    edges = [wire("x", "c"), wire("c", "v"), wire("c", "w"), wire("w", "s")]
    graph = Graph.of(nodes, edges)
    session, _ = run(graph, FORWARD, backward("s"))
    assert session.tensor("v").tolist() == [1.0, 9.0, 9.0, 4.0, 5.0, 6.0]
    assert session.tensor("x").grad.tolist() == [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    (changed,) = events(session.trace, Mutated)
    assert changed.node == "w"
    assert {alias.node for alias in changed.aliases} == {"c", "v", "w"}
    assert [line.text for line in lines(graph, (FORWARD,))][-2:] == [
        "c[0, 1:] = 9.0", "s = torch.sum(c)",
    ]  # fmt: skip


def test_a_chain_of_thousands_of_assignments_goes_by_one_name():
    nodes = [leaf("x", X, grad=False), op("n0", "clone")]
    nodes += [op(f"n{k}", "setitem", key="0", value=float(k)) for k in range(1, 3000)]
    edges = [wire("x", "n0"), *(wire(f"n{k}", f"n{k + 1}") for k in range(2999))]
    found = lines(Graph.of(nodes, edges), (FORWARD,))
    assert found[-1].text == "n0[0] = 2999.0"


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("", "The index is empty"), ("0, x", "Column 4"), ("1.5", "Column 1: an index is a whole"),
        ("'a'", "an index is"), ("0][1", "do not match"), ("1:2.0", "a slice has whole numbers"),
        ("__import__('os')", "Column 1"), ("{0}.grad", "Column 1"), ("f(1)", "Column 1"),
        ("0 for i in x", "Column"), ("9" * 60, "too long"), ("[" * 80 + "]" * 80, "deep"),
        ("0] + x[0", "do not match"), ("(lambda: 1)", "Column"), ("{0, 1}", "Column 1"),
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_read_says_where(key, part):
    with pytest.raises(ValueError, match=r"(?s).") as refused:
        read_key(key)
    assert part in str(refused.value)
    assert part in refusal(op("y", "index", key=key), ("self", X))


def test_an_index_is_read_as_python_reads_it():
    class Brackets:
        def __getitem__(self, key):
            return key

    for text in ("0", ":", "0, :", "..., None", "1:3, ::2", "-1", "[0, 1], 2", "True", "()", "0,"):
        assert read_key(text).key == eval(f"b[{text}]", {"b": Brackets()}), text
    assert read_key("{1}, {0}:").key == (Wire(1), slice(Wire(0), None))


def test_what_index_arrays_pick_is_refused_where_it_would_not_fit_and_only_there():
    nodes = [
        Node("x", "zeros", "x", {"size": [4, 100_000]}),
        op("far", "call", function="torch.zeros", args="10000000, dtype=torch.int64"),
        op("near", "call", function="torch.zeros", args="100000, dtype=torch.int64"),
        op("a", "index", key="..., {0}"), op("b", "index", key="{0}"),
        op("c", "index", key="{0}, {1}"), op("d", "index", key="{0}, [[0], [1]]"),
    ]  # fmt: skip
    edges = [wire("x", k) for k in "abcd"]
    edges += [wire("near", "a", "at.0"), wire("far", "b", "at.0"), wire("far", "d", "at.0")]
    edges += [wire("near", "c", "at.0"), wire("near", "c", "at.1")]
    session, _ = run(Graph.of(nodes, edges), FORWARD)
    assert session.failures.keys() == {"b"}
    assert "you tried to allocate 4000000000000 bytes" in session.failures["b"]
    assert session.tensor("c").shape == (100_000,)
    assert session.tensor("d").shape == (2, 10_000_000)


def test_the_engines_own_sentence_is_told_for_an_index_that_does_not_fit():
    assert "index 2 is out of bounds" in refusal(op("y", "index", key="2"), ("self", X))
    assert "too many indices" in refusal(op("y", "index", key="0, 0, 0"), ("self", X))


def test_wires_and_text_must_agree():
    asked = refusal(op("y", "index", key="{0}"), ("self", X))
    assert asked == (
        "the text asks for {0}, and nothing is wired to “at.0”: wire a tensor to it, or take it "
        "out of the text"
    )
    given = refusal(op("y", "call", function="torch.exp", args="{0}"), ("xs.0", X), ("xs.1", X))
    assert "“xs.1” is wired and the text has no {1}" in given


# ---- calls ---------------------------------------------------------------------------------------


def called(function, args, *tensors, op_name="call"):
    slots = [(f"xs.{k}", data) for k, data in enumerate(tensors)]
    return op("y", op_name, function=function, args=args), slots


def test_the_list_reaches_every_function_that_makes_tensors():
    known = catalogue.functions()
    for path in (
        "torch.einsum", "torch.full", "torch.eye", "torch.linspace", "torch.randint",
        "torch.randperm", "torch.bernoulli", "torch.zeros_like", "F.dropout", "F.one_hot",
        "F.scaled_dot_product_attention", "torch.linalg.eigh", "torch.special.zeta",
        "Tensor.expand_as", "Tensor.lerp_", "Tensor.uniform_", "torch.nn.init.xavier_uniform_",
        "Tensor.new_full", "Tensor.T", "Tensor.__and__", "torch.multinomial", "F.gumbel_softmax",
    ):  # fmt: skip
        assert path in known, path
    for path in (
        "torch.manual_seed", "torch.set_default_dtype", "Tensor.backward", "Tensor.register_hook",
        "torch.from_numpy", "torch.load", "torch.Tensor", "Tensor.__class__", "Tensor.item",
        "torch.os", "F.functional_functions", "Tensor.__init__", "torch.no_grad",
    ):  # fmt: skip
        assert path not in known, path


def test_every_op_with_a_function_of_its_own_is_in_the_list():
    reached = {getattr(f, "__wrapped__", f) for f in catalogue.functions().values()}
    drawn = {"call", "call_", "grad", "data", "set_data", "set_grad", "autograd_grad", "index"}
    odd = {
        name for name, declared in OPS.items()
        if not declared.source and declared.call not in reached
    } - drawn  # fmt: skip
    names = {path.rpartition(".")[2] for path in catalogue.functions()}
    assert {name for name in odd if name not in names} == {"setitem", "requires_grad_"}


@pytest.mark.parametrize(
    ("function", "args", "part"),
    [
        ("torch.einsumm", "{0}", "did you mean “torch.einsum”?"),
        ("os.system", "'true'", "There is no function “os.system” to call"),
        ("torch.exp", "{0}.data", "Column 1"), ("torch.exp", "{0}, **{}", "Column"),
        ("torch.exp", "*{0}", "Column 1"), ("torch.exp", "{0}) + (1", "do not match"),
        ("torch.exp", "{0}, dtype=torch.tensor", "a dtype such as torch.float64"),
        ("Tensor.exp_", "{0}", "use the op “call_”"), ("torch.exp", "{0}, out={0}", "“call_”"),
        ("F.relu", "{0}, inplace=True", "“call_”"), ("F.dropout", "{0}, 0.5, True, True", "call_"),
        ("torch.mm", "{0}, {0}", "mat1 and mat2"), ("torch.exp", "1j", "no complex numbers"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_made_says_why(function, args, part):
    node, slots = called(function, args, X)
    assert part in refusal(node, *slots)


def test_a_call_in_place_wants_a_function_that_changes_something():
    node = op("y", "call_", function="torch.exp", args="{0}")
    assert "use the op “call”" in refusal(node, ("self", X))


def test_a_changed_tensor_is_told_of():
    nodes = [leaf("x", X), op("c", "clone"), op("y", "call_", function="Tensor.exp_", args="{0}")]
    session, _ = run(Graph.of(nodes, [wire("x", "c"), wire("c", "y")]), FORWARD)
    assert [event.node for event in events(session.trace, Mutated)] == ["y"]
    assert session.tensor("c") is session.tensor("y")


RANDOM = [
    ("torch.randint", "0, 10, (4,)", "torch.randint(0, 10, (4,))"),
    ("torch.randperm", "6", "torch.randperm(6)"),
    ("torch.rand", "3, dtype=torch.float64", "torch.rand(3, dtype=torch.float64)"),
    ("torch.bernoulli", "{0}", "torch.bernoulli(x)"),
    ("F.dropout", "{0}", "F.dropout(x)"),
    ("torch.normal", "0.0, 1.0, (2,)", "torch.normal(0.0, 1.0, (2,))"),
    ("torch.multinomial", "{0}, 2", "torch.multinomial(x, 2)"),
    ("torch.randn_like", "{0}", "torch.randn_like(x)"),
]


@pytest.mark.parametrize(("function", "args", "line"), RANDOM)
def test_what_is_random_draws_from_the_sessions_stream(function, args, line):
    x = [0.25, 0.5, 0.75]
    seeded = Node("r", "rand", "r", {"size": [2], "seed": 11})
    nodes = [seeded, leaf("t", x, grad=False), op("y", "call", function=function, args=args)]
    graph = Graph.of(nodes, [Edge("t", 0, "y", "xs.0")] if "{0}" in args else [])
    session, _ = run(graph, FORWARD, FORWARD)
    first, second = (c for c in session.trace.events if getattr(c, "node", "") == "y")
    names = {"torch": engine, "F": engine.nn.functional, "x": engine.tensor(x)}
    engine.manual_seed(11)
    engine.rand(2)
    for event in (first, second):
        expected = eval(line, names)
        assert np.asarray(event.value).tobytes() == expected._data.tobytes()


HUGE = """
torch.full((M, M), 0.0) | torch.eye(M) | torch.eye(M, M) | torch.randint(0, 9, (B,))
torch.randperm(B) | torch.normal(0.0, 1.0, (B,)) | torch.tril_indices(M, M) | torch.zeros(M, M)
torch.linspace(0, 1, B) | torch.hann_window(B) | torch.empty_strided((M, M), (M, 1))
torch.diag_embed({M}) | torch.diagflat({M}) | torch.vander({M}, M) | torch.kron({M}, {M})
torch.histc({1}, B) | torch.cartesian_prod({M}, {M}) | torch.combinations({M}, 4)
torch.bincount({1}.long, minlength=B) | torch.block_diag({M,1}, {1,M}) | torch.logspace(0, 1, B)
torch.repeat_interleave({M}, M) | F.one_hot({M}.long, M) | Tensor.repeat({3}, M, M)
F.interpolate({1,1,4,4}, size=(M, M)) | F.interpolate({1,1,4,4}, scale_factor=1e7)
F.pad({4,4}, (M, M, M, M)) | Tensor.new_full({3}, (M, M), 1) | torch.tile({3}, (M, M))
F.adaptive_avg_pool2d({1,1,4,4}, M) | F.adaptive_max_pool1d({1,4,4}, B) | torch.outer({M}, {M})
F.affine_grid({1,2,3}, (1, 1, M, M)) | F.fold({1,4,9}, (M, M), 2) | F.upsample({1,1,4,4}, M)
"""
"""Calls of which M is ten million, B a million times as much, {2,3} zeros of that shape."""


@pytest.mark.parametrize("line", HUGE.strip().replace("\n", " | ").split(" | "))
def test_what_would_not_fit_is_refused_before_memory_is_asked_for(line, monkeypatch):
    """NumPy is never asked: whoever made an array of that many elements would notice."""
    tensors = []

    def wired(match):
        shape = [int(n) for n in match[1].replace("M", "10000000").split(",")]
        tensors.append(engine.zeros(shape, dtype=engine.int64 if match[2] else None))
        return f"{{{len(tensors) - 1}}}"

    text = re.sub(r"\{([\dM,]+)\}(\.long)?", wired, line)
    text = re.sub(r"\bB\b", "10000000000000", re.sub(r"\bM\b", "10000000", text))
    function, _, args = text.removesuffix(")").partition("(")
    made = []
    for name in ("empty", "zeros", "full", "ones", "arange", "eye", "repeat", "tile", "pad"):
        monkeypatch.setattr(np, name, _counted(getattr(np, name), made))
    with pytest.raises(RuntimeError, match=r"you tried to allocate|overflowed"):
        OPS["call"].call(tensors, function=function, args=args)
    assert all(size < 10**8 for size in made)


def _counted(make, made):
    def counted(*args, **kwargs):
        out = make(*args, **kwargs)
        made.append(out.size)
        return out

    return counted
