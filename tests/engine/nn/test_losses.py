"""Losses as Modules and as functions: numbers, graphs and gradients as PyTorch's."""

import pytest

from tests.engine.nn.both import both

REAL, SIGNS = "torch.randn(3, 4)", "torch.tensor([[1., -1, 1, -1]] * 3)"
CLASSES, SHARES = "torch.tensor([0, 3, 1])", "torch.rand(3, 4)"
CALLS = [
    *((f"MSELoss({r})", REAL) for r in ("", "reduction='sum'", "reduction='none'")),
    ("L1Loss()", REAL),
    ("SmoothL1Loss(beta=0.5)", REAL),
    ("HuberLoss(delta=0.5)", REAL),
    ("BCELoss()", SHARES),
    ("BCELoss(weight=torch.rand(4))", SHARES),
    ("BCEWithLogitsLoss()", SHARES),
    ("BCEWithLogitsLoss(pos_weight=torch.rand(4), reduction='sum')", SHARES),
    ("NLLLoss()", CLASSES),
    ("NLLLoss(torch.rand(4), ignore_index=3)", CLASSES),
    ("CrossEntropyLoss()", CLASSES),
    ("CrossEntropyLoss(torch.rand(4), reduction='none')", CLASSES),
    ("CrossEntropyLoss(label_smoothing=0.1)", CLASSES),
    ("CrossEntropyLoss(ignore_index=0)", CLASSES),
    ("CrossEntropyLoss()", "torch.rand(3, 4).softmax(1)"),
    ("KLDivLoss(reduction='batchmean')", SHARES),
    ("KLDivLoss(reduction='sum', log_target=True)", REAL),
    ("PoissonNLLLoss()", SHARES),
    ("PoissonNLLLoss(log_input=False, full=True)", "torch.rand(3, 4) + 2"),
    ("SoftMarginLoss()", SIGNS),
    ("MultiLabelSoftMarginLoss()", "torch.tensor([[1., 0, 1, 0]] * 3)"),
    ("HingeEmbeddingLoss()", SIGNS),
    ("HingeEmbeddingLoss(0.2, reduction='sum')", SIGNS),
]


def loss(torch, text):
    return eval(f"nn.{text}", {"nn": torch.nn, "torch": torch})


@pytest.mark.parametrize(("text", "target"), CALLS)
def test_loss_is_as_in_pytorch(text, target):
    def program(torch):
        made = loss(torch, text)
        goal = eval(target, {"torch": torch})
        positive = text.startswith(("BCELoss", "PoissonNLLLoss(log_input=False"))
        data = torch.rand(3, 4) if positive else torch.randn(3, 4)
        x = data.requires_grad_()
        value = made(x, goal)
        value.sum().backward()
        return repr(made), value, x.grad, made.state_dict()

    both(program, ulps=8)


@pytest.mark.parametrize(
    ("text", "shapes", "last"),
    [
        ("CosineEmbeddingLoss(0.2)", [(3, 4), (3, 4)], "torch.tensor([1., -1, 1])"),
        ("CosineEmbeddingLoss()", [(4,), (4,)], "torch.tensor(-1.)"),
        ("MarginRankingLoss(0.1)", [(3, 4), (3, 4)], SIGNS),
        ("TripletMarginLoss()", [(3, 4)] * 3, None),
        ("TripletMarginLoss(2.0, p=1, swap=True)", [(3, 4)] * 3, None),
        ("TripletMarginWithDistanceLoss()", [(3, 4)] * 3, None),
        ("GaussianNLLLoss()", [(3, 4), (3, 4)], "torch.rand(3, 4)"),
    ],
)
def test_loss_of_several_inputs_is_as_in_pytorch(text, shapes, last):
    def program(torch):
        made = loss(torch, text)
        inputs = [torch.randn(*shape, requires_grad=True) for shape in shapes]
        more = [] if last is None else [eval(last, {"torch": torch})]
        value = made(*inputs, *more)
        value.backward()
        return repr(made), value, [x.grad for x in inputs]

    both(program, ulps=8)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda nn, torch: nn.MSELoss(reduction="x")(torch.ones(1), torch.ones(1)),
        lambda nn, torch: nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 3])),
        lambda nn, torch: nn.BCELoss()(torch.ones(2) * 2, torch.ones(2)),
        lambda nn, torch: nn.TripletMarginLoss(margin=0),
    ],
)
def test_faults_are_told_in_pytorchs_words(wrong):
    both(lambda torch: wrong(torch.nn, torch))
