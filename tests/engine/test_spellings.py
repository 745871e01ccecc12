"""Calls written as PyTorch programs write them: what they give, their history, their gradients."""

import inspect

import numpy as np
import pytest

import engine
import engine.nn.functional
from tests.engine.samples import graph_of, outputs

FACTORIZED = """
torch.linalg.svd(a, full_matrices=False)
torch.linalg.svdvals(a)
torch.svd(a)[1]
torch.linalg.pinv(a)
torch.linalg.lstsq(n, v)[0]
torch.linalg.matrix_rank(m)
torch.linalg.cond(m)
torch.linalg.norm(m, 'nuc')
torch.linalg.norm(m, 2)
torch.linalg.norm(m, 1)
torch.linalg.norm(m, float('inf'))
torch.linalg.solve(m, m, left=False)
torch.linalg.solve_triangular(m, n.t(), upper=False)
torch.triangular_solve(n.t(), m, upper=False)
torch.cholesky_solve(n.t(), m)
torch.linalg.inv_ex(m)
torch.linalg.slogdet(m)
torch.slogdet(m)
torch.linalg.cholesky(m @ m.T)
torch.linalg.multi_dot([a, n, a])
torch.linalg.multi_dot([v, n, a])
torch.linalg.vecdot(a, b)
torch.linalg.vander(v)
torch.vander(v.detach(), 3, increasing=True)
torch.addbmm(m, t, t.mT)
torch.cross(m, m * m)
"""

EINSTEIN = """
torch.einsum('...ij,...jk->...ik', t, t.mT)
torch.einsum('b...i->b...', t)
torch.einsum('...i,i', t, v)
torch.einsum(a, [0, 1], n, [1, 2], [0, 2])
torch.einsum(t, [..., 0, 1], n, [1, 2], [..., 0, 2])
torch.einsum('ij,jk->ki', a, n)
torch.einsum('ijl,jk->ikl', t, m)
torch.einsum('ij,jk,kl->li', a, n, a)
torch.einsum('ii,ij->j', m, m)
torch.einsum('i,ij,j->', y, a, v)
torch.einsum('bhid,bhjd->hbji', z, z)
"""

IMAGES = """
F.interpolate(t, scale_factor=2)
F.interpolate(t, size=5, mode='linear', align_corners=True)
F.interpolate(z, scale_factor=1.5, mode='bilinear')
F.interpolate(z, size=(4, 9), mode='bicubic', align_corners=True)
F.interpolate(z, size=(3, 4), mode='area')
F.interpolate(z, size=(3, 4), mode='nearest-exact')
F.interpolate(z[None], size=(2, 3, 5), mode='trilinear')
F.pad(t, (1, 2), mode='circular')
F.pad(z, (1, 2, 2, 1), mode='reflect')
F.pad(z, (1, 2, 2, 1), mode='replicate')
F.pad(a, (9, 1), mode='reflect')
F.pad(v, (1, 1), mode='reflect')
F.max_pool1d(t, 3, stride=2, ceil_mode=True)
F.max_pool2d(z, (2, 3), stride=3, ceil_mode=True, return_indices=True)
F.max_pool3d(z[None], 2)
F.avg_pool2d(z, 3, 2, 1, count_include_pad=False)
F.avg_pool2d(z, 2, divisor_override=3)
F.avg_pool3d(z[None], 2)
F.adaptive_avg_pool1d(t, 3)
F.adaptive_avg_pool3d(z[None], 2)
F.adaptive_max_pool1d(t, 3)
F.adaptive_max_pool2d(z, (3, 2), return_indices=True)
F.lp_pool2d(z, 2, 3)
F.max_unpool2d(*F.max_pool2d(z, 2, return_indices=True), 2)
F.max_unpool2d(*F.max_pool2d(z, 2, return_indices=True), 2, output_size=(4, 5))
F.unfold(z, (2, 3), padding=1, stride=2)
F.fold(F.unfold(z, 2), (4, 5), 2)
F.grid_sample(z, torch.linspace(-1.2, 1.2, 36, dtype=z.dtype).reshape(2, 3, 3, 2) * s)
F.affine_grid(t[:, :2, :3], (2, 3, 4, 5), align_corners=True)
F.local_response_norm(z, 2)
F.channel_shuffle(z[:, :2], 2)
F.embedding_bag(i, n, mode='max')
F.embedding_bag(i, n, mode='sum', per_sample_weights=a)
"""

