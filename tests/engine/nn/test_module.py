"""nn.Module: what it registers, finds, saves, prints, calls and refuses, as PyTorch's does."""

import copy
from collections import OrderedDict

import pytest

import engine
from tests.engine.nn.both import both

SEQUENTIAL = "nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))"


def net(torch):
    """A model with one of everything."""
    nn = torch.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(2, 3)
            self.rest = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3), nn.ReLU()])
            self.named = nn.ModuleDict({"a": nn.Tanh(), "b": nn.Dropout(0.2)})
            self.scale = nn.Parameter(torch.ones(1))
            self.free = nn.ParameterList([torch.zeros(2), nn.Parameter(torch.ones(1))])
            self.register_buffer("seen", torch.zeros(1))
            self.register_buffer("passing", torch.zeros(1), persistent=False)
            self.buffer = nn.Buffer(torch.ones(2))
            self.shared = self.first
            self.note, self.nothing = "hello", None

        def forward(self, x):
            x = self.first(x)
            for layer in self.rest:
                x = layer(x)
            return self.named["a"](x) * self.scale

    return Net()


def test_members_are_found_in_pytorchs_order():
    def program(torch):
        made = net(torch)
        return {
            "repr": repr(made),
            "parameters": [name for name, _ in made.named_parameters()],
            "all": [name for name, _ in made.named_parameters(remove_duplicate=False)],
            "own": [name for name, _ in made.named_parameters(recurse=False)],
            "prefixed": [name for name, _ in made.named_parameters("x")],
            "buffers": [name for name, _ in made.named_buffers()],
            "modules": [name for name, _ in made.named_modules()],
            "children": [name for name, _ in made.named_children()],
            "count": sum(p.numel() for p in made.parameters()),
            "state": made.state_dict(),
            "keys": repr(made.state_dict().keys()),
            "by path": [repr(made.get_submodule("rest.1")), made.get_parameter("first.bias")],
        }

    both(program)


def test_training_and_evaluation_reach_every_module():
    def program(torch):
        made = net(torch)
        made.rest[0].eval()
        before = [m.training for m in made.modules()]
        made.eval()
        return before, [m.training for m in made.modules()], made.train() is made

    both(program)


def test_a_cast_keeps_the_parameters_and_changes_their_values():
    def program(torch):
        made = net(torch)
        weight = made.first.weight
        weight.grad = torch.ones(3, 2)
        made.double()
        same = made.first.weight is weight
        return same, weight.dtype is torch.float64, weight.grad, made.state_dict()

    both(program)


def test_apply_goes_from_the_innermost_outwards():
    def program(torch):
        names = []
        made = eval(SEQUENTIAL, {"nn": torch.nn})
        made.apply(lambda m: names.append(type(m).__name__))
        return names

    both(program)


def test_parameters_freeze_and_forget():
    def program(torch):
        made = eval(SEQUENTIAL, {"nn": torch.nn})
        made[0].requires_grad_(False)
        made(torch.ones(1, 2)).sum().backward()
        grads = [p.grad for p in made.parameters()]
        made.zero_grad(set_to_none=False)
        zeros = [p.grad for p in made.parameters()]
        made.zero_grad()
        return grads, zeros, [p.grad for p in made.parameters()], list(made.parameters())

    both(program)


