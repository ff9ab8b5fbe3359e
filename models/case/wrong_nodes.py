# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong in an array, in words that do not depend on where that is, nor on its size."""

from __future__ import annotations

from collections.abc import Iterator

from xarray_model import geometry
from xarray_model.entries import is_error, is_node, is_sibling, is_value, node_ordinal
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import ARRAY_RIGHT, ON_LRU, PARENT_RIGHT, NodePicture, Snapshot

LRU = "LRU not as count and nr_values tell"
_SPLITS = frozenset({Code.SPLIT, Code.TRY_SPLIT, Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALONE})


def during_split(operation: Operation | None) -> str:
    """Whether a split shows it, in a prefix."""
    return "split: " if operation and operation.code in (*_SPLITS, Code.COUNT_ALLOC) else ""


def _kind(entry: int, operation: Operation, s: int) -> str:
    if not entry:
        return "nothing"
    if is_node(entry):
        return "a node"
    if is_sibling(entry, s):
        return "a sibling"
    if operation.code in _SPLITS and entry == operation.entry:
        return "the new entry"
    return "an entry" if not is_error(entry) else "an error"


def snapshots(operation: Operation, index: int, want: Snapshot, have: Snapshot) -> Iterator[str]:
    """How the array is after ``operation``, which is at ``index``, told by what is wrong in it."""
    during = during_split(operation)
    yield from (during + one for one in _array(operation, want, have))
    if not have.nodes or not want.nodes:
        return
    met: set[tuple[int, int]] = set()
    stack = [(0, 0, 0)]
    while stack:
        one, other, base = stack.pop()
        if (one, other) in met:
            continue
        met.add((one, other))
        mine, theirs = want.nodes[one], have.nodes[other]
        role = _role(operation, index, base, mine.shift, want.chunk_shift)
        yield from (f"{role}: {told}" for told in _node(operation, have, mine, theirs))
        for slot, (x, y) in enumerate(zip(mine.slots, theirs.slots, strict=True)):
            if is_node(x) and is_node(y) and node_ordinal(y) < len(have.nodes):
                stack.append((node_ordinal(x), node_ordinal(y), base + (slot << mine.shift)))


def _array(operation: Operation, want: Snapshot, have: Snapshot) -> Iterator[str]:
    """What is wrong with the array itself."""
    if have.flags:
        yield "malformed tree"
    reachable = len(have.nodes) - len(want.nodes)
    live = have.live_nodes - want.live_nodes
    if live != reachable:
        yield f"{'more' if live > reachable else 'fewer'} live nodes"
    if have.stray_lru != want.stray_lru:
        yield "stray nodes on the LRU"
    if have.nodes and want.nodes:
        marks = sum(1 << mark for mark in range(3) if have.nodes[0].marks[mark])
        if have.marks != marks and have.marks != want.marks:
            yield f"array marks {'missing' if marks & ~have.marks else 'too many'}"
        return
    if have.head != want.head:
        words = (_kind(one.head, operation, one.chunk_shift) for one in (want, have))
        yield f"head: {' is '.join(words)}"
    if have.marks != want.marks:
        yield f"array marks {'missing' if want.marks & ~have.marks else 'too many'}"


def _role(operation: Operation, index: int, base: int, shift: int, s: int) -> str:
    if operation.code not in _SPLITS:
        return "node"
    order = operation.order
    first = index >> order << order
    level = geometry.node_shift(order, s)
    if shift == level and base <= first < base + (1 << shift + s):
        return "split node"
    if shift < level and first <= base < first + (1 << order):
        return "new node"
    return "other node"


def _node(
    operation: Operation, have: Snapshot, mine: NodePicture, theirs: NodePicture
) -> Iterator[str]:
    """What is wrong in a node."""
    s = have.chunk_shift
    if theirs.shift != mine.shift:
        yield f"shift {'high' if theirs.shift > mine.shift else 'low'}"
    if theirs.offset != mine.offset:
        yield "offset"
    if not theirs.flags & PARENT_RIGHT:
        yield "parent"
    if not theirs.flags & ARRAY_RIGHT:
        yield "array"
    filled = sum(1 for entry in theirs.slots if entry)
    if theirs.count != filled:
        yield f"count {'high' if theirs.count > filled else 'low'}"
    if theirs.nr_values != (values := _values(theirs, s)):
        yield f"nr_values {'high' if _signed(theirs.nr_values - values) > 0 else 'low'}"
    if bool(theirs.flags & ON_LRU) != bool(theirs.count and theirs.count == theirs.nr_values):
        yield LRU
    for x, y in zip(mine.slots, theirs.slots, strict=True):
        if x != y and not (is_node(x) and is_node(y)):
            one, other = _kind(x, operation, s), _kind(y, operation, s)
            yield f"{one} is {'another' if one == other else other}"
    for mark in range(3):
        yield from _marks(have, mine, theirs, mark)


def _marks(have: Snapshot, mine: NodePicture, theirs: NodePicture, mark: int) -> Iterator[str]:
    """Marks of entries that are not as they should be, and marks of nodes that their children do
    not bear."""
    want, found = mine.marks[mark], theirs.marks[mark]
    for slot, entry in enumerate(theirs.slots):
        due, kind = bool(want >> slot & 1), "entry"
        if is_node(entry) and node_ordinal(entry) < len(have.nodes):
            due, kind = bool(have.nodes[node_ordinal(entry)].marks[mark]), "child"
        elif is_sibling(entry, have.chunk_shift):
            due, kind = False, "sibling"
        elif not entry:
            # Where nothing should be, either, a mark may be due that tells that the slot is free.
            due, kind = due and not mine.slots[slot], "nothing"
        if due != bool(found >> slot & 1):
            yield f"mark of {kind} {'missing' if due else 'too many'}"


def _signed(number: int) -> int:
    return (number + 128) % 256 - 128


def _values(node: NodePicture, s: int) -> int:
    count = 0
    for entry in node.slots:
        if is_value(entry):
            count += 1
        elif is_sibling(entry, s):
            target = entry >> 2
            if target < len(node.slots) and is_value(node.slots[target]):
                count += 1
    return count
