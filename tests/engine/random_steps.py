"""What a random program may consist of: expressions and statements, by kind.

`a`, `b`, `c` stand for tensors that are there, `n` for a number, `d` for a dimension of `a`.  Where
digits would decide about more than digits (a kink, a tie, a pole), `needs` says which values are
safe, so that a difference in the last bit stays one.
"""

from typing import NamedTuple

TWICE = frozenset([
    "AccumulateGrad", "AddBackward0", "AddcmulBackward0", "AliasBackward0",
    "CatBackward0", "CeilBackward0", "ClampBackward0", "ClampBackward1",
    "ClampMinBackward0", "CloneBackward0", "CosBackward0", "CoshBackward0", "CumsumBackward0",
    "DiagEmbedBackward0", "DivBackward0", "DivBackward2", "DotBackward0", "ExpBackward0",
    "FlipBackward0", "FloorBackward0", "FmodBackward0", "FracBackward0", "LogBackward0",
    "MulBackward0", "NegBackward0", "PermuteBackward0", "ReciprocalBackward0",
    "ReluBackward0", "RemainderBackward0", "RollBackward0", "RoundBackward0", "RsubBackward1",
    "SelectBackward0", "SigmoidBackward0", "SignBackward0", "SinBackward0", "SinhBackward0",
    "SliceBackward0", "StackBackward0", "SubBackward0", "SumBackward0", "SumBackward1",
    "TBackward0", "TanhBackward0", "ToCopyBackward0", "TransposeBackward0", "TrilBackward0",
    "TriuBackward0", "TruncBackward0", "UnsqueezeBackward0", "ViewBackward0", "WhereBackward0",
])  # fmt: skip
"""The nodes whose backward pass, when it is recorded itself, is made of PyTorch's nodes."""


class Form(NamedTuple):
    """An expression with holes, and what must hold of `a` (and `b`)."""

    text: str
    needs: str = ""


def forms(*texts, needs=""):
    """Several that need the same."""
    return [Form(text, needs) for text in texts]


UNARY = [
    *forms(
        "-{a}", "{a}.neg()", "{a}.tanh()", "{a}.sigmoid()", "{a}.atan()",
        "torch.erf({a})", "F.silu({a})", "F.gelu({a})", "F.softplus({a})", "{a} ** 2",
        "{a}.square()", "{a} ** 3", "F.logsigmoid({a})", "{a}.clone()",
        "{a} ** 1", "{a} ** 0", "{a} ** 2.0", "F.mish({a})", "torch.asinh({a})", "{a}.float()",
        "{a}.double()", "{a}.to(torch.float64)", "{a}.contiguous()", "{a}.clone().detach()",
        "torch.zeros_like({a})", "torch.ones_like({a})", "{a}.tril() if {a}.ndim > 1 else {a} * 1",
        "torch.nan_to_num({a})", "torch.full_like({a}, 2.5)", "{a}.new_zeros(2)",
    ),
    *forms("{a}.sin()", "{a}.cos()", "{a}.exp()", "{a}.sinh()", "{a}.cosh()", "torch.expm1({a})",
           "2 ** {a}", "torch.exp2({a})", needs="small"),
    *forms(
        "{a}.relu()", "{a}.abs()", "F.leaky_relu({a}, 0.1)", "F.elu({a})", "{a}.sign()",
        "{a}.floor()", "{a}.ceil()", "{a}.round()", "{a}.trunc()", "{a}.clamp(-1, 1)",
        "{a}.clamp(min=0.5)", "{a}.clamp(max=0.5)", "F.hardtanh({a})", "F.relu6({a})",
        "F.hardswish({a})", "{a}.clamp_min(0)", "F.softshrink({a})", "{a} % 2",
        "{a}.frac()", "{a}.long()", "{a}.bool()", "{a} > 0", "{a} == 1", "{a}.isnan()",
        "{a} <= 0.5",
        "F.hardsigmoid({a})", "F.threshold({a}, 0.5, -1.0)", "F.selu({a})", "F.celu({a})",
        "torch.logical_not({a})", "{a} != 0", "{a}.isfinite()",
        needs="clear",
    ),
    *forms(
        "{a}.log()", "{a}.sqrt()", "{a}.reciprocal()", "{a}.rsqrt()", "1 / {a}", "{a} ** 0.5",
        "{a} ** -1", "torch.log1p({a})", "{a}.log2()", "2.0 / {a}", "{a} ** -2", "{a} ** 1.5",
        needs="away",
    ),
]  # fmt: skip

