"""A live call drawn as a node does the very same: bits, histories, and back from its file."""

import ast
import json

import numpy as np
import pytest

import engine
from engine.code.script.calls import spelled_as_node
from engine.code.source import statement
from engine.graph import Action, Edge, Graph, Node
from engine.registry import OPS
from engine.session import Session
from engine.tensor import is_tensor
from tests.engine.samples import CASES, graph_of

OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.MatMult: "matmul", ast.BitAnd: "and",
    ast.BitOr: "or", ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
    ast.USub: "neg", ast.Invert: "invert", ast.UAdd: "pos",
}  # fmt: skip
MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def live(line, scope):
    """(path, args, kwargs) of the call a line makes, told as the engine is asked for it."""
    return _Told(scope).statement(ast.parse(line).body[0])


class _Told:
    def __init__(self, scope):
        self.scope = scope

    def value(self, node):
        return eval(ast.unparse(node), self.scope)

    def key(self, node):
        part = ast.Subscript(ast.Name("brackets", ast.Load()), node, ast.Load())
        expression = ast.fix_missing_locations(ast.Expression(part))
        return eval(compile(expression, "key", "eval"), {**self.scope, "brackets": Brackets()})

    def statement(self, body):
        match body:
            case ast.Assign([ast.Subscript(of, key)], value):
                return "Tensor.__setitem__", (self.value(of), self.key(key), self.value(value)), {}
            case ast.Assign([ast.Attribute(of, name)], value):
                return f"Tensor.{name}.__set__", (self.value(of), self.value(value)), {}
            case ast.AugAssign(of, sign, value):
                name = f"Tensor.__i{OPERATORS[type(sign)]}__"
                return name, (self.value(of), self.value(value)), {}
        return self.expression(body.value)

    def expression(self, node):
        match node:
            case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]):
                return self.operator(self.value(left), OPERATORS[type(sign)], self.value(right))
            case ast.UnaryOp(sign, operand):
                return f"Tensor.__{OPERATORS[type(sign)]}__", (self.value(operand),), {}
            case ast.Subscript(of, brackets):
                return "Tensor.__getitem__", (self.value(of), self.key(brackets)), {}
            case ast.Attribute(of, name):
                return f"Tensor.{name}", (self.value(of),), {}
            case ast.Call(ast.Name("abs"), [x]):
                return "Tensor.__abs__", (self.value(x),), {}
        return self.call(node)

    def operator(self, left, name, right):
        if is_tensor(left):
            return f"Tensor.__{name}__", (left, right), {}
        return f"Tensor.__{MIRRORED.get(name, 'r' + name)}__", (right, left), {}

    def call(self, node):
        args = [self.value(a) for a in node.args]
        kwargs = {k.arg: self.value(k.value) for k in node.keywords}
        path = ast.unparse(node.func)
        if path.partition(".")[0] in ("torch", "F"):
            return path, tuple(args), kwargs
        return f"Tensor.{node.func.attr}", (self.value(node.func.value), *args), kwargs


class Brackets:
    """Gives what it is indexed by."""

    def __getitem__(self, key):
        return key


SCOPE = {"torch": engine, "F": engine.nn.functional}


def ran(line, scope):
    """What Python makes of a line, with the engine as torch."""
    names = {**SCOPE, **scope}
    body = ast.parse(line).body[0]
    if isinstance(body, ast.Expr):
        return eval(line, names)
    exec(line, names)
    target = body.target if isinstance(body, ast.AugAssign) else body.targets[0]
    return eval(ast.unparse(target if isinstance(target, ast.Name) else target.value), names)


def leaves(arrays):
    """Leaf nodes holding these arrays."""
    return [
        Node(name, "tensor", name, {
            "data": x.tolist(), "dtype": x.dtype.name,
            "requires_grad": x.dtype.kind == "f" and not name.startswith("made"),
        })
        for name, x in arrays.items()
    ]  # fmt: skip


def tensors(arrays):
    return {n: engine.tensor(x, requires_grad=x.dtype.kind == "f") for n, x in arrays.items()}


