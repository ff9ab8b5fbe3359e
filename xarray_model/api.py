# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole operations on an array, for callers that need no cursor (the ``xa_`` functions).

``store_order`` is a helper of the kernel's own test; the others are in ``lib/xarray.c``.
"""

from __future__ import annotations

from xarray_model import geometry, iterate, marks, store, walk
from xarray_model.array import XArray
from xarray_model.create import create, free_nodes
from xarray_model.cursor import WALKED, Cursor, Update, nomem
from xarray_model.entries import EBUSY, NULL, RETRY, ZERO, is_error, mk_error
from xarray_model.flags import FREE_MARK
from xarray_model.node import Entry, Node


def load(array: XArray, index: int) -> Entry:
    """The entry at ``index``; NULL for a ZERO entry."""
    cursor = Cursor(array, index)
    entry = walk.load(cursor)
    while entry == RETRY:
        cursor.reset()
        entry = walk.load(cursor)
    return NULL if entry == ZERO else entry


def find_after(array: XArray, index: int, last: int, mark: int | None = None) -> tuple[int, Entry]:
    """The first entry that begins after ``index`` and at ``last`` at most, of those that bear
    ``mark`` if one is given, and its index; (0, NULL) when there is none.  ZERO entries are passed
    by."""
    if index < array.last_index:
        cursor = Cursor(array, index + 1)
        while (entry := _next(cursor, last, mark)) != NULL:
            if entry != ZERO and walk.slot_index(cursor) > index:
                return cursor.index, entry
    return 0, NULL


def extract(
    array: XArray, index: int, last: int, room: int, mark: int | None = None
) -> list[Entry]:
    """The first ``room`` entries of an iteration from ``index`` to ``last``, of those that bear
    ``mark`` if one is given; ZERO entries are passed by."""
    found: list[Entry] = []
    cursor = Cursor(array, index)
    while len(found) < room and (entry := _next(cursor, last, mark)) != NULL:
        if entry != ZERO:
            found.append(entry)
    return found


def _next(cursor: Cursor, last: int, mark: int | None) -> Entry:
    if mark is None:
        return iterate.find(cursor, last)
    return iterate.find_marked(cursor, last, mark)


def get_order(array: XArray, index: int) -> int:
    """The order of the entry at ``index``; 0 where there is none."""
    cursor = Cursor(array, index)
    return walk.get_order(cursor) if walk.load(cursor) != NULL else 0


def store_order(
    array: XArray,
    index: int,
    order: int,
    entry: int,
    update: Update | None = None,
    *,
    lru: bool = False,
) -> Entry:
    """Store ``entry`` with ``order`` around ``index`` (NULL erases), taking the lock and
    allocating as needed.

    Returns the old entry for order 0, NULL for larger orders, or an error word.
    """
    return store_through(Cursor(array, index, order, update, lru), entry)


def store_through(cursor: Cursor, entry: int) -> Entry:
    """Store ``entry`` through a cursor, as ``store_order`` does and with its result; what is stored
    in an array that tracks free indices is then no longer free, as ``__xa_store`` sees to it."""
    array = cursor.array
    again = True
    while again:
        array.locked = True
        old = store.store(cursor, entry)
        if entry != NULL and array.tracks_free:
            marks.clear_mark(cursor, FREE_MARK)
        array.locked = False
        again = nomem(cursor)
    if cursor.errno:
        return mk_error(cursor.errno)
    return old if cursor.order == 0 else NULL


def cmpxchg(array: XArray, index: int, old: int, entry: int) -> Entry:
    """Store ``entry`` at ``index`` if ``old`` is there (NULL: nothing), as order-0 stores do.

    Returns what was there, NULL for a ZERO entry, or an error word.
    """
    was = _exchange(array, index, old, entry)
    return NULL if was == ZERO else was


def insert(array: XArray, index: int, entry: int) -> int:
    """Store ``entry``, or reserve where it is NULL, if nothing is at ``index``, not even a ZERO
    entry; 0 or an error word, that of -EBUSY where something is."""
    was = _exchange(array, index, NULL, entry or ZERO)
    if was == NULL or is_error(was):
        return int(was != NULL and was)
    return mk_error(EBUSY)


def reserve(array: XArray, index: int) -> int:
    """Store a ZERO entry at ``index`` if nothing is there; 0 or an error word."""
    was = _exchange(array, index, NULL, ZERO)
    return was if is_error(was) else 0


def release(array: XArray, index: int) -> None:
    """Erase the ZERO entry at ``index`` if it is one."""
    _exchange(array, index, ZERO, NULL)


def _exchange(array: XArray, index: int, old: int, entry: int) -> int:
    cursor = Cursor(array, index)
    again = True
    was: Entry = NULL
    while again:
        array.locked = True
        was = walk.load(cursor)
        if was == old:
            store.store(cursor, entry)
            if was == NULL and entry != NULL and array.tracks_free:
                marks.clear_mark(cursor, FREE_MARK)
        array.locked = False
        again = nomem(cursor)
    assert not isinstance(was, Node), "a walk with order 0 ends at an entry"
    return mk_error(cursor.errno) if cursor.errno else was


def store_range(array: XArray, first: int, last: int, entry: int) -> int:
    """Store ``entry`` at all indices from ``first`` to ``last``, or erase them; 0 or an error word.

    It becomes several entries, each as many slots as one node has of the range
    (``geometry.range_pieces``).  There is room for the last index before anything is stored; what
    is stored when memory runs out stays.  ValueError for a range up to the very last index.
    """
    if not first <= last < array.last_index:
        raise ValueError(f"{first} to {last} is no range below the last index of all")
    cursor = Cursor(array, first)
    pieces = list(reversed(geometry.range_pieces(first, last, array.s)))
    again = True
    while again:
        array.locked = True
        if entry != NULL:
            end = last + 1
            cursor.set((end & -end).bit_length() - 1, last)
            create(cursor, True)
        while pieces and not cursor.errno:
            cursor.set_slots(*pieces[-1])
            store.store(cursor, entry)
            if not cursor.errno:
                pieces.pop()
        array.locked = False
        again = nomem(cursor)
    return mk_error(cursor.errno) if cursor.errno else 0


def get_mark(array: XArray, index: int, mark: int) -> bool:
    """Whether the entry at ``index`` bears the mark (0..2)."""
    cursor = Cursor(array, index)
    entry = walk.start(cursor)
    while marks.get_mark(cursor, mark):
        if not isinstance(entry, Node):
            return True
        entry = walk.descend(cursor, entry)
    return False


def set_mark(array: XArray, index: int, mark: int) -> None:
    """Set the mark on the entry at ``index``, if there is one."""
    cursor = Cursor(array, index)
    if walk.load(cursor) != NULL:
        marks.set_mark(cursor, mark)


def clear_mark(array: XArray, index: int, mark: int) -> None:
    """Clear the mark of the entry at ``index``, if there is one."""
    cursor = Cursor(array, index)
    if walk.load(cursor) != NULL:
        marks.clear_mark(cursor, mark)


def destroy(array: XArray) -> None:
    """Erase everything and free all nodes; no callback is told."""
    cursor = Cursor(array, 0)
    cursor.state = WALKED
    head = array.head
    array.journal.set_head(array, NULL)
    marks.init_marks(cursor)
    if array.zero_busy:
        marks.clear_mark(cursor, FREE_MARK)
    if isinstance(head, Node):
        free_nodes(cursor, head)