LOSSES = """
F.multi_margin_loss(a, torch.tensor([1, 0, 3]), p=2, margin=.5)
F.multilabel_margin_loss(a, torch.tensor([[3, 0, -1, 1], [0, 1, 2, -1], [-1, 1, 1, 1]]))
F.gumbel_softmax(a)
F.gumbel_softmax(a, tau=.5, hard=True)
"""

PLACES = """
torch.scatter_reduce(a, 1, i, b, 'mean', include_self=False)
a.scatter_reduce(1, i, b, 'amin')
a.index_reduce(0, j, b, 'prod')
torch.index_reduce(a, 0, j % 2, b, 'mean')
a.masked_scatter(a > 0, b)
torch.put(a, torch.tensor([0, 5, 0]), y, accumulate=True)
torch.diagonal_scatter(m, y[:2], 1)
torch.select_scatter(a, v, 0, 1)
torch.slice_scatter(a, b[:2], 0, 1, 3)
torch.block_diag(m, a[:1, :2], v)
torch.cartesian_prod(v, y)
torch.combinations(v, 2, True)
torch.column_stack([v, v])
torch.dstack([v, v])
torch.hsplit(a, 2)
torch.dsplit(t, [1])
torch.hsplit(a, 3)
a.sum_to_size((3, 1))
torch.diagflat(a, 1)
torch.tril_indices(3, 3, offset=-1)
"""

NUMBERS = """
torch.mode(i)
torch.nanmean(a.where(a > 0, torch.nan), 1)
torch.nanmedian(a.where(a > 0, torch.nan), 1)
torch.quantile(a, .4)
torch.quantile(a, torch.tensor([.1, .5, .9], dtype=a.dtype), dim=1)
torch.quantile(a, .35, dim=0, keepdim=True, interpolation='midpoint')
torch.nanquantile(a.where(a > 0, torch.nan), .4, dim=1)
torch.aminmax(a, dim=1)
torch.cov(a)
torch.corrcoef(a)
torch.diff(a, n=2, dim=1)
torch.diff(a, dim=0, prepend=a[:1])
torch.gradient(a)
torch.gradient(a, dim=1, edge_order=2)
torch.gradient(v, spacing=(torch.tensor([0., 1., 3., 4.], dtype=a.dtype),))
torch.trapezoid(a, b)
torch.trapezoid(a, dx=.5, dim=0)
torch.cumulative_trapezoid(a)
torch.float_power(a.abs(), b)
torch.ldexp(a, torch.tensor(2))
torch.frexp(a)
torch.angle(a)
torch.heaviside(a.detach(), b.detach())
torch.gcd(i, j)
torch.isin(i, 2)
i << 2
2 >> i
torch.special.i0(a)
torch.special.i1e(a)
torch.special.ndtr(a)
torch.special.log_ndtr(a)
torch.special.zeta(a.detach() + 3, b + 3)
torch.polygamma(2, a.abs() + 1)
torch.mvlgamma(a + 5, 2)
torch.igamma(a.detach().abs(), b.abs())
torch.cdist(t, t + 1, p=3.)
torch.cdist(a, b, p=1)
F.pdist(a)
torch.renorm(a, 2, 0, 1.)
"""

DRAWN = """
torch.randint(2, 10, (3, 2))
torch.randint(10, (3,), dtype=torch.int32)
torch.randperm(10)
torch.bernoulli(u)
torch.multinomial(u, 2)
torch.multinomial(u, 6, replacement=True)
torch.normal(v.detach(), 2.)
torch.normal(v, n.abs())
torch.normal(0., y.abs())
torch.normal(0., 1., (3,))
torch.logspace(0, 3, steps=4, base=2)
torch.logspace(0, 2.7, 9, 3.3)
torch.xlogy(2, u * v.abs())
torch.xlogy(a, 0.5)
torch.special.xlog1py(0, v.abs())
torch.special.xlog1py(a, -1)
torch.polygamma(n=1, input=v)
(v * 1).polygamma_(2)
s.sum_to_size([])
torch.rms_norm(a, (4,), v)
torch.cov(a, aweights=v.abs())
torch.cov(a, correction=3, fweights=j.new_ones(4))
torch.quantile(t, torch.sigmoid(v), dim=1)
torch.nanquantile(a, torch.sigmoid(s))
torch.cdist(t.repeat(1, 9, 1), a)
torch.linalg.vander(s, N=3)
torch.linalg.pinv(m, rtol=1.)
F.grid_sample(z, torch.tanh(z[..., :2]).permute(0, 2, 1, 3)[:, :2], 'bicubic', 'reflection', False)
"""

CALLS = [
    line
    for table in (FACTORIZED, EINSTEIN, IMAGES, LOSSES, PLACES, NUMBERS, DRAWN)
    for line in table.strip().splitlines()
]


