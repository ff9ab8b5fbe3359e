# SPDX-License-Identifier: GPL-2.0-or-later
"""The one entry point: judge a whole case, or a history step by step.

The abstract array is carried along by the operations' effects.  Wherever a SNAPSHOT follows, the
real array is compared with it, its structure is judged, and the contracts decide on the array
before and after.  An operation is judged structurally when a SNAPSHOT follows it, and by a
contract when one was also taken since the change before it; its answer is judged in any case.

What is derived from a snapshot is kept by its bytes, since a sweep meets the same arrays again and
again; so is the outcome of each split, to compare splits of one array at different indices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache

from specs import contract, effect, overlap
from specs.abstract import AbstractArray
from specs.allocation import Cycle, judge_allocation
from specs.answers import judge_answer
from specs.applied import after
from specs.array_flags import judge_flags, refusal
from specs.array_invariants import leaked
from specs.cursor import AbstractCursor, judge_cursor
from specs.cursor_nodes import HOLDING, OUTSIDE_TREE, judge_nodes, judge_range
from specs.invariants import (
    INVARIANTS,
    SUSPENDED_BY_CREATE_RANGE,
    SUSPENDED_BY_FAILED_STORE,
    SUSPENDED_BY_RANGE,
    SUSPENDED_BY_SPLIT,
    SUSPENDED_BY_ZERO,
)
from specs.memory import Memory
from specs.property import Judgement, Register, Violation
from specs.publication import judge_publications
from specs.requests import judge_requests
from specs.stream import Answer, cut
from specs.update import judge_update
from specs.view import View
from xarray_model.entries import ZERO, is_error
from xarray_model.flags import ArrayFlag
from xarray_model.log import Kind, LogRecord, decode
from xarray_model.operations import (
    ALLOCATIONS,
    PLAIN_CHANGES,
    THROUGH,
    Code,
    Flag,
    Operation,
    array_flags,
)
from xarray_model.snapshot import empty

REFINEMENT = Register()
"""The properties that tie a snapshot to the abstract array."""

SNAPSHOT = REFINEMENT.state(
    "snapshot", "a snapshot's bytes are a snapshot of the case's geometry, in its one form"
)
REFINES = REFINEMENT.state(
    "refines", "the array holds what the abstract array holds after the same operations"
)
PURE = REFINEMENT.state("lookup-pure", "an operation that looks, counts or asks changes nothing")
MARKS_ONLY = REFINEMENT.state("marks-only", "setting or clearing a mark changes marks and no more")

CHANGING = frozenset(
    {
        Code.STORE,
        Code.SPLIT,
        Code.TRY_SPLIT,
        Code.SET_MARK,
        Code.CLEAR_MARK,
        Code.DESTROY,
        Code.CURSOR_CREATE_RANGE,
        *PLAIN_CHANGES,
    }
)
"""The operations that may change the array, but for those through the cursor that do as another."""
_SPLITS = frozenset({Code.SPLIT, Code.TRY_SPLIT})
_STORES = frozenset({Code.STORE, *PLAIN_CHANGES})
_LIVE = INVARIANTS["live-nodes"]


@cache
def _empty_view(s: int, flags: ArrayFlag, bits: int) -> View:
    """The empty array that is made with ``flags``."""
    return View(empty(s, flags, bits))


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that the next snapshot decides."""

    number: int
    operation: Operation
    before: View | None
    log: tuple[LogRecord, ...] | None
    succeeded: bool
    judged: bool
    """False when it is not known that the operation's precondition held."""
    through: AbstractCursor | None = None
    """The case's cursor before it, if it went through that."""


@dataclass(frozen=True, slots=True)
class _Merge:
    """What storing the old entry back over a split range must restore."""

    before: View
    first: int
    order: int
    entry: int


