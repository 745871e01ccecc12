"""`torch.nn.utils`: what is done to all parameters at once."""

from __future__ import annotations

from engine.nn.utils.clipping import clip_grad_norm as clip_grad_norm
from engine.nn.utils.clipping import clip_grad_norm_ as clip_grad_norm_
from engine.nn.utils.clipping import clip_grad_value_ as clip_grad_value_
from engine.nn.utils.clipping import clip_grads_with_norm_ as clip_grads_with_norm_
from engine.nn.utils.clipping import get_total_norm as get_total_norm
from engine.nn.utils.vectors import parameters_to_vector as parameters_to_vector
from engine.nn.utils.vectors import vector_to_parameters as vector_to_parameters
