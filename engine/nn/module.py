"""`torch.nn.Module`: something with parameters that can be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine import devices, dtypes
from engine.nn.calls import Calls
from engine.nn.members import Members
from engine.nn.saving import Saving
from engine.tensor import is_tensor

Self = TypeVar("Self", bound="Module")

_TORCHS_FILES = {
    "attention": "activation", "containers": "container", "convolution": "conv",
    "recurrent": "rnn",
}  # fmt: skip


class Module(Members, Calls, Saving):
    """The base of all layers; subclasses call `super().__init__()` and define `forward`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        room, _, file = cls.__module__.rpartition(".")
        if room == "engine.nn":  # printed, and named in errors, as PyTorch has it
            cls.__module__ = f"torch.nn.modules.{_TORCHS_FILES.get(file, file)}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs or args:
            self._refuse_arguments(args, kwargs)
        own = self.__dict__
        own["training"] = True
        for home in ("_parameters", "_buffers"):
            own[home] = {}
        own["_non_persistent_buffers_set"] = set()
        for hooks in ("_backward_pre_hooks", "_backward_hooks", "_forward_hooks"):
            own[hooks] = {}
        own["_forward_pre_hooks"] = {}
        own["_modules"] = {}

    def _refuse_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        name = type(self).__name__
        if kwargs:
            key = next(iter(kwargs))
            raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
        raise TypeError(
            f"{name}.__init__() takes 1 positional argument but {len(args) + 1} were given"
        )

    def forward(self, *args: Any) -> Any:
        """What the Module computes; subclasses say it."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    # ---- changing all of it ----------------------------------------------------------------------

    def apply(self: Self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every Module, innermost first."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self: Self, mode: bool = True) -> Self:
        """Switch to training: Dropout drops, BatchNorm looks at the batch."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self: Self) -> Self:
        """Switch to evaluation."""
        return self.train(False)

    def requires_grad_(self: Self, requires_grad: bool = True) -> Self:
        """Say of every Parameter whether its gradient is wanted."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget every Parameter's gradient, or fill it with zeros."""
        for param in self.parameters():
            forget_grad(param, set_to_none)

    def _apply(self: Self, fn: Callable[[Any], Any]) -> Self:
        """Replace the values of every Parameter, its gradient and every buffer by `fn` of them."""
        for module in self.children():
            module._apply(fn)
        for param in self._parameters.values():
            if param is not None:
                param.data = fn(param.data)
                if param._grad is not None:
                    param._grad = fn(param._grad.detach())
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self: Self, *args: Any, device: Any = None, dtype: Any = None, **_: Any) -> Self:
        """Cast floating parameters and buffers to a dtype; the device is the CPU.

        Raises what PyTorch raises without the other for another device.
        """
        for arg in args:
            if isinstance(arg, dtypes.dtype):
                dtype = arg
            elif is_tensor(arg):
                dtype = arg.dtype
            elif isinstance(arg, (str, int, devices.device)) and not isinstance(arg, bool):
                device = arg
        self._require(device)
        if dtype is None:
            return self
        if not dtype.is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={dtype}"
            )
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def _require(self, device: Any) -> None:
        """Raise for a device that is not there, if there is anything to be moved."""
        if any(True for _ in self.parameters()) or any(True for _ in self.buffers()):
            devices.require(device)

    def cuda(self: Self, device: Any = None) -> Self:
        """Raises what PyTorch raises without the device, if there are parameters or buffers."""
        self._require("cuda" if device is None else device)
        return self

    def float(self: Self) -> Self:
        """Cast floating parameters and buffers to float32."""
        return self.to(dtypes.float32)

    def double(self: Self) -> Self:
        """Cast floating parameters and buffers to float64."""
        return self.to(dtypes.float64)

    def half(self: Self) -> Self:
        """Cast floating parameters and buffers to float16."""
        return self.to(dtypes.float16)

    def type(self: Self, dst_type: Any) -> Self:
        """Cast all parameters and buffers."""
        return self._apply(lambda t: t.to(dst_type))

    def cpu(self: Self) -> Self:
        """The same Module: it is on the CPU."""
        return self

    # ---- printing --------------------------------------------------------------------------------

    def _get_name(self) -> str:
        return self.__class__.__name__

    def extra_repr(self) -> str:
        """What stands in the brackets when the Module is printed."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({key}): {indented(repr(m))}" for key, m in self._modules.items()]
        return laid_out(self._get_name(), lines, children)


def forget_grad(param: Any, set_to_none: bool) -> None:
    """Drop a gradient, or make it zeros without history."""
    if set_to_none or param._grad is None:
        param._grad = None
        return
    if param._grad.grad_fn is not None:
        param._grad.detach_()
    else:
        param._grad.requires_grad_(False)
    param._grad.zero_()


def indented(text: str) -> str:
    """Lines after the first moved in by two."""
    return text.replace("\n", "\n  ")


def laid_out(name: str, extra: list[str], children: list[str]) -> str:
    """`Name(extra)` on one line, or one line for each part."""
    lines = extra + children
    if not lines:
        return f"{name}()"
    if len(extra) == 1 and not children:
        return f"{name}({extra[0]})"
    return f"{name}(\n  " + "\n  ".join(lines) + "\n)"
