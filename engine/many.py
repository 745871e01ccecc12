"""Functions with several outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.function import Function
from engine.modes import STATE
from engine.packing import pack_result
from engine.tensor import Tensor, wrap


class ManyOutputs(Function):
    """A node with several outputs; its rules take `grads` and `results`, one of each per output."""

    __slots__ = ("outputs", "shapes")
    many = True
    outputs: int
    shapes: tuple[tuple[int, ...], ...]

    @classmethod
    def apply_many(cls, *inputs: Any, **params: Any) -> tuple[Tensor, ...]:
        """Like `apply`, for a forward that gives several arrays."""
        arrays = cls.forward_data(inputs, params)
        if cls.layout == "rows":
            arrays = tuple(np.asarray(a, order="C") for a in arrays)
        outs = tuple(wrap(a) for a in arrays)
        if cls.wants_node(inputs, arrays[0]):
            node = cls.node(inputs, params, arrays[0])
            assert isinstance(node, ManyOutputs)
            node.tie(outs)
            if cls.saves_result:
                node.result = tuple(arrays)
                if STATE.saved_hooks:
                    pack_result(node, STATE.saved_hooks[-1])
        return outs

    def tie(self, outs: Sequence[Tensor]) -> None:
        """Make the tensors this node's outputs, in order (those that can have a gradient)."""
        self.outputs = len(outs)
        self.shapes = tuple(out._data.shape for out in outs)
        for k, out in enumerate(outs):
            if out._data.dtype.kind == "f":
                out._fn, out._nr = self, k

    def input_shape(self, output: int) -> tuple[int, ...]:
        return self.shapes[output]
