"""`torch.special`: second names of functions of `torch`."""

from engine import namespace
from engine.ops.names import SPECIAL

_functions = namespace.functions()
globals().update({
    name: namespace.exposed(_functions[of].__wrapped__, name, "special.")  # type: ignore[attr-defined]
    for name, of in SPECIAL.items()
})  # fmt: skip
