# SPDX-License-Identifier: GPL-2.0-or-later
"""The runner of operation lists: results, snapshots and log records as the protocol says."""

from __future__ import annotations

import struct

import pytest

from models.case import reference
from models.case.reference import Outcome, SplitKind, run_case
from xarray_model import snapshot, split_parts
from xarray_model.entries import EINVAL, ENOMEM, mk_error, mk_sibling, mk_value
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Flag, Operation

POINTER = 0x1000
OTHER = 0x2000
VALUE = mk_value(3)
FAIL_ALL = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING


def words(outcome: Outcome) -> list[int]:
    return list(struct.unpack(f"<{len(outcome.results) // 8}Q", outcome.results))


def run(*operations: Operation, s: int = 2, kind: SplitKind = SplitKind.ITERATIVE) -> list[int]:
    return words(run_case(operations, s, split=kind))


STORE = Operation(Code.STORE, 32, 5, entry=VALUE)


def test_store() -> None:
    assert run(
        Operation(Code.STORE, 5, entry=VALUE),
        Operation(Code.STORE, 5, entry=POINTER),
        Operation(Code.STORE, 4, 2, entry=POINTER),
        Operation(Code.FAIL, argument=1, flags=Flag.FAIL_BLOCKING),
        Operation(Code.STORE, 99, entry=VALUE),
        Operation(Code.COUNT_ALLOC, order=2, argument=0),
    ) == [0, VALUE, 0, 0, mk_error(ENOMEM), 1, 0]


def test_a_store_outlives_one_failing_request() -> None:
    [_, error, old] = run(
        STORE,
        Operation(Code.FAIL, argument=1, flags=FAIL_ALL),
        Operation(Code.STORE, 99, entry=VALUE),
        Operation(Code.STORE, 99),
    )
    assert (error, old) == (0, VALUE)


@pytest.mark.parametrize("kind", SplitKind)
def test_split(kind: SplitKind) -> None:
    assert run(STORE, Operation(Code.SPLIT, 37, 5, 2, OTHER), kind=kind) == [0, 0, 2, 2, 0, 0, 0]


def test_split_below_one_level() -> None:
    operations = [STORE, Operation(Code.SPLIT, 37, 5, 0, OTHER), Operation(Code.SNAPSHOT)]
    iterative = run_case(operations, 2)
    assert words(iterative)[1:7] == [0, 10, 10, 0, 0, 0]
    assert run_case(operations, 2, split=SplitKind.RECURSIVE).results == iterative.results
    refused = words(run_case(operations, 2, split=SplitKind.ONE_LEVEL))
    assert refused[1:7] == [mk_error(ENOMEM), 0, 0, 0, 0, 1]


def test_failing_split() -> None:
    fail = Operation(Code.FAIL, argument=4, flags=Flag.FAIL_NONBLOCKING)
    split = Operation(Code.SPLIT, 37, 5, 0, OTHER)
    nonblocking = Operation(Code.SPLIT, 37, 5, 0, OTHER, flags=Flag.NONBLOCKING)
    before = run_case([STORE, Operation(Code.SNAPSHOT)], 2).results
    failed = run_case([STORE, fail, nonblocking, Operation(Code.SNAPSHOT)], 2).results
    assert struct.unpack("<6Q", failed[8:56]) == (mk_error(ENOMEM), 4, 0, 0, 0, 0)
    assert failed[56:] == before[8:]
    assert run(STORE, fail, split)[1:] == [0, 10, 10, 0, 0, 0]
    disarm = Operation(Code.FAIL, argument=0, flags=FAIL_ALL)
    assert run(STORE, fail, disarm, nonblocking)[1] == 0


def test_try_split() -> None:
    four = Operation(Code.STORE, 16, 4, entry=VALUE)
    assert run(
        four,
        Operation(Code.TRY_SPLIT, 17, 4, 2, OTHER),
        Operation(Code.TRY_SPLIT, 17, 4, 3, OTHER),
        Operation(Code.TRY_SPLIT, 17, 3, 2, OTHER),
        Operation(Code.TRY_SPLIT_MIN_ORDER, order=4),
        Operation(Code.TRY_SPLIT_MIN_ORDER, order=3),
        Operation(Code.FAIL, argument=1, flags=Flag.FAIL_NONBLOCKING),
        Operation(Code.TRY_SPLIT, 17, 2, 1, OTHER),
    ) == [0, mk_error(EINVAL), 0, 0, 0, 1, 0, 0, 0, 0, 3, 2, mk_error(ENOMEM), 1, 0]