NUMBERS = [
    *forms(
        "{a} + {n}", "{n} + {a}", "{a} - {n}", "{n} - {a}", "{a} * {n}", "{n} * {a}", "{a} / {k}",
        "{a}.add({n}, alpha={k})", "torch.mul({a}, {n})", "{a}.sub({n}, alpha={k})",
        "torch.rsub({a}, {n})", "{a}.true_divide({k})",
    ),
    *forms("{a} % {k}", "{a}.fmod({k})", "{a}.clamp({n}, {n} + 1)",
           "torch.div({a}, {k}, rounding_mode='floor')",
           "torch.div({a}, {k}, rounding_mode='trunc')",
           needs="clear"),
]  # fmt: skip

BINARY = [
    *forms(
        "{a} + {b}", "{a} - {b}", "{a} * {b}", "torch.add({a}, {b}, alpha={k})",
        "{a} * {a}", "{a}.sub({b}, alpha={k})", "torch.mul({a}, {b})", "({a} + {b}) * {b}",
        "torch.lerp({a}, {b}, {n})", "torch.addcmul({a}, {b}, {b}, value={k})", "{a} + {a}",
        "{a}.expand_as({a} + {b})", "({a} * {b}).tanh()", "{a} * 2 - {b} * 3",
    ),
    *forms("torch.maximum({a}, {b})", "torch.minimum({a}, {b})", "torch.where({a} > {b}, {a}, {b})",
           "torch.fmax({a}, {b})", "{a} < {b}", "{a} == {b}", "{a} >= {b}", "{a}.eq({b})",
           "torch.max({a}, {b})", "torch.where({a} > {b}, {a}, 0.0)", "{a}.clamp({b}, {b} + 1)",
           needs="apart"),
    *forms("{a} / {b}", "torch.div({a}, {b})", "torch.atan2({a}, {b})", "torch.hypot({a}, {b})",
           "torch.addcdiv({a}, {a} / 2, {b}, value={k})", "{a} / {a}", needs="away2"),
    *forms("{a} ** {b}", "torch.pow({a}, {b})", "torch.xlogy({a}, {b})",
           "torch.logaddexp({a}, {b})", needs="power"),
    *forms("torch.remainder({a}, {b})", "torch.fmod({a}, {b})", needs="grids"),
    *forms("{a} & {b}", "{a} | {b}", "{a} ^ {b}", needs="bools"),
]  # fmt: skip

REDUCE = [
    Form("{a}.median()", "tidy"),
    *forms("{a}.softmax({d})", "{a}.log_softmax({d})", "F.softmax({a}, dim={d})",
           "torch.softmax({a}, {d}, dtype=torch.float64)", "F.softmin({a}, dim={d})", needs="same"),
    *forms(
        "{a}.sum()", "{a}.sum({d})", "{a}.sum({d}, keepdim={t})", "{a}.mean()", "{a}.mean({d})",
        "{a}.mean({d}, keepdim={t})", "{a}.sum(dim=({d},))", "{a}.sum(dtype=torch.float64)",
        "{a}.logsumexp({d})", "{a}.cumsum({d})", "{a}.prod()",
        "{a}.prod({d})", "{a}.prod({d}, keepdim={t})", "{a}.nansum()", "{a}.sum((0, -1))",

    ),
    *forms("{a}.var()", "{a}.std()", "{a}.var({d})", "{a}.std({d}, unbiased=False)", "{a}.norm()",
           "{a}.norm(dim={d})", "{a}.norm(1)", "{a}.cumprod({d})", "torch.linalg.vector_norm({a})",
           "F.normalize({a}, dim={d})", needs="spread"),
    *forms(
        "{a}.max()", "{a}.min()", "{a}.max({d})[0]", "{a}.min({d}).values", "{a}.amax({d})",
        "{a}.amin()", "{a}.amax({d}, keepdim={t})", "{a}.argmax()", "{a}.argmin({d})",
        "{a}.sort(dim={d}, stable=True)[0]",
        "{a}.sort(dim={d}, stable=True).indices",
        "{a}.any()", "{a}.all()", "{a}.count_nonzero()", "{a}.cummax({d})[0]", "{a}.amax()",
        "{a}.all({d})", "{a}.norm(float('inf'))", "{a}.argsort(dim={d}, stable=True)",
        "{a}.max({d}, keepdim={t}).indices",
        needs="clear",
    ),
]  # fmt: skip

