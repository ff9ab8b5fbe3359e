# SPDX-License-Identifier: GPL-2.0-or-later
"""The lowest versions of packages that are promised are those that the gate tests."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = PROJECT["optional-dependencies"]
DEPENDENCIES = PROJECT["dependencies"] + OPTIONAL["cluster"] + OPTIONAL["mutants"]


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def test_every_package_has_a_lowest_version() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / ".ci" / "floors"], capture_output=True, text=True, check=True
    )
    floors = dict(line.split("==") for line in ran.stdout.splitlines())
    assert floors == {re.split(">=", line)[0]: re.split(">=|,", line)[1] for line in DEPENDENCIES}
    for name, lowest in floors.items():
        assert version(importlib.metadata.version(name)) >= version(lowest)


def test_the_gate_tests_them() -> None:
    assert re.search(r"^make floors\b", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    made = (ROOT / "Makefile").read_text()
    named = re.search(r"^FLOORS := ((?:.*\\\n)*.*)$", made, re.MULTILINE)
    assert named is not None
    paths = [word.partition("::")[0] for word in named[1].split() if word != "\\"]
    assert len(paths) > 3 and all((ROOT / path).is_file() for path in paths)
