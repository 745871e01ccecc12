"""`torch.optim`: how parameters change."""

from __future__ import annotations

from engine.optim import lr_scheduler as lr_scheduler
from engine.optim.adam import Adam as Adam
from engine.optim.adam import Adamax as Adamax
from engine.optim.adam import AdamW as AdamW
from engine.optim.adam import NAdam as NAdam
from engine.optim.adam import RAdam as RAdam
from engine.optim.adaptive import Adadelta as Adadelta
from engine.optim.adaptive import Adagrad as Adagrad
from engine.optim.adaptive import RMSprop as RMSprop
from engine.optim.optimizer import Optimizer as Optimizer
from engine.optim.sgd import SGD as SGD
