"""The formulas the inspector draws, and the captions beside them."""

import inspect
import re

import numpy as np
import pytest

import engine
from engine import captions
from engine.captions import rule_formula, rule_sentence
from engine.formulas import UPSTREAM, letters, substituted
from engine.function import Function
from engine.registry import OPS
from tests.engine.samples import CASES, outputs

SILENT = {"CopyBackwards", "NotImplemented"}
"""`.grad = grad` and copy_ have nothing to calculate; floor_divide has no derivative."""


def nodes_of(case):
    """The classes in the history of one sample."""
    tensors = {
        n: engine.tensor(v, requires_grad=v.dtype.kind == "f") if isinstance(v, np.ndarray) else v
        for n, v in case.arrays("float64").items()
    }
    waiting, found = [out.grad_fn for out in outputs(case.run(tensors))], set()
    while waiting:
        node = waiting.pop()
        if node is not None:
            found.add(type(node))
            waiting += [below for below, _ in node.next_functions]
    return found


def all_rules():
    """(class, input, rule) of every derivative there is."""
    return [(c, c.inputs[i], r) for c in captions._all(Function) for i, r in c.rules]


def refused(formula):
    """Why a formula cannot be drawn, or None."""
    ziamath = pytest.importorskip("ziamath")
    from latex2mathml.converter import convert

    if formula.count("{") != formula.count("}"):
        return "a brace is open"  # which the parser forgives at the end
    try:
        drawn = ziamath.Latex(formula, size=20)
        if drawn.getsize()[1] > 150:  # it stretches some brackets around sums without end
            return f"{drawn.getsize()[1]:.0f} high"
    except Exception as error:  # whatever the parser trips over
        return f"{type(error).__name__}: {error}"
    unknown = re.findall(r"\\[A-Za-z]+", convert(formula))  # drawn as words, with the backslash
    return f"unknown: {unknown}" if unknown else None


def test_every_op_has_a_formula():
    """The inspector shows it above the numbers."""
    assert [name for name, op in OPS.items() if not op.formula] == []


def test_every_formula_of_an_op_says_what_comes_out_of_what():
    """An equation for y, or what is changed in place."""
    for name, op in OPS.items():
        left, sign, right = re.split(r" (=|\\sim|\\leftarrow) ", op.formula, maxsplit=1)
        assert left, name
        assert right, name
        assert (sign == r"\leftarrow") == (op.inplace and name != "requires_grad_"), name


def test_every_formula_names_the_inputs_by_their_letters():
    """So that a number can stand in the place of each."""
    for name, op in OPS.items():
        needed = [s.name for s in op.slots if not s.optional]
        if name in {"zero_", "fill_", "hstack", "vstack"}:
            continue
        tokens = set(re.findall(r"\\?[A-Za-z]+|[A-Za-z]", substituted(op.formula, {})))
        singles = {t for token in tokens for t in ([token] if token[0] == "\\" else token)}
        for slot, letter in letters([*needed, *(f.name for f in op.fields)]).items():
            assert slot not in needed or letter in singles, (name, slot, op.formula)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_every_formula_can_be_drawn(op):
    """By ziamath, where that is installed."""
    assert refused(op.formula) is None


def test_every_derivative_of_an_op_has_a_formula_that_can_be_drawn():
    """Of the nodes the samples of all ops make."""
    for function in set().union(*map(nodes_of, CASES)):
        for i, _ in function.rules:
            if function.__name__ not in SILENT:
                formula = rule_formula(function.__name__, function.inputs[i])
                assert formula, (function.__name__, function.inputs[i])
                assert refused(formula) is None, formula


def test_every_derivative_has_a_caption_of_one_sentence():
    """In words; the formula has the symbols."""
    for function, name, rule in all_rules():
        said = inspect.getdoc(rule.function) or ""
        assert re.fullmatch(r"\S[^\n]*\.", said), (function.__name__, name, said)
        assert not re.search(r"[√ᵀ⁺⁻³]|^-", said), (function.__name__, name, said)


def test_a_formula_with_a_slip_is_found():
    """The check can fail: a brace left open, a command that does not exist."""
    assert refused(r"y = \frac{a}{b}") is None
    assert refused(r"y = \frac{a}{b") is not None
    assert "high" in refused(r"y = \left(\sum_i x_i\right)^{p}")
    assert "foo" in refused(r"y = \foo{a}")


def test_a_derivative_names_what_it_is_passed_on_to():
    """mul switches."""
    assert rule_formula("MulBackward0", "self") == r"\bar{a} = \bar{y} \cdot b"
    assert rule_formula("MulBackward0", "other") == r"\bar{b} = \bar{y} \cdot a"
    assert rule_formula("CatBackward0", "tensors.0").startswith(r"\bar{x} = ")
    assert rule_formula("NoSuchBackward0", "self") == ""
    assert "switches" in rule_sentence("MulBackward0", "self")


def test_numbers_take_the_places_of_letters_and_of_nothing_else():
    r"""Not those of the letters in \frac, \bar or \text."""
    formula = r"\bar{a} = \frac{\bar{y}}{b} \text{ab} a"
    found = substituted(formula, {"a": "3", "b": "4", UPSTREAM: "0.5"})
    assert found == r"\bar{a} = \frac{0.5}{4} \text{ab} 3"
