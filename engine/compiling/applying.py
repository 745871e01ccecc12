"""Writes `apply`, which makes a result and its node, and what makes one of the two alone."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from engine import inlining
from engine.compiling.called import SCOPE
from engine.compiling.pieces import any_of, if_any, keep_keywords, keywords_of, listed, numbered

if TYPE_CHECKING:
    from engine.function import Function


def apply(cls: type[Function], name: str, elsewhere: str) -> str:
    """`apply` for a thread whose State is as at first; `elsewhere` is what others do, if not this.

    Then this looks at the thread's State itself.
    """
    applied = numbered("x", range(len(cls.inputs))) + listed(f"{k}={k}" for k in cls.keywords)
    usual = f"if UNUSUAL:\n        {elsewhere.replace('APPLIED', applied)}" if elsewhere else ""
    head = f"def {name}({_signature(cls)}):\n    {usual}"
    return Body(cls, bool(elsewhere)).text(head)


def data_alone(cls: type[Function]) -> str:
    """The result's array: for operations in place and those with several outputs."""
    return f"""
def forward_data(inputs, params):
    {_unpacked(cls)}
{_from_params(cls)}
{indent(Body(cls, usual=True).computed(), "    ")}
    return data
"""


def _unpacked(cls: type[Function]) -> str:
    """The inputs by number; the last may be left out."""
    count = range(len(cls.inputs))
    given = f"inputs if len(inputs) == {len(count)} else (*inputs, *[None] * {len(count)})"
    return f"{numbered('x', count)} = ({given})[:{len(count)}]" if count else ""


def _from_params(cls: type[Function]) -> str:
    return "\n".join(
        f"    {k} = params.get({k!r}{f', default_{k}' if k in cls.defaults else ''})"
        for k in cls.keywords
    )


def node_alone(cls: type[Function]) -> str:
    """A node outside `apply`: for operations in place and those with several outputs."""
    count = range(len(cls.inputs))
    body = Body(cls, usual=False)
    return f"""
def node(inputs, params, data):
    {_unpacked(cls)}
    {numbered("a", count).replace(",", " =")} None
    form = {"(None, data.shape, data.dtype)" if cls.many else "form_of(data)"}
{_from_params(cls)}
{indent(body.functions(), "    ")}
{indent(body.made(), "    ")}
    return node
"""


def _signature(cls: type[Function]) -> str:
    names = [
        *((f"x{i}", name) for i, name in enumerate(cls.inputs)),
        *((name, name) for name in cls.keywords),
    ]
    given = [a + (f"=default_{name}" if name in cls.defaults else "") for a, name in names]
    if cls.keywords:
        given.insert(len(cls.inputs), "*")
    return ", ".join(given)


