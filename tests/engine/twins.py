"""Turns what PyTorch's OpInfo samples hold into the same things for the engine."""

import functools
import types

import numpy as np

import engine
from engine import dtypes
from engine.tensor import wrap

torch = None
"""PyTorch, once `names_of` was asked: this module must be importable without it."""


class OutOfScope(Exception):
    """A sample asks for something the engine leaves out on purpose; the text says what."""


class Missing(Exception):
    """The engine has no such name."""


def names_of(module):
    """id of a function of PyTorch → its dotted name below `torch`."""
    global torch
    torch = module
    rooms = {
        "Tensor.": module.Tensor, "fft.": module.fft, "special.": module.special,
        "linalg.": module.linalg, "nn.functional.": module.nn.functional, "": module,
    }  # fmt: skip
    return {
        id(getattr(room, name)): prefix + name
        for prefix, room in rooms.items()
        for name in dir(room)
        if callable(getattr(room, name, None))
    }


def found(path):
    """What the engine has under a dotted name of `torch`; raises Missing."""
    thing = engine
    for part in path.split("."):
        thing = getattr(thing, part, None)
        if thing is None:
            raise Missing(path)
    return thing


class Twins:
    """One sample's things for both sides; a tensor that occurs twice stays one tensor."""

    def __init__(self, names):
        self.names = names
        self.theirs, self.ours = {}, {}
        self.wanted = []

    def pair(self, x):
        """(a fresh copy for PyTorch, the same for the engine)."""
        if isinstance(x, torch.Tensor):
            return self._tensors(x)
        if isinstance(x, (list, tuple)):
            pairs = [self.pair(item) for item in x]
            return _like(x, [a for a, _ in pairs]), _like(x, [b for _, b in pairs])
        if isinstance(x, dict):
            pairs = {key: self.pair(value) for key, value in x.items()}
            return {k: a for k, (a, _) in pairs.items()}, {k: b for k, (_, b) in pairs.items()}
        if isinstance(x, slice):
            return x, slice(*(self.pair(part)[1] for part in (x.start, x.stop, x.step)))
        return x, self._other(x)

    def _tensors(self, x):
        if id(x) not in self.theirs:
            flat = memory(x)
            mine, other = wrap(as_laid_out(flat, x)), torch.empty(0, dtype=x.dtype)
            storage = torch.from_numpy(flat.copy()).untyped_storage()
            other.set_(storage, x.storage_offset(), x.shape, x.stride())
            if x.requires_grad:
                mine.requires_grad_()
                other.requires_grad_()
                self.wanted.append((other, mine))
            self.theirs[id(x)], self.ours[id(x)] = other, mine
        return self.theirs[id(x)], self.ours[id(x)]

    def _other(self, x):
        if isinstance(x, complex):
            raise OutOfScope("complex")
        if isinstance(x, torch.dtype):
            return dtype_of(x)
        if isinstance(x, (torch.memory_format, torch.layout)):
            return found(str(x).removeprefix("torch."))
        if isinstance(x, torch.device):
            return found("device")(x.type)
        if isinstance(x, (torch.Generator, torch.nn.Module)):
            raise OutOfScope(f"an object of PyTorch's: {type(x).__name__}")
        return self.function(x) if callable(x) else x

    def function(self, f):
        """The engine's function for one of PyTorch's, or of its tests, which call PyTorch's."""
        if id(f) in self.names:
            return found(self.names[id(f)])
        if isinstance(f, functools.partial):
            return functools.partial(
                self.function(f.func), *self.pair(f.args)[1], **self.pair(f.keywords)[1]
            )
        if isinstance(f, types.FunctionType) and "torch" in (f.__module__ or ""):
            return self._rebound(f)
        return f

    def _rebound(self, f):
        """The same Python with `torch` meaning the engine."""
        scope = {**f.__globals__, "torch": engine, "wrapper_set_seed": seeded}
        cells = tuple(types.CellType(self.pair(c.cell_contents)[1]) for c in f.__closure__ or ())
        made = types.FunctionType(f.__code__, scope, f.__name__, f.__defaults__, cells)
        made.__kwdefaults__ = f.__kwdefaults__
        return made


def seeded(op, *args, **kwargs):
    """The engine's part of PyTorch's helper: the same stream for the same call."""
    engine.manual_seed(42)
    return op(*args, **kwargs)


def dtype_of(x):
    """The engine's dtype of PyTorch's; raises OutOfScope for those it does not have."""
    name = str(x).removeprefix("torch.")
    if name not in dtypes.BY_NAME:
        raise OutOfScope("complex" if name.startswith("complex") else name)
    return dtypes.BY_NAME[name]


def memory(x):
    """A copy of all the memory below a tensor, flat; raises OutOfScope for what NumPy lacks."""
    dtype_of(x.dtype)
    if x.layout is not torch.strided:
        raise OutOfScope("sparse")
    length = x.untyped_storage().nbytes() // x.element_size()
    return x.detach().as_strided((length,), (1,), 0).numpy()


def as_laid_out(flat, x):
    """A new array that lies in a copy of `flat` as the tensor lies in it."""
    steps = [s * flat.itemsize for s in x.stride()]
    start = flat.copy()[x.storage_offset() :]
    return np.lib.stride_tricks.as_strided(start, tuple(x.shape), steps)


def _like(x, items):
    if isinstance(x, torch.Size) or type(x) not in (list, tuple):
        return tuple(items)
    return type(x)(items)
