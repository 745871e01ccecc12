# ruff: noqa: E501
"""Pieces of programs, each about one part of the language or of PyTorch."""

HEAD = """
import torch
import torch.nn as nn
import torch.nn.functional as F
import numpy as np
import math
"""

ALL = {
    "attributes made on demand": r"""
class A:
    def __getattr__(self, n): return n + "!"
    def __setattr__(self, n, v): object.__setattr__(self, n, v)
a = A(); print(a.foo)
""",
    "context managers": r"""
class Ctx:
    def __enter__(self): print("in"); return self
    def __exit__(self, t, v, tb):
        print("out", t.__name__ if t else None); return t is ValueError
with Ctx() as c, torch.no_grad():
    print(torch.is_grad_enabled())
    raise ValueError("x")
print(torch.is_grad_enabled())
""",
    "decorators with arguments": r"""
def deco(k):
    def inner(fn):
        def w(*a, **kw): return fn(*a, **kw) * k
        return w
    return inner
@deco(3)
def f(x): return x + 1
print(f(2))
""",
    "Modules in a row": r"""
torch.manual_seed(0)
m = nn.Sequential(nn.Linear(2,3), nn.Tanh(), nn.Linear(3,1))
def init(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight); m.bias.data.fill_(0.01)
m.apply(init)
print(m[0].weight, len(m), m[0].in_features, [n for n, p in m.named_parameters() if p.requires_grad])
for layer in m: print(type(layer).__name__, layer)
sd = m.state_dict(); m2 = nn.Sequential(nn.Linear(2,3), nn.Tanh(), nn.Linear(3,1)); print(m2.load_state_dict(sd)); print(torch.equal(m2[0].weight, m[0].weight))
print(sum(p.numel() for p in m.parameters()))
""",
    "hooks of Modules": r"""
from collections import OrderedDict
torch.manual_seed(0)
m = nn.Sequential(OrderedDict([("a", nn.Linear(2,2)), ("r", nn.ReLU())]))
print(m, m.a.bias)
acts = {}
def hook(name):
    def h(mod, inp, out): acts[name] = out.detach()
    return h
hs = [mod.register_forward_hook(hook(n)) for n, mod in m.named_children()]
x = torch.ones(1,2); m(x).sum().backward()
print(acts); [h.remove() for h in hs]
""",
    "a Module of one's own": r"""
class Net(nn.Module):
    scale = 2.0
    def __init__(self, *sizes, act=nn.ReLU):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(i, o) for i, o in zip(sizes[:-1], sizes[1:])])
        self.act = act()
        self.register_buffer("count", torch.zeros(1))
        self.w = nn.Parameter(torch.ones(3))
        self._cache = None
    def forward(self, x):
        for i, l in enumerate(self.layers):
            x = l(x)
            if i < len(self.layers) - 1: x = self.act(x)
        self.count += 1
        self._cache = x.detach()
        if self.training: x = x * self.scale
        return x
    @property
    def size(self): return sum(p.numel() for p in self.parameters())
    @torch.no_grad()
    def predict(self, x): return self(x)
    def extra_repr(self): return f"size={self.size}"
torch.manual_seed(0)
n = Net(2, 4, 1); y = n(torch.ones(1,2)); print(n, n.size, n.count, y, n.predict(torch.ones(1,2)).requires_grad, n._cache.shape)
n.eval(); print(n.training, n(torch.ones(1,2)))
import copy
n2 = copy.deepcopy(n); n2.w.data.mul_(5); print(n.w, n2.w)
for k, v in n.state_dict().items(): print(k, tuple(v.shape))
n.zero_grad(); print(all(p.grad is None for p in n.parameters()))
for p in n.layers[0].parameters(): p.requires_grad = False
print([p.requires_grad for p in n.parameters()])
opt = torch.optim.SGD([{"params": n.layers.parameters()}, {"params": [n.w], "lr": 0.5}], lr=0.1, momentum=0.9)
print(opt.param_groups[1]["lr"], opt)
for g in opt.param_groups: g["lr"] *= 0.1
print([g["lr"] for g in opt.param_groups])
""",
    "closures for optimizers": r"""
w = torch.tensor([1.0, 2.0], requires_grad=True)
opt = torch.optim.Adam([w], lr=0.1)
sch = torch.optim.lr_scheduler.LambdaLR(opt, lr_lambda=lambda e: 0.9 ** e)
def closure():
    opt.zero_grad(); l = (w ** 2).sum(); l.backward(); return l
for _ in range(3):
    print(opt.step(closure).item(), sch.get_last_lr()); sch.step()
""",
    "exceptions": r"""
class MyErr(RuntimeError):
    def __init__(self, msg, code=3):
        super().__init__(msg); self.code = code
def f():
    try:
        raise MyErr("bad")
    except MyErr as e:
        print(e, e.code, type(e).__name__, isinstance(e, RuntimeError)); return 1
    finally:
        print("fin")
print(f())
try:
    torch.ones(2) + torch.ones(3)
except RuntimeError as e: print(e)
try: [][1]
except (KeyError, IndexError) as e: print(repr(e))
try: {}["a"]
except KeyError as e: print(e)
try: undefined
except NameError as e: print(e)
try: int("a")
except Exception as e: print(type(e), e)
try: 1/0
except ZeroDivisionError: print("zero")
else: print("no")
try:
    try: 1/0
    finally: print("inner")
except ArithmeticError as e: print("outer", e)
""",
    "generators and iterators": r"""
def g():
    try:
        x = yield 1
        print("got", x)
        yield 2
    finally: print("closed")
i = g(); print(next(i), i.send(5)); i.close()
print(list(zip(range(3), "abc")), dict(enumerate("ab")), list(map(lambda a, b: a*b, [1,2],[3,4])), sorted({3,1,2}, reverse=True), max("a","c"), min([3,1], key=lambda v: -v))
it = iter([1,2]); print(next(it), next(it), next(it, None))
class R:
    def __init__(self): self.i = 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > 3: raise StopIteration
        return self.i
print(list(R()), sum(R()), [a for a in R()])
try: next(iter([]))
except StopIteration: print("stop")
""",
    "NumPy": r"""
a = np.array([[1,2],[3,4.0]]); t = torch.from_numpy(a); t[0,0] = 9; print(a, a.shape, a.dtype, a.mean(), a.T @ a, a[:,1], a.sum(axis=0))
np.random.seed(0); print(np.random.rand(2), np.random.randn(2), np.random.randint(0, 5, 3), np.random.choice([1,2,3]), np.random.permutation(4))
rng = np.random.default_rng(3); print(rng.normal(size=2))
print(np.arange(3) * 2, np.linspace(0,1,3), np.exp(np.zeros(2)), torch.ones(2).numpy() + 1, np.where(a > 2, 1, 0), np.pi, np.argmax(a), a.astype(np.float32).dtype, np.allclose(a, a))
x = np.zeros((2,2), dtype=np.float32); x[0] = 1; print(x, float(x.max()), x.tolist(), torch.tensor(x).dtype, torch.tensor(np.arange(2)).dtype)
y = torch.tensor([1.,2.], requires_grad=True).detach().numpy(); print(y, type(y).__name__)
""",
    "random": r"""
import random
random.seed(1); print(random.random(), random.randint(1,6), random.choice("abc"), random.sample(range(10), 3), random.uniform(-1,1), random.gauss(0,1))
l=[1,2,3]; random.shuffle(l); print(l)
""",
    "indexing": r"""
x = torch.arange(12.).reshape(3,4)
x[1] = 0; x[:, 1:3] *= 2; x[x > 9] = -1; x[0, -1] += 5
print(x, x[..., None].shape, x[[0,2]].shape, x[::2, 1], x.T.shape, x[torch.tensor([0,1]), torch.tensor([1,2])])
a, b = x[:2]; print(a, b)
for row in x: print(row.sum().item())
print([r.tolist() for r in x], len(x), x.shape[0], x.size(1), tuple(x.shape), (x > 0).any(), bool((x>0).all()))
print(f"{x.mean():.3f} {x.sum().item():8.2f} {x.shape} {x.dtype}", x.numel(), torch.cat([x, x]).shape, torch.stack((a,b)).max(dim=1))
v, i = x.max(dim=0); print(v, i); m = x.max(0); print(m.values, m.indices)
""",
    "grad modes": r"""
class Exp(torch.autograd.Function):
    @staticmethod
    def forward(i):
        return i.exp()
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)
    @staticmethod
    def backward(ctx, g):
        r, = ctx.saved_tensors
        return g * r
x = torch.tensor([1.,2.], requires_grad=True)
Exp.apply(x).sum().backward(); print(x.grad, ctx if False else 1)
with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 2, lambda t: t / 2):
    y = x * x
y.sum().backward(); print(x.grad)
with torch.autograd.set_grad_enabled(False): print((x*2).requires_grad)
@torch.no_grad()
def ev(): return (x*2).requires_grad
print(ev())
@torch.inference_mode()
def ev(): return (x*2).is_inference()
print(ev())
torch.set_grad_enabled(False); print((x*2).requires_grad); torch.set_grad_enabled(True)
""",
    "scopes and arguments": r"""
def outer():
    x = 1
    def inner():
        nonlocal x
        x += 1
        return x
    inner(); return x, inner()
print(outer())
c = 0
def inc():
    global c
    c += 1
inc(); inc(); print(c)
def bad():
    print(zz)
    zz = 1
try: bad()
except UnboundLocalError as e: print(e)
def kw(a, *, b=2, **k): return a, b, k
print(kw(1, b=3, c=4))
for args, kws in (((), {}), ((1,2), {}), ((1,), {"a": 2})):
    try: kw(*args, **kws)
    except TypeError as e: print(e)
fs = [lambda i=i: i for i in range(3)]; print([f() for f in fs])
fs = [lambda: i for i in range(3)]; print([f() for f in fs])
print((lambda *a, **k: (a, k))(1, *[2,3], x=4, **{"y": 5}))
""",
    "Python's values": r"""
s = "Hello, World"; print(s.lower().split(", "), s[::-1], s.replace("l", "L"), s.find("W"), ",".join(c for c in s if c.isupper()), s.startswith("He"), "%s-%05.1f" % ("a", 3.14159), "{:>8}|{:<5}|{:^7}|{:+.2e}".format("a", 1, "mid", 12345.678), "{0} {1} {0}".format(1, 2), "{a[0]} {b}".format(a=[7], b="x"))
d = {"b": 1, "a": 2}; print(sorted(d), sorted(d.items(), key=lambda kv: kv[1]), d.get("z", 5), d.pop("b"), list(d), "a" in d, {**d, "c": 3}); d.setdefault("q", []).append(1); print(d)
for k, v in d.items(): print(k, v)
print({1,2} | {3}, {1,2} & {2}, [1,2]+[3], (1,)*3, [1,2,3][-2:], not [], 5 // 2, -5 % 3, 2 ** -1, 7 / 2, 1 if [] else 2, True + 1, round(2.567, 2), abs(-3), divmod(7, 3), 0x1f, 1e-3, 10_000)
l = [3,1,2]; l.sort(); l[1:2] = [9,9]; del l[0]; l.insert(0, 7); print(l, l.index(9), l.count(9), l[::-1]); l2 = l; l2 += [1]; print(l is l2, l)
print(isinstance(1, (int, float)), isinstance(True, int), type(1).__name__, type([]) is list, type(1.0) == float, callable(len), hasattr(torch, "sin"), hasattr(l, "nope"), getattr(l, "nope", 3), id(l) == id(l2), repr("a'b"), str(1.0), int("12"), float("1e3"), bool([]), chr(97), ord("a"), hex(255), bin(5))
i = 0
while i < 10:
    i += 1
    if i == 5: break
else: print("never")
print(i); x = y = z = []; x.append(1); print(y, z is x); (a, *b), c = [1, 2, 3], 4; print(a, b, c)
print([i*j for i in range(3) for j in range(i)], {k: v for k, v in zip("ab", [1,2])}, {i % 2 for i in range(5)}, any(i > 3 for i in range(5)), all([]), sum([[1],[2]], []), list(reversed([1,2])), list(filter(None, [0,1,2])))
assert True, "no"
try: assert 1 == 2, "msg"
except AssertionError as e: print(e)
""",
    "inheritance": r"""
class Base:
    registry = []
    def __init__(self): self.a = 1
    def hello(self): return "base"
class Mixin:
    def hello(self): return "mixin-" + super().hello()
class D(Mixin, Base):
    def __init__(self):
        Base.__init__(self); self.__secret = 5; self.registry.append(self.a)
    def hello(self): return "D-" + super(D, self).hello()
    def __repr__(self): return f"D({self.__secret})"
    def __lt__(self, o): return True
    def __bool__(self): return False
    def __hash__(self): return 1
    def __matmul__(self, o): return "mm"
d = D(); print(d.hello(), d, [d], D.registry, bool(d), d @ 2, {d: 1}, vars if False else 0, D.__name__, d.__class__.__name__, isinstance(d, Base), issubclass(D, Mixin), D.__mro__ if False else 0)
d.extra = 5; print(d.extra, hasattr(d, "nope"))
try: d.nope
except AttributeError as e: print(e)
try: D(1)
except TypeError as e: print(e)
setattr(d, "q", 3); print(getattr(d, "q"), d.hello.__name__ if False else "")
D.k = 7; print(d.k)
""",
    "datasets": r"""
from torch.utils.data import Dataset, DataLoader, random_split, Subset
class Sq(Dataset):
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, i): return torch.tensor([float(i)]), i * i
torch.manual_seed(0)
for xb, yb in DataLoader(Sq(5), batch_size=2, shuffle=True): print(xb, yb)
dl = DataLoader(Sq(5), batch_size=2, drop_last=True); print(len(dl), [b[1].tolist() for b in dl], len(dl.dataset))
a, b = random_split(Sq(6), [4, 2]); print(len(a), [int(y) for _, y in b])
xb, yb = next(iter(dl)); print(xb.shape, yb.dtype)
""",
    "recurrent and attention": r"""
torch.manual_seed(0)
lstm = nn.LSTM(3, 4, batch_first=True); o, (h, c) = lstm(torch.randn(2, 5, 3)); print(o.shape, h.shape, o.sum())
emb = nn.Embedding(5, 3); print(emb(torch.tensor([1,2])).shape)
conv = nn.Conv2d(1, 2, 3, padding=1); bn = nn.BatchNorm2d(2); print(bn(conv(torch.randn(1,1,4,4))).mean().item() < 1e-5)
att = nn.MultiheadAttention(4, 2, batch_first=True); q = torch.randn(1,3,4); print(att(q,q,q)[0].shape)
print(F.cross_entropy(torch.randn(3,5), torch.tensor([1,2,3])), nn.CrossEntropyLoss()(torch.randn(3,5), torch.tensor([1,2,3])))
""",
    "history": r"""
x = torch.ones(2, requires_grad=True)
def fn(n):
    y = x
    while y.norm() < 100: y = y * 2
    return y
y = fn(1); y.sum().backward(); print(y, x.grad, y.grad_fn.name(), len(y.grad_fn.next_functions))
x.grad = None; x.requires_grad_(False); print(x.requires_grad, x.is_leaf, x.data, x.device, x.grad)
g = torch.autograd.grad((x.requires_grad_() ** 3).sum(), x)[0]; print(g)
t = torch.tensor(3.); print(t.item() + 1, int(t), float(t), t == 3, [1,2,3][torch.tensor(1)], range(torch.tensor(3))[2], "%d" % t, f"{t}")
""",
    "dataclasses": r"""
from dataclasses import dataclass, field
@dataclass
class C:
    a: int
    b: float = 2.0
    def __post_init__(self): self.c = self.a * self.b
print(C(1), C(1) == C(1, 2.0), C(2, b=3).c)
try: C()
except TypeError as e: print(e)
""",
}
