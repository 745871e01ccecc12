"""Every module of the library runs as it is dropped, to the numbers PyTorch gives."""

import importlib.util

import numpy as np
import pytest

import assets
from engine.code.source import lines
from engine.graph import Action, Region
from engine.session import Session
from gui.model import edits, modules
from gui.model.document import Document
from gui.model.files import to_text
from gui.model.folding import plan
from gui.model.modules import NAMES, insert, module
from gui.model.program import roots
from tests.runs import film, leaf, op, run

FIXED = {
    "neuron": (0.252745, {"w": [0.93612, -1.87224, 0.46806], "b": [0.93612]}),
    "layer": (5.09273, {"w": [3.0, 1.0, -1.5, -2.0, 1.5, 0.5], "b": [2.0, 1.0]}),
    "mlp": (
        -1.01922,
        {
            "w1": [-0.610621, 0.111753, 0.704935, -0.668593, 0.11337, 0.277385],
            "b1": [-1.2933, 0.227872, 1.39291],
            "w2": [0.0766113, 0.109177, -0.411461],
            "b2": [1.0],
        },
    ),
    "attention": (
        2.40869,
        {
            "wq": [
                -1.3292,
                0.660569,
                -0.126448,
                -0.103823,
                -0.461341,
                0.507315,
                1.06225,
                0.0570478,
            ],
            "wk": [
                0.147678,
                0.0971194,
                0.0733061,
                -0.442371,
                -0.0547131,
                0.577244,
                -0.368662,
                0.248133,
            ],
            "wv": [
                2.28874,
                2.28874,
                0.0191662,
                0.0191662,
                1.29823,
                1.29823,
                -0.0966405,
                -0.0966405,
            ],
        },
    ),
    "bce": (0.279777, {"p": [-0.37037, 0.416667, -0.555556]}),
    "cross_entropy": (
        1.15669,
        {"scores": [-0.147308, 0.129748, 0.0175595, 0.115612, -0.429878, 0.314266]},
    ),
    "batch_norm": (
        -0.452235,
        {
            "x": [
                -0.178883,
                0.0468114,
                -0.176617,
                -0.178883,
                -0.0326791,
                0.220773,
                0.178883,
                -0.147495,
                0.309073,
                0.178883,
                0.133363,
                -0.35323,
            ],
            "gamma": [0.0, -0.922066, -0.434639],
            "beta": [0.999992, 0.999995, 0.999982],
        },
    ),
}
"""Name -> the result, and the gradient of each leaf that asks for one: printed by PyTorch 2.13."""


def ran(name: str) -> Session:
    document = module(name).document
    return run(document.graph, *document.program)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_gives_the_numbers_pytorch_gave(name):
    session, (loss, grads) = ran(name), FIXED[name]
    assert not session.failures
    assert float(session.tensor(module(name).document.program[1].on).detach()) == pytest.approx(
        loss, rel=1e-5
    )
    leaves = {i: session.tensor(i) for i in session.graph.nodes}
    found = {i: x.grad for i, x in leaves.items() if x.is_leaf and x.requires_grad}
    assert found.keys() == grads.keys()
    for i, grad in found.items():
        assert np.allclose(np.ravel(grad.numpy()), grads[i], rtol=2e-5, atol=1e-6), i


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_every_value_and_gradient_is_pytorchs(name):
    """Its own source, run by PyTorch."""
    document, session = module(name).document, ran(name)
    scope: dict = {}
    exec("\n".join(line.text for line in lines(document.graph, document.program)), scope)
    for node in document.graph.nodes.values():
        theirs, ours = scope[node.name], session.tensor(node.id)
        assert np.allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=2e-5, atol=1e-6)
        assert ours.requires_grad == theirs.requires_grad
        if theirs.is_leaf and theirs.requires_grad:
            assert np.allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=2e-5, atol=1e-6)


def test_the_list_is_what_lies_in_the_folder():
    files = sorted(path.stem for path in assets.path("modules").glob("*.chain"))
    assert files == sorted(NAMES)
    with pytest.raises(KeyError):
        module("../examples/square")


@pytest.mark.parametrize("name", NAMES)
def test_a_module_is_one_group_with_a_title_and_a_sentence(name):
    found = module(name)
    assert found.title
    assert found.summary.endswith(".")
    assert found.summary.count("\n") == 0
    kinds = sorted(r.kind for r in found.document.graph.regions.values())
    assert kinds == ["group", "note"]
    assert to_text(found.document) == assets.path("modules", f"{name}.chain").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_dropped_on_an_empty_canvas_backward_knows_where_to_start(name):
    found, ids = insert(Document(), module(name).document, (100.0, 50.0))
    root = module(name).document.program[1].on
    assert roots(found.graph, film(found.graph, Action("forward"))) == (root,)
    assert ids[0] == module(name).group.id
    assert found.program == ()


def test_a_module_is_dropped_with_fresh_names_its_title_kept():
    x = Document().graph.of([leaf("x"), op("w", "neg")], (), [Region("neuron", "note", "mine")])
    document = Document(x, (), {"x": (0.0, 0.0), "w": (50.0, 0.0)})
    found, (group, *rest) = insert(document, module("neuron").document, (300.0, 40.0))
    assert group == "neuron1"
    region = found.graph.regions[group]
    assert region.title == "neuron"
    assert region.folded
    names = [node.name for node in found.graph.nodes.values()]
    assert len(set(names)) == len(names)
    assert {"x", "x1", "w", "w1"} <= set(names)
    assert set(rest) == found.graph.nodes.keys() - {"x", "w"} | {"about"}
    places = [found.places[m] for m in region.members]
    assert (min(x for x, _ in places), min(y for _, y in places)) == (300.0, 40.0)
    assert list(plan(found.graph).boxes) == [group]


def test_a_module_can_be_dropped_open():
    found, (group, *_) = insert(Document(), module("mlp").document, (0.0, 0.0), folded=False)
    assert not found.graph.regions[group].folded
    again, _ = insert(found, module("mlp").document, (0.0, 900.0), folded=False)
    assert edits.remove(again, again.graph.nodes).graph.nodes == {}
    assert len(modules.modules()) == len(NAMES)
