"""Expressions whose parts, ties and singular points PyTorch treats in a way of its own.

Each is evaluated by both: results, history and the gradients of the sum must agree.
"""

import math

import numpy as np
import pytest

import engine
from tests.engine.samples import graph_of, outputs

inf, nan = math.inf, math.nan
V, W, M, N = [1.0, 2.0, 3.0], [0.5, -1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]], [[0.5, -1.0], [2.0, 0.25]]
CUBE = [[[1.0, 2.0, 0.5], [3.0, -1.0, 2.0]], [[0.25, 1.0, 1.5], [-2.0, 0.5, 1.0]]]

COMPOSITES = [
    ("1 / a", V),
    ("a.norm()", V),
    ("F.linear(a, b)", M, N),
    ("F.linear(a, b, b[0])", M, N),
    ("F.linear(a, b[:, 0:3])", CUBE, [[1.0, 2.0, 3.0], [0.5, 1.0, 0.0]]),
    ("a @ b", CUBE, [[1.0, 2.0], [0.5, 1.0], [2.0, 0.0]]),
    ("a @ b", N, CUBE),
    ("a @ b.transpose(1, 2)", CUBE, CUBE),
    ("a @ b", CUBE, V),
    ("b[:2] @ a", CUBE, V),
    ("a @ b", V[:2], M),
    ("torch.einsum('ij,jk->ik', a, b)", M, N),
    ("torch.einsum('i,j->ij', a, b)", V, W),
    ("torch.einsum('ii', a)", M),
    ("torch.einsum('ij->ji', a)", M),
    ("torch.einsum('bij,bkj->bik', a, b)", CUBE, CUBE),
    ("F.cross_entropy(a, torch.tensor([0, 1]))", M),
    ("F.l1_loss(a, b)", V, W),
    ("F.kl_div(a, torch.tensor([0.2, 0.3, 0.5]), reduction='sum')", V),
    ("F.softsign(a)", W),
    ("F.tanhshrink(a)", W),
    ("F.normalize(a)", M),
    ("F.cosine_similarity(a, b)", M, N),
    ("F.prelu(a, b)", W, [0.25]),
    ("torch.outer(a, b)", V, W),
    ("torch.hstack([a, b])", V, W),
    ("torch.vstack([a, b])", V, W),
    ("a.repeat_interleave(2)", V),
    ("a.t().reshape(-1)", M),
    ("a[0, 1]", M),
    ("a[0, 1:]", M),
    ("a[:, [0, 1]]", M),
    ("a[..., None, 0]", M),
    ("a[a > 1]", V),
    ("torch.tensordot(a, b)", M, N),
    ("torch.linalg.matrix_power(a, 3)", M),
    ("a.softmax(0).log()", V),
    ("F.mse_loss(a, b)", M, N),
    ("a.expand(2, 3).sum(0)", V),
    ("torch.meshgrid(a, b, indexing='ij')[0]", V, W),
    ("a.max(1).values", M),
    ("a.sort(descending=True).values", V),
    ("a.unbind(1)[1]", M),
    ("torch.cat([a, b, a])", V, W),
    ("a.flatten()", M),
    ("a.double().sum()", V),
    ("a.mT", M),
    ("F.layer_norm(a, (2,))", M),
    ("F.gelu(a, approximate='tanh')", W),
    ("F.softmin(a, dim=0)", V),
    ("F.max_pool1d(a, 2)", CUBE),
    ("F.avg_pool1d(a, 2)", CUBE),
    ("torch.addmm(b[0], a, b)", M, N),
    ("a.clamp(min=1.5).clamp_max(2.5)", V),
    ("torch.logaddexp(a, b)", V, W),
    ("a.view(3, 1) * b", V, W),
    ("(a - a.mean()) / a.std()", V),
    ("a.var(unbiased=False)", V),
    ("torch.var_mean(a)[1]", V),
    ("a.diagonal().sum()", M),
    ("torch.diag(a)", M),
    ("a.tril()", M),
    ("a.roll(1, 0)", M),
]

