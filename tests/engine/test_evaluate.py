"""The evaluator of typed text: what it answers, what it refuses, and that nothing gets past it."""

import ast
import math
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import engine as torch
from engine.code import allowed, costs
from engine.code.evaluate import evaluate
from engine.code.faults import Fault, Limits, parse
from engine.modes import STATE
from engine.tensor import Tensor
from tests.work_kit import work

UNHURRIED = Limits(seconds=math.inf)
"""The clock refuses nothing: what is refused, is so for what it would cost."""
MOST_LINES = 200_000
"""Of Python: writing a Function's bookkeeping at its first use takes some 50,000."""
MOST_BYTES = UNHURRIED.work // costs.ELEMENT * 8
"""What all entries that one text may make take, as numbers of eight bytes."""


@pytest.fixture
def names():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    return {"x": x, "y": (x * 2).sum(), "m": torch.ones(3, 3), "n": torch.tensor([0, 2])}


def value(text, names):
    return evaluate(text, names).value


def outcome(text, names):
    """What comes of a text, a Fault too; raises AssertionError if it took more than it may."""
    found = []

    def answer():
        try:
            given_ = evaluate(text, names, limits=UNHURRIED).value
            found.append((given_, repr(given_)))
        except Fault as fault:
            found.append((fault, fault.text))

    took = work(answer)
    assert took.lines < MOST_LINES, text
    assert took.peak < MOST_BYTES, text
    return found[0][0]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("x * 2", "tensor([2., 4., 6.], grad_fn=<MulBackward0>)"),
        ("2 - x", "tensor([ 1.,  0., -1.], grad_fn=<RsubBackward1>)"),
        ("-x[0] ** 2", "tensor(-1., grad_fn=<NegBackward0>)"),
        ("torch.sin(x).sum()", "tensor(1.8919, grad_fn=<SumBackward0>)"),
        ("x.sum(dim=0, keepdim=True)", "tensor([6.], grad_fn=<SumBackward1>)"),
        ("F.relu(x - 2)", "tensor([0., 0., 1.], grad_fn=<ReluBackward0>)"),
        ("torch.nn.functional.softmax(m, dim=1)[0, :2]", "tensor([0.3333, 0.3333])"),
        ("m @ m", "tensor([[3., 3., 3.],\n        [3., 3., 3.],\n        [3., 3., 3.]])"),
        ("x[n]", "tensor([1., 3.], grad_fn=<IndexBackward0>)"),
        ("x[1:].tolist()", "[2.0, 3.0]"),
        ("x.max(dim=0).indices", "tensor(2)"),
        ("torch.einsum('ij,j->i', m, x.detach())", "tensor([6., 6., 6.])"),
        ("x.shape, x.shape[0], x.dtype", "(torch.Size([3]), 3, torch.float32)"),
        ("x.grad is None and not x.is_leaf", "False"),
        ("0 < y < 13", "tensor(True)"),
        ("x == 2", "tensor([False,  True, False])"),
        ("y.grad_fn.name()", "'SumBackward0'"),
        ("torch.tensor([[1, 2], [3, 4]], dtype=torch.float64)",
         "tensor([[1., 2.],\n        [3., 4.]], dtype=torch.float64)"),
        ("float('nan')", "nan"),
        ("7 // 2 ** 2 % 3", "1"),
        ("abs(-3) + len(x) + round(2.5)", "8"),
        ("torch.linalg.inv(torch.eye(2))", "tensor([[1., 0.],\n        [0., 1.]])"),
        ("x.view(3, 1).T", "tensor([[1., 2., 3.]], grad_fn=<PermuteBackward0>)"),
    ],
)  # fmt: skip
def test_what_pytorch_prints_is_what_comes_out(text, printed, names):
    assert repr(value(text, names)) == printed


