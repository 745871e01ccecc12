"""What would not fit in memory is refused from its shape, quickly, and nothing is allocated."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import memory

BOMBS = {
    "zeros": "torch.zeros(N, N)", "full": "torch.full((N, N), 1.0)", "eye": "torch.eye(N)",
    "arange": "torch.arange(N * N)", "linspace": "torch.linspace(0, 1, N * N)",
    "rand": "torch.rand(N, N)", "randn": "torch.randn(N, N)", "ones_like": "torch.ones_like(wide)",
    "new_zeros": "col.new_zeros(N, N)", "add": "col + row", "int": "col.long() * row.long()",
    "lt": "col < row", "where": "torch.where(col > 0, col, row)", "pow": "col ** row",
    "maximum": "torch.maximum(col, row)", "lerp": "torch.lerp(col, row, 0.5)",
    "clamp": "torch.clamp(col, min=row)", "atan2": "torch.atan2(col, row)",
    "matmul": "col @ row", "mm": "torch.mm(col, row)", "bmm": "torch.bmm(col[None], row[None])",
    "addmm": "torch.addmm(col, col, row)", "outer": "torch.outer(col[:, 0], row[0])",
    "linear": "F.linear(col, col)", "einsum": "torch.einsum('i,j->ij', col[:, 0], row[0])",
    "kron": "torch.kron(col[:, 0], row[0])", "repeat": "col.repeat(1, N)",
    "tile": "col.tile((1, N))", "interleave": "col.repeat_interleave(N)", "exp": "wide.exp()",
    "neg": "-wide", "relu": "wide.relu()", "isnan": "wide.isnan().long()", "clone": "wide.clone()",
    "contiguous": "wide.contiguous()", "cumsum": "wide.cumsum(0)", "softmax": "wide.softmax(0)",
    "flip": "wide.flip(0)", "double": "wide.double()", "cat": "torch.cat([wide, wide])",
    "stack": "torch.stack([wide, wide])", "pad": "F.pad(col, (N, 0))",
    "one_hot": "F.one_hot(torch.tensor([N * N]))", "diag_embed": "torch.diag_embed(col[:, 0])",
    "conv": "F.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 1, 1), padding=N)",
    "embedding": "F.embedding(torch.zeros(N, dtype=torch.int64), row)",
    "mse": "F.mse_loss(col, row)", "mse_": "torch.ones(1, N).add_(col)", "tril": "wide.tril()",
    "beyond": "torch.zeros(2**62)", "beyond2": "torch.ones(2**20, 1, 1) * torch.ones(2**22, 1)"
    " * torch.ones(2**24)",
}  # fmt: skip

MOST_KIB = 32 << 10
"""By how much the program may have grown after all: each bomb wants hundreds of times that."""

PROGRAM = """
import resource, warnings
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
warnings.simplefilter("ignore")
import engine as torch
F, N = torch.nn.functional, 100_000
col, row = torch.ones(N, 1), torch.ones(1, N)
wide = torch.ones(1).expand(N, N)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name, bomb in {bombs}.items():
    try:
        eval(bomb)
        said = "was made"
    except RuntimeError as error:
        said = str(error).split(". ")[-2 if "Error code" in str(error) else -1]
    print(name, said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, sep="|")
print("alive")
"""


def test_no_shape_bomb_kills_a_program_with_two_gibibytes():
    """Each is refused before a part of it is made, and the program goes on."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(bombs=BOMBS)],
        cwd=Path(engine.__file__).parents[1], capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.endswith("alive\n"), done.stderr[-2000:]
    for line in done.stdout.splitlines()[:-1]:
        name, said, grown = line.split("|")
        assert "you tried to allocate" in said or "overflowed with sizes" in said, line
        if sys.platform == "linux":  # which tells it in KiB
            assert int(grown) < MOST_KIB, name


def test_the_limit_is_looked_at_before_anything_is_allocated(monkeypatch):
    """NumPy would give 400 MB gladly; with less than that free it must not be asked."""
    monkeypatch.setattr(memory, "available", lambda: 2**28)
    x = engine.ones(10_000, 1)
    with pytest.raises(RuntimeError, match="you tried to allocate 400000000 bytes"):
        x * engine.ones(1, 10_000)
    monkeypatch.setattr(memory, "available", lambda: 2**30)
    assert engine.zeros(10_000, 10_000).shape == (10_000, 10_000)


def test_a_backward_pass_says_it_too(monkeypatch):
    """A gradient may need more than the forward pass did."""
    x = engine.ones(2, requires_grad=True)
    y = (x * 2).sum()

    def greedy(grad):
        raise MemoryError("no more")

    x.register_hook(greedy)
    with pytest.raises(RuntimeError, match="can't allocate memory"):
        y.backward()


def test_the_smallest_limit_counts(monkeypatch):
    """Physical memory, a container's limit, the address space."""
    for name, free in (
        ("_physical", 5 << 30),
        ("_container", 3 << 30),
        ("_address_space", 4 << 30),
    ):
        monkeypatch.setattr(memory, name, lambda free=free: free)
    assert 2 << 30 < memory.available() < 3 << 30
