# SPDX-License-Identifier: GPL-2.0-or-later
"""The case's cursor as its user sees it: where it stands, what it may be used for, what it finds.

A cursor is valid while the array is changed through nothing else; a store, a split or a destroy by
other means leaves it stale, unless it was not walked yet.  The rules follow from how callers use a
cursor, and from what ``lib/xarray.c`` keeps in ``xa_node`` and ``xa_offset``:

* a fresh cursor stands before its index: the first search or step may answer that index itself;
* after a load, a search or a step it stands on an index, and searches go on behind the entry there;
* a step leaves it on the very slot, which may be a sibling: what stores, splits or marks needs the
  canonical slot, where loads and searches leave it;
* a cursor for a larger order is for loads, stores, splits and a walk over what is in its range,
  not for iteration;
* after a failure, a split, and an erase from inside an entry it is to be set or reset, after a
  search that finds nothing it is to be set;
* nodes that ``xas_split_alloc`` put on it are for splits, and are to be taken or destroyed before
  it is set anew or used for a store: what else takes a node may lose the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from specs.abstract import AbstractArray
from specs.contract import nodes_needed
from specs.property import Judgement, Property, Register, Violation
from xarray_model.entries import ENOMEM, NULL, is_error, is_internal, is_sibling, mk_error
from xarray_model.operations import PLAIN_CHANGES, THROUGH, Code, Operation

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
CONFLICT = CURSOR.state(
    "cursor-find-conflict",
    "a walk over conflicts answers each entry in the cursor's range once, or the one around it",
)
PAUSE = CURSOR.state(
    "cursor-pause", "a pause leaves the cursor at the first index behind the entry"
)


class Place(Enum):
    """Where a cursor stands."""

    UNSET = "unset"
    FRESH = "fresh"
    WALKED = "walked"
    STEPPED = "stepped"
    """Walked, on the very slot of its index."""
    DONE = "done"
    """Nowhere any more, with the index where it was: it is to be set or reset."""
    FAILED = "failed"
    """Nowhere, for want of memory: ``xas_nomem`` may get some, or it is to be reset."""
    ENDED = "ended"
    """Beyond all that it was to find, at no certain index: it is to be set."""


PLAIN = {
    Code.CURSOR_STORE: Code.STORE,
    Code.CURSOR_SPLIT: Code.SPLIT,
    Code.CURSOR_SPLIT_ALONE: Code.SPLIT,
    Code.CURSOR_SET_MARK: Code.SET_MARK,
    Code.CURSOR_CLEAR_MARK: Code.CLEAR_MARK,
    Code.CURSOR_GET_MARK: Code.GET_MARK,
}
"""Operations through the cursor that do what another does by itself."""
_LOST = frozenset({Code.STORE, Code.SPLIT, Code.TRY_SPLIT, Code.DESTROY, *PLAIN_CHANGES})
_MARKING = frozenset({Code.CURSOR_SET_MARK, Code.CURSOR_CLEAR_MARK, Code.CURSOR_GET_MARK})
_SEARCHES = frozenset({Code.CURSOR_FIND, Code.CURSOR_FIND_MARKED})
_STEPS = frozenset({Code.CURSOR_NEXT, Code.CURSOR_PREV})
_NODES = frozenset(
    {
        *(Code.CURSOR_SPLIT_ALLOC, Code.CURSOR_SPLIT_ALONE, Code.CURSOR_CREATE_RANGE),
        *(Code.CURSOR_NOMEM, Code.CURSOR_DESTROY),
    }
)
_WHOLE = frozenset({Code.CURSOR_CREATE_RANGE, Code.CURSOR_FIND_CONFLICT})
"""What goes through the cursor's range from one end to the other."""
_ANEW = frozenset({Code.CURSOR_SET, Code.CURSOR_SPLIT})
_TAKING = frozenset({Code.CURSOR_STORE, Code.CURSOR_CREATE_RANGE})
_NO_MEMORY = mk_error(ENOMEM)


def on_sibling(array: AbstractArray, index: int, s: int) -> bool:
    """Whether ``index`` lies in another slot of its entry than the canonical one, at chunk shift
    ``s``."""
    found = array.at(index)
    return found is not None and index - found[0] >> found[1].order // s * s > 0


