"""Which values an operation may be tried on, so that the last digit decides about nothing else."""

LARGEST = 1e2


class Values:
    """What a random program needs to know of values; it has `torch` and `value(text)`."""

    def tame(self, t):
        """Finite and not too large (some are let through, so that nan and inf are met)."""
        if t.numel() == 0 or not t.is_floating_point():
            return True
        return t.abs().max().item() < LARGEST

    def fits(self, a, b):
        """Whether two can be broadcast together."""
        x, y = self.value(a), self.value(b)
        if x is None or y is None:
            return False
        pairs = zip(tuple(x.shape)[::-1], tuple(y.shape)[::-1], strict=False)
        return all(n == m or 1 in (n, m) for n, m in pairs)

    def safe(self, needs, a, b):
        """Whether the values allow an operation (see `random_steps`)."""
        x, y = self.value(a), self.value(b or a)
        if x is None or y is None:
            return False
        self.given = x, y
        x, y = x.data.double(), y.data.double()
        try:
            return not needs or getattr(self, "is_" + needs)(x, y)
        except RuntimeError:  # they cannot be broadcast together
            return False

    def is_grid(self, x, _=None):
        """Multiples of 1/1024: such values are exact in both, whatever the last digit."""
        return bool((x * 1024 == (x * 1024).round()).all())

    def is_grids(self, x, y):
        return self.is_grid(x) and self.is_grid(y) and bool((y != 0).all())

    def is_small(self, x, _):
        return bool((x.abs() < 4).all())

    def is_clear(self, x, _=None):
        """No two values, nor one and a kink, so near that the last digit could decide."""
        if self.is_grid(x):
            return True
        if x.numel() and x.abs().max() > 32:
            return False
        kinks = self.torch.tensor([-6, -3, -1, -0.5, 0, 0.5, 1, 2, 3, 6.0]).double()
        ordered = self.torch.cat(
            [x.flatten(), kinks, x.flatten().round() + 0.5, x.flatten().round()]
        )
        gaps = ordered.sort()[0].diff()
        return bool((gaps[gaps != 0] > 1e-3).all() and x.numel() == x.unique().numel())

    def is_tidy(self, x, y):
        return x.numel() > 0 and self.is_clear(x)

    def is_away(self, x, _=None):
        signed = (x == 0) & x.signbit()  # whose sign a division shows
        return bool((self.is_grid(x) or (x.abs() > 0.05).all()) and not signed.any())

    def is_away2(self, x, y):
        floats = all(t.is_floating_point() for t in self.given)
        return floats and self.is_away(y) and self.is_away(x)

    def is_apart(self, x, y):
        """As `is_clear`, of two."""
        if self.is_grid(x) and self.is_grid(y):
            return True
        try:
            gap = (x - y).abs()
        except RuntimeError:
            return True
        return bool((gap > 1e-3).all() and ((gap - 1).abs() > 1e-3).all())

    def is_power(self, x, y):
        """Floats of which a power is not far more uncertain than they are."""
        if not all(t.is_floating_point() for t in self.given):
            return False
        exact = self.is_grid(x) and self.is_grid(y)
        return exact and self.is_small(x, y) and self.is_small(y, y)

    def is_spread(self, x, _):
        return self.is_grid(x) or (x.numel() < 2) or bool(x.flatten().std() > 0.05)

    def is_same(self, x, y):
        """Matrices of one floating dtype."""
        return (
            self.given[0].ndim > 0
            and self.is_some(x, y)
            and all(t.is_floating_point() and t.dtype is self.given[0].dtype for t in self.given)
        )

    def is_apart_floats(self, x, y):
        return self.is_same(x, y) and self.is_apart(x, y)

    def is_pair(self, x, y):
        return self.is_same(x, y) and x.shape == y.shape

    def is_alike(self, x, y):
        return x.shape == y.shape

    def is_some(self, x, y):
        """There are entries, each in a place of its own."""
        return x.numel() > 0 and y.numel() > 0 and 0 not in self.given[0].stride()

    def is_bools(self, x, y):
        return x.shape == y.shape and bool(
            ((x == 0) | (x == 1)).all() and ((y == 0) | (y == 1)).all()
        )
