"""Lines that IPython understands and Python does not: `%time`, `!pip install`, `torch.add?`."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"'''(?:[^\\]|\\.)*?(?:'''|\Z)|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)"
    r"|'(?:[^\\'\n]|\\.)*'?|\"(?:[^\\\"\n]|\\.)*\"?|\#[^\n]*|\\\n|[()\[\]{}\n]",
    re.DOTALL,
)
_SHELL = re.compile(r"([ \t]*)(?:[\w ,]+=\s*)?(!|%(?!=))")
_HELP = re.compile(r"([ \t]*)(?:\?{1,2}[\w.]+|%?[\w.*]+\?{1,2})[ \t]*\Z")
_WHOLE_CELL = re.compile(r"\s*%%(\w+)")
_RUN_AS_IT_IS = ("time", "timeit", "capture", "prun", "python", "python3")
"""What `%%` of these says of a cell is left out; the cell is Python all the same."""


def without_shell(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text with such lines as comments, and which they are: (line from 0, what is skipped)."""
    whole = _WHOLE_CELL.match(text)
    if whole is not None and whole[1] not in _RUN_AS_IT_IS:
        number = text.count("\n", 0, whole.start(1))
        commented = "\n".join(f"# {line}".rstrip() for line in text.split("\n"))
        return commented, [(number, f"A cell for %%{whole[1]} is skipped.")]
    if not any(mark in text for mark in "!%?"):
        return text, []
    lines = text.split("\n")
    skipped = []
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    number = 0
    while number < len(lines):
        line = lines[number]
        match = _SHELL.match(line) or _HELP.match(line)
        if match is None:
            number = _next_statement(text, starts, number)
            continue
        skipped.append((number, f"A line for IPython is skipped: {line.strip()[:60]}"))
        goes_on = True
        while goes_on and number < len(lines):
            goes_on = lines[number].endswith("\\")
            stands = "pass  # " if match[1] else "# "
            lines[number] = f"{match[1]}{stands}{lines[number].lstrip()}"
            number += 1
    return "\n".join(lines), skipped


def _next_statement(text: str, starts: list[int], number: int) -> int:
    """The line on which the statement after that of line `number` begins, by its brackets."""
    depth, line, at = 0, number, starts[number]
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(match[0], 0)
        line += match[0].count("\n")
        if match[0] == "\n" and depth <= 0:
            return line
    return len(starts)
