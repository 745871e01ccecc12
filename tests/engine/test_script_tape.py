"""What a program asks of the engine is noted: leaves, operations, effects, and their errors."""

import textwrap

import pytest

from engine.code.script import sources
from engine.code.script.reading import read
from engine.session import Session


def reading(program):
    """The reading of a program."""
    return read(sources.from_text("import torch\n" + textwrap.dedent(program)))


def ops(found):
    """The ops of the nodes in statement order."""
    return [node.op for node in found.graph.nodes.values()]


def acts(found):
    """The Program, forwards left out: what is done, and on what."""
    return [(a.do, a.on) for a in found.program if a.do != "forward"]


def texts(found):
    """What the findings say."""
    return [text for _, _, text in found.findings]


def test_operations_become_nodes_wired_as_they_were_called():
    """Numbers are params, tensors wires, and each knows its line."""
    found = reading("""
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = 3 * x + x
        z = torch.cat([y, x]).sum()
    """)
    assert ops(found) == ["parameter", "mul", "add", "cat", "sum"]
    edges = {key: edge.source for key, edge in found.graph.edges.items()}
    assert edges["y", "self"] == "mul"
    assert edges["y", "other"] == "x"
    assert dict(found.graph.nodes["mul"].params) == {"self": 3}
    assert found.lines["y"] == 4
    assert found.findings == ()


def test_numbers_read_from_tensors_are_numbers():
    """len, shape, item and tolist make no nodes."""
    found = reading("""
        x = torch.tensor([1.0, 2.0])
        y = x * x.shape[0] + x[0].item() + len(x.tolist())
    """)
    assert ops(found) == ["tensor", "mul", "index", "add", "add"]


def test_gradients_are_told_as_lines():
    """backward, None, zero_; reading a gradient to print it is no node, using it is."""
    found = reading("""
        w = torch.tensor(2.0, requires_grad=True)
        (w * w).backward()
        print(w.grad)
        step = w.grad * 0.5
        w.grad.zero_()
        (w * 3).backward()
        w.grad = None
    """)
    assert ops(found) == ["parameter", "mul", "grad", "mul", "mul"]
    assert acts(found) == [
        ("backward", "mul"), ("zero_", "w.grad"), ("backward", "mul2"), ("set", "w.grad"),
    ]  # fmt: skip
    assert found.printed == {0: "tensor(4.)\n"}
    assert found.findings == ()


def test_flags_of_a_fresh_leaf_are_the_leafs_own():
    """requires_grad_ right after a leaf was made is how it is made; later it is a line."""
    found = reading("""
        x = torch.ones(2).requires_grad_()
        y = x * 2
        x.requires_grad = False
        y.retain_grad()
    """)
    assert found.graph.nodes["x"].params["requires_grad"] is True
    assert acts(found) == [("requires_grad_", "x"), ("retain_grad", "y")]


def test_a_tensor_changed_in_place_stays_the_one_that_is_wired():
    """Unless the change gave it a history."""
    found = reading("""
        a = torch.ones(2)
        a.add_(1)
        b = a * 2
        w = torch.ones(2, requires_grad=True)
        a.mul_(w)
        c = a * 3
    """)
    sources_of = {key: edge.source for key, edge in found.graph.edges.items()}
    assert sources_of["b", "self"] == "a"
    assert found.graph.nodes[sources_of["c", "self"]].op == "mul_"
    assert found.findings == ()


def test_modes_are_those_of_each_call():
    """With blocks, decorators and switches alike, as the engine has them."""
    found = reading("""
        x = torch.ones(2, requires_grad=True)
        with torch.no_grad():
            a = x * 2
            with torch.enable_grad():
                b = x * 3
        with torch.inference_mode():
            c = x * 4
        torch.set_grad_enabled(False)
        d = x * 5
        torch.set_grad_enabled(True)
        e = x * 6
    """)
    modes = {name: found.graph.mode_of(name) for name in "abcde"}
    assert modes == {
        "a": "no_grad", "b": None, "c": "inference_mode", "d": "no_grad", "e": None,
    }  # fmt: skip


