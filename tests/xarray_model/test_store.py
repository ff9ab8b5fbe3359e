# SPDX-License-Identifier: GPL-2.0-or-later
"""Store, erase, load and marks against a plain list of entries, and the facts of a store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.xarray_model.support import OTHER_POINTER, POINTER, VALUE, World
from xarray_model import api, create, iterate, marks, store
from xarray_model.cursor import Cursor
from xarray_model.entries import ENOMEM, NULL, RETRY, ZERO, mk_error, mk_sibling, mk_value
from xarray_model.node import Entry, Node

REACH = 64
"""Indices that the random operations use; there are six levels of nodes at s=1."""


@dataclass
class Held:
    """An entry as its user sees it."""

    first: int
    order: int
    entry: int
    marks: int

    @property
    def last(self) -> int:
        return self.first + (1 << self.order) - 1


class Oracle:
    """What a user sees of an array, as a plain list of entries."""

    def __init__(self) -> None:
        self.held: list[Held] = []

    def at(self, index: int) -> Held | None:
        return next((e for e in self.held if e.first <= index <= e.last), None)

    def store(self, index: int, order: int, entry: int) -> None:
        first = index >> order << order
        old = self.at(first)
        if old is not None and old.order > order:
            if entry:
                old.entry = entry
            else:
                self.held.remove(old)
            return
        inside = [e for e in self.held if first <= e.first < first + (1 << order)]
        self.held = [e for e in self.held if e not in inside]
        if entry:
            kept = 0
            for e in inside:
                kept |= e.marks
            self.held.append(Held(first, order, entry, kept))

    def compare(self, world: World) -> None:
        array = world.array
        for index in range(REACH):
            held = self.at(index)
            assert api.load(array, index) == (held.entry if held else NULL), "load"
            assert api.get_order(array, index) == (held.order if held else 0), "order"
            assert world.marks(index) == (held.marks if held else 0), "marks"
        in_order = sorted(self.held, key=lambda e: e.first)
        assert found(world, lambda c: iterate.find(c, array.last_index)) == [
            (e.first, e.entry) for e in in_order
        ], "find"
        for mark in range(3):
            marked = partial(iterate.find_marked, last=REACH - 1, mark=mark)
            assert found(world, marked) == [
                (e.first, e.entry) for e in in_order if e.marks >> mark & 1
            ], "find_marked"


def found(world: World, step: Callable[[Cursor], Entry]) -> list[tuple[int, Entry]]:
    """All that an iteration finds; the same when it pauses after each entry."""
    lists = []
    for paused in (False, True):
        cursor = Cursor(world.array, 0)
        entries = []
        while (entry := step(cursor)) != NULL:
            entries.append((cursor.index, entry))
            if paused:
                iterate.pause(cursor)
        lists.append(entries)
    assert lists[0] == lists[1], "pausing changes what is found"
    return lists[0]


Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["store", "erase", "set", "clear"]),
        st.integers(0, REACH - 1),
        st.integers(0, 5),
        st.sampled_from([POINTER, OTHER_POINTER, VALUE, mk_value(9)]),
    ),
    max_size=25,
)
quickly = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def run(s: int, todo: list[Step]) -> None:
    world = World(s)
    oracle = Oracle()
    for what, index, order, entry in todo:
        mark = order % 3
        held = oracle.at(index)
        if what in ("store", "erase"):
            new = entry if what == "store" else NULL
            old = oracle.at(index) if order == 0 else None
            assert world.store(index, new, order) == (old.entry if old else NULL)
            oracle.store(index, order, new)
        elif what == "set":
            api.set_mark(world.array, index, mark)
            if held:
                held.marks |= 1 << mark
        else:
            api.clear_mark(world.array, index, mark)
            if held:
                held.marks &= 7 ^ 1 << mark
        world.check()
    oracle.compare(world)
    for e in list(oracle.held):
        world.store(e.first, NULL, e.order)
        world.check()
    assert (world.array.head, world.array.marks, world.array.allocator.live) == (NULL, 0, 0)


@pytest.mark.parametrize("s", [1, 2, 3])
def test_against_the_oracle(s: int) -> None:
    @quickly
    @given(steps)
    def property_holds(todo: list[Step]) -> None:
        run(s, todo)

    property_holds()


def old_accounting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "_run_end", lambda node, end, s: end)


def marks_stay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "init_marks", lambda cursor: None)


def marks_get_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "squash_marks", lambda cursor, node: None)


def no_propagation(patch: pytest.MonkeyPatch) -> None:
    def set_mark(cursor: Cursor, mark: int) -> None:
        if cursor.node is not None:
            cursor.node.marks[mark] |= 1 << cursor.offset

    patch.setattr(marks, "set_mark", set_mark)


def no_callback(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Cursor, "tell", lambda self, node: None)


def nothing_freed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(create, "node_free", lambda array, node: None)


def no_shrinking_path(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "delete_node", lambda cursor: None)


PLANTED_RUN: list[Step] = [
    ("store", 0, 3, VALUE),
    ("store", 9, 0, VALUE),
    ("set", 9, 1, 0),
    ("store", 0, 0, POINTER),
    ("store", 16, 1, VALUE),
    ("set", 17, 2, 0),
    ("store", 10, 0, VALUE),
    ("set", 10, 0, 0),
    ("store", 8, 2, VALUE),
    ("store", 28, 0, VALUE),
    ("set", 28, 0, 0),
    ("store", 24, 3, VALUE),
    ("store", 20, 0, VALUE),
    ("erase", 17, 0, 0),
]


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (old_accounting, "nr_values|NULL|sibling"),
        (marks_stay, "NULL bears a mark"),
        (marks_get_lost, "sibling bears a mark"),
        (no_propagation, "marks do not add up"),
        (no_callback, "LRU"),
        (nothing_freed, "leaks"),
        (no_shrinking_path, "count is wrong"),
    ],
)
def test_planted_defects_are_seen(
    plant: Callable[[pytest.MonkeyPatch], None], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(2, PLANTED_RUN)
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=message):
        run(2, PLANTED_RUN)


def test_the_oracle_sees_a_lost_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_store_slots", lambda cursor, node, entry: None)
    with pytest.raises(AssertionError):
        run(2, [("store", 9, 0, VALUE)])


def test_storing_over_a_larger_entry_changes_its_whole_range() -> None:
    world = World(3)
    world.store(8, VALUE, 5)
    node = world.array.head
    assert isinstance(node, Node)
    assert (node.shift, node.count, node.nr_values) == (3, 4, 4)
    assert node.slots[:4] == [VALUE, mk_sibling(0), mk_sibling(0), mk_sibling(0)]
    world.store(30, POINTER)
    assert (node.count, node.nr_values) == (4, 0)
    assert api.load(world.array, 0) == POINTER
    assert api.get_order(world.array, 31) == 5
    world.store(17, VALUE, 4)
    assert (node.count, node.nr_values, api.get_order(world.array, 0)) == (4, 4, 5)
    world.store(17, NULL)
    assert (world.array.head, world.array.allocator.live) == (NULL, 0)


def test_old_entry_is_returned_for_order_zero() -> None:
    world = World(2)
    assert world.store(5, VALUE) == NULL
    assert world.store(5, POINTER) == VALUE
    assert world.store(5, POINTER, 1) == NULL


def test_larger_entry_frees_the_subtree_and_takes_its_marks() -> None:
    world = World(2)
    for index in range(16):
        world.store(index, VALUE)
    world.store(64, VALUE)
    world.mark(7, 5)
    assert world.array.allocator.live == 10
    subtree = iterate_to_node(world, 5)
    world.store(0, POINTER, 4)
    assert (world.array.allocator.live, world.marks(15)) == (5, 5)
    assert subtree.slots == [RETRY] * 4
    world.check()


def iterate_to_node(world: World, index: int) -> Node:
    cursor = Cursor(world.array, index)
    iterate.find(cursor, index)
    assert cursor.node is not None
    return cursor.node


def test_zero_entries() -> None:
    world = World(2)
    world.store(0, ZERO)
    assert isinstance(world.array.head, Node)
    assert api.load(world.array, 0) == NULL
    assert world.store(0, NULL) == ZERO
    assert world.array.allocator.live == 0


def test_first_failing_request_is_retried_with_permission_to_block() -> None:
    world = World(2)
    world.array.allocator.fail(2, blocking=False, nonblocking=True)
    assert world.store(17, VALUE) == NULL
    assert (world.array.allocator.requests, world.array.allocator.live) == (4, 3)
    world.check()


def test_finally_failing_store_leaves_the_nodes_made_until_then() -> None:
    world = World(2)
    world.array.allocator.limit(1)
    assert world.store(17, VALUE) == mk_error(ENOMEM)
    assert world.array.allocator.requests == 3
    root = world.array.head
    assert isinstance(root, Node)
    assert (root.shift, root.count, root.slots) == (4, 0, [NULL] * 4)
    world.array.allocator.limit(None)
    world.store(17, VALUE)
    world.check()


def test_lru_rule_holds_when_the_kind_changes() -> None:
    world = World(2)
    world.store(5, VALUE)
    world.store(5, POINTER)
    assert not world.lru.nodes
    world.store(5, VALUE)
    assert len(world.lru.nodes) == 1
