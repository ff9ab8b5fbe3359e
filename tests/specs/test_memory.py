# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from specs.contract import UNKNOWN, UNLIMITED, Allowance
from specs.memory import Memory
from xarray_model.operations import Code, Flag, Operation

BOTH = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
SPLIT = Operation(Code.SPLIT)
NONBLOCKING = Operation(Code.SPLIT, flags=Flag.NONBLOCKING)
TRY_SPLIT = Operation(Code.TRY_SPLIT)
STORE = Operation(Code.STORE, entry=0x1000)
COUNT = Operation(Code.COUNT_ALLOC)


def armed(number: int, flags: Flag = BOTH) -> Memory:
    memory = Memory()
    memory.spend(Operation(Code.FAIL, argument=number, flags=flags), ())
    return memory


def test_nothing_fails_unless_armed() -> None:
    assert Memory().allowance(SPLIT) is UNLIMITED
    assert armed(0).allowance(SPLIT) is UNLIMITED
    assert armed(1).allowance(SPLIT) == Allowance(0)


@pytest.mark.parametrize(
    ("operation", "blocking", "nonblocking"),
    [
        (SPLIT, True, False),
        (COUNT, True, False),
        (NONBLOCKING, False, True),
        (TRY_SPLIT, False, True),
        (STORE, True, True),
    ],
)
def test_which_requests_count(operation: Operation, blocking: bool, nonblocking: bool) -> None:
    for flag, counts in ((Flag.FAIL_BLOCKING, blocking), (Flag.FAIL_NONBLOCKING, nonblocking)):
        expected = Allowance(2) if counts else UNLIMITED
        assert armed(3, flag).allowance(operation) == expected


def test_splits_spend_what_they_requested() -> None:
    memory = armed(4)
    memory.spend(SPLIT, (0, 2, 2, 0, 0, 0))
    assert memory.allowance(SPLIT) == Allowance(1)
    memory.spend(TRY_SPLIT, (0, 1, 0))
    assert memory.allowance(SPLIT) == Allowance(0)
    memory.spend(TRY_SPLIT, (1, 1, 0))
    assert memory.allowance(SPLIT) is UNLIMITED


def test_requests_that_do_not_count_are_not_spent() -> None:
    memory = armed(2, Flag.FAIL_BLOCKING)
    memory.spend(NONBLOCKING, (0, 9, 9, 0, 0, 0))
    assert memory.allowance(SPLIT) == Allowance(1)


@pytest.mark.parametrize("operation", [STORE, COUNT])
def test_what_cannot_be_followed_is_unknown_until_armed_again(operation: Operation) -> None:
    memory = armed(3)
    memory.spend(operation, (0, 1, 0))
    memory.spend(SPLIT, (0, 1, 1, 0, 0, 0))
    assert memory.allowance(SPLIT) == UNKNOWN
    memory.spend(Operation(Code.FAIL), ())
    assert memory.allowance(SPLIT) is UNLIMITED


def test_erasing_and_looking_take_no_memory() -> None:
    memory = armed(3)
    memory.spend(Operation(Code.STORE), (0,))
    memory.spend(Operation(Code.LOAD), (0,))
    assert memory.allowance(SPLIT) == Allowance(2)


@pytest.mark.parametrize(
    ("flags", "again"),
    [
        (BOTH, True),
        (BOTH | Flag.LASTING, False),
        (Flag.FAIL_NONBLOCKING | Flag.LASTING, True),
    ],
)
def test_what_is_tried_again_asks_with_permission_to_block(flags: Flag, again: bool) -> None:
    retry = Operation(Code.TRY_SPLIT, flags=Flag.RETRY)
    assert armed(1, flags).allowance(retry) == Allowance(0, again=again)
    assert armed(1, Flag.FAIL_BLOCKING | Flag.LASTING).allowance(retry) is UNLIMITED
