# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's log: callbacks and publications in program order, nodes by their final place."""

from __future__ import annotations

from models.case.reference import run_case
from models.case.reference_log import Told, records
from xarray_model.array import XArray
from xarray_model.entries import mk_node, mk_value
from xarray_model.gfp import NOWAIT, Gfp
from xarray_model.journal import Field, Store
from xarray_model.log import (
    ARRAY_RIGHT,
    HEAD,
    LOCK_HELD,
    UNREACHABLE,
    Kind,
    LogRecord,
    Names,
    decode,
)
from xarray_model.node import Node
from xarray_model.operations import Code, Flag, Operation

VALUE = mk_value(3)


def logged(*operations: Operation) -> tuple[LogRecord, ...]:
    outcome = run_case(operations, 2, log=True, journal=True)
    assert len(outcome.log) == len(outcome.journal) == len(operations)
    last = outcome.log[-1]
    assert tuple(decode(b"".join(record.encode() for record in last))) == last
    return last


def test_log_of_a_split() -> None:
    right = ARRAY_RIGHT | LOCK_HELD
    assert logged(
        Operation(Code.STORE, 8, 3, entry=VALUE), Operation(Code.SPLIT, 8, 3, 0, VALUE)
    ) == (
        LogRecord(Kind.REQUEST, 0, 1, 2),
        LogRecord(Kind.CALLBACK, right, 1, 2, 4, 4, 0, 3),
        LogRecord(Kind.PUBLICATION, 0, 1, 0, slot=3, value=mk_node(2)),
        LogRecord(Kind.CALLBACK, right, 1, 1, 4, 4, 0, 2),
        LogRecord(Kind.PUBLICATION, 0, 1, 0, slot=2, value=mk_node(1)),
        LogRecord(Kind.CALLBACK, right, 1, 0, 2, 0, 2, 0xA5),
    )


def test_log_of_head_and_of_freed_nodes() -> None:
    one = Operation(Code.STORE, 1, entry=VALUE)
    [request, publication, slot, told] = logged(one)
    assert (request.flags, request.node, request.slot) == (LOCK_HELD, 1, NOWAIT)
    assert (publication.node, publication.value, slot.node) == (HEAD, mk_node(0), 0)
    assert (told.count, told.nr_values) == (1, 1)
    erased = logged(one, Operation(Code.STORE, 1))
    assert {record.node for record in erased} == {UNREACHABLE}
    stores = run_case([one], 2, journal=True).journal[0]
    assert [s.field for s in stores if s.release] == [Field.HEAD, Field.SLOT]


def test_requests_are_told_against_what_the_caller_gave() -> None:
    made = [Operation(Code.INIT, flags=Flag.ACCOUNT), Operation(Code.STORE, 8, 3, entry=VALUE)]
    flags = Flag.NONBLOCKING | Flag.LRU
    asked = logged(*made, Operation(Code.SPLIT, 8, 3, 0, VALUE, flags=flags))[0]
    assert asked == LogRecord(Kind.REQUEST, 0, 2, 2, Names.CURSORS, slot=Gfp.ACCOUNT)
    short = Operation(Code.FAIL, argument=1, flags=Flag.FAIL_NONBLOCKING)
    told = logged(*made[:1], short, Operation(Code.STORE, 1, entry=VALUE))
    assert [one for one in told if one.kind is Kind.REQUEST] == [
        LogRecord(Kind.REQUEST, LOCK_HELD, 2, 1, slot=NOWAIT | Gfp.ACCOUNT),
        LogRecord(Kind.REQUEST, 0, 2, 1, slot=Gfp.ACCOUNT),
    ]


def test_flags_say_what_is_wrong() -> None:
    array = XArray(2)
    assert Told.of(Node(2, 1), array).flags == 0
    array.locked = True
    assert Told.of(Node(2, 1), array).flags == LOCK_HELD


def test_plain_stores_are_no_publications() -> None:
    array = XArray(2)
    stray = Node(2, 1)
    stores = [
        Store(array, Field.HEAD, 0, VALUE, False),
        Store(stray, Field.PARENT, 0, None, True),
        Store(array, Field.HEAD, 0, stray, True),
    ]
    assert list(records(4, [], stores, array)) == [
        LogRecord(Kind.PUBLICATION, 0, 4, HEAD, value=mk_node(UNREACHABLE))
    ]
