"""Recurrent layers: one step of a sequence at a time, with a state handed on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from engine import factories
from engine.nn import init
from engine.nn.module import Module
from engine.nn.parameter import blank
from engine.ops.activation import relu
from engine.ops.affine import linear
from engine.ops.dropping import dropout
from engine.ops.elementary import sigmoid, tanh
from engine.ops.joining import cat, stack
from engine.ops.pieces import unsafe_chunk
from engine.tensor import Tensor

Step = Callable[..., Any]


def _plain(squash: Callable[[Tensor], Tensor]) -> Step:
    def step(gates: Any, hidden: Any, w: Any, b: Any) -> Any:
        return squash(linear(hidden, w, b) + gates)

    return step


def _lstm(gates: Any, state: Any, w: Any, b: Any) -> Any:
    hidden, cell = state
    i, f, g, o = unsafe_chunk(linear(hidden, w, b) + gates, 4, 1)
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    cell = f * cell + i * g
    return o * tanh(cell), cell


def _gru(gates: Any, hidden: Any, w: Any, b: Any) -> Any:
    r, z, n = unsafe_chunk(gates, 3, 1)
    hr, hz, hn = unsafe_chunk(linear(hidden, w, b), 3, 1)
    reset, update = sigmoid(hr + r), sigmoid(hz + z)
    new = tanh(n + hn * reset)
    return (hidden - new) * update + new


STEPS: dict[str, tuple[int, Step]] = {
    "RNN_TANH": (1, _plain(tanh)), "RNN_RELU": (1, _plain(relu)), "LSTM": (4, _lstm),
    "GRU": (3, _gru),
}  # fmt: skip
"""How many gates a step has, and the step: (input's share, state, weight, bias) -> state."""


class RNNCellBase(Module):
    """One step, called again and again by hand."""

    mode: ClassVar[str]

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        self.weight_ih = blank(rows, input_size, dtype=dtype)
        self.weight_hh = blank(rows, hidden_size, dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, blank(rows, dtype=dtype) if bias else None)
        _reset(self, hidden_size)

    def extra_repr(self) -> str:
        told = f"{self.input_size}, {self.hidden_size}"
        if not self.bias:
            told += f", bias={self.bias}"
        kind = getattr(self, "nonlinearity", "tanh")
        return told if kind == "tanh" else f"{told}, nonlinearity={kind}"

    def _check(self, input: Tensor) -> None:
        if input.ndim not in (1, 2):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 1D or 2D, got {input.ndim}D instead"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {input.shape[-1]} expected "
                f"{self.input_size}"
            )

    def _stepped(self, input: Any, state: Any, step: Step) -> Any:
        gates = linear(input, self.weight_ih, self.bias_ih)
        return step(gates, state, self.weight_hh, self.bias_hh)


def _reset(module: Module, hidden_size: int) -> None:
    bound = 1.0 / math.sqrt(hidden_size) if hidden_size > 0 else 0
    for weight in module.parameters():
        init.uniform_(weight, -bound, bound)


def _zeros(input: Any, size: int) -> Tensor:
    return factories.zeros(input.shape[0], size, dtype=input.dtype)