VIEWS = forms(
    "{a}.view(-1)", "{a}.reshape(-1)", "{a}.flatten()", "{a}.t()", "{a}.T", "{a}.mT",
    "{a}.transpose(0, -1)", "{a}.transpose({d}, 0)", "{a}.permute(*range({a}.ndim)[::-1])",
    "{a}.unsqueeze({d})", "{a}.unsqueeze(-1)", "{a}.squeeze()", "{a}.squeeze({d})", "{a}[0]",
    "{a}[-1]", "{a}[1:]", "{a}[:1]", "{a}[::2]", "{a}[:]", "{a}[...]", "{a}[None]", "{a}[..., 0]",
    "{a}[..., :1]", "{a}[..., None]", "{a}.select({d}, 0)", "{a}.narrow({d}, 0, 1)",
    "{a}.expand(2, *{a}.shape)", "{a}.expand_as({a})", "{a}.view_as({a})", "{a}.diagonal()",
    "{a}.unfold({d}, 1, 1)", "{a}.view({a}.shape)", "{a}.view(*{a}.shape, 1)", "{a}.movedim(0, -1)",
    "{a}.reshape(1, -1)", "{a}.view(-1, 1)", "{a}.reshape({a}.shape[::-1])", "{a}[0, 0]",
    "{a}[1:, 0]", "{a}[:, 1:]", "{a}[:, 0]", "{a}[0:2][0]", "{a}[0][0]", "{a}.t()[0]",
    "{a}.view(-1)[1:]", "{a}.ravel()", "{a}.broadcast_to(2, *{a}.shape)",
    "{a}.squeeze((0,))", "{a}.expand(*{a}.shape)", "{a}[0:0]",
    "{a}[0, ..., None]", "{a}.flatten(0, 1)",
    "{a}[:-1]", "{a}.detach()", "{a}.data", "{a}.detach()[0]", "{a}.detach().view(-1)",
)  # fmt: skip

PARTS = [
    ("{a}.unbind({d})", "{size}"), ("{a}.chunk(2, {d})", "{chunks}"),
    ("{a}.split(1, {d})", "{size}"),
    ("{a}.split([1, max({size} - 1, 0)], {d})", "2"), ("torch.unbind({a}, {d})", "{size}"),
    ("{a}.tensor_split(2, {d})", "2"), ("{a}", "{first}"),
]  # fmt: skip

INDEX = [
    *forms(
        "{a}[[0, 0]]", "{a}[torch.tensor([0, -1])]", "{a}[[0]]", "{a}[..., [0, 0]]",
        "{a}[[0], [0]]",
        "{a}.take(torch.tensor([0, 0]))",
        "{a}.flip({d})", "{a}.roll(1, {d})", "{a}.repeat(2, *[1] * {a}.ndim)", "{a}[None, [0, 0]]",
        "{a}.gather({d}, torch.zeros_like({a}, dtype=torch.int64))", "{a}.flip(0)",
        "{a}[torch.tensor(0)]",
        "{a}.repeat_interleave(2)", "{a}.triu()", "{a}[:, [0]]", "{a}.tile(2)", "{a}[[[0], [0]]]",
        "{a}.masked_select(torch.ones_like({a}, dtype=torch.bool))", "{a}.diag()", "{a}[True]",
        "{a}.scatter({d}, torch.zeros_like({a}, dtype=torch.int64), 2.0)", "{a}[[True]]",
        "{a}.index_fill({d}, torch.tensor([0]), 0.5)", "F.pad({a}, (1, 1))", "{a}.diag_embed()",
    ),
    *forms("{a}[{a} > 0]", "{a}.masked_fill({a} > 0, 2.0)", "{a}[{a} == 1]",
           "{a}.masked_select({a} < 1)",
           "torch.where({a} > 0, {a}, -1.0)", "{a}.nonzero()", needs="clear"),
]  # fmt: skip

