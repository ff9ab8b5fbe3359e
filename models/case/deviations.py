# SPDX-License-Identifier: GPL-2.0-or-later
"""Known deviations of released kernels: where they do what model and contract say is wrong.

Each names its cause in the source, a case that shows it, and the operations that meet it.  Whether
a kernel has one is found out by running that case, never by its version: it has it if it answers,
to the byte, what ``models.case.deviating`` says of it.  What answers in a third way has another
defect.  A search tells of each that a kernel has.  Histories leave out the operations that would
meet it, so that they find what else there is; a case of the sweep that it accounts for to the byte
is counted as the deviation.  Model and contract stay right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from specs.abstract import AbstractArray, Item, range_items
from specs.cursor import AbstractCursor, Place, on_sibling
from xarray_model.entries import NULL, ZERO, is_value, mk_value
from xarray_model.flags import ArrayFlag
from xarray_model.operations import Code, Flag, Operation

_TOP = (1 << 64) - 1
_POINTER = 4
_VALUE = mk_value(0)

Covers = Callable[[Operation, AbstractArray, int, AbstractCursor], bool]
"""Whether an operation on the array as it is, at a chunk shift, meets the deviation.  What is done
through a cursor is told as the operation that does the same by itself, if there is one."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation.

    ``property`` is what ``case`` breaks at ``chunk_shift``; ``statement`` says what is wrong, and
    ``cause`` where in the source.  ``on_split``: the split itself is wrong, which is a finding like
    any other; otherwise it lies outside what the series changes.  ``hides``: branches of the
    contract that no history meets, at some chunk shifts, where what meets it is left out.
    ``ending``: a second case, which comes to an end, of a deviation whose ``case`` hangs; it may do
    what nothing is promised of, and must be answered as the deviation answers it.  ``only``: it is
    there in arrays that are made with one of these flags, in all if there are none.
    """

    name: str
    property: str
    statement: str
    cause: str
    chunk_shift: int
    case: tuple[Operation, ...]
    covers: Covers
    on_split: bool = False
    ending: tuple[Operation, ...] = ()
    hides: Mapping[int, frozenset[str]] = field(default_factory=dict)
    only: ArrayFlag = ArrayFlag.NONE

    def at(self, bits: int) -> Deviation:
        """The same where an index has ``bits`` bits: what is at the last index is there too."""
        top = (1 << bits) - 1
        return replace(self, case=_below(self.case, top), ending=_below(self.ending, top))


def _below(case: tuple[Operation, ...], top: int) -> tuple[Operation, ...]:
    return tuple(replace(one, index=min(one.index, top)) for one in case)


def _store_other_kind(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code is Code.STORE_RANGE:
        return _range_of_other_kind(operation, array, s, cursor)
    exchanges = operation.code is Code.CMPXCHG
    exchanges = exchanges and array.load(operation.index) == operation.argument
    if not (exchanges or operation.code is Code.STORE) or operation.entry == NULL:
        return False
    found = array.at(operation.index >> operation.order << operation.order)
    if found is None:
        return False
    item = found[1]
    other = is_value(item.entry) != is_value(operation.entry)
    return _several(item, s) and other and 1 << operation.order < item.size


def _erase_first_free(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    there = array.load(operation.index)
    erases = operation.code is Code.STORE
    erases |= operation.code is Code.CMPXCHG and there == operation.argument
    erases |= operation.code is Code.RELEASE and there == ZERO
    if not erases or operation.entry != NULL:
        return False
    first, order = operation.index >> operation.order << operation.order, operation.order
    found = array.at(first)
    # Of a cursor that covers several slots only the first is marked, whatever the others hold.
    return order % s > 0 or (found is not None and found[1].order % s > 0)


def _range_of_other_kind(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    """Whether the store of one of its entries, or one slot of it, is of another kind."""
    for first, piece in range_items(operation.index, operation.argument, s):
        found = array.at(first)
        if found is None or operation.entry == NULL:
            continue
        item = found[1]
        larger = min(piece.size, 1 << piece.order // s * s) < item.size and found[0] <= first
        if larger and _several(item, s) and is_value(item.entry) != is_value(operation.entry):
            return True
    return False


def _several(item: Item, s: int) -> bool:
    """Whether an entry takes several slots."""
    return item.size > 1 << item.order // s * s


def _pause_inside(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    paused = _paused(operation, array, s, cursor)
    if paused is None:
        return False
    inside, slot, code = paused
    if code is Code.FIND_MARKED:
        # A cursor on a sibling slot goes to the canonical one, and its index with it.
        return 0 < inside < slot
    # A cursor that stepped is on the slot of its index, another one on the canonical slot.
    return inside % slot > 0 if code is Code.CURSOR_NEXT else inside > 0


def _pause_inside_slots(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    paused = _paused(operation, array, s, cursor)
    if paused is None:
        return False
    inside, slot, code = paused
    return inside >= slot and code in (Code.FIND, Code.CURSOR_PAUSE)


def _paused(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> tuple[int, int, Code] | None:
    """Where inside the first entry that it finds an operation pauses, how many indices a slot of
    the entry has, and by what the cursor came there: FIND, FIND_MARKED, a step (CURSOR_NEXT) or
    another way (CURSOR_PAUSE).  None if it does not pause on an entry."""
    code = operation.code
    if code is Code.CURSOR_PAUSE:
        if cursor.place is Place.FRESH:
            return None
        index = cursor.index
        code = Code.CURSOR_NEXT if cursor.place is Place.STEPPED else code
    elif code in (Code.FIND, Code.FIND_MARKED) and operation.flags & Flag.PAUSE:
        index = operation.index
        if index > operation.argument:
            return None
    else:
        return None
    found = array.at(index)
    if found is None or (code is Code.FIND_MARKED and not found[1].marks >> operation.mark & 1):
        return None
    return index - found[0], 1 << found[1].order // s * s, code


def _pause_at_top(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code is not Code.FIND_MARKED or not operation.flags & Flag.PAUSE:
        return False
    found = array.at(array.top)
    return (
        found is not None
        and bool(found[1].marks >> operation.mark & 1)
        and max(found[0], operation.index) <= operation.argument
    )


def _step_inside(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code in (Code.CURSOR_NEXT, Code.CURSOR_PREV):
        return cursor.place is Place.WALKED and on_sibling(array, cursor.index, s)
    if operation.code is Code.NEXT:
        return operation.argument > 0 and on_sibling(array, operation.index, s)
    if operation.code is not Code.PREV:
        return False
    # A step back that comes down from another node walks, too.
    passed = range(min(operation.argument, operation.index + 1))
    return any(on_sibling(array, operation.index - back, s) for back in passed)


def _split_limit(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    new_order = operation.new_order
    if operation.code is Code.CURSOR_SPLIT_ALLOC:
        new_order = cursor.order
    elif operation.code not in (Code.SPLIT, Code.COUNT_ALLOC):
        return False
    return operation.order == new_order // s * s + 2 * s


def _split_sibling_marks(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code is not Code.SPLIT or operation.new_order % s == 0:
        return False
    found = array.at(operation.index)
    vertical = operation.order // s > operation.new_order // s
    return vertical and found is not None and found[1].marks > 0


def _split_filled_early(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code is not Code.SPLIT or not cursor.stock:
        return False
    by_cursor = (operation.index, operation.new_order) == (cursor.index, cursor.order)
    vertical = operation.order // s > operation.new_order // s
    return by_cursor and vertical and operation.entry != cursor.given


def _find_after_marked(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    index = operation.index + 1
    return (
        operation.code is Code.FIND_AFTER_MARKED
        and index <= operation.argument
        and on_sibling(array, index, s)
        and array.get_mark(index, operation.mark)
    )


def _create_range_spare(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    return operation.code is Code.CURSOR_CREATE_RANGE and cursor.spare > 0 and not cursor.lacks


def _create_range_ends(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code is not Code.CURSOR_CREATE_RANGE:
        return False
    return any(s <= item.order < cursor.order for item in array.within(cursor.index, cursor.order))


def _try_split_siblings(
    operation: Operation, array: AbstractArray, s: int, cursor: AbstractCursor
) -> bool:
    if operation.code is not Code.TRY_SPLIT or operation.order % s:
        return False
    below = operation.order - 1
    return operation.new_order < below and operation.new_order % s == below % s


_PAUSED_INSIDE = (
    Operation(Code.STORE, 0, 3, entry=_POINTER),
    *(Operation(Code.STORE, index, 0, entry=_POINTER) for index in (8, 12, 13, 14)),
    Operation(Code.FIND, 5, argument=14, flags=Flag.PAUSE),
)
"""Tells apart from where the entry's length is added: index 5, its slot (4) or the entry (0)."""

