"""`torch.nn`, as far as it goes: `nn.functional`."""

from engine import functional as functional
