# SPDX-License-Identifier: GPL-2.0-or-later
"""Iteration through a cursor: find, find_marked, next, prev, pause.

Facts: ``xas_find``, ``xas_find_marked``, ``xas_next``, ``xas_prev`` and ``xas_pause`` in
``lib/xarray.c`` and ``include/linux/xarray.h``.
"""

from __future__ import annotations

from xarray_model.cursor import BOUNDS, ERROR, RESTART, WALKED, Cursor
from xarray_model.entries import NULL, sibling_offset
from xarray_model.flags import FREE_MARK
from xarray_model.geometry import max_index, moved_index, offset_of
from xarray_model.node import Entry, Node, is_sibling
from xarray_model.walk import load


def _move_index(cursor: Cursor, node: Node, offset: int) -> None:
    array = cursor.array
    cursor.index = moved_index(cursor.index, offset, node.shift, array.s, array.width)


def _next_offset(cursor: Cursor, node: Node) -> None:
    cursor.offset += 1
    _move_index(cursor, node, cursor.offset)


def find(cursor: Cursor, last: int) -> Entry:
    """The next entry at or after the cursor's index (after it, once walked), up to ``last``.

    NULL when there is none.  The index of a cursor that starts inside an entry stays inside.
    """
    if cursor.state in (ERROR, BOUNDS):
        return NULL
    if cursor.index > last:
        cursor.set_bounds()
        return NULL
    if cursor.state is RESTART:
        entry = load(cursor)
        if entry != NULL or cursor.node is None:
            return entry
    elif cursor.node is None:
        cursor.index = 1
        cursor.set_bounds()
        return NULL
    elif not cursor.node.shift and cursor.offset != offset_of(cursor.index, 0, cursor.array.s):
        # The index was moved on inside the entry by its user.
        cursor.offset = offset_of(cursor.index - 1, 0, cursor.array.s) + 1
    return _find_from(cursor, last)


def _find_from(cursor: Cursor, last: int) -> Entry:
    node = cursor.node
    assert node is not None
    _next_offset(cursor, node)
    while node is not None and cursor.index <= last:
        if cursor.offset == cursor.array.slots:
            cursor.offset = node.offset + 1
            cursor.node = node = node.parent
            continue
        entry = node.slots[cursor.offset]
        if isinstance(entry, Node):
            cursor.node = node = entry
            cursor.offset = 0
            continue
        if entry != NULL and not is_sibling(entry, cursor.array.s):
            return entry
        _next_offset(cursor, node)
    if node is None:
        cursor.set_bounds()
    return NULL


def find_marked(cursor: Cursor, last: int, mark: int, *, siblings: bool = False) -> Entry:
    """The next entry that bears ``mark``, at or after the cursor's index (after it, once walked),
    up to ``last``; NULL when there is none.

    A sibling bears no mark.  Where one does, it is passed by, or with ``siblings`` returned, as
    released kernels do.  Free indices bear the mark that tells so: for that one, in an array that
    tracks them, NULL may be such an index as well, where the cursor then stands; it does not if it
    is to be walked anew.
    """
    if cursor.state is ERROR:
        return NULL
    if cursor.state is BOUNDS and cursor.index == 0:
        # Paused at the last index, which wrapped.  Released kernels begin again at the head.
        return NULL
    if cursor.index > last:
        cursor.reset()
        return NULL
    advance = cursor.state is WALKED
    if advance and cursor.node is None:
        cursor.index = 1
        return _none_marked(cursor, last)
    if not advance:
        array = cursor.array
        head = array.head
        cursor.state = WALKED
        cursor.node = None
        reach = max_index(head.shift, array.s, array.width) if isinstance(head, Node) else 0
        if cursor.index > reach:
            return _none_marked(cursor, last)
        if not isinstance(head, Node):
            if array.marks >> mark & 1:
                return head
            cursor.index = 1
            return _none_marked(cursor, last)
        cursor.node = head
        cursor.offset = cursor.index >> head.shift
    return _find_marked_from(cursor, last, mark, advance, siblings)


def _none_marked(cursor: Cursor, last: int) -> Entry:
    if cursor.index > last:
        cursor.reset()
    else:
        cursor.set_bounds()
    return NULL


