"""What a Module is made of: parameters, buffers and other Modules, registered and enumerated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from engine.nn.parameter import Buffer, Parameter
from engine.tensor import is_tensor

if TYPE_CHECKING:
    from engine.nn.module import Module

_HOMES = ("_parameters", "_buffers", "_modules")
_EXPECTED = {
    "_parameters": ("parameter", "torch.nn.Parameter"),
    "_modules": ("child module", "torch.nn.Module"),
    "_buffers": ("buffer", "torch.nn.Buffer, torch.Tensor"),
}


def typename(x: Any) -> str:
    """The type of `x` as PyTorch's sentences name it."""
    if is_tensor(x):
        return str(x.dtype.tensor_type)
    kind = type(x)
    home = kind.__module__
    return kind.__qualname__ if home in (None, "builtins") else f"{home}.{kind.__qualname__}"


class Members:
    """Registers what is assigned as an attribute, and finds it again by name."""

    training: bool
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    # ---- registering -----------------------------------------------------------------------------

    def register_parameter(self, name: str, param: Any) -> None:
        """Add a Parameter (or None) under a name."""
        self._check_name("parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        if param is not None and not param.is_leaf:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be "
                f"created explicitly. To express '{name}' as a function of another Tensor, "
                "compute the value in the forward() method."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Add a tensor that is state but not learned; saved with the rest where persistent."""
        self._check_name("buffer", name, "_buffers")
        if tensor is not None and not is_tensor(tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a Module (or None) under a name."""
        from engine.nn.module import Module

        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        self._check_name("module", name, "_modules")
        self._modules[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """Another name of `add_module`."""
        self.add_module(name, module)

    def _check_name(self, kind: str, name: Any, home: str) -> None:
        if home not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {typename(name)}")
        if hasattr(self, name) and name not in self.__dict__[home]:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(
                f'{kind} name can\'t contain "."' + (f", got: {name}" if kind == "module" else "")
            )
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')

    # ---- attributes ------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        from engine.nn.module import Module

        if isinstance(value, Parameter):
            self._take("parameters", "_parameters", name)
            self.register_parameter(name, value)
        elif name in self.__dict__.get("_parameters", ()):
            self._put("_parameters", name, value)
        elif isinstance(value, Module):
            self._take("module", "_modules", name)
            self._modules[name] = value
        elif name in self.__dict__.get("_modules", ()):
            self._put("_modules", name, value)
        elif isinstance(value, Buffer):
            self._take("buffer", "_buffers", name)
            self.register_buffer(name, value, value._meta.kind.persistent)
        elif name in self.__dict__.get("_buffers", ()):
            self._put("_buffers", name, value)
        else:
            super().__setattr__(name, value)

    def _take(self, what: str, home: str, name: str) -> None:
        """Make a name free for a new member of `home`."""
        if home not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        for other in ("__dict__", *_HOMES):
            if other != home:
                getattr(self, other).pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def _put(self, home: str, name: str, value: Any) -> None:
        """Assign None, or a tensor to a buffer, to a member that exists."""
        what, kinds = _EXPECTED[home]
        if value is not None and (home != "_buffers" or not is_tensor(value)):
            raise TypeError(
                f"cannot assign '{typename(value)}' as {what} '{name}' ({kinds} or None expected)"
            )
        self.__dict__[home][name] = value

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for home in _HOMES:
            if home in own and name in own[home]:
                return own[home][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        for home in _HOMES:
            if name in self.__dict__.get(home, ()):
                del self.__dict__[home][name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        members = chain(self._parameters, self._modules, self._buffers)
        names = {*dir(type(self)), *self.__dict__, *members}
        return sorted(name for name in names if not name[0].isdigit())

    # ---- enumerating -----------------------------------------------------------------------------

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This Module and all below it, with dotted names; each once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self  # type: ignore[misc]
        for name, module in self._modules.items():
            if module is not None:
                inner = prefix + ("." if prefix else "") + name
                yield from module.named_modules(memo, inner, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This Module and all below it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The Modules directly below, with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The Modules directly below."""
        return (module for _, module in self.named_children())

    def _named_members(
        self,
        members_of: Callable[[Any], Any],
        prefix: str = "",
        recurse: bool = True,
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules: Any = [(prefix, self)]
        if recurse:
            modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        for path, module in modules:
            for name, member in members_of(module):
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield path + ("." if path else "") + name, member

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Every Parameter, with its dotted name; each once."""
        return self._named_members(
            lambda module: module._parameters.items(), prefix, recurse, remove_duplicate
        )

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """Every Parameter."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Every buffer, with its dotted name; each once."""
        return self._named_members(
            lambda module: module._buffers.items(), prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse: bool = True) -> Iterator[Any]:
        """Every buffer."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    # ---- by path ---------------------------------------------------------------------------------

    def get_submodule(self, target: str) -> Module:
        """The Module at a dotted path; AttributeError where there is none."""
        from engine.nn.module import Module

        found: Any = self
        for name in target.split(".") if target else ():
            if not hasattr(found, name):
                raise AttributeError(f"{found._get_name()} has no attribute `{name}`")
            found = getattr(found, name)
            if not isinstance(found, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return found  # type: ignore[no-any-return]

    def get_parameter(self, target: str) -> Any:
        """The Parameter at a dotted path; AttributeError where there is none."""
        name, found = self._member(target)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Any:
        """The buffer at a dotted path; AttributeError where there is none."""
        name, found = self._member(target)
        if not any(found is buffer for buffer in self.buffers()):
            raise AttributeError(f"`{name}` is not a buffer")
        return found

    def _member(self, target: str) -> tuple[str, Any]:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        return name, getattr(module, name)

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put another Module at a dotted path."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        path, _, name = target.rpartition(".")
        setattr(self.get_submodule(path), name, module)