ESCAPES = """
    __import__('os') | __import__('os').system('id') | eval('1') | exec('1') | open('/etc/passwd')
    ().__class__ | ().__class__.__bases__[0].__subclasses__() | ''.__class__.__mro__
    x.__class__ | x.__dict__ | x.__init__.__globals__ | x.sin.__self__ | x.sin.__func__.__globals__
    x.__reduce__() | x.__getattribute__('_data') | getattr(x, '_data') | vars(x) | dir(x) | type(x)
    globals() | locals() | x._data | x._data.base | x._fn | x._meta | x._grad | x._accumulator
    y.grad_fn.__class__ | y.grad_fn.saved | y.grad_fn._saved_self | y.grad_fn.run(1, 2)
    y.grad_fn.register_hook(print) | y.grad_fn.edges | y.grad_fn.below | y.grad_fn.metadata
    torch.__builtins__ | torch.__loader__ | torch.importlib | torch.math | torch.methods
    torch.autograd.Function | torch.nn.functional.__globals__ | torch.sin.__wrapped__
    torch.save(x, 'f') | torch.load('f') | torch.utils.data | torch.nn.Linear(2, 2)
    torch.compiling | torch.hooks | torch.memory
    '{0.__class__}'.format(x) | '{0._data}'.format_map(x) | f'{x.__class__}' | '%s' % x | 'a' * 10
    'a'.join(x) | [].append(1) | (lambda: x)() | [i for i in x] | {i: i for i in x} | (z := x)
    x.numpy() | x.__array__() | x.data_ptr() | x.register_hook(x) | x.backward() | x.retain_grad()
    x.add_(1) | x.zero_() | x.requires_grad_(False) | x.copy_(m) | x.detach_() | x.fill_(2)
    torch.add(x, 1, out=x) | torch.sin(x, **{'out': x}) | torch.sin(*x) | F.relu(m, inplace=True)
    torch.mul(m, 2, out=m) | torch.add(n, 1, out=n) | torch.exp(m, out=m) | F.celu(m, inplace=True)
    torch.relu_(m) | torch.manual_seed(0) | torch.set_default_dtype(torch.float64) | print(x)
    torch.set_printoptions(precision=9) | help(x) | breakpoint() | input() | memoryview(x)
    torch.no_grad() | torch.autograd.grad(y, x) | x.map_(x, x) | x.apply_(x) | await x | (yield x)
    x.T.__class__ | x.shape.__class__ | x.dtype.__class__ | x.device.__reduce__() | (1).__class__
    float.__subclasses__ | abs.__self__ | len.__module__ | x.max(dim=0).__class__ | True.__class__
    x.max(dim=0)._replace(values=x) | x.max(dim=0)._asdict() | x.shape.index.__self__
    ....__class__
""".replace("\n", " | ").split(" | ")  # fmt: skip


@pytest.mark.parametrize("text", [e.strip() for e in ESCAPES if e.strip()])
def test_no_way_leads_out(text, names):
    """Each is refused in a sentence, and leaves every tensor as it was."""
    before = {k: v._data for k, v in names.items()}, repr(names["x"])
    with pytest.raises(Fault) as caught:
        value(text, names)
    assert caught.value.text
    assert caught.value.column < len(text)
    assert (before[0], before[1]) == ({k: v._data for k, v in names.items()}, repr(names["x"]))


