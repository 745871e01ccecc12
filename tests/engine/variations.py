"""Many more samples of an op out of the few it declares: other sizes, ranks, keywords, layouts.

A declared sample is read symbolically: its sizes are letters, so that a size that stands in two
places stays the same in both.  What comes out is a proposal, which the op may refuse.
"""

import zlib

import numpy as np

from tests.engine.samples import Case

SIZES, LIKELY = (0, 1, 2, 3, 4), (0.1, 0.15, 0.3, 0.3, 0.15)
"""What a dimension may be: small, so that finite differences through every entry stay cheap."""

FIXED = ("running_mean", "running_var")
"""Slots that hold statistics: positive, and never differentiated by."""


class Variation(Case):
    """One op with inputs made up after sample `number`; the same every time for a given `seed`."""

    def __init__(self, op, seed):
        super().__init__(op, seed % len(op.samples))
        self.seed = seed
        self.rng = np.random.default_rng([zlib.crc32(op.name.encode()), seed])
        self.given = self.values
        mode = MODES[seed // len(op.samples) % len(MODES)]
        self.shapes = mode(self.rng, {n: shape_of(v) for n, v in self.given.items() if sized(v)})
        self.fill_optional_slots()
        self.values = {n: self.made(n, v) for n, v in self.given.items()}
        self.fields = self.other_fields()
        if op.name in TIED and self.rng.random() < 0.7:
            self.values, self.fields = TIED[op.name](Draw(self.rng, (), None, None))
        self.layouts = {n: self.layout(v) for n, v in self.values.items() if is_array(v)}

    def __repr__(self):
        values = {n: v.tolist() if is_array(v) else v for n, v in self.values.items()}
        layouts = {n: layout for n, layout in self.layouts.items() if layout != "contiguous"}
        return f"{self.op.name} #{self.seed} {self.shapes} {self.fields} {layouts} {values}"

    def fill_optional_slots(self):
        """Bounds, biases and weights that the sample leaves out, now and then."""
        first = next(iter(self.shapes.values()), ())
        for slot in self.op.slots:
            if slot.optional and self.given.get(slot.name) is None and self.rng.random() < 0.3:
                parts = (first, first[1:2], first[-1:], first[1:])
                self.shapes[slot.name] = parts[self.rng.integers(len(parts))]
                self.given = {**self.given, slot.name: self.shapes[slot.name]}

    def made(self, name, value):
        """Numbers for one slot: from the op's domain, or near the data it declares."""
        if not sized(value):
            return value * self.rng.uniform(0.8, 1.25) if isinstance(value, float) else value
        shape = self.shapes[name]
        if isinstance(value, tuple):
            found = self.rng.uniform(*self.op.domain, shape)
            return np.asarray(abs(found) if name in FIXED else found)
        declared = np.array(value)
        if declared.dtype.kind == "i" and declared.min() >= 0:
            return self.rng.integers(0, max(1, self.limit(declared.max())), shape)
        found = np.asarray(self.rng.choice(declared.ravel(), shape))
        if found.dtype.kind != "f":
            return found
        return np.asarray(found * self.rng.uniform(0.8, 1.25, shape))

    def limit(self, largest):
        """One more than the largest index: the size the declared indices stay below."""
        of_tensors = [n for n, v in self.given.items() if isinstance(v, tuple)]
        old = [s for n in of_tensors for s in self.given[n]]
        new = [s for n in of_tensors for s in self.shapes[n]]
        fitting = sorted((o, n) for o, n in zip(old, new, strict=False) if o > largest)
        return fitting[0][1] if fitting else int(np.prod(new)) if len(new) < 3 else 2

    def other_fields(self):
        """The declared fields; mostly, each of them is drawn anew every other time."""
        fields = dict(self.fields)
        if self.rng.random() < 0.25:
            return fields
        shape = next(iter(self.shapes.values()), ())
        for field in self.op.fields:
            draw = FIELDS.get(field.name)
            if draw and (field.required or self.rng.random() < 0.5):
                fields[field.name] = draw(Draw(self.rng, shape, field, fields.get(field.name)))
        return fields

    def layout(self, array):
        """How the entries lie in memory; half of all inputs are no contiguous ones."""
        if not array.ndim or array.dtype.kind != "f" or self.rng.random() < 0.5:
            return "contiguous"
        return ("transposed", "sliced")[self.rng.integers(2)]

    # ---- what Case does, with the entries laid out so -------------------------------------------

    def arrays(self, dtype):
        """Slot → the base the input is a view of; the same numbers every time."""
        rng = np.random.default_rng(self.seed)
        return {
            n: based(v, self.layouts[n], rng, dtype) if is_array(v) else v
            for n, v in self.values.items()
        }

    def viewed(self, tensors):
        """The inputs as the op sees them, out of their bases."""
        return {n: VIEWS[self.layouts.get(n, "contiguous")](t) for n, t in tensors.items()}

    def run(self, tensors):
        return super().run(self.viewed(tensors))

    def run_torch(self, torch, tensors):
        return super().run_torch(torch, self.viewed(tensors))

    # ---- what the table counts ------------------------------------------------------------------

    def kinds(self):
        """Which of the corner cases this is: "empty", "scalar", "broadcast", "view"."""
        shapes = [v.shape for v in self.values.values() if is_array(v)]
        found = set()
        if any(0 in shape for shape in shapes):
            found.add("empty")
        if () in shapes:
            found.add("scalar")
        if len(set(shapes)) > 1:
            found.add("broadcast")
        if set(self.layouts.values()) - {"contiguous"}:
            found.add("view")
        return found


def sized(value):
    """Whether a slot's sample has a shape: a shape to fill, or nested lists of data."""
    return isinstance(value, (tuple, list))


def shape_of(value):
    """The declared shape."""
    return value if isinstance(value, tuple) else np.shape(value)


def is_array(value):
    """Whether it becomes a tensor rather than staying a number."""
    return isinstance(value, np.ndarray)


def based(array, layout, rng, dtype):
    """An array of which `VIEWS[layout]` is the given one; what the view skips is arbitrary."""
    array = array.astype(dtype) if array.dtype.kind == "f" else array
    if layout == "transposed":
        return np.ascontiguousarray(np.swapaxes(array, 0, -1))
    if layout == "sliced":
        return np.stack([array, rng.uniform(1, 2, array.shape)], -1).reshape(
            (*array.shape[:-1], 2 * array.shape[-1])
        )
    return array


VIEWS = {
    "contiguous": lambda x: x,
    "transposed": lambda x: x.transpose(0, -1),
    "sliced": lambda x: x[..., ::2],
}


# ---- shapes --------------------------------------------------------------------------------------


def renamed(rng, shapes):
    """Every size a letter; 1 mostly stays, as it often means "broadcast"."""
    letters = {s for shape in shapes.values() for s in shape}
    meaning = {s: int(rng.choice(SIZES, p=LIKELY)) for s in sorted(letters)}
    if rng.random() < 0.7:
        meaning[1] = 1
    return {n: tuple(meaning[s] for s in shape) for n, shape in shapes.items()}


def batched(rng, shapes):
    """The same with one or two dimensions in front of some or all of the inputs."""
    front = tuple(int(s) for s in rng.choice(SIZES, rng.integers(1, 3), p=LIKELY))
    every = rng.random() < 0.5
    first = next(iter(shapes), None)
    return {
        n: (*front, *shape) if every or n == first or rng.random() < 0.3 else shape
        for n, shape in renamed(rng, shapes).items()
    }


def alike(rng, shapes):
    """One shape of any rank for everything."""
    shape = any_shape(rng)
    return dict.fromkeys(shapes, shape)


def broadcast(rng, shapes):
    """Shapes of any rank that broadcast to one another."""
    whole = any_shape(rng)
    return {n: part_of(rng, whole) for n in shapes}


def any_shape(rng):
    """Zero to three dimensions."""
    return tuple(int(s) for s in rng.choice(SIZES, rng.choice(4, p=(0.15, 0.35, 0.35, 0.15))))


def part_of(rng, whole):
    """`whole` less some leading dimensions, with some others 1."""
    kept = whole[rng.integers(0, len(whole) + 1) :] if rng.random() < 0.5 else whole
    return tuple(1 if rng.random() < 0.25 else s for s in kept)


def declared(rng, shapes):
    """As they are: for ops whose sizes are tied to their keywords, the numbers alone differ."""
    return shapes


MODES = (renamed, alike, declared, broadcast, batched)


# ---- fields --------------------------------------------------------------------------------------


class Draw:
    """What a field may be drawn from: the first input's shape, the declared field, its value."""

    def __init__(self, rng, shape, field, value):
        self.rng, self.shape, self.field = rng, shape, field
        self.value = field.default if field and value is None else value

    def one_of(self, *choices):
        """One of these."""
        return choices[self.rng.integers(len(choices))]

    def integer(self, low, high):
        """low ≤ n ≤ high"""
        return int(self.rng.integers(low, high + 1))

    def dim(self):
        """Any dimension of the first input, counted from either end; one too far now and then."""
        ndim = max(1, len(self.shape))
        beyond = self.field.name == "dim" and self.rng.random() < 0.1
        return self.integer(-ndim, ndim - 1 + beyond)

    def dims(self):
        """One, several or (None, where that is allowed) all of them."""
        if "None" in self.field.kind and self.rng.random() < 0.3:
            return None
        if "tuple" in self.field.kind and self.rng.random() < 0.4:
            return self.some_dims()
        return self.dim()

    def some_dims(self):
        """Several, none twice."""
        picked = self.rng.permutation(len(self.shape))[: self.integer(0, len(self.shape))]
        return tuple(int(d) for d in picked)

    def order(self):
        """All of them in any order."""
        return tuple(int(d) for d in self.rng.permutation(len(self.shape)))

    def size(self):
        """The size of some dimension."""
        return self.one_of(*self.shape) if self.shape else 1

    def near(self):
        """A number like the declared one."""
        return None if self.value is None else float(self.value * self.rng.uniform(0.5, 1.5))

    def other_shape(self):
        """A shape with as many entries, perhaps with a -1 in it."""
        kept = list(self.shape)
        self.rng.shuffle(kept)
        if len(kept) > 1 and self.rng.random() < 0.5:
            kept = [kept[0] * kept[1], *kept[2:]]
        if self.rng.random() < 0.3:
            kept.insert(self.integer(0, len(kept)), 1)
        if kept and 0 not in kept and self.rng.random() < 0.4:
            kept[self.integer(0, len(kept) - 1)] = -1
        return tuple(int(s) for s in kept)

    def larger_shape(self):
        """What it may be expanded to."""
        grown = (self.integer(0, 3) if s == 1 else self.one_of(s, -1) for s in self.shape)
        front = (self.integer(0, 3) for _ in range(self.integer(0, 1)))
        return tuple([*front, *grown])

    def padding(self):
        """Pairs of margins, from the last dimension on; negative ones crop."""
        pairs = self.integer(0, max(1, min(2, len(self.shape))))
        return tuple(self.integer(-1, 2) for _ in range(2 * pairs))

    def parts(self):
        """Sizes of the parts of a dimension: one, or a list of them."""
        size = self.size()
        if self.rng.random() < 0.4:
            cut = self.integer(0, size)
            return [cut, size - cut]
        return self.integer(1, max(1, size))

    def window(self):
        """Sizes in space: a number, or a pair of them where that is allowed."""
        low, high = {"padding": (0, 1), "kernel_size": (1, 3)}.get(self.field.name, (1, 2))
        if "tuple" in self.field.kind and self.rng.random() < 0.3:
            return self.integer(low, high), self.integer(low, high)
        return self.integer(low, high)


def folded(draw):
    """Columns for an image of some size: their number follows from all the keywords."""
    image, kernel = [draw.integer(1, 4) for _ in "hw"], [draw.integer(1, 3) for _ in "hw"]
    dilation, padding, stride = draw.integer(1, 2), draw.integer(0, 1), draw.integer(1, 2)
    counts = [
        (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1
        for n, k in zip(image, kernel, strict=True)
    ]
    front = draw.one_of((), (draw.integer(0, 2),))
    shape = (*front, draw.integer(1, 2) * kernel[0] * kernel[1], max(0, counts[0] * counts[1]))
    fields = {"output_size": tuple(image), "kernel_size": tuple(kernel), "dilation": dilation,
              "padding": padding, "stride": stride}  # fmt: skip
    return {"self": draw.rng.uniform(-2, 2, shape)}, fields


TIED = {"fold": folded}
"""Ops whose shapes follow from their keywords, so that chance would hardly make them meet."""

ORDERS = (1.0, 2.0, 3.0, 2.5, float("inf"), float("-inf"), 0.0)
"""Of norms."""


def _boolean(draw):
    return draw.one_of(True, False)


FIELDS = {
    "dim": Draw.dims, "dim0": Draw.dim, "dim1": Draw.dim, "start_dim": Draw.dim,
    "end_dim": Draw.dim, "shape": Draw.other_shape, "size": Draw.larger_shape,
    "dims": lambda d: d.order() if d.field.required and d.rng.random() < 0.6 else d.some_dims(),
    "keepdim": _boolean, "log_target": _boolean, "descending": _boolean, "stable": _boolean,
    "largest": _boolean, "training": _boolean,
    "unbiased": lambda d: None, "correction": lambda d: d.one_of(0, 1, 2, 0.5),
    "p": lambda d: d.one_of(1, 2) if d.field.kind == "int" else d.one_of(*ORDERS),
    "reduction": lambda d: d.one_of("none", "mean", "sum"),
    "approximate": lambda d: d.one_of("none", "tanh"),
    "mode": lambda d: d.one_of("constant", "reflect", "replicate", "circular"),
    "label_smoothing": lambda d: d.one_of(0.0, 0.1, 0.5),
    "ignore_index": lambda d: d.one_of(-100, 0, 1),
    "diagonal": lambda d: d.integer(-2, 2), "index": lambda d: d.integer(-3, 2),
    "start": lambda d: d.integer(-1, 2), "length": lambda d: d.integer(0, 3),
    "k": lambda d: d.integer(0, max(1, d.size())), "chunks": lambda d: d.integer(1, 4),
    "shifts": lambda d: tuple(d.integer(-2, 3) for _ in range(d.integer(1, 2))),
    "repeats": lambda d: tuple(d.integer(0, 2) for _ in range(len(d.shape) + d.integer(0, 1))),
    "pad": Draw.padding, "split_size": Draw.parts, "num_groups": Draw.size,
    "groups": lambda d: d.one_of(1, 1, 2), "stride": Draw.window, "padding": Draw.window,
    "dilation": Draw.window, "kernel_size": Draw.window,
    "normalized_shape": lambda d: d.shape[d.integer(0, max(0, len(d.shape) - 1)) :],
    "eps": lambda d: d.one_of(1e-5, 1e-2), "momentum": Draw.near,
    "alpha": Draw.near, "beta": Draw.near, "delta": Draw.near, "lambd": Draw.near,
    "negative_slope": Draw.near, "threshold": Draw.near, "value": Draw.near,
    "min_val": Draw.near, "max_val": Draw.near,
}  # fmt: skip
"""How each field is drawn.  Left alone are dtype (finite differences want float64) and padding_idx
(whose row gets no gradient although it counts)."""
