# SPDX-License-Identifier: GPL-2.0-or-later
"""How the judge follows a case; the properties have their controls in ``controls_history``."""

import struct
from dataclasses import replace
from typing import Any

import pytest

from specs.abstract import EMPTY
from specs.judge import Judge
from specs.stream import Answer
from tests.specs.builder import Tree, full, run, snapshot
from tests.specs.controls_history import (
    FAILED,
    LOG,
    NEW,
    NO_MEMORY,
    OLD,
    START,
    WORDS,
    P,
    after,
    before,
    do,
    names,
    split,
    take,
    told,
)
from xarray_model.entries import ZERO, mk_error
from xarray_model.log import HEAD
from xarray_model.operations import Code, Flag, Operation
from xarray_model.snapshot import Snapshot

BOTH = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
SPLIT = {"index": 8, "order": 3, "new_order": 0, "entry": NEW}


def _case() -> tuple[list[Operation], bytes]:
    steps = [*START, do(Code.SPLIT, WORDS, **SPLIT), take(after())]
    data = b"".join(
        answer.encode()
        if isinstance(answer, Snapshot)
        else struct.pack(f"<{len(answer)}Q", *answer)
        for _, answer, _ in steps
    )
    return [operation for operation, _, _ in steps], data


def test_whole_case() -> None:
    operations, data = _case()
    log = b"".join(replace(record, operation=4).encode() for record in LOG)
    assert Judge(2).case(operations, data) == []
    assert Judge(2).case(operations, data, log) == []
    (violation,) = Judge(2).case(operations, data, log[:-24])
    assert (violation.property, violation.operation) == ("update-split-node", 4)


def test_bytes_that_are_no_case() -> None:
    operations, data = _case()
    with pytest.raises(ValueError, match="cut short"):
        Judge(2).case(operations, data[:-1])
    with pytest.raises(ValueError, match="operation 9"):
        Judge(2).case(operations, data, replace(LOG[0], operation=9).encode())


def test_history_tells_the_operation_that_broke_it() -> None:
    history = Judge(2).history()
    assert history.array == EMPTY
    history.step(Operation(Code.STORE, 8, 3, entry=OLD), Answer((0,)))
    (violation,) = history.step(Operation(Code.LOAD, 8), Answer((P,)))
    assert violation.operation == 1
    found = history.step(Operation(Code.SNAPSHOT), Answer(snapshot=before(stray_lru=1).encode()))
    assert {violation.property for violation in found} == {"lru-stray", "refines"}
    assert {violation.operation for violation in found} == {0}


def test_snapshot_needs_a_snapshot() -> None:
    with pytest.raises(ValueError, match="snapshot"):
        Judge(2).history().step(Operation(Code.SNAPSHOT), Answer())


def test_garbage_is_a_finding_and_the_history_goes_on() -> None:
    assert names([*START, take(b"\2"), do(Code.LOAD, [77]), take(before())]) == {"snapshot"}


def test_a_fault_is_told_for_each_snapshot_but_does_not_spread() -> None:
    history = Judge(2).history()
    for operation, answer, _ in START[:3]:
        history.step(operation, Answer(tuple(answer)))  # type: ignore[arg-type]
    lost = snapshot(2, Tree(2, {0: P, **run(2, 2, NEW)}, {2: 1}))
    (violation,) = history.step(Operation(Code.SNAPSHOT), Answer(snapshot=lost.encode()))
    assert violation.property == "refines"
    assert history.step(Operation(Code.LOAD, 9), Answer((NEW,))) == []


