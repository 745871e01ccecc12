"""`torch.utils`, as far as programs without devices and loaders need it."""

from engine.utils import hooks as hooks
