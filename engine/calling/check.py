"""The check of a call against PyTorch's signatures, with PyTorch's words where it fits none.

The order of the tests and the texts are those of PyTorch's own parser: with one signature, or one
that the number of arguments points to, it says what is wrong; else it lists them all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from engine import devices
from engine.calling.kinds import is_index, is_int, is_number, is_sequence, typename
from engine.calling.listing import combination
from engine.calling.signature import NUMPY_NAMES, Parameter, Signature, signatures
from engine.calling.translation import translated
from engine.tensor import Tensor

Args = Sequence[Any]
Kwargs = Mapping[str, Any]

NUMBERS_AS_TENSORS = {
    "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide",
    "add_", "sub_", "subtract_", "mul_", "multiply_", "div_", "divide_", "true_divide_",
    "floor_divide_", "copy_",
}  # fmt: skip
"""Where PyTorch makes a tensor of a number."""

_NUMPYS = {numpy: name for name, others in NUMPY_NAMES.items() for numpy in others}


class Misfit(TypeError):
    """A call does not fit one signature."""


class Rule:
    """How one function may be called; of what PyTorch writes in Python it knows nothing.

    `known` holds the types of arguments that are fine whatever the values: `(*map(type, args),)`.
    """

    __slots__ = ("known", "name", "path", "signatures", "spelled", "strict")

    def __init__(self, path: str, strict: bool = False) -> None:
        self.path, self.known = path, set[Any]()
        self.strict = strict  # whether the first argument is a tensor in any case
        self.name = ""
        self.signatures: tuple[Signature, ...] = ()
        self.spelled: dict[str, str] = {}

    def __call__(self, args: Args, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The keywords under PyTorch's own names; raises TypeError for what it would not take.

        Raises what a wrong device raises, too.
        """
        key = _types(args, kwargs)
        if key not in self.known:
            self._study(key, args, kwargs)
        if kwargs and not self.spelled.keys().isdisjoint(kwargs):
            return {self.spelled.get(name, name): value for name, value in kwargs.items()}
        return kwargs

    @property
    def writes(self) -> bool:
        """Whether it takes tensors to write its results to."""
        return any(p.name == "out" for s in self.signatures for p in s.parameters)

    def _load(self) -> None:
        """Read the signatures, when something is called in a new way for the first time."""
        found = signatures(self.path)
        self.name, self.signatures = found or (self.path.rpartition(".")[2], ())
        named = {p.name for s in self.signatures for p in s.parameters}
        self.spelled = {k: v for k, v in _NUMPYS.items() if v in named and k not in named}

    def _study(self, key: Any, args: Args, kwargs: Kwargs) -> None:
        if not self.name:
            self._load()
        if not self.signatures:
            self._look_at_first(args)
        elif not self._fits(args, kwargs):
            return
        self.known.add(key)
        if self.spelled.keys().isdisjoint(kwargs) and not self._has_lists(args, kwargs):
            self.known.add(quick_key(args, kwargs))

    def _has_lists(self, args: Args, kwargs: Kwargs) -> bool:
        """Whether what lies in a list matters; in the data of a tensor it does not."""
        if self.signatures and self.signatures[0].parameters[:1]:
            args = args[self.signatures[0].parameters[0].kind.title == "object" :]
        return any(map(is_sequence, (*args, *kwargs.values())))

    def _fits(self, args: Args, kwargs: Kwargs) -> bool:
        """Whether it fits whatever the values; raises TypeError if it does not fit at all."""
        for signature in self.signatures:
            try:
                return not self._fit(signature, args, kwargs)
            except Misfit:
                continue
        self._refuse(args, kwargs)
        return None

    def _look_at_first(self, args: Args) -> None:
        if self.strict and args and not isinstance(args[0], Tensor):
            raise TypeError(
                f"{self.name}(): argument 'input' (position 1) must be Tensor, not "
                f"{typename(args[0])}"
            )

    def _refuse(self, args: Args, kwargs: Kwargs) -> NoReturn:
        count = len(args) + len(kwargs)
        listed = [s for s in self.signatures if not s.hidden]
        likely = [s for s in listed if s.least <= count <= len(s.parameters)]
        if len(self.signatures) == 1 or len(likely) == 1:
            try:
                self._fit((likely or listed)[0], args, kwargs)
            except Misfit as error:
                raise TypeError(str(error)) from None
        raise TypeError(combination(self.name, listed, args, kwargs))

    # ---- one signature ---------------------------------------------------------------------------

    def _fit(self, signature: Signature, args: Args, kwargs: Kwargs) -> bool:
        """Whether it fits by value only; raises Misfit if it does not fit at all."""
        if not signature.parameters and self.path.startswith("Tensor."):
            self._takes_nothing(args, kwargs)
        if signature.sizes_apart and args and not is_sequence(args[0]) and is_index(args[0]):
            args = (tuple(args),)
        if len(args) > signature.positional:
            self._too_many(signature, len(args))
        taken = []
        for i, parameter in enumerate(signature.parameters):
            if i < len(args):
                self._take(parameter, args[i], i + 1)
                taken.append((parameter, args[i]))
                continue
            given = [name for name in parameter.names if name in kwargs]
            if given:
                self._take(parameter, kwargs[given[0]], None)
                taken.append((parameter, kwargs[given[0]]))
            elif not parameter.optional:
                self._missing(signature, i)
        if len(taken) < len(args) + len(kwargs):
            self._unexpected(signature, len(args), kwargs)
        for parameter, value in taken:
            self._unpack(parameter, value)
        return any(isinstance(value, parameter.kind.by_value) for parameter, value in taken)

    def _take(self, parameter: Parameter, value: Any, position: int | None) -> None:
        if value is None and parameter.nullable:
            return
        if self._takes(parameter, value):
            if parameter.kind.title == "tuple of Tensors" and parameter.name != "indices":
                self._tensors(value)
            return
        where = "" if position is None else f" (position {position})"
        kind = parameter.kind.title
        found = f", not {typename(value)}"
        if kind == "tuple of ints" and position and is_sequence(value):
            found = f", but found element of type {typename(value[0])} at pos 0"
        raise Misfit(f"{self.name}(): argument '{parameter.name}'{where} must be {kind}{found}")

    def _takes(self, parameter: Parameter, value: Any) -> bool:
        if parameter.kind.takes(value):
            return True
        if parameter.kind.title == "Tensor":
            return self.name in NUMBERS_AS_TENSORS and is_number(value)
        return parameter.broadcast and parameter.kind.title == "tuple of ints" and is_int(value)

    def _tensors(self, values: Any) -> None:
        """Look at a list of tensors, at once: what is wrong there is wrong with any signature."""
        for k, item in enumerate(values):
            if not isinstance(item, Tensor):
                found = f"but got {typename(item)}"
                raise TypeError(f"expected Tensor as element {k} in argument 0, {found}")

    def _unpack(self, parameter: Parameter, values: Any) -> None:
        """Look at the items of sizes, of which only the first decided whether they fit."""
        if parameter.kind.title == "torch.device":
            devices.require(values)
        if parameter.kind.title != "tuple of ints" or not is_sequence(values):
            return
        for k, item in enumerate(values, 1):
            if not is_index(item) and not isinstance(item, bool):
                raise TypeError(
                    f"{self.name}(): argument '{parameter.name}' failed to unpack the object at "
                    f'pos {k} with error "type must be tuple of ints,but got {typename(item)}"'
                )

    # ---- what is wrong with the number of arguments ----------------------------------------------

    def _takes_nothing(self, args: Args, kwargs: Kwargs) -> None:
        """A method of the tensor alone, of which Python's own words speak."""
        if kwargs:
            raise Misfit(f"TensorBase.{self.name}() takes no keyword arguments")
        if args:
            raise Misfit(f"TensorBase.{self.name}() takes no arguments ({len(args)} given)")

    def _too_many(self, signature: Signature, count: int) -> NoReturn:
        least, most = signature.least, signature.positional
        if least != most:
            wanted = f"from {least} to {most} positional arguments but {count} were"
        else:
            were = "was" if count == 1 else "were"
            wanted = f"{most} positional argument{'' if most == 1 else 's'} but {count} {were}"
        raise Misfit(f"{self.name}() takes {wanted} given")

    def _missing(self, signature: Signature, i: int) -> NoReturn:
        names = [f'"{p.name}"' for p in signature.parameters[i:] if not p.optional]
        plural = "s" if len(names) == 1 else ""  # the wrong way round, as in PyTorch
        raise Misfit(
            f"{self.name}() missing {len(names)} required positional argument{plural}: "
            + ", ".join(names)
        )

    def _unexpected(self, signature: Signature, count: int, kwargs: Kwargs) -> NoReturn:
        for name in kwargs:
            places = [i for i, p in enumerate(signature.parameters) if name in p.names]
            if not places:
                raise Misfit(f"{self.name}() got an unexpected keyword argument '{name}'")
            if places[0] < count:
                raise Misfit(f"{self.name}() got multiple values for argument '{name}'")
        raise Misfit("invalid keyword arguments")


def quick_key(args: Args, kwargs: Kwargs) -> Any:
    """The types of all arguments and the names of those that have one."""
    if not kwargs:
        return (*map(type, args),)
    return (*map(type, args), *kwargs, *map(type, kwargs.values()))


def _types(args: Args, kwargs: Kwargs) -> Any:
    """The types of everything, and those inside lists."""
    found = tuple([_type(x) for x in args])
    return (*found, *((k, _type(x)) for k, x in kwargs.items())) if kwargs else found


def _type(x: Any) -> Any:
    kind = type(x)
    return (kind, frozenset(map(type, x))) if kind is not Tensor and is_sequence(x) else kind


def method(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A method of Tensor whose arguments are checked first."""
    rule = Rule(f"Tensor.{name}")
    known = rule.known

    @functools.wraps(function)
    def call(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if kwargs:
            if (*map(type, args), *kwargs, *map(type, kwargs.values())) not in known:
                kwargs = rule(args, kwargs)
        elif (*map(type, args),) not in known:
            rule(args, kwargs)
        try:
            return function(self, *args, **kwargs)
        except (MemoryError, TypeError, ValueError) as error:
            better = translated(error, name, (self, *args))
            if better is None:
                raise
            raise better from None

    call.__name__ = name
    return call
