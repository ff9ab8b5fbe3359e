# SPDX-License-Identifier: GPL-2.0-or-later
import subprocess
import sys
import time

import pytest

from models.implementation import Implementation, examine
from models.kernel.source import port_source
from models.sweep import Unit, UnitResult, run_unit
from review import campaign


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1, 2))


def test_two_processes_find_what_one_finds(port: Implementation) -> None:
    units = [Unit(1, 2, 0), Unit(1, 2, 1), Unit(2, 2, 2)]
    told: list[int] = []

    def progress(_: Unit, so_far: UnitResult) -> None:
        told.append(sum(one.covered for one in so_far.coverage.values()))

    result = UnitResult()
    finished = campaign.run(units, [port], 2, progress, result)
    alone = UnitResult()
    for unit in units:
        alone.update(run_unit(unit, [port]))
    assert finished and result.coverage == alone.coverage
    assert told == sorted(told) and len(told) == len(units)


INTERRUPTED = """
import os, signal, threading
from models.implementation import examine
from models.kernel.source import port_source
from models.sweep import Unit, UnitResult
from review import campaign
port = examine(port_source(), (1, 2))
def progress(unit, so_far):
    os.kill(os.getpid(), signal.SIGINT)
units = [Unit(2, 5, 0), Unit(2, 5, 1), Unit(1, 1, 1)]
result = UnitResult()
finished = campaign.run(units, [port], 2, progress, result)
print(finished, len(result.coverage))
"""


def test_an_interrupt_keeps_what_was_found_and_ends_at_once() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "False 1\n", done.stderr
    assert time.monotonic() - started < 60
