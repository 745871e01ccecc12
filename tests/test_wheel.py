"""What is built can be installed and runs anywhere, with its assets."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = ("engine", "gui", "assets")

pytestmark = pytest.mark.slow


def run(*command, cwd):
    """Run outside the tree, and so that Python cannot find the tree in other ways either."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, as a build leaves its scraps in the tree; and without a network."""
    place = tmp_path_factory.mktemp("wheel")
    scraps = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests")
    shutil.copytree(ROOT, place / "tree", ignore=scraps)
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", place)
    run(sys.executable, "-m", "pip", "wheel", *options, place / "tree", cwd=place)
    return next(place.glob("chainrule-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel in it, which borrows the dependencies of ours."""
    place = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", place / "venv", cwd=place)
    scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place)
    Path(site.strip(), "ours.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    options = ("install", "--no-deps", "--no-index")
    run(sys.executable, "-m", "pip", "--python", python, *options, wheel, cwd=place)
    return scripts


def test_the_wheel_holds_every_module_and_asset(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = (path for folder in SHIPPED for path in (ROOT / folder).rglob("*") if path.is_file())
    names = {path.relative_to(ROOT).as_posix() for path in ours if "__pycache__" not in path.parts}
    screenshots = {name for name in names if name.startswith("assets/gallery/")}
    assert names - screenshots <= held
    assert not screenshots & held


def test_it_finds_its_assets_outside_the_tree(installed, tmp_path):
    code = "import engine, gui, assets; print(assets.path('examples').is_dir(), assets.__file__)"
    found, where = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert found == "True"
    assert Path(where).is_relative_to(installed.parent)


def test_the_command_checks_an_example(installed, tmp_path):
    code = "import assets; print(assets.path('examples', 'square.chain'))"
    example = run(installed / "python", "-c", code, cwd=tmp_path).strip()
    assert run(installed / "chainrule", "check", example, cwd=tmp_path).strip()
