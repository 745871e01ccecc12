"""Devices: tensors live on the CPU, and what PyTorch without any other says to its name."""

from __future__ import annotations

import re
from typing import Any

KNOWN = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia",
    "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip
"""The kinds of devices PyTorch knows, in the order it lists them."""


def parsed(text: str) -> tuple[str, int | None]:
    """Kind and index of a device's name, as in `cuda:1`; raises RuntimeError for no such name."""
    if not text:
        raise RuntimeError("Device string must not be empty")
    match = re.fullmatch(r"([A-Za-z_]+)(?::(0|[1-9]\d*))?", text)
    if match is None:
        raise RuntimeError(f"Invalid device string: '{text}'")
    kind, index = match.groups()
    if kind not in KNOWN:
        raise RuntimeError(
            f"Expected one of {', '.join(KNOWN)} device type at start of device string: {kind}"
        )
    return kind, None if index is None else int(index)


def require(device: Any) -> None:
    """Make sure that a device is the CPU; raises what PyTorch raises without the other."""
    if isinstance(device, int):
        raise RuntimeError("Cannot access accelerator device when none is available.")
    if not isinstance(device, str):
        return
    kind, _ = parsed(device)
    if kind in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {kind.upper()} enabled")
    if kind != "cpu":
        raise RuntimeError(f"PyTorch is not linked with support for {kind} devices")
