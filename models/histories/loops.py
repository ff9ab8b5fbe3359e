# SPDX-License-Identifier: GPL-2.0-or-later
"""The page cache's own loops as operations, and with the mistakes that were made in them.

Each is a generator that is sent the words that every operation answered; ``specs/loops.py`` says
what it is to come to.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from enum import Enum
from typing import TypeAlias

from xarray_model.entries import NULL, is_error, is_value, mk_value
from xarray_model.operations import Code, Operation

Loop: TypeAlias = Generator[Operation, Sequence[int], bool]
"""Operations; in the end whether the loop did what it was to do."""


class Mistake(Enum):
    """What a loop does wrong."""

    NONE = "none"
    NO_SECOND_LOOK = "it splits what was there before it had the lock"
    NO_SPLIT = "it stores over a larger entry that it did not split"
    FROM_INDEX = "pieces are counted from the index that was asked for, not from the entry's first"
    ALL_ALIKE = "each piece gets the folio of the first one"
    SHORT = "it replaces one entry less than there are"


def add_folio(
    index: int,
    order: int,
    folio: int,
    between: Sequence[Operation] = (),
    mistake: Mistake = Mistake.NONE,
) -> Loop:
    """Add a folio over shadow entries: load, allocate, take the lock, look for conflicts and at the
    order, split, store.  ``between`` is what another task does before the lock is taken."""
    yield Operation(Code.CURSOR_SET, index, order)
    seen, large = yield from _look(index)
    while True:
        splits = is_value(seen) and large > order and mistake is not Mistake.NO_SPLIT
        if splits:
            words = yield Operation(Code.CURSOR_SPLIT_ALLOC, order=large, entry=seen)
            if is_error(words[0]):
                return False
        for other in between:
            words = yield other
        between = ()
        found, now = yield from _look(index)
        if mistake is Mistake.NO_SECOND_LOOK or (found, now) == (seen, large):
            break
        yield Operation(Code.CURSOR_DESTROY)
        seen, large = found, now
    _, *conflicts = yield Operation(Code.CURSOR_FIND_CONFLICT)
    added = all(is_value(entry) for entry in conflicts)
    if added:
        if splits:
            yield Operation(Code.CURSOR_RESET)
            yield Operation(Code.CURSOR_SPLIT_ALONE, order=large, entry=seen)
            yield Operation(Code.CURSOR_RESET)
        words = yield Operation(Code.CURSOR_STORE, entry=folio)
        added = not (words and is_error(words[0]))
    yield Operation(Code.CURSOR_DESTROY)
    return added


def split_swap(index: int, order: int, mistake: Mistake = Mistake.NONE) -> Loop:
    """Split a large swap entry before one page of it is swapped in."""
    old, large = yield from _look(index)
    first = index >> large << large
    if not (yield from _split(index, large, order, old)):
        return False
    base = index if mistake is Mistake.FROM_INDEX else first
    for at in range(0, 1 << large, 1 << order):
        own = mk_value((old >> 1) + first + at - base) if first + at >= base else old
        yield Operation(Code.STORE, first + at, order, entry=own)
    return True


def split_folio(
    index: int, order: int, folio: Callable[[int], int], mistake: Mistake = Mistake.NONE
) -> Loop:
    """Split a folio into equal ones: the entry, and then each piece for itself."""
    old, large = yield from _look(index)
    first = index >> large << large
    if not (yield from _split(index, large, order, old)):
        return False
    for at in range(first, first + (1 << large), 1 << order):
        own = folio(first if mistake is Mistake.ALL_ALIKE else at)
        yield Operation(Code.STORE, at, order, entry=own)
    return True


def split_folio_around(
    index: int, order: int, folio: Callable[[int], int], mistake: Mistake = Mistake.NONE
) -> Loop:
    """Split a folio around an index by one order after the other: what is cut off at each step."""
    old, size = yield from _look(index)
    while size > order:
        words = yield Operation(Code.TRY_SPLIT, index, size, size - 1, entry=old)
        if is_error(words[0]):
            return False
        size -= 1
        beside = (index >> size ^ 1) << size
        if mistake is not Mistake.SHORT or size > order:
            yield Operation(Code.STORE, beside, size, entry=folio(beside))
    first = index >> order << order
    yield Operation(Code.STORE, first, order, entry=folio(first))
    return True


def collapse(index: int, order: int, folio: int, mistake: Mistake = Mistake.NONE) -> Loop:
    """Put one folio in the place of all that is there."""
    size = order - 1 if mistake is Mistake.SHORT else order
    yield Operation(Code.CURSOR_SET, index, size)
    yield Operation(Code.CURSOR_FIND_CONFLICT)
    words = yield Operation(Code.CURSOR_STORE, entry=folio)
    return not is_error(words[0])


def _look(index: int) -> Generator[Operation, Sequence[int], tuple[int, int]]:
    (entry,) = yield Operation(Code.LOAD, index)
    (order,) = yield Operation(Code.GET_ORDER, index)
    return entry, order if entry != NULL else 0


def _split(index: int, large: int, order: int, entry: int) -> Loop:
    yield Operation(Code.CURSOR_SET, index, order)
    words = yield Operation(Code.CURSOR_SPLIT_ALLOC, order=large, entry=entry)
    if is_error(words[0]):
        return False
    yield Operation(Code.CURSOR_SPLIT_ALONE, order=large, entry=entry)
    yield Operation(Code.CURSOR_DESTROY)
    return True
