"""Every layer as PyTorch has it: what it prints, its first values, results, graph, gradients."""

import pytest

from tests.engine.nn.both import both

ULPS = 16
"""Of the largest entry: PyTorch adds up in other orders, and its exp and log are its own."""

LAYERS = {
    "Identity()": [(2, 3)],
    "Linear(3, 4)": [(2, 3)],
    "Linear(3, 4, bias=False)": [(3,)],
    "Linear(3, 1, dtype=torch.float64)": [(5, 2, 3)],
    "Bilinear(2, 3, 4)": [(5, 2), (5, 3)],
    "Bilinear(2, 3, 1, bias=False)": [(2, 2, 2), (2, 2, 3)],
    "Flatten()": [(2, 3, 4)],
    "Flatten(0, 1)": [(2, 3, 4)],
    "Unflatten(1, (2, 3))": [(2, 6)],
    "ReLU()": [(3, 4)],
    "ReLU(inplace=True)": [(3, 4)],
    "LeakyReLU(0.2)": [(3, 4)],
    "LeakyReLU(0.2, inplace=True)": [(3, 4)],
    "PReLU()": [(3, 4)],
    "PReLU(4)": [(3, 4)],
    "ELU(1.5)": [(3, 4)],
    "ELU(inplace=True)": [(3, 4)],
    "SELU()": [(3, 4)],
    "SELU(True)": [(3, 4)],
    "CELU(1.5)": [(3, 4)],
    "CELU(1.5, True)": [(3, 4)],
    "GELU()": [(3, 4)],
    "GELU('tanh')": [(3, 4)],
    "SiLU()": [(3, 4)],
    "SiLU(True)": [(3, 4)],
    "Mish()": [(3, 4)],
    "Mish(True)": [(3, 4)],
    "Softplus()": [(3, 4)],
    "Softplus(2, 0.5)": [(3, 4)],
    "Softsign()": [(3, 4)],
    "Sigmoid()": [(3, 4)],
    "Tanh()": [(3, 4)],
    "Hardtanh()": [(3, 4)],
    "Hardtanh(-0.5, 0.3, True)": [(3, 4)],
    "ReLU6()": [(3, 4)],
    "ReLU6(True)": [(3, 4)],
    "Hardswish()": [(3, 4)],
    "Hardswish(True)": [(3, 4)],
    "Hardsigmoid()": [(3, 4)],
    "Hardsigmoid(True)": [(3, 4)],
    "Softmax(1)": [(3, 4)],
    "LogSoftmax(dim=0)": [(3, 4)],
    "Softmin(1)": [(3, 4)],
    "Softmax2d()": [(1, 2, 3, 4)],
    "LogSigmoid()": [(3, 4)],
    "Tanhshrink()": [(3, 4)],
    "Threshold(0.1, 20)": [(3, 4)],
    "Threshold(0.1, 20, True)": [(3, 4)],
    "Hardshrink()": [(3, 4)],
    "Softshrink(0.3)": [(3, 4)],
    "GLU()": [(3, 4)],
    "Dropout()": [(3, 4)],
    "Dropout(0.3)": [(3, 4)],
    "Dropout(0.3, inplace=True)": [(3, 4)],
    "Dropout(1.0)": [(3, 4)],
    "Dropout(0.0)": [(3, 4)],
    "Dropout1d()": [(3, 4)],
    "Dropout2d(0.3)": [(2, 3, 2, 2)],
    "Dropout3d()": [(2, 3, 2, 2, 1)],
    "AlphaDropout(0.4)": [(3, 4)],
    "FeatureAlphaDropout()": [(3, 4, 2)],
    "LayerNorm(4)": [(3, 4)],
    "LayerNorm((3, 4))": [(2, 3, 4)],
    "LayerNorm(4, bias=False)": [(3, 4)],
    "LayerNorm(4, elementwise_affine=False)": [(3, 4)],
    "RMSNorm(4)": [(3, 4)],
    "RMSNorm((3, 4), eps=1e-3, elementwise_affine=False)": [(2, 3, 4)],
    "GroupNorm(2, 4)": [(3, 4, 2)],
    "GroupNorm(1, 4, affine=False)": [(3, 4)],
    "BatchNorm1d(4)": [(3, 4)],
    "BatchNorm1d(4, momentum=None)": [(3, 4, 2)],
    "BatchNorm1d(4, affine=False, track_running_stats=False)": [(3, 4)],
    "BatchNorm1d(4).eval()": [(3, 4)],
    "BatchNorm2d(3)": [(2, 3, 4, 4)],
    "BatchNorm3d(3)": [(2, 3, 2, 2, 2)],
    "InstanceNorm1d(3)": [(2, 3, 4)],
    "InstanceNorm1d(3)  # unbatched": [(3, 4)],
    "InstanceNorm2d(3, affine=True)": [(2, 3, 4, 2)],
    "Conv1d(2, 3, 2)": [(2, 2, 5)],
    "Conv1d(2, 3, 3, padding='same')": [(2, 2, 5)],
    "Conv2d(2, 4, 3)": [(1, 2, 5, 5)],
    "Conv2d(2, 4, 3)  # unbatched": [(2, 5, 5)],
    "Conv2d(2, 4, (3, 2), stride=2, padding=1, groups=2, bias=False)": [(2, 2, 5, 5)],
    "Conv2d(2, 4, 3, padding=1, padding_mode='reflect')": [(1, 2, 5, 5)],
    "Conv2d(1, 1, 2, dilation=2)": [(1, 1, 5, 5)],
    "ConvTranspose1d(2, 3, 2)": [(2, 2, 5)],
    "ConvTranspose2d(2, 4, 3, stride=2, padding=1, output_padding=1)": [(1, 2, 3, 3)],
    "MaxPool1d(2)": [(2, 3, 8)],
    "MaxPool2d(2)": [(2, 3, 4, 4)],
    "MaxPool2d(3, 1, padding=1)": [(2, 3, 4, 4)],
    "AvgPool1d(2)": [(2, 3, 8)],
    "AvgPool2d(2)": [(2, 3, 4, 4)],
    "AvgPool2d((2, 1), stride=1)": [(2, 3, 4, 4)],
    "AdaptiveAvgPool1d(3)": [(2, 3, 8)],
    "AdaptiveAvgPool2d(1)": [(2, 3, 4, 4)],
    "AdaptiveAvgPool2d((2, None))": [(2, 3, 5, 4)],
    "PixelShuffle(2)": [(1, 8, 2, 3)],
    "PixelUnshuffle(2)": [(1, 2, 4, 6)],
    "Unfold(2)": [(1, 2, 3, 4)],
    "Fold((3, 3), 2)": [(1, 8, 4)],
    "Upsample(scale_factor=2)": [(1, 2, 3, 4)],
    "UpsamplingBilinear2d(scale_factor=2)": [(1, 2, 3, 4)],
    "ZeroPad2d(1)": [(1, 2, 3, 4)],
    "ConstantPad1d((1, 2), 3.5)": [(2, 3)],
    "ReflectionPad2d((1, 0, 2, 1))": [(1, 2, 3, 4)],
    "ReplicationPad1d(1)": [(2, 3)],
    "CircularPad1d(1)": [(1, 2, 3)],
    "AdaptiveMaxPool1d(3)": [(2, 3, 8)],
    "AdaptiveMaxPool2d(2)": [(2, 3, 5, 4)],
    "AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False)": [(1, 2, 6, 5)],
    "RNNCell(3, 4)": [(2, 3)],
    "RNNCell(3, 4, nonlinearity='relu', bias=False)": [(2, 3), (2, 4)],
    "GRUCell(3, 4)": [(2, 3), (2, 4)],
    "GRUCell(3, 4)  # unbatched": [(3,)],
    "RNN(3, 4)": [(2, 5, 3)],
    "RNN(3, 4, num_layers=2, nonlinearity='relu')": [(2, 5, 3)],
    "RNN(3, 4)  # unbatched": [(5, 3)],
    "GRU(3, 4, num_layers=2)": [(2, 5, 3)],
    "GRU(3, 4, bias=False)": [(2, 5, 3), (1, 5, 4)],
    "CosineSimilarity()": [(3, 4), (3, 4)],
    "PairwiseDistance()": [(3, 4), (3, 4)],
    "Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))": [(2, 3)],
}


