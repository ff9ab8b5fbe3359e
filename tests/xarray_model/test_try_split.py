# SPDX-License-Identifier: GPL-2.0-or-later
"""One step of a non-uniform split."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import KINDS, OTHER_VALUE, POINTER, VALUE, built, positions
from xarray_model import api, geometry, split, try_split
from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import EINVAL, ENOMEM
from xarray_model.errors import PreconditionError


def check_every_step(s: int) -> None:
    for order in range(1, 3 * s + 1):
        for new_order in range(order + 1):
            needed = geometry.split_nodes(order, new_order, s)
            for first in positions(s, order):
                for old, new in KINDS:
                    world = built(s, first, order, old, 5)
                    before = world.snapshot()
                    requests = world.array.allocator.requests
                    cursor = Cursor(world.array, first + (1 << order) - 1, new_order, world.update)
                    try_split.try_split(cursor, new, order)
                    asked = world.array.allocator.requests - requests
                    if new_order < geometry.try_split_min_order(order, s):
                        assert (cursor.errno, asked) == (EINVAL, 0)
                        assert world.snapshot() == before
                        continue
                    assert (cursor.errno, asked, cursor.alloc) == (0, needed, None)
                    world.check()
                    twin = built(s, first, order, old, 5)
                    twin.split(first, order, new_order, new, "iterative")
                    assert world.snapshot() == twin.snapshot()


@pytest.mark.parametrize("s", [1, 2])
def test_every_step_is_the_split_or_is_refused(s: int) -> None:
    check_every_step(s)


def test_a_wrong_limit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(try_split, "try_split_min_order", lambda order, s: order // s * s)
    with pytest.raises(AssertionError):
        check_every_step(2)


@pytest.mark.parametrize(("s", "order"), [(1, 5), (2, 6), (3, 7), (6, 18)])
def test_walk_around_one_index(s: int, order: int) -> None:
    world = built(s, 3 << order, order, VALUE, 3)
    index = (3 << order) + (1 << order) // 3
    live = world.array.allocator.live
    at = order
    while at:
        lower = geometry.try_split_min_order(at, s)
        cursor = Cursor(world.array, index, lower, world.update)
        try_split.try_split(cursor, OTHER_VALUE, at)
        assert cursor.errno == 0
        world.check()
        at = lower
    assert world.array.allocator.live - live == geometry.try_split_nodes(order, 0, s)
    assert (api.get_order(world.array, index), world.marks(index)) == (0, 3)


def test_preallocated_node_is_used_or_freed() -> None:
    world = built(2, 0, 2, VALUE)
    cursor = Cursor(world.array, 0, 1, world.update)
    split.split_alloc(cursor, POINTER, 2)
    requests = world.array.allocator.requests
    try_split.try_split(cursor, POINTER, 2)
    assert (cursor.alloc, world.array.allocator.requests) == (None, requests)
    world.check()

    world = built(2, 0, 3, VALUE)
    before = world.snapshot()
    cursor = Cursor(world.array, 0, 0, world.update)
    split.split_alloc(cursor, POINTER, 3)
    try_split.try_split(cursor, POINTER, 3)
    assert (cursor.errno, cursor.alloc, world.snapshot()) == (EINVAL, None, before)


def test_no_memory() -> None:
    world = built(2, 0, 2, VALUE)
    before = world.snapshot()
    world.array.allocator.fail(1, blocking=False, nonblocking=True)
    cursor = Cursor(world.array, 0, 1, world.update)
    try_split.try_split(cursor, POINTER, 2)
    assert (cursor.errno, world.snapshot()) == (ENOMEM, before)
    destroy(cursor)


def test_an_entry_that_is_not_there() -> None:
    with pytest.raises(PreconditionError):
        try_split.try_split(Cursor(built(2, 0, 2, VALUE).array, 0, 0), POINTER, 3)