class Judge:
    """Judges cases of one implementation at one chunk shift; keeps what it derived."""

    def __init__(
        self, s: int, *, one_level: bool = False, bits: int = 64, keep: int = 1 << 23
    ) -> None:
        """``s``: the chunk shift; ``one_level``: the implementation is upstream's, which refuses
        what needs more than one new level; ``bits``: those of an index; ``keep``: bytes of
        snapshots to remember (what is derived from them takes about ten times as much)."""
        self.s = s
        self.one_level = one_level
        self.bits = bits
        self.judged: Counter[str] = Counter()
        """How often each property was judged, that is with its premise true, by name.  What is not
        in it was never judged."""
        self._keep = keep
        self._kept = 0
        self._views: dict[bytes, View] = {}
        self._splits: dict[tuple[object, ...], tuple[int, View]] = {}
        self.age = 0
        """How often it forgot what it had derived."""

    def history(self) -> History:
        """A new history: an empty array, to be judged step by step."""
        return History(self)

    def case(
        self,
        operations: Sequence[Operation],
        results: bytes | memoryview,
        log: bytes | memoryview | None = None,
    ) -> list[Violation]:
        """Judge a case by its result bytes and, when there is one, its log.

        ValueError when the bytes do not have the form of ``models/driver/PROTOCOL.md``.
        """
        answers = cut(operations, results)
        logs: list[list[LogRecord]] | None = None
        if log is not None:
            logs = [[] for _ in operations]
            for record in decode(log):
                if record.operation >= len(logs):
                    raise ValueError(f"the log tells of operation {record.operation}")
                logs[record.operation].append(record)
        history = self.history()
        found: list[Violation] = []
        for number, (operation, answer) in enumerate(zip(operations, answers, strict=True)):
            found += history.step(operation, answer, None if logs is None else logs[number])
        return found

    def count(self, judged: Iterable[Judgement]) -> Iterator[Violation]:
        """Count what is judged; the violations among it."""
        for one in judged:
            if isinstance(one, Violation):
                yield one
            else:
                self.judged[one.name] += 1

    def view(self, data: bytes) -> View:
        """The view of a snapshot's bytes, kept for the next time; ValueError as ``View``."""
        view = self._views.get(data)
        if view is None:
            view = View.of_bytes(data)
            self._kept += len(data)
            if self._kept > self._keep:
                self._views.clear()
                self._splits.clear()
                self._kept = len(data)
                self.age += 1
            self._views[data] = view
        return view

    def same_split(
        self,
        operation: Operation,
        before: View,
        after: View,
        nodes: AbstractCursor | None = None,
    ) -> Iterator[Judgement]:
        """Judge a split against the same one at another index of the same entry, if one was met;
        one whose ``nodes`` a kept cursor held, against those with such nodes."""
        aligned = operation.index >> operation.order << operation.order
        what = (operation.code, operation.order, operation.new_order, operation.entry)
        key = (before.data, what, aligned, int(operation.flags), nodes)
        earlier = self._splits.setdefault(key, (operation.index, after))
        if earlier[0] != operation.index or earlier[1] is not after:
            yield from effect.judge_index(earlier, (operation.index, after))


_TOLD_APART = frozenset({"_judge", "_changes", "_array", "_view", "_merge", "_memory"})
"""What of a history ``known`` tells in another way, or not at all."""


