# SPDX-License-Identifier: GPL-2.0-or-later
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from models.finding import Finding
from models.implementation import Implementation, examine
from models.kernel.source import port_source
from models.sweep import Unit, UnitResult, run_unit
from review import campaign
from tests.models.test_counterexample import FINDING


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


def unlucky(unit: Unit, *_: object, on_found: Callable[[Finding], None]) -> UnitResult:
    """As if there were a mistake of our own in what one unit meets."""
    if unit.order == 1:
        raise KeyError(unit.order)
    on_found(FINDING)
    return UnitResult()


def test_a_unit_that_fails_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "run_unit", unlucky)
    units = [Unit(1, 2, 0), Unit(1, 1, 1), Unit(2, 2, 2)]
    told: list[Unit] = []
    found: list[Finding] = []
    failed: list[str] = []

    def progress(unit: Unit, _: UnitResult) -> None:
        told.append(unit)

    assert not campaign.run(units, [], 2, progress, UnitResult(), found.append, failed)
    assert sorted(told, key=units.index) == [units[0], units[2]]
    assert found == [FINDING, FINDING]
    (line,) = failed
    assert line.startswith("Unit(chunk_shift=1, order=1") and line.endswith("KeyError: 1")


def dying(*_: object, on_found: Callable[[Finding], None]) -> UnitResult:
    """As if memory were short."""
    on_found(FINDING)
    os.kill(os.getpid(), signal.SIGKILL)
    return UnitResult()


def test_a_process_that_is_killed_ends_the_campaign_and_not_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(campaign, "run_unit", dying)
    found: list[Finding] = []
    failed: list[str] = []
    units = [Unit(1, order, 0) for order in range(9)]
    result = UnitResult()
    assert not campaign.run(units, [], 1, lambda *_: None, result, found.append, failed)
    assert FINDING in found
    assert len(failed) == campaign.MOST_FAILED
    assert "ended from outside" in failed[0]


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
