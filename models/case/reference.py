# SPDX-License-Identifier: GPL-2.0-or-later
"""Running an operation list on the model: the answer that every other account must give too.

``models/driver/PROTOCOL.md`` defines operations and results.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from models.case.reference_log import Told, records, requests
from models.case.reference_plain import CHANGES, LOOKS, alloc_cyclic, given, nodes_of, word
from xarray_model import (
    api,
    geometry,
    iterate,
    marks,
    picture,
    split,
    split_one_level,
    split_recursive,
    walk,
)
from xarray_model.array import XArray
from xarray_model.create import create_range
from xarray_model.cursor import Cursor, destroy, nomem
from xarray_model.entries import ENOMEM, NULL, mk_error, mk_node
from xarray_model.errors import PreconditionError
from xarray_model.gfp import KERNEL
from xarray_model.journal import Store
from xarray_model.log import LogRecord
from xarray_model.lru import ShadowNodes
from xarray_model.node import Entry, Node
from xarray_model.operations import Code, Flag, Operation, array_flags
from xarray_model.try_split import try_split


class SplitKind(Enum):
    """Which split SPLIT and COUNT_ALLOC run."""

    ITERATIVE = "iterative"
    RECURSIVE = "recursive"
    ONE_LEVEL = "one-level"


_ALLOCATE = {
    SplitKind.ITERATIVE: split.split_alloc,
    SplitKind.RECURSIVE: split.split_alloc,
    SplitKind.ONE_LEVEL: split_one_level.split_alloc,
}
_SPLIT = {
    SplitKind.ITERATIVE: split.split,
    SplitKind.RECURSIVE: split_recursive.split,
    SplitKind.ONE_LEVEL: split_one_level.split,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case did.

    ``results`` is the byte stream that a driver answers with; ``log`` the records of each
    operation and ``journal`` its stores, in program order, both empty unless asked for.
    """

    results: bytes
    log: tuple[tuple[LogRecord, ...], ...] = ()
    journal: tuple[tuple[Store, ...], ...] = ()
    hangs: int | None = None
    """Number of the operation that never ends, of a model that deviates: the case's last."""
    undetermined: int | None = None
    """Number of the operation from which on nothing is told, of a model that deviates."""


class Endless(Exception):
    """An operation that never ends: of a model that deviates (``models.case.deviating``), for the
    right one comes to an end."""


class Undetermined(Exception):
    """Nothing can be told of what an operation does, nor of what comes after it: of a model that
    deviates, where what it deviates like reads what is no part of the array."""


def run_case(
    operations: Iterable[Operation],
    chunk_shift: int,
    *,
    width: int = 64,
    split: SplitKind = SplitKind.ITERATIVE,
    log: bool = False,
    journal: bool = False,
) -> Outcome:
    """Run a case on an empty model array of ``chunk_shift`` and ``width`` index bits.

    Raises PreconditionError when an operation breaks the contract of what it calls, and ValueError
    when an index or order does not exist at that width.
    """
    runner = Runner(XArray(chunk_shift, width), split)
    return run(runner, operations, log=log, journal=journal)


def run(
    runner: Runner, operations: Iterable[Operation], *, log: bool = False, journal: bool = False
) -> Outcome:
    """Run a case on a model that is there; raises as ``run_case``."""
    results: list[bytes] = []
    logs: list[tuple[LogRecord, ...]] = []
    journals: list[tuple[Store, ...]] = []
    hangs = undetermined = None
    for number, operation in enumerate(operations):
        stores: list[Store] = []
        told: list[Told] = []
        if log or journal:
            stores = runner.array.journal.start()
            runner.told = told
            runner.array.asked = Counter()
        try:
            results.append(runner.run(operation))
        except Endless:
            hangs = number
            break
        except Undetermined:
            undetermined = number
            break
        if journal:
            journals.append(tuple(stores))
        if log:
            logs.append(
                (
                    *requests(number, runner.array.asked or {}, given(operation)),
                    *records(number, told, stores, runner.array),
                )
            )
    return Outcome(b"".join(results), tuple(logs), tuple(journals), hangs, undetermined)


