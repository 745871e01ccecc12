"""Writes the `apply`, `node` and `run` of a Function class, as one would by hand.

Most of an operation on a few numbers would be bookkeeping: which inputs are tensors, what is saved,
which rule is called with what.  The signatures of `forward` and of the rules settle nearly all of
it, so it is settled once per class, as straight Python that is compiled at its first use;
`print(compiling.source(MulBackward0))` shows it.

Names there: `x0` is the first input, `a0` its array, `f0` the Function its gradient goes to, `s0`
what is saved of it, `v0` at which version.  Keywords have their own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import errors, kernels
from engine.meta import meta_of, version_of
from engine.modes import STATE
from engine.promote import PROMOTE
from engine.storage import SavedResult
from engine.tensor import Tensor
from engine.views import share_view, viewable

if TYPE_CHECKING:
    from engine.function import Function

Array = Any


def install(cls: type[Function]) -> None:
    """Give the class the functions written for it."""
    from engine.function import function_of

    scope: dict[str, Any] = {
        **_SCOPE, "cls": cls, "forward": cls.forward, "function_of": function_of,
        "promote": PROMOTE[cls.promote], "NOTHING": (None,) * len(cls.inputs),
        **{f"rule{i}": rule.function for i, rule in cls.rules},
        **{f"default_{name}": value for name, value in cls.defaults.items()},
    }  # fmt: skip
    exec(compile(source(cls), f"<written for {cls.__name__}>", "exec"), scope)
    cls.apply = staticmethod(scope["apply"])  # type: ignore[method-assign]
    if cls.rules:
        cls.node = staticmethod(scope["node"])  # type: ignore[method-assign]
        cls.run = scope["run"]  # type: ignore[method-assign]
        cls.spend = scope["spend"]  # type: ignore[method-assign]


def source(cls: type[Function]) -> str:
    """The code written for a class."""
    if not cls.rules:
        return _apply(cls)
    return _apply(cls) + _node(cls) + _run(cls, "run") + _run(cls, "spend")


# ---- apply ---------------------------------------------------------------------------------------


def _apply(cls: type[Function]) -> str:
    arrays = _numbered("a", range(len(cls.inputs)))
    keywords = _listed(f"{k}={k}" for k in cls.keywords)
    return f"""
def apply({_signature(cls)}):
    here = STATE.__dict__
    {"viewable(x0)" if cls.view else ""}
{indent(_arrays(cls), "    ")}
    try:
        data = forward(kernels, {arrays}{keywords})
    except ValueError as error:
        refuse(cls, [{arrays}], {_params(cls, ())}, error)
    if type(data) is ndarray and not data.ndim and data.base is None:
        data = data[()]
    out = new(Tensor)
    out._data = data
    out._nr = 0
    out._req = False
    out._fn = out._grad = out._meta = out._accumulator = None
{indent(_history(cls), "    ")}
    {"share_view(out, x0)" if cls.view else _MARK_INFERENCE}
    return out
"""


_MARK_INFERENCE = """if here["inference"] and out._fn is None:
        meta_of(out).inference = True"""


def _signature(cls: type[Function]) -> str:
    names = [
        *((f"x{i}", name) for i, name in enumerate(cls.inputs)),
        *((name, name) for name in cls.keywords),
    ]
    given = [a + (f"=default_{name}" if name in cls.defaults else "") for a, name in names]
    if cls.keywords:
        given.insert(len(cls.inputs), "*")
    return ", ".join(given)


def _arrays(cls: type[Function]) -> str:
    """The inputs' arrays, in one dtype where the class asks for that."""
    count = range(len(cls.inputs))
    found = "\n".join(f"a{i} = x{i}._data if type(x{i}) is Tensor else x{i}" for i in count)
    if cls.promote == "none":
        return found
    fitting = [f"type(x{i}) is Tensor" for i in count]
    fitting += [
        f"type(a{i}) is type(a0) and (type(a0) is not ndarray or a{i}.dtype is a0.dtype)"
        for i in count[1:]
    ]
    if cls.promote == "float":
        fitting.append('(type(a0) is float32 or a0.dtype.kind == "f")')
    promoted = f"    [{_numbered('a', count)}] = promote(({_numbered('x', count)}))"
    if len(count) == 2:  # a Python float beside a tensor of float32
        promoted = f"""\
    if type(x1) is float and type(x0) is Tensor and a0.dtype is FLOAT32:
        a1 = scalar(x1)
    else:
    {promoted}"""
    return f"{found}\nif not ({' and '.join(fitting)}):\n{promoted}"


