# SPDX-License-Identifier: GPL-2.0-or-later
"""What a known deviation answers, exactly: the model with the deviation planted.

A deviation is known by this answer, byte for byte, never by the property that it breaks: code that
goes wrong in any other way, be it in the same place, has another defect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from models.case.create_upwards import create_range_upwards
from models.case.deviations import DEVIATIONS
from models.case.reference import Outcome, Runner, SplitKind, run
from models.case.reference_plain import word
from xarray_model import iterate, walk
from xarray_model.array import XArray
from xarray_model.cursor import BOUNDS, WALKED, Cursor
from xarray_model.entries import NULL, ZERO
from xarray_model.errors import PreconditionError
from xarray_model.flags import FREE_MARK, ArrayFlag
from xarray_model.geometry import node_shift, offset_of
from xarray_model.node import Entry, Node, is_sibling, is_value
from xarray_model.operations import THROUGH, Code, Operation, array_flags

Plant: TypeAlias = Callable[[Runner], None]
"""Makes a model deviate."""


class _Held(Runner):
    """A model that is held against an answer: it ends with ValueError where it says otherwise."""

    def __init__(self, array: XArray, kind: SplitKind, told: bytes) -> None:
        super().__init__(array, kind)
        self._told = told
        self._at = 0

    def run(self, operation: Operation) -> bytes:
        """The bytes that the operation answers with."""
        words = super().run(operation)
        if not self._told.startswith(words, self._at):
            raise ValueError("another answer")
        self._at += len(words)
        return words


def answer(
    operations: Sequence[Operation],
    s: int,
    kind: SplitKind,
    names: Iterable[str],
    told: bytes | None = None,
    width: int = 64,
) -> Outcome | None:
    """What a case, of indices of ``width`` bits, answers and logs where there are the deviations of
    these names; None when that cannot be told, since it comes to something that nothing is promised
    of, or is not what was ``told``: most cases that fail say so at their first split, and the rest
    need not be run."""
    array = XArray(s, width)
    runner = Runner(array, kind) if told is None else _Held(array, kind, told)
    wanted = set(names)
    for name, plant in PLANTS.items():
        if name in wanted:
            plant(runner)
    try:
        return run(runner, operations, log=True)
    except (PreconditionError, ValueError):
        return None


def _instead(runner: Runner, code: Code, done: Callable[[Operation], list[int]]) -> None:
    runner.handlers = {**runner.handlers, code: lambda _, operation: done(operation)}


def _store_other_kind(runner: Runner) -> None:
    """The siblings behind the cursor's are not counted, though they change their kind."""

    def miscounting(code: Code, at: Callable[[Operation], Cursor]) -> None:
        right = runner.handlers[code]

        def store(operation: Operation) -> list[int]:
            stores = operation.entry != NULL
            if code is Code.CMPXCHG:
                there = walk.load(at(operation))
                stores = stores and there == operation.argument
            behind = _behind(at(operation)) if stores else None
            words = right(runner, operation)
            if behind is not None:
                node, slots, was_value = behind
                wrong = slots * (is_value(operation.entry) - was_value)
                node.nr_values = (node.nr_values - wrong) & 0xFF
                runner.lru.update(node)
            return words

        _instead(runner, code, store)

    miscounting(Code.STORE, lambda one: Cursor(runner.array, one.index, one.order))
    miscounting(Code.CMPXCHG, lambda one: Cursor(runner.array, one.index))
    miscounting(Code.CURSOR_STORE, lambda _: _copy(runner.kept))


_ERASING = (Code.STORE, Code.CMPXCHG, Code.RELEASE)
"""What may erase, without a cursor of the caller's."""


def _erase_first_free(runner: Runner) -> None:
    """Of the slots that an erase clears only the cursor's first bears the free mark."""

    def erasing(code: Code, at: Callable[[Operation], Cursor]) -> None:
        right = runner.handlers[code]

        def store(operation: Operation) -> list[int]:
            cursor = at(operation)
            erases = operation.entry == NULL and runner.array.tracks_free
            others = _others(cursor) if erases else None
            words = right(runner, operation)
            if others is not None:
                node, was, slots = others
                now = node.marks[FREE_MARK]
                node.marks[FREE_MARK] = now & ~slots | was & slots
            return words

        _instead(runner, code, store)

    for code in _ERASING:
        erasing(code, lambda one: Cursor(runner.array, one.index, one.order))
    erasing(Code.CURSOR_STORE, lambda _: _copy(runner.kept))