class _HiddenCell(RNNCellBase):
    """A cell whose state is one tensor."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        self._check(input)
        batched = input.ndim == 2
        if not batched:
            input, hx = input.unsqueeze(0), None if hx is None else hx.unsqueeze(0)
        hx = _zeros(input, self.hidden_size) if hx is None else hx
        out = self._stepped(input, hx, STEPS[self._mode()][1])
        return out if batched else out.squeeze(0)

    def _mode(self) -> str:
        return self.mode


class RNNCell(_HiddenCell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh",
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 1, dtype=dtype)
        self.nonlinearity = nonlinearity

    def _mode(self) -> str:
        mode = f"RNN_{self.nonlinearity.upper()}"
        if mode not in STEPS:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return mode


class GRUCell(_HiddenCell):
    """One step of a GRU (Cho et al. 2014)."""

    mode = "GRU"

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 3, dtype=dtype)


class LSTMCell(RNNCellBase):
    """One step of an LSTM (Hochreiter and Schmidhuber 1997); its state is (h, c)."""

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 4, dtype=dtype)

    def forward(self, input: Any, hx: Any = None) -> Any:
        self._check(input)
        batched = input.ndim == 2
        if not batched:
            input = input.unsqueeze(0)
            hx = None if hx is None else tuple(x.unsqueeze(0) for x in hx)
        if hx is None:
            zeros = _zeros(input, self.hidden_size)
            hx = (zeros, zeros)
        out = self._stepped(input, hx, _lstm)
        return out if batched else tuple(x.squeeze(0) for x in out)


class RNNBase(Module):
    """Layers of steps over a whole sequence (L, N, input), or (N, L, input) with batch_first."""

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1,
        bias: bool = True, batch_first: bool = False, dropout: float = 0.0,
        bidirectional: bool = False, proj_size: int = 0, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional = float(dropout), bidirectional
        self.proj_size = proj_size
        self._check_settings(dropout)
        gates = STEPS[mode][0]
        for layer in range(num_layers):
            for end in self._ends():
                size = input_size if layer == 0 else hidden_size * len(self._ends())
                for name, width in (("ih", size), ("hh", hidden_size)):
                    weight = blank(gates * hidden_size, width, dtype=dtype)
                    self.register_parameter(f"weight_{name}_l{layer}{end}", weight)
                for name in ("ih", "hh") if bias else ():
                    shift = blank(gates * hidden_size, dtype=dtype)
                    self.register_parameter(f"bias_{name}_l{layer}{end}", shift)
        _reset(self, hidden_size)

    def _check_settings(self, dropout: Any) -> None:
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an "
                "element being zeroed"
            )
        if self.hidden_size <= 0:
            raise ValueError("hidden_size must be greater than zero")
        if self.num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if self.proj_size:
            raise NotImplementedError(
                f"LSTM: proj_size={self.proj_size} is not supported yet: leave it 0 and put a "
                "Linear layer behind"
            )

    def _ends(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def flatten_parameters(self) -> None:
        """Nothing: the parameters lie as they lie."""

    def extra_repr(self) -> str:
        told = f"{self.input_size}, {self.hidden_size}"
        for name, default in (
            ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0.0),
            ("bidirectional", False),
        ):  # fmt: skip
            if getattr(self, name) != default:
                told += f", {name}={getattr(self, name)}"
        return told

    def _check_input(self, input: Tensor) -> None:
        if input.ndim not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.ndim}D instead"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {input.shape[-1]}"
            )

    def forward(self, input: Any, hx: Any = None) -> Any:
        self._check_input(input)
        batched, is_lstm = input.ndim == 3, self.mode == "LSTM"
        if not batched:
            input = input.unsqueeze(0 if self.batch_first else 1)
        given = None if hx is None else list(hx) if is_lstm else [hx]
        if given is not None and not batched:
            given = [x.unsqueeze(1) for x in given]
        out, states = self._run(input.transpose(0, 1) if self.batch_first else input, given)
        out = out.transpose(0, 1) if self.batch_first else out
        if not batched:
            out, states = out.squeeze(0 if self.batch_first else 1), [s.squeeze(1) for s in states]
        return out, tuple(states) if is_lstm else states[0]

    def _run(self, sequence: Any, given: Any) -> tuple[Any, list[Any]]:
        """The last layer's outputs (L, N, ·) and every layer's last states."""
        kinds = 2 if self.mode == "LSTM" else 1
        if given is None:
            count = self.num_layers * len(self._ends())
            zeros = factories.zeros(
                count, sequence.shape[1], self.hidden_size, dtype=sequence.dtype
            )
            given = [zeros] * kinds
        given = [x.unbind(0) for x in given]
        last: list[Any] = []
        for layer in range(self.num_layers):
            outs = []
            for end in self._ends():
                state = tuple(x[len(last)] for x in given)
                out, state = self._layer(sequence, state, f"l{layer}{end}")
                outs.append(out)
                last.append(state)
            sequence = cat(outs, -1) if len(outs) > 1 else outs[0]
            if self.dropout and self.training and layer < self.num_layers - 1:
                sequence = dropout(sequence, self.dropout)
        return sequence, [stack([state[k] for state in last]) for k in range(kinds)]

    def _layer(self, sequence: Any, state: Any, name: str) -> tuple[Any, Any]:
        w_ih, w_hh = getattr(self, f"weight_ih_{name}"), getattr(self, f"weight_hh_{name}")
        b_ih, b_hh = (
            getattr(self, f"bias_{k}_{name}") if self.bias else None for k in ("ih", "hh")
        )
        step, single = STEPS[self.mode][1], self.mode != "LSTM"
        parts = list(linear(sequence, w_ih, b_ih).unbind(0))
        backwards = name.endswith("_reverse")
        outs = []
        for gates in reversed(parts) if backwards else parts:
            found = step(gates, state[0] if single else state, w_hh, b_hh)
            state = (found,) if single else found
            outs.append(state[0])
        return stack(outs[::-1] if backwards else outs), state


class RNN(RNNBase):
    """Layers of h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it."""

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh",
        *args: Any, **kwargs: Any,
    ) -> None:  # fmt: skip
        self_mode = {"tanh": "RNN_TANH", "relu": "RNN_RELU"}.get(nonlinearity)
        if self_mode is None:
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        super().__init__(self_mode, input_size, hidden_size, num_layers, *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Layers of LSTM steps; returns the outputs and (h, c)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Layers of GRU steps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("GRU", *args, **kwargs)
