# SPDX-License-Identifier: GPL-2.0-or-later
"""A scheduler and two workers on loopback, with a cache of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import distributed
import pytest

from models.case.finding import Finding
from models.mutants.catalogue import MUTANTS
from models.mutants.run import mutated
from models.subject.implementation import Implementation
from models.sweep.sweep import Unit, UnitResult
from review.bundle import search as recorded
from review.run import campaign, histories, search
from review.run.campaign import Effort
from review.run.cluster import Cluster, ClusterError
from review.run.executor import tell
from review.run.results import Results
from review.run.store import NOWHERE, ResultStore
from review.run.workers import Workers
from tests.models.case.test_counterexample import FINDING
from tests.review.run.test_results import Never

UNITS = [Unit(3, 2, 0), Unit(3, 1, 1)]
ROOT = Path(__file__).resolve().parents[3]


def start(module: str, *arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "XASPLIT_CACHE": str(folder / "cache"),
        "DASK_LOGGING__DISTRIBUTED": "error",
        "DASK_TEMPORARY_DIRECTORY": str(folder),
    }
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=folder, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


class Two(NamedTuple):
    """A cluster: the address of its scheduler, and its two workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("cluster")
    where = folder / "scheduler.json"
    begun = [
        start(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--scheduler-file", str(where), folder=folder,
        )
    ]  # fmt: skip
    try:
        while not where.exists():
            assert begun[0].poll() is None
            time.sleep(0.05)
        for _ in range(2):
            begun.append(
                start(
                    "distributed.cli.dask_worker", "--scheduler-file", str(where), "--no-nanny",
                    "--nthreads", "1", "--no-dashboard", folder=folder,
                )
            )  # fmt: skip
        address = json.loads(where.read_text())["address"]
        client = distributed.Client(address, set_as_default=False)
        client.wait_for_workers(2, timeout=60)
        client.close()
        yield Two(address, begun[1:])
    finally:
        for one in reversed(begun):
            one.kill()
            one.wait()


def broken() -> Implementation:
    """The port at chunk shift 3 with a defect."""
    return mutated(next(one for one in MUTANTS if one.name == "mark-lost-horizontally"))


def swept(one: Implementation, workers: Workers) -> tuple[object, int]:
    """All that a campaign comes to, and how many findings were told as they were found."""
    result = UnitResult()
    found: list[Finding] = []
    assert campaign.run(
        UNITS, [one], workers, lambda *_: None, result, found.append, results=Results()
    )
    breaches = {
        key: (breach.smallest, breach.cases, breach.extent)
        for key, breach in result.findings.breaches.items()
    }
    return (breaches, result.coverage, result.judged), len(found)


def test_a_cluster_finds_what_this_machine_finds(two: Two) -> None:
    one = broken()
    alone, told = swept(one, Workers(1))
    assert told
    assert swept(one, Workers(1, two.address)) == (alone, told)


def told(one: Implementation, workers: Workers, store: ResultStore) -> tuple[object, ...]:
    """All that a search comes to, but for times and for what was kept."""
    done = search.search(
        [one], (3,), 1, workers, Effort(8, 20), None, lambda _: None, Results(store, Never())
    )
    assert done.finished and done.findings and done.machines
    failures = {
        key: (one.first, one.cases, one.extent, one.later, one.examples)
        for key, one in done.findings.failures.items()
    }
    breaches = {key: (one.smallest, one.cases) for key, one in done.findings.breaches.items()}
    records = (recorded.coverage, recorded.judged, recorded.machines, recorded.known_deviations)
    return failures, breaches, *(record(done) for record in records)


def test_all_is_the_same_with_a_store_and_without_and_whatever_runs_it(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process, two, a cluster; nothing kept, being kept, and taken over."""
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "results"))
    monkeypatch.setattr(search, "quick_units", lambda *_: [Unit(3, 1, 0, 2)])
    monkeypatch.setattr(search, "complete_units", lambda *_: UNITS)
    monkeypatch.setattr(search, "sampled_units", lambda *_: [Unit(3, 3, 2, 2, 1)])
    monkeypatch.setattr(histories, "FIRST", 4)
    one, kept = broken(), ResultStore()
    alone = told(one, Workers(1), NOWHERE)
    assert told(one, Workers(1, two.address), NOWHERE) == alone
    assert told(one, Workers(2), kept) == alone
    monkeypatch.setattr(campaign, "_unit", None)
    monkeypatch.setattr(campaign, "_machine", None)
    assert told(one, Workers(1), kept) == alone


def test_an_exception_ends_the_tasks(two: Two) -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Cluster(two.address) as executor:
        for _ in range(9):
            executor.submit(time.sleep, 3)
        raise KeyboardInterrupt
    assert time.monotonic() - began < 9


def test_what_fails_on_a_worker_fails_here(two: Two) -> None:
    with Cluster(two.address) as executor:
        failed = executor.submit(int, "x")
        executor.wait([failed])
        assert isinstance(failed.exception(), ValueError)


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.run.cluster._SECONDS", 0.5)
    with pytest.raises(ClusterError, match="no Dask scheduler answers at tcp"):
        Cluster("tcp://127.0.0.1:9")


def test_workers_have_the_same_code(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    here = os.getpid()
    monkeypatch.setattr("review.run.cluster.own_code", lambda _: str(os.getpid() == here))
    with pytest.raises(ClusterError, match="another version of xasplit"):
        Cluster(two.address)


def test_workers_have_this_program(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> str:
        raise ModuleNotFoundError("No module named 'review'")

    monkeypatch.setattr("review.run.cluster.own_code", missing)
    with pytest.raises(ClusterError, match="has to be installed there too: No module named"):
        Cluster(two.address)


def killing(path: Path) -> str:
    """End the first worker that comes here, in the middle of its task."""
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    tell(FINDING)
    return "done"


def test_a_lost_worker_costs_a_retry(two: Two, tmp_path: Path) -> None:
    """The last: one worker is left."""
    found: list[Finding] = []
    with Cluster(two.address, found.append) as executor:
        assert executor.jobs == 2
        futures = [executor.submit(killing, tmp_path / "here") for _ in range(3)]
        while left := [one for one in futures if not one.done()]:
            executor.wait(left)
        assert [one.result() for one in futures] == ["done"] * 3
        assert sum(one.poll() is not None for one in two.workers) == 1
    assert found == [FINDING] * 3
