"""The part of NumPy that programs about tensors use, with NumPy's own numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.code.costs import words
from engine.code.faults import Fault
from engine.code.script import sentences
from engine.code.script.values import Flow, Space, StandIn, Tool

if TYPE_CHECKING:
    from engine.code.script.statements import Statements

_SHAPED = words("zeros ones empty full eye identity")
_NAMES = words("""
    array asarray arange linspace logspace zeros ones empty full eye identity zeros_like ones_like
    full_like empty_like exp log log2 log10 log1p expm1 sin cos tan arcsin arccos arctan arctan2
    sinh cosh tanh sqrt square abs absolute sign floor ceil round around clip maximum minimum power
    mod add subtract multiply divide negative reciprocal mean sum std var prod max min amax amin
    argmax argmin argsort sort cumsum cumprod dot matmul outer inner vdot tensordot einsum transpose
    reshape ravel concatenate stack vstack hstack column_stack split array_split expand_dims squeeze
    where isnan isinf isfinite allclose isclose array_equal all any unique meshgrid tile repeat diag
    tril triu trace kron diff flip roll broadcast_to median percentile quantile histogram bincount
    count_nonzero nonzero logical_and logical_or logical_not deg2rad rad2deg hypot interp polyfit
    polyval corrcoef cov size shape ndim nan_to_num searchsorted atleast_1d atleast_2d append
    delete insert take moveaxis swapaxes floor_divide remainder fabs cbrt isscalar argwhere
""")
_KINDS = words("""
    float16 float32 float64 int8 int16 int32 int64 uint8 bool_ double single intp
    ndarray floating integer number
""")
_RANDOM = words("""
    seed rand randn random random_sample normal uniform randint choice permutation shuffle
    standard_normal binomial poisson exponential beta gamma multinomial multivariate_normal
""")
_GENERATOR = words("""
    random normal uniform integers choice permutation shuffle standard_normal binomial poisson
    exponential beta gamma multivariate_normal
""")
_LINALG = words(
    "norm inv det solve eig eigh eigvals eigvalsh svd qr pinv matrix_rank cholesky lstsq"
)
_TYPED = words("""
    array asarray zeros ones empty full eye identity zeros_like ones_like full_like empty_like
    arange linspace astype
""")
_SQUARED = _LINALG | words("cov corrcoef diag")
"""What takes, or makes, as many times its entries as its longest side has."""
_PICKING = words("concatenate stack vstack hstack column_stack append insert delete einsum")
_METHODS = words("""
    all any argmax argmin argsort astype clip copy cumprod cumsum diagonal dot fill flatten item
    max mean min nonzero prod ravel repeat reshape round sort squeeze std sum swapaxes take tolist
    trace transpose var searchsorted
""")
_FIELDS = words("T dtype itemsize nbytes ndim shape size name kind real")


def is_plain(value: Any) -> bool:
    """Whether an array or scalar of NumPy holds numbers only."""
    return value.dtype.kind in "biufU"


class Numeric:
    """`numpy` as one program sees it: its random numbers are its own."""

    def __init__(self, world: Statements) -> None:
        self.world = world
        self.state = np.random.RandomState()

    def spaces(self) -> dict[str, Space]:
        """`numpy`, `numpy.random` and `numpy.linalg`."""
        own = {n: Tool(f"np.{n}", self._guarded(getattr(np, n), n)) for n in _NAMES}
        drawn: dict[str, Any] = {
            n: Tool(f"np.random.{n}", self._guarded(getattr(self.state, n), n)) for n in _RANDOM
        }
        drawn["default_rng"] = Tool("default_rng", self._generator)
        drawn["RandomState"] = Tool("RandomState", self._state)
        linear = {
            n: Tool(f"np.linalg.{n}", self._guarded(getattr(np.linalg, n), n)) for n in _LINALG
        }
        random, linalg = Space.of("numpy.random", drawn), Space.of("numpy.linalg", linear)
        constants = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None}
        kinds = {n: getattr(np, n) for n in _KINDS}
        every = {**own, **kinds, **constants, "random": random, "linalg": linalg}
        every["set_printoptions"] = Tool("set_printoptions", lambda *_, **__: None)
        return {
            "numpy": Space.of("numpy", every), "numpy.random": random, "numpy.linalg": linalg,
        }  # fmt: skip

    def _generator(self, seed: Any = None) -> Space:
        return self._methods(np.random.default_rng(seed), "Generator", _GENERATOR)

    def _state(self, seed: Any = None) -> Space:
        return self._methods(np.random.RandomState(seed), "RandomState", _RANDOM)

    def _methods(self, inner: Any, title: str, names: frozenset[str]) -> Space:
        found = {n: Tool(n, self._guarded(getattr(inner, n), n)) for n in names}
        return Space.of(title, found)

    def _guarded(self, do: Callable[..., Any], name: str) -> Callable[..., Any]:
        return functools.partial(_called, self.world, do, name)


def _called(world: Statements, do: Callable[..., Any], name: str, *args: Any, **kw: Any) -> Any:
    """Call one of NumPy's functions, if that stays within limits and gives numbers."""
    missing = next((a for a in (*args, *kw.values()) if isinstance(a, StandIn)), None)
    if missing is not None:
        return missing
    args = tuple(world.items(a) if isinstance(a, (Flow, range)) else a for a in args)
    kw = {k: _type(v) if k == "dtype" else v for k, v in kw.items()}
    if name in _TYPED:
        first = 0 if name == "astype" else 1
        args = (*args[:first], *(_typed(a) for a in args[first:]))
    if kw.get("out") is not None or any(a is object for a in (*args, *kw.values())):
        raise Fault(sentences.NO_ARRAY)
    world.weigh(_units(world, name, args, kw))
    if name in ("array", "asarray") and args:
        args = (_numbers(args[0]), *args[1:])
    return world.admitted(_checked(do(*args, **kw)), name)


