"""What a call of a program costs, where `costs` does not tell: Modules, factories, in place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.code.costs import ELEMENT, SLOW, cost, is_known, words
from engine.nn.module import Module
from engine.tensor import Tensor

NOT_READING = words("""
    size dim numel nelement stride element_size is_floating_point is_contiguous is_tensor ndim
    is_inference is_grad_enabled get_device is_cuda is_available device_count
""")
"""What gives a plain value of a tensor that does not depend on its numbers."""
_FREE = words("""
    manual_seed initial_seed set_printoptions no_grad backward grad is_tensor register_hook
    retain_grad requires_grad_ set_default_dtype clip_grad_norm_ clip_grad_value_ clip_grad_norm
    parameters_to_vector gradcheck gradgradcheck jacobian hessian vjp jvp vhp hvp device
    calculate_gain set_num_threads register_post_accumulate_grad_hook unflatten tensor_split hsplit
    vsplit dsplit split_with_sizes as_strided chunk_ finfo iinfo
""")


_MULTIPLIED = words("""
    outer ger kron addr cartesian_prod meshgrid block_diag cdist combinations repeat tile
    repeat_interleave tensordot chain_matmul bilinear
""")
"""What makes an entry for every pair of its tensors' entries, or nearly so."""
_DRAWN = words("""
    rand randn randint randperm normal rand_like randn_like randint_like bernoulli multinomial
    normal_ uniform_ random_ exponential_ bernoulli_ log_normal_ cauchy_ geometric_ xavier_normal_
    xavier_uniform_ kaiming_normal_ kaiming_uniform_ trunc_normal_ orthogonal_ sparse_
""")
"""What draws a random number for every element, which takes eight times as long."""


def units(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Units that `name(*args, **keywords)` takes at most."""
    return _units(name, args, keywords) * (8 if name in _DRAWN else 1)


def _units(name: str, args: Sequence[Any], keywords: dict[str, Any]) -> int:
    if name in _FREE:
        return 0
    if name in _SHAPED:
        return _SHAPED[name](args, keywords) * ELEMENT
    if name.endswith("_") and args:
        return sum(_elements(args)) * ELEMENT
    tensors = [a for a in (*args, *keywords.values()) if isinstance(a, Tensor)]
    if name.startswith("conv") and len(tensors) > 1:
        return _convolved(name, tensors[0], tensors[1])
    if name == "scaled_dot_product_attention" and len(tensors) > 1:
        return tensors[0].numel() * tensors[1].shape[-2] * 2
    if len(tensors) > 1 and name not in _MULTIPLIED and not is_known(name):
        return sum(_elements(tensors)) * ELEMENT * 8
    return cost(name, list(args), keywords)


def _convolved(name: str, x: Tensor, weight: Tensor) -> int:
    """Multiplications of a convolution that goes by ones."""
    inner = weight.shape[0 if "transpose" in name else 1] if weight.ndim > 1 else 1
    return x.numel() * (weight.numel() // max(1, inner)) + x.numel() * ELEMENT


def of_module(module: Module, args: Sequence[Any]) -> int:
    """Units that a call of a Module takes, roughly: every element meets its part of the weights."""
    given = sum(_elements(args))
    weights = sum(map(_met, module.parameters()))
    return given * min(weights, 2**16) + given * SLOW


def _met(weight: Tensor) -> int:
    """Entries of a weight that every element of what it is multiplied with meets."""
    return weight.numel() // max(1, weight.shape[1]) if weight.ndim > 1 else 1


def _elements(args: Sequence[Any]) -> list[int]:
    return [a.numel() for a in args if isinstance(a, Tensor)]


def _of_size(value: Any) -> int:
    if isinstance(value, (list, tuple)):
        return int(math.prod(abs(int(n)) for n in value if isinstance(n, (int, float))))
    return abs(value) if isinstance(value, int) else 1


def _at(place: int, key: str) -> Callable[[Sequence[Any], dict[str, Any]], int]:
    """Elements of what has its size at this place."""

    def found(args: Sequence[Any], keywords: dict[str, Any]) -> int:
        return _of_size(args[place] if len(args) > place else keywords.get(key, 1))

    return found


def _drawn(args: Sequence[Any], keywords: dict[str, Any]) -> int:
    """Elements of `randint(low, high, size)`, `low` left out or not."""
    size = keywords.get("size", args[-1] if args else 1)
    return _of_size(size if isinstance(size, (list, tuple)) else 1)


_SHAPED: Mapping[str, Callable[[Sequence[Any], dict[str, Any]], int]] = {
    "full": _at(0, "size"),
    "new_full": _at(1, "size"),
    "randint": _drawn,
    "normal": _drawn,
    "linspace": _at(2, "steps"),
    "logspace": _at(2, "steps"),
}
"""What makes as many elements as it is told, whatever its other numbers are."""
