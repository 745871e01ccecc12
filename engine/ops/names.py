"""Second names of ops: PyTorch's aliases, and what `torch.special` calls them."""

from __future__ import annotations

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