def _typed(value: Any) -> Any:
    """An argument that may say a dtype, or how it lies in memory."""
    if isinstance(value, (type, np.dtype)) or (isinstance(value, str) and value not in "CFAK"):
        return _type(value)
    return value


def _type(kind: Any) -> Any:
    if isinstance(kind, (str, np.dtype)):
        return kind if np.dtype(kind).kind in "biuf" else object
    if kind in (int, float, bool):
        return kind
    if isinstance(kind, type) and issubclass(kind, np.generic):
        return kind
    return None if kind is None else object


def _numbers(value: Any) -> Any:
    """Lists in which tensors stand for their numbers."""
    if isinstance(value, (list, tuple)):
        return [_numbers(v) for v in value]
    return value.numpy() if hasattr(value, "numpy") and hasattr(value, "grad_fn") else value


def _checked(result: Any) -> Any:
    for part in result if isinstance(result, (tuple, list)) else (result,):
        if isinstance(part, np.ndarray) and not is_plain(part):
            raise Fault(sentences.NO_ARRAY)
    return result


def _units(world: Statements, name: str, args: tuple[Any, ...], kw: dict[str, Any]) -> int:
    given = [*args, *kw.values()]
    lists = [world.measured(a) for a in given if isinstance(a, (list, tuple))]
    shapes = [_shape(a) for a in given if isinstance(a, (np.ndarray, list, tuple))]
    arrays = [math.prod(shape) for shape in shapes]
    if name in _SQUARED:
        return max([1, *arrays]) * max((n for shape in shapes for n in shape), default=1) * 64
    numbers = [abs(int(n)) for n in _plain(given) if abs(n) < 2**62 and n == n]
    if name in ("arange",):
        start, stop, step = (*((0,) if len(args) == 1 else ()), *args, 1)[:3]
        return int(abs(stop - start) / abs(step or 1)) * 16
    if name in _SHAPED:
        return math.prod(max(1, n) for n in numbers) * 16
    if name in ("rand", "randn", "tile", "repeat", "broadcast_to"):
        return math.prod(max(1, n) for n in numbers) * max([1, *arrays]) * 16
    if name in _RANDOM | _GENERATOR:
        return _drawn(args, kw, name, shapes) * 64
    if name in ("linspace", "logspace"):
        return int(kw.get("num", args[2] if len(args) > 2 else 50)) * 16
    return _of_shapes(name, given, shapes, sum(lists))


def _drawn(
    args: tuple[Any, ...], kw: dict[str, Any], name: str, shapes: list[tuple[int, ...]]
) -> int:
    """Entries of what is drawn at random."""
    size = kw.get("size", args[-1] if args else 1)
    parts = [n for n in _plain([size]) if abs(n) < 2**62]
    drawn = int(math.prod(max(1, abs(n)) for n in parts))
    first = abs(args[0]) if name == "choice" and isinstance(args[0], int) else 1
    return max(drawn, first, _together(shapes), sum(map(math.prod, shapes)))


def _of_shapes(name: str, given: list[Any], shapes: list[tuple[int, ...]], listed: int) -> int:
    """Units of what is told from the shapes of what is given."""
    arrays = [math.prod(shape) for shape in shapes]
    if name in ("outer", "kron", "meshgrid", "einsum", "tensordot", "identity"):
        return math.prod(max(1, n) for n in arrays) * 16
    if name in ("dot", "matmul", "inner"):
        made = math.prod(max(1, *shape[:-1][:1], *shape[1:][-1:]) for shape in shapes)
        return max(math.isqrt(math.prod(max(1, n) for n in arrays)) * max([1, *arrays]), made * 16)
    if name == "bincount":
        largest = (int(a.max(initial=0)) for a in given if _is_array(a))
        return max([1, *_whole(_plain(given)), *largest]) * 64
    if name in ("histogram", "array_split", "split", "polyfit"):
        return (sum(arrays) + 1) * 64 * max([1, *(abs(n) for n in _whole(given))])
    if name in _PICKING:
        return (sum(arrays) + listed) * 64
    return max(sum(arrays) + listed, _together(shapes)) * 64


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def _whole(values: Any) -> list[int]:
    return [v for v in values if isinstance(v, int)]


def _shape(value: Any) -> tuple[int, ...]:
    """The shape of an array, or of lists in lists."""
    if isinstance(value, np.ndarray):
        return tuple(value.shape)
    found: list[int] = []
    while isinstance(value, (list, tuple)) and len(found) < 64:
        found.append(len(value))
        value = value[0] if value else None
    return (*found, *(value.shape if isinstance(value, np.ndarray) else ()))


def _together(shapes: list[tuple[int, ...]]) -> int:
    """Entries of what arrays of these shapes make together; 0 if they do not fit."""
    try:
        return math.prod(np.broadcast_shapes(*shapes))
    except ValueError:
        return 0


def _plain(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, (int, float)):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += _plain(value)
    return found


def attribute(world: Any, value: Any, name: str) -> Any:
    """What may be read of an array; raises AttributeError."""
    if name in _FIELDS:
        return world.admitted(getattr(value, name), name)
    if name in _METHODS:
        return Tool(name, functools.partial(_called, world, getattr(value, name), name))
    raise AttributeError(f"'{type(value).__name__}' object has no attribute '{name}'")
