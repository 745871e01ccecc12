# ruff: noqa: E501
"""Programs that try to get out of the interpreter, or to take all there is.

Each says `REACHED` if it got hold of what is closed; none may leave a trace outside of itself.
"""

from __future__ import annotations

HEAD = """import torch, math, random, itertools, functools, collections, copy, dataclasses, operator
import torch.nn as nn
import numpy as np
def f(a=1):
    return a
def gen():
    yield 1
class A:
    def __init__(self):
        self.x = 1
    def go(self):
        return 1
class E(Exception):
    pass
class S(str):
    pass
class L(list):
    pass
class I(int):
    pass
class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(2, 2)
    def forward(self, x):
        return self.l(x)
w = torch.ones(2, requires_grad=True)
y = w * 2
T = type(print)
try:
    1 / 0
except Exception as error:
    caught = error
"""

_THINGS = (
    "f", "gen()", "A()", "A", "A().go", "caught", "E", "S('a')", "M()", "w", "y.grad_fn", "print",
    "torch.sin", "np.ones(2)", "nn.Linear(1, 1)", "nn.Linear", "torch.optim.SGD([w], 0.1)", "''",
    "iter([1])", "math.sin", "functools.partial(f)", "torch.float32", "'a'.upper", "property(f)",
    "torch", "np", "type(1)", "T", "super(A, A())", "w.sum", "type(y.grad_fn)",
)  # fmt: skip
_INSIDES = (
    "__globals__", "__code__", "__closure__", "__subclasses__", "__bases__", "__mro__",
    "__traceback__", "gi_frame", "__builtins__", "__reduce_ex__", "__getattribute__", "__self__",
    "__func__", "__init_subclass__", "__loader__", "__spec__", "ctypes", "tofile", "walker", "do",
    "home", "inner", "counted", "with_traceback", "__objclass__", "__get__",
)  # fmt: skip
_WAYS = (
    "x = {0}.{1}",
    "x = getattr({0}, '{1}', None)",
    "x = '{{0.{1}}}'.format({0})",
    "x = S('{{0.{1}}}').format({0})",
    "x = hasattr({0}, '{1}')",
    "match {0}:\n    case object({1}=x):\n        pass",
)

