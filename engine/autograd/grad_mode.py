"""`torch.autograd.grad_mode`: the modes, which live in `engine.modes`."""

from engine.modes import enable_grad as enable_grad
from engine.modes import inference_mode as inference_mode
from engine.modes import no_grad as no_grad
from engine.modes import set_grad_enabled as set_grad_enabled