@pytest.mark.parametrize(
    "text",
    """10**10**10 | 2**2**2**2**2**2 | 'a'*10**9 | [0]*10**9 | (1,)*10**9 | torch.zeros(10**12)
    torch.zeros(10**6, 10**6) | torch.ones(3).repeat(10**9) | torch.arange(10**12) | 1 << 10**9
    torch.eye(10**6) | torch.ones(10**5).outer(torch.ones(10**5)) | torch.linspace(0, 1, 10**11)
    torch.ones(1).expand(2**40) + 1 | torch.polygamma(10**6, x) | torch.full((10**5, 10**5), 1.)
    torch.nn.functional.pad(x, (10**10, 0)) | torch.rand(10**5, 10**5) | x.new_zeros(10**12)
    torch.ones(5000, 5000) @ torch.ones(5000, 5000) | torch.ones(10**7).tolist()
    torch.kron(torch.ones(10**5), torch.ones(10**5)) | torch.ones(10**5, 1) * torch.ones(10**5)
    torch.cdist(torch.ones(10**5, 1), torch.ones(10**5, 1)) | torch.ones(2, 2)[[0] * 10**9]
    torch.arange(0, 1, 1e-9) | torch.arange(end=1, step=1e-9) | torch.eye(30000)
    torch.ones(30000).diag() | torch.diag_embed(torch.ones(30000)) | torch.ones(torch.tensor(10**9))
    x.repeat(torch.tensor(10**9)) | torch.ones(10**6).unbind() | torch.ones(10**6).split(1)
    torch.ones(10**6).cummax(0) | torch.special.ndtri(torch.ones(10**6))
    torch.erfinv(torch.ones(10**6)) | torch.ones(10**5, 1, 1, 1) @ torch.ones(10**5, 1, 1)
    torch.nn.functional.interpolate(torch.ones(1, 1, 2, 2), scale_factor=1e4)
    """.replace("\n", "|").split("|"),
)
def test_what_would_never_end_or_fit_is_refused_at_once(text, names):
    if text.strip():
        assert isinstance(outcome(text.strip(), names), Fault)


@pytest.mark.parametrize(
    "text",
    ["torch.zeros(2 * 10**7)", "torch.ones(3).repeat(10**7)", "torch.ones(1).expand(2 * 10**7) + 1",
     "torch.full((5000, 5000), 2.)", "torch.arange(10**8)"],
)  # fmt: skip
def test_what_fits_in_memory_but_takes_long_is_refused_by_its_size(text, names):
    with pytest.raises(Fault, match="more than one line may"):
        value(text, names)


@pytest.mark.parametrize(
    "text",
    ["(" * 500 + "x" + ")" * 500, "-" * 3000 + "1", "x" + "+x" * 6000, "[" * 90 + "]" * 90,
     "x" * 20_000, "1" * 6000, "x\0y", "x." + "T." * 500 + "T", "\ud800", "x if", "'", "x;y", ""],
)  # fmt: skip
def test_malformed_and_oversized_texts_are_faults(text, names):
    with pytest.raises(Fault):
        evaluate(text, names)


def test_a_fault_points_at_its_place_in_characters():
    with pytest.raises(Fault) as caught:
        evaluate("é + ααα.foo", {"é": 1, "ααα": torch.ones(1)})
    found = caught.value
    assert "é + ααα.foo"[found.column : found.end] == "ααα.foo"
    assert found.sentence.startswith("AttributeError: 'Tensor' object has no attribute 'foo'")
    assert found.told.startswith("Column 5: AttributeError")


def test_pytorchs_own_errors_come_through_word_for_word(names):
    with pytest.raises(Fault) as caught:
        value("x + m[:2, :2]", names)
    assert caught.value.sentence == (
        "RuntimeError: The size of tensor a (3) must match the size of tensor b (2) at "
        "non-singleton dimension 1"
    )
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_name_nearly_known_is_suggested(names):
    for text, wanted in (("x.sqruare()", "square"), ("torch.sgmoid(x)", "sigmoid")):
        with pytest.raises(Fault, match=f"Did you mean: '{wanted}'"):
            value(text, names)


def test_a_name_of_the_graph_hides_a_module_of_that_name():
    assert value("F * 2", {"F": torch.tensor(3.0)}).item() == 6.0


def test_it_stops_when_asked_to_and_when_time_is_up(names):
    asked = iter([False, False, True])
    with pytest.raises(Fault, match="Stopped"):
        evaluate("x + x + x", names, cancelled=lambda: next(asked))
    with pytest.raises(Fault, match="takes too long"):
        evaluate("x + x", names, limits=Limits(seconds=-1.0))


def test_warnings_are_told_not_given(names):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = evaluate("y.grad", names)
    assert answer.value is None
    assert "is not a leaf Tensor" in answer.warned[0]


