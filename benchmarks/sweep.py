# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the sweep is where all is right, beside a plain C loop over the same cases.

The loop (``splits.c``) is given the cases and the answers that they must give; the sweep makes
both, judges them by the specs, and sums up.  Both compare every byte.
"""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.group import Group, Settings
from benchmarks.machine import ROOT
from benchmarks.result import Goal, Kind, Measure, NotRun
from models.kernel.source import port_source
from models.subject import build
from models.subject.implementation import Implementation
from models.sweep.expected import Expected, kind
from models.sweep.sweep import Unit, run_unit

UNITS = (Unit(1, 4, 1), Unit(2, 5, 2), Unit(3, 5, 2), Unit(6, 9, 0, 200), Unit(6, 12, 6, 200))
"""Whole at chunk shifts 1 to 3; at 6 a sample, as in a review."""
QUICK = (Unit(1, 2, 0), Unit(2, 2, 0), Unit(3, 3, 2, 20), Unit(6, 9, 0, 5))
GOAL = 200_000.0
"""Cases a second of CPU time."""
TIMES = 3
_LOOP_SECONDS = 1.0
_HEAD = struct.Struct("<III")
_PROGRAM = Path(__file__).with_name("splits.c")
_DRIVER = ROOT / "models" / "driver"
_REPLACED = ("main.c", "groups.c")


def loop(s: int, folder: Path) -> Path:
    """The plain loop's program at a chunk shift.  Raises BuildError."""
    source, command = port_source(), build.compiler()
    seen = [*build.asserting(source, s), "-iquote", str(_DRIVER)]
    checked, own = (*build.FLAGS, *build.CHECKED), (*build.FLAGS, *build.OWN)
    objects = [build.compiled(source, command, checked, seen, unit) for unit in source.units]
    for path in [*sorted(_DRIVER.glob("*.c")), _PROGRAM]:
        if path.name not in _REPLACED:
            objects.append(build.compiled(source, command, own, seen, str(path)))
    program = folder / f"splits-{s}"
    build.compile_source(source, [*command, *build.FLAGS, *objects, "-o", str(program)])
    return program


def write(unit: Unit, one: Implementation, path: Path) -> int:
    """A unit's cases and answers, as the loop reads them; how many cases."""
    expected, cases = Expected(unit.chunk_shift), 0
    with path.open("wb") as file:
        for group, starts in unit.groups():
            answer, encoded = expected.answer(group, kind(one, group)), group.encoded(starts)
            expected.clear()
            file.write(_HEAD.pack(len(encoded), len(encoded[0]), len(answer)) + answer)
            file.writelines(encoded)
            cases += len(encoded)
    return cases


def measure(settings: Settings) -> Iterator[Measure]:
    """Each unit by itself, in cases a second of CPU time, of all processes."""
    source = port_source()
    for unit in QUICK if settings.quick else UNITS:
        s = unit.chunk_shift
        one = Implementation("port", source, False, {s: build.build(source, s)})
        taken = []
        for _ in range(settings.times(TIMES)):
            before = _cpu()
            done = run_unit(unit, [one])
            taken.append(_cpu() - before)
            if done.findings:
                raise NotRun(f"the port breaks a property in {unit}")
        covered = sum(coverage.covered for coverage in done.coverage.values())
        cases = settings.folder / "cases"
        if write(unit, one, cases) != covered:
            raise NotRun(f"the loop has other cases than the sweep in {unit}")
        loop_rate = _run(loop(s, settings.folder), cases, settings)
        cases.unlink()
        rate = covered / median(taken)
        name = f"s = {s}, order {unit.order} to {unit.new_order}"
        how = "whole" if unit.sample is None else f"{unit.sample} groups drawn"
        note = f"{covered:,} cases, {how}"
        yield Measure(f"{name}, sweep", rate, "cases/s", goal=Goal(least=GOAL), note=note)
        yield Measure(f"{name}, C loop", loop_rate, "cases/s")
        yield Measure(f"{name}, sweep to C loop", rate / loop_rate, "", Kind.RATIO)


def _run(program: Path, cases: Path, settings: Settings) -> float:
    seconds = 0.0 if settings.quick else _LOOP_SECONDS
    done = subprocess.run(
        [program, cases, str(seconds)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotRun(done.stderr.strip() or f"the C loop ended with status {done.returncode}")
    ran, took = done.stdout.split()
    return int(ran) / float(took)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


GROUP = Group("sweep", "the sweep of the port beside a plain C loop", measure)
