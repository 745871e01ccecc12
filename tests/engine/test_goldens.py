"""Programs with what PyTorch 2.13 made of them: values, text, warnings, history, order."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import engine

GOLDENS = Path(__file__).parents[1] / "goldens"
AT_LEAST = {2: 168, 3: 57}
"""How many of the tiers beyond the first must pass; raise a number when more do, never lower it."""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The checker's verdict on every program, each run in a process of its own."""
    out = tmp_path_factory.mktemp("goldens") / "report.json"
    command = [sys.executable, str(GOLDENS / "check.py"), "engine", "--json", str(out), "-q"]
    root = Path(engine.__file__).parents[1]
    subprocess.run([*command, "--dir", str(GOLDENS / "shared")], cwd=root, capture_output=True)
    return {r["id"]: r for r in json.loads(out.read_text())["results"]}


def programs(tier):
    """The ids of a tier's programs."""
    files = sorted((GOLDENS / "shared").glob("*.json"))
    goldens = [json.loads(f.read_text()) for f in files if f.name != "index.json"]
    return [g["id"] for g in goldens if g["tier"] == tier]


@pytest.mark.parametrize("name", programs(1))
def test_tier_one_is_exactly_pytorch(report, name):
    """Tier 1 has no exceptions."""
    assert report[name]["problems"] == {}


@pytest.mark.parametrize("tier", AT_LEAST)
def test_the_tiers_beyond_never_get_worse(report, tier):
    """At least AT_LEAST of them pass; which ones is in the message when they do not."""
    failed = [name for name in programs(tier) if not report[name]["ok"]]
    assert len(programs(tier)) - len(failed) >= AT_LEAST[tier], failed