def _others(cursor: Cursor) -> tuple[Node, int, int] | None:
    """The node in which a cursor erases, its free marks as they will be where nothing is marked,
    and the slots, as a mask, that are cleared behind the first."""
    walk.load(cursor)
    node = cursor.node
    if node is None or cursor.state is not WALKED:
        return None
    sibs = cursor.sibs if cursor.shift == node.shift else 0
    first = cursor.offset + 1
    end = first + sibs
    while end < len(node.slots) and is_sibling(node.slots[end], cursor.array.s):
        end += 1
    slots = (1 << end) - (1 << first)
    # Marks of the slots that the cursor covers are gathered on the first.
    gathered = (1 << first + sibs) - (1 << first)
    return node, node.marks[FREE_MARK] & ~gathered, slots


def _copy(cursor: Cursor) -> Cursor:
    return Cursor(cursor.array, cursor.index, cursor.order)


def _behind(cursor: Cursor) -> tuple[Node, int, bool] | None:
    """Where a larger entry than the cursor's lies: its node, its slots behind those that the cursor
    covers, and whether it is a value."""
    entry = walk.load(cursor)
    node = cursor.node
    if node is None or isinstance(entry, Node) or entry == NULL:
        return None
    sibs = cursor.sibs if cursor.shift == node.shift else 0
    first = end = cursor.offset + sibs + 1
    while end < len(node.slots) and is_sibling(node.slots[end], cursor.array.s):
        end += 1
    return node, end - first, is_value(entry)


def _pause_by_length(cursor: Cursor, aligned: bool) -> None:
    """Adds what is left of the entry from its slot on to the index, of that slot or not."""
    node = cursor.node
    if cursor.state is not WALKED or node is None:
        iterate.pause(cursor)
        return
    array = cursor.array
    end = cursor.offset + 1
    while end < array.slots and is_sibling(node.slots[end], array.s):
        end += 1
    start = cursor.index >> node.shift << node.shift if aligned else cursor.index
    cursor.index = (start + (end - cursor.offset << node.shift)) & array.last_index
    cursor.reset()
    if cursor.index == 0:
        cursor.set_bounds()


def _pause_inside(runner: Runner) -> None:
    runner.pause = lambda cursor: _pause_by_length(cursor, False)


def _pause_inside_slots(runner: Runner) -> None:
    runner.pause = lambda cursor: _pause_by_length(cursor, True)


def _pause_at_top(runner: Runner) -> None:
    """A search after the last index begins again at the first; so one that is paused after each
    entry never ends."""

    right = runner.find_marked

    def find_marked(cursor: Cursor, last: int, mark: int) -> Entry:
        if cursor.state is BOUNDS and cursor.index == 0:
            cursor.reset()
        return right(cursor, last, mark)

    runner.find_marked = find_marked


def _find_after_marked(runner: Runner) -> None:
    """A walk to a later slot of an entry that bears the mark finds the entry, at its first."""
    right = runner.handlers[Code.FIND_AFTER_MARKED]

    def find_after(operation: Operation) -> list[int]:
        array, index = runner.array, operation.index + 1
        if index <= operation.argument:
            cursor = Cursor(array, index)
            entry = iterate.find_marked(cursor, operation.argument, operation.mark)
            if entry not in (NULL, ZERO) and cursor.index < index:
                return [cursor.index, word(entry)]
        return right(runner, operation)

    _instead(runner, Code.FIND_AFTER_MARKED, find_after)


def _step_from_slot(cursor: Cursor, by: int) -> Entry:
    """Steps from the slot, which is the entry's first, and not from the index."""
    node = cursor.node
    if cursor.state is not WALKED or node is None:
        return iterate.next(cursor) if by > 0 else iterate.prev(cursor)
    array = cursor.array
    cursor.index = (cursor.index + by) & array.last_index
    at_edge = cursor.offset == (array.slots - 1 if by > 0 else 0)
    within = not node.shift and not at_edge
    offset = cursor.offset
    if within or offset != offset_of(cursor.index, node.shift, array.s):
        offset += by
    while not 0 <= offset < array.slots:
        if node.parent is None:
            cursor.set_bounds()
            return NULL
        offset, node = node.offset + by, node.parent
    while True:
        cursor.node, cursor.offset = node, offset
        entry = node.slots[offset]
        if not isinstance(entry, Node):
            return entry
        node, offset = entry, offset_of(cursor.index, entry.shift, array.s)