@dataclass(frozen=True, slots=True)
class AbstractCursor:
    """A cursor for ``order`` at ``index``, which has no meaning when it is UNSET or ENDED.

    It holds ``stock`` nodes from ``xas_split_alloc``, last for an entry of ``order_given``, and for
    the entry ``given``, or for several (None); ``spare`` of ``xas_nomem``.  It ``lacks`` nodes
    where a create_range failed for want of them and nothing was changed since.
    """

    place: Place = Place.UNSET
    index: int = 0
    order: int = 0
    stock: int = 0
    spare: int = 0
    given: int | None = None
    order_given: int | None = None
    lacks: bool = False

    @property
    def held(self) -> int:
        """All nodes that it holds."""
        return self.stock + self.spare

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
        return not self.refusal(operation, array, s)

    def refusal(self, operation: Operation, array: AbstractArray, s: int) -> str:
        """Why an operation through the cursor is not valid; empty if it is."""
        if operation.code not in THROUGH:
            return ""
        return self._of_nodes(operation, s) or (
            ""
            if self._stands_for(operation, array, s)
            else f"the cursor is not valid for this where it stands ({self.place.value})"
        )

    def _of_nodes(self, operation: Operation, s: int) -> str:
        """What the nodes that it holds, or does not, have against an operation."""
        code = operation.code
        if self.held and code in _ANEW:
            return f"the cursor holds {self.held} nodes, which would be lost: destroy them first"
        if self.stock and code in _TAKING:
            return f"the cursor holds {self.stock} nodes of split_alloc, which are for a split"
        if code is Code.CURSOR_SPLIT_ALLOC:
            if self.spare:
                return "the cursor holds a spare node of nomem: destroy it first"
            if not max(1, self.order) <= operation.order or not _plain(operation.entry):
                return "split_alloc for no split: to a higher order, of order 0, or to no entry"
        if code is Code.CURSOR_SPLIT_ALONE and self.order <= operation.order:
            need = nodes_needed(operation.order, self.order, s)
            if need > self.stock:
                return f"the split takes {need} nodes, and the cursor holds {self.stock} of them"
        return ""

    def _stands_for(self, operation: Operation, array: AbstractArray, s: int) -> bool:
        """Whether it stands where an operation is valid."""
        code = operation.code
        if code is Code.CURSOR_SET:
            return True
        if code in (Code.CURSOR_DESTROY, Code.CURSOR_NOMEM):
            return self.place is not Place.UNSET
        if self.place in (Place.UNSET, Place.DONE, Place.FAILED, Place.ENDED):
            done = self.place in (Place.DONE, Place.FAILED)
            return code is Code.CURSOR_RESET and done
        if code in (Code.CURSOR_RESET, Code.CURSOR_SPLIT_ALLOC):
            return True
        if code in _WHOLE:
            return self.place is Place.FRESH
        found = array.at(self.index)
        walked = self.place is not Place.FRESH
        # A walk over conflicts may end where there are smaller entries.
        stands = found is not None and found[1].order >= self.order
        if code in _MARKING:
            return walked and stands and not self._stepped_on_sibling(array, s)
        if code is Code.CURSOR_PAUSE:
            return not walked or stands
        if code in (Code.CURSOR_STORE, Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALONE):
            return not self._stepped_on_sibling(array, s)
        if code is Code.CURSOR_LOAD:
            return self.order == 0 or stands
        if code in _STEPS and walked:
            last = array.top if code is Code.CURSOR_NEXT else 0
            return self.order == 0 and self.index != last
        return self.order == 0

    def _stepped_on_sibling(self, array: AbstractArray, s: int) -> bool:
        """Whether a step left the cursor on a sibling slot."""
        return self.place is Place.STEPPED and on_sibling(array, self.index, s)

    def behind(self, array: AbstractArray) -> int:
        """The first index that a search may find; beyond the last of all when there is none."""
        if self.place is Place.FRESH:
            return self.index
        found = array.at(self.index)
        return self.index + 1 if found is None else found[0] + found[1].size

    def after(
        self, operation: Operation, array: AbstractArray, words: Sequence[int]
    ) -> AbstractCursor:
        """The cursor after an operation that answered ``words``; ``array`` as it was before."""
        code = operation.code
        if code is Code.CURSOR_SET:
            order = operation.order
            return AbstractCursor(Place.FRESH, operation.index >> order << order, order)
        if code not in THROUGH:
            if code not in _LOST:
                return self
            lost = self.place in (Place.WALKED, Place.STEPPED)
            if not lost and not self.lacks:
                return self
            return replace(self, place=Place.DONE if lost else self.place, lacks=False)
        if code is Code.CURSOR_RESET:
            return replace(self, place=Place.FRESH)
        if code in _MARKING:
            return self
        if code in _NODES:
            return self._after_nodes(operation, words)
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
        if code is Code.CURSOR_FIND_CONFLICT:
            return replace(self, place=Place.WALKED)
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
        place = Place.FAILED if failed and words[0] == _NO_MEMORY else Place.DONE
        # A store ends with nomem, which frees what is there.
        return replace(self, place=place if ends else Place.WALKED, spare=0, lacks=False)

    def _after_nodes(self, operation: Operation, words: Sequence[int]) -> AbstractCursor:
        """The cursor after an operation that puts nodes on it or takes them."""
        code = operation.code
        if code is Code.CURSOR_DESTROY:
            return replace(self, stock=0, spare=0)
        if code is Code.CURSOR_NOMEM:
            again, held = words
            return replace(self, place=Place.FRESH if again else self.place, stock=0, spare=held)
        error, _, held = words[:3]
        if code is Code.CURSOR_SPLIT_ALONE:
            return replace(self, place=Place.DONE, stock=held, lacks=False)
        if code is Code.CURSOR_CREATE_RANGE:
            if error:
                return replace(self, place=Place.FAILED, spare=held, lacks=True)
            return replace(self, place=Place.STEPPED, order=0, spare=held, lacks=False)
        if error:
            return replace(self, place=Place.FAILED, stock=held)
        alike = not self.stock or self.given == operation.entry
        given = operation.entry if alike else None
        return replace(self, stock=held, given=given, order_given=operation.order)

    def _paused(self, array: AbstractArray) -> AbstractCursor:
        if self.place is Place.FRESH:
            return self
        behind = self.behind(array)
        if behind > array.top:
            return replace(self, place=Place.ENDED)
        return replace(self, place=Place.FRESH, index=behind)


def _plain(entry: int) -> bool:
    """Whether a split may write the entry."""
    return entry != NULL and not is_internal(entry)


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
    elif code is Code.CURSOR_FIND_CONFLICT:
        last = cursor.index + (1 << cursor.order) - 1
        found = [entry for _, entry in array.find(cursor.index, last)]
        yield from _expect(CONFLICT, (len(found), *found), words)
    elif code is Code.CURSOR_PAUSE:
        behind = cursor.index if cursor.place is Place.FRESH else cursor.behind(array)
        yield from _expect(PAUSE, (behind & array.top,), words)


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
    if moved and on_sibling(array, index, s) and words[0] == index and is_sibling(words[1], s):
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
