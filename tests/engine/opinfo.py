"""Every sample of PyTorch's own OpInfo table through both: `python -m tests.engine.opinfo [op …]`.

An op is called as a function, a method, in place, as an operator and under its aliases, in every
dtype the engine has.  What must agree: whether it raises and with which words, the structure of
what comes back, dtypes, shapes, values, requires_grad, the whole graph below it, and the gradients
of everything that wants one.  Prints one line per op.
"""

import argparse
import collections
import contextlib
import itertools
import random
import sys
import time
import traceback
import warnings

import numpy as np

import engine
from tests.engine.opinfo_scope import OUT_OF_SCOPE, PROCESSED, UNINITIALISED, left_out
from tests.engine.twins import Missing, OutOfScope, Twins, found, names_of
from tests.engine.verdict import (
    Mismatch,
    compare,
    compare_gradients,
    floating,
    no_further,
    numbers,
)

DTYPES = (
    "float64", "float32", "int64", "bool", "float16", "int32", "uint8", "int8", "int16",
)  # fmt: skip
WIDE = ("float64", "float32", "int64", "bool")
"""The dtypes every variant of a call is tried in; the others only as a function."""


class Variant:
    """One way to call an op."""

    def __init__(self, label, call, inplace=False):
        self.label, self.call, self.inplace = label, call, inplace


def variants_of(info):
    """Function, method, in-place method, operators, and the aliases of all these."""
    yield Variant("function", info.op)
    yield Variant("method", info.method_variant)
    yield Variant("in place", info.inplace_variant, True)
    yield Variant("operator", info.operator_variant)
    yield Variant("in-place operator", info.inplace_operator_variant, True)
    for alias in info.aliases:
        yield Variant(f"alias {alias.name}", alias.op)
        yield Variant(f"alias method {alias.name}", alias.method_variant)
        yield Variant(f"alias in place {alias.name}", alias.inplace_variant, True)


class Report:
    """What came of one op: how many samples, which mismatches, what was left out and why."""

    def __init__(self, name):
        self.name = name
        self.samples = self.nearer = 0
        self.mismatches = []
        self.skipped = collections.Counter()

    def line(self):
        """One line of the table."""
        kinds = collections.Counter(kind for kind, *_ in self.mismatches)
        said = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
        left = ", ".join(f"{why} {n}" for why, n in self.skipped.most_common())
        left += f"  nearer {self.nearer}" if self.nearer else ""
        return f"{self.name:45}{self.samples:7}{len(self.mismatches):7}  {said:40}  {left}"


class Examiner:
    """Runs samples through both and writes down where they differ."""

    def __init__(self, torch):
        from torch.testing._internal import common_methods_invocations as table

        self.torch, self.infos = torch, table.op_db
        self.names = names_of(torch)

    def has(self, info):
        """Whether the engine has a function or method of that name."""
        path = (
            info.name if "." in info.name or hasattr(engine, info.name) else f"Tensor.{info.name}"
        )
        try:
            found(path)
            Twins(self.names).function(info.op)
        except (Missing, OutOfScope):
            return False
        return True

    def examine(self, info, share=1.0, only=DTYPES, most=None, seed=0):
        """The Report of one op: a `share`, drawn by `seed`, of its `most` first samples."""
        report = Report(full_name(info))
        draw = random.Random(f"{seed} {report.name}")
        for name in only:
            dtype = getattr(self.torch, name)
            if dtype not in info.supported_dtypes("cpu"):
                continue
            variants = [v for v in variants_of(info) if v.call is not None]
            for number, sample in enumerate(itertools.islice(self._samples(info, dtype), most)):
                for variant in variants[: None if name in WIDE else 1]:
                    if draw.random() < share:
                        self._one(info, variant, sample, f"{name} {number}", report)
        return report

    def _samples(self, info, dtype):
        wants_grad = info.supports_autograd and dtype.is_floating_point
        self.torch.manual_seed(0)
        random.seed(0)
        np.random.seed(0)
        return info.sample_inputs("cpu", dtype, requires_grad=wants_grad)

    def _one(self, info, variant, sample, where, report):
        where = f"{variant.label}, {where}"
        try:
            self._check(info, variant, sample)
        except OutOfScope as why:
            report.skipped[str(why)] += 1
            return
        except Missing as name:
            report.mismatches.append((f"no {name}", where, ""))
        except Mismatch as wrong:
            if wrong.kind in ("value", "grad") and self._nearer(info, variant, sample):
                report.nearer += 1
                report.samples += 1
                return
            text = f"{wrong}\n      {_said(sample)}"
            report.mismatches.append((wrong.kind, where, text))
        except Exception:
            report.mismatches.append(("broken", where, traceback.format_exc()))
        report.samples += 1

    def _check(self, info, variant, sample):
        left_out(info, sample)
        twins = Twins(self.names)
        expected, answer = self._both(info, variant, sample, twins)
        leaves = compare(expected, answer, values=info.name not in UNINITIALISED)
        compare_gradients(self.torch, leaves, twins.wanted)

    def _both(self, info, variant, sample, twins):
        """What PyTorch and the engine make of a sample: results, or the exceptions raised."""
        call = twins.function(variant.call)
        theirs, ours = twins.pair([sample.input, list(sample.args), dict(sample.kwargs)])
        if variant.inplace and isinstance(sample.input, self.torch.Tensor):
            theirs[0], ours[0] = theirs[0].clone(), ours[0].clone()
        expected = _outcome(self.torch, variant.call, theirs)
        answer = _outcome(engine, call, ours)
        if full_name(info) in PROCESSED and not isinstance(expected, Exception):
            process = sample.output_process_fn_grad
            expected, answer = process(expected), twins.function(process)(answer)
        return expected, answer

    def _nearer(self, info, variant, sample):
        """Whether float32 differs only where the engine is no further from float64's numbers."""
        twins, wide = Twins(self.names), Twins(self.names)
        double = sample.transform(self._doubled)
        theirs, ours = self._both(info, variant, sample, twins)
        with wider(self.torch):  # what is made of integers
            exact, _ = self._both(info, variant, double, wide)
        if not any(x.dtype == self.torch.float32 for x in floating(theirs)):
            return False
        inputs, mine = zip(*twins.wanted, strict=True) if twins.wanted else ((), ())
        found = (
            numbers(self.torch, theirs, inputs),
            numbers(engine, ours, mine),
            numbers(self.torch, exact, [a for a, _ in wide.wanted]),
        )
        return all(found) and no_further(*found)

    def _doubled(self, x):
        if not isinstance(x, self.torch.Tensor) or x.dtype != self.torch.float32:
            return x
        return x.detach().double().requires_grad_(x.requires_grad)