_ESCAPES = (
    "x = T('x.__subclasses__', None, type)(object)",
    "A.__setattr__(print, 'do', None)\nA.__setattr__(print, 'home', type)\nx = print(object)",
    "class B:\n    __slots__ = ('binds', 'do', 'engine', 'home', 'name')\n    def __setattr__(self, n, v):\n"
    "        super().__setattr__(n, v)\nb = B()\nb.__setattr__('__class__', T)\nx = type(b) is T",
    "A().__class__ = M\nx = 0", "a = A()\nsetattr(a, '__class__', T)\nx = type(a) is T",
    "class B:\n    _fields_of_dataclass = ['__reduce_ex__']\nx = dataclasses.asdict(B())",
    "@dataclasses.dataclass\nclass B:\n    __init_subclass__: int\nx = dataclasses.asdict(B(1))",
    "dataclasses.dataclass(nn.Linear)", "dataclasses.dataclass(torch.Tensor)", "dataclasses.dataclass(T)",
    "class B(type(y.grad_fn)):\n    inputs = ('a): pass\\nopen(\"canary\", \"w\") #',)\nx = B",
    "class B(torch.autograd.graph.Node):\n    inputs = ('a',)\nx = 0", "class B(T):\n    pass\nx = T in (B,)",
    "class B(type):\n    pass\nx = 0", "class B(metaclass=type):\n    pass\nx = 0",
    "class B(object, metaclass=lambda *a: print('REACHED')):\n    pass\nx = 0",
    "class B:\n    def __init_subclass__(cls):\n        print('REACHED')\nclass C(B):\n    pass\nx = 0",
    "class B:\n    def __del__(self):\n        print('REACHED')\nb = B()\ndel b\nx = 0",
    "class B:\n    def __getattribute__(self, n):\n        print('REACHED')\nx = 0\nB().q",
    "class B:\n    def __class_getitem__(cls, k):\n        print('REACHED')\nx = 0\nB[1]",
    "class B:\n    def __reduce__(self):\n        return print, ('REACHED',)\nx = 0\ncopy.deepcopy(B())",
    "class B:\n    def __deepcopy__(self, m):\n        print('REACHED')\nx = 0\ncopy.deepcopy(B())",
    "class B:\n    def __array__(self):\n        print('REACHED')\nx = 0\nnp.array(B())",
    "x = 0\nopen('canary', 'w').write('a')", "x = 0\nimport os\nos.system('touch canary')",
    "x = 0\nimport subprocess\nsubprocess.run(['touch', 'canary'])", "x = 0\n__import__('os').system('touch canary')",
    "x = 0\nexec('print(\"REACHED\")')", "x = eval('1')", "x = compile('1', 'a', 'eval')", "x = globals()",
    "x = 0\nnp.ones(3).tofile('canary')", "x = 0\nnp.ones(3).dump('canary')", "x = 0\nnp.save('canary', w)",
    "x = 0\nnp.load('/etc/passwd', allow_pickle=True)", "x = np.genfromtxt('/etc/passwd')",
    "x = np.fromfile('/etc/passwd')", "x = np.memmap('canary', mode='w+', shape=3)", "x = np.lib", "x = np.ones(3).base",
    "x = 0\ntorch.save(w, 'canary')", "x = torch.load('/etc/passwd')", "x = torch.__dict__", "x = nn.__dict__",
    "x = torch.utils.cpp_extension", "x = torch.hub.load('a', 'b')", "x = torch.jit", "x = torch.from_file('/etc/passwd')",
    "x = torch.ones(1).numpy().ctypes", "x = M()._call_with_hooks", "x = M().__dict__.get('_parameters')", "x = '{f.__globals__}'.format_map({'f': f})", "x = vars(M())", "x = dir(M())",
    "x = torch.Tensor.__reduce__", "x = torch._C", "x = torch.ops", "x = torch.classes", "x = torch.nn.functional.inspect",
    "x = operator.attrgetter('__globals__')(f)", "x = operator.methodcaller('__reduce__')(f)",
    "x = type('X', (), {})", "x = type(type)('X', (), {})", "x = [].__class__.__class__('X', (), {})",
    "x = list(map(getattr, [f], ['__globals__']))", "x = functools.reduce(getattr, ['__class__', '__base__'], f)",
    "x = sorted([f], key=lambda v: v.__globals__)", "x = super(A, A()).__reduce_ex__", "x = super(type, A).mro().__self__",
    "x = functools.partial(f).func.__globals__", "x = property(f).fget.__globals__", "x = functools.wraps(f)(gen).__wrapped__.__globals__",
    "@(lambda c: c.__bases__)\nclass B:\n    pass\nx = B", "x = caught.__context__", "x = E('a').__reduce__()",
    "try:\n    f.nothing\nexcept AttributeError as e:\n    x = e.obj", "raise SystemExit", "raise type(caught).__base__",
    "x = nn.Linear.__init__(print, 1, 1)", "x = nn.Linear.forward(A(), w)", "x = nn.Module.__subclasses__()",
    "x = y.grad_fn._backward_cls", "x = y.grad_fn.apply.__self__", "w.register_hook(T)\ny.sum().backward()\nx = 0",
    "o = torch.optim.SGD([w], 0.1)\nx = o.state.__class__.__init__.__globals__", "x = torch.optim.SGD([w], 0.1)._step_count.__class__.__base__",
    "torch.nn.Linear.forward = f\nx = 0", "torch.sin = f\nx = 0", "torch.Tensor.add = f\nx = 0", "print.do = f\nx = 0", "int.x = 1\nx = 0",
    "del nn.Linear.forward\nx = 0", "del torch.Tensor.grad\nx = 0", "setattr(nn.Linear, 'forward', f)\nx = 0", "f.__code__ = gen\nx = 0",
    "A.__bases__ = (dict,)\nx = 0", "A.__init__.__globals__['a'] = 1\nx = 0", "f.__globals__['print'] = 1\nx = 0", "f.__defaults__ = (2,)\nx = 0",
    "x = collections.namedtuple('P', '__class__')", "x = collections.namedtuple('P', 'a')._make.__func__", "x = collections.abc.__loader__.load_module",
    "x = 'a'.translate.__self__", "x = 'a'.encode", "x = str.maketrans", "x = '%(a)s' % f.__globals__", "x = S.format_map", "x = I.from_bytes", "x = I(5).to_bytes",
)  # fmt: skip

