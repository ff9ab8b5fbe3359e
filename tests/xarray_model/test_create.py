# SPDX-License-Identifier: GPL-2.0-or-later
"""How the tree grows and shrinks."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import POINTER, VALUE, World
from xarray_model import api
from xarray_model.create import create
from xarray_model.cursor import Cursor
from xarray_model.entries import ENOMEM, NULL, RETRY
from xarray_model.node import FREED, Node


def root(world: World) -> Node:
    assert isinstance(world.array.head, Node)
    return world.array.head


@pytest.mark.parametrize(
    ("s", "index", "order", "shift"),
    [
        (6, 0, 6, 6),
        (6, 0, 5, 0),
        (6, 63, 0, 0),
        (6, 64, 0, 6),
        (6, 0, 18, 18),
        (2, 0, 1, 0),
        (2, 16, 4, 4),
        (1, 0, 1, 1),
        (6, 2**64 - 1, 0, 60),
        (6, 0, 63, 60),
        (1, 2**64 - 1, 63, 63),
    ],
)
def test_height_of_the_first_tree(s: int, index: int, order: int, shift: int) -> None:
    world = World(s)
    world.store(index, VALUE, order)
    assert root(world).shift == shift
    world.check()


def test_expand_keeps_entry_and_marks_of_the_head() -> None:
    world = World(2)
    world.store(0, VALUE)
    world.mark(0, 5)
    assert world.array.allocator.live == 0
    world.store(17, POINTER)
    assert (root(world).shift, world.marks(0), world.array.marks) == (4, 5, 5)
    world.check()


def test_shrink_goes_back_to_the_head() -> None:
    world = World(2)
    world.store(0, VALUE)
    world.store(300, VALUE)
    old = root(world)
    world.store(300, NULL)
    assert (world.array.head, world.array.allocator.live) == (VALUE, 0)
    assert (old.array, old.count, old.nr_values) == (FREED, 0, 0)
    world.check()


def test_shrink_stops_at_an_entry_of_several_indices() -> None:
    world = World(2)
    world.store(0, VALUE, 2)
    world.store(300, VALUE)
    world.store(300, NULL)
    assert (root(world).shift, root(world).count) == (2, 1)
    world.check()


def test_deleting_the_last_entry_frees_the_path() -> None:
    world = World(1)
    world.store(37, VALUE)
    assert world.array.allocator.live == 6
    world.store(37, NULL)
    assert (world.array.head, world.array.allocator.live) == (NULL, 0)


def test_readers_in_a_freed_subtree_find_retry() -> None:
    world = World(2)
    for index in (0, 1, 5, 16):
        world.store(index, VALUE)
    top = root(world).slots[0]
    assert isinstance(top, Node)
    leaf = top.slots[0]
    assert isinstance(leaf, Node)
    world.store(0, POINTER, 4)
    assert leaf.slots == [RETRY, RETRY, NULL, NULL]
    assert top.slots[0] is leaf, "the way down stays"
    assert not leaf.live and not top.live
    world.check()


def test_create_carries_an_error() -> None:
    world = World(2)
    world.array.allocator.limit(0)
    cursor = Cursor(world.array, 5)
    assert create(cursor, allow_root=True) == NULL
    assert cursor.errno == ENOMEM
    assert create(cursor, allow_root=True) == NULL
    assert world.array.head == NULL


def test_create_goes_on_from_where_the_cursor_is() -> None:
    world = World(2)
    world.store(5, VALUE)
    cursor = Cursor(world.array, 5)
    assert create(cursor, allow_root=True) == create(cursor, allow_root=True) == VALUE
    assert api.load(world.array, 5) == VALUE