def layer(torch, text):
    """The layer a line makes, as a person would write it after `nn.`."""
    return eval(f"nn.{text}", {"nn": torch.nn, "torch": torch})


@pytest.mark.parametrize("text", LAYERS)
def test_layer_is_as_in_pytorch(text):
    shapes = LAYERS[text]

    def program(torch):
        made = layer(torch, text)
        dtype = torch.float64 if "float64" in text else None
        leaves = [torch.randn(*shape, dtype=dtype, requires_grad=True) for shape in shapes]
        inputs = [x * 1 for x in leaves] if getattr(made, "inplace", False) else leaves
        out = made(*inputs)
        out = out[0] if isinstance(out, tuple) else out
        (out * torch.arange(out.numel(), dtype=dtype).reshape(out.shape)).sum().backward()
        return {
            "repr": repr(made),
            "out": out,
            "state": made.state_dict(),
            "gradients": [x.grad for x in leaves],
            "learned": {name: p.grad for name, p in made.named_parameters()},
            "next draw": torch.rand(1),
        }

    both(program, ulps=ULPS)


ATTENTIONS = ["", "batch_first=True", "bias=False", "dropout=0.3", "add_bias_kv=True",
              "add_zero_attn=True"]  # fmt: skip


@pytest.mark.parametrize("same", ["q, q, q", "q, k, k", "q, k, v"])
@pytest.mark.parametrize("settings", ATTENTIONS)
def test_attention_is_as_in_pytorch(settings, same):
    def program(torch):
        made = layer(torch, f"MultiheadAttention(4, 2, {settings})")
        q, k, v = (torch.randn(3, 2, 4, requires_grad=True) for _ in range(3))
        given = {"q, q, q": (q, q, q), "q, k, k": (q, k, k), "q, k, v": (q, k, v)}[same]
        out, weights = made(*given)
        (out * torch.arange(24.0).reshape(out.shape)).sum().backward()
        learned = {name: p.grad for name, p in made.named_parameters()}
        return {"state": made.state_dict(), "out": out, "weights": weights, "learned": learned}

    both(program, ulps=ULPS)


