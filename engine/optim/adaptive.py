"""Optimizers that measure each entry's steps by what its gradients have been."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.optim.arrays import counted, gradient, plus, plus_ratio, plus_square, put, towards
from engine.optim.optimizer import Group, Remembering, refuse_negative
from engine.tensor import Tensor

Array = Any


class RMSprop(Remembering):
    """Steps measured by the running root mean square of the gradient (Hinton 2012)."""

    def __init__(
        self, params: Any, lr: Any = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
        weight_decay: float = 0, momentum: float = 0, centered: bool = False,
        capturable: bool = False, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        names = ["square_avg", *["momentum_buffer"] * (group["momentum"] > 0)]
        names += ["grad_avg"] * bool(group["centered"])
        for param in params:
            state = self.begun(param, *names)
            counted(state)
            grad = gradient(param, group["maximize"], group["weight_decay"])
            self._move(param, grad, self._root(grad, state, group), state, group)

    def _root(self, grad: Array, state: dict[str, Any], group: Group) -> Array:
        square, alpha = state["square_avg"], group["alpha"]
        put(square, plus_square(square._data, grad, alpha, 1 - alpha))
        inside = square._data
        if group["centered"]:
            mean = state["grad_avg"]
            put(mean, towards(mean._data, grad, 1 - alpha))
            inside = plus_square(inside, mean._data, 1, -1)
        return np.sqrt(inside) + grad.dtype.type(group["eps"])

    def _move(
        self, param: Tensor, grad: Array, root: Array, state: dict[str, Any], group: Group
    ) -> None:
        rate, momentum = -float(group["lr"]), group["momentum"]
        if momentum <= 0:
            put(param, plus_ratio(param._data, grad, root, rate))
            return
        buffer = state["momentum_buffer"]
        put(buffer, plus_ratio(buffer._data * grad.dtype.type(momentum), grad, root, 1))
        put(param, plus(param._data, buffer._data, rate))


class Adagrad(Remembering):
    """Steps measured by the root of all squares so far (Duchi et al. 2011)."""

    def __init__(
        self, params: Any, lr: Any = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        refuse_negative(
            lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps,
        )  # fmt: skip
        defaults = {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)

    def add_param_group(self, param_group: Group) -> None:
        """Take on more parameters; their sums begin at once."""
        super().add_param_group(param_group)
        for param in param_group["params"]:
            total = self.begun(param, "sum")["sum"]
            start = param_group["initial_accumulator_value"]
            total._data = np.full_like(total._data, start)[()]

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        for param in params:
            state = self.begun(param, "sum")
            grad = gradient(param, group["maximize"], group["weight_decay"])
            total, step = state["sum"], counted(state)
            rate = float(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
            put(total, plus_square(total._data, grad, 1, 1))
            root = np.sqrt(total._data) + grad.dtype.type(group["eps"])
            put(param, plus_ratio(param._data, grad, root, -rate))


class Adadelta(Remembering):
    """Steps measured by the root mean square of earlier steps (Zeiler 2012)."""

    def __init__(
        self, params: Any, lr: Any = 1.0, rho: float = 0.9, eps: float = 1e-6,
        weight_decay: float = 0, foreach: bool | None = None, *, capturable: bool = False,
        maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr)
        if not 0 <= rho <= 1:
            raise ValueError(f"Invalid rho value: {rho}")
        refuse_negative(eps=eps, weight_decay=weight_decay)
        defaults = {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "capturable": capturable, "foreach": foreach, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        rho = group["rho"]
        for param in params:
            state = self.begun(param, "square_avg", "acc_delta")
            counted(state)
            grad = gradient(param, group["maximize"], group["weight_decay"])
            square, moved, eps = (
                state["square_avg"],
                state["acc_delta"],
                grad.dtype.type(group["eps"]),
            )
            put(square, plus_square(square._data, grad, rho, 1 - rho))
            delta = np.sqrt(moved._data + eps) / np.sqrt(square._data + eps) * grad
            put(moved, plus_square(moved._data, delta, rho, 1 - rho))
            put(param, plus(param._data, delta, -float(group["lr"])))