ASSIGNMENTS = [
    "m.weight = 3.0", "m.weight = torch.ones(2, 2)", "m.weight = None", "m.sub = 3",
    "m.sub = torch.ones(2)", "m.sub = None", "m.buf = 3", "m.buf = torch.ones(3)",
    "m.new = nn.Linear(1, 1)", "m.sub = nn.Parameter(torch.ones(1))", "m.weight = nn.ReLU()",
    "m.register_buffer('weight', torch.ones(1))", "m.register_buffer('a.b', None)",
    "m.register_buffer('', None)", "m.register_buffer(3, None)", "m.register_buffer('q', 3)",
    "m.register_parameter('q', 3)", "m.register_parameter('q', torch.ones(2))",
    "m.register_parameter('q', m.weight * 2)", "m.register_parameter('forward', m.weight)",
    "m.register_parameter('q.', m.weight)", "m.register_parameter('', m.weight)",
    "m.register_parameter(4, m.weight)", "m.add_module('w', 3)",
    "m.add_module('forward', nn.ReLU())", "m.add_module('a.b', nn.ReLU())",
    "m.add_module('', nn.ReLU())", "m.add_module(3, nn.ReLU())",
    "m.register_module('z', nn.ReLU())",
    "del m.bias", "del m.nope", "del m.buf", "m.nope", "m.train(3)", "m.get_submodule('x.y')",
    "m.get_submodule('sub.y')", "m.get_submodule('weight')", "m.get_parameter('sub.x')",
    "m.get_parameter('sub')", "m.get_parameter('buf')", "m.get_buffer('weight')",
    "m.get_buffer('xx')", "m.to(torch.int64)", "m.load_state_dict(3)", "m.load_state_dict({})",
    "m.load_state_dict({'weight': torch.ones(3, 2), 'buf': 3, 'x': 1, 'z.y': 2})",
    "m.load_state_dict({'weight': torch.ones(2, 2)}, strict=False)",
    "m.load_state_dict({'weight': [1], 'buf': 3}, strict=False)", "m(torch.ones(1, 3))",
    "nn.Module()(3)", "nn.Module(3)", "nn.Module(a=3)", "nn.Sequential(3)", "nn.ModuleList([3])",
    "nn.ModuleDict({'a': 3})", "nn.ModuleDict(3)", "nn.Sequential()[0]",
    "nn.ModuleList([nn.ReLU()])[4]", "nn.ModuleList().extend(3)", "nn.ModuleDict()['a']",
    "nn.Sequential() + 3", "nn.ModuleList([nn.ReLU()])(3)", "nn.Parameter(3.0)",
    "nn.Parameter(torch.tensor([1]))", "nn.Conv2d(3, 4, 3, groups=2)",
    "nn.Conv2d(4, 4, 3, padding='same', stride=2)", "nn.BatchNorm1d(3)(torch.ones(3))",
    "nn.BatchNorm1d(3)(torch.ones(1, 3))", "nn.GroupNorm(2, 3)", "nn.Dropout(2)",
    "nn.Embedding(3, 2, padding_idx=5)", "nn.Embedding(3, 2)(torch.tensor([3]))",
    "nn.MultiheadAttention(5, 2)", "nn.Unflatten(1, 3)", "nn.LayerNorm(3)(torch.ones(2, 4))",
]  # fmt: skip


@pytest.mark.parametrize("line", ASSIGNMENTS)
def test_a_line_does_or_says_what_it_does_in_pytorch(line):
    def program(torch):
        m = torch.nn.Linear(2, 2)
        m.sub = torch.nn.ReLU()
        m.register_buffer("buf", torch.ones(1))
        try:
            exec(line, {"m": m, "torch": torch, "nn": torch.nn})
        except Exception as error:
            return f"{type(error).__name__}: {error}".replace("engine.tensor", "torch")
        return repr(m), m.state_dict(), [n for n, _ in m.named_modules()]

    both(program)


@pytest.mark.parametrize(
    "line", ["self.x = nn.Linear(1, 1)", "self.x = nn.Parameter(torch.ones(1))",
             "self.register_buffer('x', torch.ones(1))", "self.x = nn.Buffer(torch.ones(1))",
             "self.register_parameter('x', nn.Parameter(torch.ones(1)))"]
)  # fmt: skip
def test_members_before_init_are_refused(line):
    def program(torch):
        class Hasty(torch.nn.Module):
            def __init__(self):
                exec(line, {"self": self, "nn": torch.nn, "torch": torch})

        return repr(Hasty())

    both(program)


