# SPDX-License-Identifier: GPL-2.0-or-later
"""What the theorems say, evaluated on the executable model's real trees.

Small splits are all tried for s = 1..4, larger ones and s = 6 by a fixed choice.
"""

from collections import Counter

import pytest
import z3

from proofs import formulas, n3_stack
from xarray_model import api, entries, geometry, picture, split, split_recursive
from xarray_model.array import XArray
from xarray_model.cursor import Cursor, destroy
from xarray_model.entries import is_sibling, is_value, mk_value, sibling_offset
from xarray_model.node import Node
from xarray_model.snapshot import NodePicture, Snapshot, decode
from xarray_model.try_split import try_split

SMALL = [
    (s, order, new_order)
    for s in (1, 2, 3, 4)
    for order in range(1, {1: 7, 2: 7, 3: 8, 4: 9}[s])
    for new_order in range(order + 1)
]
SAMPLED = [(6, 7, 0), (6, 9, 4), (6, 12, 0), (6, 13, 5), (6, 11, 8), (4, 13, 2), (1, 63, 58)]
CASES = SMALL + SAMPLED
OLD, OTHER = 0x1000, mk_value(7)


def prepared(s: int, order: int, old: int, place: int) -> tuple[XArray, int]:
    """An array with the entry at the ``place``-th range of its order, which has two marks, and a
    neighbour where there is room; and the entry's first index."""
    array = XArray(s)
    base = (place << order) % (1 << 64)
    api.store_order(array, base, order, old)
    api.set_mark(array, base, 0)
    api.set_mark(array, base, 2)
    neighbour = base ^ 1 << order
    if order < 63:
        api.store_order(array, neighbour, order, OTHER)
        api.set_mark(array, neighbour, 1)
    return array, base


def do_split(array: XArray, index: int, order: int, new_order: int, entry: int, twin=split) -> int:  # type: ignore[no-untyped-def]
    """Split; the number of nodes that the allocation took."""
    cursor = Cursor(array, index, new_order)
    before = array.allocator.requests
    split.split_alloc(cursor, entry, order)
    taken = array.allocator.requests - before
    array.locked = True
    twin.split(cursor, entry, order)
    array.locked = False
    assert cursor.preallocated() == 0  # N3: exactly what was allocated is consumed
    destroy(cursor)
    return taken


def snapshot(array: XArray) -> Snapshot:
    return decode(picture.encode(array))


def at(node: NodePicture, slot: int) -> tuple[int, int]:
    """The canonical slot behind a slot and its entry."""
    entry = node.slots[slot]
    if is_sibling(entry, (len(node.slots) - 1).bit_length()):
        slot = sibling_offset(entry)
    return slot, node.slots[slot]


def path_to(picture_: Snapshot, index: int) -> list[tuple[NodePicture, int]]:
    """Nodes and slots that the walk to an index goes through, the last with its canonical slot."""
    node, path = picture_.child(picture_.head), []
    while node is not None:
        slot, entry = at(node, (index >> node.shift) % len(node.slots))
        path.append((node, slot))
        node = picture_.child(entry)
    return path


