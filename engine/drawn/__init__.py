"""Ops that only a drawing has: nodes for what Python spells without a function of torch's name.

Indexing, `.grad`, `.data`, `torch.autograd.grad`, and `call`, which reaches every other function.
"""

from engine.drawn import call as call
from engine.drawn import grads as grads
from engine.drawn import parts as parts