def test_a_state_goes_to_another_model_and_back():
    def program(torch):
        one, two = net(torch), net(torch)
        told = repr(two.load_state_dict(one.state_dict()))
        same = all(
            torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True)
        )
        own = two.first.weight is not one.first.weight
        return told, same, own

    both(program)


def test_containers_behave_like_lists_and_dicts():
    def program(torch):
        nn = torch.nn
        row = eval(SEQUENTIAL, {"nn": nn})
        row.append(nn.Tanh()).insert(1, nn.Sigmoid())
        row[0] = nn.Identity()
        del row[-1]
        many = nn.ModuleList([nn.ReLU()] * 3) + nn.ModuleList([nn.Linear(1, 1)])
        many.insert(0, nn.Tanh())
        table = nn.ModuleDict(OrderedDict(a=nn.ReLU(), b=nn.Tanh()))
        table.update({"c": nn.Linear(1, 1)})
        table.pop("a")
        listed = nn.ParameterList([torch.ones(2), nn.Parameter(torch.ones(3, 2)), 3])
        kept = nn.ParameterDict({"a": torch.ones(2), "b": 3})
        made = [row, row[1:3], row[-1], many, many[1:], table, listed, kept]
        named = nn.Sequential(OrderedDict(fc=nn.Linear(1, 2), act=nn.ReLU()))
        return [repr(m) for m in made], [len(m) for m in (row, many, table, listed, kept)], [
            repr(named), repr(named.fc), list(table), list(table.keys()), "b" in table,
            repr(row * 2), repr(row + named), [type(m).__name__ for m in many],
        ]  # fmt: skip

    both(program)


def test_hooks_see_and_change_what_passes():
    def program(torch):
        layer, told = torch.nn.Linear(2, 2), []
        layer.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
        layer.register_forward_hook(lambda m, args, out: told.append((args[0], out)))
        handle = layer.register_forward_hook(lambda m, args, out: out + 1)
        layer.register_forward_hook(lambda m, args, kwargs, out: told.append(kwargs),
                                    with_kwargs=True)  # fmt: skip
        out = layer(torch.ones(1, 2))
        handle.remove()
        return out, layer(torch.ones(1, 2)), told

    both(program)


def test_full_backward_hooks_see_and_change_gradients():
    def program(torch):
        layer, told = torch.nn.Linear(2, 2), []
        layer.register_full_backward_pre_hook(lambda m, grads: told.append(grads))
        layer.register_full_backward_hook(lambda m, gin, gout: told.append((gin, gout)))
        layer.register_full_backward_hook(lambda m, gin, gout: (gin[0] * 2,))
        x = torch.ones(1, 2, requires_grad=True)
        out = layer(x)
        out.sum().backward()
        return out, told, x.grad, layer.weight.grad

    both(program)


def test_parameters_are_told_from_other_leaves():
    def program(torch):
        p = torch.nn.Parameter(torch.ones(2))
        leaf = torch.ones(2, requires_grad=True)
        others = [leaf, p.data, p.detach(), p * 1, p[0], p.clone(), 3]
        copied = copy.deepcopy(p)
        kinds = [
            isinstance(x, torch.nn.Parameter) for x in [p, copied, p.requires_grad_(), *others]
        ]
        frozen = torch.nn.Parameter(torch.ones(1), requires_grad=False)
        return kinds, repr(p), repr(frozen), repr(torch.nn.Parameter()), isinstance(p, torch.Tensor)

    both(program)


def test_a_parameter_shares_the_memory_it_was_made_of():
    def program(torch):
        data = torch.ones(3)
        p = torch.nn.Parameter(data)
        data.add_(1)
        return p, p._version, data._version

    both(program)


def test_a_parameters_gradient_stays_behind_when_it_is_copied():
    def program(torch):
        p = torch.nn.Parameter(torch.ones(2))
        p.grad = torch.ones(2)
        return copy.deepcopy(p).grad, copy.deepcopy(p)

    both(program)


