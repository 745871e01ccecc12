"""Adam and its kin: steps measured by the running mean and square of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.optim.arrays import (
    counted,
    gradient,
    plus_ratio,
    plus_square,
    put,
    towards,
)
from engine.optim.optimizer import Group, Remembering, refuse_betas, refuse_negative
from engine.tensor import Tensor, wrap

Array = Any


class _Decoupled(Remembering):
    """What decays weights apart from the gradient where `decoupled_weight_decay` says so."""

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        lr, decay, apart = (
            float(group["lr"]),
            group["weight_decay"],
            group["decoupled_weight_decay"],
        )
        for param in params:
            state = self.begun(param, *self._moments(group))
            grad = gradient(param, group["maximize"], 0 if apart else decay)
            if decay and apart:
                put(param, param._data * param._data.dtype.type(1 - lr * decay))
            self._move(param, grad, state, lr, group)

    def _moments(self, group: Group) -> tuple[str, ...]:
        """What is remembered of each parameter, besides its steps."""
        return "exp_avg", "exp_avg_sq"

    def _move(
        self, param: Tensor, grad: Array, state: dict[str, Any], lr: float, group: Group
    ) -> None:
        """Change one parameter, whose decay is done or lies in `grad`."""
        raise NotImplementedError


class Adam(_Decoupled):
    """Adam (Kingma and Ba 2015)."""

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
        differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "amsgrad": amsgrad, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "differentiable": differentiable, "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _moments(self, group: Group) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", *["max_exp_avg_sq"] * bool(group["amsgrad"]))

    def _move(
        self, param: Tensor, grad: Array, state: dict[str, Any], lr: float, group: Group
    ) -> None:
        beta1, beta2 = group["betas"]
        mean, square, step = state["exp_avg"], state["exp_avg_sq"], counted(state)
        put(mean, towards(mean._data, grad, 1 - beta1))
        put(square, plus_square(square._data, grad, beta2, 1 - beta2))
        if group["amsgrad"]:
            largest = state["max_exp_avg_sq"]
            put(largest, np.maximum(largest._data, square._data))
            square = largest
        kind = grad.dtype.type
        root = np.sqrt(square._data) / kind((1 - beta2**step) ** 0.5)
        moved = plus_ratio(
            param._data, mean._data, root + kind(group["eps"]), -(lr / (1 - beta1**step))
        )
        put(param, moved)


class AdamW(Adam):
    """Adam with the weight decay apart from the gradient (Loshchilov and Hutter 2019)."""

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False, *,
        maximize: bool = False, foreach: bool | None = None, capturable: bool = False,
        differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
            capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=True,
        )  # fmt: skip


class Adamax(Remembering):
    """Adam with the largest gradient in the place of the root of squares."""

    def __init__(
        self, params: Any, lr: Any = 2e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, capturable: bool = False,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
            "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        beta1, beta2 = group["betas"]
        for param in params:
            state = self.begun(param, "exp_avg", "exp_inf")
            grad = gradient(param, group["maximize"], group["weight_decay"])
            mean, largest, step = state["exp_avg"], state["exp_inf"], counted(state)
            kind = grad.dtype.type
            put(mean, towards(mean._data, grad, 1 - beta1))
            faded = largest._data * kind(beta2)
            put(largest, np.maximum(faded, np.abs(grad) + kind(group["eps"])))
            rate = -float(group["lr"]) / (1 - beta1**step)
            put(param, plus_ratio(param._data, mean._data, largest._data, rate))


class NAdam(_Decoupled):
    """Adam with Nesterov's momentum (Dozat 2016)."""

    def __init__(
        self, params: Any, lr: Any = 2e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False, *, foreach: bool | None = None,
        maximize: bool = False, capturable: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def begun(self, param: Tensor, *more: str) -> dict[str, Any]:
        state: dict[str, Any] = self.state[param]
        if not state:
            state["step"], state["mu_product"] = wrap(np.float32(0)), wrap(np.float32(1))
            for name in more:
                state[name] = wrap(np.zeros_like(param._data)[()])
        return state

    def _move(
        self, param: Tensor, grad: Array, state: dict[str, Any], lr: float, group: Group
    ) -> None:
        beta1, beta2 = group["betas"]
        mean, square, step = state["exp_avg"], state["exp_avg_sq"], counted(state)
        mu, after = (
            beta1 * (1.0 - 0.5 * (0.96 ** (t * group["momentum_decay"]))) for t in (step, step + 1)
        )
        so_far = state["mu_product"]
        so_far._data = so_far._data * np.float32(mu)
        product = float(so_far._data)
        put(mean, towards(mean._data, grad, 1 - beta1))
        put(square, plus_square(square._data, grad, beta2, 1 - beta2))
        kind = grad.dtype.type
        root = np.sqrt(square._data / kind(1 - beta2**step)) + kind(group["eps"])
        put(param, plus_ratio(param._data, grad, root, -lr * (1.0 - mu) / (1.0 - product)))
        rate = -lr * after / (1.0 - product * after)
        put(param, plus_ratio(param._data, mean._data, root, rate))


class RAdam(_Decoupled):
    """Adam that trusts the squares only when it has seen enough of them (Liu et al. 2020)."""

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, decoupled_weight_decay: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _move(
        self, param: Tensor, grad: Array, state: dict[str, Any], lr: float, group: Group
    ) -> None:
        beta1, beta2 = group["betas"]
        mean, square, step = state["exp_avg"], state["exp_avg_sq"], counted(state)
        put(mean, towards(mean._data, grad, 1 - beta1))
        put(square, plus_square(square._data, grad, beta2, 1 - beta2))
        kind = grad.dtype.type
        moved = mean._data / kind(1 - beta1**step) * kind(lr)
        left = 1 - beta2**step
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * (beta2**step) / left
        if length > 5.0:
            trust = (
                (length - 4) * (length - 2) * longest
                / ((longest - 4) * (longest - 2) * length)
            ) ** 0.5  # fmt: skip
            root = np.sqrt(square._data) + kind(group["eps"])
            moved = moved * (kind(left**0.5) / root) * kind(trust)
        put(param, param._data - moved)
