"""Draws calls of PyTorch's functions that are likely to be wrong, as (path, args, kwargs).

Arguments are drawn for the kinds a signature asks for, from pools in which shapes seldom agree and
numbers are often out of range; now and then one is of another kind, missing or too many.
A value is written as a tuple: ("tensor", shape, dtype), or (kind, value).
"""

import inspect

from engine.calling.signature import signatures

SHAPES = ((), (0,), (1,), (3,), (2, 3), (2, 3), (3, 2), (3, 3), (2, 0), (2, 3, 4), (1, 2, 4, 4))
DTYPES = ("float32", "float32", "float32", "float64", "int64", "bool", "float16", "int32", "uint8")
INTS = (0, 1, 2, 3, -1, -2, -4, 7, 99)
FLOATS = (0.0, 0.5, 1.0, -1.0, 2.5, float("inf"), float("nan"))
STRINGS = ("mean", "sum", "none", "nothing", "floor", "trunc", "tanh", "valid", "same", "ij", "fro")
SIZES = ((), (1,), (2,), (2, 3), (-1,), (3, -1), (-1, -1), (0, 0), (1, 0), (6,), (2, 3, 4), (5, -3))
DEVICES = ("cpu", "cuda", "mps:0", "nowhere", "cpu:0", "cuda:1")
STRANGERS = (
    ("plain", None), ("plain", "a"), ("plain", 1), ("plain", 1.5), ("plain", [1]), ("plain", True),
    ("plain", (1, "a")), ("plain", {}), ("plain", [[1.0]]), ("plain", object), ("plain", 2j),
    ("tensor", (2, 3), "float32"), ("tensor", (), "int64"), ("array", (2, 3)),
)  # fmt: skip
PYTHONS = {
    "Tensor": "Tensor", "Optional[Tensor]": "Tensor", "float": "float", "int": "int",
    "bool": "bool", "str": "str", "list[int]": "tuple of ints", "Optional[int]": "int",
}  # fmt: skip
"""Annotations of functions that PyTorch writes in Python."""


class Calls:
    """Draws calls from a random.Random."""

    def __init__(self, draw):
        self.draw = draw

    def call(self, path, function):
        """(args, kwargs) for PyTorch's function, the first argument of a method included."""
        parameters = self._parameters(path, function)
        args, kwargs = [], {}
        if path.startswith("Tensor."):
            args.append(self.tensor())
        for name, kind, optional, keyword_only in parameters:
            if optional and self.draw.random() < 0.6:
                keyword_only = True
                continue
            value = self.value(kind) if self.draw.random() < 0.93 else self.stranger()
            if keyword_only or kwargs or self.draw.random() < 0.1:
                kwargs[name] = value
            else:
                args.append(value)
        return self._spoiled(args, kwargs)

    def _spoiled(self, args, kwargs):
        """Now and then one argument too many, or one too few."""
        chance = self.draw.random()
        if chance < 0.03:
            args = [*args, self.stranger()]
        elif chance < 0.05:
            args = args[:-1]
        elif chance < 0.07:
            kwargs = {**kwargs, "foo": self.stranger()}
        return args, kwargs

    def _parameters(self, path, function):
        found = signatures(path)
        if found is None:
            return list(_python_parameters(path, function))
        listed = [s for s in found[1] if not s.hidden]
        chosen = self.draw.choice(listed)
        return [
            (p.name, p.kind.title, p.optional, p.keyword_only)
            for p in chosen.parameters
            if p.name not in ("out", "generator", "pin_memory", "layout", "memory_format")
        ]

    def value(self, kind):
        """Something of the kind."""
        choose = self.draw.choice
        if kind == "Tensor":
            return self.tensor()
        if kind == "tuple of Tensors":
            return ("list", [self.tensor() for _ in range(self.draw.randrange(4))])
        pools = {
            "int": INTS, "float": FLOATS, "Number": INTS + FLOATS, "bool": (True, False),
            "str": STRINGS, "tuple of ints": SIZES, "torch.device": DEVICES,
        }  # fmt: skip
        if kind == "torch.dtype":
            return ("dtype", choose(DTYPES))
        return ("plain", choose(pools[kind])) if kind in pools else self.stranger()

    def tensor(self):
        """Any tensor."""
        return ("tensor", self.draw.choice(SHAPES), self.draw.choice(DTYPES))

    def stranger(self):
        """Anything."""
        return self.draw.choice(STRANGERS)


def _python_parameters(path, function):
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return
    for p in list(found)[1 if path.startswith("Tensor.") else 0 :]:
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or p.name.startswith("_"):
            continue
        kind = PYTHONS.get(str(getattr(p.annotation, "__name__", p.annotation)), "?")
        if kind == "?":
            kind = "Tensor" if p.default is p.empty else type(p.default).__name__
        yield p.name, kind, p.default is not p.empty, p.kind is p.KEYWORD_ONLY


def paths(engine, torch):
    """Every name the engine shares with PyTorch: functions, and methods as `Tensor.name`."""
    rooms = (
        ("", engine, torch), ("nn.functional.", engine.nn.functional, torch.nn.functional),
        ("linalg.", engine.linalg, torch.linalg), ("special.", engine.special, torch.special),
        ("Tensor.", engine.Tensor, torch.Tensor),
    )  # fmt: skip
    for prefix, ours, theirs in rooms:
        for name in sorted(vars(ours)):
            function = getattr(theirs, name, None)
            if name.startswith("_") or not callable(function) or isinstance(function, type):
                continue
            if not callable(getattr(ours, name)) or prefix + name in LEFT_OUT:
                continue
            yield prefix + name, getattr(ours, name), function


LEFT_OUT = {
    "set_printoptions", "set_default_dtype", "manual_seed", "seed", "Tensor.backward",
    "Tensor.register_hook", "Tensor.register_post_accumulate_grad_hook", "Tensor.share_memory_",
    "save", "load", "set_grad_enabled", "set_warn_always", "use_deterministic_algorithms",
    "set_num_threads", "set_default_device", "set_rng_state", "compile", "Tensor.resize_",
    "Tensor.data_ptr", "Tensor.numpy", "Tensor.tolist", "Tensor.type", "from_numpy",
}  # fmt: skip
"""What changes the state of the module, or is no function of tensors."""
