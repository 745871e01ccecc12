# ruff: noqa: E501
"""One long program that uses much of the language, as courses do."""

PYTHON_FEATURES = """
import torch
import functools
import itertools
from collections import defaultdict, namedtuple, Counter, deque, OrderedDict
from dataclasses import dataclass, field
from functools import partial, reduce

Point = namedtuple("Point", ["x", "y"])

@dataclass
class Config:
    lr: float = 0.1
    layers: list = field(default_factory=lambda: [4, 2])
    name: str = "net"

    @property
    def depth(self):
        return len(self.layers)

def timed(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        calls[fn.__name__] += 1
        return fn(*args, **kwargs)
    return wrapper

calls = defaultdict(int)

@timed
def area(a, /, b=2, *rest, scale=1.0, **more):
    return a * b * scale + sum(rest) + len(more)

class Shape:
    count = 0
    def __init__(self, n):
        self._n = n
        Shape.count += 1
    @property
    def n(self):
        return self._n
    @n.setter
    def n(self, value):
        if value < 0:
            raise ValueError(f"bad {value!r}")
        self._n = value
    @staticmethod
    def unit():
        return Shape(1)
    @classmethod
    def make(cls, n):
        return cls(n)
    def __eq__(self, other):
        return isinstance(other, Shape) and self.n == other.n
    def __add__(self, other):
        return type(self)(self.n + other.n)
    def __len__(self):
        return self.n
    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return i * 10
    def __str__(self):
        return f"{self.__class__.__name__}<{self.n}>"

class Square(Shape):
    def __init__(self, n):
        super().__init__(n)
        self.sides = 4
    def __contains__(self, k):
        return k == self.n

def counter():
    total = 0
    def add(k=1):
        nonlocal total
        total += k
        return total
    return add

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def walk(tree):
    if isinstance(tree, (list, tuple)):
        for part in tree:
            yield from walk(part)
    else:
        yield tree

def echo():
    got = None
    while True:
        got = yield got
        if got is None:
            return

p = Point(1, y=2)
cfg = Config(lr=0.5)
areas = [area(1), area(2, 3), area(2, 3, 4, 5, scale=0.5, extra=1)]
s, t = Square.make(3), Shape.unit()
shapes = [str(s + t), len(s), list(s), 3 in s, s == Shape(3), Shape.count]
try:
    s.n = -1
except ValueError as e:
    message = str(e)
add = counter()
totals = [add(), add(5), add()]
flat = list(walk([1, [2, (3, 4)], [[5]]]))
e = echo(); next(e)
echoed = [e.send("a"), e.send("b")]
first, *middle, last = range(6)
(a, b), c = (1, 2), 3
d = {**{"a": 1}, "b": [i for i in range(10) if i % 2 if i > 2]}
d["c"] = sorted(d["b"], key=lambda v: -v)
squares = {k: v ** 2 for k, v in zip("abc", range(3))}
words = Counter("the cat the dog the end".split()).most_common(2)
if (n := len(flat)) > 3:
    big = n
match cfg.layers:
    case [x]:
        kind = "one"
    case [x, *others] if x > 3:
        kind = f"many {x} {others}"
    case _:
        kind = "other"
grid = list(itertools.product([0, 1], repeat=2))
prod = reduce(lambda u, v: u * v, [1, 2, 3, 4])
double = partial(pow, 2)
powers = [double(k) for k in range(4)]
text = f"{3.14159:.2f}|{'left':<8}|{42:>5}|{cfg.lr!r}|{n=}|{1e6:,.0f}" + " %d %s %.1f" % (1, "b", 2.55)
for i in range(5):
    if i == 1:
        continue
    if i == 3:
        break
else:
    i = -1
z = 10 if fib(10) == 55 else 0
dq = deque(maxlen=2)
for k in range(4):
    dq.append(k)
dq = list(dq)
od = list(OrderedDict(a=1).items())
told = [repr(p), p.x + p.y, repr(cfg), cfg.depth, calls["area"], area.__name__]
chain = 1 < 2 < 3 != 4
del a
"""