def drawn(line, arrays, computed=()):
    """A Session that has run the node of the line; `computed` arrays are no leaves."""
    names = tensors(arrays)
    names |= {n: names[n] * 1 for n in computed}
    path, args, kwargs = live(line, {**SCOPE, **names})
    found = spelled_as_node(path, args, kwargs, lambda x: True, leaves=False)
    assert found is not None, path
    owner = {id(x): f"{n}_" if n in computed else n for n, x in names.items()}
    nodes = leaves(arrays)
    edges = [Edge(n, 0, f"{n}_", "self") for n in computed]
    nodes += [Node(f"{n}_", "mul", f"{n}_", {"other": 1}) for n in computed]
    params = json.loads(json.dumps(found.params))
    for k, x in enumerate(x for _, x in found.wiring if id(x) not in owner):
        assert not x.requires_grad
        owner[id(x)] = f"made{k}"
        nodes += leaves({f"made{k}": x.numpy()})
    nodes.append(Node("out", found.op, "out", params))
    edges += [Edge(owner[id(x)], 0, "out", slot) for slot, x in found.wiring]
    return Graph.of(nodes, edges), found


def session_of(graph):
    session = Session(graph)
    assert [*session.run((Action("forward"),))], graph
    assert not session.failures, session.failures
    return session


def same(line, arrays, computed=()):
    """Make sure that the node of a line does what the line does; gives the node."""
    graph, found = drawn(line, arrays, computed)
    names = tensors(arrays)
    names |= {n: names[n] * 1 for n in computed}
    expected = ran(line, names)
    result = session_of(graph).values["out"]
    several = isinstance(expected, (tuple, list))
    assert OPS[found.op].gives_several(found.params) == several
    for a, b in zip(expected if several else (expected,), result, strict=True):
        assert (a.dtype, a._data.tobytes(), a.shape) == (b.dtype, b._data.tobytes(), b.shape)
        assert graph_of(a.grad_fn) == graph_of(b.grad_fn)
        assert a.requires_grad == b.requires_grad
    return graph, found


def line_of(case, values):
    nodes = [Node(f"leaf{k}", "tensor", f"t{k}") for k, _ in enumerate(values)]
    numbers = {n: v for n, v in values.items() if not isinstance(v, np.ndarray)}
    edges = [
        Edge(node.id, 0, "node", slot)
        for node, slot in zip(nodes, values, strict=True)
        if slot not in numbers
    ]
    made = Node("node", case.op.name, "out", {**case.fields, **numbers})
    return statement(Graph.of([*nodes, made], edges), "node").removeprefix("out = ")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES, ids=repr)
def test_the_line_of_every_op_is_drawn_as_that_op(case):
    values = case.arrays("float64")
    line = line_of(case, values)
    arrays = {f"t{k}": v for k, v in enumerate(values.values()) if isinstance(v, np.ndarray)}
    computed = ("t0",) if case.op.inplace else ()
    _, found = same(line, arrays, computed)
    assert found.op == case.op.name


# ---- other ways to write what an op does ---------------------------------------------------------

ARRAYS = {
    "x": np.linspace(0.1, 2.0, 6).reshape(2, 3), "y": np.linspace(-1.0, 1.0, 6).reshape(2, 3),
    "v": np.array([0.5, 1.5, -2.0]), "i": np.array([1, 0]), "b": np.array([True, False]),
    "c": np.array([[2.0, 1.0, 0.5], [-1.0, 3.0, 0.25], [0.75, -0.5, 1.5]]),
    "w": np.linspace(0.0, 1.0, 16).reshape(1, 4, 4), "k": np.array([[3, 1, 2], [4, 0, 5]]),
}  # fmt: skip


def listed(text):
    """Line -> op of a text of `op: line ; line`."""
    rows = (row.strip().partition(": ") for row in text.strip().splitlines())
    return {line: op for op, _, lines in rows for line in lines.split(" ; ")}


