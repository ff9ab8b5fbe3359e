# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal tells the whole story: replaying it gives the memory that is there."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import OTHER_POINTER, POINTER, VALUE, World
from xarray_model import api, picture, split_parts
from xarray_model.array import XArray
from xarray_model.cursor import Cursor
from xarray_model.journal import Field, Journal, Store
from xarray_model.node import Node

Memory = dict[tuple[object, Field, int], object]


def replayed(stores: list[Store]) -> Memory:
    return {(s.owner, s.field, s.number): s.value for s in stores}


def present(array: XArray) -> Memory:
    memory: Memory = {
        (array, Field.HEAD, 0): array.head,
        (array, Field.FLAGS, 0): array.marks,
    }
    for node in picture.preorder(array):
        for field in (Field.SHIFT, Field.COUNT, Field.NR_VALUES, Field.PARENT, Field.ARRAY):
            memory[node, field, 0] = getattr(node, field.value)
        if node is not array.head:
            memory[node, Field.OFFSET, 0] = node.offset
        memory |= {(node, Field.SLOT, i): entry for i, entry in enumerate(node.slots)}
        memory |= {(node, Field.MARK, i): word for i, word in enumerate(node.marks)}
    return memory


def check_replay(world: World) -> None:
    stores = world.array.journal.start()
    for index in (0, 9, 300, 5):
        world.store(index, VALUE)
        world.mark(index, 5)
    world.store(64, POINTER, 5)
    world.mark(64, 1)
    world.split(70, 5, 0, OTHER_POINTER, "iterative")
    world.store(300, 0)
    api.clear_mark(world.array, 9, 0)
    memory = replayed(stores)
    for location, value in present(world.array).items():
        fresh = location[1] in (Field.SLOT, Field.MARK, Field.FLAGS)
        assert memory.get(location, 0 if fresh else "never written") == value, location


@pytest.mark.parametrize("s", [1, 2, 3])
def test_replaying_gives_the_memory(s: int) -> None:
    check_replay(World(s))


def test_a_store_past_the_journal_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def adopt(cursor: Cursor, child: Node, parent: Node, offset: int) -> None:
        child.offset = offset
        child.parent = parent
        cursor.tell(child)

    monkeypatch.setattr(split_parts, "adopt", adopt)
    with pytest.raises(AssertionError):
        check_replay(World(2))


def test_nothing_is_recorded_unless_asked() -> None:
    journal = Journal()
    node = Node(2, 1)
    journal.set_count(node, 3)
    stores = journal.start()
    journal.set_slots(node, [0, 1, 2, 3])
    journal.publish_slot(node, 1, VALUE)
    journal.stop()
    journal.set_count(node, 4)
    assert [(s.number, s.value, s.release) for s in stores] == [
        (0, 0, False),
        (1, 1, False),
        (2, 2, False),
        (3, 3, False),
        (1, VALUE, True),
    ]
    assert (node.count, node.slots) == (4, [0, VALUE, 2, 3])