@pytest.mark.parametrize(
    "fields",
    [{"order": 2}, {"new_order": 4}, {"index": 4}, {"entry": 0}, {"entry": mk_error(12)}],
)
def test_nothing_is_judged_from_a_split_outside_its_precondition_on(fields: dict[str, Any]) -> None:
    history = Judge(2).history()
    for operation, answer, _ in START:
        words = (
            Answer(snapshot=answer.encode())
            if isinstance(answer, Snapshot)
            else Answer(tuple(answer))
        )
        history.step(operation, words)
    broken = Operation(Code.SPLIT, **(SPLIT | fields))
    assert history.step(broken, Answer((0, 9, 9, 9, 9, 9)), [told(HEAD)]) == []
    assert history.outside == 4
    assert history.array is None
    assert history.step(Operation(Code.LOAD, 8), Answer((77,))) == []
    wild = Answer(snapshot=after(stray_lru=5).encode())
    assert history.step(Operation(Code.SNAPSHOT), wild) == []


def test_split_of_an_array_that_is_not_known_is_not_judged() -> None:
    bad = snapshot(2, Tree(0, run(0, 3, P)))
    found = names([take(bad), do(Code.SPLIT, [0, 9, 9, 9, 9, 9], LOG, **SPLIT), take(before())])
    assert found == {"sibling-run", "refines", "lookup-pure"}


def test_two_changes_before_a_snapshot_are_judged_by_their_sum() -> None:
    steps = [
        *START,
        do(Code.SPLIT, WORDS, **SPLIT),
        do(Code.STORE, [0], index=1, order=2, entry=OLD),
    ]
    changed = snapshot(2, Tree(2, {0: OLD, 2: full(0, NEW, 2, 1), 3: full(0, NEW, 2, 1)}))
    assert names([*steps, take(changed)]) == set()
    assert names([*steps, take(after())]) == {"refines"}


def test_high_root_is_suspended_after_a_split_until_it_is_gone() -> None:
    whole = snapshot(2, Tree(2, {0: OLD}))
    high = snapshot(2, Tree(2, {0: Tree(0, dict.fromkeys(range(4), P))}))
    store = do(Code.STORE, [0], order=2, entry=OLD)
    cut = do(Code.SPLIT, [0, 1, 1, 0, 0, 0], order=2, entry=P)
    assert names([store, take(whole), cut, take(high), do(Code.LOAD, [P]), take(high)]) == set()
    assert names([store, take(whole), do(Code.STORE, [0], order=2, entry=P), take(high)]) == {
        "root-lowest",
        "refines",
    }
    again = [do(Code.STORE, [0], order=2, entry=OLD), take(whole), do(Code.LOAD, [OLD]), take(high)]
    assert "root-lowest" in names([store, take(whole), cut, take(high), *again])


def test_empty_node_is_suspended_after_a_failed_store() -> None:
    left = snapshot(2, Tree(2, {2: Tree(0, {})}))
    fail = do(Code.FAIL, argument=1, flags=BOTH)
    store = do(Code.STORE, [NO_MEMORY], index=8, entry=P)
    assert names([fail, store, take(left)]) == set()
    assert names([take(left)]) == {"node-empty", "lookup-pure"}


def test_a_store_may_fill_the_empty_nodes_of_a_failed_one_and_leave_a_high_root() -> None:
    empty, high = (snapshot(2, Tree(2, slots)) for slots in ({}, {0: Tree(0, {0: P})}))
    failed = do(Code.STORE, [NO_MEMORY], index=8, entry=P)
    stored = do(Code.STORE, [0], index=0, entry=P)
    armed = do(Code.FAIL, argument=2, flags=BOTH | Flag.LASTING)
    assert names([armed, failed, take(empty), do(Code.FAIL), stored, take(high)]) == set()
    assert "root-lowest" in names([stored, take(high)])


def test_a_store_over_the_zero_entry_of_index_0_may_leave_its_node() -> None:
    zero, plain = (snapshot(2, Tree(0, {0: entry})) for entry in (ZERO, P))
    stored = do(Code.STORE, [0], index=0, entry=ZERO)
    replaced = do(Code.STORE, [ZERO], index=0, entry=P)
    assert names([stored, take(zero), replaced, take(plain)]) == set()
    assert "root-lowest" in names([replaced, take(plain)])


