"""`state_dict` and `load_state_dict`: the values of a Module by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.modes import no_grad
from engine.nn.parameter import Parameter
from engine.tensor import is_tensor


class _IncompatibleKeys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )

    def __str__(self) -> str:
        return repr(self)


class Saving:
    """What saves a Module's values and puts them back."""

    _version = 1
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> Any:
        """Parameters and persistent buffers by dotted name, detached unless `keep_vars`."""
        for given, value in zip(("destination", "prefix", "keep_vars"), args, strict=False):
            if given == "destination":
                destination = value
            elif given == "prefix":
                prefix = value
            else:
                keep_vars = value
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = {"version": self._version}
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        return destination

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, value in self._own_state().items():
            destination[prefix + name] = value if keep_vars else value.detach()

    def _own_state(self) -> dict[str, Any]:
        """The Parameters and persistent buffers of this Module alone."""
        passing = self._non_persistent_buffers_set
        kept = {name: b for name, b in self._buffers.items() if name not in passing}
        return {k: v for k, v in {**self._parameters, **kept}.items() if v is not None}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """Copy values by name; RuntimeError with every fault unless all fit (`strict`: all names).

        `assign`: take the tensors themselves rather than their values.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        loading = _Loading(dict(state_dict), assign, getattr(state_dict, "_metadata", None))
        loading.into(self, "")
        errors = loading.errors
        if strict:
            if loading.unexpected:
                found = _quoted(loading.unexpected)
                errors.insert(0, f"Unexpected key(s) in state_dict: {found}. ")
            if loading.missing:
                errors.insert(0, f"Missing key(s) in state_dict: {_quoted(loading.missing)}. ")
        if errors:
            name, told = type(self).__name__, "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {name}:\n\t{told}")
        return _IncompatibleKeys(loading.missing, loading.unexpected)

    def _upgrade(self, state: dict[str, Any], prefix: str, version: int | None) -> None:
        """Fill in what an older version of this Module did not save."""


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class _Loading:
    """One call of load_state_dict, and all that went wrong in it."""

    def __init__(self, state: dict[str, Any], assign: bool, metadata: Any) -> None:
        self.state, self.assign, self.metadata = state, assign, metadata or {}
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.errors: list[str] = []

    def into(self, module: Any, prefix: str) -> None:
        """Load a Module and all below it."""
        version = self.metadata.get(prefix[:-1], {}).get("version")
        module._upgrade(self.state, prefix, version)
        own = module._own_state()
        for name, value in own.items():
            if prefix + name in self.state:
                self._one(module, name, prefix + name, value)
            else:
                self.missing.append(prefix + name)
        self._strangers(module, prefix, own)
        for name, child in module._modules.items():
            if child is not None:
                self.into(child, f"{prefix}{name}.")

    def _one(self, module: Any, name: str, key: str, value: Any) -> None:
        new = self.state[key]
        if not is_tensor(new):
            self.errors.append(
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
                f"object from checkpoint but received {type(new)}"
            )
            return
        if not value.ndim and new.ndim == 1:
            new = new[0]  # scalars were once saved as vectors of one
        if new.shape != value.shape:
            self.errors.append(
                f"size mismatch for {key}: copying a param with shape {new.shape} from "
                f"checkpoint, the shape in current model is {value.shape}."
            )
        elif self.assign:
            is_parameter = isinstance(value, Parameter) and not isinstance(new, Parameter)
            setattr(module, name, Parameter(new, value.requires_grad) if is_parameter else new)
        else:
            with no_grad():
                value.copy_(new)

    def _strangers(self, module: Any, prefix: str, own: dict[str, Any]) -> None:
        for key in self.state:
            if not key.startswith(prefix):
                continue
            head, dot, _ = key[len(prefix) :].partition(".")
            if (head not in module._modules) if dot else (head not in own):
                self.unexpected.append(key)
