"""Mutated programs through the interpreter, and programs that try to get out of it.

Each comes out as a Reading, or is refused with a place; it takes no more steps than it may, opens
nothing, imports nothing, and leaves the engine as it was.
"""

from __future__ import annotations

import functools
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import engine
from engine.code.script import reading
from engine.code.script.interpreter import Outcome
from engine.code.script.reading import Reading, read
from engine.code.script.sources import NoScript, from_text
from engine.code.script.values import Budget
from tests.engine import script_programs
from tests.soak import kit
from tests.soak._canaries import programs
from tests.soak.documents import WATCHED

SMALL = Budget(steps=20_000, seconds=5.0, items=2**16, call=2**26, work=2**30)
WHOLE = Budget(seconds=3.0)
MARGIN = 2**17
"""Steps that one call may take beyond the budget before that is looked at."""
LONGEST = 20.0
"""Seconds of processor time that one program may take."""
HANGS = 120
SECRET = "chainrule-canary-0451"
GOLDENS = Path(__file__).parents[1] / "goldens" / "shared"
_WRITTEN = ("<written for ", "<direct for ", "<string>", "<class 'networkx.")
"""What the engine, and NetworkX, write for their own functions at their first use is named so."""
_WORDS = (
    "None", "0", "-1", "10**9", "2**70", "''", "[]", "x", "torch", "self", "__class__", "lambda: 0",
    "yield", "del", "*", "**", "@", ":=", "[::-1]", "(", ")", ".grad", ".data", "float('nan')",
    "for", "while True:", "import os", "super()", "{}", "1e400", "global x", "return", "await",
    "...", "np",
)  # fmt: skip


class Watch:
    """Notes what the audit hook sees while it is on, but for the engine's own writing."""

    def __init__(self) -> None:
        self.on, self.seen = False, []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on or not event.startswith(WATCHED):
            return
        if event == "open" and _is_quoting(args[0]):
            return
        if event == "exec" and args[0].co_filename.startswith(_WRITTEN):
            return
        if event == "compile" and _is_parsing(args):
            return
        self.seen.append(f"{event}{args!r:.120}")

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        """What is seen until the end of the block."""
        self.seen, self.on = [], True
        try:
            yield self.seen
        finally:
            self.on = False


def _is_quoting(path: Any) -> bool:
    """Whether a line is looked up: by Python where it cannot parse, or by a warning of ours."""
    return path == "<typed>" or str(path).startswith(str(Path(engine.__file__).parent))


def _is_parsing(args: tuple[Any, ...]) -> bool:
    """Whether text becomes a tree only, or is what the engine has written."""
    caller = sys._getframe(2)
    return caller.f_code.co_filename.endswith("ast.py") or str(args[1]).startswith(_WRITTEN)


@functools.cache
def watch() -> Watch:
    """The one hook of this process: it can never be removed."""
    return Watch()


@functools.cache
def sources() -> list[str]:
    """The programs that are mutated."""
    goldens = [json.loads(p.read_text("utf-8"))["source"] for p in sorted(GOLDENS.glob("*.json"))]
    return [*script_programs.ALL.values(), *(f"import torch\n{text}" for text in goldens)]


# ---- mutations -----------------------------------------------------------------------------------


def mutated(dice: random.Random, texts: list[str]) -> str:
    """A program with one to six changes of words or lines."""
    text = dice.choice(texts)
    for _ in range(dice.randint(1, 6)):
        change = dice.choice((_of_tokens, _of_tokens, _of_lines, _of_numbers))
        text = change(dice, text, dice.choice(texts))
    return text


def _of_lines(dice: random.Random, text: str, other: str) -> str:
    lines, more = text.split("\n"), other.split("\n")
    at, end = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines[at], lines[end] = lines[end], lines[at]
        case 2:
            lines.insert(at, lines[end])
        case 3:
            lines[at] = dice.choice(("    ", "\t", "")) + lines[at].lstrip()
        case _:
            start = dice.randrange(len(more))
            lines[at:at] = more[start : start + dice.randint(1, 5)]
    return "\n".join(lines)


_WORD = re.compile(r"\w+|[^\w\s]+")


