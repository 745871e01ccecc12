"""The modules of Python's library a program may import, each a closed table."""

from __future__ import annotations

import ast
import collections
import functools
import itertools
import math
import operator
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.code.costs import words
from engine.code.faults import Fault
from engine.code.script import classes, numeric, sentences
from engine.code.script.closures import Closure
from engine.code.script.methods import called_by
from engine.code.script.tools import partial
from engine.code.script.values import Flow, Hint, Space, StandIn, Tool

if TYPE_CHECKING:
    from engine.code.script.statements import Statements

_MATH = words("""
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist erf erfc
    exp exp2 expm1 fabs floor fmod frexp fsum gamma gcd hypot isclose isfinite isinf isnan isqrt lcm
    ldexp lgamma log log10 log1p log2 modf prod radians remainder sin sinh sqrt tan tanh trunc
""")
_RANDOM = words("""
    betavariate choice choices expovariate gauss getrandbits normalvariate randint random randrange
    sample seed shuffle triangular uniform
""")
_ENDLESS = words("""
    accumulate chain combinations combinations_with_replacement compress count cycle dropwhile
    filterfalse islice pairwise permutations product repeat starmap takewhile zip_longest
""")
_OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "truediv": ast.Div, "floordiv": ast.FloorDiv,
    "mod": ast.Mod, "pow": ast.Pow, "matmul": ast.MatMult, "and_": ast.BitAnd, "or_": ast.BitOr,
    "xor": ast.BitXor,
}  # fmt: skip
_CALLING = words("accumulate dropwhile filterfalse starmap takewhile")


def modules(world: Statements) -> dict[str, Any]:
    """The modules by name."""
    made = {
        "math": _math(world), "random": _random(world), "itertools": _itertools(world),
        "functools": _functools(world), "collections": _collections(world),
        "copy": _table(world, "copy", deepcopy=_deepcopy, copy=_copy),
        "time": _time(world), "timeit": _table(world, "timeit", default_timer=_now),
        "dataclasses": Space.of("dataclasses", {
            "dataclass": Tool("dataclass", world.dataclass), "field": Tool("field", classes.field),
            "asdict": Tool("asdict", world.as_dict),
        }),
        "operator": _operators(world),
        "warnings": _table(world, "warnings", warn=_nothing, filterwarnings=_nothing,
                           simplefilter=_nothing),
        **numeric.Numeric(world).spaces(),
    }  # fmt: skip
    for name in ("typing", "abc", "collections.abc", "typing_extensions"):
        made[name] = Space(name, Hint, lambda: ())
    return made


def _table(world: Statements, name: str, **members: Any) -> Space:
    return Space.of(
        name, {n: Tool(f"{name}.{n}", functools.partial(f, world)) for n, f in members.items()}
    )


def _math(world: Statements) -> Space:
    def guarded(name: str) -> Any:
        do = getattr(math, name)

        def call(*args: Any, **kw: Any) -> Any:
            missing = next((a for a in args if isinstance(a, StandIn)), None)
            if missing is not None:
                return missing
            given = [world.items(a) if isinstance(a, (Flow, range)) else a for a in args]
            world.read = world.read or any(hasattr(a, "grad_fn") for a in given)
            world.small(*given)
            return do(*given, **kw)

        return Tool(f"math.{name}", call)

    members = {n: guarded(n) for n in _MATH if hasattr(math, n)}
    for name, most in (("factorial", 500), ("comb", 2_000), ("perm", 500)):
        members[name] = Tool(f"math.{name}", functools.partial(_bounded, getattr(math, name), most))
    members["prod"] = Tool("math.prod", functools.partial(_product, world))
    members["lcm"] = Tool("math.lcm", functools.partial(_multiple, world))
    members["pow"] = Tool("math.pow", math.pow)
    constants = {n: getattr(math, n) for n in ("pi", "e", "tau", "inf", "nan")}
    return Space.of("math", {**members, **constants})


def _bounded(do: Any, most: int, *args: Any) -> Any:
    if any(isinstance(a, int) and a > most for a in args):
        raise Fault(sentences.TOO_SHIFTED.format(4_096))
    return do(*args)


def _product(world: Statements, values: Any, *, start: Any = 1) -> Any:
    return functools.reduce(_combining(world, ast.Mult(), operator.mul), world.items(values), start)


def _multiple(world: Statements, *values: int) -> int:
    found = 1
    for value in values:
        world.small(value, found)
        found = math.lcm(found, value)
    return found


def _combining(world: Statements, op: ast.operator, do: Any) -> Callable[[Any, Any], Any]:
    """An operator as a function, with the limits of the operator."""
    return lambda left, right: world.combined(ast.Pass(), op, left, right, do)


def _random(world: Statements) -> Space:
    source = random.Random()

    def guarded(name: str) -> Any:
        do = getattr(source, name)

        def call(*args: Any, **kw: Any) -> Any:
            if any(isinstance(a, StandIn) for a in args):
                return next(a for a in args if isinstance(a, StandIn))
            given = [world.items(a) if isinstance(a, Flow) else a for a in args]
            world.room(max((int(n) for n in (kw.get("k"),) if isinstance(n, int)), default=0))
            if name == "getrandbits" and int(args[0]) > world.limits.bits:
                raise Fault(sentences.TOO_SHIFTED.format(world.limits.bits))
            if name == "sample":
                world.room(max((n for n in args[1:2] if isinstance(n, int)), default=0))
            if name == "betavariate" and not all(map(math.isfinite, (*args, *kw.values()))):
                raise ValueError("betavariate: alpha and beta must be finite")  # or it never ends
            world.small(*args)
            return do(*given, **kw)

        return Tool(f"random.{name}", call)

    return Space.of("random", {n: guarded(n) for n in _RANDOM})


