# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers at the edges; each property has its controls in ``controls_history``."""

import pytest

from specs.abstract import EMPTY
from specs.answers import judge_answer
from specs.contract import UNKNOWN, UNLIMITED, Allowance
from specs.property import violations
from xarray_model.entries import ENOMEM, NULL, ZERO, mk_error, mk_sibling
from xarray_model.operations import Code, Operation

P, Q = 0x1000, 0x2000
TOP = (1 << 64) - 1
# At chunk shift 2: an order-1 entry in slots 2 and 3 of its node, order 0 on both of its sides.
ARRAY = EMPTY.store(4, 0, Q).store(6, 1, P).store(8, 0, Q)


def names(
    operation: Operation, *words: int, allowance: Allowance = UNLIMITED, s: int = 2
) -> list[str]:
    found = violations(judge_answer(operation, ARRAY, words, s, allowance))
    return [violation.property for violation in found]


def test_zero_entry_loads_as_null() -> None:
    array = EMPTY.store(3, 0, ZERO)
    operation = Operation(Code.LOAD, 3)
    assert not violations(judge_answer(operation, array, [NULL], 2, UNLIMITED))
    assert violations(judge_answer(operation, array, [ZERO], 2, UNLIMITED))


def test_next_shows_sibling_slots_raw() -> None:
    step = Operation(Code.NEXT, 5, argument=3)
    assert names(step, NULL, 6, P, 7, mk_sibling(2), 8, Q) == []
    assert names(step, NULL, 6, P, 7, NULL, 8, Q) == ["answer-step"]
    assert names(step, NULL, 6, P, 7, mk_sibling(2), 8, P) == ["answer-step"]
    assert names(step, NULL, 6, P, 8, Q, 9, NULL) == ["answer-step"]


def test_step_from_inside_an_entry_goes_by_the_index() -> None:
    assert names(Operation(Code.NEXT, 7, argument=1), P, 8, Q) == []
    assert names(Operation(Code.NEXT, 7, argument=1), P, 8, 0x99) == ["answer-step"]
    assert names(Operation(Code.NEXT, 7, argument=1), Q, 8, Q) == ["answer-step"]


def test_steps_end_at_the_ends_of_the_index_space() -> None:
    assert names(Operation(Code.PREV, 1, argument=2), NULL, 0, NULL, TOP, 0x99) == []
    assert names(Operation(Code.NEXT, TOP, argument=1), NULL, 0, 0x99) == []


def test_marked_iteration_may_begin_anywhere_in_its_first_entry() -> None:
    array = EMPTY.store(4, 2, P).set_mark(4, 1).store(8, 2, Q).set_mark(8, 1)
    operation = Operation(Code.FIND_MARKED, 6, mark=1, argument=9)

    def judge(*words: int) -> bool:
        return not violations(judge_answer(operation, array, words, 2, UNLIMITED))

    assert judge(2, 4, P, 8, Q)
    assert judge(2, 6, P, 8, Q)
    assert not judge(2, 8, P, 8, Q)
    assert not judge(2, 6, P, 9, Q)
    assert not judge(1, 6, P)


def test_iteration_over_nothing() -> None:
    assert names(Operation(Code.FIND, 7, argument=6), 0) == []
    assert names(Operation(Code.FIND_MARKED, 7, argument=6), 0) == []
    assert names(Operation(Code.FIND, 7, argument=6), 1, 7, P) == ["answer-find"]


@pytest.mark.parametrize("allowance", [UNKNOWN, Allowance(0)])
def test_store_may_fail_when_memory_may(allowance: Allowance) -> None:
    store = Operation(Code.STORE, 99, 0, entry=P)
    assert names(store, mk_error(ENOMEM), allowance=allowance) == []
    assert names(store, mk_error(ENOMEM)) == ["answer-store-error"]


def test_other_operations_have_no_answer_to_judge() -> None:
    assert names(Operation(Code.SET_MARK, 4)) == []
