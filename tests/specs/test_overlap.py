# SPDX-License-Identifier: GPL-2.0-or-later
"""What cuts an entry in two that was stored over a range."""

import pytest

from models.case.notation import parse_operation
from specs.abstract import EMPTY
from specs.cursor import AbstractCursor, Place
from specs.overlap import refusal
from tests.specs.builder import run
from tests.specs.controls_history import NEW, ranged_store

ARRAY = EMPTY.store_range(1, 3, 4, 3).store(8, 3, 8)
"""At chunk shift 3: three slots from index 1 on, and an entry of order 3."""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("store(2)", ""),
        ("store(2, 1)", ""),
        ("store(0, 1)", "part"),
        ("store(0, 1, NULL)", "part"),
        ("store(0, 2)", ""),
        ("store(4, 1)", ""),
        ("store_range(1, 3)", ""),
        ("store_range(2, 3)", ""),
        ("store_range(0, 5)", ""),
        ("store_range(2, 5)", "part"),
        ("store_range(0, 2)", "part"),
        ("store_range(9, 20)", ""),
        ("get_order(2)", "order"),
        ("get_order(9)", ""),
        ("find(2)", ""),
        ("set_mark(2, 1)", ""),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    told = refusal(parse_operation(text), AbstractCursor(), ARRAY, 3)
    assert why in told if why else not told


@pytest.mark.parametrize(
    ("text", "index", "order", "allowed"),
    [
        ("cursor_load()", 0, 1, False),
        ("cursor_load()", 2, 1, True),
        ("cursor_load()", 2, 0, True),
        ("cursor_store()", 0, 1, False),
        ("cursor_store()", 0, 2, True),
        ("cursor_find_conflict()", 2, 1, False),
        ("cursor_find_conflict()", 0, 3, False),
        ("cursor_create_range()", 8, 3, True),
        ("cursor_create_range()", 4, 2, True),
        ("cursor_reset()", 0, 1, True),
    ],
)
def test_what_is_refused_through_a_cursor(text: str, index: int, order: int, allowed: bool) -> None:
    cursor = AbstractCursor(Place.FRESH, index, order)
    assert bool(refusal(parse_operation(text), cursor, ARRAY, 3)) is not allowed
    assert not refusal(parse_operation(text), cursor, EMPTY, 3)


def test_a_store_of_a_range_may_leave_any_run_of_slots() -> None:
    assert ranged_store(run(1, 3, NEW)) == set()
