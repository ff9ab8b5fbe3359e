# SPDX-License-Identifier: GPL-2.0-or-later
"""The driver answers every operation as the model does."""

import pytest

from models.case.reference import run_case
from models.driver.worker import Worker
from models.kernel.source import port_source
from models.subject import build
from specs.judge import Judge
from specs.stream import cut
from xarray_model.entries import EBUSY, EINVAL, ENOMEM, mk_error
from xarray_model.log import Kind, LogRecord, decode
from xarray_model.operations import LAST_ID, Code, Flag, Operation, encode

LAST = (1 << 64) - 1


def operations(s: int) -> list[Operation]:
    """Each operation at least once, with its flags, and what can be seen after it."""
    order, new_order = 2 * s + 1, max(1, s - 1)
    changes = [
        Operation(Code.INIT, flags=Flag.ACCOUNT | Flag.LOCK_IRQ),
        Operation(Code.STORE, index=1, entry=3),
        Operation(Code.STORE, index=1 << order, order=order, entry=0x1000),
        Operation(Code.SET_MARK, index=(1 << order) + 1, mark=2),
        Operation(Code.SPLIT, (1 << order) + 3, order, new_order, 5),
        Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=1),
        Operation(Code.SPLIT, 1 << order, new_order, 0, 7, flags=Flag.NONBLOCKING),
        Operation(Code.STORE, index=1 << order, order=order, entry=0x2000, flags=Flag.LRU),
        Operation(Code.FAIL, flags=Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING, argument=3),
        Operation(Code.SPLIT, 1 << order, order, 0, 9),
        Operation(Code.SPLIT, 1 << order, order, 0, 9, flags=Flag.NONBLOCKING),
        Operation(Code.COUNT_ALLOC, order=order, new_order=0, argument=2),
        Operation(Code.COUNT_ALLOC, order=order, new_order=0, argument=1 << 20),
        Operation(Code.TRY_SPLIT_MIN_ORDER, order=order),
        Operation(Code.CLEAR_MARK, index=(1 << order) + 1, mark=2),
        Operation(Code.SET_MARK, index=1, mark=0),
        Operation(Code.STORE, index=1 << (3 * s), order=s, entry=0x3000),
        Operation(Code.TRY_SPLIT, 1 << (3 * s), s, s - 1, 0x4000),
        Operation(Code.STORE, index=1, entry=0),
        *kept_cursor(order, new_order),
        Operation(Code.DESTROY),
    ]
    views = [
        Operation(Code.GET_MARK, index=1, mark=0),
        Operation(Code.LOAD, index=1 << order),
        Operation(Code.GET_ORDER, index=1 << order),
        Operation(Code.FIND, argument=LAST),
        Operation(Code.FIND, index=1, argument=1 << order, flags=Flag.PAUSE),
        Operation(Code.FIND_MARKED, mark=2, argument=LAST),
        Operation(Code.NEXT, index=0, argument=3),
        Operation(Code.PREV, index=1, argument=3),
        Operation(Code.SNAPSHOT),
    ]
    return [one for change in changes for one in (change, *views)]


def kept_cursor(order: int, new_order: int) -> list[Operation]:
    """Each operation on a cursor that is kept from one to the next."""
    start = 1 << (order + 1)
    return [
        Operation(Code.STORE, start, order, entry=0x5000),
        Operation(Code.CURSOR_SET, start, new_order),
        Operation(Code.CURSOR_SPLIT, order=order, entry=11),
        Operation(Code.CURSOR_SET, start),
        Operation(Code.CURSOR_LOAD),
        Operation(Code.CURSOR_SET_MARK, mark=1),
        Operation(Code.CURSOR_GET_MARK, mark=1),
        Operation(Code.CURSOR_CLEAR_MARK, mark=1),
        Operation(Code.CURSOR_STORE, entry=13),
        Operation(Code.CURSOR_RESET),
        Operation(Code.CURSOR_FIND, argument=LAST),
        Operation(Code.CURSOR_PAUSE),
        Operation(Code.CURSOR_FIND_MARKED, mark=2, argument=LAST),
        Operation(Code.CURSOR_SET, start),
        Operation(Code.CURSOR_LOAD),
        Operation(Code.CURSOR_NEXT),
        Operation(Code.CURSOR_PREV),
        Operation(Code.STORE, start, order, entry=0x5000),
        Operation(Code.CURSOR_SET, start + 1, new_order),
        Operation(Code.CURSOR_SPLIT_ALLOC, order=order, entry=0x5000),
        Operation(Code.CURSOR_SPLIT_ALLOC, order=order, entry=0x5000, flags=Flag.NONBLOCKING),
        Operation(Code.STORE, start, order, entry=15),
        Operation(Code.CURSOR_SPLIT_ALONE, order=order, entry=17),
        Operation(Code.CURSOR_DESTROY),
        Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=1),
        Operation(Code.CURSOR_SET, start << 1, order),
        Operation(Code.CURSOR_CREATE_RANGE),
        Operation(Code.CURSOR_NOMEM),
        Operation(Code.CURSOR_CREATE_RANGE),
        Operation(Code.CURSOR_NOMEM),
        Operation(Code.CURSOR_SET, start, order),
        Operation(Code.CURSOR_FIND_CONFLICT),
        Operation(Code.CURSOR_STORE, entry=19),
        Operation(Code.SET_MARK, start, mark=1),
        Operation(Code.FIND_AFTER, 0, argument=LAST),
        Operation(Code.FIND_AFTER_MARKED, start, mark=1, argument=LAST),
        Operation(Code.EXTRACT, 0, 1, argument=LAST),
        Operation(Code.EXTRACT_MARKED, 0, 1, mark=1, argument=LAST),
    ]


