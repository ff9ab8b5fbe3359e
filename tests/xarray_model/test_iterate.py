# SPDX-License-Identifier: GPL-2.0-or-later
"""Iteration: where it starts, what it skips, and that it ends (see test_store for the oracle)."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import POINTER, VALUE, World
from xarray_model import iterate, walk
from xarray_model.cursor import BOUNDS, RESTART, Cursor
from xarray_model.entries import ENOMEM, NULL, mk_sibling

LAST = (1 << 64) - 1


def world_of(s: int, *entries: tuple[int, int, int]) -> World:
    world = World(s)
    for index, order, entry in entries:
        world.store(index, entry, order)
        world.mark(index, 2)
    return world


def all_found(world: World, index: int, last: int, mark: int | None = None) -> list[int]:
    cursor = Cursor(world.array, index)
    indices: list[int] = []
    while True:
        entry = (
            iterate.find(cursor, last) if mark is None else iterate.find_marked(cursor, last, mark)
        )
        if entry == NULL:
            return indices
        indices.append(cursor.index)


def test_find_respects_both_ends() -> None:
    world = world_of(2, (0, 0, VALUE), (5, 0, VALUE), (16, 2, POINTER), (77, 0, VALUE))
    assert all_found(world, 0, LAST) == [0, 5, 16, 77]
    assert all_found(world, 1, 16) == [5, 16]
    assert all_found(world, 6, 15) == []
    assert all_found(world, 18, LAST) == [18, 77]
    assert all_found(world, 500, LAST) == []
    assert all_found(world, 9, 8) == []


def test_find_marked_respects_both_ends() -> None:
    world = world_of(2, (0, 0, VALUE), (5, 0, VALUE), (16, 3, POINTER), (77, 0, VALUE))
    world.store(6, VALUE)
    assert all_found(world, 0, LAST, 1) == [0, 5, 16, 77]
    assert all_found(world, 1, 16, 1) == [5, 16]
    assert all_found(world, 22, LAST, 1) == [16, 77], "from a sibling slot to the canonical one"
    assert all_found(world, 6, 15, 1) == []
    assert all_found(world, 0, LAST, 0) == []
    assert all_found(world, 500, LAST, 1) == []
    assert all_found(world, 9, 8, 1) == []


@pytest.mark.parametrize("mark", [None, 1])
def test_head_entry(mark: int | None) -> None:
    world = world_of(2, (0, 0, VALUE))
    assert all_found(world, 0, LAST, mark) == [0]
    assert all_found(world, 1, LAST, mark) == []
    if mark is not None:
        assert all_found(world, 0, LAST, 0) == []


def test_errors_and_bounds_end_an_iteration() -> None:
    world = world_of(2, (5, 0, VALUE))
    cursor = Cursor(world.array, 5)
    cursor.set_err(ENOMEM)
    assert iterate.find(cursor, LAST) == iterate.find_marked(cursor, LAST, 1) == NULL
    iterate.pause(cursor)
    assert cursor.errno == ENOMEM
    cursor.reset()
    cursor.set_bounds()
    assert iterate.find(cursor, LAST) == NULL


@pytest.mark.parametrize("mark", [None, 1])
@pytest.mark.parametrize("width", [64, 32])
@pytest.mark.parametrize("s", [1, 2, 3, 6])
def test_pausing_at_the_last_index_ends(s: int, width: int, mark: int | None) -> None:
    world = World(s, width)
    last = world.array.last_index
    for index in (0, last):
        world.store(index, VALUE)
        world.mark(index, 2)
    cursor = Cursor(world.array, 1)
    entry = iterate.find(cursor, last) if mark is None else iterate.find_marked(cursor, last, mark)
    assert (entry, cursor.index) == (VALUE, last)
    iterate.pause(cursor)
    assert (cursor.state, cursor.index) == (BOUNDS, 0)
    again = iterate.find(cursor, last) if mark is None else iterate.find_marked(cursor, last, mark)
    assert again == NULL


def test_pause_inside_an_entry_does_not_skip_the_next_one() -> None:
    world = world_of(2, (4, 2, VALUE), (8, 0, POINTER))
    cursor = Cursor(world.array, 6)
    assert iterate.find(cursor, LAST) == VALUE
    iterate.pause(cursor)
    assert (cursor.state, cursor.index) == (RESTART, 8)
    assert iterate.find(cursor, LAST) == POINTER


def test_pause_on_the_head() -> None:
    world = world_of(2, (0, 0, VALUE))
    cursor = Cursor(world.array, 0)
    assert iterate.find(cursor, LAST) == VALUE
    iterate.pause(cursor)
    assert (cursor.state, cursor.index) == (RESTART, 1)
    assert iterate.find(cursor, LAST) == NULL


def test_a_user_moved_the_index_inside_the_entry() -> None:
    world = world_of(2, (0, 1, VALUE), (2, 0, POINTER))
    cursor = Cursor(world.array, 0)
    assert iterate.find(cursor, LAST) == VALUE
    cursor.index = 1
    assert (iterate.find(cursor, LAST), cursor.index) == (POINTER, 2)


def steps(world: World, index: int, number: int, forward: bool) -> list[tuple[int, object]]:
    cursor = Cursor(world.array, index)
    walk.load(cursor)
    step = iterate.next if forward else iterate.prev
    taken: list[tuple[int, object]] = []
    for _ in range(number):
        entry = step(cursor)
        taken.append((cursor.index, entry))
    return taken


def test_next_and_prev_show_raw_slots() -> None:
    world = world_of(2, (2, 1, VALUE), (5, 0, POINTER))
    sibling = mk_sibling(2)
    assert steps(world, 1, 5, True) == [
        (2, VALUE),
        (3, sibling),
        (4, NULL),
        (5, POINTER),
        (6, NULL),
    ]
    assert steps(world, 5, 4, False) == [(4, NULL), (3, sibling), (2, VALUE), (1, NULL)]
    assert steps(world, 0, 2, False) == [(LAST, NULL), (LAST - 1, NULL)]
    assert steps(world, 15, 2, True) == [(16, NULL), (17, NULL)]
    assert steps(world, LAST, 3, True) == [(0, NULL), (1, NULL), (2, VALUE)]


def test_prev_from_inside_an_entry_goes_by_the_index() -> None:
    """Released kernels go by the canonical slot 2 that the cursor stands on, and return slot 1."""
    world = world_of(2, (1, 0, POINTER), (2, 1, VALUE))
    assert steps(world, 3, 1, False) == [(2, VALUE)]


def test_next_on_the_head_and_without_a_walk() -> None:
    world = world_of(2, (0, 0, VALUE))
    assert steps(world, 0, 2, True) == [(1, NULL), (2, NULL)]
    assert iterate.next(Cursor(world.array, 0)) == VALUE
