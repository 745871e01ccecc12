"""The same graph run by PyTorch, where it is installed: its own word on every gradient.

Statements are walked by the app's one evaluator with PyTorch's functions in place of the engine's;
no text is handed to Python.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from types import ModuleType
from typing import Any

import numpy as np

from engine.code import allowed
from engine.code.evaluate import value_of
from engine.code.faults import Fault, Limits, parse
from engine.code.source import identifiers, statement
from engine.registry import OPS
from engine.tensor import Tensor
from engine.trace import Cancelled
from gui.model.gradients import Array, Asked, Problem, Run

_LIMITS = Limits(characters=1_000_000, nodes=200_000, seconds=60.0)


def installed() -> bool:
    """Whether there is a PyTorch to ask; it is not loaded for that."""
    return importlib.util.find_spec("torch") is not None


class Foreign:
    """PyTorch's functions and methods under the names of `engine.code.allowed`."""

    def __init__(self, torch: ModuleType) -> None:
        self.torch = torch
        self.TENSOR: type = torch.Tensor
        self.PLAIN: tuple[type, ...] = (*allowed.PLAIN, torch.Tensor, torch.dtype)
        self.CONSTANTS: Mapping[str, Any] = {
            n: v for n in allowed.CONSTANTS if (v := getattr(torch, n, None))
        }

    def functions(self, space: str) -> Mapping[str, Callable[..., Any]]:
        """As `allowed.functions`."""
        place: Any = self.torch
        for part in space.replace("F", "nn.functional").removeprefix("torch").split("."):
            place = getattr(place, part) if part else place
        return _members(place, (*allowed.functions(space), *(OPS if space == "torch" else ())))

    def methods(self, kind: type) -> Mapping[str, Callable[..., Any]]:
        """As `allowed.methods`, and those that change a tensor in place."""
        if not issubclass(kind, self.TENSOR):
            return {}
        return _members(
            kind, (*allowed.methods(Tensor), *(n for n, op in OPS.items() if op.inplace))
        )

    def attributes(self, kind: type) -> tuple[str, ...]:
        """As `allowed.attributes`."""
        return allowed.attributes(Tensor) if issubclass(kind, self.TENSOR) else ()


def _members(place: Any, names: tuple[str, ...]) -> Mapping[str, Callable[..., Any]]:
    return {n: found for n in names if callable(found := getattr(place, n, None))}


def gradients(of: Problem, cancelled: Asked = lambda: False) -> dict[str, Array | None]:
    """What PyTorch gives for every checked node; None where it gives none.

    Raises ImportError without PyTorch, ValueError with its own sentence where it refuses.
    """
    import torch

    library, names = Foreign(torch), identifiers(of.graph)
    values: dict[str, Any] = {}
    try:
        for node in Run(of).order:
            if cancelled():
                raise Cancelled
            name = names[node.id]
            if node.id in of.values:
                values[name] = _tensor(torch, of.values[node.id], node.id in of.leaves)
            else:
                _keep(values, name, _statement(of, node.id, values, torch, library))
        for inner in of.inner:
            if names[inner] in values:
                values[names[inner]].retain_grad()
        root = values[names[of.root]]
        root.backward(None if of.seed is None else torch.tensor(of.seed, dtype=root.dtype))
    except Fault as wrong:
        raise ValueError(wrong.sentence) from wrong
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return {i: _grad(values.get(names[i])) for i in of.checked}


def _statement(
    of: Problem, node: str, values: Mapping[str, Any], torch: ModuleType, library: Foreign
) -> Any:
    text = statement(of.graph, node)
    body = _parted(parse(text, _LIMITS), values).body
    if not body:  # a comment that says why there is none
        raise Fault(text.lstrip("# "))
    (assignment,) = body
    mode = of.graph.mode_of(node)
    block = getattr(torch, mode)() if mode else nullcontext()

    def value(part: ast.expr) -> Any:
        return value_of(part, values, limits=_LIMITS, library=library).value

    with block:
        right = value(assignment.value)  # type: ignore[attr-defined]
        match assignment.targets:  # type: ignore[attr-defined]
            case [ast.Subscript(value=owner, slice=key)]:
                changed = value(owner)
                changed[value(key)] = right
                return changed
            case [ast.Attribute(value=owner, attr="data" | "grad" as name)]:
                changed = value(owner)
                setattr(changed, name, right)
                return changed
        return right


def _keep(values: dict[str, Any], name: str, made: Any) -> None:
    """A name stands for the first output of its node; so does `name[0]`, where it has several."""
    if not isinstance(made, (tuple, list)):
        values[name] = made
        return
    values[name] = made[0]
    values.update({f"{name}[{k}]": x for k, x in enumerate(made)})


def _parted(tree: ast.Module, values: Mapping[str, Any]) -> ast.Module:
    """The same with `name[1]` as a name, where that is an output."""

    class Parts(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
            text = ast.unparse(node)
            return ast.copy_location(ast.Name(text, ast.Load()), node) if text in values else node

    made: ast.Module = Parts().visit(tree)
    return made


def _tensor(torch: ModuleType, value: Array, tracked: bool) -> Any:
    made = torch.from_numpy(np.array(value, copy=True))
    return made.requires_grad_() if tracked else made


def _grad(x: Any) -> Array | None:
    grad = None if x is None else x.grad
    return None if grad is None else grad.detach().numpy()
