"""Products and sums are rounded once where PyTorch rounds once."""

import numpy as np
import pytest

import engine
from engine.rounding import multiply_add

CALLS = {
    "add": lambda a, b, c, d: a.add(b, alpha=0.1),
    "sub": lambda a, b, c, d: a.sub(b, alpha=0.1),
    "addcmul": lambda a, b, c, d: a.addcmul(b, c, value=0.1),
    "addcdiv": lambda a, b, c, d: a.addcdiv(b, d, value=0.1),
    "lerp, near": lambda a, b, c, d: a.lerp(b, 0.1),
    "lerp, far": lambda a, b, c, d: a.lerp(b, 0.9),
    "lerp, by tensor": lambda a, b, c, d: a.lerp(b, d),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("call", CALLS)
def test_fused_ops_agree_to_the_bit(call, dtype):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    kind = getattr(torch, dtype)
    given = [torch.randn(1000, dtype=kind) for _ in range(3)] + [torch.rand(1000, dtype=kind) + 0.1]
    here = CALLS[call](*(engine.from_numpy(x.numpy().copy()) for x in given))
    assert np.array_equal(here.numpy(), CALLS[call](*given).numpy())


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_product_is_not_rounded_before_the_sum(kind):
    """(1 + h)² - 1 - 2h is h², of which a rounded product leaves nothing."""
    h = kind(2.0 ** -(np.finfo(kind).nmant // 2 + 2))
    a = np.array([1 + h], kind)
    assert (a * a - (1 + 2 * h)).item() == 0
    assert multiply_add(a, a, -(1 + 2 * h) * np.ones(1, kind)).item() == float(h) ** 2


def test_infinities_stay():
    big = np.array([np.inf, 1e308])
    assert multiply_add(big, np.float64(10), np.array([1.0, 1.0])).tolist() == [np.inf, np.inf]
