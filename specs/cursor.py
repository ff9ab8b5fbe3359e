# SPDX-License-Identifier: GPL-2.0-or-later
"""The case's cursor as its user sees it: where it stands, what it may be used for, what it finds.

A cursor is valid while the array is changed through nothing else; a store, a split or a destroy by
other means leaves it stale, unless it was not walked yet.  The rules follow from how callers use a
cursor, and from what ``lib/xarray.c`` keeps in ``xa_node`` and ``xa_offset``:

* a fresh cursor stands before its index: the first search or step may answer that index itself;
* after a load, a search or a step it stands on an index, and searches go on behind the entry there;
* a step leaves it on the very slot, which may be a sibling: what stores, splits or marks needs the
  canonical slot, where loads and searches leave it;
* a cursor for a larger order is for loads, stores and splits, not for iteration;
* after a failure, a split, and an erase from inside an entry it is to be set or reset, after a
  search that finds nothing it is to be set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from specs.abstract import AbstractArray
from specs.property import Judgement, Property, Register, Violation
from xarray_model.entries import NULL, is_error, is_sibling
from xarray_model.operations import Code, Operation

CURSOR = Register()
"""Every property of a kept cursor by name."""

LOAD = CURSOR.state("cursor-load", "a load through a kept cursor answers the entry at its index")
FIND = CURSOR.state(
    "cursor-find", "a search goes on with the first entry behind the one where the cursor stands"
)
FIND_MARKED = CURSOR.state(
    "cursor-find-marked", "a marked search goes on with the first marked entry behind the cursor"
)
STEP = CURSOR.state(
    "cursor-step", "a kept cursor steps by one index and answers what its slot holds"
)
PAUSE = CURSOR.state(
    "cursor-pause", "a pause leaves the cursor at the first index behind the entry"
)

_TOP = (1 << 64) - 1


class Place(Enum):
    """Where a cursor stands."""

    UNSET = "unset"
    FRESH = "fresh"
    WALKED = "walked"
    STEPPED = "stepped"
    """Walked, on the very slot of its index."""
    DONE = "done"
    """Nowhere any more, with the index where it was: it is to be set or reset."""
    ENDED = "ended"
    """Beyond all that it was to find, at no certain index: it is to be set."""


PLAIN = {
    Code.CURSOR_STORE: Code.STORE,
    Code.CURSOR_SPLIT: Code.SPLIT,
    Code.CURSOR_SET_MARK: Code.SET_MARK,
    Code.CURSOR_CLEAR_MARK: Code.CLEAR_MARK,
    Code.CURSOR_GET_MARK: Code.GET_MARK,
}
"""Operations through the cursor that do what another does by itself."""
THROUGH = frozenset(code for code in Code if Code.CURSOR_SET <= code <= Code.CURSOR_SPLIT)
"""The operations on the case's cursor and through it."""
_LOST = frozenset({Code.STORE, Code.SPLIT, Code.TRY_SPLIT, Code.DESTROY})
_MARKING = frozenset({Code.CURSOR_SET_MARK, Code.CURSOR_CLEAR_MARK, Code.CURSOR_GET_MARK})
_SEARCHES = frozenset({Code.CURSOR_FIND, Code.CURSOR_FIND_MARKED})
_STEPS = frozenset({Code.CURSOR_NEXT, Code.CURSOR_PREV})


