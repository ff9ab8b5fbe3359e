# SPDX-License-Identifier: GPL-2.0-or-later
"""Line and branch coverage of the port's split functions, as gcov counts it.

The driver is built without optimisation and without assertions (whose failing branch nothing is
meant to reach), runs sweep and machine at every chunk shift, and writes its counts when it ends.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.case.findings import Findings
from models.histories.search import search
from models.kernel.source import Source
from models.subject.build import (
    FLAGS,
    BuildError,
    compile_source,
    compiler,
    compiler_version,
    preprocessing,
)
from models.subject.implementation import Implementation
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit

FILE = "lib/xarray_split.c"
"""Where the port's split functions are."""
DRIVER = Path(__file__).parents[1] / "driver"
UNITS = (
    *(Unit(*one) for one in ((1, 3, 0), (2, 3, 1), (2, 2, 0), (3, 5, 4))),
    *(Unit(s, 3, 0, family=family) for s in (1, 2) for family in (Family.WALKS, Family.REFUSALS)),
)
"""What the sweep runs: all that is reached without luck."""
_OUTSIDE = "only for an entry in the head, or none: splitting that breaks the contract"
EXPLAINED = {
    ("xas_split", "if (xas_is_node(xas))"): _OUTSIDE,
    ("xas_try_split", "if (!xas_is_node(xas))"): _OUTSIDE,
    ("xas_try_split", "return;"): _OUTSIDE,
}
"""Why a branch, or a line without one, is not reached, by function and text of the line."""


@dataclass
class Lines:
    """How often each line of a function was run, and each branch on it was taken."""

    lines: dict[int, int] = field(default_factory=dict)
    branches: dict[tuple[int, int], int] = field(default_factory=dict)
    """By line and number of the branch on it."""

    @property
    def missed_lines(self) -> list[int]:
        """Lines that never ran."""
        return sorted(line for line, count in self.lines.items() if not count)

    @property
    def missed_branches(self) -> list[tuple[int, int]]:
        """Branches that were never taken, on lines that ran."""
        return sorted(
            place
            for place, count in self.branches.items()
            if not count and self.lines.get(place[0])
        )


@dataclass
class Coverage:
    """What was covered, by function, and what the runs found on the way."""

    functions: dict[str, Lines] = field(default_factory=dict)
    explained: set[tuple[str, str]] = field(default_factory=set)
    """Keys of ``EXPLAINED`` that were not reached: not counted as missed."""
    findings: Findings = field(default_factory=Findings)

    @property
    def complete(self) -> bool:
        """Whether every line ran and every branch was taken."""
        return bool(self.functions) and not any(
            one.missed_lines or one.missed_branches for one in self.functions.values()
        )


def measure(source: Source, shifts: Sequence[int], examples: int = 600, seed: int = 0) -> Coverage:
    """Run sweep and machine on ``source`` and count.

    Raises BuildError when it cannot be built so, or when gcc's gcov is not there.
    """
    gcov = _gcov(compiler())
    coverage = Coverage()
    for s in shifts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            one = Implementation(source.name, source, False, {s: _build(source, s, folder)})
            share = examples // len(shifts)
            report = search(one, [s], examples=share, seed=seed, remember=False)
            coverage.findings.update(report.findings)
            for unit in [unit for unit in UNITS if unit.chunk_shift == s]:
                coverage.findings.update(run_unit(unit, [one]).findings)
            text = (source.directory / FILE).read_text().splitlines()
            _add(coverage, gcov, folder, text)
    for name, lines in coverage.functions.items():
        _explain(coverage, name, lines, text)
    return coverage


def _explain(coverage: Coverage, name: str, lines: Lines, text: Sequence[str]) -> None:
    """Set aside what has a reason for not being reached, once for each reason."""
    for line in lines.missed_lines:
        key = (name, text[line - 1].strip())
        if key in EXPLAINED and key not in coverage.explained:
            coverage.explained.add(key)
            del lines.lines[line]
    for line, branch in lines.missed_branches:
        key = (name, text[line - 1].strip())
        if key in EXPLAINED and key not in coverage.explained:
            coverage.explained.add(key)
            del lines.branches[line, branch]


def _build(source: Source, s: int, folder: Path) -> Path:
    """The driver, which leaves its counts in ``folder``."""
    target = folder / "driver"
    compile_source(
        source,
        [
            *compiler(),
            *FLAGS,
            *("-O0", "-w", "--coverage"),
            *preprocessing(source, s),
            *(str(path) for path in sorted(DRIVER.glob("*.c"))),
            *source.units,
            *("-o", str(target)),
        ],
    )
    return target


def _gcov(command: Sequence[str]) -> str:
    name = Path(command[0]).name
    gcov = shutil.which(name.replace("gcc", "gcov")) if "gcc" in name else None
    if gcov is None:
        version = compiler_version(tuple(command))
        raise BuildError(f"coverage needs gcc and its gcov; the compiler is {version}")
    return gcov


def _add(coverage: Coverage, gcov: str, folder: Path, text: Sequence[str]) -> None:
    """Adds the counts that were left in ``folder``."""
    done = subprocess.run(
        [
            gcov,
            "--json-format",
            "--stdout",
            "--branch-probabilities",
            f"driver-{Path(FILE).stem}.gcda",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout:
        raise BuildError(f"gcov does not read its counts: {done.stderr.partition(chr(10))[0]}")
    for file in json.loads(done.stdout)["files"]:
        if file["file"].endswith(FILE):
            for line in file["lines"]:
                # Lines of functions that a header declares come without their name.
                name = line.get("function_name") or _function(text, line["line_number"])
                _add_line(coverage, name, line)


def _function(text: Sequence[str], line: int) -> str:
    """The function that a line (from 1) of a C source lies in."""
    for one in reversed(text[:line]):
        if match := re.match(r"[a-z].*?\b(\w+)\(", one):
            return match[1]
    return "?"


def _add_line(coverage: Coverage, function: str, line: dict[str, object]) -> None:
    number, count, branches = line["line_number"], line["count"], line["branches"]
    assert isinstance(number, int) and isinstance(count, int) and isinstance(branches, list)
    one = coverage.functions.setdefault(function, Lines())
    one.lines[number] = one.lines.get(number, 0) + count
    for place, branch in enumerate(branches):
        key = (number, place)
        one.branches[key] = one.branches.get(key, 0) + int(branch["count"])
