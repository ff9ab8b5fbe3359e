# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract of a split, as far as the array before and after decides it.

The clauses are stated in ``specs/contract.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

from specs.abstract import AbstractArray, Item
from specs.contract import (
    ENTRIES,
    INDEX,
    MARKS,
    MERGE,
    NEW_NODES,
    NODES_OUTSIDE,
    OUTSIDE,
    UNCHANGED,
    nodes_needed,
)
from specs.property import Judgement
from specs.survey import Contents, Place
from specs.view import View
from xarray_model.operations import Operation
from xarray_model.snapshot import ON_LRU


def split_place(operation: Operation, s: int) -> tuple[Place, range]:
    """The place of the node that holds the old entry of a split, and the entry's slots there."""
    order = operation.order
    first = operation.index >> order << order
    shift = order // s * s
    base = first >> shift + s << shift + s
    slot = first - base >> shift
    return Place(base, shift), range(slot, slot + (1 << order - shift))


def judge_unchanged(before: View, after: View) -> Iterator[Judgement]:
    """Judge what a split that failed or was refused leaves."""
    yield UNCHANGED
    if before.data != after.data:
        yield UNCHANGED.broken(difference(before, after))


def judge_effect(
    operation: Operation, before: View, after: View, taken: int = 0
) -> Iterator[Judgement]:
    """Judge what a SPLIT or TRY_SPLIT that succeeded made of the array; ``taken``: nodes that it
    took from the case's cursor, where they were live before."""
    if before.abstract is not None and after.abstract is not None:
        yield ENTRIES
        found = before.abstract.at(operation.index)
        if found is not None and found[1].marks:
            yield MARKS
        if len(before.abstract.items()) > 1:
            yield OUTSIDE
        expected = before.abstract.split(
            operation.index, operation.order, operation.new_order, operation.entry
        )
        if expected != after.abstract:
            yield from _abstract_effect(operation, expected, after.abstract)
    yield from _structure(operation, before, after, taken)


def judge_merge(before_split: View, after: View) -> Iterator[Judgement]:
    """Judge the array after the old entry was stored again at the old order over a split range."""
    yield MERGE
    if before_split.data != after.data:
        yield MERGE.broken(difference(before_split, after))


def judge_index(first: tuple[int, View], other: tuple[int, View]) -> Iterator[Judgement]:
    """Judge the outcomes of the same split of the same array at two indices inside the entry."""
    yield INDEX
    if first[1].data != other[1].data:
        yield INDEX.broken(
            f"index {first[0]} and index {other[0]} differ: {difference(first[1], other[1])}"
        )


def _abstract_effect(
    operation: Operation, expected: AbstractArray, found: AbstractArray
) -> Iterator[Judgement]:
    first = operation.index >> operation.order << operation.order
    last = first + (1 << operation.order) - 1
    want, have = expected.items(), found.items()
    for start in sorted(want.keys() | have.keys()):
        one, other = want.get(start), have.get(start)
        if one == other:
            continue
        detail = f"index {start}: expected {tell(one)}, found {tell(other)}"
        if not first <= start <= last:
            yield OUTSIDE.broken(detail)
        elif one is None or other is None or one._replace(marks=0) != other._replace(marks=0):
            yield ENTRIES.broken(detail)
        else:
            yield MARKS.broken(detail)


def _structure(operation: Operation, before: View, after: View, taken: int) -> Iterator[Judgement]:
    s = before.snapshot.chunk_shift
    yield NODES_OUTSIDE
    yield from _new_nodes(operation, before, after, s, taken)
    if (before.snapshot.head, before.snapshot.marks) != (after.snapshot.head, after.snapshot.marks):
        yield NODES_OUTSIDE.broken("the head or the array's marks changed")
    split, slots = split_place(operation, s)
    for place, was in before.contents.items():
        now = after.contents.get(place)
        same = was == now
        if place == split and now is not None:
            same = _rest(was, slots) == _rest(now, slots)
        if not same:
            yield NODES_OUTSIDE.broken(
                f"the node at index {place.first}, shift {place.shift}: {was} became {now}"
            )


def _new_nodes(
    operation: Operation, before: View, after: View, s: int, taken: int
) -> Iterator[Judgement]:
    order, new_order = operation.order, operation.new_order
    need = nodes_needed(order, new_order, s)
    if need:
        yield NEW_NODES
    grown = after.snapshot.live_nodes - before.snapshot.live_nodes + taken
    if grown != need:
        yield NEW_NODES.broken(f"expected {need} more live nodes, there are {grown} more")
    first = operation.index >> order << order
    wanted = {
        Place(start, shift)
        for shift in range(new_order // s * s, order // s * s, s)
        for start in range(first, first + (1 << order), 1 << shift + s)
    }
    for place in sorted((after.contents.keys() - before.contents.keys()) ^ wanted):
        what = "is no new node" if place in wanted else "is a new node that the split does not need"
        yield NEW_NODES.broken(f"index {place.first}, shift {place.shift}: there {what}")


def _rest(contents: Contents, slots: range) -> tuple[object, ...]:
    """What a split may not change in its node: all but the entry's slots, nr_values and LRU."""
    entry_bits = sum(1 << slot for slot in slots)
    return (
        contents.offset,
        contents.filled,
        contents.flags & ~ON_LRU,
        contents.slots[: slots.start],
        contents.slots[slots.stop :],
        *((word | entry_bits) for word in contents.marks),
    )


def difference(one: View, other: View) -> str:
    """The first difference between two snapshots, in words."""
    a, b = one.snapshot, other.snapshot
    for name in ("chunk_shift", "marks", "flags", "live_nodes", "stray_lru", "head"):
        if getattr(a, name) != getattr(b, name):
            return f"{name}: expected {getattr(a, name):#x}, found {getattr(b, name):#x}"
    for ordinal, (was, now) in enumerate(zip(a.nodes, b.nodes, strict=False)):
        if was != now:
            return f"{one.survey.path(ordinal)}: expected {was}, found {now}"
    return f"expected {len(a.nodes)} nodes, found {len(b.nodes)}"


def tell(item: Item | None) -> str:
    """An item of the abstract array in words."""
    if item is None:
        return "no entry that begins here"
    size = f"{item.extent} indices" if item.extent else f"order {item.order}"
    return f"entry {item.entry:#x} of {size} with marks {item.marks:03b}"
