"""Writes what a Function class does besides its arithmetic, as one would by hand.

Most of an operation on a few numbers would be bookkeeping: which inputs are tensors, what is saved,
which rule is called with what.  The signatures of `forward` and of the rules settle nearly all of
it, so it is settled once per class, as straight Python that is compiled at its first use;
`print(compiling.source(MulBackward0))` shows it.

Names there: `x0` is the first input, `a0` its array, `f0` the Function its gradient goes to, `s0`
what is saved of it, `g0` its gradient, `m0` the Meta of a tensor.  Keywords have their own names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.compiling.applying import Body, apply, data_alone, node_alone
from engine.compiling.called import scope_of
from engine.compiling.pieces import listed, numbered
from engine.compiling.running import flow, run

if TYPE_CHECKING:
    from engine.function import Function
    from engine.tensor import Tensor


def install(cls: type[Function]) -> None:
    """Give the class the functions written for it."""
    scope = scope_of(cls)
    exec(compile(source(cls), f"<written for {cls.__name__}>", "exec"), scope)
    cls.apply = staticmethod(scope["apply"])  # type: ignore[method-assign]
    cls.forward_data = staticmethod(scope["forward_data"])  # type: ignore[method-assign]
    if cls.rules:
        cls.node = staticmethod(scope["node"])  # type: ignore[method-assign]
        cls.run = scope["run"]  # type: ignore[method-assign]
        cls.flow = scope["flow"]  # type: ignore[method-assign]


def direct(
    cls: type[Function], otherwise: Callable[..., Tensor], *names: str, numbers: bool = True,
    guard: str = "True", writes: bool = False,
) -> Any:  # fmt: skip
    """A function of tensors that does what `cls.apply` does, without a call in between.

    Anything but tensors (or, if `numbers`, floats after the first) goes to `otherwise`, and so does
    what `guard` says no to, an expression in the names of the written code.  Its parameters are
    called `names`, and if it `writes` one may say `out=`, which goes to `otherwise` too.
    """
    scope: dict[str, Any] = {}

    def write() -> None:
        if "apply" not in vars(cls):
            install(cls)
        scope.update(cls.apply.__globals__, otherwise=otherwise)
        code = _direct(cls, names, numbers, guard, writes)
        exec(compile(code, f"<direct for {cls.__name__}>", "exec"), scope)
        function.__code__ = scope["direct"].__code__

    # Written at its first use: until then its code is this line.  Whoever took hold of the function
    # before has the fast one afterwards.
    given = ", ".join(names)
    taken, passed = (", *, out=None", ", out=out") if writes else ("", "")
    exec(f"def direct({given}{taken}):\n    write()\n    return direct({given}{passed})", scope)
    function = scope["direct"]
    scope["write"] = write
    return function


def _direct(
    cls: type[Function], names: Sequence[str], numbers: bool, guard: str, writes: bool
) -> str:
    others = range(1, len(names))
    asked = "(type(x{0}) is Tensor or type(x{0}) is float)" if numbers else "type(x{0}) is Tensor"
    fits = " and ".join(["type(x0) is Tensor", *map(asked.format, others), guard])
    taken, passed = (", *, out=None", ", out=out") if writes else ("", "")
    fits += " and out is None" if writes else ""
    known = frozenset([0] if numbers else range(len(names)))
    given = "\n    ".join(f"x{i} = {name}" for i, name in enumerate(names))
    keywords = "\n    ".join(f"{k} = default_{k}" for k in cls.keywords)
    given_keywords = listed(f"{k}=default_{k}" for k in cls.keywords)
    head = f"""\
def direct({", ".join(names)}{taken}):
    {given}
    if not ({fits}):
        return otherwise({numbered("x", range(len(names))).removesuffix(", ")}{passed})
    if UNUSUAL:
        return unusual({numbered("x", range(len(names)))}{given_keywords})
    {keywords}"""
    return Body(cls, usual=True, known=known).text(head)


def source(cls: type[Function]) -> str:
    """The code written for a class."""
    code = apply(cls, "apply", "return unusual(APPLIED)") + apply(cls, "unusual", "")
    code += data_alone(cls)
    if not cls.rules:
        return code
    return code + node_alone(cls) + run(cls) + flow(cls)
