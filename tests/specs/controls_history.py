# SPDX-License-Identifier: GPL-2.0-or-later
"""For each clause that takes a history: one that holds and one that breaks it.

The array: chunk shift 2, a pointer of order 2 at index 0, and at index 8 a pointer of order 3 with
mark 0, in slots 2 and 3 of one node.  The split of the latter to order 0 takes two nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from specs.judge import Judge
from specs.stream import Answer
from tests.specs.builder import Tree, full, run, snapshot
from xarray_model.entries import EBUSY, EINVAL, ENOMEM, mk_error, mk_node, mk_sibling, mk_value
from xarray_model.gfp import Gfp
from xarray_model.log import ARRAY_RIGHT, LOCK_HELD, UNREACHABLE, Kind, LogRecord, Names
from xarray_model.operations import LAST_ID, Code, Flag, Operation
from xarray_model.snapshot import Snapshot

S = 2
P, OLD, NEW = 0x1000, 0x2000, mk_value(9)
NO_MEMORY, INVALID, BUSY = mk_error(ENOMEM), mk_error(EINVAL), mk_error(EBUSY)

Step = tuple[Operation, Sequence[int] | Snapshot | bytes, Sequence[LogRecord] | None]


def before(**wrong: Any) -> Snapshot:
    return snapshot(S, Tree(2, {0: P, **run(2, 2, OLD)}, {2: 1}), **wrong)


def after(**wrong: Any) -> Snapshot:
    return snapshot(S, Tree(2, {0: P, 2: full(0, NEW, S, 1), 3: full(0, NEW, S, 1)}), **wrong)


def sideways() -> Snapshot:
    return snapshot(S, Tree(2, {0: P, 2: NEW, 3: NEW}, {2: 1, 3: 1}))


class Told(set[str]):
    """Names of the properties that a history breaks, and of all that were judged in it."""

    judged: Counter[str]


def names(steps: Sequence[Step], judge: Judge | None = None) -> Told:
    """Names of the properties that a history breaks, and how often each was judged."""
    judge = judge or Judge(S)
    history = judge.history()
    found = Told()
    found.judged = judge.judged
    for operation, answer, log in steps:
        if isinstance(answer, Snapshot):
            given = Answer(snapshot=answer.encode())
        elif isinstance(answer, bytes):
            given = Answer(snapshot=answer)
        else:
            given = Answer(tuple(answer))
        found |= {violation.property for violation in history.step(operation, given, log)}
    return found


def take(picture: Snapshot | bytes) -> Step:
    return Operation(Code.SNAPSHOT), picture, None


def do(code: Code, answer: Sequence[int] = (), log: Any = None, **fields: Any) -> Step:
    return Operation(code, **fields), answer, log


BOTH = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
FOUND: Step = (Operation(Code.CURSOR_FIND, argument=99), [0, P], None)
START: list[Step] = [
    do(Code.STORE, [0], index=0, order=2, entry=P),
    do(Code.STORE, [0], index=8, order=3, entry=OLD),
    do(Code.SET_MARK, index=8),
    take(before()),
]


def told(node: int, count: int = 4, nr_values: int = 4, **fields: Any) -> LogRecord:
    flags = fields.pop("flags", ARRAY_RIGHT | LOCK_HELD)
    return LogRecord(Kind.CALLBACK, flags, 0, node, count, nr_values, **fields)


def shown(slot: int, value: int, node: int = 0) -> LogRecord:
    return LogRecord(Kind.PUBLICATION, 0, 0, node, slot=slot, value=value)


LOW, HIGH = told(1, offset=2), told(2, offset=3)
TOP = told(0, 3, 0, shift=2)
UP_HIGH, UP_LOW = shown(3, mk_node(2)), shown(2, mk_node(1))
LOG = [UP_HIGH, HIGH, UP_LOW, LOW, TOP]
WORDS = [0, 2, 2, 0, 0, 0]


def split(
    words: Sequence[int] = WORDS,
    result: Snapshot | None = None,
    log: Sequence[LogRecord] | None = None,
    *,
    index: int = 8,
    fail: int = 0,
    one_level: bool = False,
    judge: Judge | None = None,
    then: Sequence[Step] = (),
) -> Told:
    """What a split of the order-3 entry to order 0 breaks."""
    armed = do(Code.FAIL, argument=fail, flags=Flag.FAIL_BLOCKING)
    operation = do(Code.SPLIT, words, log, index=index, order=3, new_order=0, entry=NEW)
    steps = [*START, armed, operation, take(result or after()), *then]
    return names(steps, judge or Judge(S, one_level=one_level))


def sideways_log(*records: LogRecord) -> Told:
    """What these records break for the split of the order-3 entry to order 2."""
    operation = do(Code.SPLIT, [0] * 6, records, index=8, order=3, new_order=2, entry=NEW)
    return names([*START, operation, take(sideways())])


def try_split(words: Sequence[int], new_order: int, index: int = 8, order: int = 3) -> Told:
    """What the answer to a try_split breaks."""
    return names([*START, do(
        Code.TRY_SPLIT, words, index=index, order=order, new_order=new_order, entry=NEW
    )])  # fmt: skip


def ask(code: Code, answer: Sequence[int], **fields: Any) -> Told:
    """What an answer breaks on the array as it is at the start."""
    return names([*START, do(code, answer, **fields)])


def kept(*steps: Step, index: int = 0) -> Told:
    """What steps with a kept cursor break, which begins at ``index`` on the array of the start."""
    return names([*START, do(Code.CURSOR_SET, index=index), *steps])


PREPARED: list[Step] = [
    do(Code.CURSOR_SET, index=9),
    do(Code.CURSOR_SPLIT_ALLOC, [0, 2, 2, 0], order=3, entry=OLD),
]
"""Two nodes on the cursor, for the split of the order-3 entry to order 0."""


def prepared(words: Sequence[int], *then: Step) -> Told:
    """What that split breaks, of nodes that were allocated for the old entry."""
    alone = do(Code.CURSOR_SPLIT_ALONE, words, order=3, entry=NEW)
    live = 4 if words[2] else 3
    return names([*START, *PREPARED, alone, take(after(live_nodes=live)), *then])


def ranged(words: Sequence[int], result: Snapshot | None = None) -> Told:
    """What a create_range over the four indices behind the order-2 entry breaks."""
    made = snapshot(S, Tree(2, {0: P, 1: Tree(0, {}), **run(2, 2, OLD)}, {2: 1}))
    made = replace(made, live_nodes=2 + words[2])
    asked = do(Code.CURSOR_SET, index=4, order=2), do(Code.CURSOR_CREATE_RANGE, words)
    return names([*START, *asked, take(result or made)])


def twice(second: Snapshot) -> Told:
    judge = Judge(S)
    found = split(judge=judge)
    found |= split(index=13, result=second, judge=judge)
    return found


def merge(result: Snapshot, log: Sequence[LogRecord] | None = None) -> Told:
    store = do(Code.STORE, [0], log, index=13, order=3, entry=OLD)
    return split(then=[store, take(result)])


def tampered(leaf: dict[str, Any] | None = None, root: dict[int, int] | None = None) -> Snapshot:
    """The array after the split, with wrong fields in a leaf or other entries in the root."""
    low = full(0, NEW, S, 1, **(leaf or {}))
    return snapshot(S, Tree(2, {0: P, 2: low, 3: full(0, NEW, S, 1), **(root or {})}))


def unmarked() -> Snapshot:
    low = full(0, NEW, S, 1)
    low.marks = {0: 1, 2: 1, 3: 1}
    return snapshot(S, Tree(2, {0: P, 2: low, 3: full(0, NEW, S, 1)}))


FAILED = [NO_MEMORY, 2, 0, 0, 0, 0]
REFUSED = [NO_MEMORY, 0, 0, 0, 0, 1]
FREED = told(UNREACHABLE, 0, 0)
MERGED = [FREED, FREED, told(0, 3, 0, shift=2)]


def mark(result: Snapshot, log: Sequence[LogRecord] | None = None) -> Told:
    return names([*START, do(Code.SET_MARK, (), log, index=0, mark=1), take(result)])


MARKED = snapshot(S, Tree(2, {0: P, **run(2, 2, OLD)}, {0: 2, 2: 1}))


def count_alloc(words: Sequence[int], order: int) -> Told:
    operation = do(Code.COUNT_ALLOC, words, order=order, new_order=0, argument=1 << 32)
    return names([operation], Judge(S, one_level=True))


def store(result: Snapshot, log: Sequence[LogRecord] | None = None) -> Told:
    """What an order-0 store of a value over the order-2 pointer at index 0 breaks."""
    return names([*START, do(Code.STORE, [P], log, index=3, entry=NEW), take(result)])


STORED = snapshot(S, Tree(2, {0: NEW, **run(2, 2, OLD)}, {2: 1}))
TOP_STORED = told(0, 3, 1, shift=2)


def request(**fields: Any) -> Told:
    """What two requests for the nodes of a split that carry this break."""
    record = LogRecord(Kind.REQUEST, 0, 0, 2, **fields)
    return split(log=[record, *LOG])


UNEVEN = snapshot(S, Tree(0, run(1, 3, NEW)))


def ranged_store(slots: dict[int, int]) -> Told:
    """What a store from index 1 to 3 breaks that leaves these slots."""
    asked = do(Code.STORE_RANGE, [0], index=1, argument=3, entry=NEW)
    return names([asked, take(snapshot(S, Tree(0, slots)))])


TRACKED = do(Code.INIT, flags=Flag.ALLOC)


def allocate(*asked: tuple[int, Sequence[int]], last: int = LAST_ID, fail: bool = False) -> Told:
    """What the answers to allocations from an index on break where index 1 is not free; those of
    three words are cyclic."""
    steps = [TRACKED, do(Code.STORE, [0], index=1, entry=P)]
    steps += [do(Code.FAIL, argument=1, flags=BOTH | Flag.LASTING)] if fail else []
    for first, answer in asked:
        code = Code.ALLOC if len(answer) == 2 else Code.ALLOC_CYCLIC
        steps.append(do(code, answer, index=first, argument=last, entry=NEW))
    return names(steps)


HISTORY: dict[str, tuple[Told, Told]] = {
    "snapshot": (names([take(snapshot(S))]), names([take(snapshot(3))])),
    "array-flags": (
        names(
            [
                (Operation(Code.INIT, flags=Flag.ACCOUNT), (), None),
                take(snapshot(S, array_flags=32)),
            ]
        ),
        names([(Operation(Code.INIT, flags=Flag.ACCOUNT), (), None), take(snapshot(S))]),
    ),
    "array-wrapped": (
        names([TRACKED, take(snapshot(S, array_flags=4, marks=1))]),
        names([TRACKED, take(snapshot(S, array_flags=4 | 16, marks=1))]),
    ),
    "request-flags": (request(), request(slot=Gfp.HIGH)),
    "request-account": (request(), request(slot=Gfp.ACCOUNT)),
    "request-lru": (request(), request(count=Names.CURSORS)),
    "refines": (store(STORED), store(before())),
    "lookup-pure": (
        names([*START, do(Code.LOAD, [P], index=1), take(before())]),
        names([*START, do(Code.LOAD, [P], index=1), take(before(live_nodes=2))]),
    ),
    "marks-only": (mark(MARKED), mark(replace(MARKED, live_nodes=2))),
    "answer-load": (ask(Code.LOAD, [P], index=3), ask(Code.LOAD, [P], index=4)),
    "answer-order": (ask(Code.GET_ORDER, [3], index=12), ask(Code.GET_ORDER, [2], index=12)),
    "answer-mark": (ask(Code.GET_MARK, [1], index=9), ask(Code.GET_MARK, [0], index=9)),
    "answer-find": (
        ask(Code.FIND, [2, 2, P, 8, OLD], index=2, argument=8),
        ask(Code.FIND, [1, 2, P], index=2, argument=8),
    ),
    "answer-find-marked": (
        ask(Code.FIND_MARKED, [1, 8, OLD], index=2, argument=99),
        ask(Code.FIND_MARKED, [2, 0, P, 8, OLD], index=2, argument=99),
    ),
    "answer-pause": (
        ask(Code.FIND, [2, 2, P, 8, OLD], index=2, argument=8, flags=Flag.PAUSE),
        ask(Code.FIND, [1, 2, P], index=2, argument=8, flags=Flag.PAUSE),
    ),
    "answer-find-after": (
        ask(Code.FIND_AFTER, [8, OLD], index=2, argument=8),
        ask(Code.FIND_AFTER, [0, P], index=2, argument=8),
    ),
    "answer-extract": (
        ask(Code.EXTRACT, [2, P, OLD], index=2, order=1, argument=8),
        ask(Code.EXTRACT, [1, P], index=2, order=1, argument=8),
    ),
    "answer-insert": (
        ask(Code.INSERT, [BUSY], index=1, entry=NEW),
        ask(Code.INSERT, [0], index=1, entry=NEW),
    ),
    "answer-cmpxchg": (
        ask(Code.CMPXCHG, [P], index=1, argument=OLD, entry=NEW),
        ask(Code.CMPXCHG, [OLD], index=1, argument=OLD, entry=NEW),
    ),
    "answer-reserve": (
        ask(Code.RESERVE, [0], index=1),
        ask(Code.RESERVE, [BUSY], index=1),
    ),
    "answer-alloc": (allocate((1, [0, 2]), (0, [0, 0])), allocate((1, [0, 1]))),
    "answer-alloc-cyclic": (
        allocate((LAST_ID, [0, LAST_ID, 0]), (1, [1, 2, 3]), (1, [0, 3, 4])),
        allocate((LAST_ID, [0, LAST_ID, 0]), (1, [0, 2, 3])),
    ),
    "answer-alloc-next": (allocate((1, [0, 2, 3])), allocate((1, [0, 2, 2]))),
    "answer-step": (
        ask(Code.NEXT, [0, 8, OLD, 9, OLD], index=7, argument=2),
        ask(Code.PREV, [0, 6, 0, 5, P], index=7, argument=2),
    ),
    "answer-store": (
        ask(Code.STORE, [OLD], index=13, entry=P),
        ask(Code.STORE, [P], index=13, order=1, entry=P),
    ),
    "answer-store-error": (
        names(
            [do(Code.FAIL, argument=1, flags=BOTH), do(Code.STORE, [NO_MEMORY], order=1, entry=P)]
        ),
        ask(Code.STORE, [NO_MEMORY], index=99, entry=P),
    ),
    "split-result": (split(), split(FAILED, before())),
    "split-requests": (split(), split([0, 3, 2, 0, 0, 0])),
    "split-cursor": (split(), split([0, 2, 1, 0, 0, 0])),
    "split-no-allocation": (split(), split([0, 2, 2, 1, 0, 0])),
    "split-no-leftover": (split(), split([0, 2, 2, 0, 1, 0])),
    "split-no-warning": (split(), split([0, 2, 2, 0, 0, 1])),
    "split-entries": (split(), split(result=tampered({"slots": (NEW, NEW, OLD, NEW)}))),
    "split-marks": (split(), split(result=unmarked())),
    "split-outside": (split(), split(result=tampered(root={0: OLD}))),
    "split-nodes-outside": (split(), split(result=tampered(root={1: OLD}))),
    "split-new-nodes": (split(), split(result=after(live_nodes=4))),
    "split-failure": (
        split(FAILED, before(), fail=2),
        split([NO_MEMORY, 3, 0, 0, 0, 0], before(), fail=2),
    ),
    "split-refusal": (count_alloc([NO_MEMORY, 0, 1], 18), count_alloc([NO_MEMORY, 0, 1], 3)),
    "split-unchanged": (
        split(FAILED, before(), fail=2),
        split(FAILED, before(live_nodes=2), fail=2),
    ),
    "split-index": (twice(after()), twice(unmarked())),
    "split-merge": (
        merge(before()),
        merge(snapshot(S, Tree(2, {0: P, **run(2, 2, OLD)}, {2: 3}))),
    ),
    "try-split-refuses": (try_split([INVALID, 0, 0], 0), try_split([0, 2, 0], 0)),
    "try-split-accepts": (try_split([0, 0, 0], 2), try_split([INVALID, 0, 0], 2)),
    "try-split-requests": (try_split([0, 0, 0], 2), try_split([0, 1, 0], 2)),
    "try-split-no-leftover": (try_split([0, 0, 0], 2), try_split([0, 0, 1], 2)),
    "try-split-failure": (
        names(
            [
                do(Code.STORE, [0], order=4, entry=P),
                do(Code.FAIL, argument=1, flags=BOTH),
                do(Code.TRY_SPLIT, [NO_MEMORY, 1, 0], order=4, new_order=3, entry=NEW),
            ]
        ),
        try_split([NO_MEMORY, 0, 0], 2),
    ),
    "try-split-min-order": (
        ask(Code.TRY_SPLIT_MIN_ORDER, [3], order=4),
        ask(Code.TRY_SPLIT_MIN_ORDER, [2], order=4),
    ),
    "update-reported": (split(log=LOG), split(log=[UP_HIGH, UP_LOW, LOW, TOP])),
    "update-split-node": (split(log=LOG), split(log=LOG[:-1])),
    "update-final": (store(STORED, [TOP_STORED]), store(STORED, [told(0, 3, 0, shift=2)])),
    "update-valid": (split(log=LOG), split(log=[told(1, 4, 0, offset=2), *LOG])),
    "update-array": (split(log=LOG), split(log=[replace(TOP, flags=LOCK_HELD), *LOG])),
    "update-lock": (split(log=LOG), split(log=[replace(TOP, flags=ARRAY_RIGHT), *LOG])),
    "update-removed": (merge(before(), MERGED), merge(before(), MERGED[1:])),
    "update-unlinked": (split(log=LOG), split(log=[told(UNREACHABLE), *LOG])),
    "update-quiet": (mark(MARKED, []), mark(MARKED, [TOP])),
    "publish-order": (split(log=LOG), split(log=[UP_HIGH, *LOG])),
    "publish-visible": (split(log=LOG), split(log=[UP_LOW, LOW, UP_HIGH, HIGH, TOP])),
    "publish-all": (split(log=LOG), split(log=[HIGH, UP_LOW, LOW, TOP])),
    "publish-elsewhere": (split(log=LOG), split(log=[shown(0, P), *LOG])),
    "cursor-load": (
        kept(do(Code.CURSOR_LOAD, [9, OLD]), index=9),
        kept(do(Code.CURSOR_LOAD, [9, P]), index=9),
    ),
    "cursor-find": (
        kept(FOUND, do(Code.CURSOR_FIND, [8, OLD], argument=99)),
        kept(FOUND, do(Code.CURSOR_FIND, [0, P], argument=99)),
    ),
    "cursor-find-marked": (
        kept(do(Code.CURSOR_FIND_MARKED, [8, OLD], argument=99)),
        kept(do(Code.CURSOR_FIND_MARKED, [0, P], argument=99)),
    ),
    "cursor-step": (
        kept(FOUND, do(Code.CURSOR_NEXT, [1, P])),
        kept(FOUND, do(Code.CURSOR_NEXT, [2, P])),
    ),
    "split-takes": (prepared([0, 0, 0]), prepared([0, 0, 1])),
    "cursor-held": (
        prepared([0, 0, 0], do(Code.CURSOR_DESTROY, [0])),
        names([*START, *PREPARED, do(Code.CURSOR_DESTROY, [1])]),
    ),
    "nomem": (
        names([*START, *PREPARED, do(Code.CURSOR_NOMEM, [0, 0])]),
        names([*START, *PREPARED, do(Code.CURSOR_NOMEM, [0, 2])]),
    ),
    "create-range-result": (ranged([0, 1, 0]), ranged([NO_MEMORY, 1, 0])),
    "create-range-spare": (ranged([0, 1, 0]), ranged([0, 1, 1])),
    "create-range-slots": (ranged([0, 1, 0]), ranged([0, 1, 0], before())),
    "cursor-find-conflict": (
        kept(do(Code.CURSOR_FIND_CONFLICT, [1, OLD]), index=9),
        kept(do(Code.CURSOR_FIND_CONFLICT, [2, OLD, OLD]), index=9),
    ),
    "cursor-pause": (
        kept(FOUND, do(Code.CURSOR_PAUSE, [4]), do(Code.CURSOR_NEXT, [4, 0])),
        kept(FOUND, do(Code.CURSOR_PAUSE, [1])),
    ),
}

UP_SIDEWAYS = [shown(3, NEW), shown(2, NEW)]
MORE_HISTORY: list[tuple[str, Told]] = [
    ("split-result", split(REFUSED, before())),
    ("split-result", split([INVALID, 2, 2, 0, 0, 0], before())),
    ("split-failure", split([0, 2, 2, 0, 0, 0], fail=1)),
    ("split-failure", split([NO_MEMORY, 2, 1, 0, 0, 0], before(), fail=2)),
    ("split-failure", split([INVALID, 2, 0, 0, 0, 0], before(), fail=2)),
    ("split-refusal", split(REFUSED, before(), one_level=True)),
    ("split-refusal", count_alloc([NO_MEMORY, 0, 2], 18)),
    ("split-requests", count_alloc([0, 1, 0], 5)),
    ("split-entries", split(result=sideways())),
    ("split-new-nodes", split(result=sideways())),
    ("split-nodes-outside", split(result=after(marks=3))),
    ("split-nodes-outside", split(result=replace(after(), head=P))),
    ("update-valid", split(log=[told(1, offset=3), *LOG])),
    ("update-reported", store(STORED, [])),
    ("update-quiet", split(FAILED, before(), [TOP], fail=2)),
    ("publish-all", sideways_log(TOP, UP_SIDEWAYS[0])),
    ("publish-visible", sideways_log(TOP, shown(3, mk_sibling(3)), *UP_SIDEWAYS)),
    ("publish-visible", sideways_log(TOP, shown(3, P), *UP_SIDEWAYS)),
    ("cursor-find-marked", kept(FOUND, do(Code.CURSOR_FIND_MARKED, [9, OLD], argument=99))),
    ("cursor-step", kept(do(Code.CURSOR_PREV, [9, OLD]), do(Code.CURSOR_PREV, [9, OLD]), index=9)),
    ("answer-store", kept(FOUND, do(Code.CURSOR_STORE, [OLD], entry=NEW))),
    ("split-requests", kept(do(Code.CURSOR_SPLIT, [0, 2, 2, 0, 0, 0], order=2, entry=NEW))),
    ("answer-find-marked", ask(Code.FIND_MARKED, [1, 9, OLD], index=2, argument=99)),
    ("answer-find-after", ask(Code.FIND_AFTER_MARKED, [8, OLD], index=8, argument=99)),
    ("answer-extract", ask(Code.EXTRACT_MARKED, [2, P, OLD], index=0, order=1, argument=99)),
    ("answer-extract", ask(Code.EXTRACT, [2, P, OLD], index=0, argument=99)),
    ("answer-insert", ask(Code.INSERT, [BUSY], index=5, entry=NEW)),
    ("refines", ranged_store({1: NEW, 2: mk_sibling(1)})),
    ("sibling-run", names([do(Code.STORE, [0], index=1, entry=NEW), take(UNEVEN)])),
    ("answer-alloc", ask(Code.ALLOC, [0, 4], index=4, argument=9, entry=NEW)),
    ("answer-alloc", allocate((1, [INVALID, 0]))),
    ("answer-alloc", allocate((1, [0, 2]), last=1)),
    ("answer-alloc", allocate((1, [NO_MEMORY, 0]), last=1, fail=True)),
    ("answer-alloc", allocate((2, [BUSY, 0]))),
    ("answer-alloc-cyclic", allocate((2, [0, 2, 3]), (2, [0, 2, 3]))),
    ("answer-alloc-cyclic", allocate((5, [0, 5, 6]), (2, [1, 2, 3]))),
    ("answer-alloc-next", allocate((1, [BUSY, 0, 2]), last=1)),
    ("answer-store-error", allocate((2, [NO_MEMORY, 0]))),
    ("answer-cmpxchg", ask(Code.CMPXCHG, [0], index=1, argument=P, entry=NEW)),
    ("answer-store", ask(Code.STORE_RANGE, [P], index=0, argument=3, entry=NEW)),
    ("answer-store-error", ask(Code.RESERVE, [NO_MEMORY], index=5)),
    (
        "refines",
        names([*START, do(Code.CMPXCHG, [P], index=1, argument=P, entry=NEW), take(before())]),
    ),
    (
        "refines",
        names([*START, do(Code.STORE_RANGE, [0], index=8, argument=11, entry=NEW), take(before())]),
    ),
    ("answer-step", ask(Code.NEXT, [P, 2, P, 4, 0], index=1, argument=2)),
    ("answer-store-error", ask(Code.STORE, [INVALID], index=13, entry=P)),
    ("try-split-requests", try_split([INVALID, 1, 0], 0)),
]
"""Further histories that break a property, each in another way."""
