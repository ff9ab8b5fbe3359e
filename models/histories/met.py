# SPDX-License-Identifier: GPL-2.0-or-later
"""Which branches of the contract an operation met (``models/histories/branches.py``).

That is told by the abstract array before it and by its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.histories.branches import KINDS
from models.histories.strategies import EDGES, HIGH
from specs.abstract import AbstractArray, Item, range_items
from specs.contract import nodes_needed
from specs.cursor import AbstractCursor
from xarray_model.entries import EBUSY, EINVAL, ENOMEM, NULL, ZERO, is_error, is_value, mk_error
from xarray_model.geometry import one_level_limit_exceeded
from xarray_model.operations import EXTRACT_ORDER, LAST_ID, Code, Flag, Operation

_TOP = (1 << 64) - 1


def met_by_cursor(
    operation: Operation, cursor: AbstractCursor, array: AbstractArray, words: Sequence[int]
) -> Iterator[str]:
    """The branches that an operation through the case's cursor is."""
    code = operation.code
    if code is Code.CURSOR_FIND_CONFLICT:
        yield from _conflict(cursor, array, words)
    elif Code.CURSOR_SET < code < Code.CURSOR_SPLIT_ALLOC:
        use = code.name.removeprefix("CURSOR_").lower()
        if code is Code.CURSOR_STORE and operation.entry == NULL:
            use = "erase"
        yield f"cursor: {use}, {cursor.place.value}"


def _conflict(cursor: AbstractCursor, array: AbstractArray, words: Sequence[int]) -> Iterator[str]:
    if words[0] != 1:
        yield "find_conflict: several" if words[0] else "find_conflict: nothing"
    elif array.get_order(cursor.index) > cursor.order:
        yield "find_conflict: around the range"
    else:
        yield "find_conflict: one"


def met(operation: Operation, array: AbstractArray, words: Sequence[int], s: int) -> Iterator[str]:
    """The branches that an operation is, on the ``array`` as it was before, by its result words."""
    classify = _CLASSIFY.get(operation.code)
    if classify is not None:
        yield from classify(operation, array, words, s)


