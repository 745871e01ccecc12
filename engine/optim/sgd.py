"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from engine.optim.arrays import gradient, plus, put
from engine.optim.optimizer import Group, Stepping, refuse_negative
from engine.tensor import Tensor, wrap


class SGD(Stepping):
    """param -= lr · grad, with momentum where wanted."""

    def __init__(
        self, params: Any, lr: Any = 1e-3, momentum: float = 0, dampening: float = 0,
        weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
        foreach: bool | None = None, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        refuse_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach,
            "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _step_group(self, params: list[Tensor], group: Group) -> None:
        rate, momentum = -float(group["lr"]), group["momentum"]
        for param in params:
            grad = gradient(param, group["maximize"], group["weight_decay"])
            if momentum:
                grad = self._with_momentum(param, grad, momentum, group)
            put(param, plus(param._data, grad, rate))

    def _with_momentum(self, param: Tensor, grad: Any, momentum: float, group: Group) -> Any:
        state = self.state[param]
        buffer = state.get("momentum_buffer")
        if buffer is None:
            buffer = state["momentum_buffer"] = wrap(grad)
        else:
            kept = buffer._data * grad.dtype.type(momentum)
            put(buffer, plus(kept, grad, 1 - group["dampening"]))
        return plus(grad, buffer._data, momentum) if group["nesterov"] else buffer._data