AS_OPS = listed("""
    mul: x * y ; 2 * x ; torch.multiply(x, 2.0)
    add: x + 1 ; torch.add(x, y) ; torch.add(input=x, other=y) ; x.add(y)
    sub: 1 - x
    div: 2 / x
    pow: 2 ** x ; x.pow(2)
    remainder: x % 2 ; 5 % x
    floor_divide: x // 0.5
    neg: -x
    matmul: x @ v
    lt: x < 1
    gt: 1 < x
    eq: x == y
    sum: x.sum() ; x.sum(0) ; x.sum(dim=(0, 1)) ; x.sum(axis=1, keepdims=True)
    sum: torch.sum(x, dtype=torch.float64)
    mean: x.mean(-1, keepdim=True)
    view: x.view(3, 2) ; x.view((3, 2)) ; x.view(-1)
    reshape: x.reshape(6)
    permute: x.permute(1, 0) ; torch.permute(x, (1, 0))
    transpose: x.transpose(0, 1) ; x.swapaxes(0, 1)
    expand: v.expand(2, 3)
    repeat: v.repeat(2, 1)
    flip: x.flip(0) ; x.flip([0, 1])
    t: x.t()
    to: x.float() ; x.to(torch.float32) ; x.double()
    clamp: x.clamp(0.5) ; torch.clip(x, max=1.0) ; x.clamp(min=0.2, max=1)
    max: x.max() ; torch.max(x, dim=1) ; torch.max(x, 1, True)
    sort: x.sort(descending=True)
    cat: torch.cat([x, y]) ; torch.cat((x, y), dim=1)
    stack: torch.stack([v, v])
    split: x.split(1) ; x.split([1, 2], dim=1)
    unbind: x.unbind(1)
    chunk: x.chunk(2)
    relu: F.relu(x) ; torch.relu(x) ; x.relu() ; F.relu(x, inplace=False)
    softmax: F.softmax(x, dim=-1) ; x.softmax(1)
    gelu: torch.nn.functional.gelu(x)
    mse_loss: F.mse_loss(x, y) ; F.mse_loss(x, y, reduction='sum')
    cross_entropy: F.cross_entropy(x, i)
    linear: F.linear(x, x) ; F.linear(x, x, bias=None)
    layer_norm: F.layer_norm(x, (3,))
    inverse: torch.linalg.inv(c)
    sigmoid: torch.special.expit(x)
    where: torch.where(x > 1, x, 0.0) ; x.where(x > 1, y)
    masked_fill: x.masked_fill(x > 1, 0.0)
    index: x[0] ; x[:, 1] ; x[..., None] ; x[i] ; x[b] ; x[[1, 0], 1:] ; x[1:, -1] ; x[i, 1]
    index: x[None] ; x[()] ; x[0,] ; x[::2] ; x[True]
    polygamma: torch.polygamma(1, x)
    detach: x.detach()
    data: x.data
    norm: x.norm() ; torch.norm(x, p=1, dim=1)
    var: x.var(unbiased=False)
    std: x.std(0, correction=0)
    prod: x.prod(1)
    argmax: x.argmax(1)
    gather: x.gather(1, k % 3)
    outer: torch.outer(v, v)
    square: x.square()
    abs: abs(x)
    hstack: torch.hstack((x, y))
""")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", AS_OPS)
def test_whatever_way_it_is_written_it_is_the_op(line):
    _, found = same(line, ARRAYS)
    assert found.op == AS_OPS[line]


IN_PLACE = listed("""
    add_: x += y ; x.add_(y, alpha=2)
    mul_: x *= 2 ; x.mul_(y)
    sub_: x -= 1
    div_: x /= y
    zero_: x.zero_()
    copy_: x.copy_(y)
    setitem: x[0] = 1.0 ; x[:, 1:] = y.detach()[:, 1:] ; x[i] = y ; x[b] = 0
    call_: x **= 2 ; x.clamp_(0, 1) ; F.relu(x, inplace=True) ; x.sin_() ; torch.relu_(x)
    call_: x.masked_fill_(x > 1, 0.0) ; torch.nn.init.constant_(x, 2.0)
    call_: x.div_(y, rounding_mode='floor') ; torch.exp(y.detach(), out=x.detach()) ; x //= 2
    call_: x.index_fill_(0, i, 3.0)
    set_data: x.data = y
""")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", IN_PLACE)
def test_what_is_changed_in_place_is_changed_by_the_node(line):
    _, found = same(line, ARRAYS, ("x",))
    assert found.op == IN_PLACE[line]


