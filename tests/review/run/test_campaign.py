# SPDX-License-Identifier: GPL-2.0-or-later
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from models.case.finding import Finding
from models.kernel.source import port_source
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.subject.implementation import Implementation, examine
from models.sweep import comparison
from models.sweep.sweep import Unit, UnitResult, run_unit
from review.run import campaign
from review.run.results import Results
from review.run.workers import Workers
from tests.models.case.test_counterexample import FINDING


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1, 2))


def test_two_processes_find_what_one_finds(port: Implementation) -> None:
    units = [Unit(1, 2, 0), Unit(1, 2, 1), Unit(2, 2, 2)]
    told: list[int] = []

    def progress(_: Unit, so_far: UnitResult) -> None:
        told.append(sum(one.covered for one in so_far.coverage.values()))

    result = UnitResult()
    finished = campaign.run(units, [port], Workers(2), progress, result, results=Results())
    alone = UnitResult()
    for unit in units:
        alone.update(run_unit(unit, [port]))
    assert finished and result.coverage == alone.coverage
    assert told == sorted(told) and len(told) == len(units)


def unlucky(
    unit: Unit, *_: object, on_found: Callable[[Finding], None], **__: object
) -> UnitResult:
    """As if there were a mistake of our own in what one unit meets."""
    if unit.order == 1:
        raise KeyError(unit.order)
    on_found(FINDING)
    return UnitResult()


def test_a_unit_that_fails_takes_nothing_with_it(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "run_unit", unlucky)
    units = [Unit(1, 2, 0), Unit(1, 1, 1), Unit(2, 2, 2)]
    told: list[Unit] = []
    found: list[Finding] = []
    failed: list[str] = []

    def progress(unit: Unit, _: UnitResult) -> None:
        told.append(unit)

    assert not campaign.run(
        units, [port], Workers(2), progress, UnitResult(), found.append, failed, results=Results()
    )
    assert sorted(told, key=units.index) == [units[0], units[2]]
    assert found == [FINDING, FINDING]
    (line,) = failed
    assert line.startswith("Unit(chunk_shift=1, order=1") and line.endswith("KeyError: 1")


def dying(*_: object, on_found: Callable[[Finding], None], **__: object) -> UnitResult:
    """As if memory were short."""
    on_found(FINDING)
    os.kill(os.getpid(), signal.SIGKILL)
    return UnitResult()


def test_a_process_that_is_killed_ends_the_campaign_and_not_the_program(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign, "run_unit", dying)
    found: list[Finding] = []
    failed: list[str] = []
    units = [Unit(1, order, 0) for order in range(9)]
    result = UnitResult()
    assert not campaign.run(
        units, [port], Workers(1), lambda *_: None, result, found.append, failed, results=Results()
    )
    assert FINDING in found
    assert len(failed) == campaign.MOST_FAILED
    assert "ended from outside" in failed[0]


def hanging() -> Implementation:
    """The port at chunk shift 1, which never comes back from some splits of values."""
    text = "if (xas_is_node(xas))\n\t\tsplit_here(xas, old, entry, order);"
    loop = "while (xa_is_value(old) && order > 1 && (xas->xa_index & 1))\n\t\tbarrier();\n\t"
    mutant = Mutant(
        "hangs", "planted", "lib/xarray_split.c", text, loop + text, ("ends",), chunk_shift=1
    )
    return mutated(mutant)


def swept(one: Implementation, jobs: int, known: UnitResult | None = None) -> object:
    """All that a campaign comes to."""
    units = [Unit(1, 2, new, 6, seed) for new in range(3) for seed in range(3)]
    result = UnitResult()
    hangs = None if known is None else known.hung()
    assert campaign.run(
        units, [one], Workers(jobs), lambda *_: None, result, known=hangs, results=Results()
    )
    breaches = {
        key: (breach.smallest, breach.smallest.operations, breach.cases, breach.extent)
        for key, breach in result.findings.breaches.items()
    }
    failures = {
        key: (failure.first, failure.cases, failure.extent, failure.later)
        for key, failure in result.findings.failures.items()
    }
    return breaches, failures, result.coverage, result.tried, result.hangs, result.judged


@contextmanager
def load() -> Iterator[None]:
    """Keep every processor busy."""
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def test_the_same_is_found_with_one_process_and_with_two_under_load(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What hangs is learnt in one order: findings, cases, counts and gaps are the same."""
    monkeypatch.setattr(comparison, "HANG_SECONDS", 0.06)
    monkeypatch.setattr(comparison, "AGAIN_SECONDS", 0.03)
    monkeypatch.setattr(campaign, "LAG", 2)
    one = hanging()
    alone = swept(one, 1)
    with load():
        assert swept(one, 2) == alone
    breaches, _, coverage, tried, hangs, _ = cast("tuple[Any, ...]", alone)
    assert any(name == "ends" for _, name in breaches)
    assert hangs and tried[one.name].left_out.splits.total()
    assert not all(each.complete for each in coverage.values())


def test_the_time_bounds_a_campaign(port: Implementation) -> None:
    units = [Unit(2, 5, new) for new in range(5)]
    began = time.monotonic()
    result = UnitResult()
    over = began + 0.3
    assert not campaign.run(
        units, [port], Workers(2), lambda *_: None, result, deadline=over, results=Results()
    )
    assert time.monotonic() - began < 10
    assert sum(one.covered for one in result.coverage.values()) < 5 * Unit(2, 5, 0).total()


INTERRUPTED = """
import os, signal, threading
from models.subject.implementation import examine
from models.kernel.source import port_source
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.sweep.sweep import Unit, UnitResult
from review.run import campaign
from review.run.results import Results
from review.run.workers import Workers
port = examine(port_source(), (1, 2))
def progress(unit, so_far):
    os.kill(os.getpid(), signal.SIGINT)
units = [Unit(2, 5, 0), Unit(2, 5, 1), Unit(1, 1, 1)]
result = UnitResult()
finished = campaign.run(units, [port], Workers(2), progress, result, results=Results())
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
