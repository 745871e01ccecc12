"""`torch.optim.Optimizer`: parameters in groups, and what is remembered of each."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

import numpy as np

from engine.errors import warn
from engine.hooks import RemovableHandle
from engine.modes import enable_grad
from engine.nn.members import typename
from engine.nn.module import forget_grad
from engine.tensor import Tensor, is_tensor, wrap

Group = dict[str, Any]


class Optimizer:
    """The base of all optimizers; subclasses define `step`, and read `param_groups` and `state`."""

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if is_tensor(params):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or "
                f"dicts, but got {typename(params)}"
            )
        self.defaults = defaults
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[Group] = []
        self._step_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._step_post_hooks: OrderedDict[int, Any] = OrderedDict()
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(dict(group))

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    # ---- groups ----------------------------------------------------------------------------------

    def add_param_group(self, param_group: Group) -> None:
        """Take on more parameters, with settings of their own where given."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        _name_apart(param_group, [params] if is_tensor(params) else list(params))
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        self._check(param_group["params"])
        self.param_groups.append(param_group)

    def _check(self, params: list[Any]) -> None:
        for param in params:
            if not is_tensor(param):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is "
                    + typename(param)
                )
            if not param.is_leaf and not param.retains_grad:
                raise ValueError("can't optimize a non-leaf Tensor")
        new = {id(param) for param in params}
        if len(new) != len(params):
            warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error; see github.com/pytorch/pytorch/issues/40967 for more "
                "information",
                stacklevel=4,
            )
        if any(id(param) in new for group in self.param_groups for param in group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")

    # ---- stepping --------------------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget every parameter's gradient, or fill it with zeros."""
        for group in self.param_groups:
            for param in group["params"]:
                forget_grad(param, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters once; subclasses say how."""
        raise NotImplementedError

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step."""
        return RemovableHandle.add(self._step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return RemovableHandle.add(self._step_post_hooks, hook)

    # ---- saving ----------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Settings and state, with numbers in the place of the parameters."""
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for param in group["params"]:
                numbers.setdefault(id(param), len(numbers))
            told = {key: value for key, value in group.items() if key != "params"}
            groups.append({**told, "params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers.get(id(p), p): value for p, value in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over settings and state of an optimizer with groups of the same sizes."""
        groups, saved = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(groups, saved, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                "optimizer's group"
            )
        params = {
            number: param
            for mine, theirs in zip(groups, saved, strict=True)
            for number, param in zip(theirs["params"], mine["params"], strict=True)
        }
        state: defaultdict[Any, Any] = defaultdict(dict)
        for number, value in state_dict["state"].items():
            param = params.get(number)
            state[number if param is None else param] = _copied(value, param)
        merged = [
            {**theirs, "params": mine["params"]} for mine, theirs in zip(groups, saved, strict=True)
        ]
        self.state, self.param_groups = state, merged


def _name_apart(group: Group, params: list[Any]) -> None:
    """Set the group's params; pairs of name and parameter are told apart into `param_names`."""
    named = [p for p in params if isinstance(p, tuple)]
    if named and len(named) != len(params):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    group["params"] = [param for _, param in named] if named else params
    if named:
        names = {"param_names": [name for name, _ in named]}
        rest = dict(group)
        group.clear()
        group.update({"params": rest.pop("params"), **names, **rest})


def _copied(value: Any, param: Any, key: Any = None) -> Any:
    """State as it is kept for `param`: in its dtype (the same tensors where it is), but steps."""
    if is_tensor(value):
        keeps = param is None or key == "step" or not param.is_floating_point()
        return value if keeps else value.to(param.dtype)
    if isinstance(value, dict):
        return {k: _copied(v, param, k) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_copied(v, param) for v in value)
    return value


class Stepping(Optimizer):
    """An optimizer that treats each parameter by itself, by its `_update`."""

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient once; returns what `closure` gives."""
        for hook in list(self._step_pre_hooks.values()):
            hook(self, (closure,), {})
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            given = [p for p in group["params"] if p._grad is not None]
            if given:
                self._step_group(given, group)
        for hook in list(self._step_post_hooks.values()):
            hook(self, (closure,), {})
        return loss

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        """Change parameters that have a gradient; works on arrays, so nothing is recorded."""
        raise NotImplementedError


class Remembering(Stepping):
    """An optimizer that remembers something of each parameter, and the number of its steps."""

    def begun(self, param: Tensor, *more: str) -> dict[str, Any]:
        """The parameter's state, made at its first step."""
        state: dict[str, Any] = self.state[param]
        if not state:
            state["step"] = wrap(np.float32(0))
            for name in more:
                state[name] = wrap(np.zeros_like(param._data)[()])
        return state


def refuse_negative(**settings: Any) -> None:
    """Raise ValueError for the first setting below 0, in PyTorch's words."""
    names = {"lr": "learning rate", "eps": "epsilon value"}
    for name, value in settings.items():
        if not value >= 0:
            raise ValueError(f"Invalid {names.get(name, name + ' value')}: {value}")


def refuse_betas(betas: Iterable[float]) -> None:
    """Raise ValueError for shares outside [0, 1)."""
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