CALLS = [
    line
    for row in """
    torch.einsum('ij,kj->ik', x, y) ; x.T ; x.mT ; x.expand_as(y) ; x.view_as(k)
    x.contiguous() ; k & 3 ; k | k ; 5 & k ; ~b ; k << 1 ; +x ; x.type(torch.float32)
    x.type_as(v) ; torch.full((2, 3), 1.5) ; torch.full_like(x, 2.0) ; torch.zeros_like(x)
    x.new_zeros(2, 2) ; torch.eye(3) ; torch.linspace(0, 1, 5)
    torch.zeros(2, 3, dtype=torch.int64) ; torch.arange(5) ; torch.tensor([1, 2])
    torch.ones((2,), requires_grad=True) ; torch.tensor([1.0], requires_grad=True)
    torch.max(x, y) ; torch.std_mean(x) ; torch.where(b) ; torch.unique(k)
    k.unique(return_counts=True) ; torch.meshgrid(v, v, indexing='ij') ; torch.linalg.qr(c)
    torch.linalg.norm(x) ; F.one_hot(i, 3) ; F.max_pool2d(w, 2, return_indices=True)
    torch.full((1,), float('inf')) ; torch.diff(x) ; x.diagonal()
    torch.tensordot(x, y, dims=([1], [1])) ; F.scaled_dot_product_attention(x, y, y)
    torch.nonzero(x > 1) ; torch.tril_indices(3, 3) ; torch.atleast_2d(v)
    torch.linalg.slogdet(c) ; torch.logical_and(b, b) ; torch.isclose(x, y) ; x.add(y, alpha=2)
    torch.div(x, y, rounding_mode='trunc') ; x.index_add(0, i, y) ; torch.gradient(x, dim=0)
    torch.tensor_split(x, 2) ; torch.median(x, 1) ; torch.broadcast_tensors(x, v) ; x.pinverse()
    torch.scatter(x, 1, k % 3, 2.0) ; torch.block_diag(x, c) ; torch.as_strided(x, (2,), (1,))
    x.to('cpu', torch.float32, copy=True) ; F.pad(x, (1, 1), value=2.0) ; F.dropout(x, 0.0)
""".strip().splitlines()
    for line in row.strip().split(" ; ")
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", CALLS)
def test_what_has_no_op_of_its_own_is_a_call(line):
    same(line, ARRAYS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", [*AS_OPS, *IN_PLACE, *CALLS])
def test_the_code_of_the_node_is_a_line_that_does_the_same(line):
    computed = ("x",) if line in IN_PLACE else ()
    graph, _ = drawn(line, ARRAYS, computed)
    text = statement(graph, "out")
    names = {n: x * 1 if n in computed else x for n, x in tensors(ARRAYS).items()}
    again = {f"{n}_" if n in computed else n: x for n, x in names.items()}
    for node in graph.nodes.values():
        if node.id.startswith("made"):
            data, dtype = node.params["data"], getattr(engine, node.params["dtype"])
            again[node.id] = engine.tensor(data, dtype=dtype)
    found = ran(text.removeprefix("out = "), again)
    expected = ran(line, {n: x * 1 if n in computed else x for n, x in tensors(ARRAYS).items()})
    several = isinstance(expected, (tuple, list))
    for a, b in zip(*((r if several else (r,)) for r in (expected, found)), strict=True):
        assert (a.dtype, a._data.tobytes(), a.shape) == (b.dtype, b._data.tobytes(), b.shape)
        assert graph_of(a.grad_fn) == graph_of(b.grad_fn)
