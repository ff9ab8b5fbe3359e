# SPDX-License-Identifier: GPL-2.0-or-later
import os
import signal
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.case.reference import run_case
from models.driver import shared_memory, worker
from models.driver.worker import Abnormal, Status, Worker
from models.kernel.source import port_source
from models.subject import build
from tests.models.planted import POINTER, SOUND, VALUE, defect_case
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.geometry import split_nodes
from xarray_model.operations import Code, Flag, Operation, encode
from xarray_model.snapshot import MALFORMED, MALFORMED_NODE, Snapshot, decode

SOUND_OPERATIONS = [Operation.decode(SOUND[i : i + 32]) for i in range(0, len(SOUND), 32)]


@pytest.fixture
def runner(broken: Path) -> Iterator[Worker]:
    with Worker(broken, hang_seconds=0.2) as made:
        yield made


def only_finding(runner: Worker, case: bytes) -> Abnormal:
    """The one finding of a batch in which sound cases stand before and after ``case``."""
    expected = run_case(SOUND_OPERATIONS, 2).results
    result = runner.run([SOUND, case, SOUND, SOUND])
    for number in (0, 2, 3):
        assert bytes(result.case(number)) == expected
    (finding,) = result.abnormal
    assert finding.case == 1
    return finding


@pytest.mark.parametrize(
    ("number", "entry", "status", "text"),
    [
        (1, VALUE, Status.CRASH, "SIGSEGV"),
        (2, VALUE, Status.HANG, "CPU time"),
        (3, VALUE, Status.CANARY, "memory beside a node was overwritten"),
        (4, VALUE, Status.CANARY, "memory before the first node was overwritten"),
        (5, VALUE, Status.ASSERTION, "lib/defects.c:"),
        (6, VALUE, Status.WARNING, "!zero"),
        (7, POINTER, Status.DOUBLE_FREE, "twice"),
        (8, POINTER, Status.DOUBLE_FREE, "twice"),
        (9, VALUE, Status.FREED_ON_LRU, "LRU"),
        (10, POINTER, Status.BAD_FREE, "not a node"),
        (11, VALUE, Status.LOCK, "publication without the lock"),
        (12, VALUE, Status.LOCK, "still held"),
        (13, VALUE, Status.LOCK, "taken twice"),
        (14, VALUE, Status.LOCK, "dropped without being held"),
        (15, VALUE, Status.LOCK, "still open"),
        (40, VALUE, Status.LOCK, "another way"),
        (16, VALUE, Status.LOCK, "may sleep"),
        (17, VALUE, Status.LOCK, "without the protection"),
        (18, VALUE, Status.CRASH, "exit status 7"),
        (19, VALUE, Status.CRASH, "SIGSEGV"),
    ],
)
def test_a_planted_defect_is_a_finding_and_the_run_goes_on(
    runner: Worker, number: int, entry: int, status: Status, text: str
) -> None:
    finding = only_finding(runner, defect_case(number, entry))
    assert finding.status is status
    assert finding.operation == 1
    assert text in finding.text


@pytest.mark.parametrize(
    ("flags", "wrong"),
    [
        (Flag.NONE, set()),
        (Flag.ACCOUNT, set()),
        (Flag.LOCK_BH, {41}),
        (Flag.LOCK_IRQ, {41, 42}),
    ],
)
def test_a_lock_that_interrupts_take_is_taken_with_them_off(
    runner: Worker, flags: Flag, wrong: set[int]
) -> None:
    init = Operation(Code.INIT, flags=flags).encode()
    result = runner.run([init + defect_case(number) for number in (41, 42)])
    assert {41 + one.case for one in result.abnormal} == wrong
    assert all(one.status is Status.LOCK for one in result.abnormal)
    assert all("an interrupt may come" in one.text for one in result.abnormal)


