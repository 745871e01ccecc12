"""Reverse-mode autograd in NumPy that mirrors PyTorch 2.13: `import engine as torch`."""

from __future__ import annotations

import importlib
import math

from engine import autograd as autograd
from engine import dtypes, methods, namespace
from engine import linalg as linalg
from engine import nn as nn
from engine import optim as optim
from engine import special as special
from engine import utils as utils
from engine.autograd.anomaly_mode import (
    is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled,
)
from engine.autograd.anomaly_mode import is_anomaly_enabled as is_anomaly_enabled
from engine.autograd.anomaly_mode import set_anomaly_enabled as set_anomaly_enabled
from engine.devices import accelerator as accelerator
from engine.devices import backends as backends
from engine.devices import cuda as cuda
from engine.devices import device as device
from engine.devices import get_default_device as get_default_device
from engine.devices import mps as mps
from engine.devices import set_default_device as set_default_device
from engine.devices import xpu as xpu
from engine.dtypes import finfo as finfo
from engine.dtypes import get_default_dtype as get_default_dtype
from engine.dtypes import iinfo as iinfo
from engine.dtypes import set_default_dtype as set_default_dtype
from engine.factories import arange as arange
from engine.factories import as_tensor as as_tensor
from engine.factories import empty as empty
from engine.factories import empty_like as empty_like
from engine.factories import eye as eye
from engine.factories import from_numpy as from_numpy
from engine.factories import full as full
from engine.factories import full_like as full_like
from engine.factories import linspace as linspace
from engine.factories import ones as ones
from engine.factories import ones_like as ones_like
from engine.factories import rand as rand
from engine.factories import rand_like as rand_like
from engine.factories import randn as randn
from engine.factories import randn_like as randn_like
from engine.factories import scalar_tensor as scalar_tensor
from engine.factories import tensor as tensor
from engine.factories import zeros as zeros
from engine.factories import zeros_like as zeros_like
from engine.layout import channels_last as channels_last
from engine.layout import channels_last_3d as channels_last_3d
from engine.layout import contiguous_format as contiguous_format
from engine.layout import layout as layout
from engine.layout import memory_format as memory_format
from engine.layout import preserve_format as preserve_format
from engine.layout import strided as strided
from engine.modes import enable_grad as enable_grad
from engine.modes import inference_mode as inference_mode
from engine.modes import is_grad_enabled as is_grad_enabled
from engine.modes import is_inference_mode_enabled as is_inference_mode_enabled
from engine.modes import is_warn_always_enabled as is_warn_always_enabled
from engine.modes import no_grad as no_grad
from engine.modes import set_grad_enabled as set_grad_enabled
from engine.modes import set_warn_always as set_warn_always
from engine.printing import set_printoptions as set_printoptions
from engine.random import initial_seed as initial_seed
from engine.random import manual_seed as manual_seed
from engine.size import Size as Size
from engine.tensor import Tensor as Tensor
from engine.tensor import is_tensor as is_tensor

__version__ = "2.13.0+chainrule"

pi, inf, nan, e = math.pi, math.inf, math.nan, math.e

# Imported later, the module engine.trace would take the place of the function torch.trace.
importlib.import_module("engine.trace")
methods.install()
globals().update(namespace.factory_functions())
globals().update(namespace.torch_functions())
globals().update(namespace.plain_functions())
globals().update(dtypes.BY_NAME)
globals().update(dtypes.ALIASES)
dtype = dtypes.dtype
importlib.import_module("engine.drawn")  # whose ops name all of the above