class Runner:
    """One array with its LRU, and what each operation does to it."""

    def __init__(self, array: XArray, kind: SplitKind) -> None:
        self.array = array
        self.lru = ShadowNodes()
        self.told: list[Told] | None = None
        self.split_alloc = _ALLOCATE[kind]
        self.split = _SPLIT[kind]
        self.create_range: Callable[..., None] = create_range
        self.pause = iterate.pause
        self.next = iterate.next
        self.prev = iterate.prev
        self.find_marked: Callable[[Cursor, int, int], Entry] = iterate.find_marked
        self.handlers = _HANDLERS
        """How each operation is done."""
        self._kept: Cursor | None = None
        self.following = 0
        """Where the case's next cyclic allocation begins."""

    @property
    def carries(self) -> tuple[object, ...] | None:
        """What later operations depend on besides the array, which a snapshot shows; None where
        they may go through a cursor, which none shows."""
        if self._kept is not None:
            return None
        return self.array.allocator.armed, self.following

    def run(self, operation: Operation) -> bytes:
        """The bytes that the operation answers with."""
        if operation.code is Code.SNAPSHOT:
            return picture.encode(self.array, self.lru.nodes)
        words = self.handlers[operation.code](self, operation)
        return struct.pack(f"<{len(words)}Q", *words) if words else b""

    def update(self, node: Node) -> None:
        """The update callback."""
        if self.told is not None:
            self.told.append(Told.of(node, self.array))
        self.lru.update(node)

    def _cursor(self, op: Operation, order: int) -> Cursor:
        """A new cursor of ``order``, as the operation asks for it."""
        return Cursor(
            self.array, op.index, order, self.update, bool(int.__and__(op.flags, Flag.LRU))
        )

    def _init(self, op: Operation) -> list[int]:
        self.array.init(array_flags([op]))
        return []

    def _store(self, op: Operation) -> list[int]:
        return [word(api.store_through(self._cursor(op, op.order), op.entry))]

    def _split_entry(self, op: Operation) -> list[int]:
        return self._split_through(self._cursor(op, op.new_order), op)

    def _split_through(self, cursor: Cursor, op: Operation) -> list[int]:
        array = self.array
        requests, warnings = array.allocator.requests, array.warnings
        self.split_alloc(cursor, op.entry, op.order, given(op))
        allocated = array.allocator.requests
        held = cursor.preallocated()
        if not cursor.errno:
            array.locked = True
            self.split(cursor, op.entry, op.order)
            array.locked = False
        words = [
            _error(cursor),
            allocated - requests,
            held,
            array.allocator.requests - allocated,
            cursor.preallocated(),
            array.warnings - warnings,
        ]
        destroy(cursor)
        return words

    def _try_split(self, op: Operation) -> list[int]:
        array = self.array
        cursor = self._cursor(op, op.new_order)
        requests = array.allocator.requests
        again = True
        while again:
            array.locked = True
            try_split(cursor, op.entry, op.order)
            array.locked = False
            left = cursor.preallocated()
            again = bool(op.flags & Flag.RETRY) and nomem(cursor)
        words = [_error(cursor), array.allocator.requests - requests, left]
        destroy(cursor)
        return words

    def _try_split_min_order(self, op: Operation) -> list[int]:
        return [geometry.try_split_min_order(op.order, self.array.s)]

    def _set_mark(self, op: Operation) -> list[int]:
        api.set_mark(self.array, op.index, op.mark)
        return []

    def _clear_mark(self, op: Operation) -> list[int]:
        api.clear_mark(self.array, op.index, op.mark)
        return []

    def _get_mark(self, op: Operation) -> list[int]:
        return [int(api.get_mark(self.array, op.index, op.mark))]

    def _load(self, op: Operation) -> list[int]:
        return [word(api.load(self.array, op.index))]

    def _get_order(self, op: Operation) -> list[int]:
        return [api.get_order(self.array, op.index)]

    def _find(self, op: Operation) -> list[int]:
        return self._all(op, lambda cursor: iterate.find(cursor, op.argument))

    def _find_marked(self, op: Operation) -> list[int]:
        return self._all(op, lambda cursor: self.find_marked(cursor, op.argument, op.mark))

    def _all(self, op: Operation, step: Callable[[Cursor], Entry]) -> list[int]:
        cursor = Cursor(self.array, op.index)
        pausing = bool(op.flags & Flag.PAUSE)
        words = [0]
        while (entry := step(cursor)) != NULL:
            if len(words) > 1 and cursor.index <= words[-2]:
                raise Endless
            words += (cursor.index, word(entry))
            if pausing:
                self.pause(cursor)
        words[0] = len(words) // 2
        return words

    def _next(self, op: Operation) -> list[int]:
        return self._steps(op, self.next)

    def _prev(self, op: Operation) -> list[int]:
        return self._steps(op, self.prev)

    def _steps(self, op: Operation, step: Callable[[Cursor], Entry]) -> list[int]:
        cursor = Cursor(self.array, op.index)
        words = [word(walk.load(cursor))]
        for _ in range(op.argument):
            entry = step(cursor)
            words += (cursor.index, word(entry))
        return words

    def _destroy(self, op: Operation) -> list[int]:
        self.lru.clear()
        api.destroy(self.array)
        return []

    def _fail(self, op: Operation) -> list[int]:
        self.array.allocator.fail(
            op.argument,
            blocking=bool(op.flags & Flag.FAIL_BLOCKING),
            nonblocking=bool(op.flags & Flag.FAIL_NONBLOCKING),
            lasting=bool(op.flags & Flag.LASTING),
        )
        return []

    def _count_alloc(self, op: Operation) -> list[int]:
        array = self.array
        cursor = self._cursor(op, op.new_order)
        requests, warnings = array.allocator.requests, array.warnings
        # Where nodes are only lent their number is worked out, not counted.
        repeating = bool(op.flags & Flag.REPEATING)
        array.allocator.limit(0 if repeating else op.argument)
        # Any entry will do, since none is stored.
        self.split_alloc(cursor, mk_node(0), op.order, KERNEL)
        array.allocator.limit(None)
        words = [
            _error(cursor),
            array.allocator.requests - requests,
            array.warnings - warnings,
        ]
        if repeating and words[1]:
            need = geometry.split_nodes(op.order, op.new_order, array.s)
            error = mk_error(ENOMEM) if need > op.argument else 0
            words = [error, min(need, op.argument + 1), 0]
        destroy(cursor)
        return words

    @property
    def kept(self) -> Cursor:
        """The case's cursor; PreconditionError before it is set."""
        if self._kept is None:
            raise PreconditionError("the case's cursor was not set")
        return self._kept

    def _cursor_set(self, op: Operation) -> list[int]:
        self._kept = self._cursor(op, op.order)
        return []

    def _cursor_reset(self, op: Operation) -> list[int]:
        self.kept.reset()
        return []

    def _cursor_load(self, op: Operation) -> list[int]:
        entry = walk.load(self.kept)
        return [self.kept.index, word(entry)]

    def _cursor_find(self, op: Operation) -> list[int]:
        return self._found(iterate.find(self.kept, op.argument))

    def _cursor_find_marked(self, op: Operation) -> list[int]:
        return self._found(self.find_marked(self.kept, op.argument, op.mark))

    def _found(self, entry: Entry) -> list[int]:
        """A search that finds nothing leaves the cursor at an index that has no meaning."""
        return [self.kept.index, word(entry)] if entry != NULL else [0, NULL]

    def _cursor_find_conflict(self, op: Operation) -> list[int]:
        found = iterate.conflicts(self.kept)
        return [len(found), *map(word, found)]

    def _plain(self, op: Operation) -> list[int]:
        return LOOKS[op.code](self.array, op)

    def _plain_change(self, op: Operation) -> list[int]:
        # No callback is told: the owner keeps the list itself.
        self.lru.clear()
        if op.code is Code.ALLOC_CYCLIC:
            words = alloc_cyclic(self.array, op, self.following)
            self.following = words[2]
        else:
            words = CHANGES[op.code](self.array, op)
        for node in nodes_of(self.array):
            self.lru.update(node)
        return words

    def _cursor_next(self, op: Operation) -> list[int]:
        entry = self.next(self.kept)
        return [self.kept.index, word(entry)]

    def _cursor_prev(self, op: Operation) -> list[int]:
        entry = self.prev(self.kept)
        return [self.kept.index, word(entry)]

    def _cursor_pause(self, op: Operation) -> list[int]:
        self.pause(self.kept)
        return [self.kept.index]

    def _cursor_set_mark(self, op: Operation) -> list[int]:
        marks.set_mark(self.kept, op.mark)
        return []

    def _cursor_clear_mark(self, op: Operation) -> list[int]:
        marks.clear_mark(self.kept, op.mark)
        return []

    def _cursor_get_mark(self, op: Operation) -> list[int]:
        return [int(marks.get_mark(self.kept, op.mark))]

    def _cursor_store(self, op: Operation) -> list[int]:
        return [word(api.store_through(self.kept, op.entry))]

    def _cursor_split(self, op: Operation) -> list[int]:
        return self._split_through(self.kept, op)

    def _cursor_split_alloc(self, op: Operation) -> list[int]:
        array, cursor = self.array, self.kept
        requests, warnings = array.allocator.requests, array.warnings
        self.split_alloc(cursor, op.entry, op.order, given(op))
        return [
            _error(cursor),
            array.allocator.requests - requests,
            cursor.preallocated(),
            array.warnings - warnings,
        ]

    def _cursor_split_alone(self, op: Operation) -> list[int]:
        return self._under_lock(lambda cursor: self.split(cursor, op.entry, op.order))

    def _cursor_create_range(self, op: Operation) -> list[int]:
        return self._under_lock(self.create_range)

    def _under_lock(self, do: Callable[[Cursor], None]) -> list[int]:
        array, cursor = self.array, self.kept
        requests = array.allocator.requests
        array.locked = True
        do(cursor)
        array.locked = False
        made = array.allocator.requests - requests
        return [_error(cursor), made, cursor.preallocated()]

    def _cursor_nomem(self, op: Operation) -> list[int]:
        again = nomem(self.kept)
        return [int(again), self.kept.preallocated()]

    def _cursor_destroy(self, op: Operation) -> list[int]:
        held = self.kept.preallocated()
        destroy(self.kept)
        return [held]