def without_cursor(s: int) -> list[Operation]:
    """What stores through no cursor, and takes the lock itself."""
    start, order = 1 << 2 * s + 1, 2 * s + 1
    changes = [
        Operation(Code.RESERVE, start - 1),
        Operation(Code.CMPXCHG, start - 1, argument=0, entry=21),
        Operation(Code.RELEASE, start - 1),
        Operation(Code.RESERVE, start - 1),
        Operation(Code.FAIL, flags=Flag.FAIL_NONBLOCKING, argument=1),
        Operation(Code.INSERT, start - 1, entry=23),
        Operation(Code.CMPXCHG, start - 1, argument=23, entry=0x7000),
        Operation(Code.INSERT, start - 1, entry=25),
        Operation(Code.STORE_RANGE, start, argument=start + (1 << order), entry=27),
        Operation(Code.INSERT, start + 1, entry=25),
        Operation(Code.STORE_RANGE, start, argument=start + (1 << order) - 1),
        Operation(Code.DESTROY),
    ]
    return [one for change in changes for one in (change, Operation(Code.SNAPSHOT))]


def test_ranges_of_any_indices_agree_with_the_model_and_the_specs() -> None:
    """Each range of four nodes' indices is stored to, asked, marked, replaced in part and erased;
    of it and of what else was stored there."""
    s, size = 2, 16
    cases = []
    for first in range(size):
        for last in range(first, size):
            after = [
                Operation(Code.STORE_RANGE, first, argument=last, entry=8),
                Operation(Code.SET_MARK, last, mark=1),
                Operation(Code.FIND_MARKED, last, mark=1, argument=size),
                Operation(Code.FIND_AFTER, first, argument=size),
                Operation(Code.FIND, last, argument=size, flags=Flag.PAUSE),
                Operation(Code.NEXT, first, argument=2),
                Operation(Code.STORE, last, entry=5),
                Operation(Code.STORE_RANGE, first, argument=last),
            ]
            start = Operation(Code.STORE, 8, 2, entry=4)
            cases.append(
                [one for each in (start, *after) for one in (each, Operation(Code.SNAPSHOT))]
            )
    with Worker(build.build(port_source(), s)) as worker:
        result = worker.run([encode(case) for case in cases])
    assert result.abnormal == []
    judge = Judge(s)
    for number, case in enumerate(cases):
        assert bytes(result.case(number)) == run_case(case, s).results
        assert judge.case(case, result.case(number)) == []