def _step_inside(runner: Runner) -> None:
    runner.next = lambda cursor: _step_from_slot(cursor, 1)
    runner.prev = lambda cursor: _step_from_slot(cursor, -1)


def _split_limit(runner: Runner) -> None:
    """What lies just beyond the limit is split to an order one level higher than asked."""
    s = runner.array.s

    def raised(code: Code) -> None:
        right = runner.handlers[code]

        def split(operation: Operation) -> list[int]:
            higher = replace(operation, new_order=operation.new_order + s)
            return right(runner, higher if _beyond_limit(operation, s) else operation)

        _instead(runner, code, split)

    raised(Code.SPLIT)
    raised(Code.COUNT_ALLOC)


def _split_sibling_marks(runner: Runner) -> None:
    """The new nodes of a marked entry have every slot marked, so marked searches find siblings."""
    right = runner.split

    def split(cursor: Cursor, entry: int, order: int) -> None:
        probe = Cursor(cursor.array, cursor.index)
        walk.load(probe)
        node = probe.node
        slots = range(probe.offset, probe.offset + (1 << order % cursor.array.s))
        right(cursor, entry, order)
        for slot in slots:
            child = node.slots[slot] if node is not None else NULL
            if isinstance(child, Node):
                every = (1 << len(child.slots)) - 1
                child.marks = [every if word else 0 for word in child.marks]

    runner.split = split
    runner.find_marked = partial(iterate.find_marked, siblings=True)


def _split_filled_early(runner: Runner) -> None:
    """The new nodes hold what they were filled with when they were allocated."""
    right, allocate = runner.split, runner.handlers[Code.CURSOR_SPLIT_ALLOC]
    given: dict[int, tuple[Node, int]] = {}

    def split_alloc(operation: Operation) -> list[int]:
        had = set(map(id, _prepared(runner.kept)))
        words = allocate(runner, operation)
        made = (node for node in _prepared(runner.kept) if id(node) not in had)
        given.update((id(node), (node, operation.entry)) for node in made)
        return words

    def split(cursor: Cursor, entry: int, order: int) -> None:
        filled = [(node, list(node.slots)) for node in _prepared(cursor)]
        right(cursor, entry, order)
        for node, slots in filled[: len(filled) - cursor.preallocated()]:
            if any(slots):
                node.slots[:] = slots
            elif id(node) in given:  # the model of any number of levels fills in the split
                early = given[id(node)][1]
                node.slots[:] = [early if word == entry else word for word in node.slots]

    runner.split = split
    _instead(runner, Code.CURSOR_SPLIT_ALLOC, split_alloc)


def _prepared(cursor: Cursor) -> Iterator[Node]:
    """The nodes on a cursor."""
    node = cursor.alloc
    while node is not None:
        yield node
        node = node.parent


def _create_range_ends(runner: Runner) -> None:
    """What is made before a larger entry depends on the node that this is in."""
    runner.create_range = create_range_upwards


def _create_range_spare(runner: Runner) -> None:
    """What is on the cursor when all slots are there stays on it."""
    runner.create_range = partial(runner.create_range, keep=True)


def _try_split_siblings(runner: Runner) -> None:
    """An order with the sibling count of the one below the entry's is taken for that order."""
    s = runner.array.s
    right = runner.handlers[Code.TRY_SPLIT]

    def split(operation: Operation) -> list[int]:
        taken = _sibling_order(operation, s)
        return right(runner, operation if taken is None else replace(operation, new_order=taken))

    _instead(runner, Code.TRY_SPLIT, split)


PLANTS: Mapping[str, Plant] = {
    "split-sibling-marks": _split_sibling_marks,
    "store-other-kind": _store_other_kind,
    "erase-first-free": _erase_first_free,
    "pause-inside": _pause_inside,
    "pause-inside-slots": _pause_inside_slots,
    "pause-at-top": _pause_at_top,
    "step-inside": _step_inside,
    "find-after-marked": _find_after_marked,
    "split-limit": _split_limit,
    "split-filled-early": _split_filled_early,
    "create-range-ends": _create_range_ends,
    "create-range-spare": _create_range_spare,
    "try-split-siblings": _try_split_siblings,
}
"""How each known deviation is planted, by its name, in an order in which they go together."""

Meets: TypeAlias = Callable[[Operation, Sequence[Operation], int], bool]


