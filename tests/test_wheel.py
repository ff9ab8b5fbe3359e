# SPDX-License-Identifier: GPL-2.0-or-later
"""The wheel works from an empty folder, without the checkout and with what it declares alone."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from review import __version__

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("xarray_model", "specs", "models", "proofs", "review")
MODULES = {"xasplit.py"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command prints that runs in ``folder``; it must end well."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    result = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "XASPLIT_CACHE": str(folder / "cache"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


def files(folder: Path) -> list[str]:
    """Every file of the checkout that is not ignored."""
    command = ("git", "-C", ROOT, "ls-files", "-z", "-c", "-o", "--exclude-standard")
    names = filter(None, run(*command, folder=folder).split("\0"))
    return [name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a source distribution, and of the wheel that is made from that alone."""
    folder = tmp_path_factory.mktemp("wheel")
    # A copy, so that build leftovers of the checkout cannot stand in for a missing file.
    source = folder / "source"
    for name in files(folder):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--no-isolation", source, folder=folder)
    return source / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (made,) = built.glob(f"xasplit-{__version__}-*.whl")
    return made


def test_it_holds_every_file_of_its_packages(wheel: Path, tmp_path: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {name for name in files(tmp_path) if name.split("/")[0] in PACKAGES} | MODULES
    assert wanted - inside == set()
    others = {name.split("/")[0] for name in inside} - {*PACKAGES, *MODULES}
    assert others == {f"xasplit-{__version__}.{kind}" for kind in ("data", "dist-info")}
    assert f"xasplit-{__version__}.data/data/share/man/man1/xasplit.1" in inside


def test_the_source_distribution_has_what_is_tested_and_read(built: Path, tmp_path: Path) -> None:
    (made,) = built.glob("*.tar.gz")
    with tarfile.open(made) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= inside
    wanted = {
        name for name in files(tmp_path) if name.split("/")[0] in (*PACKAGES, "tests", "docs")
    }
    assert wanted - inside == set()


def test_it_counts_and_builds_the_port_and_finds_a_defect(wheel: Path, tmp_path: Path) -> None:
    """With the wheel's files alone: the checkout's are out of reach of this Python."""
    site = tmp_path / "site"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile",
        "--target", site, wheel, folder=tmp_path)  # fmt: skip
    code = (
        "import runpy, sys; site = sys.argv.pop(1);"
        " sys.meta_path[:] = [one for one in sys.meta_path if 'editable' not in str(one)];"
        " import review.cli; assert review.cli.__file__.startswith(site);"
        " runpy.run_module('xasplit', run_name='__main__')"
    )

    def xasplit(*words: str) -> str:
        command = (sys.executable, "-c", code, str(site), *words)
        return run(*command, folder=tmp_path, PYTHONPATH=str(site))

    assert xasplit("--version").startswith(f"xasplit {__version__}\n")
    assert "4,161" in xasplit("count", "1G", "4K")
    assert "1 of 1 caught" in xasplit("mutants", "sibling-mask")


def imported() -> set[str]:
    """The packages that the project's code imports anywhere, but Python's own and its own."""
    names: set[str] = set()
    for path in (one for package in PACKAGES for one in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(str(node.module).partition(".")[0])
    return names - sys.stdlib_module_names - set(PACKAGES)


def test_what_it_imports_is_declared_and_what_is_declared_is_imported() -> None:
    optional = PROJECT["optional-dependencies"]
    lines = PROJECT["dependencies"] + optional["cluster"] + optional["mutants"]
    declared = {re.split(r"[<>=~!\[; ]", line)[0].lower() for line in lines}
    owners = importlib.metadata.packages_distributions()
    needed = {name: {one.lower() for one in owners.get(name, [name])} for name in imported()}
    assert {name for name, owner in needed.items() if not owner & declared} == set()
    assert declared <= set().union(*needed.values())
