# SPDX-License-Identifier: GPL-2.0-or-later
"""Upstream's limit (test_split compares the splits within it)."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import OTHER_VALUE, POINTER, VALUE, built
from xarray_model import geometry, split, split_one_level
from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import ENOMEM
from xarray_model.errors import PreconditionError
from xarray_model.gfp import NOWAIT


def check_limit(s: int) -> None:
    for order in range(1, 3 * s + 2):
        for new_order in range(order + 1):
            world = built(s, 0, order, VALUE, 7)
            before = world.snapshot()
            requests = world.array.allocator.requests
            cursor = Cursor(world.array, 0, new_order)
            split_one_level.split_alloc(cursor, POINTER, order)
            refused = geometry.one_level_limit_exceeded(order, new_order, s)
            assert (cursor.errno == ENOMEM) is refused
            assert world.array.warnings == refused
            if refused:
                assert (world.snapshot(), cursor.alloc) == (before, None)
                assert world.array.allocator.requests == requests
            destroy(cursor)


@pytest.mark.parametrize("s", [1, 2])
def test_refuses_exactly_beyond_the_limit(s: int) -> None:
    check_limit(s)


def test_the_limit_of_older_kernels_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def older(order: int, new_order: int, s: int) -> bool:
        return geometry.node_shift(new_order, s) + 2 * s < order

    monkeypatch.setattr(split_one_level, "one_level_limit_exceeded", older)
    with pytest.raises(AssertionError):
        check_limit(2)


def test_split_beyond_the_limit() -> None:
    world = built(2, 0, 4, VALUE)
    cursor = Cursor(world.array, 0)
    split.split_alloc(cursor, POINTER, 4)
    with pytest.raises(PreconditionError, match="one level"):
        split_one_level.split(cursor, POINTER, 4)


def test_the_split_writes_its_own_entry() -> None:
    world, same = built(2, 0, 3, VALUE), built(2, 0, 3, VALUE)
    for one, given in ((world, POINTER), (same, OTHER_VALUE)):
        cursor = Cursor(one.array, 0, update=one.update)
        split_one_level.split_alloc(cursor, given, 3)
        split_one_level.split(cursor, OTHER_VALUE, 3)
    assert world.snapshot() == same.snapshot()


def test_failing_request() -> None:
    world = built(2, 0, 3, VALUE)
    before = world.snapshot()
    world.array.allocator.fail(2, blocking=False, nonblocking=True)
    cursor = Cursor(world.array, 0)
    split_one_level.split_alloc(cursor, POINTER, 3, NOWAIT)
    assert (cursor.errno, world.snapshot(), world.array.warnings) == (ENOMEM, before, 0)