JOIN = forms(
    "torch.cat([{a}, {b}])", "torch.cat([{a}, {a}], {d})", "torch.stack([{a}, {b}])",
    "torch.stack([{a}, {a}], -1)", "torch.cat([{a}, {b}, {a}])",
    "torch.cat([{a}.view(-1), {b}.view(-1)])",
    "torch.hstack([{a}, {b}])", "torch.vstack([{a}, {b}])", "torch.stack([{a}.sum(), {b}.sum()])",
    "torch.cat([{a}.reshape(-1), {c}.reshape(-1)])",
    "torch.stack([{a}.mean(), {b}.sum(), {c}.sum()])",
)  # fmt: skip

MATMUL = forms(
    "{a} @ {b}", "{a} @ {a}.mT", "{a} @ {a}", "torch.mm({a}, {b})", "torch.mv({a}, {b})",
    "torch.dot({a}, {b})", "torch.outer({a}, {b})", "F.linear({a}, {b})", "{a}.matmul({b})",
    "torch.bmm({a}, {b})",
    "torch.addmm({c}, {a}, {b})", "{a}.view(-1) @ {a}.view(-1)",
    "{a} @ {a}.t()", "{a}.t() @ {a}", "torch.einsum('i,j->ij', {a}, {b})",
    "{a}.reshape(-1).dot({b}.reshape(-1))",
    "torch.einsum('ij->j', {a})", "torch.einsum('ii->i', {a})", needs="same",
)  # fmt: skip

LOSSES = [
    Form("F.cross_entropy({a}, {b}.softmax(-1))", "pair"),
    *forms(
        "F.mse_loss({a}, {b})", "F.mse_loss({a}, {a} * 2, reduction='sum')",
        "F.mse_loss({a}, {b}, reduction='none')",
        "F.binary_cross_entropy_with_logits({a}, {b}.sigmoid())",
        "F.cross_entropy({a}, torch.zeros({a}.shape[0], dtype=torch.int64))",
        "F.cross_entropy({a}, torch.ones({a}.shape[0], dtype=torch.int64), reduction='sum')",
        "F.nll_loss(F.log_softmax({a}, 1), torch.zeros({a}.shape[0], dtype=torch.int64))",
        "F.binary_cross_entropy({a}.sigmoid(), {b}.sigmoid())",
        "F.layer_norm({a}, {a}.shape[-1:])",
        "F.kl_div({a}.log_softmax(-1), torch.full_like({a}, 0.5), reduction='sum')",
        "F.dropout({a}, training=False)", needs="same",
    ),
    *forms("F.l1_loss({a}, {b})", "F.smooth_l1_loss({a}, {b})", "F.huber_loss({a}, {b})",
           "F.l1_loss({a}, {b}, reduction='sum')", needs="apart_floats"),
]  # fmt: skip

INPLACE = [
    *forms(
        "{a}.add_({n})", "{a} += {n}", "{a} -= {b}", "{a} *= {b}", "{a} *= {n}", "{a}.mul_({n})",
        "{a}.add_({b})", "{a}.add_({b}, alpha={k})", "{a}.sub_({n})", "{a}.mul_({b})",
        "{a}.zero_()",
        "{a}.fill_({n})", "{a}.copy_({b})", "{a}.neg_()", "{a}.sigmoid_()", "{a}.tanh_()",
        "{a}.sin_()",
        "{a} /= {k}", "{a}.div_({k})", "{a}.pow_(2)", "{a}.square_()",
        "{a}.addcmul_({b}, {b})", "{a}.detach().add_({n})", "{a}.data.mul_({n})",
        "{a}.data.add_({b})",
        "if {a}.is_leaf: {a}.detach_()", "{a}.copy_({n} * {a})",
        "{a}.mul_({a})", "{a}.add_({a})", "{a}.cos_()", "{a}.fill_({b}.sum())",
        "{a}.detach().zero_()", "{a}.detach().copy_({b})", "{a}.requires_grad_()",
        "{a}.data[...] = {n}", "{a}.detach()[...] = {n}",
    ),
    *forms("{a}.relu_()", "{a}.clamp_(-1, 1)", "{a}.abs_()", "{a}.clamp_(min=0)", "{a}.floor_()",
           "{a}.masked_fill_({a} > 0, {n})", "{a}[{a} > 0] = {n}", "{a}[{a} > 0] *= {n}",
           needs="clear"),
    *forms("{a}.exp_()", needs="small"),
    *forms("{a}.lerp_({b}, {n})", needs="same"),
    *forms("{a}.masked_fill_({a} != {a}, {n})", "{a}.index_fill_({d}, torch.tensor([0]), {n})",
           "{a}.masked_fill_(torch.ones_like({a}, dtype=torch.bool), {n})", needs="some"),
    *forms("{a}.data = {b}", "{a}.data = {a}.data * 2", needs="alike"),
    *forms("{a}.log_()", "{a}.sqrt_()", "{a}.reciprocal_()", "{a}.div_({a})", needs="away"),
]  # fmt: skip