@pytest.mark.parametrize(("s", "order", "new_order"), CASES)
def test_the_theorems_hold_of_real_trees(s: int, order: int, new_order: int) -> None:
    chunk = 1 << s
    for old, new, place in (
        (OLD, mk_value(3), 1),
        (mk_value(5), OLD, 0),
        (OLD, OLD, 2 if order < 62 else 0),
    ):
        array, base = prepared(s, order, old, place)
        index = base + ((1 << order) - 1) // 3
        before = snapshot(array)
        taken = do_split(array, index, order, new_order, new)
        after = snapshot(array)
        levels = order // s - new_order // s
        slots = 1 << order % s
        # N1
        assert (
            taken == formulas.nodes_of(order, new_order, s) == len(after.nodes) - len(before.nodes)
        )
        assert taken * (chunk - 1) == slots * (chunk**levels - 1)
        # S1, S2, S3 and M1, for the ends of some new entries and an index inside
        entries_there = 1 << (order - new_order)
        chosen = sorted(
            {0, 1, 2, entries_there // 2, entries_there - 1} & set(range(entries_there))
        )
        if entries_there <= 64:
            chosen = list(range(entries_there))
        leaves = set()
        for number in chosen:
            first = base + (number << new_order)
            for offset in {0, (1 << new_order) - 1, (1 << new_order) // 2}:
                path = path_to(after, first + offset)
                leaf, slot = path[-1]
                run = 1 << new_order % s
                assert leaf.shift == new_order - new_order % s
                assert slot == (first >> leaf.shift) % chunk and slot % run == 0
                assert leaf.slots[slot] == new
                assert all(
                    sibling_offset(leaf.slots[k]) == slot < chunk - 1
                    for k in range(slot + 1, slot + run)
                )
                assert api.get_order(array, first + offset) == new_order
                assert [leaf.marks[mark] >> slot & 1 for mark in range(3)] == [1, 0, 1]
                assert all(
                    not leaf.marks[mark] >> k & 1
                    for mark in range(3)
                    for k in range(slot + 1, slot + run)
                )
                for node, step in path[:-1]:
                    below = after.child(node.slots[step])
                    assert below is not None and below.offset == step
                    assert all(
                        (node.marks[m] >> step & 1) == (below.marks[m] != 0) for m in range(3)
                    )
            leaves.add(
                (
                    path_to(after, first)[-1][0].offset,
                    first >> (new_order - new_order % s + s),
                    slot,
                )
            )
        assert len(leaves) == len(chosen)
        # S1: indices outside keep their entries
        for outside in (base - 1, base + (1 << order)):
            if 0 <= outside < 1 << 64:
                assert [step for _, step in path_to(before, outside)] == [
                    step for _, step in path_to(after, outside)
                ]
        # V1
        for node in after.nodes:
            shown = [at(node, slot)[1] for slot in range(chunk)]
            assert node.count == sum(entry != entries.NULL for entry in shown)
            assert node.nr_values == sum(is_value(entry) for entry in shown)
        split_node, was = path_to(after, index), path_to(before, index)
        top_after = next(node for node, _ in split_node if node.shift == order - order % s)
        top_before = was[-1][0]
        gained = 0 if levels else slots * is_value(new)
        assert top_after.count == top_before.count
        assert top_after.nr_values == top_before.nr_values + gained - slots * is_value(old)
        # E1
        twin_array, _ = prepared(s, order, old, place)
        do_split(twin_array, index, order, new_order, new, split_recursive)
        assert snapshot(twin_array).nodes == after.nodes
        # X1
        api.store_order(array, base, order, old)
        assert snapshot(array).nodes == before.nodes


@pytest.mark.parametrize(("s", "order"), [(1, 6), (2, 7), (3, 7), (3, 9), (4, 9), (6, 13)])
def test_the_builder_takes_the_steps_that_the_counters_predict(
    s: int, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = n3_stack.builder_of(order, s)
    after = builder.after()
    states: list[list[int]] = []
    push = split._push

    def recording(cursor: Cursor, stack: Node | None, node: Node) -> Node:
        pushed = push(cursor, stack, node)
        waiting: Counter[int] = Counter()
        below: Node | None = pushed
        while below is not None:
            waiting[below.shift // s] += 1
            below = below.parent
        states.append([waiting[level] for level in range(builder.levels)])
        return pushed

    monkeypatch.setattr(split, "_push", recording)
    array, base = prepared(s, order, OLD, 0)
    taken = do_split(array, base, order, 0, OLD)
    assert len(states) == taken == geometry.split_nodes(order, 0, s)

    def evaluate(term: z3.ExprRef, state: list[int]) -> z3.ExprRef:
        values = [(w, z3.IntVal(v)) for w, v in zip(builder.waiting, state, strict=True)]
        return z3.simplify(z3.substitute(term, *values, (builder.base, z3.IntVal(0))))

    for used, (state, following) in enumerate(
        zip([[0] * builder.levels, *states], states, strict=False)
    ):
        assert [evaluate(count, state).as_long() for count in after] == following
        assert z3.is_true(evaluate(builder.invariant(builder.waiting), state))
        assert evaluate(builder.used(builder.waiting), state).as_long() == used
        assert z3.is_false(evaluate(builder.finished(), state))
    assert z3.is_true(evaluate(builder.finished(), states[-1]))


def test_staged_splits_and_walks_take_what_the_theorems_say() -> None:
    for s in range(1, 7):
        for order in range(64):
            for new_order in range(order + 1):
                direct = geometry.split_nodes(order, new_order, s)
                assert direct == formulas.nodes_of(order, new_order, s)
                assert geometry.try_split_nodes(order, new_order, s) == order // s - new_order // s
                for middle in range(new_order, order + 1, 5):
                    parts = geometry.split_nodes(middle, new_order, s) << (order - middle)
                    assert direct == geometry.split_nodes(order, middle, s) + parts


@pytest.mark.parametrize(("s", "order", "new_order"), [(2, 6, 0), (3, 8, 1), (6, 18, 0), (4, 9, 0)])
def test_a_walk_of_real_try_split_steps(s: int, order: int, new_order: int) -> None:
    array, base = prepared(s, order, OLD, 0)
    before, current = array.allocator.requests, order
    while current > new_order:
        lower = max(new_order, geometry.try_split_min_order(current, s))
        cursor = Cursor(array, base + 1, lower)
        array.locked = True
        try_split(cursor, OLD, current)
        array.locked = False
        assert not cursor.errno
        destroy(cursor)
        current = lower
    assert array.allocator.requests - before == order // s - new_order // s
    assert api.get_order(array, base + 1) == new_order
