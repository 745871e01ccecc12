"""Writes `run`, which gives what the rules give, and `flow`, which passes it on at once."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Any

from engine import inlining
from engine.compiling.called import SCOPE
from engine.compiling.pieces import if_any, listed, numbered

if TYPE_CHECKING:
    from engine.function import Function


def run(cls: type[Function]) -> str:
    """`run`: what the rules give, on arrays or on tensors."""
    used = _used(cls)
    saved, takes_result, everything = used
    load = []
    if saved or takes_result or cls.keeps_arrays:
        load = [
            "if F is kernels:",
            indent(_loaded(cls, used), "    "),
            "else:",
            f"    {listed([*everything, 'result'])} = self.unpack(F)",
        ]
    load.append(_keywords(cls))
    calls = [  # in PyTorch's order, which shows where the backward pass is recorded itself
        f"r{i} = "
        + if_any(cls, [i], f"rule{i}({', '.join(_argument(*a) for a in rule.arguments)})")
        for i, rule in sorted(cls.rules, key=lambda found: cls.inputs[found[0]])
    ]
    missing = "not any(g is not None for g in grad)" if cls.many else "grad is None"
    return f"""
def run(self, grad, F):
    {numbered("f", [i for i, _ in cls.rules])} = self.below
    if {missing}:
        return ({"None, " * len(cls.rules)})
{indent(chr(10).join([*filter(None, load), *calls]), "    ")}
    return ({numbered("r", [i for i, _ in cls.rules])})
"""


def flow(cls: type[Function]) -> str:
    """`flow`: the same on arrays, with what comes out passed on at once."""
    used = _used(cls)
    missing = "grad is None or not any(g is not None for g in grad)" if cls.many else "grad is None"
    passed = "\n".join(_passed(cls, k, i, rule) for k, (i, rule) in enumerate(cls.rules))
    gradients = numbered("g", [i for i, _ in cls.rules])
    several = len(cls.rules) > 1
    freed = [f"self.{name} = None" for name in ("saved", "result")[: 1 + used[1]]]
    return f"""
def flow(self, grad, keep, note):
    if {missing}:
        pass_nothing(self, grad, keep, note)
        return
    {numbered("f", [i for i, _ in cls.rules])} = self.below
    {gradients.replace(",", " =") + " None" if several else ""}
{indent(_loaded(cls, used), "    ")}
    {_keywords(cls)}
{indent(passed, "    ")}
    {"if not keep:" if used[0] or used[1] or cls.keeps_arrays else ""}
        {"; ".join(freed) if used[0] or used[1] or cls.keeps_arrays else ""}
    if note is not None:
        note((self, grad, {gradients}))
"""


Used = tuple[list[int], bool, list[str]]


def _used(cls: type[Function]) -> Used:
    """Which inputs the rules want saved, whether they want the result, and names for all inputs."""
    saved = sorted({i for _, rule in cls.rules for i in rule.saves})
    takes_result = any(rule.takes("result") for _, rule in cls.rules)
    names = [f"s{i}" if i in saved else "_" for i in range(len(cls.inputs) if saved else 0)]
    return saved, takes_result, names


def _loaded(cls: type[Function], used: Used) -> str:
    """The saved values as arrays."""
    saved, takes_result, everything = used
    lines = []
    if saved:
        lines += [
            "try:",
            f"    {listed(everything)} = self.saved",
            "except TypeError:",
            f"    {listed(everything)} = self.unsaved()",
        ]
    elif takes_result or cls.keeps_arrays:
        lines += ["if self.saved is None:", "    raise RuntimeError(FREED)"]
    for i in sorted(saved, key=cls.inputs.__getitem__):  # the order of PyTorch's complaints
        lines += [
            f"if type(s{i}) is Tensor:",
            f"    m{i} = s{i}._meta",
            f"    if m{i} is not None and (m{i}.version is None or not self.versions"
            f" or m{i}.version.count != self.versions[{i}]):",
            f"        self.check_version({i})",
            f"    s{i} = s{i}._data",
        ]
    if takes_result:
        lines += [
            "result = self.result",
            "if type(result) is SavedResult:",
            "    result = self.checked_result()",
        ]
    return "\n".join(lines)


def _keywords(cls: type[Function]) -> str:
    return "params = self.params" if any(r.takes("param") for _, r in cls.rules) else ""


def _passed(cls: type[Function], k: int, i: int, rule: Any) -> str:
    """The lines that compute one gradient and add it to what has arrived where it goes."""
    names = dict(zip(rule.names, (_argument(*a) for a in rule.arguments), strict=True))
    names |= {name: "kernels" for name, given in names.items() if given == "F"}
    call = f"rule{i}({', '.join(names.values())})"
    lines = f"""\
g{i} = {inlining.expression(rule.function, names, SCOPE) or call}
if type(g{i}) is float32 and f{i}.form is SCALAR:
    held = f{i}.arrived
    f{i}.arrived = g{i} if held is None else held + g{i}
else:
    send(self, {k}, f{i}, g{i})"""
    if len(cls.rules) == 1:
        return lines
    return f"if f{i} is not None:\n{indent(lines, '    ')}"


def _argument(kind: str, key: Any) -> str:
    if kind == "saved":
        return f"s{key}"
    return f"params[{key!r}]" if kind == "param" else kind