def test_parameters_of_modules_are_leaves_where_they_are_first_used():
    """By the path in the module; what made their first values is not drawn."""
    found = reading("""
        from torch import nn
        torch.manual_seed(3)
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.l1 = nn.Linear(2, 3)
                self.out = nn.Linear(3, 1)
                self.scale = nn.Parameter(torch.ones(1))
            def forward(self, x):
                return self.out(torch.tanh(self.l1(x))) * self.scale
        net = Net()
        nn.init.zeros_(net.out.bias)
        y = net(torch.ones(4, 2)).sum()
        y.backward()
    """)
    names = [n.name for n in found.graph.nodes.values() if n.op == "parameter"]
    assert names == ["l1.weight", "l1.bias", "out.weight", "out.bias"]
    assert found.graph.nodes["out_bias"].params["data"] == [0.0]
    assert found.graph.nodes["scale"].params["requires_grad"] is True
    assert found.findings == ()


def test_parameters_are_called_by_their_path_not_by_what_walks_over_them():
    """Whatever the variable of the loop is called that first has them."""
    found = reading("""
        net = torch.nn.Linear(2, 1)
        for p in net.parameters():
            print(p.shape)
        y = net(torch.ones(1, 2)).sum()
    """)
    assert [n.name for n in found.graph.nodes.values()][1:3] == ["net.weight", "net.bias"]


def test_random_numbers_are_the_programs_own():
    """Seeds are lines, and a stream that layers have drawn from goes on where it stood."""
    found = reading("""
        torch.manual_seed(7)
        a = torch.rand(3)
        layer = torch.nn.Linear(4, 4)
        b = torch.randn(2)
        c = torch.nn.functional.dropout(layer(torch.ones(5, 4)), 0.5)
    """)
    assert acts(found)[0] == ("manual_seed", None)
    assert found.graph.nodes["a"].op == "rand"
    assert found.graph.nodes["b"].op == "tensor"
    assert "drawn_before" in found.graph.nodes
    assert found.findings == ()


def test_optimizers_are_lines_and_steps_too():
    """With the settings they were given."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        opt = torch.optim.Adam([w], lr=0.1, betas=(0.5, 0.9))
        (w * w).sum().backward()
        opt.step()
        opt.zero_grad()
    """)
    made = next(a for a in found.program if a.do == "optimizer")
    assert dict(made.args) == {"kind": "Adam", "params": ["w"], "lr": 0.1, "betas": [0.5, 0.9]}
    assert acts(found)[-2:] == [("step", "opt"), ("zero_grad", "opt")]
    assert found.findings == ()


@pytest.mark.parametrize("kind", ["Adagrad", "NAdam"])
def test_steps_of_other_optimizers_are_drawn_as_values_and_told(kind):
    """Never silently something else."""
    found = reading(f"""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        opt = torch.optim.{kind}([w], lr=0.1)
        (w * w).sum().backward()
        opt.step()
        v = w * 1
    """)
    assert ("set", "w") in acts(found)
    assert texts(found) == [
        f"this {kind} cannot be drawn: its steps are drawn as the values they give"
    ]


def test_what_changes_gradients_by_ways_of_its_own_is_drawn_as_values():
    """And told."""
    found = reading("""
        w = torch.tensor([3.0, 4.0], requires_grad=True)
        w.sum().backward()
        torch.nn.utils.clip_grad_value_([w], 0.5)
        v = w.grad * 1
    """)
    assert acts(found)[-1] == ("set", "w.grad")
    assert texts(found) == ["clip_grad_value_ is drawn as the values it gives"]


def test_a_changed_rate_makes_plain_sgd_anew():
    """Nothing but its settings and the gradients decides what it does."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        opt = torch.optim.SGD([w], lr=0.1)
        plan = torch.optim.lr_scheduler.StepLR(opt, 1, gamma=0.5)
        for _ in range(2):
            opt.zero_grad()
            (w * w).sum().backward()
            opt.step()
            plan.step()
    """)
    rates = [a.args["lr"] for a in found.program if a.do == "optimizer"]
    assert rates == [0.1, 0.05]
    assert found.findings == ()


