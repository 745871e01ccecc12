"""What a typed line asks for, and that each line of a Program, typed again, is that line."""

import pytest

import engine as torch
from engine.actions import line
from engine.code.completion import completions, signature
from engine.code.evaluate import value_of
from engine.code.faults import Fault, parse
from engine.code.statements import Do, Keep, Nothing, Scope, Show, read
from engine.graph import Action

NODES = {"w": "n1", "b": "n2", "loss": "n9"}
NAMES = {node: name for name, node in NODES.items()}


def asked(text, optimizers=("opt",)):
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    names = {"w": w, "b": w.detach(), "loss": w.sum()}
    scope = Scope(NODES, lambda node: value_of(node, names).value, frozenset(optimizers))
    return read(parse(text).body[0], scope)


@pytest.mark.parametrize(
    "action",
    [
        Action("backward", "n9"),
        Action("backward", "n9", {"retain_graph": True}),
        Action("backward", "n9", {"retain_graph": True, "create_graph": True}),
        Action("backward", "n9", {"gradient": [1.0, -2.0]}),
        Action("backward", "n9", {"inputs": ["n1", "n2"]}),
        Action("backward", "n1.grad"),
        Action("zero_", "n1.grad"),
        Action("set", "n1.grad", {"value": None}),
        Action("set", "n1.grad", {"value": [1.0, 2.0]}),
        Action("set", "n1", {"value": [3.0, 4.0]}),
        Action("requires_grad_", "n1"),
        Action("requires_grad_", "n1", {"value": False}),
        Action("retain_grad", "n9"),
        Action("optimizer", "opt", {"kind": "SGD", "params": ["n1", "n2"], "lr": 0.1}),
        Action("optimizer", "adam", {"kind": "Adam", "params": ["n1"], "lr": 0.01,
                                     "betas": [0.9, 0.99]}),
        Action("step", "opt"),
        Action("zero_grad", "opt"),
        Action("zero_grad", "opt", {"set_to_none": False}),
    ],
    ids=lambda a: line(a, NAMES),
)  # fmt: skip
def test_a_line_of_the_program_typed_again_is_that_line(action):
    found = asked(line(action, NAMES))
    assert isinstance(found, Do)
    assert found.action == action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("loss.backward(None, True)", Action("backward", "n9", {"retain_graph": True})),
        ("loss.backward(torch.ones(2) * 3)", Action("backward", "n9", {"gradient": [3.0, 3.0]})),
        ("w.requires_grad = False", Action("requires_grad_", "n1", {"value": False})),
        ("w.grad = w.detach() + 1", Action("set", "n1.grad", {"value": [2.0, 3.0]})),
        ("w.data = 2 * b", Action("set", "n1", {"value": [2.0, 4.0]})),
        ("opt = torch.optim.SGD([w], 0.5)",
         Action("optimizer", "opt", {"kind": "SGD", "params": ["n1"], "lr": 0.5})),
    ],
)  # fmt: skip
def test_other_spellings_mean_the_same(text, action):
    assert asked(text).action == action


def test_what_only_reads_is_no_line_of_the_program():
    assert isinstance(asked("w.grad"), Show)
    assert isinstance(asked("torch.sin(w).sum()"), Show)
    assert asked("print(w, 2)").printed
    assert len(asked("print(w, 2)").parts) == 2
    assert asked("a = w * 2").name == "a"
    assert isinstance(asked("a = w * 2"), Keep)
    assert isinstance(asked("import torch"), Nothing)
    assert isinstance(asked("import torch.nn.functional as F"), Nothing)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("(w * 2).backward()", "must be a node"), ("q.backward()", "must be a node"),
        ("w.zero_()", "changes a tensor in place"), ("w.grad.retain_grad()", "leave .grad out"),
        ("loss.backward(1, 2, 3, 4, 5)", "fewer arguments"), ("loss.backward(x=1)", "argument 'x'"),
        ("loss.backward(retain_graph='yes')", "True or False"),
        ("loss.backward(torch.ones(20000))", "At most 10,000 entries"),
        ("loss.backward(inputs=[w * 2])", "Nodes of the graph are wanted"),
        ("w = 2", "is a node of the graph"), ("opt = 2", "is a node of the graph"),
        ("torch = 2", "needed for what it is"), ("print = 2", "needed for what it is"),
        ("__x = 2", "underscore"), ("a, c = 1, 2", "one name"), ("a += 1", "one name"),
        ("w[0] = 1", "one name"), ("w._data = 1", "one name"), ("w.grad._data = b", "one name"),
        ("import os", "Nothing can be imported"), ("from os import a", "Nothing can be imported"),
        ("del w", "Nothing can be deleted"), ("def f(): pass", "functions of one's own"),
        ("for i in w: i", "no loops"), ("while True: 1", "no loops"), ("if w: 1", "no “if”"),
        ("with torch.no_grad(): w", "region"), ("try: 1\nexcept: 2", "no “try”"),
        ("class A: pass", "no classes"), ("raise w", "Nothing can be raised"),
        ("a: int = 1", "Leave the type"), ("assert w", "no “assert”"), ("global w", "no scopes"),
        ("async def f(): pass", "One expression is wanted"), ("w.step()", "is for an optimizer"),
        ("o = torch.optim.Magic([w])", "no optimizer 'Magic'"),
        ("o = torch.optim.SGD([w], lr=w)", "A number is wanted"),
        ("o = torch.optim.SGD(w * 2)", "Nodes of the graph"),
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_what_to_do(text, told):
    with pytest.raises(Fault, match="(?i)" + told.replace(".", r"\.").replace("(", r"\(")):
        asked(text)


def offered(before, **names):
    return [c.text for c in completions(before, names)]


def test_completions_know_names_modules_and_what_a_thing_is():
    x = torch.tensor([1.0], requires_grad=True)
    assert offered("lo", loss=x) == ["loss"]
    assert offered("2 * lo", loss=x) == ["loss"]
    assert offered("loss", loss=x) == []
    assert offered("torch.sigm") == ["sigmoid"]
    assert offered("torch.nn.functional.gel") == ["gelu"]
    assert "zero_" in offered("x.grad.", x=x)
    assert offered("(x * 2).gr", x=x) == []  # it is not worked out
    assert offered("y.grad_fn.", y=x * 2) == ["name"]
    assert offered("t[0].sha", t=(x, x)) == ["shape"]
    assert offered("'x", x=x) == []
    assert "_version" not in offered("x.", x=x)
    assert offered("x._v", x=x) == ["_version"]
    assert offered("unknown.") == []


def test_signatures_are_those_pytorch_has():
    x = torch.tensor([1.0])
    assert signature("torch.sum(", {}).startswith("torch.sum(input, dim=None, keepdim=False")
    assert signature("x.backward(", {"x": x}).startswith("x.backward(gradient=None")
    assert signature("torch.sum(x.exp(), ", {"x": x}).startswith("torch.sum(")
    assert signature("x", {"x": x}) == signature("magic(", {}) == ""
