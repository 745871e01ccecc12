"""`torch.special`: second names of functions of `torch`."""

from engine import namespace
from engine.ops.names import SPECIAL

_functions = namespace.functions()
globals().update({name: _functions[of] for name, of in SPECIAL.items()})
