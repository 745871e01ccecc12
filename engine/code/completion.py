"""What could be typed next, and what is said about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.code import allowed
from engine.registry import OPS
from engine.tensor import Tensor

LINES = {
    "backward": "backward(gradient=None, retain_graph=None, create_graph=False)",
    "requires_grad_": "requires_grad_(requires_grad=True)",
    "retain_grad": "retain_grad()",
    "zero_": "zero_()",
}
"""Lines of the Program that are calls on a node or its .grad, with their signatures."""
_ABOUT = {
    "backward": "Line of the Program: compute gradients down to the leaves",
    "requires_grad_": "Line of the Program: say whether this leaf's gradient is wanted",
    "retain_grad": "Line of the Program: keep .grad of this computed tensor",
    "zero_": "Line of the Program: fill .grad with zeros",
    "print": "Show several values",
    "grad": "The gradient accumulated so far",
    "grad_fn": "The Function that made it",
    "shape": "The size of each dimension",
    "dtype": "The type of its entries",
    "requires_grad": "Whether its gradient is wanted",
    "is_leaf": "Whether it was not computed from others",
    "T": "The transpose",
    "data": "The same values without history",
}
_CHAIN = re.compile(r"((?:[^\W\d]\w*(?:\[\d*\])?\.)*)([^\W\d]\w*)?$")
_CALL = re.compile(r"((?:[^\W\d]\w*\.)*[^\W\d]\w*)\($")


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` takes the place of the last `typed` characters; `about` says what it is."""

    text: str
    typed: int
    about: str = ""
    call: bool = False


def completions(before: str, names: Mapping[str, Any]) -> list[Completion]:
    """What may follow the text before the cursor; `names` gives each known name's value."""
    match = _CHAIN.search(before)
    if match is None or (not match[1] and not match[2]):
        return []
    chain, start = match[1].removesuffix("."), match[2] or ""
    inner = before[: match.start()].rstrip()
    if inner[-1:] == "." or (not chain and inner.endswith(("'", '"'))):
        return []
    found = _members(chain, names) if chain else _globals(names)
    hidden = not start.startswith("_")
    offered = [
        Completion(name, len(start), about, call)
        for name, (about, call) in sorted(found.items(), key=_rank)
        if name.startswith(start) and not (hidden and name.startswith("_"))
    ]
    return [] if [c.text for c in offered] == [start] else offered  # nothing is left to type


def _rank(item: tuple[str, tuple[str, bool]]) -> tuple[bool, str]:
    """What everybody asks a tensor for comes first, the rest by the alphabet."""
    name, (about, _) = item
    return about != _ABOUT.get(name), name.lower()


def _globals(names: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    found = {name: (told(value), False) for name, value in names.items()}
    found |= {"torch": ("The functions of PyTorch", False)}
    found |= {"F": ("torch.nn.functional", False), "print": (_ABOUT["print"], True)}
    return found | {name: ("Python's own", True) for name in allowed.BUILTINS}


def _members(chain: str, names: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    if chain in allowed.SPACES and chain.partition(".")[0] not in names:
        inside = [s.removeprefix(f"{chain}.") for s in allowed.SPACES if s.startswith(f"{chain}.")]
        found = {name.partition(".")[0]: ("Module", False) for name in inside}
        found |= {n: (_about(n), True) for n in allowed.functions(chain)}
        constants = allowed.CONSTANTS if chain == "torch" else {}
        return found | {n: (repr(v)[:40], False) for n, v in constants.items()}
    return _of_kind(_kind(chain, names))


def _of_kind(kind: type | None) -> dict[str, tuple[str, bool]]:
    if kind is None:
        return {}
    found = {n: (_ABOUT.get(n, ""), False) for n in allowed.attributes(kind)}
    found |= {n: (_about(n), True) for n in allowed.methods(kind)}
    if kind is Tensor:
        found |= {n: (_ABOUT[n], True) for n in LINES}
    return found


def _kind(chain: str, names: Mapping[str, Any]) -> type | None:
    """The type of `w.grad` and the like, as far as it can be told without working it out."""
    head, *rest = chain.split(".")
    name, bracket, _ = head.partition("[")
    if name not in names:
        return None
    value = names[name]
    kind = type(value[0]) if bracket and isinstance(value, (tuple, list)) and value else type(value)
    if value is None:  # nothing is known of it yet, and nearly everything is a tensor
        kind = Tensor
    for part in rest:
        if kind is not Tensor:
            return None
        if part == "grad_fn":
            return type(getattr(value, "grad_fn", None))
        kind = Tensor if part.partition("[")[0] in ("grad", "data", "T", "mT") else type(None)
    return None if kind is type(None) else kind


def told(value: Any) -> str:
    """A value in a few words, for a list; nothing where there is none yet."""
    if value is None:
        return ""
    if isinstance(value, Tensor):
        kind = value.dtype.name
        sizes = ", ".join(map(str, value.shape))
        return f"{kind} ({sizes})" if value.ndim else f"{kind}, one number"
    if isinstance(value, (tuple, list)):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__


def _about(name: str) -> str:
    op = OPS.get(name)
    return _first_sentence(op.doc) if op is not None else _ABOUT.get(name, "")


def _first_sentence(doc: str) -> str:
    return doc.partition("\n")[0].rstrip(".").replace("`", "")


# ---- signatures ----------------------------------------------------------------------------------


def signature(before: str, names: Mapping[str, Any]) -> str:
    """The call the cursor is in, as `torch.sum(input, dim=None)`, with a word about it; or ""."""
    at = _open_bracket(before)
    match = _CALL.search(before[: at + 1]) if at >= 0 else None
    if match is None:
        return ""
    path = match[1]
    chain, _, name = path.rpartition(".")
    text = _signature(chain, name, names)
    about = _about(name)
    return f"{text}   {about}" if text and about else text


def _open_bracket(text: str) -> int:
    """Where the innermost bracket that is still open stands, -1 if there is none."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in ")]}") - (text[at] in "([{")
        if depth < 0:
            return at
    return -1


def _signature(chain: str, name: str, names: Mapping[str, Any]) -> str:
    if chain in allowed.SPACES:
        found = allowed.functions(chain).get(name)
        return "" if found is None else f"{chain}.{name}({_parameters(found, False)})"
    if name in LINES and chain:
        return f"{chain}.{LINES[name]}"
    if _kind(chain, names) is Tensor:
        found = allowed.methods(Tensor).get(name)
        return "" if found is None else f"{chain}.{name}({_parameters(found, True)})"
    return ""


def _parameters(function: Callable[..., Any], method: bool) -> str:
    """Its parameters, without types; a function's first is called `input`, as in PyTorch."""
    try:
        given = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return "…"
    if method:
        given = given[1:]
    parts = [_parameter(p) for p in given if p.name not in ("out", "generator", "memory_format")]
    if not method and parts[:1] == ["self"]:
        parts[0] = "input"
    return ", ".join(parts)


def _parameter(p: inspect.Parameter) -> str:
    star = "*" if p.kind is p.VAR_POSITIONAL else "**" if p.kind is p.VAR_KEYWORD else ""
    return f"{star}{p.name}" if p.default is p.empty else f"{p.name}={p.default!r}"
