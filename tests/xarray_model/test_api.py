# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole operations on an array."""

from __future__ import annotations

from tests.xarray_model.support import POINTER, VALUE, World
from xarray_model import api
from xarray_model.entries import ENOMEM, NULL, ZERO, mk_error
from xarray_model.node import Node


def test_load_hides_zero_entries() -> None:
    world = World(2)
    world.store(5, ZERO, 0)
    assert (api.load(world.array, 5), api.get_order(world.array, 5)) == (NULL, 0)
    api.set_mark(world.array, 5, 1)
    assert world.marks(5) == 2


def test_store_order_returns_old_entry_or_error() -> None:
    world = World(2)
    assert world.store(0, VALUE) == NULL
    assert world.store(0, POINTER) == VALUE
    assert world.store(0, VALUE, 2) == NULL
    world.array.allocator.limit(0)
    assert world.store(500, VALUE) == mk_error(ENOMEM)


def test_marks_of_what_is_not_there() -> None:
    world = World(2)
    api.set_mark(world.array, 3, 0)
    world.store(16, VALUE, 1)
    api.set_mark(world.array, 3, 0)
    api.set_mark(world.array, 999, 0)
    assert (world.array.marks, world.marks(3), world.marks(999)) == (0, 0, 0)
    api.set_mark(world.array, 17, 0)
    assert (world.marks(16), world.marks(17), world.marks(18), world.array.marks) == (1, 1, 0, 1)
    api.clear_mark(world.array, 3, 0)
    assert world.marks(17) == 1
    api.clear_mark(world.array, 16, 0)
    assert (world.marks(17), world.array.marks) == (0, 0)


def test_lock_is_held_in_callbacks() -> None:
    world = World(2)
    held: list[bool] = []

    def update(node: Node) -> None:
        held.append(world.array.locked)

    world.update = update
    world.store(77, VALUE)
    assert held and all(held)
    assert not world.array.locked


def test_destroy_frees_everything() -> None:
    world = World(2)
    for index in (0, 5, 77, 300):
        world.store(index, VALUE)
        world.mark(index, 7)
    api.destroy(world.array)
    assert (world.array.head, world.array.marks, world.array.allocator.live) == (NULL, 0, 0)
    world.store(0, VALUE)
    api.destroy(world.array)
    assert world.array.head == NULL
