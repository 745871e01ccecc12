"""Which of PyTorch's OpInfo samples are left out, and why: nothing else is."""

OUT_OF_SCOPE = {}
"""Ops the engine has a function for that are not compared, and why."""

KNOWN = {
    "aminmax", "bitwise_right_shift", "cdist", "cov", "cumulative_trapezoid", "diff",
    "empty_strided", "float_power", "gradient", "index_reduce:amax", "index_reduce:amin",
    "index_reduce:mean", "index_reduce:prod", "ldexp", "linalg.lstsq:grad_oriented", "linalg.pinv",
    "linalg.pinv:hermitian", "linalg.vander", "logspace", "logspace:tensor_overload",
    "masked_scatter", "mode", "mvlgamma:mvlgamma_p_1", "mvlgamma:mvlgamma_p_3",
    "mvlgamma:mvlgamma_p_5", "nanmedian", "nanquantile", "nextafter", "nn.functional.conv3d",
    "nn.functional.dropout3d", "nn.functional.grid_sample", "nn.functional.multi_margin_loss",
    "nn.functional.rms_norm", "normal", "normal:number_mean", "polygamma:polygamma_n_0",
    "polygamma:polygamma_n_1", "polygamma:polygamma_n_2", "polygamma:polygamma_n_3",
    "polygamma:polygamma_n_4", "put", "quantile", "scatter_reduce:amax", "scatter_reduce:amin",
    "scatter_reduce:mean", "scatter_reduce:prod", "scatter_reduce:sum", "special.ndtr",
    "sum_to_size", "trapezoid", "trapz",
}  # fmt: skip
"""Ops with mismatches still open: left to the full run, which lists them."""

UNINITIALISED = {"empty", "empty_like", "empty_strided", "new_empty"}
"""Ops whose values mean nothing: only dtype and shape are compared."""

PROCESSED = {"linalg.eigh", "linalg.svd", "svd"}
"""Ops whose result is unique only after what OpInfo does to it: eigenvectors have no sign."""


def left_out(info, sample):
    """Raise OutOfScope for a sample that is not compared."""
