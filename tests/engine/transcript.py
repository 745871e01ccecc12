"""Replays transcripts: `>>>` programs with what PyTorch 2.13 answered to every statement.

`python transcript.py MODULE [--write]` answers them with MODULE in the place of torch; with --write
the answers are put into the files (that is how they were made, with torch).
"""

import contextlib
import importlib
import io
import json
import re
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).parent / "transcripts"


def statements(text):
    """The statements of a transcript, each with its `>>>` and `...` lines."""
    found = []
    for line in text.splitlines():
        if line.startswith(">>> "):
            found.append([line])
        elif line.startswith("...") and found:
            found[-1].append(line)
    return found


def source_of(lines):
    """A statement as Python source."""
    return "\n".join(line[4:] for line in lines) + "\n"


def tidied(text):
    """Without memory addresses and without where in C++ a warning came from."""
    text = re.sub(r"\s*\(Triggered internally at [^()]*\)", "", str(text))
    return re.sub(r"0x[0-9a-fA-F]+", "0xADDR", text)


def answer(source, scope):
    """What one statement prints, warns of (~~) and raises (!!)."""
    out, raised = io.StringIO(), None
    with warnings.catch_warnings(record=True) as told, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            exec(compile(source, "<transcript>", "single"), scope)
        except Exception as error:
            raised = error
    found = [f"~~ {w.category.__name__}: {tidied(w.message)}" for w in told]
    found += tidied(out.getvalue()).splitlines()
    if raised is not None:
        message = tidied(raised).rstrip("\n").splitlines() or [""]
        found.append(f"!! {type(raised).__name__}: {message[0]}")
        found += message[1:]
    return found


def replayed(module, text):
    """The transcript as `module` would have it."""
    scope = {"torch": module, "F": module.nn.functional, "__name__": "__transcript__"}
    lines = [line for line in text.splitlines()[:1] if not line.startswith(">>>")]
    for statement in statements(text):
        lines += statement + answer(source_of(statement), scope)
    return "\n".join(lines) + "\n"


def main():
    name, write = sys.argv[1], "--write" in sys.argv
    module = importlib.import_module(name)
    sys.modules["torch"] = module
    found = {}
    for path in sorted(HERE.glob("*.txt")):
        text = found[path.stem] = replayed(module, path.read_text(encoding="utf-8"))
        if write:
            path.write_text(text, encoding="utf-8")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
