# SPDX-License-Identifier: GPL-2.0-or-later
"""What callers may ask for, and the class of what a case shows."""

import pytest

from specs.callers import Contract, contract, within
from xarray_model.operations import Code, Operation

STORE = Operation(Code.STORE, 0, 4, entry=4)


@pytest.mark.parametrize(
    ("s", "order", "new_order", "may"),
    [(6, 12, 11, True), (6, 12, 5, False), (6, 9, 6, True), (6, 9, 5, False), (1, 2, 0, False)],
)
def test_try_split_goes_no_lower_than_one_step(
    s: int, order: int, new_order: int, may: bool
) -> None:
    asked = Operation(Code.TRY_SPLIT, 0, order, new_order, 4)
    assert within(asked, s, one_level=False) == within(asked, s, one_level=True) == may


@pytest.mark.parametrize("code", [Code.SPLIT, Code.COUNT_ALLOC])
def test_a_split_needs_no_level_that_is_refused(code: Code) -> None:
    deep, one = Operation(code, 0, 12, 0), Operation(code, 0, 11, 0)
    assert within(deep, 6, one_level=False)
    assert not within(deep, 6, one_level=True)
    assert within(one, 6, one_level=True)


def test_a_case_is_within_if_all_of_it_is() -> None:
    refused = Operation(Code.TRY_SPLIT, 0, 4, 1, 4)
    look = Operation(Code.LOAD, 0)
    assert contract([STORE, look], 2, one_level=True) is Contract.CALLERS
    assert contract([STORE, refused, look], 2, one_level=False) is Contract.DOCUMENTATION


def test_through_the_cursor_the_order_is_the_cursors() -> None:
    def through(order: int) -> Contract:
        case = [
            STORE,
            Operation(Code.CURSOR_SET, 0, order),
            Operation(Code.CURSOR_SPLIT, order=4, entry=4),
        ]
        return contract(case, 2, one_level=True)

    assert through(2) is Contract.CALLERS
    assert through(0) is Contract.DOCUMENTATION


def test_callers_look_again_before_they_split() -> None:
    def case(order: int, entry: int) -> list[Operation]:
        return [
            Operation(Code.CURSOR_SET, 0, 0),
            Operation(Code.CURSOR_SPLIT_ALLOC, order=2, entry=4),
            Operation(Code.CURSOR_SPLIT_ALONE, order=order, entry=entry),
        ]

    for order, entry, expected in (
        (2, 4, Contract.CALLERS),
        (2, 8, Contract.DOCUMENTATION),
        (1, 4, Contract.DOCUMENTATION),
    ):
        assert contract(case(order, entry), 2, one_level=False) is expected
    # What follows a split by a careless caller is judged by itself, and nodes allocated anew are.
    load = Operation(Code.LOAD, 0)
    assert contract([*case(2, 8), load], 2, one_level=False) is Contract.CALLERS
    anew = [*case(2, 8)[:2], Operation(Code.CURSOR_DESTROY), *case(2, 8)[1:]]
    assert contract([*anew[:3], *case(2, 4)], 2, one_level=False) is Contract.CALLERS
    assert contract([*anew[:3], *case(2, 8)[2:]], 2, one_level=False) is Contract.CALLERS


def test_what_only_asked_for_counts_condemns_no_case() -> None:
    beyond = Operation(Code.COUNT_ALLOC, order=4)
    store = Operation(Code.STORE, 0, 0, entry=4)
    assert contract([beyond, store], 1, one_level=True) is Contract.CALLERS
    assert contract([store, beyond], 1, one_level=True) is Contract.DOCUMENTATION
