"""Optimizers change parameters as PyTorch's do, step by step."""

import copy

import pytest

import engine
from tests.engine.nn.both import both

EXACT = [
    "SGD(params, lr=0.01)",
    "SGD(params, lr=0.01, momentum=0.9)",
    "SGD(params, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1)",
    "SGD(params, lr=1e-4, momentum=0.9, dampening=0.5, maximize=True)",
    "Adamax(params, weight_decay=0.1)",
]
CLOSE = [  # PyTorch's square root is not always rounded correctly
    "Adam(params, lr=0.01)",
    "Adam(params, lr=0.01, weight_decay=0.1, amsgrad=True)",
    "Adam(params, lr=0.01, betas=(0.3, 0.4), maximize=True)",
    "AdamW(params, lr=0.01)",
    "RMSprop(params, lr=0.01)",
    "RMSprop(params, lr=0.01, momentum=0.9, centered=True, weight_decay=0.1)",
    "Adagrad(params, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2)",
    "Adadelta(params)",
    "NAdam(params, weight_decay=0.1, decoupled_weight_decay=True)",
    "RAdam(params, weight_decay=0.1)",
]


def made(torch, text, params):
    return eval(text, {**vars(torch.optim), "params": params})


def trained(torch, text, dtype, steps=50):
    """Parameters after some steps on a bumpy loss, and what the optimizer says of itself."""
    kind = getattr(torch, dtype)
    params = [torch.nn.Parameter(torch.randn(*s).to(kind)) for s in [(4, 5), (7,), ()]]
    goal = torch.randn(4, 5).to(kind)
    optimizer = made(torch, text, params)
    for _ in range(steps):
        optimizer.zero_grad()
        bumps = (params[1] * params[1] * params[1]).abs().sum()
        loss = ((params[0] - goal) ** 2).sum() + bumps + params[2] * params[2]
        loss.backward()
        optimizer.step()
    versions = [p._version for p in params]
    return [*params], versions, repr(optimizer), [list(s) for s in optimizer.state.values()]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("text", EXACT)
