"""How results lie in memory: strides are PyTorch's, whatever the layout of the inputs."""

import pytest

import engine

ENTRYWISE = ("x + y", "y + x", "x.exp()", "x ** 0", "torch.where(x > 0.5, y, x)", "x.clone()",
             "x.double()", "torch.isnan(x)", "x > y", "x.flip(0)", "torch.rsub(x, y)",
             "torch.zeros_like(x)", "x.sort(-1)[1]", "x.lerp(y, 0.5)")  # fmt: skip
IN_ROWS = ("x.sum(0)", "x.mean(-1)", "x.any(0)", "torch.cat([x, x])", "torch.stack([x, y], -1)",
           "x.softmax(0)", "x.cumsum(-1)", "x.cummax(-1)[1]", "x.masked_fill(x > 0.5, 0.)",
           "2 ** x", "x.tril()", "x.topk(1)[1]", "torch.var_mean(x, 0)[0]", "x.matmul(x.mT)",
           "torch.nn.functional.pad(x, (1, 1))", "torch.nn.functional.logsigmoid(x)",
           "x.roll(1)", "x.contiguous()")  # fmt: skip
INDEXED = ("x[[1, 0]]", "x[:, [1, 0]]", "x[..., [0, 1]]", "x[[1, 0], [0, 1]]", "x[x > 0.5]")


def inputs(torch):
    """Pairs of tensors of one shape: transposed, permuted, with gaps, expanded, row-major."""

    def numbers(*shape):
        count = engine.Size(shape).numel()
        return torch.arange(count).reshape(shape).remainder(7) / 8 + 0.0625

    yield numbers(3, 4).t(), numbers(4, 3)
    yield numbers(2, 3, 4).permute(2, 0, 1), numbers(4, 2, 3)
    yield numbers(2, 3, 4).permute(1, 0, 2), numbers(4, 2, 3).permute(2, 1, 0)
    yield numbers(6, 4)[::2].t(), numbers(6, 8)[::2, ::2].t()
    yield numbers(3, 4).expand(2, 3, 4), numbers(4, 3).t().expand(2, 3, 4)
    yield numbers(3, 4).t().unsqueeze(1).expand(4, 2, 3), numbers(1, 2, 3).expand(4, 2, 3)
    yield numbers(4, 3), numbers(3, 4).t()


def layouts(torch, text):
    """The strides of the dimensions that have more than one entry, for every pair of inputs."""
    for x, y in inputs(torch):
        result = eval(text, {"torch": torch, "x": x, "y": y})
        places = zip(result.stride(), result.shape, strict=True)
        yield tuple(result.shape), [s for s, n in places if n > 1]


@pytest.mark.parametrize("text", [*ENTRYWISE, *IN_ROWS, *INDEXED])
def test_results_lie_in_memory_as_in_pytorch(text):
    """Over permuted, sliced, expanded and mixed inputs."""
    torch = pytest.importorskip("torch")
    assert list(layouts(engine, text)) == list(layouts(torch, text))


@pytest.mark.parametrize("text", IN_ROWS)
def test_some_results_are_row_major_whatever_their_inputs_are(text):
    """So that they can be viewed."""
    for x, y in inputs(engine):
        assert eval(text, {"torch": engine, "x": x, "y": y}).is_contiguous()


def test_the_first_input_decides_the_order_of_dimensions():
    """Of a transposed and a row-major tensor."""
    x, y = engine.ones(3, 4).t(), engine.ones(4, 3)
    assert (x + y).stride() == (1, 4)
    assert (y + x).stride() == (3, 1)


def test_a_new_dimension_of_size_1_steps_over_all_that_follows():
    """Which decides whether two views are the same to what is written in place."""
    torch = pytest.importorskip("torch")
    for shape, size in [((2, 1), (2, 2, 1)), ((2, 1), (1, 1, 2, 1)), ((4, 2), (1, 4, 2)),
                        ((), (1, 2)), ((1,), (1, 3)), ((3, 1), (2, 1, 3, 4))]:  # fmt: skip
        theirs, ours = (m.ones(shape).expand(size).stride() for m in (torch, engine))
        assert ours == theirs, (shape, size)
    x = engine.arange(6.0).reshape(2, 1, 3)
    x[None][:] = x
    with pytest.raises(RuntimeError, match="refer to a single memory location"):
        x[::2].add_(x[::2].unsqueeze(1)[0])


@pytest.mark.parametrize("name", ["asinh", "exp", "sigmoid", "sqrt"])
def test_what_was_expanded_lies_in_rows_also_when_its_dtype_changes(name):
    torch = pytest.importorskip("torch")
    for m in (torch, engine):
        x = m.arange(1, 9).reshape(4, 2).broadcast_to(3, 4, 2)
        assert getattr(m, name)(x).stride() == (8, 2, 1), m


def test_no_gradient_lies_backwards():
    """So that it can be viewed."""
    x = engine.ones(2, 2, 2, requires_grad=True)
    (grad,) = engine.autograd.grad(x.flip(0).tanh().sum(), x)
    assert grad.stride() == (4, 2, 1)
    assert engine.relu(grad[:, 1:]).view(-1).shape == (4,)


def test_slices_are_read_from_what_is_no_row_major_tensor():
    """The derivative of the derivative reads indices that are slices only."""
    x = engine.ones(3, 3, 1, requires_grad=True)
    source = engine.ones(1, 3, requires_grad=True)
    out = x.transpose(0, -1).select_scatter(source, 1, 1)
    (grad,) = engine.autograd.grad((out**2).sum(), source, create_graph=True)
    assert grad.tolist() == [[2.0, 2.0, 2.0]]