_MARKED_ENDS = (
    Operation(Code.STORE, 0, 0, entry=_VALUE),
    Operation(Code.STORE, _TOP, 0, entry=_POINTER),
    Operation(Code.SET_MARK, 0, mark=0),
    Operation(Code.SET_MARK, _TOP, mark=0),
)
"""Marked entries at the first and the last index."""

DEVIATIONS = (
    Deviation(
        "store-other-kind",
        "node-nr-values",
        "a store through a cursor of a smaller order into an entry of several slots that is of the"
        " other kind changes nr_values by the cursor's slots, not by the entry's; a later erase or"
        " split of the entry takes it below zero.  Entries of one slot, and stores at the entry's"
        " own order, are counted right",
        "lib/xarray.c, xas_store: only slots up to the cursor's siblings are counted, but the"
        " siblings behind them change their kind with the canonical slot",
        2,
        (
            Operation(Code.STORE, 0, 1, entry=_POINTER),
            Operation(Code.STORE, 0, 0, entry=_VALUE),
            Operation(Code.SNAPSHOT),
        ),
        _store_other_kind,
    ),
    Deviation(
        "erase-first-free",
        "free-mark",
        "an erase of several slots, in an array that tracks free indices, marks only the first of"
        " them as free, so that xa_alloc finds none of the others",
        "lib/xarray.c, xas_init_marks and xas_store: the free mark is set on the cursor's slot"
        " alone, and more slots than that are cleared",
        2,
        (
            Operation(Code.INIT, flags=Flag.ALLOC),
            Operation(Code.STORE, 0, 1, entry=_POINTER),
            Operation(Code.STORE, 2, 0, entry=_POINTER),
            Operation(Code.SNAPSHOT),
            Operation(Code.STORE, 0, 1),
            Operation(Code.SNAPSHOT),
        ),
        _erase_first_free,
        only=ArrayFlag.TRACK_FREE,
    ),
    Deviation(
        "pause-inside",
        "answer-pause",
        "xas_pause moves the index on by the entry's length, from wherever inside the entry it was,"
        " so that an iteration that began inside an entry misses what follows it",
        "include/linux/xarray.h and lib/xarray.c, xas_pause: the index is not aligned to the slot"
        " before the entry's slots are added",
        2,
        _PAUSED_INSIDE,
        _pause_inside,
    ),
    Deviation(
        "pause-inside-slots",
        "answer-pause",
        "xas_pause moves the index on by the entry's length, from the slot inside the entry that it"
        " was in, so that an iteration that began in a later slot of an entry misses what follows"
        " it",
        "lib/xarray.c, xas_pause: the index is aligned to its own slot, but the entry's slots are"
        " counted from the canonical one",
        2,
        _PAUSED_INSIDE,
        _pause_inside_slots,
    ),
    Deviation(
        "pause-at-top",
        "ends",
        "a marked iteration that is paused at the last index of all begins again at index 0, and"
        " does not end",
        "lib/xarray.c, xas_find_marked: it takes a cursor in bounds, which xas_pause leaves when"
        " the index wraps, for one that was not walked yet",
        2,
        (*_MARKED_ENDS, Operation(Code.FIND_MARKED, 0, argument=_TOP, flags=Flag.PAUSE)),
        _pause_at_top,
        ending=(
            *_MARKED_ENDS,
            Operation(Code.CURSOR_SET, _TOP),
            Operation(Code.CURSOR_FIND_MARKED, argument=_TOP),
            Operation(Code.CURSOR_PAUSE),
            Operation(Code.CURSOR_FIND_MARKED, argument=_TOP),
        ),
    ),
    Deviation(
        "step-inside",
        "answer-step",
        "xas_next and xas_prev, on a cursor that was walked to the middle of an entry of several"
        " slots, go on from the entry's first slot and answer what another index holds",
        "include/linux/xarray.h xas_next, xas_prev and lib/xarray.c __xas_next, __xas_prev: they"
        " step from the slot, which is the canonical one, and not from the index",
        2,
        (
            Operation(Code.STORE, 0, 1, entry=_POINTER),
            Operation(Code.NEXT, 1, argument=1),
        ),
        _step_inside,
    ),
    Deviation(
        "find-after-marked",
        "answer-find-after",
        "xa_find_after, for a mark that an entry of several slots bears, answers that entry again"
        " when it is asked for what comes after its first slot: a loop of xa_for_each_marked over"
        " it does not end",
        "lib/xarray.c, xa_find_after: xas_find_marked moves the index back to the entry's first"
        " slot, from which xas_sibling cannot tell that it lay in a later one",
        2,
        (
            Operation(Code.STORE, 0, 1, entry=_POINTER),
            Operation(Code.SET_MARK, 0, mark=0),
            Operation(Code.FIND_AFTER_MARKED, 0, mark=0, argument=_TOP),
        ),
        _find_after_marked,
    ),
    Deviation(
        "split-limit",
        "split-requests",
        "xas_split_alloc accepts a split from order n to m with n = shift(m) + 2s, for which one"
        " new level is not enough, and allocates too few nodes",
        "lib/xarray.c, xas_split_alloc: what it refuses begins one order too high (< where <= is"
        " needed)",
        2,
        (Operation(Code.COUNT_ALLOC, order=4, new_order=0, argument=5),),
        _split_limit,
        on_split=True,
    ),
    Deviation(
        "split-sibling-marks",
        "sibling-mark",
        "a split of a marked entry one level down to entries of several slots marks their siblings",
        "lib/xarray.c, node_set_marks: it marks every slot of the new node, siblings included",
        2,
        (
            Operation(Code.STORE, 0, 3, entry=_POINTER),
            Operation(Code.SET_MARK, 0, mark=0),
            Operation(Code.SPLIT, 0, 3, 1, _POINTER),
            Operation(Code.SNAPSHOT),
        ),
        _split_sibling_marks,
        on_split=True,
    ),
    Deviation(
        "split-filled-early",
        "split-entries",
        "xas_split gives the new entries of a split one level down the entry that xas_split_alloc"
        " was given, not its own: what the array held when the nodes were allocated comes back",
        "lib/xarray.c, xas_split_alloc: it fills the new nodes, and xas_split leaves them so, but"
        " for their nr_values",
        2,
        (
            Operation(Code.STORE, 0, 2, entry=_POINTER),
            Operation(Code.CURSOR_SET, 0, 0),
            Operation(Code.CURSOR_SPLIT_ALLOC, order=2, entry=_POINTER),
            Operation(Code.STORE, 0, 2, entry=_VALUE),
            Operation(Code.SNAPSHOT),
            Operation(Code.CURSOR_SPLIT_ALONE, order=2, entry=_VALUE),
            Operation(Code.SNAPSHOT),
        ),
        _split_filled_early,
        on_split=True,
        hides=dict.fromkeys(range(1, 7), frozenset({"split_alone: another entry"})),
    ),
    Deviation(
        "create-range-spare",
        "create-range-spare",
        "xas_create_range leaves a node that xas_nomem put on the cursor there when it succeeds"
        " without it; a caller whose loop ends there leaks it",
        "lib/xarray.c, xas_create_range: nothing frees what is left on the cursor",
        2,
        (
            Operation(Code.FAIL, argument=1, flags=Flag.FAIL_NONBLOCKING),
            Operation(Code.CURSOR_SET, 1),
            Operation(Code.CURSOR_CREATE_RANGE),
            Operation(Code.CURSOR_NOMEM),
            Operation(Code.STORE, 2, 0, entry=_POINTER),
            Operation(Code.CURSOR_CREATE_RANGE),
            Operation(Code.CURSOR_DESTROY),
        ),
        _create_range_spare,
        hides=dict.fromkeys(range(1, 7), frozenset({"create_range: with a spare node"})),
    ),
    Deviation(
        "create-range-ends",
        "create-range-slots",
        "xas_create_range makes no slots before an entry of a whole chunk or more; where that lies"
        " below the level of the range's order it goes on in another node, or beside the slots",
        "lib/xarray.c, xas_create_range: it goes up by the shift of the node that it is in, which"
        " at a larger entry is no leaf",
        2,
        (
            Operation(Code.STORE, 12, 2, entry=_POINTER),
            Operation(Code.SNAPSHOT),
            Operation(Code.CURSOR_SET, 8, 3),
            Operation(Code.CURSOR_CREATE_RANGE),
            Operation(Code.SNAPSHOT),
        ),
        _create_range_ends,
    ),
    Deviation(
        "try-split-siblings",
        "try-split-refuses",
        "xas_try_split accepts an order below the one next below that of the entry where both have"
        " as many siblings, splits to the latter and tells of no error",
        "lib/xarray.c, xas_try_split: what it refuses is decided by sibling counts alone",
        2,
        (
            Operation(Code.STORE, 0, 4, entry=_POINTER),
            Operation(Code.TRY_SPLIT, 0, 4, 1, _POINTER),
            Operation(Code.SNAPSHOT),
        ),
        _try_split_siblings,
        on_split=True,
        hides={1: frozenset({"try_split: refused"})},
    ),
)
"""Every known deviation."""