def test_a_lasting_failure_fails_every_later_request() -> None:
    armed = do(Code.FAIL, argument=1, flags=BOTH | Flag.LASTING)
    failed = do(Code.SPLIT, [NO_MEMORY, 1, 0, 0, 0, 0], **SPLIT)
    assert names([*START, armed, failed, failed]) == set()
    assert names([*START, armed, failed, do(Code.SPLIT, WORDS, **SPLIT)]) != set()


def test_granted_requests_are_followed() -> None:
    # Two are granted; the first split takes one of them, the second fails at its second request.
    armed = do(Code.FAIL, argument=3, flags=BOTH)
    small = do(Code.SPLIT, [0, 1, 1, 0, 0, 0], index=1, order=2, entry=P)
    array = [*START[:3], armed, small]
    assert names([*array, do(Code.SPLIT, FAILED, None, **SPLIT)]) == set()
    assert names([*array, do(Code.SPLIT, WORDS, None, **SPLIT)]) == {"split-failure"}
    spent = [*array, do(Code.SPLIT, FAILED, None, **SPLIT)]
    assert names([*spent, do(Code.SPLIT, WORDS, None, **SPLIT)]) == set()
    assert names([*spent, do(Code.SPLIT, FAILED, None, **SPLIT)]) == {"split-result"}


def test_failures_count_only_the_requests_that_they_are_armed_for() -> None:
    armed = do(Code.FAIL, argument=1, flags=Flag.FAIL_NONBLOCKING)
    array = [*START[:3], armed]
    assert names([*array, do(Code.SPLIT, WORDS, None, **SPLIT)]) == set()
    nonblocking = SPLIT | {"flags": Flag.NONBLOCKING}
    failed = [NO_MEMORY, 1, 0, 0, 0, 0]
    assert names([*array, do(Code.SPLIT, failed, None, **nonblocking)]) == set()
    assert names([*array, do(Code.SPLIT, WORDS, None, **nonblocking)]) == {"split-failure"}


def test_after_a_store_either_outcome_is_taken() -> None:
    array = [
        *START[:3],
        do(Code.FAIL, argument=4, flags=BOTH),
        do(Code.STORE, [0], index=99, entry=P),
    ]
    assert names([*array, do(Code.SPLIT, WORDS, None, **SPLIT)]) == set()
    assert names([*array, do(Code.SPLIT, FAILED, None, **SPLIT)]) == set()
    disarmed = [*array, do(Code.FAIL)]
    assert names([*disarmed, do(Code.SPLIT, FAILED, None, **SPLIT)]) == {"split-result"}


def test_merge_is_judged_after_a_walk_of_splits_and_not_after_other_changes() -> None:
    level = snapshot(2, Tree(2, {0: P, 2: OLD, 3: OLD}, {2: 1, 3: 1}))
    leaf = Tree(0, dict.fromkeys(range(4), OLD), dict.fromkeys(range(4), 1))
    deeper = snapshot(2, Tree(2, {0: P, 2: OLD, 3: leaf}, {2: 1}))
    walk = [
        *START,
        do(Code.TRY_SPLIT, [0, 0, 0], index=13, order=3, new_order=2, entry=OLD),
        take(level),
        do(Code.TRY_SPLIT, [0, 1, 0], index=13, order=2, new_order=0, entry=OLD),
        take(deeper),
    ]
    store = do(Code.STORE, [0], index=8, order=3, entry=OLD)
    marked = snapshot(2, Tree(2, {0: P, **run(2, 2, OLD)}, {2: 5}))
    assert names([*walk[:-2], store, take(before())]) == set()
    assert "split-merge" in names([*walk[:-2], store, take(marked)])
    touched = snapshot(2, Tree(2, {0: P, 2: OLD, 3: OLD}, {2: 5, 3: 1}))
    other = [do(Code.SET_MARK, index=8, mark=2), take(touched)]
    assert names([*walk[:-2], *other, store, take(marked)]) == set()


def test_forgetting_snapshots_changes_no_verdict() -> None:
    judge = Judge(2, keep=200)
    for _ in range(3):
        assert split(judge=judge) == set()
        assert split(result=before(), judge=judge) >= {"split-entries", "refines"}
