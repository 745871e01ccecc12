"""Bad calls through both: `python -m tests.engine.errors_sweep [name …] [--calls N] [--seed S]`.

First PyTorch's own list of what must raise (OpInfo's `error_inputs`), then calls drawn by
`bad_calls`.  For every name: how many calls raised in either, in how many the exceptions' types
agree, and in how many the texts.  `--show N` prints the first N disagreements of each name.
"""

import argparse
import random
import re
import warnings

import numpy as np

import engine
from tests.engine.bad_calls import Calls, paths
from tests.engine.opinfo import Examiner, full_name
from tests.engine.twins import Missing, OutOfScope, Twins

NOISE = re.compile(
    r"\s*Exception raised from .*|0x[0-9a-f]+|\(function operator\(\)\)|\n\s*$", re.S
)


class Tally:
    """What came of one name."""

    def __init__(self, name):
        self.name = name
        self.cases = self.types = self.texts = 0
        self.shown = []

    def add(self, call, theirs, ours):
        """Count a call that raised in PyTorch or here."""
        if theirs[0] == ours[0] == "":
            return
        self.cases += 1
        self.types += theirs[0] == ours[0]
        self.texts += theirs == ours
        if theirs != ours:
            self.shown.append((call, theirs, ours))

    def line(self):
        """One line of the table."""
        return f"{self.name:45}{self.cases:7}{self.types:7}{self.texts:7}"


def outcome(call, args, kwargs):
    """(the type of the exception, its text), both empty if there was none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(*args, **kwargs)
    except Exception as error:  # whatever it is, it is compared
        return type(error).__name__, NOISE.sub("", str(error)).strip()
    return "", ""


# ---- PyTorch's own list --------------------------------------------------------------------------


def listed(torch, name_wanted):
    """A Tally for every op with `error_inputs` that the engine has."""
    examiner = Examiner(torch)
    for info in examiner.infos:
        name = full_name(info)
        if info.error_inputs_func is None or not name_wanted(name) or not examiner.has(info):
            continue
        tally = Tally(name)
        for wrong in info.error_inputs("cpu"):
            _one_listed(examiner, info, wrong.sample_input, tally)
        yield tally


def _one_listed(examiner, info, sample, tally):
    twins = Twins(examiner.names)
    try:
        call = twins.function(info.op)
        theirs, ours = twins.pair([sample.input, list(sample.args), dict(sample.kwargs)])
    except (OutOfScope, Missing, ValueError, TypeError):  # 65 dims, a tensor that is on meta
        return
    expected = outcome(info.op, [theirs[0], *theirs[1]], theirs[2])
    found = outcome(call, [ours[0], *ours[1]], ours[2])
    tally.add(str([sample.input, sample.args, sample.kwargs])[:300], expected, found)


# ---- drawn calls ---------------------------------------------------------------------------------


def drawn(torch, name_wanted, calls, seed):
    """A Tally for every name the engine shares with PyTorch."""
    for path, ours, theirs in paths(engine, torch):
        if not name_wanted(path):
            continue
        tally = Tally(path)
        source = Calls(random.Random(f"{seed} {path}"))
        for _ in range(calls):
            args, kwargs = source.call(path, theirs)
            tally.add(
                f"{args} {kwargs}",
                outcome(theirs, *made(torch, args, kwargs)),
                outcome(ours, *made(engine, args, kwargs)),
            )
        yield tally


def made(module, args, kwargs):
    """The written arguments as values of a module."""
    return [value(module, a) for a in args], {k: value(module, v) for k, v in kwargs.items()}


def value(module, written):
    """One written argument as a value."""
    kind, what, *rest = written
    if kind == "tensor":
        count = int(np.prod(what))
        flat = [(k % 5) + 0.5 if rest[0].startswith("float") else k % 2 for k in range(count)]
        return module.tensor(flat, dtype=getattr(module, rest[0])).reshape(what)
    if kind == "list":
        return [value(module, item) for item in what]
    if kind == "dtype":
        return getattr(module, what)
    return np.ones(what) if kind == "array" else what


def main():
    """The command."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()

    def wanted(name):
        return not given.names or name in given.names

    print(f"{'':45}{'cases':>7}{'types':>7}{'texts':>7}")
    for title, tallies in (
        ("error_inputs", listed(torch, wanted)),
        ("drawn", drawn(torch, wanted, given.calls, given.seed)),
    ):
        total = Tally(f"all of {title}")
        for tally in tallies:
            print(tally.line(), flush=True)
            for call, theirs, ours in tally.shown[: given.show]:
                print(f"    {call}\n      torch  {theirs}\n      engine {ours}")
            total.cases += tally.cases
            total.types += tally.types
            total.texts += tally.texts
        print(total.line())


if __name__ == "__main__":
    main()