Handler: TypeAlias = Callable[[Runner, Operation], list[int]]
_HANDLERS: Mapping[Code, Handler] = {
    Code.STORE: Runner._store,
    Code.SPLIT: Runner._split_entry,
    Code.TRY_SPLIT: Runner._try_split,
    Code.TRY_SPLIT_MIN_ORDER: Runner._try_split_min_order,
    Code.SET_MARK: Runner._set_mark,
    Code.CLEAR_MARK: Runner._clear_mark,
    Code.GET_MARK: Runner._get_mark,
    Code.LOAD: Runner._load,
    Code.GET_ORDER: Runner._get_order,
    Code.FIND: Runner._find,
    Code.FIND_MARKED: Runner._find_marked,
    Code.NEXT: Runner._next,
    Code.PREV: Runner._prev,
    Code.DESTROY: Runner._destroy,
    Code.FAIL: Runner._fail,
    Code.COUNT_ALLOC: Runner._count_alloc,
    Code.CURSOR_SET: Runner._cursor_set,
    Code.CURSOR_RESET: Runner._cursor_reset,
    Code.CURSOR_LOAD: Runner._cursor_load,
    Code.CURSOR_FIND: Runner._cursor_find,
    Code.CURSOR_FIND_MARKED: Runner._cursor_find_marked,
    Code.CURSOR_NEXT: Runner._cursor_next,
    Code.CURSOR_PREV: Runner._cursor_prev,
    Code.CURSOR_PAUSE: Runner._cursor_pause,
    Code.CURSOR_SET_MARK: Runner._cursor_set_mark,
    Code.CURSOR_CLEAR_MARK: Runner._cursor_clear_mark,
    Code.CURSOR_GET_MARK: Runner._cursor_get_mark,
    Code.CURSOR_STORE: Runner._cursor_store,
    Code.CURSOR_SPLIT: Runner._cursor_split,
    Code.CURSOR_SPLIT_ALLOC: Runner._cursor_split_alloc,
    Code.CURSOR_SPLIT_ALONE: Runner._cursor_split_alone,
    Code.CURSOR_CREATE_RANGE: Runner._cursor_create_range,
    Code.CURSOR_NOMEM: Runner._cursor_nomem,
    Code.CURSOR_DESTROY: Runner._cursor_destroy,
    Code.CURSOR_FIND_CONFLICT: Runner._cursor_find_conflict,
    **dict.fromkeys(LOOKS, Runner._plain),
    Code.INIT: Runner._init,
    **dict.fromkeys((*CHANGES, Code.ALLOC_CYCLIC), Runner._plain_change),
}


def _error(cursor: Cursor) -> int:
    return mk_error(cursor.errno) if cursor.errno else 0
