"""Why a text is refused: what has no place in a typed line, and what to do instead."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping

TOO_LONG = "This is longer than {} characters: split it into several lines."
NO_TEXT = "This has a character that is none: type it anew."
PRINT = "print(x, y) is a line of its own and takes values only."
TOO_MANY = "This has more than {} parts: split it into several lines."
TOO_DEEP = "This is nested too deeply: give its parts names first, a = …, and use these."
PRIVATE = "Names that begin with an underscore are the inside of things and closed here."
NO_STATEMENT = "One expression is wanted here, such as 2 * x."
STOPPED = "Stopped."
NO_STRINGS = (
    "Text and lists have no methods here; text may only stand for an option, such as"
    " reduction='mean'."
)
NO_VALUE = "This has no value that could be used here."
EFFECT = (
    "“{}” changes a tensor in place. Here that is a node of the graph (Palette, In-place); or"
    " write the result under a new name."
)

ONE_NAME = (
    "Give one value one name: a = x * 2. Of a node, .grad, .data and .requires_grad can be set."
)
TAKEN = "“{}” is a node of the graph or an optimizer: choose another name."
RESERVED = "“{}” is needed for what it is: choose another name."
NOT_OF_THE_GRAPH = (
    "“{}” is a line of the Program, so what it is for must be a node: add it to the graph first"
    " (Tab on the canvas takes z = w * x)."
)
NOT_AN_OPTIMIZER = "{}() is for an optimizer: add one in the Program panel."
NOT_ON_GRAD = "This is for a node itself, not for its gradient: leave .grad out."
WANTS_FLAG = "True or False is wanted here."
NO_OPTIMIZER = "module 'torch.optim' has no optimizer '{}' here: take {}"
WANTS_NUMBER = "A number is wanted here, such as 0.1."
WANTS_TENSOR = "A tensor or a number is wanted here, such as torch.tensor([1., 2.])."
WANTS_NODES = "Nodes of the graph are wanted here: inputs=[w, b]."
TOO_MANY_GIVEN = "At most {:,} entries can be written into the Program."
TOO_MANY_ARGUMENTS = "this takes fewer arguments"
UNEXPECTED = "this takes no argument '{}' here"
TOO_SLOW = "This takes too long: split it into several lines."
TOO_LARGE = "This whole number would have more than {} digits: use a float, such as 2.0 ** 10."
NO_PLACE = "This gives a {}, which has no place here."
NO_NUMBER = "Only numbers and tensors can be calculated with, not a {}."
NO_COMPLEX = "There are no complex numbers and no bytes here: type a number such as 2.5."
COMPLEX_ROOT = "This root of a negative number is complex; there are only real ones here."
NO_SHIFT = "<< and >> have no place here: multiply or divide by a power of 2."
NO_IN = "“in” has no place here: compare with ==, and ask .any() of it."
NO_INDEX = "A number is wanted here, such as [0]."
NO_CALL = "Only functions of torch and methods of tensors can be called here."
NO_STAR = "Write the arguments one by one, without a star."
NO_OUT = "{}= would change a tensor: leave it out and use the result."
CALL_FUNCTION = "{0} is a function: call it, {0}(x)."
CALL_METHOD = "{0} is a method: call it, .{0}()."
NO_METHOD = "{} is no method: write it without brackets."
FULL_NAME = "Write torch.{}(…): functions are called by their full name."

# Python's own sentences
NO_NAME = "name '{}' is not defined"
NO_ATTRIBUTE = "'{}' object has no attribute '{}'"
NOT_IN = "module '{}' has no function '{}' here"
NO_PARTS = "'{}' object is not subscriptable"

OTHER_NODES: Mapping[type[ast.AST], str] = {
    ast.Lambda: "There are no functions of one's own here: write the calculation itself.",
    ast.IfExp: "There is no “if … else …” here: use torch.where(condition, x, y).",
    ast.ListComp: "There are no loops here: operations of torch work on all entries at once.",
    ast.SetComp: "There are no loops here: operations of torch work on all entries at once.",
    ast.DictComp: "There are no loops here: operations of torch work on all entries at once.",
    ast.GeneratorExp: "There are no loops here: operations of torch work on all entries at once.",
    ast.JoinedStr: "There are no f-strings here: print(x, y) shows several values.",
    ast.FormattedValue: "There are no f-strings here: print(x, y) shows several values.",
    ast.NamedExpr: "There is no := here: give a value a name on a line of its own, a = x * 2.",
    ast.Dict: "There are no dicts here: use a list, [1, 2].",
    ast.Set: "There are no sets here: use a list, [1, 2].",
    ast.Starred: "Write the values one by one, without a star.",
    ast.Await: "There is nothing to wait for here: leave “await” out.",
    ast.Yield: "There are no generators here: leave “yield” out.",
    ast.YieldFrom: "There are no generators here: leave “yield from” out.",
}

OTHER_STATEMENTS: Mapping[type[ast.AST], str] = {
    ast.Import: "Nothing can be imported here; torch and F are there already.",
    ast.ImportFrom: "Nothing can be imported here; torch and F are there already.",
    ast.FunctionDef: "There are no functions of one's own here: type the lines themselves.",
    ast.ClassDef: "There are no classes here: type the lines themselves.",
    ast.For: "There are no loops here; the Program panel can repeat its lines.",
    ast.While: "There are no loops here; the Program panel can repeat its lines.",
    ast.If: "There is no “if” here: type the line that is meant.",
    ast.With: "There are no “with” blocks here: frame the nodes with a region (N on the canvas).",
    ast.Try: "There is no “try” here: mark a line of the Program as expecting an error (T).",
    ast.Raise: "Nothing can be raised here.",
    ast.Assert: "There is no “assert” here: type the comparison itself.",
    ast.Delete: "Nothing can be deleted here; w.grad = None takes a gradient away.",
    ast.Return: "There is nothing to return from here: type the expression itself.",
    ast.Global: "There are no scopes here: leave the line out.",
    ast.AnnAssign: "Leave the type out: a = x * 2.",
}

_BACKWARD = "backward() is a line of its own, on a node of the graph: loss.backward()."
ATTRIBUTE_HELP: Mapping[str, str] = {
    "backward": _BACKWARD,
    "retain_grad": "retain_grad() is a line of its own, on a node of the graph: y.retain_grad().",
    "requires_grad_": "requires_grad_() is a line of its own, on a leaf: w.requires_grad_().",
    "zero_": "zero_() is a line of its own, on a gradient: w.grad.zero_().",
    "register_hook": "Hooks are lines of the Program: add one in the Program panel.",
    "numpy": "There is no NumPy here: tolist() gives the numbers, print(x) shows them.",
    "next_functions": "What a Function leads to is drawn in the History view (Ctrl+H).",
    "no_grad": "Frame nodes with a no_grad region instead (N on the canvas).",
    "autograd": "torch.autograd has no place here: gradients are what the Program runs.",
    "manual_seed": "Seeds are set on the nodes that draw numbers.",
    "save": "Files are saved with Ctrl+S.",
    "load": "Files are opened with Ctrl+O.",
}
"""Names people reach for that are found elsewhere."""


def close_to(name: str, known: Iterable[str]) -> str:
    """`. Did you mean: 'sin'?` where something known is spelled nearly so, else nothing."""
    found = difflib.get_close_matches(name[:60], sorted(known), 1, 0.7)
    return f". Did you mean: '{found[0]}'?" if found else ""


def a_module(space: str) -> str:
    """That a module's name alone says nothing."""
    sample = _SAMPLES.get(space, "relu(x)")
    return f"{space} is a module: write what you want of it, such as {space}.{sample}."


_SAMPLES = {"torch": "sin(x)", "torch.linalg": "inv(x)", "torch.special": "i0(x)"}


def too_much(count: int) -> str:
    """That a result would have `count` entries."""
    return (
        f"This would make or read about {_rough(count)} entries, more than one line may: try it on"
        " a part, such as x[:10]."
    )


def _rough(count: int) -> str:
    if count < 10**6:
        return f"{count:,}"
    digits = len(str(count)) - 1
    return f"{count / 10**6:,.0f} million" if digits < 12 else f"10^{digits}"