SETITEM = forms(
    "{a}[0] = {n}", "{a}[0] = {b}", "{a}[...] = {n}", "{a}[:] = {b}", "{a}[1:] = {b}",
    "{a}[0, 0] = {n}",
    "{a}[[0]] = {b}", "{a}[[0, 0]] = {n}", "{a}[:, 0] = {b}", "{a}[..., 0] = {n}", "{a}[0] += {n}",
    "{a}[0] *= {b}", "{a}[1:] *= {n}", "{a}[:] += {b}", "{a}[[0]] += {n}", "{a}[-1] = {b}.sum()",
    "{a}[()] = {n}", "{a}[None] = {n}", "{a}[torch.tensor([0])] = {b}",
    "{a}.view(-1)[0] = {n}",
    "{a}[0].mul_({n})", "{a}.view(-1).add_({n})", "{a}.t().mul_({n})", "{a}[:, :1] = {n}",
    "{a}[::2] = {n}",
    "{a}[0][0] = {n}", "{a}.transpose(0, -1)[0] = {n}", "{a}.diagonal().fill_({n})",
    "{a}.unbind()[0].add_({n})",
    "{a}.unsqueeze(0).mul_({b})", "{a}.select(0, 0).copy_({b})", "{a}.chunk(2)[0].mul_({n})",
    "{a}.expand(2, *{a}.shape).add_({n})",
    "{a}[0].zero_()", "{a}[0].sin_()", "{a}[1:].copy_({b})", "{a}[0].tanh_().mul_({n})",
    "{a}.view_as({a}).exp_()",
    "{a}[0].sigmoid_()", "{a}.squeeze().mul_({b})", "{a}[1:].pow_(2)", "{a}[1:][0] = {n}",
    "{a}.detach()[0] = {n}", needs="some",
)  # fmt: skip


FLAGS = forms(
    "{a}.requires_grad_()", "{a}.requires_grad_(False)", "{a}.requires_grad = True",
    "{a}.requires_grad = False",
    "{a}.retain_grad()", "{a}.retain_grad()", "if {a}.is_leaf: {a}.detach_()",
    "{a}.data = {a}.data * 2", "{a}.grad = None",
    "{a}.grad = torch.ones_like({a})", "print({a}.shape)", "print({a}.grad is None)",
    "print({a}.numel(), {a}.is_contiguous())", "del {a}", "print(len({a}))",
    "print({a}.sum() > 0)", "if {a}.grad is not None: {a}.grad.zero_()",
    "if {a}.grad is not None: {a}.grad.mul_(2)",
    "if {a}.grad is not None: {a}.grad.add_({n})", "{a}.grad.zero_()",
    "if {a}.grad is not None: {a}.grad.detach_()",
    "if {a}.grad is not None: {a}.grad[...] = {n}",
    "if {a}.grad is not None: {a}.data -= 0.5 * {a}.grad",
    "with torch.no_grad(): {a}.sub_(0 if {a}.grad is None else {a}.grad, alpha=2)",
    "torch.set_grad_enabled(False)", "torch.set_grad_enabled(True)",
    "print(torch.is_grad_enabled())",
    "print([type(t).__name__ for t in (({a}.grad_fn and {a}.grad_fn.next_functions) or ())])",
    "{a}.numpy()",
    "print({a}.grad_fn is not None and {a}.grad_fn.next_functions[0][1])", "{a}.grad = {b}",
)  # fmt: skip

CHANGES = frozenset([*INPLACE, *SETITEM, *FLAGS])

