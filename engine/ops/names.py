"""Second names of ops: PyTorch's aliases, and what `torch.special` calls them."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALIASES = {
    "absolute": "abs", "negative": "neg", "multiply": "mul", "subtract": "sub", "divide": "div",
    "true_divide": "div", "clip": "clamp", "concat": "cat", "concatenate": "cat", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "greater": "gt", "greater_equal": "ge", "less": "lt", "less_equal": "le",
    "not_equal": "ne", "fix": "trunc", "swapaxes": "transpose", "swapdims": "transpose",
    "row_stack": "vstack", "special_expit": "sigmoid", "ger": "outer",
}  # fmt: skip
"""Alias → name, of functions, methods and in-place methods alike."""

SPECIAL = {
    "gammainc": "igamma", "gammaincc": "igammac", "multigammaln": "mvlgamma",
    "polygamma": "polygamma", "entr": "special_entr", "erfcx": "special_erfcx",
    "i0": "special_i0", "i0e": "special_i0e", "i1": "special_i1", "i1e": "special_i1e",
    "log_ndtr": "special_log_ndtr", "ndtr": "special_ndtr", "ndtri": "special_ndtri",
    "xlog1py": "special_xlog1py", "zeta": "special_zeta",
    "digamma": "digamma", "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "exp2": "exp2",
    "expit": "sigmoid", "expm1": "expm1", "gammaln": "lgamma", "log1p": "log1p",
    "log_softmax": "log_softmax", "logit": "logit", "logsumexp": "logsumexp", "psi": "digamma",
    "round": "special_round", "sinc": "sinc", "softmax": "softmax", "xlogy": "xlogy",
}  # fmt: skip
"""Name in `torch.special` → name in `torch`."""

NOT_FUNCTIONS = _words("""
    add_ addbmm_ addcdiv_ addcmul_ added addmm_ addr_ atan2_ baddbmm_ bernoulli_
    bitwise_and_ bitwise_left_shift_ bitwise_not_ bitwise_or_ bitwise_right_shift_
    bitwise_xor_ cauchy_ check_ranks check_summand check_vectors contiguous copy_ copysign_
    cumprod_ cumsum_ digamma_ div_ eigh eigvalsh eq_ erfinv_ expand expand_as exponential_
    fill_diagonal_ float_power_ floor_divide_ fmod_ ge_ geometric_ gt_ heaviside_ hypot_
    igamma_ igammac_ index_add_ index_copy_ index_fill_ index_reduce_ le_ lerp_ lgamma_
    linalg_cholesky log_normal_ logical_and_ logical_not_ logical_or_ logical_xor_ lt_
    masked_fill_ masked_scatter_ mul_ multi_dot ldexp_ mvlgamma_ ne_ nextafter_ normal_ one_hot
    polygamma_ pow_ put_ random_ remainder_ renorm_ repeat requires_grad_ scatter_ scatter_add_
    scatter_reduce_ sgn_ sign_ special_entr special_erfcx special_expit special_i0
    special_i0e special_i1 special_i1e special_log_ndtr special_ndtr special_ndtri
    special_round special_xlog1py special_zeta squeeze_ sub_ sum_ sum_to_size t_ to
    transpose_ tril_ triu_ unfold uniform_ unsqueeze_ vector_norm vector_norm_of view weighted
""")
"""What takes a tensor first and yet is no function of `torch`: methods, and helpers."""

NOT_METHODS = _words("""
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
    adaptive_max_pool2d adaptive_max_pool3d added affine_grid avg_pool1d avg_pool2d
    avg_pool3d binary_cross_entropy binary_cross_entropy_with_logits bucketize celu
    channel_shuffle check_labels check_probabilities check_ranks check_summand check_vectors
    combinations cross_entropy eigh eigvalsh elu fold gaussian_nll_loss gelu glu gradient
    grid_sample hardsigmoid hardswish hardtanh hinge_embedding_loss huber_loss interpolate
    kl_div l1_loss leaky_relu linalg_cholesky logsigmoid lp_pool1d lp_pool2d max_pool1d
    max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d
    max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish mse_loss
    multi_margin_loss multilabel_margin_loss nll_loss normalize one_hot pad pdist
    pixel_shuffle pixel_unshuffle poisson_nll_loss relu6 rsub selu silu smooth_l1_loss
    soft_margin_loss softmin softplus softshrink softsign special_entr special_erfcx
    special_i0 special_i0e special_i1 special_i1e special_log_ndtr special_ndtr
    special_ndtri special_round special_xlog1py special_zeta std_mean sum_ tanhshrink
    threshold upsample var_mean vector_norm vector_norm_of weighted
""")
"""What takes a tensor first and yet is no method of Tensor."""