def allocating(s: int, flags: Flag) -> list[Operation]:
    """What finds free indices, up to the last of all, and where none is left."""
    low, end = 1 << s, LAST_ID - 2
    both = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
    changes = [
        Operation(Code.ALLOC, 0, argument=LAST_ID, entry=0x1000),
        Operation(Code.STORE, low, s, entry=0x2000),
        Operation(Code.ALLOC, low - 1, argument=2 * low, entry=7),
        Operation(Code.ALLOC, low - 1, argument=2 * low, entry=0),
        Operation(Code.ALLOC, low - 1, argument=2 * low, entry=9),
        Operation(Code.STORE, low, s, entry=0),
        *(Operation(Code.ALLOC_CYCLIC, end, argument=LAST_ID, entry=0x3000) for _ in range(4)),
        Operation(Code.ALLOC_CYCLIC, low, argument=low, entry=11),
        Operation(Code.ALLOC_CYCLIC, 1, argument=low - 1, entry=11, flags=Flag.NONBLOCKING),
        Operation(Code.FAIL, argument=1, flags=both),
        Operation(Code.ALLOC_CYCLIC, 1 << 3 * s, argument=LAST_ID, entry=13),
        Operation(Code.FAIL, argument=1, flags=both | Flag.LASTING),
        Operation(
            Code.ALLOC_CYCLIC, 1 << 4 * s, argument=LAST_ID, entry=15, flags=Flag.NONBLOCKING
        ),
        Operation(Code.FAIL),
        Operation(Code.DESTROY),
        Operation(Code.ALLOC_CYCLIC, 1, argument=LAST_ID, entry=17),
        Operation(Code.DESTROY),
    ]
    init = Operation(Code.INIT, flags=flags)
    return [init, *(one for change in changes for one in (change, Operation(Code.SNAPSHOT)))]


def test_no_operation_is_forgotten() -> None:
    every = [*operations(2), *without_cursor(2), *allocating(2, Flag.ALLOC)]
    assert {one.code for one in every} == set(Code)


@pytest.mark.parametrize("s", [1, 2, 3])
def test_what_stores_without_a_cursor_agrees_with_the_model(s: int) -> None:
    case = without_cursor(s)
    with Worker(build.build(port_source(), s)) as worker:
        result = worker.run([encode(case)], log=True)
    assert result.abnormal == []
    assert result.results == run_case(case, s).results


@pytest.mark.parametrize("s", [1, 3])
@pytest.mark.parametrize(
    "flags",
    [Flag.ALLOC, Flag.ALLOC | Flag.ZERO_BUSY, Flag.ALLOC | Flag.LOCK_IRQ, Flag.ACCOUNT],
)
def test_what_finds_free_indices_agrees_with_the_model(s: int, flags: Flag) -> None:
    case = allocating(s, flags)
    expected = run_case(case, s, log=True)
    log = b"".join(record.encode() for every in expected.log for record in every)
    with Worker(build.build(port_source(), s)) as worker:
        result = worker.run([encode(case)], log=True)
    assert result.abnormal == []
    assert result.results == expected.results
    for records in (bytes(result.log), log):
        assert Judge(s).case(case, expected.results, records) == []
    answers = [one.words[0] for one in cut(case, expected.results) if one.words]
    errors = [mk_error(EINVAL)] if flags is Flag.ACCOUNT else [mk_error(EBUSY), mk_error(ENOMEM)]
    assert {*errors} <= {*answers} and (flags is Flag.ACCOUNT) != (1 in answers)


def told(record: LogRecord) -> tuple[int, ...]:
    """A record without the node's offset, which has no meaning for a root."""
    return (
        record.kind,
        record.flags,
        record.operation,
        record.node,
        record.count,
        record.nr_values,
        record.shift,
        record.slot,
        record.value,
    )


@pytest.mark.parametrize("s", [1, 2, 3, 6])
@pytest.mark.parametrize("recursive", [False, True])
def test_results_and_log_agree_with_the_model(s: int, recursive: bool) -> None:
    case = operations(s)
    expected = run_case(case, s, log=True)
    with Worker(build.build(port_source(recursive), s)) as worker:
        result = worker.run([encode(case)], log=True)
    assert result.abnormal == []
    assert result.results == expected.results
    # How the head of an array that is destroyed is cleared is an implementation's own choice.
    destroy = [one.code for one in case].index(Code.DESTROY)
    wanted = [told(one) for records in expected.log[:destroy] for one in records]
    logged = [told(one) for one in decode(result.log) if one.operation < destroy]
    assert sorted(logged) == sorted(wanted)
    assert {kind for kind, *_ in wanted} == set(Kind)


def test_a_wrong_answer_would_show() -> None:
    """The comparison above is one of bytes that differ when one entry does."""
    case = operations(2)
    other = [Operation(Code.STORE, index=1, entry=11), *case[1:]]
    with Worker(build.build(port_source(), 2)) as worker:
        result = worker.run([encode(case), encode(other)])
    assert bytes(result.case(0)) != bytes(result.case(1))