@dataclass(frozen=True)
class Body:
    """What makes a result, and a node where one is due.

    `usual`: the thread's State is as at first; `known` are the inputs that are tensors for certain.
    """

    cls: type[Function]
    usual: bool
    known: frozenset[int] = frozenset()

    def text(self, head: str) -> str:
        """A function that begins with `head`."""
        cls = self.cls
        return f"""
{head}
    {"viewable(x0)" if cls.view else ""}
{indent(self.computed(), "    ")}
    if type(data) is float32:
        form = SCALAR
    else:
        if type(data) is ndarray:
            if data.ndim > 1:
                {_laid(cls)}
            elif not data.ndim and data.base is None:
                data = data[()]
        form = SCALAR if type(data) is float32 else (type(data), data.shape, data.dtype)
    out = new(Tensor)
    out._data = data
    out._nr = 0
    out._req = False
    out._fn = out._grad = out._meta = out._accumulator = None
{indent(self._history(), "    ")}
    {"share_view(out, x0)" if cls.view else "" if self.usual else _MARK_INFERENCE}
    return out
"""

    def computed(self) -> str:
        """The inputs' arrays, and what forward makes of them."""
        cls = self.cls
        arrays = numbered("a", range(len(cls.inputs)))
        keywords = listed(f"{k}={k}" for k in cls.keywords)
        forward = inlining.expression(cls.forward, self._forward_names(), SCOPE)
        return f"""\
{self._arrays()}
try:
    data = {forward or f"forward(kernels, {arrays}{keywords})"}
except (ValueError, MemoryError) as error:
    refuse(cls, [{arrays}], {keywords_of(cls, ())}, error)"""

    def _forward_names(self) -> dict[str, str]:
        """What the parameters of forward are called here."""
        return {
            "F": "kernels",
            **{name: f"a{i}" for i, name in enumerate(self.cls.inputs)},
            **{name: name for name in self.cls.keywords},
        }

    def _arrays(self) -> str:
        """The inputs' arrays, in one dtype where the class asks for that."""
        cls, count = self.cls, range(len(self.cls.inputs))
        found = "\n".join(
            f"a{i} = x{i}._data{'' if i in self.known else f' if type(x{i}) is Tensor else x{i}'}"
            for i in count
        )
        if cls.promote == "none":
            return found if cls.view else f"{found}\n{_large(cls)}"
        kinds = " is ".join(f"type(a{i})" for i in count)
        sizes = " * ".join(f"a{i}.size" for i in count)  # MANY may not fit in memory
        same = [f"{kinds} is ndarray", *(f"a{i}.dtype is a0.dtype" for i in count[1:])]
        arrays = " and ".join([*same, f"{sizes} < MANY"])
        fitting = [f"type(x{i}) is Tensor" for i in count if i not in self.known]
        fitting.append(f"({arrays} or {kinds} and type(a0) is not ndarray)")
        if cls.promote == "float":
            fitting.append('a0.dtype.kind == "f"')
        promoted = f"    [{numbered('a', count)}] = promote(({numbered('x', count)}))"
        if len(count) == 2:  # a Python float beside a tensor of float32
            promoted = f"""\
    if type(x1) is float and type(x0) is Tensor and a0.dtype is FLOAT32:
        a1 = scalar(x1)
    else:
    {promoted}"""
        return f"{found}\nif not ({kinds} is float32 or {' and '.join(fitting)}):\n{promoted}"

    def _history(self) -> str:
        """Give `out` a node if it must remember how it was made."""
        if not self.cls.rules:
            return ""
        asked = '(form is SCALAR or data.dtype.kind == "f")'
        return f"""if {asked if self.usual else f"STATE.grad_enabled and {asked}"}:
{indent(self.functions(), "    ")}
    if {any_of(i for i, _ in self.cls.rules)}:
{indent(self.made(), "        ")}
        out._fn = node"""

    def functions(self) -> str:
        """Where the inputs' gradients go."""
        return "\n".join(map(self._function, (i for i, _ in self.cls.rules)))

    def _function(self, i: int) -> str:
        lines = f"""\
f{i} = x{i}._fn
m{i} = x{i}._meta
if m{i} is not None and m{i}.base is not None and (f{i} is None or m{i}.seen != m{i}.version.count):
    f{i} = function_of(x{i})
elif f{i} is None and x{i}._req:
    f{i} = (x{i}._accumulator or nothing)() or accumulator(x{i})"""
        if i in self.known:
            return lines
        return f"f{i} = None\nif type(x{i}) is Tensor:\n{indent(lines, '    ')}"

    def made(self) -> str:
        """A node with everything in it."""
        cls = self.cls
        differentiable = [i for i, _ in cls.rules]
        saved = sorted({i for _, rule in cls.rules for i in rule.saves})
        with_result = [i for i, rule in cls.rules if rule.takes("result")]
        kept = listed(f"s{i}" if i in saved else "None" for i in range(len(cls.inputs)))
        lines = [
            "node = cls()",
            "node.sequence = tick()",
            f"node.below = ({numbered('f', differentiable)})",
            "node.form = form",
            *map(self._saved, saved),
            f"node.saved = ({kept})" if saved else "node.saved = ()",
            keep_keywords(cls),
            f"node.result = {'data' if with_result else 'None'}",
            "node.extra = node.arrived = None",
            f"if {' or '.join(map(self._has_number, differentiable))}:",
            f"    node.ports = ports_of([{numbered('x', differentiable)}])",
        ]
        if saved:
            lines.append(f"if {' or '.join(map(self._has_meta, saved))}:")
            lines.append("    node.versions = versions_of(node.saved)")
        if not self.usual:
            lines.append("if STATE.origin is not None:")
            lines.append(f"    STATE.origin.made(node, [{numbered('x', differentiable)}])")
        return "\n".join(filter(None, lines))

    def _has_number(self, i: int) -> str:
        return f"x{i}._nr" if i in self.known else f"f{i} is not None and x{i}._nr"

    def _has_meta(self, i: int) -> str:
        return (
            f"{f'x{i}' if i in self.known else f'type(s{i}) is Tensor and s{i}'}._meta is not None"
        )

    def _saved(self, i: int) -> str:
        """What the rules want of input `i`, unless none of these is needed."""
        rules = [j for j, rule in self.cls.rules if i in rule.saves]
        kept = f"s{i} = {if_any(self.cls, rules, f'x{i}')}"
        if i in self.known:
            return kept
        return f"""\
{kept}
if s{i} is not None and type(s{i}) is not Tensor:
    s{i} = a{i} if type(a{i}) is float32 and form[2] is FLOAT32 else data.dtype.type(s{i})"""


_MARK_INFERENCE = """if STATE.inference and out._fn is None:
        meta_of(out).inference = True"""


def _laid(cls: type[Function]) -> str:
    """Bring the result into PyTorch's layout, if it or an input is not row-major."""
    if cls.view or cls.layout == "own":
        return "pass"
    if cls.layout == "rows":
        return "data = data if data.flags.c_contiguous else rows(data)"
    names = cls.inputs if cls.layout == "inputs" else cls.layout.split()
    arrays = [f"a{cls.inputs.index(name)}" for name in names]
    odd = [f"type({a}) is ndarray and not {a}.flags.c_contiguous" for a in arrays]
    if cls.promote == "none":  # else it is a ufunc's, row-major if its inputs are
        odd.insert(0, "not data.flags.c_contiguous")
    asked = " or ".join(odd)
    return f"data = laid(data, [{', '.join(arrays)}]) if {asked} else data"


def _large(cls: type[Function]) -> str:
    """What inputs do not tell the size of the result in general: ask if they are large together."""
    arrays = [f"a{i}" for i in range(len(cls.inputs))]
    if not arrays:
        return ""
    first, *others = arrays
    sizes = "".join(f" * ({a}.size or 1 if type({a}) is ndarray else 1)" for a in others)
    asked = f"type({first}) is ndarray and {first}.size{sizes} >= MANY"
    return f"if {asked}:\n    room_for(cls, [{', '.join(arrays)}])"
