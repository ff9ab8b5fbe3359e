# SPDX-License-Identifier: GPL-2.0-or-later
"""What the model's tests share: building arrays, and checking a whole array from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from xarray_model import api, picture, split, split_one_level, split_recursive
from xarray_model.array import XArray
from xarray_model.cursor import Cursor, Update, destroy
from xarray_model.entries import is_sibling, mk_value, sibling_offset
from xarray_model.geometry import slots_of
from xarray_model.journal import Field, Store
from xarray_model.lru import ShadowNodes
from xarray_model.node import Entry, Node, is_value

POINTER = 0x1000
OTHER_POINTER = 0x2000
VALUE = mk_value(7)
OTHER_VALUE = mk_value(8)
KINDS = [(old, new) for old in (POINTER, VALUE) for new in (OTHER_POINTER, OTHER_VALUE)]

SPLITS = {
    "iterative": (split.split_alloc, split.split),
    "recursive": (split.split_alloc, split_recursive.split),
    "one-level": (split_one_level.split_alloc, split_one_level.split),
}


@dataclass
class World:
    """An array with its LRU as callback."""

    s: int
    width: int = 64
    array: XArray = field(init=False)
    lru: ShadowNodes = field(init=False)
    update: Update = field(init=False)

    def __post_init__(self) -> None:
        self.array = XArray(self.s, self.width)
        self.lru = ShadowNodes()
        self.update = self.lru.update

    def store(self, index: int, entry: int, order: int = 0) -> Entry:
        return api.store_order(self.array, index, order, entry, self.update)

    def mark(self, index: int, marks: int) -> None:
        for mark in range(3):
            if marks >> mark & 1:
                api.set_mark(self.array, index, mark)

    def marks(self, index: int) -> int:
        return sum(api.get_mark(self.array, index, mark) << mark for mark in range(3))

    def snapshot(self) -> bytes:
        return picture.encode(self.array, self.lru.nodes)

    def split(self, index: int, order: int, new_order: int, entry: int, kind: str) -> Cursor:
        """Split; nodes left over are freed, and the cursor is returned."""
        allocate, divide = SPLITS[kind]
        cursor = Cursor(self.array, index, new_order, self.update)
        allocate(cursor, entry, order)
        if not cursor.errno:
            divide(cursor, entry, order)
            assert cursor.alloc is None, "nodes are left over"
        destroy(cursor)
        return cursor

    def check(self) -> None:
        """Every structural rule and the LRU rule, from the fields themselves."""
        array = self.array
        reachable = set(picture.preorder(array))
        assert array.allocator.live == len(reachable), "a node leaks"
        for node in reachable:
            self._check_node(node)
        wanted = {n for n in reachable if n.count and n.count == n.nr_values}
        assert self.lru.nodes == wanted, "the LRU is wrong"
        if isinstance(array.head, Node):
            head = array.head
            assert head.parent is None
            assert array.marks == sum(bool(head.marks[mark]) << mark for mark in range(3))

    def _check_node(self, node: Node) -> None:
        array = self.array
        assert node.array is array
        assert node.count == sum(entry != 0 for entry in node.slots) > 0, "count is wrong"
        values = 0
        for offset, entry in enumerate(node.slots):
            marks = [word >> offset & 1 for word in node.marks]
            if isinstance(entry, Node):
                assert (entry.parent, entry.offset) == (node, offset)
                assert entry.shift == node.shift - array.s
                assert marks == [int(word != 0) for word in entry.marks], "marks do not add up"
                continue
            canonical = entry
            if is_sibling(entry, array.s):
                first = sibling_offset(entry)
                assert first < offset
                assert not any(marks), "a sibling bears a mark"
                last = node.slots[first]
                assert isinstance(last, int) and last and not is_sibling(last, array.s)
                canonical = last
            elif entry == 0:
                assert not any(marks), "NULL bears a mark"
            values += is_value(canonical)
        assert node.nr_values == values, "nr_values is wrong"


def built(
    s: int, index: int, order: int, entry: int, marks: int = 0, neighbours: bool = False
) -> World:
    """An array with an entry of ``order`` around ``index``, and marked neighbours if asked for."""
    world = World(s)
    first = (index >> order) << order
    world.store(index, entry, order)
    world.mark(index, marks)
    if neighbours:
        for beside, kind in ((first - 1, VALUE), (first + (1 << order), POINTER)):
            if beside >= 0:
                world.store(beside, kind)
                world.mark(beside, 2)
    return world


def positions(s: int, order: int) -> Iterable[int]:
    """The first index of an entry in each slot position that it can have in its node."""
    for place in range((1 << s) // slots_of(order, s)):
        yield place << order


def check_publication(stores: list[Store], world_before: set[Node], target: Node) -> None:
    """A split's stores: the split node's slots from the highest to the lowest run, and no plain
    store to a node that a reader can reach, but to the split node's marks and ``nr_values``."""
    reachable = set(world_before)
    slots: dict[Node, dict[int, Entry]] = {}
    published: list[int] = []
    for store in stores:
        assert isinstance(store.owner, Node), "a split writes nothing but nodes"
        if store.owner not in reachable:
            if store.field is Field.SLOT:
                assert not isinstance(store.value, type(None))
                slots.setdefault(store.owner, {})[store.number] = store.value  # type: ignore[assignment]
            continue
        assert store.owner is target, "another node is written after it became reachable"
        if store.field is Field.SLOT:
            assert store.release, "a slot is published without release"
            published.append(store.number)
            _reach(store.value, slots, reachable)
        else:
            assert store.field in (Field.MARK, Field.NR_VALUES), f"{store.field} is written"
    assert published, "nothing is published"
    assert len(set(published)) == len(published), "a slot is published twice"
    run_heads = [slot for slot in published if not _is_sibling_store(stores, target, slot)]
    assert run_heads == sorted(run_heads, reverse=True), "slots are not published highest first"
    assert published[-1] == min(published), "the canonical slot is not replaced last"


def _is_sibling_store(stores: list[Store], target: Node, slot: int) -> bool:
    [value] = [
        store.value
        for store in stores
        if (store.owner, store.field, store.number) == (target, Field.SLOT, slot)
    ]
    return isinstance(value, int) and is_sibling(value, len(target.slots).bit_length() - 1)


def _reach(value: object, slots: dict[Node, dict[int, Entry]], reachable: set[Node]) -> None:
    if isinstance(value, Node) and value not in reachable:
        reachable.add(value)
        for child in slots[value].values():
            _reach(child, slots, reachable)
