"""A share of PyTorch's own samples, drawn anew for every op but the same in every run.

All of them, with a table: `python -m tests.engine.opinfo`.
"""

import pytest

from tests.engine.opinfo_scope import KNOWN, OUT_OF_SCOPE

SHARE, FIRST = 0.07, 12
"""How much of the first samples of every op and dtype is drawn."""
AT_LEAST = 1000


@pytest.fixture(scope="module")
def examiner():
    """PyTorch's table of ops beside the engine."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("expecttest")
    from tests.engine.opinfo import Examiner, quietly

    with quietly(torch):
        yield Examiner(torch)


def test_a_share_of_pytorchs_samples_gives_what_pytorch_gives(examiner):
    """Values, dtypes, shapes, errors, graphs and gradients, by every way to call an op."""
    from tests.engine.opinfo import full_name

    wrong, samples = [], 0
    for info in examiner.infos:
        if examiner.has(info) and full_name(info) not in {*OUT_OF_SCOPE, *KNOWN}:
            report = examiner.examine(info, SHARE, ("float64", "float32", "int64"), FIRST)
            samples += report.samples
            wrong += [
                f"{report.name}: {kind} ({where}): {text}"
                for kind, where, text in report.mismatches
            ]
    assert not wrong, "\n".join(wrong[:20])
    assert samples >= AT_LEAST