def _itertools(world: Statements) -> Space:
    def guarded(name: str) -> Any:
        do = getattr(itertools, name)

        def call(*args: Any, **kw: Any) -> Any:
            if any(isinstance(a, StandIn) for a in args):
                return next(a for a in args if isinstance(a, StandIn))
            given = list(args)
            if name in _CALLING:
                given = [called_by(world, a) if callable(a) else a for a in given]
            if name in ("cycle", "product", "permutations", "combinations"):
                given = [a if isinstance(a, int) else world.items(a) for a in given]
            if name == "product":
                world.room(int(kw.get("repeat", 1)))
            return Flow(do(*given, **kw), _counter(world, name, given, kw), f"itertools.{name}")

        return Tool(f"itertools.{name}", call)

    found = {n: guarded(n) for n in _ENDLESS}
    found["tee"] = Tool("tee", lambda value, n=2: tuple(iter(world.items(value)) for _ in range(n)))
    return Space.of("itertools", found)


def _counter(world: Statements, name: str, args: list[Any], kw: Any) -> Callable[[], None]:
    """What counts a step: as many as there are parts in what is made."""
    if name == "product":
        parts = len(args) * int(kw.get("repeat", 1))
    elif name in ("permutations", "combinations", "combinations_with_replacement"):
        parts = args[1] if len(args) > 1 else kw.get("r") or len(args[0])
    else:
        parts = len(args)
    return functools.partial(world.count, max(1, int(parts)))


def _functools(world: Statements) -> Space:
    def reduce(function: Any, values: Any, *start: Any) -> Any:
        return functools.reduce(called_by(world, function), world.items(values), *start)

    def wraps(inner: Any) -> Any:
        def named(made: Any) -> Any:
            if isinstance(made, Closure):
                made.name = getattr(inner, "__name__", made.name)
                made.doc = inner.doc if isinstance(inner, Closure) else made.doc
                made.notes["__wrapped__"] = inner
            return made

        return Tool("wraps", named)

    def cached(function: Any = None, maxsize: Any = None, typed: Any = False) -> Any:
        if not callable(function):
            return Tool("lru_cache", cached)
        kept = functools.lru_cache(maxsize=None)(called_by(world, function))
        return Tool("cached", kept, binds=True)

    def to_key(function: Any) -> Any:
        return functools.cmp_to_key(called_by(world, function))

    tools: dict[str, Callable[..., Any]] = {
        "reduce": reduce, "wraps": wraps, "lru_cache": cached, "cache": cached,
        "partial": partial(world), "cmp_to_key": to_key,
    }  # fmt: skip
    return Space.of("functools", {n: Tool(f"functools.{n}", f) for n, f in tools.items()})


def _collections(world: Statements) -> Space:
    def default(factory: Any = None, *args: Any, **kw: Any) -> Any:
        make = None if factory is None else called_by(world, factory)
        if isinstance(factory, type):
            make = functools.partial(world.call, None, factory, (), {})  # type: ignore[arg-type]
        return collections.defaultdict(make, *args, **kw)

    def counter(values: Any = (), **kw: Any) -> Any:
        given = values if isinstance(values, dict) else world.items(values)
        return collections.Counter(given, **kw)

    def deque(values: Any = (), maxlen: Any = None) -> Any:
        return collections.deque(world.items(values), maxlen)

    def ordered(values: Any = (), **kw: Any) -> Any:
        given = values if isinstance(values, dict) else world.items(values)
        return collections.OrderedDict(given, **kw)

    kinds: dict[Any, Callable[..., Any]] = {
        collections.defaultdict: default, collections.Counter: counter, collections.deque: deque,
        collections.OrderedDict: ordered,
    }  # fmt: skip
    world.constructors.update(kinds)
    members: dict[str, Any] = {k.__name__: k for k in kinds}
    members["namedtuple"] = Tool("namedtuple", world.namedtuple)
    return Space.of("collections", members)


def _operators(world: Statements) -> Space:
    found = {n: Tool(n, getattr(operator, n)) for n in words("neg abs eq ne lt le gt ge not_")}
    for name, op in _OPERATORS.items():
        found[name] = Tool(name, _combining(world, op(), getattr(operator, name)))
    found["itemgetter"] = Tool("itemgetter", lambda *k: Tool("itemgetter", operator.itemgetter(*k)))
    return Space.of("operator", found)


def _time(world: Statements) -> Space:
    return _table(
        world, "time", time=_now, perf_counter=_now, monotonic=_now, process_time=_now,
        sleep=_nothing, strftime=lambda *_: "", ctime=lambda *_: "",
    )  # fmt: skip


def _now(world: Statements) -> float:
    return world.clock()


def _nothing(*_: Any, **__: Any) -> None: ...


def _deepcopy(world: Statements, value: Any, *_: Any) -> Any:
    import copy

    world.count(world.measured(value))
    return copy.deepcopy(value)


def _copy(world: Statements, value: Any) -> Any:
    import copy

    world.count(len(value) // 16 if isinstance(value, (list, dict, set, str)) else 0)
    return copy.copy(value)