@contextlib.contextmanager
def wider(torch):
    """Inside, what is made of integers and numbers is float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _outcome(module, call, given):
    """What the call returns, or the exception it raises."""
    first, args, kwargs = given
    module.manual_seed(7)
    try:
        with np.errstate(all="ignore"):
            return call(first, *args, **kwargs)
    except Exception as error:
        return error


def full_name(info):
    """The op's name and, where it has one, its variant's."""
    return info.name + (f":{info.variant_test_name}" if info.variant_test_name else "")


def _said(sample):
    def short(x):
        if hasattr(x, "stride"):
            grad = ", grad" if x.requires_grad else ""
            return f"<{str(x.dtype)[6:]} {tuple(x.shape)} strides {x.stride()}{grad}>"
        if isinstance(x, (list, tuple)):
            return f"[{', '.join(map(short, x))}]"
        return repr(x)

    named = [f"{key}={short(value)}" for key, value in sample.kwargs.items()]
    return ", ".join([short(sample.input), *map(short, sample.args), *named])


@contextlib.contextmanager
def quietly(torch):
    """One thread, no warnings."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    torch.set_num_threads(threads)


def main(arguments=None):
    """Print the table, and with --show the mismatches; exits with 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("ops", nargs="*", help="only these (with or without :variant)")
    parser.add_argument("--show", type=int, default=0, help="so many mismatches of each kind")
    parser.add_argument("--share", type=float, default=1.0, help="the share of samples to run")
    parser.add_argument("--dtypes", default=",".join(DTYPES))
    options = parser.parse_args(arguments)
    import torch

    examiner = Examiner(torch)
    chosen = [i for i in examiner.infos if not options.ops or _chosen(i, options.ops)]
    known = [i for i in chosen if examiner.has(i) and full_name(i) not in OUT_OF_SCOPE]
    reports = []
    started = time.perf_counter()
    with quietly(torch):
        for info in known:
            reports.append(examiner.examine(info, options.share, options.dtypes.split(",")))
            print(reports[-1].line(), flush=True)
            _show(reports[-1], options.show)
    _summary(reports, [i for i in chosen if i not in known], time.perf_counter() - started)
    return int(any(report.mismatches for report in reports))


def _chosen(info, ops):
    return info.name in ops or full_name(info) in ops


def _show(report, limit):
    seen = collections.Counter()
    for kind, where, text in report.mismatches:
        seen[kind] += 1
        if seen[kind] <= limit:
            print(f"    {kind} ({where}): {text}")


def _summary(reports, others, seconds):
    samples = sum(r.samples for r in reports)
    wrong = sum(len(r.mismatches) for r in reports)
    bad = sum(1 for r in reports if r.mismatches)
    print(
        f"{len(reports)} ops, {samples} samples, {wrong} mismatches in {bad} ops; {seconds:.0f} s"
    )
    print("float32 differs, the engine being nearer to float64:", sum(r.nearer for r in reports))
    skipped = sum((r.skipped for r in reports), collections.Counter())
    print("skipped:", ", ".join(f"{why} {n}" for why, n in skipped.most_common()))
    for info in others:
        why = OUT_OF_SCOPE.get(full_name(info), "not in the op set")
        print(f"not run: {full_name(info):45}{why}")


if __name__ == "__main__":
    sys.exit(main())