BOMBS = (
    "f'{1:0000000000999999999}'", "'{:0000000000999999999}'.format(1)", "f'{1:{9**9}}'", "f'{1.0:.{10**9}f}'",
    "'%0000000000999999999d' % 1", "'%(a(b)c)999999999d' % {'a(b)c': 1}", "'%*d' % (10**9, 1)", "'{:٩٩٩٩٩٩٩٩٩}'.format(1)",
    "('{0}' * 2**16).format('a' * 2**20)", "('%s' * 2**16) % (('a' * 2**20,) * 2**16)", "repr(['a' * 2**20] * 2**16)",
    "str({'a': ['b' * 2**20] * 2**16})", "S('a').__mul__(10**12)", "L([0]).__mul__(10**12)", "S('%999999999d') % 1",
    "S('a').__mod__(1)", "I(7).__pow__(10**9)", "I(5).__format__('999999999d')", "S('a').ljust(10**12)", "L(range(10**12))",
    "collections.deque([0]) * 10**12", "operator.mul('a', 10**12)", "operator.mod('%999999999d', 1)", "operator.pow(10, 10**10)",
    "functools.reduce(operator.add, [['a' * 2**19]] * 50)", "functools.reduce(lambda a, b: operator.add(a, a), range(60), 'a')",
    "random.betavariate(float('nan'), 1)", "random.betavariate(float('inf'), 1)", "random.sample(range(10**12), 10**9)",
    "random.choices([1], k=10**12)", "random.getrandbits(2**20)", "pow(random.getrandbits(2**19), random.getrandbits(2**19), 7**9)",
    "int('f' * 2**20, 16)", "math.prod([2**4000] * 2**16)", "math.lcm(*[2**4000 - k for k in range(99)])", "math.factorial(10**9)",
    "list(itertools.product(range(2**10), repeat=2**10))", "list(itertools.permutations(range(99)))", "list(itertools.repeat(1))",
    "sum(itertools.count())", "collections.Counter({1: 10**12}).elements()", "list(collections.Counter({1: 10**12}).elements())",
    "max(itertools.cycle([1]))", "dict(zip(itertools.count(), itertools.count()))", "set(itertools.count())", "'a'.join(itertools.repeat('a'))",
    "np.zeros(3, 'U99999999')", "np.array(['a'], dtype='S99999999')", "np.ones(3).astype('U99999999')", "np.ones(3).astype(object)",
    "np.full(3, 'a')", "np.add(np.ones((2**16, 1)), np.ones((1, 2**16)))", "np.outer([1] * 2**18, [1] * 2**18)", "np.repeat([1] * 2**18, 10**6)",
    "np.tile([1] * 2**18, 10**6)", "np.cov(np.ones((2**17, 1)))", "np.diag(np.ones(2**17))", "np.bincount(np.array([10**11]))",
    "np.random.normal(np.ones((2**17, 1)), np.ones((1, 2**17)))", "np.random.choice(10**11, 3, replace=False)", "np.histogram(np.ones(3), 10**11)",
    "np.linalg.svd(np.ones((9000, 9000)))", "np.ones((2**15, 1)) @ np.ones((1, 2**15))", "torch.ones(2**15, 1) @ torch.ones(1, 2**15)",
    "torch.ones(2**17, 1) + torch.ones(1, 2**17)", "torch.zeros(*[10] * 60)", "torch.ones(1).expand(10**12).clone()", "torch.cat([w] * 2**20)",
    "torch.outer(torch.ones(2**17), torch.ones(2**17))", "nn.Embedding(10**9, 10**9)", "nn.Conv2d(10**5, 10**5, 99)", "nn.Sequential(*[nn.Linear(999, 999)] * 10**6)",
    "copy.deepcopy([[0] * 2**18] * 2**18)", "[[0] * 2**20 for _ in range(10**5)]", "['a' * 2**20 + str(i) for i in range(10**6)]", "range(10**12).index(10**11)",
    "hash(range(10**12))", "10**12 in map(f, range(10**12))", "all(itertools.repeat(1))", "tuple(gen() for _ in itertools.count())", "list(reversed(range(10**12)))",
)  # fmt: skip
RECURSIONS = tuple(
    f"class R:\n    def {name}(self, *a):\n        return {inside}\nr = R()\nx = 0\n{use}"
    for name, inside, use in (
        ("__repr__", "repr(self)", "repr(r)"), ("__str__", "f'{self}'", "str(r)"), ("__eq__", "self == a[0]", "r == r"),
        ("__hash__", "hash(self)", "{r: 1}"), ("__iter__", "iter(self)", "list(r)"), ("__len__", "len(self)", "len(r)"),
        ("__bool__", "bool(self)", "if r: pass"), ("__getattr__", "self.nothing", "r.q"), ("__setattr__", "setattr(self, 'a', 1)", "r.q = 1"),
        ("__format__", "format(self, 'a')", "f'{r:a}'"), ("__add__", "self + 1", "r + 1"), ("__getitem__", "self[0]", "r[0]"),
        ("__lt__", "self < self", "sorted([r, r])"), ("__call__", "self()", "r()"), ("__contains__", "1 in self", "1 in r"),
        ("__enter__", "r.__enter__()", "with r: pass"), ("__index__", "[0][self]", "[0][r]"), ("__float__", "float(self)", "float(r)"),
        ("__next__", "next(self)", "next(r)"), ("__len__", "10**12", "np.array(r)"), ("__len__", "10**12", "list(r)"),
        ("__len__", "-1", "len(r)"), ("__hash__", "'a'", "{r: 1}"), ("__bool__", "5", "not r"), ("__iter__", "5", "for q in r: pass"),
    )
)  # fmt: skip


def programs() -> list[str]:
    """All of them, in an order in which neighbours differ."""
    told = "\nif x:\n    print('REACHED', x)\n"
    reach = []
    for k, thing in enumerate(_THINGS):
        for j, inside in enumerate(_INSIDES):
            way = _WAYS[(k + j) % len(_WAYS)]
            reach.append(f"{HEAD}x = None\n{way.format(thing, inside)}{told}")
    escapes = [f"{HEAD}x = None\n{text}{told}" for text in _ESCAPES]
    bombs = [f"{HEAD}x = {text}\n" for text in BOMBS]
    return [*escapes, *bombs, *(HEAD + text for text in RECURSIONS), *reach]
