"""`torch.utils.hooks`: the handle by which a hook is taken away again."""

from engine.hooks import RemovableHandle as RemovableHandle