@dataclass(frozen=True, slots=True)
class AbstractCursor:
    """A cursor for ``order`` at ``index``, which has no meaning when it is UNSET or ENDED."""

    place: Place = Place.UNSET
    index: int = 0
    order: int = 0

    def plain(self, operation: Operation) -> Operation:
        """The operation without a cursor that does the same; itself if there is none."""
        code = PLAIN.get(operation.code)
        if code is None:
            return operation
        if code is Code.SPLIT:
            return replace(operation, code=code, index=self.index, new_order=self.order)
        return replace(operation, code=code, index=self.index, order=self.order)

    def allows(self, operation: Operation, array: AbstractArray, s: int) -> bool:
        """Whether an operation through the cursor is valid; true for any other operation."""
        code = operation.code
        if code is Code.CURSOR_SET or code not in THROUGH:
            return True
        if self.place in (Place.UNSET, Place.DONE, Place.ENDED):
            return code is Code.CURSOR_RESET and self.place is Place.DONE
        if code is Code.CURSOR_RESET:
            return True
        found = array.at(self.index)
        walked = self.place is not Place.FRESH
        if code in _MARKING:
            return walked and found is not None and not self.on_sibling(array, s)
        if code is Code.CURSOR_PAUSE:
            return not walked or found is not None
        if code in (Code.CURSOR_STORE, Code.CURSOR_SPLIT):
            return not self.on_sibling(array, s)
        if code is Code.CURSOR_LOAD:
            return self.order == 0 or (found is not None and found[1].order >= self.order)
        if code in _STEPS and walked:
            last = _TOP if code is Code.CURSOR_NEXT else 0
            return self.order == 0 and self.index != last
        return self.order == 0

    def on_sibling(self, array: AbstractArray, s: int) -> bool:
        """Whether a step left the cursor on a sibling slot."""
        return self.place is Place.STEPPED and array.on_sibling(self.index, s)

    def behind(self, array: AbstractArray) -> int:
        """The first index that a search may find; 2**64 when there is none."""
        if self.place is Place.FRESH:
            return self.index
        found = array.at(self.index)
        return self.index + 1 if found is None else found[0] + (1 << found[1].order)

    def after(
        self, operation: Operation, array: AbstractArray, words: Sequence[int]
    ) -> AbstractCursor:
        """The cursor after an operation that answered ``words``; ``array`` as it was before."""
        code = operation.code
        if code is Code.CURSOR_SET:
            order = operation.order
            return AbstractCursor(Place.FRESH, operation.index >> order << order, order)
        if code not in THROUGH:
            lost = code in _LOST and self.place in (Place.WALKED, Place.STEPPED)
            return replace(self, place=Place.DONE) if lost else self
        if code is Code.CURSOR_RESET:
            return replace(self, place=Place.FRESH)
        if code in _MARKING:
            return self
        if code in _SEARCHES:
            if words[1] == NULL:
                return replace(self, place=Place.ENDED)
            return replace(self, place=Place.WALKED, index=words[0])
        if code in _STEPS:
            found = array.at(words[0])
            # From outside the tree a step is a load, which answers the entry and not its sibling.
            loaded = found is not None and found[0] < words[0] and not is_sibling(words[1], 6)
            walked = loaded or self.place is Place.FRESH
            place = Place.WALKED if walked else Place.STEPPED
            return replace(self, place=place, index=words[0])
        if code is Code.CURSOR_LOAD:
            return self if self.place is Place.STEPPED else replace(self, place=Place.WALKED)
        if code is Code.CURSOR_PAUSE:
            return self._paused(array)
        failed = bool(words) and is_error(words[0])
        ends = failed or code is Code.CURSOR_SPLIT or self.order > 0
        if code is Code.CURSOR_STORE and operation.entry == NULL:
            # It stands on the slot where the erased entry began, which need not be its index's.
            found = array.at(self.index)
            ends = ends or (found is not None and found[0] != self.index)
        return replace(self, place=Place.DONE if ends else Place.WALKED)

    def _paused(self, array: AbstractArray) -> AbstractCursor:
        if self.place is Place.FRESH:
            return self
        behind = self.behind(array)
        if behind > _TOP:
            return replace(self, place=Place.ENDED)
        return replace(self, place=Place.FRESH, index=behind)


def judge_cursor(
    operation: Operation,
    cursor: AbstractCursor,
    array: AbstractArray,
    words: Sequence[int],
    s: int,
) -> Iterator[Judgement]:
    """Judge the answer of an operation that only looks through the cursor."""
    code = operation.code
    if code is Code.CURSOR_LOAD:
        yield from _expect(LOAD, (cursor.index, array.load(cursor.index)), words)
    elif code in _SEARCHES:
        yield from _search(operation, cursor, array, words)
    elif code in _STEPS:
        yield from _step(operation, cursor, array, words, s)
    elif code is Code.CURSOR_PAUSE:
        behind = cursor.index if cursor.place is Place.FRESH else cursor.behind(array)
        yield from _expect(PAUSE, (behind & _TOP,), words)


def _search(
    operation: Operation, cursor: AbstractCursor, array: AbstractArray, words: Sequence[int]
) -> Iterator[Judgement]:
    behind, last = cursor.behind(array), operation.argument
    if operation.code is Code.CURSOR_FIND:
        found = array.find(behind, last)
        yield from _expect(FIND, found[0] if found else (0, NULL), words)
        return
    marked = array.find_marked(behind, last, operation.mark)
    if not marked:
        yield from _expect(FIND_MARKED, (0, NULL), words)
        return
    first, end, entry = marked[0]
    yield FIND_MARKED
    # A cursor that starts inside an entry may find it at any of its indices.
    inside = first <= words[0] <= (end if first < behind else first)
    if not inside or words[1] != entry:
        yield _unlike(FIND_MARKED, (first, entry), words)


def _step(
    operation: Operation,
    cursor: AbstractCursor,
    array: AbstractArray,
    words: Sequence[int],
    s: int,
) -> Iterator[Judgement]:
    way = 1 if operation.code is Code.CURSOR_NEXT else -1
    index = cursor.index if cursor.place is Place.FRESH else cursor.index + way
    moved = cursor.place is not Place.FRESH
    if moved and array.on_sibling(index, s) and words[0] == index and is_sibling(words[1], s):
        yield STEP
        return
    yield from _expect(STEP, (index, array.load(index)), words)


def _expect(
    stated: Property, expected: tuple[int, ...], words: Sequence[int]
) -> Iterator[Judgement]:
    yield stated
    if expected != tuple(words):
        yield _unlike(stated, expected, words)


def _unlike(stated: Property, expected: tuple[int, ...], words: Sequence[int]) -> Violation:
    want, have = (" ".join(f"{word:#x}" for word in some) for some in (expected, words))
    return stated.broken(f"expected {want}, got {have}")
