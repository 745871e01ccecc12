"""PyTorch's long complaint: `f() received an invalid combination of arguments - got …`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.calling.kinds import typename
from engine.calling.signature import Signature

Args = Sequence[Any]
Kwargs = Mapping[str, Any]


def combination(name: str, options: Sequence[Signature], args: Args, kwargs: Kwargs) -> str:
    """What was given, every signature there is, and why those of the same length do not fit."""
    # PyTorch goes through a hash map of the keywords, which for few of them is last to first
    kwargs = dict(reversed([*kwargs.items()]))
    text = f"{name}() received an invalid combination of arguments - got "
    if len(options) == 1:
        return _single(text, options[0], args, kwargs)
    lines = [f"{text}{_given(args, kwargs)}, but expected one of:"]
    for option in options:
        lines.append(f" * {option}")
        lines += _why(option, args, kwargs)
    return "\n".join([*lines, ""])


def _single(text: str, option: Signature, args: Args, kwargs: Kwargs) -> str:
    words = option.parts or [""]
    strange = _strange(words, kwargs)
    if strange:
        return f"{text}unrecognized keyword arguments: {', '.join(strange)}"
    same = len(words) == len(args) + len(kwargs)
    given = _marked(words, args, kwargs) if same else _given(args, kwargs)
    return f"{text}{given}, but expected {option}"


def _strange(words: Sequence[str], kwargs: Kwargs) -> list[str]:
    """The keywords that are not among the last words, where PyTorch looks for them."""
    last = words[max(len(words) - len(kwargs), 0) :] if kwargs else ()
    known = {word.rpartition(" ")[2] for word in last}
    return [name for name in kwargs if name not in known]


def _given(args: Args, kwargs: Kwargs) -> str:
    parts = [*map(typename, args), *(f"{k}={typename(v)}" for k, v in kwargs.items())]
    return _in_brackets(parts, args)


def _in_brackets(parts: Sequence[str], args: Args) -> str:
    # a call with keywords only keeps its last comma
    return f"({', '.join(parts)}{'' if args or not parts else ', '})"


def _why(option: Signature, args: Args, kwargs: Kwargs) -> Iterator[str]:
    """Why an option with the right number of words in it does not fit."""
    words = option.parts or [""]
    if len(words) != len(args) + len(kwargs):
        return
    strange = _strange(words, kwargs)
    reason = "didn't match because some of the "
    if strange:
        yield f"      {reason}keywords were incorrect: {', '.join(strange)}"
    else:
        yield f"      {reason}arguments have invalid types: {_marked(words, args, kwargs)}"


def _marked(words: Sequence[str], args: Args, kwargs: Kwargs) -> str:
    """Every argument's type, between exclamation marks where it is not the one in the option."""
    parts = []
    for i, word in enumerate(words):
        kind, _, name = word.rpartition(" ")
        named = i >= len(args)
        value = kwargs[name] if named else args[i]
        shown = (f"{name}=" if named else "") + _described(value)
        parts.append(shown if typename(value) in _fitting(kind) else f"!{shown}!")
    return _in_brackets(parts, args)


def _fitting(kind: str) -> tuple[str, ...]:
    return ("float", "int", "long") if kind == "float" else (kind,)


def _described(value: Any) -> str:
    if not isinstance(value, (list, tuple)):
        return typename(value)
    inside = ", ".join(map(typename, value))
    if isinstance(value, list):
        return f"{typename(value)} of [{inside}]"
    return f"{typename(value)} of ({inside}{',' if len(value) == 1 else ''})"
