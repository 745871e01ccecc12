"""Devices: tensors live on the CPU, and what PyTorch without any other says to its name."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, NoReturn

KNOWN = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia",
    "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip
"""The kinds of devices PyTorch knows, in the order it lists them."""


class device:
    """`torch.device("cuda:1")` or `torch.device("cuda", 1)`: a name, whether it is there or not.

    Raises RuntimeError for a name PyTorch does not know and TypeError for what is no name.
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = [*args, *kwargs.values()]
        if len(given) == 1 and isinstance(given[0], device):
            self.type, self.index = given[0].type, given[0].index
        elif len(given) == 1 and type(given[0]) is int:
            require(given[0])
        elif given and isinstance(given[0], str) and list(map(type, given[1:])) in ([], [int]):
            self.type, self.index = _named(*given)
        else:
            _refuse(args, kwargs)

    def __repr__(self) -> str:
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{number})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def _named(text: str, number: int | None = None) -> tuple[str, int | None]:
    kind, index = parsed(text)
    if number is None:
        return kind, index
    if index is not None:
        raise RuntimeError(
            "type (string) must not include an index because index was passed explicitly: " + text
        )
    return kind, number


def _refuse(args: Any, kwargs: Any) -> NoReturn:
    from engine.calling.listing import combination
    from engine.calling.signature import read

    ways = [read("Device device"), read("str type, int index=-1")]
    raise TypeError(combination("device", ways, args, kwargs))


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


def require(place: Any) -> None:
    """Make sure that a device is the CPU; raises what PyTorch raises without the other."""
    if isinstance(place, int):
        raise RuntimeError("Cannot access accelerator device when none is available.")
    if not isinstance(place, (str, device)):
        return
    kind, _ = parsed(str(place))
    if kind in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {kind.upper()} enabled")
    if kind != "cpu":
        raise RuntimeError(f"PyTorch is not linked with support for {kind} devices")


CPU = device("cpu")


def get_default_device() -> device:
    """Where tensors are made: the CPU."""
    return CPU


def set_default_device(place: Any) -> None:
    """The CPU, or None for it; raises what PyTorch raises without the other."""
    require(place)


# ---- what programs ask of hardware that is not there ---------------------------------------------


def _no(*_: Any, **__: Any) -> bool:
    return False


def _none(*_: Any, **__: Any) -> None:
    return None


def _zero(*_: Any, **__: Any) -> int:
    return 0


def _missing(kind: str) -> Any:
    def call(*_: Any, **__: Any) -> None:
        require(kind)

    return call


def _absent(kind: str) -> SimpleNamespace:
    """`torch.cuda` or `torch.xpu` of a build without it."""
    return SimpleNamespace(
        is_available=_no, is_initialized=_no, device_count=_zero, manual_seed=_none,
        manual_seed_all=_none, seed=_none, seed_all=_none, empty_cache=_none,
        memory_allocated=_zero, max_memory_allocated=_zero, memory_reserved=_zero,
        synchronize=_missing(kind), current_device=_missing(kind), get_device_name=_missing(kind),
        get_device_properties=_missing(kind), get_device_capability=_missing(kind),
    )  # fmt: skip


cuda, xpu = _absent("cuda"), _absent("xpu")
mps = SimpleNamespace(is_available=_no, device_count=_zero)
accelerator = SimpleNamespace(is_available=_no, current_accelerator=_none, device_count=_zero)
backends = SimpleNamespace(
    cpu=SimpleNamespace(),
    mps=SimpleNamespace(is_available=_no, is_built=_no),
    cuda=SimpleNamespace(is_built=_no, matmul=SimpleNamespace(allow_tf32=False)),
    cudnn=SimpleNamespace(
        is_available=_no, enabled=True, deterministic=False, benchmark=False, allow_tf32=True
    ),
)
"""Switches of `torch.backends`; they can be set, and nothing here looks at them."""