EDGES = [
    ("a.max()", [1.0, 3.0, 3.0, 2.0]),
    ("a.min()", [1.0, 3.0, 1.0, 1.0]),
    ("a.max()", [1.0, nan, 2.0]),
    ("torch.maximum(a, b)", [1.0, 3.0, 2.0], [1.0, 2.0, 5.0]),
    ("torch.minimum(a, b)", V, [1.0, 5.0, 0.0]),
    ("torch.maximum(a, b)", [1.0, nan], [nan, 2.0]),
    ("torch.fmax(a, b)", [1.0, nan, 2.0], [1.0, 2.0, 5.0]),
    ("a.abs()", [-1.0, 0.0, 2.0, nan]),
    ("a.relu()", [-1.0, 0.0, 2.0, nan]),
    ("a.sign()", [-1.0, 0.0, 2.0]),
    ("a.clamp(0, 1)", [-1.0, 0.0, 0.5, 1.0, 2.0, nan]),
    ("a.clamp(2, 1)", [0.0, 1.5, 3.0]),
    ("a.sqrt()", [0.0, -1.0, 4.0]),
    ("a.rsqrt()", [0.0, 4.0]),
    ("a.reciprocal()", [0.0, 2.0, inf]),
    ("a / b", [1.0, 0.0, -1.0], [0.0, 0.0, 0.0]),
    ("a.log()", [0.0, -1.0, 1.0]),
    ("a ** 0", [0.0, 2.0, nan]),
    ("a ** 1", [0.0, 2.0]),
    ("a ** 2", [0.0, -2.0]),
    ("a ** 0.5", [0.0, 4.0, -4.0]),
    ("a ** -1", [0.0, 4.0]),
    ("a ** 3", [0.0, -2.0]),
    ("a ** -2", [0.5, 4.0]),
    ("0 ** a", [0.0, 3.0, -1.0]),
    ("(-2) ** a", [2.0, 3.0]),
    ("a ** b", [0.0, 0.0, 0.0, 2.0, -2.0], [0.0, 1.0, 2.0, 3.0, 2.0]),
    ("a ** b", [0.0], [-1.0]),
    ("a.norm()", [0.0, 0.0]),
    ("a.norm(p=1)", [0.0, -4.0]),
    ("a.norm(p=3)", [0.0, -4.0]),
    ("a.norm(p=float('inf'))", [4.0, -4.0, 1.0]),
    ("a.norm(p=0.5)", [4.0, 1.0, 0.0]),
    ("a.std()", [2.0, 2.0, 2.0]),
    ("a.prod()", [2.0, 0.0, 3.0]),
    ("a.prod()", [0.0, 0.0, 3.0]),
    ("a.cumprod(0)", [2.0, 0.0, 3.0]),
    ("torch.atan2(a, b)", [0.0, 1.0], [0.0, 0.0]),
    ("torch.hypot(a, b)", [0.0, 3.0], [0.0, 4.0]),
    ("a.asin()", [1.0, 0.5]),
    ("a.exp()", [inf, -inf, nan, 89.0]),
    ("a.sigmoid()", [200.0, -200.0, inf, -inf]),
    ("a.tanh()", [200.0, inf]),
    ("a.softmax(0)", [-inf, 1.0]),
    ("a.logsumexp(0)", [-inf, -inf]),
    ("torch.where(a > 0, a.sqrt(), 0.0)", [0.0, 4.0]),
    ("a.sqrt() * 0", [0.0]),
    ("a.amax()", [1.0, 3.0, 3.0]),
    ("a.median()", [2.0, 2.0, 1.0]),
    ("a[[0, 0, 2]]", V),
    ("F.hardtanh(a)", [-2.0, -1.0, 0.0, 1.0, 2.0]),
    ("F.relu6(a)", [0.0, 6.0, 7.0]),
    ("F.leaky_relu(a)", [-1.0, 0.0]),
    ("F.elu(a)", [-1.0, 0.0, 2.0]),
    ("F.softplus(a)", [0.0, 20.0, 21.0]),
    ("F.hardswish(a)", [-3.0, 0.0, 3.0]),
    ("F.l1_loss(a, b)", [1.0, 2.0], [1.0, 1.0]),
    ("F.smooth_l1_loss(a, b)", V, [1.0, 1.0, 5.0]),
    ("F.binary_cross_entropy(a, b)", [0.0, 1.0, 0.5], [0.0, 1.0, 1.0]),
    ("a.nan_to_num()", [nan, inf, 1.0]),
    ("F.binary_cross_entropy_with_logits(a, b)", [0.0, 100.0, -100.0], [0.0, 1.0, 1.0]),
    ("torch.xlogy(a, b)", [0.0, 1.0], [0.0, 2.0]),
    ("a % 2", [-3.0, 3.0, 0.0]),
    ("torch.fmod(a, 2)", [-3.0, 3.0]),
    ("a.round()", [0.5, 1.5, -0.5]),
    ("a.sinc()", [0.0, 0.5]),
]


def evaluated(module, expression, data):
    """The result of an expression of a and b, and the gradients of its sum."""
    leaves = [module.tensor(values, requires_grad=True) for values in data]
    scope = {"torch": module, "F": module.nn.functional, **dict(zip("ab", leaves, strict=False))}
    result = outputs(eval(expression, scope))[0]
    result.sum().backward()
    return result, leaves


@pytest.mark.parametrize(("expression", "data"), [(e, d) for e, *d in COMPOSITES + EDGES], ids=str)
def test_an_expression_is_evaluated_as_by_pytorch(expression, data):
    """Results and gradients to the last digits float32 has, the history node by node."""
    torch = pytest.importorskip("torch")
    theirs, their_leaves = evaluated(torch, expression, data)
    ours, our_leaves = evaluated(engine, expression, data)
    assert graph_of(ours.grad_fn) == graph_of(theirs.grad_fn)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), 2e-6, 1e-6)
    for mine, their in zip(our_leaves, their_leaves, strict=True):
        assert (mine.grad is None) == (their.grad is None)
        if their.grad is not None:
            np.testing.assert_allclose(mine.grad.numpy(), their.grad.numpy(), 2e-6, 1e-6)
