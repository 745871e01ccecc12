"""`torch.nn.functional`: the functions of neural networks."""

from engine.namespace import exposed, functional_functions
from engine.ops.arrange import pad
from engine.ops.elementary import sigmoid, tanh
from engine.ops.linear import linear

__all__ = ["linear", "pad", "sigmoid", "tanh"]

globals().update(functional_functions())
pad, sigmoid, tanh = exposed(pad, "pad"), exposed(sigmoid, "sigmoid"), exposed(tanh, "tanh")