def test_a_deep_copy_of_a_model_is_its_own():
    model = net(engine)
    twin = copy.deepcopy(model)
    assert repr(twin) == repr(model)
    assert twin.first.weight is not model.first.weight
    assert twin.shared is twin.first
    assert engine.equal(twin.first.weight, model.first.weight)


def test_what_a_model_prints_without_pytorch_at_hand():
    model = engine.nn.Sequential(engine.nn.Linear(2, 3), engine.nn.ReLU())
    assert repr(model) == (
        "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): ReLU()\n)"
    )
    assert list(model.state_dict()) == ["0.weight", "0.bias"]


CLIPS = ["clip_grad_norm_(params, 1.0)", "clip_grad_norm_(params, 100.0)",
         "clip_grad_norm_(params, 1.0, norm_type=float('inf'))", "clip_grad_norm_(params, 1.0, 1)",
         "clip_grad_norm_([], 1.0)", "clip_grad_value_(params, 0.5)",
         "parameters_to_vector(params)",
         "vector_to_parameters(torch.arange(10.0), params)"]  # fmt: skip


@pytest.mark.parametrize("call", CLIPS)
def test_utilities_treat_all_parameters_at_once(call):
    def program(torch):
        params = [torch.nn.Parameter(torch.randn(2, 3)), torch.nn.Parameter(torch.randn(4))]
        for p in params:
            p.grad = torch.randn(*p.shape) * 3
        scope = {**vars(torch.nn.utils), "params": params, "torch": torch}
        return eval(call, scope), params, [p.grad for p in params]

    both(program, ulps=2)


def test_norms_that_are_not_finite_are_refused():
    def program(torch):
        p = torch.nn.Parameter(torch.ones(2))
        p.grad = torch.tensor([1.0, float("nan")])
        return torch.nn.utils.clip_grad_norm_([p], 1.0, error_if_nonfinite=True)

    both(program)


def test_embeddings_look_up_rows():
    def program(torch):
        table = torch.nn.Embedding(5, 3, padding_idx=-1)
        out = table(torch.tensor([[0, 4], [4, 2]]))
        out.sum().backward()
        frozen = torch.nn.Embedding.from_pretrained(torch.ones(2, 3))
        return repr(table), table.state_dict(), out, table.weight.grad, frozen.weight

    both(program)


def test_running_statistics_are_kept_saved_and_used():
    def program(torch):
        norm = torch.nn.BatchNorm1d(3)
        for _ in range(3):
            norm(torch.randn(4, 3))
        state = norm.state_dict()
        other = torch.nn.BatchNorm1d(3).eval()
        other.load_state_dict(state)
        return state, other(torch.ones(2, 3))

    both(program, ulps=4)


def moons(torch):
    """A small classifier trained with Adam; every line a person would see."""
    nn = torch.nn
    torch.manual_seed(1)
    angle = torch.linspace(0, 3.14159, 20)
    up = torch.stack([angle.cos(), angle.sin()], 1)
    down = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], 1)
    x = torch.cat([up, down]) + 0.1 * torch.randn(40, 2)
    y = torch.cat([torch.zeros(20), torch.ones(20)]).long()
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    loss_of, lines = nn.CrossEntropyLoss(), [repr(model), repr(optimizer)]
    for epoch in range(30):
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        lines.append(f"{epoch} {loss.item():.4f} {scheduler.get_last_lr()[0]:.5f}")
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(1) == y).float().mean()
    return [*lines, f"accuracy {right:.2f}", str(model[3].bias)]


def test_a_training_program_prints_the_same_lines():
    both(moons)


def test_a_training_program_learns_without_pytorch_at_hand():
    *_, accuracy, _ = moons(engine)
    assert float(accuracy.split()[1]) > 0.8
