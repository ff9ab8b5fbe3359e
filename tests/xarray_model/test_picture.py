# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots of model arrays."""

from __future__ import annotations

from tests.xarray_model.support import POINTER, VALUE, World, built
from xarray_model import picture
from xarray_model.entries import mk_node, mk_sibling
from xarray_model.node import Node
from xarray_model.snapshot import (
    ARRAY_RIGHT,
    MALFORMED,
    MALFORMED_NODE,
    ON_LRU,
    PARENT_RIGHT,
    NodePicture,
    Snapshot,
    decode,
)

RIGHT = PARENT_RIGHT | ARRAY_RIGHT


def test_a_whole_picture() -> None:
    world = World(2)
    world.store(2, VALUE, 1)
    world.store(5, POINTER)
    world.mark(5, 4)
    leaf = NodePicture(0, 0, 2, 2, RIGHT | ON_LRU, (0, 0, 0), (0, 0, VALUE, mk_sibling(2)))
    other = NodePicture(0, 1, 1, 0, RIGHT, (0, 0, 2), (0, POINTER, 0, 0))
    root = NodePicture(2, 0, 2, 0, RIGHT, (0, 0, 2), (mk_node(1), mk_node(2), 0, 0))
    expected = Snapshot(2, 4, 0, 3, 0, mk_node(0), (root, leaf, other))
    assert decode(picture.encode(world.array, world.lru.nodes)) == expected
    assert expected.encode() == world.snapshot()


def test_array_without_nodes() -> None:
    world = World(3)
    world.store(0, VALUE)
    world.mark(0, 1)
    assert decode(picture.encode(world.array)) == Snapshot(3, 1, 0, 0, 0, VALUE, ())


def test_what_is_wrong_shows() -> None:
    world = built(2, 16, 3, VALUE)
    root = world.array.head
    assert isinstance(root, Node)
    stray = world.array.allocator.allocate(True)
    assert stray is not None
    world.split(16, 3, 0, POINTER, "iterative")
    child = root.slots[1] if isinstance(root.slots[1], Node) else None
    taken = decode(picture.encode(world.array, {stray}))
    assert (taken.live_nodes, taken.stray_lru, len(taken.nodes)) == (5, 1, 4)
    inner = root.slots[1]
    assert isinstance(inner, Node) and child is inner
    inner.parent = None
    root.slots[3] = inner
    root.slots[2] = stray
    stray.live = False
    wrong = decode(picture.encode(world.array))
    assert wrong.flags == MALFORMED
    assert wrong.nodes[0].slots[2:] == (MALFORMED_NODE, MALFORMED_NODE)
    assert wrong.nodes[1].flags == ARRAY_RIGHT


def test_one_gibibyte_in_pages() -> None:
    world = built(6, 0, 18, VALUE)
    world.split(0, 18, 0, POINTER, "iterative")
    assert len(decode(picture.encode(world.array)).nodes) == 4162