# ---- node ----------------------------------------------------------------------------------------


def _node(cls: type[Function]) -> str:
    """A node outside `apply`: for operations in place and those with several outputs."""
    count = range(len(cls.inputs))
    keywords = "\n".join(
        f"    {k} = params.get({k!r}{f', default_{k}' if k in cls.defaults else ''})"
        for k in cls.keywords
    )
    return f"""
def node(inputs, params, data):
    here = STATE.__dict__
    {_numbered("x", count)}*_ = *inputs, {"None, " * len(count)}
    {_numbered("a", count).replace(",", " =")} None
{keywords}
{indent(_functions(cls), "    ")}
{indent(_made(cls), "    ")}
    return node
"""


def _history(cls: type[Function]) -> str:
    """Give `out` a node if it must remember how it was made."""
    if not cls.rules:
        return ""
    return f"""if here["grad_enabled"] and (type(data) is float32 or data.dtype.kind == "f"):
{indent(_functions(cls), "    ")}
    if {_any(i for i, _ in cls.rules)}:
{indent(_made(cls), "        ")}
        out._fn = node"""


def _functions(cls: type[Function]) -> str:
    return "\n".join(
        f"f{i} = None if type(x{i}) is not Tensor else x{i}._fn "
        f"if x{i}._meta is None and not x{i}._req else function_of(x{i})"
        for i, _ in cls.rules
    )


def _made(cls: type[Function]) -> str:
    """A node with everything in it."""
    differentiable = [i for i, _ in cls.rules]
    saving = {i: [j for j, rule in cls.rules if i in rule.saves] for i in range(len(cls.inputs))}
    saved = [i for i, rules in saving.items() if rules]
    with_result = [i for i, rule in cls.rules if rule.takes("result")]
    lines = [
        "node = new(cls)",
        'node.sequence = here["sequence"] = here["sequence"] + 1',
        f"node.below = ({_numbered('f', differentiable)})",
        "node.ports = None",
        f"if {' or '.join(f'f{i} is not None and x{i}._nr' for i in differentiable) or False}:",
        f"    node.ports = ports_of([{_numbered('x', differentiable)}])",
        *(line for i in saved for line in _saved(cls, i, saving[i])),
        f"node.saved = ({_listed(f's{i}' if i in saved else 'None' for i in saving)})"
        if saved
        else "node.saved = ()",
        f"node.versions = ({_listed(f'v{i}' if i in saved else '0' for i in saving)})"
        f" if {' or '.join(f'v{i}' for i in saved)} else ({'0, ' * len(saving)})"
        if saved
        else "node.versions = ()",
        f"node.params = {_params(cls, cls.shapes_saved)}",
        "if type(data) is float32:",
        "    node.kind, node.shape, node.dtype = float32, (), FLOAT32",
        "else:",
        "    node.kind, node.shape, node.dtype = type(data), data.shape, data.dtype",
        f"node.result = {_if_any(cls, with_result, 'data') if with_result else 'None'}",
        "node.extra = node.origin = node._metadata = None",
        "node.freed = False",
        'if here["origin"] is not None:',
        f'    here["origin"].made(node, [{_numbered("x", differentiable)}])',
    ]
    return "\n".join(lines)


def _saved(cls: type[Function], i: int, rules: Sequence[int]) -> list[str]:
    """What the rules (by their inputs) want of input `i`, unless none of these is needed."""
    return [
        f"v{i} = 0",
        f"s{i} = {_if_any(cls, rules, f'x{i}')}",
        f"if type(s{i}) is Tensor:",
        f"    if s{i}._meta is not None:",
        f"        v{i} = saved_version(s{i})",
        f"elif type(a{i}) is float32 and data.dtype is FLOAT32 and s{i} is not None:",
        f"    s{i} = a{i}",
        f"elif s{i} is not None:",
        f"    s{i} = data.dtype.type(s{i})",
    ]


# ---- run -----------------------------------------------------------------------------------------