def _split(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    first, old = _at(array, operation.index)
    order, new_order = operation.order, operation.new_order
    if is_error(words[0]):
        if words[5]:
            yield "split: refused, beyond one level"
        else:
            need = nodes_needed(order, new_order, s)
            number = {1: "first", need: "last"}.get(words[1], "middle")
            yield f"split: allocation fails, {number}"
            if need == 1:
                yield "split: allocation fails, last"
        return
    depth = order // s - new_order // s
    yield f"split: vertical {depth}" if depth else "split: horizontal"
    shape = "vertical" if depth else "horizontal"
    kinds = [KINDS[is_value(word)] for word in (old.entry, operation.entry)]
    yield f"split: {kinds[0]} to {kinds[1]}, {shape}"
    if order == new_order:
        yield "split: to the same order"
    yield "split: index at the head" if operation.index == first else "split: index inside"
    if first >> order // s * s + s:
        yield "split: below a parent"
    yield "split: marked" if old.marks else "split: unmarked"
    if first + (1 << order) > array.top:
        yield "split: over the top of the index space"
    if order >= HIGH:
        yield f"split: high order, {shape}"
    if operation.flags & Flag.NONBLOCKING and words[1]:
        yield "split: through memory without permission to block"


def _try_split(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    first, _ = _at(array, operation.index)
    if is_error(words[0]):
        if words[0] != mk_error(EINVAL):
            yield "try_split: allocation fails"
        elif nodes_needed(operation.order, operation.new_order, s) == 1:
            yield "try_split: refused, one node would do"
        else:
            yield "try_split: refused"
        return
    yield "try_split: one node" if words[1] else "try_split: horizontal"
    if words[1] > 1:
        yield "try_split: again with a spare node"
    head = operation.index == first
    yield "try_split: index at the head" if head else "try_split: index inside"


def _store(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if is_error(words[0]):
        yield "store: fails"
        return
    order = operation.order
    first = operation.index >> order << order
    over = array.at(first)
    larger = over is not None and over[1].order > order
    smaller = 0
    marks = 0
    if over is None or over[1].order < order:
        end = first + (1 << order)
        within = [item for start, item in array.items().items() if first <= start < end]
        smaller = len(within)
        marks = sum(item.marks for item in within)
    if operation.entry == NULL:
        if larger:
            yield "erase: larger entry through a smaller cursor"
        elif smaller > 1:
            yield "erase: several entries"
        else:
            found = smaller or over is not None
            yield "erase: whole entry" if found else "erase: nothing there"
        return
    if operation.entry == ZERO:
        yield "store: zero entry"
    if over is not None and larger:
        other = is_value(over[1].entry) != is_value(operation.entry)
        yield "store: into a larger entry, other kind" if other else "store: into a larger entry"
    elif smaller:
        yield "store: over smaller entries, marked" if marks else "store: over smaller entries"
    else:
        yield "store: replaces one of its order" if over else "store: nothing there"


def _set_mark(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    yield "mark: set" if array.at(operation.index) else "mark: set on nothing"


def _clear_mark(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    borne = array.get_mark(operation.index, operation.mark)
    yield "mark: cleared" if borne else "mark: cleared where not set"


def _get_mark(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    yield "mark: got" if words[0] else "mark: not got"


def _load(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    found = array.at(operation.index)
    if found is None:
        yield "load: nothing"
    else:
        head = found[0] == operation.index
        yield "load: canonical index" if head else "load: inside an entry"


def _order(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    yield "order: larger" if words[0] else "order: 0"


def _find(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    name = operation.code.name.lower()
    if words[0] == 0:
        yield f"{name}: nothing"
    if words[0] > 1:
        yield f"{name}: several"
        if operation.flags & Flag.PAUSE:
            yield f"{name}: paused"
    paused = words[0] and operation.flags & Flag.PAUSE
    if paused and any(item.order >= HIGH for item in _found(operation, array)):
        yield f"{name}: paused on a high order"
    found = array.at(operation.index)
    if found is not None and found[0] < operation.index:
        yield f"{name}: begins inside an entry"
    if operation.argument == array.top:
        yield f"{name}: to the top of the index space"


def _found(operation: Operation, array: AbstractArray) -> Iterator[Item]:
    """What an iteration finds."""
    for first, item in array.items().items():
        within = first <= operation.argument and first + item.size > operation.index
        marked = operation.code is Code.FIND or item.marks >> operation.mark & 1
        if within and marked:
            yield item


def _find_after(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    name = operation.code.name.lower()
    yield f"{name}: next" if words[1] else f"{name}: nothing"
    around = array.at(operation.index)
    if around is not None and array.at(min(operation.index + 1, _TOP)) == around:
        yield f"{name}: from inside an entry"
    last = array.at(operation.argument)
    if last is not None and last[0] < operation.argument and operation.index < last[0]:
        yield f"{name}: up to an entry's inside"


def _extract(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    name = operation.code.name.lower()
    if not words[0]:
        yield f"{name}: nothing"
        return
    room = 1 << min(operation.order, EXTRACT_ORDER)
    yield f"{name}: as many as there is room for" if words[0] == room else f"{name}: all"
    found = array.at(operation.index)
    if found is not None and found[0] < operation.index:
        yield f"{name}: begins inside an entry"


def _insert(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if words[0] == mk_error(ENOMEM):
        yield "insert: fails"
    else:
        there = array.load(operation.index)
        yield "insert: where something is" if there else "insert: where nothing is"


def _cmpxchg(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    found = array.at(operation.index)
    if (found[1].entry if found else NULL) != operation.argument:
        yield "cmpxchg: other"
    elif found is None:
        yield "cmpxchg: of nothing"
    else:
        yield "cmpxchg: of a larger entry" if found[1].order else "cmpxchg: of one"


def _reserve(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    there = array.load(operation.index)
    yield "reserve: where something is" if there else "reserve: where nothing is"


def _release(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    reserved = array.load(operation.index) == ZERO
    yield "release: reserved" if reserved else "release: not reserved"


def _store_range(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if is_error(words[0]):
        yield "store_range: fails"
        return
    first, last = operation.index, operation.argument
    pieces = range_items(first, last, s)
    if operation.entry == NULL:
        yield "store_range: erases"
    else:
        yield "store_range: several" if len(pieces) > 1 else "store_range: one entry"
        if any(item.extent for _, item in pieces):
            yield "store_range: makes an entry of no order"
    if array.uneven and any(
        first <= start and start + array.items()[start].size <= last + 1 for start in array.uneven
    ):
        yield "store_range: over an entry of no order"
    found = array.at(first)
    if found is not None and found[0] + found[1].size - 1 > last:
        yield "store_range: into a larger entry"


def _alloc(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if operation.entry == NULL and not is_error(words[0]):
        yield "alloc: reserves"
    if is_error(words[0]):
        yield f"alloc: {_UNALLOCATED[words[0]]}"
    else:
        yield "alloc: behind others" if words[1] > operation.index else "alloc: the first"


def _alloc_cyclic(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if is_error(words[0]):
        yield f"alloc_cyclic: {_UNALLOCATED[words[0]]}"
    elif words[0]:
        yield "alloc_cyclic: begins anew"
    else:
        yield "alloc_cyclic: goes on"
    if words[1] == LAST_ID:
        yield "alloc_cyclic: the last index"


_UNALLOCATED = {
    mk_error(EBUSY): "none free",
    mk_error(ENOMEM): "fails",
    mk_error(EINVAL): "not tracked",
}


def _step(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    code = operation.code
    name = code.name.lower()
    yield name
    if operation.argument and operation.index + (code is Code.NEXT) in EDGES:
        yield f"{name}: across 2^31, 2^32 or 2^63"
    end = operation.index + operation.argument * (1 if operation.code is Code.NEXT else -1)
    if not 0 <= end <= array.top:
        yield f"{name}: wraps"


def _destroy(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    yield "destroy: not empty" if len(array) else "destroy: empty"


def _count_alloc(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if not is_error(words[0]):
        yield "count_alloc: granted"
    elif words[2] and one_level_limit_exceeded(operation.order, operation.new_order, s):
        yield "count_alloc: refused"
    else:
        yield "count_alloc: limited"


def _min_order(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if operation.order == 0:
        yield "min_order: 0"
    else:
        between = operation.order % s
        yield "min_order: between" if between else "min_order: multiple of the chunk shift"


def _at(array: AbstractArray, index: int) -> tuple[int, Item]:
    found = array.at(index)
    assert found is not None, "a split needs an entry"
    return found


_CLASSIFY = {
    Code.STORE: _store,
    Code.SPLIT: _split,
    Code.TRY_SPLIT: _try_split,
    Code.TRY_SPLIT_MIN_ORDER: _min_order,
    Code.SET_MARK: _set_mark,
    Code.CLEAR_MARK: _clear_mark,
    Code.GET_MARK: _get_mark,
    Code.LOAD: _load,
    Code.GET_ORDER: _order,
    Code.FIND: _find,
    Code.FIND_MARKED: _find,
    Code.FIND_AFTER: _find_after,
    Code.FIND_AFTER_MARKED: _find_after,
    Code.EXTRACT: _extract,
    Code.EXTRACT_MARKED: _extract,
    Code.INSERT: _insert,
    Code.CMPXCHG: _cmpxchg,
    Code.RESERVE: _reserve,
    Code.RELEASE: _release,
    Code.STORE_RANGE: _store_range,
    Code.ALLOC: _alloc,
    Code.ALLOC_CYCLIC: _alloc_cyclic,
    Code.NEXT: _step,
    Code.PREV: _step,
    Code.DESTROY: _destroy,
    Code.COUNT_ALLOC: _count_alloc,
}