def inputs(module):
    """Leaves of several shapes, the same numbers for both modules."""
    rng = np.random.default_rng(0)

    def leaf(*shape, low=-2.0, high=2.0, wanted=True):
        data = rng.uniform(low, high, shape).tolist()
        return module.tensor(data, dtype=module.float64, requires_grad=wanted)

    shapes = {"a": (3, 4), "b": (3, 4), "v": (4,), "y": (3,), "m": (3, 3), "n": (4, 3)}
    found = {name: leaf(*shape) for name, shape in shapes.items()}
    found |= {"t": leaf(2, 3, 4), "z": leaf(2, 3, 4, 5), "s": leaf()}
    found["u"] = leaf(3, 4, low=0.1, high=0.9, wanted=False)
    found["i"] = module.tensor([[0, 2, 1, 3], [1, 1, 0, 2], [3, 0, 0, 1]])
    found["j"] = module.tensor([0, 2, 1])
    return found


def flat(result):
    """All tensors in what a call gave."""
    if isinstance(result, (tuple, list)):
        return [t for part in result for t in flat(part)]
    return outputs(result)


def run(module, call):
    """(tensors given, leaves with their gradients), or the error."""
    leaves = inputs(module)
    module.manual_seed(7)
    try:
        result = eval(call, {"torch": module, "F": module.nn.functional, **leaves})
    except Exception as error:
        return f"{type(error).__name__}: {error}", leaves
    total = 0
    for k, out in enumerate(flat(result)):
        if out.requires_grad:
            weights = np.cos(np.arange(1.0, out.numel() + 1) + k).reshape(tuple(out.shape))
            total = total + (out * module.tensor(weights.tolist(), dtype=out.dtype)).sum()
    if not isinstance(total, int):
        total.backward()
    return flat(result), leaves


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.filterwarnings("ignore")
def test_a_call_gives_what_it_gives_in_pytorch(call):
    torch = pytest.importorskip("torch")
    (expected, theirs), (found, ours) = run(torch, call), run(engine, call)
    if isinstance(expected, str):
        assert found == expected
        return
    assert not isinstance(found, str), found
    for a, b in zip(expected, found, strict=True):
        assert (str(a.dtype), tuple(a.shape)) == (str(b.dtype), tuple(b.shape))
        assert graph_of(b.grad_fn) == graph_of(a.grad_fn)
        np.testing.assert_allclose(b.detach().numpy(), a.detach().numpy(), rtol=1e-9, atol=1e-9)
    for name, leaf in theirs.items():
        if leaf.grad is None:
            assert ours[name].grad is None
        else:
            np.testing.assert_allclose(
                ours[name].grad.numpy(), leaf.grad.numpy(), rtol=1e-8, atol=1e-8
            )


def test_a_factorisation_is_undone_by_a_product():
    """Without an oracle: U · S · Vh is the matrix again, and its pseudo-inverse undoes it."""
    a = inputs(engine)["a"]
    u, s, vh = engine.linalg.svd(a, full_matrices=False)
    assert engine.allclose(u * s @ vh, a)
    assert engine.allclose(a @ engine.linalg.pinv(a) @ a, a)


def test_a_singular_matrix_has_a_determinant_with_a_gradient():
    x = engine.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    engine.linalg.det(x).backward()
    assert engine.allclose(x.grad, engine.tensor([[4.0, -2.0], [-2.0, 1.0]]))


def test_nothing_is_a_function_or_method_that_is_none_in_pytorch():
    torch = pytest.importorskip("torch")
    functions = {n for n, value in vars(engine).items() if inspect.isfunction(value)}
    assert not [n for n in functions if not n.startswith("_") and not hasattr(torch, n)]
    methods = (n for n in dir(engine.Tensor) if not n.startswith("_"))
    assert not [n for n in methods if not hasattr(torch.Tensor, n)]


def test_with_a_beta_of_zero_what_is_added_to_does_not_count():
    nothing, m, v = float("nan"), engine.ones(2, 2), engine.ones(2)
    batch = m[None]
    assert engine.addmm(m * nothing, m, m, beta=0).tolist() == [[2, 2], [2, 2]]
    assert engine.addmv(v * nothing, m, v, beta=0).tolist() == [2, 2]
    assert engine.addr(m * nothing, v, v, beta=0).tolist() == [[1, 1], [1, 1]]
    assert engine.baddbmm(batch * nothing, batch, batch, beta=0).tolist() == [[[2, 2], [2, 2]]]
    assert engine.addbmm(m * nothing, batch, batch, beta=0, alpha=2).tolist() == [[4, 4], [4, 4]]
