# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast readers are explored, beside Spin on an equal scenario.

A load that starts over on retry, against one split, with sequential consistency: Spin is given a
Promela model of it, for one index; the explorer runs compiled code, for every index.  Both cover
all interleavings.  What they count differs: Spin stores each pair of places of writer and reader,
the explorer lets a reader run from each place where it has a choice.  So their time for the same
question is compared, too.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.group import Group, Settings
from benchmarks.result import Kind, Measure, NotRun
from models.kernel.source import port_source
from models.readers import explorer, interleave_runs
from models.readers.build import build_all
from models.readers.explorer import Case, Span
from models.readers.interleave import Interleaving
from specs.readers import Memory
from tests.models.readers import promela
from xarray_model.reader_state import Goal

CHUNK_SHIFT = 2
ORDER, QUICK_ORDER = 9, 4
TIMES = 5
_VECTOR = 1 << 17
"""Bytes of a state, at most, for Spin."""


def measure(settings: Settings) -> Iterator[Measure]:
    """Explorer, then the model's, then Spin; the median of several."""
    order, times = QUICK_ORDER if settings.quick else ORDER, settings.times(TIMES)
    case = Case("split", order, 0, 1 << order, 1 << order)
    index = (2 << order) - 1
    executable = build_all(port_source(), (CHUNK_SHIFT,))[CHUNK_SHIFT]
    raced = []
    for _ in range(times):
        answer = explorer.run(executable, case, Memory.SEQUENTIAL, ("load-retry",))
        raced += [one for one in answer.results if one.span is Span.RACE]
    if len(raced) != times or not all(one.complete for one in raced):
        raise NotRun("the explorer does not come to the end of it")
    one = raced[0]
    seconds = median(result.seconds for result in raced)
    of_index = seconds / one.starts
    note = f"split of order {order} at chunk shift {CHUNK_SHIFT}"
    yield Measure("explorer, states", one.states / seconds, "1/s", note=f"with a choice; {note}")
    yield Measure("explorer, loads", one.loads / seconds, "1/s", note=note)
    yield Measure("explorer, an index", of_index * 1e3, "ms", note=f"{one.starts} in one run")
    run = interleave_runs.run(case, CHUNK_SHIFT)
    explored = [
        Interleaving(run, Memory.SEQUENTIAL).explore(Goal.LOAD_RETRY, index) for _ in range(times)
    ]
    of_model = median(done.seconds for done in explored)
    yield Measure("model's explorer, states", explored[0].states / of_model, "1/s")
    yield Measure("model's explorer, an index", of_model * 1e3, "ms")
    program = spin(promela.export(run, index), settings.folder)
    runs = [_pan(program) for _ in range(times)]
    states, of_spin = runs[0][0], median(took for *_, took in runs)
    if runs[0][1] or any(result.breaches for result in raced) or explored[0].breaches:
        raise NotRun("Spin, explorer and model do not all come to the verdict that all holds")
    yield Measure("Spin, states", states / of_spin, "1/s", note=f"{states} states")
    yield Measure("Spin, an index", of_spin * 1e3, "ms", note="without making the program")
    states_ratio = (one.states / seconds) / (states / of_spin)
    yield Measure("explorer's states/s to Spin's", states_ratio, "", Kind.RATIO)
    loads_ratio = (one.loads / seconds) / (states / of_spin)
    yield Measure("explorer's loads/s to Spin's states/s", loads_ratio, "", Kind.RATIO)
    yield Measure("Spin's time for an index to the explorer's", of_spin / of_index, "", Kind.RATIO)


def spin(text: str, folder: Path) -> Path:
    """The program that Spin makes of a Promela text."""
    if shutil.which("spin") is None:
        raise NotRun("Spin: no spin")
    (folder / "m.pml").write_text(text)
    compiled = f"gcc -O2 -DSAFETY -DVECTORSZ={_VECTOR} -w -o pan pan.c"
    for command in ("spin -a m.pml", compiled):
        done = subprocess.run(command.split(), cwd=folder, check=False, capture_output=True)
        if done.returncode:
            raise NotRun(f"Spin: {command} ended with status {done.returncode}")
    return folder / "pan"


def _pan(program: Path) -> tuple[int, int, float]:
    """States stored, errors, and seconds of a run."""
    began = time.perf_counter()
    done = subprocess.run(
        [program, "-w18"], cwd=program.parent, check=False, capture_output=True, text=True
    )
    took = time.perf_counter() - began
    stored = re.search(r"(\d+) states, stored", done.stdout)
    errors = re.search(r"errors: (\d+)", done.stdout)
    if stored is None or errors is None or "Search not completed" in done.stdout:
        raise NotRun("Spin: it does not come to its end")
    return int(stored[1]), int(errors[1]), took


GROUP = Group("readers", "all interleavings of a load with a split, beside Spin", measure)
