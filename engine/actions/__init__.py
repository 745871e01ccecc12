"""The lines of a Program: each a registered method of a Session, and its PyTorch spelling."""

from __future__ import annotations

from engine.actions import calls as calls
from engine.actions import hooks as hooks
from engine.actions import optimizers as optimizers
from engine.actions import repeats as repeats
from engine.actions.method import ACTIONS as ACTIONS
from engine.actions.method import Method as Method
from engine.actions.method import action as action
from engine.actions.method import free as free
from engine.actions.method import line as line
