"""`torch.optim.lr_scheduler`: learning rates that change from epoch to epoch."""

from __future__ import annotations

from engine.optim.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from engine.optim.schedulers import ChainedScheduler as ChainedScheduler
from engine.optim.schedulers import ConstantLR as ConstantLR
from engine.optim.schedulers import CosineAnnealingLR as CosineAnnealingLR
from engine.optim.schedulers import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from engine.optim.schedulers import ExponentialLR as ExponentialLR
from engine.optim.schedulers import LambdaLR as LambdaLR
from engine.optim.schedulers import LinearLR as LinearLR
from engine.optim.schedulers import LRScheduler as LRScheduler
from engine.optim.schedulers import MultiplicativeLR as MultiplicativeLR
from engine.optim.schedulers import MultiStepLR as MultiStepLR
from engine.optim.schedulers import PolynomialLR as PolynomialLR
from engine.optim.schedulers import SequentialLR as SequentialLR
from engine.optim.schedulers import StepLR as StepLR
