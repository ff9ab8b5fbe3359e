# SPDX-License-Identifier: GPL-2.0-or-later
"""The wheel works from an empty folder in an environment of its own."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["XASPLIT_CACHE"] = str(folder / "cache")
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that holds the wheel and what it declares."""
    folder = tmp_path_factory.mktemp("wheel")
    # A copy, so that build leftovers of the checkout cannot stand in for a missing file.
    command = ("git", "-C", ROOT, "ls-files", "-z", "-c", "-o", "--exclude-standard")
    for name in filter(None, run(*command, folder=folder).split("\0")):
        if (ROOT / name).is_file():
            target = folder / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    source = folder / "source"
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", source, folder=folder)
    (wheel,) = (source / "dist").glob("*.whl")
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, folder=folder)
    return folder / "environment" / "bin" / "xasplit"


def test_it_counts(installed: Path, tmp_path: Path) -> None:
    assert "4,161" in run(installed, "count", "1G", "4K", folder=tmp_path)


def test_it_builds_the_port_and_searches(installed: Path, tmp_path: Path) -> None:
    output = run(installed, "search", "--chunk-shift", "1", folder=tmp_path)
    assert "port" in output and "complete" in output