HOOKS = forms(
    "{a}.grad_fn; {h} = {a}.register_hook(told('{h}'))",
    "{a}.grad_fn; {h} = {a}.register_hook(told('{h}', 2))",
    "{a}.grad_fn; {h} = {a}.register_hook(told('{h}', {n}))",
    "{h} = {a}.grad_fn.register_prehook(before('{h}'))",
    "{h} = {a}.grad_fn.register_hook(after('{h}'))",
    "{h} = {a}.grad_fn.register_prehook(before('{h}', 2))",
    "{h} = {a}.register_post_accumulate_grad_hook(stored('{h}'))",
    "{h} = watch({a}, '{h}')", "{h} = watch({a}, '{h}')",
    "{a}.grad_fn; {h} = {a}.register_hook(lambda g: g[0])",
    "{a}.grad_fn; {h} = {a}.register_hook(lambda g: None)",
    "{h} = {a}.grad_fn.next_functions[0][0].register_hook(after('{h}'))",
    "{h} = {a}.grad_fn.register_hook(lambda gi, go: tuple(g if g is None else g * 2 for g in gi))",
    "{a}.grad_fn; {h} = {a}.register_hook(lambda g: g.double())",
    "{a}.grad_fn; {h} = {a}.register_hook(lambda g: g.clone().mul_(3))",
)  # fmt: skip

ROOTS = ("{a}.sum()", "{a}", "({a} * {a}).sum()", "({a} * {b}).sum()", "{a}.mean()",
         "({a} + {b}).sum()",
         "{a}.sum() * {b}.sum()", "({a} * 3).sum()",
         "{a}.tanh().sum()")  # fmt: skip

BACKWARD = forms(
    "{r}.backward()", "{r}.backward()", "{r}.backward()", "{r}.backward(retain_graph=True)",
    "{r}.backward(retain_graph=True); {r}.backward()", "{r}.backward(); {r}.backward()",
    "{a}.backward(torch.ones_like({a}))", "{a}.backward({b})",
    "{a}.backward(gradient=torch.full_like({a}, {n}), retain_graph=True)",
    "{r}.backward(create_graph=True)", "{r}.backward(inputs=[{x}])",
    "{r}.backward(inputs=[{x}, {y}])",
    "{r}.backward(retain_graph=True, inputs={x})", "torch.autograd.backward([{r}, {q}])",
    "torch.autograd.backward([{r}, {q}, {r}])",
    "torch.autograd.backward([{a}, {r}], [torch.ones_like({a}), None])",
    "{a}.backward(torch.tensor({n}))",
    "with torch.no_grad(): {r}.backward()", "{r}.backward(torch.tensor({n}))",
    "{x}.grad = None; {r}.backward()",
    "torch.autograd.backward(({a}, {b}), ({a}.detach(), {b}.detach()), retain_graph=True)",
    "{r}.backward(inputs=[{x}], create_graph=True)", "{a}.backward({a}.detach() * 2)",
)  # fmt: skip

GRADS = [
    ("torch.autograd.grad({r}, {x})", 1),
    ("torch.autograd.grad({r}, [{x}, {y}], allow_unused=True)", 2),
    ("torch.autograd.grad({r}, [{x}, {y}])", 2),
    ("torch.autograd.grad({r}, [{x}, {y}], materialize_grads=True)", 2),
    ("torch.autograd.grad({r}, {x}, create_graph=True)", 1),
    ("torch.autograd.grad({r}, {x}, create_graph=True, allow_unused=True)", 1),
    ("torch.autograd.grad({r}, [{x}, {y}], create_graph=True, materialize_grads=True)", 2),
    ("torch.autograd.grad({r}, {x}, retain_graph=True)", 1),
    ("torch.autograd.grad([{r}, {q}], [{x}, {y}], allow_unused=True)", 2),
    ("torch.autograd.grad({a}, {x}, torch.ones_like({a}), allow_unused=True)", 1),
    ("torch.autograd.grad({r}, [{a}, {x}], allow_unused=True)", 2),
    ("torch.autograd.grad({a}, [{x}], grad_outputs={b}, create_graph=True, allow_unused=True)", 1),
    ("torch.autograd.grad({r}, {x}, create_graph=True, retain_graph=False, allow_unused=True)", 1),
]  # fmt: skip
