# SPDX-License-Identifier: GPL-2.0-or-later
"""The splits against each other and against what a split promises, exhaustively in small scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.xarray_model.support import (
    KINDS,
    OTHER_POINTER,
    OTHER_VALUE,
    POINTER,
    SPLITS,
    VALUE,
    World,
    built,
    check_publication,
    positions,
)
from xarray_model import (
    api,
    geometry,
    iterate,
    picture,
    split,
    split_parts,
    split_recursive,
    store,
    walk,
)
from xarray_model.array import XArray
from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import ENOMEM, mk_value
from xarray_model.errors import PreconditionError
from xarray_model.gfp import KERNEL, NOWAIT
from xarray_model.node import Node

Patch = pytest.MonkeyPatch


def pairs(s: int) -> Iterator[tuple[int, int]]:
    """(order, new order): three levels of nodes at s=2, six at s=1."""
    for order in range(1, 6):
        for new_order in range(order + 1):
            yield order, new_order


def kinds_of(order: int, new_order: int, s: int) -> list[str]:
    supported = not geometry.one_level_limit_exceeded(order, new_order, s)
    return [kind for kind in SPLITS if supported or kind != "one-level"]


def check_agreement(s: int, order: int, new_order: int, indices: int | None = None) -> int:
    """All implementations at every position, for every kind of entry: one and the same result, with
    some marks at every raw index inside the entry, with every set of marks at its first.  Returns
    the number of splits.  (The sweep of the compiled port has all indices with all marks.)"""
    splits = 0
    for first in positions(s, order):
        for marks in range(8):
            within = (indices or 1 << order) if marks == 5 else 1
            for old, new in KINDS:
                results = set()
                for index in range(first, first + within):
                    for kind in kinds_of(order, new_order, s):
                        world = built(s, first, order, old, marks)
                        world.split(index, order, new_order, new, kind)
                        results.add(world.snapshot())
                        splits += 1
                assert len(results) == 1, f"{len(results)} results"
    return splits


@pytest.mark.parametrize("s", [1, 2])
def test_all_splits_build_the_same_tree_for_every_index(s: int) -> None:
    assert sum(check_agreement(s, order, new_order) for order, new_order in pairs(s)) > 100


def check_effect(s: int, order: int, new_order: int, kind: str) -> None:
    """Effect, structure, LRU, neighbours, nodes, merging back and draining."""
    for first in positions(s, order):
        for marks in (0, 5, 7):
            for old, new in KINDS:
                world = built(s, first, order, old, marks, neighbours=True)
                before = world.snapshot()
                live = world.array.allocator.live
                world.split(first, order, new_order, new, kind)
                world.check()
                needed = geometry.split_nodes(order, new_order, s)
                assert world.array.allocator.live == live + needed, "node count"
                for index in range(first, first + (1 << order)):
                    assert api.load(world.array, index) == new
                    assert api.get_order(world.array, index) == new_order
                    assert world.marks(index) == marks, "marks"
                world.store(first, old, order)
                assert world.snapshot() == before, "merging back"
                world.check()
                drain(world, first, order)


def drain(world: World, first: int, order: int) -> None:
    for index in (first, first - 1, first + (1 << order)):
        if index >= 0:
            world.store(index, 0, order if index == first else 0)
            world.check()
    assert (world.array.head, world.array.allocator.live, world.array.marks) == (0, 0, 0)


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("s", [1, 2])
def test_effect(s: int, kind: str) -> None:
    for order, new_order in pairs(s):
        if kind in kinds_of(order, new_order, s):
            check_effect(s, order, new_order, kind)


@pytest.mark.parametrize(("s", "order", "new_order"), [(3, 7, 0), (3, 8, 4), (4, 9, 3), (6, 13, 5)])
def test_effect_at_larger_chunks(s: int, order: int, new_order: int) -> None:
    world = built(s, 3 << order, order, VALUE, 6)
    before = world.snapshot()
    other = built(s, 3 << order, order, VALUE, 6)
    other.split((3 << order) + 77, order, new_order, OTHER_POINTER, "recursive")
    world.split((3 << order) + 41, order, new_order, OTHER_POINTER, "iterative")
    world.check()
    assert world.snapshot() == other.snapshot()
    assert world.array.allocator.requests - other.array.allocator.requests == 0
    world.store(3 << order, VALUE, order)
    assert world.snapshot() == before


def test_one_gibibyte_to_four_kibibytes() -> None:
    world = built(6, 0, 18, POINTER, 1)
    cursor = Cursor(world.array, 12345, 0, world.update)
    before = world.array.allocator.requests
    split.split_alloc(cursor, OTHER_VALUE, 18)
    assert cursor.preallocated() == 4161
    split.split(cursor, OTHER_VALUE, 18)
    assert (cursor.alloc, cursor.errno) == (None, 0)
    assert world.array.allocator.requests - before == 4161
    world.check()
    assert len(world.lru.nodes) == 4096


def check_failures(s: int, order: int, new_order: int, blocking: bool) -> int:
    """Each failing request leaves array and live nodes as they were.  Returns their number."""
    needed = geometry.split_nodes(order, new_order, s)
    for k in range(1, needed + 1):
        world = built(s, 0, order, VALUE, 3)
        before = world.snapshot()
        requests = world.array.allocator.requests
        world.array.allocator.fail(k, blocking=blocking, nonblocking=not blocking)
        cursor = Cursor(world.array, 0, new_order, world.update)
        split.split_alloc(cursor, OTHER_VALUE, order, KERNEL if blocking else NOWAIT)
        assert cursor.errno == ENOMEM
        assert world.array.allocator.requests - requests == k
        assert (cursor.alloc, world.snapshot()) == (None, before), "the array is touched"
    return needed


@pytest.mark.parametrize("blocking", [True, False])
def test_every_failing_allocation_leaves_everything(blocking: bool) -> None:
    assert sum(check_failures(2, order, new, blocking) for order, new in pairs(2)) == 42


def test_requests_of_the_other_kind_do_not_fail() -> None:
    array = built(2, 0, 4, VALUE).array
    array.allocator.fail(1, blocking=False, nonblocking=True)
    cursor = Cursor(array, 0, 0)
    split.split_alloc(cursor, VALUE, 4, KERNEL)
    assert (cursor.errno, cursor.preallocated()) == (0, 5)
    destroy(cursor)


def check_journal(s: int, order: int, new_order: int, kind: str) -> None:
    for first in positions(s, order):
        world = built(s, first, order, VALUE, 5, neighbours=True)
        nodes = set(picture.preorder(world.array))
        target = split_parts.locate(Cursor(world.array, first), VALUE, order).node
        stores = world.array.journal.start()
        world.split(first, order, new_order, OTHER_POINTER, kind)
        world.array.journal.stop()
        check_publication(stores, nodes, target)


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("s", [1, 2, 3])
def test_a_reader_meets_finished_nodes_only(s: int, kind: str) -> None:
    for order, new_order in pairs(s):
        if kind in kinds_of(order, new_order, s):
            check_journal(s, order, new_order, kind)


def test_callback_is_told_of_final_nodes() -> None:
    for kind in ("iterative", "recursive"):
        world = built(2, 0, 5, VALUE, 1)
        told: list[tuple[Node, tuple[object, ...]]] = []

        def update(node: Node, told: list[tuple[Node, tuple[object, ...]]] = told) -> None:
            told.append((node, (node.count, node.nr_values, node.array, node.shift, node.parent)))

        world.update = update
        world.split(9, 5, 1, OTHER_VALUE, kind)
        assert all(
            fields == (node.count, node.nr_values, node.array, node.shift, node.parent)
            for node, fields in told
        )
        nodes = [node for node, _ in told]
        assert len(set(nodes)) == len(nodes) == 11
        assert nodes[-1] is world.array.head


@pytest.mark.parametrize(
    ("index", "order", "new_order", "entry"),
    [
        (0, 4, 5, VALUE),
        (0, 0, 0, VALUE),
        (0, 4, 0, 0),
    ],
)
def test_orders_and_entry_outside_the_contract(
    index: int, order: int, new_order: int, entry: int
) -> None:
    cursor = Cursor(built(2, 0, 4, VALUE).array, index, new_order)
    with pytest.raises(PreconditionError):
        split.split_alloc(cursor, entry, order)


@pytest.mark.parametrize("kind", SPLITS)
def test_an_entry_that_is_not_there(kind: str) -> None:
    _, divide = SPLITS[kind]
    world = built(2, 0, 3, VALUE)
    before = world.snapshot()
    for index, order in ((0, 4), (0, 2), (8, 3), (64, 3)):
        with pytest.raises(PreconditionError):
            divide(Cursor(world.array, index, 1), VALUE, order)
    with pytest.raises(PreconditionError, match="preallocated"):
        divide(Cursor(world.array, 0, 0), VALUE, 3)
    single = World(2)
    single.store(0, VALUE)
    with pytest.raises(PreconditionError, match="no entry"):
        divide(Cursor(single.array, 0), VALUE, 1)
    assert world.snapshot() == before


def test_a_cursor_in_error_or_on_a_sibling_slot_is_refused() -> None:
    world = built(2, 0, 2, VALUE)
    cursor = Cursor(world.array, 0)
    cursor.set_err(ENOMEM)
    with pytest.raises(PreconditionError, match="error"):
        split.split(cursor, VALUE, 2)
    world = built(2, 0, 1, VALUE)
    cursor = Cursor(world.array, 0)
    walk.load(cursor)
    iterate.next(cursor)
    with pytest.raises(PreconditionError, match="order 0, not 1"):
        split.split(cursor, VALUE, 1)


def test_a_cursor_that_was_walked_to_the_entry_splits_as_a_fresh_one() -> None:
    walked, fresh = built(2, 0, 5, VALUE), built(2, 0, 5, VALUE)
    for world in (walked, fresh):
        cursor = Cursor(world.array, 19, 2)
        if world is walked:
            walk.load(cursor)
        split.split_alloc(cursor, VALUE, 5)
        split.split(cursor, VALUE, 5)
    assert walked.snapshot() == fresh.snapshot()


# Negative controls: each check above sees a defect that is planted for it.


def first_slot_marks(patch: Patch) -> None:
    def fill_leaf(cursor: Cursor, leaf: Node, slots: list[int | Node], marks: int) -> None:
        split_parts.fill_leaf(cursor, leaf, slots, marks)
        leaf.marks[0] &= 1

    patch.setattr(split_recursive, "fill_leaf", fill_leaf)


def walk_to_raw_slot(patch: Patch) -> None:
    def locate(cursor: Cursor, entry: int, order: int) -> split_parts.Target:
        found = split_parts.locate(cursor, entry, order)
        s = cursor.array.s
        offset = geometry.offset_of(cursor.index, found.node.shift, s)
        marks = sum((found.node.marks[mark] >> offset & 1) << mark for mark in range(3))
        return split_parts.Target(found.node, found.offset, found.slots, marks, found.was_value)

    for module in (split, split_recursive):
        patch.setattr(module, "locate", locate)


def too_many_nodes(patch: Patch) -> None:
    patch.setattr(split, "split_nodes", lambda *a: geometry.split_nodes(*a) + 1)


def values_not_counted(patch: Patch) -> None:
    patch.setattr(split, "finish", lambda cursor, target: None)


def subtree_not_freed(patch: Patch) -> None:
    patch.setattr(store, "free_nodes", lambda cursor, node: None)


def empty_node_stays(patch: Patch) -> None:
    patch.setattr(store, "delete_node", lambda cursor: None)


def failure_leaks(patch: Patch) -> None:
    def forget(cursor: Cursor) -> None:
        cursor.alloc = None

    patch.setattr(split, "destroy", forget)


def ascending(patch: Patch) -> None:
    links: list[Callable[[], None]] = []

    def link(cursor: Cursor, target: split_parts.Target, child: Node, offset: int) -> None:
        links.append(lambda: split_parts.link(cursor, target, child, offset))

    def finish(cursor: Cursor, target: split_parts.Target) -> None:
        while links:
            links.pop()()
        split_parts.finish(cursor, target)

    patch.setattr(split, "link", link)
    patch.setattr(split, "finish", finish)


def written_after_publication(patch: Patch) -> None:
    def link(cursor: Cursor, target: split_parts.Target, child: Node, offset: int) -> None:
        split_parts.link(cursor, target, child, offset)
        cursor.array.journal.set_offset(child, offset)

    patch.setattr(split, "link", link)


def published_plainly(patch: Patch) -> None:
    def link(cursor: Cursor, target: split_parts.Target, child: Node, offset: int) -> None:
        split_parts.adopt(cursor, child, target.node, offset)
        cursor.array.journal.set_slot(target.node, offset, child)

    patch.setattr(split, "link", link)


@pytest.mark.parametrize(
    ("plant", "check", "message"),
    [
        (first_slot_marks, lambda: check_agreement(2, 3, 0), "2 results"),
        (walk_to_raw_slot, lambda: check_agreement(2, 3, 0), "results"),
        (too_many_nodes, lambda: check_effect(2, 4, 0, "iterative"), "left over"),
        (values_not_counted, lambda: check_effect(2, 3, 0, "iterative"), "nr_values"),
        (subtree_not_freed, lambda: check_effect(2, 3, 0, "iterative"), "merging back"),
        (empty_node_stays, lambda: check_effect(2, 3, 0, "iterative"), "> 0|count is wrong"),
        (failure_leaks, lambda: check_failures(2, 3, 0, True), "the array is touched"),
        (ascending, lambda: check_journal(2, 3, 0, "iterative"), "highest first"),
        (written_after_publication, lambda: check_journal(2, 3, 0, "iterative"), "reachable"),
        (published_plainly, lambda: check_journal(2, 3, 0, "iterative"), "without release"),
    ],
)
def test_planted_defects_are_seen(
    plant: Callable[[Patch], None],
    check: Callable[[], object],
    message: str,
    monkeypatch: Patch,
) -> None:
    check()
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=message):
        check()


def test_width_of_32_bits() -> None:
    array = XArray(6, 32)
    api.store_order(array, (1 << 32) - 1, 31, POINTER)
    cursor = Cursor(array, (1 << 32) - 1, 25)
    split.split_alloc(cursor, mk_value(1), 31)
    split.split(cursor, mk_value(1), 31)
    assert api.get_order(array, 1 << 31) == 25