def _find_marked_from(cursor: Cursor, last: int, mark: int, advance: bool, siblings: bool) -> Entry:
    array = cursor.array
    node = cursor.node
    assert node is not None
    while cursor.index <= last:
        if cursor.offset == array.slots:
            cursor.offset = node.offset + 1
            if node.parent is None:
                break
            cursor.node = node = node.parent
            advance = False
            continue
        if not advance:
            entry = node.slots[cursor.offset]
            if is_sibling(entry, array.s):
                cursor.offset = sibling_offset(entry)
                _move_index(cursor, node, cursor.offset)
        offset = _find_chunk(node.marks[mark], cursor.offset + advance, array.slots)
        if offset > cursor.offset:
            advance = False
            _move_index(cursor, node, offset)
            if cursor.index == 0 or cursor.index > last:
                cursor.reset()
                return NULL
            cursor.offset = offset
            if offset == array.slots:
                continue
        entry = node.slots[cursor.offset]
        if entry == NULL and mark == FREE_MARK and array.tracks_free:
            return NULL
        if entry == NULL or (is_sibling(entry, array.s) and not siblings):
            continue
        if not isinstance(entry, Node):
            return entry
        cursor.node = node = entry
        cursor.offset = offset_of(cursor.index, node.shift, array.s)
    return _none_marked(cursor, last)


def _find_chunk(word: int, offset: int, slots: int) -> int:
    """The first slot from ``offset`` whose bit is set in ``word``, or ``slots``."""
    rest = word >> offset
    if not rest:
        return slots
    return offset + (rest & -rest).bit_length() - 1


def conflicts(cursor: Cursor) -> list[Entry]:
    """The entries that lie in the cursor's range, or the one around it, in order
    (``xas_for_each_conflict`` to its end, under the lock).

    The cursor, not walked yet, then stands where an entry of its order is to be stored.
    """
    top = load(cursor)
    node = cursor.node
    if node is None or node.shift > cursor.shift:
        return _entries_below(cursor, top)
    slots = node.slots[cursor.offset : cursor.offset + cursor.sibs + 1]
    return [entry for slot in slots for entry in _entries_below(cursor, slot)]


def _entries_below(cursor: Cursor, top: Entry) -> list[Entry]:
    if isinstance(top, Node):
        return [entry for slot in top.slots for entry in _entries_below(cursor, slot)]
    return [] if top == NULL or is_sibling(top, cursor.array.s) else [top]


def pause(cursor: Cursor) -> None:
    """Prepare for the lock to be dropped: the next walk starts behind the current entry.

    The index moves to the first one after the whole entry, wherever inside it the cursor was.
    Linux 6.1, 6.12 and 7.3 do otherwise: known deviations ``pause-inside`` and
    ``pause-inside-slots``.
    """
    if cursor.state is not WALKED:
        return
    node = cursor.node
    if node is None:
        cursor.index += 1
        cursor.reset()
        return
    array = cursor.array
    offset = cursor.offset + 1
    while offset < array.slots and is_sibling(node.slots[offset], array.s):
        offset += 1
    _move_index(cursor, node, offset)
    cursor.reset()
    if cursor.index == 0:
        cursor.set_bounds()


def next(cursor: Cursor) -> Entry:
    """Move one index on and return the raw content of its slot, which may be a sibling entry.

    A cursor that was not walked yet is walked to its index first, without moving.  NULL outside
    the tree.
    """
    return _step(cursor, 1)


def prev(cursor: Cursor) -> Entry:
    """Move one index back, otherwise as ``next``."""
    return _step(cursor, -1)


def _step(cursor: Cursor, by: int) -> Entry:
    array = cursor.array
    old = cursor.index
    if cursor.state not in (RESTART, ERROR):
        cursor.index = (old + by) & array.last_index
    if cursor.state is not WALKED:
        return load(cursor)
    node = cursor.node
    # Released kernels step from the cursor's slot, not from its index, and so go astray when the
    # cursor was walked to the middle of an entry and stands on the canonical slot.
    wraps = cursor.index != old + by
    while node is not None and (
        wraps or old >> node.shift >> array.s != cursor.index >> node.shift >> array.s
    ):
        node = node.parent
    if node is None:
        cursor.set_bounds()
        return NULL
    while True:
        cursor.node = node
        cursor.offset = offset_of(cursor.index, node.shift, array.s)
        entry = node.slots[cursor.offset]
        if not isinstance(entry, Node):
            return entry
        node = entry
