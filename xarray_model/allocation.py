# SPDX-License-Identifier: GPL-2.0-or-later
"""Storing at an index that is free, in an array that tracks which are (``xa_alloc``).

Facts: ``__xa_alloc`` and ``__xa_alloc_cyclic`` in ``lib/xarray.c``.
"""

from __future__ import annotations

from dataclasses import dataclass

from xarray_model import iterate, marks, store
from xarray_model.array import XArray
from xarray_model.cursor import RESTART, Cursor, nomem
from xarray_model.entries import EBUSY, EINVAL, ZERO, is_error, mk_error
from xarray_model.flags import FREE_MARK, ArrayFlag
from xarray_model.gfp import KERNEL, Gfp
from xarray_model.operations import LAST_ID


@dataclass(frozen=True, slots=True)
class Limit:
    """The indices that may be found, from ``first`` to ``last`` (``struct xa_limit``); none if
    ``last`` is less.  Both have 32 bits."""

    first: int
    last: int


def alloc(array: XArray, entry: int, limit: Limit, gfp: Gfp = KERNEL) -> tuple[int, int]:
    """Store ``entry``, or reserve where it is NULL, at the lowest free index within ``limit``.

    Returns 0 and the index, or an error word and 0: of -EBUSY where none is free, -ENOMEM, or
    -EINVAL, with a warning, in an array that does not track free indices.  ``gfp`` is what requests
    for memory may do with the lock dropped.
    """
    if not array.tracks_free:
        array.warnings += 1
        return mk_error(EINVAL), 0
    cursor = Cursor(array, limit.first)
    index = 0
    again = True
    while again:
        array.locked = True
        cursor.index = limit.first
        iterate.find_marked(cursor, limit.last, FREE_MARK)
        if cursor.state is RESTART:
            cursor.set_err(EBUSY)
        index = cursor.index
        store.store(cursor, entry or ZERO)
        marks.clear_mark(cursor, FREE_MARK)
        # What cannot block is asked for under the lock.
        array.locked = not gfp & Gfp.DIRECT_RECLAIM
        again = nomem(cursor, gfp)
        array.locked = False
    return (mk_error(cursor.errno), 0) if cursor.errno else (0, index)


def alloc_cyclic(
    array: XArray, entry: int, limit: Limit, following: int, gfp: Gfp = KERNEL
) -> tuple[int, int, int]:
    """Store ``entry`` as ``alloc`` does, at the first free index from ``following`` on; if there is
    none, or no memory, at the lowest within ``limit``.

    Returns an error word, or whether the search began anew, be it that the last index of all was
    found before; the index; and where the next search is to begin, ``following`` after an error.
    """
    rest = Limit(max(limit.first, following), limit.last)
    result, index = alloc(array, entry, rest, gfp)
    if not result and array.flags & ArrayFlag.ALLOC_WRAPPED:
        array.flags &= ~ArrayFlag.ALLOC_WRAPPED
        result = 1
    if is_error(result) and rest.first > limit.first:
        result, index = alloc(array, entry, limit, gfp)
        result = result or 1
    if is_error(result):
        return result, 0, following
    if index == LAST_ID:
        array.flags |= ArrayFlag.ALLOC_WRAPPED
    return result, index, (index + 1) & LAST_ID