def test_count_alloc() -> None:
    count = [Operation(Code.COUNT_ALLOC, order=5, argument=granted) for granted in (9, 10)]
    assert run(*count) == [mk_error(ENOMEM), 10, 0, 0, 10, 0]
    assert run(*count, kind=SplitKind.ONE_LEVEL) == [mk_error(ENOMEM), 0, 1] * 2
    [live] = struct.unpack_from("<I", run_case([*count, Operation(Code.SNAPSHOT)], 2).results, 56)
    assert live == 0


def test_marks_load_and_order() -> None:
    assert run(
        STORE,
        Operation(Code.SET_MARK, 40, mark=1),
        Operation(Code.GET_MARK, 63, mark=1),
        Operation(Code.CLEAR_MARK, 33, mark=1),
        Operation(Code.GET_MARK, 63, mark=1),
        Operation(Code.LOAD, 63),
        Operation(Code.LOAD, 64),
        Operation(Code.GET_ORDER, 33),
    ) == [0, 1, 0, VALUE, 0, 5]


def test_iteration() -> None:
    world = [STORE, Operation(Code.STORE, 64, entry=POINTER), Operation(Code.SET_MARK, 64, mark=2)]
    find = Operation(Code.FIND, 0, argument=99)
    assert run(*world, find)[2:] == [2, 32, VALUE, 64, POINTER]
    inside = Operation(Code.FIND, 41, argument=99, flags=Flag.PAUSE)
    assert run(*world, inside)[2:] == [2, 41, VALUE, 64, POINTER]
    marked = Operation(Code.FIND_MARKED, 0, mark=2, argument=99, flags=Flag.PAUSE)
    assert run(*world, marked)[2:] == [1, 64, POINTER]
    single = Operation(Code.STORE, 0, 1, entry=VALUE)
    assert run(single, Operation(Code.NEXT, 0, argument=2))[1:] == [VALUE, 1, mk_sibling(0), 2, 0]
    assert run(single, Operation(Code.PREV, 2, argument=1))[1:] == [0, 1, mk_sibling(0)]


def test_paused_marked_iteration_ends_at_the_last_index() -> None:
    top = (1 << 64) - 1
    assert run(
        Operation(Code.STORE, top, entry=VALUE),
        Operation(Code.SET_MARK, top),
        Operation(Code.FIND_MARKED, 0, argument=top, flags=Flag.PAUSE),
        Operation(Code.FIND, 0, argument=top, flags=Flag.PAUSE),
        s=6,
    ) == [0, 1, top, VALUE, 1, top, VALUE]


def test_destroy() -> None:
    marked = Operation(Code.SET_MARK, 32)
    results = run_case([STORE, marked, Operation(Code.DESTROY), Operation(Code.SNAPSHOT)], 2)
    assert snapshot.decode(results.results[8:]) == snapshot.Snapshot(2, 0, 0, 0, 0, 0, ())


def test_a_broken_precondition_is_an_exception() -> None:
    with pytest.raises(PreconditionError, match="order 5, not 4"):
        run(STORE, Operation(Code.SPLIT, 37, 4, 2, OTHER))
    with pytest.raises(ValueError, match="32 bits"):
        run_case([Operation(Code.LOAD, 1 << 40)], 2, width=32)


def test_logging_does_not_change_results() -> None:
    operations = [STORE, Operation(Code.SPLIT, 37, 5, 0, OTHER), Operation(Code.SNAPSHOT)]
    assert run_case(operations, 2, log=True).results == run_case(operations, 2).results


def test_a_split_that_forgets_its_accounting_shows_in_the_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    operations = [STORE, Operation(Code.SPLIT, 37, 5, 0, OTHER), Operation(Code.SNAPSHOT)]
    right = run_case(operations, 2).results
    monkeypatch.setattr(split_parts, "run_starts", lambda run, s: 0)
    assert run_case(operations, 2).results == right, "no marks are set, nothing to forget"
    marked = [STORE, Operation(Code.SET_MARK, 32), *operations[1:]]
    wrong = run_case(marked, 2).results
    monkeypatch.undo()
    assert run_case(marked, 2).results != wrong


def test_every_code_has_a_handler() -> None:
    assert set(reference._HANDLERS) | {Code.SNAPSHOT} == set(Code)


@pytest.mark.parametrize(("first", "last", "order"), [(0, 2, 2), (0, 11, 4), (0, 12, 4)])
def test_what_a_range_left_is_not_split_where_it_is_no_entry_of_its_order(
    first: int, last: int, order: int
) -> None:
    stored = Operation(Code.STORE_RANGE, first, argument=last, entry=4)
    split = Operation(Code.SPLIT, first, order, order - 1, entry=8)
    with pytest.raises(PreconditionError, match="stored over a range"):
        run_case([stored, split], 2)
