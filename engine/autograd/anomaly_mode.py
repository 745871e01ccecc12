"""`torch.autograd.anomaly_mode`: find out which operation made a nan, or failed in backward."""

from __future__ import annotations

from typing import Any

from engine import errors, watch
from engine.modes import STATE


def is_anomaly_enabled() -> bool:
    """Whether Functions note where they were made."""
    return STATE.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for nan in gradients."""
    return STATE.check_nan


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Switch anomaly mode on or off in this thread."""
    for place, name, value in ((1, "enabled", enabled), (2, "check_nan", check_nan)):
        if not isinstance(value, bool):
            raise TypeError(
                f"set_anomaly_enabled(): argument '{name}' (position {place}) must be bool, not "
                f"{type(value).__name__}"
            )
    watch.set_anomaly(enabled, check_nan)


class _AnomalyMode:
    def __init__(self) -> None:
        self.prev, self.prev_check_nan = STATE.anomaly, STATE.check_nan

    def __exit__(self, *args: object) -> None:
        watch.set_anomaly(self.prev, self.prev_check_nan)


class detect_anomaly(_AnomalyMode):
    """Inside, an error or a nan in backward tells where the forward operation was called."""

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__()
        self.check_nan = check_nan
        errors.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            2,
        )

    def __enter__(self) -> None:
        self.prev, self.prev_check_nan = STATE.anomaly, STATE.check_nan
        set_anomaly_enabled(True, self.check_nan)


class set_detect_anomaly(_AnomalyMode):
    """Switch anomaly mode at once; as a context manager, put it back afterwards."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__()
        set_anomaly_enabled(mode, check_nan)

    def __enter__(self) -> None:
        pass


_shown: tuple[Any, ...] = (detect_anomaly, set_detect_anomaly)
for _mode in _shown:
    _mode.__module__ = "torch.autograd.anomaly_mode"  # as PyTorch prints them
