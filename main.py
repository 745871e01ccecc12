"""Chainrule: the window, or without one `run`, `step`, `check`, `import` and `export`."""

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
    if given and given[0] in ("run", "step", "check", "import", "export"):
        return _headless(given)
    options = _window_parser().parse_args(given)
    return _window(options.file)


def _headless(given: list[str]) -> int:
    from gui.model import terminal

    options = _headless_parser().parse_args(given)
    if options.command == "run":
        return terminal.run(options.file, _words(), options.json)
    if options.command == "import":
        from gui.model import terminal_programs

        return terminal_programs.make(options.file, options.output, _words(), options.force)
    if options.command == "step":
        return terminal.step(options.file, _words(), options.to, options.all)
    if options.command == "export":
        return terminal.export(options.file, options.output, _words(), force=options.force)
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
        "· check FILE · import PROGRAM [-o GRAPH] [--force] "
        "· export FILE [-o NAME.py|NAME.ipynb] [--force]",
    )
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="a .chain or .chainz file, or a program, .py or .ipynb (default: a lesson, later the "
        "start page)",
    )
    return parser


def _headless_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chainrule")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run",
        help="print values, gradients and grad_fn of every node; of a program what it prints, and "
        "its variables",
    )
    run.add_argument("file", type=Path)
    run.add_argument("--json", action="store_true", help="as JSON, with every event")
    step = commands.add_parser("step", help="print one caption a line")
    step.add_argument("file", type=Path)
    step.add_argument("--to", type=int, metavar="N", help="stop after N steps")
    step.add_argument(
        "--all", action="store_true", help="also what is let go of, and gradients nobody keeps"
    )
    export = commands.add_parser("export", help="write a PyTorch script or notebook")
    export.add_argument("file", type=Path)
    export.add_argument(
        "-o", "--output", type=Path, metavar="NAME", help=".py or .ipynb (default: print a script)"
    )
    export.add_argument("--force", action="store_true", help="replace what is there already")
    check = commands.add_parser("check", help="say whether a file is sound")
    check.add_argument("file", type=Path)
    make = commands.add_parser("import", help="make a graph of a PyTorch program, which is not run")
    make.add_argument("file", type=Path, help="a .py or .ipynb")
    make.add_argument("-o", "--output", type=Path, metavar="GRAPH", help=".chain or .chainz")
    make.add_argument("--force", action="store_true", help="replace what is there already")
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
