"""What every long run has in common: how many times, from which seed, and one line at the end."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"
"""Documents that once made a run fail are kept here, and opened by `make test` ever after."""


def main(
    what: str,
    times: int,
    run: Callable[[int, int], Sequence[str]],
    arguments: Sequence[str] | None = None,
) -> None:
    """Run `run(times, seed)`, print its failures and one line; ends the program, with 1 if any.

    `times` is the full figure; `--times` asks for another, `--seed` for other dice.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--times", type=int, default=times, help=f"how often (default {times})")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other dice (default 0)")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    failures = run(given.times, given.seed)
    for failure in failures[:50]:
        print(failure)
    seconds = time.monotonic() - began
    print(
        f"{what}: {given.times:,} from seed {given.seed}, {len(failures)} failures, {seconds:.0f} s"
    )
    sys.exit(bool(failures))
