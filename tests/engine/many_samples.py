"""`python -m tests.engine.many_samples [op …]`: every op over fifty samples and more.

Each sample is differentiated once and twice and compared with finite differences; where torch is
installed, it has to accept what the engine accepts, refuse what it refuses, and give its shapes.
"""

import argparse
import re
import warnings
from collections import Counter
from importlib.util import find_spec

import numpy as np

import engine
from engine.autograd.gradcheck import GradcheckError, gradcheck
from engine.registry import OPS
from tests.engine.samples import outputs
from tests.engine.variations import FIXED, Variation

WANTED = 50
ATTEMPTS = 40
"""So many proposals for each sample wanted; then what there is has to do."""
LARGEST = 72
"""Entries of inputs and outputs together, so that the Jacobians stay small."""
STEEPEST = 1e4
"""Beyond, finite differences lose more digits than they are compared in."""

CORNERS = ("empty", "scalar", "broadcast", "view")
POINTED = {"std"}
"""A square root: its slope is infinite where it is 0, which has a test of its own."""
ONCE = {"cdist"}
"""torch has no derivative of its derivative."""


class Problem:
    """A sample as a function of the tensors it may be differentiated by."""

    def __init__(self, case):
        self.case = case
        self.leaves = leaves(engine, case)
        tensors = {n: x for n, x in self.leaves.items() if engine.is_tensor(x)}
        self.names = [n for n, x in tensors.items() if x.requires_grad]
        self.inputs = [self.leaves[n] for n in self.names]

    def run(self, *tensors):
        """The outputs with a history; `tensors` stand in for `inputs`."""
        given = {**self.leaves, **dict(zip(self.names, tensors, strict=True))}
        found = outputs(self.case.run(given))
        return tuple(out for out in found if out.requires_grad)

    def slope(self, *tensors):
        """The derivatives by the inputs, of a weighted sum of the outputs."""
        inputs, seeds = tensors[: len(self.inputs)], tensors[len(self.inputs) :]
        found = engine.autograd.grad(
            self.run(*inputs), inputs, seeds, create_graph=True, allow_unused=True
        )
        return tuple(g for g in found if g is not None and g.requires_grad)

    def seeds(self):
        """Weights for the outputs, none alike, that may be differentiated by."""
        return [
            engine.tensor(np.cos(np.arange(1.0, out.numel() + 1)).reshape(tuple(out.shape)),
                          dtype=out.dtype, requires_grad=True)
            for out in self.run(*self.inputs)
        ]  # fmt: skip


def leaves(module, case):
    """Slot → leaf tensor or number; floating ones want a gradient, statistics do not."""

    def leaf(name, value):
        if not isinstance(value, np.ndarray):
            return value
        wanted = value.dtype.kind == "f" and name not in FIXED
        return module.tensor(value, requires_grad=wanted)

    return {n: leaf(n, v) for n, v in case.arrays("float64").items()}


# ---- is it a sample? -----------------------------------------------------------------------------


def refusal(run):
    """(what `run()` gives, None), or (None, its exception)."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return outputs(run()), None
    except Exception as error:  # any of them may be how an op says no
        return None, error


def proposals(op, wanted=WANTED):
    """Variations of the op's samples and what the engine says to them: (case, outputs, error)."""
    for seed in range(wanted * ATTEMPTS):
        case = Variation(op, seed)
        given = leaves(engine, case)
        yield case, *refusal(lambda case=case, given=given: case.run(given))


def usable(case, found):
    """Whether finite differences can tell anything: small, finite, with a history."""
    arrays = [v for v in case.values.values() if isinstance(v, np.ndarray)]
    values = [out.detach().numpy() for out in found if out.requires_grad]
    finite = all(np.all(np.abs(v) < STEEPEST) for v in values)
    if case.op.name in POINTED and any(np.any(v == 0) for v in values):
        return False
    if case.op.name == "put" and not case.fields.get("accumulate"):
        finite &= len(set(case.values["index"].ravel())) == case.values["index"].size
    return bool(values) and finite and sum(a.size for a in (*arrays, *values)) <= LARGEST


def samples(op, wanted=WANTED):
    """The first `wanted` accepted variations."""
    accepted = 0
    for case, found, _ in proposals(op, wanted):
        if found is not None and usable(case, found):
            yield case
            accepted += 1
        if accepted == wanted:
            return


# ---- the checks ----------------------------------------------------------------------------------


def first_failure(case):
    """What is wrong with the derivative at a sample, in words, or None."""
    problem = Problem(case)
    said = None if case.op.name in ONCE else misfit(problem.run, problem.inputs)
    return said or differs(gradcheck, problem.run, problem.inputs)