@pytest.mark.parametrize(
    ("hook", "args"),
    [
        ("lambda g: g * 3", {"kind": "scale", "by": 3.0}),
        ("lambda g: -g", {"kind": "scale", "by": -1.0}),
        ("lambda g: torch.zeros_like(g)", {"kind": "zero"}),
        ("lambda g: g.clamp(-2, 2)", {"kind": "clip", "by": 2.0}),
        ("lambda g: torch.clamp(g, min=-0.5, max=0.5)", {"kind": "clip", "by": 0.5}),
        ("print", {"kind": "print"}),
    ],
)
def test_simple_hooks_are_recognised_by_how_they_are_written(hook, args):
    """And removed by their handle."""
    found = reading(f"""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        handle = w.register_hook({hook})
        (w * w).sum().backward()
        handle.remove()
    """)
    line = next(a for a in found.program if a.do == "register_hook")
    assert {k: v for k, v in line.args.items() if k != "handle"} == args
    assert acts(found)[-1] == ("remove_hook", "w")
    assert found.findings == ()


def test_a_hook_of_another_kind_is_told():
    """It has run, and what is drawn has none."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        w.register_hook(lambda g: g + torch.rand_like(g))
        (w * w).sum().backward()
    """)
    assert "this hook is run while the program is read, but not drawn" in texts(found)
    assert "“w.grad” is another when what is drawn runs" in texts(found)


def test_errors_that_were_caught_are_expected():
    """Of effects and of operations."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        y = (w * w).sum()
        y.backward()
        try:
            y.backward()
        except RuntimeError as error:
            print("twice")
        try:
            w @ torch.ones(3)
        except RuntimeError:
            pass
        z = w * 2
    """)
    assert [a.expect_error for a in found.program] == [False, False, True, False, True, False]
    session = Session(found.graph)
    chapters = list(session.run(found.program))
    assert [c.failed for c in chapters] == [False, False, True, False, True, False]
    assert found.findings == ()


def test_autograd_calls_are_nodes():
    """grad of several inputs gives several outputs; backward of several roots several lines."""
    found = reading("""
        a = torch.tensor(2.0, requires_grad=True)
        b = torch.tensor(3.0, requires_grad=True)
        da, db = torch.autograd.grad(a * b, [a, b], create_graph=True)
        c = da * db
        torch.autograd.backward([c, a * 2])
    """)
    assert "autograd_grad" in ops(found)
    edges = found.graph.edges
    assert [edges["c", slot].output for slot in ("self", "other")] == [0, 1]
    assert [a.args.get("retain_graph") for a in found.program if a.do == "backward"] == [True, None]
    assert found.findings == ()


def test_derivatives_of_functions_are_the_calls_they_are_made_of():
    """Each a group, the function's own operations in it."""
    found = reading("""
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        jacobian = torch.autograd.functional.jacobian(lambda v: v * v, x)
        y = jacobian.sum()
    """)
    assert ops(found).count("autograd_grad") == 2
    assert [r.title for r in found.graph.regions.values()] == ["jacobian"]
    assert found.findings == ()


def test_data_is_changed_by_lines_of_its_own():
    """`w.data -= …` changes w through what shares its memory; `w.data = t` sets it."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        (w * w).sum().backward()
        w.data -= 0.1 * w.grad.data
        w.data = w.data * 2
        w.grad.data.zero_()
        v = w * 1
    """)
    assert "set_data" in ops(found)
    assert acts(found)[-1] == ("zero_", "w.grad")
    assert found.findings == ()


def test_a_custom_function_is_drawn_by_its_forward_and_told():
    """The mode within is that around it, and its result is what the forward made."""
    found = reading("""
        class Square(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x
            @staticmethod
            def backward(ctx, grad):
                x, = ctx.saved_tensors
                return grad * 2 * x
        a = torch.tensor(3.0, requires_grad=True)
        b = Square.apply(a) + 1
        b.backward()
    """)
    assert ops(found) == ["parameter", "mul", "add"]
    assert found.graph.regions == {} or found.graph.mode_of("mul") is None
    assert texts(found) == [
        "the derivative of a Function of one's own is not drawn: its forward is"
    ]