def _by_code(*codes: Code) -> Meets:
    return lambda one, _, __: one.code in codes


def _stores_other_kind(one: Operation, before: Sequence[Operation], s: int) -> bool:
    """Whether it may store the other kind into a larger entry."""
    if one.code is Code.STORE_RANGE:
        return True
    if one.code not in (Code.STORE, Code.CURSOR_STORE, Code.CMPXCHG) or one.entry == NULL:
        return False

    def larger(other: Operation) -> bool:
        left = max(other.order, other.new_order)
        inside = one.index >> left == other.index >> left and left > one.order
        if other.code is Code.STORE_RANGE:
            inside = other.index >> one.order <= one.index >> one.order
            inside = inside and one.index >> one.order << one.order <= other.argument
        return is_value(other.entry) != is_value(one.entry) and (
            inside or bool({one.code, other.code} & THROUGH)
        )

    return any(other.entry != NULL and larger(other) for other in before)


def _beyond_limit(one: Operation, s: int) -> bool:
    return one.order == node_shift(one.new_order, s) + 2 * s


def _sibling_order(one: Operation, s: int) -> int | None:
    """The order that such an order is taken for, if it is for another one."""
    below = one.order - 1
    alike = below >= 0 and one.new_order % s == below % s
    return below if alike and one.order % s == 0 and one.new_order < below else None


MEETS: Mapping[str, Meets] = {
    "split-sibling-marks": _by_code(
        *(Code.SPLIT, Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALONE),
        *(Code.FIND_MARKED, Code.CURSOR_FIND_MARKED),
    ),
    "store-other-kind": _stores_other_kind,
    "erase-first-free": lambda one, before, _: (
        one.code in (*_ERASING, Code.CURSOR_STORE)
        and one.entry == NULL
        and bool(array_flags(before) & ArrayFlag.TRACK_FREE)
    ),
    "pause-inside": _by_code(Code.FIND, Code.FIND_MARKED, Code.CURSOR_PAUSE),
    "pause-inside-slots": _by_code(Code.FIND, Code.FIND_MARKED, Code.CURSOR_PAUSE),
    "pause-at-top": _by_code(Code.FIND_MARKED, Code.CURSOR_FIND_MARKED),
    "step-inside": _by_code(Code.NEXT, Code.PREV, Code.CURSOR_NEXT, Code.CURSOR_PREV),
    "find-after-marked": _by_code(Code.FIND_AFTER_MARKED),
    "split-limit": lambda one, _, s: (
        one.code in (Code.SPLIT, Code.COUNT_ALLOC) and _beyond_limit(one, s)
    ),
    "split-filled-early": _by_code(Code.CURSOR_SPLIT_ALONE),
    "create-range-spare": _by_code(Code.CURSOR_CREATE_RANGE),
    "create-range-ends": _by_code(Code.CURSOR_CREATE_RANGE),
    "try-split-siblings": lambda one, _, s: (
        one.code is Code.TRY_SPLIT and _sibling_order(one, s) is not None
    ),
}
"""Whether a planted model may do an operation, after those before it and at a chunk shift,
otherwise than the right one: all others it does alike, on the same array with the cursor at the
same place."""
_CHANGING = frozenset(
    {
        "split-sibling-marks",
        "store-other-kind",
        "erase-first-free",
        "split-limit",
        "split-filled-early",
        "create-range-spare",
        "create-range-ends",
        "try-split-siblings",
    }
)


def possible(
    operations: Sequence[Operation], s: int, names: Iterable[str], broken: Iterable[int | None]
) -> list[str]:
    """Those of these deviations that a case may meet, if together they may be why something breaks
    at the operations of these numbers; else none.

    What changes no array breaks nothing but the operations that meet it, unless a cursor is led
    astray by it.
    """
    met = {
        name: numbers
        for name in names
        if (
            numbers := {
                number
                for number, one in enumerate(operations)
                if MEETS[name](one, operations[:number], s)
            }
        )
    }
    every = set[int]().union(*met.values())
    shown = {number for number in broken if number is not None}
    by_cursor = any(one.code in THROUGH for one in operations)
    if by_cursor or met.keys() & _CHANGING:
        possibly = bool(every) and min(every) <= min(shown, default=len(operations))
    else:
        possibly = shown <= every
    return list(met) if possibly else []


ON_SPLIT = frozenset(one.name for one in DEVIATIONS if one.on_split)
"""The known deviations of the split itself: findings like any other, told as known."""
