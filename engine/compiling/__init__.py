"""Writes the `apply`, `node`, `run` and `flow` of a Function class, as one would by hand.

Most of an operation on a few numbers would be bookkeeping: which inputs are tensors, what is saved,
which rule is called with what.  The signatures of `forward` and of the rules settle nearly all of
it, so it is settled once per class, as straight Python that is compiled at its first use;
`print(compiling.source(MulBackward0))` shows it.

Names there: `x0` is the first input, `a0` its array, `f0` the Function its gradient goes to, `s0`
what is saved of it, `g0` its gradient.  Keywords have their own names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.compiling.applying import Body, apply, node_alone
from engine.compiling.called import scope_of
from engine.compiling.pieces import numbered
from engine.compiling.running import flow, run

if TYPE_CHECKING:
    from engine.function import Function
    from engine.tensor import Tensor


def install(cls: type[Function]) -> None:
    """Give the class the functions written for it."""
    scope = scope_of(cls)
    exec(compile(source(cls), f"<written for {cls.__name__}>", "exec"), scope)
    cls.apply = staticmethod(scope["apply"])  # type: ignore[method-assign]
    if cls.rules:
        cls.node = staticmethod(scope["node"])  # type: ignore[method-assign]
        cls.run = scope["run"]  # type: ignore[method-assign]
        cls.flow = scope["flow"]  # type: ignore[method-assign]


def direct(cls: type[Function], otherwise: Callable[..., Tensor], *names: str) -> Any:
    """A function of tensors that does what `cls.apply` does, without a call in between.

    Anything but tensors (or, after the first, floats) goes to `otherwise`.  Its parameters are
    called `names`.
    """
    scope: dict[str, Any] = {}

    def write() -> None:
        scope.update(scope_of(cls), otherwise=otherwise)
        exec(compile(_direct(cls, names), f"<direct for {cls.__name__}>", "exec"), scope)
        function.__code__ = scope["direct"].__code__

    # Written at its first use: until then its code is this line.  Whoever took hold of the function
    # before has the fast one afterwards.
    given = ", ".join(names)
    exec(f"def direct({given}):\n    write()\n    return direct({given})", scope)
    function = scope["direct"]
    scope["write"] = write
    return function


def _direct(cls: type[Function], names: Sequence[str]) -> str:
    fits = "type(x0) is Tensor" + "".join(
        f" and (type(x{i}) is Tensor or type(x{i}) is float)" for i in range(1, len(names))
    )
    given = "\n    ".join(f"x{i} = {name}" for i, name in enumerate(names))
    keywords = "\n    ".join(f"{k} = default_{k}" for k in cls.keywords)
    head = f"""\
def direct({", ".join(names)}):
    {given}
    if not ({fits}):
        return otherwise({numbered("x", range(len(names)))})
    if UNUSUAL:
        return cls.apply({numbered("x", range(len(names)))})
    {keywords}"""
    return Body(cls, usual=True, known=frozenset([0])).text(head)


def source(cls: type[Function]) -> str:
    """The code written for a class."""
    code = apply(cls, "apply", "return unusual(APPLIED)") + apply(cls, "unusual", "")
    if not cls.rules:
        return code
    return code + node_alone(cls) + run(cls) + flow(cls)