def _of_tokens(dice: random.Random, text: str, other: str) -> str:
    found = list(_WORD.finditer(text))
    if not found:
        return text
    at = dice.choice(found)
    taken = dice.choice(_WORD.findall(other) or ["0"])
    new = dice.choice((taken, taken, dice.choice(_WORDS), "", f"{at[0]}{taken}", f"({at[0]})"))
    return f"{text[: at.start()]}{new}{text[at.end() :]}"


def _of_numbers(dice: random.Random, text: str, other: str) -> str:
    number = dice.choice(("0", "-1", "1e30", "10**6", "2**31", "0.5", "True", "None", "65537"))
    found = list(re.finditer(r"\b\d+\b", text))
    if not found:
        return text
    at = dice.choice(found)
    return f"{text[: at.start()]}{number}{text[at.end() :]}"


# ---- reading -------------------------------------------------------------------------------------


def received(text: str, limits: Budget = SMALL) -> list[str]:
    """What is wrong with how one program was received."""
    outcomes: list[Outcome] = []
    run = reading.run

    def noted(*args: Any) -> Outcome:
        outcomes.append(run(*args))
        return outcomes[-1]

    reading.run = noted
    began = time.process_time()
    try:
        found = read(from_text(text), limits)
    except NoScript as refused:
        return [] if str(refused) else ["refused without a reason"]
    except BaseException as error:  # the very thing that is looked for
        return [f"{type(error).__name__}: {error}"]
    finally:
        reading.run = run
    wrong = [*_told(found, text), *_spent(outcomes[0], limits)]
    took = time.process_time() - began
    return [*wrong, f"took {took:.1f} s"] if took > LONGEST else wrong


def _spent(outcome: Outcome, limits: Budget) -> list[str]:
    wrong = [] if outcome.steps <= limits.steps + MARGIN else [f"took {outcome.steps:,} steps"]
    return wrong + [f"no place: {e}" for e in outcome.errors if e.line < 1 or e.column < 1]


def _told(found: Reading, text: str) -> list[str]:
    last = text.count("\n") + 2
    places = [f for f in found.findings if not (1 <= f[0] <= last and f[1] >= 1 and f[2])]
    printed = "".join((found.printed or {}).values())
    said = printed + "".join(f[2] for f in found.findings) + str(found.shown)
    wrong = [f"a finding without its place: {f}" for f in places]
    wrong += ["got hold of what is closed"] if "REACHED" in printed else []
    return wrong + (["tells what is none of its business"] if SECRET in said else [])


def run(times: int, seed: int) -> list[str]:
    """What went wrong with `times` mutated programs, and with all that try to get out."""
    failures: list[str] = []
    texts = sources()[:: max(1, 1_000 // max(times, 1))]
    os.environ["CHAINRULE_CANARY"] = SECRET
    for text in texts:  # what is imported at the first use is imported now
        received(text)
    for number, text in enumerate(programs()[:: max(1, 1_000 // max(times, 1))]):
        failures += [f"canary {number}: {w}: {_last(text)}" for w in _watched(text, WHOLE)]
    for k in range(times):
        text = mutated(random.Random(f"{seed} {k}"), texts)
        failures += [f"seed {seed} {k}: {what}" for what in _watched(text, SMALL)]
    return failures


def _last(text: str) -> str:
    return text.partition("x = ")[2][:80]


def _watched(text: str, limits: Budget) -> list[str]:
    before = _inside()
    with _guarded(text), watch().watching() as seen:
        wrong = received(text, limits)
    wrong += [f"saw {event}" for event in seen]
    return wrong if _inside() == before else [*wrong, "changed the engine"]


@functools.cache
def _classes() -> tuple[type, ...]:
    homes = (engine, engine.nn, engine.optim)
    found = {v for home in homes for v in vars(home).values() if isinstance(v, type)}
    return tuple(sorted(found, key=repr))


def _inside() -> dict[str, int]:
    """What the engine's modules and classes hold, by identity."""
    homes = (engine, engine.nn, engine.nn.functional, engine.optim, *_classes())
    return {f"{home}.{n}": id(v) for home in homes for n, v in vars(home).items()}


@contextmanager
def _guarded(text: str) -> Iterator[None]:
    """What hangs is printed, and ends the process."""

    def over(*_: object) -> None:
        print(f"{text}\nhangs", flush=True)
        os._exit(1)

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    kit.main("programs through the interpreter", 100_000, run)