class History:
    """One array from its start; ``step`` judges the operations one after another."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._number = -1
        self._array: AbstractArray | None = AbstractArray(bits=judge.bits)
        self._view: View | None = _empty_view(judge.s, ArrayFlag.NONE, judge.bits)
        self._flags = ArrayFlag.NONE
        self._kept_lru = False
        self._changes: list[_Change] = []
        self._memory = Memory()
        self._suspended: frozenset[str] = frozenset()
        self._merge: _Merge | None = None
        self._cursor = AbstractCursor()
        self._cycle = Cycle()
        self._zero_replaced = False
        self.outside: int | None = None
        """Number of the operation whose precondition did not hold, if there was one: a split, or
        one through a cursor that is not valid.  What follows it is not judged, for nothing is
        promised any more."""

    @property
    def number(self) -> int:
        """The number of the last operation, -1 before the first."""
        return self._number

    def known(self) -> Hashable:
        """All that what is said of further operations depends on, besides them, their answers and
        the judge; None where that is not to be told, since it is not known what the array is."""
        view = self._view
        if view is None or self._array is None:
            return None
        merge = self._merge
        return (
            view.data,
            None if self._array is view.abstract else self._array,
            tuple(self._changes),
            merge and (merge.before.data, merge.first, merge.order, merge.entry),
            self._memory.known,
            *(value for name, value in vars(self).items() if name not in _TOLD_APART),
        )

    def copy(self) -> History:
        """The same, to go on by itself."""
        made = History.__new__(History)
        vars(made).update(vars(self))
        made._changes = list(self._changes)
        made._memory = copy(self._memory)
        return made

    @property
    def array(self) -> AbstractArray | None:
        """The abstract array as it is now; None when it is unknown until the next snapshot."""
        return self._array

    def step(
        self, operation: Operation, answer: Answer, log: Iterable[LogRecord] | None = None
    ) -> list[Violation]:
        """Judge the next operation by its answer; ``log``: its records, None if none were kept."""
        self._number += 1
        if self.outside is not None:
            return []
        if operation.code == Code.SNAPSHOT:
            if answer.snapshot is None:
                raise ValueError("the answer to SNAPSHOT is a snapshot")
            return self._snapshot(answer.snapshot)
        given, array = operation, self._array
        if refusal(operation, self._flags, self._number):
            self.outside = self._number
            return []
        if operation.code is Code.INIT:
            self._flags = array_flags([operation])
            self._view = _empty_view(self._judge.s, self._flags, self._judge.bits)
            return []
        if array is not None and overlap.refusal(given, self._cursor, array, self._judge.s):
            self.outside = self._number
            return []
        if given.code in THROUGH:
            operation = self._cursor.plain(given)
            if array is not None and not self._allows(given, array):
                self.outside = self._number
                return []
        cursor = self._cursor
        found = list(self._judge.count(self._answer(given, operation, answer.words)))
        has = bool(int.__and__(given.flags, Flag.LRU))
        if given.code is Code.CURSOR_SET:
            self._kept_lru = has
        if log is not None:
            log = tuple(log)
            lru = self._kept_lru if given.code in THROUGH else has
            found += self._judge.count(judge_requests(self._flags, lru, log))
        if array is None:
            self._cursor = AbstractCursor()
        else:
            self._cursor = cursor.after(given, array, answer.words)
        if given.code in OUTSIDE_TREE and self._view is not None:
            # Nodes came or went, and none of them is in the array.
            self._view = self._with_live(self._view, self._cursor.held - cursor.held)
        if operation.code in CHANGING:
            through = cursor if given.code in HOLDING else None
            kept = None
            if log is not None:
                # Requests are judged; what the snapshot shows depends on the others.
                kept = tuple(record for record in log if record.kind != Kind.REQUEST)
            self._change(operation, answer.words, kept, through)
        self._memory.spend(operation, answer.words)
        self._cycle = self._cycle.after(operation, answer.words)
        return [violation.at(self._number) for violation in found]

    def _allows(self, given: Operation, array: AbstractArray) -> bool:
        s, cursor = self._judge.s, self._cursor
        alone = given.code is Code.CURSOR_SPLIT_ALONE
        # Nodes for a split that is refused can only be those of several others.
        beyond = self._judge.one_level and given.order // s - cursor.order // s > 1
        return not (alone and beyond) and cursor.allows(given, array, s)

    def _answer(
        self, given: Operation, operation: Operation, words: Sequence[int]
    ) -> Iterable[Judgement]:
        code, array = operation.code, self._array
        s, one_level = self._judge.s, self._judge.one_level
        allowance = self._memory.allowance(operation)
        if code == Code.TRY_SPLIT_MIN_ORDER:
            return contract.judge_min_order(operation, words, s)
        if code == Code.COUNT_ALLOC:
            return contract.judge_count_alloc(operation, words, s, allowance, one_level)
        if array is None:
            return ()
        if given.code in HOLDING:
            if code in _SPLITS and not self._splittable(operation):
                self.outside = self._number
                return ()
            return judge_nodes(given, self._cursor, words, s, allowance, one_level)
        if code in THROUGH:
            return judge_cursor(operation, self._cursor, array, words, s)
        if code in ALLOCATIONS:
            return judge_allocation(operation, self._cycle, array, self._flags, words, allowance)
        if code not in _SPLITS:
            return judge_answer(operation, array, words, s, allowance)
        if not self._splittable(operation):
            self.outside = self._number
            return ()
        if code == Code.SPLIT:
            return contract.judge_split_words(operation, words, s, allowance, one_level)
        return contract.judge_try_split_words(operation, words, s, allowance)

    def _splittable(self, operation: Operation) -> bool:
        return self._array is not None and self._array.splittable(
            operation.index, operation.order, operation.new_order, operation.entry
        )

    def _with_live(self, view: View, more: int) -> View:
        """An array like that of ``view``, with so many live nodes more that are not in it."""
        if not more:
            return view
        live = view.snapshot.live_nodes + more
        return self._judge.view(replace(view.snapshot, live_nodes=max(0, live)).encode())

    def _change(
        self,
        operation: Operation,
        words: Sequence[int],
        log: tuple[LogRecord, ...] | None,
        through: AbstractCursor | None,
    ) -> None:
        splits = operation.code in _SPLITS
        judged = not splits or self._splittable(operation)
        succeeded = not (words and is_error(words[0]))
        before = None if self._changes else self._view
        if operation.code in _STORES and self._array is not None:
            over_zero = operation.index >> operation.order == 0 and self._array.load(0) == ZERO
            self._zero_replaced |= over_zero
        self._changes.append(
            _Change(self._number, operation, before, log, succeeded, judged, through)
        )
        anew = operation.code is Code.ALLOC_CYCLIC and words[0] == 1
        if anew and self._memory.allowance(operation) is not contract.UNLIMITED:
            # It may have begun anew since memory was short, and left nodes where that was.
            self._suspended |= SUSPENDED_BY_FAILED_STORE
        partly = operation.code == Code.STORE_RANGE and not succeeded
        if partly or (splits and not judged):
            self._array = None
        elif self._array is not None and succeeded:
            self._array = after(self._array, operation, self._judge.s, words)

    def _snapshot(self, data: bytes) -> list[Violation]:
        changes, self._changes = self._changes, []
        number = changes[-1].number if changes else self._number
        before = self._view
        judged = self._judge.judged
        judged[SNAPSHOT.name] += 1
        try:
            view = self._judge.view(data)
            if view.snapshot.chunk_shift != self._judge.s:
                raise ValueError(f"chunk shift {view.snapshot.chunk_shift}")
            if view.snapshot.bits != self._judge.bits:
                raise ValueError(f"words of {view.snapshot.bits} bits")
        except ValueError as error:
            self._view = self._array = self._merge = None
            return [SNAPSHOT.broken(str(error)).at(number)]
        for change in changes:
            self._suspend(change)
        if self._zero_replaced:
            self._suspended |= SUSPENDED_BY_ZERO
            self._zero_replaced = False
        faulty = {violation.property for violation in view.faults}
        faults = view.faults
        if held := self._cursor.held:
            faults = [fault for fault in faults if fault.property != _LIVE.name]
            faults += [_LIVE.broken(text) for text in leaked(view.survey, held)]
        found = [fault for fault in faults if fault.property not in self._suspended]
        judged.update(view.judged - self._suspended)
        if "node-empty" in faulty:
            # A store may yet fill the empty nodes, and leave a tree higher than it needs.
            faulty |= SUSPENDED_BY_FAILED_STORE
        self._suspended &= faulty
        wrapped = self._cycle.wrapped
        found += self._judge.count(judge_flags(self._flags, view, wrapped=wrapped))
        found += self._judge.count(self._refines(view))
        if not changes and before is not None:
            judged[PURE.name] += 1
            if before.data != view.data:
                found.append(PURE.broken(effect.difference(before, view)))
        for change in changes:
            if change.before is not None and len(changes) == 1:
                found += self._judge.count(self._contract(change, change.before, view))
            else:
                self._merge = None
        self._view = view
        self._array = view.abstract
        return [violation.at(number) for violation in found]

    def _refines(self, view: View) -> Iterator[Judgement]:
        yield REFINES
        if view.abstract is None:
            yield REFINES.broken("the snapshot stands for no array")
        elif self._array is not None and self._array != view.abstract:
            want, have = self._array.items(), view.abstract.items()
            start = min(
                first for first in want.keys() | have.keys() if want.get(first) != have.get(first)
            )
            yield REFINES.broken(
                f"index {start}: expected {effect.tell(want.get(start))},"
                f" found {effect.tell(have.get(start))}"
            )

    def _contract(self, change: _Change, before: View, after: View) -> Iterator[Judgement]:
        operation = change.operation
        split = operation.code in _SPLITS
        if change.log is not None and change.judged:
            yield from judge_update(operation, before, after, change.log, change.succeeded)
        if operation.code in (Code.SET_MARK, Code.CLEAR_MARK):
            yield from _marks_only(before, after)
        if operation.code == Code.CURSOR_CREATE_RANGE and change.through and change.succeeded:
            yield from judge_range(change.through, after)
        if split and change.judged:
            if change.succeeded:
                taken = 0
                if change.through is not None:
                    orders = operation.order, operation.new_order
                    taken = contract.nodes_needed(*orders, self._judge.s)
                yield from effect.judge_effect(operation, before, after, taken)
                nodes = replace(change.through, index=0) if change.through else None
                yield from self._judge.same_split(operation, before, after, nodes)
                if change.log is not None:
                    yield from judge_publications(operation, before, after, change.log)
            else:
                yield from effect.judge_unchanged(before, after)
        yield from self._merged(change, before, after)

    def _merged(self, change: _Change, before: View, after: View) -> Iterator[Judgement]:
        """Judge a merge-back, or remember what one must restore."""
        operation, merge = change.operation, self._merge
        if operation.code in _SPLITS and change.judged:
            found = before.abstract.at(operation.index) if before.abstract is not None else None
            within = merge and found and merge.first <= found[0] <= merge.first | _mask(merge.order)
            if change.succeeded and found and not within:
                # Of what is on the cursor the array knows nothing.
                held = change.through.held if change.through else self._cursor.held
                before = self._with_live(before, -held)
                self._merge = _Merge(before, found[0], found[1].order, found[1].entry)
            return
        self._merge = None
        if (
            merge is not None
            and operation.code == Code.STORE
            and change.succeeded
            and (operation.index >> merge.order << merge.order, operation.order, operation.entry)
            == (merge.first, merge.order, merge.entry)
        ):
            yield from effect.judge_merge(merge.before, self._with_live(after, -self._cursor.held))

    def _suspend(self, change: _Change) -> None:
        if change.operation.code in _SPLITS and change.succeeded:
            self._suspended |= SUSPENDED_BY_SPLIT
        elif change.operation.code in _STORES and not change.succeeded:
            self._suspended |= SUSPENDED_BY_FAILED_STORE
        elif change.operation.code == Code.CURSOR_CREATE_RANGE:
            self._suspended |= SUSPENDED_BY_CREATE_RANGE
        elif change.operation.code == Code.STORE_RANGE:
            self._suspended |= SUSPENDED_BY_RANGE


def _marks_only(before: View, after: View) -> Iterator[Judgement]:
    def bare(view: View) -> object:
        nodes = tuple(replace(node, marks=(0, 0, 0)) for node in view.snapshot.nodes)
        return replace(view.snapshot, marks=0, nodes=nodes)

    yield MARKS_ONLY
    if bare(before) != bare(after):
        yield MARKS_ONLY.broken(effect.difference(before, after))


def _mask(order: int) -> int:
    return (1 << order) - 1