def test_parameters_after_fifty_steps_are_the_same_to_the_bit(text, dtype):
    both(lambda torch: trained(torch, text, dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("text", CLOSE)
def test_parameters_after_fifty_steps_are_the_same_to_the_last_place(text, dtype):
    both(lambda torch: trained(torch, text, dtype), ulps=2)


@pytest.mark.parametrize("text", EXACT)
def test_a_step_of_many_entries_is_the_same_to_the_bit(text):
    """Enough entries for a rounding in another place to show."""

    def program(torch):
        p = torch.nn.Parameter(torch.randn(1000))
        optimizer = made(torch, text, [p])
        for _ in range(3):
            p.grad = torch.randn(1000)
            optimizer.step()
        return p

    both(program)


def test_adam_gives_these_digits():
    p = engine.nn.Parameter(engine.tensor([1.0, -2.0]))
    optimizer = engine.optim.Adam([p], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        (p * p * p).sum().backward()
        optimizer.step()
    assert [round(x, 4) for x in p.tolist()] == [0.7042, -2.3005]


@pytest.mark.parametrize("text", [*EXACT, *CLOSE])
def test_state_goes_to_another_optimizer(text):
    """One that has loaded another's state takes the same next step."""

    def program(torch):
        first = torch.nn.Parameter(torch.randn(3, 2))
        one = made(torch, text, [first])
        for _ in range(3):
            first.grad = torch.randn(3, 2)
            one.step()
        second = torch.nn.Parameter(first.detach().clone())
        two = made(torch, text, [second])
        two.load_state_dict(one.state_dict())
        first.grad = second.grad = torch.randn(3, 2)
        one.step()
        two.step()
        return torch.equal(first, second), one.state_dict(), two.state_dict()["param_groups"]

    both(program, ulps=4)


def test_groups_have_settings_of_their_own():
    def program(torch):
        a, b = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
        optimizer = torch.optim.SGD([{"params": a}, {"params": [b], "lr": 0.5}], lr=0.1)
        c = torch.nn.Parameter(torch.ones(2))
        optimizer.add_param_group({"params": [c], "momentum": 0.9})
        for p in (a, b, c):
            p.grad = torch.ones(2)
        optimizer.step()
        return a, b, c, repr(optimizer), optimizer.state_dict()

    both(program)


def test_a_closure_runs_with_gradients_and_its_loss_is_returned():
    def program(torch):
        p = torch.nn.Parameter(torch.ones(2))
        optimizer = torch.optim.SGD([p], lr=0.1)

        def closure():
            optimizer.zero_grad()
            loss = (p * p).sum()
            loss.backward()
            return loss

        with torch.no_grad():
            loss = optimizer.step(closure)
        return loss, p

    both(program)


def test_gradients_become_none_or_zero():
    def program(torch):
        p, q = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
        p.grad = torch.ones(2)
        optimizer = torch.optim.SGD([p, q], lr=0.1)
        optimizer.zero_grad(set_to_none=False)
        zeros = p.grad
        optimizer.step()  # q has none and is left alone
        optimizer.zero_grad()
        return zeros, p.grad, q.grad, p, q

    both(program)


WRONG = [
    "SGD([])", "SGD(p)", "SGD([p * 1])", "SGD([3])", "SGD([p], lr=-1)", "SGD([p], momentum=-1)",
    "SGD([p], weight_decay=-1)", "SGD([p], nesterov=True)",
    "SGD([{'params': [p]}, {'params': [p]}])", "SGD([{'params': {1}}])", "Adam([p], lr=-1)",
    "Adam([p], betas=(2, 1))", "Adam([p], betas=(0.9, 1))", "Adam([p], eps=-1)",
    "RMSprop([p], alpha=-1)", "Adagrad([p], lr_decay=-1)", "SGD([p], lr=0.1).add_param_group(3)",
    "SGD([p], lr=0.1).load_state_dict({'param_groups': [], 'state': {}})",
    "SGD([p], lr=0.1).load_state_dict({'param_groups': [{'params': [0, 1]}], 'state': {}})",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_faults_are_told_in_pytorchs_words(text):
    def program(torch):
        return eval(text, {**vars(torch.optim), "p": torch.nn.Parameter(torch.ones(2))})

    both(program)


def test_an_optimizer_of_ones_own_is_a_subclass():
    class Halving(engine.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {"share": 0.5})

        def step(self):
            with engine.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        p.mul_(group["share"])

    p = engine.nn.Parameter(engine.ones(2))
    Halving([p]).step()
    assert p.tolist() == [0.5, 0.5]


def test_a_copy_of_a_model_is_trained_apart():
    model = engine.nn.Linear(2, 1)
    twin = copy.deepcopy(model)
    optimizer = engine.optim.SGD(twin.parameters(), lr=1.0)
    twin(engine.ones(1, 2)).sum().backward()
    optimizer.step()
    assert model.weight.grad is None
    assert (model.weight - twin.weight).tolist() == [[1.0, 1.0]]


SCHEDULES = [
    "StepLR(o, 2, 0.5)", "MultiStepLR(o, [1, 3, 3])", "ExponentialLR(o, 0.9)",
    "CosineAnnealingLR(o, 5, 0.01)", "LambdaLR(o, lambda e: 1 / (1 + e))", "LinearLR(o)",
    "ConstantLR(o, total_iters=3)", "PolynomialLR(o, total_iters=4, power=2)",
    "MultiplicativeLR(o, lambda e: 0.95)", "CosineAnnealingWarmRestarts(o, 4)",
    "SequentialLR(o, [ConstantLR(o, 0.1, 2), ExponentialLR(o, 0.9)], [3])",
]  # fmt: skip


@pytest.mark.parametrize("text", SCHEDULES)
def test_rates_are_the_same_to_the_bit(text):
    def program(torch):
        o = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        scheduler = eval(text, {**vars(torch.optim.lr_scheduler), "o": o})
        rates = [scheduler.get_last_lr()]
        for _ in range(12):
            o.step()
            scheduler.step()
            rates.append(scheduler.get_last_lr())
        simple = "Sequential" not in text
        return rates, o.param_groups[0]["lr"], scheduler.state_dict() if simple else None

    both(program)


def test_the_rate_falls_on_a_plateau():
    def program(torch):
        o = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(o, patience=1)
        rates = []
        for loss in [1.0, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 0.5]:
            scheduler.step(loss)
            rates.append(o.param_groups[0]["lr"])
        return rates, scheduler.state_dict()

    both(program)
