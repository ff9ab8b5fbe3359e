# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole operations on an array, for callers that need no cursor (the ``xa_`` functions).

``store_order`` is a helper of the kernel's own test; the others are in ``lib/xarray.c``.
"""

from __future__ import annotations

from xarray_model import iterate, marks, store, walk
from xarray_model.array import XArray
from xarray_model.create import free_nodes
from xarray_model.cursor import WALKED, Cursor, Update, nomem
from xarray_model.entries import NULL, RETRY, ZERO, mk_error
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
            order = walk.get_order(cursor)
            if entry != ZERO and cursor.index >> order << order > index:
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