def test_a_case_that_blocks_is_a_hang(runner: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PATIENCE", 0.3)
    finding = only_finding(runner, defect_case(20))
    assert (finding.status, finding.operation) == (Status.HANG, 1)


def test_what_a_hang_interrupts_is_not_there_in_the_next_case(broken: Path) -> None:
    with Worker(broken, hang_seconds=0.1) as runner:
        found = runner.run([SOUND, defect_case(30), defect_case(30), SOUND]).abnormal
    assert [(one.case, one.status, one.operation) for one in found] == [
        (1, Status.HANG, 1),
        (2, Status.HANG, 1),
    ]


def test_list_pointers_of_the_lru_overwritten_are_seen_by_the_snapshot(runner: Worker) -> None:
    finding = only_finding(runner, defect_case(21))
    assert (finding.status, finding.operation) == (Status.CANARY, 2)


def test_an_abnormal_case_keeps_what_it_completed(runner: Worker) -> None:
    for number in (1, 5):
        result = runner.run([defect_case(number), SOUND])
        assert bytes(result.case(0)) == bytes(8)


def snapshot_after(runner: Worker, number: int) -> Snapshot:
    result = runner.run([defect_case(number, POINTER)])
    assert not result.abnormal
    return decode(result.case(0)[16:])


@pytest.mark.parametrize("number", [22, 23])
def test_a_pointer_that_leads_nowhere_is_pictured(runner: Worker, number: int) -> None:
    snapshot = snapshot_after(runner, number)
    assert snapshot.flags & MALFORMED
    assert snapshot.nodes[0].slots[0] == MALFORMED_NODE
    assert len(snapshot.nodes) == snapshot.live_nodes == 1


def test_a_freed_root_is_pictured(runner: Worker) -> None:
    snapshot = snapshot_after(runner, 25)
    assert snapshot.flags & MALFORMED
    assert (snapshot.head, snapshot.nodes, snapshot.live_nodes) == (MALFORMED_NODE, (), 0)


def test_a_leaked_node_is_counted(runner: Worker) -> None:
    snapshot = snapshot_after(runner, 24)
    assert not snapshot.flags & MALFORMED
    assert (len(snapshot.nodes), snapshot.live_nodes) == (1, 2)


def test_a_fresh_node_is_as_a_slab_leaves_it(runner: Worker) -> None:
    """Also the second time that its memory is used."""
    result = runner.run([defect_case(26), SOUND, defect_case(26)])
    assert not result.abnormal


def test_the_same_case_answers_the_same_wherever_it_stands(runner: Worker) -> None:
    many = [
        encode([Operation(Code.STORE, index, entry=VALUE), Operation(Code.SNAPSHOT)])
        for index in (1, 70, 1000)
    ]
    alone = [runner.run([case], log=True) for case in many]
    shuffled = runner.run([many[2], defect_case(1), many[0], many[1], many[2], many[0]], log=True)
    for place, number in ((0, 2), (2, 0), (3, 1), (4, 2), (5, 0)):
        assert bytes(shuffled.case(place)) == alone[number].results
        assert bytes(shuffled.case_log(place)) == alone[number].log
    assert all(len(result.log) > 0 for result in alone)


def test_every_case_after_many_crashes_still_runs(runner: Worker) -> None:
    batch = [defect_case(1), defect_case(5), SOUND] * 20
    result = runner.run(batch)
    assert [finding.status for finding in result.abnormal] == [
        Status.CRASH,
        Status.ASSERTION,
    ] * 20
    assert {bytes(result.case(number)) for number in range(2, 60, 3)} == {
        run_case(SOUND_OPERATIONS, 2).results
    }


def test_more_findings_than_there_is_room_for(runner: Worker) -> None:
    result = runner.run([defect_case(5)] * 1000)
    assert [finding.case for finding in result.abnormal] == list(range(1000))
    assert len(result.ends) == 1000


@pytest.mark.parametrize(
    ("number", "text"), [(3, "use-after-poison"), (4, "use-after-poison"), (27, "shift exponent")]
)
def test_the_sanitizer_build_reports(broken_sanitized: Path, number: int, text: str) -> None:
    with Worker(broken_sanitized) as runner:
        finding = only_finding(runner, defect_case(number))
    assert (finding.status, finding.operation) == (Status.SANITIZER, 1)
    assert text in finding.text
    assert "\n" not in finding.text


def test_the_sanitizer_build_survives_crashes_and_hangs(broken_sanitized: Path) -> None:
    with Worker(broken_sanitized, hang_seconds=0.2) as runner:
        assert only_finding(runner, defect_case(2)).status is Status.HANG
        assert only_finding(runner, defect_case(5)).status is Status.ASSERTION
        assert only_finding(runner, defect_case(19)).status is Status.CRASH


def test_the_sanitizers_find_nothing_in_the_driver_itself(broken_sanitized: Path) -> None:
    """Whatever the code under test does, one after the other, and with the log."""
    refused = Operation(Code.SET_MARK, mark=3).encode()
    bad = [
        defect_case(2),
        refused,
        defect_case(5),
        defect_case(18),
        defect_case(12),
        defect_case(22),
    ]
    with Worker(broken_sanitized, hang_seconds=0.2) as runner:
        result = runner.run([one for case in bad for one in (case, SOUND)] * 2, log=True)
    found = [(one.case, one.status) for one in result.abnormal]
    statuses = [Status.HANG, Status.UNSUPPORTED, Status.ASSERTION, Status.CRASH, Status.LOCK]
    once = [(2 * number, status) for number, status in enumerate(statuses)]
    assert found == once + [(case + 2 * len(bad), status) for case, status in once]
    assert len({bytes(result.case(number)) for number in range(1, 24, 2)}) == 1


@pytest.mark.parametrize(
    "operation",
    [
        bytes([99]) + bytes(31),
        Operation(Code.STORE, order=64, entry=VALUE).encode(),
        Operation(Code.SET_MARK, mark=3).encode(),
    ],
)
def test_what_the_driver_does_not_have_is_unsupported(runner: Worker, operation: bytes) -> None:
    assert only_finding(runner, operation).status is Status.UNSUPPORTED


def test_a_case_of_broken_records_is_refused(runner: Worker) -> None:
    with pytest.raises(ValueError, match="whole records"):
        runner.run([SOUND, b"short"])
    assert not runner.run([SOUND]).abnormal


def test_no_cases_no_results(runner: Worker) -> None:
    result = runner.run([])
    assert (result.results, len(result.ends), result.abnormal) == (b"", 0, [])


def test_results_larger_than_the_memory(tmp_path: Path) -> None:
    """A split from 1 GiB to 4 KiB pictured many times: several rounds, the same bytes each."""
    case = encode(
        [
            Operation(Code.STORE, order=18, entry=VALUE),
            Operation(Code.SPLIT, order=18, entry=VALUE),
            *[Operation(Code.SNAPSHOT)] * 9,
        ]
    )
    with Worker(build.build(port_source(), 6)) as runner:
        result = runner.run([case] * 3)
    assert not result.abnormal
    assert len(result.results) == 3 * (8 + 48 + 9 * (24 + 4162 * 544))
    assert len({bytes(result.case(number)) for number in range(3)}) == 1
    assert decode(result.case(2)[56:]).live_nodes == 4162


def test_results_beyond_all_room(runner: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory, "LARGEST", {64: 16 << 20})
    steps = encode([Operation(Code.NEXT, argument=2_000_000)])
    finding = only_finding(runner, steps)
    assert (finding.status, finding.operation) == (Status.UNSUPPORTED, 0)
    assert "MiB" in finding.text


def test_more_operations_than_the_memory_holds(runner: Worker) -> None:
    result = runner.run([SOUND * 30_000, SOUND * 90_000])
    assert not result.abnormal
    assert len(result.case(1)) == 3 * len(result.case(0)) > 0


def test_millions_of_requests_are_counted() -> None:
    case = Operation(Code.COUNT_ALLOC, order=24, argument=1_100_000).encode()
    with Worker(build.build(port_source(), 1), hang_seconds=20) as runner:
        result = runner.run([case, SOUND])
    assert not result.abnormal
    error, requests, warnings = struct.unpack("<3Q", result.case(0))
    assert split_nodes(24, 0, 1) > 1_100_001
    assert (requests, warnings) == (1_100_001, 0)
    assert error == mk_error(ENOMEM)


def test_a_case_that_takes_nodes_without_end(runner: Worker) -> None:
    assert only_finding(runner, defect_case(28)).status in (Status.UNSUPPORTED, Status.HANG)


def test_a_case_that_publishes_without_end(broken: Path) -> None:
    with Worker(broken, hang_seconds=30) as runner:
        (finding,) = runner.run([defect_case(29), SOUND], log=True).abnormal
    assert (finding.case, finding.status) == (0, Status.HANG)
    assert "callbacks and publications" in finding.text


def test_workers_run_side_by_side(broken: Path) -> None:
    def one(seed: int) -> list[int]:
        with Worker(broken) as runner:
            found = runner.run([SOUND] * seed + [defect_case(1)] + [SOUND] * seed).abnormal
            return [finding.case for finding in found]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(1, 9))) == [[seed] for seed in range(1, 9)]


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def test_nothing_is_left_behind(broken: Path) -> None:
    before = open_descriptors()
    with Worker(broken) as runner:
        runner.run([defect_case(1), SOUND])
        process = runner._driver.process
        assert process is not None
    assert process.poll() is not None
    assert open_descriptors() == before


def test_an_interrupt_ends_the_process(broken: Path) -> None:
    with Worker(broken, hang_seconds=30) as runner:
        timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            runner.run([defect_case(2)])
        assert runner._driver.process is None
        assert not runner.run([SOUND]).abnormal


def test_a_process_that_was_killed_between_batches_is_replaced(runner: Worker) -> None:
    runner.run([SOUND])
    assert runner._driver.process is not None
    runner._driver.process.kill()
    runner._driver.process.wait()
    assert not runner.run([SOUND]).abnormal