def _run(cls: type[Function], name: str) -> str:
    """`run`, or `spend`: which lets go of what was saved."""
    saved = sorted({i for _, rule in cls.rules for i in rule.saves})
    everything = [f"s{i}" if i in saved else "_" for i in range(len(cls.inputs) if saved else 0)]
    takes_result = any(rule.takes("result") for _, rule in cls.rules)
    lines = []
    if saved or takes_result:
        lines += ["if F is kernels:", "    if self.freed:", "        raise RuntimeError(FREED)"]
        if saved:
            lines.append(f"    {_listed(everything)} = self.saved")
        for i in saved:
            lines += [
                f"    if type(s{i}) is Tensor:",
                f"        if s{i}._meta is not None and version_of(s{i}) != self.versions[{i}]:",
                "            self.check_versions()  # which says what was changed",
                f"        s{i} = s{i}._data",
            ]
        if takes_result:
            lines += [
                "    result = self.result",
                "    if type(result) is SavedResult:",
                "        result = self.checked_result()",
            ]
        lines += ["else:", f"    {_listed([*everything, 'result'])} = self.unpack(F)"]
    if any(rule.takes("param") for _, rule in cls.rules):
        lines.append("params = self.params")
    calls = [
        _if_any(cls, [i], f"rule{i}({', '.join(_argument(*a) for a in rule.arguments)})")
        for i, rule in cls.rules
    ]
    missing = "not any(g is not None for g in grad)" if cls.many else "grad is None"
    spent = name == "spend"
    return f"""
def {name}(self, grad, F):
    {_numbered("f", [i for i, _ in cls.rules])} = self.below
    if {missing}:
        {"self.release()" if spent else ""}
        return ({"None, " * len(cls.rules)})
{indent(chr(10).join(lines), "    ")}
    outs = ({_listed(calls)})
{indent(_let_go(cls, saved), "    ") if spent else ""}
    return outs
"""


def _let_go(cls: type[Function], saved: Sequence[int]) -> str:
    there = [f"s{i} is not None" for i in saved] + ["result is not None"] * cls.saves_result
    lines = ["self.saved = NOTHING"] * bool(saved) + ["self.result = None"] * cls.saves_result
    return "\n".join([*lines, f"self.freed = {' or '.join(there)}"]) if there else ""


def _argument(kind: str, key: Any) -> str:
    if kind == "saved":
        return f"s{key}"
    return f"params[{key!r}]" if kind == "param" else kind


# ---- pieces of Python ----------------------------------------------------------------------------


def _listed(items: Iterable[str]) -> str:
    """Each with a comma after it, so that one alone makes a tuple too."""
    return "".join(f"{item}, " for item in items)


def _numbered(letter: str, numbers: Iterable[int]) -> str:
    return _listed(f"{letter}{i}" for i in numbers)


def _params(cls: type[Function], shapes: Iterable[tuple[str, int]]) -> str:
    items = [f"{k!r}: {k}" for k in cls.keywords]
    items += [f"{k!r}: x{i}._data.shape if type(x{i}) is Tensor else ()" for k, i in shapes]
    return f"{{{', '.join(items)}}}" if items else "NO_PARAMS"


def _any(numbers: Iterable[int]) -> str:
    return " or ".join(f"f{i} is not None" for i in numbers)


def _if_any(cls: type[Function], numbers: Sequence[int], value: str) -> str:
    """`value` where one of these inputs gets a gradient; of a single one that is certain."""
    if len(cls.rules) == len(numbers):
        return value
    return f"({value} if {_any(numbers)} else None)"


# ---- what the written code calls -----------------------------------------------------------------


def saved_version(x: Tensor) -> int:
    """The version of a tensor that is about to be saved; refuses inference tensors."""
    if x._meta is not None and x._meta.inference:
        raise RuntimeError(errors.INFERENCE_SAVED)
    return version_of(x)


def ports_of(inputs: Sequence[Any]) -> tuple[int, ...]:
    """Which output of its Function each input is."""
    return tuple(x._nr if isinstance(x, Tensor) else 0 for x in inputs)


def refuse(
    cls: type[Function], arrays: Sequence[Array], params: dict[str, Any], error: Exception
) -> None:
    """Raise PyTorch's sentence for what NumPy has refused."""
    cls.explain([np.shape(a) for a in arrays], params)
    raise RuntimeError(str(error)) from None


_SCOPE: dict[str, Any] = {
    "FLOAT32": np.dtype(np.float32), "FREED": errors.FREED, "NO_PARAMS": {}, "STATE": STATE,
    "SavedResult": SavedResult, "Tensor": Tensor, "float32": np.float32, "kernels": kernels,
    "meta_of": meta_of, "ndarray": np.ndarray, "new": object.__new__, "ports_of": ports_of,
    "refuse": refuse, "saved_version": saved_version, "scalar": np.float32(1).__mul__,
    "share_view": share_view, "version_of": version_of, "viewable": viewable,
}  # fmt: skip
