"""Every long run with its full figure, one after the other: `python -m tests.soak`."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

from tests import soak

HELPERS = {"__main__", "kit"}


def names() -> list[str]:
    """The modules of this folder that are runs."""
    found = {module.name for module in pkgutil.iter_modules(soak.__path__)}
    return sorted(name for name in found - HELPERS if not name.startswith("_"))


if __name__ == "__main__":
    chosen = sys.argv[1:] or names()
    codes = [subprocess.call([sys.executable, "-m", f"tests.soak.{name}"]) for name in chosen]
    failed = [name for name, code in zip(chosen, codes, strict=True) if code]
    print(f"failed: {', '.join(failed)}" if failed else "all well")
    sys.exit(bool(failed))