def second_failure(case):
    """The same for the derivative of the derivative."""
    problem = Problem(case)
    arguments = [*problem.inputs, *problem.seeds()]
    slopes = problem.slope(*arguments)
    if not slopes:
        return None
    return misfit(problem.slope, arguments) or differs(gradcheck, problem.slope, arguments)


def misfit(run, inputs):
    """Whether backward fails, gives other shapes than the inputs', or other numbers recorded.

    This is what there is to see where an output has no entries, and the Jacobian no rows.
    """
    results = run(*inputs)
    ones = [engine.ones_like(out) for out in results]
    plain, recorded = (
        engine.autograd.grad(results, inputs, ones, **how, allow_unused=True)
        for how in ({"retain_graph": True}, {"create_graph": True})
    )
    for x, a, b in zip(inputs, plain, recorded, strict=True):
        if (a is None) != (b is None):
            return f"with create_graph {b}, without {a}"
        if a is not None and not a.shape == b.shape == x.shape:
            return f"gradients of shapes {a.shape} and {b.shape} for {x.shape}"
        if a is not None and not np.allclose(a.numpy(), b.detach().numpy(), equal_nan=True):
            return f"with create_graph {b}, without {a}"
    return None


def differs(check, run, inputs):
    """What gradcheck says by the inputs that have entries to vary."""
    varied = [k for k, x in enumerate(inputs) if x.numel()]
    if not varied:
        return None

    def of_varied(*tensors):
        given = dict(zip(varied, tensors, strict=True))
        return run(*(given.get(k, x) for k, x in enumerate(inputs)))

    try:
        check(of_varied, [inputs[k] for k in varied])
    except GradcheckError as error:
        return str(error)
    return None


def told(check, case):
    """What a check says; what it raises is an answer too."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return check(case)
    except Exception as error:  # to be seen in the table, beside the others
        return f"{type(error).__name__}: {error}"


def disagreement(case, found, error):
    """In which way torch judges a proposal otherwise, or None."""
    import torch

    expected, refused = refusal(lambda: case.run_torch(torch, leaves(torch, case)))
    if (error is None) != (refused is None):
        return f"engine: {error or 'accepts'}, torch: {refused or 'accepts'}"
    if error is None:
        ours, theirs = ([(tuple(x.shape), x.requires_grad) for x in xs] for xs in (found, expected))
        if ours != theirs:
            return f"engine: {ours}, torch: {theirs}"
        for a, b in zip(found, expected, strict=True):
            if not np.allclose(a.detach().numpy(), b.detach().numpy(), equal_nan=True):
                return f"engine: {a}, torch: {b}"
    return None


# ---- the table -----------------------------------------------------------------------------------


class Row:
    """One op of the table."""

    def __init__(self, op, wanted=WANTED, torch=False):
        self.op, self.samples, self.corners = op, 0, Counter()
        self.first, self.second, self.other = [], [], []
        for case, found, error in proposals(op, wanted):
            said = disagreement(case, found, error) if torch else None
            if said:
                self.other.append((case, said))
            if found is not None and usable(case, found) and not said:
                self.add(case)
            if self.samples == wanted:
                break

    def add(self, case):
        """Count an accepted sample and check it."""
        self.samples += 1
        self.corners.update(case.kinds())
        self.keep(self.first, first_failure, case)
        if self.op.name not in ONCE:
            self.keep(self.second, second_failure, case)

    @staticmethod
    def keep(failures, check, case):
        """Remember what the check says against the case."""
        said = told(check, case)
        if said:
            failures.append((case, said))

    def __str__(self):
        corners = "".join(f"{self.corners[c]:>10}" for c in CORNERS)
        failures = "".join(f"{len(f):>8}" for f in (self.first, self.second, self.other))
        why = "" if self.samples else "  nothing it gives has a derivative"
        return f"{self.op.name:34}{self.samples:>8}{failures}{corners}{why}"


HEAD = f"{'op':34}" + "".join(
    f"{word:>{width}}"
    for word, width in (
        ("samples", 8), ("once", 8), ("twice", 8), ("torch", 8), *((c, 10) for c in CORNERS)
    )
)  # fmt: skip


def main():
    """Print the table, and below it each op's failures, one of each wording."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ops", nargs="*", help="names of ops; all of them without")
    parser.add_argument("--samples", type=int, default=WANTED, help="of each op")
    options = parser.parse_args()
    torch = find_spec("torch") is not None
    print(HEAD)
    rows = []
    for op in OPS.values():
        if op.samples and (not options.ops or op.name in options.ops):
            rows.append(Row(op, options.samples, torch))
            print(rows[-1], flush=True)
    for row in rows:
        for kind in ("first", "second", "other"):
            failures = getattr(row, kind)
            wordings = {re.sub(r"[\d.e-]+", "#", said): (case, said) for case, said in failures}
            for case, said in wordings.values():
                print(f"\n{kind}: {case!r}\n{said}")


if __name__ == "__main__":
    main()