@pytest.mark.parametrize(
    ("settings", "call"),
    [
        ("", "attn_mask=torch.triu(torch.full((3, 3), float('-inf')), 1)"),
        ("", "attn_mask=torch.ones(3, 3).tril() == 0"),
        ("", "key_padding_mask=torch.tensor([[False, True, False], [False, False, False]])"),
        ("", "average_attn_weights=False"),
        ("", "need_weights=False"),
        ("batch_first=True", "need_weights=False"),
        ("kdim=4, vdim=4", ""),
    ],
)
def test_attention_takes_masks(settings, call):
    def program(torch):
        made = layer(torch, f"MultiheadAttention(4, 2, {settings})")
        q = torch.randn(3, 2, 4, requires_grad=True)
        if "padding" in call:
            q = torch.randn(3, 2, 4, requires_grad=True)
        out, weights = made(q, q, q, **eval(f"dict({call})", {"torch": torch}))
        out.sum().backward()
        return out, weights, q.grad

    both(program, ulps=ULPS)


def test_attention_with_other_sizes_of_keys_and_values():
    def program(torch):
        made = torch.nn.MultiheadAttention(4, 2, kdim=3, vdim=5)
        out = made(torch.randn(3, 2, 4), torch.randn(6, 2, 3), torch.randn(6, 2, 5))
        return made.state_dict(), out, repr(made)

    both(program, ulps=ULPS)


@pytest.mark.parametrize("text", ["LSTM(3, 4)", "LSTM(3, 4, 2, batch_first=True)",
                                  "LSTM(3, 4, bidirectional=True)", "LSTMCell(3, 4)",
                                  "RNN(3, 4, batch_first=True, bidirectional=True)"])  # fmt: skip
def test_recurrent_layers_give_the_same_numbers(text):
    """Where the graph differs: PyTorch hands some layers to a library as a whole."""

    def program(torch):
        made = layer(torch, text)
        x = torch.randn(2, 3) if "Cell" in text else torch.randn(2, 5, 3)
        out, state = made(x)
        (out.sum() + sum(s.sum() for s in state)).backward()
        learned = {name: p.grad for name, p in made.named_parameters()}
        state = state if isinstance(state, tuple) else (state,)
        return made.state_dict(), out.detach(), [s.detach() for s in state], learned

    both(program, tolerance=1e-5)
