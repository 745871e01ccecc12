"""Chainrule: the window, or without one `run`, `step` and `check`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import assets

LESSON = assets.path("examples", "perceptron.chain")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given and given[0] in ("run", "step", "check"):
        return _headless(given)
    options = _window_parser().parse_args(given)
    return _window(options.file)


def _headless(given: list[str]) -> int:
    from gui.model import terminal

    options = _headless_parser().parse_args(given)
    if options.command == "run":
        return terminal.run(options.file, _words(), options.json)
    if options.command == "step":
        return terminal.step(options.file, _words(), options.to, options.all)
    return terminal.check(options.file, _words())


def _words() -> TextIO:
    """Standard output; where it cannot show a ∂ it shows another sign rather than fail."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return sys.stdout


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chainrule",
        description="See backprop happen: compose a computation graph, step through its backward "
        "pass.",
        epilog="Without a window: chainrule run FILE [--json] · step FILE [--to N] [--all] "
        "· check FILE",
    )
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="a .chain or .chainz file (default: a lesson, later the start page)",
    )
    return parser


def _headless_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chainrule")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="print values, gradients and grad_fn of every node")
    run.add_argument("file", type=Path)
    run.add_argument("--json", action="store_true", help="as JSON, with every event")
    step = commands.add_parser("step", help="print one caption a line")
    step.add_argument("file", type=Path)
    step.add_argument("--to", type=int, metavar="N", help="stop after N steps")
    step.add_argument(
        "--all", action="store_true", help="also what is let go of, and gradients nobody keeps"
    )
    check = commands.add_parser("check", help="say whether a file is sound")
    check.add_argument("file", type=Path)
    return parser


def _window(file: Path | None) -> int:
    if not _has_display():
        return _without_display(file)
    from gui.model.folders import log_folder
    from gui.model.logbook import CrashFile

    crash = CrashFile(log_folder())
    crash.open()  # before Qt, which may be what fails
    try:
        return _started(file)
    finally:
        crash.close()


def _started(file: Path | None) -> int:
    try:
        from gui.start import start
    except ImportError as error:
        print(
            f"The window cannot open: {error}.\n"
            "On Debian or Ubuntu this installs what Qt needs:\n"
            "  sudo apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "
            "libxcb-cursor0",
            file=sys.stderr,
        )
        return 1
    return start(file, LESSON)


def _has_display() -> bool:
    """Whether Qt has a screen to draw on; only Linux can be without."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _without_display(file: Path | None) -> int:
    from gui.model import terminal

    path = file or LESSON
    out = _words()
    out.write(
        f"There is no display here, so no window can open. Here is {path.name} step by step, in "
        "words.\n(On a machine with a display the same command opens the window.)\n\n"
    )
    return terminal.step(path, out)


if __name__ == "__main__":
    sys.exit(main())
