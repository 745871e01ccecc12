"""`torch.autograd`: the functional way to gradients."""

from engine.backward import backward, grad
from engine.modes import enable_grad, no_grad, set_grad_enabled

__all__ = ["backward", "enable_grad", "grad", "no_grad", "set_grad_enabled"]