def test_nothing_is_left_behind(names):
    """No recorder, no mode, and the history of what was given does not grow."""
    before = STATE.recorder, STATE.grad_enabled, STATE.origin
    evaluate("(x * y).exp().sum()", names)
    assert (STATE.recorder, STATE.grad_enabled, STATE.origin) == before
    assert names["x"].grad is None


def test_million_entry_tensors_are_answered(names):
    big = {"w": torch.ones(1000, 1000)}
    assert value("(w * 2 + 1).mean()", big).item() == 3.0
    assert repr(value("w", big)).count("...") == 7


def test_everything_listed_exists_and_changes_nothing():
    """The closed list itself: no name of it writes into a tensor or leads elsewhere."""
    for space in allowed.SPACES:
        assert allowed.functions(space)
        assert not [n for n in allowed.functions(space) if n.endswith("_") or n.startswith("_")]
    assert not [n for n in allowed.methods(Tensor) if n.endswith("_") or n.startswith("_")]
    private = [n for kind in allowed.ATTRIBUTES for n in allowed.attributes(kind) if n[0] == "_"]
    assert private == ["_version"]


# ---- fuzzing -------------------------------------------------------------------------------------

WORDS = (
    *"xymn.,()[]:=*+-/@<~!$#;é…'\"\\\n ", "torch", "F", "**", "==", "not ", " and ", " is ", "None",
    "True", "lambda", " if ", " else ", " for ", " in ", ":=", "__class__", "_data", "import ",
    "del ", "with ", "1", "0", "2.5", "1e308", "1e-308", "10**9", "x.sum()", "x.grad", "torch.sin(",
    "torch.zeros(", "F.relu(", "x[0]", "m@m", "[i for i in x]", "f'{x}'", "**{}", "*x",
)  # fmt: skip
fuzz = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def try_out(text):
    """A value of a known kind, or a Fault, for no more than a text may take."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    names = {"x": x, "y": (x * 2).sum(), "m": torch.ones(3, 3), "n": torch.tensor([0, 2])}
    arrays = {k: v._data.copy() for k, v in names.items()}
    found = outcome(text, names)
    assert not isinstance(found, Fault) or (found.text and 0 <= found.column <= found.end)
    for k, v in names.items():
        assert np.array_equal(v._data, arrays[k])


@fuzz
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=14).map("".join)))
@example("x.sum().__class__")
def test_random_text_is_answered_or_refused(text):
    try_out(text)


def _calls(inner):
    functions = st.sampled_from(sorted(allowed.functions("torch")))
    methods = st.sampled_from(sorted(allowed.methods(Tensor)))
    spaces = st.sampled_from(sorted(f"F.{n}" for n in allowed.functions("F")))
    keys = st.sampled_from(["dim", "keepdim", "p", "size", "dtype", "reduction", "bias", "weight"])
    given_ = st.lists(inner, max_size=3).map(", ".join)
    named = st.tuples(keys, inner).map("=".join)
    args = st.one_of(given_, named, st.tuples(inner, named).map(", ".join))
    return st.one_of(
        st.tuples(functions, args).map(lambda t: f"torch.{t[0]}({t[1]})"),
        st.tuples(spaces, args).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, methods, args).map(lambda t: f"({t[0]}).{t[1]}({t[2]})"),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "@", "//", "%", "==", "<"]),
                  inner).map(" ".join).map("({})".format),
        st.tuples(inner, inner).map(lambda t: f"({t[0]})[{t[1]}]"),
        st.lists(inner, max_size=3).map(lambda t: f"[{', '.join(t)}]"),
    )  # fmt: skip


ATOMS = st.sampled_from(
    ["x", "y", "m", "n", "0", "1", "-1", "2", "3", "2.5", "1e30", "True", "None", "10**6", "10**12",
     "'mean'", "'none'", "torch.float64", "torch.inf", "float('nan')", "...", "1:2", "x.shape"]
)  # fmt: skip


@fuzz
@given(st.recursive(ATOMS, _calls, max_leaves=6))
def test_random_calls_of_everything_that_is_listed_are_answered_or_refused(text):
    try_out(text)


@pytest.mark.parametrize("node", [c for c in vars(ast).values() if isinstance(c, type)])
def test_every_kind_of_python_is_known_or_refused(node):
    """Nothing is walked but what has a method of its own, whatever Python adds."""
    from engine.code import evaluate as module

    walked = {"binop", "boolop", "call", "compare", "constant", "name", "attribute", "subscript",
              "slice", "tuple", "list", "unaryop"}  # fmt: skip
    name = node.__name__.lower()
    if issubclass(node, (ast.expr, ast.stmt)) and hasattr(module.Walker, f"_{name}"):
        assert name in walked


def test_parse_measures_before_anything_is_walked():
    with pytest.raises(Fault, match="parts"):
        parse("[" + "1," * 6000 + "]", Limits(characters=100_000))


@pytest.mark.parametrize(
    "text",
    """F.layer_norm(torch.ones(32, 768), (768,), torch.ones(768), torch.ones(768)).shape
    F.batch_norm(torch.ones(32, 64), torch.zeros(64), torch.ones(64), torch.ones(64)).shape
    F.cosine_similarity(torch.ones(10**4), torch.ones(10**4), 0) | torch.ones(10**6).split(10**5)
    torch.arange(1e-9, 10) | torch.eye(1000) | len(torch.ones(1).expand(2**40))
    F.interpolate(torch.ones(1, 1, 256, 256), size=512).shape | round(5, -10**9) | round(1234, -2)
    torch.ones(8, 16, 64, 64) @ torch.ones(8, 16, 64, 64)""".replace("\n", "|").split("|"),
)
def test_what_is_ordinary_is_not_refused(text, names):
    found = outcome(text.strip(), names)
    assert found is not None
    assert not isinstance(found, Fault), found.text


def test_every_name_that_has_a_cost_can_be_called():
    known = {*allowed.BUILTINS, *allowed.methods(Tensor)}
    known = known.union(*(allowed.functions(space) for space in allowed.SPACES))
    listed = (costs.VIEWS, costs._ENTRYWISE, costs._PRODUCTS, costs._CUBIC, costs._PICKED)
    slow = (costs._SLOW, costs._SLOWEST, costs._STEEP, frozenset(costs._ODD_SIZES))
    assert frozenset().union(*listed, *slow) <= known


def test_lists_that_hold_each_other_do_not_grow_beyond_bounds():
    kept = {"a": [0] * 1000}
    kept["b"] = value("[" + "a, " * 200 + "]", kept)
    with pytest.raises(Fault, match="more than 262144 parts"):
        value("[b, b]", kept)
    deep = []
    for _ in range(58):
        deep = value("[a]", {"a": deep})
    with pytest.raises(Fault, match="nested too deeply"):
        value("[[a]]", {"a": deep})


def test_a_batch_norm_leaves_the_statistics_it_is_given(names):
    names |= {"mean": torch.zeros(3), "var": torch.ones(3)}
    shifted = value("F.batch_norm(m * 2 + x, mean, var, training=True)", names)
    assert shifted.abs().max() < 1
    assert names["mean"].tolist() == [0, 0, 0]
    assert names["var"].tolist() == [1, 1, 1]


def test_a_tensor_expanded_to_more_than_fits_is_printed_by_its_ends(names):
    made = value("x.detach().expand(10**9, 2, 3)", names)
    assert repr(made).startswith("tensor([[[1., 2., 3.],")
    assert repr(made).count("...") == 1
    long = value("x[0].detach().expand(2**40)", names)
    assert repr(long) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"


@pytest.mark.parametrize("text", ["print", "print(x, sep='')", "1 + print(x)"])
def test_print_elsewhere_is_told_where_it_belongs(text, names):
    with pytest.raises(Fault, match="is a line of its own"):
        value(text, names)


def test_half_a_character_is_told_as_such(names):
    with pytest.raises(Fault, match="a character that is none"):
        value("\ud800", names)
